"""A visit's answers as labelled lines, page by page, as people read them.

Only open questions with an answer or a problem appear; choices by their label, calculations not at all. An answer that
was received but does not fit the form (not offered, closed) is the judge's to tell, not the summary's.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from surveys.questionnaire.facts.facts import fact_row, privacy
from surveys.questionnaire.shapes.package_shape import Package
from surveys.questionnaire.state.evaluation import FormState, Node
from surveys.questionnaire.views.definition import page_title, shown
from surveys.questionnaire.views.page_order import Place, nodes_of, places

DAY = re.compile(r"\d{4}-\d\d-\d\d")
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip
NUMBER = re.compile(r"-?\d+(\.\d+)?")
TIME = re.compile(r"(\d\d:\d\d)(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?")
# Used when a record has no clock: rules that ask for today then see no campaign day at all.
NO_CLOCK = "1970-01-01T00:00:00.000+08:00"


@dataclass(frozen=True, slots=True)
class Line:
    path: str
    label: str
    text: str
    privacy: str
    problem: str | None
    type: str = ""


@dataclass(frozen=True, slots=True)
class SummaryPage:
    title: str
    lines: list[Line]


def summarise(
    package: Package,
    answers: Mapping[str, str],
    repeats: Mapping[str, int] | None,
    *,
    now: str,
    language: str = "zh-CN",
) -> list[SummaryPage]:
    """The pages that have something to read, with their lines."""
    try:
        state = FormState(package, answers, repeats, now=now, language=language, new=False)
    except ValueError:
        state = FormState(package, answers, repeats, now=NO_CLOCK, language=language, new=False)
    return summarise_state(state)


def summarise_state(state: FormState) -> list[SummaryPage]:
    """The same from a state that is there already."""
    state.judge()
    pages = []
    for place in places(state):
        if place.page.kind == "list":
            continue
        lines = [_line(state, node) for node in nodes_of(place.page, state, place.node) if _is_told(node)]
        if lines:
            pages.append(SummaryPage(_title(state, place), lines))
    return pages


def _title(state: FormState, place: Place) -> str:
    """The title of a page; inside another entry with that one's before it."""
    above, node = [], place.node.parent if place.node is not None else None
    while node is not None:
        if node.plan.kind == "repeat":
            above.append(f"{state.text_of(node, 'label') or node.name} {node.number}")
        node = node.parent
    return " · ".join([*reversed(above), page_title(state, place)])


def _is_told(node: Node) -> bool:
    return node.relevant and node.plan.type != "note" and (node.raw != "" or node.problem is not None)


def _line(state: FormState, node: Node) -> Line:
    row = fact_row(state.package, node.path)
    return Line(
        path=node.path,
        label=state.text_of(node, "label") or node.name,
        text=_text(state, node, row.get("unit", "")),
        privacy=privacy(state.package, node.path),
        problem=node.problem,
        type=node.plan.type,
    )


def _text(state: FormState, node: Node, unit: str) -> str:
    """The answer with its unit, where the unit is a word and the label does not say it already; a day as one writes it."""
    text = shown(state, node)
    chinese = state.language.startswith("zh")
    if node.plan.select:
        choices = [state.label_of_choice(node, word) or word for word in node.raw.split()]
        if node.plan.type == "rank":
            choices = [f"{place}. {choice}" for place, choice in enumerate(choices, 1)]
        return ("、" if chinese else ", ").join(choices)
    if (wording := _READ.get(node.plan.type)) is not None:
        return wording(text, chinese) or text
    if text and node.plan.type in ("integer", "decimal", "range") and unit and not any(char.isdigit() for char in unit):
        label = state.text_of(node, "label")
        return text if unit in label else f"{text} {unit}"
    return text


def _day(text: str, chinese: bool) -> str:
    if not DAY.fullmatch(text):
        return text
    year, month, date = text.split("-")
    if chinese:
        return f"{year}年{int(month)}月{int(date)}日"
    return f"{int(date)} {MONTHS[int(month) - 1]} {year}" if 1 <= int(month) <= 12 else text


def _time(text: str, _chinese: bool) -> str:
    match = TIME.fullmatch(text)
    return match[1] if match else text


def _moment(text: str, chinese: bool) -> str:
    day, _between, time = text.partition("T")
    return _day(day, chinese) + ("" if chinese else " ") + _time(time, chinese) if time else text


def place_words(text: str, chinese: bool) -> str:
    """`latitude longitude altitude accuracy`, as people say it."""
    words = text.split()
    if len(words) != 4 or not all(map(NUMBER.fullmatch, words)):  # said in words
        return text
    latitude, longitude, _altitude, accuracy = words
    south, west = latitude.startswith("-"), longitude.startswith("-")
    north_south, east_west = ("南纬" if south else "北纬", "西经" if west else "东经")
    if not chinese:
        north_south, east_west = ("S " if south else "N ", "W " if west else "E ")
    coordinates = f"{north_south}{latitude.lstrip('-')}{'，' if chinese else ', '}{east_west}{longitude.lstrip('-')}"
    if accuracy == "0":
        return coordinates
    return coordinates + (f"，误差约{accuracy}米" if chinese else f", accurate to about {accuracy} m")


def _read(text: str, chinese: bool) -> str:
    return ("已阅读" if chinese else "Read") if text == "OK" else text


_READ = {"date": _day, "time": _time, "dateTime": _moment, "geopoint": place_words, "acknowledge": _read}
