"""An organizer gives a campaign its kinds of records: words, form, rules, order; out while empty and back again; who else may."""

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from surveys.audit import AuditEntry
from surveys.database import db, writing
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.campaigns.visit_kinds import VisitKind, kind_of, kinds_of
from surveys.planning.forms.questionnaire_versions import version_in_force
from surveys.planning.words.visit_words import words_of
from tests.factories.fieldwork import visit
from tests.house.client import check_page
from tests.surveys.pages.filled_forms import filled
from tests.surveys.pages.test_city_desk import browser, campaign, organizer
from tests.surveys.questionnaire.workbooks import workbook

assert organizer
KINDS = "/campaigns/1/setup/kinds"
MARKET = {
    "label": "赶大集",
    "label_en": "Market day",
    "visited": "集市",
    "measure": "场",
    "visiting": "赶集",
    "visited_en": "market",
    "visiteds_en": "markets",
    "visiting_en": "attend",
    "form_of": "",
    "starts": "deputy",
    "opens_on": "2023-07-01",
    "closes_on": "2023-07-31",
    "most_a_day": "3",
}
FORM = {"survey": [["type", "name", "label"], ["text", "voice", "群众意见"]]}


def kinds(app: Flask) -> list[str]:
    with app.app_context():
        return [kind.label for kind in kinds_of(campaign(1).id)]


def test_a_campaign_begins_with_the_one_kind_it_always_was(organizer: FlaskClient, app: Flask) -> None:
    page = check_page(organizer.get(KINDS))
    assert "走访 · 企业 · 户" in page
    assert "还没有问卷" in page
    assert kinds(app) == ["走访"]
    with app.app_context():
        assert kinds_of(campaign(1).id)[0].spoken_words() == words_of(campaign(1).settings)


def test_a_kind_is_added_with_its_words_and_changed(organizer: FlaskClient, app: Flask) -> None:
    assert "新增类型" in check_page(organizer.get(f"{KINDS}/new"))
    assert organizer.post(f"{KINDS}/new", data=MARKET).status_code == 303
    page = check_page(organizer.get(KINDS))
    for words in (
        "赶集 · 集市 · 场",
        "代表自己，本单位也可以",
        "每天最多3次",
        "接下来上传它的问卷",
    ):
        assert words in page, words
    again = organizer.post(f"{KINDS}/new", data=MARKET)
    assert "已经有名为“赶大集”的记录类型" in check_page(again, 422)
    assert "attend" in again.get_data(as_text=True), "what was typed is kept"
    backwards = organizer.post(f"{KINDS}/market_day", data={**MARKET, "closes_on": "2023-06-01"})
    assert "请改正其中一个" in check_page(backwards, 422)
    assert organizer.post(f"{KINDS}/market_day", data={**MARKET, "measure": "次"}).status_code == 303
    with app.app_context():
        kind = kind_of(campaign(1).id, "market_day")
        assert kind is not None
        assert (kind.spoken_words().measure, kind.spoken_words("en").visited) == ("次", "market")
        acts = db.session.scalars(select(AuditEntry.act).where(AuditEntry.act.like("kind.%")).order_by(AuditEntry.id))
        assert list(acts) == ["kind.added", "kind.changed"]


def test_the_words_of_the_first_kind_are_the_campaigns(organizer: FlaskClient, app: Flask) -> None:
    own = {**MARKET, "label": "接待", "label_en": "Reception", "hangs_on": "station", "starts": "desk"}
    assert organizer.post(f"{KINDS}/visit", data=own).status_code == 303
    with app.app_context():
        assert words_of(campaign(1).settings).measure == "场"
        first = kinds_of(campaign(1).id)[0]
        assert (first.words, first.own_words()["visited"], first.hangs_on) == (None, "集市", ["station"])


