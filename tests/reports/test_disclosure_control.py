"""What a volume hides cannot be worked out from what it prints: not along a question's answers, not along the units."""

import json
from collections.abc import Sequence
from typing import Any

from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from reports.evidence.accepted_answers import campaign_data
from reports.figures import disclosure_control
from reports.figures.charts import chart_data
from reports.figures.figure_words import resolve
from reports.figures.frame import Frame
from reports.figures.indicators import measure
from reports.issuing import volumes
from reports.papers.steps import ReportVersion, newest_version, report_of
from reports.text.tokens import parse
from surveys.database import db
from surveys.planning.campaigns.campaigns import Campaign
from tests.reports.flagship import firm, package
from tests.reports.test_indicator_tables import indicator_table

UNITS = ("440103", "440104", "440105", "440106")
STATES = ("normal", "partial", "stopped")
Printed = list[list[int | None]]  # lines down, columns across (the sum last); None is hidden


def worked_out(cells: Printed, sums: Sequence[int] | None) -> list[tuple[int, int]]:
    """The hidden cells somebody with a pencil finds: along a line by its sum, and down a column by its n where parts add up."""
    cells = [list(line) for line in cells]
    found = []
    again = True
    while again:
        again = False
        for row, line in enumerate(cells):
            if line.count(None) == 1:
                column = line.index(None)
                others = [cell for cell in line[:-1] if cell is not None]
                whole = line[-1]
                line[column] = sum(others) if whole is None else whole - sum(others)
                found.append((row, column))
                again = True
        for column, whole in enumerate(sums or ()):
            down = [line[column] for line in cells]
            if down.count(None) == 1:
                row = down.index(None)
                cells[row][column] = whole - sum(cell for cell in down if cell is not None)
                found.append((row, column))
                again = True
    return found


def number(text: str) -> int | None:
    return None if text == "*" else int(text)


def frame_of(counts: dict[str, list[int]], name: str, choices: Sequence[str]) -> Frame:
    rows = [
        firm(place * 10_000 + at * 1_000 + number, unit, **{name: choices[at], "op_orders": str(1 + number % 5)})
        for place, unit in enumerate(UNITS)
        for at, many in enumerate(counts[unit])
        for number in range(many)
    ]
    return Frame.build(package(), rows, leaves=UNITS)


def hidden_in(frame: Frame) -> disclosure_control.Across:
    whole = disclosure_control.ReportCells("", frame)
    return disclosure_control.across(
        whole, [disclosure_control.ReportCells(unit, frame.of(unit)) for unit in UNITS], {}, UNITS
    )


def lines_of(table: dict[str, Any], question: str) -> list[tuple[str, str]]:
    """Label and count of a question's lines, in the order printed; its n first."""
    rows = table["rows"]
    at = next(number for number, row in enumerate(rows) if row[0].startswith(question))
    after = next((n for n, row in enumerate(rows[at + 1 :], at + 1) if not row[0].startswith("\u3000")), len(rows))
    return [("n", rows[at][3]), *((row[0], row[1]) for row in rows[at + 1 : after])]


@settings(max_examples=60, deadline=None)
@given(st.fixed_dictionaries({unit: st.lists(st.integers(0, 12), min_size=3, max_size=3) for unit in UNITS}))
def test_nothing_hidden_follows_from_the_tables_of_a_volume(counts: dict[str, list[int]]) -> None:
    frame = frame_of(counts, "op_state", _choices("op_state"))
    across = {column: frozenset(keys) for column, keys in hidden_in(frame).items()}
    tables = [indicator_table(frame.of(unit), "T5", across=across) for unit in (*UNITS, "")]
    told = [lines_of(table, _label("op_state")) for table in tables]
    if not int(told[-1][0][1] or 0):
        return
    sums = [int(lines[0][1]) for lines in told]
    cells = [[number(lines[row][1]) for lines in told] for row in range(1, len(told[0]))]
    assert worked_out(cells, sums) == []
    assert all(cell is None or cell == 0 or cell >= 5 for line in cells for cell in line), "a small cell is printed"


@settings(max_examples=40, deadline=None)
@given(st.fixed_dictionaries({unit: st.lists(st.integers(0, 9), min_size=3, max_size=3) for unit in UNITS}))
def test_text_table_chart_and_breakdown_hide_the_same(counts: dict[str, list[int]]) -> None:
    names = _choices("op_state")
    frame = frame_of(counts, "op_state", names)
    across = {column: frozenset(keys) for column, keys in hidden_in(frame).items()}
    by_unit = indicator_table(frame, "T5", breakdown="unit", items=["op_state"], across=across)
    heads = [column["title"] for column in by_unit["columns"]]
    for unit in (*UNITS, ""):
        lines = dict(lines_of(indicator_table(frame.of(unit), "T5", across=across), _label("op_state"))[1:])
        if not frame.of(unit).n(frame.data.by_name["op_state"]):
            continue
        drawn = chart_data(frame.of(unit), "T5", items=["op_state"], across=across)["labels"]
        for name in names:
            token = parse(f"T5:op_state.{name}|count|plain")
            label = measure(token, frame.of(unit)).label
            hidden = lines["\u3000" + label] == "*"
            figure = resolve(token, frame, unit=unit, across=across)
            assert figure.hidden == hidden, (unit, name)
            row = next(row for row in by_unit["rows"] if row[0].strip("\u3000") == label)
            if unit in heads or not unit:
                assert (row[heads.index(unit) if unit else -1] == "*") == hidden, (unit, name)
            assert not (hidden and label in drawn)


