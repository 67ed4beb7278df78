"""WebKitGTK, the engine of iPhones, by WebDriver: the cases of the rules, random visits, and a deputy's visit from the slip to 已送达."""

import json
import shutil
import time
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.engines import Driver, rules_in, webkit_driver
from tests.journeys.phone_world import PhoneServer, phone_server
from tests.surveys.pages.field_world import example
from tests.surveys.questionnaire import conditions
from tests.surveys.questionnaire.twin import compare, everyday_packages, random_packages

__all__ = ["phone_server"]

pytestmark = pytest.mark.skipif(
    not shutil.which("apt-get"), reason="WebKitGTK's driver is a Debian package; elsewhere the other engines are tried"
)

PATIENCE = 60
FILL = """
    const [answers, done] = [arguments[0], window.filledIn || (window.filledIn = {})];
    const tell = (field) => ["input", "change"].forEach((kind) => field.dispatchEvent(new Event(kind, { bubbles: true })));
    const seen = "section[data-page]:not([hidden]) fieldset.q[data-path]:not([hidden])";
    for (;;) {
        const next = Array.from(document.querySelectorAll(seen)).find((one) => !done[one.dataset.path]);
        if (!next) return;
        const text = answers[next.dataset.path];
        done[next.dataset.path] = true;
        if (!text || next.querySelector(".given:not([hidden])")) continue;
        const ticks = next.querySelectorAll("input[type=radio], input[type=checkbox]");
        if (ticks.length) for (const tick of ticks) if (text.split(" ").includes(tick.value)) tick.click();
        const field = next.querySelector("select, textarea, input:not([type=radio]):not([type=checkbox]):not([type=hidden])");
        if (field && !ticks.length) { field.value = text; tell(field); }
    }
"""
# Lists that are looked through: the code is searched for, and ticked once it is found.
SEARCHED = """
    const seen = "section[data-page]:not([hidden]) fieldset.q[data-path]:not([hidden])";
    let isDone = true;
    for (const one of Array.from(document.querySelectorAll(seen))) {
        const [text, field] = [arguments[0][one.dataset.path], one.querySelector("input[type=search]")];
        if (!text || !field || one.querySelector(`input[value="${text}"]:checked`)) continue;
        const tick = one.querySelector(`input[type=radio][value="${text}"]`);
        if (tick) tick.click();
        else if (field.value !== text) {
            field.value = text;
            field.dispatchEvent(new Event("input", { bubbles: true }));
        }
        isDone = false;
    }
    return isDone;
"""
SHOWN = "const found = document.querySelector(arguments[0]); return Boolean(found && found.offsetParent !== null);"


class Hands:
    """What a person does at the page."""

    def __init__(self, driver: Driver, address: str) -> None:
        self.driver, self.address = driver, address

    def go(self, path: str) -> None:
        self.driver.call("POST", f"{self.driver.session}/url", {"url": self.address + path})

    def wait(self, script: str, *arguments: Any) -> None:
        until = time.monotonic() + PATIENCE
        while not self.driver.run(script, *arguments):
            if time.monotonic() > until:
                words = self.driver.run("return document.body.innerText")
                raise AssertionError(f"{script} {arguments}: in vain\n{words[:2000]}")
            time.sleep(0.1)

    def see(self, place: str) -> None:
        self.wait(SHOWN, place)

    def press(self, place: str) -> None:
        self.see(place)
        self.driver.run("document.querySelector(arguments[0]).click()", place)

    def type(self, place: str, text: str) -> None:
        value = {"using": "css selector", "value": place}
        element = next(iter(self.driver.call("POST", f"{self.driver.session}/element", value).values()))
        self.driver.call("POST", f"{self.driver.session}/element/{element}/value", {"text": text})

    def words(self, place: str) -> str:
        return self.driver.run("return document.querySelector(arguments[0]).innerText", place)


@pytest.fixture(scope="module")
def window() -> Iterator[Driver]:
    with webkit_driver() as driver:
        yield driver


def test_conditions_in_webkit(window: Driver) -> None:
    cases = conditions.cases()
    assert conditions.faults(cases, rules_in(window)(conditions.given(cases))) == []


def test_random_visits_in_webkit(window: Driver) -> None:
    forms = [*everyday_packages(), *random_packages("webkit", 15)]
    found = compare(forms, rules_in(window), seed="webkit", visits=2, steps=20)
    assert found.differences == []
    assert found.evaluations > 3000


