"""Who may see and do what; every query a page makes starts here. Touches fieldwork and earlier rooms.

| | own group and liaison | own unit desk | committee, organizer | others |
| --- | --- | --- | --- | --- |
| draft | yes | state and count | state and count | nothing |
| submitted | yes | all | state and count | nothing |
| accepted | yes | all | L0–L2 | neutral totals |
| L3 | yes | yes | a contact marked for the handler, with its hand-over | nothing |

A member of staff is a `Staff`: the account with its grants in force. What a person may not see does not exist for them (404);
what they may see but not do is refused (403).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, or_, select, true
from werkzeug.exceptions import Forbidden, NotFound

from surveys.accounts import Account
from surveys.audit import AuditEntry
from surveys.database import db
from surveys.fieldwork.visits.states import newest_decision, newest_decision_on, state_column
from surveys.fieldwork.visits.visits import Visit
from surveys.planning.campaigns.campaigns import Campaign, CampaignUnit
from surveys.planning.campaigns.complaints import Complaint
from surveys.planning.campaigns.plan_acts import PlanAct
from surveys.planning.campaigns.registers import FIRMS
from surveys.planning.campaigns.staff import grants_of
from surveys.planning.campaigns.subjects import Subject
from surveys.planning.campaigns.units import UnitTree, unit_tree
from surveys.planning.words.visit_words import speak_of

CITY_ROLES = ("organizer", "committee", "office", "reader", "administrator", "auditor")
DESK_ROLES = ("unit_desk", "unit_approver")
ALL = frozenset({"L0", "L1", "L2", "L3"})


@dataclass(frozen=True)
class Staff:
    """A signed-in member of staff. `grants` are (role, unit code) in force."""

    account: Account
    grants: frozenset[tuple[str, str]]
    tree: UnitTree

    def roles_on(self, unit_code: str) -> frozenset[str]:
        """The roles this person has on a unit: granted on it or on a unit above it."""
        if unit_code not in self.tree:
            return frozenset()
        above = {unit.code for unit in self.tree.above(unit_code)}
        return frozenset(role for role, code in self.grants if code in above)

    def has(self, roles: str | Iterable[str], unit_code: str) -> bool:
        names = {roles} if isinstance(roles, str) else set(roles)
        return bool(names & self.roles_on(unit_code))

    def units_with(self, roles: Iterable[str]) -> list[str]:
        """The units (in official order) on which this person has one of the roles."""
        return [code for code in self.tree.units if self.has(roles, code)]

    @cached_property
    def desk_units(self) -> list[str]:
        """Leaves whose visits this person handles."""
        return [code for code in self.units_with((*DESK_ROLES, "liaison")) if self.tree.is_leaf(code)]

    @cached_property
    def watched_units(self) -> list[str]:
        """Leaves whose progress this person may see: own ones, and those under a city role."""
        return [code for code in self.units_with((*DESK_ROLES, "liaison", *CITY_ROLES)) if self.tree.is_leaf(code)]

    def may_plan(self, campaign: Campaign) -> bool:
        return self.has("organizer", campaign.unit_code)


def staff_of(account: Account) -> Staff:
    """The account with its grants in force and the unit tree."""
    return Staff(account, frozenset((grant.role, grant.unit_code) for grant in grants_of(account.id)), unit_tree())


# --- campaigns and units -------------------------------------------------------------------------------------------


def campaigns(staff: Staff) -> Select[Campaign]:
    """The campaigns in which a unit of this person takes part, newest first."""
    codes = set(staff.units_with((*CITY_ROLES, *DESK_ROLES, "liaison")))
    taking_part = select(CampaignUnit.campaign_id).where(CampaignUnit.unit_code.in_(codes))
    return (
        select(Campaign)
        .where(or_(Campaign.id.in_(taking_part), Campaign.unit_code.in_(codes)))
        .order_by(Campaign.starts_on.desc(), Campaign.number.desc())
    )


def campaign(staff: Staff, number: int) -> Campaign:
    """One campaign by its number; texts speak in its words from here on. Raises NotFound when it is none of this person's."""
    row = db.session.scalar(campaigns(staff).where(Campaign.number == number))
    if row is None:
        raise NotFound
    speak_of(row.settings)
    return row


