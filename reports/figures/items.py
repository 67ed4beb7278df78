"""What an indicator's item names (指标项目): a choice, a field, the high end of a scale, the third in rank.

Takes   a `Frame` and a `Token`.
Gives   `Item`: the question and what of it; everything is read from the sheet `diaoyan` (role, also, base, means).
Raises  UnknownFigure for a table, item or measure the questionnaire does not have; `zh` and `en` say which.
"""

import re
from dataclasses import dataclass

from reports.faults import FaultKind, UnknownFigure
from reports.figures.frame import Frame, is_choice, is_multiple
from reports.text.tokens import Token
from surveys.planning.words.reference_lists import rows
from surveys.planning.words.visit_words import fill, words_here, words_of
from surveys.questionnaire.facts.facts import IndicatorQuestion

CHOICE_ROLES = ("share", "dimension")
UNRANKED = ("none", "na", "other")
FIRMS = "家"  # what reports count firms with
# Chinese, English, unit; `special_words` gives them in the words of the campaign.
SPECIAL = {
    "assigned": ("应{visiting}", "{visiting}s due", "次"),
    "visits": ("完成走访任务", "{visiting}s done", "次"),
    "visited": ("{visited}接受{visiting}", "{visiting}s received", "次"),
    "refused": ("婉拒", "refusals", "次"),
    "not_found": ("联系不上或现场无人", "not reached", "次"),
    "closed": ("已停业或搬迁", "closed or moved", "次"),
    "other_outcome": ("因其他原因未能{visiting}", "not visited for other reasons", "次"),
    "firms": ("受访{visited}", "{visiteds} visited", FIRMS),
    "deputies": ("参加{visiting}的代表", "deputies who took part", "人"),
    "persontimes": ("代表参加{visiting}", "attendances of deputies", "人次"),
    "events": ("座谈会等活动", "events held", "场"),
    "districts": ("涉及的区", "districts reached", "个"),
}
OUTCOMES = {name: name for name in ("visited", "refused", "not_found", "closed")} | {"other_outcome": "other"}
UNITS_EN = {
    "家": "firms", "次": "visits", "件": "findings", "人": "people", "年": "years", "月": "months", "天": "days",
    "万元": "10,000 yuan", "亿元": "100 million yuan", "元": "yuan", "平方米": "m²", "分": "points", "人次": "attendances",
}  # fmt: skip
_TOP = re.compile(r"top([1-5])")


@dataclass(frozen=True, slots=True)
class Item:
    """What a token's item names: one kind of thing of one question."""

    kind: str  # choice, field, high, low, any, points, top, top_points
    question: IndicatorQuestion
    name: str = ""
    rank: int = 0
    names: tuple[str, ...] = ()


def special_words(name: str) -> tuple[str, str, str]:
    """One of the words of the visits themselves as the campaign says it: in Chinese, in English, and its unit."""
    zh, en, unit = SPECIAL[name]
    return fill(zh, "zh"), fill(en, "en"), counting_word() if unit == FIRMS else unit


def counting_word() -> str:
    """What the campaign counts those it visits with: 家 for firms, else its own measure."""
    words = words_here()
    return FIRMS if words == words_of(None) else words.measure


def clauses(question: IndicatorQuestion) -> dict[str, str]:
    """The clauses of the column `also` with their arguments: {"any": "fin_hard fin_dear", "median": ""}."""
    words = (clause.strip().partition(" ") for clause in question.also)
    return {word: argument.strip() for word, _, argument in words}


def privacy_of(question: IndicatorQuestion) -> str:
    """How far its answers may be told. Why a visit came to nothing is a fact of the visits, counted openly in annex 4."""
    return "L0" if question.means.startswith("outcome") else question.privacy or "L2"


def cell_key(question: IndicatorQuestion, kind: str, place: int = 0) -> str:
    """The name of one cell of a question in a column of a table; what is hidden is named by it (`hiding.py`).

    Kinds: c a choice, a “at least one of”, p low, middle and high of a scale, v a sum or mean, r a ratio, t texts given,
    s the points of a choice in a ranking.
    """
    return f"{question.path}#{kind}{place}"


def label_of(question: IndicatorQuestion, language: str = "zh-CN") -> str:
    """The question's words in one language; where it has none, in another; a calculation's from the reference list."""
    words = question.label.get(language) or next(filter(None, question.label.values()), "")
    if words and words != question.name:
        return words
    row_of_label = next((row for row in rows("indicator_labels") if row["stable_id"] == question.stable_id), {})
    return row_of_label.get(language) or row_of_label.get("en") or question.name


