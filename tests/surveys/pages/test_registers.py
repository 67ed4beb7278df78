"""Registers of any kind on their pages: a table for the whole city, one entry, doubles, history, and each act undone."""

import io
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from surveys import jobs
from surveys.database import db, writing
from surveys.planning.campaigns.plan_acts import PlanAct
from surveys.planning.campaigns.subjects import ListEntry, Subject, SubjectPerson
from surveys.planning.imports.tables import write_table
from tests.factories.planning import ListEntryFactory, SubjectFactory, guangzhou
from tests.house.client import check_page
from tests.surveys.pages.test_city_desk import browser

HEADS = ["名称", "所在区", "镇街", "类型", "上级", "标签", "接待日", "站长", "站长手机"]


@pytest.fixture
def city(app: Flask) -> FlaskClient:
    with app.app_context(), writing():
        guangzhou().number = 1
    return browser(app, "huang", "organizer", "440100")


def import_table(client: FlaskClient, app: Flask, rows: list[list[object]], heads: list[str] = HEADS) -> str:
    """Upload and import; gives the page that was shown before."""
    data = write_table("xlsx", heads, rows)[0]
    sent = client.post("/registers/station/import", data={"unit": "440100", "file": (io.BytesIO(data), "站点.xlsx")})
    assert sent.status_code == 303
    address = sent.headers["Location"]
    with app.app_context():
        jobs.work_off()
    shown = client.get(address).get_data(as_text=True)
    assert client.post(address).status_code == 303
    with app.app_context():
        jobs.work_off()
    return shown


def count(app: Flask) -> int:
    with app.app_context():
        query = select(func.count()).select_from(Subject).where(Subject.kind == "station", Subject.removed_at.is_(None))
        return db.session.scalar(query) or 0


def last_act(app: Flask) -> str:
    with app.app_context():
        return db.session.scalars(select(PlanAct.id).order_by(PlanAct.done_at.desc()).limit(1)).one()


def stations(number: int) -> list[list[object]]:
    kinds = ("产业链", "村居", "田间")
    return [
        [
            f"第{place}联络站",
            "海珠区" if place % 2 else "增城区",
            "示例街道",
            "联络站",
            "",
            kinds[place % 3],
            "每月第3个周五",
            f"站长{place}",
            "",
        ]
        for place in range(1, number + 1)
    ]


def test_751_rows_and_3_bad_ones_for_the_whole_city_in_one_file(city: FlaskClient, app: Flask) -> None:
    bad = [
        ["", "海珠区", "", "", "", "", "", "", ""],
        ["坏区站", "某某区", "", "", "", "", "", "", ""],
        ["坏日站", "海珠区", "", "", "", "", "逢赶集", "", ""],
    ]
    shown = import_table(city, app, stations(751) + bad)
    assert count(app) == 751
    assert "“名称”没有填" in shown or "名称" in shown
    with app.app_context():
        upload_outcome = db.session.scalars(select(PlanAct)).one()
        assert upload_outcome.number == 751
        by_unit = dict(
            map(tuple, db.session.execute(select(Subject.unit_code, func.count()).group_by(Subject.unit_code)))
        )
        assert by_unit == {"440105": 376, "440118": 375}
        assert db.session.scalar(select(func.count()).select_from(SubjectPerson)) == 751
    page = check_page(city.get("/registers/station?tag=chain"))
    assert "250" in page
    listed = city.get("/registers/station").get_data(as_text=True)
    assert "751" in listed


def test_each_bad_row_is_reported_with_row_and_column(city: FlaskClient, app: Flask) -> None:
    rows = [
        ["", "海珠区", *[""] * 7],
        ["坏区站", "某某区", *[""] * 7],
        ["坏日站", "海珠区", "", "", "", "", "逢赶集", "", ""],
    ]
    data = write_table("xlsx", HEADS, [*stations(2), *rows])[0]
    sent = city.post("/registers/station/import", data={"unit": "440100", "file": (io.BytesIO(data), "站点.xlsx")})
    page = check_page(city.get(sent.headers["Location"] + "?tab=faulty"))
    said = re.findall(r"<b>第\s*(\d+)\s*行\s*([^<：]*)：</b>", page)
    assert said == [("4", "名称"), ("5", "所在区"), ("6", "接待日")]


def test_the_same_file_twice_says_it_is_there_already(city: FlaskClient, app: Flask) -> None:
    import_table(city, app, stations(5))
    shown = import_table(city, app, stations(5))
    assert count(app) == 5
    assert "名册里已有，内容相同" in shown
    assert "导入过" in shown


