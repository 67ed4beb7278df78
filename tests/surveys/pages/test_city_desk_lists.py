"""A desk imports a list, sees a fault per row, repairs it, forms groups, assigns, prints: without script."""

import io
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from surveys import jobs
from surveys.database import db, writing
from surveys.fieldwork.visits.attendance import set_attendance
from surveys.fieldwork.visits.visits import Visit
from surveys.planning.assigning.assignments import Assignment
from surveys.planning.campaigns.subjects import ListEntry
from surveys.planning.imports import list_uploads
from surveys.planning.imports.tables import write_table
from surveys.planning.people.deputies import Deputy
from surveys.planning.people.groups import Group
from tests.factories.planning import guangzhou
from tests.house.client import check_page
from tests.surveys.pages.test_city_desk import browser
from tests.surveys.planning.test_subject_imports import HEADS, a_row

ROSTER = [
    ["D1", "张三", "市、区", "广州示例1电子有限公司", "13800000001"],
    ["D2", "李四", "区", "", "13800000002"],
    ["D3", "王五", "镇", "", ""],
]
GROUPS = [
    ["第1小组", "D1", "张三", "组长", "何某", "13900000000"],
    ["第1小组", "D2", "李四", "", "何某", ""],
    ["第2小组", "D3", "王五", "组长", "", ""],
]


@pytest.fixture
def desk(app: Flask) -> FlaskClient:
    with app.app_context(), writing():
        guangzhou().number = 1
    return browser(app, "chen", "unit_desk", "440118")


def upload(client: FlaskClient, kind: str, data: bytes, name: str = "表.xlsx") -> str:
    sent = client.post(
        "/campaigns/1/lists/import", data={"kind": kind, "unit": "440118", "file": (io.BytesIO(data), name)}
    )
    assert sent.status_code == 303, sent.get_data(as_text=True)
    return sent.headers["Location"]


def sheet(heads: list[str], rows: list[list[object]]) -> bytes:
    return write_table("xlsx", heads, rows)[0]


def import_all(client: FlaskClient, subjects: int = 4) -> None:
    rows = [a_row(number, **{"镇/街": "新塘镇" if number % 2 else "石滩镇"}) for number in range(1, subjects + 1)]
    for kind, data in (
        ("subjects", sheet(HEADS, rows)),
        ("deputies", sheet(["代表编号", "姓名", "层级", "工作单位", "手机"], ROSTER)),
        ("groups", sheet(["小组名称", "代表编号", "姓名", "组内职务", "联络员", "联络员电话"], GROUPS)),
    ):
        address = upload(client, kind, data)
        check_page(client.get(address))
        assert client.post(address).status_code == 303


def test_a_preview_writes_nothing_and_repairs_by_a_link(desk: FlaskClient, app: Flask) -> None:
    address = upload(
        desk, "subjects", sheet(HEADS, [a_row(1), a_row(2, 区="增成区"), a_row(1), a_row(3, 人数="约百人")])
    )
    page = check_page(desk.get(address))
    assert "导入可用的1行" in page
    assert "没有“增成区”。相近：增城区。" in page
    assert "与第2行是同一户（信用代码相同）" in page
    with app.app_context():
        assert db.session.query(ListEntry).count() == 0
    repaired = re.findall(r'<a class="btn sm" href="([^"#]+)', page)
    better = check_page(desk.get(repaired[0].replace("&amp;", "&")))
    assert "导入可用的2行" in better
    faulty = desk.get(address + "?faulty=csv")
    assert "约百人" in faulty.get_data(as_text=True)
    assert "没有“增成区”" in faulty.get_data(as_text=True)
    assert "须改正" in check_page(desk.get(address + "?tab=faulty"))
    done = desk.post(address, data={"fix": "3.district=增城区", "skip": "4"})
    assert done.headers["Location"].endswith("lists?unit=440118")
    page = check_page(desk.get(done.headers["Location"]))
    assert "已导入2行：名册新增2户" in page
    assert "有问题的1行没有导入" in page


def test_in_english_too(desk: FlaskClient) -> None:
    desk.get("/language/en")
    address = upload(desk, "subjects", sheet(HEADS, [a_row(1, 统一代码="91440118MA5")]))
    page = check_page(desk.get(address))
    assert "The credit code has 11 characters instead of 18." in page
    assert "Type it again from the business licence." in page


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00", "的内容是图片，不是表格"),
        ("甲,乙\n1,2\n".encode(), "没有找到表头"),
        ("企业名称,信用代码\n某公司,\n".encode("gb18030"), "缺少“所在区”列"),
        ("企业名称,所在区\n".encode(), "下面没有内容"),
    ],
)
def test_a_file_that_cannot_be_used(desk: FlaskClient, data: bytes, words: str) -> None:
    assert words in check_page(desk.get(upload(desk, "subjects", data, "名单.csv")), 422)


