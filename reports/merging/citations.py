"""Sources of paragraphs that a writer moves, parts and joins (来源): which may stand there, which stand nowhere any more.

Touches the reports of the units below.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import select

from reports.merging.cards import SourceKey, children, source_key
from reports.papers.steps import Report, ReportVersion
from reports.text import content as contents
from reports.text.report_shape import Block, ReportContent, SourceEntry
from surveys.database import db

FIELDS = {"unit": str, "section": str, "item": int | None, "rewritten": bool, "report_version": int | None}
LONGEST = 60  # characters of a place or an id


def read_sources(report: Report, blocks: Iterable[Block]) -> Callable[[Any], list[SourceEntry]]:
    """Reads the sources that a page sends with a paragraph; `blocks` are those of the draft.

    Each stands in the draft or is of a version of a unit right below; for any other it raises ValueError.
    """
    sources = _sources(blocks)
    versions: set[tuple[str, int]] = set()

    def is_one(entry: SourceEntry) -> bool:
        if source_key(entry) in sources:
            return True
        if not versions:
            versions.update(_versions(report))
        return (entry["unit"], entry["report_version"] or 0) in versions

    def read(rows: Any) -> list[SourceEntry]:
        entries = [_entry(row) for row in rows]
        if not all(map(is_one, entries)):
            raise ValueError("a source that no report below has")
        return entries

    return read


def let_go(content: ReportContent, before: Iterable[Block]) -> list[SourceEntry]:
    """The sources of blocks as they were that no block of the draft has now: their passages are undecided again."""
    sources = _sources(block for _, block in contents.blocks_of(content))
    return [entry for key, entry in _sources(before).items() if key not in sources]


def _sources(blocks: Iterable[Block]) -> dict[SourceKey, SourceEntry]:
    return {source_key(entry): entry for block in blocks for entry in block.get("sources") or ()}


def _entry(row: Any) -> SourceEntry:
    """A source of exactly the keys it has. Raises ValueError."""
    if not isinstance(row, Mapping):
        raise ValueError("no source")
    entry = {name: row.get(name) for name in FIELDS}
    if row.get("block"):
        entry["block"] = row["block"]
    for name, value in entry.items():
        if not isinstance(value, FIELDS.get(name, str)) or (isinstance(value, str) and len(value) > LONGEST):
            raise ValueError(f"“{name}” of a source")
    return entry  # pyright: ignore[reportReturnType]


def _versions(report: Report) -> Iterable[tuple[str, int]]:
    units = {child.report.id: child.unit.code for child in children(report) if child.report is not None}
    query = select(ReportVersion.report_id, ReportVersion.number).where(ReportVersion.report_id.in_(units))
    return [(units[report_id], number) for report_id, number in db.session.execute(query)]
