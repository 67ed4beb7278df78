"""The phone's evaluator in the engines that phones have: Node (V8), Chromium, WebKitGTK.

Each takes visits as `tests/js/replay.mjs` does and gives the states at their looks. Browsers run the bundle as `deploy/script.mjs`
makes it for pages.
"""

import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.ports import free_port

ROOT = Path(__file__).parents[1]
States = list[list[dict[str, Any]]]
Engine = Callable[[dict[str, Any]], States]
_MINI_BROWSERS = (
    "/usr/lib/*/webkitgtk-6.0/MiniBrowser",
    "/usr/lib/*/webkit2gtk-4.1/MiniBrowser",
    "/usr/lib/*/webkit2gtk-4.0/MiniBrowser",
)


def bundle(entry: str, name: str = "engine") -> str:
    """A module and all it imports as the script that travels; it leaves its exports in the variable `name`."""
    made = subprocess.run(["node", "deploy/script.mjs", entry, name], cwd=ROOT, capture_output=True, check=True)
    return made.stdout.decode()


def told_by(script: str, asked: object) -> Any:
    """What a script of tests/js answers to `asked`, both as JSON, in Node. RuntimeError with its own words when it fails."""
    node = ["node", f"tests/js/{script}"]
    run = subprocess.run(
        node, input=json.dumps(asked).encode(), cwd=ROOT, capture_output=True, check=False, timeout=600
    )
    if run.returncode:
        raise RuntimeError(run.stderr.decode()[-2000:])
    return json.loads(run.stdout)


def in_node(given: dict[str, Any]) -> States:
    return told_by("replay_stdin.mjs", given)


def in_page(page: Any) -> Engine:
    """The engine of a Playwright page; the browser's own door is used, so that no rule of a server stands in its way."""
    page.goto("about:blank")
    page.evaluate(bundle("tests/js/replay.mjs") + ";window.engine = engine; undefined")
    return lambda given: json.loads(
        page.evaluate("text => JSON.stringify(engine.replayAll(JSON.parse(text)))", json.dumps(given))
    )


# WebKitGTK, by the W3C WebDriver protocol.


@contextmanager
def _running(command: list[str], environment: dict[str, str], pass_fds: tuple[int, ...] = ()) -> Iterator[None]:
    """A program and whatever it starts, ended at the end."""
    process = subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        pass_fds=pass_fds,
    )
    try:
        yield
    finally:
        for how in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(process.pid, how)
                process.wait(5)
                break
            except ProcessLookupError:
                break
            except subprocess.TimeoutExpired:
                continue


class Driver:
    """A session of WebKitWebDriver."""

    def __init__(self, address: str) -> None:
        self.address = address
        browser = next((str(found) for place in _MINI_BROWSERS for found in Path("/").glob(place[1:])), None)
        options = {"binary": browser, "args": ["--automation"]} if browser else {}
        wanted = {"capabilities": {"alwaysMatch": {"webkitgtk:browserOptions": options}}}
        until = time.monotonic() + 30
        while True:
            try:
                answer = self.call("POST", "/session", wanted)
                break
            except (ConnectionError, urllib.error.URLError) as error:
                if isinstance(error, urllib.error.HTTPError):
                    raise RuntimeError(error.read().decode()[:2000]) from error
                if time.monotonic() > until:
                    raise
                time.sleep(0.2)
        self.session = f"/session/{answer['sessionId']}"
        self.version = answer["capabilities"].get("browserVersion", "?")
        self.call("POST", f"{self.session}/timeouts", {"script": 300_000})

    def call(self, method: str, path: str, body: Any = None) -> Any:
        data = json.dumps(body or {}).encode() if method == "POST" else None
        request = urllib.request.Request(self.address + path, data, {"Content-Type": "application/json"}, method=method)
        with urllib.request.urlopen(request, timeout=300) as answer:
            return json.load(answer)["value"]

    def run(self, script: str, *arguments: Any) -> Any:
        return self.call("POST", f"{self.session}/execute/sync", {"script": script, "args": list(arguments)})

    def close(self) -> None:
        self.call("DELETE", self.session)


@contextmanager
def _screen() -> Iterator[str]:
    """A screen without a monitor; it chooses its number itself and tells it when it is ready."""
    told, tell = os.pipe()
    command = ["Xvfb", "-displayfd", str(tell), "-screen", "0", "800x600x24", "-nolisten", "tcp"]
    with _running(command, {**os.environ}, pass_fds=(tell,)), os.fdopen(told) as number:
        os.close(tell)
        yield f":{number.readline().strip()}"


@contextmanager
def webkit_driver() -> Iterator[Driver]:
    """A window of WebKitGTK on a screen without a monitor."""
    port = free_port()
    environment = {**os.environ, "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1"}
    environment |= {"GDK_BACKEND": "x11", "LIBGL_ALWAYS_SOFTWARE": "1", "WEBKIT_DISABLE_DMABUF_RENDERER": "1"}
    with (
        _screen() as display,
        _running(["WebKitWebDriver", f"--port={port}", "--host=127.0.0.1"], environment | {"DISPLAY": display}),
    ):
        driver = Driver(f"http://127.0.0.1:{port}")
        try:
            yield driver
        finally:
            driver.close()


def rules_in(driver: Driver) -> Engine:
    """WebKitGTK's engine."""
    driver.call("POST", f"{driver.session}/url", {"url": "about:blank"})
    driver.run(bundle("tests/js/replay.mjs") + ";window.engine = engine;")
    script = "return JSON.stringify(engine.replayAll(JSON.parse(arguments[0])));"
    return lambda given: json.loads(driver.run(script, json.dumps(given)))
