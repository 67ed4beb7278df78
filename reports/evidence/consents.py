"""Names that may not leave the office (不得出现的名称): whose consent is missing, and where a text names them all the same.

Takes   the lists of a campaign and its accepted answers; what a name, a code, a contact or a consent is, the sheet `diaoyan` says.
Gives   `Names`: may a subject be named; `hits(text)`: each forbidden name, short name, USCC, contact with its place.
Rule    a firm is named only where an accepted visit of it says `named`; a contact is personal and is never printed.
        What stands inside the name of a firm that may be named is no hit. Two-character words are everyday words: a short
        name of two characters counts before 公司, 企业, 厂 and the like, a contact's beside 先生, 经理, 电话 and the like.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Row, select

from reports.evidence.accepted_answers import MOST_CAMPAIGNS, CampaignData, Used, stored_package
from reports.stamped import Stamped
from surveys.database import db
from surveys.planning.campaigns.subjects import ListEntry, Subject
from surveys.questionnaire.shapes.package_shape import Package

NAMED = "named"
_AFTER_FIRM = re.compile(r"(?:公司|企业|集团|厂|店|商行|工厂|股份|科技|实业|有限)")
_BESIDE_PERSON = re.compile(r"(?:先生|女士|经理|总监|厂长|老板|主任|董事|电话|手机|联系人|负责人)")


@dataclass(frozen=True, slots=True)
class Hit:
    """One forbidden name in a text. `kind`: name, short_name, uscc, contact, phone."""

    kind: str
    term: str
    at: int
    context: str


@dataclass(frozen=True, slots=True)
class Person:
    """What a submission says of the firm and its contact."""

    subject: str
    outcome: str
    consent: str
    name: str
    uscc: str
    area: str
    industry: str
    size: str
    control: str
    contact: str
    phone: str


People = dict[tuple[str, str, str], Person]  # by what CampaignData.identity gives
_people: Stamped[People] = Stamped(MOST_CAMPAIGNS)


def people(campaign_id: str, data: CampaignData) -> dict[str, Person]:
    """Visit id → what its accepted submission says of the firm; known no longer than the figures rest on it."""
    known = _people.result(campaign_id, data.stamp, lambda before: _people_of(data, before or {}))
    return {used.visit: known[data.identity(used)] for used in data.used}


def _people_of(data: CampaignData, before: People) -> People:
    rows = {row.visit_id: row for row in data.frame.data.visits}
    found: People = {}
    questionnaires = {one: stored_package(one) for one in {used.package for used in data.used}}
    for used in data.used:
        who = data.identity(used)
        if who not in before:
            row, questionnaire = rows[used.visit], questionnaires[used.package] or data.package
            found[who] = _read(questionnaire, used, row.answers, row.repeats)
        else:
            found[who] = before[who]
    return found


def _read(questionnaire: Package, used: Used, answers: Mapping[str, str], repeats: Mapping[str, int]) -> Person:
    from surveys.questionnaire.facts.facts import read_facts

    facts = read_facts(questionnaire, answers, repeats)
    subject, contact = facts.subject, facts.contact

    def text(of: Any, name: str) -> str:
        value = of.get(name) if isinstance(of, Mapping) else getattr(of, name, None)
        return value or ""

    return Person(
        used.subject,
        facts.outcome or used.outcome,
        facts.consent or "",
        text(subject, "name"),
        text(subject, "uscc"),
        text(subject, "area"),
        text(subject, "industry"),
        text(subject, "size"),
        text(subject, "control"),
        text(contact, "name"),
        text(contact, "phone"),
    )


Listed = Row[Any, Any, Any, Any, Any, Any]  # id, name, short name, code, contact, telephone


def listed_firms(campaign_id: str) -> tuple[Listed, ...]:
    """The firms on a campaign's lists as they stand now."""
    columns = (Subject.name, Subject.short_name, Subject.uscc, Subject.contact, Subject.contact_phone)
    listed = select(ListEntry.subject_id).where(ListEntry.campaign_id == campaign_id)
    return tuple(db.session.execute(select(Subject.id, *columns).where(Subject.id.in_(listed)).order_by(Subject.id)))


