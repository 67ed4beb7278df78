"""An ID or a bank card number in a text is seen on the server as on the phone; codes of firms, phones, amounts and days never are."""

import json
import random
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from surveys.fieldwork.reviewing.personal_numbers import holds_number
from surveys.planning.words.uscc import ALPHABET, check_character, read_uscc
from tests.engines import told_by

CASES = json.loads((Path(__file__).parents[2] / "cases/personal_numbers.json").read_text("utf-8"))
TODAY = CASES["today"]
DIGITS = "0123456789"
BETWEEN = st.sampled_from(["", " ", "-", "　", "－"])
AREAS = ("440106", "110101", "310115", "513401", "650102", "820000")


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: case["why"])
def test_the_cases(case: dict[str, str | bool]) -> None:
    assert holds_number(str(case["text"]), str(case.get("label", "")), TODAY) == case["found"]


def id_number(area: str, born: date, serial: int) -> str:
    """GB 11643, by its table of weights."""
    first = f"{area}{born:%Y%m%d}{serial:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    rest = sum(int(digit) * weight for digit, weight in zip(first, weights, strict=True)) % 11
    return first + "10X98765432"[rest]


def card_number(first: str) -> str:
    """Luhn, by trying."""
    for last in DIGITS:
        doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(first + last))]
        if sum(sum(map(int, str(value))) for value in doubled) % 10 == 0:
            return first + last
    raise AssertionError(first)


@given(
    st.sampled_from(AREAS[:1] + AREAS[-1:]),
    st.dates(date(1900, 1, 1), date.fromisoformat(TODAY)),
    st.integers(0, 999),
    BETWEEN,
)
def test_every_id_number_is_seen(area: str, born: date, serial: int, between: str) -> None:
    """Of areas where no code of a firm can read as one."""
    number = id_number(area, born, serial)
    parts = between.join((number[:6], number[6:14], number[14:]))
    assert holds_number(f"经办人（{parts}）", "问题描述", TODAY)
    wrong = number[:17] + ("1" if number[17] == "0" else "0")
    assert not holds_number(wrong, "问题描述", TODAY)


@given(
    st.sampled_from(["62", "622848", "60", "81"]),
    st.text(DIGITS, min_size=18, max_size=18),
    st.integers(16, 19),
    BETWEEN,
)
def test_every_card_number_is_seen(begins: str, more: str, length: int, between: str) -> None:
    number = card_number((begins + more)[: length - 1])
    assume(read_uscc(number).fault is not None)  # a code of a firm is none
    parts = between.join(number[place : place + 4] for place in range(0, length, 4))
    assert holds_number(f"卡号{parts}。", "问题描述", TODAY)
    assert not holds_number(parts, "收款卡号", TODAY)


USCC_BEGINS = st.sampled_from(["11", "12", "31", "33", "51", "52", "53", "62", "91", "92", "93", "A1", "N2", "Y1"])
ORGANISATION = st.text(st.sampled_from(ALPHABET), min_size=9, max_size=9)
IN_DIGITS = st.text(DIGITS, min_size=9, max_size=9)


@given(USCC_BEGINS, st.sampled_from(AREAS), ORGANISATION | IN_DIGITS, BETWEEN)
@example("91", "440119", "000101972", "")
@example("62", "440100", "000000040", "")
@example("51", "440100", "100000030", " ")
def test_no_code_of_a_firm_is_meant(begins: str, area: str, organisation: str, between: str) -> None:
    code = begins + area + organisation
    code += check_character(code)
    for places in ((0, 18), (0, 8, 17, 18), (0, 2, 8, 17, 18), (0, 4, 8, 12, 16, 18)):
        parts = between.join(code[first:after] for first, after in pairwise(places))
        assert not holds_number(f"统一代码{parts}", "备注", TODAY)


MOBILE = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True, alphabet=DIGITS)
LANDLINE = st.from_regex(r"(0[1-9][0-9]{1,2}-)?[2-8][0-9]{6,7}(-[0-9]{1,4})?", fullmatch=True, alphabet=DIGITS + "-")
AMOUNT = st.one_of(
    st.decimals(0, 10**13, places=2).map("{:,}".format),
    st.integers(0, 10**19).map("{}元".format),
    st.integers(0, 10**17).map("{} 万元".format),
    st.floats(0, 1).map(str),
    st.lists(st.integers(1000, 9999), min_size=1, max_size=5).map(lambda all_: " ".join(map(str, all_)) + "亿元"),
)
DAY = st.dates(date(1990, 1, 1), date(2040, 12, 31)).flatmap(
    lambda day: st.sampled_from(
        [day.isoformat(), f"{day:%Y%m%d}", f"{day:%Y.%m.%d}", f"{day:%Y-%m}", f"{day:%Y年%m月%d日}", str(day.year)]
    )
)
MOMENT = st.datetimes().map(lambda moment: f"{moment:%Y-%m-%d %H:%M:%S}")


def some(one: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Up to four of a kind, as people put them beside each other."""
    return st.builds(
        lambda all_, between: between.join(all_),
        st.lists(one, min_size=1, max_size=4),
        st.sampled_from([" ", "、", "-", "至", "\n"]),
    )


@given(st.one_of(some(MOBILE), some(LANDLINE), some(AMOUNT), some(DAY), some(MOMENT)))
def test_neither_phones_nor_amounts_nor_days_are_meant(text: str) -> None:
    assert not holds_number(text, "备注", TODAY)


def any_number(dice: random.Random) -> str:
    """What is one, what nearly is, and what a firm's code looks like."""
    firm = f"{dice.choice('13569')}{dice.choice('1239')}{dice.choice(AREAS)}{dice.randrange(10**9):09d}"
    begun = dice.choice(("62", "60", "4", "51", "35", "9558", "9"))
    return dice.choice(
        (
            id_number(dice.choice(AREAS), date(1899, 1, 1) + timedelta(days=dice.randrange(50_000)), 7),
            card_number(begun + "".join(dice.choices(DIGITS, k=dice.randrange(12, 17)))),
            "".join(dice.choices(DIGITS + "Xx", k=18)),
            firm + check_character(firm),
        )
    )


def as_typed(number: str, dice: random.Random) -> str:
    """In pieces, in full width, with something before and after it."""
    cuts = sorted(dice.sample(range(1, len(number)), dice.choice((0, 0, 1, 2, 4))))
    pieces = [number[first:after] for first, after in pairwise([0, *cuts, len(number)])]
    text = dice.choice((" ", "-", "　", "—", ", ", "x", "\n")).join(pieces)
    if dice.random() < 0.2:
        text = text.translate({ord(digit): 0xFF10 + place for place, digit in enumerate(DIGITS)})
    before = dice.choice(("", "", "卡", "a ", "0.", "10.\n", "0.\n", "13800138000 ", "7 "))
    return before + text + dice.choice(("", "", "元", "\n", "\n元", " 9W", ".5", "b", " 12"))


def test_the_phone_sees_what_the_server_sees() -> None:
    dice = random.Random(11643)
    labels = ("", "备注", "账号", "勿填卡号")
    asked = [(as_typed(any_number(dice), dice), dice.choice(labels), TODAY) for _ in range(20_000)]
    told = told_by("personal_numbers_replay.mjs", asked)
    assert [one for one, said in zip(asked, told, strict=True) if holds_number(*one) != said] == []
    assert 1_000 < sum(told) < 19_000
