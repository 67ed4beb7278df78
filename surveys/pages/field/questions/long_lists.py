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

ShownQuestion = TypeVar("ShownQuestion")  # the class of this name in surveys.pages.field.questions.questions


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


def with_search(package: Package, number: int, item: ShownQuestion, words: str = "") -> ShownQuestion:
    """A question as it is shown, with its search where its list is long. `number`: of its definition."""
    definition = package["defs"][number]
    if not is_searched(package, definition):
        return item
    question: QuestionView = item.question  # type: ignore[attr-defined]
    choices: list[Choice] = item.choices  # type: ignore[attr-defined]
    many = most_in_sight(definition)
    search = _search(question, choices, words) if len(question.choices) > many else None
    return replace(
        item,  # type: ignore[type-var]
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
    choices_ticked = [one for one in choices if one.name in ticked]
    query = Query(words, readings)
    matching_choices = [offered[row] for row in matches.rows] if query.letters or not choices_ticked else []
    hits = {one.name: query.hit(one.label) for one in matching_choices}
    return Search(
        words,
        len(offered),
        matches.number if query.letters else 0,
        [*(one for one in choices_ticked if one.name not in hits), *matching_choices],
        {name: hit for name, hit in hits.items() if hit},
        frozenset(name for name, hit in hits.items() if query.letters and not hit),
    )


def search_in(questions: Sequence[QuestionView], form: Mapping[str, str]) -> tuple[str, str] | None:
    """(path, words) where the page was sent to look something up: by its button, or onward with words that are new."""
    for question in questions:
        words = clean(form.get(WORDS + question.path, "")).strip()[:LONGEST_WORDS]
        if form.get("go") == WORDS + question.path:
            return question.path, words
        if words and form.get("go", "next") == "next" and words != form.get(WORDS_BEFORE + question.path, ""):
            return question.path, words
    return None
