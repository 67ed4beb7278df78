"""Chinese numerals become digits where they stand for a number, and stay where they do not."""

import pytest

from surveys.fieldwork.findings.numerals import plain_numbers, to_number


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("三十多人", "30多人"),
        ("六百万元", "6000000元"),
        ("1.2万", "12000"),
        ("一千二百、1200、1,200、１２００", "1200、1200、1200、1200"),
        ("一万二", "12000"),
        ("二〇二三年", "2023年"),
        ("两年", "2年"),
        ("一百零五", "105"),
        ("统一清单，以防万一", "统一清单,以防万一"),
        ("一些部门", "一些部门"),
        ("五六家，三四十人", "五六家,三四十人"),
    ],
)
def test_plain_numbers(text: str, plain: str) -> None:
    assert plain_numbers(text) == plain


@pytest.mark.parametrize(
    ("numeral", "number"), [("十", 10), ("十二", 12), ("二百五", 250), ("一亿三千万", 130_000_000)]
)
def test_to_number(numeral: str, number: int) -> None:
    assert to_number(numeral) == number


def test_words_are_no_numbers() -> None:
    assert to_number("厂房") is None
