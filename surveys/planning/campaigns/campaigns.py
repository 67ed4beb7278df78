"""调研活动: topic, period, participating units, settings, outline. Touches units.

`as_of` is the clock of a demonstration or rehearsal: where it is set, `Campaign.now()` gives it instead of the present.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, String, func, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.audit import SYSTEM, Actor, record
from surveys.database import CHINA, Id, Line, LongText, db, one_of, utc_now, writing
from surveys.planning.campaigns.units import Unit, registers_in_turn, unit_tree
from surveys.planning.words import reference_lists
from surveys.planning.words.planning_faults import Refusal, RefusalKind

KINDS = (
    "专题调研",
    "执法检查",
    "集中视察",
    "主题活动",
    "接待",
    "常态收集",
    "征求意见",
)

MEDIA_KINDS = ("photo", "position", "signature", "sound", "file")

DEFAULT_SETTINGS: dict[str, Any] = {
    "media": False,  # whether any of `MEDIA_KINDS` is taken
    "media_kinds": [],  # which of them, when media is on: each is off until the organizer ticks it
    "smallest_cell": 5,  # L1 cells below this are suppressed in what leaves the office
    "words_from": 30,  # a total below this is worded as counts without percentages
    "languages": ["zh-CN", "en"],
    "sign_offs": [],  # of 征求意见, 会签, 主任会议: required before final
    "reply_days": 90,
    "contact_months": 12,  # after the last hand-over, contacts and what else is L3 go
}


class Campaign(db.Model):
    """One campaign. Dates are days in China; `cutoff_at` is the data cut-off (数据截止时点)."""

    __tablename__ = "campaigns"
    __table_args__ = (one_of("kind", KINDS), CheckConstraint("ends_on >= starts_on", name="period"))

    id: Mapped[Id]
    number: Mapped[int] = mapped_column(unique=True)  # order of creation: the short address of a list
    title: Mapped[str] = mapped_column(Line(200))
    title_en: Mapped[str | None] = mapped_column(Line(200))
    kind: Mapped[str] = mapped_column(String(20))
    topic: Mapped[str | None] = mapped_column(LongText)
    unit_code: Mapped[str] = mapped_column(ForeignKey("units.code"))  # the organizing unit: the root of the report tree
    starts_on: Mapped[date] = mapped_column(Date)
    ends_on: Mapped[date] = mapped_column(Date)
    cutoff_at: Mapped[datetime | None]
    as_of: Mapped[datetime | None]
    office: Mapped[str] = mapped_column(Line(100))  # the organizing office, as shown to deputies
    office_phone: Mapped[str | None] = mapped_column(Line(40))
    notice: Mapped[str | None] = mapped_column(LongText)  # privacy notice
    notice_version: Mapped[str | None] = mapped_column(Line(40))
    settings: Mapped[dict[str, Any]] = mapped_column(default=lambda: dict(DEFAULT_SETTINGS))
    outline: Mapped[list[Any]] = mapped_column(
        default=list
    )  # rows of the report outline: key, numbering, title, writer, 字数
    demonstration: Mapped[bool] = mapped_column(default=False)  # marks every page and print 演示数据
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    row_version: Mapped[int] = mapped_column(default=1)
    unit: Mapped[Unit] = relationship()
    __mapper_args__ = {"version_id_col": row_version}

    def now(self) -> datetime:
        """The campaign's clock (aware)."""
        return self.as_of or utc_now()

    def today(self) -> date:
        return self.now().astimezone(CHINA).date()

    def setting(self, name: str) -> Any:
        return {**DEFAULT_SETTINGS, **(self.settings or {})}[name]

    def keep_open(self) -> None:
        """Raises Refusal where the campaign is closed: its plan can no longer be changed."""
        if self.closed_at is not None:
            raise Refusal(RefusalKind.CAMPAIGN_CLOSED, campaign=self.title)

    def name(self, language: str = "zh") -> str:
        return self.title_en or self.title if language.startswith("en") else self.title


class CampaignUnit(db.Model):
    """A unit that takes part. Its `deadline_on` and `reserves` (how many reserve subjects its list has) are leaf matters."""

    __tablename__ = "campaign_units"

    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    unit_code: Mapped[str] = mapped_column(ForeignKey("units.code"), primary_key=True)
    deadline_on: Mapped[date | None] = mapped_column(Date)
    reserves: Mapped[int] = mapped_column(default=0)
    contact: Mapped[str | None] = mapped_column(Line(100))
    contact_phone: Mapped[str | None] = mapped_column(Line(40))
    campaign: Mapped[Campaign] = relationship()
    unit: Mapped[Unit] = relationship()


def campaign_units(campaign_id: str) -> list[CampaignUnit]:
    """The participating units in official order, the root among them."""
    return list(
        db.session.scalars(
            select(CampaignUnit)
            .join(Unit, Unit.code == CampaignUnit.unit_code)
            .where(CampaignUnit.campaign_id == campaign_id)
            .order_by(Unit.sort, Unit.code)
        )
    )


# --- making and changing -------------------------------------------------------------------------------------------

CHANGEABLE = (
    "title",
    "title_en",
    "kind",
    "topic",
    "starts_on",
    "ends_on",
    "cutoff_at",
    "as_of",
    "office",
    "office_phone",
    "notice",
    "notice_version",
    "outline",
    "demonstration",
)


def default_outline() -> list[dict[str, Any]]:
    """The outline of a research report as the reference lists have it."""
    return [dict(row) for row in reference_lists.rows("outline-research-report")]


