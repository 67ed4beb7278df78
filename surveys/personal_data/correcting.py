"""Corrects a firm or deputy on request (按请求更正): the register, and every text that people still write in. Touches holdings.

Kept    what was handed in, decided, answered or sealed stays as it was; it is named, with how often the old words stand there.
Record  one entry of the audit trail: which fields changed and in how many places, never what stood in them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from surveys.audit import Actor, record
from surveys.database import db, writing
from surveys.immutable_rows import GUARDED
from surveys.personal_data import holdings
from surveys.personal_data.redaction import SHORTEST_TERM
from surveys.personal_data.sources import About, Place, Words
from surveys.planning.campaigns.subjects import Subject
from surveys.planning.people.deputies import Deputy

NAMING = ("name", "short_name", "uscc", "contact", "contact_phone", "phone")  # what texts may repeat


@dataclass(frozen=True, slots=True)
class Correction:
    """What was put right, by kind of place, and where the old words still stand."""

    fields: tuple[str, ...]
    places: Mapping[str, int]
    left: tuple[Place, ...]


def correct(
    thing: Subject | Deputy, values: Mapping[str, str | None], reason: str | None, *, unit: str | None, actor: Actor
) -> Correction:
    """Set these fields of the register, and put the new words where the old ones stood."""
    fields = tuple(name for name, value in values.items() if getattr(thing, name) != value)
    if not fields:
        return Correction((), {}, ())
    new_words = {
        old: new
        for name in fields
        if name in NAMING and (old := getattr(thing, name)) and (new := values[name]) and len(old) >= SHORTEST_TERM
    }
    before = holdings.about_subject(thing) if isinstance(thing, Subject) else holdings.about_deputy(thing)
    about = replace(before, terms=tuple(new_words), sure=tuple(one for one in before.sure if one in new_words))
    with writing():
        for name in fields:
            setattr(thing, name, values[name])
        db.session.flush()
        places = _put_right(about, new_words, actor) if new_words else Counter()
        kind = "subject" if isinstance(thing, Subject) else "deputy"
        record(
            actor,
            f"{kind}.changed",
            target=(kind, thing.id),
            unit_code=unit,
            fields=list(fields),
            reason=reason,
            **({"counts": dict(places)} if places else {}),
        )
    return Correction(fields, places, _left(about) if new_words else ())


def _put_right(about: About, new_words: Mapping[str, str], actor: Actor) -> Counter[str]:
    done: Counter[str] = Counter()
    for source in holdings.sources():
        if isinstance(source, Words) and source.model.__tablename__ not in GUARDED:
            done.update(
                source.rewrite(
                    about, actor, lambda value, names: with_new_words(value, {old: new_words[old] for old in names})
                )
            )
    return Counter({kind: number for kind, number in done.items() if number})


def _left(about: About) -> tuple[Place, ...]:
    """Texts in which the old words still stand; rows that only belong to the one are none."""
    return tuple(place for place in _worded(about) if place.number)


def _worded(about: About) -> Iterable[Place]:
    nobody = replace(about, id="", visits=(), sure=about.terms)
    return holdings.of(nobody).places


def with_new_words(value: Any, new_words: Mapping[str, str]) -> Any:
    """Plain data with the new words for the old ones; where the new ones stand already, they stay as they are."""
    if isinstance(value, str):
        for old in sorted(new_words, key=len, reverse=True):
            new = new_words[old]
            parts = value.split(new) if old in new else [value]
            value = new.join(part.replace(old, new) for part in parts)
        return value
    if isinstance(value, list):
        return [with_new_words(one, new_words) for one in value]
    if isinstance(value, dict):
        return {key: with_new_words(one, new_words) for key, one in value.items()}
    return value
