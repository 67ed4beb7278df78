"""Keeps drafts on the server: of pages, and mirrors of phones' unsent ones. Touches visits, versions and packages.

Both are one row per visit and device (or account), the last one, with a text of one shape (`DraftText`, `MirrorText`). A mirror in
another shape is kept as text and shown as such. A draft that is no device's own any more stands under a name of its own (OF_A_FILE, OF_PAGES).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NotRequired, TypedDict, cast

from sqlalchemy import delete, select

from surveys.database import CHINA, db, utc_now, writing
from surveys.fieldwork.filling.replies import read_replies
from surveys.fieldwork.receiving.contents import read_parts, storable
from surveys.fieldwork.receiving.senders import Sender
from surveys.fieldwork.visits.submissions import Submission
from surveys.fieldwork.visits.visits import Draft, Visit, open_visit
from surveys.planning.forms.questionnaire_versions import Package, version_in_force
from surveys.planning.people.slips import DeviceHolder
from surveys.questionnaire.package.content import canonical, digest, spelled
from surveys.questionnaire.shapes.content_shape import PartEntry

# How the holder of a draft begins that is no device's own any more: of a file that the desk took in; of pages without script,
# beside which its phone went on.
OF_A_FILE, OF_PAGES = "file-", "page-"
LONGEST = 4 * 1024 * 1024  # characters of a mirror: more than any content may have


class RemovedEntry(TypedDict):
    """An entry that was deleted; its answers and the instances inside it by what stands behind its own path."""

    repeat: str
    answers: dict[str, str]
    repeats: NotRequired[dict[str, int]]
    number: NotRequired[str]  # which one it was


class DraftText(TypedDict):
    """A draft as it is kept: what a phone sends of its own, and what pages without script keep."""

    answers: dict[str, str]  # raw, closed ones too
    repeats: dict[str, int]
    base: str | None  # the version it was begun on
    clock: NotRequired[str | None]  # a phone leaves this and the page out while it has none
    page: NotRequired[str | None]  # where the form stood
    questionnaire: str
    removed: NotRequired[RemovedEntry]
    left: NotRequired[list[list[str]]]  # `LeftAnswer`: label, text, entry
    parts: NotRequired[list[PartEntry]]
    replies: NotRequired[dict[str, str]]
    entering: NotRequired[list[str]]  # `StaffEntry`: way, reason
    after: NotRequired[str]  # the state of the phone that pages without script went on from


_From = TypedDict("_From", {"from": NotRequired[str]})  # the mark of the draft that the phone went on from


class MirrorText(DraftText, _From):
    """A phone's own draft, as it mirrors it to the server."""

    changed: NotRequired[str]  # the state of the phone that it is of


@dataclass(frozen=True, slots=True)
class LeftAnswer:
    """An answer that a later questionnaire has no question for, as people read it; `entry` are the numbers of its entries."""

    label: str
    text: str
    entry: str = ""


@dataclass(frozen=True, slots=True)
class StaffEntry:
    """How staff came by what they enter (paper, told), and why, where they correct a version."""

    way: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class DraftAnswers:
    """A draft as the pages work on it: raw answers (closed ones too), the instances, and the version it was begun on."""

    questionnaire: str
    answers: Mapping[str, str] = field(default_factory=dict)
    repeats: Mapping[str, int] = field(default_factory=dict)
    base: str | None = None
    clock: str | None = None
    page: str | None = None
    removed: RemovedEntry | None = None  # the entry deleted last; kept for 撤销删除
    saved_at: datetime | None = None
    own: bool = True
    by: str | None = None
    left: tuple[LeftAnswer, ...] = ()  # what could not be taken over from a questionnaire that was withdrawn
    parts: tuple[PartEntry, ...] = ()  # the pictures, sounds and files that answers name, as in a manifest
    entering: StaffEntry | None = None  # where staff fill in for a deputy
    replies: Mapping[str, str] = field(default_factory=dict)  # what is answered to the office, by question
    after: str | None = None  # the state of the phone, by when it was changed, that the pages went on from


@dataclass(frozen=True, slots=True)
class Mirror:
    """A draft of the group, as `GET /visits/<id>/draft` gives it."""

    device: str
    by: str | None
    at: datetime
    text: str

    @property
    def mark(self) -> str:
        """The name by which phones tell this draft from every other, also from those of the same second."""
        return mark_of(self.text)


def mark_of(text: str | None) -> str:
    """12 digits of the digest of a draft's text."""
    return digest((text or "").encode())[:12]


