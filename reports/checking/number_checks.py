"""Checks the numbers that people typed against the indicators (数字核对).

Takes   a table of indicators ({"key", "label", "aliases", "value", "unit", "base", "share", "prev_value", "prev_share"})
        and sentences, or a report's content.
Gives   for each figure ok, mismatch (with what it should be) or no_entry; for each sentence contradicts, consistent,
        unverifiable, no_figure.
Rule    reading is wider than writing: the checker accepts what people may type, the generator
        writes only the words of `reports.figures.figure_words`.
Raises  BadInput for a payload that cannot be read.
"""

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import takewhile, zip_longest
from typing import Any, NamedTuple

from reports.checking.sentence_checks import Checker, read_table
from reports.figures.frame import CampaignCounts, Frame, is_choice
from reports.figures.indicators import counted_in, special_count, summary
from reports.figures.items import CHOICE_ROLES, SPECIAL, choice_label, clauses, label_of, special_words
from reports.figures.rounding import rounded
from reports.text.report_shape import Block, ReportContent
from reports.text.tokens import BRACES
from surveys.fieldwork.findings.similarity import BadInput
from surveys.planning.words.visit_words import Words, words_of
from surveys.questionnaire.facts.facts import IndicatorQuestion

_SENTENCE = re.compile(r"[^。！？；]+[。！？；]?")


class Verdict(NamedTuple):
    """One typed figure of a report: where, what it is, what it should be. `status` adds `said`: one firm's own words.

    `sentence` has a mark in place of each figure from the data; `shown` has what is printed there.
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


def check_numbers(payload: Mapping[str, Any]) -> dict[str, Any]:
    """A verdict for each sentence of a payload with a table and sentences (`flask findings check-numbers`)."""
    if not isinstance(payload, Mapping):
        raise BadInput("输入应为 JSON 对象。", "The input is a JSON object.")
    checker = Checker(read_table(payload.get("table")))
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
_MONTH = re.compile(r"(?:\d{1,2}|[一二三四五六七八九十]{1,2})月")


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
    content: ReportContent,
    entries: Sequence[Mapping[str, Any]],
    text_of: Callable[[str], str] = lambda key: f"{{{{{key}}}}}",
    words: Words | None = None,
) -> list[Verdict]:
    """Every figure typed by hand in a report, with its place; what one firm said (a case, 有企业反映) is not judged.

    `text_of` gives the text of a figure from the data by its key: how the sentence around a typed one is shown.
    """
    words = words or words_of(None)
    checker = Checker(read_table([dict(entry) for entry in entries], words), words)
    own_words = _own_words(words)
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
            for sentence in _SENTENCE.findall(text):
                shown, figures = _as_printed(sentence, figures)
                is_quote = block["type"] == "case" or bool(own_words.search(sentence))
                for result in checker.check(sentence)["figures"]:
                    status = "said" if is_quote and result["status"] != "ok" else result["status"]
                    if status == "no_entry" and _MONTH.fullmatch(result["text"]):
                        continue  # 六月 is a date
                    expected = result.get("expected", "") if status == "mismatch" else ""
                    row = (section["key"], block["id"], where, sentence.strip(), result["text"], status, expected)
                    verdicts.append(Verdict(*row, result["key"], shown))
    return verdicts


def _as_printed(sentence: str, figures: list[str]) -> tuple[str, list[str]]:
    """The sentence as it is printed, and the figures that are left for the next ones."""
    parts = sentence.split(MARK)
    mine, rest = figures[: len(parts) - 1], figures[len(parts) - 1 :]
    return "".join(part + figure for part, figure in zip_longest(parts, mine, fillvalue="")).strip(), rest


def _short(place: str) -> str:
    """三（一）融资供给 … → 三（一）."""
    match = re.match(r"([一二三四五六七八九十]*(?:（[一二三四五六七八九十]+）)?)", place)
    return match[1] if match and match[1] else place


ENDS = {"high": ("4", "5"), "low": ("1", "2")}  # of a five-point question, 5 = best or most


def _end_words(question: IndicatorQuestion, language: str) -> dict[str, str]:
    """What both answers of an end have in common: 明显减少, 有所减少 → 减少; where the ends share it, the low one says 不."""
    words: dict[str, str] = {}
    for end, names in ENDS.items():
        labels = [choice_label(question, name, language) for name, _, _ in question.choices if name in names]
        pairs = zip(*(reversed(label) for label in labels), strict=False) if len(labels) == 2 else ()
        ending = "".join(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))[::-1].strip()
        words[end] = ending if len(ending) > 1 else ""
    if words["low"] and words["low"] == words["high"]:
        words["low"] = "不" + words["low"] if language == "zh-CN" else ""
    return {end: word for end, word in words.items() if word}


def check_entries(
    frame: Frame, counts: CampaignCounts | None = None, language: str = "zh-CN", words: Words | None = None
) -> list[dict[str, Any]]:
    """The indicators as the table that typed numbers are checked against (`number_checks`)."""
    counts, words = counts or CampaignCounts(), words or words_of(None)
    entries: list[dict[str, Any]] = []

    def add(
        key: str, label: str, value: Fraction | int | None, unit: str, base: str | None, n: int, *more: str
    ) -> None:
        if value is not None and len(label) > 1:
            share = float(rounded(Fraction(100 * value, n), 1)) if base and n else None
            entry = {"key": key, "label": label, "aliases": list(more), "value": float(value), "unit": unit}
            entries.append({**entry, "base": base, "share": share, "prev_value": None, "prev_share": None})

    aliases = {
        "firms": (f"受访{words.visited}", f"{words.visiting}{words.visited}", "有效样本"),
        "visits": (words.visiting,),
        "visited": (f"接受{words.visiting}",),
        "deputies": ("代表",),
    }
    for name in SPECIAL:
        zh, en, unit = special_words(name)
        label = zh if language == "zh-CN" else en
        add(
            f"{frame.data.campaign_table}:{name}",
            label,
            special_count(frame, counts, name),
            unit,
            None,
            0,
            *aliases.get(name, ()),
        )
    for question in frame.data.questions:
        if not question.table or question.in_repeat:
            continue
        key = f"{question.table}:{question.name}"
        label, n = label_of(question, language).split("（")[0], frame.n(question)
        if question.role in CHOICE_ROLES and is_choice(question):
            add(f"{key}|base", f"回答“{label}”的{words.visited}", n, counted_in(frame, question), None, 0)
            for name, count in zip(frame.data.column(question).names, frame.counts(question), strict=True):
                add(
                    f"{key}.{name}",
                    choice_label(question, name, language),
                    count,
                    counted_in(frame, question),
                    f"{key}|base",
                    n,
                )
        elif question.role in ("mean", "sum"):
            value = summary(frame, question, question.role)
            if value is not None and question.role == "mean":
                value = Fraction(rounded(value, 1))
            add(key, label, value, question.unit if question.unit != "1–5" else "分", None, 0)
            if "high_low" in clauses(question):
                unit = counted_in(frame, question)
                add(f"{key}|base", f"回答“{label}”的{words.visited}", n, unit, None, 0)
                for end, word in _end_words(question, language).items():
                    count = frame.count_any(question, ENDS[end])
                    add(f"{key}.{end}", label + word, count, unit, f"{key}|base", n, f"{label}{word}的")
    return [entry for entry in entries if entry["label"] not in ("其他", "Other")]
