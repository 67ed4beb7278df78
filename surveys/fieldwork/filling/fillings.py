"""Opens one visit as its deputy fills it in (填写): whose it is, its draft, the form's state. Touches all of fieldwork.

A filling opens the draft of the sender; without one, what stands as head (with it as base), so that a returned or submitted
visit is edited on top of what the server holds; without either, a visit that begins.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from surveys.database import CHINA, db, writing
from surveys.fieldwork.filling.drafts import DraftAnswers, RemovedEntry, end_draft, read_draft, save_draft
from surveys.fieldwork.filling.prefilled_answers import preload_for
from surveys.fieldwork.receiving.contents import read_parts
from surveys.fieldwork.receiving.packages import package_of
from surveys.fieldwork.receiving.senders import Sender, own_visits
from surveys.fieldwork.visits.attendance import attending, set_attendance
from surveys.fieldwork.visits.states import newest_decision, newest_decision_on, state_column
from surveys.fieldwork.visits.submissions import Submission
from surveys.fieldwork.visits.visits import Remark, Visit, open_visit, visit_group
from surveys.planning.assigning.assignments import Assignment
from surveys.planning.campaigns.campaigns import Campaign, CampaignUnit
from surveys.planning.campaigns.subjects import Subject
from surveys.planning.campaigns.units import Unit
from surveys.planning.forms.questionnaire_versions import version_in_force
from surveys.planning.people.deputies import Deputy
from surveys.planning.people.groups import Group, GroupMember
from surveys.planning.words.visit_words import speak_of
from surveys.questionnaire.facts import facts
from surveys.questionnaire.shapes.content_shape import PartEntry, VisitContent
from surveys.questionnaire.shapes.package_shape import Package
from surveys.questionnaire.state.evaluation import FormState

EDITABLE = ("open", "draft", "submitted", "returned")


@dataclass(frozen=True)
class Filling:
    """A visit as its sender fills it in now; one that nobody assigned has no assignment and no group."""

    sender: Sender
    visit: Visit
    assignment: Assignment | None
    campaign: Campaign
    subject: Subject | None
    unit: Unit
    area: Unit | None
    group: Group | None
    deadline: date
    state: str
    decision_id: str | None
    decided_at: datetime | None
    language: str

    @property
    def visit_id(self) -> str:
        return self.visit.id

    @property
    def name(self) -> str:
        """What the visit is about: its subject, or its title."""
        return self.subject.name if self.subject else self.visit.title or ""

    @property
    def is_open_for_answers(self) -> bool:
        """Whether the page may be filled in: not accepted, void, replaced or erased."""
        return self.state in EDITABLE and not self.is_replaced

    @property
    def is_replaced(self) -> bool:
        """Whether another subject is visited instead."""
        return self.assignment is not None and self.assignment.replaced_at is not None

    @cached_property
    def head(self) -> VisitContent | None:
        """The content that counts now, as plain data; the newest version while there is no head."""
        query = select(Submission.body).where(Submission.visit_id == self.visit.id).order_by(Submission.version.desc())
        body = db.session.scalar(query.where(Submission.content == self.visit.head) if self.visit.head else query)
        return json.loads(body) if body else None

    @cached_property
    def stored_draft(self) -> DraftAnswers | None:
        return read_draft(self.visit.id, self.sender) if self.is_open_for_answers else None

    @cached_property
    def draft(self) -> DraftAnswers | None:
        """The draft that the pages go on with; None for a visit that has not begun."""
        if self.stored_draft is not None:
            return self.stored_draft
        if self.visit.head is None or self.head is None:
            return None
        return DraftAnswers(
            questionnaire=self.head["questionnaire"],
            answers=self.head["answers"],
            repeats=self.head.get("repeats", {}),
            base=self.visit.head,
            clock=self.head.get("clock"),
            parts=tuple(read_parts(self.head.get("parts"))),
        )

    @cached_property
    def package_hash(self) -> str | None:
        if self.draft is not None:
            return self.draft.questionnaire
        version = version_in_force(self.campaign.id, self.visit.kind)
        return version.hash_for(self.campaign.setting("media")) if version else None

    @cached_property
    def package(self) -> Package | None:
        return package_of(self.package_hash) if self.package_hash else None

    @cached_property
    def form(self) -> FormState | None:
        """The form as the draft has it, at the campaign's clock; None before the visit begins."""
        if self.draft is None or self.package is None:
            return None
        return FormState(
            self.package, self.draft.answers, self.draft.repeats, now=self.clock(), language=self.language, new=False
        )

    @property
    def is_outdated(self) -> bool:
        """Whether another phone has handed in since this draft was begun: it will be kept beside that version."""
        return self.stored_draft is not None and self.stored_draft.base != self.visit.head

    def clock(self) -> str:
        return self.campaign.now().astimezone(CHINA).isoformat(timespec="milliseconds")

    def remarks(self) -> list[Remark]:
        """What the desk asks for, while the visit is returned."""
        if self.state != "returned" or self.decision_id is None:
            return []
        query = select(Remark).where(Remark.decision_id == self.decision_id).order_by(Remark.made_at, Remark.id)
        return list(db.session.scalars(query))

    @cached_property
    def members(self) -> list[Deputy]:
        """The deputies from whom attendance is chosen: those of the group; without one, those who are named already."""
        if self.group is None:
            return attending(self.visit.id)
        query = select(Deputy).join(GroupMember, GroupMember.deputy_id == Deputy.id)
        return list(db.session.scalars(query.where(GroupMember.group_id == self.group.id).order_by(Deputy.name)))

    @cached_property
    def present(self) -> list[Deputy]:
        """Who went, as of the first time it is asked for."""
        return attending(self.visit.id)


