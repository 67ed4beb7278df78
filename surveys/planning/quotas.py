"""任务数: the ledger of seven kinds. Touches subjects and groups.

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

from datetime import date

from sqlalchemy import CheckConstraint, Date, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.database import Id, Line, db, one_of
from surveys.planning.campaigns import Campaign

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
