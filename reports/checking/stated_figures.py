"""The figures that a sentence states (文中数字): 近六成, 3.2个百分点, 8.64亿元, 增长两倍 … as data. Pure.

Takes   one sentence.
Gives   `StatedFigure`: where it stands, what kind it is, its bounds, its direction. What is no figure is left out:
        dates, 第三十五条, hotline numbers, 部分, 五级.
Source  以上, 以下, 以内 include the number, 超, 不足 … do not (民法典第一千二百五十九条); 近N成 = [N0−5, N0),
        超N成 = (N0, N0+10), 约 = ±2 points.
"""

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction
from math import prod

from surveys.fieldwork.findings.numerals import MYRIADS, to_number

_NUM = r"(?:\d[\d,]*(?:\.\d+)?|[〇零一二两三四五六七八九十百千]+(?:[万亿][〇零一二两三四五六七八九十百千]*)*)"
_LESS = "不足|不到|不满|未满|低于|少于|未达"
_MORE = "超过|超出|突破|超|逾|多于|高于|大于|过"
_AT_LEAST = "不低于|不少于|不小于|至少"
_AT_MOST = "不超过|不高于|不多于|最多|至多"
_NEAR = "接近|将近|近"
_ABOUT = "大约|约为|约占|约|大概"
_BEFORE = rf"(?P<before>{_AT_LEAST}|{_AT_MOST}|{_LESS}|{_MORE}|{_NEAR}|{_ABOUT})?\s*"
_AFTER = r"(?P<after>以上|以下|以内|以外|左右|上下|多|余)?"
UNITS = {
    "money": {"元": 1, "块钱": 1},
    "people": {"人": 1, "名": 1, "位": 1},
    "attendances": {"人次": 1},
    "firms": {"家": 1, "户": 1, "个": 1},
    "matters": {"条": 1, "件": 1, "项": 1, "个": 1, "宗": 1},
    "times": {"次": 1},
    "events": {"场次": 1, "场": 1},
    "days": {"天": 1, "日": 1, "个工作日": 1},
    "months": {"个月": 1, "月": 1},
    "years": {"年": 1},
    "area": {"平方米": 1, "平米": 1, "亩": Fraction(2000, 3), "平方公里": 1_000_000, "公顷": 10_000},
    "copies": {"份": 1},
    "points": {"分": 1},
}
_UNIT_WORDS = sorted({word for family in UNITS.values() for word in family}, key=lambda word: (-len(word), word))
_OTHER_UNITS = (
    "吨",
    "公里",
    "千米",
    "米",
    "度",
    "台",
    "套",
    "辆",
    "岁",
    "批",
    "期",
    "笔",
    "栋",
    "间",
    "镇",
    "区",
    "类",
    "种",
)
_UNIT = "|".join((*_UNIT_WORDS, *_OTHER_UNITS))

_PATTERNS: tuple[tuple[str, str], ...] = (
    ("points", rf"{_BEFORE}(?P<num>{_NUM})\s*个?百分点"),
    ("range", rf"(?P<num>{_NUM})%?\s*[~～—-]\s*(?P<to>{_NUM})%"),
    ("percent", rf"{_BEFORE}(?P<num>{_NUM})%\s*{_AFTER}"),
    ("percent", rf"{_BEFORE}百分之(?P<num>{_NUM})\s*{_AFTER}"),
    ("fraction", rf"{_BEFORE}(?P<below>{_NUM})分之(?P<num>{_NUM})\s*{_AFTER}"),
    ("tenths", rf"{_BEFORE}(?P<num>[一二两三四五六七八九]|(?<!\d)[1-9](?:\.\d)?)成(?![立为功果员就本份效品长交都])(?P<half>半)?{_AFTER}"),
    ("doubled", r"翻(?P<num>[一二两三四])?番"),
    ("times", rf"{_BEFORE}(?P<num>{_NUM}|半)倍(?P<after>以上|左右|多)?"),
    ("half", rf"{_BEFORE}(?:一半|半数|半(?=[的以企]|受访|样本)){_AFTER}|(?:过|逾|超)半|(?P<near>近)半"),
    ("count", rf"{_BEFORE}(?P<num>{_NUM})(?P<more>多|余|几)?(?P<scale>万亿|万|亿)?(?P<more2>多|余)?\s*(?P<unit>{_UNIT})(?P<after>以上|以下|以内|以外|左右|上下)?"),
)  # fmt: skip
_COMPILED = tuple((kind, re.compile(pattern)) for kind, pattern in _PATTERNS)