def open_filling(sender: Sender, visit_id: str, language: str) -> Filling | None:
    """The visit as the sender fills it in, in its campaign's words; None where it is not theirs now or is not there."""
    newest, area = newest_decision(), aliased(Unit)
    row = db.session.execute(
        select(
            Visit,
            Assignment,
            Campaign,
            Subject,
            Unit,
            area,
            Group,
            CampaignUnit.deadline_on,
            state_column(newest).label("state"),
            newest.id.label("decision_id"),
            newest.decided_at,
        )
        .outerjoin(Assignment, Assignment.id == Visit.assignment_id)
        .join(Campaign, Campaign.id == Visit.campaign_id)
        .outerjoin(Subject, Subject.id == Visit.subject_id)
        .join(Unit, Unit.code == Visit.unit_code)
        .outerjoin(Group, Group.id == visit_group())
        .outerjoin(area, area.code == Subject.area_code)
        .outerjoin(
            CampaignUnit,
            (CampaignUnit.campaign_id == Visit.campaign_id) & (CampaignUnit.unit_code == Visit.unit_code),
        )
        .outerjoin(newest, newest_decision_on(newest))
        .where(Visit.id == visit_id, Visit.erased_at.is_(None), Visit.id.in_(own_visits(sender)))
    ).first()
    if row is None:
        return None
    speak_of(row.Visit.visit_kind.settings())
    return Filling(
        sender=sender,
        visit=row.Visit,
        assignment=row.Assignment,
        campaign=row.Campaign,
        subject=row.Subject,
        unit=row[4],
        area=row[5],
        group=row.Group,
        deadline=(row.Assignment and row.Assignment.due_on) or row.deadline_on or row.Campaign.ends_on,
        state=row.state,
        decision_id=row.decision_id,
        decided_at=row.decided_at,
        language=language,
    )


def begin(filling: Filling, deputy_ids: list[str]) -> None:
    """Open the form with who went and what is known filled in, after the notice was read. Keeps a draft there is."""
    if filling.package is None or filling.package_hash is None:
        raise ValueError("no questionnaire is published")
    package, package_hash, clock = filling.package, filling.package_hash, filling.clock()
    visit_id, moment, notice = filling.visit_id, filling.campaign.now(), filling.campaign.notice_version
    draft = filling.draft
    with writing():
        open_visit(visit_id, at=moment, notice_version=notice)
        set_attendance(visit_id, deputy_ids, at=moment)
        preload = preload_for(visit_id, package, filling.sender)
        if draft is None:
            state = facts.begin(package, preload, now=clock, language=filling.language)
            draft = DraftAnswers(questionnaire=package_hash, clock=clock)
        else:
            state = FormState(package, draft.answers, draft.repeats, now=clock, language=filling.language, new=False)
            offered = {row["path"] for row in package["facts"]["rows"] if facts.is_offered(row)}
            for path, text in preload.items():
                if path not in offered:  # what a person may have put right stays
                    state.set(path, text)
        save_draft(visit_id, filling.sender, replace(draft, **_fields_of(state, clock)), at=moment)


def save(
    filling: Filling,
    state: FormState,
    *,
    page: str | None = None,
    removed: RemovedEntry | None = None,
    parts: Sequence[PartEntry] | None = None,
    replies: Mapping[str, str] | None = None,
) -> None:
    """Keep the state as the sender's draft; durable when this returns. `parts` and `replies` replace those of the draft."""
    assert filling.draft is not None
    draft = replace(
        filling.draft,
        **_fields_of(state, state.now),
        page=page or filling.draft.page,
        removed=removed,
        parts=filling.draft.parts if parts is None else tuple(parts),
        replies=filling.draft.replies if replies is None else replies,
    )
    save_draft(filling.visit_id, filling.sender, draft, at=filling.campaign.now())


def _fields_of(state: FormState, clock: str) -> dict[str, Any]:
    return {"answers": state.raw(), "repeats": state.repeats, "clock": clock, "saved_at": None}


def give_up(filling: Filling) -> None:
    """Drop the draft: what was handed in before stands."""
    with writing():
        end_draft(filling.visit_id, filling.sender)
