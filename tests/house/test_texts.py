"""Every text of a page has its Chinese, with the same places for values; nothing in the catalogue is left over.

A missing text is added to `templates/translations/zh_CN/LC_MESSAGES/messages.po` by hand (a deputy's pages: `field.po`).
"""

import re
from functools import cache
from pathlib import Path

from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
CATALOGUES = ROOT / "templates" / "translations" / "zh_CN" / "LC_MESSAGES"
METHODS = [("surveys/**.py", "python"), ("reports/**.py", "python"), ("templates/**.html", "jinja2")]


@cache
def texts_of_pages() -> frozenset[str]:
    """Every message id that templates and modules name."""
    keywords = {**DEFAULT_KEYWORDS, "_l": None, "lazy_gettext": None}
    found = set()
    for folder in ("surveys", "reports", "templates"):
        rows = extract_from_dir(
            str(ROOT / folder),
            [(pattern.split("/", 1)[1], method) for pattern, method in METHODS if pattern.startswith(folder)],
            keywords=keywords,
        )
        for _file, _line, message, _comments, _context in rows:
            found.add(message if isinstance(message, str) else message[0])
    return frozenset(found - {""})


@cache
def catalogue(domain: str) -> dict[str, str]:
    with (CATALOGUES / f"{domain}.po").open("rb") as file:
        return {
            message.id if isinstance(message.id, str) else message.id[0]: message.string
            if isinstance(message.string, str)
            else message.string[0]
            for message in read_po(file, "zh_CN")
            if message.id
        }


def test_no_text_is_missing() -> None:
    known = {text for domain in ("messages", "field") for text, chinese in catalogue(domain).items() if chinese}
    assert sorted(texts_of_pages() - known) == []


def test_no_text_is_left_over() -> None:
    assert sorted(set(catalogue("messages")) - texts_of_pages()) == []


def test_values_stand_in_both_languages() -> None:
    def values(text: str) -> set[str]:
        return set(re.findall(r"%\((\w+)\)s", text))

    assert [text for text, chinese in catalogue("messages").items() if values(text) != values(chinese)] == []
