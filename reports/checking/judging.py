"""Whether a figure is right for an indicator (数字核对的判断), and what should stand there. Pure.

Takes   a `Reading`, one of its figures, a `Candidate`, a `Scope`.
Gives   `Judgement`, or None where the table cannot tell.
Rule    the old value in 由…到… is the year before's; after a verb of change a count is a difference; 甲比乙多 compares two indicators
        or two places; 占…的 divides by the base said. A sum or a mean without a word that says so may be one firm's own.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from reports.checking.allowances import allows, change_of, counted, within
from reports.checking.binding import Candidate, fits
from reports.checking.mentions import Mention
from reports.checking.readings import Reading
from reports.checking.scopes import Scope
from reports.checking.stated_figures import StatedFigure, in_kin_unit
from reports.checking.table import Entry, is_choice, rate
from reports.figures.rounding import percent, rounded, trimmed

_OLD = re.compile(
    r"(?:上年|去年|前一年|上一年|上年同期|去年同期|原来|此前|之前|原先)(?:同期)?的?(?:为|是|仅为|只有|有|占)?$"
)
_FROM = re.compile(r"(?:由|从)(?:上年|去年|原来|此前|之前)?(?:同期)?的?$")
_OWN_PART = re.compile(r"[^，。；、]{0,3}(?:占|（|为|有)?(?:全部|全市)?")
_MORE_THAN = ("多", "少", "高", "低", "高出", "高于", "低于", "多出")
NEAR = 20  # a sum that is not called one is taken for the whole's only within this factor of it


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether a figure is right, what it should be, and of what: `what` is value, difference, total, unit or quoted.

    `unsure` says that a figure which is not right may be of something else.
    """

    right: bool
    expected: str
    entry: Entry
    scope: Scope
    what: str = "value"
    unsure: bool = False


def judge(
    reading: Reading, figure: StatedFigure, candidate: Candidate, scope: Scope, base: Mention | None
) -> Judgement | None:
    """The judgement of one figure against one indicator within a scope."""
    if candidate.mention.entry.parts and reading.is_place(candidate.mention):
        if not _OWN_PART.fullmatch(reading.sentence[candidate.mention.end : figure.start]):
            return None
        scope = replace(scope, units=())  # a district's own part of all
    if base is not None and figure.kind == "share" and is_choice(base.entry) and reading.tables.has_parts:
        scope, base = scope.within(base.entry.key), None  # 小型企业占反映融资难企业的六成
    entry = reading.tables.entry(candidate.mention.entry.key, scope)
    if entry is None or (_is_unsure(reading, figure, entry) and (figure.before or figure.after)):
        return None
    compared = _comparison(reading, figure, candidate, scope)
    if compared is not None:
        right, expected = compared
        return Judgement(right, expected, entry, scope, "difference")
    if candidate.kin:
        return _of_kin(reading, figure, entry, scope)
    old = _is_old(figure, reading.sentence)
    result: tuple[bool, str] | None
    what = "value"
    if figure.kind == "count":
        result = _count(figure, entry, reading.mentions, old)
        what = "difference" if figure.sign and not old else "value"
    elif figure.kind == "share":
        result = _share(figure, entry, old, _value_of_base(reading, entry, base, scope))
    elif figure.kind == "points":
        result, what = _points(reading, figure, entry, scope), "difference"
    elif figure.kind == "times":
        result, what = _times(figure, entry, reading.mentions, reading.sentence), "difference"
    else:
        result, what = _growth(figure, entry), "difference"
    if result is None:
        return None
    return Judgement(*result, entry, scope, what, unsure=_is_unsure(reading, figure, entry))


def _is_unsure(reading: Reading, figure: StatedFigure, entry: Entry) -> bool:
    """Whether a number that is not the table's may be one firm's own: 缺工60人 where no word says a sum or a mean."""
    if figure.kind != "count" or not entry.measure or reading.measure(figure) or entry.value is None:
        return False
    if entry.measure == "mean":
        return not figure.digits
    value = abs(entry.value)
    _, stated = in_kin_unit(figure, entry.unit)
    return not value / NEAR <= stated <= value * NEAR


# Counts and amounts ---------------------------------------------------------------------------------------------------


def _count(figure: StatedFigure, entry: Entry, mentions: Sequence[Mention], old: bool) -> tuple[bool, str] | None:
    """A count or an amount; after a verb of change it is a difference: 减少1900人 is of the year before."""
    value = entry.old_value if old else entry.value
    if figure.sign and not old:
        before = [m.entry.value for m in mentions if m.end <= figure.start and m.entry.value is not None]
        if len(figure.verb) > 1 and figure.verb not in _MORE_THAN:
            value = None if value is None or entry.old_value is None else value - entry.old_value
        elif len(before) > 1:
            value = before[0] - before[1]
        if value is not None and (value < 0) != (figure.sign < 0):
            return False, counted(figure, abs(value), entry.unit)[1]
    return None if value is None else counted(figure, abs(value), entry.unit)


def _of_kin(reading: Reading, figure: StatedFigure, entry: Entry, scope: Scope) -> Judgement | None:
    """A figure in another unit of the same sort: 19.8天 for 19.8个月 is wrong, 594天 is not."""
    if entry.value is None:
        return None
    exact, stated = in_kin_unit(figure, entry.unit)
    unit = "个月" if entry.unit == "月" else entry.unit
    expected = f"{trimmed(entry.value)}{unit}"
    is_same_number = within(replace(figure, sign=0), entry.value, figure.digits)
    if not exact:  # 人 and 人次, 家 and 次: nothing is converted
        return Judgement(False, expected, entry, scope, "unit") if is_same_number else None
    if abs(stated - entry.value) <= abs(entry.value) * Fraction(3, 100):
        return Judgement(True, expected, entry, scope, "unit")
    unsure = not is_same_number and not reading.measure(figure)
    return Judgement(False, expected, entry, scope, "unit", unsure)


