"""用语: what a campaign calls what it does stands on its pages and in its faults; the usual words are data, and no text writes them."""

import re
from typing import Any

import pytest
from flask import Flask, g
from flask_babel import force_locale, gettext, ngettext

from surveys.database import db, writing
from surveys.pages.shell.problems import PROBLEMS, problem
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.words import visit_words
from surveys.planning.words.planning_faults import Refusal, RefusalKind
from tests.desk_client import signed_in
from tests.factories.planning import guangzhou, staff
from tests.house.test_texts import catalogue
from tests.surveys.pages.field_world import make_world, signed_in_client

STATIONS = {
    "visited": "站点",
    "measure": "次",
    "visiting": "接待",
    "visited_en": "station",
    "visiteds_en": "stations",
    "visiting_en": "reception",
}
# Names of the house that hold the word 走访 as a part: they are the same whatever a campaign does.
NAMES = re.compile(r"走访(单|任务|编号|记录)|我的走访")
WRITTEN = re.compile(r"企业|走访|(?<![用账])户")


def renamed(campaign_id: str) -> None:
    with writing() as session:
        campaign = session.get_one(Campaign, campaign_id)
        campaign.settings = campaign.settings | {"words": STATIONS}


@pytest.mark.parametrize("domain", ["messages", "field"])
def test_no_text_of_a_page_writes_the_words_itself(domain: str) -> None:
    written = {text: chinese for text, chinese in catalogue(domain).items() if WRITTEN.search(NAMES.sub("", chinese))}
    assert written == {}


@pytest.mark.parametrize("domain", ["messages", "field"])
def test_a_text_names_only_words_there_are(domain: str) -> None:
    for text, chinese in catalogue(domain).items():
        named = {name for words in (text, chinese) for name in re.findall(r"(?<!\{)\{([a-z]+)\}", words)}
        assert named <= {*visit_words.Words._fields, "token"}, text


def test_no_answer_to_a_phone_writes_the_words_itself(app: Flask) -> None:
    texts = [text for one in PROBLEMS.values() for text in (one.title_zh, one.remedy_zh)]
    assert [text for text in texts if WRITTEN.search(NAMES.sub("", text))] == []
    with app.test_request_context():
        assert problem("too_many_versions").get_json()["title"] == "这次走访的版本太多"
        visit_words.speak_of({"words": STATIONS})
        assert problem("mismatch").get_json()["zh"]["title"] == "这份内容是另一次接待的"
        assert problem("wrong_codes", wait=120).get_json()["zh"]["remedy"] == "请2分钟后再试"


def test_the_usual_words(app: Flask) -> None:
    with app.test_request_context():
        for language, subjects, left in (
            ("zh", "没有符合条件的企业。", "还有7户"),
            ("en", "No subject fits.", "7 left"),
        ):
            with force_locale(language):
                assert gettext("No subject fits.") == subjects
                assert gettext("%(n)s left", n=7) == left
                assert "{" not in gettext("Deputies and {visiteds} see this name.")
        assert ngettext("one", "many", 1)


def test_texts_and_faults_speak_in_the_words_of_the_campaign(app: Flask) -> None:
    with app.test_request_context():
        with writing():
            campaign = guangzhou()
        renamed(campaign.id)
        visit_words.speak_of(campaign.settings)
        assert gettext("No subject fits.") == "没有符合条件的站点。"
        assert gettext("%(n)s subjects assigned.", n=3) == "已分派3次。"
        with force_locale("en"):
            assert gettext("Deputies and {visiteds} see this name.") == "Deputies and stations see this name."
        assert "本级自己接待的" in _any_remedy()
        g.pop("campaign_words")
        assert gettext("No subject fits.") == "没有符合条件的企业。"
        assert "本级自己走访的" in _any_remedy()


def _any_remedy() -> str:
    kind = next(kind for kind in RefusalKind if "本级自己" in kind.value.remedy.zh)
    values: dict[str, Any] = dict.fromkeys(("unit", "campaign", "name"), "某")
    return Refusal(kind, **values).remedy("zh-CN")


def test_a_campaign_of_other_words_has_them_on_its_pages_and_another_keeps_its_own(app: Flask) -> None:
    world = make_world(app)
    with app.app_context():
        with writing():
            staff("organizer", "organizer", "440100")
            staff("desk", "unit_desk", "440118")
        number = db.session.get_one(Campaign, world.campaign_id).number
    desk, phone = signed_in(app, "desk", "zh-CN"), signed_in_client(app, world.devices[0])
    organizer = signed_in(app, "organizer", "zh-CN")
    pages = (
        (desk, f"/campaigns/{number}/visits", "走访日期"),
        (organizer, f"/campaigns/{number}/assignments?unit=440118", "户"),
        (phone, f"/visits/{world.visit_id}/start", "请向企业宣读"),
    )
    usual = [client.get(address).text for client, address, _word in pages]
    for page, (_client, address, word) in zip(usual, pages, strict=True):
        assert word in page, address
        assert not re.search(r"\{(visited|visiteds|measure|visiting)\}", page), address
    with app.app_context():
        renamed(world.campaign_id)
    for before, (client, address, _word) in zip(usual, pages, strict=True):
        page = client.get(address).text
        assert page != before, address
        assert re.search("站点|接待|次", page), address
    assert "接待日期" in desk.get(f"/campaigns/{number}/visits").text
    assert "请向站点宣读" in phone.get(f"/visits/{world.visit_id}/start").text
    assert "请向站点宣读" in phone.get(f"/visits/{world.visit_id}/form").text
    with app.app_context(), writing() as session:
        campaign = session.get_one(Campaign, world.campaign_id)
        campaign.settings = {name: value for name, value in campaign.settings.items() if name != "words"}
    again = [client.get(address).text for client, address, _word in pages]
    assert [_plain(page) for page in again] == [_plain(page) for page in usual]


def _plain(page: str) -> str:
    """Without what differs from request to request."""
    return re.sub(r'(csrf_token" value|nonce|once" value)="[^"]*"', "", page)
