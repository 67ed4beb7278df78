"""The door of whoever was visited: state and answer by the code on the receipt, and nothing else."""

from flask import Flask
from sqlalchemy import select

from reports.handling.records import Item, ItemFinding
from surveys.accounts import Device
from surveys.database import db
from surveys.devices import field_cookie
from surveys.fieldwork.findings.answer_codes import answer_code, visit_by
from surveys.fieldwork.findings.findings import Finding
from surveys.fieldwork.visits.attendance import Attendance
from surveys.fieldwork.visits.visits import Visit
from surveys.planning.people.deputies import Deputy
from surveys.planning.people.slips import DeviceHolder
from tests.reports.handling.world import door, hand_over, items_of


def _wished(app: Flask) -> tuple[str, str, str, str, list[str]]:
    """An item with an answer wished for: item, leading body, the finding's words, the code, the names of who asked."""
    leads = items_of(app)
    with app.app_context():
        query = select(ItemFinding.item_id, Finding).join(Finding).join(Visit, Visit.id == Finding.visit_id)
        item, finding = db.session.execute(query.where(Finding.wants_reply).order_by(Finding.id)).first() or ("", None)
        assert finding is not None
        assert finding.visit_id is not None
        names = select(Deputy.name).join(Attendance, Attendance.deputy_id == Deputy.id)
        deputies = list(db.session.scalars(names.where(Attendance.visit_id == finding.visit_id)))
        return item, leads[item], finding.text, answer_code(finding.visit_id), deputies


def test_state_and_answer_by_the_code_without_a_name(demonstration: Flask) -> None:
    hand_over(demonstration, 40)
    item, body, words, code, deputies = _wished(demonstration)
    browser = demonstration.test_client()
    browser.get("/language/zh-CN")
    typed = f" {code.lower().replace('-', '－')} "  # as somebody types it off paper
    before = browser.post("/answers", data={"code": typed})
    assert before.status_code == 200
    assert words in before.text
    assert "已交办" in before.text
    answer = {"act": "answer", "kind": "final", "grade": "A", "text": "贷款已经批下。"}
    assert door(demonstration, body).post(f"/department/items/{item}", data=answer).status_code == 303
    after = browser.post("/answers", data={"code": code})
    assert "贷款已经批下。" in after.text
    assert "已答复" in after.text
    assert not [name for name in deputies if name in after.text]
    assert code not in after.text
    with demonstration.app_context():
        others = [row.text for row in db.session.scalars(select(Item)) if row.id != item and row.text != words]
    assert not [text for text in others if text in after.text and text not in before.text]


def test_a_code_that_is_none_says_the_same_and_is_slowed(demonstration: Flask) -> None:
    with demonstration.app_context():
        visit = db.session.scalars(select(Finding.visit_id).where(Finding.wants_reply)).first()
        assert visit is not None
        code = answer_code(visit)
        found = visit_by(code)
        assert found is not None
        assert found.id == visit
        wrong = code[:-1] + ("2" if code[-1] != "2" else "3")
        assert visit_by(wrong) is None
    browser = demonstration.test_client()
    first = browser.post("/answers", data={"code": wrong})
    nothing = browser.post("/answers", data={"code": "440106-9999-AAAA-BBBB"})
    assert (first.status_code, nothing.status_code) == (422, 422)
    tries = [browser.post("/answers", data={"code": wrong}).status_code for _ in range(5)]
    assert tries == [422] * 4 + [429]
    assert browser.post("/answers", data={"code": code}).status_code == 429  # held up, right or wrong
    assert browser.get("/answers?code=" + code).status_code == 200


def test_a_receipt_prints_the_code_where_an_answer_was_wished_for(demonstration: Flask) -> None:
    with demonstration.app_context():
        query = select(Finding, Device).join(Attendance, Attendance.visit_id == Finding.visit_id)
        query = query.join(DeviceHolder, DeviceHolder.deputy_id == Attendance.deputy_id)
        query = query.join(Device, Device.id == DeviceHolder.device_id).where(Device.revoked_at.is_(None))
        finding, device = db.session.execute(query.where(Finding.wants_reply)).first() or (None, None)
        assert finding is not None
        cookie, code = field_cookie(device.id), answer_code(finding.visit_id)
        address = f"/visits/{finding.visit_id}/receipts/{finding.content}"
    browser = demonstration.test_client()
    browser.set_cookie("diaoyan_field", cookie)
    for page in (browser.get(address), browser.get(f"{address}?save=1")):
        assert page.status_code == 200
        assert code in page.text