_NO_FIGURE = re.compile(
    r"(?:19|20)\d{2}年(?:\d{1,2}月)?(?:\d{1,2}日)?|[〇零一二三四五六七八九]{4}年|\d{1,2}月(?:\d{1,2}日|底|初|中旬|上旬|下旬)?(?![个])|"
    rf"{_NUM}分制|[（(“](?:最多|至多|不超过|限|可|限选|可选|最多选|最多填)\d+[项个][^）)”]{{0,4}}[）)”]|(?:最多|至多|限)(?:可)?[选填报]\d+[项个]|"
    rf"[前后]{_NUM}[位名项]|第{_NUM}[^，。；]{{0,2}}|\d{{5,}}(?=热线|电话|平台|服务|投诉)|(?:热线|电话)\s*\d+|\b1[0-9]{{4}}\b(?!\d*[万亿]?(?:{_UNIT}))"
)

_IN_WORDS = re.compile(
    r"[一二两三四五六七八九十](?:个|类|种|条|项|级|期|批|套|点|件|区|镇)"
)  # a text's own list: 三类, 两条
_PERSONS = re.compile(r"[一二两三四五六七八九十][位名]")  # 三位受访者: some, not a survey's number
_NO_COUNT = re.compile("方面|层面|环节|阶段|角度|原因|字|小时|钟头|星期|工作日|百分")  # 四个方面 counts nothing

UP = "提高|增长|上升|增加|提升|上涨|扩大|延长|升高|增幅|增|涨|升|高出|高于|高|多出|多"
DOWN = "下降|减少|降低|缩短|回落|下滑|下跌|收窄|减|降|跌|低于|低|少"
_CHANGE = re.compile(rf"(?P<up>{UP})|(?P<down>{DOWN})")
_BETWEEN = re.compile(r"^(?:了|幅度?为?|率为?|达到?|约|近|超过?|逾|不足|\s)*$")


@dataclass(frozen=True, slots=True)
class StatedFigure:
    """One figure of a sentence: its text, its place and what it says.

    `kind`: share, change (relative), points, times (of the old value), count. `sign` is +1, −1, or 0 where no direction
    is said; `digits` how many decimals were written; `scale` what one unit of the number is worth.
    """

    kind: str
    text: str
    start: int
    end: int
    number: Fraction
    digits: int
    before: str = ""
    after: str = ""
    unit: str = ""
    scale: Fraction = Fraction(1)
    sign: int = 0
    verb: str = ""
    rough: bool = False
    upper: Fraction | None = None

    @property
    def is_in_words(self) -> bool:
        """Whether it reads as a text's own list: 三类企业, 两条建议."""
        return bool(_IN_WORDS.fullmatch(self.text))


def narrowed(sentence: str) -> str:
    """The sentence with full-width digits and marks made half-width, place for place."""
    plain = (unicodedata.normalize("NFKC", mark) for mark in sentence)
    keep = "，。；：？！（）、～"
    text = "".join(mark if mark in keep or len(new) != 1 else new for mark, new in zip(sentence, plain, strict=True))
    return re.sub(r"(?<=\d)，(?=\d{3}(?!\d))", ",", text)


def _number(text: str) -> tuple[Fraction, int] | None:
    digits = text.replace(",", "")
    if re.fullmatch(r"\d+(?:\.\d+)?", digits):
        return Fraction(digits), len(digits.partition(".")[2])
    value = to_number(text)
    return None if value is None else (Fraction(value), 0)


def _direction(sentence: str, start: int) -> tuple[int, str]:
    """The verb of change right before a figure: +1 or −1 and the word."""
    for match in reversed(list(_CHANGE.finditer(sentence, max(0, start - 8), start))):
        if _BETWEEN.match(sentence[match.end() : start]):
            return (1 if match["up"] else -1), match[0]
    return 0, ""


