"""The browser is asked to keep what lies on the phone, and how much room is left is said: on 本机, on 待发送 and before a photo is taken."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser import PHONE, Served, Visitor
from tests.journeys.form_filling import begin, come_in, open_visit, question
from tests.journeys.people import open_task
from tests.journeys.phone_forms import (
    FOUNDED,
    STAFF,
    DeputyOf,
    box,
    deputy_of,
    go_to,
    is_mirrored,
    kept,
    opened,
    reopened,
)
from tests.journeys.phone_world import PhoneServer, phone_server
from tests.journeys.test_photos_on_the_phone import give, issue, sideways

__all__ = ["deputy_of", "phone_server"]
MB = 1024 * 1024
# A browser that counts how often it is asked, and says no until the test lets it say yes.
ASKED = """StorageManager.prototype.persist = async () => {
    localStorage.setItem("times", Number(localStorage.getItem("times")) + 1);
    return localStorage.getItem("grants") === "yes";
};"""
SILENT = "for (const name of ['persist', 'estimate']) delete StorageManager.prototype[name];"
ROOM = """StorageManager.prototype.estimate = async () => ({
    quota: 7000000 + Number(localStorage.getItem("room")), usage: 7000000 });"""
TIMES = "Number(localStorage.getItem('times'))"


def test_the_browser_is_asked_once_more_after_the_first_draft(phone_server: PhoneServer, deputy_of: DeputyOf) -> None:
    newcomer = phone_server.newcomer(visits=2)
    first, second = newcomer.visits
    deputy = deputy_of(newcomer, init=ASKED)
    page = deputy.page
    assert page.evaluate(TIMES) == 1, "when the phone was enrolled"
    opened(deputy, first)
    page.wait_for_function(f"() => {TIMES} === 2")
    go_to(page, "g_profile")
    box(page, FOUNDED).fill("2011")
    is_mirrored(page, first, FOUNDED, "2011")
    box(page, STAFF).fill("86")  # a draft that was mirrored changes anew
    is_mirrored(page, first, STAFF, "86")
    page.goto("/visits")
    opened(deputy, second)
    go_to(page, "g_profile")
    box(page, FOUNDED).fill("2012")
    is_mirrored(page, second, FOUNDED, "2012")
    assert page.evaluate(TIMES) == 2, "no draft asks again"

    page.goto("/visits/phone")
    asks = page.get_by_role("button", name="请浏览器保留这些内容")
    expect(page.locator("#p-kept")).to_contain_text("空间不足时，浏览器可能清除")
    deputy.look()
    asks.click()
    page.wait_for_function(f"() => {TIMES} === 3")
    expect(page.locator("#p-kept")).to_contain_text("空间不足时，浏览器可能清除")
    expect(asks).to_be_visible()
    page.evaluate("localStorage.setItem('grants', 'yes')")
    asks.click()
    expect(page.locator("#p-kept")).to_have_text("浏览器已答应保留。")
    expect(asks).to_be_hidden()
    deputy.look()

    page.goto("/visits")
    reopened(deputy, first)
    go_to(page, "g_profile")
    box(page, STAFF).fill("87")
    kept(page, first, STAFF, "87")
    page.goto("/visits/phone")
    expect(page.locator("#p-kept")).to_have_text("浏览器已答应保留。")
    expect(asks).to_be_hidden()
    assert page.evaluate(TIMES) == 4, "who has promised is not asked any more"


def test_a_browser_that_does_not_say(phone_server: PhoneServer, deputy_of: DeputyOf) -> None:
    deputy = deputy_of(phone_server.newcomer(), init=SILENT)
    page = deputy.page
    page.goto("/visits/phone")
    expect(page.locator("#p-kept")).to_contain_text("这个浏览器没有告知。全部送达前")
    expect(page.locator("#p-room")).to_have_text("这个浏览器没有告知。")
    expect(page.locator("#p-persist")).to_be_hidden()
    deputy.look()
    page.goto("/visits/queue")
    expect(page.locator("#q-sum")).to_have_text("这部手机上没有待发送的内容。")
    expect(page.locator("#q-room")).to_be_hidden()


def has_room(page: Page, size: int) -> None:
    """So many bytes are left from the next page on."""
    page.evaluate("(size) => localStorage.setItem('room', size)", size)


@pytest.mark.parametrize(
    ("left", "phone", "queue"),
    [
        (8_000_000, "约8 MB，或20张照片", "手机空间快满了，还能存约20张照片。文字不受影响。"),
        (49_900_000, "约49 MB，或124张照片", "手机空间快满了，还能存约124张照片。文字不受影响。"),
        (100_000_000, "约100 MB，或250张照片", "这部手机还能存约250张照片。"),
        (500_000_000, "约500 MB，或1250张照片", ""),
        (3_200_000_000, "充足，约3 GB", ""),
    ],
)
def test_how_much_room_is_left(
    phone_server: PhoneServer, deputy_of: DeputyOf, left: int, phone: str, queue: str
) -> None:
    deputy = deputy_of(phone_server.newcomer(), init=ROOM)
    page = deputy.page
    has_room(page, left)
    page.goto("/visits/phone")
    expect(page.locator("#p-room")).to_have_text(phone)
    page.goto("/visits/queue")
    expect(page.locator("#q-sum")).to_have_text("这部手机上没有待发送的内容。")
    if queue:
        expect(page.locator("#q-room")).to_have_text(queue)
        expect(page.locator("#q-room")).to_be_visible()
        deputy.look()
    else:
        page.wait_for_load_state("networkidle")
        expect(page.locator("#q-room")).to_be_hidden()


def test_little_room_is_said_before_a_photo_is_taken(served: Served, visitor: Callable[..., Visitor]) -> None:
    """Under 50 MB, or too little for three more like the last one; what is filled in is safe, and a photo is taken all the same."""
    task = open_task(served.app)
    issue(served.app, task)
    deputy = visitor(size=PHONE, init=ROOM)
    page = come_in(served, deputy, task)
    has_room(page, 52 * MB)
    open_visit(deputy, task)
    begin(deputy)
    photo, paper = question(page, "/g/photo"), question(page, "/g/paper")
    expect(photo.get_by_role("button", name="拍照")).to_be_visible()
    expect(page.locator(".note", has_text="空间")).to_have_count(0)
    give(page, "paper", "list.pdf", b"%PDF-1.4\n" + bytes(18 * MB))
    expect(paper.locator(".note.is-wait")).to_contain_text("这部手机只剩52MB空间。已填内容都在")
    expect(photo.locator(".note")).to_have_count(0)

    has_room(page, 30 * MB + 1)
    give(page, "photo", "photo.jpg", sideways(), "camera")
    expect(photo.locator(".pic small")).to_contain_text("已存在手机")
    expect(photo.locator(".note.is-wait")).to_contain_text("这部手机只剩30MB空间")
    deputy.look()
    has_room(page, 200 * MB)
    photo.get_by_role("button", name="删除：现场照片").click()
    expect(photo.locator(".pic")).to_have_count(0)
    expect(photo.locator(".note")).to_have_count(0)
