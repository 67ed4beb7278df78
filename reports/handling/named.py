"""Where handling may name a firm or a person: what was handed over, answered, rated, and the words of its steps. Touches records."""

from typing import Any

from sqlalchemy import ColumnElement, select

from reports.handling.bodies import Body
from reports.handling.records import Item, Letter, Rating, Reply, Step
from surveys.personal_data.sources import About, Rows, Words
from surveys.planning.campaigns.campaigns import Campaign


def _unit_of_campaign(campaign: Any) -> Any:
    """The unit whose campaign a row belongs to: handling lies with it."""
    return select(Campaign.unit_code).where(Campaign.id == campaign).correlate_except(Campaign).scalar_subquery()


def _unit_of_item(item: Any) -> Any:
    """The same by the item that a row is about."""
    whose = select(Campaign.unit_code).join(Item, Item.campaign_id == Campaign.id).where(Item.id == item)
    return whose.correlate_except(Campaign, Item).scalar_subquery()


def _rated_by(about: About) -> ColumnElement[bool] | None:
    return Rating.deputy_id == about.id if about.kind == "deputy" else None


SOURCES = (
    Rows("handovers", Rating, _rated_by, "count", unit=_unit_of_item(Rating.item_id)),
    Words("handovers", Item, (Item.text,), unit=_unit_of_campaign(Item.campaign_id), everywhere=True),
    Words("handovers", Letter, (Letter.withdrawn_reason,), unit=_unit_of_campaign(Letter.campaign_id), everywhere=True),
    Words("handovers", Body, (Body.contact,), everywhere=True),
    *(
        Words("handovers", model, columns, unit=_unit_of_item(model.item_id), everywhere=True)
        for model, columns in (
            (Step, (Step.words, Step.actor_name)),
            (Reply, (Reply.text,)),
            (Rating, (Rating.words,)),
        )
    ),
)
