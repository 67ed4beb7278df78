"""Answers of the flagship's earlier form count on by their ids: every figure it gave is the same when the present form reads them."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from reports.figures.frame import Frame
from reports.figures.indicators import measure
from reports.text.tokens import Token
from surveys.questionnaire.package.reader import read_workbook
from surveys.questionnaire.shapes.package_shape import list_of
from tests.reports.flagship import example_rows, package

EARLIER = Path("tests/cases/questionnaires/earlier/private-enterprises-2023061601.xlsx")


@cache
def earlier() -> dict[str, Any]:
    reading = read_workbook(EARLIER.read_bytes(), name=EARLIER.name)
    assert reading.package is not None
    return reading.package


def tokens(form: dict[str, Any]) -> list[Token]:
    """Every figure of the tables: sums and means of numbers, counts of choices."""
    defs = {one["path"]: one for one in form["defs"]}
    found = []
    for row in form["facts"]["rows"]:
        table, name, role = row.get("table", ""), row["name"], row.get("role", "")
        if not table.startswith("T") or row["path"] not in defs:
            continue
        if role in ("sum", "mean"):
            found.append(Token("", table, name, role, "plain"))
        choices = form["sec"].get(list_of(defs[row["path"]]), ())
        if role in ("share", "dimension"):
            found += [Token("", table, f"{name}.{one['name']}", "count", "plain") for one in choices]
    return found


def figures(frame: Frame) -> dict[str, Any]:
    return {one.key: measure(one, frame, None).value for one in tokens(earlier())}


def test_every_figure_is_as_before() -> None:
    rows = example_rows()
    before = figures(Frame.build(earlier(), rows))
    old_rows = [replace(row, version="old") for row in rows]
    after = figures(Frame.build(package(), old_rows, older={"old": earlier()}))
    assert len(before) > 150
    assert any(before.values())
    assert after == before


def test_no_indicator_is_lost() -> None:
    ids = {row["stable_id"]: row["role"] for row in earlier()["facts"]["rows"]}
    now = {row["stable_id"]: row["role"] for row in package()["facts"]["rows"]}
    assert {key: now.get(key) for key in ids} == ids


def test_every_figure_a_firm_may_keep_has_a_way_out() -> None:
    """A number is asked for only while no reason says why it is missing."""
    figures_of = [one for one in package()["defs"] if one.get("type") in ("integer", "decimal") and one.get("control")]
    assert len(figures_of) >= 12
    assert all(isinstance(one.get("required"), list) for one in figures_of)
