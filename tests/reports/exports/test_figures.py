"""The figures of the demonstration's report, worked out again from nothing but the CSV files, and what a version holds by right."""

import csv
import io
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from reports.evidence.accepted_answers import accepted_submissions, campaign_data
from reports.exports.rights import rights_of_command
from reports.exports.versions import versions_of
from reports.figures.indicators import measure
from reports.papers.steps import Report, newest_version
from reports.text.tokens import parse
from surveys.database import db
from surveys.planning.campaigns.campaigns import Campaign

Rows = list[dict[str, str]]


def _exported(app: Flask, out: Path, *words: str) -> Rows:
    with app.app_context():
        done: Result = app.test_cli_runner().invoke(
            args=["data", "export", "1", "--format", "csv", "--edition", "internal", "--out", str(out), *words]
        )
    assert done.exit_code == 0, done.stderr
    return list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8-sig"), newline="")))


def _firms(visits: Rows) -> Rows:
    """Each firm once, by its earliest accepted visit."""
    first: dict[str, dict[str, str]] = {}
    for row in sorted(visits, key=lambda row: row["accepted_at"]):
        if row["outcome"] == "visited":
            first.setdefault(row["subject"], row)
    return list(first.values())


def _sum(rows: Rows, name: str) -> Fraction:
    return sum((Fraction(row[name]) for row in rows if row[name]), Fraction(0))


def _mean(rows: Rows, name: str) -> Fraction:
    return _sum(rows, name) / sum(bool(row[name]) for row in rows)


def _share(rows: Rows, name: str, *codes: str) -> Fraction:
    answered = [row for row in rows if row[name]]
    return Fraction(100 * sum(row[name] in codes for row in answered), len(answered))


Recount = Callable[[Rows, Rows], int | Fraction]
RECOUNTS: dict[str, Recount] = {
    "T1:visits|count|plain": lambda visits, firms: len(visits),
    "T1:firms|count|plain": lambda visits, firms: len(firms),
    "T1:persontimes|count|plain": lambda visits, firms: sum(int(row["deputies"]) for row in visits),
    "T1:town|count|plain": lambda visits, firms: sum(row["visitor_levels/town"] == "1" for row in visits),
    "T1:onsite|count|plain": lambda visits, firms: sum(row["visit_mode"] == "onsite" for row in visits),
    "T1:named|share|plain": lambda visits, firms: _share(visits, "consent", "named"),
    "T2:private|count|plain": lambda visits, firms: sum(row["control"] == "private" for row in firms),
    "T2:staff_now|sum|plain": lambda visits, firms: _sum(firms, "staff_now"),
    "T2:ent_years|mean|plain": lambda visits, firms: _mean(firms, "ent_years"),
    "T3:gx|count|plain": lambda visits, firms: sum(row["ent_flags/gx"] == "1" for row in firms),
    "T10:land_idle_m2|sum|plain": lambda visits, firms: _sum(firms, "land_idle_m2"),
    "T13:svc_sat|mean|plain": lambda visits, firms: _mean(firms, "svc_sat"),
    "T15:leg_topics|base|plain": lambda visits, firms: sum(bool(row["leg_topics"]) for row in firms),
}


def test_figures_of_the_report_follow_from_the_csv_alone(demonstration: Flask, tmp_path: Path) -> None:
    visits = _exported(demonstration, tmp_path / "visits.csv")
    firms = _firms(visits)
    with demonstration.app_context():
        campaign = db.session.scalars(select(Campaign).order_by(Campaign.number)).first()
        assert campaign is not None
        root = select(Report).where(Report.campaign_id == campaign.id, Report.unit_code == campaign.unit_code)
        version = newest_version(db.session.scalars(root).one())
        assert version is not None
        told = str(version.content)
        data = campaign_data(campaign)
        for token, recount in RECOUNTS.items():
            assert token in told, token  # the report tells it
            found = measure(parse(token), data.frame, data.counts[""])
            expected = found.n if "|base|" in token else found.value
            assert recount(visits, firms) == expected, token
        events = _exported(demonstration, tmp_path / "events.csv", "--set", "events")
        assert len(events) == data.counts[""].events
        problems = _exported(demonstration, tmp_path / "problems.csv", "--set", "r_problem")
        assert len(problems) == data.frame.instances("/r_problem")
        assert {row["visit"] for row in problems} <= {row["visit"] for row in visits}


def test_what_counts_as_accepted_is_what_the_figures_count(demonstration: Flask) -> None:
    with demonstration.app_context():
        for campaign in db.session.scalars(select(Campaign)).all():
            exported = versions_of(campaign, rights_of_command(campaign), every=False)
            assert {(one.visit, one.content) for one in exported} == {
                (one.visit, one.content) for one in accepted_submissions(campaign.id)
            }
            every = list(versions_of(campaign, rights_of_command(campaign), every=True))
            assert sum(one.state == "accepted" for one in every) == len(accepted_submissions(campaign.id))


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("nowhere", "--format", "csv"), 1, "没有编号为“nowhere”的调研活动"),
        (("1", "--format", "doc"), 2, "'doc' is not one of"),
        (("1", "--format", "csv", "--set", "x"), 1, "没有数据表“x”"),
        (("1", "--format", "csv", "--unit", "999"), 1, "没有单位“999”"),
    ],
)
def test_a_wrong_call_is_said(
    demonstration: Flask, tmp_path: Path, words: tuple[str, ...], status: int, said: str
) -> None:
    out = tmp_path / "out"
    with demonstration.app_context():
        done = demonstration.test_cli_runner().invoke(args=["data", "export", *words, "--out", str(out)])
    assert done.exit_code == status
    assert said in done.stderr
    assert done.stdout == ""
    assert not out.exists()
