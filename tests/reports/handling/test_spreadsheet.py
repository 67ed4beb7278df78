"""A body's items go out as a spreadsheet, are filled in and come back: the same columns, a fault a row, nobody else's rows."""

import io

from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select

from reports.handling.records import Item, Reply
from surveys.database import db
from tests.reports.handling.world import door, hand_over, items_of


def test_out_filled_in_and_back(demonstration: Flask) -> None:
    hand_over(demonstration, 30)
    leads = items_of(demonstration)
    body = max(sorted(set(leads.values())), key=list(leads.values()).count)
    browser = door(demonstration, body)
    book = load_workbook(io.BytesIO(browser.get("/department/items.xlsx").data))
    sheet = book.active
    own = {row[0].value: row for row in sheet.iter_rows(min_row=2)}
    with demonstration.app_context():
        by_reference = {item.reference: item.id for item in db.session.scalars(select(Item))}
    assert {by_reference[one] for one in own} == {item for item, lead in leads.items() if lead == body}
    assert len(own) >= 2
    first, second, *_ = sorted(own)
    for reference, values in {first: ("A", None, "已经办好"), second: ("B", "明年", "列入计划")}.items():
        for place, value in enumerate(values, 5):
            own[reference][place].value = value
    stranger = next(reference for reference, item in by_reference.items() if leads[item] != body)
    sheet.append([stranger, "别的单位的", "主办", "", "", "A", "", "替人答复"])
    out = io.BytesIO()
    book.save(out)
    answer = browser.post("/department/items.xlsx", data={"file": (io.BytesIO(out.getvalue()), "填好.xlsx")})
    assert answer.status_code == 422
    assert "收下1条" in answer.text
    assert "“明年”认不出" in answer.text
    assert f"“{stranger}”不是现在交给本单位的事项" in answer.text
    with demonstration.app_context():
        kept = [(reply.item_id, reply.grade, reply.text) for reply in db.session.scalars(select(Reply))]
        assert kept == [(by_reference[first], "A", "已经办好")]
    # Sent back once more: what was answered stays, and is said.
    again = browser.post("/department/items.xlsx", data={"file": (io.BytesIO(out.getvalue()), "填好.xlsx")})
    assert "已经答复过" in again.text
    broken = browser.post("/department/items.xlsx", data={"file": (io.BytesIO(b"PK\x03\x04rubbish"), "坏.xlsx")})
    assert broken.status_code == 409
    assert "表格没有收" in broken.text
