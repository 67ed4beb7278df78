"""A cell that cannot be read → the same cell as it was probably meant: what Chinese input methods and other programs do to rules.

Full-width brackets, quotes, commas and ＄｛｝ from WPS become the signs of the rule language (never inside a quoted text),
brackets are closed, misspelt questions and functions get the nearest name. A repair is only offered when the whole rule
reads well with it; nothing is changed by itself.
"""

import difflib
import re
import unicodedata
from collections.abc import Iterable

from surveys.questionnaire.expressions import FUNCTIONS, ExpressionError, parse, references

_DOUBLE, _SINGLE = '"＂“”„', "'＇‘’"
_SIGNS = {
    "　": " ", "。": ".", "、": ",", "；": ",", "【": "[", "】": "]", "〔": "[", "〕": "]",
    "≥": ">=", "≤": "<=", "≠": "!=", "×": "*", "÷": " div ", "−": "-", "–": "-", "—": "-", "￥": "$",
}  # fmt: skip
_OTHER_LANGUAGES = ((r"==+", "="), (r"\s*&&\s*", " and "), (r"\s*\|\|\s*", " or "), ("<>", "!="))
_ANY_REFERENCE = re.compile(r"[$＄￥]\s*[{｛]\s*([^{}｛｝\n]{1,80}?)\s*[}｝]")
_MOST_STEPS = 8
_MOST_SEARCHES = 100  # of one workbook: beyond that, faults are told without the nearest name


class Nearest:
    """Finds the name that was meant among the names there are; bounded, so that a workbook full of slips is read in time.

    `endless` for a short list that every workbook of a process asks: it answers always, and forgets what it found now and then.
    """

    def __init__(self, names: Iterable[str], *, endless: bool = False) -> None:
        self.names = list(names)
        self.endless = endless
        self.known = set(self.names)
        self._same = {_plain(name): name for name in reversed(self.names)}
        self._found: dict[str, str | None] = {}

    def find(self, name: str, likeness: float = 0.6) -> str | None:
        """The nearest name; None when none is near."""
        if name not in self._found:
            found = self._same.get(_plain(name))
            if self.endless and len(self._found) >= _MOST_SEARCHES:
                self._found.clear()
            if found is None and len(self._found) < _MOST_SEARCHES:
                room = max(2, len(name) // 2)
                some = [other for other in self.names if abs(len(other) - len(name)) <= room]
                found = next(iter(difflib.get_close_matches(name, some, 1, likeness)), None)
            self._found[name] = found
        return self._found[name]


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold().strip()


FUNCTION_NAMES = Nearest(sorted(FUNCTIONS), endless=True)


def half_width(text: str) -> str:
    """A rule with the signs of the rule language in place of their full-width forms; quoted texts stay as they are."""
    out: list[str] = []
    at = 0
    while at < len(text):
        char = text[at]
        family = _DOUBLE if char in _DOUBLE else _SINGLE if char in _SINGLE else ""
        if family:
            end = next((place for place in range(at + 1, len(text)) if text[place] in family), len(text))
            out += [family[0], text[at + 1 : end], family[0] if end < len(text) else ""]
            at = end + 1
            continue
        out.append(_SIGNS.get(char) or (unicodedata.normalize("NFKC", char) if "\uff01" <= char <= "\uff5e" else char))
        at += 1
    return "".join(out)


def repaired_rule(text: str, names: Nearest) -> str | None:
    """The rule as it was probably meant, when that reads well and names only questions that are there."""
    new = text
    tried: set[str] = set()
    for _step in range(_MOST_STEPS):
        tried.add(new)
        try:
            tree = parse(new)
        except ExpressionError as error:
            new = _one_step(new, error) or new
        else:
            for name in {name for name in references(tree) if name not in names.known}:
                near = names.find(name)
                if near is None:
                    return None
                new = re.sub(r"\$\{\s*" + re.escape(name) + r"\s*\}", lambda _match, near=near: f"${{{near}}}", new)
            return new if new != text else None
        if new in tried:
            return None
    return None


def _one_step(text: str, error: ExpressionError) -> str | None:
    if error.kind == "FUNCTION_UNKNOWN":
        name = error.values["function"]
        near = FUNCTION_NAMES.find(name, 0.7)
        return re.sub(rf"(?<![\w.\-:]){re.escape(name)}(?=\s*\()", near, text) if near else None
    if error.kind != "EXPRESSION_SYNTAX":
        return None
    if (straight := half_width(text)) != text:
        return straight
    slips = text
    for found, meant in _OTHER_LANGUAGES:
        slips = re.sub(found, meant, slips)
    if slips != text:
        return slips
    return text + error.values["missing"] if error.values.get("missing") else None


def full_width_references(text: str, names: Nearest) -> list[tuple[str, str]]:
    """(as written, as meant) for each ＄｛name｝ in a text for people that would be shown as it stands."""
    found = []
    for match in _ANY_REFERENCE.finditer(text):
        meant = f"${{{unicodedata.normalize('NFKC', match[1])}}}"
        straight = match[0].startswith("${") and match[0].endswith("}")
        if not straight and meant[2:-1] in names.known:
            found.append((match[0], meant))
    return found


def repaired_text(text: str, names: Nearest) -> str | None:
    """A label or message with its references as they were meant."""
    new = text
    for written, meant in full_width_references(text, names):
        new = new.replace(written, meant)
    for name in re.findall(r"\$\{([^}]*)\}", new):
        if name.strip() not in names.known:
            near = names.find(name.strip())
            if near is None:
                return None
            new = new.replace(f"${{{name}}}", f"${{{near}}}")
    return new if new != text else None
