"""Filling the questionnaire in a browser as a person does: slip and code, start, page after page up to the check."""

from collections.abc import Mapping

from playwright.sync_api import Locator, Page

from tests.browser import Served, Visitor
from tests.journeys.people import Task, slip_and_code


def start_by_slip(served: Served, deputy: Visitor, task: Task) -> None:
    """From the slip to the first page of the questionnaire."""
    slip, code = slip_and_code(served.app, task)
    deputy.go(slip)
    assert task.firm not in deputy.words()
    deputy.page.get_by_label("6位验证码").fill(code)
    deputy.press("打开我的走访")
    assert task.firm in deputy.words()
    deputy.press(deputy.page.locator(f"li a[href='/visits/{task.visit_id}']"))
    assert "请向企业宣读" in deputy.words()
    deputy.press("开始走访")


def answer_page(page: Page, answers: dict[str, str]) -> None:
    """Every question in sight; with script an answer opens further ones, which are answered too."""
    done: set[str] = set()
    while True:
        questions = page.locator("fieldset.q[data-path]:not([hidden])")
        paths = [path for path in questions.evaluate_all("all => all.map(q => q.dataset.path)") if path not in done]
        if not paths:
            return
        for path in paths:
            done.add(path)
            question = page.locator(f"fieldset.q[data-path='{path}']")
            if question.get_attribute("hidden") is None:
                fill_in(question, answers.get(path, ""))


def walk(deputy: Visitor, answers: dict[str, str], entries: Mapping[str, int]) -> list[str]:
    """From where the deputy is to the check; `entries`: how many to add to each open list. Gives the titles on the way."""
    titles, left = [], dict(entries)
    for _ in range(60):
        page = deputy.page
        titles.append(page.locator("h1").inner_text())
        adding = page.locator("button[name=go][value=add]")
        if adding.count():
            listed = "/" + deputy.path().rpartition("/")[2]
            deputy.press(adding if left.get(listed, 0) else page.locator("button[name=go][value=next]"))
            left[listed] = max(left.get(listed, 0) - 1, 0)
        else:
            answer_page(page, answers)
            onward = page.locator("button[name=go][value=list], button[name=go][value=next]")
            assert onward.count() == 1, deputy.words()
            deputy.press(onward)
        if deputy.path().endswith("/check"):
            return titles
    raise AssertionError("no end: " + ", ".join(titles))


def fill_in(control: Locator, text: str) -> None:
    """Give one question its answer, whatever control it has: ticks, a choice, a list, an order or a text."""
    kind = control.get_attribute("data-template") or ""
    if text == "" and kind in ("select_one", "likert", "select_multiple", "rank", "search", "select_one_search"):
        return
    if kind == "search":  # a list that is short by now stands there, a long one is looked through by code
        chosen = control.locator(f"input[type=radio][value='{text}']")
        if not chosen.count():
            control.locator("input[type=search]").fill(text)
        chosen.check()
        return
    if kind in ("select_one", "likert"):
        control.locator(f"input[value='{text}']").check()
    elif kind in ("select_multiple", "select_multiple_search"):
        for value in text.split():
            control.locator(f"input[value='{value}']").check()
    elif kind == "rank":
        for place, value in zip(control.locator("select").all(), text.split(), strict=False):
            place.select_option(value)
    elif control.locator("select").count():
        control.locator("select").first.select_option(text)
    else:
        control.locator("input:not([type=hidden]), textarea").first.fill(text)
