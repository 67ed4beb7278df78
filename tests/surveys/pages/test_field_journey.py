"""A deputy without script: slip, code, my visits, every page, check, hand in, receipt; returned, changed, accepted."""

from collections.abc import Mapping
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from surveys.database import db, utc_now, writing
from surveys.fieldwork.findings.findings import Finding
from surveys.fieldwork.receiving.versions import versions_of
from surveys.fieldwork.visits.submissions import Submission
from surveys.fieldwork.visits.visits import Decision, Draft, Remark, Visit
from tests.surveys.pages.field_world import NAME, World, example, make_world, signed_in_client
from tests.surveys.pages.paper import PageForm, Paper


@pytest.fixture
def world(app: Flask) -> World:
    return make_world(app)


def read(response: TestResponse, status: int = 200) -> Paper:
    assert response.status_code == status, (response.status_code, response.get_data(as_text=True)[:2000])
    return Paper(response.get_data(as_text=True))


def send(client: FlaskClient, address: str, form: PageForm, *, button: tuple[str, str] | None = None) -> TestResponse:
    fields = [*form.fields, button] if button else form.fields
    return client.post(form.action or address, data=MultiDict(fields))


def answer(form: PageForm, answers: dict[str, str]) -> None:
    """Fill in what is on the page, as a person would: one value a field, several for ticks."""
    for path in form.values("asked"):
        text = answers.get(path, "")
        if set(form.offered.get(path, [])) >= set(text.split()) and len(text.split()) > 1:
            form.fill(path, *text.split())
        else:
            form.fill(path, text)


def walk(client: FlaskClient, address: str, answers: dict[str, str], entries: Mapping[str, int]) -> str:
    """From the first page to the check; gives its address."""
    left = dict(entries)
    for _ in range(60):
        paper = read(client.get(address))
        form = paper.forms[0]
        buttons = [value for name, value in form.buttons if name == "go"]
        if "add" in buttons:
            listed = "/" + address.rpartition("/")[2]
            go = "add" if left.get(listed, 0) else "next"
            left[listed] = max(left.get(listed, 0) - 1, 0)
        else:
            answer(form, answers)
            go = "list" if "list" in buttons else "next"
        response = send(client, address, form, button=("go", go))
        assert response.status_code == 303, Paper(response.get_data(as_text=True)).words[:600]
        address = urlsplit(response.headers["Location"]).path
        if address.endswith("/check"):
            return address
    raise AssertionError("no end")


def begin(client: FlaskClient, world: World) -> str:
    """Start the visit with both deputies; gives the address of the first page."""
    address = f"/visits/{world.visit_id}/start"
    paper = read(client.get(address))
    form = paper.forms[0]
    form.fill("present", *world.deputies)
    response = send(client, address, form)
    assert response.status_code == 303
    return urlsplit(response.headers["Location"]).path


def test_slip_shows_no_name(app: Flask, world: World) -> None:
    client = app.test_client()
    text = client.get(f"/s/{world.token}").get_data(as_text=True)
    unknown = client.get("/s/nobody-made-this-one").get_data(as_text=True)
    for secret in (NAME, "丁代表", "戊代表", "小组"):
        assert secret not in text
    assert "广州市人大常委会经济工委" in text
    assert text.replace(world.token, "").count("<") == unknown.count("<")


def test_wrong_code_then_right_one(app: Flask, world: World) -> None:
    client = app.test_client()
    address = f"/s/{world.token}"
    form = read(client.get(address)).forms[0]
    wrong = "000000" if world.code != "000000" else "111111"
    form.fill("code", wrong)
    paper = read(send(client, address, form), 422)
    assert "重新发一个" in paper.words
    form.fill("code", world.code)
    response = send(client, address, form)
    assert response.status_code == 303
    assert "HttpOnly" in response.headers["Set-Cookie"]
    again = send(client, address, form)  # pressed twice: the same device
    assert again.status_code == 303
    assert NAME in read(client.get("/visits")).words


