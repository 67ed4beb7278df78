"""发起: a visit that nobody assigned, started by a deputy on the phone or by staff for a group (records.md 3). Touches planning.

The id is minted where it is started. Whether one may be started is said here alone: `start_visit` begins the visit or raises
StartRefused with the reason, under which what came is set aside for the desk.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, select

from surveys.audit import Actor, record
from surveys.database import CHINA, db, writing
from surveys.fieldwork.visits.attendance import set_attendance
from surveys.fieldwork.visits.submissions import Submission
from surveys.fieldwork.visits.visits import Visit
from surveys.planning.campaigns.campaigns import Campaign, CampaignUnit
from surveys.planning.campaigns.subjects import ListEntry, Subject
from surveys.planning.campaigns.units import Unit
from surveys.planning.campaigns.visit_kinds import FIRST, VisitKind, kind_of, kinds_of
from surveys.planning.forms.questionnaire_versions import version_in_force
from surveys.planning.people.deputies import Deputy
from surveys.planning.people.groups import Group, GroupMember

LONGEST_TITLE = 120
WITHDRAWN = "发起人撤回"
REASONS = ("start_kind", "start_unit", "start_window", "start_subject", "start_cap")


@dataclass(frozen=True, slots=True)
class Start:
    """What the first contact of a started visit says of it (`start` in its content)."""

    campaign_id: str
    kind: str
    unit_code: str
    subject_id: str | None = None
    title: str = ""
    started_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Opening:
    """One kind of visits that a deputy may start now: for which unit, and as a member of which group."""

    campaign: Campaign
    kind: VisitKind
    unit_code: str
    group: Group | None


class StartRefused(Exception):
    """One of `REASONS`."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


def read_start(value: Any) -> Start | None:
    """`start` as a content has it; None for anything else."""
    if not isinstance(value, Mapping):
        return None
    texts = [value.get(name) for name in ("campaign", "kind", "unit")]
    if not all(isinstance(text, str) and 0 < len(text) <= 40 for text in texts):
        return None
    subject, title = value.get("subject"), value.get("title")
    return Start(
        *(str(text) for text in texts),
        subject_id=subject if isinstance(subject, str) and subject else None,
        title=title.strip()[:LONGEST_TITLE] if isinstance(title, str) else "",
        started_at=_moment(value.get("started_at")),
    )


def start_visit(visit_id: str, start: Start, *, deputy_id: str, actor: Actor, by_desk: bool = False) -> Visit:
    """Begin the visit under an id that is not used yet. Raises StartRefused; IntegrityError where the id was used meanwhile.

    The deputy who starts one is the first who took part; it is their group's in that unit, where they are in one. The desk may
    enter later what took place in the window.
    """
    with writing() as session:
        kind = kind_of(start.campaign_id, start.kind)
        if kind is None or kind.removed_at is not None or not (_is_desks(kind) if by_desk else kind.starts == "deputy"):
            raise StartRefused("start_kind")
        campaign = kind.campaign
        group = _group_of(deputy_id, campaign.id, start.unit_code)
        if not _may_collect(campaign, start.unit_code) or not (group or _is_of_unit(deputy_id, start.unit_code)):
            raise StartRefused("start_unit")
        at = start.started_at or campaign.now()
        day = at.astimezone(CHINA).date()
        if campaign.closed_at is not None or not kind.is_in_window(day):
            raise StartRefused("start_window")
        if not _fits(kind, start):
            raise StartRefused("start_subject")
        if kind.most_a_day and not by_desk and _started_on(day, kind, deputy_id) >= kind.most_a_day:
            raise StartRefused("start_cap")
        visit = Visit(
            id=visit_id,
            campaign_id=campaign.id,
            kind=kind.key,
            unit_code=start.unit_code,
            subject_id=start.subject_id,
            title=None if start.subject_id else start.title,
            group_id=group.id if group else None,
            started_at=at,
            started_by=deputy_id,
        )
        session.add(visit)
        session.flush()
        set_attendance(visit_id, [deputy_id], at=at)
        target = ("visit", visit_id)
        record(
            actor, "visit.started", target=target, campaign_id=campaign.id, unit_code=start.unit_code, kind=kind.label
        )
        return visit


def withdraw(visit: Visit, *, deputy_id: str, actor: Actor) -> bool:
    """Take back a visit that this deputy started by mistake; False where something was handed in, or it is somebody else's."""
    with writing() as session:
        session.refresh(visit)
        handed_in = session.scalar(select(exists().where(Submission.visit_id == visit.id)))
        if visit.assignment_id or visit.started_by != deputy_id or handed_in or visit.voided_at is not None:
            return False
        visit.voided_at, visit.voided_reason = visit.campaign.now(), WITHDRAWN
        about = {"campaign_id": visit.campaign_id, "unit_code": visit.unit_code}
        record(actor, "visit.withdrawn", target=("visit", visit.id), **about)
        return True


