"""What a stated figure allows (数字口径): whether a value is 近六成, 1.2万家, 提高3.2个百分点. Pure.

Takes   a `StatedFigure` and the exact value that the table has.
Gives   whether it is right, and what should stand there.
"""

from fractions import Fraction

from reports.checking.stated_figures import StatedFigure, unit_scale
from reports.figures.rounding import rounded, trimmed


def within(figure: StatedFigure, value: Fraction, digits: int) -> bool:
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


def allows(figure: StatedFigure, value: Fraction) -> bool:
    """A share in percent: words of tenths and fractions have their own bounds."""
    number = figure.number
    if figure.before in ("接近", "将近", "近"):
        return number - 5 <= value < number
    if figure.before and figure.before in ("大约", "约为", "约占", "约", "大概"):
        return abs(value - number) <= 2
    if not figure.before and figure.after in ("左右", "上下"):
        return abs(value - number) <= 2
    if not figure.rough:
        return within(figure, value, figure.digits)
    if figure.before in ("超过", "超出", "突破", "超", "逾", "过"):
        return number < value < number + 10 if number % 10 == 0 and "半" not in figure.text else value > number
    if figure.after in ("多", "余"):
        return number < value < number + 10
    if not figure.before and not figure.after:
        return abs(value - number) < Fraction(1, 2)
    return within(figure, value, 0)


def change_of(figure: StatedFigure, change: Fraction, unit: str) -> tuple[bool, str]:
    """A change with its direction: the amount and the verb must both be right."""
    word = "提高" if change > 0 else "下降"
    expected = f"{word}{rounded(abs(change), 1)}{unit}"
    if figure.sign and change and (change > 0) != (figure.sign > 0):
        return False, expected
    is_right = allows(figure, abs(change)) if unit == "%" else within(figure, abs(change), figure.digits)
    return is_right, expected


def counted(figure: StatedFigure, value: Fraction, unit: str) -> tuple[bool, str]:
    """A count or an amount, in the unit it is written in."""
    _, worth = unit_scale(unit)
    _, figure_worth = unit_scale(figure.unit)
    in_unit = value * worth / (figure_worth * figure.scale)
    right = within(figure, in_unit, figure.digits)
    scale = {10_000: "万", 100_000_000: "亿"}.get(int(figure.scale), "")
    return right, f"{trimmed(in_unit, max(figure.digits, 2))}{scale}{figure.unit}"