def test_five_wrong_codes_hold_the_slip_up(app: Flask, world: World) -> None:
    client = app.test_client()
    address = f"/s/{world.token}"
    form = read(client.get(address)).forms[0]
    form.fill("code", "999999" if world.code != "999999" else "888888")
    statuses = [send(client, address, form).status_code for _ in range(6)]
    assert statuses == [422] * 5 + [429]
    form.fill("code", world.code)
    assert send(client, address, form).status_code == 429


def test_unknown_slip_fails_with_the_same_words(app: Flask, world: World) -> None:
    client = app.test_client()
    words = []
    for token in (world.token, "nobody-made-this-one"):
        form = read(client.get(f"/s/{token}")).forms[0]
        form.fill("code", "123456" if world.code != "123456" else "654321")
        words.append(read(send(client, f"/s/{token}", form), 422).words)
    assert words[0] == words[1]


def test_without_a_session(app: Flask, world: World) -> None:
    client = app.test_client()
    assert client.get("/visits").status_code == 401
    assert client.get(f"/visits/{world.visit_id}").status_code == 401


@pytest.mark.parametrize("name", ["healthy-large-firm", "small-firm-arrears-idle-plant", "refusing-enterprise"])
@pytest.mark.both_databases
def test_whole_journey(app: Flask, name: str) -> None:
    world = make_world(app)
    client = signed_in_client(app, world.devices[0])
    answers, repeats = example(name)
    first = begin(client, world)
    check = walk(client, first, answers, repeats)
    paper = read(client.get(check))
    form = next(form for form in paper.forms if form.action.endswith("/hand-in"))
    response = send(client, check, form)
    assert response.status_code == 303
    receipt = urlsplit(response.headers["Location"]).path
    assert "已送达" in read(client.get(receipt)).words
    again = send(client, check, form)  # the button pressed twice
    assert urlsplit(again.headers["Location"]).path == receipt
    with app.app_context():
        (version,) = versions_of(world.visit_id)
        assert version.marks == []
        submission = db.session.scalars(select(Submission)).one()
        assert submission.judged == {"differences": [], "problems": []}
        assert submission.via == "page"
        assert db.session.scalar(select(Draft)) is None
        expected = {"healthy-large-firm": 3, "small-firm-arrears-idle-plant": 5, "refusing-enterprise": 0}
        assert len(list(db.session.scalars(select(Finding)))) == expected[name]


def hand_in_example(client: FlaskClient, world: World, name: str) -> None:
    answers, repeats = example(name)
    check = walk(client, begin(client, world), answers, repeats)
    form = next(form for form in read(client.get(check)).forms if form.action.endswith("/hand-in"))
    assert send(client, check, form).status_code == 303


def decide(app: Flask, visit_id: str, verdict: str, path: str | None = None) -> None:
    with app.app_context(), writing() as session:
        visit = session.get_one(Visit, visit_id)
        number = len(list(session.scalars(select(Decision).where(Decision.visit_id == visit_id)))) + 1
        decision = Decision(
            id=f"d-{number}",
            visit_id=visit_id,
            number=number,
            content=visit.head,
            verdict=verdict,
            decided_at=utc_now(),
        )
        session.add(decision)
        session.flush()
        if path:
            session.add(
                Remark(
                    visit_id=visit_id,
                    decision_id=decision.id,
                    content=visit.head,
                    path=path,
                    text="请与企业核对是哪个数",
                    made_at=utc_now(),
                )
            )