def read_draft(visit_id: str, sender: Sender) -> DraftAnswers | None:
    """The sender's draft; else the newest one of the same deputy on another phone, or of the group (`own` is False then)."""
    rows = list(db.session.scalars(select(Draft).where(Draft.visit_id == visit_id).order_by(Draft.saved_at)))
    own = next((draft for draft in rows if draft.holder == sender.id), None)
    if own is not None:
        return _answers(own)
    if not rows or sender.device_id is None:
        return None
    of_deputy = set(
        db.session.scalars(select(DeviceHolder.device_id).where(DeviceHolder.deputy_id == sender.deputy_id))
    )
    for draft in sorted(rows, key=lambda one: (one.holder in of_deputy, one.saved_at), reverse=True):
        if answers := _answers(draft):
            return replace(answers, own=False)
    return None


def _answers(draft: Draft) -> DraftAnswers | None:
    """The draft in a row; None for a mirror in a shape the pages do not know."""
    try:
        value = json.loads(draft.body or "")
        answers, repeats = value["answers"], value.get("repeats") or {}
    except (ValueError, TypeError, KeyError):
        return None
    if not isinstance(answers, dict) or not isinstance(repeats, dict):
        return None
    removed = value.get("removed")
    return DraftAnswers(
        questionnaire=draft.package_hash,
        answers={str(path): text for path, text in answers.items() if isinstance(text, str)},
        repeats={str(path): number for path, number in repeats.items() if type(number) is int and 0 <= number <= 1000},
        base=draft.base,
        clock=draft.clock,
        page=draft.page,
        removed=cast("RemovedEntry", removed) if isinstance(removed, dict) else None,
        saved_at=draft.saved_at,
        by=draft.by_name,
        left=_left(value.get("left")),
        parts=tuple(read_parts(value.get("parts"))),
        replies=read_replies(value.get("replies")),
        entering=_entering(value.get("entering")),
        after=_moment(value.get("changed") or value.get("after")),
    )


def _moment(text: Any) -> str | None:
    return text[:40] if isinstance(text, str) and text else None


def _entering(value: Any) -> StaffEntry | None:
    return StaffEntry(*map(str, value)) if isinstance(value, list) and len(value) == 2 else None


def _left(value: Any) -> tuple[LeftAnswer, ...]:
    rows = value if isinstance(value, list) else []
    return tuple(LeftAnswer(*map(str, row)) for row in rows if isinstance(row, list) and len(row) == 3)


def save_draft(visit_id: str, sender: Sender, draft: DraftAnswers, *, at: datetime | None = None) -> None:
    """Keep the sender's draft in place of the one before; durable when this returns."""
    value: DraftText = {
        "answers": {path: storable(text) for path, text in draft.answers.items()},
        "base": draft.base,
        "clock": draft.clock,
        "page": draft.page,
        "questionnaire": draft.questionnaire,
        "repeats": dict(draft.repeats),
    }
    if draft.removed:
        value["removed"] = draft.removed
    if draft.parts:
        value["parts"] = list(draft.parts)
    if draft.entering:
        value["entering"] = [draft.entering.way, draft.entering.reason]
    if draft.replies:
        value["replies"] = dict(draft.replies)
    if draft.after:
        value["after"] = draft.after
    if draft.left:
        value["left"] = _as_lists(draft.left)
    _keep(visit_id, sender, draft, canonical(value).decode(), at)


def mirror(visit_id: str, sender: Sender, text: str, *, at: datetime | None = None) -> bool:
    """Keep a phone's unsent draft as it was sent; False where it cannot be kept.

    What the draft left behind when it went over to its questionnaire is kept beside it.
    """
    text = storable(text)[:LONGEST]
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    text = _with_whole_characters(text, value)
    fields = value if isinstance(value, dict) else {}
    questionnaire = _package_for(visit_id, fields.get("questionnaire"))
    if questionnaire is None:
        return False
    base, clock, page = (
        storable(fields[key]) if isinstance(fields.get(key), str) else None for key in ("base", "clock", "page")
    )
    draft = DraftAnswers(
        questionnaire=questionnaire,
        base=base if base and len(base) == 64 else None,
        clock=clock[:40] if clock else None,
        page=page[:200] if page else None,
    )
    with writing():
        _keep_pages(visit_id, sender, fields)
        _keep(visit_id, sender, draft, text, at, is_mirror=True)
    _note_opening(visit_id, at)
    return True


def _with_whole_characters(text: str, value: Any) -> str:
    """The draft without escaped halves of surrogate pairs, which no page could show: as `storable` does with bare ones."""
    return storable(json.dumps(value, ensure_ascii=False)) if value and "\\ud" in text.lower() else text


def _note_opening(visit_id: str, at: datetime | None) -> None:
    """A form begun on a phone began with the notice; the first that is heard of it is what is kept."""
    visit = db.session.get(Visit, visit_id)
    if visit is not None and visit.opened_at is None:
        with writing():
            open_visit(visit_id, at=at, notice_version=visit.campaign.notice_version)


