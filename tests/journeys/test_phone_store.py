"""The phone's own store when the browser closes it, does not open it or has no room, and what may go from it (receiving.md 9)."""

from collections.abc import Callable

from tests.journeys.phone_world import QUIET, Phone, PhoneServer, phone_of, phone_server

__all__ = ["phone_of", "phone_server"]
PhoneOf = Callable[..., Phone]


def test_what_is_no_longer_on_the_list_goes_and_what_is_unsent_stays(
    phone_server: PhoneServer, phone_of: PhoneOf
) -> None:
    newcomer = phone_server.newcomer(visits=1)
    phone = phone_of().enrol(newcomer.token, newcomer.codes[0])
    phone.page.evaluate(
        """() => phone.store.write(["visits", "packages", "device"], async (work) => {
            await work.put("visits", { visit: "gone", questionnaire: "old", changed: null });
            await work.put("visits", { visit: "unsent", questionnaire: "mine", changed: "2023-07-12T01:00:00Z" });
            for (const hash of ["old", "mine"]) await work.put("packages", { hash, package: { defs: [] }, fragments: {} });
            await work.put("device", { id: "ready:gone", data: { questionnaire: "old" } });
        })"""
    )
    found = phone.page.evaluate("phone.ready.prepare()")
    assert found == {"ready": newcomer.visits, "all": 1}
    kept = phone.page.evaluate(
        """async () => {
            const keys = (store) => phone.store.readAll(store).then((rows) => rows.map((row) => row.visit || row.hash || row.id));
            return [await keys("visits"), await keys("packages"), (await keys("device")).filter((id) => /^ready/.test(id))];
        }"""
    )
    assert kept == [["unsent"], sorted([phone.questionnaire, "mine"]), [f"ready:{newcomer.visits[0]}"]]


def test_a_dead_handle_is_opened_again_and_the_write_repeated(phone_server: PhoneServer, phone_of: PhoneOf) -> None:
    newcomer = phone_server.newcomer()
    phone = phone_of(
        init="""
        const real = IDBDatabase.prototype.transaction;
        IDBDatabase.prototype.transaction = function (...all) {
            if (window.dead > 0) { window.dead -= 1; throw new DOMException("the connection is closing", "InvalidStateError"); }
            return real.apply(this, all);
        };"""
    ).enrol(newcomer.token, newcomer.codes[0])
    [visit] = newcomer.visits
    phone.page.evaluate("window.dead = 1")
    phone.hand_in(visit, "一")
    assert phone.page.evaluate("window.dead") == 0, "repeated once, and nobody noticed"
    phone.page.evaluate("window.dead = 2")
    lost = phone.page.evaluate(
        "phone.store.write(['visits'], (work) => work.put('visits', {visit: 'x'})).catch((fault) => fault.name)"
    )
    assert lost == "StoreFault", "said to who called: the form says 未保存"


def test_a_database_that_does_not_open_is_said_and_tried_again(phone_server: PhoneServer, phone_of: PhoneOf) -> None:
    phone = phone_of(
        init="""
        const real = IDBFactory.prototype.open;
        IDBFactory.prototype.open = function (...all) {
            if (window.shut) throw new DOMException("not allowed here", "SecurityError");
            return real.apply(this, all);
        };"""
    )
    newcomer = phone_server.newcomer()
    phone.enrol(newcomer.token, newcomer.codes[0])
    write = "phone.store.write(['visits'], (work) => work.put('visits', {visit: 'x'})).then(() => 'kept', (fault) => fault.name)"
    assert (
        phone.page.evaluate(f"phone.store.close().then(() => {{ window.shut = true; return {write}; }})")
        == "StoreFault"
    )
    assert phone.page.evaluate(f"(window.shut = false, {write})") == "kept"


def test_a_full_phone_says_so(phone_server: PhoneServer, phone_of: PhoneOf) -> None:
    phone = phone_of(
        init="""
        const real = IDBObjectStore.prototype.put;
        IDBObjectStore.prototype.put = function (...all) {
            if (window.full) throw new DOMException("no room", "QuotaExceededError");
            return real.apply(this, all);
        };"""
    )
    newcomer = phone_server.newcomer()
    phone.enrol(newcomer.token, newcomer.codes[0])
    said = phone.page.evaluate(
        "window.full = true, phone.store.write(['visits'], (work) => work.put('visits', {visit: 'x'})).catch((fault) => [fault.name, fault.full])"
    )
    assert said == ["StoreFault", True]


def test_a_page_put_aside_holds_up_no_other(phone_server: PhoneServer, phone_of: PhoneOf) -> None:
    """It ends what it had begun and begins nothing more, so that the page after it reads and writes; come back, it goes on."""
    newcomer = phone_server.newcomer()
    phone = phone_of().enrol(newcomer.token, newcomer.codes[0])
    phone.page.evaluate(
        """() => {
            window.ended = [];
            const tell = (promise) => promise.then(() => ended.push("done"), () => ended.push("undone"));
            tell(phone.store.write(["visits"], async (work) => {  // in the middle of its work when the page is left
                while (!window.enough) await work.get("visits", "nobody");
            }));
            return phone.store.read("device", "self").then(() => {
                dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }));
                tell(phone.store.write(["visits"], (work) => work.put("visits", { visit: "late" })));
            });
        }"""
    )
    other = phone.context.new_page()
    other.goto(f"{phone_server.address}{QUIET}")
    kept = other.evaluate(
        """async () => {
            const store = await import("/static/js/phone/store/store.mjs");
            await store.write(["visits"], (work) => work.put("visits", { visit: "mine" }));
            return (await store.readAll("visits")).map((row) => row.visit);
        }"""
    )
    assert "mine" in kept
    assert "late" not in kept
    assert phone.page.evaluate("ended") == []
    phone.page.evaluate("enough = true, dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    phone.until("async () => ended.join(' ') === 'done done'")
    phone.until("async () => Boolean(await phone.store.read('visits', 'late'))")
