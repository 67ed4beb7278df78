"""Says whether a text holds an ID number or a bank card number that nobody asked for. Touches nothing.

The twin is static/js/phone/questions/personal_numbers.mjs; tests/cases/personal_numbers.json is held against both.

Source  GB 11643-1999 (ID numbers), ISO/IEC 7812-1 (cards), GB 32100-2015 (统一社会信用代码, which is no secret and never meant).
"""

import re
from collections.abc import Iterator
from datetime import date

from surveys.planning.words.uscc import read_uscc

_PLAIN = {
    **{0xFF10 + digit: str(digit) for digit in range(10)},
    **dict.fromkeys(map(ord, "xＸｘ"), "X"),
    **dict.fromkeys(map(ord, "\u00a0\u3000"), " "),
    **dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\uff0d"), "-"),
}
_BETWEEN = re.compile(r"[ -]+")
_CHAIN = re.compile(r"[0-9A-Za-z]+(?:[ -]{1,3}[0-9A-Za-z]+)*")
_NUMBER = re.compile(r"[0-9]+X?|X")
_MIXED = re.compile(r"[0-9][A-Za-z]|[A-Za-z][0-9]")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_AREA = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]")  # GB/T 2260
_CARD = (
    re.compile(  # 银联, its older cards, Visa, Mastercard, JCB, Discover: how a number begins, and how long it is then
        r"(?:6[02]|81)[0-9]{14,17}|4[0-9]{15}(?:[0-9]{3})?|(?:5[1-5]|35|6[45])[0-9]{14}|955[89][0-9]{15}"
    )
)
_CARD_IN_GROUPS = re.compile(r"[0-9]{4}(?: [0-9]{4}){3}(?: [0-9]{1,3})?|[0-9]{6} [0-9]{10,13}")
_FRACTION = re.compile(r"(?:^|[^0-9])0\.\Z")
_AMOUNT = re.compile(r"[.,][0-9]| ?[元万亿%]")
_REQUEST = re.compile(
    r"身份证|证件号|银行卡|卡号|[账帐]号|\b(?:id|identity|card|account) (?:card|number|no\b)|\bbank (?:card|account)",
    re.IGNORECASE | re.ASCII,
)
_PROHIBITION = re.compile(  # 不填也可 forbids nothing, nor does the "no." of a number
    r"勿|请别|无需|不[要得必需用含留]|(?:^|[^可以])不(?:填写?|写)(?!写|[也亦][可行])|\bnot\b|n't"
    r"|\bno (?:[a-z]+(?:,| or| and) )*(?:id|identity|bank|card|account)\b",
    re.IGNORECASE | re.ASCII,
)


def holds_number(text: str, label: str, today: str) -> bool:
    """Whether a text given to the question of this label holds such a number; `today` as 2023-07-12."""
    if _asks(label):
        return False
    return any(_is_id(code, today) or _is_card(code, shape) for code, shape in _candidates(text.translate(_PLAIN)))


def _asks(label: str) -> bool:
    """Whether the question itself wants such a number."""
    return bool(_REQUEST.search(label)) and not _PROHIBITION.search(label)


def _candidates(plain: str) -> Iterator[tuple[str, str]]:
    """Each number with its shape: as it stands, and as one where several stand in groups. The shape of an amount is empty."""
    for chain in _CHAIN.finditer(plain):
        groups = _BETWEEN.split(chain[0])
        is_amount = _is_amount(plain, chain.start(), chain.end())
        for first, after in _runs(groups):
            run = groups[first:after]
            for group in run:
                yield group, "" if is_amount else group
            around = groups[max(first - 1, 0) : first] + groups[after : after + 1]
            if len(run) > 1 and not any(map(_MIXED.search, around)) and not any(map(_MOBILE.fullmatch, run)):
                yield "".join(run), "" if is_amount else " ".join(run)


def _is_amount(plain: str, start: int, end: int) -> bool:
    """Whether what stands around it makes a number an amount or a fraction."""
    return bool(_AMOUNT.match(plain, end) or _FRACTION.search(plain[max(0, start - 3) : start]))


def _runs(groups: list[str]) -> Iterator[tuple[int, int]]:
    """Where numbers stand one after another: (first, after the last)."""
    first = 0
    for place in range(len(groups) + 1):
        if place == len(groups) or not _NUMBER.fullmatch(groups[place]):
            if place > first:
                yield first, place
            first = place + 1


def _is_id(code: str, today: str) -> bool:
    """18 characters of an area, with a day of birth and the right check character; no code of a firm."""
    if not re.fullmatch(r"[0-9]{17}[0-9X]", code) or not _AREA.match(code) or _is_uscc(code):
        return False
    rest = 0
    for character in code:
        rest = (rest * 2 + (10 if character == "X" else int(character))) % 11
    return rest == 1 and _is_birthday(f"{code[6:10]}-{code[10:12]}-{code[12:14]}", today)


def _is_birthday(day: str, today: str) -> bool:
    try:
        date.fromisoformat(day)
    except ValueError:
        return False
    return "1900-01-01" <= day <= today


def _is_card(code: str, shape: str) -> bool:
    """16 to 19 digits as cards begin, with the right last one, in one piece or in the groups that cards are read in."""
    if not shape or not _CARD.fullmatch(code) or _is_uscc(code):
        return False
    return (shape == code or bool(_CARD_IN_GROUPS.fullmatch(shape))) and _luhn(code)


def _luhn(code: str) -> bool:
    digits = [int(character) for character in reversed(code)]
    return sum(2 * digit - 9 * (digit > 4) if place % 2 else digit for place, digit in enumerate(digits)) % 10 == 0


def _is_uscc(code: str) -> bool:
    """A 统一社会信用代码 of digits; its third place begins an area, or 10 for the whole country."""
    return len(code) == 18 and (code[2:4] == "10" or bool(_AREA.match(code, 2))) and read_uscc(code).fault is None
