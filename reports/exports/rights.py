"""Who may export what: units and privacy levels by the access rules of the signed-in person. Touches surveys.access.

A desk exports its own leaves, all versions of them; committee and organizer every leaf, accepted versions at L0–L2. Personal answers
(L3) go to nobody but a leaf's own desk, with a reason that is kept. A liaison reads visit by visit and exports nothing.
The command has no person: it exports as committee and organizer do, every version where it is asked to.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sqlalchemy import select
from werkzeug.exceptions import Forbidden, NotFound

from surveys.access import ALL, DESK_ROLES, Staff, participating_leaves, read_levels
from surveys.database import db
from surveys.planning.campaigns.campaigns import Campaign, CampaignUnit
from surveys.planning.campaigns.units import unit_tree

CITY = ("committee", "organizer")
IMPERSONAL = ALL - {"L3"}


@dataclass(frozen=True, slots=True)
class Rights:
    """What one reader may export of one campaign. `levels`: leaf → levels, in official order; `own`: leaves of their own desk."""

    levels: Mapping[str, frozenset[str]]
    own: frozenset[str]
    drafts_of: frozenset[str]  # leaves whose versions are read before they are accepted

    def of(self, leaves: frozenset[str]) -> "Rights":
        return replace(self, levels={code: levels for code, levels in self.levels.items() if code in leaves})

    @property
    def readable(self) -> frozenset[str]:
        return frozenset().union(*self.levels.values())

    def at_most(self, covers: Mapping[str, Iterable[str]], drafts_of: Iterable[str]) -> "Rights":
        """No more than this, whatever was granted since."""
        levels = {code: own & frozenset(covers[code]) for code, own in self.levels.items() if code in covers}
        return Rights(levels, self.own, self.drafts_of & frozenset(drafts_of))

    def without_personal(self) -> "Rights":
        return replace(self, levels={code: levels - {"L3"} for code, levels in self.levels.items()})


def may_export(staff: Staff, campaign: Campaign) -> bool:
    """Whether this person exports anything of the campaign."""
    return staff.has(CITY, campaign.unit_code) or any(
        staff.has(DESK_ROLES, code) for code in participating_leaves(staff, campaign)
    )


def rights_of(staff: Staff, campaign: Campaign) -> Rights:
    """What this person may export. Raises Forbidden for one who may look at the campaign only."""
    leaves = participating_leaves(staff, campaign)
    own = frozenset(code for code in leaves if staff.has(DESK_ROLES, code))
    exporting = [code for code in leaves if code in own or staff.has(CITY, code)]
    levels = {code: read_levels(staff, code, "accepted") for code in exporting}
    levels = {code: readable for code, readable in levels.items() if readable}
    if not levels:
        raise Forbidden
    return Rights(levels, own, own)


def rights_of_command(campaign: Campaign) -> Rights:
    """Those of whoever runs commands on this machine: everything but personal answers."""
    taking_part = set(db.session.scalars(select(CampaignUnit.unit_code).where(CampaignUnit.campaign_id == campaign.id)))
    leaves = [unit.code for unit in unit_tree().leaves(campaign.unit_code) if unit.code in taking_part]
    return Rights(dict.fromkeys(leaves, IMPERSONAL), frozenset(), frozenset(leaves))


def within(rights: Rights, unit_code: str) -> Rights:
    """The same of one unit and what lies below it. Raises NotFound where none of it may be exported."""
    if not unit_code:
        return rights
    tree = unit_tree()
    leaves = frozenset(unit.code for unit in tree.leaves(unit_code)) if unit_code in tree else frozenset()
    part = rights.of(leaves)
    if not part.levels:
        raise NotFound
    return part
