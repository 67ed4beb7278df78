"""Lists the visits of a deputy for the phone's `GET /assignments` and for the page 我的走访. Touches planning.

A handful of SELECTs whatever the length of the list.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from surveys.database import db
from surveys.fieldwork.receiving.senders import Sender, own_visits
from surveys.fieldwork.receiving.versions import awaited_parts, has_conflict, read_versions
from surveys.fieldwork.visits.states import newest_decision, newest_decision_on, state_column
from surveys.fieldwork.visits.submissions import Submission
from surveys.fieldwork.visits.visits import (
    Decision,
    Draft,
    Remark,
    Visit,
    in_order,
    visit_group,
    visit_name,
    visit_reference,
)
from surveys.planning.assigning.assignments import Assignment
from surveys.planning.campaigns.campaigns import Campaign, CampaignUnit
from surveys.planning.campaigns.subjects import Subject
from surveys.planning.forms.questionnaire_versions import version_in_force
from surveys.planning.people.groups import Group


@dataclass(frozen=True, slots=True)
class Task:
    """One visit of the list with what its row says. The contact is L3: for the visit's own group alone."""

    visit_id: str
    reference: str
    title: str
    address: str
    contact: str
    contact_phone: str
    campaign_id: str
    campaign: str
    campaign_en: str
    unit_code: str
    group_id: str | None
    group: str
    questionnaire: str | None
    due: date
    appointed: date | None
    state: str
    head: str | None
    round: int
    conflict: bool
    replaced: bool
    closed: bool
    in_field: bool
    delivered: bool
    handed_in_at: datetime | None
    outcome: str | None
    via: str | None
    handed_in_by: str | None
    decided_at: datetime | None
    remarks: int
    draft_at: datetime | None
    draft_page: str | None
    missing: list[str]

    def as_assignment(self) -> dict[str, Any]:
        """The visit as a phone lists it (receiving.md 3), with its number, whether its subject was replaced, and where there are
        any, the hashes of parts that were handed in and have not come: whoever has the bytes sends them."""
        members = {
            "visit": self.visit_id,
            "title": self.title,
            "campaign": self.campaign,
            "questionnaire": self.questionnaire,
            "due": self.due.isoformat(),
            "state": self.state,
            "head": self.head,
            "round": self.round,
            "conflict": self.conflict,
            "reference": self.reference,
            "replaced": self.replaced,
        }
        return members | {"missing": self.missing} if self.missing else members


def tasks_of(sender: Sender, *, visit_id: str | None = None) -> list[Task]:
    """The visits of the sender, nearest deadline first; with `visit_id` only that one."""
    newest = newest_decision()
    query = (
        select(
            Visit.id,
            Visit.head,
            Visit.delivered_at,
            Visit.unit_code,
            Assignment.number,
            visit_group().label("group_id"),
            Assignment.due_on,
            Assignment.appointed_on,
            Assignment.replaced_at,
            Campaign,
            visit_name().label("name"),
            Visit.kind,
            Subject.address,
            Subject.contact,
            Subject.contact_phone,
            Group.name.label("group"),
            CampaignUnit.deadline_on,
            state_column(newest).label("state"),
            newest.id.label("decision_id"),
            newest.decided_at,
        )
        .outerjoin(Assignment, Assignment.id == Visit.assignment_id)
        .join(Campaign, Campaign.id == Visit.campaign_id)
        .outerjoin(Subject, Subject.id == Visit.subject_id)
        .outerjoin(Group, Group.id == visit_group())
        .outerjoin(
            CampaignUnit,
            (CampaignUnit.campaign_id == Visit.campaign_id) & (CampaignUnit.unit_code == Visit.unit_code),
        )
        .outerjoin(newest, newest_decision_on(newest))
        .where(Visit.id.in_(own_visits(sender)), Visit.erased_at.is_(None))
        .order_by(Assignment.due_on.is_(None), Assignment.due_on, *in_order())
    )
    rows = list(db.session.execute(query.where(Visit.id == visit_id) if visit_id else query))
    ids = [row.id for row in rows]
    rounds, heads, drafts = _rounds(ids), _heads(ids), _drafts(ids)
    remarks = _remarks([row.decision_id for row in rows if row.decision_id])
    conflicts = _conflicts(rows)
    missing = awaited_parts(ids)
    packages = {key: _package_for(*key) for key in {(row.Campaign, row.kind) for row in rows}}
    tasks = []
    for row in rows:
        campaign = row.Campaign
        at, outcome, package, via, by = heads.get(row.id, (None, None, None, None, None))
        draft_at, page, base = drafts.get(row.id, (None, None, None))
        if at and draft_at and draft_at <= at and base != row.head:
            draft_at, page = None, None  # another phone's leftover: what was handed in since stands above it
        tasks.append(
            Task(
                visit_id=row.id,
                reference=visit_reference(row.unit_code, row.number, row.id),
                title=row.name or "",
                address=row.address or "",
                contact=row.contact or "",
                contact_phone=row.contact_phone or "",
                campaign_id=campaign.id,
                campaign=campaign.title,
                campaign_en=campaign.name("en"),
                unit_code=row.unit_code,
                group_id=row.group_id,
                group=row.group or "",
                questionnaire=package or packages[campaign, row.kind],
                due=row.due_on or row.deadline_on or campaign.ends_on,
                appointed=row.appointed_on,
                state=row.state,
                head=row.head,
                round=rounds.get(row.id, 0),
                conflict=row.id in conflicts,
                replaced=row.replaced_at is not None,
                closed=campaign.closed_at is not None,
                in_field=campaign.closed_at is None and campaign.today() <= campaign.ends_on,
                delivered=row.delivered_at is not None,
                handed_in_at=_by_calendar(at, campaign),
                outcome=outcome,
                via=via,
                handed_in_by=by,
                decided_at=_by_calendar(row.decided_at, campaign),
                remarks=remarks.get(row.decision_id, 0),
                draft_at=_by_calendar(draft_at, campaign),
                draft_page=page,
                missing=missing.get(row.id, []),
            )
        )
    return tasks


