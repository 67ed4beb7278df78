"""A form with thousands of choices: no page has them all, the search without script finds them, what was chosen stays."""

import gzip
import json
import re
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient

from surveys.database import db, writing
from surveys.fieldwork.visits.visits import Visit
from surveys.planning.forms.questionnaire_versions import issue_questionnaire, version_in_force
from surveys.questionnaire.views.list_search import IN_SIGHT_OF_SEARCH, MOST_SHOWN
from tests.house.client import page_faults
from tests.surveys.pages.field_world import World, make_world, signed_in_client
from tests.surveys.pages.test_field_journey import begin
from tests.surveys.questionnaire import long_lists

FIRMS = 2_000
PAGE = "/visits/{}/pages/g_firm"


def opened(app: Flask, number: int = FIRMS) -> tuple[World, FlaskClient]:
    """A visit that has begun with the form of long lists."""
    world = make_world(app)
    with app.app_context():
        campaign = db.session.get_one(Visit, world.visit_id).campaign
        with writing():
            campaign.settings = {**campaign.settings, "media": False}
        issue = issue_questionnaire(
            campaign,
            long_lists.form(),
            "long.xlsx",
            files=app.extensions["files"],
            attached=long_lists.attached(number),
        )
        assert issue.version is not None, issue.faults
        found = version_in_force(campaign.id)
        assert found is not None
        world.package_hash = found.package_hash
    client = signed_in_client(app, world.devices[0])
    begin(client, world)
    return world, client


def picks(html: str, name: str) -> list[tuple[str, bool]]:
    """(code, chosen) of the choices of a question that stand in a page."""
    found = re.findall(rf'<input type="(?:radio|checkbox)" name="/[\w/]*{name}" value="([^"]+)"( checked)?', html)
    return [(code, bool(chosen)) for code, chosen in found]


def post(client: FlaskClient, world: World, **fields: Any) -> Any:
    names = ("firm", "district", "partners", "words")
    data = {"asked": [f"/g_firm/{name}" for name in names]}
    data |= {key.replace("__", ":/g_firm/") if "__" in key else key: value for key, value in fields.items()}
    return client.post(PAGE.format(world.visit_id), data=data)


def test_no_page_has_all_choices(app: Flask) -> None:
    world, client = opened(app)
    for address in (f"/visits/{world.visit_id}/form", f"/questionnaires/{world.package_hash}/pages"):
        html = client.get(address).get_data(as_text=True)
        assert html.count("<input") < 100, "no 2,000 choices as HTML"
        assert len(html) < 100_000
    html = client.get(PAGE.format(world.visit_id)).get_data(as_text=True)
    assert len(picks(html, "firm")) == MOST_SHOWN
    assert len(picks(html, "district")) == 10, "a short list stands there whole"
    assert "名单共2,000项" in html
    assert page_faults(html) == []


def test_searching_without_script(app: Flask) -> None:
    world, client = opened(app)
    sent = post(client, world, go="find:/g_firm/firm", find__firm="pyhdjx", words="unfinished")
    address = urlsplit(sent.headers["Location"])
    assert sent.status_code == 303
    assert address.fragment == "q-g_firm.firm"
    html = client.get(f"{address.path}?{address.query}").get_data(as_text=True)
    assert ("firm-a", False) in picks(html, "firm")
    assert "<mark>番禺宏达机械</mark>有限公司（示例）" in html
    for typed in ("cqch", "zhongqingchang", "重庆", "FIRM-C", "chongqing chang"):
        html = client.get(PAGE.format(world.visit_id), query_string={"find": "/g_firm/firm", "q": typed}).get_data(
            as_text=True
        )
        assert picks(html, "firm") == [("firm-c", False)], typed
        assert "找到1项" in html
    html = client.get(PAGE.format(world.visit_id), query_string={"find": "/g_firm/firm", "q": "zzz"}).get_data(
        as_text=True
    )
    assert picks(html, "firm") == []
    assert "没有找到" in html