def test_an_import_is_undone_as_one_after_a_preview_and_what_was_changed_since_stays(
    city: FlaskClient, app: Flask
) -> None:
    import_table(city, app, stations(20))
    act = last_act(app)
    with app.app_context():
        kept = db.session.scalars(select(Subject).where(Subject.name == "第7联络站")).one().id
    edited = city.post(
        f"/subjects/{kept}/edit",
        data={**stamp_of(city, kept), "name": "第7联络站（改）", "unit_code": "440105", "area_code": "440105"},
    )
    assert edited.status_code == 303
    page = check_page(city.get(f"/acts/{act}"))
    assert "第7联络站" in page
    answer = city.post(f"/acts/{act}", follow_redirects=True).get_data(as_text=True)
    assert "保留" in answer
    assert count(app) == 1
    assert city.post(f"/acts/{last_act(app)}").status_code == 303  # the undo is undone
    assert count(app) == 20


def stamp_of(client: FlaskClient, subject: str) -> dict[str, str]:
    page = client.get(f"/subjects/{subject}/edit").get_data(as_text=True)
    return {"stamp": re.findall(r'name="stamp" value="([^"]*)"', page)[0]}


def add(client: FlaskClient, **typed: str) -> str:
    sent = client.post("/registers/station/new", data={"unit_code": "440105", "area_code": "440105", **typed})
    assert sent.status_code == 303, sent.get_data(as_text=True)
    return sent.headers["Location"].rsplit("/", 1)[1]


def test_a_home_a_station_and_a_point_hang_on_one_another_and_a_ring_is_refused(city: FlaskClient, app: Flask) -> None:
    home = add(city, name="豫园代表之家", type_code="home")
    station = add(city, name="豫园联络站", type_code="station", parent="豫园代表之家")
    add(city, name="豫园联络点", type_code="point", parent="豫园联络站")
    page = check_page(city.get(f"/subjects/{station}"))
    assert "豫园代表之家" in page
    assert "豫园联络点" in page
    ring = city.post(
        f"/subjects/{home}/edit",
        data={**stamp_of(city, home), "name": "豫园代表之家", "parent": "豫园联络点", "town": "豫园街道"},
    )
    assert ring.status_code == 422
    page = ring.get_data(as_text=True)
    assert "又回到了它自己" in page
    assert 'value="豫园街道"' in page  # what was typed stays
    unknown = city.post("/registers/station/new", data={"name": "某站", "parent": "没有的站"})
    assert unknown.status_code == 422
    assert "名册里没有“没有的站”" in unknown.get_data(as_text=True)


def test_a_name_is_found_by_a_part_by_pinyin_and_by_initials(city: FlaskClient) -> None:
    add(city, name="长兴路银行街联络站")
    add(city, name="石滩镇联络站")
    city.get("/registers/station")  # what was said of the last one is read
    for words in ("银行街", "yinhang", "changxing", "cxlyhj"):
        page = city.get("/registers/station", query_string={"q": words}).get_data(as_text=True)
        assert "长兴路银行街联络站" in page, words
        assert "石滩镇联络站" not in page, words


def test_two_people_on_one_entry_the_second_sees_what_differs(city: FlaskClient, app: Flask) -> None:
    station = add(city, name="一号站", town="新港街道")
    stamp = stamp_of(city, station)
    assert (
        city.post(f"/subjects/{station}/edit", data={**stamp, "name": "一号站", "town": "赤岗街道"}).status_code == 303
    )
    second = city.post(f"/subjects/{station}/edit", data={**stamp, "name": "一号站", "town": "官洲街道"})
    assert second.status_code == 409
    page = second.get_data(as_text=True)
    assert "赤岗街道" in page
    assert "官洲街道" in page
    fresh = dict(re.findall(r'name="(stamp)" value="([^"]*)"', page))
    assert (
        city.post(f"/subjects/{station}/edit", data={**fresh, "name": "一号站", "town": "官洲街道"}).status_code == 303
    )
    history = check_page(city.get(f"/subjects/{station}"))
    assert "赤岗街道 → 官洲街道" in history