def _by_calendar(moment: datetime | None, campaign: Campaign) -> datetime | None:
    """A moment by the calendar of the list: in a rehearsal or demonstration nothing is later than the campaign's own clock."""
    return min(moment, campaign.as_of) if moment and campaign.as_of else moment


def _package_for(campaign: Campaign, kind: str) -> str | None:
    version = version_in_force(campaign.id, kind)
    return version.hash_for(campaign.setting("media")) if version else None


def _rounds(visit_ids: list[str]) -> dict[str, int]:
    rows = db.session.execute(
        select(Decision.visit_id, func.count())
        .where(Decision.visit_id.in_(visit_ids), Decision.verdict == "return")
        .group_by(Decision.visit_id)
    )
    return {row[0]: row[1] for row in rows}


def _heads(visit_ids: list[str]) -> dict[str, tuple[datetime, str, str, str, str | None]]:
    """Visit → time, outcome, package, door and name of its head, or of its newest version while there is no head."""
    rows = db.session.execute(
        select(
            Submission.visit_id,
            Submission.received_at,
            Submission.outcome,
            Submission.package_hash,
            Submission.via,
            Submission.by_name,
        )
        .join(Visit, Visit.id == Submission.visit_id)
        .where(Submission.visit_id.in_(visit_ids), func.coalesce(Visit.head, Submission.content) == Submission.content)
        .order_by(Submission.version)
    )
    return {row.visit_id: (row.received_at, row.outcome, row.package_hash, row.via, row.by_name) for row in rows}


def _drafts(visit_ids: list[str]) -> dict[str, tuple[datetime, str | None, str | None]]:
    """When the latest draft of a visit was saved, at which page, and on which version it was begun."""
    rows = db.session.execute(
        select(Draft.visit_id, Draft.saved_at, Draft.page, Draft.base)
        .where(Draft.visit_id.in_(visit_ids))
        .order_by(Draft.saved_at)
    )
    return {row.visit_id: (row.saved_at, row.page, row.base) for row in rows}


def _remarks(decision_ids: list[str]) -> dict[str, int]:
    rows = db.session.execute(
        select(Remark.decision_id, func.count())
        .where(Remark.decision_id.in_(decision_ids), Remark.path.is_not(None))
        .group_by(Remark.decision_id)
    )
    return {decision_id: count for decision_id, count in rows if decision_id}


def _conflicts(rows: Iterable[object]) -> set[str]:
    heads = {row.id: row.head for row in rows}  # type: ignore[attr-defined]
    query = select(Submission.visit_id).where(Submission.visit_id.in_(heads), Submission.fork).distinct()
    return {
        visit_id for visit_id in db.session.scalars(query) if has_conflict(read_versions(visit_id), heads[visit_id])
    }
