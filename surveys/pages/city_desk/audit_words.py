"""How the audit trail is said: acts, kinds, things and fields in the language of the page. Touches planning and visits for names.

Later rooms name their own things without being imported here: `app.extensions["audit_names"]` holds, by kind of thing, a function
from ids to names.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from flask import current_app, g
from flask_babel import gettext as _
from sqlalchemy import select

from surveys.accounts import Account
from surveys.audit import AuditEntry
from surveys.database import CHINA, db
from surveys.fieldwork.findings.findings import Headline
from surveys.fieldwork.visits.visits import Visit, visit_references
from surveys.pages.shell.display import short_moment as short_moment
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.campaigns.subjects import Subject
from surveys.planning.people.deputies import Deputy

Names = Callable[[Sequence[str]], dict[str, str]]
MOST_TARGETS = 200
HIDDEN = ("before", "after")
IN_DETAIL_ALONE = ("head", "first_break", "content", "asked", "type", "size", "level", "place_key")


def kind_names() -> dict[str, str]:
    return {
        "sign_in": _("Signing in and out"),
        "read": _("Personal data read"),
        "export": _("Exports and prints"),
        "review": _("Review and receiving"),
        "coding": _("Coding and joining"),
        "writing": _("Writing and merging"),
        "handling": _("Handing over and handling"),
        "lists": _("Lists and assignments"),
        "rights": _("Rights and settings"),
        "system": _("Jobs and protection"),
    }


def act_name(act: str) -> str:
    """What was done, in words; an act of a later release by its code."""
    return _act_names().get(act, act)


def _act_names() -> dict[str, str]:
    return {
        "item.handed": _("Handed an item over"),
        "item.signed_for": _("Signed for an item"),
        "item.given_back": _("Gave an item back"),
        "item.rerouted": _("Rerouted an item"),
        "item.extension_asked": _("Asked for more time for an item"),
        "item.extended": _("Extended an item"),
        "item.interim": _("Gave an interim answer"),
        "item.opinion": _("Gave an opinion on an item"),
        "item.answered": _("Answered an item"),
        "item.rated": _("All who asked have rated an item"),
        "item.rating": _("Rated an answer"),
        "item.sent_again": _("Sent an item into another round"),
        "item.supervised": _("Supervised an item"),
        "item.promised": _("Noted a promise"),
        "item.closed": _("Closed an item"),
        "item.reopened": _("Reopened an item"),
        "item.withdrawn": _("Took an item back with its letter"),
        "item.letter": _("Made a letter"),
        "item.letter_withdrawn": _("Withdrew a letter"),
        "item.link_withdrawn": _("Ended the link of a body"),
        "item.entered": _("A body came in by its link"),
        "item.escalated": _("Escalated an item to a higher body"),
        "item.proposed_closed": _("Proposed an item for closing"),
        "item.kept_open": _("Did not close an item"),
        "item.reminded": _("Reminded a body of an item"),
        "item.body_added": _("Added a body"),
        "item.body_changed": _("Changed a body"),
        "item.body_retired": _("Retired a body"),
        "item.body_back": _("Brought a body back"),
        "item.route_chosen": _("Chose the body of a matter"),
        "item.route_added": _("Added a rule of handing over"),
        "item.route_ended": _("Ended a rule of handing over"),
        "read.item": _("Read an item"),
        "read.letter": _("Read a letter"),
        "account.invited": _("Invited a person"), "account.off": _("Turned an account off"), "account.on": _("Turned an account on"),
        "backup.failed": _("A backup failed"), "backup.made": _("Made a backup"), "backup.plan": _("Changed when backups are made"),
        "backup.restored": _("Restored a backup"), "backup.restored.seen": _("Took note of a restored backup"),
        "data.downloaded": _("Downloaded an export"), "data.export_asked": _("Asked for an export of answers"),
        "data.exported": _("Made an export of answers"), "data.removed": _("Removed the file of an export"),
        "factor.added": _("Added a second factor"), "factor.removed": _("Removed a second factor"),
        "factor.reset": _("Reset somebody’s second factors"), "link.used": _("Used a one-time link"),
        "recovery_codes.made": _("Made recovery codes"), "session.ended": _("Ended a session"),
        "sign_in.refused": _("Was refused at sign-in"), "sign_in.rules_set": _("Changed the rules of sign-in"),
        "aside.settled": _("Settled what was set aside"), "assignment.extra": _("Marked beyond the quota"),
        "assignment.moved": _("Gave an assignment to another group"), "assignment.replaced": _("Replaced a subject"),
        "assignments.made": _("Made assignments"), "attendance.changed": _("Changed who went"), "audit.verified": _("Checked the audit trail"),
        "kind.added": _("Added a kind of records"), "kind.changed": _("Changed a kind of records"),
        "kind.moved": _("Moved a kind of records"), "kind.removed": _("Removed a kind of records"),
        "kind.restored": _("Brought a kind of records back"), "visit.started": _("Started a record nobody assigned"),
        "visit.withdrawn": _("Took back a record they had started"),
        "campaign.changed": _("Changed the campaign"), "campaign.closed": _("Closed a campaign"),
        "campaign.created": _("Created a campaign"), "campaign.deleted": _("Deleted a campaign"),
        "campaign.quotas": _("Changed the quotas"), "campaign.reopened": _("Opened a campaign again"), "campaign.units": _("Changed the units"), "code.shown": _("Showed a code"),
        "codes.printed": _("Printed codes"), "complaint.answered": _("Answered a complaint"), "complaint.received": _("Received a complaint"),
        "deputies.imported": _("Imported deputies"), "deputy.changed": _("Changed a deputy"), "device.enrolled": _("Enrolled a phone"),
        "device.revoked": _("Revoked a phone"), "erasure.copied": _("Copied out what is held of one"),
        "erasure.corrected": _("Corrected what is held of one"), "erasure.done": _("Erased on request"), "export": _("Exported"),
        "finding.refused": _("Refused to put findings together"), "finding.typical": _("Marked a finding as typical"),
        "finding.undone": _("Undid an act with findings"), "finding.code": _("Coded a finding"), "group.members": _("Changed a group"), "groups.made": _("Made groups"),
        "guard.opened": _("Opened the lock of immutable rows"), "headline.joined": _("Joined findings"),
        "headline.left": _("Took findings apart"), "link.made": _("Made a one-time link"), "list.imported": _("Imported a list"),
        "list.removed": _("Took a subject off the list"), "merge.left": _("Left passages out"), "merge.part": _("Took a passage in part"),
        "merge.written": _("Wrote a paragraph from passages"), "merge.source_added": _("Added sources to a paragraph"),
        "merge.source_removed": _("Took a source off a paragraph"), "merge.taken_back": _("Made passages undecided"),
        "merge.matters_kept": _("Kept proposed matters"), "merge.matter_new": _("Began a matter"),
        "merge.matter_named": _("Renamed a matter"), "merge.matter_joined": _("Joined matters"), "merge.matter_moved": _("Moved a matter"),
        "merge.cards_moved": _("Moved passages to a matter"), "merge.reasons": _("Changed the reasons for leaving passages"),
        "merge.reason": _("Gave a reason for a missing unit"), "merge.taken": _("Took a passage over"), "merge.undone": _("Undid a decision"),
        "number.confirmed": _("Stood for a number"), "number.overruled": _("Kept a number against the data"),
        "number.reopened": _("Took a number back"), "number.restored": _("Let a number count again"), "password_set": _("Set a password"),
        "questionnaire.issued": _("Issued a questionnaire"), "questionnaire.withdrawn": _("Withdrew a questionnaire"),
        "read.complaint": _("Read a complaint"),
        "read.data": _("Looked at the rows of an export with names"),
        "read.deputies": _("Read phone numbers of deputies"), "read.finding": _("Read a finding with its source"),
        "read.groups": _("Read contacts of groups"), "read.media": _("Looked at a photo or signature"),
        "read.person": _("Looked at all that is held of one"),
        "read.personal": _("Looked at the rows of an export with contacts"), "read.trace": _("Read the visits behind a figure"),
        "read.visit": _("Read the answers of a visit"), "report.accepted": _("Accepted a report"),
        "report.correction_started": _("Began a correction"), "report.filled": _("Filled a draft"), "report.final": _("Made a report final"),
        "report.head_saved": _("Changed the head of a report"), "report.returned": _("Returned a report"),
 "report.sent_back": _("Sent a report back to its writers"),
        "report.word_taken": _("Took a Word file in as a draft"), "report.word_undone": _("Took a Word file back out of a draft"),
        "report.sent_for_review": _("Sent a report for review"), "report.sign_off": _("Entered a sign-off"),
        "report.started": _("Began a report"), "report.submitted": _("Submitted a report"), "report.withdrawal_asked": _("Asked to withdraw a report"),
        "report.withdrawn": _("Withdrew a report"), "retention.done": _("Removed contacts by term"), "role.granted": _("Gave a role"),
        "role.revoked": _("Ended a role"), "signed_in": _("Signed in"), "signed_out": _("Signed out"), "slip.made": _("Made a slip"),
        "slip.voided": _("Voided a slip"), "slip.withdrawn": _("Withdrew a slip"), "subject.changed": _("Changed a subject"), "submission.made_head": _("Chose the version that counts"),
        "submission.received": _("Received a version"), "submission.set_aside": _("Set bytes aside"),
        "assignments.taken_back": _("Took assignments back"), "plan.undone": _("Undid an act of planning"),
        "read.subject": _("Read contacts of an entry of a register"), "register.changed": _("Changed a register’s settings"),
        "register.imported": _("Imported a register"), "subject.added": _("Added an entry to a register"),
        "subject.merged": _("Merged two entries of a register"), "subject.removed": _("Took an entry out of a register"),
        "units.imported": _("Imported units"), "visit.accept": _("Accepted a visit"), "visit.reopen": _("Reopened a visit"),
        "visit.return": _("Returned a visit"), "visit.void": _("Voided a visit"),
    }  # fmt: skip


def thing_word(kind: str | None) -> str:
    """What a thing is."""
    words = {
        "account": _("User"), "aside": _("What was set aside"), "audit": _("Audit trail"), "assignment": _("Assignment"),
        "campaign": _("Campaign"), "complaint": _("Complaint"), "deputy": _("Deputy"), "device": _("Mobile phone"), "finding": _("Finding"),
        "group": _("Group"), "guard": _("Opening"), "headline": _("Headline"), "page": _("Page"), "report": _("Report"), "slip": _("Slip"),
        "subject": _("Subject"), "unit": _("Unit"), "visit": _("Visit"), "erasure": _("Erasure"), "backup": _("Backup"),
        "data_export": _("Export"), "plan_act": _("Act of planning"), "register": _("Register"),
    }  # fmt: skip
    return words.get(kind or "", kind or "—")


def names_of_things(entries: Iterable[AuditEntry]) -> dict[tuple[str, str], str]:
    """(kind, id) → the name of each thing the entries are about, one statement a kind; a thing without a name is not there."""
    ids: dict[str, set[str]] = {}
    for entry in entries:
        if entry.target_kind and entry.target_id:
            ids.setdefault(entry.target_kind, set()).add(entry.target_id)
    sources: dict[str, Names] = _NAMES | current_app.extensions.get("audit_names", {})
    return {
        (kind, id_): name
        for kind, wanted in ids.items()
        if kind in sources
        for id_, name in sources[kind](sorted(wanted)).items()
    }


def _column_names(model: Any, column: Any) -> Names:
    return lambda ids: {row[0]: row[1] for row in db.session.execute(select(model.id, column).where(model.id.in_(ids)))}


def _unit_names(ids: Sequence[str]) -> dict[str, str]:
    return {code: g.staff.tree[code].label(g.language) for code in ids if code in g.staff.tree}


_NAMES: dict[str, Names] = {
    "account": _column_names(Account, Account.name),
    "campaign": _column_names(Campaign, Campaign.title),
    "deputy": _column_names(Deputy, Deputy.name),
    "headline": _column_names(Headline, Headline.text),
    "subject": _column_names(Subject, Subject.name),
    "unit": _unit_names,
    "visit": lambda ids: visit_references(Visit.id.in_(ids)),
}


def things_called(words: str) -> frozenset[str]:
    """The ids of the visits, subjects, people and campaigns that these words may stand for: a visit's number, or part of a name."""
    if not words:
        return frozenset()
    targets: set[str] = set()
    subjects = select(Subject.id).where(Subject.name.contains(words, autoescape=True)).limit(MOST_TARGETS)
    subject_ids = list(db.session.scalars(subjects))
    targets.update(subject_ids)
    targets.update(db.session.scalars(select(Visit.id).where(Visit.subject_id.in_(subject_ids)).limit(MOST_TARGETS)))
    for model, column in (
        (Account, Account.name),
        (Account, Account.username),
        (Deputy, Deputy.name),
        (Campaign, Campaign.title),
    ):
        query = select(model.id).where(column.contains(words, autoescape=True)).limit(MOST_TARGETS)
        targets.update(db.session.scalars(query))
    return frozenset(targets | _visits_numbered(words))


