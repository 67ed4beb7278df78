"""Every address of the field without script, for a visit in each state, in both languages and every look: axe-core, 320 px, targets.

The pages come from the route table; a new one is looked at without being named here.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page

from surveys.database import db, utc_now, writing
from surveys.devices import COOKIE, field_cookie
from surveys.fieldwork.receiving import senders
from surveys.fieldwork.visits.submissions import Submission
from surveys.fieldwork.visits.visits import Decision, Remark, Visit
from tests.browser import SMALL_PHONE, Visitor, violations
from tests.journeys.phone_world import Newcomer, PhoneServer, phone_server
from tests.surveys.pages.field_world import signed_in_client
from tests.surveys.pages.test_field_journey import begin as begin_plain
from tests.surveys.pages.test_field_journey import hand_in_example
from tests.targets import small_targets

__all__ = ["phone_server"]
EXAMPLE = "small-firm-arrears-idle-plant"
SAID = {"zh-CN": "请与企业核对是哪个数", "en": "Please ask the firm which figure is right"}
LANGUAGES = pytest.mark.parametrize("language", ["zh-CN", "en"])


class Looks:
    """Looks at a page in light (everything), then in the dark, with more contrast and in 长辈版 (what these change).

    `colours`: whether the dark and more contrast are looked at too; the words of a language have no part in them.
    """

    def __init__(self, page: Page, *, colours: bool = True) -> None:
        self.page = page
        self.colours = colours
        self.faults: list[str] = []
        self.seen: list[str] = []

    def look(self, where: str) -> None:
        self.seen.append(where)
        page = self.page
        self._faults(f"{where}, light", ())
        if self.colours:
            page.emulate_media(color_scheme="dark")
            self._faults(f"{where}, dark", ("color-contrast",))
            page.emulate_media(color_scheme="light", contrast="more")
            self._faults(f"{where}, contrast", ("color-contrast",))
            page.emulate_media(color_scheme="light", contrast="no-preference")
        size = page.evaluate("document.documentElement.dataset.text || ''")
        page.evaluate("document.documentElement.dataset.text = 'elder'")
        self._faults(f"{where}, elder", ("color-contrast", "target-size") if self.colours else ("target-size",))
        page.evaluate(
            "size => size ? (document.documentElement.dataset.text = size) : delete document.documentElement.dataset.text",
            size,
        )

    def _faults(self, where: str, rules: tuple[str, ...]) -> None:
        self.faults += [f"{where}: {fault}" for fault in violations(self.page, rules) + small_targets(self.page)]
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            self.faults.append(f"{where}: scrolls sideways by {wide} px")


def decided(server: PhoneServer, visit_id: str, verdict: str, words: str = "") -> None:
    with server.app.app_context(), writing() as session:
        visit = session.get_one(Visit, visit_id)
        facts = {"visit_id": visit_id, "content": visit.head}
        mine = f"d-{visit_id[:12]}"
        session.add(Decision(id=mine, number=1, verdict=verdict, decided_at=utc_now(), **facts))
        session.flush()
        if words:
            session.add(Remark(decision_id=mine, path="/g_arr/arr_total", text=words, made_at=utc_now(), **facts))


def in_every_state(server: PhoneServer, language: str) -> tuple[Newcomer, str, FlaskClient, dict[str, str]]:
    """A group's visits, one in each state, and a browser session of its deputy."""
    newcomer = server.newcomer(visits=5)
    with server.app.app_context(), writing():
        device = str(senders.add_browser(newcomer.deputies[0], campaign_id=server.world.campaign_id).id)
    client = signed_in_client(server.app, device)
    names = ["open", "draft", "submitted", "returned", "accepted"]
    states = dict(zip(names, newcomer.visits, strict=True))
    for state, visit in states.items():
        world = replace(server.world, visit_id=visit, deputies=newcomer.deputies)
        if state == "draft":
            begin_plain(client, world)
        elif state != "open":
            hand_in_example(client, world, EXAMPLE)
    decided(server, states["returned"], "return", SAID[language])
    decided(server, states["accepted"], "accept")
    return newcomer, device, client, states


def addresses(server: PhoneServer, newcomer: Newcomer, client: FlaskClient, states: dict[str, str]) -> Iterator[str]:
    """Every GET address of the field, for the visits in each state."""
    with server.app.app_context():
        held = [(row.visit_id, row.content) for row in db.session.scalars(db.select(Submission))]
    for rule in server.app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or not re.match(r"/(visits|s)/|/visits$", rule.rule):
            continue
        if "<uuid:" in rule.rule:  # a page of the desk
            continue
        plain = rule.rule.replace("<token>", newcomer.token)
        if "<" not in plain:
            yield plain
        for visit in states.values() if "<visit_id>" in plain else ():
            here = plain.replace("<visit_id>", visit)
            if "<content>" in here:
                yield from (here.replace("<content>", content) for owner, content in held if owner == visit)
            elif "<path:key>" in here:
                first = client.get(f"/visits/{visit}")
                yield from (here.replace("<path:key>", key) for key in ("g_visit", "g_arr", "r_suggest", "no-such-page") if first.status_code < 500)  # fmt: skip
            elif "<" not in here:
                yield here


@LANGUAGES
def test_every_address_without_script(phone_server: PhoneServer, chromium: Browser, language: str) -> None:
    newcomer, device, client, states = in_every_state(phone_server, language)
    person = Visitor(chromium, phone_server.address, size=SMALL_PHONE, script=True, language=language)
    person.stay_plain()
    with phone_server.app.app_context():
        value = field_cookie(device)
    person.context.add_cookies([{"name": COOKIE, "value": value, "url": phone_server.address}])
    page, looks = person.page, Looks(person.page, colours=language == "zh-CN")
    page.goto(f"/language/{language}?next=/visits")
    for address in addresses(phone_server, newcomer, client, states):
        if client.get(address).mimetype not in ("text/html", ""):
            continue
        answer = page.goto(address)
        assert answer is not None
        assert answer.status in (200, 404), f"{address}: {answer.status}"
        if page.url in looks.seen or not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        looks.look(page.url)
    person.close()
    assert len(looks.seen) >= 20, looks.seen
    assert looks.faults == []