def choice_label(question: IndicatorQuestion, name: str, language: str = "zh-CN") -> str:
    """A choice's words without its code letter: “C 制造业” → 制造业."""
    for choice, labels, code in question.choices:
        if choice == name:
            label = labels.get(language) or next(filter(None, labels.values()), "") or name
            for mark in filter(None, (name, code, re.sub(r"\D", "", name))):
                if label.startswith(mark + " "):
                    return label[len(mark) + 1 :]
            return label
    return name


def any_item(question: IndicatorQuestion) -> tuple[str, tuple[str, ...]] | None:
    """The item for “at least one of these”: fin_hard fin_dear fin_slow → fin_any."""
    names = tuple(clauses(question).get("any", "").split())
    if not names:
        return None
    stem = names[0].rpartition("_")[0] + "_"
    is_shared = len(stem) > 1 and all(name.startswith(stem) for name in names)
    return (f"{stem}any" if is_shared else f"{question.name}.any"), names


def questions_of(frame: Frame, table: str) -> list[IndicatorQuestion]:
    """The questions of one table, in the order of the form."""
    return [question for question in frame.data.questions if question.table == table]


def points_of(frame: Frame, table: str) -> list[tuple[IndicatorQuestion, int]]:
    """The ranking questions of a table with their weights."""
    pairs = ((question, clauses(question).get("points", "")) for question in questions_of(frame, table))
    return [(question, int(weight)) for question, weight in pairs if weight.isdigit()]


def lead_question(frame: Frame, table: str) -> IndicatorQuestion | None:
    """The question a bare topN ranks: the first of several choices, else the first choice of the table.

    Who took part is a fact of the visit, not an answer to rank.
    """
    rows = [q for q in questions_of(frame, table) if q.role in CHOICE_ROLES and is_choice(q)]
    multiple_questions = [q for q in rows if is_multiple(q) and not q.means.startswith("attendance")]
    single_questions = [q for q in rows if not is_multiple(q)]
    return next(iter(multiple_questions + single_questions), None)


def question_meaning(frame: Frame, means: str) -> IndicatorQuestion | None:
    """The question that is this fact (`subject.area`), or None."""
    return next((question for question in frame.data.questions if question.means == means), None)


def is_special(frame: Frame, token: Token) -> bool:
    """Whether the item is one of the words of the visits themselves, which belong to the table of the visits."""
    return token.table == frame.data.campaign_table and token.item in SPECIAL


def find_item(frame: Frame, token: Token) -> Item:
    """What the token's item is in its table."""
    questions = {question.name: question for question in questions_of(frame, token.table)}
    if not questions:
        raise UnknownFigure(FaultKind.NO_TABLE, token=token.text, table=token.table)
    field, _, rest = token.item.partition(".")
    item = _of_field(questions[field], rest) if field in questions else _bare(frame, token, list(questions.values()))
    if item is None:
        raise UnknownFigure(FaultKind.NO_ITEM, token=token.text, table=token.table, item=token.item)
    return item


def _of_field(question: IndicatorQuestion, rest: str) -> Item | None:
    """FIELD, FIELD.CHOICE, FIELD.high, FIELD.topN."""
    if not rest:
        return Item("field", question)
    if rest in ("high", "low") and "high_low" in clauses(question):
        return Item(rest, question, names=("4", "5") if rest == "high" else ("1", "2"))
    if any(name == rest for name, _, _ in question.choices):
        return Item("choice", question, rest)
    any_choice = any_item(question)
    if rest == "any" and any_choice:
        return Item("any", question, names=any_choice[1])
    top = _TOP.fullmatch(rest)
    return Item("top", question, rank=int(top[1])) if top and is_choice(question) else None


def _bare(frame: Frame, token: Token, questions: list[IndicatorQuestion]) -> Item | None:
    """An item without its field."""
    for question in questions:
        any_choice = any_item(question)
        if any_choice and any_choice[0] == token.item:
            return Item("any", question, names=any_choice[1])
    top = _TOP.fullmatch(token.item)
    points = points_of(frame, token.table)
    if points:
        if top:
            return Item("top_points", points[0][0], rank=int(top[1]))
        is_named = any(name == token.item for name, _, _ in points[0][0].choices)
        return Item("points", points[0][0], token.item) if is_named else None
    if top:
        lead = lead_question(frame, token.table)
        return Item("top", lead, rank=int(top[1])) if lead else None
    matches = [q for q in questions if q.role in CHOICE_ROLES and any(name == token.item for name, _, _ in q.choices)]
    return Item("choice", matches[0], token.item) if len(matches) == 1 else None


def unit_words(unit: str, language: str = "zh-CN") -> str:
    """A unit of the workbook in the reader's language; one without an English word stays."""
    if language == "zh-CN":
        return unit
    is_own_measure = unit not in UNITS_EN and unit == counting_word()
    return words_here(language).visiteds if is_own_measure else UNITS_EN.get(unit, unit)
