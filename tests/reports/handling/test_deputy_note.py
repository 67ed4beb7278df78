"""我的走访 says that something a deputy brought up was answered, until it is rated."""

from flask import Flask
from sqlalchemy import select

from reports.handling.course import askers
from surveys.accounts import Device
from surveys.database import db
from surveys.devices import field_cookie
from surveys.planning.people.slips import DeviceHolder
from tests.reports.handling.world import door, hand_over, items_of


def _phone(app: Flask) -> tuple[str, str, str]:
    """An item, its body, and the cookie of a phone of a deputy who asked."""
    with app.app_context():
        for item, body in sorted(items_of(app).items()):
            query = select(Device.id).join(DeviceHolder, DeviceHolder.device_id == Device.id)
            query = query.where(DeviceHolder.deputy_id.in_(askers(item)), Device.revoked_at.is_(None))
            device = db.session.scalars(query.order_by(Device.id)).first()
            if device:
                return item, body, field_cookie(device)
    raise AssertionError("nobody who asked has a phone")


def test_a_note_stands_from_the_answer_to_the_rating(demonstration: Flask) -> None:
    hand_over(demonstration, 40)
    item, body, cookie = _phone(demonstration)
    phone = demonstration.test_client()
    phone.get("/language/zh-CN")
    phone.set_cookie("diaoyan_field", cookie)
    assert "有了答复" not in phone.get("/visits").text
    answer = {"act": "answer", "kind": "final", "grade": "A", "text": "已办。"}
    assert door(demonstration, body).post(f"/department/items/{item}", data=answer).status_code == 303
    page = phone.get("/visits").text
    assert "您提的1件有了答复" in page
    assert "看答复并评价" in page
    rating = {"process": "satisfied", "result": "satisfied"}
    assert phone.post(f"/visits/asked/{item}", data=rating).status_code == 303
    assert "有了答复" not in phone.get("/visits").text