def test_order_removal_and_bringing_back(organizer: FlaskClient, app: Flask) -> None:
    organizer.post(f"{KINDS}/new", data=MARKET)
    organizer.post(f"{KINDS}/new", data={**MARKET, "label": "座谈会", "label_en": ""})
    assert kinds(app) == ["走访", "赶大集", "座谈会"]
    assert organizer.post(f"{KINDS}/kind/up").status_code == 303
    assert kinds(app) == ["走访", "座谈会", "赶大集"]
    organizer.post(f"{KINDS}/visit/down")
    assert kinds(app) == ["座谈会", "走访", "赶大集"]
    organizer.post(f"{KINDS}/market_day/remove")
    assert kinds(app) == ["座谈会", "走访"]
    page = check_page(organizer.get(KINDS))
    assert "已移除的" in page
    assert organizer.get(f"{KINDS}/market_day").status_code == 404
    organizer.post(f"{KINDS}/market_day/restore")
    assert kinds(app) == ["座谈会", "走访", "赶大集"]
    organizer.post(f"{KINDS}/visit/remove")
    assert "第一种记录类型，不能移除" in check_page(organizer.get(KINDS))


def test_a_kind_with_records_or_whose_form_is_shared_stays(organizer: FlaskClient, app: Flask) -> None:
    organizer.post(f"{KINDS}/new", data=MARKET)
    organizer.post(f"{KINDS}/new", data={**MARKET, "label": "早班车", "label_en": "Bus", "form_of": "market_day"})
    organizer.post(f"{KINDS}/market_day/remove")
    assert "已有1条记录、问卷或共用它问卷的类型" in check_page(organizer.get(KINDS))
    with app.app_context(), writing():
        visit(campaign(1).id).kind = "bus"
    organizer.post(f"{KINDS}/bus/remove")
    assert kinds(app) == ["走访", "赶大集", "早班车"]
    ring = organizer.post(f"{KINDS}/market_day", data={**MARKET, "form_of": "bus"})
    assert ring.status_code == 422


def test_each_kind_has_its_own_versions_or_shares_anothers(organizer: FlaskClient, app: Flask) -> None:
    organizer.post(f"{KINDS}/new", data=MARKET)
    organizer.post(f"{KINDS}/new", data={**MARKET, "label": "早班车", "label_en": "Bus", "form_of": "market_day"})
    address = "/campaigns/1/setup/questionnaire?kind=market_day"
    assert "赶大集" in check_page(organizer.get(address))
    assert organizer.get("/campaigns/1/setup/questionnaire?kind=bus").status_code == 404, "it has no form of its own"
    file = (io.BytesIO(workbook(FORM)), "大集.xlsx")
    answer = organizer.post(address, data={"file": [file]}, content_type="multipart/form-data")
    if answer.status_code == 200:  # what the answers are is confirmed first
        fields = filled(check_page(answer), "/answers")
        answer = organizer.post("/campaigns/1/setup/questionnaire/answers?kind=market_day", data=fields)
    assert answer.status_code == 303
    with app.app_context():
        number = campaign(1).id
        version = version_in_force(number, "market_day")
        assert version is not None
        assert version_in_force(number, "bus") == version
        assert version_in_force(number) is None, "the first kind has none"
    page = check_page(organizer.get(KINDS))
    assert "与“赶大集”共用" in page


@pytest.mark.parametrize(("role", "unit", "status"), [("unit_desk", "440118", 403), ("committee", "440100", 403), ("unit_desk", "440300", 404)])  # fmt: skip
def test_who_may_not(organizer: FlaskClient, app: Flask, role: str, unit: str, status: int) -> None:
    if unit == "440300":
        from tests.factories.planning import UnitFactory

        with app.app_context(), writing():
            UnitFactory(code=unit, name="深圳市", tier="municipal")
    other = browser(app, "wu", role, unit)
    for answer in (other.get(KINDS), other.get(f"{KINDS}/new"), other.post(f"{KINDS}/visit/up")):
        assert answer.status_code == status


def test_a_closed_campaign_keeps_its_kinds(organizer: FlaskClient, app: Flask) -> None:
    organizer.post("/campaigns/1/end", data={"what": "close"})
    assert "已经结束，不能再改" in check_page(organizer.post(f"{KINDS}/new", data=MARKET), 422)
    with app.app_context():
        assert db.session.scalar(select(Campaign.id)) is not None
        assert [kind.key for kind in db.session.scalars(select(VisitKind))] == ["visit"]
