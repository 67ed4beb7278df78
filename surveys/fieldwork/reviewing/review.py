"""Records what a desk decides on a submission (审核), with remarks at its questions. Touches submissions and locks.

A decision is always about one content; it is refused (`ReviewConflict`) when a newer version has come in since the person
opened the page, and (`VisitLocked`) when the unit's report is submitted. Nothing decided is ever changed: the next decision
stands above it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from surveys import audit, event_log
from surveys.audit import Actor
from surveys.database import db, in_turn, utc_now, writing
from surveys.fieldwork.visits.locks import locked_since
from surveys.fieldwork.visits.states import VisitFacts, state_of
from surveys.fieldwork.visits.submissions import Submission
from surveys.fieldwork.visits.visits import Decision, Draft, Remark, Visit


class ReviewConflict(Exception):
    """The content decided on is not the newest one any more."""


class VisitLocked(Exception):
    """The unit's report is submitted: the city must return it before a visit changes."""


class NothingToDecide(Exception):
    """The visit's state does not allow the decision."""


@dataclass(frozen=True, slots=True)
class NewRemark:
    """A comment to be made: at the question `path`, or on the whole (`path` None)."""

    path: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Flag:
    """Something a person should look at (请人看一看); it never stops acceptance."""

    kind: str
    path: str | None = None
    detail: str | None = None


def decisions(visit_id: str) -> list[Decision]:
    """All decisions on a visit, oldest first."""
    return list(db.session.scalars(select(Decision).where(Decision.visit_id == visit_id).order_by(Decision.number)))


def newest(visit_id: str) -> Decision | None:
    """The newest decision on a visit; None while there is none."""
    return db.session.scalar(
        select(Decision).where(Decision.visit_id == visit_id).order_by(Decision.number.desc()).limit(1)
    )


def state(visit: Visit) -> str:
    """The state of one visit, from the stored facts."""
    decision = newest(visit.id)
    versions = select(func.count()).select_from(Submission).where(Submission.visit_id == visit.id)
    drafts = select(func.count()).select_from(Draft).where(Draft.visit_id == visit.id)
    return state_of(
        VisitFacts(
            voided=visit.voided_at is not None,
            versions=db.session.scalar(versions) or 0,
            head=visit.head,
            drafts=db.session.scalar(drafts) or 0,
            verdict=decision.verdict if decision else None,
            decided_content=decision.content if decision else None,
        )
    )


def accepted_content(visit_id: str) -> str | None:
    """The content that figures and quotas count: the newest accepted one that was neither reopened nor returned since."""
    returned_contents: set[str] = set()
    for decision in reversed(decisions(visit_id)):
        if decision.verdict == "accept":
            return None if decision.content in returned_contents else decision.content
        if decision.verdict == "reopen":
            return None
        returned_contents.add(decision.content)
    return None


def remarks(visit_id: str, content: str | None = None) -> list[Remark]:
    """The comments on a visit, or on one of its contents, oldest first."""
    query = select(Remark).where(Remark.visit_id == visit_id).order_by(Remark.made_at, Remark.id)
    return list(db.session.scalars(query.where(Remark.content == content) if content else query))


def accept(visit: Visit, content: str, by: Actor, *, note: str | None = None) -> Decision:
    """Accept the visit (通过): it counts from now on. Raises ReviewConflict, VisitLocked, NothingToDecide."""
    return _decide(visit, content, "accept", by, note, ())


def send_back(
    visit: Visit, content: str, by: Actor, remarks: Sequence[NewRemark], *, note: str | None = None
) -> Decision:
    """Send the visit back to be corrected (退回修改), with at least one comment or a word to the deputy.

    The word is a comment on the whole. Raises as `accept`, and ValueError without comment and word.
    """
    if not remarks and not note:
        raise ValueError("a return needs a comment or a note")
    return _decide(visit, content, "return", by, note, remarks)


def reopen(visit: Visit, content: str, by: Actor, reason: str) -> Decision:
    """Take an acceptance back, with a reason, until the unit's cut-off. Raises as `accept`."""
    return _decide(visit, content, "reopen", by, reason, ())


_ALLOWED = {"accept": {"submitted"}, "return": {"submitted", "accepted"}, "reopen": {"accepted"}}


def _decide(
    visit: Visit, content: str, verdict: str, by: Actor, note: str | None, comments: Iterable[NewRemark]
) -> Decision:
    with writing() as session:
        if locked_since(visit.campaign_id, visit.unit_code):
            raise VisitLocked(visit.unit_code)
        in_turn(visit)
        session.refresh(visit)
        if visit.head != content:
            raise ReviewConflict(content)
        if state(visit) not in _ALLOWED[verdict]:
            raise NothingToDecide(state(visit))
        last = newest(visit.id)
        decision = Decision(
            visit_id=visit.id,
            number=last.number + 1 if last else 1,
            content=content,
            verdict=verdict,
            decided_at=visit.campaign.now(),
            decided_by=by.id if by.kind == "staff" else None,
            note=note,
        )
        session.add(decision)
        session.flush()
        for comment in (*comments, *([NewRemark(None, note)] if verdict == "return" and note else ())):
            session.add(_remark(visit, decision, comment, by))
        audit.record(
            by,
            f"visit.{verdict}",
            target=("visit", visit.id),
            campaign_id=visit.campaign_id,
            unit_code=visit.unit_code,
            content=content,
        )
        session.flush()
    unit, campaign = visit.unit_code, visit.campaign_id
    event_log.note(f"visit.{verdict}", visit=visit.id, campaign=campaign, unit=unit, by=by.id)
    return decision


def _remark(visit: Visit, decision: Decision, comment: NewRemark, by: Actor) -> Remark:
    return Remark(
        visit_id=visit.id,
        decision_id=decision.id,
        content=decision.content,
        path=comment.path,
        text=comment.text,
        made_at=utc_now(),  # the order they were written in, also where a clock stands still
        made_by=by.id if by.kind == "staff" else None,
    )


def void(visit: Visit, by: Actor, reason: str) -> None:
    """Void the visit (作废) for a reason (重复、误派); one that was refused is not void. Raises VisitLocked, ValueError."""
    if not reason.strip():
        raise ValueError("voiding needs a reason")
    with writing() as session:
        if locked_since(visit.campaign_id, visit.unit_code):
            raise VisitLocked(visit.unit_code)
        session.refresh(visit)
        visit.voided_at, visit.voided_reason = visit.campaign.now(), reason.strip()
        visit.voided_by = by.id if by.kind == "staff" else None
        audit.record(
            by,
            "visit.void",
            target=("visit", visit.id),
            campaign_id=visit.campaign_id,
            unit_code=visit.unit_code,
            reason=reason.strip(),
        )
        session.flush()


def flags(submission: Submission, marks: Iterable[str]) -> list[Flag]:
    """What a person should look at: the marks of receiving, what the judge found, answers shown as a warning."""
    items = [Flag(kind=mark) for mark in marks]
    if verdict := submission.judged:
        items += [Flag("problem", item["path"], item["kind"]) for item in verdict["problems"]]
        items += [Flag("difference", item["path"], item["detail"] or item["kind"]) for item in verdict["differences"]]
    return items
