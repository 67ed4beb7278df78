"""What the pages of a deputy become under their script, in both languages and every look: axe-core, targets, 320 px.

One visit that came back goes through all of it, in one page of one browser; a second one has photos, a signature and a position;
what comes seldom (drafts elsewhere, a full phone, another questionnaire, another deputy) comes to a third.
The pages without script are looked at in test_every_field_page.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from playwright.sync_api import Page, expect

from surveys.database import db, writing
from surveys.fieldwork.receiving import senders
from surveys.planning.campaigns.campaigns import MEDIA_KINDS, Campaign
from surveys.planning.forms.questionnaire_versions import issue_questionnaire
from tests.browser import SMALL_PHONE
from tests.journeys.every_type import attached, every_type, picture
from tests.journeys.form_filling import begin, delivered, hand_in, question
from tests.journeys.phone_forms import (
    CONSENT,
    FOUNDED,
    STAFF,
    DeputyOf,
    box,
    deputy_of,
    enter,
    go_to,
    is_mirrored,
    kept,
    limit,
    reopened,
    row_of,
    rows,
)
from tests.journeys.phone_world import Newcomer, PhoneServer, phone_server
from tests.journeys.test_every_field_page import EXAMPLE, LANGUAGES, SAID, Looks, decided
from tests.journeys.test_form_storage import ROOM, fill_up
from tests.journeys.test_questionnaire_changed import edition, issue, told
from tests.surveys.pages.field_world import signed_in_client
from tests.surveys.pages.test_field_journey import begin as begin_plain
from tests.surveys.pages.test_field_journey import hand_in_example

__all__ = ["deputy_of", "phone_server"]
TOTAL = "/g_arr/arr_total"


def returned_to(server: PhoneServer, language: str) -> Newcomer:
    """A group with one visit that came back with a comment at a question, and one that is open."""
    newcomer = server.newcomer(visits=2)
    with server.app.app_context(), writing():
        device = str(senders.add_browser(newcomer.deputies[0], campaign_id=server.world.campaign_id).id)
    world = replace(server.world, visit_id=newcomer.visits[0], deputies=newcomer.deputies)
    hand_in_example(signed_in_client(server.app, device), world, EXAMPLE)
    decided(server, newcomer.visits[0], "return", SAID[language])
    return newcomer


@LANGUAGES
def test_a_visit_that_came_back(phone_server: PhoneServer, deputy_of: DeputyOf, language: str) -> None:
    newcomer = returned_to(phone_server, language)
    visit, other = newcomer.visits
    deputy = deputy_of(newcomer, size=SMALL_PHONE, language=language)
    page, looks = deputy.page, Looks(deputy.page, colours=language == "zh-CN")
    page.goto(f"/language/{language}?next=/visits")
    expect(page.locator("li .is-ready")).to_have_count(2)
    looks.look("the list")
    reopened(deputy, other)
    looks.look("the start")
    page.go_back()

    reopened(deputy, visit)
    expect(question(page, TOTAL)).to_contain_text(SAID[language])
    box = question(page, TOTAL).locator("input:not([type=hidden])").first
    box.fill("520")
    expect(question(page, TOTAL).locator(".before")).to_be_visible()
    question(page, TOTAL).locator(".reply textarea").fill("OK")
    looks.look("a comment, the answer before, an answer to the office")
    box.fill("-5")
    page.locator("#f-answers [data-do=next]").click()
    expect(page.locator("#f-faults")).to_be_visible()
    looks.look("a page with errors")
    page.evaluate("document.querySelector('#filling').form.jump('!check')")
    expect(page.locator("#f-check [data-part=gaps]")).to_be_visible()
    looks.look("the check with a gap")
    page.locator("#f-check [data-do=first]").click()
    box.fill("520")
    page.evaluate("document.querySelector('#filling').form.go('g_profile')")
    search = page.locator("section:not([hidden]) [data-template=search]:not([hidden]) input[type=search]").first
    search.fill("制造")
    looks.look("a long list searched")
    page.evaluate("document.querySelector('#filling').form.go('r_suggest')")
    page.locator("#f-entries [data-part=list] button").first.click()
    looks.look("an entry")
    page.locator("#f-answers [data-do=remove]").click()
    expect(page.locator("#f-entries [data-part=removed]")).to_be_visible()
    looks.look("an entry deleted")
    page.locator("#f-entries [data-do=undo]").click()
    second = deputy._open_page()
    second.goto(f"/visits/{visit}/form")
    expect(second.locator("#f-reading [data-do=take]")).to_be_visible()
    reading = Looks(second, colours=looks.colours)
    reading.look("another page fills in")
    second.close()
    looks.faults += reading.faults

    deputy.lose_signal()
    page.evaluate("document.querySelector('#filling').form.go('!check')")
    looks.look("the check without a signal")
    hand_in(deputy)
    looks.look("waiting to be sent")
    deputy.lose_signal(False)
    expect(delivered(deputy)).to_be_visible()
    looks.look("the receipt")
    rows(page, "outbox", "row.state = 'quarantined'; row.problem = { code: 'damaged', at: 0 }")
    page.goto("/visits/queue")
    expect(page.locator("#q-needing li")).to_have_count(1)
    page.locator("#q-needing [data-do=qr]").click()
    expect(page.locator("#q-needing [data-part=qr] svg, #q-needing [data-part=qr] canvas").first).to_be_visible()
    looks.look("the queue with an item that is stuck, its code shown")
    page.goto("/visits/phone")
    expect(page.locator("#p-log")).not_to_be_empty()
    looks.look("this phone")
    assert looks.faults == []


@contextmanager
def every_type_in_force(server: PhoneServer) -> Iterator[None]:
    """The workbook with every type in force, media switched on, as long as this lasts."""
    with server.app.app_context():
        campaign = db.session.get_one(Campaign, server.world.campaign_id)
        with writing():
            campaign.settings = {**campaign.settings, "media": True, "media_kinds": list(MEDIA_KINDS)}
        issue = issue_questionnaire(
            campaign, every_type(), "every-type.xlsx", files=server.app.extensions["files"], attached=attached()
        )
        assert issue.version is not None, issue.faults
        version = issue.version
        try:
            yield
        finally:
            with writing():
                version.published_at = None


@LANGUAGES
def test_photos_a_signature_and_a_position(phone_server: PhoneServer, deputy_of: DeputyOf, language: str) -> None:
    newcomer = phone_server.newcomer()
    [visit] = newcomer.visits
    with every_type_in_force(phone_server):
        deputy = deputy_of(newcomer, size=SMALL_PHONE, language=language)
        page, looks = deputy.page, Looks(deputy.page, colours=language == "zh-CN")
        page.goto(f"/language/{language}?next=/visits")
        expect(row_of(deputy, visit).locator(".is-ready")).to_be_visible()
        deputy.context.grant_permissions(["geolocation"])
        deputy.context.set_geolocation({"latitude": 23.129, "longitude": 113.264, "accuracy": 12})
        reopened(deputy, visit)
        begin(deputy)

        def go(key: str) -> None:
            page.evaluate("(key) => document.querySelector('#filling').form.jump(key, '', true)", key)

        go("g_text")
        expect(question(page, "/g_text/stamp")).to_contain_text("N-B7")  # what the form fills in by itself
        looks.look("texts, ranges, a picture, gaps said")
        go("g_choose")
        looks.look("choices of every kind, gaps said")
        go("g_when")
        place = question(page, "/g_when/place")
        place.locator("button").first.click()
        expect(place.locator(".note.is-ok")).to_be_visible()
        looks.look("a position taken")
        go("g_media")
        album = question(page, "/g_media/photo").locator("input[type=file][data-way=album]")
        album.set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": picture("PNG", (640, 480))})
        expect(question(page, "/g_media/photo").locator(".pic img")).to_be_visible()
        sign(page)
        looks.look("a photo and a signature")
        assert looks.faults == []


def sign(page: Page) -> None:
    canvas = question(page, "/g_media/sign").locator("canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 60, steps=4)
    page.mouse.up()
    expect(question(page, "/g_media/sign").locator(".sign")).to_have_attribute("data-kept", "yes")


def test_what_comes_seldom_in_english(phone_server: PhoneServer, deputy_of: DeputyOf) -> None:
    """In Chinese the journeys that lead there look at it."""
    issue(phone_server, edition("seldom"))
    newcomer, other = phone_server.newcomer(), phone_server.newcomer()
    [visit] = newcomer.visits
    begun_without_script(phone_server, newcomer)
    deputy = deputy_of(newcomer, size=SMALL_PHONE, language="en", room=ROOM)
    page, looks = deputy.page, Looks(deputy.page, colours=False)
    page.goto("/language/en?next=/visits")
    expect(row_of(deputy, visit).locator(".is-ready")).to_be_visible()
    reopened(deputy, visit)
    expect(page.locator("#f-drafts")).to_be_visible()
    looks.look("which draft, none of it here")
    page.locator("#f-drafts button").last.click()
    begin(deputy)
    question(page, CONSENT).locator("input[value=anon]").check()
    go_to(page, "g_profile")
    box(page, STAFF).fill("8686")
    kept(page, visit, STAFF, "8686")
    fill_up(page)
    box(page, FOUNDED).fill("2011")
    expect(page.locator("#f-unsaved")).to_be_visible()
    looks.look("a full phone")
    limit(deputy, None)
    expect(page.locator("#f-unsaved")).to_be_hidden()
    is_mirrored(page, visit, FOUNDED, "2011")

    issue(phone_server, edition("after it", staff_now="text"))
    standing = told(deputy, visit, "This questionnaire was taken back")
    looks.look("the questionnaire taken back")
    with page.expect_navigation():
        standing.locator("button").click()
    expect(page.locator("main .dl")).to_contain_text("8686")
    looks.look("what goes over to the newer questionnaire")
    with page.expect_navigation():
        page.locator("main form button").click()
    expect(page.locator("main .dl")).to_contain_text("8686")
    looks.look("gone over, what has no place")

    page.goto("/visits/queue")
    aside = page.locator("#q-asides > ul > li")
    aside.locator("[data-do=look]").click()
    aside.locator("[data-do=delete]").click()
    expect(aside.locator("[data-part=answers] dl").first).to_be_visible()
    looks.look("a draft set aside, read, asked whether to delete it")

    page.goto(f"/s/{other.token}")
    expect(page.locator("#known")).to_be_visible()
    page.locator("#slip button.btn").click()
    expect(page.locator("#slip-problem")).to_be_visible()
    looks.look("the slip of another group on a known phone, no code typed")
    enter(deputy, other.token, other.codes[0])
    expect(row_of(deputy, other.visits[0]).locator(".is-ready")).to_be_visible()
    page.goto("/visits/queue")
    expect(page.locator("#q-foreign > ul > li")).to_have_count(2)
    looks.look("what another deputy left")
    assert looks.faults == []


def begun_without_script(server: PhoneServer, newcomer: Newcomer) -> None:
    """A draft on the server, from another browser of the same deputy."""
    with server.app.app_context(), writing():
        device = str(senders.add_browser(newcomer.deputies[0], campaign_id=server.world.campaign_id).id)
    world = replace(server.world, visit_id=newcomer.visits[0], deputies=newcomer.deputies)
    begin_plain(signed_in_client(server.app, device), world)
