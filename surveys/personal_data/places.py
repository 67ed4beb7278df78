"""Every kind of place of surveys where something of a person or firm may be held (持有清单). A new table that names people is entered here."""

import base64
import json
from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, delete, or_, select, type_coerce, update
from sqlalchemy.orm import undefer

from surveys.accounts import Account, Device
from surveys.audit import Actor, AuditEntry
from surveys.database import db
from surveys.fieldwork.filling.phone_reports import PhoneReport
from surveys.fieldwork.filling.trial_records import TrialRecord
from surveys.fieldwork.findings.act_records import FindingAct
from surveys.fieldwork.findings.findings import Finding, Headline
from surveys.fieldwork.visits.attendance import Attendance
from surveys.fieldwork.visits.events import Event
from surveys.fieldwork.visits.submissions import ContentPart, HeldPart, SetAside, Submission
from surveys.fieldwork.visits.visits import Decision, Draft, Remark, Visit
from surveys.personal_data.sources import (
    About,
    Place,
    Rows,
    Source,
    Words,
    changed,
    named,
    passages,
    plain_row,
)
from surveys.planning.assigning.assignments import Assignment, AssignmentMove
from surveys.planning.campaigns.campaigns import Campaign, CampaignUnit
from surveys.planning.campaigns.complaints import Complaint
from surveys.planning.campaigns.plan_acts import PlanAct, PlanActRow
from surveys.planning.campaigns.staff import RoleGrant
from surveys.planning.campaigns.subjects import ListEntry, Subject, SubjectPerson
from surveys.planning.forms.questionnaire_versions import QuestionnaireVersion
from surveys.planning.imports.list_uploads import ListReading, ListRow, ListUpload
from surveys.planning.people.deputies import Deputy
from surveys.planning.people.groups import Group, GroupMember
from surveys.planning.people.slips import DeviceHolder, Slip


def _of_visit(visit: Any) -> Any:
    return select(Visit.unit_code).where(Visit.id == visit).correlate_except(Visit).scalar_subquery()


def _for(kind: str, column: Any) -> Any:
    """Rows that name one of this kind by its id in a column."""
    firm = ("subject", "contact")
    return lambda about: column == about.id if about.kind in (firm if kind == "subject" else (kind,)) else None


def devices_of(deputy_id: str) -> Any:
    return select(DeviceHolder.device_id).where(DeviceHolder.deputy_id == deputy_id)


def _on_phones(column: Any) -> Any:
    return lambda about: column.in_(devices_of(about.id)) if about.kind == "deputy" else None


def _visits(about: About) -> ColumnElement[bool] | None:
    return Visit.id.in_(about.visits) if about.kind != "deputy" else None


def _versions(about: About) -> ColumnElement[bool]:
    return Submission.deputy_id == about.id if about.kind == "deputy" else Submission.visit_id.in_(about.visits)


def _version(row: Submission, about: About) -> dict[str, Any]:
    """A firm's answers are its own; a deputy has handed them in, and is named in some."""
    body = json.loads(row.body)
    return plain_row(row) | (
        {"body": body} if about.kind != "deputy" else {"passages": list(passages(body, about.terms))}
    )


def _drafts(about: About) -> ColumnElement[bool]:
    return Draft.holder.in_(devices_of(about.id)) if about.kind == "deputy" else Draft.visit_id.in_(about.visits)


def _accounts(about: About) -> ColumnElement[bool]:
    """Staff of the same telephone, or of the same name in one of these units."""
    here = select(RoleGrant.account_id).where(RoleGrant.unit_code.in_(about.units))
    same_name = and_(Account.name.in_(about.terms), Account.id.in_(here))
    return or_(and_(Account.phone.is_not(None), Account.phone.in_(about.terms)), same_name)


def _entries(about: About) -> ColumnElement[bool]:
    """What they did, and what was done with their row of the register."""
    here = or_(AuditEntry.unit_code.is_(None), AuditEntry.unit_code.in_(about.units))
    theirs = [
        AuditEntry.actor_id.in_(select(Account.id).where(_accounts(about))),
        and_(AuditEntry.actor_name.in_(about.terms), here),
        and_(
            AuditEntry.target_kind == ("deputy" if about.kind == "deputy" else "subject"),
            AuditEntry.target_id == about.id,
        ),
        and_(named((AuditEntry.detail,), about.sure), here),
    ]
    if about.kind == "deputy":
        theirs.append(and_(AuditEntry.actor_kind == "deputy", AuditEntry.actor_id.in_(devices_of(about.id))))
    return or_(*theirs)


