"""Charts of a report (统计图) and the blocks of tables and charts a report is frozen with.

Takes   a `Frame` and the table to draw; `block_rows` a block of `reports.text.content`.
Gives   {"kind", "title", "n", "unit", "labels", "series", "texts", "notes"}: what the print shop draws in black and white.
        `texts` has a row for each label, with one text per series, as a table has its rows.
Hidden  what a table prints as `*` is not drawn; below n = 30 the bars are counts (wording.py).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from reports.figures.figure_words import LEAST_SHARE_BASE
from reports.figures.frame import CampaignCounts, Frame, is_choice, is_multiple
from reports.figures.indicators import counted_in
from reports.figures.items import CHOICE_ROLES, clauses, label_of, points_of, questions_of, unit_words
from reports.figures.rounding import NOTHING
from reports.figures.tables import HIDDEN, TableMaker
from reports.text.report_shape import Block, BlockData, ChartData, FindingsData, TableData
from surveys.questionnaire.facts.facts import IndicatorQuestion


def chart_data(
    frame: Frame, table: str, *, items: Sequence[str] | None = None, kind: str = "bar", title: str = "", **how: Any
) -> ChartData:
    """A chart of one table: bars of a question's choices, longest first, or the high and low of several questions.

    What is hidden is not drawn; below n = 30 the bars are counts.
    """
    maker = TableMaker(frame, **how)
    selections = [(q, selection) for q in questions_of(frame, table) for selection in maker.selections(q, items)]
    scale_questions = [question for question, _ in selections if "high_low" in clauses(question)]
    if points_of(frame, table) and items is None:
        return _points_chart(maker, table, title)
    title = title or maker.title(table)
    if scale_questions and len(scale_questions) == len(selections):
        return _scale_chart(maker, table, title, kind, scale_questions)
    choice_selections = [pair for pair in selections if pair[0].role in CHOICE_ROLES and is_choice(pair[0])]
    lead_selections = [pair for pair in choice_selections if is_multiple(pair[0])] or choice_selections
    if not lead_selections:
        raise ValueError(f"table {table} has no question whose choices can be drawn")
    question, selection = lead_selections[0]
    n = frame.n(question)
    lines = maker.choice_lines(question, [frame], selection, with_any=False)
    lines = sorted((line for line in lines if line.cells[0] not in (HIDDEN, "0")), key=lambda line: -int(line.cells[0]))
    by_count = n < LEAST_SHARE_BASE
    values = [float(line.cells[0]) if by_count else float(line.shares[0].rstrip("%")) for line in lines]
    texts = [[line.cells[0] if by_count else f"{line.cells[0]}（{line.shares[0]}）"] for line in lines]
    return {
        "table": table,
        "title": title,
        "kind": kind,
        "n": n,
        "unit": unit_words(counted_in(frame, question), maker.language) if by_count else "%",
        "labels": [line.label for line in lines],
        "series": [{"name": label_of(question, maker.language), "values": values}],
        "texts": texts,
        "notes": list(maker.notes),
    }


def _points_chart(maker: TableMaker, table: str, title: str) -> ChartData:
    """Points of a ranking, most first; what is hidden is not drawn."""
    question = points_of(maker.frame, table)[0][0]
    lines = [line for line in maker.point_lines(table, [maker.frame])[1:] if line.cells[0] != HIDDEN]
    return {
        "table": table,
        "title": title or maker.title(table),
        "kind": "bar",
        "n": maker.frame.n(question),
        "unit": "分" if maker.language == "zh-CN" else "points",
        "labels": [line.label for line in lines],
        "series": [{"name": maker.words["points"], "values": [float(line.cells[0]) for line in lines]}],
        "texts": [[line.cells[0]] for line in lines],
        "notes": list(maker.notes),
    }


def _scale_chart(maker: TableMaker, table: str, title: str, kind: str, questions: list[IndicatorQuestion]) -> ChartData:
    """High and low of several five-point questions, side by side."""
    frame = maker.frame
    pairs = [(question, maker.scale_lines(question, [frame])) for question in questions]
    visible_pairs = [(q, pair) for q, pair in pairs if all(line.shares[0] not in (HIDDEN, NOTHING) for line in pair)]
    names = [line.label for line in pairs[0][1]]
    return {
        "table": table,
        "title": title,
        "kind": kind,
        "n": max(frame.n(question) for question in questions),
        "unit": "%",
        "labels": [label_of(question, maker.language) for question, _ in visible_pairs],
        "series": [
            {"name": name, "values": [float(pair[place].shares[0].rstrip("%")) for _, pair in visible_pairs]}
            for place, name in enumerate(names)
        ],
        "texts": [[line.shares[0] for line in pair] for _, pair in visible_pairs],
        "notes": list(maker.notes),
    }


def block_rows(
    frame: Frame,
    counts: CampaignCounts | None = None,
    *,
    findings: Callable[[Block], FindingsData] | None = None,
    counts_of: Mapping[str, CampaignCounts] | None = None,
    **how: Any,
) -> Callable[[Block], BlockData]:
    """What `content.freeze` is given for tables and charts; `findings` answers a block of findings.

    A block with a scope is made of that unit's figures, with its counts from `counts_of`.
    """

    printed_notes: set[str] = set()

    def rows(block: Block) -> BlockData:
        if block["type"] == "findings":
            if findings is None:
                raise ValueError(f"block {block['id']}: nothing was given to list findings")
            return findings(block)
        table, scope = block.get("table", ""), block.get("scope")
        own_frame = frame.of(scope) if scope else frame
        if block["type"] == "chart":
            kind, items = block.get("kind", "bar"), block.get("items")
            return chart_data(own_frame, table, items=items, kind=kind, title=block.get("title", ""), **how)
        own_counts = (counts_of or {}).get(scope) if scope else counts
        maker = TableMaker(own_frame, counts=own_counts, printed_notes=printed_notes, **how)
        return _without_empty_columns(maker.table(table, block.get("breakdown"), block.get("items")))

    return rows


def _without_empty_columns(table: TableData) -> TableData:
    """A column nobody has anything in (the n that stands above the table already) takes no room on paper."""
    places = [place for place in range(len(table["columns"])) if place == 0 or any(row[place] for row in table["rows"])]
    return {
        **table,
        "columns": [table["columns"][place] for place in places],
        "rows": [[row[place] for place in places] for row in table["rows"]],
    }
