"""The figures of a unit as the table that typed numbers are checked against (核对表的来源). Touches figures; nothing is typed here.

Takes   a `Frame`, or a part of one, and its `CampaignCounts`.
Gives   rows of plain data for `table.read_table`: each choice with its share, each end of a scale, sums, means, medians, and the
        words of the visits themselves. No question is known by name.
"""

import re
from collections.abc import Iterator
from fractions import Fraction
from itertools import takewhile
from typing import Any

from reports.checking.scopes import Scope
from reports.figures.frame import CampaignCounts, Frame, is_choice, is_multiple
from reports.figures.indicators import counted_in, special_count, summary
from reports.figures.items import CHOICE_ROLES, SPECIAL, choice_label, clauses, label_of, special_words
from reports.figures.parts import ENDS, among, of_units
from reports.figures.rounding import rounded, shown_share
from surveys.planning.words.visit_words import Words, words_of
from surveys.questionnaire.facts.facts import IndicatorQuestion

Row = dict[str, Any]

_OTHERS = ("其他", "Other")
_FILLERS = re.compile(r"[（(].*?[）)]|最长一笔|近一年|目前|其中|要(?=登记)|几个|具体|各类|^已|已(?=拖)|^被|^从")
_COUNTED_NOUN = re.compile(r"(?:面积|人数|次数|总额|总数|金额|年限|天数|数量|率)$")


def check_entries(
    frame: Frame, counts: CampaignCounts | None = None, language: str = "zh-CN", words: Words | None = None
) -> list[Row]:
    """The indicators of a frame as rows."""
    words = words or words_of(None)
    rows = [*_of_visits(frame, counts or CampaignCounts(), language, words)]
    for question in frame.data.questions:
        if question.table and not question.in_repeat:
            rows += _of_question(frame, question, language, words)
    return [row for row in rows if row["value"] is not None and len(row["label"]) > 1 and row["label"] not in _OTHERS]


def entries_within(
    frame: Frame, scope: Scope, counts: CampaignCounts | None = None, words: Words | None = None
) -> list[Row]:
    """The indicators of the units and firms of a scope; `counts` are of its one unit. A choice of findings groups no firms."""
    part = of_units(frame, scope.units)
    for key in scope.among:
        name, _, choice = key.partition(":")[2].partition(".")
        question = frame.data.by_name.get(name)
        if question is None or question.in_repeat:
            return []
        part = among(part, question, choice)
    return check_entries(part, None if scope.among else counts, words=words)


def _row(key: str, label: str, value: Fraction | int | None, unit: str, *aliases: str, **more: Any) -> Row:
    number = None if value is None else float(value)
    nothing = {"base": None, "share": None, "prev_value": None, "prev_share": None}
    return {"key": key, "label": label, "aliases": list(aliases), "value": number, "unit": unit, **nothing, **more}


def _share(part: Fraction | int | None, whole: Fraction | int | None) -> float | None:
    return None if part is None or not whole else float(shown_share(Fraction(100 * part) / whole))


def _of_visits(frame: Frame, counts: CampaignCounts, language: str, words: Words) -> Iterator[Row]:
    aliases = {
        "firms": (f"受访{words.visited}", f"{words.visiting}{words.visited}", "有效样本"),
        "visits": (words.visiting,),
        "visited": (f"接受{words.visiting}",),
        "deputies": ("代表",),
        "persontimes": ("代表参加", "参加代表"),
        "events": ("座谈会",),
    }
    table = frame.data.campaign_table
    values = {name: special_count(frame, counts, name) for name in SPECIAL}
    for name, value in values.items():
        zh, en, unit = special_words(name)
        label = zh if language == "zh-CN" else en
        yield _row(f"{table}:{name}", label, value, unit, *aliases.get(name, ()))
    if values["assigned"] and values["visits"] is not None:
        done = shown_share(Fraction(100 * values["visits"], values["assigned"]))
        names = ("完成率", "任务完成比例")
        yield _row(f"{table}:visits|ratio", f"{words.visiting}任务完成率", Fraction(done), "%", *names)


def _of_question(frame: Frame, question: IndicatorQuestion, language: str, words: Words) -> list[Row]:
    key, label = f"{question.table}:{question.name}", label_of(question, language).split("（")[0]
    if question.role in CHOICE_ROLES and is_choice(question):
        return _of_choices(frame, question, key, label, language, words)
    if question.role not in ("mean", "sum"):
        return []
    rows = _of_numbers(frame, question, key, label)
    if "high_low" in clauses(question):
        rows += _of_ends(frame, question, key, label, language, words)
    return rows