def _visits_numbered(words: str) -> set[str]:
    """A visit as people call it: 440106-0012."""
    unit, _dash, number = words.rpartition("-")
    if not unit or not number.isdecimal() or len(number) > 6:
        return set()
    from surveys.planning.assigning.assignments import Assignment

    query = select(Assignment.visit_id).where(Assignment.unit_code == unit, Assignment.number == int(number))
    return {visit for visit in db.session.scalars(query.limit(MOST_TARGETS)) if visit}


def facts(entry: AuditEntry) -> list[tuple[str, str]]:
    """What else an entry says, field by field, as text."""
    return [
        (key, _said(key, value))
        for key, value in (entry.detail or {}).items()
        if key not in HIDDEN and value not in (None, [], {})
    ]


def changes(entry: AuditEntry) -> list[tuple[str, str, str]]:
    """Field, what it was, what it became."""
    detail = entry.detail or {}
    before, after = detail.get("before") or {}, detail.get("after") or {}
    return [(name, _plain(before.get(name)), _plain(after.get(name))) for name in sorted({*before, *after})]


def in_short(entry: AuditEntry) -> str:
    """What else an entry says, in one cell."""
    parts = [
        text if key in ("name", "file", "reason", "text", "words") else f"{field_name(key)} {text}"
        for key, text in facts(entry)
        if key not in IN_DETAIL_ALONE
    ]
    return "；".join(parts)[:160]