def test_a_forged_address_and_another_desk(desk: FlaskClient, app: Flask) -> None:
    address = upload(desk, "subjects", sheet(HEADS, [a_row(1)]))
    assert desk.get(address[:-3] + "abc").status_code == 404
    other = browser(app, "li", "unit_desk", "440105")
    assert other.get(address).status_code == 404
    assert other.post(address).status_code == 404
    assert other.get("/campaigns/1/lists?unit=440118").status_code == 404


def test_from_lists_to_assignments(desk: FlaskClient, app: Flask) -> None:
    import_all(desk)
    for place in ("lists", "deputies", "groups", "assignments", "assignments/all", "lists/import"):
        check_page(desk.get(f"/campaigns/1/{place}"))
        if place not in ("assignments", "lists/import"):
            assert desk.get(f"/campaigns/1/{place}?export=xlsx").data[:2] == b"PK"
    assert "13800000001" in check_page(desk.get("/campaigns/1/deputies"))
    organizer = browser(app, "zhou", "organizer", "440100")
    for place in ("deputies", "deputies?export=csv&x=1", "groups", "groups/1"):
        page = organizer.get(f"/campaigns/1/{place}{'&' if '?' in place else '?'}unit=440118").get_data(as_text=True)
        assert "13800000001" not in page
        assert "13900000000" not in page
    assert "联系电话" not in organizer.get("/campaigns/1/lists?unit=440118&export=csv").get_data(as_text=True)
    assert "联系电话" in desk.get("/campaigns/1/lists?export=csv").get_data(as_text=True)
    with app.app_context():
        entries = list(db.session.scalars(select(ListEntry).order_by(ListEntry.number)))
        group = db.session.scalars(select(Group).where(Group.number == 1)).one()
        chosen = {"group": group.id, "entry": [entries[0].id]}
    assert desk.post("/campaigns/1/assignments", data=chosen).status_code == 303
    again = desk.post("/campaigns/1/assignments", data=chosen, follow_redirects=True)
    assert "期间已被分派" in check_page(again)
    page = check_page(desk.get("/campaigns/1/assignments"))
    assert "利益回避" in page  # 张三 works for the first subject
    assert desk.post("/campaigns/1/assignments", data={"propose": "1"}).status_code == 303
    with app.app_context():
        assert db.session.query(Assignment).count() == db.session.query(Visit).count() == 4
    assert "已全部分派" in check_page(desk.get("/campaigns/1/assignments"))


def test_assignments_are_taken_back_looked_at_before_and_counted_after_and_that_is_undone(
    desk: FlaskClient, app: Flask
) -> None:
    import_all(desk)
    with app.app_context():
        entries = [entry.id for entry in db.session.scalars(select(ListEntry).order_by(ListEntry.number))]
        groups = [group.id for group in db.session.scalars(select(Group).order_by(Group.number))]
    desk.post("/campaigns/1/assignments", data={"group": groups[0], "entry": entries[:3]})
    with app.app_context(), writing():
        rows = list(db.session.scalars(select(Assignment).order_by(Assignment.number)))
        ids = [row.id for row in rows]
        set_attendance(rows[2].visit_id or "", [db.session.scalars(select(Deputy.id)).first() or ""])  # somebody went
    take = "/campaigns/1/assignments/take-back"
    before = check_page(desk.get(take, query_string={"unit": "440118", "assignment": ids}))
    assert ("可以撤回的：2项" in before or "可以撤回：2项" in before, "已经动手，予以保留" in before) == (True, True)
    other = browser(app, "li", "unit_desk", "440105")
    assert other.post(take, data={"unit": "440118", "assignment": ids}).status_code == 404
    after = check_page(desk.post(take, data={"unit": "440118", "assignment": ids}, follow_redirects=True))
    assert "已撤回2项分派" in after
    with app.app_context():
        assert db.session.query(Assignment).count() == db.session.query(Visit).count() == 1
    act = re.findall(r'href="(/acts/[^"]+)"', after)[0]
    assert other.get(act).status_code == 404
    check_page(desk.get(act))
    assert "已撤销" in check_page(desk.post(act, follow_redirects=True))
    with app.app_context():
        assert sorted(db.session.scalars(select(Assignment.id))) == sorted(ids)
        assert db.session.query(Visit).count() == 3
    assert "撤销过" in check_page(desk.get(act)), "it is undone once"


