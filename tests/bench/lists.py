"""A list of 20,000 firms on a slow phone: from a key press to the frame that shows what was found, and what its page weighs.

Chromium at 360×740, CPU 6× slower; the production server over a campaign of its own with the form of long lists.
"""

import os
import statistics
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from tests.bench.row import Row
from tests.bench.run import FLASK
from tests.browser import ARGUMENTS
from tests.ports import free_port

FIRMS = 20_000
SLOWER = 6
TYPED = ("pyhd12", "番禺宏达", "guangzhou", "chonghua", "f1234", "nsgj")
FIRM = "[data-path='/g_firm/firm']"
DISTRICT = "[data-path='/g_firm/district'] input[value={}]"
PATIENCE = 120_000


def measure() -> Iterator[Row]:
    with served(FIRMS) as (base, visit, cookie), sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=ARGUMENTS
        )
        context = browser.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN", service_workers="block")
        context.set_default_timeout(PATIENCE)
        page, size = open_form(context, base, visit, cookie)
        slow = f"CPU {SLOWER}× slower, {FIRMS:,} rows"
        yield Row("lists", "page of a form with 20,000 choices", size / 1024, "KB", 100, "not packed, without the list")
        context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        keys = [_key(page, text[:end]) for text in TYPED for end in range(1, len(text) + 1)]
        yield Row(
            "lists",
            "a key press until it is shown, slowest tenth",
            statistics.quantiles(keys, n=10)[-1],
            "ms",
            50,
            slow,
        )
        yield Row("lists", "a key press until it is shown, median", statistics.median(keys), "ms", 50, slow)
        changes = [_answer(page, DISTRICT.format(f"d{place}")) for place in range(1, 6)]
        yield Row("lists", "an answer that narrows a list to 2,000", statistics.median(changes), "ms", 500, slow)
        yield Row("lists", "inputs in the page", page.locator("input").count(), "", 150)
        browser.close()


@contextmanager
def served(firms: int) -> Iterator[tuple[str, str, dict[str, str]]]:
    """The server with one visit that is filled in with the form of long lists: its address, the visit, the deputy's cookie."""
    from app import create_app
    from surveys.database import db, writing
    from surveys.devices import COOKIE, field_cookie
    from surveys.fieldwork.visits.visits import Visit
    from surveys.planning.forms.questionnaire_versions import issue_questionnaire
    from tests.surveys.pages.field_world import make_world
    from tests.surveys.questionnaire import long_lists

    with tempfile.TemporaryDirectory(prefix="diaoyan-lists-") as folder:
        place = Path(folder) / "instance"
        environment = os.environ | {"DIAOYAN_INSTANCE": str(place), "DATABASE_URL": "", "PORT": str(free_port())}
        subprocess.run([*FLASK, "db", "upgrade"], env=environment, check=True, stdout=subprocess.DEVNULL)
        app = create_app({"INSTANCE": str(place), "SQLALCHEMY_DATABASE_URI": f"sqlite:///{place}/diaoyan.db"})
        world = make_world(app)
        with app.app_context():
            campaign = db.session.get_one(Visit, world.visit_id).campaign
            with writing():
                campaign.settings = {**campaign.settings, "media": False}
            files, attached = app.extensions["files"], long_lists.attached(firms)
            issue = issue_questionnaire(campaign, long_lists.form(), "long.xlsx", files=files, attached=attached)
            assert issue.version is not None, issue.faults
            cookie = {"name": COOKIE, "value": field_cookie(world.devices[0])}
            db.session.remove()
            db.engine.dispose()
        base = f"http://127.0.0.1:{environment['PORT']}"
        server = subprocess.Popen(
            [*FLASK, "serve"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            _wait_for(f"{base}/sync/keys")
            yield base, world.visit_id, cookie
        finally:
            server.terminate()
            server.wait(30)


def open_form(context: BrowserContext, base: str, visit: str, cookie: dict[str, Any]) -> tuple[Page, int]:
    """The page of the first questions with its search ready, and the characters of its HTML."""
    context.add_cookies([{**cookie, "url": base}])  # type: ignore[typeddict-item]
    page = context.new_page()
    page.goto(f"{base}/visits")  # a browser that is signed in becomes a phone of its own here
    page.wait_for_load_state("networkidle")
    page.goto(f"{base}/visits/{visit}/form")
    page.wait_for_selector("#filling[data-alive]", state="attached")
    page.locator("#f-start [data-do=begin]").click()
    expect(page.locator(f"{FIRM} [role=status]")).to_contain_text(f"{FIRMS:,}")  # the index is there
    with urllib.request.urlopen(
        urllib.request.Request(page.url.split("#")[0], headers={"Cookie": f"{cookie['name']}={cookie['value']}"})
    ) as answer:
        return page, len(answer.read())


def _wait_for(address: str) -> None:
    until = time.monotonic() + 180
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"{address} did not answer within 180 s")


def _key(page: Page, text: str) -> float:
    """Milliseconds from a key press to the end of the frame that shows what was found."""
    return page.evaluate(
        """async ([block, text]) => {
            await new Promise((done) => setTimeout(done, 150));  // between two keys of a quick hand
            return new Promise((done) => {
            const field = document.querySelector(`${block} [type=search]`);
            const begun = performance.now();
            field.value = text;
            field.dispatchEvent(new Event("input", { bubbles: true }));
            requestAnimationFrame(() => setTimeout(() => done(performance.now() - begun)));
        }); }""",
        [FIRM, text],
    )


def _answer(page: Page, selector: str) -> float:
    return page.evaluate(
        """(selector) => new Promise((done) => {
            const begun = performance.now();
            document.querySelector(selector).click();
            requestAnimationFrame(() => setTimeout(() => done(performance.now() - begun)));
        })""",
        selector,
    )
