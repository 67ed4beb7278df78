"""The bytes of a photo leave the phone when a fresh receipt says that the server has them and nothing unsent names them: then, not before."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.journeys.phone_world import Phone, PhoneServer, phone_of, phone_server

__all__ = ["phone_of", "phone_server"]
PhoneOf = Callable[..., Phone]
DAY = 25 * 3600
KEEP = {
    "an unsent draft": """([visit, part]) => phone.store.write(["visits"], async (work) => {
        await work.put("visits", { ...(await work.get("visits", visit)), parts: [part], changed: "later" });
    })""",
    "a draft set aside": """async ([visit, part]) => {
        const { keepDrafts } = await import("/static/js/phone/store/kept_drafts.mjs");
        await keepDrafts(visit, "", [{ at: "2023-07-12T01:00:00Z", answers: {}, parts: [part] }]);
    }""",
    "a version that waits": """([visit, part, other]) => phone.store.write(["outbox"], async (work) => {
        const [item] = (await work.all("outbox")).filter((one) => one.visit === visit);
        await work.put("outbox", { ...item, visit: other, state: "quarantined", next: Date.now() + 40 * 3600000 });
    })""",
}
RELEASE = {
    "an unsent draft": """([visit]) => phone.store.write(["visits"], async (work) => {
        await work.put("visits", { ...(await work.get("visits", visit)), changed: null });
    })""",
    "a draft set aside": """([visit]) => phone.store.write(["device"], async (work) => {
        for (const { id } of await work.all("device")) if (id.startsWith("aside:")) await work.remove("device", id);
    })""",
    "a version that waits": """([visit, part, other]) => phone.store.write(["outbox"], async (work) => {
        for (const one of await work.all("outbox")) if (one.visit === other) await work.remove("outbox", [one.visit, one.content]);
    })""",
}
DROP = """async ([visit, part]) => {
    const { drop } = await import("/static/js/phone/media/keeping.mjs");
    const row = await phone.store.read("visits", visit);
    const save = () => phone.store.write(["visits"], (work) => work.put("visits", { ...row, changed: "later" }));
    const state = { node: () => ({ raw: part.name }), set: () => undefined };
    await drop({ row, state, changed: () => undefined, saving: { now: save } }, part.path);
}"""


def delivered(phone_server: PhoneServer, phone_of: PhoneOf) -> tuple[Phone, list[str], dict[str, Any]]:
    """A phone with one visit handed in and confirmed with its photo, and another visit."""
    newcomer = phone_server.newcomer(visits=2)
    phone = phone_of().enrol(newcomer.token, newcomer.codes[0])
    part = phone.photo(seed=phone_server.made)
    phone.hand_in(newcomer.visits[0], "一", parts=[part])
    phone.start()
    phone.becomes(newcomer.visits[0], "confirmed")
    return phone, newcomer.visits, part


def a_day_passes(phone: Phone, visit: str) -> None:
    """The receipt is asked for anew, and what the sender makes of it is done."""
    phone.later(DAY)
    phone.until("async (visit) => (await phone.outbox.itemsOf(visit)).every(({ next }) => next > Date.now())", visit)
    phone.page.evaluate("navigator.locks.request('outbox', () => undefined)")


def test_photos_of_a_delivered_visit_go_with_the_next_receipt(phone_server: PhoneServer, phone_of: PhoneOf) -> None:
    phone, [visit, _], part = delivered(phone_server, phone_of)
    assert phone.has_bytes(part)
    a_day_passes(phone, visit)
    assert not phone.has_bytes(part)
    [item] = phone.items(visit)
    assert (item["state"], "text" in item) == ("confirmed", True), "its text stays thirty days"
    row = phone.page.evaluate("(visit) => phone.store.read('visits', visit)", visit)
    assert row["parts"] == [part], "whoever goes on with it still names the photo"


@pytest.mark.parametrize("what", KEEP)
def test_what_names_a_photo_keeps_it(phone_server: PhoneServer, phone_of: PhoneOf, what: str) -> None:
    phone, [visit, other], part = delivered(phone_server, phone_of)
    phone.page.evaluate(KEEP[what], [visit, part, other])
    a_day_passes(phone, visit)
    assert phone.has_bytes(part)
    phone.page.evaluate(RELEASE[what], [visit, part, other])
    a_day_passes(phone, visit)
    assert not phone.has_bytes(part)


def test_a_photo_that_the_server_misses_stays(phone_server: PhoneServer, phone_of: PhoneOf) -> None:
    newcomer = phone_server.newcomer()
    phone = phone_of().enrol(newcomer.token, newcomer.codes[0])
    [visit] = newcomer.visits
    part = phone.photo(seed=phone_server.made)
    phone.spoil(f"/sync/parts/{part['sha256']}", lambda route: route.abort())
    phone.hand_in(visit, "一", parts=[part])
    phone.start()
    phone.becomes(visit, "stored")
    phone.later(40 * 24 * 3600)
    phone.until("async (visit) => (await phone.outbox.itemsOf(visit))[0].tries > 1", visit)
    assert phone.has_bytes(part)
    phone.mend()
    phone.becomes(visit, "confirmed")
    a_day_passes(phone, visit)
    assert not phone.has_bytes(part)


def test_a_photo_taken_out_after_handing_in_goes_too(phone_server: PhoneServer, phone_of: PhoneOf) -> None:
    """The version that named it was replaced before it was sent."""
    newcomer = phone_server.newcomer()
    phone = phone_of().enrol(newcomer.token, newcomer.codes[0])
    [visit] = newcomer.visits
    part = phone.photo(seed=phone_server.made)
    phone.hand_in(visit, "一", parts=[part])
    phone.page.evaluate(DROP, [visit, part])
    assert phone.has_bytes(part), "the version that waits still names it"
    phone.hand_in(visit, "二")
    phone.start()
    phone.becomes(visit, "confirmed")
    a_day_passes(phone, visit)
    assert not phone.has_bytes(part)


def test_a_visit_that_leaves_the_phone_takes_its_photos_along(phone_server: PhoneServer, phone_of: PhoneOf) -> None:
    newcomer = phone_server.newcomer()
    phone = phone_of().enrol(newcomer.token, newcomer.codes[0])
    gone, kept = phone.photo(seed=101), phone.photo(seed=102)
    phone.page.evaluate(
        """([gone, kept]) => phone.store.write(["visits"], async (work) => {
            const row = { answers: {}, repeats: {}, base: "c".repeat(64) };
            await work.put("visits", { ...row, visit: "elsewhere", parts: [gone, kept], changed: null });
            await work.put("visits", { ...row, visit: "begun", parts: [kept], changed: "now" });
        })""",
        [gone, kept],
    )
    phone.page.evaluate("phone.ready.prepare()")
    assert phone.page.evaluate("phone.store.readAll('visits').then((rows) => rows.map((row) => row.visit))") == [
        "begun"
    ]
    assert (phone.has_bytes(gone), phone.has_bytes(kept)) == (False, True)


def test_what_the_person_deletes_takes_its_photos_along(phone_server: PhoneServer, phone_of: PhoneOf) -> None:
    """Saved as a file first; not those that the visit itself still shows."""
    newcomer, stranger = phone_server.newcomer(), phone_server.newcomer()
    phone = phone_of().enrol(newcomer.token, newcomer.codes[0])
    [visit] = stranger.visits
    photos = [phone.photo(1000, seed) for seed in (103, 104)]
    content = phone.hand_in(visit, "一", parts=photos)
    phone.page.evaluate(DROP, [visit, photos[0]])
    phone.start()
    phone.becomes(visit, "aside")
    phone.page.evaluate("([visit, content]) => phone.outbox.exported(visit, content)", [visit, content])
    phone.page.evaluate(
        """(visit) => phone.store.write(["visits"], async (work) =>
            work.put("visits", { ...(await work.get("visits", visit)), changed: null, dropped: [] }))""",
        visit,
    )
    assert phone.page.evaluate("([visit, content]) => phone.outbox.deleteItem(visit, content)", [visit, content])
    assert [phone.has_bytes(photo) for photo in photos] == [False, True]
