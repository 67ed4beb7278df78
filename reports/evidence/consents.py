"""Names that may not be printed (不得出现的名称): who gave no consent, and where a text names them all the same.

Takes   the lists of a campaign and its accepted answers; what a name, a code, a contact or a consent is, the sheet `diaoyan` says.
Gives   `Names`: may a subject be named; `hits(text)`: each forbidden name, short name, USCC, contact with its place.
Rule    a firm is named only where an accepted visit of it says `named` and none says otherwise, also where the firm stands on
        lists twice (same code or same name); a contact is personal and is never printed.
        What stands inside the name of a firm that may be named is no hit. Two-character words are everyday words: a short
        name of two characters counts before 公司, 企业, 厂 and the like, a contact's beside 先生, 经理, 电话 and the like.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

from sqlalchemy import Row, select

from reports.evidence.accepted_answers import MOST_CAMPAIGNS, CampaignData, stored_package
from reports.stamped import StampedResults
from surveys.database import db
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.campaigns.subjects import ListEntry, Subject
from surveys.planning.words.visit_words import words_of
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
_people: StampedResults[People] = StampedResults(MOST_CAMPAIGNS)


def people(campaign_id: str, data: CampaignData) -> dict[str, Person]:
    """Visit id → what its accepted submission says of the firm; known no longer than the figures rest on it."""
    by_identity = _people.result(campaign_id, data.stamp, lambda before: _people_of(data, before or {}))
    return {submission.visit: by_identity[data.identity(submission)] for submission in data.submissions}


def _people_of(data: CampaignData, before: People) -> People:
    rows = {row.visit_id: row for row in data.frame.data.visits}
    persons: People = {}
    questionnaires = {one: stored_package(one) for one in {submission.package for submission in data.submissions}}
    for submission in data.submissions:
        identity = data.identity(submission)
        if identity not in before:
            row, questionnaire = rows[submission.visit], questionnaires[submission.package] or data.package
            persons[identity] = person_of(questionnaire, submission, row.answers, row.repeats)
        else:
            persons[identity] = before[identity]
    return persons


class VisitOutcome(Protocol):
    """Whose answers they are, and how the visit ended."""

    @property
    def subject(self) -> str: ...
    @property
    def outcome(self) -> str: ...


def person_of(
    questionnaire: Package, submission: VisitOutcome, answers: Mapping[str, str], repeats: Mapping[str, int]
) -> Person:
    """What one submission says of the firm and its contact."""
    from surveys.questionnaire.facts.facts import read_facts

    facts = read_facts(questionnaire, answers, repeats)
    subject, contact = facts.subject, facts.contact

    def text(of: Any, name: str) -> str:
        value = of.get(name) if isinstance(of, Mapping) else getattr(of, name, None)
        return value or ""

    return Person(
        submission.subject,
        facts.outcome or submission.outcome,
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


ListedFirm = Row[Any, Any, Any, Any, Any, Any]  # id, name, short name, code, contact, telephone


def listed_firms(campaign_id: str) -> tuple[ListedFirm, ...]:
    """The firms on a campaign's lists as they stand now."""
    columns = (Subject.name, Subject.short_name, Subject.uscc, Subject.contact, Subject.contact_phone)
    subject_ids = select(ListEntry.subject_id).where(ListEntry.campaign_id == campaign_id)
    return tuple(
        db.session.execute(select(Subject.id, *columns).where(Subject.id.in_(subject_ids)).order_by(Subject.id))
    )


