"""Staff sign in with a password or a one-time link; wrong pairs, locks, old links, languages, errors."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from surveys import accounts
from surveys.accounts import Account
from surveys.audit import AuditEntry
from surveys.database import clock_at, db, writing
from tests.factories.planning import guangzhou, staff
from tests.house.client import check_page

SECRET = "Ostrich-42"


@pytest.fixture
def desk(app: Flask) -> FlaskClient:
    """A browser; the account chen has a password."""
    with app.test_request_context():
        with writing():
            guangzhou().number = 1
            account = staff("chen", "unit_desk", "440118")
        accounts.set_password(account, SECRET)
    return app.test_client()


def sign_in(client: FlaskClient, password: str = SECRET, **more: str):
    return client.post("/sign-in", data={"username": "chen", "password": password}, query_string=more)


def test_the_right_pair_leads_to_the_page_that_was_asked_for(desk: FlaskClient, app: Flask) -> None:
    asked = desk.get("/campaigns")
    assert (asked.status_code, asked.headers["Location"]) == (303, "/sign-in?next=/campaigns")
    assert sign_in(desk, next="/campaigns").headers["Location"] == "/campaigns"
    assert "增城区" in check_page(desk.get("/campaigns"))
    over_tls = desk.get("/text-size/elder", base_url="https://localhost").headers["Set-Cookie"]
    assert all(word in over_tls for word in ("Secure", "HttpOnly", "SameSite=Lax"))
    with app.app_context():
        assert db.session.query(AuditEntry).filter_by(act="signed_in").count() == 1


@pytest.mark.parametrize(
    ("username", "password"),
    [("chen", "wrong"), ("nobody", SECRET), ("nobody", "wrong")],
    ids=["password", "name", "both"],
)
def test_one_message_for_every_wrong_pair(desk: FlaskClient, username: str, password: str) -> None:
    page = check_page(desk.post("/sign-in", data={"username": username, "password": password}), 401)
    assert "账号或密码不对。" in page
    assert 'role="alert"' in page


def test_after_five_wrong_tries_from_one_place_the_next_waits_fifteen_minutes(desk: FlaskClient) -> None:
    for _try in range(5):
        assert sign_in(desk, "wrong").status_code == 401
    assert "15分钟后再试" in check_page(sign_in(desk), 401)  # the right one too
    with clock_at(datetime.now(UTC) + timedelta(minutes=16)):
        assert sign_in(desk).status_code == 303


def test_an_account_that_is_off_stays_out(desk: FlaskClient, app: Flask) -> None:
    with app.app_context(), writing():
        db.session.query(Account).filter_by(username="chen").one().active = False
    assert sign_in(desk).status_code == 401


def test_the_trail_names_the_address_behind_the_proxy(desk: FlaskClient, app: Flask) -> None:
    sign_in(desk)
    desk.get("/language/en", headers={"X-Forwarded-For": "198.51.100.9"})
    desk.post("/sign-out", headers={"X-Forwarded-For": "203.0.113.1, 198.51.100.9"})
    with app.app_context():
        entries = db.session.query(AuditEntry).order_by(AuditEntry.id).all()
    assert [(entry.act, entry.address) for entry in entries][-1] == ("session.ended", "198.51.*.9")
    assert all("address" not in (entry.detail or {}) for entry in entries), "it stands in one place"


def test_each_sign_in_has_a_session_of_its_own_and_ends_the_one_before(desk: FlaskClient, app: Flask) -> None:
    sign_in(desk)
    before = desk.get_cookie("session")
    sign_in(desk)
    assert before is not None
    copied = app.test_client()
    copied.set_cookie("session", before.value)
    assert copied.get("/campaigns").status_code == 303
    assert desk.get("/campaigns").status_code == 200


def test_who_is_turned_off_is_out_at_the_next_click(desk: FlaskClient, app: Flask) -> None:
    sign_in(desk)
    assert desk.get("/campaigns").status_code == 200
    with app.app_context(), writing():
        db.session.query(Account).filter_by(username="chen").one().active = False
    assert desk.get("/campaigns").status_code == 303


def test_a_desk_begins_at_its_visits_and_an_organizer_at_the_campaigns(desk: FlaskClient, app: Flask) -> None:
    sign_in(desk)
    assert desk.get("/").headers["Location"] == "/campaigns/1/visits"
    with app.app_context():
        with writing():
            organizer = staff("zhou", "organizer", "440100")
        token = accounts.make_link(organizer, uses=None, next_address="/")
    other = app.test_client()
    other.get(f"/sign-in/link/{token}")
    assert other.get("/").headers["Location"] == "/campaigns"


def test_a_form_without_its_token_is_not_taken(desk: FlaskClient, app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    page = check_page(desk.post("/sign-in", data={"username": "chen", "password": SECRET}), 400)
    assert "来自别的网站" in page
    form = check_page(desk.get("/sign-in"))
    token = re.search(r'name="csrf_token" type="hidden" value="([^"]+)"', form)
    assert token is not None
    data = {"username": "chen", "password": SECRET, "csrf_token": token[1]}
    assert desk.post("/sign-in", data=data).status_code == 303


@pytest.mark.parametrize(
    "target", ["https://elsewhere.example/", "//elsewhere.example/", "/\\elsewhere.example", "javascript:alert(1)"]
)
def test_nobody_is_sent_to_another_site(desk: FlaskClient, target: str) -> None:
    assert sign_in(desk, next=target).headers["Location"] == "/"


def test_sign_out_and_what_was_posted_afterwards(desk: FlaskClient) -> None:
    sign_in(desk)
    assert desk.post("/sign-out").status_code == 303
    assert desk.get("/campaigns").status_code == 303
    page = check_page(desk.post("/campaigns/1/lists/remove", data={"entry": "x"}), 401)
    assert "没有写入" in page


def test_a_one_time_link_waits_for_a_button_and_works_once(desk: FlaskClient, app: Flask) -> None:
    with app.app_context():
        token = accounts.make_link(db.session.query(Account).filter_by(username="chen").one())
    check_page(desk.get(f"/sign-in/link/{token}"))
    check_page(desk.get(f"/sign-in/link/{token}"))  # a messenger's preview used nothing up
    used = desk.post(f"/sign-in/link/{token}")
    assert used.headers["Location"] == "/sign-in/password"
    check_page(desk.get("/sign-in/password"))
    assert "链接已失效" in check_page(app.test_client().post(f"/sign-in/link/{token}"), 410)
    assert "链接已失效" in check_page(app.test_client().get("/sign-in/link/forged"), 410)


def test_a_link_runs_out(desk: FlaskClient, app: Flask) -> None:
    with app.app_context():
        token = accounts.make_link(db.session.query(Account).filter_by(username="chen").one())
    with clock_at(datetime.now(UTC) + timedelta(days=4)):
        check_page(desk.get(f"/sign-in/link/{token}"), 410)


def test_a_new_password_ends_other_sessions(desk: FlaskClient, app: Flask) -> None:
    sign_in(desk)
    other = app.test_client()
    sign_in(other)
    current = {"current": SECRET}
    weak = desk.post("/sign-in/password", data={"password": "short1", "again": "short1", **current})
    assert "至少8个字符" in check_page(weak)
    twice = desk.post("/sign-in/password", data={"password": "Better-Word-7", "again": "Better-Word-8", **current})
    assert "两次不一样" in check_page(twice)
    good = {"password": "Better-Word-7", "again": "Better-Word-7", **current}
    assert desk.post("/sign-in/password", data=good).status_code == 303
    assert desk.get("/campaigns").status_code == 200
    assert other.get("/campaigns").status_code == 303


@pytest.mark.parametrize(
    ("text", "reason"), [("Ab1-", "short"), ("abcdefgh", "plain"), ("Chen-2023", "name"), ("Ostrich-42", None)]
)
def test_what_a_password_must_be(text: str, reason: str | None) -> None:
    assert accounts.weak_password(text, Account(username="chen")) == reason


def test_languages_and_text_size_are_remembered(desk: FlaskClient) -> None:
    assert desk.get("/language/en?next=/sign-in").headers["Location"] == "/sign-in"
    page = check_page(desk.get("/sign-in"))
    assert "Staff sign-in" in page
    assert 'lang="en"' in page
    sign_in(desk)
    desk.get("/text-size/elder")
    assert 'data-text="elder"' in check_page(desk.get("/campaigns"))
    assert desk.get("/language/fr").status_code == 404


@pytest.mark.parametrize("address", ["/sign-in", "/campaigns"])
def test_the_foot_of_a_desk_offers_three_sizes(desk: FlaskClient, address: str) -> None:
    names = {"standard": "标准版", "elder": "长辈版", "largest": "特大字"}
    if address != "/sign-in":
        sign_in(desk)
    for size in ("largest", "elder", "standard"):
        assert desk.get(f"/text-size/{size}?next={address}").headers["Location"] == address
        page = check_page(desk.get(address))
        assert (f'data-text="{size}"' in page) == (size != "standard")
        foot = page[page.index("<footer") :]
        assert re.findall(r'<b aria-current="true">(.*?)</b>', foot) == [names[size]]
        offered = dict(re.findall(r'<a href="/text-size/(\w+)\?next=[^"]*">(.*?)</a>', foot))
        assert offered == {other: name for other, name in names.items() if other != size}


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize(
    ("address", "status"),
    [("/nothing-here", 404), ("/campaigns/99/lists", 404), ("/campaigns/1/setup", 403), ("/users", 403)],
)
def test_an_error_has_place_cause_remedy_and_a_number(
    desk: FlaskClient, address: str, status: int, language: str
) -> None:
    desk.get(f"/language/{language}")
    sign_in(desk)
    answer = desk.get(address)
    page = check_page(answer, status)
    assert all(
        word in page
        for word in (
            ("在哪里", "原因", "怎么办", "问题编号") if language == "zh-CN" else ("Where", "Cause", "What to do")
        )
    )
    assert answer.headers["X-Request-Id"] in page
    assert address in page


def test_a_file_that_is_too_large(desk: FlaskClient, app: Flask) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 1000
    sign_in(desk)
    page = check_page(
        desk.post(
            "/campaigns/1/lists/import",
            data={"kind": "subjects", "file": (b"x" * 5000 and __import__("io").BytesIO(b"x" * 5000), "a.xlsx")},
        ),
        413,
    )
    assert "文件太大" in page


def test_a_failure_of_ours_says_so_and_gives_nothing_away(
    desk: FlaskClient, app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    app.config["PROPAGATE_EXCEPTIONS"] = False

    def broken(*_given: object) -> None:
        raise ZeroDivisionError("secret detail")

    sign_in(desk)
    monkeypatch.setattr("surveys.pages.city_desk.campaigns.campaign_lines", broken)
    page = check_page(desk.get("/campaigns"), 500)
    assert "secret detail" not in page
    assert "系统这边出了问题" in page
    assert "secret detail" in caplog.text


def test_a_program_is_answered_in_json(desk: FlaskClient) -> None:
    answer = desk.get("/nothing-here", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json and answer.json["status"]) == (404, 404)
