"""本机: what is unsent leaves a phone as a file and is taken in on another by its buttons, with words for every file, in both languages."""

import json

import pytest
from playwright.sync_api import Page, expect

from tests.browser import Visitor
from tests.journeys.form_filling import hand_in, walk
from tests.journeys.phone_forms import REMARK, DeputyOf, box, deputy_of, go_to, is_kept, kept, opened, row_of
from tests.journeys.phone_world import PhoneServer, phone_server
from tests.surveys.pages.field_world import example

__all__ = ["deputy_of", "phone_server"]

REMARKED = "断电前记下的一句"
SAVED = {"zh-CN": "文件已存好，请发给联络员。", "en": "The file is saved. Give it to the liaison."}
COUNTED = {
    "zh-CN": "取回{}份，原来就有{}份，读不出{}份。",
    "en": "{} taken in, {} were here already, {} cannot be read.",
}
NO_SUCH_FILE = {
    "zh-CN": "这不是本系统手机存出的文件，没有改动任何内容。",
    "en": "This is not a file saved by a phone of this system. Nothing was changed.",
}


def this_phone(person: Visitor, language: str) -> Page:
    page = person.page
    page.goto(f"/visits/language/{language}?next=/visits/phone")
    expect(page.locator("#this-phone")).to_be_visible()
    return page


def take(person: Visitor, text: str, words: str) -> None:
    """The button is pressed, a file is chosen, and this is said of it."""
    page = person.page
    with page.expect_file_chooser() as opening:
        page.locator("label[for=p-take]").click()
    opening.value.set_files({"name": "diaoyan.json", "mimeType": "application/json", "buffer": text.encode()})
    expect(page.locator("#p-said")).to_have_text(words)
    expect(page.locator("#p-said")).to_be_visible()
    person.look()


def unsent_in(deputy: Visitor, visits: list[str], language: str) -> None:
    """Without a signal: one visit handed in, of another a draft."""
    page = deputy.page
    for visit in visits:
        is_kept(page, visit)
    deputy.lose_signal()
    opened(deputy, visits[0], language=language)
    walk(deputy, example("refusing-enterprise")[0], {})
    hand_in(deputy)
    page.goto("/visits")
    opened(deputy, visits[1], language=language)
    go_to(page, "g_close")
    box(page, REMARK).fill(REMARKED)
    kept(page, visits[1], REMARK, REMARKED)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_what_is_unsent_goes_by_file_to_another_phone(
    phone_server: PhoneServer, deputy_of: DeputyOf, language: str
) -> None:
    newcomer = phone_server.newcomer(visits=2, deputies=2)
    handed_in, begun = newcomer.visits
    old, new = deputy_of(newcomer), deputy_of(newcomer, 1)
    page = this_phone(old, language)
    page.goto("/visits")
    expect(row_of(old, begun).locator(".is-ready")).to_be_visible()
    unsent_in(old, newcomer.visits, language)
    page.goto("/visits/phone")
    old.look()
    with page.expect_download() as given:
        page.locator("#p-file").click()
    expect(page.locator("#p-said")).to_have_text(SAVED[language])
    old.look()
    text = given.value.path().read_text(encoding="utf-8")
    file = json.loads(text)
    assert [one["visit"] for one in file["items"]] == [handed_in]
    assert [one["visit"] for one in file["drafts"]] == [begun]
    assert REMARKED in file["drafts"][0]["text"]

    page = this_phone(new, language)
    expect(page.locator("#p-file")).to_be_hidden()  # nothing is unsent here
    damaged = {**file, "items": [{**file["items"][0], "text": file["items"][0]["text"] + " "}], "drafts": []}
    take(new, json.dumps(damaged), COUNTED[language].format(0, 0, 1))
    take(new, text[: len(text) // 2], NO_SUCH_FILE[language])
    take(new, "[]", NO_SUCH_FILE[language])
    take(new, json.dumps({"name": "账本", "rows": [1, 2]}), NO_SUCH_FILE[language])
    assert phone_server.held(handed_in) == []
    take(new, text, COUNTED[language].format(2, 0, 0))
    take(new, text, COUNTED[language].format(0, 2, 0))

    page.goto("/visits")
    expect(row_of(new, handed_in).locator(".is-ok")).to_be_visible()
    assert phone_server.held(handed_in) == [file["items"][0]["hash"]]
    row_of(new, begun).locator("a.name").click()
    go_to(page, "g_close")
    expect(box(page, REMARK)).to_have_value(REMARKED)
