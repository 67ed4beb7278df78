"""Lets staff fill a visit in for the deputies who went (代填), or correct a version (代为更正).

They enter it from paper or as they were told, and a correction with a reason. It is a version like any other, under the
name of who entered it (`entered_by`). Touches fillings and receiving.

How it came and why are kept in the version itself: `"entered": "paper" | "told"`, `"reason": text`.
"""

from collections.abc import Iterable
from dataclasses import replace

from surveys.accounts import Account
from surveys.database import db, writing
from surveys.fieldwork.filling.drafts import StaffEntry, save_draft
from surveys.fieldwork.filling.fillings import Filling, begin, open_filling
from surveys.fieldwork.receiving import parts, senders
from surveys.fieldwork.receiving.contents import content_from_state, storable
from surveys.fieldwork.receiving.receipts import Outcome
from surveys.fieldwork.receiving.receiving import receive
from surveys.fieldwork.visits.attendance import attending
from surveys.fieldwork.visits.visits import Visit
from surveys.questionnaire.shapes.content_shape import PartEntry

WAYS = ("paper", "told")
LONGEST_REASON = 200


def open_for(account: Account, visit: Visit, language: str) -> Filling | None:
    """The visit as this member of staff fills it in: with a draft of their own, never a deputy's."""
    return open_filling(senders.for_visit(account, visit), visit.id, language)


def begin_for(filling: Filling, deputy_ids: list[str], way: str, reason: str) -> None:
    """Open the form with who went, how it came, and for a correction why. Raises ValueError where one is missing."""
    reason = storable(reason).strip()[:LONGEST_REASON]
    if way not in WAYS or not deputy_ids or (filling.visit.head is not None and not reason):
        raise ValueError("who went, how it came, and why a version is put right, must be said")
    begin(filling, deputy_ids)
    db.session.expire_all()
    begun_filling = open_filling(filling.sender, filling.visit_id, filling.language)
    assert begun_filling is not None
    assert begun_filling.draft is not None
    with writing():
        save_draft(
            begun_filling.visit_id, begun_filling.sender, replace(begun_filling.draft, entering=StaffEntry(way, reason))
        )


def hand_in_for(filling: Filling, entries: Iterable[PartEntry]) -> Outcome:
    """Hand the draft in as a version, with the parts that `entries` name."""
    form, draft = filling.form, filling.stored_draft
    assert form is not None
    assert draft is not None
    entering = draft.entering or StaffEntry("told")
    manifest = list(entries)
    present = [deputy.id for deputy in attending(filling.visit_id)]
    body = content_from_state(
        form,
        visit_id=filling.visit_id,
        base=draft.base,
        clock=form.now,
        parts=manifest,
        questionnaire=filling.package_hash,
        beside={"entered": entering.way, "reason": entering.reason, "present": present, "replies": dict(draft.replies)},
    )
    sender = replace(filling.sender, deputy_id=present[0] if present else None)
    outcome = receive(sender, filling.visit_id, body, via="paper" if entering.way == "paper" else "desk")
    for part in manifest:
        parts.hold_whole(filling.sender, part["sha256"])
    return outcome
