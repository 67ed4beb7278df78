"""Derives the one state of a visit from its facts. Touches visits and submissions.

    void      作废       the desk voided it (with reason)
    open      未走访     nothing on the server
    draft     草稿       a draft on the server, no version yet
    submitted 已提交     a version stands and the newest decision is not about it (the desk's mark: 待审核)
    returned  退回修改   the newest decision returned the head
    accepted  已通过     the newest decision accepted the head

`state_of` is that rule on plain facts; `state_column()` the same rule in SQL; a test holds them together.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, exists, func, select
from sqlalchemy.orm import aliased

from surveys.fieldwork.visits.submissions import Submission
from surveys.fieldwork.visits.visits import Decision, Draft, Visit

STATES = ("open", "draft", "submitted", "returned", "accepted", "void")


@dataclass(frozen=True, slots=True)
class VisitFacts:
    """The facts a visit's state follows from; the newest decision is its verdict and the content it is about."""

    voided: bool = False
    versions: int = 0
    head: str | None = None
    drafts: int = 0
    verdict: str | None = None
    decided_content: str | None = None


def state_of(facts: VisitFacts) -> str:
    """The one state of a visit (design.md, Words)."""
    if facts.voided:
        return "void"
    if not facts.versions:
        return "draft" if facts.drafts else "open"
    if facts.verdict == "accept" and facts.decided_content == facts.head:
        return "accepted"
    if facts.verdict == "return" and facts.decided_content == facts.head:
        return "returned"
    return "submitted"


def newest_decision() -> type[Decision]:
    """An alias of the newest decision of each visit; join with `newest_decision_on`."""
    return aliased(Decision)


def newest_decision_on(newest: type[Decision]) -> ColumnElement[bool]:
    other = aliased(Decision)
    last = select(func.max(other.number)).where(other.visit_id == Visit.id).correlate(Visit).scalar_subquery()
    return (newest.visit_id == Visit.id) & (newest.number == last)


def state_column(newest: type[Decision]) -> ColumnElement[str]:
    """The state in SQL, for a SELECT that outer-joins `newest` to Visit."""
    versions = exists().where(Submission.visit_id == Visit.id).correlate(Visit)
    drafts = exists().where(Draft.visit_id == Visit.id).correlate(Visit)
    return case(
        (Visit.voided_at.is_not(None), "void"),
        (~versions & drafts, "draft"),
        (~versions, "open"),
        ((newest.verdict == "accept") & (newest.content == Visit.head), "accepted"),
        ((newest.verdict == "return") & (newest.content == Visit.head), "returned"),
        else_="submitted",
    )
