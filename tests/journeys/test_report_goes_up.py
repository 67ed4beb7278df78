"""A unit's report is written, submitted, returned with words, submitted again, accepted; merged with its source; printed by the worker."""

from collections.abc import Callable
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from reports.demonstration import people, second
from reports.demonstration.preparation import campaign_of
from reports.papers.steps import Report, fill_report, report_of, state
from reports.printing.pdf_text import page_texts
from reports.text import content
from surveys.database import db
from tests.browser import Served, Visitor
from tests.journeys.people import sign_in

UNIT, ROOT = "440106", "440100"
MANUSCRIPT = Path(second.__file__).parent / "second" / "440103.md"
TOKEN = "{{T1:visits|count|plain}}"


def write_draft(app: Flask) -> tuple[str, str]:
    """What the unit's people have written so far; gives the unit's report and the city's."""
    with app.app_context():
        campaign = campaign_of(second.CAMPAIGN)
        assert campaign is not None
        report = report_of(campaign.id, UNIT)
        assert report is not None
        text = MANUSCRIPT.read_text(encoding="utf-8").replace("荔湾", "天河")
        written = content.read_report(text, byline="天河区人大常委会", date="2023年7月28日")
        fill_report(report, written, by=people.actor("unit_desk", UNIT))
        root = db.session.scalars(
            select(Report).where(Report.campaign_id == campaign.id, Report.unit_code == ROOT)
        ).one()
        return report.id, root.id


def report_state(app: Flask, report_id: str) -> str:
    with app.app_context():
        return state(db.session.get_one(Report, report_id))


def take_step(person: Visitor, step: str) -> None:
    person.press(person.page.locator(f"button[name=step][value={step}]"))


def add_paragraph(desk: Visitor, words: str) -> None:
    """At the end of the section that is open; kept before it goes on."""
    desk.page.locator(".ProseMirror").focus()
    desk.page.keyboard.press("Control+End")
    desk.page.keyboard.press("Enter")
    with desk.page.expect_response(lambda answer: answer.url.endswith("/written")) as answer:
        desk.page.keyboard.insert_text(words)
    assert answer.value.status == 200


def test_written_returned_accepted_merged_and_printed(served: Served, visitor: Callable[..., Visitor]) -> None:
    with served.app.app_context():
        campaign = campaign_of(second.CAMPAIGN)
        assert campaign is not None
        listed = f"/campaigns/{campaign.number}/reports"
    desk = sign_in(served.app, visitor(), "unit_desk", UNIT)
    desk.go(listed)
    desk.press(desk.page.locator(f"form[action$='/reports/{UNIT}'] button"))
    report_id, root_id = write_draft(served.app)

    # a figure is a token in the text and its value on the page
    desk.go(f"/reports/{report_id}/edit")
    desk.press(desk.page.locator(".tree a").nth(1))
    add_paragraph(desk, f"到今天为止已走访{TOKEN}次，以后每周对一次账。")
    desk.page.reload()
    shown = desk.page.locator(".paper").inner_text()
    assert "到今天为止已走访" in shown
    assert "{{" not in shown
    take_step(desk, "sent_for_review")
    approver = sign_in(served.app, visitor(), "unit_approver", UNIT)
    approver.go(f"/reports/{report_id}/edit")
    take_step(approver, "submitted")
    assert report_state(served.app, report_id) == "submitted"

    # the city returns it with words; the unit reads them on top, changes, submits again; the city accepts
    city = sign_in(served.app, visitor(), "committee", ROOT)
    city.go(listed)
    city.page.locator(f"#words-{UNIT}").fill("请写明账款收回了几家")
    city.press(city.page.locator(f"tr:has(#words-{UNIT}) button[value=return]"))
    assert report_state(served.app, report_id) == "returned"
    desk.go(f"/reports/{report_id}/edit")
    assert "请写明账款收回了几家" in desk.page.locator(".note.is-back").inner_text()
    add_paragraph(desk, "账款收回的企业，名单另附。")
    take_step(desk, "sent_for_review")
    approver.go(f"/reports/{report_id}/edit")
    take_step(approver, "submitted")
    city.go(listed)
    city.press(city.page.locator(f"tr:has(#words-{UNIT}) button[value=accept]"))
    assert report_state(served.app, report_id) == "accepted"

    # merged: the paragraph is taken whole and keeps where it came from
    city.go(f"/reports/{root_id}/merge")
    for link in range(city.page.locator(".outline a").count()):
        city.press(city.page.locator(".outline a").nth(link))
        if city.page.locator("article[aria-label^=天河区] .s.wait").count():
            break
    card = city.page.locator("article[aria-label^=天河区]").filter(has=city.page.locator(".s.wait")).first
    words = card.locator("p.small").last.inner_text().strip()[:12]
    card.locator("input[name=pick]").first.check()
    city.press(city.page.locator("button[name=what][value=write]"))
    draft = city.page.locator(".small-paper")
    assert words in draft.inner_text().replace("\n", "")
    assert "天河" in draft.locator(".src").last.inner_text()

    # what stops a final is said, each with its place; the unit's own report is printed as a job and downloaded
    city.go(f"/reports/{root_id}/issue")
    stopped = city.page.locator("table.checks tr.err")
    assert stopped.count() >= 3
    assert city.page.locator("button[aria-disabled=true]").get_attribute("aria-describedby") == "why-not"
    city.go(f"/reports/{report_id}/issue")
    city.page.locator("#profile").select_option("A")
    city.press(city.page.locator("form[action$='/prints'] button"))
    ready = city.page.locator("a[href^='/prints/']").first
    for _ in range(240):  # as long as the machine needs for typesetting
        if ready.count():
            break
        city.page.wait_for_timeout(1000)
        city.page.reload()
    city.look()
    with city.page.expect_download() as coming:
        ready.click()
    assert "天河区" in "".join(page_texts(Path(coming.value.path()).read_bytes()))
