"""The deputy's pages as they are without a script, in a real browser: narrow, large, dark; accessible."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect

from surveys.devices import COOKIE, field_cookie
from tests.browser import PATIENCE
from tests.surveys.fieldwork.phones import Server, running
from tests.surveys.pages.field_world import NAME, World, example, make_world, signed_in_client
from tests.surveys.pages.test_field_journey import begin, decide, hand_in_example, walk

ROOT = Path(__file__).parents[3]
AXE = ROOT / "node_modules/axe-core/axe.min.js"


class Site:
    """A server with the world in it, and a browser of its deputy."""

    def __init__(self, app: Flask, server: Server, world: World, browser: Browser) -> None:
        self.app, self.server, self.world, self.browser = app, server, world, browser
        self.address = server.base.removesuffix("/sync")
        self.visit = f"{self.address}/visits/{world.visit_id}"

    def context(self, *, signed_in: bool = True, **options: Any) -> BrowserContext:
        options = {"viewport": {"width": 320, "height": 640}, "locale": "zh-CN", "bypass_csp": False} | options
        context = self.browser.new_context(**options)
        context.set_default_timeout(PATIENCE)
        context.route("**/dist/*.js*", lambda route: route.fulfill(body=""))  # else to the offline form
        if signed_in:
            with self.app.app_context():
                value = field_cookie(self.world.devices[0])
            context.add_cookies([{"name": COOKIE, "value": value, "url": self.address}])
        return context


@pytest.fixture
def site(app: Flask, database_url: str, tmp_path: Path, chromium: Browser) -> Iterator[Site]:
    world = make_world(app)
    with running(tmp_path / "instance", database_url, workers=1) as server:
        yield Site(app, server, world, chromium)


def fill_in(site: Site) -> None:
    client = signed_in_client(site.app, site.world.devices[0])
    answers, repeats = example("small-firm-arrears-idle-plant")
    walk(client, begin(client, site.world), answers, repeats)


def pages_of(site: Site) -> list[str]:
    keys = (
        "g_visit",
        "g_ident",
        "g_profile",
        "g_oper",
        "g_diff",
        "g_fin",
        "g_leg",
        "r_problem[1]",
        "r_suggest",
        "g_close",
    )
    return [
        f"{site.address}/visits",
        f"{site.visit}/start",
        f"{site.visit}/notice",
        *(f"{site.visit}/pages/{key}" for key in keys),
        f"{site.visit}/check",
        f"{site.address}/visits/help",
        f"{site.address}/s/{site.world.token}",
    ]


def overflows(page: Page) -> bool:
    return page.evaluate("document.documentElement.scrollWidth > window.innerWidth")


def test_no_page_scrolls_sideways(site: Site) -> None:
    fill_in(site)
    with site.context() as context:
        page = context.new_page()
        for size in ("standard", "elder", "largest"):
            page.goto(f"{site.address}/text-size/{size}?next=/visits")
            for address in pages_of(site):
                answer = page.goto(address)
                assert answer is not None
                assert answer.status == 200, address
                assert not overflows(page), (size, address)
            assert page.get_attribute("html", "data-text") == (None if size == "standard" else size)


def test_without_script_from_slip_to_first_page(site: Site) -> None:
    with site.context(signed_in=False, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{site.address}/s/{site.world.token}")
        assert NAME not in page.content()
        page.fill("#code", site.world.code)
        page.click("button:has-text('打开我的走访')")
        expect(page).to_have_title(re.compile("我的走访"))
        page.click(f"li a:has-text('{NAME}')")
        page.click("button:has-text('开始走访')")
        page.fill("[name='/g_visit/visit_date']", "2023-08-02")
        page.click("text=保存，下一页")
        expect(page).to_have_title(re.compile("有1处要改"))
        page.fill("[name='/g_visit/visit_date']", "2023-07-12")
        page.click("text=保存，下一页")
        expect(page).to_have_title(re.compile("企业概况"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessible(site: Site, scheme: str) -> None:
    """axe-core finds nothing against WCAG 2.2 AA."""
    client = signed_in_client(site.app, site.world.devices[0])
    hand_in_example(client, site.world, "small-firm-arrears-idle-plant")
    decide(site.app, site.world.visit_id, "return", "/g_arr/arr_total")
    with site.context(color_scheme=scheme, bypass_csp=True) as context:
        page = context.new_page()
        for address in [site.visit, f"{site.visit}/pages/g_arr", *pages_of(site)]:
            page.goto(address)
            page.add_script_tag(path=str(AXE))
            found = page.evaluate(
                "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']}).then(r => r.violations.map("
                "v => [v.id, v.nodes.map(n => n.html.slice(0, 160))]))"
            )
            assert found == [], address