def test_returned_changed_accepted(app: Flask, world: World) -> None:
    client = signed_in_client(app, world.devices[0])
    hand_in_example(client, world, "small-firm-arrears-idle-plant")
    decide(app, world.visit_id, "return", "/g_arr/arr_total")
    assert "退回修改" in read(client.get("/visits")).words
    paper = read(client.get(f"/visits/{world.visit_id}"))
    assert "请与企业核对是哪个数" in paper.words
    unchanged = read(client.get(f"/visits/{world.visit_id}/check")).words
    assert "请您补充" in unchanged
    assert "报送以后没有改动" not in unchanged
    address = f"/visits/{world.visit_id}/pages/g_diff"
    form = read(client.get(address)).forms[0]
    assert form.value("/g_arr/arr_total") == "320"
    form.fill("/g_arr/arr_total", "520")
    assert send(client, address, form, button=("go", "check")).status_code == 303
    assert "上次填的是320万元" in read(client.get(address)).words
    check = f"/visits/{world.visit_id}/check"
    form = next(form for form in read(client.get(check)).forms if form.action.endswith("/hand-in"))
    assert send(client, check, form).status_code == 303
    with app.app_context():
        one, two = versions_of(world.visit_id)
        assert (two.base, two.version, two.marks) == (one.content, 2, [])
    decide(app, world.visit_id, "accept")
    paper = read(client.get(f"/visits/{world.visit_id}"))
    assert "只能看" in paper.words
    assert not paper.forms
    response = client.get(address)
    assert response.status_code == 303


def test_wrong_answer_is_kept_and_said(app: Flask, world: World) -> None:
    client = signed_in_client(app, world.devices[0])
    answers, _ = example("small-firm-arrears-idle-plant")
    first = begin(client, world)
    form = read(client.get(first)).forms[0]
    answer(form, {**answers, "/g_visit/visit_date": "2023-08-02"})
    paper = read(send(client, first, form, button=("go", "next")), 422)
    assert paper.title.startswith("有1处要改")
    assert "日期须在6月16日至7月31日之间" in paper.words
    assert paper.forms[0].value("/g_visit/visit_date") == "2023-08-02"
    assert read(client.get(first)).forms[0].value("/g_visit/visit_date") == "2023-08-02"


def test_question_that_opens_on_the_same_page_is_asked(app: Flask, world: World) -> None:
    client = signed_in_client(app, world.devices[0])
    first = begin(client, world)
    form = read(client.get(first)).forms[0]
    answer(form, {"/g_visit/visit_date": "2023-07-12", "/g_visit/visit_mode": "phone", "/g_visit/consent": "refuse"})
    assert "/g_visit/refuse_reason" not in form.values("asked")
    response = send(client, first, form, button=("go", "next"))
    assert urlsplit(response.headers["Location"]).path == first
    paper = read(client.get(response.headers["Location"]))
    assert "/g_visit/refuse_reason" in paper.forms[0].values("asked")
    assert "多了1题" in paper.words


def test_closed_answers_are_kept(app: Flask, world: World) -> None:
    client = signed_in_client(app, world.devices[0])
    answers, _ = example("small-firm-arrears-idle-plant")
    walk(client, begin(client, world), answers, {})
    address = f"/visits/{world.visit_id}/pages/g_diff"
    form = read(client.get(address)).forms[0]
    form.fill("/g_diff/diff_types", "none")
    send(client, address, form, button=("go", "check"))
    closed = read(client.get(f"/visits/{world.visit_id}/pages/g_diff")).forms[0]
    assert closed.value("/g_diff/diff_types") == "none"
    form = read(client.get(address)).forms[0]
    form.fill("/g_diff/diff_types", "arrears")
    send(client, address, form, button=("go", "check"))
    form = read(client.get(f"/visits/{world.visit_id}/pages/g_diff")).forms[0]
    assert form.value("/g_arr/arr_total") == "320"


def test_entries_are_added_deleted_and_put_back(app: Flask, world: World) -> None:
    client = signed_in_client(app, world.devices[0])
    answers, repeats = example("small-firm-arrears-idle-plant")
    walk(client, begin(client, world), answers, repeats)
    listed = f"/visits/{world.visit_id}/pages/r_suggest"
    paper = read(client.get(listed))
    assert "2条" in paper.words
    entry = f"/visits/{world.visit_id}/pages/r_suggest[1]"
    form = read(client.get(entry)).forms[0]
    send(client, entry, form, button=("go", "remove"))
    paper = read(client.get(listed))
    assert "撤销删除" in paper.words
    send(client, listed, paper.forms[0], button=("go", "undo"))
    form = read(client.get(f"/visits/{world.visit_id}/pages/r_suggest[2]")).forms[0]
    assert form.value("/r_suggest[2]/s_text") == answers["/r_suggest[1]/s_text"]


