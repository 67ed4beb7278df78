"""代填 and 代为更正: staff of the unit fill a visit in for the deputies who went, from paper or as they were told, or put a version
right with a reason. It is a version like any other, under the name of who entered it (`entered_by`). Touches fillings and receiving.

How it came and why are kept in the version itself: `"entered": "paper" | "told"`, `"reason": text`.
"""

from collections.abc import Iterable
from dataclasses import replace

from surveys.accounts import Account
from surveys.database import db, writing
from surveys.fieldwork.filling.drafts import Entering, save_draft
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


def begin_for(opened: Filling, deputy_ids: list[str], way: str, reason: str) -> None:
    """Who went, how it came, and for a correction why: then the form opens. Raises ValueError where one of them is missing."""
    reason = storable(reason).strip()[:LONGEST_REASON]
    if way not in WAYS or not deputy_ids or (opened.visit.head is not None and not reason):
        raise ValueError("who went, how it came, and why a version is put right, must be said")
    begin(opened, deputy_ids)
    db.session.expire_all()
    again = open_filling(opened.sender, opened.visit_id, opened.language)
    assert again is not None
    assert again.draft is not None
    with writing():
        save_draft(again.visit_id, again.sender, replace(again.draft, entering=Entering(way, reason)))


def hand_in_for(opened: Filling, listed: Iterable[PartEntry]) -> Outcome:
    """The draft becomes a version, with the receipt's promise."""
    form, draft = opened.form, opened.stored_draft
    assert form is not None
    assert draft is not None
    entering = draft.entering or Entering("told")
    named = list(listed)
    present = [deputy.id for deputy in attending(opened.visit_id)]
    body = content_from_state(
        form,
        visit_id=opened.visit_id,
        base=draft.base,
        clock=form.now,
        parts=named,
        questionnaire=opened.package_hash,
        beside={"entered": entering.way, "reason": entering.reason, "present": present, "replies": dict(draft.replies)},
    )
    sender = replace(opened.sender, deputy_id=present[0] if present else None)
    outcome = receive(sender, opened.visit_id, body, via="paper" if entering.way == "paper" else "desk")
    for part in named:
        parts.hold_whole(opened.sender, part["sha256"])
    return outcome
