"""Counts states and outcomes of visits by unit (实地调研进度). Touches visits, submissions and assignments.

Takes   `Dispositions`: how one unit's assignments ended, as whole counts.
Gives   rates as fractions from 0 to 1; a template turns them into percent.
Empty   a rate with a base of 0 is None, printed as “—”; it is never 0.
Raises  ValueError when a count is below zero.
Source  AAPOR, Standard Definitions: final dispositions, Response Rate 1 (RR1).
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass, field, fields
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from surveys.database import CHINA, db
from surveys.fieldwork.visits.states import STATES, newest_decision, newest_decision_on, state_column
from surveys.fieldwork.visits.submissions import Submission
from surveys.fieldwork.visits.visits import Visit
from surveys.planning.assigning.assignments import Assignment
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.campaigns.quotas import Quota
from surveys.planning.campaigns.visit_kinds import FIRST, VisitKind, kinds_of


@dataclass(frozen=True, slots=True)
class Dispositions:
    """Final dispositions of assignments: one group sent to one subject."""

    complete: int = 0
    partial: int = 0
    refusal: int = 0
    non_contact: int = 0
    other: int = 0
    unknown: int = 0  # not attempted yet, or no word back
    not_eligible: int = 0  # closed down or moved away: outside every base

    def __post_init__(self) -> None:
        if min(astuple(self)) < 0:
            raise ValueError(f"a disposition count is below zero: {self}")

    @property
    def base(self) -> int:
        """Subjects that are, or may still prove to be, eligible."""
        return sum(astuple(self)) - self.not_eligible


DISPOSITION_OF = {
    "visited": "complete",
    "refused": "refusal",
    "not_found": "non_contact",
    "closed": "not_eligible",
    "other": "other",
}


@dataclass(slots=True)
class UnitProgress:
    """One leaf: its quota, its assignments by state (they add up to `assigned`), and what is counted beside them."""

    code: str
    quota: int = 0
    assigned: int = 0
    open: int = 0
    draft: int = 0
    submitted: int = 0
    returned: int = 0
    accepted: int = 0
    void: int = 0
    refused: int = 0  # accepted, outcome refused
    waiting: int = 0  # of the open ones those nobody has replaced: what is still to be visited
    replaced: int = 0  # assignments replaced by another subject
    extra: int = 0  # accepted visits beyond the quota
    counted: int = 0  # accepted, visited, not extra: what fills the quota
    outcomes: dict[str, int] = field(default_factory=dict)  # outcome → accepted visits
    last_at: datetime | None = None

    def add(self, other: "UnitProgress") -> None:
        """Add the counts of another unit to these."""
        for item in fields(self):
            if item.name not in ("code", "outcomes", "last_at"):
                setattr(self, item.name, getattr(self, item.name) + getattr(other, item.name))
        for outcome, count in other.outcomes.items():
            self.outcomes[outcome] = self.outcomes.get(outcome, 0) + count
        self.last_at = max(filter(None, (self.last_at, other.last_at)), default=None)

    def dispositions(self) -> Dispositions:
        """AAPOR's final dispositions; what is not accepted yet is unknown."""
        counts = dict.fromkeys(DISPOSITION_OF.values(), 0)
        for outcome, count in self.outcomes.items():
            counts[DISPOSITION_OF[outcome]] += count
        known_count = sum(counts.values())
        return Dispositions(**counts, unknown=max(self.assigned - self.void - known_count, 0))

    def as_json(self, name: str) -> dict[str, object]:
        keys = ("quota", "assigned", *STATES, "refused", "replaced", "extra")
        return {"code": self.code, "name": name, **{key: getattr(self, key) for key in keys}}


def unit_progress(campaign_id: str, leaves: Sequence[str], kind: str = FIRST) -> list[UnitProgress]:
    """One row per leaf for the visits of a kind, in the order given: three statements whatever the number of leaves.

    Quotas are of the first kind.
    """
    rows = {code: UnitProgress(code) for code in leaves}
    quotas = (
        select(Quota.unit_code, func.sum(Quota.least))
        .where(Quota.campaign_id == campaign_id, Quota.kind == "exact_per_unit", Quota.unit_code.in_(rows))
        .group_by(Quota.unit_code)
    )
    for code, quota in db.session.execute(quotas) if kind == FIRST else ():
        rows[code].quota = int(quota or 0)
    newest = newest_decision()
    state = state_column(newest).label("state")
    head = aliased(Submission)
    replaced = Assignment.replaced_at.is_not(None).label("was_replaced")
    query = (
        select(
            Visit.unit_code,
            state,
            Assignment.extra,
            replaced,
            head.outcome,
            func.count().label("n"),
            func.max(head.received_at),
        )
        .select_from(Visit)
        .outerjoin(Assignment, Assignment.id == Visit.assignment_id)
        .outerjoin(newest, newest_decision_on(newest))
        .outerjoin(head, (head.visit_id == Visit.id) & (head.content == Visit.head))
        .where(Visit.campaign_id == campaign_id, Visit.kind == kind, Visit.unit_code.in_(rows))
        .group_by(Visit.unit_code, state, Assignment.extra, replaced, head.outcome)
    )
    for code, visit_state, extra, was_replaced, outcome, n, last_at in db.session.execute(query):
        _count(rows[code], visit_state, bool(extra), bool(was_replaced), outcome, n, last_at)
    return list(rows.values())


def _count(
    row: UnitProgress, state: str, extra: bool, replaced: bool, outcome: str | None, n: int, last_at: datetime | None
) -> None:
    row.assigned += n
    setattr(row, state, getattr(row, state) + n)
    row.replaced += n if replaced else 0
    row.waiting += n if state == "open" and not replaced else 0
    row.last_at = max(filter(None, (row.last_at, last_at)), default=None)
    if state != "accepted" or outcome is None:
        return
    row.outcomes[outcome] = row.outcomes.get(outcome, 0) + n
    row.refused += n if outcome == "refused" else 0
    row.extra += n if extra else 0
    row.counted += n if outcome == "visited" and not extra else 0


def total(rows: Sequence[UnitProgress]) -> UnitProgress:
    """The sum over leaves; counts and sums merge upward, rates never do."""
    whole = UnitProgress("")
    for row in rows:
        whole.add(row)
    return whole


def progress_by_kind(campaign_id: str, leaves: Sequence[str]) -> list[tuple[VisitKind, list[UnitProgress]]]:
    """The same for every kind but the first, in the order of the kinds: what came in of it, by unit."""
    others = [kind for kind in kinds_of(campaign_id) if kind.key != FIRST]
    return [(kind, unit_progress(campaign_id, leaves, kind.key)) for kind in others]


def received_by_day(campaign_id: str, leaves: Sequence[str]) -> list[tuple[date, int]]:
    """How many visits had their first version on each day (in China), oldest first."""
    first = (
        select(func.min(Submission.received_at).label("at"))
        .join(Visit, Visit.id == Submission.visit_id)
        .where(Visit.campaign_id == campaign_id, Visit.unit_code.in_(leaves))
        .group_by(Submission.visit_id)
    )
    days: dict[date, int] = {}
    for at in db.session.scalars(first):
        day = at.astimezone(CHINA).date()
        days[day] = days.get(day, 0) + 1
    return sorted(days.items())


def plan_today(campaign: Campaign) -> float:
    """What part of the quota an even pace would have received by the campaign's today: 0 before it starts, 1 at its end."""
    days = (campaign.ends_on - campaign.starts_on).days + 1
    days_passed = (campaign.today() - campaign.starts_on).days + 1
    return min(max(days_passed / days, 0.0), 1.0)
