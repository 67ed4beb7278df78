"""Form fields of a questionnaire page: the name each answer is posted under, and the answer in what was posted. Pure.

An answer enters normalised to NFC, without control characters but tab and line feed (receiving.md 2.1); digits may be typed
full-width. A field whose `asked` was not posted was not on the page: its answer stays as it was.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Protocol

from surveys.questionnaire.definition import QuestionView

ASKED = "asked"
SURROGATES = re.compile("[\ud800-\udfff]")
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
WIDE = str.maketrans("０１２３４５６７８９．，－＋　", "0123456789.,-+ ")
DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
CLOCK = re.compile(r"(\d{1,2})[:：](\d{2})(?::(\d{2})(?:\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?")


class Posted(Protocol):
    """The fields of a posted form (werkzeug's MultiDict)."""

    def getlist(self, key: str) -> list[str]: ...


def field_id(path: str) -> str:
    """The id of a question's control: `/r_problem[1]/p_text` → `q-r_problem-1.p_text`."""
    return "q-" + path[1:].replace("/", ".").replace("[", "-").replace("]", "")


def read_answers(questions: Iterable[QuestionView], posted: Posted, *, zone: str = "+08:00") -> dict[str, str]:
    """Path → raw answer of every question that was on the page and may be answered."""
    asked = set(posted.getlist(ASKED))
    return {
        question.path: _answer(question, posted, zone)
        for question in questions
        if question.path in asked and question.type != "note" and not question.readonly
    }


def _answer(question: QuestionView, posted: Posted, zone: str) -> str:
    texts = [clean(text) for text in posted.getlist(question.path)]
    text = texts[0] if texts else ""
    match question.type:
        case "select_multiple":
            return " ".join(dict.fromkeys(word for one in texts for word in one.split()))
        case "rank":
            return " ".join(dict.fromkeys(word for word in texts if word))
        case "integer" | "decimal" | "range":
            return number(text)
        case "date":
            return day(text)
        case "time":
            return clock(text, zone)
        case "dateTime":
            date_part, _, time_part = text.partition("T")
            return f"{day(date_part)}T{clock(time_part, zone)}" if time_part else day(text)
        case "geopoint":
            return " ".join([*filter(None, map(number, texts[:2])), "0", "0"]) if all(texts[:2]) and texts else ""
        case "text" if question.template == "multiline":
            return text.strip()
        case _:
            return text.strip().replace("\n", " ")


def clean(text: str) -> str:
    """Text as it may enter the raw answers."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", CONTROLS.sub("", SURROGATES.sub("\ufffd", text)))


def number(text: str) -> str:
    """A number as typed, with plain digits and without thousands commas; what is no number stays, and is said to be none."""
    plain = text.translate(WIDE).strip()
    grouped = re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", plain)
    return plain.replace(",", "") if grouped else plain


def day(text: str) -> str:
    """A day in the calendar's own order; a browser without a date picker sends what was typed."""
    found = DATE.fullmatch(text.translate(WIDE).strip())
    return f"{found[1]}-{int(found[2]):02d}-{int(found[3]):02d}" if found else text.strip()


def clock(text: str, zone: str) -> str:
    found = CLOCK.fullmatch(text.translate(WIDE).strip())
    return f"{int(found[1]):02d}:{found[2]}:{found[3] or '00'}.000{found[4] or zone}" if found else text.strip()
