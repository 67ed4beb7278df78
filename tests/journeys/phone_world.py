"""A server with one campaign, and phones that open a slip in a real browser: for what the phone does between them.

The page's own modules are the hands: a test queues a version as the form does and watches what becomes of it.
"""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from sqlalchemy import select

from surveys.database import db, writing
from surveys.fieldwork.visits.submissions import SetAside, Submission
from surveys.planning.people.slips import make_code, make_slip
from tests.browser import PATIENCE, ROOT, answer_dialogs
from tests.demonstration import open_instance
from tests.factories.fieldwork import VisitFactory
from tests.factories.planning import (
    AssignmentFactory,
    DeputyFactory,
    GroupFactory,
    GroupMemberFactory,
    RoomFactory,
    SubjectFactory,
)
from tests.surveys.fieldwork.phones import Server
from tests.surveys.pages.field_world import World, make_world

QUIET = "/complaints"  # a page of ours without a script: nothing but the test sends from it
DIGEST = "**/store/digest.mjs"
NAMES = (
    "store/store",
    "outbox/outbox",
    "outbox/sender",
    "caller/device",
    "own/enrolment",
    "store/locks",
    "outbox/rescue",
    "outbox/assignments",
    "outbox/mirror",
    "outbox/queueing",
    "caller/client_log",
    "own/ready",
)

PHOTO = """async ([size, seed, withBytes]) => {
    const bytes = Uint8Array.from({ length: size }, (_, i) => (31 * i + seed) % 251).buffer;
    const sha256 = await (await import("/static/js/phone/store/digest.mjs")).hashOfLarge(bytes);
    const row = { sha256, bytes, size, type: "image/jpeg" };
    if (withBytes) await phone.store.write(["parts"], (work) => work.put("parts", row));
    return { name: `p${seed}.jpg`, path: "/photo", sha256, size, type: "image/jpeg" };
}"""

WITHOUT_CRYPTO = "Object.defineProperty(Crypto.prototype, 'subtle', { get: () => undefined });"
WITHOUT_LOCKS = "Object.defineProperty(Navigator.prototype, 'locks', { get: () => undefined });"

HANDS = """async (names) => {
    const loaded = {};
    const page = await (await fetch("/visits/help")).text();  // what a page of the phone says of its release and person
    Object.assign(document.documentElement.dataset, new DOMParser().parseFromString(page, "text/html").documentElement.dataset);
    for (const name of names) loaded[name.split("/")[1]] = await import(`/static/js/phone/${name}.mjs`);
    window.phone = loaded;
    window.handIn = async (visit, text, more = {}) => {
        const { read } = loaded.store;
        const stored = (await read("visits", visit)) || { visit, base: more.base || null, answers: {}, repeats: {} };
        const row = { ...stored, questionnaire: more.questionnaire, changed: "now", parts: more.parts || [] };
        const content = { answers: { "/words": text }, clock: more.clock, outcome: "visited", parts: more.parts || [] };
        return (await loaded.queueing.queueVersion(row, content)).content;
    };
    window.states = async (visit) => (await loaded.outbox.itemsOf(visit)).map((item) => item.state).join(" ");
    window.later = async (ms) => {  // the time of every item moves on
        await loaded.store.write(["outbox"], async (work) => {
            for (const item of await work.all("outbox")) {
                const sooner = (at) => (at ? Math.max(1, at - ms) : at);
                await work.put("outbox", { ...item, next: sooner(item.next), retry: sooner(item.retry) });
            }
        });
        loaded.sender.wake();
    };
}"""


@cache
def _digest() -> bytes:
    """The one module that uses a package, with it: a browser by itself knows no packages."""
    made = ["node_modules/.bin/esbuild", "static/js/phone/store/digest.mjs", "--bundle", "--format=esm"]
    return subprocess.run(made, cwd=ROOT, capture_output=True, check=True).stdout


