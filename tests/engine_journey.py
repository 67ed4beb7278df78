"""A deputy's visit in WebKitGTK, the engine of iPhones, by WebDriver: slip, code, list; offline from start to 报送; sent when there is a server again."""

import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from surveys.database import db
from tests.demonstration import open_instance
from tests.engines import Driver, webkit_driver
from tests.journeys.phone_world import PhoneServer, served_world
from tests.surveys.pages.field_world import example

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


@contextmanager
def world() -> Iterator[PhoneServer]:
    """A server with one campaign, over a database of its own."""
    with tempfile.TemporaryDirectory(prefix="diaoyan-engine-") as place:
        folder = Path(place) / "instance"
        folder.mkdir()
        app = open_instance(folder)
        with app.app_context():
            db.create_all()
            db.engine.dispose()
        with served_world(folder) as server:
            yield server


def journey(driver: Driver, server: PhoneServer) -> None:
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


def run() -> str:
    """The whole journey; gives a line that says so."""
    begun = time.monotonic()
    with world() as server, webkit_driver() as driver:
        journey(driver, server)
        return f"WebKitGTK {driver.version}: a visit from the slip to the receipt, offline between ({time.monotonic() - begun:.1f} s)"
