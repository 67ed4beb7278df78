"""The fifteen tables give exactly what was worked out by hand for the three examples; the measures and the bases."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from reports.figures.frame import CampaignCounts, Frame
from reports.figures.indicators import UnknownFigure, measure
from reports.text.tokens import Token
from tests.reports.flagship import example_rows, expected, firm, package, path_of


@pytest.fixture(scope="module")
def frame() -> Frame:
    return Frame.build(package(), example_rows())


def value(frame: Frame, table: str, item: str, what: str, counts: CampaignCounts | None = None) -> Any:
    return measure(Token("", table, item, what, "plain"), frame, counts).value


RENAMED = {"up_4_5": "high", "down_1_2": "low", "satisfied_4_5": "high"}
TABLES = expected()["tables"]
NO_INDICATOR = ("p_publish",)  # decides what the lists show; it is counted as a fact of the findings


def choices(frame: Frame, question: Any) -> dict[str, int]:
    names = frame.data.column(question).names
    return {name: count for name, count in zip(names, frame.counts(question), strict=True) if count}


@pytest.mark.parametrize(
    ("table", "name"),
    [
        (table, name)
        for table, rows in TABLES.items()
        for name, row in rows.items()
        if isinstance(row, dict) and name not in NO_INDICATOR
    ],
)
def test_the_expected_tables(frame: Frame, table: str, name: str) -> None:
    row = TABLES[table][name]
    if name == "points":
        given = {item: value(frame, table, item, "sum") for item in row}
        assert given == row
        return
    question = frame.data.by_name["diff_first" if name == "first" else name]
    if "counts" in row:
        assert (frame.n(question), choices(frame, question)) == (row["base"], row["counts"])
        return
    assert frame.n(question) == row["n"]
    for what, number in row.items():
        if what in RENAMED:
            assert value(frame, table, f"{name}.{RENAMED[what]}", "count") == number
        elif what == "mean" and question.role == "mean":
            assert float(value(frame, table, name, "mean")) == number
        elif what != "n":
            assert float(value(frame, table, name, what)) == number


@pytest.mark.parametrize(
    ("table", "item", "what", "number"),
    [
        ("T1", "visits", "count", TABLES["T1"]["visits"]),
        ("T6", "fin_any", "count", TABLES["T6"]["any_financing"]),
        ("T8", "fin_got", "ratio", TABLES["T8"]["met_pct_of_sums"]),
        ("T9", "arr_public", "ratio", TABLES["T9"]["public_pct"]),
        ("T15", "leg_clause", "count", TABLES["T15"]["comments"]),
        ("T9", "arr_months", "median", 18),
        ("T1", "firms", "count", 2),
        ("T1", "refused", "count", 1),
        ("T1", "districts", "count", 2),
    ],
)
def test_single_figures(frame: Frame, table: str, item: str, what: str, number: float) -> None:
    assert float(value(frame, table, item, what)) == number


def test_findings_are_counted_entry_by_entry(frame: Frame) -> None:
    assert frame.instances("/r_problem") == TABLES["list_problems"]["n"]
    assert frame.instances("/r_suggest") == TABLES["list_suggestions"]["n"]


def test_a_firm_visited_for_two_units_is_two_visits_and_one_firm() -> None:
    rows = [
        firm(1, "440103", subject="twice", size_class="small", visit_mode="onsite"),
        firm(2, "440100-0", subject="twice", size_class="large", visit_mode="phone"),
    ]
    frame = Frame.build(package(), reversed(rows))
    assert value(frame, "T1", "visits", "count") == 2
    assert value(frame, "T1", "phone", "count") == 1
    assert value(frame, "T1", "firms", "count") == 1
    assert value(frame, "T2", "small", "count") == 1, "the earlier accepted visit stands for the firm"
    assert value(frame.of("440100-0"), "T2", "large", "count") == 1, "each unit reports its own visit"


def test_n_never_contains_refusals_and_a_refused_first_visit_does_not_hide_a_later_one() -> None:
    rows = [
        firm(1, subject="x", outcome="refused", consent="refuse"),
        firm(2, subject="x", diff_types="labour", consent="named"),
    ]
    frame = Frame.build(package(), rows)
    assert value(frame, "T6", "labour", "base") == 1
    assert value(frame, "T1", "consent", "base") == 2


def test_bases_are_those_who_answered() -> None:
    frame = Frame.build(package(), [firm(1, svc_sat="4"), firm(2, svc_sat="2", svc_weak="slow cash"), firm(3)])
    assert value(frame, "T13", "svc_sat", "base") == 2
    assert value(frame, "T13", "slow", "share") == 100
    assert value(frame, "T13", "svc_sat.high", "share") == 50


def test_a_merged_mean_is_of_all_values_not_of_means() -> None:
    rows = [firm(1, "440103", ent_years="1"), firm(2, "440103", ent_years="2"), firm(3, "440104", ent_years="9")]
    frame = Frame.build(package(), rows)
    assert value(frame, "T2", "ent_years", "mean") == 4
    assert value(frame.of("440103"), "T2", "ent_years", "mean") == Fraction(3, 2)


def test_sums_of_decimals_are_exact() -> None:
    frame = Frame.build(package(), [firm(n, fin_want="0.1") for n in range(3)])
    assert value(frame, "T8", "fin_want", "sum") == Fraction(3, 10)


def test_ranks_leave_out_what_names_nothing_and_break_ties_by_the_list() -> None:
    rows = [
        firm(1, diff_types="other none land labour"),
        firm(2, diff_types="other none"),
        firm(3, diff_types="land labour"),
    ]
    frame = Frame.build(package(), rows)
    assert value(frame, "T6", "top1", "name") == "用工难"
    assert value(frame, "T6", "top2", "name") == "用地用房"
    assert value(frame, "T6", "top3", "name") is None, "nobody chose a third"


def test_a_name_has_no_code_letter() -> None:
    frame = Frame.build(package(), [firm(1, ent_section="C")])
    assert value(frame, "T2", "top1", "name") == "制造业"


@pytest.mark.parametrize(
    ("table", "name"),
    [
        ("T1", "visit_mode"), ("T2", "ent_section"), ("T3", "ent_flags"), ("T5", "op_state"), ("T6", "diff_types"),
        ("T9", "arr_debtor"), ("T10", "land_kinds"), ("T11", "mkt_kinds"), ("T12", "pol_used"), ("T13", "svc_weak"),
        ("T14", "law_issues"), ("T15", "leg_topics"),
    ],
)  # fmt: skip
def test_what_a_bare_top_ranks(frame: Frame, table: str, name: str) -> None:
    from reports.figures.indicators import lead_question

    lead = lead_question(frame, table)
    assert lead is not None
    assert lead.name == name


def test_counts_of_the_campaign_are_given() -> None:
    frame = Frame.build(package(), example_rows())
    counts = CampaignCounts(assigned=4, deputies=6, persontimes=7, events=1)
    assert value(frame, "T1", "assigned", "count", counts) == 4
    assert value(frame, "T1", "visits", "ratio", counts) == 75
    assert value(frame, "T1", "deputies", "count") is None, "nobody has said: no number"


@pytest.mark.parametrize(
    ("table", "item", "what"),
    [
        ("T99", "x", "count"),
        ("T6", "nothing", "count"),
        ("T6", "labour", "mean"),
        ("T2", "staff_now", "median"),
        ("T7", "labour", "share"),
    ],
)
def test_what_the_questionnaire_does_not_have_is_refused_by_name(
    frame: Frame, table: str, item: str, what: str
) -> None:
    with pytest.raises(UnknownFigure) as refused:
        value(frame, table, item, what)
    assert f"{table}:{item}|{what}" in refused.value.zh
    assert f"{table}:{item}|{what}" in refused.value.en


def test_a_question_of_an_older_version_is_found_by_its_stable_id() -> None:
    path, moved = path_of("ent_years"), "/g_before/years"
    rows = [dict(row, path=moved) if row["path"] == path else row for row in package()["facts"]["rows"]]
    older = {
        **package(),
        "defs": [{**row, "path": moved} if row.get("path") == path else row for row in package()["defs"]],
        "facts": {**package()["facts"], "rows": rows},
    }
    then = replace(firm(1), version="old", answers={moved: "7"})
    frame = Frame.build(package(), [then, firm(2, ent_years="9")], older={"old": older})
    assert value(frame, "T2", "ent_years", "mean") == 8


def test_units_that_have_not_reported_are_named() -> None:
    frame = Frame.build(
        package(), [firm(1, "440103")], leaves=("440103", "440104"), tree={"440100": ("440103", "440104")}
    )
    assert frame.units_missing == ("440104",)
    assert frame.of("440103").units_missing == ()
    assert frame.of("440100").units_missing == ("440104",)
