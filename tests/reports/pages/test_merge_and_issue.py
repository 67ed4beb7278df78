"""The committee merges, checks numbers, and makes the report final: what blocks is said where it is mended."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from reports.issuing import archive
from reports.issuing.issuing import blocking, check, print_jobs
from reports.merging.decisions import cards
from reports.papers.steps import Report, save_section, send_back, send_for_review, state
from surveys import jobs
from surveys.database import db
from tests.factories.reports import CITY, ROOT_TEXT, accepted, all_accepted, city, written
from tests.house.client import check_page
from tests.reports.pages.desks import browser, number, report_id


@pytest.fixture
def committee(app: Flask) -> FlaskClient:
    with app.app_context():
        campaign = city(4)
        accepted(campaign, "440105")
        written(campaign, "440100", ROOT_TEXT)
    return browser(app, "committee", "440100")


def _root(app: Flask) -> Report:
    found = db.session.get(Report, report_id(app, "440100"))
    assert found is not None
    return found


def _card(app: Flask, place: str) -> str:
    with app.app_context():
        return next(card.name for card in cards(_root(app)) if card.place == place)


def test_cards_are_decided_and_what_is_left_is_listed(app: Flask, committee: FlaskClient) -> None:
    address = f"/reports/{report_id(app, '440100')}/merge"
    page = check_page(committee.get(f"{address}?section=practice"))
    assert "海珠区" in page
    assert "2个单位尚无已接收的分报告" in page
    here = {"section": "practice", "pick": _card(app, "二")}
    assert committee.post(address, data=here | {"what": "write"}).status_code == 303
    page = check_page(committee.get(f"{address}?section=practice"))
    assert "✓" in page
    act = re.search(r'name="act" value="([^"]+)"', page)
    assert act is not None
    assert committee.post(f"{address}/undo", data={"act": act[1]}).status_code == 303
    assert committee.post(address, data=here | {"what": "leave", "reason": "已概括"}).status_code == 303
    file = committee.get(f"{address}?export=csv")
    assert "已概括" in file.get_data(as_text=True)
    assert committee.get(f"{address}?export=pdf").status_code == 404
    answer = committee.post(address, data={"what": "write", "pick": "440105.none"})
    assert "找不到这一段" in check_page(answer, 409)


def test_a_reason_that_is_missing_is_asked_for_where_one_stands(app: Flask, committee: FlaskClient) -> None:
    """The page comes again with what was ticked and typed; nothing was decided meanwhile."""
    address = f"/reports/{report_id(app, '440100')}/merge"
    card = _card(app, "三（一）")
    form = {"section": "problems", "pick": card, "what": "leave", "reason": "  ", "scope": "section"}
    page = check_page(committee.post(address, data=form), 409)
    assert "不采用要写明理由或去向" in page
    assert re.search(rf'name="pick" value="{card}" checked', page)
    assert 'aria-invalid="true"' in page
    assert "各单位段落" in page  # the page itself, not one that only says no
    assert committee.post(address, data=form | {"reason": "见第2段"}).status_code == 303
    again = check_page(committee.get(f"{address}?section=problems"))
    assert 'value="见第2段"' in again  # the last reason is at hand for the next


def test_reasons_are_a_list_of_the_report_with_the_last_one_first(app: Flask, committee: FlaskClient) -> None:
    address = f"/reports/{report_id(app, '440100')}/merge"
    ready = re.findall(r'<option value="([^"]+)"></option>', check_page(committee.get(f"{address}?section=practice")))
    assert "与其他单位反映的相同" in ready
    listed = {"reasons": "本区已办结\n  \n另文报送\n本区已办结"}
    assert committee.post(f"{address}/reasons", data=listed).status_code == 303
    data = {"section": "practice", "pick": _card(app, "二"), "what": "leave", "reason": "另文报送"}
    assert committee.post(address, data=data).status_code == 303
    page = check_page(committee.get(f"{address}?section=practice"))
    assert re.findall(r'<option value="([^"]+)"></option>', page) == ["另文报送", "本区已办结"]


def test_two_people_on_one_matter_see_what_the_other_did_and_lose_nothing(app: Flask, committee: FlaskClient) -> None:
    address = f"/reports/{report_id(app, '440100')}/merge"
    organizer = browser(app, "organizer", "440100")
    page = check_page(organizer.get(f"{address}?section=problems"))
    seen = re.search(r'name="seen" value="(\d+)"', page)
    assert seen is not None
    card, other = _card(app, "三（一）"), _card(app, "三（二）")
    first = {"section": "problems", "seen": seen[1], "pick": card}
    assert committee.post(address, data=first | {"what": "write"}).status_code == 303
    second = {"section": "problems", "seen": seen[1], "pick": [card, other], "what": "leave", "reason": "重复"}
    answer = check_page(organizer.post(address, data=second), 409)
    assert "别人处理过这些段落" in answer
    assert "用1段写成一段" in answer
    assert 'value="重复"' in answer
    assert answer.count(" checked") == 2
    with app.app_context():
        now = {one.name: one.decision and one.decision.choice for one in cards(_root(app))}
        assert (now[card], now[other]) == ("taken", None)
    newer = re.search(r'name="seen" value="(\d+)"', answer)
    assert newer is not None
    assert organizer.post(address, data=second | {"seen": newer[1]}).status_code == 303
    with app.app_context():
        assert {one.decision.choice for one in cards(_root(app)) if one.name in (card, other)} == {"left"}


def test_a_source_opens_beside_its_paragraph_and_is_taken_off(app: Flask, committee: FlaskClient) -> None:
    address = f"/reports/{report_id(app, '440100')}/merge"
    data = {"section": "practice", "pick": _card(app, "二"), "what": "write"}
    assert committee.post(address, data=data).status_code == 303
    with app.app_context():
        from reports.papers.steps import sections

        row = next(row for row in sections(_root(app)) if row.key == "practice")
        block = next(one for one in row.blocks if one.get("sources"))
        changed = [one | {"text": "街道上门讲解政策。"} if one is block else one for one in row.blocks]
        save_section(_root(app), "practice", changed, row_version=None, by=CITY)
    page = check_page(committee.get(f"{address}?section=practice&block={block['id']}&source=0"))
    assert re.search(r"<del>[^<]*有关部门", page)
    assert re.search(r"<ins>[^<]*街道", page)
    off = {"section": "practice", "block": block["id"], "source": "0"}
    assert committee.post(f"{address}/sources", data=off).status_code == 303
    with app.app_context():
        assert next(one for one in cards(_root(app)) if one.place == "二").decision is None
    assert "没有这个来源" in check_page(committee.post(f"{address}/sources", data=off), 409)


def test_a_reason_for_a_missing_unit_goes_into_the_report(app: Flask, committee: FlaskClient) -> None:
    place = report_id(app, "440100")
    assert committee.post(f"/reports/{place}/missing", data={"unit": "440118", "reason": "防汛"}).status_code == 303
    assert "增城区未报送分报告：防汛。" in check_page(
        committee.get(f"/reports/{place}/edit?section=basic.organisation")
    )
    assert committee.post(f"/reports/{place}/missing", data={"unit": "440105", "reason": "x"}).status_code == 404


def test_a_typed_figure_gives_way_to_the_data(app: Flask, committee: FlaskClient) -> None:
    place = report_id(app, "440100")
    with app.app_context():
        block = {"id": "typed", "type": "paragraph", "text": "反映拖欠账款的企业1家。"}
        save_section(_root(app), "practice", [block], row_version=None, by=CITY)
    page = check_page(committee.get(f"/reports/{place}/numbers?show=wrong"))
    assert "不一致" in page
    fields = dict(re.findall(r'name="(block|text|sentence)" value="([^"]*)"', page))
    assert committee.post(f"/reports/{place}/numbers", data=fields).status_code == 303
    with app.app_context():
        from reports.papers.steps import sections

        saved = next(row for row in sections(_root(app)) if row.key == "practice").blocks[0]["text"]
        assert re.fullmatch(r"反映拖欠账款的企业\{\{T6:[a-z_.]*arrears\|count\|plain\}\}家。", saved)
    check_page(committee.get(f"/reports/{place}/numbers"))
    assert committee.get(f"/reports/{place}/numbers?export=csv").status_code == 200


def test_a_contradicted_figure_is_kept_with_a_reason_and_stops_nothing_until_it_changes(
    app: Flask, committee: FlaskClient
) -> None:
    place = report_id(app, "440100")
    address = f"/reports/{place}/numbers"

    def say(text: str) -> dict[str, str]:
        with app.app_context():
            block = {"id": "typed", "type": "paragraph", "text": text}
            save_section(_root(app), "practice", [block], row_version=None, by=CITY)
        page = check_page(committee.get(f"{address}?show=wrong"))
        return dict(re.findall(r'name="(block|text|sentence)" value="([^"]*)"', page))

    def stops() -> bool:
        with app.app_context():
            return "number_wrong" in {one.code for one in blocking(check(_root(app)))}

    fields = say("反映拖欠账款的企业1家。")
    unsaid = check_page(committee.post(f"{address}/overruled", data=fields | {"reason": " "}), 422)
    assert "没有填写理由" in unsaid
    assert stops()
    kept = committee.post(f"{address}/overruled", data=fields | {"reason": "另一企业次日来函补报"})
    assert kept.status_code == 303
    page = check_page(committee.get(f"{address}?show=wrong"))
    assert "另一企业次日来函补报" in page
    assert ">恢复核对<" in page
    assert not stops()
    assert "另一企业次日来函补报" in check_page(committee.get(f"/reports/{place}/issue"))
    assert "另一企业次日来函补报" in committee.get(f"{address}?export=csv").get_data(as_text=True)
    say("反映拖欠账款的企业只有1家。")
    assert stops()  # other words
    say("反映拖欠账款的企业1家。")
    assert not stops()
    assert committee.post(f"{address}/overruled", data=fields | {"take_back": "1"}).status_code == 303
    assert stops()
    assert committee.post(f"{address}/overruled", data=fields | {"text": "2家", "reason": "x"}).status_code == 404


def test_a_figure_the_data_cannot_check_is_kept_by_a_person_and_stops_nothing(
    app: Flask, committee: FlaskClient
) -> None:
    place = report_id(app, "440100")
    with app.app_context():
        text = "受访企业{{T1:firms|count|plain}}家，全年新开展线17条，六月完成。"
        block = {"id": "typed", "type": "paragraph", "text": text}
        save_section(_root(app), "practice", [block], row_version=None, by=CITY)
    address = f"/reports/{place}/numbers?show=unknown"
    page = check_page(committee.get(address))
    assert "※" not in re.sub(r'value="[^"]*"', "", page)  # the other figure of the sentence is shown as it prints
    assert re.search(r"受访企业\d+家，全年新开展线", page)
    assert "六月</span>" not in page  # a date is no figure
    found = re.search(
        r'name="block" value="typed"><input [^>]*name="text" value="(17条)"><input [^>]*value="([^"]*)"', page
    )
    assert found is not None
    fields = {"block": "typed", "text": found[1], "sentence": found[2]}
    assert committee.post(f"/reports/{place}/numbers/confirmations", data=fields).status_code == 303
    kept = check_page(committee.get(address))
    assert "确认保留" in kept
    assert ">取消确认<" in kept
    with app.app_context():
        unconfirmed = next(one for one in check(_root(app)) if one.code == "number_unconfirmed")
        assert not unconfirmed.blocks
        assert "17条" not in [place.text for place in unconfirmed.places]
    assert (
        committee.post(f"/reports/{place}/numbers/confirmations", data=fields | {"take_back": "1"}).status_code == 303
    )
    assert ">取消确认<" not in check_page(committee.get(address))
    with app.app_context():
        assert "number_unconfirmed" not in {one.code for one in blocking(check(_root(app)))}


def test_the_issue_page_says_what_blocks_and_refuses(app: Flask, committee: FlaskClient) -> None:
    place = report_id(app, "440100")
    page = check_page(committee.get(f"/reports/{place}/issue"))
    assert "2项未过，暂不能定稿" in page  # two units silent, their paragraphs undecided
    assert len(set(re.findall(r"字数不超过(\d+)字|提纲(\d+)字", page))) == 1  # one limit, said once
    assert "增城区" in page or "增城" in page
    answer = committee.post(f"/reports/{place}/final")
    assert answer.status_code == 409
    said = check_page(answer, 409)
    assert "没有接收的分报告也没有理由" in said
    assert "有单位的分报告没有接收" in said  # the cause says what is wrong, not the good case
    assert "请提醒报送，或填写理由" in said.split("怎么办")[1]
    assert committee.post(f"/reports/{place}/prints", data={"profile": "C"}).status_code == 409


def test_the_list_of_reports_as_a_file_has_the_time_of_the_place(app: Flask, committee: FlaskClient) -> None:
    text = committee.get(f"/campaigns/{number(app)}/reports?export=csv").get_data(as_text=True)
    assert re.search(r",\d{4}-\d\d-\d\d \d\d:\d\d\s", text)
    assert "+00:00" not in text


def test_from_review_to_a_kept_pdf(app: Flask) -> None:
    with app.app_context():
        all_accepted(city(3))
    committee, place = browser(app, "committee", "440100"), report_id(app, "440100")
    assert "报告已定稿 <span>0</span>" in check_page(committee.get("/campaigns"))
    sign = {"kind": "countersign", "who": "法制工委", "held_on": "2023-08-28", "outcome": "agreed"}
    assert committee.post(f"/reports/{place}/sign-offs", data=sign).status_code == 303
    assert committee.post(f"/reports/{place}/steps", data={"step": "sent_for_review"}).status_code == 303
    page = check_page(committee.get(f"/reports/{place}/issue"))
    assert "全部通过" in page
    assert "法制工委" in page
    assert committee.post(f"/reports/{place}/final").status_code == 303
    waiting = committee.get(f"/reports/{place}/issue")
    check_page(waiting)
    assert waiting.headers["Refresh"] == "2"
    with app.app_context():
        assert jobs.work_off() == 1
        assert state(_root(app)) == "final"
        printed = archive.prints_of(_root(app))[0].id
    page = check_page(committee.get(f"/reports/{place}/issue"))
    assert f"/prints/{printed}.pdf" in page
    assert '<div class="st done">走访' in page  # what was reported on is not under way any more
    assert "<td>报告已定稿</td>" in check_page(committee.get("/campaigns?phase=final"))
    assert "没有活动" in check_page(committee.get("/campaigns?phase=visits"))
    pdf = committee.get(f"/prints/{printed}.pdf")
    assert pdf.mimetype == "application/pdf"
    assert pdf.data.startswith(b"%PDF")
    assert "报告已经定稿" in check_page(committee.post(f"/reports/{place}/final"), 409)
    reader = browser(app, "reader", "440100")
    for _ in range(2):  # whoever only reads may have one print of a form waiting
        assert reader.post(f"/reports/{place}/prints", data={"profile": "A"}).status_code == 303
    with app.app_context():
        assert len([job for job in print_jobs(_root(app)) if job.state == "queued"]) == 1
    assert reader.get(f"/prints/{printed}.pdf").status_code == 200
    check_page(reader.get(f"/reports/{place}/paper?version=1"))
    assert reader.get(f"/reports/{place}/paper?version=9").status_code == 404


def test_a_page_left_open_makes_no_version_final_that_it_did_not_show(app: Flask) -> None:
    with app.app_context():
        root = all_accepted(city(2))
        send_for_review(root, by=CITY)
    committee, place = browser(app, "committee", "440100"), report_id(app, "440100")
    shown = dict(re.findall(r'name="(version)" value="(\d+)"', check_page(committee.get(f"/reports/{place}/issue"))))
    assert shown == {"version": "1"}
    with app.app_context():
        send_back(_root(app), by=CITY)
        send_for_review(_root(app), by=CITY)
    said = check_page(committee.post(f"/reports/{place}/final", data=shown), 409)
    assert "现在送审的是第2版" in said
    with app.app_context():
        assert print_jobs(_root(app)) == []
    assert committee.post(f"/reports/{place}/final", data={"version": "2"}).status_code == 303


@pytest.mark.parametrize(
    ("role", "unit", "own", "other", "root"),
    [
        pytest.param("unit_desk", "440105", 200, 404, 404, id="a desk: its own alone"),
        pytest.param("unit_desk", "440118", 404, 200, 404, id="another desk"),
        pytest.param("committee", "440100", 200, 404, 200, id="the committee: what was handed up, not a draft below"),
        pytest.param("organizer", "440100", 200, 404, 200, id="the organizer"),
        pytest.param("reader", "440100", 200, 404, 404, id="a reader: accepted ones"),
        pytest.param("auditor", "440100", 404, 404, 404, id="an auditor reads no report"),
        pytest.param("liaison", "440105", 404, 404, 404, id="a liaison reads no report"),
    ],
)
def test_who_may_open_which_report(app: Flask, role: str, unit: str, own: int, other: int, root: int) -> None:
    with app.app_context():
        campaign = city(2)
        accepted(campaign, "440105")
        written(campaign, "440118")
        written(campaign, "440100", ROOT_TEXT)
    client = browser(app, role, unit)
    for code, status in (("440105", own), ("440118", other), ("440100", root)):
        assert client.get(f"/reports/{report_id(app, code)}/edit").status_code == status, code
        assert client.get(f"/reports/{report_id(app, code)}/paper").status_code == status, code


def test_only_writers_write(app: Flask, committee: FlaskClient) -> None:
    own = report_id(app, "440105")
    assert committee.post(f"/reports/{own}/sections", data={"section": "lead"}).status_code == 403
    assert committee.get(f"/reports/{own}/merge").status_code == 403
    desk = browser(app, "unit_desk", "440105")
    assert desk.post(f"/reports/{own}/receive", data={"what": "accept"}).status_code == 403
    assert desk.get(f"/reports/{report_id(app, '440100')}/merge").status_code == 404
    assert desk.get(f"/reports/{report_id(app, '440100')}/issue").status_code == 404


def test_nobody_gets_in_without_signing_in(app: Flask, committee: FlaskClient) -> None:
    stranger = app.test_client()
    for path in (f"/reports/{report_id(app, '440100')}/edit", f"/campaigns/{number(app)}/reports"):
        assert stranger.get(path).status_code == 303
        assert "/sign-in" in stranger.get(path).headers["Location"]


def test_the_list_is_exported_as_shown(app: Flask, committee: FlaskClient) -> None:
    check_page(committee.get(f"/campaigns/{number(app)}/reports"))
    file = committee.get(f"/campaigns/{number(app)}/reports?export=csv")
    assert "海珠区" in file.get_data(as_text=True)
