"""A question with a very long list: what was looked for, what is found, what is chosen. Plain data for the template; no database.

Without script the words to look for are posted like an answer (`find:<path>`), and the page comes again with what they find; with
one the phone finds by itself (static/js/phone/lists). What is chosen stands there always, so that it is never lost by a search.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from surveys.forms.answer_fields import clean
from surveys.questionnaire.shapes.package_shape import Package
from surveys.questionnaire.views.definition import Choice, QuestionView
from surveys.questionnaire.views.list_search import Query, find, is_searched, most_in_sight
from surveys.questionnaire.views.pinyin import readings

TEMPLATE = "search"
WORDS = "find:"  # before the path of a question: what to look for
WORDS_BEFORE = "found:"  # the same as the page was shown with it
LONGEST_WORDS = 100

Shown = TypeVar("Shown")  # surveys.pages.field.questions.questions.Shown


@dataclass(frozen=True, slots=True)
class Search:
    """`total` choices are offered, `number` of them found; `choices` are those in sight, `hits` the part of a label that was found."""

    words: str
    total: int
    number: int
    choices: list[Choice] = field(default_factory=list)
    hits: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    codes: frozenset[str] = frozenset()  # found by their code alone

    @property
    def shown(self) -> int:
        return len(self.hits) + len(self.codes)


@dataclass(frozen=True, slots=True)
class LongList:
    """A long list: above `many` choices there is a search, else they all stand in sight."""

    many: int
    search: Search | None = None


def with_search(package: Package, number: int, shown: Shown, words: str = "") -> Shown:
    """A question as it is shown, with its search where its list is long. `number`: of its definition."""
    definition = package["defs"][number]
    if not is_searched(package, definition):
        return shown
    question: QuestionView = shown.question  # type: ignore[attr-defined]
    choices: list[Choice] = shown.choices  # type: ignore[attr-defined]
    many = most_in_sight(definition)
    search = _search(question, choices, words) if len(question.choices) > many else None
    return replace(
        shown,  # type: ignore[type-var]
        question=replace(question, template=TEMPLATE),
        choices=search.choices if search else choices,
        long=LongList(many, search),
    )


def _search(question: QuestionView, choices: list[Choice], words: str) -> Search:
    """What `words` find among what is offered. Without words the first stand there, unless something is chosen. `choices`: what
    is offered, and what is chosen though it is offered no longer."""
    offered = question.choices
    matches = find(words, ((one.label, one.name) for one in offered), readings)
    ticked = question.raw.split()
    chosen = [one for one in choices if one.name in ticked]
    query = Query(words, readings)
    listed = [offered[row] for row in matches.rows] if query.letters or not chosen else []
    hits = {one.name: query.hit(one.label) for one in listed}
    return Search(
        words,
        len(offered),
        matches.number if query.letters else 0,
        [*(one for one in chosen if one.name not in hits), *listed],
        {name: hit for name, hit in hits.items() if hit},
        frozenset(name for name, hit in hits.items() if query.letters and not hit),
    )


def wanted(questions: Sequence[QuestionView], posted: Mapping[str, str]) -> tuple[str, str] | None:
    """(path, words) where the page was sent to look something up: by its button, or onward with words that are new."""
    for question in questions:
        words = clean(posted.get(WORDS + question.path, "")).strip()[:LONGEST_WORDS]
        if posted.get("go") == WORDS + question.path:
            return question.path, words
        if words and posted.get("go", "next") == "next" and words != posted.get(WORDS_BEFORE + question.path, ""):
            return question.path, words
    return None