def planned_campaign(staff: Staff, number: int) -> Campaign:
    """A campaign this person may change. Raises Forbidden for one they may only see."""
    row = campaign(staff, number)
    if not staff.may_plan(row):
        raise Forbidden
    return row


def participating_leaves(staff: Staff, of: Campaign) -> list[str]:
    """The leaves of a campaign whose progress this person may see, in official order."""
    taking_part = set(db.session.scalars(select(CampaignUnit.unit_code).where(CampaignUnit.campaign_id == of.id)))
    return [code for code in staff.watched_units if code in taking_part]


# --- visits, as seen from a desk -----------------------------------------------------------------------------------


def desk_visit(staff: Staff, visit_id: UUID | str) -> Visit:
    """A visit of an own leaf; texts speak in its campaign's words from here on. Raises NotFound otherwise."""
    visit = db.session.get(Visit, str(visit_id))
    if visit is None or visit.unit_code not in staff.desk_units:
        raise NotFound
    speak_of(visit.campaign.settings)
    return visit


def reviewed_visit(staff: Staff, visit_id: UUID | str) -> Visit:
    """A visit this person may decide on: the desk's and the approver's, not a liaison's. Raises Forbidden for a liaison."""
    visit = desk_visit(staff, visit_id)
    if not staff.has(DESK_ROLES, visit.unit_code):
        raise Forbidden
    return visit


def read_levels(staff: Staff, unit_code: str, state: str) -> frozenset[str]:
    """Which privacy levels of a submission's answers this person may read; empty = its state and count only."""
    roles = staff.roles_on(unit_code)
    if roles & {*DESK_ROLES, "liaison"}:
        return frozenset() if state in ("open", "draft") else ALL
    if roles & {"committee", "organizer"} and state == "accepted":
        return ALL - {"L3"}
    return frozenset()


def readable_visit(
    staff: Staff, visit_id: UUID | str, state_of: Callable[[Visit], str]
) -> tuple[Visit, frozenset[str], bool]:
    """A visit whose content this person may read, with the levels, and whether it is their own desk's: all of it then.

    `state_of` is asked for the visits of others only. Raises NotFound when there is nothing to read.
    """
    visit = db.session.get(Visit, str(visit_id))
    if visit is None:
        raise NotFound
    speak_of(visit.campaign.settings)
    if visit.unit_code in staff.desk_units:
        return visit, ALL, True
    levels = read_levels(staff, visit.unit_code, state_of(visit))
    if not levels:
        raise NotFound
    return visit, levels, False


def visit_levels(staff: Staff, of: Campaign) -> dict[str, frozenset[str]]:
    """Visit id → the privacy levels this person may read in it as it stands now; a visit with nothing to read is not there."""
    newest = newest_decision()
    query = (
        select(Visit.id, Visit.unit_code, state_column(newest))
        .outerjoin(newest, newest_decision_on(newest))
        .where(Visit.campaign_id == of.id, Visit.unit_code.in_(staff.watched_units))
    )
    levels = cache(lambda unit, state: read_levels(staff, unit, state))
    levels_by_visit = {visit: levels(unit, state) for visit, unit, state in db.session.execute(query)}
    return {visit: readable for visit, readable in levels_by_visit.items() if readable}


# --- registers and what was done to plans --------------------------------------------------------------------------------

REGISTER_READERS = ("organizer", "committee", "office", "reader", *DESK_ROLES, "liaison")
REGISTER_KEEPERS = ("organizer", *DESK_ROLES)


def kept_units(staff: Staff) -> list[str]:
    """The units whose registers and plans this person keeps, in official order. Raises Forbidden where there is none."""
    units = staff.units_with(REGISTER_KEEPERS)
    if not units:
        raise Forbidden
    return units


def subjects(staff: Staff) -> Select[Subject]:
    """The registers as far as this person may read them: what their units keep. Raises Forbidden where they read none.

    Firms are for who keeps their lists alone, as those lists are; stations and sites are no secret within a unit.
    """
    units = staff.units_with(REGISTER_READERS)
    if not units:
        raise Forbidden
    keeps_firms = _kept_by(staff, staff.units_with(REGISTER_KEEPERS))
    readable = and_(Subject.kind != FIRMS, _kept_by(staff, units))
    return select(Subject).where(Subject.removed_at.is_(None), or_(keeps_firms, readable))


