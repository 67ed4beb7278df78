"""The words of a campaign (用语): for what is visited (企业), for counting it (户) and for going there (走访).

No page, paper or fault writes these itself. Touches reference lists; pure but for `speak_of`.

Texts name them as `{visited}`, `{visiteds}` (several of them, which differs in English alone), `{measure}` and `{visiting}`. What a
campaign does not set itself (`settings["words"]`) is the row `enterprise` of `reference/visit_words.csv`. Terms of the house that
hold the word 走访 as a part (走访单, 走访任务, 走访编号) are names and stay as they are.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

from flask import g, has_app_context

from surveys.planning.words import reference_lists
from surveys.questionnaire.sheets.bilingual import Text

DEFAULT = "enterprise"


class Words(NamedTuple):
    """The words in one language; in English there is none that a number is counted with, and several are called otherwise."""

    visited: str
    visiteds: str
    measure: str
    visiting: str


def words_of(settings: Mapping[str, Any] | None, language: str = "zh") -> Words:
    """The words of the campaign with these settings, in a language."""
    own = (settings or {}).get("words")
    return _in_language(own, language) if own else _default(language.startswith("en"))


def speak_of(settings: Mapping[str, Any] | None) -> None:
    """From here on the texts of this request speak in the words of the campaign with these settings."""
    g.campaign_words = (settings or {}).get("words")


def words_here(language: str = "zh") -> Words:
    """The words of the campaign that is spoken of; outside of pages, and on those about none, the usual ones."""
    own = g.get("campaign_words") if has_app_context() else None
    return _in_language(own, language) if own else _default(language.startswith("en"))


def fill(text: str, language: str) -> str:
    """A text with its words; every other brace in it stays as it is."""
    return filled(text, words_here(language)) if "{" in text else text


def filled(text: str, words: Words) -> str:
    """The same with the words of a campaign that is not the one spoken of."""
    for name, word in words._asdict().items():
        text = text.replace(f"{{{name}}}", word)
    return text


def spoken(text: Text) -> Text:
    """A text of the catalogues with the words of the campaign in both languages."""
    return Text(fill(text.zh, "zh"), fill(text.en, "en"))


def usual_words() -> Mapping[str, Any]:
    """The words of a campaign that sets none, as a row of the list: both languages."""
    return next(row for row in reference_lists.rows("visit_words") if row["key"] == DEFAULT)


@cache
def _default(is_english: bool) -> Words:
    return _in_language(usual_words(), "en" if is_english else "zh")


def _in_language(row: Mapping[str, Any], language: str) -> Words:
    """The words of a row of the list, or of a campaign's setting, which has the same columns."""
    if language.startswith("en"):
        return Words(row["visited_en"], row["visiteds_en"], "", row["visiting_en"])
    return Words(row["visited"], row["visited"], row["measure"], row["visiting"])
