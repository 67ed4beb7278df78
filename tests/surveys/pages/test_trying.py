"""以代表身份试填: the deputies' own pages for the organizer; said on each page, counted nowhere, ended by the judge and the content."""

import hashlib
import io
import json
import re
from collections.abc import Mapping

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from surveys.database import db, writing
from surveys.fieldwork.visits.submissions import HeldPart, Submission
from surveys.fieldwork.visits.visits import Draft, Visit
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.forms.questionnaire_versions import issue_questionnaire
from tests.factories.planning import guangzhou
from tests.house.client import check_page
from tests.journeys.every_type import attached, every_type, picture
from tests.surveys.pages.field_world import example, publish
from tests.surveys.pages.paper import PageForm, Paper
from tests.surveys.pages.test_city_desk import FORM, browser
from tests.surveys.pages.test_field_journey import answer, send

BASE = "/campaigns/1/setup/questionnaire/1/try"
SAYS = "试填：不作数"


@pytest.fixture
def organizer(app: Flask) -> FlaskClient:
    with app.app_context(), writing():
        campaign = guangzhou()
        campaign.number = 1
        publish(campaign.id)
    return browser(app, "zhou", "organizer", "440100")


def answers_form(page: str) -> PageForm:
    """The form of the questionnaire; the first one of the page empties the trial."""
    return Paper(page).forms[1]


def follow(client: FlaskClient, address: str) -> tuple[str, str]:
    """Where an address leads to, and the page there; it says that it is a trial."""
    for _ in range(5):
        response = client.get(address)
        if response.status_code != 303:
            page = check_page(response)
            assert SAYS in page, address
            return address, page
        address = response.headers["Location"]
    raise AssertionError(address)


def walk(client: FlaskClient, answers: dict[str, str], entries: Mapping[str, int]) -> str:
    """From the first page to the check."""
    address, page = follow(client, BASE)
    left = dict(entries)
    for _ in range(60):
        form = answers_form(page)
        buttons = [value for name, value in form.buttons if name == "go"]
        if "add" in buttons:
            listed = "/" + address.rpartition("/")[2]
            go = "add" if left.get(listed, 0) else "next"
            left[listed] = max(left.get(listed, 0) - 1, 0)
        else:
            answer(form, answers)
            go = "list" if "list" in buttons else "next"
        response = send(client, address, form, button=("go", go))
        assert response.status_code == 303, Paper(response.text).words[:600]
        address, page = follow(client, response.headers["Location"].split("#")[0])
        if address.endswith("/check"):
            return page
    raise AssertionError("no end")


