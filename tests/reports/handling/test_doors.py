"""From a matter to its close through the pages: office, department, committee, deputy; and what is refused on the way."""

import io

from flask import Flask
from sqlalchemy import select

from reports.handling.course import askers
from reports.handling.records import Item, Letter, Reply, Step
from reports.issuing.archive import store
from reports.printing.pdf_text import page_texts
from surveys.accounts import Device
from surveys.database import db
from surveys.devices import field_cookie
from surveys.planning.people.slips import DeviceHolder
from tests.desk_client import signed_in
from tests.house.pages import counted
from tests.reports.handling.world import committee, door, hand_over, items_of, name_of, number, office, work


def _state(app: Flask, item: str) -> str:
    from reports.handling import course

    with app.app_context():
        return course.state(db.session.get_one(Item, item))


def _two(app: Flask) -> tuple[str, str, str]:
    """An item, the body that leads it, and another body that has items."""
    leads = items_of(app)
    item, body = sorted(leads.items())[0]
    return item, body, next(code for code in sorted(leads.values()) if code != body)


def test_one_press_makes_a_letter_for_each_body_with_its_rows_alone(demonstration: Flask) -> None:
    made = hand_over(demonstration, 12)
    leads = items_of(demonstration)
    assert made == len(set(leads.values())) > 2
    with demonstration.app_context():
        letters = db.session.scalars(select(Letter).order_by(Letter.number)).all()
        assert [letter.number for letter in letters] == list(range(1, made + 1))
        texts = {row.id: (row.reference, leads[row.id]) for row in db.session.scalars(select(Item))}
        for letter in letters:
            text = "".join(page_texts(store().read(letter.file)))
            own = {reference for reference, body in texts.values() if body == letter.body_code}
            assert {reference for reference, _ in texts.values() if reference in text} == own
            assert f"{letter.number}号" in text
            assert "验证码" in text
    page = office(demonstration).get(f"/campaigns/{number(demonstration)}/letters").text
    assert all(f"{place}号函" in page for place in range(1, made + 1))


def test_a_withdrawn_letter_keeps_its_number_and_its_items_go_out_again(demonstration: Flask) -> None:
    made = hand_over(demonstration, 4)
    browser = office(demonstration)
    item, body, _ = _two(demonstration)
    with demonstration.app_context():
        letter = db.session.scalars(select(Letter).where(Letter.body_code == body)).one()
        reference = db.session.get_one(Item, item).reference
    department = door(demonstration, body)
    assert browser.post(f"/letters/{letter.id}", data={"reason": ""}).status_code == 409
    assert browser.post(f"/letters/{letter.id}", data={"reason": "送错了"}).status_code == 303
    assert browser.post(f"/letters/{letter.id}", data={"reason": "再撤"}).status_code == 409
    assert _state(demonstration, item) == "waiting"
    assert department.get(f"/department/items/{item}").status_code == 404  # to a withdrawn letter nobody answers
    assert hand_over(demonstration, 200) > made
    with demonstration.app_context():
        assert [row.number for row in db.session.scalars(select(Letter).order_by(Letter.number))] == list(
            range(1, db.session.query(Letter).count() + 1)
        )
        assert db.session.get_one(Item, item).reference == reference
    assert _state(demonstration, item) == "handed"


def test_a_department_sees_its_own_items_alone(demonstration: Flask) -> None:
    hand_over(demonstration, 8)
    leads = items_of(demonstration)
    for body in set(leads.values()):
        browser = door(demonstration, body)
        page = browser.get("/department").text
        for item, lead in leads.items():
            answer = browser.get(f"/department/items/{item}")
            assert (answer.status_code, item in page) == ((200, True) if lead == body else (404, False))
            if lead != body:
                assert browser.post(f"/department/items/{item}", data={"act": "sign"}).status_code == 404
        with demonstration.app_context():
            letters = [(row.id, row.body_code) for row in db.session.scalars(select(Letter))]
        for letter, owner in letters:
            assert browser.get(f"/department/letters/{letter}.pdf").status_code == (200 if owner == body else 404)


def test_a_wrong_code_is_slowed_and_a_withdrawn_link_opens_nothing(demonstration: Flask) -> None:
    hand_over(demonstration, 3)
    item, body, _ = _two(demonstration)
    browser = demonstration.test_client()
    unknown = [browser.post("/d/unknown", data={"code": "000000"}).status_code for _ in range(6)]
    assert unknown == [422] * 5 + [429]
    inside = door(demonstration, body)
    assert inside.get(f"/department/items/{item}").status_code == 200
    with demonstration.app_context():
        letter = db.session.scalars(select(Letter.id).where(Letter.body_code == body)).one()
    office(demonstration).post(f"/letters/{letter}", data={"act": "link"})
    assert inside.get("/department").status_code == 401
    assert browser.get("/department").status_code == 401