class Aside:
    """What was set aside (待处理) of their visits, and what a deputy's phones sent that is no version."""

    def _which(self, about: About) -> ColumnElement[bool]:
        own = SetAside.address.in_(about.visits)
        return or_(own, SetAside.device_id.in_(devices_of(about.id))) if about.kind == "deputy" else own

    def places(self, about: About) -> list[Place]:
        ids = db.session.scalars(select(SetAside.id).where(self._which(about))).all()
        return [Place("aside", len(ids), ends="words" if about.kind == "deputy" else "goes")]

    def copies(self, about: About, units: Collection[str]) -> dict[str, list[dict[str, Any]]]:
        mine = or_(_of_visit(SetAside.address).in_(units), SetAside.device_id.in_(devices_of(about.id)))
        query = select(SetAside).where(self._which(about), mine).options(undefer(SetAside.body))
        return {"aside": [plain_row(row) | self._said(row.body, about) for row in db.session.scalars(query)]}

    def erase(self, about: About, actor: Actor) -> Mapping[str, int]:
        """A firm's go whole; out of those of a deputy the name goes, and the firm's answers wait on."""
        if about.kind != "deputy":
            return {"aside": changed(delete(SetAside).where(self._which(about)))}
        done = 0
        for row in db.session.execute(select(SetAside.id, SetAside.body).where(self._which(about))).all():
            rest = row.body
            for name in about.terms:
                rest = rest.replace(name.encode(), b"***")
            if rest != row.body:
                done += changed(update(SetAside).where(SetAside.id == row.id).values(body=rest))
        return {"aside": done}

    def _said(self, body: bytes, about: About) -> dict[str, Any]:
        try:
            text = body.decode()
        except UnicodeDecodeError:
            return {} if about.kind == "deputy" else {"bytes": base64.b64encode(body).decode()}
        if about.kind == "deputy":
            return {"names_them": any(name in text for name in about.terms)}
        return {"text": text}


class Uploads:
    """Uploaded lists that name one: the whole file goes, and is copied out row by row, for it holds others too."""

    def places(self, about: About) -> list[Place]:
        return [Place("uploads", len(uploads_with(about.terms)))]

    def copies(self, about: About, units: Collection[str]) -> dict[str, list[dict[str, Any]]]:
        mine = [upload for upload in uploads_with(about.terms) if upload.unit_code in units]
        return {"uploads": [plain_row(upload) | {"rows": self._rows(upload, about)} for upload in mine]}

    def erase(self, about: About, actor: Actor) -> Mapping[str, int]:
        return {}  # with its file, in `erasing`

    def _rows(self, upload: ListUpload, about: About) -> list[Any]:
        query = select(ListRow).join(ListReading, ListReading.id == ListRow.reading_id)
        query = query.where(ListReading.upload_id == upload.id, named((ListRow.body,), about.terms))
        rows = {row.number: row.body for row in db.session.scalars(query)}
        return [{"row": number, **body} for number, body in sorted(rows.items())]


class Files:
    """The received pictures, recordings and files of a firm's visits; copied out as files, erased in `erasing`."""

    def places(self, about: About) -> list[Place]:
        return [] if about.kind == "deputy" else [Place("files", len(held_parts_of(list(about.visits))))]

    def copies(self, about: About, units: Collection[str]) -> dict[str, list[dict[str, Any]]]:
        if about.kind == "deputy":
            return {}
        mine = select(Visit.id).where(Visit.id.in_(about.visits), Visit.unit_code.in_(units))
        return {"files": [plain_row(one) for one in held_parts_of(list(db.session.scalars(mine)))]}

    def erase(self, about: About, actor: Actor) -> Mapping[str, int]:
        return {}


