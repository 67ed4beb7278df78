"""A person at a real browser: `served` (the production server over a copy of the small demonstration) and `visitor(...)`.

Whatever a journey does, it fails on a console error, on an error in a page's script, on any request that leaves the server's own
address, on a window of the browser's own (alert, confirm, prompt), and on a page that breaks the house rules, scrolls sideways, has
an axe-core violation (WCAG 2.0 to 2.2, A and AA) or, in the field, a target too small for a finger.
Every page a visitor opens is looked at that way; nothing has to be asked for.
"""

import shutil
import signal
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Locator,
    Page,
    Playwright,
    Request,
    Response,
    expect,
    sync_playwright,
)

from tests import page_states, servers
from tests.house.client import page_faults
from tests.ports import free_port
from tests.targets import small_targets

ROOT = Path(__file__).parents[1]
AXE = ROOT / "node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
ARGUMENTS = [
    "--no-sandbox",  # the tests run as root in a container
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
]
PHONE, SMALL_PHONE, DESK = (360, 740), (320, 640), (1366, 768)
PATIENCE = 60_000  # milliseconds: a machine with more to do than two cores can is slow, not wrong
expect.set_options(timeout=PATIENCE)


# --- the server -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Served:
    """A running server: its address, and the application on the same instance, to prepare and to look into."""

    address: str
    app: Flask


@pytest.fixture
def served(demonstration: Flask, tmp_path: Path) -> Iterator[Served]:
    """Web server and worker, set as `flask serve` sets them, over this test's own demonstration."""
    port = free_port()
    environment = {
        "DIAOYAN_INSTANCE": demonstration.instance_path,
        "DATABASE_URL": "",
        "WEB_CONCURRENCY": "1",
        "WEB_THREADS": "4",
    }
    log = tmp_path / "server.log"
    settings = ["--config", str(ROOT / "deploy/gunicorn.conf.py"), "--bind", f"127.0.0.1:{port}", "app:create_app()"]
    started = [servers.web(settings, environment, log), servers.worker(environment, log)]
    try:
        address = f"http://127.0.0.1:{port}"
        _wait(address, started)
        yield Served(address, demonstration)
        said = log.read_text(encoding="utf-8")
        assert all(process.is_alive() for process in started), f"the server ended\n{said[-6000:]}"
        assert "Traceback" not in said, said[-6000:]
    finally:
        for process in started:
            process.end(signal.SIGTERM)


def _wait(address: str, started: list[servers.Started], most: float = 120) -> None:
    until = time.monotonic() + most
    while time.monotonic() < until:
        assert all(process.is_alive() for process in started), "the server ended"
        try:
            with urllib.request.urlopen(f"{address}/sync/keys", timeout=30):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"no answer within {most:g} s")


# --- the browser ------------------------------------------------------------------------------------------------------


