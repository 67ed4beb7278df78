"""How the choices of a question stand on a deputy's page: in a list, a row, a table, with their pictures. Packages as plain data.

The sheet's appearances decide (likert, list-nolabel); a row is taken where its labels are short enough to be read on a phone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from surveys.pages.field import texts
from surveys.questionnaire.shapes.package_shape import Package
from surveys.questionnaire.state.ranges import bounds_of, values_of
from surveys.questionnaire.views.definition import Choice, QuestionView

SHORT_LABEL = 4  # characters that fit under a point of a row
MOST_IN_ROW = 7
SHORT_ROW = 4

# The address of an attached file by its name; empty for one that is not attached.
Address = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Layout:
    """`waits`: "now" where nothing is offered before another answer, "later" where that may come; else empty."""

    in_row: bool = False
    is_short: bool = False  # so few choices in the row that a label needs no second line
    in_table: bool = False
    values: list[str] = field(default_factory=list)  # of a range that is chosen instead of typed
    bounds: tuple[str, str, str] | None = None  # of a range: least, most, step
    pictures: Mapping[str, str] = field(default_factory=dict)  # choice → address
    sounds: Mapping[str, str] = field(default_factory=dict)
    listed: list[Choice] = field(default_factory=list)  # the choices, where some have a picture or sound
    waits: str = ""


def layout_of(question: QuestionView, address: Address) -> Layout:
    """`question` with all its choices, or those offered now."""
    is_range = question.type == "range"
    with_media = [one for one in question.choices if one.image or one.audio]
    return Layout(
        in_row=fits_a_row(question),
        is_short=len(question.choices) < SHORT_ROW,
        in_table=_in_table(question),
        values=values_of(question.parameters) if is_range else [],
        bounds=bounds_of(question.parameters) if is_range else None,
        pictures={one.name: at for one in with_media if one.image and (at := address(one.image))},
        sounds={one.name: at for one in with_media if one.audio and (at := address(one.audio))},
        listed=question.choices if with_media else [],
        waits=_waits(question),
    )


def _waits(question: QuestionView) -> str:
    if question.offers_nothing and question.relevant and not question.raw:
        return "now"
    return "later" if question.filtered else ""


def _in_table(question: QuestionView) -> bool:
    """The head or a row of a table of one scale: the labels stand in the head, and in the row where there is no room for a table."""
    is_of_table = {"label", "list-nolabel"} & set(question.appearance.split())
    return bool(is_of_table) and 2 <= len(question.choices) <= MOST_IN_ROW


def fits_a_row(question: QuestionView) -> bool:
    """A scale in one row: few choices with short labels. English words are too long for a phone: a list."""
    is_scale = question.template == "likert" or _in_table(question)
    return (
        is_scale
        and texts.is_chinese()
        and 2 <= len(question.choices) <= MOST_IN_ROW
        and all(len(choice.label) <= SHORT_LABEL for choice in question.choices)
    )


def label_media(media: Mapping[str, str], text: Callable[[str], str], address: Address) -> list[tuple[str, str, str]]:
    """The pictures and sounds of a label: kind, name, and the address where the file is attached."""
    kinds_and_names = [(kind, text(media[kind])) for kind in ("image", "big-image", "audio") if kind in media]
    return [(kind, name, address(name)) for kind, name in kinds_and_names if name]


def attached_names(package: Package) -> frozenset[str]:
    return frozenset(file["name"] for file in package.get("attachments", ()))
