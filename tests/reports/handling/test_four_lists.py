"""四张清单: their counts are the desk's, every result leads back to an item and that to a finding, what is open stands first."""

import re

from flask import Flask
from sqlalchemy import select

from reports.handling import course
from reports.handling.bodies import Body
from reports.handling.course import Answer, By, of_body
from reports.handling.records import Item, Letter
from surveys.database import db
from surveys.fieldwork.visits.events import Event
from surveys.fieldwork.visits.visits import Visit
from tests.desk_client import signed_in
from tests.reports.handling.world import campaign, committee, hand_over, items_of, number


def _count(page: str, word: str) -> int:
    found = re.search(rf">{word} <span>(\d+)</span>", page)
    assert found, word
    return int(found.group(1))


def test_counts_are_the_desks_and_rows_lead_on(demonstration: Flask) -> None:
    hand_over(demonstration, 5)
    item, body = sorted(items_of(demonstration).items())[0]
    with demonstration.app_context():
        row = db.session.get_one(Item, item)
        lead = db.session.get_one(Body, body)
        course.answer(row, lead, Answer("final", "办好了", "A"), of_body(lead))
        course.close(row, By("staff", None, "周岚"), "新办法已印发")
        kind, reference = row.kind, row.reference
        here = campaign(demonstration).id
        work = sum(db.session.query(table).filter_by(campaign_id=here).count() for table in (Visit, Event, Letter))
    browser, place = committee(demonstration), f"/campaigns/{number(demonstration)}"
    page = browser.get(f"{place}/four-lists").text
    assert _count(page, "工作清单") == work
    for word, name in (("问题清单", "problem"), ("建议清单", "suggestion")):
        desk = browser.get(f"{place}/findings?kind={name}").text
        told = re.search(r"共(\d+)条", desk)
        assert _count(page, word) == int(told.group(1) if told else 0)
    assert _count(page, "成果清单") == 1
    results = browser.get(f"{place}/four-lists?list=results").text
    assert f"/items/{item}" in results
    assert "新办法已印发" in results
    assert "/findings/" in browser.get(f"/items/{item}").text  # and from there to its source
    mine = browser.get(f"{place}/four-lists?list={'problems' if kind == 'problem' else 'suggestions'}&size=200").text
    assert f"{reference} 已销号" in mine
    rows = re.findall(r"<td class=\"wrap\">(.*?)</td>", mine, re.DOTALL)
    opens = ["未闭环" in row for row in rows]
    assert opens == sorted(opens, reverse=True)
    assert set(opens) == {True, False}
    file = browser.get(f"{place}/four-lists?list=results&export=csv")
    assert "新办法已印发" in file.data.decode("utf-8-sig")
    with demonstration.app_context():
        assert db.session.scalars(select(Item.id)).first()


def test_a_campaign_with_an_unanswered_item_is_closed_with_a_reason_alone(demonstration: Flask) -> None:
    hand_over(demonstration, 2)
    items = sorted(items_of(demonstration).items())
    _answer(demonstration, *items[0])
    organizer = signed_in(demonstration, "organizer.440100", "zh-CN")
    end = f"/campaigns/{number(demonstration)}/end"
    assert f"答复率50.0%（1/{len(items)}）" in organizer.get(end).text
    assert organizer.post(end, data={"what": "close"}).status_code == 422
    assert organizer.post(end, data={"what": "close", "reason": "其余转下一年办理"}).status_code == 303
    assert "其余转下一年办理" in organizer.get(end).text
    organizer.post(end, data={"what": "reopen", "reason": "补办"})
    _answer(demonstration, *items[1])
    assert "没有答复" not in organizer.get(end).text
    assert organizer.post(end, data={"what": "close"}).status_code == 303


def _answer(app: Flask, item: str, body: str) -> None:
    with app.app_context():
        lead = db.session.get_one(Body, body)
        course.answer(db.session.get_one(Item, item), lead, Answer("final", "办好了", "A"), of_body(lead))


def test_plan_ledger_and_summary_go_out_as_tables(demonstration: Flask) -> None:
    place = f"/campaigns/{number(demonstration)}"
    plan = committee(demonstration).get(f"{place}/hand-over?why=coded&export=csv").data.decode("utf-8-sig")
    assert "按归类提议" in plan
    hand_over(demonstration, 3)
    item, body = sorted(items_of(demonstration).items())[0]
    _answer(demonstration, item, body)
    browser = committee(demonstration)
    with demonstration.app_context():
        reference = db.session.get_one(Item, item).reference
    ledger = browser.get(f"{place}/handling?export=csv").data.decode("utf-8-sig").splitlines()
    assert len(ledger) == 1 + len(items_of(demonstration))
    answers = browser.get(f"{place}/handling?export=csv&answers=1").data.decode("utf-8-sig").splitlines()
    assert len(answers) == 2
    assert answers[1].startswith(reference)
    assert "办好了" in answers[1]
