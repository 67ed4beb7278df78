"""Counts how far the visits of each unit have come (从打开到通过), and when a phone of the unit was last heard of.

The steps are opened, drafted, sent and accepted, by the questionnaire a visit is filled in with. Only facts that are
there anyway are counted: nothing is noted for this.

A step holds whoever has come that far or further. What only phones know (a form begun, a draft not mirrored) is what
they said of themselves at their last contact. Touches visits, submissions, phone reports and planning.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, select
from sqlalchemy.orm import aliased

from surveys.accounts import Device
from surveys.database import db
from surveys.fieldwork.filling.phone_reports import PhoneStatus, phone_statuses
from surveys.fieldwork.visits.states import newest_decision, newest_decision_on, state_column
from surveys.fieldwork.visits.submissions import Submission
from surveys.fieldwork.visits.visits import Draft, Visit, in_order
from surveys.planning.assigning.assignments import Assignment
from surveys.planning.forms.questionnaire_versions import QuestionnaireVersion, version_in_force, versions_of
from surveys.planning.people.groups import Group, GroupMember
from surveys.planning.people.slips import DeviceHolder


@dataclass(slots=True)
class Row:
    """The visits of one unit that are filled in with one version of the questionnaire (None: no version is in force)."""

    unit: str
    version: int | None
    assigned: int = 0
    on_phone: int = 0
    opened: int = 0
    drafted: int = 0
    sent: int = 0
    accepted: int = 0

    def add(self, other: "Row") -> None:
        for each in fields(self)[2:]:
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))


@dataclass(frozen=True, slots=True)
class Contact:
    """The phones of one unit: when the last of them was heard of, and how many errors they have reported."""

    last: datetime | None = None
    errors: int = 0


def funnel(campaign_id: str, leaves: Sequence[str], phones_by_unit: Mapping[str, Sequence[PhoneStatus]]) -> list[Row]:
    """One row for each unit and version of the questionnaire, in the order of `leaves` and of the versions."""
    reports = [phone for phones in phones_by_unit.values() for phone in phones]
    begun_ids = {visit for phone in reports for visit in (*phone.opened, *phone.drafts)}
    draft_ids = {visit for phone in reports for visit in phone.drafts}
    in_force = version_in_force(campaign_id)
    numbers = {
        digest: version.number
        for version in reversed(versions_of(campaign_id))
        for digest in (version.package_hash, version.media_hash)
    }
    row_by_key: dict[tuple[str, int | None], Row] = {}
    for visit in db.session.execute(_visits(campaign_id, leaves)):
        number = numbers.get(visit.package, in_force.number if in_force else None)
        row = row_by_key.setdefault((visit.unit_code, number), Row(visit.unit_code, number))
        row.add(_steps(visit, visit.id in begun_ids, visit.id in draft_ids))
    return sorted(row_by_key.values(), key=lambda row: (leaves.index(row.unit), row.version or 0))


def total(rows: Iterable[Row]) -> Row:
    whole = Row("", None)
    for row in rows:
        whole.add(row)
    return whole


def contacts(
    campaign_id: str, leaves: Sequence[str], phones_by_unit: Mapping[str, Sequence[PhoneStatus]]
) -> dict[str, Contact]:
    """Unit → its phones' last contact and errors."""
    last = dict(
        db.session.execute(
            select(Group.unit_code, func.max(Device.last_contact_at))
            .join(GroupMember, GroupMember.group_id == Group.id)
            .join(DeviceHolder, DeviceHolder.deputy_id == GroupMember.deputy_id)
            .join(Device, Device.id == DeviceHolder.device_id)
            .where(Group.campaign_id == campaign_id, Group.unit_code.in_(leaves), Device.revoked_at.is_(None))
            .group_by(Group.unit_code)
        ).all()
    )
    errors = {unit: sum(len(phone.errors) for phone in phones) for unit, phones in phones_by_unit.items()}
    return {unit: Contact(last.get(unit), errors.get(unit, 0)) for unit in leaves}


def received_with(version: QuestionnaireVersion) -> int:
    """Visits whose newest version was filled in with this version of the questionnaire."""
    query = (
        select(func.count(Visit.id))
        .join(Submission, (Submission.visit_id == Visit.id) & (Submission.content == Visit.head))
        .where(
            Visit.campaign_id == version.campaign_id,
            Submission.package_hash.in_((version.package_hash, version.media_hash)),
        )
    )
    return db.session.scalar(query) or 0


def _steps(visit: Any, is_begun: bool, has_draft: bool) -> Row:
    sent, draft = bool(visit.sent), bool(visit.draft) or has_draft
    opened = visit.opened_at is not None or is_begun or draft or sent
    return Row(
        visit.unit_code,
        None,
        assigned=1,
        on_phone=int(visit.delivered_at is not None or opened),
        opened=int(opened),
        drafted=int(draft or sent),
        sent=int(sent),
        accepted=int(visit.state == "accepted"),
    )


def _visits(campaign_id: str, leaves: Sequence[str]) -> Any:
    """The visits that are to be made, each with the package it is filled in with: its version's, else its draft's."""
    newest, head = newest_decision(), aliased(Submission)
    of_draft = select(func.max(Draft.package_hash)).where(Draft.visit_id == Visit.id).correlate(Visit)
    of_any = select(func.max(Submission.package_hash)).where(Submission.visit_id == Visit.id).correlate(Visit)
    return (
        select(
            Visit.id,
            Visit.delivered_at,
            Visit.opened_at,
            Visit.unit_code,
            func.coalesce(head.package_hash, of_any.scalar_subquery(), of_draft.scalar_subquery()).label("package"),
            exists().where(Draft.visit_id == Visit.id).correlate(Visit).label("draft"),
            exists().where(Submission.visit_id == Visit.id).correlate(Visit).label("sent"),
            state_column(newest).label("state"),
        )
        .outerjoin(Assignment, Assignment.id == Visit.assignment_id)
        .outerjoin(newest, newest_decision_on(newest))
        .outerjoin(head, (head.visit_id == Visit.id) & (head.content == Visit.head))
        .where(
            Visit.campaign_id == campaign_id,
            Visit.unit_code.in_(leaves),
            Assignment.replaced_at.is_(None),
            Visit.voided_at.is_(None),
        )
        .order_by(*in_order())
    )


def phones_of(campaign_id: str, leaves: Sequence[str]) -> dict[str, list[PhoneStatus]]:
    """Unit → what the phones of its deputies reported."""
    rows = db.session.execute(
        select(Group.unit_code, GroupMember.deputy_id)
        .join(GroupMember, GroupMember.group_id == Group.id)
        .where(Group.campaign_id == campaign_id, Group.unit_code.in_(leaves))
        .distinct()
    )
    units_by_deputy: dict[str, list[str]] = {}
    for unit, deputy in rows:
        units_by_deputy.setdefault(deputy, []).append(unit)
    phones_by_unit: dict[str, list[PhoneStatus]] = {}
    for phone in phone_statuses(units_by_deputy):
        for unit in units_by_deputy[phone.deputy_id]:
            phones_by_unit.setdefault(unit, []).append(phone)
    return phones_by_unit