def test_one_assignment_is_moved_replaced_and_marked(desk: FlaskClient, app: Flask) -> None:
    import_all(desk)
    with app.app_context():
        entries = [entry.id for entry in db.session.scalars(select(ListEntry).order_by(ListEntry.number))]
        groups = [group.id for group in db.session.scalars(select(Group).order_by(Group.number))]
    desk.post("/campaigns/1/assignments", data={"group": groups[0], "entry": entries[:2]})
    address = "/campaigns/1/assignments/1"
    check_page(desk.get(address))
    assert desk.post(address, data={"act": "move", "group": groups[1]}).status_code == 303
    assert desk.post(address, data={"act": "appoint", "day": "2023-07-05"}).status_code == 303
    assert desk.post(address, data={"act": "extra", "extra": "yes"}).status_code == 303
    refused = desk.post(address, data={"act": "replace", "entry": entries[2], "reason": " "})
    assert "没有填写理由" in check_page(refused, 409)
    assert desk.post(address, data={"act": "replace", "entry": entries[2], "reason": "已搬迁"}).status_code == 303
    assert "已搬迁" in check_page(desk.get(address))
    assert desk.post(address, data={"act": "nonsense"}).status_code == 400
    assert desk.get("/campaigns/1/assignments/99").status_code == 404
    listed = desk.post("/campaigns/1/lists/remove", data={"entry": entries[1], "unit": "440118"}, follow_redirects=True)
    assert "不能移出名单" in check_page(listed)
    gone = desk.post("/campaigns/1/lists/remove", data={"entry": entries[3], "unit": "440118"}, follow_redirects=True)
    assert "已移出名单" in check_page(gone)


def test_a_group_is_made_by_hand_and_its_member_gets_a_code(desk: FlaskClient, app: Flask) -> None:
    import_all(desk)
    with app.app_context():
        people = {deputy.name: deputy.id for deputy in db.session.scalars(select(Deputy))}
    check_page(desk.get("/campaigns/1/groups/new"))
    made = desk.post(
        "/campaigns/1/groups/new",
        data={"name": "机动小组", "member": [people["张三"]], "leader": people["张三"], "liaison": "梁某"},
    )
    assert made.headers["Location"].endswith("/groups/3?unit=440118")
    assert "机动小组" in check_page(desk.get(made.headers["Location"]))
    assert "没有成员" in check_page(desk.post("/campaigns/1/groups/3", data={"name": "机动小组"}), 409)
    page = check_page(desk.post("/campaigns/1/groups/3/code", data={"deputy": people["张三"]}))
    assert re.search(r">\d{3} \d{3}<", page)
    assert desk.post("/campaigns/1/groups/3/code", data={"deputy": people["王五"]}).status_code == 404


def test_slips_and_codes_are_printed_apart(desk: FlaskClient, app: Flask) -> None:
    import_all(desk)
    assert "还没有分派" in check_page(desk.get("/campaigns/1/assignments/slips"))
    desk.post("/campaigns/1/assignments", data={"propose": "1"})
    check_page(desk.get("/campaigns/1/assignments/slips"))
    printed = desk.post("/campaigns/1/assignments/slips")
    assert printed.data[:5] == b"%PDF-", printed.get_data(as_text=True)[:2000]
    from reports.printing.pdf_text import page_texts

    words = "".join(page_texts(printed.data))
    assert "440118-0001" in words
    assert "13900000000" not in words
    with app.app_context():
        group = db.session.scalars(select(Group).where(Group.number == 1)).one().id
    page = check_page(desk.get(f"/campaigns/1/assignments/slips?group={group}"))
    assert "/s/" in page
    codes = desk.post("/campaigns/1/assignments/codes", data={"group": group})
    texts = "".join(page_texts(codes.data))
    organizer = browser(app, "zhou", "organizer", "440100")
    asked = {"unit": "440118", "group": group}
    assert organizer.post("/campaigns/1/assignments/codes", data=asked).status_code == 403
    assert organizer.get("/campaigns/1/assignments/slips?unit=440118").status_code == 200
    assert len(re.findall(r"\d{3} \d{3}", texts)) == 2
    assert "/s/" not in texts


