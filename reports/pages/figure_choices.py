"""The figures a writer may put in: each with its words, its token and what it reads now. Touches indicators and wording.

One table of the questionnaire at a time; what a question offers follows from its role, so no question is known by name.
"""

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from reports.evidence.accepted_answers import CampaignData
from reports.faults import UnknownFigure
from reports.figures.figure_words import Figure
from reports.figures.frame import is_choice, is_multiple
from reports.figures.items import (
    CHOICE_ROLES,
    SPECIAL,
    any_item,
    choice_label,
    clauses,
    label_of,
    questions_of,
    special_words,
)
from reports.papers.draft_figures import figures_of
from reports.papers.steps import Report
from reports.text.tokens import parse
from surveys.planning.words.reference_lists import rows as reference

PLACES = (1, 2, 3)
WORDS = {
    "zh-CN": {"base": "有效回答数（n）", "place": "第{n}位", "place_share": "第{n}位占比", "count": "数量", "share": "占比",
              "median": "中位数", "max": "最大值"},
    "en": {"base": "valid answers (n)", "place": "place {n}", "place_share": "place {n}, share", "count": "count", "share": "share",
           "median": "median", "max": "largest"},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Choice:
    """One figure on offer."""

    label: str
    token: str
    text: str


def tables(data: CampaignData, language: str) -> list[tuple[str, str]]:
    """Name and title of every table."""
    short = "zh-CN" if language.startswith("zh") else "en"
    return [
        (row["table"], row["title"].get(short) or next(iter(row["title"].values()), row["table"]))
        for row in data.frame.data.tables
    ]


def material(data: CampaignData, language: str) -> list[Choice]:
    """The tables, charts and lists of findings that may be put in; `token` is what forms call them (table:T6)."""
    titles = tables(data, language)
    heads = [row for row in reference("suggestion_categories") if not row["parent_code"]]
    colon, name = _(":"), "name" if language.startswith("zh") else "name_en"
    return [
        *(Choice(f"{_('Table')}{colon}{title}", f"table:{key}", "") for key, title in titles),
        *(Choice(f"{_('Chart')}{colon}{title}", f"chart:{key}", "") for key, title in titles),
        *(Choice(f"{_('List of findings')}{colon}{row[name]}", f"findings:{row['code']}", "") for row in heads),
    ]


def choices(report: Report, data: CampaignData, table: str, language: str) -> list[Choice]:
    """The figures of one table, in the order of the form."""
    lang = "zh-CN" if language.startswith("zh") else "en"
    return _choices(report, data, [(label, f"{table}:{rest}") for label, rest in _offers(data, table, lang)])


def _offers(data: CampaignData, table: str, lang: str) -> list[tuple[str, str]]:
    """Words, and the token without its table, of everything a table offers."""
    offers: list[tuple[str, str]] = []
    if table == data.frame.data.campaign_table:
        place = 0 if lang == "zh-CN" else 1
        offers += [(special_words(name)[place], f"{name}|count|plain") for name in SPECIAL]
    for question in questions_of(data.frame, table):
        offers += _of_question(question, lang)
    return offers


def _choices(
    report: Report, data: CampaignData, offers: list[tuple[str, str]], most: int | None = None
) -> list[Choice]:
    """Those that have a value, with it; at most so many."""
    resolve = figures_of(report, data)
    result: list[Choice] = []
    for label, token in offers:
        if most is not None and len(result) == most:
            break
        try:
            result.append(Choice(label, "{{" + token + "}}", resolve(token).text))
        except UnknownFigure:
            continue
    return result


def search(report: Report, data: CampaignData, words: str, language: str, most: int = 12) -> list[Choice]:
    """The figures of all tables whose words or token hold every word asked for, in the order of the form."""
    lang = "zh-CN" if language.startswith("zh") else "en"
    parts = words.lower().split()
    offers = []
    for table, title in tables(data, language):
        for label, rest in _offers(data, table, lang):
            line = f"{title} {label} {table}:{rest}".lower()
            if all(word in line for word in parts):
                offers.append((label, f"{table}:{rest}"))
    return _choices(report, data, offers, most)


def _of_question(question: Any, lang: str) -> list[tuple[str, str]]:
    label, name, also = label_of(question, lang), question.name, clauses(question)
    if question.role in CHOICE_ROLES and is_choice(question):
        terms = WORDS[lang]
        offers = [(f"{label} · {terms['base']}", f"{name}|base|plain")] if len(question.choices) else []
        item = any_item(question)
        if item:
            offers.append(
                (
                    f"{label} · {'、'.join(choice_label(question, one, lang) for one in item[1])}",
                    f"{item[0]}|share|word",
                )
            )
        if is_multiple(question):
            for place in PLACES:
                offers += [
                    (f"{label} · {terms['place'].format(n=place)}", f"{name}.top{place}|name|plain"),
                    (f"{label} · {terms['place_share'].format(n=place)}", f"{name}.top{place}|share|plain"),
                ]
        for choice, _labels, _code in question.choices:
            words = f"{label} · {choice_label(question, choice, lang)}"
            offers += [
                (f"{words} · {terms['count']}", f"{name}.{choice}|count|plain"),
                (f"{words} · {terms['share']}", f"{name}.{choice}|share|word"),
            ]
        return offers
    offers = []
    if question.role == "mean":
        offers.append((label, f"{name}|mean|plain"))
    if question.role == "sum":
        offers.append((label, f"{name}|sum|{'money' if '元' in (question.unit or '') else 'plain'}"))
    if "ratio" in also:
        offers.append((f"{label} %", f"{name}|ratio|plain"))
    offers += [(f"{label} · {WORDS[lang][word]}", f"{name}|{word}|plain") for word in ("median", "max") if word in also]
    if "high_low" in also:
        offers += [(f"{label} · 4–5", f"{name}.high|share|word"), (f"{label} · 1–2", f"{name}.low|share|word")]
    return offers


@dataclass(frozen=True, slots=True)
class Definition:
    """What the side panel says of one figure, and the other ways to write it."""

    figure: Figure
    wordings: list[Choice]
    missing: list[str]


def definition(report: Report, data: CampaignData, key: str, names: dict[str, str]) -> Definition | None:
    """The figure of a token, or None for one that cannot be given."""
    resolve = figures_of(report, data)
    try:
        token = parse(key)
        figure = resolve(token.key)
    except (UnknownFigure, ValueError):
        return None
    stem = token.key.rpartition("|")[0]
    others = []
    for wording in ("plain", "word", "with_base", "money"):
        try:
            others.append(Choice(wording, "{{" + f"{stem}|{wording}" + "}}", resolve(f"{stem}|{wording}").text))
        except UnknownFigure:
            continue
    return Definition(figure, others, [names.get(unit, unit) for unit in figure.units_missing])