def reads_register(staff: Staff, key: str) -> bool:
    """Whether this person may open a register at all."""
    return bool(staff.units_with(REGISTER_KEEPERS if key == FIRMS else REGISTER_READERS))


def _kept_by(staff: Staff, units: list[str]) -> ColumnElement[bool]:
    if any(staff.tree[code].parent_code is None for code in units):
        return true()
    by_district = and_(Subject.unit_code.is_(None), Subject.area_code.in_(units))
    return or_(Subject.unit_code.in_(units), by_district) if units else false()


def subject(staff: Staff, subject_id: UUID | str) -> Subject:
    """One subject of the register. Raises NotFound for another's, or one that was taken out."""
    row = db.session.scalar(subjects(staff).where(Subject.id == str(subject_id)))
    if row is None:
        raise NotFound
    return row


def keeps(staff: Staff, row: Subject) -> bool:
    """Whether this person may change a subject: they keep its unit, or the whole where no unit keeps it."""
    code = row.unit_code or row.area_code
    if code is not None and code in staff.tree:
        return staff.has(REGISTER_KEEPERS, code)
    return any(staff.tree[unit].parent_code is None for unit in staff.units_with(REGISTER_KEEPERS))


def kept_subject(staff: Staff, subject_id: UUID | str) -> Subject:
    """A subject this person may change. Raises Forbidden for one they may only read."""
    row = subject(staff, subject_id)
    if not keeps(staff, row):
        raise Forbidden
    return row


def reads_contacts(staff: Staff, row: Subject) -> bool:
    """A contact is personal, and the own desk's matter."""
    code = row.unit_code or row.area_code
    return code is not None and staff.has((*DESK_ROLES, "liaison"), code)


def plan_acts(staff: Staff) -> Select[PlanAct]:
    """What was done to the plans this person keeps, newest first. Raises Forbidden where they keep none."""
    return select(PlanAct).where(PlanAct.unit_code.in_(kept_units(staff))).order_by(PlanAct.done_at.desc(), PlanAct.id)


def plan_act(staff: Staff, act_id: UUID | str) -> PlanAct:
    """One act of theirs. Raises NotFound for another's."""
    row = db.session.scalar(plan_acts(staff).where(PlanAct.id == str(act_id)))
    if row is None:
        raise NotFound
    return row


# --- complaints --------------------------------------------------------------------------------------------------------


def complaints(staff: Staff) -> Select[Complaint]:
    """What was written about the units this person answers for, unanswered first. Raises Forbidden where there is none.

    A desk answers what is about its own unit; an administrator and an organizer of a unit what is about it and below; what is about
    no unit belongs to those above all units.
    """
    units = set(staff.units_with((*DESK_ROLES, "administrator", "organizer")))
    if not units:
        raise Forbidden
    mine = Complaint.unit_code.in_(sorted(units))
    above_all = any(
        staff.has(("administrator", "organizer"), code) and staff.tree[code].parent_code is None for code in units
    )
    condition = or_(mine, Complaint.unit_code.is_(None)) if above_all else mine
    return select(Complaint).where(condition).order_by(Complaint.answered_at.is_not(None), Complaint.received_at.desc())


# --- the audit trail -------------------------------------------------------------------------------------------------


def audited_units(staff: Staff) -> list[str]:
    """The units whose audit trail this person may read. Raises Forbidden where there is none."""
    units = staff.units_with(("auditor", "administrator"))
    if not units:
        raise Forbidden
    return units


def audits_everything(staff: Staff) -> bool:
    """Whether this person may read all of the trail, what belongs to no unit included: their role is on a unit with none above it."""
    return any(staff.tree[code].parent_code is None for code in audited_units(staff))


def audit_entries(staff: Staff) -> Select[AuditEntry]:
    """The entries of the audit trail this person may read, newest first. Raises Forbidden."""
    units = audited_units(staff)
    query = select(AuditEntry).order_by(AuditEntry.id.desc())
    return query if audits_everything(staff) else query.where(AuditEntry.unit_code.in_(units))