class Names:
    """The names of one campaign: which subjects agreed to be named, and every term that may not be printed.

    `data`: the accepted answers, or what they say of each firm where whoever asks has read them one by one.
    """

    def __init__(
        self, campaign_id: str, data: CampaignData | Mapping[str, Person], firms: Sequence[ListedFirm] | None = None
    ) -> None:
        self.campaign_id = campaign_id
        self.people = people(campaign_id, data) if isinstance(data, CampaignData) else data
        self.terms: dict[str, str] = {}
        self.allowed_terms: set[str] = set()
        firms = listed_firms(campaign_id) if firms is None else firms
        self.agreed_subjects = agreed_of(self.people.values(), firms)
        self.firm_count = len(firms)
        for subject, name, short_name, uscc, contact, phone in firms:
            self._add(subject, {"name": name, "short_name": short_name, "uscc": uscc}, contact, phone)
        for person in self.people.values():
            self._add(person.subject, {"name": person.name, "uscc": person.uscc}, person.contact, person.phone)
        for term in self.allowed_terms:
            self.terms.pop(term, None)
        self._index: dict[str, list[str]] = {}
        for term in self.terms:
            self._index.setdefault(term[:2], []).append(term)
        self.hits = lru_cache(maxsize=4096)(self._hits)  # a report is searched anew at each look at its page

    def _add(self, subject: str, firm: Mapping[str, str | None], contact: str | None, phone: str | None) -> None:
        for kind, term in firm.items():
            term = _without_spaces(term)
            if len(term) < 2:
                continue
            if subject in self.agreed_subjects:
                self.allowed_terms.add(term)
            else:
                self.terms.setdefault(term, kind)
        for kind, term in (("contact", _without_spaces(contact)), ("phone", _without_spaces(phone))):
            if len(term) >= (2 if kind == "contact" else 7):
                self.terms.setdefault(term, kind)

    def _hits(self, text: str) -> list[Hit]:
        """Every forbidden term in a text, white space (a line's end) aside."""
        text = _without_spaces(text)
        hits = []
        spans = self._allowed_spans(text)
        for at in range(len(text) - 1):
            for term in self._index.get(text[at : at + 2], ()):
                if text.startswith(term, at) and not _inside(spans, at, at + len(term)):
                    kind = self.terms[term]
                    if len(term) > 2 or _stands_for(kind, text, at):
                        hits.append(Hit(kind, term, at, text[max(0, at - 10) : at + len(term) + 10]))
        return hits

    def _allowed_spans(self, text: str) -> list[tuple[int, int]]:
        """Where a firm that may be named is named: its name may contain another's short name."""
        by_start: dict[str, list[str]] = {}
        for term in self.allowed_terms:
            by_start.setdefault(term[:2], []).append(term)
        spans = []
        for at in range(len(text) - 1):
            spans += [(at, at + len(term)) for term in by_start.get(text[at : at + 2], ()) if text.startswith(term, at)]
        return spans

    def mask(self, text: str, subject: str | None) -> str:
        """A finding's text without the names of its own firm (for one that is not to be named)."""
        if subject is None:
            return text
        visited = words_of(db.session.get_one(Campaign, self.campaign_id).settings).visited
        own = db.session.get(Subject, subject)
        terms = {own.name, own.short_name or "", own.uscc or ""} if own else set()
        terms |= {person.name for person in self.people.values() if person.subject == subject}
        for term in sorted(filter(lambda term: len(term) > 2, terms), key=len, reverse=True):
            text = text.replace(term, f"该{visited}")
        return text


def agreed_of(answers: Iterable[Person], listed: Sequence[ListedFirm]) -> set[str]:
    """The subjects that may be named: a visit says so, and no visit of the same firm says otherwise."""
    answers = list(answers)
    named = {person.subject for person in answers if person.consent == NAMED and person.outcome == "visited"}
    withheld = {person.subject for person in answers if person.consent not in ("", NAMED)}
    firms = [(person.subject, {_without_spaces(person.name), _without_spaces(person.uscc)}) for person in answers]
    firms += [
        (subject, {_without_spaces(name), _without_spaces(uscc)})
        for subject, name, _short, uscc, _contact, _phone in listed
    ]
    unnamed = {mark for subject, marks in firms if subject in withheld for mark in marks} - {""}
    return named - withheld - {subject for subject, marks in firms if marks & unnamed}


def _inside(spans: Iterable[tuple[int, int]], start: int, end: int) -> bool:
    return any(first <= start and end <= last and end - start < last - first for first, last in spans)


def _stands_for(kind: str, text: str, at: int) -> bool:
    """Whether two characters are meant as the name they might be."""
    after = text[at + 2 : at + 6]
    if kind == "contact":
        return bool(_BESIDE_PERSON.match(after) or _BESIDE_PERSON.search(text[max(0, at - 4) : at]))
    return bool(_AFTER_FIRM.match(after))


def _without_spaces(text: str | None) -> str:
    return re.sub(r"[\s\u200b-\u200d\ufeff]+", "", text or "")
