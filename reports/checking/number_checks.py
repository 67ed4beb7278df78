"""Checks the numbers that people typed against the indicators (数字核对).

Takes   a table of indicators ({"key", "label", "aliases", "value", "unit", "base", "share", "prev_value", "prev_share"})
        and sentences, or a report's content.
Gives   for each figure ok, mismatch (with what it should be) or no_entry; for each sentence contradicts, consistent,
        unverifiable, no_figure.
Rooms   `entries` makes the table of a unit, `scopes` that of what a sentence names; `stated_figures` and `mentions` read a sentence,
        `readings` puts both together, `binding` and `judging` decide, `sums` adds up, `remedies` says what may stand instead.
Rule    reading is wider than writing: the checker accepts what people may type, the generator
        writes only the words of `reports.figures.figure_words`.
Raises  BadInput for a payload that cannot be read.
"""

import functools
import re
from collections.abc import Callable, Mapping
from itertools import zip_longest
from typing import Any, NamedTuple

from reports.checking.remedies import Remedy, basis_words, remedy
from reports.checking.scopes import Tables
from reports.checking.sentence_checks import Checked, Checker
from reports.text.report_shape import Block, ReportContent
from reports.text.tokens import BRACES
from surveys.fieldwork.findings.similarity import BadInput
from surveys.planning.words.visit_words import Words, words_of

_SENTENCE = re.compile(r"[^。！？；]+[。！？；]?")


class Verdict(NamedTuple):
    """One typed figure of a report: where, what it is, what it should be. `status` adds `said`: one firm's own words.

    `sentence` has a mark in place of each figure from the data; `shown` has what is printed there. `basis` is what it rests on in
    words, `remedy` what may be put in its place.
    """

    section: str
    block: str
    paragraph: str
    sentence: str
    text: str
    status: str
    expected: str
    key: str | None
    shown: str = ""
    basis: str = ""
    remedy: Remedy | None = None


def check_numbers(payload: Mapping[str, Any]) -> dict[str, Any]:
    """A verdict for each sentence of a payload with a table and sentences (`flask findings check-numbers`)."""
    if not isinstance(payload, Mapping):
        raise BadInput("输入应为 JSON 对象。", "The input is a JSON object.")
    checker = Checker(Tables(payload.get("table")))
    sentences = payload.get("sentences")
    if not isinstance(sentences, list):
        raise BadInput("输入应有列表“sentences”。", "The input has a list “sentences”.")
    results: list[dict[str, Any]] = []
    for place, row in enumerate(sentences, 1):
        if not isinstance(row, Mapping) or not isinstance(row.get("text"), str) or "id" not in row:
            raise BadInput(
                f"“sentences”第{place}项缺少 id 或 text。", f"Item {place} of “sentences” has no id or text."
            )
        results.append({"id": row["id"], **checker.check(row["text"])})
    return {"results": results}


# A report -------------------------------------------------------------------------------------------------------------


MARK = "※"  # in place of a figure from the data, so that it is not checked again


def _typed_text(block: Block, text_of: Callable[[str], str]) -> tuple[str, list[str]]:
    """What was typed of a paragraph, with a mark for each figure from the data; and what stands at each mark."""
    if "runs" in block:
        figures = [run["text"] for run in block["runs"] if "figure" in run]
        return "".join(MARK if "figure" in run else run["text"].replace(MARK, "") for run in block["runs"]), figures
    text = block.get("text", "").replace(MARK, "")
    return BRACES.sub(MARK, text), [text_of(match[1].strip()) for match in BRACES.finditer(text)]


@functools.cache
def _own_words(words: Words) -> re.Pattern[str]:
    """What says that a sentence tells of one or of a few: 有企业, 几家企业, 负责人 …"""
    one = re.escape(words.visited)
    counter = "|".join(map(re.escape, {"家", "户", words.measure} - {""}))
    return re.compile(
        rf"有{one}|有的{one}|一些{one}|{one}反映，|有商户|负责人|老板|某|有人|据.{{1,8}}说|[一几](?:{counter}){one}|案例"
    )


def typed_numbers(
    content: ReportContent, tables: Tables, text_of: Callable[[str], str] = lambda key: f"{{{{{key}}}}}"
) -> list[Verdict]:
    """Every figure typed by hand in a report, with its place; what one firm said (a case, 有企业反映) is not judged.

    `text_of` gives the text of a figure from the data by its key: how the sentence around a typed one is shown.
    """
    checker = Checker(tables)
    own_words = _own_words(tables.words or words_of(None))
    verdicts: list[Verdict] = []
    for section in content["sections"]:
        place, number = section["title"].split("、")[0] if section["level"] == 1 else section["title"], 0
        for block in section["blocks"]:
            if block["type"] == "heading":
                place, number = f"{section['title'].split('、')[0]}{block.get('text', '')}", 0
            if block["type"] not in ("paragraph", "case"):
                continue
            number += 1
            where = f"{_short(place)}第{number}段" if place else f"导语第{number}段"
            text, figures = _typed_text(block, text_of)
            hints = _source_units(block, tables)
            for sentence in _SENTENCE.findall(text):
                shown, figures = _as_printed(sentence, figures)
                is_quote = block["type"] == "case" or bool(own_words.search(sentence))
                for checked in checker.figures(sentence, hints):
                    place_of = (section["key"], block["id"], where, sentence.strip())
                    verdicts.append(_verdict(place_of, checked, is_quote, shown, tables))
                named = [unit for place in tables.places_in(sentence) for unit in place.units]
                hints = list(dict.fromkeys([*named[-1:], *hints]))
    return verdicts


def _source_units(block: Block, tables: Tables) -> list[str]:
    """The units that a paragraph was taken over from: what it says may be of one of them."""
    known = set(tables.places.values())
    return list(dict.fromkeys(row["unit"] for row in block.get("sources") or () if row["unit"] in known))


def _verdict(place: tuple[str, str, str, str], checked: Checked, is_quote: bool, shown: str, tables: Tables) -> Verdict:
    status = "said" if is_quote and checked.status != "ok" else checked.status
    expected = checked.expected if status == "mismatch" else ""
    key = checked.entry.key if checked.entry else None
    cure = remedy(checked) if status in ("mismatch", "ok") else None
    basis = basis_words(checked, tables.words_for(checked.scope))
    return Verdict(*place, checked.text, status, expected, key, shown, basis, cure)


def _as_printed(sentence: str, figures: list[str]) -> tuple[str, list[str]]:
    """The sentence as it is printed, and the figures that are left for the next ones."""
    parts = sentence.split(MARK)
    mine, rest = figures[: len(parts) - 1], figures[len(parts) - 1 :]
    return "".join(part + figure for part, figure in zip_longest(parts, mine, fillvalue="")).strip(), rest


def _short(place: str) -> str:
    """三（一）融资供给 … → 三（一）."""
    match = re.match(r"([一二三四五六七八九十]*(?:（[一二三四五六七八九十]+）)?)", place)
    return match[1] if match and match[1] else place
