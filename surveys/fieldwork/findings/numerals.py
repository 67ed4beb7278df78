"""Turns Chinese numerals in a text into digits (中文数字): 三十多人 = 30多人, 六百万 = 6000000, 1.2万 = 12000. Pure.

Only what stands for a number is changed: several numerals together, or one before a measure word (两个, 三年);
统一, 万一, 一些 and 第三十五条 stay as they are.
"""

import re
import unicodedata
from decimal import Decimal

DIGITS = {"〇": 0, "零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
TENS = {"十": 10, "百": 100, "千": 1000}
MYRIADS = {"万": 10_000, "亿": 100_000_000}
MEASURES = "个次年月天日周家人元名项份张条块台套间座栋户岁倍成折亩吨米里点分种类批期轮页件笔道级层趟遍字号位款"

_RUN = "[〇零一二两三四五六七八九十百千万亿]"
_CHINESE = re.compile(
    rf"(?<![第统万唯同〇零一二两三四五六七八九十百千万亿.0-9])(?:{_RUN}{{2,}}|[一二两三四五六七八九十](?=[{MEASURES}]))"
)
_MYRIAD = re.compile(r"(\d+(?:\.\d+)?)(亿|万)(?=\D|$)")
_COMMA = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_ABOUT = re.compile("[一二两三四五六七八九]{2}")


def to_number(numeral: str) -> Decimal | None:
    """二百五十 → 250, 一万二 → 12000, 二〇二三 → 2023; None for what is no number."""
    if not numeral or any(mark not in DIGITS and mark not in TENS and mark not in MYRIADS for mark in numeral):
        return None
    if all(mark in DIGITS for mark in numeral):
        return Decimal("".join(str(DIGITS[mark]) for mark in numeral))
    total = section = digit = 0
    unit = 1
    for mark in numeral:
        if mark in DIGITS:
            digit = DIGITS[mark]
            unit = unit if digit else 1
            continue
        if mark in TENS:
            section += (digit or 1) * TENS[mark]
            unit = TENS[mark]
        else:
            below = section + digit
            total = (total + below or 1) * MYRIADS[mark] if mark == "亿" else total + (below or 1) * MYRIADS[mark]
            section, unit = 0, MYRIADS[mark]
        digit = 0
    # 一万二 is twelve thousand: a last digit without its ten goes one step below the unit before it.
    return Decimal(total + section + digit * (unit // 10 if unit > 10 else 1))


def _digits(match: re.Match[str]) -> str:
    text = match[0]
    about = _ABOUT.search(text) and not (len(text) > 2 and all(mark in DIGITS for mark in text))
    if about or text[0] in "百千万亿":  # 五六家, 三四十人, 千万不要: no exact number
        return text
    number = to_number(text)
    return text if number is None else str(number)


def plain_numbers(text: str) -> str:
    """The text with every number in digits: NFKC, no thousands commas, Chinese numerals and 万, 亿 worked out."""
    text = _COMMA.sub("", unicodedata.normalize("NFKC", text))
    text = _CHINESE.sub(_digits, text)
    return _MYRIAD.sub(lambda match: f"{(Decimal(match[1]) * MYRIADS[match[2]]).normalize():f}", text)
