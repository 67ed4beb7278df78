"""代表: a deputy of one or several levels; people are counted once. Touches units."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, select, update
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.database import Id, Line, db, one_of
from surveys.planning.campaigns.units import LEVELS, Unit


class Deputy(db.Model):
    """One deputy on the roster of a unit. The phone number is personal: own desk only, masked elsewhere."""

    __tablename__ = "deputies"

    id: Mapped[Id]
    number: Mapped[str | None] = mapped_column(String(30), unique=True)  # 代表证号 or the roster's own number
    name: Mapped[str] = mapped_column(Line(60), index=True)
    unit_code: Mapped[str] = mapped_column(ForeignKey("units.code"), index=True)
    phone: Mapped[str | None] = mapped_column(Line(40))
    employer: Mapped[str | None] = mapped_column(Line(120))
    text_size: Mapped[str | None] = mapped_column(String(10))  # as they chose it last, on whichever phone
    created_at: Mapped[datetime]
    unit: Mapped[Unit] = relationship()
    levels: Mapped[list["DeputyLevel"]] = relationship(
        cascade="all, delete-orphan", lazy="selectin", order_by="DeputyLevel.sort"
    )

    def level_codes(self) -> list[str]:
        return [level.level_code for level in self.levels]


class DeputyLevel(db.Model):
    """One level of one deputy: levels are a set."""

    __tablename__ = "deputy_levels"
    __table_args__ = (one_of("level_code", LEVELS),)

    deputy_id: Mapped[str] = mapped_column(ForeignKey("deputies.id"), primary_key=True)
    level_code: Mapped[str] = mapped_column(String(12), primary_key=True)
    sort: Mapped[int] = mapped_column(default=0)


def text_size_of(deputy_id: str) -> str | None:
    """The size of text the deputy wants their pages in; None until they choose one."""
    return db.session.scalar(select(Deputy.text_size).where(Deputy.id == deputy_id))


def choose_text_size(deputy_id: str, size: str) -> None:
    """Keep the size with the person. Inside `writing()`."""
    db.session.execute(update(Deputy).where(Deputy.id == deputy_id).values(text_size=size))
