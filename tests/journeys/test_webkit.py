"""WebKitGTK, the engine of iPhones, by WebDriver: the cases of the rules, random visits, and a deputy's visit from the slip to 已送达."""

import json
import shutil
import time
from collections.abc import Iterator
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


def test_a_visit_offline_from_the_start_to_handing_in(window: Driver, phone_server: PhoneServer) -> None:
    driver, server = window, phone_server
    newcomer = server.newcomer()
    [visit] = newcomer.visits
    answers, _ = example("refusing-enterprise")
    hands = Hands(driver, server.address)
    hands.go("/language/zh-CN?next=/visits/help")
    hands.go(f"/s/{newcomer.token}")
    hands.see("#slip[data-alive]")
    hands.type("#code", newcomer.codes[0])
    hands.press("#slip button.btn")
    hands.see(f"li:has(a.name[data-visit='{visit}']) .is-ready")

    server.server.kill()  # nobody answers any more
    hands.press(f"li a.name[data-visit='{visit}']")
    hands.press("#f-start [data-do=begin]")
    hands.see("#f-answers")
    for _ in range(12):
        if driver.run(SHOWN, "#f-check"):
            break
        before = driver.run("return location.href")
        driver.run(FILL, answers)
        hands.press("#f-answers [data-do=next]")
        hands.wait("return location.href !== arguments[0]", before)
    hands.press("#f-check [data-do=hand-in]")
    hands.see("#f-receipt [data-part=waiting]")
    assert server.held(visit) == []

    server.server.start()
    hands.go("/visits")  # a fresh page, as after a restart: what waits is sent
    hands.wait("return document.querySelector(arguments[0]).innerText.includes('已送达')", f"li:has(a.name[data-visit='{visit}'])")  # fmt: skip
    [content] = server.held(visit)
    body = server.body(visit, content)
    assert body["outcome"] == "refused", json.dumps(body, ensure_ascii=False)[:500]
