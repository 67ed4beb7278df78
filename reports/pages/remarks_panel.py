"""Comments in the editor's right column (批注): where each stands, its answers, what is settled. Touches remarks and the draft."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from flask import g

from reports import access
from reports.pages.frame import names_of_accounts
from reports.pages.paper import Setter
from reports.papers.remarks import Thread
from reports.papers.steps import Report, ReportSection, sections
from reports.text import content as contents

BEGINNING = 18  # characters of a paragraph by which it is known


def open_by_block(every: Sequence[Thread], key: str) -> dict[str, int]:
    """How many open comments stand at each paragraph of a section."""
    rows = [one.first for one in every]
    return Counter(row.block_id for row in rows if row.settled_at is None and row.section_key == key and row.block_id)


def remarks_panel(
    report: Report, every: Sequence[Thread], section: ReportSection, block_id: str, setter: Setter
) -> dict[str, Any]:
    """What the column shows; `block_id` is the paragraph that a comment is to be written at, or empty."""
    beginnings = _beginnings(report, setter)
    return {
        "open": [one for one in every if one.first.settled_at is None],
        "settled": [one for one in every if one.first.settled_at is not None],
        "people": names_of_accounts(person for one in every for person in one.people),
        "titles": {row.key: row.title for row in sections(report)},
        "beginnings": beginnings,
        "block": block_id if block_id in {block["id"] for block in section.blocks} else "",
        "may_settle": lambda one: _may_settle(report, one),
    }


def _may_settle(report: Report, thread: Thread) -> bool:
    return access.writes(g.staff, report) or thread.first.made_by == g.staff.account.id


def _beginnings(report: Report, setter: Setter) -> dict[str, str]:
    """How each paragraph of the draft begins, by its id."""
    beginnings: dict[str, str] = {}
    for row in sections(report):
        for block in row.blocks:
            text = setter.words(contents.block_text(block)) or block.get("title", "")
            beginnings[block["id"]] = text if len(text) <= BEGINNING else text[:BEGINNING] + "…"
    return beginnings
