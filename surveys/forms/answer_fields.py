"""The fields of a questionnaire page: one WTForms field for each type of question. No database.

An answer enters normalised to NFC, without control characters but tab and line feed (receiving.md 2.1); digits may be typed
full-width. A field whose `asked` was not posted was not on the page: its answer stays as it was. The control of each type is the
template `components/answers/<template>.html`; a control is posted under the path of its question.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from wtforms import Field
from wtforms.form import BaseForm

from surveys.fieldwork.receiving.contents import LONGEST_ANSWER
from surveys.questionnaire.state.ranges import fault_of_value
from surveys.questionnaire.views.definition import QuestionView

ASKED_FIELD = "asked"
SURROGATES = re.compile("[\ud800-\udfff]")
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
WIDE = str.maketrans("０１２３４５６７８９．，－＋　", "0123456789.,-+ ")
DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
CLOCK = re.compile(r"(\d{1,2})[:：](\d{2})(?::(\d{2})(?:\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?")
DECIMAL = re.compile(r"-?\d+(\.\d+)?")


class PostedForm(Protocol):
    """The fields of a posted form (werkzeug's MultiDict)."""

    def getlist(self, key: str) -> list[str]: ...

    def __contains__(self, key: object, /) -> bool: ...

    def __iter__(self) -> Iterator[str]: ...

    def __len__(self) -> int: ...


def field_id(path: str) -> str:
    """The id of a question's control: `/r_problem[1]/p_text` → `q-r_problem-1.p_text`."""
    return "q-" + path[1:].replace("/", ".").replace("[", "-").replace("]", "")


# --- text as it enters the answers -----------------------------------------------------------------------------------


def clean(text: str) -> str:
    """Text as it may enter the raw answers."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", CONTROLS.sub("", SURROGATES.sub("\ufffd", text)))


def number(text: str) -> str:
    """A number as typed, with plain digits and without thousands commas; what is no number stays, and is said to be none."""
    plain = text.translate(WIDE).strip()
    match = re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", plain)
    return plain.replace(",", "") if match else plain


def day(text: str) -> str:
    """A day in the calendar's own order; a browser without a date picker sends what was typed."""
    match = DATE.fullmatch(text.translate(WIDE).strip())
    return f"{match[1]}-{int(match[2]):02d}-{int(match[3]):02d}" if match else text.strip()


def clock(text: str, zone: str) -> str:
    match = CLOCK.fullmatch(text.translate(WIDE).strip())
    return f"{int(match[1]):02d}:{match[2]}:{match[3] or '00'}.000{match[4] or zone}" if match else text.strip()


# --- the fields ------------------------------------------------------------------------------------------------------


class AnswerField(Field):
    """One line of text; `data` is the raw answer, None where the page cannot change it."""

    def __init__(self, question: QuestionView, zone: str = "+08:00", **options: Any) -> None:
        super().__init__(label=question.label, description=question.hint, id=field_id(question.path), **options)
        self.question = question
        self.zone = zone

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data = self.answer([clean(text) for text in valuelist])

    def answer(self, texts: Sequence[str]) -> str | None:
        """The raw answer in the texts posted under the question's path."""
        return texts[0].strip().replace("\n", " ") if texts else ""

    @staticmethod
    def fault(question: QuestionView) -> str:
        """What is wrong with a stored answer that no rule of the form says: a word of `WRONG` in the pages' texts, or empty."""
        return "long" if len(question.value) > LONGEST_ANSWER else ""


class TextField(AnswerField):
    """Text: of one line, or of several where the workbook says so."""

    def answer(self, texts: Sequence[str]) -> str:
        text = (texts[0] if texts else "").strip()
        return text if self.question.template == "multiline" else text.replace("\n", " ")


class NumberField(AnswerField):
    """A number, with digits of any width."""

    def answer(self, texts: Sequence[str]) -> str:
        return number(texts[0]) if texts else ""


class RangeField(NumberField):
    """A number between two bounds."""

    @staticmethod
    def fault(question: QuestionView) -> str:
        return fault_of_value(question.value, question.parameters) if question.value else ""


class DayField(AnswerField):
    """A day."""

    def answer(self, texts: Sequence[str]) -> str:
        return day(texts[0]) if texts else ""


class ClockField(AnswerField):
    """A time of day, in the campaign's zone."""

    def answer(self, texts: Sequence[str]) -> str:
        return clock(texts[0], self.zone) if texts else ""


class MomentField(AnswerField):
    """A day with its time."""

    def answer(self, texts: Sequence[str]) -> str:
        date_part, _, time_part = (texts[0].strip() if texts else "").replace(" ", "T", 1).partition("T")
        return f"{day(date_part)}T{clock(time_part, self.zone)}" if time_part else day(date_part)


class TicksField(AnswerField):
    """Any number of choices, in the order of the list."""

    def answer(self, texts: Sequence[str]) -> str:
        places = {choice.name: place for place, choice in enumerate(self.question.choices)}
        ticked = dict.fromkeys(word for one in texts for word in one.split())
        return " ".join(sorted(ticked, key=lambda word: places.get(word, len(places))))


class OrderField(AnswerField):
    """An order: one control for each place; a choice given two places keeps the first."""

    def answer(self, texts: Sequence[str]) -> str:
        return " ".join(dict.fromkeys(word for word in texts if word))


def is_position(raw: str) -> bool:
    """Whether a place is a position as a phone reads it (`latitude longitude altitude accuracy`); else it is said in words."""
    words = raw.split()
    return len(words) == 4 and all(map(DECIMAL.fullmatch, words))


class PlaceField(AnswerField):
    """A place: the position that stands there, unless it is said in words."""

    def answer(self, texts: Sequence[str]) -> str:
        position, words = ([*texts, "", ""])[:2]
        return words.strip().replace("\n", " ") or position.strip()

    @staticmethod
    def fault(question: QuestionView) -> str:
        words = question.value.split()
        if not is_position(question.value):
            return "place" if words and not any(map(str.isalpha, question.value)) else ""
        if not float(words[0]) and not float(words[1]):
            return "nowhere"
        fits = abs(float(words[0])) <= 90 and abs(float(words[1])) <= 180 and float(words[3]) >= 0
        return "" if fits else "place"


class MediaField(AnswerField):
    """A picture, sound or file: it comes as a file, not as text. A signature may be typed instead."""

    def answer(self, texts: Sequence[str]) -> str | None:
        return texts[0].strip().replace("\n", " ") if texts and self.question.template == "signature" else None


class SilentField(AnswerField):
    """What is shown or worked out and never posted."""

    def answer(self, texts: Sequence[str]) -> None:
        return None


# Type of question → its field. The types are those of the package (surveys.questionnaire.package.package).
FIELDS: Mapping[str, type[AnswerField]] = {
    "text": TextField,
    "integer": NumberField,
    "decimal": NumberField,
    "range": RangeField,
    "note": SilentField,
    "select_one": AnswerField,
    "select_multiple": TicksField,
    "rank": OrderField,
    "date": DayField,
    "time": ClockField,
    "dateTime": MomentField,
    "geopoint": PlaceField,
    "image": MediaField,
    "audio": MediaField,
    "video": MediaField,
    "file": MediaField,
    "barcode": AnswerField,
    "acknowledge": AnswerField,
    "calculate": SilentField,
    "hidden": SilentField,
    "start": SilentField,
    "end": SilentField,
    "today": SilentField,
}


def field_for(question: QuestionView) -> type[AnswerField]:
    """The field of a question; a type of a later form is one line of text."""
    return FIELDS.get(question.type, AnswerField)


def answer_form(questions: Iterable[QuestionView], *, zone: str = "+08:00") -> BaseForm:
    """The fields of these questions as one form, each under the path of its question."""
    return BaseForm({one.path: field_for(one)(question=one, zone=zone) for one in questions})  # type: ignore[arg-type]


def read_answers(questions: Iterable[QuestionView], values: PostedForm, *, zone: str = "+08:00") -> dict[str, str]:
    """Path → raw answer of every question that was on the page and may be answered."""
    paths = set(values.getlist(ASKED_FIELD))
    form = answer_form((one for one in questions if one.path in paths and one.takes_answer), zone=zone)
    form.process(values)
    return {field.name: field.data for field in form if field.data is not None}


def fault_of(question: QuestionView) -> str:
    """What is wrong with an open answer beyond the rules of the form; empty when nothing is."""
    return field_for(question).fault(question) if question.relevant else ""
