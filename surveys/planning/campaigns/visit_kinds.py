"""记录类型: which kinds of visits a campaign has, each with its words, its form and its rules. Touches campaigns.

Every campaign has the kind `visit` from its first moment; its words are the campaign's own (`settings["words"]`), so that each word
stands in one place. Other kinds bear theirs. A key is given once: visits and questionnaire versions name their kind by it.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Connection,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Select,
    String,
    event,
    func,
    insert,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.audit import Actor, record
from surveys.database import Line, db, in_turn, one_of, utc_now, writing
from surveys.planning.campaigns.campaigns import Campaign, edit_campaign
from surveys.planning.campaigns.registers import registers
from surveys.planning.words.planning_faults import Refusal, RefusalKind
from surveys.planning.words.visit_words import Words, usual_words, words_of

FIRST = "visit"  # the kind that every campaign has
STARTERS = ("desk", "deputy")
WORDS = ("visited", "measure", "visiting", "visited_en", "visiteds_en", "visiting_en")
MOST_KINDS = 20
CHANGEABLE = (
    "label",
    "label_en",
    "form_of",
    "starts",
    "hangs_on",
    "opens_on",
    "closes_on",
    "most_a_day",
)


class VisitKind(db.Model):
    """One kind. `form_of`: the kind whose questionnaire it shares; `hangs_on`: kinds of subjects, none for an occasion with a title.

    `opens_on` and `closes_on` bound the day on which one is started, `most_a_day`
    how many one deputy starts on a day.
    """

    __tablename__ = "visit_kinds"
    __table_args__ = (
        one_of("starts", STARTERS),
        CheckConstraint("closes_on >= opens_on", name="window"),
    )

    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(40), primary_key=True)
    sort: Mapped[int]
    label: Mapped[str] = mapped_column(Line(40))
    label_en: Mapped[str | None] = mapped_column(Line(60))
    words: Mapped[dict[str, Any] | None]  # the columns `WORDS`; none for the first kind
    form_of: Mapped[str | None] = mapped_column(String(40))
    starts: Mapped[str] = mapped_column(String(8), default="desk")
    hangs_on: Mapped[list[Any]] = mapped_column(default=list)
    opens_on: Mapped[date | None] = mapped_column(Date)
    closes_on: Mapped[date | None] = mapped_column(Date)
    most_a_day: Mapped[int | None]
    removed_at: Mapped[datetime | None]
    campaign: Mapped[Campaign] = relationship()

    def name(self, language: str = "zh") -> str:
        return self.label_en or self.label if language.startswith("en") else self.label

    def own_words(self) -> Mapping[str, Any]:
        """Its words as they are written, in both languages."""
        own = self.words or (self.campaign.settings or {}).get("words")
        return own or usual_words()

    def spoken_words(self, language: str = "zh") -> Words:
        return words_of(self.settings(), language)

    def settings(self) -> dict[str, Any]:
        """The campaign's settings as texts about a visit of this kind speak (`visit_words.speak_of`)."""
        settings = dict(self.campaign.settings or {})
        return settings | {"words": self.words} if self.words else settings

    def form_key(self) -> str:
        """The kind whose questionnaire versions its visits are filled in with."""
        return self.form_of or self.key

    def is_in_window(self, day: date) -> bool:
        """Whether one may be started on this day; without a window of its own, within the campaign's period."""
        return (self.opens_on or self.campaign.starts_on) <= day <= (self.closes_on or self.campaign.ends_on)


@event.listens_for(Campaign, "after_insert")
def _begin_with_the_first(_mapper: Any, connection: Connection, campaign: Campaign) -> None:
    """Whichever door a campaign comes through, its first kind comes along."""
    connection.execute(insert(VisitKind), [first_kind(campaign.id)])


def first_kind(campaign_id: str) -> dict[str, Any]:
    """The row of the kind `visit`: what a campaign was before it had kinds."""
    return {
        "campaign_id": campaign_id,
        "key": FIRST,
        "sort": 1,
        "label": "走访",
        "label_en": "Visit",
        "starts": "desk",
        "hangs_on": ["enterprise"],
    }


