"""A thumb that fills in the offline form at a page of Playwright's, and counts what a person would have done.

A tap: a choice, a tick, a button, a field to be typed in. A closed list takes two (open it, choose), a day two. What is typed is counted
in characters. What stands there already costs nothing, and is no question;
nor is what may be left out. A page: every screen of questions that is turned, lists of entries too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from playwright.sync_api import Locator, Page, expect

SEEN = "section[data-page]:not([hidden]) fieldset.q[data-path]:not([hidden])"
MOST_PAGES = 60


@dataclass
class Thumb:
    """Counts while it goes. `answers`: path → answer; what is not in it and not required stays empty."""

    page: Page
    answers: Mapping[str, str]
    entries: Mapping[str, int] = field(default_factory=dict)
    taps: int = 0
    characters: int = 0
    pages: int = 0
    questions: int = 0
    titles: list[str] = field(default_factory=list)
    added: dict[str, int] = field(default_factory=dict)

    def press(self, target: Locator) -> None:
        self.taps += 1
        target.click()

    def begin(self) -> None:
        """The start: who went is ticked."""
        self.press(self.page.locator("#f-start [data-do=begin]"))
        expect(self.page.locator("#f-answers")).to_be_visible()

    def to_check(self) -> None:
        """Every page, answered, up to the check."""
        for _ in range(MOST_PAGES):
            if self.page.locator("#f-check").is_visible():
                return
            self._screen()
        raise AssertionError("no end: " + ", ".join(self.titles))

    def hand_in(self) -> None:
        self.press(self.page.locator("#f-check [data-do=hand-in]"))
        expect(self.page.locator("#f-receipt")).to_be_visible()

    def _screen(self) -> None:
        page, before = self.page, self.page.url
        self.titles.append(page.locator("#f-title").inner_text())
        adding = page.locator("#f-entries [data-do=add]")
        key = before.partition("#")[2]
        if adding.is_visible() and self.added.get(key, 0) < self.entries.get(f"/{key}", 0):
            self.added[key] = self.added.get(key, 0) + 1
            self.press(adding)
        else:
            self.pages += 1
            self._answer()
            self.press(page.locator("#f-answers [data-do=next]"))
            assert page.locator("#f-faults").is_hidden(), page.locator("#f-faults").inner_text()
        page.wait_for_url(lambda url: url != before)

    def _answer(self) -> None:
        """The questions in sight, and those that their answers open."""
        done: set[str] = set()
        while True:
            paths = [
                one
                for one in self.page.locator(SEEN).evaluate_all("all => all.map(q => q.dataset.path)")
                if one not in done
            ]
            if not paths:
                return
            for path in paths:
                done.add(path)
                block = self.page.locator(f"section[data-page]:not([hidden]) [data-path='{path}']")
                if block.get_attribute("hidden") is None and not block.locator(".given:not([hidden])").count():
                    self.questions += self._is_asked(block)
                    self._give(block, self.answers.get(path, ""))

    def _give(self, block: Locator, answer: str) -> None:
        kind = block.get_attribute("data-template") or ""
        if not answer or self._stands(block) or kind in ("image", "signature", "geopoint"):
            return
        if kind == "search":
            self._look_up(block, answer)
        elif kind in ("select_one", "likert", "select_multiple", "select_multiple_search"):
            for value in answer.split():
                self._tick(block.locator(f"input[value='{value}']"))
        elif block.locator("select").count():
            for control, value in zip(block.locator("select").all(), answer.split(), strict=False):
                self.taps += 2
                control.select_option(value)
        else:
            control = block.locator("input:not([type=hidden]), textarea").first
            is_day = control.get_attribute("type") == "date"
            self.taps += 2 if is_day else 1
            self.characters += 0 if is_day else len(answer)
            control.fill(answer)

    def _is_asked(self, block: Locator) -> bool:
        """Whether it waits for an answer: it must have one, and none stands there."""
        return not block.locator(".legend em:visible").count() and not self._stands(block)

    @staticmethod
    def _stands(block: Locator) -> bool:
        """Whether an answer stands there already."""
        return block.evaluate(
            "q => Array.from(q.querySelectorAll('.in:not([type=search]), .picks input')).some((one) =>"
            " /radio|checkbox/.test(one.type) ? one.checked && one.value : one.value)"
        )

    def _tick(self, control: Locator) -> None:
        if not control.is_checked():
            self.taps += 1
            control.check()

    def _look_up(self, block: Locator, answer: str) -> None:
        chosen = block.locator(f"input[type=radio][value='{answer}']")
        if not chosen.count():
            self.taps += 1
            self.characters += len(answer)
            block.locator("input[type=search]").fill(answer)
        self._tick(chosen)
