"""Values of rules and what they turn into: numbers and their text, rounding, powers, dates (expressions 4 and 5).

Python and the phone must agree to the last digit, so nothing here is left to the platform: numbers are written without
exponents, roundings work on the written digits, dates are whole days since 1970-01-01 without a time zone. The twin is
`static/js/rules/expression_values.mjs`.
"""

import math
import re
from collections.abc import Callable
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal
from functools import lru_cache

NAN = math.nan
DAY = 86_400_000  # milliseconds
_NUMBER = re.compile(r"-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_DATE = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:T([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_TIME = re.compile(r"([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,9}))?)?(Z|[+-][0-9]{2}:?[0-9]{2})?")
_BLANKS = " \t\r\n"
_WORD = re.compile(r"[^ \t\r\n]+")
_LARGEST_ROUNDING = 30
_LONGEST_KEPT = 200  # characters of an answer that is not read again for each rule that asks


def words(text: str) -> tuple[str, ...]:
    """The words of a list answer; only space, tab, CR and LF part them."""
    if text.isalnum() or text.isidentifier():  # mostly it is one word
        return (text,)
    return _parted(text) if len(text) <= _LONGEST_KEPT else tuple(_WORD.findall(text))


@lru_cache(maxsize=512)
def _parted(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(text))


def to_number(text: str, zone: int) -> float:
    """The number a text is: digits with a point, else a date as days; else NaN. `zone` is in minutes."""
    if text.isdigit() and text.isascii():  # mostly it is just digits
        return float(text)
    return (_number if len(text) <= _LONGEST_KEPT else _number.__wrapped__)(text, zone)


@lru_cache(maxsize=1024)
def _number(text: str, zone: int) -> float:
    text = text.strip(_BLANKS)
    if _NUMBER.fullmatch(text):
        return float(text)
    milliseconds = instant(text, zone)
    return NAN if milliseconds is None else milliseconds / DAY


def number_text(number: float) -> str:
    """The shortest digits that read back, never with an exponent."""
    if number != number:
        return "NaN"
    if math.isinf(number):
        return "Infinity" if number > 0 else "-Infinity"
    if number == int(number) and abs(number) < 1e15:
        return str(int(number))
    text = repr(number)
    if "e" in text:
        text = format(Decimal(text), "f")
    return text[:-2] if text.endswith(".0") else text


def round_half_up(number: float, digits: float = 0.0) -> float:
    """Halves go up, decided on the written digits: 1.005 to two places is 1.01, -2.5 is -2."""
    if not math.isfinite(number):
        return number
    places = 0 if digits != digits else int(max(-_LARGEST_ROUNDING, min(_LARGEST_ROUNDING, digits)))
    decimal = Decimal(repr(float(number)))
    up = ROUND_HALF_DOWN if number < 0 else ROUND_HALF_UP
    exponent = decimal.as_tuple().exponent
    assert isinstance(exponent, int)
    if exponent >= -places:
        return number
    if decimal.adjusted() < -places - 1:
        return math.copysign(0.0, number)
    return float(decimal.quantize(Decimal(1).scaleb(-places), rounding=up))


def cut(number: float) -> float:
    """A library result cut to 12 significant digits, where C libraries and engines still agree; halves go away from zero,
    as ECMAScript's toExponential has it."""
    if not math.isfinite(number) or number == 0:
        return number
    exact = Decimal(number)
    return float(exact.quantize(Decimal(1).scaleb(exact.adjusted() - 11), rounding=ROUND_HALF_UP))


def library(function: Callable[..., float], *arguments: float) -> float:
    """A function of the C library with IEEE results instead of exceptions, cut to 12 digits."""
    try:
        return cut(function(*arguments))
    except OverflowError:
        return math.inf
    except ValueError:
        return NAN


def logarithm(function: Callable[[float], float], number: float) -> float:
    return -math.inf if number == 0 else library(function, number)


def power(base: float, exponent: float) -> float:
    """Whole powers by repeated multiplication in a fixed order; all others to 12 digits."""
    if exponent != exponent:
        return NAN
    if math.isinf(exponent):
        if base != base or abs(base) == 1:
            return NAN
        return math.inf if (abs(base) > 1) == (exponent > 0) else 0.0
    if exponent == math.trunc(exponent):
        rest, result, factor = abs(exponent), 1.0, base
        while rest >= 1:
            if rest % 2 == 1:
                result *= factor
            factor *= factor
            rest = math.floor(rest / 2)
        return result if exponent >= 0 else divide(1.0, result)
    if base == 0:
        return 0.0 if exponent > 0 else math.inf
    if math.isinf(base) and base < 0:
        return math.inf if exponent > 0 else 0.0
    return library(math.pow, base, exponent)


def divide(a: float, b: float) -> float:
    """IEEE division: a number by 0 is ±Infinity, 0 by 0 is NaN."""
    if b:
        return a / b
    if a != a or b != b or a == 0:
        return NAN
    return math.copysign(math.inf, a) * math.copysign(1.0, b)


def remainder(a: float, b: float) -> float:
    """The remainder with the sign of the first operand."""
    if a != a or b != b or math.isinf(a) or b == 0:
        return NAN
    return math.fmod(a, b)


def whole(function: Callable[[float], float], number: float) -> float:
    """`math.floor`, `ceil` or `trunc` that leaves NaN, infinities and the sign of zero alone."""
    if not math.isfinite(number):
        return number
    result = float(function(number))
    return result or math.copysign(0.0, number)


# Dates: own arithmetic on (year, month, day).


def days_of(year: int, month: int, day: int) -> int:
    """Days from 1970-01-01 to a date of the Gregorian calendar."""
    year -= month <= 2
    era = year // 400
    year_of_era = year - era * 400
    day_of_year = (153 * (month + (-3 if month > 2 else 9)) + 2) // 5 + day - 1
    return era * 146097 + year_of_era * 365 + year_of_era // 4 - year_of_era // 100 + day_of_year - 719468


