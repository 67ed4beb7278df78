"""What leaves the office: nobody is named, nobody stands alone, and pseudonyms hold over exports."""

import csv
import io
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from reports.exports.dataset import Asked, Dataset
from reports.exports.files import write_file
from reports.exports.outgoing import HIDDEN, Numbers, shown_combinations
from reports.exports.rights import Rights, rights_of_command, within
from surveys.database import db
from surveys.fieldwork.findings.findings import Finding
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.campaigns.subjects import Subject

Rows = list[dict[str, str]]


def _campaign() -> Campaign:
    return db.session.scalars(select(Campaign).order_by(Campaign.number)).first()  # type: ignore[return-value]


def _rows(folder: Path, key: str, edition: str = "outgoing", *, every: bool = False, unit: str = "") -> Rows:
    campaign = _campaign()
    dataset = Dataset(campaign, within(rights_of_command(campaign), unit), Asked(edition, every))
    write_file(dataset, "csv", key, folder / "x.csv")
    return list(csv.DictReader(io.StringIO((folder / "x.csv").read_text(encoding="utf-8-sig"), newline="")))


def test_no_name_code_or_contact_goes_out(demonstration: Flask, tmp_path: Path) -> None:
    with demonstration.app_context():
        texts = [
            text
            for key in ("visits", "r_problem", "r_suggest", "findings", "events")
            for row in _rows(tmp_path, key)
            for text in row.values()
        ]
        everything = "\n".join(texts)
        subjects = db.session.scalars(select(Subject)).all()
        agreed = Dataset(_campaign(), rights_of_command(_campaign()), Asked())._names.agreed_subjects
        assert len(subjects) > 60
        assert [one.name for one in subjects if one.id not in agreed and one.name in everything] == []
        assert [one.uscc for one in subjects if one.uscc and one.uscc in everything] == []
        assert [one.contact_phone for one in subjects if one.contact_phone and one.contact_phone in everything] == []
        assert [one.id for one in subjects if one.id in everything] == []


def test_what_was_said_in_confidence_stays(demonstration: Flask, tmp_path: Path) -> None:
    with demonstration.app_context():
        campaign = _campaign()
        closed = select(Finding.text).where(Finding.campaign_id == campaign.id, Finding.publication == "closed")
        confided = set(db.session.scalars(closed))
        out = {row["text"] for row in _rows(tmp_path, "findings")}
        inside = {row["text"] for row in _rows(tmp_path, "findings", "internal")}
    assert confided & inside
    assert not confided & out
    assert len(out) > 20


def test_no_combination_stands_for_fewer_firms_than_the_smallest_cell(demonstration: Flask, tmp_path: Path) -> None:
    with demonstration.app_context():
        for every in (False, True):
            rows = _rows(tmp_path, "visits", every=every)
            firms = defaultdict(set)
            for row in rows:
                key = tuple(row[name] for name in ("unit", "visit_date", "ent_district", "ent_section", "size_class"))
                firms[key].add(row["subject"])
            assert min(len(one) for one in firms.values()) >= 5
            for name in ("rev_band", "refuse_reason", "op_output"):
                given_by = defaultdict(set)
                for row in rows:
                    given_by[row[name]].add(row["subject"])
                assert {
                    code: len(one) for code, one in given_by.items() if code not in ("", HIDDEN) and len(one) < 5
                } == {}
    assert any(row["unit"] != HIDDEN or row["size_class"] != HIDDEN for row in rows)


def test_rows_stand_in_no_order_of_the_lists(demonstration: Flask, tmp_path: Path) -> None:
    with demonstration.app_context():
        visits = [row["visit"] for row in _rows(tmp_path, "visits")]
    assert visits == sorted(visits)


def test_pseudonyms_hold_over_exports_and_tables_but_not_over_campaigns(demonstration: Flask, tmp_path: Path) -> None:
    with demonstration.app_context():
        first, again = _rows(tmp_path, "visits"), _rows(tmp_path, "visits")
        problems = _rows(tmp_path, "r_problem")
        other = db.session.scalars(select(Campaign).order_by(Campaign.number.desc())).first()
        assert other is not None
        pseudonyms = [
            Dataset(one, rights_of_command(one), Asked()).pseudonym("subject", "the same")
            for one in (_campaign(), other)
        ]
    assert [row["visit"] for row in first] == [row["visit"] for row in again]
    assert {row["visit"] for row in problems} <= {row["visit"] for row in first}
    assert pseudonyms[0] != pseudonyms[1]


