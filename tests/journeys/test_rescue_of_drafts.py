"""A draft with a photo leaves a phone as a file and goes on elsewhere with every byte: on another phone, beside a draft that is there."""

import json
from collections.abc import Callable

from tests.journeys.phone_world import Phone, PhoneServer, phone_of, phone_server

__all__ = ["phone_of", "phone_server"]
PhoneOf = Callable[..., Phone]

BEGUN = """async ([visit, questionnaire, day, withPhoto]) => {
    const bytes = new Uint8Array(70000).map((_, i) => (i * 31) % 251).buffer;
    const sha256 = await (await import("/static/js/phone/store/digest.mjs")).hashOfLarge(bytes);
    const part = { name: "p.jpg", path: "/photo", sha256, size: 70000, type: "image/jpeg" };
    const row = { visit, questionnaire, answers: { "/day": day }, repeats: {}, base: null, changed: day,
                  assignment: { visit, title: "示例" }, parts: withPhoto ? [part] : [] };
    await phone.store.write(["visits", "parts"], async (work) => {
        await work.put("visits", row);
        if (withPhoto) await work.put("parts", { sha256, bytes, size: 70000, type: "image/jpeg" });
    });
    return sha256;
}"""
FILE = "() => phone.rescue.rescueFile()"
TAKE = "(text) => phone.rescue.takeFile(text, 'holder')"
HELD = """async (sha256) => {
    const row = await phone.store.read("parts", sha256);
    if (!row) return null;
    return (await import("/static/js/phone/store/digest.mjs")).hashOfLarge(row.bytes);
}"""
ASIDES = "async () => (await import('/static/js/phone/store/kept_drafts.mjs')).keptDrafts()"


def test_a_draft_goes_on_elsewhere_with_its_photo(phone_server: PhoneServer, phone_of: PhoneOf) -> None:
    newcomer = phone_server.newcomer(deputies=2)
    [visit] = newcomer.visits
    old, new = (phone_of().enrol(newcomer.token, code) for code in newcomer.codes)
    sha256 = old.page.evaluate(BEGUN, [visit, old.questionnaire, "2023-07-12", True])
    file = old.page.evaluate(FILE)

    assert new.page.evaluate(TAKE, file) == {"taken": 1, "known": 0, "broken": 0}
    assert new.page.evaluate("(visit) => phone.store.read('visits', visit)", visit)["answers"] == {"/day": "2023-07-12"}
    assert new.page.evaluate(HELD, sha256) == sha256
    assert new.page.evaluate(TAKE, file) == {"taken": 0, "known": 1, "broken": 0}


def test_beside_a_draft_that_is_there_it_is_set_aside(phone_server: PhoneServer, phone_of: PhoneOf) -> None:
    newcomer = phone_server.newcomer(deputies=2)
    [visit] = newcomer.visits
    old, new = (phone_of().enrol(newcomer.token, code) for code in newcomer.codes)
    sha256 = old.page.evaluate(BEGUN, [visit, old.questionnaire, "2023-07-12", True])
    new.page.evaluate(BEGUN, [visit, new.questionnaire, "2023-07-13", False])

    assert new.page.evaluate(TAKE, old.page.evaluate(FILE))["taken"] == 1
    assert new.page.evaluate("(visit) => phone.store.read('visits', visit)", visit)["answers"] == {"/day": "2023-07-13"}
    [aside] = new.page.evaluate(ASIDES)
    assert aside["draft"]["answers"] == {"/day": "2023-07-12"}
    assert new.page.evaluate(HELD, sha256) == sha256


def test_a_draft_without_its_moment_is_kept_all_the_same(phone_server: PhoneServer, phone_of: PhoneOf) -> None:
    """As earlier releases stored those of another deputy, and as a damaged row gives it."""
    newcomer = phone_server.newcomer(deputies=3)
    [visit] = newcomer.visits
    old, new, bare = (phone_of().enrol(newcomer.token, code) for code in newcomer.codes)
    old.page.evaluate(BEGUN, [visit, old.questionnaire, "2023-07-12", False])
    new.page.evaluate(BEGUN, [visit, new.questionnaire, "2023-07-13", False])
    file = json.loads(old.page.evaluate(FILE))
    [draft] = file["drafts"]
    text = json.loads(draft["text"])
    del text["changed"]
    draft["text"] = json.dumps(text)

    assert new.page.evaluate(TAKE, json.dumps(file))["taken"] == 1
    [aside] = new.page.evaluate(ASIDES)
    assert aside["draft"]["answers"] == {"/day": "2023-07-12"}
    assert aside["at"]
    assert bare.page.evaluate(TAKE, json.dumps(file))["taken"] == 1
    row = bare.page.evaluate("(visit) => phone.store.read('visits', visit)", visit)
    assert row["answers"] == {"/day": "2023-07-12"}
    assert row["changed"], "without it the next opening takes it for what was handed in"


def test_bytes_stay_as_long_as_some_draft_names_them(phone_server: PhoneServer, phone_of: PhoneOf) -> None:
    newcomer = phone_server.newcomer(deputies=2)
    [visit] = newcomer.visits
    old, new = (phone_of().enrol(newcomer.token, code) for code in newcomer.codes)
    sha256 = old.page.evaluate(BEGUN, [visit, old.questionnaire, "2023-07-12", True])
    new.page.evaluate(BEGUN, [visit, new.questionnaire, "2023-07-13", False])
    new.page.evaluate(TAKE, old.page.evaluate(FILE))  # set aside, with its photo
    let_go = """async (sha256) => {
        const { letGo, PARTS } = await import("/static/js/phone/store/part_keeping.mjs");
        await phone.store.write(PARTS, (work) => letGo(work, [{ sha256 }]));
    }"""
    new.page.evaluate(let_go, sha256)
    assert new.page.evaluate(HELD, sha256) == sha256, "the draft that was set aside names it"
    page = new.page
    [aside] = page.evaluate(ASIDES)
    page.evaluate("(id) => phone.store.write(['device'], (work) => work.remove('device', id))", aside["id"])
    page.evaluate(let_go, sha256)
    assert page.evaluate(HELD, sha256) is None, "and nothing does any more"