_OF_TRIAL = (
    select(Campaign.unit_code)
    .join(QuestionnaireVersion, QuestionnaireVersion.campaign_id == Campaign.id)
    .where(QuestionnaireVersion.id == TrialRecord.version_id)
    .correlate(TrialRecord)
    .scalar_subquery()
)
DRAFTS, ASIDE = Rows("drafts", Draft, _drafts, unit=_of_visit(Draft.visit_id), shown=lambda row, _: plain_row(row) | {"body": row.body}), Aside()  # fmt: skip
HERE: tuple[Source, ...] = (
    Rows("register", Subject, _for("subject", Subject.id), "count"),
    Rows("register", Deputy, _for("deputy", Deputy.id), "count", shown=lambda row, _: plain_row(row) | {"levels": row.level_codes()}),
    Rows("register", SubjectPerson, _for("subject", SubjectPerson.subject_id)),
    Rows("plan_acts", PlanActRow, lambda about: or_(PlanActRow.subject_id == about.id, named((PlanActRow.row_key,), (about.id,)), named((PlanActRow.before, PlanActRow.after), about.sure)), unit=select(PlanAct.unit_code).where(PlanAct.id == PlanActRow.act_id).correlate(PlanActRow).scalar_subquery()),
    Words("plan_acts", PlanAct, (PlanAct.detail,), unit=PlanAct.unit_code),
    Rows("lists", ListEntry, _for("subject", ListEntry.subject_id), "count", unit=ListEntry.unit_code),
    Rows("groups", GroupMember, _for("deputy", GroupMember.deputy_id), "count"),
    Rows("visits", Visit, _visits, "count", unit=Visit.unit_code),
    Rows("attendances", Attendance, _for("deputy", Attendance.deputy_id), "count"),
    Rows("versions", Submission, _versions, "count", unit=_of_visit(Submission.visit_id), shown=_version),
    ASIDE,
    DRAFTS,
    Rows("drafts", TrialRecord, lambda about: named((TrialRecord.body,), about.sure), unit=_OF_TRIAL, shown=lambda row, _: plain_row(row) | {"body": row.body}),
    Files(),
    Words("findings", Finding, (Finding.text,), visit=Finding.visit_id, unit=Finding.unit_code, target="finding"),
    Words("headlines", Headline, (Headline.text,), unit=Headline.unit_code),
    Words("headlines", FindingAct, (FindingAct.detail,), unit=FindingAct.unit_code),
    Words("remarks", Remark, (Remark.text,), visit=Remark.visit_id, unit=_of_visit(Remark.visit_id), desk=True),
    Words("remarks", Decision, (Decision.note,), visit=Decision.visit_id, unit=_of_visit(Decision.visit_id), desk=True),
    Words("events", Event, (Event.title, Event.summary), unit=Event.unit_code),
    Words("complaints", Complaint, (Complaint.text, Complaint.answer), unit=Complaint.unit_code),
    Words("groups", Group, (Group.name, Group.liaison_name, Group.liaison_phone), unit=Group.unit_code),
    Words("reasons", Assignment, (Assignment.replaced_reason,), unit=Assignment.unit_code),
    Words("reasons", AssignmentMove, (AssignmentMove.reason,), unit=select(Assignment.unit_code).where(Assignment.id == AssignmentMove.assignment_id).scalar_subquery()),
    Words("reasons", ListEntry, (ListEntry.overlap_reason,), unit=ListEntry.unit_code),
    Uploads(),
    Rows("devices", Device, _on_phones(Device.id), "count"),
    Rows("slips", Slip, _for("deputy", Slip.deputy_id), "count"),
    Rows("phone_reports", PhoneReport, _on_phones(PhoneReport.device_id), shown=lambda row, _: plain_row(row) | {"body": row.body}),
    Rows("accounts", Account, _accounts, "office"),
    Rows("offices", CampaignUnit, lambda about: named((CampaignUnit.contact, CampaignUnit.contact_phone), about.terms), "office", unit=CampaignUnit.unit_code),
    Rows("audit", AuditEntry, _entries, "trail"),
)  # fmt: skip


def uploads_with(terms: Collection[str]) -> list[ListUpload]:
    """Uploaded lists in whose rows one of these names stands."""
    if not terms:
        return []
    body = type_coerce(ListRow.body, Text)
    stands = or_(*(body.contains(term, autoescape=True) for term in terms))
    readings = select(ListReading.upload_id).join(ListRow, ListRow.reading_id == ListReading.id).where(stands)
    return list(db.session.scalars(select(ListUpload).where(ListUpload.id.in_(readings))))


def held_parts_of(visits: list[str], *, alone: bool = False) -> list[HeldPart]:
    """The pictures, recordings and files in the store that these visits name; `alone`: that no other visit names."""
    hashes = select(ContentPart.sha256).where(ContentPart.visit_id.in_(visits))
    query = select(HeldPart).where(HeldPart.sha256.in_(hashes))
    if alone:
        query = query.where(
            HeldPart.sha256.not_in(select(ContentPart.sha256).where(ContentPart.visit_id.not_in(visits)))
        )
    return list(db.session.scalars(query))