def _base_row(frame: Frame, question: IndicatorQuestion, key: str, label: str, words: Words) -> Row:
    return _row(f"{key}|base", f"回答“{label}”的{words.visited}", frame.n(question), counted_in(frame, question))


def _of_choices(
    frame: Frame, question: IndicatorQuestion, key: str, label: str, language: str, words: Words
) -> list[Row]:
    n, unit = frame.n(question), counted_in(frame, question)
    more = {
        "base": f"{key}|base",
        "question": label,
        "whole": "" if is_multiple(question) else f"{key}|base",
        "parts": question.role == "dimension",
    }
    rows = [_base_row(frame, question, key, label, words)]
    for name, count in zip(frame.data.column(question).names, frame.counts(question), strict=True):
        choice = choice_label(question, name, language)
        rows.append(_row(f"{key}.{name}", choice, count, unit, *_other_names(choice), share=_share(count, n), **more))
    return rows


def _other_names(label: str) -> list[str]:
    """A choice as it is also written: 住宿和餐饮业 → 住宿餐饮业, 专精特新“小巨人” → 小巨人."""
    names = re.findall("“([^”]{2,})”", label)
    short = re.sub("[、和“”]", "", label)
    return [name for name in dict.fromkeys([*names, short]) if name != label and len(name) > 2]


def _of_numbers(frame: Frame, question: IndicatorQuestion, key: str, label: str) -> list[Row]:
    """What was asked as a number, by its measure; a scale of five has a mean alone."""
    unit = question.unit if question.unit != "1–5" else "分"
    names = _short_names(label, unit)
    also = clauses(question)
    measures = [question.role, *(["mean"] if question.role == "sum" else []), *({"median", "max"} & also.keys())]
    rows = []
    for measure in measures:
        value = summary(frame, question, measure)
        if value is not None and measure == "mean":
            value = Fraction(rounded(value, 1))
        whole = frame.data.by_name.get(also.get("ratio", "")) if measure == "sum" else None
        more: dict[str, Any] = {"measure": measure}
        if whole is not None:
            more |= {"base": f"{whole.table}:{whole.name}", "share": _share(value, summary(frame, whole, "sum"))}
        own = key if measure == question.role else f"{key}#{measure}"
        rows.append(_row(own, label, value, unit, *names, **more))
    return rows


def _short_names(label: str, unit: str) -> list[str]:
    """A number's label without its frame: 最长一笔已拖欠 → 拖欠, 闲置厂房面积 → 闲置厂房, 闲置面积."""
    core = _FILLERS.sub("", label)
    names = [core]
    noun = _COUNTED_NOUN.search(core)
    if noun and len(core) - len(noun[0]) >= 2:
        names += [core[: noun.start()]] if noun[0] != "率" else []
        names += [core[:2] + noun[0], core[noun.start() - 2 :]]
    if "国企" in core:
        names.append(core.replace("国企", "国有企业"))
    if unit == "分":
        names += [core.removeprefix("对").replace("的", "")]
    elif unit == "%" and core.startswith("综合"):
        names.append(core.removeprefix("综合"))
    return [name for name in dict.fromkeys(names) if len(name) > 1 and name != label]


def _of_ends(frame: Frame, question: IndicatorQuestion, key: str, label: str, language: str, words: Words) -> list[Row]:
    unit, n = counted_in(frame, question), frame.n(question)
    rows = [_base_row(frame, question, key, label, words)]
    for end, word in _end_words(question, language).items():
        count = frame.count_any(question, ENDS[end])
        names = (f"{label}{word}的", *_end_names(label, word))
        rows.append(_row(f"{key}.{end}", label + word, count, unit, *names, base=f"{key}|base", share=_share(count, n)))
    return rows


def _end_names(label: str, word: str) -> list[str]:
    """An end as it is also written; `…` stands for a few words: 对政务服务…满意, 预期…好转, 赞成……逾期责任."""
    plain = word.removeprefix("不")
    topic = re.sub(rf"的?{re.escape(plain)}度$", "", label)
    if topic != label:
        return [f"{topic}…{word}", f"{topic.removeprefix('对')}…{word}"]
    if len(label) > 8 and "的" not in label:
        return [f"{word}……{label[-4:]}"]
    return [f"{label.rpartition('的')[2][-2:]}…{word}"] if "的" in label else [f"{label}…{word}"]


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