def _package_for(visit_id: str, package_hash: Any) -> str | None:
    if isinstance(package_hash, str) and db.session.scalar(select(Package.hash).where(Package.hash == package_hash)):
        return package_hash
    visit = db.session.get(Visit, visit_id)
    version = version_in_force(visit.campaign_id, visit.kind) if visit else None
    return version.hash_for(visit.campaign.setting("media")) if version and visit else None


def _keep(
    visit_id: str, sender: Sender, draft: DraftAnswers, body: str, at: datetime | None, *, is_mirror: bool = False
) -> None:
    with writing() as session:
        row = _row(visit_id, sender)
        if row is None:
            row = Draft(visit_id=visit_id, holder=sender.id)
            session.add(row)
        elif is_mirror and (row.package_hash, row.base) == (draft.questionnaire, draft.base):
            body = _with_left(body, row)
        row.by_name, row.package_hash, row.base, row.body = sender.name, draft.questionnaire, draft.base, body
        row.page, row.clock, row.saved_at = draft.page, draft.clock, at or draft.saved_at or utc_now()


def _keep_pages(visit_id: str, sender: Sender, fields: Mapping[str, Any]) -> None:
    """What pages without script wrote stays beside the mirror of a phone that did not go on from it. Inside `writing()`."""
    row = _row(visit_id, sender)
    before = _answers(row) if row else None
    if row is None or before is None or not before.answers or '"changed"' in (row.body or ""):
        return
    mark = mark_of(row.body)
    if fields.get("from") != mark and before.answers != fields.get("answers"):
        _keep(visit_id, replace(sender, id=OF_PAGES + mark), before, row.body or "", row.saved_at)


def phone_time(at: datetime) -> str:
    """A moment as phones read and write it: in China's time, to the second."""
    return at.astimezone(CHINA).isoformat(timespec="seconds")


def _row(visit_id: str, sender: Sender) -> Draft | None:
    return db.session.scalar(select(Draft).where(Draft.visit_id == visit_id, Draft.holder == sender.id))


def _with_left(text: str, before: Draft) -> str:
    """A mirror with what the draft before it kept beside its answers: the phone does not know of it."""
    left = (_answers(before) or DraftAnswers("")).left if '"left"' in (before.body or "") else ()
    value = json.loads(text) if left else None
    if not isinstance(value, dict):
        return text
    return storable(spelled(value | {"left": _as_lists(left)}))


def _as_lists(left: tuple[LeftAnswer, ...]) -> list[list[str]]:
    return [[one.label, one.text, one.entry] for one in left]


def end_draft(visit_id: str, sender: Sender) -> None:
    """Give the draft up. Inside `writing()`."""
    db.session.execute(delete(Draft).where(Draft.visit_id == visit_id, Draft.holder == sender.id))


def drafts_of(visit_id: str) -> list[Mirror]:
    """The drafts of a visit, newest first: for the own group and its liaison."""
    return [_mirror(row) for row in _rows(visit_id)]


def drafts_to_choose(visit_id: str, head: str | None, sender: Sender) -> list[Mirror]:
    """The drafts of a visit that the sender's form may go on with, newest first.

    They are the group's, and those that began before the head was handed in, of the deputy's own phones or from a file.
    What is left on the server of a version that the deputy has handed in is none.
    """
    rows = _rows(visit_id)
    if all(row.base == head for row in rows):
        return [_mirror(row) for row in rows]
    devices = select(DeviceHolder.device_id).where(DeviceHolder.deputy_id == sender.deputy_id)
    own = set(db.session.scalars(devices))
    by_deputy = Submission.visit_id == visit_id, Submission.deputy_id == sender.deputy_id
    own_versions = db.session.execute(
        select(Submission.base, Submission.device_id, Submission.received_at).where(*by_deputy)
    ).all()

    def is_left_over(row: Draft) -> bool:
        return any(
            base == row.base and (device == row.holder or row.saved_at <= received)
            for base, device, received in own_versions
        )

    older = [row for row in rows if row.holder in own or row.holder.startswith((OF_A_FILE, OF_PAGES))]
    return [_mirror(row) for row in rows if row.base == head or (row in older and not is_left_over(row))]


def _rows(visit_id: str) -> list[Draft]:
    return list(
        db.session.scalars(select(Draft).where(Draft.visit_id == visit_id).order_by(Draft.saved_at.desc(), Draft.id))
    )


def _mirror(row: Draft) -> Mirror:
    return Mirror(row.holder, row.by_name, row.saved_at, row.body or "")