def withdrawable(deputy_id: str) -> list[Visit]:
    """What a deputy started and nobody has handed in yet, the newest first."""
    query = select(Visit).where(
        Visit.started_by == deputy_id,
        Visit.voided_at.is_(None),
        Visit.erased_at.is_(None),
        ~exists().where(Submission.visit_id == Visit.id),
    )
    return list(db.session.scalars(query.order_by(Visit.started_at.desc(), Visit.id)))


def is_new_id(text: str) -> bool:
    """Whether a phone could have minted it: a UUID as it is written here."""
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def openings_of(deputy_id: str | None, groups: Collection[str]) -> list[Opening]:
    """What a deputy may start now, campaign by campaign in the order of its kinds: for each group, and without one for the own unit."""
    if not db.session.scalar(select(exists().where(VisitKind.starts == "deputy", VisitKind.removed_at.is_(None)))):
        return []
    places: dict[str, tuple[Campaign, str, Group | None]] = {}
    of_groups = (
        select(Campaign, Group)
        .join(Group, Group.campaign_id == Campaign.id)
        .where(Group.id.in_(groups), Campaign.closed_at.is_(None))
        .order_by(Campaign.number.desc(), Group.number)
    )
    for campaign, group in db.session.execute(of_groups):
        places.setdefault(f"{campaign.id} {group.unit_code}", (campaign, group.unit_code, group))
    of_unit = (
        select(Campaign, Deputy.unit_code)
        .join(CampaignUnit, CampaignUnit.campaign_id == Campaign.id)
        .join(Deputy, (Deputy.unit_code == CampaignUnit.unit_code) & (Deputy.id == deputy_id))
        .where(Campaign.closed_at.is_(None), _is_leaf(Deputy.unit_code))
        .order_by(Campaign.number.desc())
    )
    for campaign, unit_code in db.session.execute(of_unit):
        places.setdefault(f"{campaign.id} {unit_code}", (campaign, unit_code, None))
    return [
        Opening(campaign, kind, unit_code, group)
        for campaign, unit_code, group in places.values()
        for kind in kinds_of(campaign.id)
        if kind.starts == "deputy" and kind.is_in_window(campaign.today()) and version_in_force(campaign.id, kind.key)
    ]


def desk_kinds(campaign: Campaign) -> list[VisitKind]:
    """The kinds of which a desk enters what took place: all but the first, whose visits are planned and assigned."""
    return [kind for kind in kinds_of(campaign.id) if _is_desks(kind) and version_in_force(campaign.id, kind.key)]


def _is_desks(kind: VisitKind) -> bool:
    return kind.key != FIRST


def subjects_for(kind: VisitKind, unit_code: str) -> list[Subject]:
    """The subjects of the unit's list that a visit of this kind may hang on, by name."""
    query = (
        select(Subject)
        .join(ListEntry, ListEntry.subject_id == Subject.id)
        .where(
            ListEntry.campaign_id == kind.campaign_id,
            ListEntry.unit_code == unit_code,
            Subject.kind.in_(kind.hangs_on),
        )
        .order_by(Subject.name)
    )
    return list(db.session.scalars(query))


def _fits(kind: VisitKind, start: Start) -> bool:
    """A kind that hangs on subjects has one of the unit's list, of a kind it names; another has a title."""
    if not kind.hangs_on:
        return start.subject_id is None and bool(start.title)
    if start.subject_id is None:
        return False
    listed = exists().where(
        ListEntry.campaign_id == kind.campaign_id,
        ListEntry.unit_code == start.unit_code,
        ListEntry.subject_id == start.subject_id,
        Subject.id == ListEntry.subject_id,
        Subject.kind.in_(kind.hangs_on),
    )
    return bool(db.session.scalar(select(listed)))


def _group_of(deputy_id: str, campaign_id: str, unit_code: str) -> Group | None:
    query = (
        select(Group)
        .join(GroupMember, GroupMember.group_id == Group.id)
        .where(GroupMember.deputy_id == deputy_id, Group.campaign_id == campaign_id, Group.unit_code == unit_code)
        .order_by(Group.number)
        .limit(1)
    )
    return db.session.scalar(query)


def _is_of_unit(deputy_id: str, unit_code: str) -> bool:
    deputy = db.session.get(Deputy, deputy_id)
    return deputy is not None and deputy.unit_code == unit_code


def _may_collect(campaign: Campaign, unit_code: str) -> bool:
    """Whether the unit takes part and has none below it."""
    takes_part = exists().where(CampaignUnit.campaign_id == campaign.id, CampaignUnit.unit_code == unit_code)
    return bool(db.session.scalar(select(takes_part & _is_leaf(unit_code))))


def _is_leaf(unit_code: Any) -> Any:
    return ~exists().where(Unit.parent_code == unit_code)


def _started_on(day: date, kind: VisitKind, deputy_id: str) -> int:
    first = datetime.combine(day, time(), CHINA)
    query = select(func.count()).where(
        Visit.campaign_id == kind.campaign_id,
        Visit.kind == kind.key,
        Visit.started_by == deputy_id,
        Visit.started_at >= first,
        Visit.started_at < first + timedelta(days=1),
        Visit.voided_at.is_(None),
    )
    return db.session.scalar(query) or 0


def _moment(text: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else None
