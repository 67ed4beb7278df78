"""Figures among some of the firms: what the filter of a token counts, that small groups stay hidden, and shares off the ends."""

from fractions import Fraction
from typing import Any

import pytest

from reports.checking.entries import check_entries, entries_within
from reports.checking.remedies import remedy
from reports.checking.scopes import Tables
from reports.checking.sentence_checks import Checker
from reports.evidence.traces import trace
from reports.faults import TokenFault, UnknownFigure
from reports.figures.figure_words import resolve
from reports.figures.filters import part_of
from reports.figures.frame import Frame
from reports.figures.rounding import percent
from reports.merging.decisions import with_unit
from reports.text.tokens import parse
from tests.reports.flagship import firm, package


def frame(*groups: tuple[int, dict[str, Any]]) -> Frame:
    rows, number = [], 0
    for size, answers in groups:
        rows += [firm(number + n, **answers) for n in range(size)]
        number += size
    return Frame.build(package(), rows)


SMALL = {"size_class": "small", "ent_section": "C"}
LARGE = {"size_class": "large", "ent_section": "C"}


@pytest.fixture(scope="module")
def firms() -> Frame:
    return frame(
        (40, SMALL | {"diff_types": "labour", "lab_short": "2"}),
        (20, SMALL | {"diff_types": "land"}),
        (30, LARGE | {"diff_types": "labour", "lab_short": "3"}),
        (10, {"size_class": "micro", "ent_section": "F", "diff_types": "labour", "lab_short": "1"}),
    )


def text(key: str, among: Frame, **how: Any) -> str:
    return resolve(key, among, **how).text


@pytest.mark.parametrize(
    ("key", "printed"),
    [
        ("T6:labour|count|plain", "80"),
        ("T6:labour[size_class.small]|count|plain", "40"),
        ("T6:labour[size_class.small]|share|plain", "66.7%"),
        ("T6:labour[ent_section.C]|count|plain", "70"),
        ("T6:labour[size_class.small,ent_section.C]|count|plain", "40"),
        ("T6:labour[size_class.small,ent_section.F]|count|plain", "0"),
        ("T11:lab_short[size_class.large]|sum|plain", "90"),
        ("T6:diff_types[size_class.small]|base|plain", "60"),
        ("T1:firms[ent_section.F]|count|plain", "10"),
    ],
)
def test_a_filter_counts_those_who_made_the_choice(firms: Frame, key: str, printed: str) -> None:
    assert text(key, firms) == printed
    assert parse(key).key == key


def test_the_visits_behind_a_filtered_figure_are_those_it_counts(firms: Frame) -> None:
    origin = trace(parse("T6:labour[size_class.small]|count|plain"), firms)
    assert origin is not None
    assert (origin.counted, len(origin.sources)) == (40, 60)


@pytest.mark.parametrize(
    "key", ["T6:labour[small]|count|plain", "T6:labour[a.b,c.d,e.f]|count|plain", "T6:labour[]|count|plain"]
)
def test_a_filter_that_cannot_be_read_is_refused(key: str) -> None:
    with pytest.raises(TokenFault):
        parse(key)


@pytest.mark.parametrize("one", ["size_class.huge", "nobody.knows", "staff_now.1", "p_l1.01"])
def test_a_filter_the_questionnaire_does_not_have_is_named(firms: Frame, one: str) -> None:
    with pytest.raises(UnknownFigure) as fault:
        part_of(firms, parse(f"T6:labour[{one}]|count|plain"))
    assert one in fault.value.zh


def test_a_passage_taken_over_keeps_the_filter_with_its_unit() -> None:
    assert with_unit("{{T6:labour[size_class.small]|count|plain}}", "440103") == (
        "{{440103/T6:labour[size_class.small]|count|plain}}"
    )


def test_a_small_group_stays_hidden_and_so_does_what_would_give_it_away() -> None:
    few = frame(
        (3, SMALL | {"diff_types": "labour", "lab_short": "2"}),
        (20, LARGE | {"diff_types": "labour", "lab_short": "3"}),
        (40, {"size_class": "micro", "ent_section": "F", "diff_types": "labour", "lab_short": "1"}),
    )
    shorts = {size: text(f"T11:lab_short[size_class.{size}]|sum|plain", few) for size in ("small", "large", "micro")}
    assert shorts == {"small": "（略）", "large": "（略）", "micro": "40"}
    assert text("T11:lab_short[size_class.small]|sum|plain", few, edition="internal") == "6"


def test_what_leaves_few_of_the_whole_stays_hidden() -> None:
    most = frame(
        (40, SMALL | {"ent_flags": "gx", "op_state": "loss"}), (2, SMALL | {"ent_flags": "wm", "op_state": "loss"})
    )
    assert text("T5:loss|count|plain", most) == "42"
    assert text("T5:loss[ent_flags.gx]|count|plain", most) == "若干"
    assert text("T5:loss[ent_flags.wm]|count|plain", most) == "不足5"


def test_two_filters_of_open_answers_hide_what_is_below_three() -> None:
    pairs = frame((2, SMALL | {"diff_types": "labour"}), (40, LARGE | {"diff_types": "labour"}))
    assert text("T6:labour[size_class.small]|count|plain", pairs) == "2"
    assert text("T6:labour[size_class.small,ent_section.C]|count|plain", pairs) == "不足5"


def test_a_few_firms_are_told_as_counts_without_a_share(firms: Frame) -> None:
    assert text("T6:labour[ent_section.F]|share|plain", firms) == "10家"


def test_the_number_check_offers_the_filtered_figure(firms: Frame) -> None:
    tables = Tables(check_entries(firms), places={}, rows_of=lambda scope: entries_within(firms, scope))
    one = next(one for one in Checker(tables).figures("小型企业反映用工难的44家。") if one.status == "mismatch")
    cure = remedy(one)
    assert cure is not None
    assert cure.text == "{{T6:diff_types.labour[size_class.small]|count|plain}}家"
    assert text(cure.text.removesuffix("家"), firms) == "40"


@pytest.mark.parametrize(
    ("part", "whole", "printed"),
    [
        (2499, 2500, "99.9%"),
        (2500, 2500, "100.0%"),
        (1, 2500, "0.1%"),
        (0, 2500, "0.0%"),
        (223, 224, "99.6%"),
        (215, 220, "97.7%"),
    ],
)
def test_a_share_is_whole_only_where_all_are_counted(part: int, whole: int, printed: str) -> None:
    assert percent(Fraction(100 * part, whole)) == printed
