"""Several phones, tabs and people: forks, a locked unit, a revoked phone, files and drafts that go on elsewhere (receiving.md 4, 9)."""

import json
from collections.abc import Callable

from playwright.sync_api import Route

from surveys.devices import revoke
from surveys.fieldwork.visits import locks
from tests.journeys.phone_world import WITHOUT_LOCKS, Phone, PhoneServer, phone_of, phone_server

__all__ = ["phone_of", "phone_server"]
PhoneOf = Callable[..., Phone]


def test_a_fork_is_kept_on_both_sides(phone_server: PhoneServer, phone_of: PhoneOf) -> None:
    newcomer = phone_server.newcomer(deputies=2)
    [visit] = newcomer.visits
    phones = [phone_of().enrol(newcomer.token, code) for code in newcomer.codes]
    contents = []
    for phone, text in zip(phones, "一二", strict=True):
        contents.append(phone.hand_in(visit, text))
        phone.start()
        phone.is_held(visit)
    assert phone_server.held(visit) == contents
    [item] = phones[1].items(visit)
    assert item["problem"]["code"] == "fork"
    assert "fork" in item["facts"]["marks"]
    phones[1].becomes(visit, "confirmed")


def test_a_locked_unit_keeps_what_comes(phone_server: PhoneServer, phone_of: PhoneOf) -> None:
    newcomer = phone_server.newcomer()
    phone = phone_of().enrol(newcomer.token, newcomer.codes[0])
    [visit] = newcomer.visits
    with phone_server.app.app_context():
        locks.lock(phone_server.world.campaign_id, "440118")
    try:
        phone.hand_in(visit, "一")
        phone.start()
        phone.is_held(visit)
        assert phone.items(visit)[0]["problem"]["code"] == "locked"
        phone.becomes(visit, "confirmed")
    finally:
        with phone_server.app.app_context():
            locks.unlock(phone_server.world.campaign_id, "440118")


def test_a_revoked_phone_keeps_all_and_sends_it_when_enrolled_again(
    phone_server: PhoneServer, phone_of: PhoneOf
) -> None:
    newcomer = phone_server.newcomer(deputies=2)
    phone = phone_of().enrol(newcomer.token, newcomer.codes[0])
    [visit] = newcomer.visits
    device = phone.page.evaluate("phone.device.ownDevice().then((own) => own.device)")
    with phone_server.app.app_context():
        revoke(device)
    content = phone.hand_in(visit, "一")
    phone.start()
    phone.until("() => phone.device.ownDevice().then((own) => Boolean(own.revoked))")
    phone.becomes(visit, "queued")
    assert phone_server.held(visit) == []
    part = {"name": "p.jpg", "path": "/photo", "sha256": "a" * 64, "size": 3, "type": "image/jpeg"}
    draft = {"visit": "d", "answers": {"/words": "草稿"}, "changed": "2023-07-12T01:00:00Z", "parts": [part]}
    phone.page.evaluate("(row) => phone.store.write(['visits'], (work) => work.put('visits', row))", draft)
    phone.enrol(newcomer.token, newcomer.codes[1])
    phone.becomes(visit, "quarantined")
    phone.start()
    assert phone.items(visit)[0]["foreign"], "another deputy's queue is to be saved as a file, not sent"
    [left] = phone.items("d")
    assert (left["foreign"], "草稿" in left["text"]) == (True, True), "and so is a draft that was not submitted"
    file = json.loads(phone.page.evaluate("phone.rescue.rescueFile()"))
    assert [(one["visit"], one["hash"]) for one in file["items"]] == [(visit, content)]
    [begun] = file["drafts"]
    found = json.loads(begun["text"])
    assert (begun["visit"], found["answers"], found["parts"]) == ("d", {"/words": "草稿"}, [part]), (
        "as a draft, for the desk"
    )
    assert phone.page.evaluate("phone.store.read('visits', 'd').then((row) => row || null)") is None
    phone.enrol(newcomer.token, phone_server.code(newcomer))
    phone.start()
    phone.becomes(visit, "confirmed")
    assert phone_server.held(visit) == [content]