def test_what_is_chosen_stays_whatever_is_searched(app: Flask) -> None:
    world, client = opened(app)
    post(client, world, **{"/g_firm/firm": "firm-a", "go": "find:/g_firm/firm", "find__firm": "nansha tools"})
    html = client.get(PAGE.format(world.visit_id), query_string={"find": "/g_firm/firm", "q": "nansha tools"}).get_data(
        as_text=True
    )
    assert picks(html, "firm") == [("firm-a", True), ("firm-b", False)]
    html = client.get(PAGE.format(world.visit_id)).get_data(as_text=True)
    assert picks(html, "firm") == [("firm-a", True)], "without a search the chosen one alone"


def test_going_on_with_new_words_searches_first(app: Flask) -> None:
    """Enter in the field saves and goes on: with words that were not looked for yet it looks them up."""
    world, client = opened(app)
    sent = post(client, world, find__firm="pyhd", go="next")
    assert "find=" in sent.headers["Location"]
    sent = post(client, world, **{"/g_firm/firm": "firm-a", "find__firm": "pyhd", "found__firm": "pyhd", "go": "next"})
    assert sent.headers["Location"].endswith("/pages/g_town")


def test_a_cascade_narrows_what_is_searched(app: Flask) -> None:
    world, client = opened(app)
    html = client.get(PAGE.format(world.visit_id)).get_data(as_text=True)
    assert picks(html, "partners") == []
    post(client, world, **{"/g_firm/firm": "firm-a", "/g_firm/district": "d8"})
    page = PAGE.format(world.visit_id)
    html = client.get(page, query_string={"find": "/g_firm/partners", "q": "nsgjc"}).get_data(as_text=True)
    assert picks(html, "partners") == [("firm-b", False)]
    html = client.get(page, query_string={"find": "/g_firm/partners", "q": "pyhdjx"}).get_data(as_text=True)
    assert ("firm-a", False) not in picks(html, "partners"), "of another district"
    shown = [code for code, _ in picks(client.get(page).get_data(as_text=True), "partners")]
    post(client, world, **{"/g_firm/firm": "firm-a", "/g_firm/district": "d8", "/g_firm/partners": shown[:3][::-1]})
    ticked = [code for code, chosen in picks(client.get(page).get_data(as_text=True), "partners") if chosen]
    assert ticked == shown[:3], "ticks stand in the order of the list"


def test_few_choices_stand_in_sight(app: Flask) -> None:
    """A cascade that leaves few of a long list: they are chosen as ever."""
    world, client = opened(app, 300)
    post(client, world, **{"/g_firm/firm": "firm-a", "/g_firm/district": "d3"})
    html = client.get(PAGE.format(world.visit_id)).get_data(as_text=True)
    assert len(picks(html, "partners")) == sum(district == "d3" for _, _, district in long_lists.firms(300))
    town = client.get(f"/visits/{world.visit_id}/pages/g_town").get_data(as_text=True)
    assert len(picks(town, "town")) == MOST_SHOWN <= IN_SIGHT_OF_SEARCH, "autocomplete asks for a search of 150 towns"


def test_both_languages_are_searched_by_their_own_labels(app: Flask) -> None:
    world, client = opened(app, 300)
    page = f"/visits/{world.visit_id}/pages/g_town"
    for language, typed in (("zh-CN", "sqz"), ("en", "SHIQ")):
        client.get(f"/language/{language}")
        html = client.get(page, query_string={"find": "/g_town/town", "q": typed}).get_data(as_text=True)
        assert picks(html, "town") == [("t-shiqi", False)]
    assert "1 found" in html
    assert page_faults(html) == []


def test_the_readings_never_change(app: Flask) -> None:
    world, client = opened(app, 300)
    address = f"/questionnaires/{world.package_hash}/readings"
    answer = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert "immutable" in answer.headers["Cache-Control"]
    assert "番" in json.loads(gzip.decompress(answer.data))["readings"]["pan"]
    assert client.get(address, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert client.get(f"/questionnaires/{'0' * 64}/readings").status_code == 404
    assert app.test_client().get(address).status_code == 401