def test_signed_given_back_rerouted_answered_closed_reopened(demonstration: Flask) -> None:
    hand_over(demonstration, 4)
    item, body, other = _two(demonstration)
    department, desk = door(demonstration, body), committee(demonstration)
    own, desk_page = f"/department/items/{item}", f"/items/{item}"
    assert department.post(own, data={"act": "sign"}).status_code == 303
    assert _state(demonstration, item) == "signed"
    refused = department.post(own, data={"act": "give_back", "words": "", "whose": name_of(demonstration, other)})
    assert refused.status_code == 409
    assert "要写明理由" in refused.text
    wrong = department.post(own, data={"act": "give_back", "words": "不归我们", "whose": "没有这个局"})
    assert wrong.status_code == 409
    assert "不归我们" in wrong.text  # what was typed stays
    given = {"act": "give_back", "words": "不归我们", "whose": name_of(demonstration, other)}
    assert department.post(own, data=given).status_code == 303
    assert _state(demonstration, item) == "back"
    assert name_of(demonstration, other) in desk.get(desk_page).text
    # Rerouted by a letter of its own: from now on it is the other's, and no more the first one's.
    assert desk.post(desk_page, data={"act": "reroute", "body": "没有这个局", "words": "改派"}).status_code == 409
    assert (
        desk.post(
            desk_page, data={"act": "reroute", "body": name_of(demonstration, other), "words": "改派"}
        ).status_code
        == 303
    )
    assert items_of(demonstration)[item] == other
    assert department.get(own).status_code == 404
    second = door(demonstration, other)
    # More time is asked for, given within the rule, refused beyond it.
    assert second.post(own, data={"act": "more_time", "until": "2024-02-01", "words": "等省里"}).status_code == 303
    assert _state(demonstration, item) == "working"
    assert desk.post(desk_page, data={"act": "extend", "until": "2026-02-02", "words": "同意"}).status_code == 409
    with demonstration.app_context():
        due = db.session.scalars(select(Step.due_on).where(Step.item_id == item).order_by(Step.number.desc())).first()
    later = due.replace(day=28)
    later = later if later > due else due.replace(month=due.month % 12 + 1, year=due.year + due.month // 12, day=20)
    assert desk.post(desk_page, data={"act": "extend", "until": later.isoformat(), "words": "同意"}).status_code == 303
    assert f"{later.year}年{later.month}月{later.day}日" in second.get(own).text
    assert desk.post(desk_page, data={"act": "supervise", "words": "挂号"}).status_code == 303
    # Not closed without an answer; an interim answer does not stop the clock.
    assert desk.post(desk_page, data={"act": "close", "words": "办好了"}).status_code == 409
    interim = {"act": "answer", "kind": "interim", "text": "正在起草"}
    assert second.post(own, data=interim).status_code == 303
    page = second.get(own).text
    assert "中期答复不停计时" in page
    # A damaged file, a B without its day: nothing is kept, what was typed is.
    broken = {
        "act": "answer",
        "kind": "final",
        "grade": "A",
        "text": "已经办好",
        "file": (io.BytesIO(b"MZ\x90rubbish"), "答复.pdf"),
    }
    refused = second.post(own, data=broken, content_type="multipart/form-data")
    assert refused.status_code == 409
    assert "已经办好" in refused.text
    assert (
        second.post(own, data={"act": "answer", "kind": "final", "grade": "B", "text": "列入计划"}).status_code == 409
    )
    final = {
        "act": "answer",
        "kind": "final",
        "grade": "A",
        "text": "已经办好",
        "file": (io.BytesIO(_pdf(demonstration)), "答复函.pdf"),
    }
    assert second.post(own, data=final, content_type="multipart/form-data").status_code == 303
    assert _state(demonstration, item) == "answered"
    twice = second.post(own, data={"act": "answer", "kind": "final", "grade": "D", "text": "又答一次"})
    assert twice.status_code == 409
    assert "已经答复过" in twice.text
    with demonstration.app_context():
        reply = db.session.scalars(select(Reply).where(Reply.item_id == item, Reply.kind == "final")).one()
        assert reply.text == "已经办好"
    # The lead reads its file; the other body does not.
    address = f"/replies/{reply.id}/0"
    assert second.get(own + address).headers["Content-Disposition"].startswith("attachment")
    assert department.get(own + address).status_code == 404
    assert desk.get(desk_page + address).status_code == 200
    # The committee closes with evidence, once; then nothing is answered any more, and it may be reopened.
    assert desk.post(desk_page, data={"act": "close", "words": ""}).status_code == 409
    assert desk.post(desk_page, data={"act": "close", "words": "新办法已印发"}).status_code == 303
    assert desk.post(desk_page, data={"act": "close", "words": "又一次"}).status_code == 409
    late = second.post(own, data={"act": "answer", "kind": "final", "grade": "A", "text": "再答"})
    assert late.status_code == 409
    assert "已经销号" in late.text
    assert desk.post(desk_page, data={"act": "reopen", "words": "还没好"}).status_code == 303
    assert _state(demonstration, item) == "working"
    assert (
        second.post(own, data={"act": "answer", "kind": "final", "grade": "A", "text": "第二轮答复"}).status_code == 303
    )


def _pdf(app: Flask) -> bytes:
    with app.app_context():
        return store().read(db.session.scalars(select(Letter.file)).first())


def test_an_answer_on_paper_is_entered_by_the_office(demonstration: Flask) -> None:
    hand_over(demonstration, 2)
    item, _, _ = _two(demonstration)
    browser = office(demonstration)
    sent = {"kind": "final", "grade": "C", "text": "暂时不能", "file": (io.BytesIO(_pdf(demonstration)), "扫描件.pdf")}
    assert browser.post(f"/items/{item}/paper", data=sent, content_type="multipart/form-data").status_code == 303
    assert "纸面" in browser.get(f"/items/{item}").text
    assert (
        browser.post(f"/items/{item}", data={"act": "close", "words": "好了"}).status_code == 403
    )  # the committee's alone


def _deputy_of(app: Flask, item: str):
    """A browser of a deputy who asked."""
    with app.app_context():
        mine = askers(item)
        query = select(Device.id).join(DeviceHolder, DeviceHolder.device_id == Device.id)
        device = db.session.scalars(query.where(DeviceHolder.deputy_id.in_(mine), Device.revoked_at.is_(None))).first()
        cookie = field_cookie(device) if device else ""
    browser = app.test_client()
    browser.set_cookie("diaoyan_field", cookie)
    return browser if device else None


def test_a_deputy_reads_the_answer_and_sends_it_into_the_next_round(demonstration: Flask) -> None:
    hand_over(demonstration, 30)
    leads = items_of(demonstration)
    item, deputy = next((one, found) for one in sorted(leads) if (found := _deputy_of(demonstration, one)) is not None)
    body = leads[item]
    own = f"/department/items/{item}"
    assert deputy.post(f"/visits/asked/{item}", data={"process": "fairly", "result": "fairly"}).status_code == 409
    department = door(demonstration, body)
    assert (
        department.post(own, data={"act": "answer", "kind": "final", "grade": "A", "text": "第一轮的答复"}).status_code
        == 303
    )
    assert "第一轮的答复" in deputy.get("/visits/asked").text
    taps = {"process": "satisfied", "result": "dissatisfied", "words": "还没有解决"}
    assert deputy.post(f"/visits/asked/{item}", data=taps).status_code == 303
    assert deputy.post(f"/visits/asked/{item}", data=taps).status_code == 409
    assert _state(demonstration, item) == "again"
    page = department.get(own).text
    assert "第2轮" in page
    assert "还没有解决" in page
    assert (
        department.post(own, data={"act": "answer", "kind": "final", "grade": "A", "text": "第二轮的答复"}).status_code
        == 303
    )
    assert deputy.post(f"/visits/asked/{item}", data={"process": "satisfied", "result": "satisfied"}).status_code == 303
    other = next(one for one in items_of(demonstration) if one != item and not _shares(demonstration, one, item))
    assert deputy.post(f"/visits/asked/{other}", data=taps).status_code == 404
    desk = committee(demonstration)
    page = desk.get(f"/campaigns/{number(demonstration)}/handling").text
    assert "1/1" in page


def _shares(app: Flask, one: str, other: str) -> bool:
    with app.app_context():
        return bool(set(askers(one)) & set(askers(other)))


def test_who_has_no_part_in_it_gets_no_item(demonstration: Flask) -> None:
    hand_over(demonstration, 2)
    item = next(iter(items_of(demonstration)))
    for person, status in {
        "unit_desk.440106": 404,
        "liaison1.440106": 404,
        "auditor.440100": 404,
        "reader.440100": 200,
    }.items():
        assert signed_in(demonstration, person, "zh-CN").get(f"/items/{item}").status_code == status, person
    assert (
        signed_in(demonstration, "reader.440100", "zh-CN").post(f"/items/{item}", data={"act": "close"}).status_code
        == 403
    )
    reader = signed_in(demonstration, "reader.440100", "zh-CN")
    assert reader.get(f"/campaigns/{number(demonstration)}/hand-over").status_code == 403


def test_two_presses_for_the_same_matters_hand_them_over_once(demonstration: Flask) -> None:
    made = hand_over(demonstration, 3)
    with demonstration.app_context():
        before = db.session.query(Item).count()
    work(demonstration)
    assert hand_over(demonstration, 0) == made  # nothing ticked: nothing
    with demonstration.app_context():
        assert db.session.query(Item).count() == before


def test_pages_ask_the_same_number_of_times_however_many_items(demonstration: Flask) -> None:
    hand_over(demonstration, 60)
    with demonstration.app_context():
        item = db.session.scalars(select(Item.id)).first()
    leads = items_of(demonstration)
    body = max(sorted(set(leads.values())), key=list(leads.values()).count)
    place = f"/campaigns/{number(demonstration)}"
    people = {
        committee(demonstration): [f"{place}/handling", f"{place}/letters", f"{place}/hand-over", f"/items/{item}"],
        door(demonstration, body): ["/department", f"/department/items/{next(i for i in leads if leads[i] == body)}"],
    }
    for browser, pages in people.items():
        for page in pages:
            assert browser.get(page).status_code == 200
            with counted(demonstration) as sent:
                browser.get(page)
            assert len(sent) <= 25, (page, len(sent))
