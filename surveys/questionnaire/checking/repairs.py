"""Proposes what a cell that cannot be read was meant to say: what Chinese input methods and other programs do to rules.

Full-width brackets, quotes, commas and ＄｛｝ from WPS become the signs of the rule language (never inside a quoted text),
brackets are closed, misspelt questions and functions get the nearest name. A repair is only offered when the whole rule
reads well with it; nothing is changed by itself.
"""

import difflib
import re
import unicodedata
from collections.abc import Collection, Iterable

from surveys.questionnaire.rules.expressions import FUNCTIONS, parse, references
from surveys.questionnaire.rules.tokens import ExpressionError
from surveys.questionnaire.rules.typing_mistakes import closed_references, outside_quotes, rewritings

_DOUBLE, _SINGLE = '"＂“”„', "'＇‘’"
_SIGNS = {
    "　": " ", "。": ".", "、": ",", "；": ",", "【": "[", "】": "]", "〔": "[", "〕": "]",
    "≥": ">=", "≤": "<=", "≠": "!=", "×": "*", "÷": " div ", "−": "-", "–": "-", "—": "-", "￥": "$",
}  # fmt: skip
_ANY_REFERENCE = re.compile(r"[$＄￥]\s*[{｛]\s*([^{}｛｝\n]{1,80}?)\s*[}｝]")
_BARE = re.compile(r"(?<![\w./:@])[^\W\d][\w.\-]*(?![\w.\-]*\s*[(/:\[])")
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
        self._matches: dict[str, str | None] = {}

    def find(self, name: str, likeness: float = 0.6) -> str | None:
        """The nearest name; None when none is near."""
        if name not in self._matches:
            match = self._same.get(_plain(name))
            if self.endless and len(self._matches) >= _MOST_SEARCHES:
                self._matches.clear()
            if match is None and len(self._matches) < _MOST_SEARCHES:
                room = max(2, len(name) // 2)
                some = [other for other in self.names if abs(len(other) - len(name)) <= room]
                match = next(iter(difflib.get_close_matches(name, some, 1, likeness)), None)
            self._matches[name] = match
        return self._matches[name]


def did_you_mean(word: str, words: Iterable[str]) -> dict[str, str]:
    """The remedy for a word that has no meaning in its cell, with the nearest one that has."""
    near = difflib.get_close_matches(word, sorted(words), 1, 0.6)
    if near:
        return {"remedy_zh": f"您是否想写“{near[0]}”？", "remedy_en": f"Did you mean “{near[0]}”?"}
    return {"remedy_zh": "请检查拼写，或清空这一格。", "remedy_en": "Check how it is spelt, or clear the cell."}


def unread_column(header: str, headers: Iterable[str]) -> dict[str, str]:
    """The remedy for a column that nobody reads."""
    near = difflib.get_close_matches(header.partition(":")[0].strip().lower(), sorted(headers), 2, 0.7)
    if near:
        words = "”或“".join(near), "” or “".join(near)
        return {"remedy_zh": f"您是否想写“{words[0]}”？", "remedy_en": f"Did you mean “{words[1]}”?"}
    return {
        "remedy_zh": "如果它不是给人看的说明，请检查列名的拼写。",
        "remedy_en": "If it is more than a note to readers, check how it is spelt.",
    }


def missing_column(column: str, headers: Iterable[str]) -> dict[str, str]:
    """The remedy for a column that a sheet must have: perhaps one of its columns is called nearly so."""
    near = difflib.get_close_matches(column, list(headers), 1, 0.6)
    if near:
        zh, en = f"请把第1行的“{near[0]}”改为“{column}”。", f"Rename “{near[0]}” in row 1 to “{column}”."
        return {"remedy_zh": zh, "remedy_en": en}
    return {"remedy_zh": f"请在第1行加上列名“{column}”。", "remedy_en": f"Add the column name “{column}” to row 1."}


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
    texts: set[str] = set()
    for _step in range(_MOST_STEPS):
        texts.add(new)
        try:
            tree = parse(new)
        except ExpressionError as error:
            new = _one_step(new, error, names) or new
        else:
            for name in {name for name in references(tree) if name not in names.known}:
                near = names.find(name)
                if near is None:
                    return None
                new = re.sub(r"\$\{\s*" + re.escape(name) + r"\s*\}", lambda _match, near=near: f"${{{near}}}", new)
            return new if new != text else None
        if new in texts:
            return None
    return None


def with_references(text: str, names: Collection[str]) -> str | None:
    """A rule in which names of questions stand bare, as `${name}`; None where there are none."""
    new = outside_quotes(text, lambda part: _BARE.sub(lambda m: f"${{{m[0]}}}" if m[0] in names else m[0], part))
    return new if new != text else None


def with_quotes(text: str, word: str) -> str | None:
    """A rule in which a bare word that names nothing is a quoted text; None where it does not stand alone."""
    if not _BARE.fullmatch(word):
        return None
    new = outside_quotes(text, lambda part: _BARE.sub(lambda m: f"'{word}'" if m[0] == word else m[0], part))
    return new if new != text else None


def _one_step(text: str, error: ExpressionError, names: Nearest) -> str | None:
    if error.kind == "FUNCTION_UNKNOWN":
        name = error.values["function"]
        near = FUNCTION_NAMES.find(name, 0.7)
        return re.sub(rf"(?<![\w.\-:]){re.escape(name)}(?=\s*\()", near, text) if near else None
    if error.kind != "EXPRESSION_SYNTAX":
        return None
    if (straight := half_width(text)) != text:
        return straight
    for other in rewritings(text, names.known):
        if other != text:
            return other
    return text + error.values["missing"] if error.values.get("missing") else None


def full_width_references(text: str, names: Nearest) -> list[tuple[str, str]]:
    """(as written, as meant) for each ＄｛name｝ in a text for people that would be shown as it stands."""
    references = []
    for match in _ANY_REFERENCE.finditer(text):
        straightened = f"${{{unicodedata.normalize('NFKC', match[1])}}}"
        straight = match[0].startswith("${") and match[0].endswith("}")
        if not straight and straightened[2:-1] in names.known:
            references.append((match[0], straightened))
    return references


def repaired_text(text: str, names: Nearest) -> str | None:
    """A label or message with its references as they were meant."""
    new = closed_references(text, names.known)
    for original, straightened in full_width_references(new, names):
        new = new.replace(original, straightened)
    for name in re.findall(r"\$\{([^}]*)\}", new):
        if name.strip() not in names.known:
            near = names.find(name.strip())
            if near is None:
                return None
            new = new.replace(f"${{{name}}}", f"${{{near}}}")
    return new if new != text else None