def create_campaign(
    *,
    title: str,
    kind: str,
    unit_code: str,
    starts_on: date,
    ends_on: date,
    office: str,
    settings: dict[str, Any] | None = None,
    actor: Actor = SYSTEM,
    **more: Any,
) -> Campaign:
    """A new campaign of an organizing unit, which takes part in it from the start. `more`: any of `CHANGEABLE`.

    Raises Refusal for an unknown unit or a period that ends before it starts.
    """
    _check_period(starts_on, ends_on)
    if (unknown := set(more) - set(CHANGEABLE)) or kind not in KINDS:
        raise ValueError(f"not of a campaign: {unknown or kind}")
    with writing() as session:
        if session.get(Unit, unit_code) is None:
            raise Refusal(RefusalKind.UNIT_UNKNOWN, unit=unit_code)
        registers_in_turn()
        campaign = Campaign(
            number=(session.scalar(select(func.max(Campaign.number))) or 0) + 1,
            title=title,
            kind=kind,
            unit_code=unit_code,
            starts_on=starts_on,
            ends_on=ends_on,
            office=office,
            settings={**DEFAULT_SETTINGS, **(settings or {})},
            created_at=utc_now(),
            **{"outline": default_outline(), **more},
        )
        session.add(campaign)
        session.flush()
        session.add(CampaignUnit(campaign_id=campaign.id, unit_code=unit_code))
        session.flush()
        record(actor, "campaign.created", target=("campaign", campaign.id), campaign_id=campaign.id, title=title)
        return campaign


def edit_campaign(
    campaign: Campaign, *, settings: dict[str, Any] | None = None, actor: Actor = SYSTEM, **changes: Any
) -> list[str]:
    """Change a campaign's own fields and settings; gives the names of those that changed. Raises Refusal as above, and when it is closed."""
    with writing() as session:
        session.add(campaign)
        campaign.keep_open()
        starts_on, ends_on = changes.get("starts_on", campaign.starts_on), changes.get("ends_on", campaign.ends_on)
        _check_period(starts_on, ends_on)
        fields = [key for key, value in changes.items() if key in CHANGEABLE and getattr(campaign, key) != value]
        before, after = {key: getattr(campaign, key) for key in fields}, {key: changes[key] for key in fields}
        for key in fields:
            setattr(campaign, key, changes[key])
        old_settings = {**DEFAULT_SETTINGS, **(campaign.settings or {})}
        new_settings = {**old_settings, **(settings or {})}
        if new_settings != old_settings:
            campaign.settings = new_settings
            fields.append("settings")
            names = [name for name in new_settings if old_settings.get(name) != new_settings[name]]
            before |= {name: old_settings.get(name) for name in names}
            after |= {name: new_settings[name] for name in names}
        if fields:
            session.flush()
            sides = {"before": _short(before), "after": _short(after)}
            record(
                actor,
                "campaign.changed",
                target=("campaign", campaign.id),
                campaign_id=campaign.id,
                fields=fields,
                **sides,
            )
        return fields


def _short(values: dict[str, Any]) -> dict[str, str]:
    """What a field was and is, as the audit trail writes it: an outline or a notice by its beginning."""
    return {name: str(value)[:120] for name, value in values.items() if value is not None}


def _check_period(starts_on: date, ends_on: date) -> None:
    if ends_on < starts_on:
        raise Refusal(RefusalKind.PERIOD_BACKWARDS, starts_on=starts_on.isoformat(), ends_on=ends_on.isoformat())


@dataclass(frozen=True, slots=True)
class UnitPlan:
    """What a campaign says of one participating unit; `deadline_on` and `reserves` matter for leaves."""

    code: str
    deadline_on: date | None = None
    reserves: int = 0
    contact: str | None = None
    contact_phone: str | None = None


def set_units(campaign: Campaign, plans: Iterable[UnitPlan], *, actor: Actor = SYSTEM) -> list[CampaignUnit]:
    """Let exactly these units take part; the organizing unit and those between it and the leaves are added.

    Raises Refusal for a unit that does not exist or does not lie below the organizing unit, and when it is closed. A unit that has a list, groups
    or assignments already stays: see `plan_problems` for what the page says of it.
    """
    tree, plan_by_code = unit_tree(), {plan.code: plan for plan in plans}
    for code in list(plan_by_code):
        if code not in tree or not tree.within(code, campaign.unit_code):
            raise Refusal(RefusalKind.UNIT_UNKNOWN, unit=code)
        for above in tree.above(code):
            if tree.within(above.code, campaign.unit_code):
                plan_by_code.setdefault(above.code, UnitPlan(above.code))
    plan_by_code.setdefault(campaign.unit_code, UnitPlan(campaign.unit_code))
    with writing() as session:
        campaign.keep_open()
        row_by_code = {row.unit_code: row for row in campaign_units(campaign.id)}
        for code, row in row_by_code.items():
            if code not in plan_by_code:
                session.delete(row)
        for code, plan in plan_by_code.items():
            row = row_by_code.get(code)
            if row is None:
                row = CampaignUnit(campaign_id=campaign.id, unit_code=code)
                session.add(row)
            row.deadline_on, row.reserves = plan.deadline_on, plan.reserves
            row.contact, row.contact_phone = plan.contact, plan.contact_phone
        session.flush()
        record(
            actor,
            "campaign.units",
            target=("campaign", campaign.id),
            campaign_id=campaign.id,
            units=sorted(plan_by_code),
        )
        return campaign_units(campaign.id)