def kinds_of(campaign_id: str, *, removed: bool = False) -> list[VisitKind]:
    """The kinds of a campaign in their order; with `removed` those that were taken out, instead."""
    gone = VisitKind.removed_at.is_not(None) if removed else VisitKind.removed_at.is_(None)
    query = select(VisitKind).where(VisitKind.campaign_id == campaign_id, gone)
    return list(db.session.scalars(query.order_by(VisitKind.sort, VisitKind.key)))


def kind_of(campaign_id: str, key: str) -> VisitKind | None:
    """A kind by its key, taken out or not."""
    return db.session.get(VisitKind, (campaign_id, key))


def keys_on_form(campaign_id: str, key: str = FIRST) -> Select[str]:
    """The keys of the kinds that are filled in with this kind's questionnaire, itself among them, to stand in a query."""
    shares = or_(VisitKind.key == key, VisitKind.form_of == key)
    return select(VisitKind.key).where(VisitKind.campaign_id == campaign_id, shares)


# --- making and changing -------------------------------------------------------------------------------------------


def add_kind(campaign: Campaign, values: Mapping[str, Any], *, actor: Actor) -> VisitKind:
    """A new kind at the end of the list; `values`: `CHANGEABLE` and `words`. Raises Refusal."""
    with writing() as session:
        campaign.keep_open()
        in_turn(campaign)
        kinds = [*kinds_of(campaign.id), *kinds_of(campaign.id, removed=True)]
        if len(kinds) >= MOST_KINDS:
            raise Refusal(RefusalKind.KINDS_FULL, most=MOST_KINDS)
        _check(campaign, values, kinds, None)
        kind = VisitKind(
            campaign_id=campaign.id,
            key=_key(values.get("label_en") or "", {kind.key for kind in kinds}),
            sort=max(kind.sort for kind in kinds) + 1,
            words=dict(values["words"]),
            **{name: values[name] for name in CHANGEABLE if name in values},
        )
        session.add(kind)
        session.flush()
        _record(actor, "kind.added", kind)
        return kind


def edit_kind(kind: VisitKind, values: Mapping[str, Any], *, actor: Actor) -> bool:
    """Change a kind; False where nothing differs. The words of the first kind are written where the campaign's are. Raises Refusal."""
    with writing() as session:
        campaign = kind.campaign
        campaign.keep_open()
        in_turn(campaign)
        _check(campaign, values, kinds_of(campaign.id), kind)
        before = {name: getattr(kind, name) for name in CHANGEABLE}
        for name in CHANGEABLE:
            if name in values:
                setattr(kind, name, values[name])
        fields = [name for name in CHANGEABLE if getattr(kind, name) != before[name]]
        words = dict(values["words"])
        if words != dict(kind.own_words()):
            fields.append("words")
            if kind.key == FIRST:
                edit_campaign(campaign, settings={"words": {"key": "own", **words}}, actor=actor)
            else:
                kind.words = words
        session.flush()
        if fields:
            _record(actor, "kind.changed", kind, fields=fields)
        return bool(fields)


def move_kind(kind: VisitKind, up: bool, *, actor: Actor) -> None:
    """One place up or down; at the end of the list nothing happens. Raises Refusal for a closed campaign."""
    with writing() as session:
        kind.campaign.keep_open()
        in_turn(kind.campaign)
        kinds = kinds_of(kind.campaign_id)
        place = kinds.index(kind)
        other = place - 1 if up else place + 1
        if not 0 <= other < len(kinds):
            return
        kinds[place], kinds[other] = kinds[other], kinds[place]
        for number, one in enumerate(kinds, 1):
            one.sort = number
        session.flush()
        _record(actor, "kind.moved", kind, up=up)