def chromium_path() -> str:
    """The system's Chromium; the one made without a screen, where it is there, does the same with a fifth less work."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if (path := shutil.which(name))), None)
    assert found, "no Chromium: make setup-dev installs it"
    return found


def launched(playwright: Playwright, *more: str) -> Browser:
    """A browser; `more` are arguments of its own."""
    return playwright.chromium.launch(executable_path=chromium_path(), args=[*ARGUMENTS, *more], headless=True)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def _browsers() -> Iterator[list[Browser]]:
    browsers: list[Browser] = []
    yield browsers
    for browser in browsers:
        browser.close()


@pytest.fixture(scope="session")
def _page_states(run_folder: Path) -> None:
    page_states.keep_in(run_folder / "page-states")


@pytest.fixture
def chromium(playwright: Playwright, _browsers: list[Browser], _page_states: None) -> Browser:
    """One browser for all journeys of a test process; each person has a storage of their own in it."""
    if not _browsers or not _browsers[-1].is_connected():
        _browsers.append(launched(playwright))
    return _browsers[-1]


class Visitor:
    """One person with a browser of their own. `page` is Playwright's; what went wrong gathers in `faults`."""

    def __init__(
        self,
        browser: Browser,
        address: str,
        *,
        size: tuple[int, int],
        script: bool,
        language: str,
        agent: str = "",
        init: str = "",
    ) -> None:
        self.address = address
        self.script = script
        self.faults: list[str] = []
        self._refusals = 0
        self._signal_was_lost = False
        common: dict[str, Any] = {
            "viewport": {"width": size[0], "height": size[1]},
            "locale": language,
            "reduced_motion": "reduce",
            "timezone_id": "Asia/Shanghai",
            "base_url": address,
        } | ({"user_agent": agent} if agent else {})
        self.context: BrowserContext = browser.new_context(java_script_enabled=script, **common)
        # Without script axe cannot run in the page: the same bytes are shown once more to a browser that has it.
        self._mirror = None if script else lambda: browser.new_context(bypass_csp=True, **common).new_page()
        self._mirrored: Page | None = None
        self.context.set_default_timeout(PATIENCE)
        answer_dialogs(self.context, self.faults)
        if init:
            self.context.add_init_script(init)
        self.page = self._open_page()

    def _open_page(self) -> Page:
        page = self.context.new_page()
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.faults.append(f"error in the page: {error}"))
        page.on("request", self._request)
        return page

    def _console(self, message: ConsoleMessage) -> None:
        if message.type not in ("error", "warning"):
            return
        if "the server responded with a status of 4" in message.text and self._refusals:
            self._refusals -= 1
            return
        if "ERR_INTERNET_DISCONNECTED" in message.text and self._signal_was_lost:
            return
        self.faults.append(f"console {message.type}: {message.text} ({message.location.get('url')})")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.faults.append(f"a request leaves the server: {request.url}")

    # what a person does

    def go(self, path: str, *, status: int = 200) -> Page:
        """Type an address."""
        self.may_be_refused(status)
        answer = self.page.goto(path)
        assert answer is not None
        assert answer.status == status, f"{path}: {answer.status}\n{self.words()[:800]}"
        self.look()
        return self.page

    def press(self, target: Locator | str, *, status: int = 200) -> Page:
        """Press a button or a link that leads to a page; a text is the button's or link's own."""
        if isinstance(target, str):
            target = self.control(target)
        self.may_be_refused(status)
        with self.page.expect_navigation(wait_until="load") as leading:
            target.click()
        answer = leading.value
        if answer is not None:
            assert answer.status == status, f"{self.page.url}: {answer.status}\n{self.words()[:800]}"
        self.look()
        return self.page

    def control(self, words: str) -> Locator:
        """The one button or link with these words."""
        button = self.page.get_by_role("button", name=words, exact=True)
        return button.or_(self.page.get_by_role("link", name=words, exact=True))

    def words(self) -> str:
        """What the page's main part says."""
        return self.page.locator("body").inner_text()

    def path(self) -> str:
        """Where the person is, without what follows ? and #."""
        return urlsplit(self.page.url).path

    def sign_in_as(self, client: FlaskClient) -> None:
        """Go on with the session that a test's client has."""
        self.context.clear_cookies()
        for cookie in client._cookies.values():
            self.context.add_cookies([{"name": cookie.decoded_key, "value": cookie.value, "url": self.address}])

    def kill_page(self) -> None:
        """The phone kills the tab; the browser's cookies stay."""
        self.page.close(run_before_unload=False)
        self.page = self._open_page()

    def lose_signal(self, lost: bool = True) -> None:
        """Into the basement, or out of it again."""
        self._signal_was_lost = True
        self.context.set_offline(lost)

    def stay_plain(self) -> None:
        """The script of the deputy's pages does not arrive: they stay as they are without one."""
        self.context.route(
            "**/dist/*.js*", lambda route: route.fulfill(body="", content_type="text/javascript; charset=utf-8")
        )

    def may_be_refused(self, status: int) -> None:
        """One request of the page may be answered so: 400 and above is said in the browser's console."""
        if status >= 400:
            self._refusals += 1

    # what is looked at on every page

    def look(self) -> None:
        """House rules, sideways scrolling, size of targets and axe-core on the page as it stands."""
        where = f"{self.path()} [{self.page.title()}]"
        html = self.page.content()
        self.faults += [f"{where}: {fault}" for fault in page_faults(html, policy=None)]
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            self.faults.append(f"{where}: scrolls sideways by {wide} px")
        self.faults += [f"{where}: {fault}" for fault in small_targets(self.page)]
        state = page_states.state_of(self.page)
        if page_states.is_without_fault(state):
            return
        if faults := self._axe(html):
            self.faults += [f"{where}: {fault}" for fault in faults]
        else:
            page_states.remember(state)

    def _axe(self, html: str) -> list[str]:
        if self._mirror is None:
            return violations(self.page)
        page = self._mirrored = self._mirrored or self._mirror()
        address = self.page.url.split("#")[0]
        page.unroute_all()
        page.route("**/*.js*", lambda route: route.abort())
        page.route(address, lambda route: route.fulfill(body=html, content_type="text/html"))
        page.goto(address)
        return violations(page)

    def close(self) -> None:
        self.context.close()
        if self._mirrored:
            self._mirrored.context.close()


