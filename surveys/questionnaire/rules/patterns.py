"""The patterns that a rule may use with regex(): one subset, re-emitted so that Python and JavaScript match alike.

Known: plain characters, ".", classes, \\d \\w \\s and their negations, escaped punctuation, \\uXXXX, ^ $, groups ( ) and
(?: ), |, * + ? {n} {n,m} and their lazy forms. Everything else is refused. What comes out means the same to Python's
`re` and to a JavaScript engine with the flag `u`: digits are 0-9, the end is the end of the text, "." is any code point
but a line break. Neither of them runs it as a whole: `automaton.py` and its twin do, which cannot hang.
"""

import re
from dataclasses import dataclass

from surveys.questionnaire.rules.automaton import TooManyPlaces, automaton

_CLASSES = {"d": "0-9", "w": "A-Za-z0-9_", "s": " \\t\\n\\r\\f\\v"}
_CONTROLS = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "v": "\v"}
_EMITTED_CONTROLS = {char: "\\" + name for name, char in _CONTROLS.items()}
_SYNTAX = frozenset("^$\\.*+?()[]{}|/")
_LARGEST_REPEAT = 1000
_DEEPEST_GROUPS = 30


class PatternError(Exception):
    """A pattern outside the subset, with the reason in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


@dataclass(frozen=True, slots=True)
class Pattern:
    """`emitted` is what both sides run; `anchored`: it starts with ^ and ends with $; `nested`: other tools may hang on it."""

    emitted: str
    anchored: bool
    nested: bool


def translate(source: str) -> Pattern:
    """`source` in the form that both sides understand, or PatternError."""
    reader = _Reader(source)
    emitted, _repeats = reader.alternatives()
    if reader.at < len(source):
        raise PatternError("多了一个右括号。", "there is a closing bracket too many.")
    try:
        automaton(emitted)
    except TooManyPlaces:
        raise PatternError(
            "重复次数相乘后太多，请减少次数或嵌套。", "its counts multiply to too many places; lower them or nest less."
        ) from None
    return Pattern(emitted, _is_anchored(source), reader.nested)


def _is_anchored(source: str) -> bool:
    """Whether every alternative is closed by ^ and $ (judged on the text; a group around all of them counts)."""
    if not source.startswith("^") or not source.endswith("$") or source.endswith("\\$"):
        return False
    depth = 0
    in_class = False
    at = 0
    while at < len(source):
        char = source[at]
        if char == "\\":
            at += 1
        elif char == "[":
            in_class = True
        elif char == "]":
            in_class = False
        elif not in_class and char in "()":
            depth += 1 if char == "(" else -1
        elif char == "|" and not in_class and depth == 0:
            return False
        at += 1
    return True


def _emit(char: str) -> str:
    """One literal character, outside and inside of classes."""
    if char in _EMITTED_CONTROLS:
        return _EMITTED_CONTROLS[char]
    if char in _SYNTAX:
        return "\\" + char
    if char in "-&~":
        return f"\\x{ord(char):02x}"
    return char


class _Reader:
    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.depth = 0
        self.nested = False

    def peek(self) -> str:
        return self.source[self.at] if self.at < len(self.source) else ""

    def take(self) -> str:
        char = self.peek()
        if not char:
            raise PatternError("没有写完。", "it ends too early.")
        self.at += 1
        return char

    def alternatives(self) -> tuple[str, bool]:
        """The alternatives up to a closing bracket or the end, and whether anything in them repeats."""
        parts: list[str] = []
        repeats = False
        while True:
            part, part_repeats = self.sequence()
            parts.append(part)
            repeats = repeats or part_repeats
            if self.peek() != "|":
                return "|".join(parts), repeats
            self.take()

    def sequence(self) -> tuple[str, bool]:
        out: list[str] = []
        repeats = False
        while self.peek() and self.peek() not in "|)":
            atom, quantifiable, inner_repeats = self.atom()
            quantifier = self.quantifier()
            if quantifier and not quantifiable:
                raise PatternError("^、$ 后面不能写重复次数。", "^ and $ cannot be repeated.")
            if quantifier and inner_repeats and quantifier not in ("?", "??"):
                self.nested = True
            repeats = repeats or inner_repeats or quantifier not in ("", "?", "??")
            out.append(atom + quantifier)
        return "".join(out), repeats

    def atom(self) -> tuple[str, bool, bool]:
        char = self.take()
        if char == "^":
            return "^", False, False
        if char == "$":
            return "(?![\\s\\S])", False, False
        if char == ".":
            return "[^\\n\\r\\u2028\\u2029]", True, False
        if char == "[":
            return self.char_class(), True, False
        if char == "(":
            return self.group()
        if char == "\\":
            return self.escape(), True, False
        if char in "*+?{":
            raise PatternError(f"“{char}”前面没有可重复的内容。", f"there is nothing to repeat before “{char}”.")
        if char in "]}":
            raise PatternError(f"“{char}”须写成“\\{char}”。", f"“{char}” must be written “\\{char}”.")
        return _emit(char), True, False

    def group(self) -> tuple[str, bool, bool]:
        if self.peek() == "?":
            self.take()
            if self.take() != ":":
                raise PatternError(
                    "不支持“(?”开头的写法，只可用“(?:”。", "of the forms that begin with “(?” only “(?:” is known."
                )
        self.depth += 1
        if self.depth > _DEEPEST_GROUPS:
            raise PatternError("括号嵌套太深。", "its brackets are nested too deeply.")
        inner, repeats = self.alternatives()
        self.depth -= 1
        if self.peek() != ")":
            raise PatternError("左括号没有配对。", "a bracket is not closed.")
        self.take()
        return f"(?:{inner})", True, repeats

    def quantifier(self) -> str:
        char = self.peek()
        if char and char in "*+?":
            out = self.take()
        elif char == "{":
            match = re.compile(r"\{([0-9]{1,4})(,([0-9]{0,4}))?\}").match(self.source, self.at)
            if not match:
                raise PatternError(
                    "花括号里须写次数，例如 {2} 或 {2,5}。", "braces hold a count, such as {2} or {2,5}."
                )
            counts = [int(part) for part in (match.group(1), match.group(3)) if part]
            if counts != sorted(counts) or counts[-1] > _LARGEST_REPEAT:
                raise PatternError("重复次数不对。", "the count is wrong.")
            self.at = match.end()
            out = match.group()
        else:
            return ""
        if self.peek() == "?":
            out += self.take()
        elif self.peek() and self.peek() in "*+{":
            raise PatternError("重复次数连写了两次。", "one count follows another.")
        return out

    def escape(self) -> str:
        char = self.take()
        if char in _CLASSES:
            return f"[{_CLASSES[char]}]"
        if char.lower() in _CLASSES:
            return f"[^{_CLASSES[char.lower()]}]"
        return _emit(self.escaped(char))

    def escaped(self, char: str) -> str:
        """The literal that stands after a backslash."""
        if char in _CONTROLS:
            return _CONTROLS[char]
        if char == "u":
            digits = self.source[self.at : self.at + 4]
            if not re.fullmatch("[0-9A-Fa-f]{4}", digits):
                raise PatternError("\\u 后面须是四位十六进制数。", "\\u needs four hexadecimal digits.")
            self.at += 4
            code = int(digits, 16)
            if 0xD800 <= code <= 0xDFFF:
                raise PatternError("\\u 不能写代理项。", "\\u cannot name half a character.")
            return chr(code)
        if char.isascii() and char.isalnum():
            raise PatternError(f"不支持“\\{char}”。", f"“\\{char}” is not known.")
        return char

    def char_class(self) -> str:
        negated = self.peek() == "^"
        if negated:
            self.take()
        out: list[str] = []
        while self.peek() != "]":
            out.append(self.class_item())
        self.take()
        if not out:
            raise PatternError("方括号里没有内容。", "the square brackets are empty.")
        return f"[{'^' if negated else ''}{''.join(out)}]"

    def class_item(self) -> str:
        first = self.class_char()
        if len(first) > 1:
            return first
        if self.peek() == "-" and self.source[self.at + 1 : self.at + 2] not in ("]", ""):
            self.take()
            last = self.class_char()
            if len(last) > 1 or last < first:
                raise PatternError("方括号里的范围不对。", "a range in the square brackets is wrong.")
            return f"{_emit(first)}-{_emit(last)}"
        return _emit(first)

    def class_char(self) -> str:
        """One literal character, or the text of a class such as \\d (longer than one)."""
        char = self.take()
        if char == "[":
            raise PatternError("方括号里的“[”须写成“\\[”。", "“[” in square brackets must be written “\\[”.")
        if char != "\\":
            return char
        char = self.take()
        if char in _CLASSES:
            return _CLASSES[char]
        if char.lower() in _CLASSES:
            raise PatternError(f"方括号里不能用“\\{char}”。", f"“\\{char}” cannot stand in square brackets.")
        return self.escaped(char)
