"""Prints of a campaign that visits something else say what it calls it; the usual ones stand as they always did."""

import re
from typing import Any

from flask import Flask

from reports.checking.entries import check_entries
from reports.checking.number_checks import typed_numbers
from reports.checking.scopes import Tables
from reports.evidence import other_evidence
from reports.evidence.accepted_answers import campaign_data
from reports.evidence.consents import Names
from reports.faults import FaultKind
from reports.figures.frame import Frame
from reports.figures.items import counting_word, special_words, unit_words
from reports.figures.table_words import table_words
from reports.issuing.checks import CheckKind
from reports.issuing.differences import DifferenceKind
from reports.papers.steps import versions
from reports.text import content
from surveys.database import db, writing
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.campaigns.subjects import Subject
from surveys.planning.words.visit_words import speak_of, words_of
from tests.factories.reports import city, submitted
from tests.reports.flagship import firm, package
from tests.surveys.pages.test_visit_words import NAMES, STATIONS, WRITTEN

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


def test_no_fault_of_a_report_writes_the_words_itself() -> None:
    values = [kind.value for kind in (*FaultKind, *CheckKind, *DifferenceKind)]
    texts = [text.zh for value in values for text in (value.cause, value.remedy)]
    texts += [kind.value.title.zh + kind.value.passed.zh for kind in CheckKind]
    texts += [zh for zh, _ in other_evidence.NAMES.values()]
    assert [text for text in texts if WRITTEN.search(NAMES.sub("", text))] == []


def test_kinds_of_records_are_called_in_the_words_of_the_campaign(app: Flask) -> None:
    with app.app_context():
        assert other_evidence.kind_names("subjects") == ("企业名录", "the register of firms")
        speak_of({"words": STATIONS})
        assert other_evidence.kind_names("subjects") == ("站点名录", "the register of stations")
        assert other_evidence.kind_names("attendances")[0] == "参加接待的代表"


def test_a_name_is_taken_out_in_the_words_of_the_campaign(app: Flask) -> None:
    with app.app_context():
        campaign = city(2)
        with writing():
            campaign.settings = campaign.settings | {"words": STATIONS}
        names = Names(campaign.id, campaign_data(campaign))
        subject = db.session.query(Subject).first()
        assert subject is not None
        assert names.mask(f"{subject.name}反映", subject.id) == "该站点反映"


def test_typed_numbers_are_read_in_the_words_of_the_campaign() -> None:
    words = words_of({"words": STATIONS})
    entries = check_entries(Frame.build(package(), [firm(n, diff_types="labour") for n in range(46)]), words=words)
    report = content.read_report("# 题\n\n## 三、存在的主要问题\n\n受访站点64家。有站点反映缺工60人。\n")
    verdicts = {verdict.text: verdict for verdict in typed_numbers(report, Tables(entries, words))}
    assert (verdicts["64家"].status, verdicts["64家"].expected) == ("mismatch", "46家")
    assert verdicts["60人"].status == "said"


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
