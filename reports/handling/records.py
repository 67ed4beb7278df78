"""The rows of handling: routes, letters, items, steps, replies, ratings, links. Touches findings and bodies.

Steps, replies and ratings are added, never changed (surveys.immutable_rows). A step says how the item stands after it: with which
body, in which round, due when; what state that is follows from its kind (`states.py`).
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from reports.handling.bodies import Body
from surveys.database import Id, Line, LongText, db, one_of
from surveys.fieldwork.findings.findings import FINDING_KINDS
from surveys.planning.campaigns.campaigns import Campaign

GRADES = ("A", "B", "C", "D")
SATISFACTION = ("satisfied", "fairly", "dissatisfied")
STEPS = (
    "handed",
    "signed_for",
    "given_back",
    "rerouted",
    "extension_asked",
    "extended",
    "interim",
    "opinion",
    "answered",
    "rated",
    "sent_again",
    "supervised",
    "promised",
    "closed",
    "reopened",
    "withdrawn",
    "escalated",
    "proposed_closed",
    "kept_open",
    "reminded",
)


class Route(db.Model):
    """分办规则: which body leads in what; an empty field stands for all. It proposes, a person confirms."""

    __tablename__ = "routes"

    id: Mapped[Id]
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaigns.id"), index=True)
    category: Mapped[str | None] = mapped_column(String(8))
    tier: Mapped[str | None] = mapped_column(String(12))
    unit_code: Mapped[str | None] = mapped_column(ForeignKey("units.code"))
    lead_code: Mapped[str] = mapped_column(ForeignKey("bodies.code"))
    assisting: Mapped[list[Any]]
    made_at: Mapped[datetime]
    made_by: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    ended_at: Mapped[datetime | None]


class RouteChoice(db.Model):
    """The bodies a person chose for one matter that is not handed over yet; the newest not undone one is in force."""

    __tablename__ = "route_choices"
    __table_args__ = (CheckConstraint("(headline_id IS NULL) <> (finding_id IS NULL)", name="matter"),)

    id: Mapped[Id]
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaigns.id"), index=True)
    headline_id: Mapped[str | None] = mapped_column(ForeignKey("headlines.id"))
    finding_id: Mapped[str | None] = mapped_column(ForeignKey("findings.id"))
    lead_code: Mapped[str] = mapped_column(ForeignKey("bodies.code"))
    assisting: Mapped[list[Any]]
    chosen_at: Mapped[datetime]
    chosen_by: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    undone_at: Mapped[datetime | None]


class Letter(db.Model):
    """交办函, 督办函 or 催办函: one letter to one body; numbers run on in a campaign and year, a withdrawn one keeps its own.

    `file` is its PDF; `report_file` the report's that goes along, by SHA-256.
    """

    __tablename__ = "letters"
    __table_args__ = (
        UniqueConstraint("campaign_id", "year", "number"),
        one_of("kind", ("handover", "supervision", "reminder")),
    )

    id: Mapped[Id]
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaigns.id"))
    kind: Mapped[str] = mapped_column(String(12), default="handover")
    year: Mapped[int]
    number: Mapped[int]
    body_code: Mapped[str] = mapped_column(ForeignKey("bodies.code"), index=True)
    office: Mapped[str] = mapped_column(Line(100))
    made_at: Mapped[datetime]
    made_by: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    file: Mapped[str] = mapped_column(String(64))
    version_id: Mapped[str | None] = mapped_column(ForeignKey("report_versions.id"))
    report_file: Mapped[str | None] = mapped_column(String(64))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    withdrawn_reason: Mapped[str | None] = mapped_column(Line(300))
    job_id: Mapped[str | None] = mapped_column(ForeignKey("jobs.id"), index=True)
    body: Mapped[Body] = relationship()

    @property
    def reference(self) -> str:
        """〔2023〕50号函."""
        return f"〔{self.year}〕{self.number}号函"


class Item(db.Model):
    """事项: one headline or one finding that was handed over, in the words it was handed over with."""

    __tablename__ = "items"
    __table_args__ = (
        UniqueConstraint("campaign_id", "kind", "number"),
        CheckConstraint("(headline_id IS NULL) <> (finding_id IS NULL)", name="matter"),
        one_of("kind", FINDING_KINDS),
    )

    id: Mapped[Id]
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaigns.id"))
    kind: Mapped[str] = mapped_column(String(12))
    number: Mapped[int]
    headline_id: Mapped[str | None] = mapped_column(ForeignKey("headlines.id"))
    finding_id: Mapped[str | None] = mapped_column(ForeignKey("findings.id"))
    text: Mapped[str] = mapped_column(LongText)
    category: Mapped[str | None] = mapped_column(String(8))
    tier: Mapped[str | None] = mapped_column(String(12))
    made_at: Mapped[datetime]
    campaign: Mapped[Campaign] = relationship()

    @property
    def reference(self) -> str:
        """Q-003 a problem, W-001 a suggestion."""
        return f"{'Q' if self.kind == 'problem' else 'W'}-{self.number:03d}"


class ItemFinding(db.Model):
    """A finding that an item carries: who said it is answered, however many were put together."""

    __tablename__ = "item_findings"

    item_id: Mapped[str] = mapped_column(ForeignKey("items.id"), primary_key=True)
    finding_id: Mapped[str] = mapped_column(ForeignKey("findings.id"), primary_key=True, index=True)


class LetterItem(db.Model):
    """An item on a letter, and whether its body leads or assists."""

    __tablename__ = "letter_items"
    __table_args__ = (one_of("part", ("lead", "assist")),)

    letter_id: Mapped[str] = mapped_column(ForeignKey("letters.id"), primary_key=True)
    item_id: Mapped[str] = mapped_column(ForeignKey("items.id"), primary_key=True, index=True)
    part: Mapped[str] = mapped_column(String(8))


class Step(db.Model):
    """环节: one thing that happened to an item, and how it stands after it: with `body_code`, in `round_number`, due on `due_on`.

    `reckoned` says how the day was reckoned; `other_code` is the body that a give-back names; `actor_kind`: staff, body, deputy, system.
    """

    __tablename__ = "item_steps"
    __table_args__ = (UniqueConstraint("item_id", "number"), one_of("kind", STEPS), Index(None, "happened_at"))

    id: Mapped[Id]
    item_id: Mapped[str] = mapped_column(ForeignKey("items.id"))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(16))
    happened_at: Mapped[datetime]
    actor_kind: Mapped[str] = mapped_column(String(10))
    actor_id: Mapped[str | None] = mapped_column(String(36))
    actor_name: Mapped[str | None] = mapped_column(Line(100))
    body_code: Mapped[str] = mapped_column(ForeignKey("bodies.code"), index=True)
    round_number: Mapped[int]
    due_on: Mapped[date | None] = mapped_column(Date)
    reckoned: Mapped[dict[str, Any] | None]
    words: Mapped[str | None] = mapped_column(LongText)
    other_code: Mapped[str | None] = mapped_column(ForeignKey("bodies.code"))
    letter_id: Mapped[str | None] = mapped_column(ForeignKey("letters.id"))
    reply_id: Mapped[str | None] = mapped_column(ForeignKey("item_replies.id"))


class Reply(db.Model):
    """答复 of one body in one round: final, interim, or an assisting body's opinion. `files`: name, type, size and SHA-256 of each."""

    __tablename__ = "item_replies"
    __table_args__ = (
        one_of("kind", ("final", "interim", "opinion")),
        one_of("grade", GRADES),
        CheckConstraint("(kind = 'final') = (grade IS NOT NULL)", name="graded"),
        Index(None, "item_id", "round_number"),
    )

    id: Mapped[Id]
    item_id: Mapped[str] = mapped_column(ForeignKey("items.id"))
    body_code: Mapped[str] = mapped_column(ForeignKey("bodies.code"))
    round_number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(8))
    grade: Mapped[str | None] = mapped_column(String(1))
    text: Mapped[str] = mapped_column(LongText)
    planned_on: Mapped[date | None] = mapped_column(Date)
    files: Mapped[list[Any]]
    on_paper: Mapped[bool] = mapped_column(default=False)
    answered_at: Mapped[datetime]
    entered_by: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))


class Rating(db.Model):
    """评价 of one deputy who asked, for one round: process and result apart."""

    __tablename__ = "item_ratings"
    __table_args__ = (
        UniqueConstraint("item_id", "round_number", "deputy_id"),
        one_of("process", SATISFACTION),
        one_of("result", SATISFACTION),
    )

    id: Mapped[Id]
    item_id: Mapped[str] = mapped_column(ForeignKey("items.id"))
    round_number: Mapped[int]
    deputy_id: Mapped[str] = mapped_column(ForeignKey("deputies.id"), index=True)
    process: Mapped[str] = mapped_column(String(12))
    result: Mapped[str] = mapped_column(String(12))
    words: Mapped[str | None] = mapped_column(LongText)
    rated_at: Mapped[datetime]


class BodyLink(db.Model):
    """The link and code of one body in one campaign, printed on its letters; encrypted, so that a later letter prints them again."""

    __tablename__ = "body_links"

    id: Mapped[Id]
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaigns.id"), index=True)
    body_code: Mapped[str] = mapped_column(ForeignKey("bodies.code"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    token: Mapped[str] = mapped_column(String(200))
    code: Mapped[str] = mapped_column(String(200))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    wrong: Mapped[int] = mapped_column(default=0)
