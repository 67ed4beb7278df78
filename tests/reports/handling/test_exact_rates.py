"""Rows 37 and 41 of the field's mechanisms through the pages: rates with both bases, and what keeps a campaign from closing."""

from datetime import date

from flask import Flask

from reports.handling import course
from reports.handling.course import Answer, By
from reports.handling.records import Item, ItemFinding, Letter, LetterItem, Rating
from surveys.audit import SYSTEM
from surveys.database import db, utc_now, writing
from surveys.fieldwork.findings.findings import add_letter
from surveys.planning.people.deputies import Deputy
from tests.desk_client import signed_in
from tests.reports.handling.world import campaign, committee, number, office

DESK = By("staff", None, "办公室")


def _handed(app: Flask, whole: int) -> list[str]:
    """So many items handed over to one body by one letter; their ids."""
    with app.app_context(), writing() as session:
        row = session.merge(campaign(app))
        letter = Letter(
            campaign_id=row.id, year=2023, number=1, body_code="D01", office="办", made_at=row.now(), file="0"
        )
        session.add(letter)
        session.flush()
        ids = []
        for place in range(1, whole + 1):
            finding = add_letter(row.id, "440106", kind="problem", text=f"第{place}条")
            item = Item(
                campaign_id=row.id,
                kind="problem",
                number=place,
                finding_id=finding.id,
                text=f"第{place}条",
                made_at=row.now(),
            )
            item.campaign = row
            session.add(item)
            session.flush()
            session.add(ItemFinding(item_id=item.id, finding_id=finding.id))
            session.add(LetterItem(letter_id=letter.id, item_id=item.id, part="lead"))
            facts = {"body_code": "D01", "round_number": 1, "due_on": date(2030, 1, 1), "letter_id": letter.id}
            course.add_step(item, "handed", course.staff(SYSTEM), None, **facts)
            ids.append(item.id)
        return ids


def _answer(app: Flask, ids: list[str]) -> None:
    from reports.handling.bodies import Body

    with app.app_context(), writing() as session:
        body = session.get_one(Body, "D01")
        for item in ids:
            course.answer(session.get_one(Item, item), body, Answer("final", "已办。", "A"), DESK)


def _rated(app: Flask, ids: list[str], satisfied: int) -> None:
    with app.app_context(), writing() as session:
        deputy = session.query(Deputy.id).order_by(Deputy.id).limit(1).scalar()
        for place, item in enumerate(ids):
            result = "satisfied" if place < satisfied else "dissatisfied"
            facts = {"deputy_id": deputy, "process": "satisfied", "result": result, "rated_at": utc_now()}
            session.add(Rating(item_id=item, round_number=1, **facts))


def test_223_of_224_is_99_6_and_the_campaign_does_not_close_until_the_last_is_answered(demonstration: Flask) -> None:
    ids = _handed(demonstration, 224)
    _answer(demonstration, ids[:-1])
    page, end = f"/campaigns/{number(demonstration)}/handling", f"/campaigns/{number(demonstration)}/end"
    shown = committee(demonstration).get(page).text
    assert "99.6%" in shown
    assert "223/224" in shown
    assert "100.0%" not in shown
    desk = signed_in(demonstration, "organizer.440100", "zh-CN")
    refused = desk.post(end, data={"what": "close"})
    assert refused.status_code == 422
    assert "99.6%（223/224）" in refused.text.replace("(", "（").replace(")", "）")
    paper = {"kind": "final", "grade": "C", "text": "暂不能解决，理由在函里。"}
    assert office(demonstration).post(f"/items/{ids[-1]}/paper", data=paper).status_code == 303
    shown = desk.get(page).text
    assert "100.0%" in shown
    assert "224/224" in shown
    assert desk.post(end, data={"what": "close"}).status_code == 303
    with demonstration.app_context():
        assert campaign(demonstration).closed_at is not None
        assert db.session.query(Item).count() == 224


def test_190_150_108_of_200_200_120_with_both_bases(demonstration: Flask) -> None:
    ids = _handed(demonstration, 200)
    _answer(demonstration, ids[:190])
    _rated(demonstration, ids[:120], 108)
    desk = committee(demonstration)
    for item in ids[:150]:
        assert desk.post(f"/items/{item}", data={"act": "close", "words": "看过"}).status_code == 303
    shown = desk.get(f"/campaigns/{number(demonstration)}/handling").text
    for rate, base in (("95.0%", "190/200"), ("75.0%", "150/200"), ("90.0%", "108/120"), ("54.0%", "108/200")):
        assert rate in shown
        assert base in shown
