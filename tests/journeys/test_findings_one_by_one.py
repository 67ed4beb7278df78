"""The committee settles findings by keys alone: codes, puts together, refuses, puts aside, undoes; and the same without script."""

from collections.abc import Callable

from flask import Flask
from playwright.sync_api import Page, expect

from surveys import jobs
from surveys.fieldwork.findings import proposals
from tests.browser import Served, Visitor
from tests.desk_client import signed_in
from tests.factories.near_findings import add_near_letters

QUEUE = "/campaigns/1/findings/queue"
TICKED = "input[name=near]:checked"


def _compared(app: Flask) -> None:
    with app.app_context():
        add_near_letters()
        proposals.ask_where_due()
        jobs.work_off()


def _at(page: Page) -> str:
    return page.locator("#settling input[name=finding]").input_value()


def _last(page: Page) -> str:
    return page.locator(".hist li").first.inner_text()


def _key(person: Visitor, key: str) -> Page:
    with person.page.expect_navigation(wait_until="load"):
        person.page.keyboard.press(key)
    person.look()
    return person.page


def test_by_keys(served: Served, visitor: Callable[..., Visitor]) -> None:
    _compared(served.app)
    person = visitor(size=(1366, 768))
    person.sign_in_as(signed_in(served.app, "committee.440100", "zh-CN"))
    page = person.go(f"{QUEUE}?show=uncoded")
    first = _at(page)
    page.keyboard.press("2")
    expect(page.locator("input[name=category2][data-key='2']")).to_be_checked()
    _key(person, "a")
    assert _at(page) != first
    assert "定为" in _last(page)
    second = _at(page)
    _key(person, "s")
    assert _at(page) not in (first, second)
    _key(person, "z")
    _key(person, "z")
    assert "定为" not in _last(page)

    page = person.go(f"{QUEUE}?show=near")
    while not page.locator(TICKED).count():
        _key(person, "j")
    joined, number = _at(page), page.locator(TICKED).count()
    box = page.locator(TICKED).first
    key = box.get_attribute("data-key") or ""
    page.keyboard.press(key)
    expect(page.locator(TICKED)).to_have_count(number - 1)
    page.keyboard.press("g")
    expect(page.locator("input[name=near]:not(:checked)")).to_have_count(0)
    page.keyboard.press("1")
    page.keyboard.press("n")
    page.keyboard.type("用键盘写的标题")
    _key(person, "Enter")
    assert "用键盘写的标题" in _last(page)
    page = person.go(f"{QUEUE}?show=all&at={joined}")
    expect(page.locator(".grp")).to_contain_text("用键盘写的标题")
    _key(person, "z")
    assert "用键盘写的标题" not in _last(page)

    _key(person, "d")
    expect(page.get_by_role("button", name="取消典型")).to_be_visible()
    _key(person, "x")
    assert _at(page) == joined
    assert "不归到一组" in _last(page)
    page.keyboard.press("/")
    page.keyboard.type("dk")
    _key(person, "Enter")
    expect(page.locator("#q")).to_have_value("dk")
    assert person.faults == []


def test_without_script(served: Served, visitor: Callable[..., Visitor]) -> None:
    _compared(served.app)
    person = visitor(size=(360, 740), script=False)
    person.sign_in_as(signed_in(served.app, "unit_desk.440106", "zh-CN"))
    page = person.go(f"{QUEUE}?show=all")
    first = _at(page)
    page.locator("#other").fill("cfxz")
    person.press(page.get_by_role("button", name="只定类别"))
    assert "厂房闲置与盘活" in _last(page)
    person.press(page.locator(".hist form button").first)
    assert _at(page)
    page = person.go(f"{QUEUE}?show=all&at={first}")
    page.locator("#other").fill("绝无此类")
    person.press(page.get_by_role("button", name="只定类别"), status=422)
    expect(page.get_by_role("alert")).to_contain_text("没有这样的类别")
    expect(page.locator("#other")).to_have_value("绝无此类")
    person.go("/campaigns/1/findings/bulk?least=0.20&show=all")
    assert person.faults == []
