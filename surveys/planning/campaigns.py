"""调研活动: topic, period, participating units, settings, outline. Touches units.

`as_of` is the clock of a demonstration or rehearsal: where it is set, `Campaign.now()` gives it instead of the present.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, String, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.database import CHINA, Id, Line, LongText, db, one_of, utc_now
from surveys.planning.units import Unit

KINDS = (
    "专题调研",
    "执法检查",
    "集中视察",
    "主题活动",
    "接待",
    "常态收集",
    "征求意见",
)

DEFAULT_SETTINGS: dict[str, Any] = {
    "media": False,  # photo, position, signature, sound
    "smallest_cell": 5,  # L1 cells below this are suppressed in what leaves the office
    "words_from": 30,  # a total below this is worded as counts without percentages
    "languages": ["zh-CN", "en"],
    "sign_offs": [],  # of 征求意见, 会签, 主任会议: required before final
    "reply_days": 90,
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
