"""Twelve accepted sub-reports become a complete consolidated draft by presses on the merge page, counted; then one step is undone."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page

from reports.demonstration import guangzhou, manuscripts, people
from reports.demonstration.guangzhou import CAMPAIGN
from reports.demonstration.preparation import campaign_of
from reports.merging.cards import cards
from reports.papers.steps import Report, draft, start_report
from reports.text import content as contents
from surveys.database import db
from surveys.planning.campaigns.units import unit_tree
from tests.browser import Served, Visitor
from tests.demonstration import open_instance
from tests.journeys.people import sign_in
from tests.patterns import pattern

ROOT = "440100"
MOST = 70  # presses


@pytest.fixture(scope="session")
def demonstration_pattern(sqlite_pattern: Path) -> Path:
    """The demonstration up to the twelve accepted reports; nobody has begun the consolidated one."""

    def make(folder: Path) -> None:
        shutil.copy(sqlite_pattern, folder / "diaoyan.db")
        app = open_instance(folder)
        with app.app_context(), pytest.MonkeyPatch.context() as patch:
            patch.setattr(manuscripts, "finish_root", lambda *_args, **_more: None)
            patch.setattr(manuscripts, "roots_print", lambda *_args: None)
            guangzhou.load(seed=1, subjects=60, with_print=False, say=lambda line: None)
            db.session.remove()
            with db.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            db.engine.dispose()

    return pattern("accepted-sub-reports", make)


def begun(app: Flask) -> str:
    with app.app_context():
        campaign = campaign_of(CAMPAIGN)
        assert campaign is not None
        return start_report(campaign, unit_tree()[ROOT], by=people.actor("committee", ROOT)).id


class Presses:
    """Clicks and counts; what leads to a page waits for it."""

    def __init__(self, page: Page) -> None:
        self.page, self.number = page, 0

    def __call__(self, target: str) -> None:
        self.number += 1
        with self.page.expect_navigation(wait_until="load"):
            self.page.locator(target).first.click()

    def tick(self, place: int) -> None:
        self.number += 1
        self.page.locator(".sentence input:not(:checked)").nth(place).check()

    @property
    def is_matter(self) -> bool:
        return "matter=" in self.page.url

    @property
    def undecided(self) -> int:
        return self.page.locator("article .s.wait").count()


def test_a_complete_draft_of_twelve_units(served: Served, visitor: Callable[..., Visitor]) -> None:
    report_id = begun(served.app)
    city = sign_in(served.app, visitor(), "committee", ROOT)
    city.go(f"/reports/{report_id}/merge?section=problems")
    press = Presses(city.page)
    press("button[value=keep]")
    city.look()

    # a missing reason is asked for on the spot; typed once, it is at hand from then on
    city.may_be_refused(409)
    city.go(f"/reports/{report_id}/merge?section=lead")
    press("button[value=rest]")
    assert "不采用要写明理由" in city.page.locator("#fault").inner_text()
    city.page.locator("#reason").fill("各单位只说本单位的情况")
    press("button[value=rest]")

    sentences_left = 3
    for _ in range(MOST):
        if not press.undecided:
            break
        if press.is_matter and sentences_left and city.page.locator(".sentence input").count() > 6:
            # of some matters only sentences, and the rest is left
            sentences_left -= 1
            for place in (0, 2, 4):
                press.tick(place)
            press("button[value=write]")
            if sentences_left == 2:
                city.page.locator(".margin a").first.click()
                city.page.locator("#beside").wait_for()
                press.number += 1
                city.look()
            if press.undecided:
                press("button[value=rest]")
        elif press.is_matter:
            press("a[data-key=A]")
            press("button[value=write]")
        else:
            press("button[value=rest]")
    print(f"presses to a complete merged draft: {press.number}")
    assert press.number <= MOST
    with served.app.app_context():
        report = db.session.get_one(Report, report_id)
        every = cards(report)
        assert len(every) > 250
        assert all(card.decision for card in every)
        written = [block for _, block in contents.blocks_of(draft(report)) if len(block.get("sources") or ()) > 1]
        assert len(written) >= 15
        undone = len([card for card in every if card.decision])

    # the last step is taken back, as a whole
    with city.page.expect_navigation(wait_until="load"):
        city.page.locator("button[data-key=Z]").click()
    with served.app.app_context():
        again = [card for card in cards(db.session.get_one(Report, report_id)) if card.decision]
        assert len(again) < undone
    city.look()