def test_other_peoples_visits_do_not_exist(app: Flask, world: World) -> None:
    client = signed_in_client(app, world.devices[0])
    with app.app_context(), writing():
        from tests.factories.fieldwork import visit

        strange = visit(world.campaign_id).id
    for path in ("", "/start", "/check", "/pages/g_visit", "/notice"):
        assert client.get(f"/visits/{strange}{path}").status_code == 404
        assert client.get(f"/visits/00000000-0000-4000-8000-000000000000{path}").status_code == 404


def test_two_phones_of_a_group(app: Flask, world: World) -> None:
    one, two = (signed_in_client(app, device) for device in world.devices)
    answers, _ = example("refusing-enterprise")
    check = walk(one, begin(one, world), answers, {})
    walk(two, begin(two, world), {**answers, "/g_close/visitor_remark": "第二位代表写的"}, {})
    for client in (one, two):
        form = next(form for form in read(client.get(check)).forms if form.action.endswith("/hand-in"))
        assert send(client, check, form).status_code == 303
    with app.app_context():
        first, second = versions_of(world.visit_id)
        assert (first.marks, second.marks) == ([], ["fork"])
    assert "另一部手机也改过" in read(one.get("/visits")).words


def test_what_another_phone_left_is_no_change_after_handing_in(app: Flask, world: World) -> None:
    """A draft begun on nothing and saved no later than the version is a leftover, also where the clock stands still."""
    told = "改过，还没有再次报送"
    one, two = (signed_in_client(app, device) for device in world.devices)
    begin(two, world)
    check = walk(one, begin(one, world), example("refusing-enterprise")[0], {})
    form = next(form for form in read(one.get(check)).forms if form.action.endswith("/hand-in"))
    assert send(one, check, form).status_code == 303
    with app.app_context(), writing():
        received = db.session.scalars(select(Submission.received_at)).one()
        leftover = db.session.scalars(select(Draft)).one()
        leftover.saved_at = received
    for client in (one, two):
        assert told not in read(client.get("/visits")).words
    with app.app_context(), writing():
        leftover = db.session.scalars(select(Draft)).one()
        leftover.base = db.session.scalars(select(Visit.head)).one()  # begun on what was handed in: a change
    assert told in read(one.get("/visits")).words


def test_borrowed_phone_is_cleared(app: Flask, world: World) -> None:
    client = app.test_client()
    address = f"/s/{world.token}"
    form = read(client.get(address)).forms[0]
    form.fill("code", world.code)
    form.fill("borrowed", "yes")
    assert send(client, address, form).status_code == 303
    paper = read(client.get("/visits"))
    form = next(form for form in paper.forms if form.action.endswith("/leave"))
    assert "已退出" in read(send(client, "/visits", form)).words
    assert client.get("/visits").status_code == 401


def test_who_went_is_changed_where_it_was_chosen(app: Flask, world: World) -> None:
    client = signed_in_client(app, world.devices[0])
    first = begin(client, world)
    paper = read(client.get(first))
    assert "丁代表、戊代表" in paper.words
    start = next(href for href, words in paper.links if words == "改参加走访的代表")
    form = read(client.get(start)).forms[0]
    assert set(form.values("present")) == set(world.deputies)
    form.fill("present", world.deputies[1])
    assert send(client, start, form).status_code == 303
    paper = read(client.get(first))
    assert "丁代表、戊代表" not in paper.words
    assert "戊代表" in paper.words
    form = read(client.get(start)).forms[0]
    form.fill("present")
    assert "请勾选参加走访的代表" in read(send(client, start, form), 422).words