class Names:
    """The names of one campaign: which subjects agreed to be named, and every term that may not be printed."""

    def __init__(self, campaign_id: str, data: CampaignData, listed: Sequence[Listed] | None = None) -> None:
        self.people = people(campaign_id, data)
        self.agreed = {
            person.subject for person in self.people.values() if person.consent == NAMED and person.outcome == "visited"
        }
        self.terms: dict[str, str] = {}
        self.allowed: set[str] = set()
        listed = listed_firms(campaign_id) if listed is None else listed
        self.checked = len(listed)
        for subject, name, short_name, uscc, contact, phone in listed:
            self._add(subject, {"name": name, "short_name": short_name, "uscc": uscc}, contact, phone)
        for person in self.people.values():
            self._add(person.subject, {"name": person.name, "uscc": person.uscc}, person.contact, person.phone)
        for term in self.allowed:
            self.terms.pop(term, None)
        self._index: dict[str, list[str]] = {}
        for term in self.terms:
            self._index.setdefault(term[:2], []).append(term)
        self.hits = lru_cache(maxsize=4096)(self._hits)  # a report is searched anew at each look at its page

    def _add(self, subject: str, firm: Mapping[str, str | None], contact: str | None, phone: str | None) -> None:
        for kind, term in firm.items():
            term = _squeezed(term)
            if len(term) < 2:
                continue
            if subject in self.agreed:
                self.allowed.add(term)
            else:
                self.terms.setdefault(term, kind)
        for kind, term in (("contact", _squeezed(contact)), ("phone", _squeezed(phone))):
            if len(term) >= (2 if kind == "contact" else 7):
                self.terms.setdefault(term, kind)

    def _hits(self, text: str) -> list[Hit]:
        """Every forbidden term in a text, white space (a line's end) aside."""
        text = _squeezed(text)
        found = []
        covered = self._covered(text)
        for at in range(len(text) - 1):
            for term in self._index.get(text[at : at + 2], ()):
                if text.startswith(term, at) and not _inside(covered, at, at + len(term)):
                    kind = self.terms[term]
                    if len(term) > 2 or _stands_for(kind, text, at):
                        found.append(Hit(kind, term, at, text[max(0, at - 10) : at + len(term) + 10]))
        return found

    def _covered(self, text: str) -> list[tuple[int, int]]:
        """Where a firm that may be named is named: its name may contain another's short name."""
        by_start: dict[str, list[str]] = {}
        for term in self.allowed:
            by_start.setdefault(term[:2], []).append(term)
        spans = []
        for at in range(len(text) - 1):
            spans += [(at, at + len(term)) for term in by_start.get(text[at : at + 2], ()) if text.startswith(term, at)]
        return spans

    def mask(self, text: str, subject: str | None) -> str:
        """A finding's text without the names of its own firm (for one that is not to be named)."""
        if subject is None:
            return text
        own = db.session.get(Subject, subject)
        terms = {own.name, own.short_name or "", own.uscc or ""} if own else set()
        terms |= {person.name for person in self.people.values() if person.subject == subject}
        for term in sorted(filter(lambda term: len(term) > 2, terms), key=len, reverse=True):
            text = text.replace(term, "该企业")
        return text


def _inside(spans: Iterable[tuple[int, int]], start: int, end: int) -> bool:
    return any(first <= start and end <= last and end - start < last - first for first, last in spans)


def _stands_for(kind: str, text: str, at: int) -> bool:
    """Whether two characters are meant as the name they might be."""
    after = text[at + 2 : at + 6]
    if kind == "contact":
        return bool(_BESIDE_PERSON.match(after) or _BESIDE_PERSON.search(text[max(0, at - 4) : at]))
    return bool(_AFTER_FIRM.match(after))


def _squeezed(text: str | None) -> str:
    return re.sub(r"[\s\u200b-\u200d\ufeff]+", "", text or "")