def remove_kind(kind: VisitKind, *, actor: Actor) -> None:
    """Take a kind out; it can be brought back. Raises Refusal for the first kind, and where something is of it."""
    with writing() as session:
        kind.campaign.keep_open()
        in_turn(kind.campaign)
        if kind.key == FIRST:
            raise Refusal(RefusalKind.KIND_IS_FIRST, label=kind.label)
        if number := sum(rows_of_kind(kind).values()):
            raise Refusal(RefusalKind.KIND_NOT_EMPTY, label=kind.label, number=number)
        if kind.removed_at is None:
            kind.removed_at = utc_now()
            session.flush()
            _record(actor, "kind.removed", kind)


def restore_kind(kind: VisitKind, *, actor: Actor) -> None:
    """Bring back a kind that was taken out, at the end of the list."""
    with writing() as session:
        kind.campaign.keep_open()
        in_turn(kind.campaign)
        if kind.removed_at is not None:
            kind.removed_at = None
            kind.sort = max(one.sort for one in kinds_of(kind.campaign_id)) + 1
            session.flush()
            _record(actor, "kind.restored", kind)


def rows_of_kind(kind: VisitKind) -> dict[str, int]:
    """Table → how many of its rows name the kind, whichever room the table belongs to; and kinds that share its form."""
    counts = {"visit_kinds": _number(VisitKind.form_of == kind.key, kind)}
    for table in db.metadata.sorted_tables:
        columns = [table.c[key.columns.keys()[1]] for key in table.foreign_key_constraints if _names_a_kind(key)]
        columns += [table.c.visit_kind] if "visit_kind" in table.c else []  # where a key would rebuild a guarded table
        for column in columns:
            query = select(func.count()).where(table.c.campaign_id == kind.campaign_id, column == kind.key)
            counts[table.name] = db.session.scalar(query) or 0
    return {name: number for name, number in counts.items() if number}


def _names_a_kind(key: ForeignKeyConstraint) -> bool:
    return key.referred_table.name == VisitKind.__tablename__


def _number(condition: Any, kind: VisitKind) -> int:
    query = select(func.count()).where(
        VisitKind.campaign_id == kind.campaign_id, VisitKind.removed_at.is_(None), condition
    )
    return db.session.scalar(query) or 0


def _check(campaign: Campaign, values: Mapping[str, Any], kinds: list[VisitKind], own: VisitKind | None) -> None:
    label, others = values.get("label"), [kind for kind in kinds if kind is not own]
    if any(kind.label == label for kind in others):
        raise Refusal(RefusalKind.KIND_TWICE, label=label)
    opens_on, closes_on = values.get("opens_on"), values.get("closes_on")
    if opens_on and closes_on and closes_on < opens_on:
        raise Refusal(RefusalKind.PERIOD_BACKWARDS, starts_on=opens_on.isoformat(), ends_on=closes_on.isoformat())
    form_of = values.get("form_of")
    source = next((kind for kind in others if kind.key == form_of), None)
    if form_of and (source is None or source.form_of or source.removed_at is not None):
        raise Refusal(RefusalKind.KIND_FORM, label=source.label if source else form_of)
    if own is not None and form_of and any(kind.form_of == own.key for kind in others):
        raise Refusal(RefusalKind.KIND_FORM, label=own.label)
    if unknown := set(values.get("hangs_on", ())) - {register.key for register in registers()}:
        raise ValueError(f"no kinds of subjects: {sorted(unknown)}")


def _key(label_en: str, taken: set[str]) -> str:
    """A key in plain letters, from the English name where there is one."""
    plain = re.sub(r"[^a-z0-9]+", "_", label_en.lower()).strip("_")[:30] or "kind"
    return next(key for key in (plain, *(f"{plain}_{n}" for n in range(2, 100))) if key not in taken)


def _record(actor: Actor, act: str, kind: VisitKind, **more: Any) -> None:
    target = ("campaign", kind.campaign_id)
    record(actor, act, target=target, campaign_id=kind.campaign_id, kind=kind.key, name=kind.label, **more)
