"""The text of a rule → its tokens: references, numbers, quoted texts, marks and names (XPath 1.0 as XLSForm uses it).

Raises  ExpressionError at the first character that belongs to none; every fault of a rule is said with this error.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_TOKEN = re.compile(
    r"""[ \t\n\r]*(?:
        (?P<ref>\$\{[^{}]*\})
      | (?P<number>\d+(?:\.\d*)?|\.\d+)
      | (?P<text>"[^"]*"|'[^']*')
      | (?P<mark>::|//|\.\.|!=|<=|>=|[-+*=<>|/.,()\[\]@])
      | (?P<name>[^\W\d][\w.\-]*(?::(?!:)[^\W\d][\w.\-]*)?)
    )""",
    re.VERBOSE | re.ASCII,
)
# The names of XML: letters of any script, so that questions may be named in Chinese.
_NAME = re.compile(r"[^\W\d][\w.\-·]*(?::(?!:)[^\W\d][\w.\-]*)?")


class ExpressionError(Exception):
    """A rule that cannot be read. `kind` names a FaultKind; `values` fill its wording; `at` counts characters from 1."""

    def __init__(self, kind: str, at: int = 0, **values: Any) -> None:
        super().__init__(f"{kind} at {at}: {values}")
        self.kind = kind
        self.at = at
        self.values = values


@dataclass(slots=True)
class Token:
    kind: str
    text: str
    at: int


def syntax_error(at: int, zh: str, en: str) -> ExpressionError:
    return ExpressionError(
        "EXPRESSION_SYNTAX",
        at,
        detail_zh=zh,
        detail_en=en,
        remedy_zh="请对照 XLSForm 的写法改正。",
        remedy_en="Correct it after the rules of XLSForm.",
    )


def tokens(text: str) -> Iterator[Token]:
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match and match.lastgroup and match.lastgroup != "name":
            start = match.start(match.lastgroup)
            yield Token(match.lastgroup, match.group(match.lastgroup), start + 1)
            at = match.end()
            continue
        start = at + len(text[at:]) - len(text[at:].lstrip(" \t\n\r"))
        if start == len(text):
            return
        name = _NAME.match(text, start)
        if not name:
            char = text[start]
            if char in "\"'":
                raise syntax_error(
                    start + 1,
                    f"第{start + 1}个字符的引号没有配对。",
                    f"the quote opened at character {start + 1} is not closed.",
                )
            if text.startswith("${", start):
                raise syntax_error(
                    start + 1,
                    f"第{start + 1}个字符处的“${{”没有配对的“}}”。",
                    f"the “${{” at character {start + 1} is not closed by “}}”.",
                )
            raise syntax_error(
                start + 1,
                f"第{start + 1}个字符“{char}”不能出现在规则里。",
                f"character {start + 1}, “{char}”, cannot stand in a rule.",
            )
        yield Token("name", name.group(), start + 1)
        at = name.end()