def test_sums_of_numbers_stay_near(demonstration: Flask, tmp_path: Path) -> None:
    with demonstration.app_context():
        inside, out = (_rows(tmp_path, "visits", edition) for edition in ("internal", "outgoing"))
    total, shown = (sum(Decimal(row["staff_now"] or 0) for row in rows) for rows in (inside, out))
    assert abs(total - shown) <= len(inside)  # half a person a row at most, by rounding
    given_by = defaultdict(set)
    for row in out:
        given_by[row["staff_now"]].add(row["subject"])
    assert min(len(one) for value, one in given_by.items() if value) >= 5


DIMENSIONS = ("unit", "visit_date", "ent_district", "ent_section", "size_class")


def test_parts_joined_show_no_more_than_the_whole(demonstration: Flask, tmp_path: Path) -> None:
    """Exports of a column each and of a unit each, put together by the pseudonym of the visit."""
    with demonstration.app_context():
        campaign = _campaign()
        rights = rights_of_command(campaign)
        whole = {row["visit"]: row for row in _rows(tmp_path, "visits")}
        told = ("refuse_reason", "rev_band", "staff_now")
        for column in (*DIMENSIONS, *told):
            for visit, value in _part(rights, column).items():
                assert value == whole[visit][column], column
        apart: dict[str, str] = {}
        for leaf in rights.levels:
            for column in DIMENSIONS:
                part = _part(within(rights, leaf), column)
                assert {visit: whole[visit][column] for visit in part} == part
                apart |= dict.fromkeys(part, leaf)
        problems = {row["visit"] for leaf in rights.levels for row in _rows(tmp_path, "r_problem", unit=leaf)}
    assert {visit: whole[visit]["unit"] for visit in apart} == apart  # of which unit an export is says nothing new
    assert len(apart) > len(whole) / 2
    assert problems <= set(apart)


def test_every_version_joins_with_no_other_export(demonstration: Flask, tmp_path: Path) -> None:
    with demonstration.app_context():
        accepted, every = (_rows(tmp_path, "visits", every=every) for every in (False, True))
    assert {row["visit"] for row in accepted} & {row["visit"] for row in every} == set()


def _part(rights: Rights, column: str) -> dict[str, str]:
    """Visit → what an export of this one column says."""
    dataset = Dataset(_campaign(), rights, Asked(columns={"visits": [column]}))
    heads = dataset.tables["visits"].heads()
    return {row[0]: row[heads.index(column)] for row in dataset.rows("visits")}


combinations = st.lists(
    st.tuples(
        st.tuples(st.sampled_from("abc"), st.sampled_from("xy"), st.sampled_from("12345")), st.integers(0, 30).map(str)
    ),
    max_size=60,
)


@given(combinations, st.integers(1, 6))
def test_whatever_is_shown_alike_stands_for_enough(rows: list[tuple[tuple[str, ...], str]], least: int) -> None:
    who: dict[tuple[str, ...], set[int]] = defaultdict(set)
    for values, firm in rows:
        if len(who[values]) < least:  # no more are kept
            who[values].add(int(firm))
    shown = shown_combinations(who, least)
    firms = defaultdict(set)
    for values, firm in rows:
        firms[shown[values]].add(firm)
        assert all(now in (HIDDEN, was) for was, now in zip(values, shown[values], strict=True))
    too_few = [values for values, who in firms.items() if len(who) < least]
    assert too_few == [] or (set(firms) == {(HIDDEN,) * 3} and len({firm for _values, firm in rows}) < least)


def _means(values: list[tuple[str, int]], least: int) -> dict[str, str]:
    numbers = Numbers()
    for value, firm in values:
        numbers.add(Decimal(value), firm)
    means = numbers.means(least)
    return {value: means.of(Decimal(value)) for value, _firm in values}


def test_a_number_is_the_mean_of_enough_firms() -> None:
    values = [(value, firm) for firm, value in enumerate(("1", "2", "3", "10", "10", "10", "40"))]
    assert _means(values, 3) == {"1": "2", "2": "2", "3": "2", "10": "18", "40": "18"}
    assert _means(values[:2], 3) == {"1": HIDDEN, "2": HIDDEN}
    assert _means([("1.5", 1), ("2.5", 1)], 2) == {"1.5": HIDDEN, "2.5": HIDDEN}
    assert _means([("0.10", 1), ("0.25", 2)], 2) == {"0.10": "0.18", "0.25": "0.18"}
