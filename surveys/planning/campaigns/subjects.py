"""调研对象: what is visited. Touches units and campaigns.

A subject stands once in the register; a campaign's list (名单) takes it for a leaf. One subject on the lists of two units
needs the organizer's reason: it counts as one subject and two visits. A station hangs on another (家 › 站 › 点), has people who keep
it and days on which it is open; what else a kind has is declared in its register (registers.py).
"""

from datetime import datetime
from itertools import islice, product
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.database import Id, Line, db
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.campaigns.units import Unit
from surveys.questionnaire.views.pinyin import readings, usual_reading

MOST_INITIALS = 16


class Subject(db.Model):
    """One subject. Codes are those of the reference lists; `staff` in persons, `revenue` in 万元."""

    __tablename__ = "subjects"
    __table_args__ = (Index(None, "kind", "unit_code"),)

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(String(20), default="enterprise")  # the key of its register
    name: Mapped[str] = mapped_column(Line(120), index=True)
    short_name: Mapped[str | None] = mapped_column(Line(60))
    uscc: Mapped[str | None] = mapped_column(String(18), unique=True)
    area_code: Mapped[str | None] = mapped_column(String(20))  # the district it lies in, not the unit that visits it
    town: Mapped[str | None] = mapped_column(Line(40))
    address: Mapped[str | None] = mapped_column(Line(200))
    section: Mapped[str | None] = mapped_column(String(2))
    division: Mapped[str | None] = mapped_column(String(3))
    size_class: Mapped[str | None] = mapped_column(String(10))
    control: Mapped[str | None] = mapped_column(String(12))
    flags: Mapped[list[Any]] = mapped_column(default=list)
    staff: Mapped[int | None]
    revenue: Mapped[str | None] = mapped_column(String(20))
    founded: Mapped[int | None]  # the year
    contact: Mapped[str | None] = mapped_column(Line(60))
    contact_phone: Mapped[str | None] = mapped_column(Line(40))
    created_at: Mapped[datetime]
    unit_code: Mapped[str | None] = mapped_column(ForeignKey("units.code"))  # that keeps it; none: that of its district
    parent_id: Mapped[str | None] = mapped_column(ForeignKey("subjects.id"), index=True)
    type_code: Mapped[str | None] = mapped_column(String(40))
    attributes: Mapped[dict[str, Any] | None]
    days: Mapped[
        list[Any] | None
    ]  # of reception: {"week": 1–5 or 0, "weekday": 1–7} or {"day": 1–31}, with "from", "to", "note"
    spelled: Mapped[str | None] = mapped_column(Line(500))  # its name by pinyin and by initials
    merged_into: Mapped[str | None] = mapped_column(ForeignKey("subjects.id"), index=True)
    removed_at: Mapped[datetime | None]


class SubjectPerson(db.Model):
    """Who keeps a station or site (站长, 联络员 …): somebody by name, or a deputy of the roster."""

    __tablename__ = "subject_people"

    id: Mapped[Id]
    subject_id: Mapped[str] = mapped_column(ForeignKey("subjects.id"), index=True)
    role: Mapped[str] = mapped_column(Line(40))
    name: Mapped[str] = mapped_column(Line(60))
    phone: Mapped[str | None] = mapped_column(Line(40))
    sort: Mapped[int] = mapped_column(default=0)


def spelling(name: str) -> str:
    """A name as it is typed by sound: its initials in every reading, then whole, each character in each of its readings once."""
    sounds = [_sounds(mark) for mark in name if mark.isalnum()]
    letters = [list(dict.fromkeys(sound[0] for sound in readings_of)) for readings_of in sounds]
    initials = ["".join(line) for line in islice(product(*letters), MOST_INITIALS)]
    usual = [sound[0] for sound in sounds]
    lines = [usual]
    for place, readings_of in enumerate(sounds):
        lines += [[*usual[:place], other, *usual[place + 1 :]] for other in readings_of[1:]]
    return " ".join(dict.fromkeys([*initials, *("".join(line) for line in lines)]))[:500]


def _sounds(mark: str) -> list[str]:
    """The readings of a character, the usual one first; of what is none the character."""
    usual = usual_reading(mark)
    return [usual, *(other for other in readings(mark) if other != usual)] if usual else [mark.lower()]


@event.listens_for(Subject.name, "set")
def _spell(subject: Subject, name: str | None, *_: Any) -> None:
    subject.spelled = spelling(name) if name else None


class ListEntry(db.Model):
    """A subject on a leaf's list. `number` counts within the unit; reserves stand behind the main list."""

    __tablename__ = "list_entries"
    __table_args__ = (
        UniqueConstraint("campaign_id", "unit_code", "subject_id"),
        UniqueConstraint("campaign_id", "unit_code", "number"),
    )

    id: Mapped[Id]
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaigns.id"), index=True)
    unit_code: Mapped[str] = mapped_column(ForeignKey("units.code"))
    subject_id: Mapped[str] = mapped_column(ForeignKey("subjects.id"), index=True)
    number: Mapped[int]
    reserve: Mapped[bool] = mapped_column(default=False)
    overlap_reason: Mapped[str | None] = mapped_column(Line(200))
    added_at: Mapped[datetime]
    campaign: Mapped[Campaign] = relationship()
    unit: Mapped[Unit] = relationship()
    subject: Mapped[Subject] = relationship()