@dataclass
class PhoneServer:
    """The server, the application on the same instance, and how many groups were made."""

    server: Server
    app: Flask
    world: World
    made: int = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.port}"

    def newcomer(self, *, visits: int = 1, deputies: int = 1) -> "Newcomer":
        """A group of its own with these visits, a slip, and a code for each deputy."""
        self.made += 1
        for kind in _kinds(RoomFactory):
            kind.reset_sequence(2000 + 10 * self.made, force=True)  # every test numbers anew, this server lives on
        with self.app.app_context(), writing():
            group = GroupFactory(campaign_id=self.world.campaign_id, unit_code="440118")
            people = [DeputyFactory(name=f"代表{self.made}-{number}") for number in range(deputies)]
            for one in people:
                GroupMemberFactory(group_id=group.id, deputy_id=one.id)
            ids = []
            for number in range(visits):
                uscc = f"91440118MA5{self.made:04}{number:03}"
                subject = SubjectFactory(name=f"示例{self.made}有限公司", area_code="440118", uscc=uscc)
                assignment = AssignmentFactory(
                    campaign_id=self.world.campaign_id, group_id=group.id, subject_id=subject.id
                )
                ids.append(VisitFactory(id=assignment.visit_id, assignment_id=assignment.id).id)
            slip, token = make_slip(self.world.campaign_id, group_id=group.id)
            codes = [make_code(slip.id, one.id, printed=True) for one in people]
            return Newcomer(token, codes, ids, [one.id for one in people], slip.id)

    def code(self, newcomer: "Newcomer", deputy: int = 0) -> str:
        with self.app.app_context(), writing():
            return make_code(newcomer.slip_id, newcomer.deputies[deputy], printed=True)

    def held(self, visit: str) -> list[str]:
        """The contents that the server holds of a visit, in the order of their versions."""
        with self.app.app_context():
            query = select(Submission.content).where(Submission.visit_id == visit).order_by(Submission.version)
            return list(db.session.scalars(query))

    def body(self, visit: str, content: str) -> dict[str, Any]:
        with self.app.app_context():
            query = select(Submission.body).where(Submission.visit_id == visit, Submission.content == content)
            return json.loads(db.session.scalars(query).one())

    def aside(self, visit: str) -> list[str]:
        with self.app.app_context():
            return list(db.session.scalars(select(SetAside.content).where(SetAside.address == visit)))


def _kinds(factory: type[RoomFactory]) -> Iterator[type[RoomFactory]]:
    for kind in factory.__subclasses__():
        yield kind
        yield from _kinds(kind)


@dataclass(frozen=True)
class Newcomer:
    token: str
    codes: list[str]
    visits: list[str]
    deputies: list[str]
    slip_id: str


