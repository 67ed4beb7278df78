"""Checks the figures of a sentence against a table (句中数字核对): the indicator each speaks of, and whether it is right.

Takes   `Entry` rows: value, share of a base, the year before; a sentence.
Gives   for each figure ok, mismatch (with what it should be) or no_entry; the sentence's verdict.
Rule    a figure belongs to the indicator named nearest to it in its clause; a longer name leaves no room for a
        shorter one inside it; the base said in 占…的 decides.
Raises  BadInput for a table that cannot be read.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, NamedTuple

from reports.checking.stated_figures import StatedFigure, narrowed, same_family, stated_figures, unit_scale
from reports.figures.rounding import percent, rounded, trimmed
from surveys.fieldwork.findings.similarity import BadInput
from surveys.planning.words.visit_words import Words, words_of

_CLAUSE = re.compile(r"[，；。！？]")
_OLD = re.compile(
    r"(?:上年|去年|前一年|上一年|上年同期|去年同期|原来|此前|之前|原先)(?:同期)?的?(?:为|是|仅为|只有|有|占)?$"
)
_FROM = re.compile(r"(?:由|从)(?:上年|去年|原来|此前|之前)?(?:同期)?的?$")
_BASE = re.compile(r"占(?:全部|所有|了|到)*$")
_AMONG = re.compile(r"(?:当)?中[，,]?(?:有|约有)?")


@dataclass(frozen=True, slots=True)
class Entry:
    """One indicator of the table; money, areas and the like in the unit the table writes."""

    key: str
    label: str
    names: tuple[str, ...]
    unit: str
    base: str | None
    value: Fraction | None
    share: Fraction | None
    old_value: Fraction | None
    old_share: Fraction | None


class Mention(NamedTuple):
    """An indicator named in a sentence, from `start` to `end`; `exact` is false for a name with words in between."""

    entry: Entry
    start: int
    end: int
    exact: bool


def _exact(value: Any) -> Fraction | None:
    return None if value is None else Fraction(str(value))


def _names(label: str, aliases: Sequence[str], visited: str) -> tuple[str, ...]:
    """The label, its aliases, and the label without its frame: 反映用水成本高的企业 → 用水成本高."""
    names = [label, *aliases]
    core = re.sub(r"^(?:反映|已|有|存在)", "", re.sub(rf"(?:的{re.escape(visited)}|的)$", "", label))
    names += [core] if len(core) >= 4 else []
    return tuple(dict.fromkeys(narrowed(name) for name in names if name))


def read_table(rows: Any, words: Words | None = None) -> list[Entry]:
    """The entries of a table whose labels speak in these words, without them in the usual ones."""
    visited = (words or words_of(None)).visited
    if not isinstance(rows, list):
        raise BadInput("输入应为含“table”列表的 JSON 对象。", "The input is a JSON object with a list “table”.")
    entries: list[Entry] = []
    for place, row in enumerate(rows, 1):
        try:
            numbers = [_exact(row.get(name)) for name in ("value", "share", "prev_value", "prev_share")]
            names = _names(row["label"], row.get("aliases") or [], visited)
            entries.append(Entry(row["key"], row["label"], names, row.get("unit") or "", row.get("base"), *numbers))
        except (KeyError, TypeError, ValueError, AttributeError, ZeroDivisionError):
            raise BadInput(
                f"“table”第{place}项缺少 key、label，或数值不是数字。",
                f"Item {place} of “table” has no key or label, or a value that is no number.",
            ) from None
    return entries


class Checker:
    """Checks sentences against one table; both speak in these words, without them in the usual ones."""

    def __init__(self, entries: Sequence[Entry], words: Words | None = None) -> None:
        self.entries = entries
        self.visited = (words or words_of(None)).visited
        self.by_key = {entry.key: entry for entry in entries}

    # What is named ------------------------------------------------------------------------------------------------

    def mentions(self, sentence: str) -> list[Mention]:
        """The indicators a sentence names; a longer name leaves no room for one inside it."""
        mentions: list[Mention] = []
        for entry in self.entries:
            for name in entry.names:
                start = sentence.find(name)
                while start >= 0:
                    mentions.append(Mention(entry, start, start + len(name), True))
                    start = sentence.find(name, start + 1)
        longest = [
            one
            for one in mentions
            if not any(
                other.start <= one.start and one.end <= other.end and other.end - other.start > one.end - one.start
                for other in mentions
            )
        ]
        named_keys = {mention.entry.key for mention in longest}
        covered_keys = {mention.entry.key for mention in mentions} - named_keys
        for entry in self.entries:
            if entry.key not in named_keys | covered_keys:
                place = _scattered_place(sentence, entry.names)
                if place and not any(m.start < place[1] and place[0] < m.end for m in longest):
                    longest.append(Mention(entry, *place, False))
        return sorted(longest, key=lambda mention: (mention.start, -mention.end))

    # Binding ------------------------------------------------------------------------------------------------------

    def candidates(
        self, figure: StatedFigure, figures: list[StatedFigure], mentions: list[Mention], sentence: str
    ) -> list[Entry]:
        """The indicators a figure may speak of, the likeliest first."""
        fitting = [mention for mention in mentions if self.fits(figure, mention)]
        base = self.base_of(figure, mentions, sentence)
        if base is not None and figure.kind == "share":
            fitting = self.with_base(base, mentions, fitting, figure, sentence)
        start, end = _clause(sentence, figure)
        inside = [mention for mention in fitting if start <= mention.start < end]
        # Without an indicator in its own clause a figure speaks of the one before it.
        pool = inside or [mention for mention in fitting if mention.start < start]
        if not inside and pool:
            last = max(pool, key=lambda mention: mention.start).start
            pool = [mention for mention in pool if mention.start == last or figure.kind != "count"]
        order = sorted(pool, key=lambda mention: (self.distance(figure, mention, figures), mention.start))
        return list(dict.fromkeys(mention.entry for mention in order))

    def fits(self, figure: StatedFigure, mention: Mention) -> bool:
        """Whether the kind of figure is one the indicator has; 个 counts firms only where their name follows at once."""
        entry = mention.entry
        rate = entry.unit == "%"
        if figure.kind == "share":
            return entry.share is not None or rate
        if figure.kind == "points":
            return entry.share is not None or rate
        if figure.kind in ("change", "times"):
            return entry.old_value is not None or entry.old_share is not None or figure.kind == "times"
        if figure.unit == "个" != entry.unit and not 0 <= mention.start - figure.end <= 1:
            return False
        return entry.value is not None and not rate and same_family(figure.unit, entry.unit)

    def distance(self, figure: StatedFigure, mention: Mention, figures: list[StatedFigure]) -> int:
        """How far a name stands from a figure; a name with another figure in between belongs to that one."""
        if mention.end <= figure.start:
            gap, between = figure.start - mention.end, (mention.end, figure.start)
        else:
            gap, between = max(0, mention.start - figure.end) + 1, (figure.end, mention.start)
        is_taken = any(
            between[0] <= other.start < between[1] and other.kind == figure.kind for other in figures if other != figure
        )
        return gap + (20 if is_taken else 0) + (0 if mention.exact else 6)

    def base_of(self, figure: StatedFigure, mentions: list[Mention], sentence: str) -> Entry | None:
        """The indicator said to be the base: 占出口企业的六成, 出口企业中，近六成 …"""
        for mention in mentions:
            after = sentence[mention.end : figure.start]
            link = re.fullmatch(r"(?:总数|总量|数|家数)?的?(?:比重|比例)?(?:为|达)?", after)
            if mention.end <= figure.start and link and _BASE.search(sentence[: mention.start]):
                return mention.entry
            if mention.end <= figure.start and _AMONG.fullmatch(after):
                return mention.entry
        return None

    def with_base(
        self, base: Entry, mentions: list[Mention], fitting: list[Mention], figure: StatedFigure, sentence: str
    ) -> list[Mention]:
        """The mentions whose indicator has this base, or else mentions of the indicators like theirs that have it."""
        right = [mention for mention in fitting if mention.entry.base == base.key and mention.entry.key != base.key]
        if right:
            return right
        substitutes: list[Mention] = []
        for entry in (entry for entry in self.entries if entry.base == base.key):
            likes = [m for m in mentions if m.entry.key != base.key and _likeness(entry, m.entry, self.visited) >= 0.6]
            substitutes += [Mention(entry, mention.start, mention.end, False) for mention in likes]
            own = set(_core(entry.label, self.visited)) - set(base.label)
            if not likes and own and len(own & set(sentence)) / len(own) >= 0.6:
                substitutes.append(Mention(entry, figure.end, figure.end, False))
        return substitutes

    # Judging ------------------------------------------------------------------------------------------------------

    def check(self, sentence: str) -> dict[str, Any]:
        """The verdict of one sentence and of each of its figures."""
        plain = narrowed(sentence)
        figures = stated_figures(sentence)
        mentions = self.mentions(plain)
        results = [self.figure(figure, figures, mentions, plain) for figure in figures]
        states = {result["status"] for result in results}
        verdict = "no_figure" if not results else "unverifiable"
        if "mismatch" in states:
            verdict = "contradicts"
        elif "ok" in states:
            verdict = "consistent"
        return {"verdict": verdict, "figures": results}

    def figure(
        self, figure: StatedFigure, figures: list[StatedFigure], mentions: list[Mention], sentence: str
    ) -> dict[str, Any]:
        """The verdict of one figure against the likeliest indicator, or the next one of its clause."""
        entries = self.candidates(figure, figures, mentions, sentence)
        judgements = [(entry, self.expected(figure, entry, mentions, sentence)) for entry in entries]
        judgements = [(entry, expected) for entry, expected in judgements if expected is not None]
        if not judgements:
            return {"text": figure.text, "key": None, "status": "no_entry"}
        for entry, (right, _) in judgements[:2]:
            if right:
                return {"text": figure.text, "key": entry.key, "status": "ok"}
        entry, (_, expected) = judgements[0]
        text = figure.text
        mirror = replace(figure, sign=-figure.sign)
        opposite = self.expected(mirror, entry, mentions, sentence) if figure.sign else None
        if opposite and opposite[0]:  # the amount is right and the direction wrong: the verb belongs to the fault
            text = sentence[sentence.rfind(figure.verb, 0, figure.start) : figure.end]
        return {"text": text, "key": entry.key, "status": "mismatch", "expected": expected}

    def expected(
        self, figure: StatedFigure, entry: Entry, mentions: list[Mention], sentence: str
    ) -> tuple[bool, str] | None:
        """Whether the figure is right for the indicator, and what it should be; None where the table cannot tell."""
        old = self.is_old(figure, sentence)
        if figure.kind == "count":
            return self.count(figure, entry, mentions, old)
        if figure.kind == "share":
            return self.share(figure, entry, old)
        if figure.kind == "points":
            now, then = _rate(entry)
            if now is None or then is None:
                return self.between_two(figure, mentions)
            return _change(figure, now - then, "个百分点")
        if figure.kind == "times":
            return self.times(figure, entry, mentions, sentence)
        now, then = (entry.value, entry.old_value) if entry.old_value else (entry.share, entry.old_share)
        if now is None or not then:
            return None
        return _change(figure, 100 * (now - then) / then, "%")

    def count(self, figure: StatedFigure, entry: Entry, mentions: list[Mention], old: bool) -> tuple[bool, str] | None:
        """Checks a count or an amount; after a verb of change it is a difference.

        减少1900人 is of the year before, 多135家 is of another indicator.
        """
        value = entry.old_value if old else entry.value
        if figure.sign and not old:
            before = [m.entry.value for m in mentions if m.end <= figure.start and m.entry.value is not None]
            if len(figure.verb) > 1 and figure.verb not in ("高出", "高于", "低于", "多出"):
                value = None if value is None or entry.old_value is None else value - entry.old_value
            elif len(before) > 1:
                value = before[0] - before[1]
            if value is not None and (value < 0) != (figure.sign < 0):
                return False, _count(figure, abs(value), entry.unit)[1]
        return None if value is None else _count(figure, abs(value), entry.unit)

    def share(self, figure: StatedFigure, entry: Entry, old: bool) -> tuple[bool, str] | None:
        now, then = _rate(entry)
        value = then if old else now
        if value is None:
            return None
        choices = [value]
        whole = self.by_key.get(entry.base or "")
        precise = figure.digits > 1 and not figure.before and not figure.after
        if precise and not old and whole and whole.value and entry.value is not None and entry.unit != "%":
            choices.append(100 * entry.value / whole.value)  # the table's share is rounded, this one is not
        return any(_allows(figure, choice) for choice in choices), percent(value)

    def times(
        self, figure: StatedFigure, entry: Entry, mentions: list[Mention], sentence: str
    ) -> tuple[bool, str] | None:
        """Checks a multiple: 增加一倍 and 翻一番 are of the year before, 是乙的两倍 is of another indicator."""
        before = sentence[: figure.start]
        other = next(
            (
                mention.entry
                for mention in reversed(mentions)
                if mention.end <= figure.start and re.search(r"(?:是|为|相当于)$", before[: mention.start])
            ),
            None,
        )
        if other and not figure.sign:
            subject = next((mention.entry for mention in mentions if mention.entry.key != other.key), None)
            if subject is None or not other.value or subject.value is None:
                return None
            ratio = subject.value / other.value
        elif entry.value is not None and entry.old_value:
            ratio = entry.value / entry.old_value
        else:
            return None
        is_growth = figure.sign > 0 and "翻" not in figure.text
        factor = ratio - 1 if is_growth else ratio
        return _within(replace(figure, sign=0), ratio, figure.digits), f"{trimmed(factor, 1)}倍"

    def between_two(self, figure: StatedFigure, mentions: list[Mention]) -> tuple[bool, str] | None:
        """Checks the difference of the shares of the two indicators named: 甲比乙高5个百分点."""
        rates = [(m.start, rate) for m in mentions if (rate := _rate(m.entry)[0]) is not None and m.end <= figure.start]
        if len(rates) < 2:
            return None
        return _change(figure, rates[0][1] - rates[1][1], "个百分点")

    def is_old(self, figure: StatedFigure, sentence: str) -> bool:
        """Whether the figure is the year before's: 由120天缩短到96天, 上年为3亿元."""
        before = sentence[: figure.start]
        if _OLD.search(before):
            return True
        rest = sentence[figure.end :]
        return bool(_FROM.search(before) and re.match(r"[^，。；]{0,8}?(?:到|至|为)", rest))