def test_two_tabs_send_once_and_one_edits(phone_server: PhoneServer, phone_of: PhoneOf) -> None:
    newcomer = phone_server.newcomer(visits=2)
    for init in ("", WITHOUT_LOCKS):
        phone = phone_of(init=init)
        if init:
            phone.enrol(newcomer.token, phone_server.code(newcomer))
        else:
            phone.enrol(newcomer.token, newcomer.codes[0])
        other = phone.quiet()
        hold = "(visit) => phone.locks.edit(visit, { lost: () => { window.lost = true; } }).then((held) => { window.held = held; return held.granted; })"
        visit = newcomer.visits[1 if init else 0]
        assert phone.page.evaluate(hold, visit) is True
        assert other.evaluate(hold, visit) is False
        assert other.evaluate("held.take()") is True
        if init:  # a lease tells at the next write
            said = phone.page.evaluate(
                "held.write(['visits'], () => 1).then(() => 'written', (problem) => problem.constructor.name)"
            )
            assert said != "written"
        phone.page.wait_for_function("() => window.lost === true")
        content = phone.hand_in(visit, "一")
        phone.start()
        phone.start(other)
        phone.becomes(visit, "confirmed")
        assert phone_server.held(visit) == [content]


def test_a_rescue_file_goes_on_from_another_phone(phone_server: PhoneServer, phone_of: PhoneOf) -> None:
    newcomer = phone_server.newcomer(deputies=2)
    [visit] = newcomer.visits
    first = phone_of().enrol(newcomer.token, newcomer.codes[0])
    content = first.hand_in(visit, "一")
    file = first.page.evaluate("phone.rescue.rescueFile()")
    second = phone_of().enrol(newcomer.token, newcomer.codes[1])
    take = "(file) => phone.device.ownDevice().then((own) => phone.rescue.takeFile(file, own.holder))"
    assert second.page.evaluate(take, file) == {"taken": 1, "known": 0, "broken": 0}
    assert second.page.evaluate(take, file) == {"taken": 0, "known": 1, "broken": 0}
    assert (
        second.page.evaluate("phone.rescue.takeFile('{}', 'h').catch((problem) => problem.message)") == "no rescue file"
    )
    second.start()
    second.becomes(visit, "confirmed")
    assert phone_server.held(visit) == [content]


def keep_draft(phone: Phone, visit: str, words: str, changed: str) -> None:
    phone.page.evaluate(
        "(row) => phone.store.write(['visits'], (work) => work.put('visits', row))",
        {"visit": visit, "answers": {"/words": words}, "repeats": {}, "base": None, "changed": changed, "questionnaire": phone.questionnaire},
    )  # fmt: skip


def drafts_elsewhere(phone: Phone, visit: str) -> list[str]:
    drafts = phone.page.evaluate("(visit) => phone.mirror.otherDrafts(visit)", visit)
    return [draft["text"] for draft in drafts]


def test_an_earlier_state_of_a_draft_does_not_overtake_a_later_one(
    phone_server: PhoneServer, phone_of: PhoneOf
) -> None:
    newcomer = phone_server.newcomer()
    [visit] = newcomer.visits
    first = phone_of().enrol(newcomer.token, newcomer.codes[0])
    on_the_way: list[Route] = []
    first.page.route(
        "**/draft", lambda one: on_the_way.append(one) if "早些" in (one.request.post_data or "") else one.continue_()
    )
    mirror = "(visit) => void phone.mirror.mirrorSoon(visit)"
    keep_draft(first, visit, "早些", "2023-07-12T01:00:00Z")
    with first.page.expect_request("**/draft"):
        first.page.evaluate(mirror, visit)
    keep_draft(first, visit, "晚些", "2023-07-12T01:00:01Z")
    first.page.evaluate(mirror, visit)
    for _ in range(5):
        first.page.evaluate("(visit) => phone.store.read('visits', visit)", visit)  # what does not wait has gone by now
    with first.page.expect_response(lambda answer: "早些" in (answer.request.post_data or "")):
        on_the_way.pop().continue_()
    first.until("async (visit) => (await phone.store.read('visits', visit)).mirrored === '2023-07-12T01:00:01Z'", visit)
    second = phone_of().enrol(newcomer.token, phone_server.code(newcomer))
    [text] = drafts_elsewhere(second, visit)
    assert '"/words":"晚些"' in text


def test_a_draft_is_mirrored_and_found_by_another_browser(phone_server: PhoneServer, phone_of: PhoneOf) -> None:
    newcomer = phone_server.newcomer()
    [visit] = newcomer.visits
    first = phone_of().enrol(newcomer.token, newcomer.codes[0])
    keep_draft(first, visit, "草稿", "2023-07-12T01:00:00Z")
    first.start()
    first.until("async (visit) => (await phone.store.read('visits', visit)).mirrored", visit)
    second = phone_of().enrol(newcomer.token, phone_server.code(newcomer))
    [text] = drafts_elsewhere(second, visit)
    assert '"/words":"草稿"' in text
    assert drafts_elsewhere(first, visit) == []
