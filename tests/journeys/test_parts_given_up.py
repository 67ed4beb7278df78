"""A photo that the server does not take, or whose bytes are not here: what the phone makes of each answer, and how it is sent after all."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from surveys.database import db
from surveys.fieldwork.visits.submissions import HeldPart
from tests.browser import until, violations
from tests.journeys.phone_world import Phone, PhoneServer, phone_of, phone_server

__all__ = ["phone_of", "phone_server"]
PhoneOf = Callable[..., Phone]
SPOIL = """(sha) => phone.store.write(["parts"], async (work) => {
    const row = await work.get("parts", sha);
    new Uint8Array(row.bytes)[5] ^= 1;
    await work.put("parts", row);
})"""

ARRIVED = """async (sha) => {
    const { headers } = await fetch(`/sync/parts/${sha}`, { method: "HEAD" });
    return headers.get("Diaoyan-Size") !== null && headers.get("Diaoyan-Offset") === headers.get("Diaoyan-Size");
}"""


def handed_in(phone_server: PhoneServer, phone_of: PhoneOf) -> tuple[Phone, str, dict[str, Any]]:
    """A phone with one version of a visit that names a photo, before anything was sent."""
    newcomer = phone_server.newcomer()
    phone = phone_of().enrol(newcomer.token, newcomer.codes[0])
    [visit] = newcomer.visits
    part = phone.photo(seed=phone_server.made)  # the server holds no such one yet
    phone.hand_in(visit, "一", parts=[part])
    return phone, visit, part


def refusing(code: str, status: int = 422, **more: Any) -> Callable[[Route], None]:
    """The server's answer to a chunk; other requests go through."""
    body = {"type": f"urn:diaoyan:problem:{code}", "status": status, "code": code, "retry": "never", **more}

    def answer(route: Route) -> None:
        if route.request.method != "PUT":
            route.continue_()
            return
        route.fulfill(status=status, body=json.dumps(body), content_type="application/problem+json")

    return answer


def is_given_up(phone: Phone, visit: str, how: str = "stuck") -> None:
    """Pauses pass quicker than they do."""
    phone.until(
        """async ([visit, how]) => {
            const [item] = await phone.outbox.itemsOf(visit);
            return (item[how] || []).length > 0 || (await later(6000), false);
        }""",
        [visit, how],
    )


def is_held(phone_server: PhoneServer, part: dict[str, Any]) -> bool:
    with phone_server.app.app_context():
        return db.session.get(HeldPart, part["sha256"]) is not None


def queue(phone: Phone, words: str) -> Page:
    """待发送 with these words, in both languages without a fault; left in Chinese."""
    page = phone.context.new_page()
    for language in ("en", "zh-CN"):
        page.goto(f"{phone.address}/visits/language/{language}?next=/visits/queue")
        expect(page.locator("#q-needing li")).to_have_count(1)
        assert violations(page) == []
    expect(page.locator("#q-needing")).to_contain_text(words)
    expect(page.locator("#q-needing .tag")).to_have_text("照片或附件没到齐")
    return page


def test_three_times_other_bytes_arrived_and_by_hand_once_more(phone_server: PhoneServer, phone_of: PhoneOf) -> None:
    phone, visit, part = handed_in(phone_server, phone_of)
    phone.spoil(f"/sync/parts/{part['sha256']}", refusing("part_hash", offset=0))
    phone.start()
    is_given_up(phone, visit)
    assert phone.items(visit)[0]["state"] == "stored", "the answers are not affected"
    page = queue(phone, "有1个照片或附件在这部手机上已读不出来")
    phone.mend()
    page.get_by_role("button", name="再发一次").click()
    phone.becomes(visit, "confirmed")
    assert is_held(phone_server, part)
    expect(page.locator("#q-sum")).to_have_text("这部手机上没有待发送的内容。")


def test_a_size_that_is_not_the_manifests_is_tried_again_the_next_day(
    phone_server: PhoneServer, phone_of: PhoneOf
) -> None:
    phone, visit, part = handed_in(phone_server, phone_of)
    phone.spoil(f"/sync/parts/{part['sha256']}", refusing("size"))
    phone.start()
    is_given_up(phone, visit)
    phone.mend()
    phone.until(
        "async (visit) => (await phone.outbox.itemsOf(visit))[0].next > Date.now() + 1800000", visit
    )  # it asked
    with phone.page.expect_request(lambda request: "/receipts/" in request.url):
        phone.later(2 * 3600)
    assert not is_held(phone_server, part), "not before the day is over"
    phone.later(25 * 3600)
    phone.becomes(visit, "confirmed")
    assert is_held(phone_server, part)


def test_a_new_release_tries_what_was_given_up(phone_server: PhoneServer, phone_of: PhoneOf) -> None:
    phone, visit, part = handed_in(phone_server, phone_of)
    phone.spoil(f"/sync/parts/{part['sha256']}", refusing("size"))
    phone.start()
    is_given_up(phone, visit)
    phone.mend()
    phone.page.evaluate("phone.device.keepFact('release', 'the one before').then(() => phone.sender.wake())")
    phone.becomes(visit, "confirmed")
    assert is_held(phone_server, part)


