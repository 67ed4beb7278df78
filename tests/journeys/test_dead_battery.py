"""The battery dies: every process of the browser ends at once, and another browser begins with what lies on the disk."""

import os
import random
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from playwright.sync_api import Error, Page, Playwright, expect

from tests.browser import ARGUMENTS, PATIENCE, PHONE, Visitor, answer_dialogs, chromium_path
from tests.journeys.filling import fill_in
from tests.journeys.form_filling import begin, hand_in, question, walk
from tests.journeys.phone_forms import enter, go_to, is_kept, reopened, row_of, rows, taken_over
from tests.journeys.phone_world import Newcomer, PhoneServer, phone_server
from tests.journeys.test_form_is_never_lost import live_a_second
from tests.surveys.pages.field_world import example

__all__ = ["phone_server"]

DEATHS = 4
EXAMPLE = "small-firm-arrears-idle-plant"
# Answers of every kind that are given again and again: page, path, and what may be answered.
ASKED = [
    ("g_visit", "/g_visit/visit_date", [f"2023-07-{day:02}" for day in range(1, 29)]),
    ("g_visit", "/g_visit/visit_mode", ["onsite", "forum", "video"]),
    ("g_profile", "/g_profile/staff_now", [str(number) for number in range(10, 99)]),
    ("g_gov", "/g_gov/svc_sat", ["3", "4", "5"]),
    ("g_close", "/g_close/visitor_remark", [f"第{number}次记下的话" for number in range(99)]),
]


class OnDisk(Visitor):
    """A deputy whose browser has a folder on the disk, and can be started anew on it."""

    def __init__(self, playwright: Playwright, folder: Path, address: str) -> None:
        self.playwright, self.folder, self.address = playwright, folder, address
        self.script, self._mirror, self._mirrored = True, None, None
        self.faults, self._refusals, self._signal_was_lost = [], 0, False
        self.switch_on()

    def switch_on(self, *, offline: bool = False) -> Page:
        self.context = self.playwright.chromium.launch_persistent_context(
            self.folder,
            executable_path=chromium_path(),
            args=ARGUMENTS,
            headless=True,
            viewport={"width": PHONE[0], "height": PHONE[1]},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",
            base_url=self.address,
        )
        self.context.set_default_timeout(PATIENCE)
        answer_dialogs(self.context, self.faults)
        if offline:
            self.lose_signal()
        self.page = self._open_page()
        return self.page

    def die(self) -> None:
        """No process of this browser gets to do anything more."""
        group = self._browser()
        os.killpg(group, signal.SIGKILL)
        with suppress(Error):  # nobody answers
            self.context.close()
        subprocess.run(["tail", "--pid", str(group), "-f", "/dev/null"], timeout=60, check=True)

    def _browser(self) -> int:
        """The process that has this folder; what it started is of its group."""
        for place in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                given = (place / "cmdline").read_bytes().decode(errors="replace").split("\0")
                number = int(place.name)
                if f"--user-data-dir={self.folder}" in given and os.getpgid(number) == number:
                    return number
        raise AssertionError("no browser has this folder")


@contextmanager
def phone_on_disk(playwright: Playwright, folder: Path, server: PhoneServer, newcomer: Newcomer) -> Iterator[OnDisk]:
    """Enrolled at the list, its visits kept for when there is no signal; then switched off as phones are, and on again."""
    phone = OnDisk(playwright, folder, server.address)
    enter(phone, newcomer.token, newcomer.codes[0])
    for visit in newcomer.visits:
        expect(row_of(phone, visit).locator(".is-ready")).to_be_visible()
        is_kept(phone.page, visit)
    phone.context.close()
    try:
        phone.switch_on()
        yield phone
    finally:
        phone.context.close()
    assert not phone.faults, "\n".join(phone.faults)


def stands(page: Page, visit: str) -> dict[str, str]:
    """The answers of the visit as the phone has them."""
    [row] = [row for row in rows(page, "visits") if row["visit"] == visit]
    return row["answers"]


