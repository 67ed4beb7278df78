"""Prints of a campaign that visits something else say what it calls it; the usual ones stand as they always did."""

import re
from typing import Any

from flask import Flask

from reports.figures.items import counting_word, special_words, unit_words
from reports.figures.table_words import table_words
from reports.papers.steps import versions
from surveys.database import writing
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.words.visit_words import speak_of
from tests.factories.reports import city, submitted
from tests.surveys.pages.test_visit_words import STATIONS

USUAL = {
    "annex.subjects": ("调研企业名单", {"企业名称", "走访日期", "走访编号"}),
    "annex.findings": (None, {"涉及企业数"}),
}
STATION = {
    "annex.subjects": ("调研站点名单", {"站点名称", "接待日期", "走访编号"}),
    "annex.findings": (None, {"涉及站点数"}),
}


def _annexes(campaign: Campaign) -> dict[str, Any]:
    frozen = versions(submitted(campaign, "440105"))[0].frozen
    return {annex["key"]: annex for annex in frozen["annexes"]["internal"]}


def _check(annexes: dict[str, Any], expected: dict[str, Any]) -> None:
    for key, (title, heads) in expected.items():
        assert title in (None, annexes[key]["title"])
        assert heads <= {column["title"] for column in annexes[key]["data"]["columns"]}


def test_the_usual_words_stand_on_paper(app: Flask) -> None:
    with app.app_context():
        _check(_annexes(city(2)), USUAL)


def test_other_words_stand_on_paper(app: Flask) -> None:
    with app.app_context():
        campaign = city(2)
        with writing():
            campaign.settings = campaign.settings | {"words": STATIONS}
        annexes = _annexes(campaign)
        _check(annexes, STATION)
        for key in ("annex.subjects", "annex.deputies"):
            said = [annexes[key]["title"], annexes[key]["data"].get("note", "")]
            said += [column["title"] for column in annexes[key]["data"]["columns"]]
            assert not re.search("企业|走访(?!编号)", "".join(said)), key


def test_the_usual_words_stand_in_figures(app: Flask) -> None:
    with app.app_context():
        assert special_words("firms") == ("受访企业", "firms visited", "家")
        assert special_words("assigned") == ("应走访", "visits due", "次")
        assert unit_words(counting_word(), "en") == "firms"
        assert table_words("zh-CN")["twice"] == "同一企业由两个单位走访的，计入先走访的单位。"


def test_other_words_stand_in_figures(app: Flask) -> None:
    with app.app_context():
        speak_of({"words": STATIONS | {"measure": "处"}})
        assert special_words("firms") == ("受访站点", "stations visited", "处")
        assert special_words("assigned") == ("应接待", "receptions due", "次")
        assert unit_words(counting_word(), "en") == "stations"
        words = "".join(
            [*map("".join, map(special_words, ("visited", "other_outcome"))), *table_words("zh-CN").values()]
        )
        assert not re.search("企业|走访|家", words)