# Comparisons ----------------------------------------------------------------------------------------------------------


def _comparison(reading: Reading, figure: StatedFigure, candidate: Candidate, scope: Scope) -> tuple[bool, str] | None:
    """甲比乙多78家, 高5.2个百分点: of two indicators, or of one in two places."""
    if figure.kind not in ("count", "points") or figure.verb not in _MORE_THAN:
        return None
    measure = reading.measure(figure)
    fitting = [mention for mention in reading.mentions if fits(figure, mention, measure)]
    pair = reading.compared(figure, fitting)
    places = reading.compared_places(figure) if pair is None else None
    if pair is not None:
        entries = [reading.tables.entry(mention.entry.key, scope) for mention in pair]
    elif places is not None:
        entries = [reading.tables.entry(candidate.mention.entry.key, replace(scope, units=one.units)) for one in places]
    else:
        return None
    numbers = [None if one is None else one.value if figure.kind == "count" else rate(one)[0] for one in entries]
    if numbers[0] is None or numbers[1] is None or entries[0] is None:
        return None
    difference = numbers[0] - numbers[1]
    more, less = ("高", "低") if figure.verb[0] in "高低" else ("多", "少")
    word = more if difference > 0 else less
    if figure.kind == "points":
        amount_right, text = within(figure, abs(difference), figure.digits), f"{rounded(abs(difference), 1)}个百分点"
    else:
        amount_right, text = counted(figure, abs(difference), entries[0].unit)
    return amount_right and (not difference or (difference > 0) == (figure.sign > 0)), word + text


def _points(reading: Reading, figure: StatedFigure, entry: Entry, scope: Scope) -> tuple[bool, str] | None:
    now, then = rate(entry)
    if now is not None and then is not None:
        return change_of(figure, now - then, "个百分点")
    fitting = [mention for mention in reading.mentions if fits(figure, mention, "") and mention.end <= figure.start]
    rates = [value for mention in fitting if (value := rate(mention.entry)[0]) is not None]
    if figure.sign and len(rates) >= 2:
        return change_of(figure, rates[0] - rates[1], "个百分点")
    if not figure.sign and now is not None and within(figure, now, figure.digits):
        return False, percent(now)  # a share is no difference of shares
    return None


def _growth(figure: StatedFigure, entry: Entry) -> tuple[bool, str] | None:
    now, then = (entry.value, entry.old_value) if entry.old_value else (entry.share, entry.old_share)
    if now is None or not then:
        return None
    return change_of(figure, 100 * (now - then) / then, "%")


def _times(figure: StatedFigure, entry: Entry, mentions: Sequence[Mention], sentence: str) -> tuple[bool, str] | None:
    """A multiple: 增加一倍 and 翻一番 are of the year before, 是乙的两倍 is of another indicator."""
    before = sentence[: figure.start]
    other = next(
        (
            mention.entry
            for mention in reversed(mentions)
            if mention.end <= figure.start and re.search(r"(?:是|为|相当于)(?:反映)?$", before[: mention.start])
        ),
        None,
    )
    subject = next((m.entry for m in mentions if other is not None and m.entry.key != other.key), entry)
    if other is not None and other.value and subject.value is not None and subject.key != other.key:
        ratio = subject.value / other.value
    elif entry.value is not None and entry.old_value:
        ratio = entry.value / entry.old_value
    else:
        return None
    is_growth = figure.sign > 0 and "翻" not in figure.text
    factor = ratio - 1 if is_growth else ratio
    return within(replace(figure, sign=0), ratio, figure.digits), f"{trimmed(factor, 1)}倍"


# Shares ---------------------------------------------------------------------------------------------------------------


def _value_of_base(reading: Reading, entry: Entry, base: Mention | None, scope: Scope) -> Fraction | None:
    """What a share is of, where the sentence says so and it is not the indicator's own base."""
    if base is None or not reading.tables.has_parts or entry.is_rate or entry.measure:
        return None
    whole = reading.tables.entry(base.entry.key, replace(scope, among=()))
    own = reading.tables.entry(entry.base or "", scope)
    if whole is None or not whole.value or (own is not None and own.value == whole.value):
        return None
    return whole.value


def _share(figure: StatedFigure, entry: Entry, old: bool, base: Fraction | None) -> tuple[bool, str] | None:
    now, then = rate(entry)
    value = then if old else now
    if base and entry.value is not None:
        value = Fraction(rounded(100 * entry.value / base, 1))
    if value is None:
        return None
    return any(allows(figure, choice) for choice in (value, *_unrounded(figure, entry, old, base))), percent(value)


def _unrounded(figure: StatedFigure, entry: Entry, old: bool, base: Fraction | None) -> list[Fraction]:
    """The exact share, where more than one decimal is written: the table's is rounded."""
    precise = figure.digits > 1 and not figure.before and not figure.after and not old and not entry.is_rate
    return [100 * entry.value / base] if precise and base and entry.value is not None else []


def _is_old(figure: StatedFigure, sentence: str) -> bool:
    """Whether the figure is the year before's: 由120天缩短到96天, 上年为3亿元."""
    before = sentence[: figure.start]
    if _OLD.search(before):
        return True
    rest = sentence[figure.end :]
    return bool(_FROM.search(before) and re.match(r"[^，。；]{0,8}?(?:到|至|为)", rest))