def field_name(name: str) -> str:
    """A field of an entry, in words; one of a later release by its name."""
    words = {
        "active": _("In use"), "anchors": _("Heads that agree"), "asked": _("Filters"), "as_of": _("The campaign's clock"),
        "checked": _("Rows checked"), "content": _("Hash of the content"), "days": _("Days"), "fields": _("Fields"),
        "file": _("File"), "head": _("Head"), "level": _("Level"), "name": _("Name"), "number": _("Number"), "place": _("Place"),
        "reason": _("Reason"), "role": _("Role"), "rows": _("Rows"), "size": _("Bytes"), "type": _("Kind"), "username": _("Account"),
        "version": _("Version"), "via": _("Way"), "by": _("Way"), "title": _("Title"), "kind": _("Kind"), "first_break": _("First break"),
        "units": _("Units"), "counts": _("How many"),
        "groups": _("Groups"), "faulty": _("Faulty rows"), "origin": _("Origin"), "published": _("In force"),
        "category": _("Category"), "category2": _("Category within it"), "department": _("Department"), "tier": _("To be solved by"),
        "findings": _("Findings"), "taken_at": _("Reaches to"), "bytes": _("Bytes"), "sha256": _("Hash of the file"),
        "damaged": _("Damaged files"), "folder": _("Folder"), "hour": _("Hour"), "keep": _("How many are kept"),
        "sessions": _("Sessions"), "deputy": _("Deputy"), "group": _("Group"), "code": _("Code"), "settlement": _("Settlement"),
    }  # fmt: skip
    return words.get(name, name)


def exactly(moment: datetime | None) -> str:
    """2023-09-05 08:31:40, by the clock of China, whatever clock the page's campaign has."""
    return f"{moment.astimezone(CHINA):%Y-%m-%d %H:%M:%S}" if moment else "—"


def _said(key: str, value: Any) -> str:
    """A field's value in words where it is one of ours."""
    if key == "via":
        return _ways().get(value, _plain(value))
    return "、".join(map(field_name, value)) if key == "fields" and isinstance(value, list) else _plain(value)


def _ways() -> dict[str, str]:
    """How a version came in."""
    return {
        "phone": _("Mobile phone"),
        "page": _("Page without script"),
        "file": _("File of a phone"),
        "desk": _("Entered at a desk"),
        "paper": _("Entered from paper"),
    }


def _plain(value: Any) -> str:
    if value is None:
        return "—"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict):
        return ", ".join(f"{key} {_plain(one)}" for key, one in value.items())
    if isinstance(value, list):
        return "、".join(_plain(one) for one in value)
    return str(value)