def _choices(name: str) -> list[str]:
    question = next(q for q in Frame.build(package(), []).data.questions if q.name == name)
    return [choice for choice, _, _ in question.choices][:3]


def _label(name: str) -> str:
    question = next(q for q in Frame.build(package(), []).data.questions if q.name == name)
    return question.label["zh-CN"]


def by_line(table: dict[str, Any]) -> dict[tuple[str, str], str]:
    """(question, line) → what is printed."""
    head, found = "", {}
    for row in table["rows"]:
        head = head if row[0].startswith("\u3000") else row[0]
        found[head, row[0]] = row[1]
    return found


def test_no_cell_of_the_printed_demonstration_follows_from_the_others(demonstration: Flask) -> None:
    """The tables.json of the whole volume, unit by unit, and the figures in the text of each report bound in it."""
    with demonstration.app_context():
        campaign = db.session.scalars(select(Campaign).order_by(Campaign.number)).first()
        assert campaign is not None
        root = report_of(campaign.id, "440100")
        version = newest_version(root) if root else None
        assert version is not None
        children = volumes.children_of(version)
        assert len(children) == 12
        attached = {one.name: one.data for one in volumes.attachments_of(version, children, "C", "outgoing")}
        tables = {unit: [by_line(one) for one in some] for unit, some in json.loads(attached[volumes.TABLES]).items()}
        whole = tables.pop("440100")
        lines = [
            [*(tables[unit][place].get(key, "0") for unit in tables), total]
            for place, table in enumerate(whole)
            for key, total in table.items()
        ]
        assert sum(line.count("*") for line in lines) > 50  # twelve units of five firms each: there is much to hide
        assert [line for line in lines if line.count("*") == 1] == []

        frame = campaign_data(campaign).frame
        for child in children:
            unit = child.report.unit_code
            marks = set(version.manifest["across"].get(unit, []))
            figures = volumes.bound_edition(version, child, "outgoing")["figures"]
            keys = {key: measure(parse(key), frame.of(unit)).key for key in figures}
            assert {key for key, cell in keys.items() if cell in marks and figures[key]["value"] is not None} == set()
        assert len(annex_lines(version, whole)) > 100


def annex_lines(version: ReportVersion, whole: list[dict[tuple[str, str], str]]) -> list[str]:
    """The lines of 附件2, which say the same as tables.json."""
    annex = next(one for one in version.frozen["annexes"]["outgoing"] if one["key"] == "annex.statistics")
    printed = [by_line(block) for section in annex["data"]["sections"] for block in section["blocks"]]
    assert printed == whole
    return [text for table in printed for text in table.values()]


RANKS = ("diff_first", "diff_second", "diff_third")


def _ranking(placed: dict[str, list[int]]) -> Frame:
    """Firms by unit: how many put each of three difficulties first, second and third. The answers are a firm's own (L1)."""
    private = json.loads(json.dumps(package()))
    for row in private["facts"]["rows"]:
        if row["name"] in RANKS:
            row["privacy"] = "L1"
    names = _choices("diff_first")
    rows = []
    for place, (unit, many) in enumerate(placed.items()):
        number = place * 1000
        for at, count in enumerate(many):
            for _ in range(count):
                number += 1
                given = {rank: names[(at + step) % 3] for step, rank in enumerate(RANKS)}
                rows.append(firm(number, unit, **(given if number % 2 else {"diff_first": names[at]})))
    return Frame.build(private, rows, leaves=UNITS)


@settings(max_examples=40, deadline=None)
@given(st.fixed_dictionaries({unit: st.lists(st.integers(0, 12), min_size=3, max_size=3) for unit in UNITS}))
def test_points_of_a_ranking_give_nothing_hidden_away(placed: dict[str, list[int]]) -> None:
    frame = _ranking(placed)
    across = {column: frozenset(keys) for column, keys in hidden_in(frame).items()}
    names = _choices("diff_first")
    labels = [measure(parse(f"T7:{name}|sum|plain"), frame).label for name in names]
    told: list[dict[str, str]] = []
    for unit in (*UNITS, ""):
        part = frame.of(unit)
        table = indicator_table(part, "T7", across=across)
        at = next((n for n, row in enumerate(table["rows"]) if row[0] == "得分"), len(table["rows"]))
        shown = {
            row[0].strip("\u3000"): row[1] for row in table["rows"][at + 1 :][: len(names)] if row[0][0] == "\u3000"
        }
        told.append({label: shown.get(label, "0") for label in labels})
        for name, label in zip(names, labels, strict=True):
            counts = {rank: measure(parse(f"T7:{rank}.{name}|count|plain"), part).count or 0 for rank in RANKS}
            hidden = [
                rank
                for rank in RANKS
                if resolve(f"T7:{rank}.{name}|count|plain", frame, unit=unit, across=across).hidden
            ]
            if 0 < sum(counts.values()) < 5:
                assert told[-1][label] == "*", (unit, name, "points of fewer than five firms are printed")
            if len(hidden) == 1:
                assert told[-1][label] == "*", (unit, name, "the points give a hidden count away")
            figure = resolve(f"T7:{name}|sum|plain", frame, unit=unit, across=across)
            assert figure.hidden == (told[-1][label] == "*")
        drawn = chart_data(part, "T7", across=across)["labels"]
        assert not [label for label, text in told[-1].items() if text == "*" and label in drawn]
    if any(any(many) for many in placed.values()):
        cells = [[number(column[label]) for column in told] for label in labels]
        assert worked_out(cells, None) == []
