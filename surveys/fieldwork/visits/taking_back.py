"""撤回分派: assignments taken back while nothing was begun on their visits. Touches assignments and visits.

An assignment whose visit has a draft, a version, a decision or attendance stays, and so does one that took the place of another or was
replaced: those are settled by 替换 and 作废, which keep the reason.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import select

from surveys.audit import Actor, record
from surveys.database import db, in_turn, writing
from surveys.fieldwork.visits.visits import Visit
from surveys.planning.assigning.assignments import Assignment, AssignmentMove
from surveys.planning.campaigns.campaigns import Campaign, CampaignUnit
from surveys.planning.campaigns.plan_acts import PlanAct, acting, used_ids


@dataclass
class Takeable:
    """Which of some assignments can be taken back now, and which stay because of what hangs on them."""

    free: list[Assignment] = field(default_factory=list)
    begun: list[Assignment] = field(default_factory=list)
    replaced: list[Assignment] = field(default_factory=list)
    delivered: int = 0  # of the free ones, on a phone already


def look_at(assignments: Iterable[Assignment]) -> Takeable:
    """Sort assignments by what can be done with them. Nothing is written."""
    rows, takeable = list(assignments), Takeable()
    visits = {visit.assignment_id: visit for visit in _visits([row.id for row in rows])}
    used = used_ids(Visit, [visit.id for visit in visits.values()])
    named = used_ids(Assignment, [row.id for row in rows], but=("visits", "assignment_moves"))
    for row in rows:
        visit = visits.get(row.id)
        if row.replaced_at is not None or row.id in named:
            takeable.replaced.append(row)
        elif visit is not None and (visit.id in used or visit.head is not None or visit.voided_at is not None):
            takeable.begun.append(row)
        else:
            takeable.free.append(row)
            takeable.delivered += visit is not None and visit.delivered_at is not None
    return takeable


def _visits(assignment_ids: list[str]) -> list[Visit]:
    visits: list[Visit] = []
    for start in range(0, len(assignment_ids), 500):
        some = assignment_ids[start : start + 500]
        visits += db.session.scalars(select(Visit).where(Visit.assignment_id.in_(some)))
    return visits


def take_back(campaign: Campaign, unit_code: str, assignments: Iterable[Assignment], *, actor: Actor) -> PlanAct | None:
    """Take back those that can be; the act, by which they come back, is None where none could. Raises Refusal for a closed campaign."""
    with writing() as session:
        campaign.keep_open()
        plan = session.get(CampaignUnit, (campaign.id, unit_code))
        if plan is not None:
            in_turn(plan)
        free = look_at(assignments).free
        if not free:
            return None
        with acting("assignments.taken_back", unit_code, actor=actor, campaign=campaign, number=len(free)) as now:
            ids = [row.id for row in free]
            for visit in _visits(ids):
                session.delete(visit)
            session.flush()
            for start in range(0, len(ids), 500):
                moves = select(AssignmentMove).where(AssignmentMove.assignment_id.in_(ids[start : start + 500]))
                for move in session.scalars(moves):
                    session.delete(move)
            session.flush()
            for row in free:
                session.delete(row)
            session.flush()
        record(
            actor,
            "assignments.taken_back",
            target=("campaign", campaign.id),
            campaign_id=campaign.id,
            unit_code=unit_code,
            number=len(free),
        )
        return now.act
