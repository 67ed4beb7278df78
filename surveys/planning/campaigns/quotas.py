"""任务数: how many visits each unit has to make, as rows of seven kinds. Touches subjects and groups.

| kind | says | fields |
| --- | --- | --- |
| exact_per_unit | a leaf visits exactly so many | unit, least = most |
| range_per_group | each group visits between least and most | unit or group, least, most |
| least_per_tag | at least so many subjects that carry a tag | unit, tag, least |
| least_per_deputy | each deputy goes at least so often in a period | unit, least, starts_on, ends_on |
| every_deputy | every deputy takes part | unit |
| every_area | every town or street has a visit | unit |
| date_window | visits lie between two days | unit, starts_on, ends_on |

Filled by accepted visits with outcome `visited` that are not extra.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import CheckConstraint, Date, ForeignKey, String, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.audit import SYSTEM, Actor, record
from surveys.database import Id, Line, db, one_of, writing
from surveys.planning.campaigns.campaigns import Campaign, campaign_units
from surveys.planning.campaigns.subjects import ListEntry
from surveys.planning.campaigns.units import unit_tree
from surveys.planning.words.planning_faults import Refusal, RefusalKind

QUOTA_KINDS = (
    "exact_per_unit",
    "range_per_group",
    "least_per_tag",
    "least_per_deputy",
    "every_deputy",
    "every_area",
    "date_window",
)


class Quota(db.Model):
    """One row of the ledger."""

    __tablename__ = "quotas"
    __table_args__ = (
        one_of("kind", QUOTA_KINDS),
        CheckConstraint("most IS NULL OR least IS NULL OR most >= least", name="bounds"),
        CheckConstraint("least IS NULL OR least >= 0", name="least"),
        CheckConstraint("kind <> 'exact_per_unit' OR (least IS NOT NULL AND least = most)", name="exact"),
        CheckConstraint("kind <> 'least_per_tag' OR tag IS NOT NULL", name="tag"),
        CheckConstraint("kind <> 'date_window' OR (starts_on IS NOT NULL AND ends_on IS NOT NULL)", name="window"),
    )

    id: Mapped[Id]
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaigns.id"), index=True)
    unit_code: Mapped[str] = mapped_column(ForeignKey("units.code"))
    group_id: Mapped[str | None] = mapped_column(ForeignKey("deputy_groups.id"))
    kind: Mapped[str] = mapped_column(String(20))
    tag: Mapped[str | None] = mapped_column(Line(40))
    least: Mapped[int | None]
    most: Mapped[int | None]
    starts_on: Mapped[date | None] = mapped_column(Date)
    ends_on: Mapped[date | None] = mapped_column(Date)
    campaign: Mapped[Campaign] = relationship()


@dataclass(frozen=True, slots=True)
class QuotaPlan:
    """One row to be written; fields as in the table above."""

    kind: str
    unit_code: str
    least: int | None = None
    most: int | None = None
    group_id: str | None = None
    tag: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None


def exact(unit_code: str, number: int) -> QuotaPlan:
    """The commonest row: this leaf visits so many."""
    return QuotaPlan("exact_per_unit", unit_code, number, number)


def quotas_of(campaign_id: str) -> list[Quota]:
    """The ledger in the order of kinds, then units."""
    rows = db.session.scalars(select(Quota).where(Quota.campaign_id == campaign_id))
    return sorted(rows, key=lambda row: (QUOTA_KINDS.index(row.kind), row.unit_code, row.tag or ""))


def set_quotas(campaign: Campaign, plans: Iterable[QuotaPlan], *, actor: Actor = SYSTEM) -> list[Quota]:
    """Replace the ledger. Raises Refusal: unknown unit, a unit that is no leaf (its quota is the sum), not taking part, closed."""
    tree, taking_part = unit_tree(), {row.unit_code for row in campaign_units(campaign.id)}
    rows = list(plans)
    for plan in rows:
        if plan.unit_code not in tree:
            raise Refusal(RefusalKind.UNIT_UNKNOWN, unit=plan.unit_code)
        if plan.unit_code not in taking_part:
            raise Refusal(RefusalKind.UNIT_NOT_TAKING_PART, unit=tree[plan.unit_code].name)
        if plan.kind == "exact_per_unit" and not tree.is_leaf(plan.unit_code):
            raise Refusal(RefusalKind.UNIT_NOT_A_LEAF, unit=tree[plan.unit_code].name)
    with writing() as session:
        campaign.keep_open()
        session.execute(delete(Quota).where(Quota.campaign_id == campaign.id))
        quotas = [Quota(campaign_id=campaign.id, **asdict(plan)) for plan in rows]
        session.add_all(quotas)
        session.flush()
        record(actor, "campaign.quotas", target=("campaign", campaign.id), campaign_id=campaign.id, rows=len(quotas))
        return quotas


def planned_visits(campaign_id: str) -> dict[str, int]:
    """Leaf → how many visits it is to make (its exact quota)."""
    query = select(Quota.unit_code, Quota.least).where(Quota.campaign_id == campaign_id, Quota.kind == "exact_per_unit")
    return {code: least or 0 for code, least in db.session.execute(query)}


@dataclass(frozen=True, slots=True)
class PlanProblem:
    """One thing that is missing in a campaign's plan. `code`: no_leaf, no_quota, list_short, reserves_short."""

    code: str
    unit_code: str
    needed: int = 0
    present: int = 0


def plan_problems(campaign: Campaign) -> list[PlanProblem]:
    """What stands against starting: leaves without a quota, lists shorter than the quota or the reserves."""
    tree, problems = unit_tree(), []
    units, number_by_unit = campaign_units(campaign.id), planned_visits(campaign.id)
    leaves = [row for row in units if tree.is_leaf(row.unit_code)]
    if not leaves:
        return [PlanProblem("no_leaf", campaign.unit_code)]
    counts = {(code, reserve): number for code, reserve, number in db.session.execute(_list_lengths(campaign.id))}
    for row in leaves:
        if row.unit_code not in number_by_unit:
            problems.append(PlanProblem("no_quota", row.unit_code))
            continue
        main, reserve = counts.get((row.unit_code, False), 0), counts.get((row.unit_code, True), 0)
        if main < number_by_unit[row.unit_code]:
            problems.append(PlanProblem("list_short", row.unit_code, number_by_unit[row.unit_code], main))
        if reserve < row.reserves:
            problems.append(PlanProblem("reserves_short", row.unit_code, row.reserves, reserve))
    return problems


def _list_lengths(campaign_id: str):
    return (
        select(ListEntry.unit_code, ListEntry.reserve, func.count())
        .where(ListEntry.campaign_id == campaign_id)
        .group_by(ListEntry.unit_code, ListEntry.reserve)
    )
