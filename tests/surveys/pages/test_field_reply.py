"""An answer to the office, given on the plain page of a question it asked about: taken in with the version, shown beside the comment."""

import re

from flask import Flask

from surveys.database import writing
from tests.desk_client import signed_in
from tests.factories.planning import staff
from tests.surveys.pages.field_world import make_world, signed_in_client
from tests.surveys.pages.test_field_journey import hand_in_example, read, send

ASKED, PATH = "请与企业核对是哪个数", "/g_arr/arr_total"
ANSWER = "已与企业财务核对，就是320万元"


def test_an_answer_to_the_office_stands_beside_its_comment(app: Flask) -> None:
    world = make_world(app)
    deputy = signed_in_client(app, world.devices[0])
    hand_in_example(deputy, world, "small-firm-arrears-idle-plant")
    with app.app_context(), writing():
        username = staff("unit_desk.440118", "unit_desk", "440118").username
    desk, review = signed_in(app, username, "zh-CN"), f"/visits/{world.visit_id}/review"
    head = re.search(r'name="content" value="([0-9a-f]{64})"', desk.get(review).text)
    assert head
    sent = {"decision": "return", "content": head[1], f"remark:{PATH}": ASKED}
    assert desk.post(review, data=sent).status_code == 303

    page, check = (f"/visits/{world.visit_id}/{name}" for name in ("pages/g_diff", "check"))
    paper = read(deputy.get(page))
    assert ASKED in paper.words
    paper.forms[0].fill(f"reply:{PATH}", ANSWER)
    assert send(deputy, page, paper.forms[0], button=("go", "check")).status_code == 303
    assert read(deputy.get(page)).forms[0].value(f"reply:{PATH}") == ANSWER, "kept with the draft"
    assert ANSWER not in desk.get(review).text, "what is not handed in is the deputies' alone"
    form = next(one for one in read(deputy.get(check)).forms if one.action.endswith("/hand-in"))
    assert send(deputy, check, form).status_code == 303

    line = desk.get(review).text.partition(f'id="q-{PATH}"')[2].partition('class="qa-line"')[0]
    assert 0 < line.find(ASKED) < line.find(ANSWER), "beside the question, after what was asked"
    assert "丁代表答复：" in line