@dataclass
class Phone:
    """One browser storage of a deputy. `page` is a page of ours with the phone's modules at hand."""

    context: BrowserContext
    address: str
    questionnaire: str
    page: Page = field(init=False)

    def enrol(self, token: str, code: str) -> "Phone":
        """Open the slip, type the code: the list of visits comes."""
        page = self.context.new_page()
        page.goto(f"{self.address}/s/{token}")
        expect(page.locator("#slip[data-alive]")).to_be_attached()
        page.fill("#code", code)
        page.get_by_role("button", name="打开我的走访").click()
        page.wait_for_url("**/visits")
        page.close()
        self.page = self.quiet()
        self.page.evaluate("phone.store.write(['device'], (work) => work.remove('device', 'lease:outbox'))")
        return self

    def quiet(self) -> Page:
        """A tab that sends nothing by itself."""
        page = self.context.new_page()
        page.goto(self.address + QUIET)
        page.route(DIGEST, lambda route: route.fulfill(body=_digest(), content_type="text/javascript"))
        page.evaluate(HANDS, list(NAMES))
        page.unroute(DIGEST)  # a route leaves a page without its cache
        return page

    def hand_in(self, visit: str, text: str, page: Page | None = None, **more: Any) -> str:
        """报送, as the form does it; gives the hash of the version."""
        more = {"questionnaire": self.questionnaire, "clock": "2023-07-12T09:00:00+08:00", **more}
        return (page or self.page).evaluate("([visit, text, more]) => handIn(visit, text, more)", [visit, text, more])

    def photo(self, size: int = 700_000, seed: int = 0, *, with_bytes: bool = True) -> dict[str, Any]:
        """A photo on this phone; without bytes one that was taken elsewhere. Gives its entry of a version's parts."""
        return self.page.evaluate(PHOTO, [size, seed, with_bytes])

    def has_bytes(self, part: dict[str, Any]) -> bool:
        return self.page.evaluate("async (sha) => Boolean(await phone.store.read('parts', sha))", part["sha256"])

    def start(self, page: Page | None = None) -> None:
        (page or self.page).evaluate("phone.sender.start()")

    def later(self, seconds: float = 700) -> None:
        self.page.evaluate("(ms) => later(ms)", seconds * 1000)

    def becomes(self, visit: str, states: str, *, patiently: bool = False) -> None:
        """Wait until the items of a visit stand so; the five seconds before a receipt is asked for again pass quicker."""
        quicker = "await later(6000), false" if "confirmed" in states and not patiently else "false"
        self.until(f"async ([visit, wanted]) => (await states(visit)) === wanted || ({quicker})", [visit, states])

    def is_held(self, visit: str) -> None:
        """Wait until the version of a visit has its receipt, confirmed five seconds later or not yet."""
        self.until("async (visit) => ['stored', 'confirmed'].includes(await states(visit))", visit)

    def waits(self, visit: str, code: str = "") -> None:
        """Wait until the newest version of a visit was tried and waits for its next try, at the `code` of a problem if one is given.

        A try that is on its way again is waited for too: two seconds pass quickly where much is to be done.
        """
        self.until(
            """async ([visit, code]) => {
                const [item] = (await phone.outbox.itemsOf(visit)).slice(-1);
                return item.state === "queued" && item.tries > 0 && (!code || item.problem.code === code);
            }""",
            [visit, code],
        )

    def until(self, test: str, arg: Any = None) -> None:
        """Wait until the function `test` gives (a promise of) something true."""
        asked = f"""async (arg) => {{
            const test = {test};
            for (const end = Date.now() + {PATIENCE}; Date.now() < end; ) {{
                if (await test(arg)) return "";
                await new Promise((done) => setTimeout(done, 60));
            }}
            return JSON.stringify((await phone.outbox.itemsOf()).map(({{ state, tries, problem }}) => [state, tries, problem]));
        }}"""
        assert (left := self.page.evaluate(asked, arg)) == "", f"{test} {arg}: {left}"

    def items(self, visit: str) -> list[dict[str, Any]]:
        """What the outbox has of a visit: versions, and drafts that are kept to be saved as a file."""
        found = self.page.evaluate("phone.outbox.itemsOf()")
        return [item for item in found if item["visit"] == visit]

    def spoil(self, pattern: str, how: Callable[[Route], None], *, times: int | None = None) -> None:
        """Let requests to these addresses end this way."""
        if times is None:
            self.context.route(f"**{pattern}", how)
        else:
            self.context.route(f"**{pattern}", how, times=times)

    def mend(self) -> None:
        self.context.unroute_all()


@contextmanager
def served_world(folder: Path) -> Iterator[PhoneServer]:
    """A server over this instance folder, whose database has every table and no row, with one campaign in it."""
    app = open_instance(folder)
    for kind in _kinds(RoomFactory):
        kind.reset_sequence(force=True)  # the file before this one left them where a newcomer will begin
    world = make_world(app)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    server = Server(folder, "", workers=1)
    server.start()
    try:
        yield PhoneServer(server, app, world)
    finally:
        server.kill()


@pytest.fixture(scope="module")
def phone_server(sqlite_pattern: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PhoneServer]:
    folder = tmp_path_factory.mktemp("phones") / "instance"
    folder.mkdir()
    shutil.copy(sqlite_pattern, folder / "diaoyan.db")
    with served_world(folder) as server:
        yield server


@pytest.fixture
def phone_of(chromium: Browser, phone_server: PhoneServer) -> Iterator[Callable[..., Phone]]:
    """`phone_of(init="…")`: a browser storage of its own; `init` is run before every page's own scripts."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def make(*, init: str = "", worker: bool = False) -> Phone:
        context = chromium.new_context(
            viewport={"width": 360, "height": 740},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            service_workers="allow" if worker else "block",
        )
        context.set_default_timeout(PATIENCE)
        answer_dialogs(context, faults)
        if init:
            context.add_init_script(init)
        contexts.append(context)
        return Phone(context, phone_server.address, phone_server.world.package_hash)

    yield make
    for context in contexts:
        context.close()
    assert not faults, "\n".join(faults)