def date_of(days: int) -> tuple[int, int, int]:
    """Year, month and day of a number of days since 1970-01-01."""
    days += 719468
    era = days // 146097
    day_of_era = days - era * 146097
    year_of_era = (day_of_era - day_of_era // 1460 + day_of_era // 36524 - day_of_era // 146096) // 365
    day_of_year = day_of_era - (365 * year_of_era + year_of_era // 4 - year_of_era // 100)
    shifted = (5 * day_of_year + 2) // 153
    month = shifted + (3 if shifted < 10 else -9)
    return year_of_era + era * 400 + (month <= 2), month, day_of_year - (153 * shifted + 2) // 5 + 1


@lru_cache(maxsize=1024)
def _whole_days(date: str) -> int | None:
    """Days from 1970-01-01 to a day written as `YYYY-MM-DD`; None when there is no such day."""
    year, month, day = int(date[:4]), int(date[5:7]), int(date[8:])
    if not 1 <= month <= 12 or day < 1 or year < 1:
        return None
    days = days_of(year, month, day)
    return days if date_of(days) == (year, month, day) else None


def instant(text: str, zone: int) -> int | None:
    """Milliseconds since 1970-01-01T00:00 on the clock of `zone`, for a date or a dateTime; None for anything else."""
    match = _DATE.fullmatch(text)
    if not match:
        return None
    days = _whole_days(text[:10])
    if days is None or match[4] is None:
        return None if days is None else days * DAY
    clock = _clock(match[4], match[5], match[6], match[7])
    if clock is None:
        return None
    shift = 0 if match[8] is None else zone - offset(match[8])
    return days * DAY + clock + shift * 60_000


def _clock(hour: str, minute: str, second: str | None, fraction: str | None) -> int | None:
    """Milliseconds since midnight; None outside 00:00 to 23:59:59."""
    if int(hour) > 23 or int(minute) > 59 or int(second or 0) > 59:
        return None
    return (int(hour) * 60 + int(minute)) * 60_000 + int(second or 0) * 1000 + int((fraction or "0").ljust(3, "0")[:3])


def offset(text: str) -> int:
    """Minutes east of UTC, of “Z” or “+08:00”."""
    if text == "Z":
        return 0
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return -minutes if text[0] == "-" else minutes


def zone_of(now: str) -> int:
    """The zone of the visit's clock in minutes: that of the campaign, +08:00 when `now` names none."""
    match = _DATE.fullmatch(now)
    return 480 if not match or match[8] is None else offset(match[8])


def time_fraction(text: str) -> float:
    """A time as the fraction of a day; NaN when it is none."""
    match = _TIME.fullmatch(text.strip(_BLANKS))
    clock = _clock(match[1], match[2], match[3], match[4]) if match else None
    return NAN if clock is None else clock / DAY


@lru_cache(maxsize=1024)
def date_text(days: float) -> str:
    """`YYYY-MM-DD` of days since 1970; empty outside the years 1 to 9999."""
    if not -719162 <= days < 2932897:
        return ""
    return "{:04d}-{:02d}-{:02d}".format(*date_of(math.floor(days)))


def date_time_text(milliseconds: float, zone: int) -> str:
    """A dateTime in `zone`, of milliseconds on its clock; empty outside the years 1 to 9999."""
    milliseconds = math.floor(milliseconds) if math.isfinite(milliseconds) else math.inf
    day = date_text(milliseconds // DAY) if milliseconds < math.inf else ""
    if not day:
        return ""
    rest = int(milliseconds % DAY)
    sign = "-" if zone < 0 else "+"
    clock = f"{rest // 3_600_000:02d}:{rest // 60_000 % 60:02d}:{rest // 1000 % 60:02d}.{rest % 1000:03d}"
    return f"{day}T{clock}{sign}{abs(zone) // 60:02d}:{abs(zone) % 60:02d}"


def format_date(milliseconds: int, pattern: str, names: dict[str, list[str]], *, with_time: bool) -> str:
    """A date in the words of `pattern` (%Y %y %m %n %b %d %e %a; with time %H %h %M %S %3)."""
    days, rest = milliseconds // DAY, milliseconds % DAY
    year, month, day = date_of(days)
    fields = {
        "Y": f"{year:04d}",
        "y": f"{year % 100:02d}",
        "m": f"{month:02d}",
        "n": str(month),
        "b": names["months"][month - 1],
        "d": f"{day:02d}",
        "e": str(day),
        "a": names["weekdays"][(days + 4) % 7],
        "%": "%",
    }
    if with_time:
        hour = rest // 3_600_000
        fields |= {"H": f"{hour:02d}", "h": str(hour), "M": f"{rest // 60_000 % 60:02d}"}
        fields |= {"S": f"{rest // 1000 % 60:02d}", "3": f"{rest % 1000:03d}"}
    return re.sub("%(.)", lambda match: fields.get(match[1], match[0]), pattern)


_TYPES = {
    "integer": re.compile(r"-?[0-9]+"),
    "decimal": _NUMBER,
    "time": _TIME,
}


def fits_type(kind: str, text: str) -> bool:
    """Whether an answer is of the type of its question."""
    if kind == "date":
        return len(text) == 10 and instant(text, 0) is not None
    if kind == "dateTime":
        return len(text) > 10 and instant(text, 0) is not None
    if text.isdigit() and text.isascii() and kind != "time":
        return True
    pattern = _TYPES.get(kind)
    if pattern is None:
        return True
    return pattern.fullmatch(text) is not None and (kind != "time" or time_fraction(text) == time_fraction(text))
