"""The invented lists, rosters and calendar: they hang together, and the same seed gives the same demonstration."""

from collections import Counter

import pytest

from reports.demonstration.deputies import teams
from reports.demonstration.enterprises import CITY_OWN, Enterprise, enterprises
from reports.demonstration.schedule import AS_OF, DESK_CLOSES, Plan, plans
from reports.demonstration.stock import districts, trades
from surveys.planning.words.size_classes import industry_of, size_class
from surveys.planning.words.uscc import read_uscc

UNITS = [CITY_OWN, *districts()]


@pytest.fixture(scope="module")
def firms() -> list[Enterprise]:
    return enterprises(1)


@pytest.fixture(scope="module")
def visits() -> list[Plan]:
    return [plan for rank, unit in enumerate(UNITS) for plan in plans(1, unit, 100, 10, teams(1, unit), rank=rank)]


def test_twelve_lists_of_a_hundred_and_ten_reserves(firms: list[Enterprise]) -> None:
    assert Counter(firm.unit for firm in firms if not firm.reserve) == dict.fromkeys(UNITS, 100)
    assert Counter(firm.unit for firm in firms if firm.reserve) == dict.fromkeys(UNITS, 10)


def test_three_firms_stand_on_two_lists_with_a_reason(firms: list[Enterprise]) -> None:
    main = [firm for firm in firms if not firm.reserve]
    assert (len(main), len({firm.uscc for firm in main})) == (1200, 1197)
    assert [firm.unit for firm in firms if firm.overlap_reason] == [CITY_OWN] * 3
    twice = Counter(firm.uscc for firm in firms)
    assert {firm.uscc for firm in firms if firm.overlap_reason} == {uscc for uscc, times in twice.items() if times > 1}


def test_every_credit_code_is_well_formed(firms: list[Enterprise]) -> None:
    read = [read_uscc(firm.uscc) for firm in firms]
    assert all(code.fault is None and code.organisation_check for code in read)


def test_names_are_full_names_and_differ(firms: list[Enterprise]) -> None:
    names = {firm.uscc: firm.name for firm in firms}
    assert len(set(names.values())) == len(names)
    assert all(8 <= len(name) <= 30 and firm.short_name in name for firm in firms for name in [firm.name])
    assert not [firm for firm in firms if "示例" in firm.name]


def test_the_size_class_follows_from_staff_revenue_and_assets(firms: list[Enterprise]) -> None:
    for firm in firms:
        industry = trades()[firm.division].size_rule
        assert firm.size_class == size_class(
            industry, employees=firm.staff, revenue=firm.revenue, assets=firm.assets
        ), firm
        if industry != "property":  # 70 without a group is read as development
            assert industry in (industry_of(firm.division), "transport", "storage", "leasing"), firm.division


def test_the_same_seed_gives_the_same_lists(firms: list[Enterprise]) -> None:
    assert enterprises(1) == firms
    assert enterprises(2) != firms


def test_a_smaller_demonstration_keeps_the_shape() -> None:
    few = enterprises(1, 60)
    assert Counter(firm.unit for firm in few if not firm.reserve) == dict.fromkeys(UNITS, 5)


def test_groups_are_mixed_and_people_counted_once() -> None:
    every = [team for unit in UNITS for team in teams(1, unit)]
    people = [person for team in every for person in team.members]
    assert len(every) == 300
    assert 2100 <= len({person.number for person in people}) == len(people) <= 2300
    assert all(5 <= len(team.members) <= 15 and team.leader in team.members for team in every)
    assert sum(len({person.levels for person in team.members}) > 1 for team in every) > 280


def test_towns_only_where_there_are_towns() -> None:
    for unit in UNITS:
        levels = {level for team in teams(1, unit) for person in team.members for level in person.levels}
        if unit == CITY_OWN:
            assert levels == {"national", "provincial", "municipal"}
        else:
            assert ("township" in levels) == bool(districts()[unit].towns), unit


def test_the_six_weeks(visits: list[Plan]) -> None:
    fates = Counter(plan.fate for plan in visits)
    assert 1130 <= fates["accepted"] <= 1155
    assert min(fates[fate] for fate in ("open", "draft", "submitted", "returned", "void")) >= 3
    assert Counter(plan.late for plan in visits)[True] == Counter(plan.aside for plan in visits)[True] == 1
    assert sum(plan.on_paper for plan in visits) == 10
    assert sum(plan.sent_twice for plan in visits) >= 3
    assert sum(plan.extra for plan in visits) >= 3
    assert sum(plan.replaces is not None for plan in visits) >= 20
    assert sum(plan.resent_at is not None for plan in visits) >= 20


def test_nothing_happens_before_it_can(visits: list[Plan]) -> None:
    for plan in visits:
        steps = (plan.visited_at, plan.sent_at, plan.returned_at, plan.resent_at, plan.accepted_at)
        moments = [moment for moment in steps if moment]
        assert moments == sorted(moments), plan
        assert all(moment < AS_OF for moment in moments)
        assert plan.accepted_at is None or plan.accepted_at <= DESK_CLOSES
        assert bool(plan.attendance) == (plan.visited_at is not None)
