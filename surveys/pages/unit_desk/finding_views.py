"""Whose findings a person reads, and in whose view they are coded and put together. Touches access; shared by the pages of findings."""

from collections.abc import Sequence

from flask import abort, g
from sqlalchemy import select

from surveys import access
from surveys.database import db
from surveys.fieldwork.findings import word_search
from surveys.fieldwork.findings.acts import View
from surveys.fieldwork.findings.findings import counted_findings
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.words.reference_lists import rows as reference


def readable_units(campaign: Campaign) -> list[str]:
    """Units whose findings this person may read: the own desk's, or all under a committee or an organizer."""
    leaves = access.participating_leaves(g.staff, campaign)
    wide = ("committee", "organizer")
    return [code for code in leaves if code in g.staff.desk_units or g.staff.has(wide, code)]


def view_unit(campaign: Campaign, units: Sequence[str]) -> str:
    """In whose view findings are put together: the organizing unit's for its committee, else the own unit's."""
    if g.staff.has(("committee", "organizer"), campaign.unit_code):
        return campaign.unit_code
    own = [code for role, code in g.staff.grants if role in access.DESK_ROLES]
    return own[0] if own else units[0]


def may_code(unit_code: str) -> bool:
    """Whether this person codes findings of a unit, and puts them together in its view."""
    return g.staff.has((*access.DESK_ROLES, "committee", "organizer"), unit_code)


def desk_of(campaign: Campaign) -> tuple[View, list[str]]:
    """The view in which this person works, and the units whose findings stand in it. Raises 404 and 403."""
    units = readable_units(campaign)
    if not units:
        abort(404)
    view = View(campaign.id, view_unit(campaign, units))
    if not may_code(view.unit_code):
        abort(403)
    return view, [code for code in units if may_code(code)]


def ids_found(campaign: Campaign, units: Sequence[str], words: str) -> set[str]:
    """The findings of these units that a search finds, by their words, pinyin or initials."""
    rows = counted_findings(campaign.id, units).subquery()
    texts = db.session.execute(select(rows.c.id, rows.c.text))
    return set(word_search.found(words, ((id, text) for id, text in texts)))


def first_level() -> list[dict[str, str]]:
    """The active first-level categories."""
    rows = reference("suggestion_categories")
    return [row for row in rows if row.get("level", "1") == "1" or len(row["code"]) == 2]


def second_level() -> list[dict[str, str]]:
    """The active second-level categories."""
    return [row for row in reference("suggestion_categories") if row["parent_code"] and row["active"] == "1"]
