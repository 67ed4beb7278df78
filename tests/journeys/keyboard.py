"""A person without a pointer: from field to field by Tab, every kind of answer by keys."""

from collections.abc import Mapping

from playwright.sync_api import Locator, Page, expect

from tests.journeys.form_filling import CHECK, SEEN, question, title

MOST = 250  # keys on the way to one field
IS_THERE = "wanted => document.activeElement.matches(wanted)"


def tab_to(page: Page, selector: str) -> None:
    for _ in range(MOST):
        if page.evaluate(IS_THERE, selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no way to {selector}")


def press(page: Page, selector: str) -> None:
    tab_to(page, selector)
    page.keyboard.press("Enter")


def _arrows_to(page: Page, selector: str, value: str) -> None:
    """Down a list or a row of choices until this one is taken."""
    for _ in range(MOST):
        if page.evaluate("document.activeElement.value") == value:
            assert page.evaluate(IS_THERE, selector)
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"{selector} has no {value}")


def answer(page: Page, asked: Locator, text: str) -> None:
    """One question, whatever control it has."""
    path, kind = asked.get_attribute("data-path"), asked.get_attribute("data-template")
    inside = f"[data-path='{path}']"
    if kind in ("select_one", "likert", "search"):
        if asked.locator("input[type=search]").count():
            tab_to(page, f"{inside} input[type=search]")
            page.keyboard.type(text)
            page.keyboard.press("Enter")
        tab_to(page, f"{inside} input[type=radio]")
        page.keyboard.press("Space")
        _arrows_to(page, f"{inside} input[type=radio]:checked", text)
    elif kind == "select_multiple":
        for tick in asked.locator("input[type=checkbox]").all():
            value = tick.get_attribute("value") or ""
            if value in text.split() and not tick.is_checked():
                tab_to(page, f"{inside} input[value='{value}']")
                page.keyboard.press("Space")
    elif asked.locator("select").count():
        tab_to(page, f"{inside} select")
        page.keyboard.press("Home")  # what the register offers may stand behind what is chosen
        _arrows_to(page, f"{inside} select", text)
    else:
        tab_to(page, f"{inside} :is(input:not([type=hidden]), textarea)")
        if asked.locator("input[type=date]").count():
            year, month, day = text.split("-")
            page.keyboard.type(month + day + year)
        else:
            page.keyboard.type(text)


def answer_page(page: Page, answers: dict[str, str]) -> None:
    """Every question in sight that has an answer and is not given; what opens is answered too."""
    done: set[str] = set()
    while True:
        paths = page.locator(SEEN).evaluate_all("all => all.map(q => q.dataset.path)")
        new = [one for one in paths if one not in done]
        if not new:
            return
        path = new[0]
        done.add(path)
        asked = question(page, path)
        if answers.get(path) and not asked.locator(".given:not([hidden])").count():
            answer(page, asked, answers[path])


def onward(page: Page, selector: str) -> None:
    """A button that leads to another page of the form; what is read next is its title."""
    before = page.url
    press(page, selector)
    page.wait_for_url(lambda url: url != before)
    expect(page.locator("#f-title")).to_be_focused()


def walk(page: Page, answers: dict[str, str], entries: Mapping[str, int]) -> list[str]:
    """From the page in sight to the check. `entries`: how many to add to each open list. Gives the titles on the way."""
    titles, left = [], dict(entries)
    for _ in range(60):
        titles.append(title(page))
        if page.locator(CHECK).is_visible():
            return titles
        adding = page.locator("#f-entries [data-do=add]").is_visible()
        listed = "/" + page.url.partition("#")[2]
        if adding and left.get(listed, 0):
            left[listed] -= 1
            onward(page, "#f-entries [data-do=add]")
            continue
        if not adding:
            answer_page(page, answers)
        onward(page, "#f-answers [data-do=next]")
    raise AssertionError("no end: " + ", ".join(titles))
