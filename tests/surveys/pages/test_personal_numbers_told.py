"""An ID or bank card number in a text is told once at its question, in the check and at the desk; it is no error and holds up nothing."""

import json
from urllib.parse import urlsplit

from flask import Flask
from sqlalchemy.orm import undefer

from surveys.access import DESK_ROLES
from surveys.database import db
from surveys.fieldwork.visits.submissions import Submission
from tests.house.client import check_page
from tests.surveys.pages.field_world import example, make_world, signed_in_client
from tests.surveys.pages.test_city_desk import browser
from tests.surveys.pages.test_field_journey import begin, read, send, walk

REMARK = "/g_close/visitor_remark"
FIELD = "q-g_close.visitor_remark"
TYPED = "陪同的是张某，身份证440106　１９９００１０１　1235。"
TOLD = "这里好像有身份证号或银行卡号。调研不需要，建议删去。"
DESK = "好像有身份证号或银行卡号，可退回请代表删去。"


def test_it_is_told_and_handed_in_all_the_same(app: Flask) -> None:
    world = make_world(app)
    client = signed_in_client(app, world.devices[0])
    answers, repeats = example("small-firm-arrears-idle-plant")
    first = begin(client, world)
    address = f"/visits/{world.visit_id}/pages/g_close"
    check = walk(client, first, answers, repeats)
    assert TOLD not in read(client.get(check)).words  # firms' codes, amounts and phones of the example are none

    form = read(client.get(address)).forms[0]
    form.fill(REMARK, TYPED)
    held = send(client, address, form, button=("go", "next"))
    assert (held.status_code, urlsplit(held.headers["Location"])[2:5]) == (303, (address, "", FIELD))
    page = check_page(client.get(address))
    assert page.count(TOLD) == 1
    assert f'id="{FIELD}-s"' in page
    assert f"{FIELD}-s " in page.partition(f'name="{REMARK}"')[2].partition(">")[0], "it is read out with the field"
    assert "has-error" not in page
    again = send(client, address, read(client.get(address)).forms[0], button=("go", "next"))
    assert urlsplit(again.headers["Location"]).path == check, "it is told once, then one goes on"

    checked = check_page(client.get(check))
    assert f'pages/g_close#{FIELD}">第' in checked
    assert checked.count(TOLD) == 1
    hand_in = next(form for form in read(client.get(check)).forms if form.action.endswith("/hand-in"))
    assert send(client, check, hand_in).status_code == 303
    with app.app_context():
        body = json.loads(db.session.query(Submission).options(undefer(Submission.body)).one().body)
    assert body["answers"][REMARK] == TYPED

    desk = browser(app, "he", DESK_ROLES[0], "440118")
    review = check_page(desk.get(f"/visits/{world.visit_id}/review"))
    line = review.partition(f'id="q-{REMARK}"')[2].partition('class="cm"')[0]
    assert DESK in line
    assert review.count(DESK) == 2, "at the answer, and among the places to look at"