def answer_dialogs(context: BrowserContext, faults: list[str]) -> None:
    """A page that asks or tells by a window of the browser's own is at fault. Whether unsaved words may be left is answered with yes."""

    def answer(dialog: Dialog) -> None:
        if dialog.type == "beforeunload":
            dialog.accept()
            return
        faults.append(f"a window of the browser's, {dialog.type}: {dialog.message}")
        dialog.dismiss()

    context.on("dialog", answer)


def carries(answer: Response, text: str) -> bool:
    """Whether it answers a form that held this text: an earlier save of the same page does not."""
    return answer.request.method == "POST" and text in unquote_plus(answer.request.post_data or "")


def until(page: Page, test: str, arg: Any = None) -> None:
    """Wait until the function `test` gives a promise of something true; Playwright's own waiting takes the promise for it."""
    page.evaluate(
        f"""async (arg) => {{
            const test = {test};
            for (const end = performance.now() + {PATIENCE}; performance.now() < end; ) {{
                if (await test(arg)) return;
                await new Promise((done) => setTimeout(done, 60));
            }}
            throw new Error("waited in vain");
        }}""",
        arg,
    )


def violations(page: Page, rules: tuple[str, ...] = ()) -> list[str]:
    """What axe-core finds on a page, by these rules or by all: one line for each kind with the first places."""
    if not page.evaluate("'axe' in window"):  # by the debugger's door: no script of the page's own
        page.evaluate(AXE.read_text(encoding="utf-8") + ";undefined")
    found = page.evaluate(
        "([type, values]) => axe.run(document, {runOnly: {type, values}, resultTypes: ['violations']})"
        ".then(all => all.violations.map(v => [v.id, v.help, v.nodes.slice(0, 3).map(n => n.html.slice(0, 160)"
        " + ' — ' + (n.any[0] || n.all[0] || n.none[0] || {}).message)]))",
        ["rule", list(rules)] if rules else ["tag", RULES],
    )
    return [f"axe {rule}: {help_text}: {' | '.join(places)}" for rule, help_text, places in found]


@pytest.fixture
def visitor(chromium: Browser, served: Served) -> Iterator[Callable[..., Visitor]]:
    """`visitor(size=PHONE, script=True, language="zh-CN")`: a person; at the end nothing may have gone wrong with anybody."""
    people: list[Visitor] = []
    with ExitStack() as stack:

        def arrive(
            *,
            size: tuple[int, int] = DESK,
            script: bool = True,
            language: str = "zh-CN",
            agent: str = "",
            init: str = "",
        ) -> Visitor:
            person = Visitor(
                chromium, served.address, size=size, script=script, language=language, agent=agent, init=init
            )
            stack.callback(person.close)
            people.append(person)
            return person

        yield arrive
        faults = sorted({fault for person in people for fault in person.faults})
        assert not faults, "\n".join(faults)
