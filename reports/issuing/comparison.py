"""Whether what was frozen and what is worked out again say the same (核对口径): numbers and cells, not the words beside them.

A label, a title or a note may be put better in a later release; the version keeps those it was printed with, and its digest holds
them. What the submissions decide is compared: values, n, cells, bars, and what is hidden.
"""

from collections.abc import Sequence
from typing import Any

from reports.text.report_shape import Block, FigureUsed, FrozenReport, TableData


def is_same_figure(old: FigureUsed, new: FigureUsed | None) -> bool:
    """Whether two figures have the same value and n; what was hidden must be hidden still."""
    return new is not None and all(old[name] == new[name] for name in ("value", "n"))


def is_same_content(old: FrozenReport, new: FrozenReport) -> bool:
    """Whether two frozen contents have the same figures and, block by block, the same numbers."""
    figures = old["figures"]
    if not all(is_same_figure(figure, new["figures"].get(key)) for key, figure in figures.items()):
        return False
    mine, others = ([section["blocks"] for section in one["sections"]] for one in (old, new))
    if [len(blocks) for blocks in mine] != [len(blocks) for blocks in others]:
        return False
    pairs = (
        (one, other) for some, more in zip(mine, others, strict=True) for one, other in zip(some, more, strict=True)
    )
    return all(is_same_block(one, other) for one, other in pairs)


def is_same_block(old: Block, new: Block) -> bool:
    if old["type"] != new["type"]:
        return False
    if old["type"] == "table":
        return is_same_table(old, new)
    if old["type"] == "chart":
        return _bars(old) == _bars(new)
    if old["type"] in ("paragraph", "case"):
        return _figures(old) == _figures(new)
    # Findings rest on records with hashes of their own, and a later coding of them is no difference; text is in the digest.
    return True


def _figures(block: Block) -> list[str | None]:
    return [run.get("figure") for run in block.get("runs", ())]


def _bars(chart: Block) -> tuple[Any, ...]:
    return chart.get("n"), [one["values"] for one in chart.get("series") or ()], chart.get("texts")


def is_same_table(old: Block | TableData, new: Block | TableData) -> bool:
    """Whether two tables have the same cells line by line.

    A later release may tell more lines: then each line of before must stand among them.
    """
    if old.get("n") != new.get("n"):
        return False
    before, now = _cells(old.get("rows")), _cells(new.get("rows"))
    if len(before) == len(now):
        return before == now
    lines = [list(row) for row in new.get("rows") or ()]
    return all(list(row) in lines for row in old.get("rows") or ())


def _cells(rows: Sequence[Sequence[str]] | None) -> list[list[str]]:
    return [list(row[1:]) for row in rows or ()]