def test_pages_of_a_long_table(desk: FlaskClient) -> None:
    import_all(desk, subjects=60)
    first = check_page(desk.get("/campaigns/1/lists?size=25"))
    assert "第1–25条，共60条" in first
    assert "第51–60条，共60条" in check_page(desk.get("/campaigns/1/lists?size=25&page=3"))
    assert "没有符合条件的企业" in check_page(desk.get("/campaigns/1/lists?q=无此企业"))
    assert "共1条" in check_page(desk.get("/campaigns/1/lists?q=示例17电子"))
    assert "示例17电子" in check_page(desk.get("/search?q=示例17电子"))
    assert "张三" in check_page(desk.get("/search?q=张三"))


def test_a_file_is_read_once_however_often_it_is_looked_at(
    desk: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []
    for kind, reader in list_uploads.READERS.items():
        counted = lambda data, file, reader=reader, **said: read.append(file) or reader(data, file, **said)  # noqa: E731
        monkeypatch.setitem(list_uploads.READERS, kind, counted)
    rows = [*(a_row(number) for number in range(1, 61)), a_row(61, 区="增成区")]
    address = upload(desk, "subjects", sheet(HEADS, rows))
    assert "示例61" not in check_page(desk.get(address))  # of the next page
    assert "示例61" in check_page(desk.get(f"{address}?page=2"))
    assert "没有“增成区”" in check_page(desk.get(f"{address}?tab=faulty"))
    assert desk.get(f"{address}?faulty=xlsx").data[:2] == b"PK"
    for _ in range(2):  # pressed twice it is imported once
        assert desk.post(address).headers["Location"].startswith("/campaigns/1/lists?")
    assert read == ["表.xlsx"]
    page = check_page(desk.get("/campaigns/1/lists"))
    assert "已导入60行：名册新增60户，原已有0户。 有问题的1行没有导入。" in page
    assert "已导入60行" in check_page(desk.get(address))
    with app.app_context():
        assert db.session.query(ListEntry).count() == 60


@pytest.mark.both_databases
def test_a_long_list_is_read_and_written_by_the_worker(desk: FlaskClient, app: Flask) -> None:
    rows = [a_row(number) for number in range(1, 1202)]
    address = upload(desk, "subjects", sheet(HEADS, [*rows, a_row(1202, 区="增成区")]))
    page = check_page(desk.get(address))
    assert "正在读取" in page
    assert desk.get(address).headers["Refresh"] == "2"
    assert "在您确认之前不会写入" in page
    assert desk.post(address).headers["Location"].startswith(address), "what was not read yet is not imported"
    with app.app_context():
        assert jobs.work_off() == 1
        read = db.session.scalars(select(jobs.Job)).one()
        assert (read.steps_done, read.steps_all) == (1200, 1202)
    assert "导入可用的1201行" in check_page(desk.get(address))
    for _ in range(2):
        assert desk.post(address).headers["Location"].startswith(address)
    page = check_page(desk.get(address))
    assert "正在导入" in page
    assert desk.get(address).headers["Refresh"] == "2"
    with app.app_context():
        assert jobs.work_off() == 1
    page = check_page(desk.get(address))
    assert "已导入1201行：名册新增1201户，原已有0户。 有问题的1行没有导入。" in page
    assert "Refresh" not in desk.get(address).headers
    with app.app_context():
        assert db.session.query(ListEntry).count() == 1201


def test_a_long_list_that_the_worker_cannot_read_says_so(
    desk: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks(*_: object, **__: object) -> None:
        raise OSError("the disk is gone")

    address = upload(desk, "subjects", sheet(HEADS, [a_row(number) for number in range(1, 1200)]))
    check_page(desk.get(address))
    monkeypatch.setitem(list_uploads.READERS, "subjects", breaks)
    with app.app_context():
        jobs.work_off()
    page = check_page(desk.get(address))
    assert "名单没有处理成功：OSError: the disk is gone" in page
    assert "Refresh" not in desk.get(address).headers


def test_what_was_read_of_a_list_is_gone_after_a_week(desk: FlaskClient, app: Flask) -> None:
    address = upload(desk, "subjects", sheet(HEADS, [a_row(1)]))
    check_page(desk.get(address))
    with app.app_context(), writing():
        old = db.session.scalars(select(list_uploads.ListUpload)).one()
        old.uploaded_at -= list_uploads.KEEPING_TIME * 1.01
    upload(desk, "subjects", sheet(HEADS, [a_row(2)]))
    assert desk.get(address).status_code == 404
    with app.app_context():
        assert db.session.query(list_uploads.ListUpload).count() == 1
        assert db.session.query(list_uploads.ListRow).count() == 0