def shown(page: Page, path: str) -> str:
    """What a person sees answered."""
    asked = question(page, path)
    ticked = asked.locator("input[type=radio]")
    if ticked.count():
        return asked.locator("input:checked").input_value() if asked.locator("input:checked").count() else ""
    return asked.locator("select, textarea, input:not([type=hidden])").first.input_value()


@pytest.mark.parametrize("offline", [True, False], ids=["no signal", "signal"])
def test_what_is_older_than_a_second_outlives_the_battery(
    playwright: Playwright, phone_server: PhoneServer, tmp_path: Path, offline: bool
) -> None:
    """The moments are random, with a fixed seed; between the answer that is owed and the end others are still on their way."""
    newcomer = phone_server.newcomer()
    [visit] = newcomer.visits
    with phone_on_disk(playwright, tmp_path / "profile", phone_server, newcomer) as phone:
        page = phone.page
        page.goto("/visits")
        phone.lose_signal()
        reopened(phone, visit)
        begin(phone)
        question(page, "/g_visit/consent").locator("input[value=anon]").check()
        dice = random.Random(f"battery {offline}")
        given = {path: [shown_at(page, key, path)] for key, path, _ in ASKED}
        for death in range(DEATHS):
            for key, path, values in dice.sample(ASKED, len(ASKED)):
                given[path].append(answered(page, key, path, dice.choice(values)))
            live_a_second(page)
            owed = {path: len(said) - 1 for path, said in given.items()}
            for key, path, values in dice.sample(ASKED, dice.randint(0, 2)):
                given[path].append(answered(page, key, path, dice.choice(values)))
                page.wait_for_timeout(dice.choice((0, 20, 150, 400)))
            phone.die()
            page = phone.switch_on(offline=offline)
            page.goto(f"/visits/{visit}/form")
            taken_over(page)
            for key, path, _ in ASKED:
                found = shown_at(page, key, path)
                assert found in given[path][owed[path] :], f"death {death}: {path} shows {found} of {given[path]}"
                assert stands(page, visit)[path] == found
                given[path] = [found]


def shown_at(page: Page, key: str, path: str) -> str:
    go_to(page, key)
    return shown(page, path)


def answered(page: Page, key: str, path: str, value: str) -> str:
    go_to(page, key)
    fill_in(question(page, path), value)
    return value


def test_a_whole_visit_outlives_the_battery_and_is_handed_in(
    playwright: Playwright, phone_server: PhoneServer, tmp_path: Path
) -> None:
    """The last question is answered a second before: nothing of the visit is asked again, and the server gets every answer."""
    newcomer = phone_server.newcomer()
    [visit] = newcomer.visits
    answers, repeats = example(EXAMPLE)
    with phone_on_disk(playwright, tmp_path / "profile", phone_server, newcomer) as phone:
        page = phone.page
        page.goto("/visits")
        phone.lose_signal()
        reopened(phone, visit)
        begin(phone)
        walk(phone, answers, repeats)
        answered(page, "g_close", "/g_close/visitor_remark", "最后一句")
        live_a_second(page)
        before = stands(page, visit)
        assert before["/g_close/visitor_remark"] == "最后一句"
        phone.die()

        page = phone.switch_on(offline=True)
        page.goto(f"/visits/{visit}/form")
        taken_over(page)
        assert stands(page, visit) == before
        page.evaluate("location.hash = '!check'")
        expect(page.locator("#f-check [data-do=hand-in]")).to_be_visible()
        hand_in(phone)
        expect(page.locator("#f-receipt [data-part=waiting]")).to_be_visible()
        phone.lose_signal(False)
        expect(page.locator("#f-receipt [data-part=delivered]").filter(visible=True)).to_be_visible()
    [content] = phone_server.held(visit)
    body = phone_server.body(visit, content)
    assert body["outcome"] == "visited"
    assert {path for path in before if body["answers"].get(path) != before[path]} <= {"/end"}, "the moment it was done"
