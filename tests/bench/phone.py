"""The first visit page on a slow phone, beside a plain page and the form engines that offices use, in one run.

Chromium at 360×740, CPU 6× slower, Slow 4G (1.44 Mbit/s, 562 ms a request), cold cache, everything in gzip. The same questionnaire
everywhere: the model form, as pyxform writes it for the others. `fillable` is from the start of the navigation to the moment
the page's own script has taken over and its first question takes an answer, told by the page itself (asking it from outside takes up
to a third of a second of so slow a processor); taps come three seconds later, everywhere, as from a person who has read the first
question, and end with the frame that shows them, which is drawn at once: waiting for the screen, up to 17 ms, is nobody's work.
Rounds are interleaved; figures are medians. What is weighed is all that was asked for by then, also what arrives a moment later.

A goal that is a part of enketo-core's time depends on the processor, since the network's share is the same for all. The goals come
from a phone on which enketo-core takes 4.8 s: so it is compared once more with a processor slowed down to that.
"""

import gzip
import html
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.bench.row import Row
from tests.bench.run import FLASK, demonstration
from tests.browser import ARGUMENTS
from tests.ports import free_port

ROOT = Path(__file__).parents[2]
ANCHORS = Path(__file__).parent / "anchors"
FLAGSHIP = ROOT / "reports/demonstration/questionnaire/private-enterprises-2023.xlsx"
SLOWER = 6
SLOW_4G = {"offline": False, "latency": 562.5, "downloadThroughput": 1_474_560 / 8, "uploadThroughput": 691_200 / 8}
READING = 3000  # ms
ROUNDS = 15
SUPPOSED = 4.8  # s, enketo-core on the phone that the goals suppose
AT_ONCE = ["--disable-frame-rate-limit", "--disable-gpu-vsync"]
PATIENCE = 120_000
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
TELLS = """new MutationObserver((_, watch) => {
    if (!document.querySelector(SELECTOR)) return;
    watch.disconnect();
    console.log("fillable", performance.now());
}).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-alive"] });"""
TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".xml": "text/xml"}


@dataclass
class Opened:
    """What one engine's page took: KB over the line, requests, seconds until fillable, milliseconds of the slowest tap."""

    address: str
    alive: str
    tap: str
    every: int = 1  # opened in each round, or in each third: what is far off needs no more, and is slow
    kilobytes: list[float] = field(default_factory=list)
    requests: list[int] = field(default_factory=list)
    fillable: list[float] = field(default_factory=list)
    taps: list[float] = field(default_factory=list)

    def median(self, name: str) -> float:
        return statistics.median(getattr(self, name))

    def anew(self) -> "Opened":
        return Opened(self.address, self.alive, self.tap)