def test_an_offset_that_the_server_does_not_have_is_corrected(phone_server: PhoneServer, phone_of: PhoneOf) -> None:
    phone, visit, part = handed_in(phone_server, phone_of)
    ranges: list[str] = []

    def pretend(route: Route) -> None:
        if route.request.method == "PUT":
            ranges.append(route.request.headers["content-range"].split("-")[0])
        if route.request.method == "HEAD" and not ranges:
            route.fulfill(status=200, headers={"Diaoyan-Offset": "262144", "Diaoyan-Size": "700000"})
        else:
            route.continue_()

    phone.spoil(f"/sync/parts/{part['sha256']}", pretend)
    phone.start()
    phone.becomes(visit, "confirmed")
    assert ranges == ["bytes 262144", "bytes 0", "bytes 262144", "bytes 524288"]


def test_the_same_offset_again_and_again_ends_in_a_pause(phone_server: PhoneServer, phone_of: PhoneOf) -> None:
    phone, visit, part = handed_in(phone_server, phone_of)
    sent: list[str] = []
    refuse = refusing("offset", 409, offset=0)

    def count(route: Route) -> None:
        sent.append(route.request.method)
        refuse(route)

    phone.spoil(f"/sync/parts/{part['sha256']}", count)
    phone.start()
    phone.until("async (visit) => (await phone.outbox.itemsOf(visit))[0].tries > 0", visit)
    assert sent.count("PUT") <= 5
    phone.mend()
    phone.later()
    phone.becomes(visit, "confirmed")


@pytest.mark.parametrize("cut", [0, 1000], ids=["a bit is wrong", "the end is missing"])
def test_a_chunk_that_came_spoilt_is_sent_again_at_once(phone_server: PhoneServer, phone_of: PhoneOf, cut: int) -> None:
    phone, visit, part = handed_in(phone_server, phone_of)
    said: list[tuple[str, str]] = []

    def spoil(route: Route) -> None:
        if route.request.method != "PUT":
            route.continue_()
            return
        first = not said
        start, end = route.request.headers["content-range"][6:].split("/")[0].split("-")
        body = bytes(
            (31 * at + phone_server.made) % 251 for at in range(int(start), int(end) + 1)
        )  # as the photo was made
        wrong = body[: len(body) - cut] if cut else bytes([body[0] ^ 1]) + body[1:]
        answer = route.fetch(post_data=wrong if first else body)
        code = answer.json().get("code", "")
        said.append((route.request.headers["content-range"], code))
        route.fulfill(response=answer)

    phone.spoil(f"/sync/parts/{part['sha256']}", spoil)
    phone.start()
    phone.becomes(visit, "confirmed")
    assert said[0][1] in {"hash", "truncated"}
    assert said[1] == ("bytes 0-131071/700000", ""), "half as large"
    assert is_held(phone_server, part)


def test_a_copy_that_is_spoilt_here_is_sent_when_a_file_brings_it_whole(
    phone_server: PhoneServer, phone_of: PhoneOf
) -> None:
    phone, visit, part = handed_in(phone_server, phone_of)
    file = phone.page.evaluate("phone.rescue.rescueFile()")
    phone.page.evaluate(SPOIL, part["sha256"])
    phone.start()
    is_given_up(phone, visit)
    assert not is_held(phone_server, part)
    taken = phone.page.evaluate("(text) => phone.rescue.takeFile(text, 'holder')", file)
    assert taken == {"taken": 1, "known": 0, "broken": 0}, "the version was here, its photo was awaited"
    phone.becomes(visit, "confirmed")
    assert is_held(phone_server, part)


def lies_elsewhere(phone_server: PhoneServer, phone_of: PhoneOf) -> tuple[Phone, Phone, str, dict[str, Any]]:
    """A photo in a draft of one phone, and another phone that handed the visit in with it, without its bytes."""
    newcomer = phone_server.newcomer(deputies=2)
    taken, here = (phone_of().enrol(newcomer.token, code) for code in newcomer.codes)
    [visit] = newcomer.visits
    part = taken.photo(seed=phone_server.made)
    taken.page.evaluate(
        """([visit, part]) => phone.store.write(["visits"], (work) => work.put("visits",
            { visit, answers: {}, repeats: {}, base: null, changed: "2023-07-12T01:00:00Z", parts: [part] }))""",
        [visit, part],
    )
    here.hand_in(visit, "一", parts=[here.photo(seed=phone_server.made, with_bytes=False)])
    here.start()
    is_given_up(here, visit, "away")
    return taken, here, visit, part


def test_a_photo_that_lies_on_another_phone_is_sent_from_there(phone_server: PhoneServer, phone_of: PhoneOf) -> None:
    taken, here, visit, part = lies_elsewhere(phone_server, phone_of)
    taken.start()
    until(taken.page, ARRIVED, part["sha256"])
    assert is_held(phone_server, part)
    assert here.items(visit)[0]["state"] == "stored"
    here.page.evaluate("phone.sender.hurry()")  # the next contact
    here.becomes(visit, "confirmed", patiently=True)


def test_a_photo_that_lies_on_another_phone_comes_in_its_file(phone_server: PhoneServer, phone_of: PhoneOf) -> None:
    taken, here, visit, part = lies_elsewhere(phone_server, phone_of)
    page = queue(here, "有1个照片或附件不在这部手机上")
    page.goto(f"{here.address}/visits/phone")
    page.set_input_files(
        "#p-take",
        {
            "name": "a.json",
            "mimeType": "application/json",
            "buffer": taken.page.evaluate("phone.rescue.rescueFile()").encode(),
        },
    )
    expect(page.locator("#p-said")).to_be_visible()
    here.becomes(visit, "confirmed")
    assert is_held(phone_server, part)