def counted(app: Flask) -> list[int]:
    with app.app_context():
        tables = (Visit, Draft, Submission, HeldPart)
        return [db.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


def test_a_trial_from_the_questionnaire_page_to_the_content(app: Flask, organizer: FlaskClient) -> None:
    before = counted(app)
    version = check_page(organizer.get("/campaigns/1/setup/questionnaire/1"))
    assert f'href="{BASE}"' in version
    answers, repeats = example("small-firm-arrears-idle-plant")
    check = walk(organizer, answers, repeats)
    assert "代表此时可以报送" in check
    page = follow(organizer, f"{BASE}/outcome")[1]
    assert "核验未发现问题" in page
    text = re.search(r"<pre[^>]*>(.*?)</pre>", page, re.DOTALL)
    assert text
    content = json.loads(text[1].replace("&#34;", '"').replace("&amp;", "&"))
    assert content["answers"]["/g_ident/ent_name"] == "试填示例企业有限公司"
    assert content["repeats"]["/r_problem"] == 2
    canonical = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    assert hashlib.sha256(canonical).hexdigest() in page
    assert counted(app) == before


def test_a_trial_is_kept_between_requests_and_emptied_on_request(app: Flask, organizer: FlaskClient) -> None:
    address, page = follow(organizer, BASE)
    form = answers_form(page)
    form.fill("/g_visit/visit_date", "2023-08-02")
    refused = send(organizer, address, form, button=("go", "next"))
    assert refused.status_code == 422
    assert "日期须在6月16日至7月31日之间" in refused.text
    assert "试填内容已于" in refused.text
    form.fill("/g_visit/visit_date", "2023-07-12")
    send(organizer, address, form, button=("go", "next"))
    assert organizer.get(BASE).headers["Location"].endswith("/pages/g_visit")
    assert 'value="2023-07-12"' in follow(organizer, BASE)[1]
    outcome = follow(organizer, f"{BASE}/outcome")[1]
    assert "处问题" in outcome
    assert "企业是否同意参加：" in Paper(outcome).words.replace(" ", "")
    organizer.post(f"{BASE}/reset")
    assert 'value="2023-07-12"' not in follow(organizer, BASE)[1]


def test_nobody_else_tries_a_campaigns_questionnaire(app: Flask, organizer: FlaskClient) -> None:
    assert browser(app, "wu", "unit_desk", "440118").get(BASE).status_code in (403, 404)
    assert organizer.get("/campaigns/1/setup/questionnaire/9/try").status_code == 404
    other = app.test_client()
    assert other.get(BASE).status_code in (302, 303, 401)


def test_two_organizers_have_trials_of_their_own(app: Flask, organizer: FlaskClient) -> None:
    address, page = follow(organizer, BASE)
    form = answers_form(page)
    form.fill("/g_visit/visit_date", "2023-07-12")
    send(organizer, address, form, button=("go", "next"))
    assert 'value="2023-07-12"' not in follow(browser(app, "li", "organizer", "440100"), BASE)[1]


def test_a_picture_is_looked_at_in_a_trial_and_goes_with_it(app: Flask, organizer: FlaskClient) -> None:
    with app.app_context():
        campaign = db.session.scalars(select(Campaign)).one()
        with writing():
            campaign.settings = {**campaign.settings, "media": True, "media_kinds": ["photo"]}
        issue_questionnaire(campaign, every_type(), "t.xlsx", files=app.extensions["files"], attached=attached())
    base = BASE.replace("/1/try", "/2/try")
    page = check_page(organizer.get(f"{base}/pages/g_media"))
    form = answers_form(page)
    fields = {name: value for name, value in form.fields if name != "asked" and not name.startswith("/g_media")}
    data = {
        **fields,
        "asked": form.values("asked"),
        "/g_media/photo": (io.BytesIO(picture(placed=True)), "photo.jpg"),
    }
    assert organizer.post(f"{base}/pages/g_media", data=data).status_code == 303
    page = check_page(organizer.get(f"{base}/pages/g_media"))
    address = re.search(r'<img class="shown" src="([^"]+)"', page)
    assert address
    shown = organizer.get(address[1])
    assert shown.mimetype == "image/jpeg"
    assert b"Camera of the deputy" not in shown.data
    assert organizer.get(f"{base}/files/plan.png").mimetype == "image/png"
    assert organizer.get(f"{base}/files/firms.csv").status_code == 404
    organizer.post(f"{base}/reset")
    assert organizer.get(address[1]).status_code == 404


def test_a_new_campaign_takes_the_media_that_were_ticked_and_says_of_the_others_that_it_takes_none(
    app: Flask, organizer: FlaskClient
) -> None:
    setup = organizer.post("/campaigns/new", data=FORM).headers["Location"].removesuffix("/units")
    assert not re.search(r'name="media_kinds"[^>]*checked', check_page(organizer.get(setup)))
    settings = FORM | {"media": "y", "row_version": "1"}
    for language, words in (("zh-CN", "没有勾选采集哪几类"), ("en", "Nothing is ticked that may be taken")):
        organizer.get(f"/language/{language}")
        page = check_page(organizer.post(setup, data=settings), 422)
        assert words in page
    organizer.get("/language/zh-CN")
    assert organizer.post(setup, data=settings | {"media_kinds": "photo"}).status_code == 303
    with app.app_context():
        campaign = db.session.scalars(select(Campaign).where(Campaign.title == FORM["title"])).one()
        assert (campaign.setting("media"), campaign.setting("media_kinds")) == (True, ["photo"])
        issue_questionnaire(campaign, every_type(), "t.xlsx", files=app.extensions["files"], attached=attached())
    page = check_page(organizer.get(f"{setup}/questionnaire/1/try/pages/g_media"))
    assert re.findall(r'class="in" type="file"[^>]* name="([^"]+)"', page) == ["/g_media/photo"]
    for words in ("本次调研不收录音", "本次调研不收文件", "本次调研不收签名"):
        assert words in page
    assert "本次调研不收照片" not in page
    assert "本次调研不取位置" in check_page(organizer.get(f"{setup}/questionnaire/1/try/pages/g_when"))


def test_what_the_campaign_does_not_take_is_said_and_never_missing(app: Flask, organizer: FlaskClient) -> None:
    with app.app_context():
        campaign = db.session.scalars(select(Campaign)).one()
        issue_questionnaire(campaign, every_type(), "t.xlsx", files=app.extensions["files"], attached=attached())
    base = BASE.replace("/1/try", "/2/try")
    page = check_page(organizer.get(f"{base}/pages/g_media"))
    for words in ("本次调研不收照片", "本次调研不收录音", "本次调研不收文件", "本次调研不收签名"):
        assert words in page
    assert 'class="in" type="file"' not in page
    assert "本次调研不取位置" in check_page(organizer.get(f"{base}/pages/g_when"))
    form = answers_form(page)
    data = {"asked": form.values("asked"), "/g_media/photo": (io.BytesIO(picture()), "photo.jpg")}
    refused = organizer.post(f"{base}/pages/g_media", data=data)
    assert refused.status_code == 422
    assert "本次调研不收照片" in refused.text
    check = check_page(organizer.get(f"{base}/check"))
    assert "现场照片" not in check
    assert "现场位置" not in check
