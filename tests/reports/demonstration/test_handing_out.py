"""Findings are handed to firms that could have said them: each once, no request twice in one visit."""

from collections import Counter

import pytest

from reports.demonstration.deputies import teams
from reports.demonstration.enterprises import CITY_OWN, enterprises
from reports.demonstration.schedule import plans
from reports.demonstration.stock import districts, trades
from reports.demonstration.texts import Place, VisitTexts, hand_out, texts
from surveys.planning.words.reference_lists import rows

Dealt = dict[tuple[str, int], VisitTexts]


@pytest.fixture(scope="module")
def places() -> list[Place]:
    firms = {(firm.unit, firm.number): firm for firm in enterprises(1)}
    found = []
    for rank, unit in enumerate([CITY_OWN, *districts()]):
        for plan in plans(1, unit, 100, 10, teams(1, unit), rank=rank):
            if plan.handed_in and plan.fate != "void" and plan.outcome == "visited":
                found.append(Place(firms[plan.unit, plan.entry], plan.on_paper))
    return found


@pytest.fixture(scope="module")
def dealt(places: list[Place]) -> Dealt:
    return hand_out(1, places)


def test_about_2500_findings_each_used_once(dealt: Dealt) -> None:
    used = Counter(text.id for handed in dealt.values() for text in handed.all())
    assert set(used.values()) == {1}
    assert 2350 <= len(used) <= 2500
    assert max(len(handed.problems) for handed in dealt.values()) <= 5


def test_no_visit_says_one_request_in_two_wordings(dealt: Dealt) -> None:
    roots = {text.id: text.same_as for text in texts()}

    def first(name: str) -> str:
        return first(roots[name]) if roots[name] else name

    for handed in dealt.values():
        said = [first(text.id) for text in handed.all()]
        assert len(said) == len(set(said))


def test_a_text_that_names_a_district_is_said_there(places: list[Place], dealt: Dealt) -> None:
    names = {row["short_name"]: row["code"] for row in rows("guangzhou_districts") if row["level"] == "district"}
    for place in places:
        for text in dealt[place.key].all():
            named = {code for name, code in names.items() if name in text.text}
            assert not named or place.firm.district in named, text


def test_most_texts_of_a_trade_are_said_by_that_trade(places: list[Place], dealt: Dealt) -> None:
    words = {"软件": "65", "皮具": "19", "灯光": "38", "民宿": "61", "珠宝": "24"}
    own = [
        trades()[place.firm.division].division == division
        for place in places
        for text in dealt[place.key].all()
        for word, division in words.items()
        if word in text.text
    ]
    assert len(own) > 40
    assert sum(own) / len(own) > 0.6


def test_the_plant_that_stands_empty_is_told_of_by_an_apparel_maker_of_zengcheng(
    places: list[Place], dealt: Dealt
) -> None:
    tellers = [place.firm for place in places if any(text.id == "LND0001" for text in dealt[place.key].all())]
    assert [(firm.unit, firm.division) for firm in tellers] == [("440118", "18")]
    handed = dealt[tellers[0].unit, tellers[0].number]
    assert "6000" in handed.answers.values()


def test_the_same_seed_deals_the_same_cards(places: list[Place], dealt: Dealt) -> None:
    assert hand_out(1, places) == dealt