def measure() -> Iterator[Row]:
    with ExitStack() as stack:
        site = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="diaoyan-anchors-")))
        base, visit, way = stack.enter_context(served())
        begin(base, visit, way)
        others = stack.enter_context(_static(site))
        browser = stack.enter_context(sync_playwright()).chromium.launch(
            executable_path=CHROMIUM, args=[*ARGUMENTS, *AT_ONCE]
        )
        stack.callback(browser.close)
        pages = {
            "own": Opened(
                f"{base}/visits/{visit}/form", "#filling[data-alive]", "#f-answers section:not([hidden]) .pick"
            )
        }
        pages["plain"] = Opened(f"{others}/plain.html", "form[data-alive]", "label.pick")
        _plain_page(browser, way, site)
        if _install_anchors(site) and _transform(browser, others, site):
            pages["enketo-core"] = Opened(
                f"{others}/enketo.html", "html[data-alive]", ".question:not(.disabled) .option-wrapper label"
            )
            pages["@getodk/web-forms"] = Opened(
                f"{others}/web_forms.html",
                ".question-container input",
                ".question-container label.value-option",
                every=3,
            )
        for turn in range(ROUNDS):
            for name, page in pages.items():
                if turn % page.every == 0:
                    _open(browser, page, way if name == "own" else None)
        supposed = _as_supposed(browser, pages, way) if "enketo-core" in pages else []
        whole = _everything(browser, pages["own"].address, way)
    own = pages["own"]
    yield Row("phone", "first open of a visit, compressed", own.median("kilobytes"), "KB", 62)
    yield Row("phone", "first open of a visit, requests", own.median("requests"), "", 3)
    yield Row("phone", "a visit with everything for offline, compressed", whole[0], "KB", 95, f"{whole[1]} requests")
    for name, goal in (("plain", 1.15), ("enketo-core", 0.42), ("@getodk/web-forms", 0.13)):
        if name in pages:
            other = pages[name]
            against = f"{own.median('fillable'):.2f} s against {other.median('fillable'):.2f} s, {other.median('kilobytes'):.0f} KB"
            yield Row(
                "phone", f"fillable, of {name}", own.median("fillable") / other.median("fillable"), "×", goal, against
            )
    if "enketo-core" in pages:
        other = pages["enketo-core"]
        against = f"{own.median('taps'):.0f} ms against {other.median('taps'):.0f} ms"
        yield Row(
            "phone",
            "slowest of three taps, of enketo-core",
            own.median("taps") / other.median("taps"),
            "×",
            0.6,
            against,
        )
    yield from supposed
    yield Row("phone", "a changed answer evaluated and shown", own.median("taps"), "ms", 50, f"CPU {SLOWER}× slower")


# --- the pages --------------------------------------------------------------------------------------------------------