def _rate(entry: Entry) -> tuple[Fraction | None, Fraction | None]:
    """The share now and the year before, or the value of an indicator that is itself in %."""
    return (entry.value, entry.old_value) if entry.unit == "%" else (entry.share, entry.old_share)


def _core(label: str, visited: str) -> str:
    """A label without the words that every label may have: 反映用工难的企业 → 反映用工难."""
    return re.sub(rf"的{re.escape(visited)}|{re.escape(visited)}|的", "", label)


def _likeness(one: Entry, other: Entry, visited: str) -> float:
    """How many of the other's characters the first has, from 0 to 1."""
    core = set(_core(other.label, visited))
    return len(core & set(one.label)) / len(core) if core else 0.0


def _clause(sentence: str, figure: StatedFigure) -> tuple[int, int]:
    ends = [mark.start() for mark in _CLAUSE.finditer(sentence)]
    start = max((end + 1 for end in ends if end < figure.start), default=0)
    return start, min((end for end in ends if end >= figure.end), default=len(sentence))


def _scattered_place(sentence: str, names: Sequence[str]) -> tuple[int, int] | None:
    """Where all characters of a name of four or more follow each other closely: 走访企业 in 走访民营企业."""
    for name in names:
        if len(name) >= 4:
            gaps = "[^，。；！？\\d]{0,2}".join(map(re.escape, (name[: len(name) // 2], name[len(name) // 2 :])))
            match = re.search(gaps, sentence)
            if match:
                return match.span()
    return None


def _within(figure: StatedFigure, value: Fraction, digits: int) -> bool:
    """Whether the value is what the figure allows, its number rounded to the digits written."""
    number = figure.number
    before, after = figure.before, figure.after
    if figure.upper is not None:
        return number <= value <= figure.upper
    if before in ("不低于", "不少于", "不小于", "至少") or after == "以上":
        return value >= number
    if before in ("不超过", "不高于", "不多于", "最多", "至多") or after in ("以下", "以内"):
        return value <= number
    if before in ("超过", "超出", "突破", "超", "逾", "多于", "高于", "大于", "过") or after == "以外":
        return value > number
    if before in ("不足", "不到", "不满", "未满", "低于", "少于", "未达"):
        return value < number
    if before in ("接近", "将近", "近"):
        return number * Fraction(9, 10) <= value < number
    if before or after in ("左右", "上下"):
        return abs(value - number) <= number / 20
    if after in ("多", "余"):
        return number < value < number + _step(number)
    return Fraction(rounded(value, digits)) == number


def _step(number: Fraction) -> Fraction:
    """What 多 may add: 200多 goes up to 300, 30多 to 40."""
    step = Fraction(1)
    while number and number % (step * 10) == 0:
        step *= 10
    return step


def _allows(figure: StatedFigure, value: Fraction) -> bool:
    """A share in percent: words of tenths and fractions have their own bounds."""
    number = figure.number
    if figure.before in ("接近", "将近", "近"):
        return number - 5 <= value < number
    if figure.before and figure.before in ("大约", "约为", "约占", "约", "大概"):
        return abs(value - number) <= 2
    if not figure.before and figure.after in ("左右", "上下"):
        return abs(value - number) <= 2
    if not figure.rough:
        return _within(figure, value, figure.digits)
    if figure.before in ("超过", "超出", "突破", "超", "逾", "过"):
        return number < value < number + 10 if number % 10 == 0 and "半" not in figure.text else value > number
    if figure.after in ("多", "余"):
        return number < value < number + 10
    if not figure.before and not figure.after:
        return abs(value - number) < Fraction(1, 2)
    return _within(figure, value, 0)


def _change(figure: StatedFigure, change: Fraction, unit: str) -> tuple[bool, str]:
    """A change with its direction: the amount and the verb must both be right."""
    word = "提高" if change > 0 else "下降"
    expected = f"{word}{rounded(abs(change), 1)}{unit}"
    if figure.sign and change and (change > 0) != (figure.sign > 0):
        return False, expected
    is_right = _allows(figure, abs(change)) if unit == "%" else _within(figure, abs(change), figure.digits)
    return is_right, expected


def _count(figure: StatedFigure, value: Fraction, unit: str) -> tuple[bool, str]:
    """A count or an amount, in the unit it is written in."""
    _, worth = unit_scale(unit)
    _, figure_worth = unit_scale(figure.unit)
    in_unit = value * worth / (figure_worth * figure.scale)
    right = _within(figure, in_unit, figure.digits)
    scale = {10_000: "万", 100_000_000: "亿"}.get(int(figure.scale), "")
    return right, f"{trimmed(in_unit, max(figure.digits, 2))}{scale}{figure.unit}"
