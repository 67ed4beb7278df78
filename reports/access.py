"""Who may see and do what with a report; every report a page opens comes from here. Touches unit reports.

| | own unit desk, approver | unit above (committee, organizer; a parent's desk) | others of the campaign |
| --- | --- | --- | --- |
| drafting, reviewing, returned | read, write; the approver submits | state, figures | nothing |
| submitted | read, ask to withdraw | read, return, accept | nothing |
| accepted | read, correct | read, merge | office, reader |
| root: drafting | committee and organizer write | – | nothing |
| root: reviewing | they and the office read | – | unit desks read (征求意见) |
| root: final | all who have a role in the campaign read | – | read |

What a person may not see does not exist for them (404); what they may see but not do is refused (403).
"""

from uuid import UUID

from sqlalchemy import select
from werkzeug.exceptions import Forbidden, NotFound

from reports.papers.steps import Report, state
from surveys.access import CITY_ROLES, DESK_ROLES, Staff
from surveys.access import campaigns as seen_campaigns
from surveys.database import db
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.words.visit_words import speak_of

OWNERS = ("committee", "organizer")


def writes(staff: Staff, report: Report) -> bool:
    """Whether this person is one of the report's writers (its state may still forbid it)."""
    return may_write(staff, report.campaign, report.unit_code)


def may_write(staff: Staff, campaign: Campaign, unit_code: str) -> bool:
    """Whether this person may write the report of a unit, which may have none yet."""
    if unit_code == campaign.unit_code:
        return staff.has(OWNERS, unit_code)
    return _has_own(staff, DESK_ROLES, campaign, unit_code)


def approves(staff: Staff, report: Report) -> bool:
    """Whether this person submits the unit's report or sends it back to its writers; of a root, whoever writes it."""
    if report.is_root:
        return staff.has(OWNERS, report.unit_code)
    return _has_own(staff, ("unit_approver",), report.campaign, report.unit_code)


def receives(staff: Staff, report: Report) -> bool:
    """Whether this person returns or accepts the report: the committee or organizer above, or a desk between."""
    parent = report.unit.parent_code
    if report.is_root or parent is None:
        return False
    between = parent != report.campaign.unit_code
    return staff.has(OWNERS, parent) or (between and staff.has(DESK_ROLES, parent))


def sees_material(staff: Staff, report: Report) -> bool:
    """Whether this person may ask for any figure and finding of the report's units: its writers and receivers may.

    Others see what stands in it.
    """
    return writes(staff, report) or receives(staff, report)


def merges(staff: Staff, report: Report) -> bool:
    return writes(staff, report) and bool(staff.tree.children(report.unit_code))


def _has_own(staff: Staff, roles: tuple[str, ...], campaign: Campaign, unit_code: str) -> bool:
    """A role granted on the unit or on one above it, but below the organizing unit: a city role writes no sub-report."""
    codes = {unit.code for unit in staff.tree.above(unit_code)}
    return any(role in roles and code in codes and code != campaign.unit_code for role, code in staff.grants)


def reads(staff: Staff, report: Report, now: str) -> bool:
    """Whether this person may read the report as it stands in state `now`."""
    if writes(staff, report):
        return True
    if report.is_root:
        if now == "reviewing":
            return staff.has(("office",), report.unit_code) or bool(_own_units(staff, report))
        return now == "final" and (staff.has(CITY_ROLES, report.unit_code) or bool(_own_units(staff, report)))
    if receives(staff, report):
        return now in ("submitted", "accepted")
    return now == "accepted" and staff.has(("office", "reader"), report.campaign.unit_code)


def _own_units(staff: Staff, report: Report) -> list[str]:
    below = {unit.code for unit in staff.tree.below(report.campaign.unit_code)}
    return [code for code in staff.units_with(DESK_ROLES) if code in below]


def report(staff: Staff, report_id: UUID | str) -> Report:
    """A report this person may read; texts speak in its campaign's words from here on. Raises NotFound otherwise."""
    row = db.session.get(Report, str(report_id))
    if row is None or not reads(staff, row, state(row)):
        raise NotFound
    speak_of(row.campaign.settings)
    return row


def written_report(staff: Staff, report_id: UUID | str) -> Report:
    """A report this person writes. Raises NotFound, or Forbidden for one they only read."""
    row = report(staff, report_id)
    if not writes(staff, row):
        raise Forbidden
    return row


def merged_report(staff: Staff, report_id: UUID | str) -> Report:
    """A report this person merges the children's into. Raises NotFound, Forbidden."""
    row = written_report(staff, report_id)
    if not merges(staff, row):
        raise Forbidden
    return row


def may_remark(staff: Staff, report: Report, now: str) -> bool:
    """Who writes or receives it, and who is asked for an opinion (a root in review); who only reads what is done does not."""
    asked = report.is_root and now == "reviewing" and reads(staff, report, now)
    return writes(staff, report) or receives(staff, report) or asked


def remarked_report(staff: Staff, report_id: UUID | str) -> Report:
    """A report this person may comment on. Raises NotFound, Forbidden."""
    row = report(staff, report_id)
    if not may_remark(staff, row, state(row)):
        raise Forbidden
    return row


def received_report(staff: Staff, report_id: UUID | str) -> Report:
    """A report this person returns or accepts. Raises NotFound, Forbidden."""
    row = report(staff, report_id)
    if not receives(staff, row):
        raise Forbidden
    return row


def unit_to_start(staff: Staff, campaign: Campaign, unit_code: str) -> str:
    """A unit whose report this person may begin. Raises NotFound, Forbidden."""
    if unit_code not in staff.tree or not db.session.scalar(seen_campaigns(staff).where(Campaign.id == campaign.id)):
        raise NotFound
    if not may_write(staff, campaign, unit_code):
        raise Forbidden
    return unit_code


def listed_units(staff: Staff, campaign: Campaign) -> list[str]:
    """The units whose reports' states this person may see: own ones, or all under a city role; in official order."""
    below = [unit.code for unit in staff.tree.below(campaign.unit_code)]
    if staff.has(("committee", "organizer", "office", "reader"), campaign.unit_code):
        return below
    own = {code for role, code in staff.grants if role in DESK_ROLES}
    return [code for code in below if any(unit.code in own for unit in staff.tree.above(code))]


def reports_of(campaign: Campaign) -> dict[str, Report]:
    """Unit code → its report."""
    return {one.unit_code: one for one in db.session.scalars(select(Report).where(Report.campaign_id == campaign.id))}


def runs_instance(staff: Staff) -> bool:
    """Whether this person runs the whole instance: administrator on a unit that has none above it."""
    return any(
        unit.parent_code is None and ("administrator", code) in staff.grants for code, unit in staff.tree.units.items()
    )