@contextmanager
def served() -> Iterator[tuple[str, str, str]]:
    """The production server on the demonstration: its address, an open visit of the ready link's deputy, and the way in."""
    place, _taken = demonstration()
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    environment = os.environ | {"DIAOYAN_INSTANCE": str(place), "DATABASE_URL": "", "PORT": str(port)}
    server = subprocess.Popen([*FLASK, "serve"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(f"{base}/sign-in")
        told = subprocess.run(
            [*FLASK, "demo", "links", "--json"], env=environment, check=True, capture_output=True, text=True
        )
        way = urlsplit(json.loads(told.stdout)["visit"]).path
        yield base, way.rsplit("/", 1)[1], base + way
    finally:
        server.terminate()
        server.wait(30)


def begin(base: str, visit: str, way: str) -> None:
    """The visit is begun, without script, so that its first page of questions is what a phone opens."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        page = browser.new_context(java_script_enabled=False, locale="zh-CN").new_page()
        page.goto(way)
        page.goto(f"{base}/visits/{visit}/start")
        page.locator("main form button").first.click()
        browser.close()


def _wait_for(address: str) -> None:
    begun = time.monotonic()
    while time.monotonic() - begun < 60:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"{address} did not answer within 60 s")


@contextmanager
def _static(site: Path) -> Iterator[str]:
    """The folder over HTTP, every file in gzip."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            file = site / urlsplit(self.path).path.lstrip("/")
            found = file.is_file()
            body = gzip.compress(file.read_bytes() if found else b"", 6)
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", TYPES.get(file.suffix, "application/octet-stream") + "; charset=utf-8")
            self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


def _plain_page(browser: Browser, way: str, site: Path) -> None:
    """The same questions as a page without behaviour but a script of 15 KB, which a careful hand would write."""
    with _context(browser) as context:
        page = context.new_page()
        page.goto(way)  # leads to the form by itself
        page.wait_for_selector("#filling[data-alive]", state="attached")
        questions = page.evaluate(
            """() => Array.from(document.querySelectorAll('#f-answers section .q, #f-answers section fieldset')).map((one) => ({
                label: (one.querySelector('legend, label') || one).textContent.trim().slice(0, 200),
                picks: Array.from(one.querySelectorAll('.pick')).map((pick) => pick.textContent.trim()),
                long: Boolean(one.querySelector('textarea')) }))"""
        )
    rows = []
    for number, one in enumerate(questions):
        label = html.escape(one["label"])
        if one["picks"]:
            picks = "".join(
                f'<label class="pick"><input type="radio" name="q{number}" value="{place}"> {html.escape(text)}</label>'
                for place, text in enumerate(one["picks"])
            )
            rows.append(f"<fieldset><legend>{label}</legend>{picks}</fieldset>")
        else:
            control = f'<textarea name="q{number}"></textarea>' if one["long"] else f'<input name="q{number}">'
            rows.append(f"<p><label>{label}<br>{control}</label></p>")
    (site / "plain.html").write_text(
        "<!doctype html><html lang=zh-CN><meta charset=utf-8><meta name=viewport content='width=device-width'><title>问卷</title>"
        f"<style>.pick{{display:block}}</style><form>{''.join(rows)}<button>报送</button></form><script src=plain.js defer></script>"
    )
    script = (
        "const form=document.forms[0];form.addEventListener('change',(e)=>{e.target.closest('fieldset,p').classList.add('done')});"
        "form.setAttribute('data-alive','');"
    )
    # Words of no use to a compressor, as a real script of that size would be after compression.
    filler = (ROOT / "static/js/rules/evaluation.mjs").read_text()
    while len(gzip.compress((script + filler).encode())) < 15 * 1024:
        filler += "".join(chr(33 + (n * 7919 + len(filler) * 104729) % 90) for n in range(512)).replace("*/", "")
    (site / "plain.js").write_text(script + "/*" + filler.replace("*/", "") + "*/")


def _install_anchors(site: Path) -> bool:
    """The compared engines from npm, built into `site`; False, and said, where they cannot be had."""
    place = Path(os.environ.get("DIAOYAN_ANCHORS", Path(tempfile.gettempdir()) / "diaoyan-bench-anchors"))
    return install(ANCHORS, place) and _done(["node", "build.mjs", str(site)], place)


def install(source: Path, place: Path) -> bool:
    """What a folder's lock file names, from npm, in `place`, outside the tree; it stays there for the next run."""
    place.mkdir(parents=True, exist_ok=True)
    for file in source.iterdir():
        shutil.copy(file, place)
    shutil.copy(ROOT / ".npmrc", place)
    npm = ["npm", "ci", "--ignore-scripts", "--no-fund", "--no-audit"]
    return (place / "node_modules").is_dir() or _done(npm, place)


def _done(command: list[str], place: Path) -> bool:
    done = subprocess.run(command, cwd=place, capture_output=True, text=True)
    if done.returncode:
        print(f"not compared: {' '.join(command[:2])} failed\n{done.stderr[-800:]}", file=sys.stderr)
    return not done.returncode


def _transform(browser: Browser, base: str, site: Path) -> bool:
    """The model form as the others take it: an XForm, and enketo's own form and model of it."""
    from pyxform.xls2xform import convert

    (site / "form.xml").write_text(convert(xlsform=str(FLAGSHIP), validate=False).xform)
    (site / "transform.html").write_text("<!doctype html><title>x</title><script src=transform.js></script>")
    with _context(browser) as context:
        page = context.new_page()
        page.goto(f"{base}/transform.html")
        result = page.evaluate("window.transformed")
    head = "<!doctype html><html lang=zh-CN><meta charset=utf-8><meta name=viewport content='width=device-width'><title>问卷</title>"
    model = result["model"].replace("</script", "<\\/script")
    (site / "enketo.html").write_text(
        f"{head}<link rel=stylesheet href=enketo.css>{result['form']}"
        f'<script type="text/xml" id="model">{model}</script><script src=enketo.js defer></script>'
    )
    (site / "web_forms.html").write_text(f"{head}<div id=form></div><script type=module src=web_forms.js></script>")
    return bool(re.search("<form", result["form"]))


# --- the measuring ----------------------------------------------------------------------------------------------------


@contextmanager
def _context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN", service_workers="block")
    context.set_default_timeout(PATIENCE)
    try:
        yield context
    finally:
        context.close()


def _as_supposed(browser: Browser, pages: dict[str, Opened], way: str) -> list[Row]:
    """Own and enketo-core once more, the processor slowed down until enketo-core takes what the goals suppose."""
    own, other = (pages[name].anew() for name in ("own", "enketo-core"))
    at_twice = other.anew()
    for _ in range(3):
        _open(browser, at_twice, None, 2 * SLOWER)
    taken = pages["enketo-core"].median("fillable")
    slower = SLOWER * (1 + (SUPPOSED - taken) / (at_twice.median("fillable") - taken))
    for _ in range(5):
        _open(browser, own, way, slower)
        _open(browser, other, None, slower)
    ratio = own.median("fillable") / other.median("fillable")
    against = f"{own.median('fillable'):.2f} s against {other.median('fillable'):.2f} s, CPU {slower:.1f}× slower"
    return [Row("phone", f"fillable, of enketo-core where it takes {SUPPOSED} s", ratio, "×", 0.42, against)]


def _open(browser: Browser, opened: Opened, way: str | None, slower: float = SLOWER) -> None:
    with _context(browser) as context:
        page = context.new_page()
        if way:  # signed in, as a known phone, beforehand; what the browser kept of the pages goes
            page.goto(way)
            page.wait_for_selector(opened.alive, state="attached")
            page.wait_for_load_state("networkidle")
        page.goto("about:blank")
        line = context.new_cdp_session(page)
        asked: set[str] = set()
        everything: set[str] = set()
        sizes: dict[str, float] = {}
        line.send("Network.enable")
        line.send("Network.clearBrowserCache")
        line.send("Network.setBlockedURLs", {"urls": ["*/draft"]})  # the next round finds the visit as this one does
        line.send("Network.emulateNetworkConditions", SLOW_4G)
        line.send("Emulation.setCPUThrottlingRate", {"rate": slower})
        line.on("Network.requestWillBeSent", lambda event: asked.add(event["requestId"]))
        line.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
        page.add_init_script(TELLS.replace("SELECTOR", json.dumps(opened.alive)))
        page.on("console", lambda said: said.text.startswith("fillable ") and everything.update(asked))
        with page.expect_console_message(lambda said: said.text.startswith("fillable ")) as told:
            page.goto(opened.address, wait_until="commit")
        opened.fillable.append(float(told.value.text.split()[1]) / 1000)
        page.wait_for_timeout(READING)
        weights = [sizes[one] for one in everything if sizes.get(one)]
        opened.kilobytes.append(sum(weights) / 1024)
        opened.requests.append(len(weights))
        opened.taps.append(max(_tap(page, opened.tap, place) for place in range(3)))


def _everything(browser: Browser, address: str, way: str) -> tuple[float, int]:
    """KB and requests of a visit opened on a phone that has nothing yet, until it asks for nothing more."""
    with _context(browser) as context:
        context.request.get(way, max_redirects=0)
        page = context.new_page()
        line = context.new_cdp_session(page)
        sizes: list[float] = []
        line.send("Network.enable")
        line.send("Network.setBlockedURLs", {"urls": ["*/draft"]})
        line.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
        page.goto(address)
        page.wait_for_selector("#filling[data-alive]")
        page.wait_for_timeout(READING)
        page.wait_for_load_state("networkidle")
        travelled = [size for size in sizes if size]
        return sum(travelled) / 1024, len(travelled)


def _tap(page: Page, selector: str, place: int) -> float:
    """Milliseconds from a tap to the next frame painted after everything it set off."""
    return page.evaluate(
        """([selector, place]) => new Promise((done) => {
            const seen = Array.from(document.querySelectorAll(selector)).filter((one) => one.offsetParent);
            const at = seen[place];
            const begun = performance.now();
            at.click();
            requestAnimationFrame(() => setTimeout(() => done(performance.now() - begun)));
        })""",
        [selector, place],
    )