def filled_in(
    hands: Hands, answers: dict[str, str], *, entries: Mapping[str, int] | None = None, until: str = ""
) -> None:
    """Page after page in place to the check, or to the page with this key. `entries`: how many to add to each open list."""
    driver, left = hands.driver, dict(entries or {})
    for _ in range(60):
        if driver.run(SHOWN, "#f-check") or (
            until and driver.run("return decodeURIComponent(location.hash)") == f"#{until}"
        ):
            return
        before = driver.run("return location.href")
        adding = driver.run(SHOWN, "#f-entries [data-do=add]")
        if not adding:
            driver.run(FILL, answers)
            hands.wait(SEARCHED, answers)
        listed = "/" + driver.run("return decodeURIComponent(location.hash)")[1:]
        adds = adding and left.get(listed, 0) > 0
        hands.press("#f-entries [data-do=add]" if adds else "#f-answers [data-do=next]")
        left[listed] = left.get(listed, 0) - adds
        hands.wait("return location.href !== arguments[0]", before)
    raise AssertionError(f"no end: {driver.run('return location.href')}")


def came_in(hands: Hands, token: str, code: str, visit: str) -> None:
    """From the slip to the list, the visit made ready."""
    hands.go("/language/zh-CN?next=/visits/help")
    hands.go(f"/s/{token}")
    hands.see("#slip[data-alive]")
    hands.type("#code", code)
    hands.press("#slip button.btn")
    hands.see(f"li:has(a.name[data-visit='{visit}']) .is-ready")


def test_a_visited_firm_from_the_slip_to_the_receipt(window: Driver, phone_server: PhoneServer) -> None:
    """Two problems told and a suggestion added; reloaded in the middle of the second problem, whose answers are all there."""
    driver, server = window, phone_server
    newcomer = server.newcomer()
    [visit] = newcomer.visits
    answers, repeats = example("small-firm-arrears-idle-plant")
    hands = Hands(driver, server.address)
    came_in(hands, newcomer.token, newcomer.codes[0], visit)
    hands.press(f"li a.name[data-visit='{visit}']")
    hands.press("#f-start [data-do=begin]")
    hands.see("#f-answers")

    middle = "r_problem[2]"
    filled_in(hands, answers, entries={"/r_problem": 2}, until=middle)
    driver.run(FILL, answers)
    hands.wait("const { saving } = document.getElementById('filling').form; return !saving.dirty && !saving.running")
    driver.call("POST", f"{driver.session}/refresh")
    hands.see("#filling[data-alive]")
    hands.see(f"section[data-page='{middle}']")
    words = f"section[data-page='{middle}'] [data-path='/{middle}/p_text'] textarea"
    hands.wait("const field = document.querySelector(arguments[0]); return field && field.value === arguments[1]", words, answers[f"/{middle}/p_text"])  # fmt: skip

    filled_in(hands, answers, entries={"/r_suggest": repeats["/r_suggest"]})
    hands.press("#f-check [data-do=hand-in]")
    hands.see("#f-receipt [data-part=delivered]")
    [content] = server.held(visit)
    body = server.body(visit, content)
    assert body["outcome"] == "visited", json.dumps(body, ensure_ascii=False)[:500]
    typed = {path: text for path, text in answers.items() if path.startswith(("/g_profile", "/r_problem", "/r_suggest", "/g_close"))}  # fmt: skip
    assert {path: body["answers"].get(path) for path in typed} == typed


def test_a_visit_offline_from_the_start_to_handing_in(window: Driver, phone_server: PhoneServer) -> None:
    driver, server = window, phone_server
    newcomer = server.newcomer()
    [visit] = newcomer.visits
    answers, _ = example("refusing-enterprise")
    hands = Hands(driver, server.address)
    came_in(hands, newcomer.token, newcomer.codes[0], visit)

    server.server.kill()  # nobody answers any more
    hands.press(f"li a.name[data-visit='{visit}']")
    hands.press("#f-start [data-do=begin]")
    hands.see("#f-answers")
    filled_in(hands, answers)
    hands.press("#f-check [data-do=hand-in]")
    hands.see("#f-receipt [data-part=waiting]")
    assert server.held(visit) == []

    server.server.start()
    hands.go("/visits")  # a fresh page, as after a restart: what waits is sent
    hands.wait("return document.querySelector(arguments[0]).innerText.includes('已送达')", f"li:has(a.name[data-visit='{visit}'])")  # fmt: skip
    [content] = server.held(visit)
    body = server.body(visit, content)
    assert body["outcome"] == "refused", json.dumps(body, ensure_ascii=False)[:500]