def _figure_of(kind: str, sentence: str, match: re.Match[str]) -> StatedFigure | None:
    groups = match.groupdict()
    before = groups.get("before") or ("近" if groups.get("near") else "")
    after = groups.get("after") or ""
    value = _number(groups["num"]) if groups.get("num") and groups["num"] != "半" else (Fraction(1, 2), 1)
    if value is None:
        return None
    number, digits = value
    sign, verb = _direction(sentence, match.start())
    common = {"start": match.start(), "end": match.end(), "before": before, "after": after, "sign": sign, "verb": verb}
    text = match[0].strip()

    def figure(kind: str, number: Fraction, digits: int, **more: object) -> StatedFigure:
        return StatedFigure(kind, text, number=number, digits=digits, **{**common, **more})  # type: ignore[arg-type]

    if kind == "points":
        return figure("points", number, digits)
    if kind == "range":
        upper = _number(groups["to"])
        return figure("share", number, digits, upper=upper[0] if upper else None)
    if kind == "percent":
        return figure("change" if sign else "share", number, digits)
    if kind == "fraction":
        below = _number(groups["below"])
        if not below or not below[0]:
            return None
        return figure("change" if sign else "share", 100 * number / below[0], 0, rough=True)
    if kind == "tenths":
        return figure("change" if sign else "share", number * 10 + (5 if groups.get("half") else 0), 0, rough=True)
    if kind == "half":
        text_before = before or ("超" if re.match("[过逾超]半", text) else "")
        return figure("share", Fraction(50), 0, rough=True, before=text_before, sign=0, verb="")
    if kind == "doubled":
        return figure("times", Fraction(2) ** int(to_number(groups["num"] or "一") or 1), 0, sign=1)
    if kind == "times":
        is_growth = bool(sign)
        return figure("times", number + 1 if is_growth and sign > 0 else number, digits)
    scale = Fraction(prod(MYRIADS[mark] for mark in groups.get("scale") or ""))
    more = groups.get("more") or groups.get("more2") or ""
    return figure("count", number, digits, unit=groups["unit"], scale=scale, after=after or ("多" if more else ""))


def _is_figure(figure: StatedFigure, sentence: str) -> bool:
    if figure.kind != "count":
        return True
    numeral = figure.text
    if "一" in numeral and figure.number == 1 and figure.scale == 1 and not numeral[0].isdigit():
        return False  # 一家企业说 …
    if figure.unit in ("年", "日", "月") and figure.before == "近":
        return False  # 近三年
    if _PERSONS.fullmatch(numeral):
        return False
    return not (figure.unit == "个" and _NO_COUNT.match(sentence, figure.end))


def stated_figures(sentence: str) -> list[StatedFigure]:
    """All figures of a sentence, in order; where two readings overlap the more telling one is kept."""
    plain = narrowed(sentence)
    spans = [(match.start(), match.end()) for match in _NO_FIGURE.finditer(plain)]
    figures: list[StatedFigure] = []
    for kind, pattern in _COMPILED:
        for match in pattern.finditer(plain):
            span = match.span()
            if any(span[0] < end and start < span[1] for start, end in spans):
                continue
            figure = _figure_of(kind, plain, match)
            if figure is None:
                continue
            spans.append(span)
            if _is_figure(figure, plain):
                figures.append(figure)
    return sorted(figures, key=lambda figure: figure.start)


def unit_scale(unit: str) -> tuple[str, Fraction]:
    """The family of a unit as the table writes it, and its worth: 亿元 → money, 100,000,000."""
    scale = Fraction(1)
    while unit[:1] in MYRIADS and len(unit) > 1:
        scale *= MYRIADS[unit[0]]
        unit = unit[1:]
    for family, words in UNITS.items():
        if unit in words:
            return family, scale * words[unit]
    return unit, scale


def same_family(unit: str, table_unit: str) -> bool:
    """Whether a figure's unit may be the table's: 万元 and 亿元, 条 and 件, 个 and 家."""
    one, other = unit_scale(unit)[0], unit_scale(table_unit)[0]
    return one == other or (unit == "个" and other in ("firms", "matters")) or (table_unit == "个" and one == "matters")


# Units of one sort that are taken for each other; the second is what one of them is worth in the first's smallest, 0 for no worth.
_KIN: tuple[dict[str, Fraction], ...] = (
    {"days": Fraction(1), "months": Fraction(365, 12), "years": Fraction(365)},
    {"people": Fraction(0), "attendances": Fraction(0)},
    {"firms": Fraction(0), "times": Fraction(0), "events": Fraction(0)},
)


def _kin(unit: str, table_unit: str) -> tuple[Fraction, Fraction] | None:
    one, other = unit_scale(unit)[0], unit_scale(table_unit)[0]
    families = next((families for families in _KIN if one in families and other in families), None)
    return None if families is None or one == other else (families[one], families[other])


def are_kin(unit: str, table_unit: str) -> bool:
    """Whether one unit is written where the other is meant: 天 for 月, 人 for 人次."""
    return _kin(unit, table_unit) is not None


def in_kin_unit(figure: StatedFigure, table_unit: str) -> tuple[bool, Fraction]:
    """The figure's number in the table's unit; false where nothing is converted, as between 人 and 人次."""
    worths = _kin(figure.unit, table_unit)
    if worths is None:
        return True, figure.number * figure.scale * unit_scale(figure.unit)[1] / unit_scale(table_unit)[1]
    if not worths[1]:
        return False, figure.number * figure.scale
    return True, figure.number * figure.scale * worths[0] / worths[1]
