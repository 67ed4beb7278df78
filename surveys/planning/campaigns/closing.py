"""结束活动: a campaign is closed, reopened with a reason, and deleted while nothing of anybody is in it. Touches campaigns and their quotas.

Closed    nothing is planned in it any more: settings, units, lists, groups, assignments, questionnaires. What phones still hold comes
          in all the same and is reviewed; reports are written to their end. Contacts go by term from then on (`contact_months`).
Empty     no row of any table names it but its units, quotas and kinds of visits, whichever room the table belongs to.
"""

from collections import Counter

from sqlalchemy import ColumnElement, Table, delete, func, literal, select, union_all
from sqlalchemy.exc import IntegrityError

from surveys.audit import Actor, AuditEntry, record, set_once
from surveys.database import db, writing
from surveys.planning.campaigns.campaigns import Campaign, CampaignUnit
from surveys.planning.campaigns.quotas import Quota
from surveys.planning.campaigns.visit_kinds import VisitKind
from surveys.planning.words.planning_faults import Refusal, RefusalKind

OWN = (Quota, VisitKind, CampaignUnit)  # what goes with an empty campaign
ENDINGS = ("campaign.closed", "campaign.reopened")


def close_campaign(campaign: Campaign, *, actor: Actor, reason: str = "") -> bool:
    """End it; False where it was closed already. `reason`: why, where something in it is still open; it stays in the trail."""
    with writing() as session:
        session.add(campaign)
        about = {"target": ("campaign", campaign.id), "campaign_id": campaign.id}
        about |= {"reason": reason.strip()[:200]} if reason.strip() else {}
        return set_once(campaign, "closed_at", actor, "campaign.closed", **about)


def reopen_campaign(campaign: Campaign, *, reason: str, actor: Actor) -> bool:
    """Open a closed one again, the reason stays in the trail; False where it was open. Raises Refusal without a reason."""
    if not reason.strip():
        raise Refusal(RefusalKind.REASON_MISSING)
    with writing() as session:
        if campaign.closed_at is None:
            return False
        campaign.closed_at = None
        session.flush()
        about = {"target": ("campaign", campaign.id), "campaign_id": campaign.id}
        record(actor, "campaign.reopened", reason=reason.strip()[:200], **about)
        return True


def delete_campaign(campaign: Campaign, *, actor: Actor) -> None:
    """Remove one that is empty. Raises Refusal where something is in it."""
    title = campaign.title
    with writing() as session:
        if contents := what_is_in(campaign.id):
            raise Refusal(RefusalKind.CAMPAIGN_NOT_EMPTY, campaign=title, number=sum(contents.values()))
        for model in OWN:
            session.execute(delete(model).where(model.campaign_id == campaign.id))
        session.delete(campaign)
        try:
            session.flush()
        except IntegrityError:  # somebody has put something in meanwhile
            raise Refusal(RefusalKind.CAMPAIGN_NOT_EMPTY, campaign=title, number=1) from None
        record(actor, "campaign.deleted", target=("campaign", campaign.id), title=title)


def what_is_in(campaign_id: str) -> dict[str, int]:
    """Table → how many of its rows name the campaign, without its units, quotas and kinds of visits; nothing for an empty one."""
    own = {model.__tablename__ for model in OWN}
    queries = [
        select(literal(table.name), func.count()).select_from(table).where(column == campaign_id)
        for table in db.metadata.sorted_tables
        if table.name not in own
        for column in _names_campaign(table)
    ]
    counts: Counter[str] = Counter()
    for name, number in db.session.execute(union_all(*queries)):
        counts[name] += number
    return dict(+counts)


def _names_campaign(table: Table) -> list[ColumnElement[str]]:
    return [key.parent for key in table.foreign_keys if key.column.table.name == Campaign.__tablename__]


def endings(campaign: Campaign) -> list[AuditEntry]:
    """When it was closed and reopened, by whom and why, newest first."""
    query = select(AuditEntry).where(
        AuditEntry.target_kind == "campaign", AuditEntry.target_id == campaign.id, AuditEntry.act.in_(ENDINGS)
    )
    return list(db.session.scalars(query.order_by(AuditEntry.id.desc())))