def test_a_double_is_merged_with_what_hangs_on_it_and_taken_apart_again(city: FlaskClient, app: Flask) -> None:
    kept, other = (
        add(city, name="东风联络站"),
        add(city, name="东风代表联络站", address="东风路1号", role="站长", person="陈某", phone=""),
    )
    point = add(city, name="东风联络点", parent="东风代表联络站")
    with app.app_context(), writing():
        campaign = db.session.scalars(select(ListEntry.campaign_id)).first()
        assert campaign is None
        from surveys.planning.campaigns.campaigns import Campaign

        ListEntryFactory(
            campaign_id=db.session.scalars(select(Campaign.id)).one(), unit_code="440105", subject_id=other
        )
    before = check_page(city.get(f"/subjects/{kept}/merge?other={other}"))
    assert "东风路1号" in before
    assert city.post(f"/subjects/{kept}/merge", data={"other": other}).status_code == 303
    with app.app_context():
        assert db.session.get_one(Subject, kept).address == "东风路1号"
        assert db.session.get_one(Subject, point).parent_id == kept
        assert db.session.scalars(select(SubjectPerson.subject_id)).all() == [kept]
        assert db.session.scalars(select(ListEntry.subject_id)).all() == [kept]
    assert city.get(f"/subjects/{other}").status_code == 404
    assert city.post(f"/acts/{last_act(app)}").status_code == 303
    with app.app_context():
        assert db.session.get_one(Subject, kept).address is None
        assert db.session.get_one(Subject, point).parent_id == other
        assert db.session.scalars(select(SubjectPerson.subject_id)).all() == [other]
        assert db.session.scalars(select(ListEntry.subject_id)).all() == [other]
    assert city.get(f"/subjects/{other}").status_code == 200


def test_an_entry_is_taken_out_and_comes_back(city: FlaskClient, app: Flask) -> None:
    station = add(city, name="二号站")
    assert city.post(f"/subjects/{station}/remove").status_code == 303
    assert city.get(f"/subjects/{station}").status_code == 404
    assert city.post(f"/acts/{last_act(app)}").status_code == 303
    assert city.get(f"/subjects/{station}").status_code == 200


def test_a_register_of_ones_own_has_its_facts_and_words(city: FlaskClient, app: Flask) -> None:
    typed = {
        "key": "market",
        "label": "集市",
        "measure": "个",
        "attributes": "摊位数 | Stalls | number",
        "tags": "早市\n夜市",
    }
    assert city.post("/registers/new", data=typed).status_code == 303
    sent = city.post("/registers/market/new", data={"name": "东湖早市", "at.a1": "一百", "tag": "早市"})
    assert sent.status_code == 422
    assert "“摊位数”应为数字" in sent.get_data(as_text=True)
    sent = city.post("/registers/market/new", data={"name": "东湖早市", "at.a1": "120", "tag": "早市"})
    page = check_page(city.get(sent.headers["Location"]))
    assert "120" in page
    assert "早市" in page
    check_page(city.get("/registers/market/settings"))
    assert "东湖早市" in city.get("/registers/market?tag=早市").get_data(as_text=True)
    assert city.post("/registers/new", data=typed).status_code == 422


def test_who_reads_and_who_changes(city: FlaskClient, app: Flask) -> None:
    station = add(city, name="三号站", role="站长", person="何某", phone="13800001234")
    own, other = browser(app, "own", "unit_desk", "440105"), browser(app, "other", "unit_desk", "440118")
    reader = browser(app, "reader", "committee", "440100")
    assert "13800001234" in own.get(f"/subjects/{station}").get_data(as_text=True)
    assert "13800001234" not in city.get(f"/subjects/{station}").get_data(as_text=True)
    assert other.get(f"/subjects/{station}").status_code == 404
    assert reader.get(f"/subjects/{station}").status_code == 200
    with app.app_context(), writing():
        firm = SubjectFactory(name="广州独名电子有限公司", area_code="440105").id
    assert (own.get(f"/subjects/{firm}").status_code, reader.get(f"/subjects/{firm}").status_code) == (200, 404)
    assert reader.get("/registers/enterprise").status_code == 403, "lists of firms are for who keeps them"
    assert reader.get("/registers").headers["Location"].endswith("/registers/station")
    assert "企业 <" not in reader.get("/registers/station").get_data(as_text=True)
    assert reader.get(f"/subjects/{station}/edit").status_code == 403
    assert reader.get("/registers/station/import").status_code == 403
    assert own.get("/registers/station/settings").status_code == 403
    assert other.get(f"/acts/{last_act(app)}").status_code == 404
    assert app.test_client().get("/registers/station").status_code in (302, 303)


def test_a_firm_is_changed_on_its_page_and_its_code_is_checked(city: FlaskClient, app: Flask) -> None:
    with app.app_context(), writing():
        firm = SubjectFactory(name="广州示例电子有限公司", area_code="440118").id
    sent = city.post(
        f"/subjects/{firm}/edit", data={**stamp_of(city, firm), "name": "广州示例电子有限公司", "uscc": "91440100"}
    )
    assert sent.status_code == 422
    assert "不是有效的统一社会信用代码" in sent.get_data(as_text=True)
    sent = city.post(
        f"/subjects/{firm}/edit",
        data={**stamp_of(city, firm), "name": "广州新名电子有限公司", "area_code": "440118", "staff": "80"},
    )
    assert sent.status_code == 303
    page = check_page(city.get(f"/subjects/{firm}"))
    assert "广州示例电子有限公司 → 广州新名电子有限公司" in page
