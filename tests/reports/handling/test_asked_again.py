"""Asked again: reminders by the clock and by hand, supervision and escalation by letter, proposals to close; through the pages."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from reports.handling import course
from reports.handling.bodies import Body
from reports.handling.letter_jobs import ask_reminders
from reports.handling.notices import remind
from reports.handling.records import Item, Letter, Step
from reports.issuing.archive import store
from reports.printing.pdf_text import page_texts
from surveys.database import db, writing
from tests.desk_client import signed_in
from tests.reports.handling.world import campaign, committee, door, hand_over, items_of, name_of, number, office, work


def _later(app: Flask, days: int) -> None:
    """So many days go by in the campaign."""
    with app.app_context(), writing() as session:
        row = session.merge(campaign(app))
        row.as_of = row.now() + timedelta(days=days)


def _letters(app: Flask, kind: str) -> list[tuple[str, list[str]]]:
    """Body and page texts of each letter of a kind, by number."""
    with app.app_context():
        query = select(Letter).where(Letter.kind == kind).order_by(Letter.number)
        return [(row.body_code, page_texts(store().read(row.file))) for row in db.session.scalars(query)]


def test_each_body_gets_one_letter_on_day_60_80_and_then_each_week(demonstration: Flask) -> None:
    hand_over(demonstration, 8)
    leads = items_of(demonstration)
    sent = []
    for days in (59, 1, 0, 19, 1, 6, 1):  # day 59, 60, 60 again, 79, 80, 86, 87
        _later(demonstration, days)
        with demonstration.app_context():
            sent.append(remind(campaign(demonstration)))
    bodies = len(set(leads.values()))
    assert sent == [0, bodies, 0, 0, bodies, 0, bodies]
    with demonstration.app_context():
        numbers = list(db.session.scalars(select(Letter.number).order_by(Letter.number)))
        assert numbers == list(range(1, 4 * bodies + 1))  # one series, without a gap
        references = {row.id: row.reference for row in db.session.scalars(select(Item))}
    for body, texts in _letters(demonstration, "reminder"):
        text = "".join(texts)
        assert "催办" in text
        own = {references[item] for item, lead in leads.items() if lead == body}
        assert {reference for reference in references.values() if reference in text} == own
    body = sorted(set(leads.values()))[0]
    assert door(demonstration, body).get("/department").text.count("催办函") == 3


def test_what_is_answered_is_not_reminded_of_and_more_time_moves_the_day(demonstration: Flask) -> None:
    hand_over(demonstration, 4)
    (answered, body), *rest = sorted(items_of(demonstration).items())
    longer, other = next((item, lead) for item, lead in rest if lead != body)
    answer = {"act": "answer", "kind": "final", "grade": "A", "text": "已办。"}
    assert door(demonstration, body).post(f"/department/items/{answered}", data=answer).status_code == 303
    with demonstration.app_context():
        due = course.newest(longer).due_on
        assert due is not None
    extended = {"act": "extend", "until": (due + timedelta(days=30)).isoformat(), "words": "材料未齐"}
    assert committee(demonstration).post(f"/items/{longer}", data=extended).status_code == 303
    _later(demonstration, 62)
    with demonstration.app_context():
        remind(campaign(demonstration))
        reminded = set(db.session.scalars(select(Step.item_id).where(Step.kind == "reminded")))
    assert answered not in reminded
    assert longer not in reminded
    _later(demonstration, 29)
    with demonstration.app_context():
        remind(campaign(demonstration))
        reminded = set(db.session.scalars(select(Step.item_id).where(Step.kind == "reminded")))
    assert longer in reminded
    assert other


def test_the_clock_asks_once_a_day_and_never_where_it_stands_still(demonstration: Flask) -> None:
    hand_over(demonstration, 3)
    with demonstration.app_context():
        ask_reminders()
    work(demonstration)
    assert _letters(demonstration, "reminder") == []
    with demonstration.app_context():
        with writing() as session:
            session.merge(campaign(demonstration)).as_of = None  # the present is years after the handing over
        ask_reminders()
        ask_reminders()
    work(demonstration)
    assert len(_letters(demonstration, "reminder")) == len(set(items_of(demonstration).values()))


def test_the_office_reminds_a_body_at_once_but_not_twice_a_day(demonstration: Flask) -> None:
    hand_over(demonstration, 4)
    body = sorted(set(items_of(demonstration).values()))[0]
    page, desk = f"/campaigns/{number(demonstration)}/handling/remind", office(demonstration)
    assert desk.post(page, data={"body": body}).status_code == 303
    again = desk.post(page, data={"body": body})
    assert again.status_code == 409
    assert "今天已经催办过" in again.text
    assert [one for one, _ in _letters(demonstration, "reminder")] == [body]
    with demonstration.app_context():
        letter = db.session.scalars(select(Letter.id).where(Letter.kind == "reminder")).one()
    assert desk.post(f"/letters/{letter}", data={"reason": "发早了"}).status_code == 303  # taken back, the items stay
    with demonstration.app_context():
        assert {course.state(row) for row in db.session.scalars(select(Item))} == {"handed"}


def test_supervised_and_escalated_by_letter_keep_both_records(demonstration: Flask) -> None:
    hand_over(demonstration, 4)
    item, body = sorted(items_of(demonstration).items())[0]
    desk, page = committee(demonstration), f"/items/{item}"
    assert desk.post(page, data={"act": "supervise", "words": ""}).status_code == 409
    assert desk.post(page, data={"act": "supervise", "words": "企业多次反映"}).status_code == 303
    ((to, texts),) = _letters(demonstration, "supervision")
    assert to == body
    assert "企业多次反映" in "".join(texts).replace("\n", "")
    same = desk.post(page, data={"act": "escalate", "body": name_of(demonstration, body), "words": "要省里定"})
    assert same.status_code == 409
    with demonstration.app_context():
        higher = db.session.scalars(select(Body).where(Body.code != body, Body.tier == "vertical")).first()
        assert higher is not None
        name, code = higher.short_name, higher.code
    escalated = {"act": "escalate", "body": name, "words": "权限在上级"}
    assert office(demonstration).post(page, data=escalated).status_code == 403
    assert desk.post(page, data=escalated).status_code == 303
    with demonstration.app_context():
        steps = course.steps_of(item)
        assert [(step.kind, step.body_code) for step in steps] == [
            ("handed", body),
            ("supervised", body),
            ("escalated", code),
        ]
        assert course.state(db.session.get_one(Item, item)) == "handed"
    assert door(demonstration, code).get(f"/department/items/{item}").status_code == 200
    assert door(demonstration, body).get(f"/department/items/{item}").status_code == 404


def test_the_office_proposes_to_close_and_the_committee_decides(demonstration: Flask) -> None:
    hand_over(demonstration, 3)
    item, body = sorted(items_of(demonstration).items())[0]
    desk, page = office(demonstration), f"/items/{item}/proposal"
    assert desk.post(page, data={"words": "已办好"}).status_code == 409  # nothing is answered
    answer = {"act": "answer", "kind": "final", "grade": "A", "text": "已办。"}
    door(demonstration, body).post(f"/department/items/{item}", data=answer)
    assert desk.post(page, data={"words": "现场看过，已办好"}).status_code == 303
    listed = f"/campaigns/{number(demonstration)}/handling?proposed=1"
    assert f"/items/{item}" in desk.get(listed).text
    assert "现场看过" in committee(demonstration).get(f"/items/{item}").text
    assert (
        committee(demonstration).post(f"/items/{item}", data={"act": "keep_open", "words": "再看一次"}).status_code
        == 303
    )
    assert f"/items/{item}" not in desk.get(listed).text
    assert desk.post(page, data={"words": "又看过"}).status_code == 303
    assert desk.post(page, data={"act": "take_back"}).status_code == 303
    assert desk.post(page, data={"act": "take_back"}).status_code == 409
    desk.post(page, data={"words": "看过三次"})
    assert committee(demonstration).post(f"/items/{item}", data={"act": "close", "words": "属实"}).status_code == 303
    assert f"/items/{item}" not in desk.get(listed).text


def test_who_may_remind_and_propose(demonstration: Flask) -> None:
    hand_over(demonstration, 2)
    item, body = sorted(items_of(demonstration).items())[0]
    for person, status in (("reader.440100", 403), ("unit_desk.440106", 404)):
        browser = signed_in(demonstration, person, "zh-CN")
        remind_page = f"/campaigns/{number(demonstration)}/handling/remind"
        assert browser.post(remind_page, data={"body": body}).status_code == status
        assert browser.post(f"/items/{item}/proposal", data={"words": "好"}).status_code == status
        assert (
            browser.post(f"/items/{item}", data={"act": "escalate", "body": "D01", "words": "好"}).status_code == status
        )
    assert door(demonstration, body).post(f"/items/{item}/proposal", data={"words": "好"}).status_code in (
        302,
        303,
        401,
        404,
    )
    assert _letters(demonstration, "reminder") == []
