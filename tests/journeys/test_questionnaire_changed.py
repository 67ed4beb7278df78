"""The questionnaire changes while a draft lies on the phone: the form says so, the deputy goes over or finishes, nothing is lost."""

import copy
from typing import Any

from playwright.sync_api import Locator, Page, expect
from sqlalchemy import select

from surveys.database import db, utc_now, writing
from surveys.planning.forms.questionnaire_versions import Package, QuestionnaireVersion, withdraw
from surveys.questionnaire.package.package import package_bytes, package_hash
from tests.browser import Visitor
from tests.journeys.form_filling import begin, delivered, hand_in, question, walk
from tests.journeys.phone_forms import (
    CONSENT,
    FOUNDED,
    STAFF,
    DeputyOf,
    box,
    deputy_of,
    go_to,
    is_mirrored,
    kept,
    opened,
    reopened,
    rows,
    taken_over,
)
from tests.journeys.phone_world import PhoneServer, phone_server
from tests.surveys.pages.field_world import example, model_package

__all__ = ["deputy_of", "phone_server"]
TAKEN_BACK, NEWER = "这一版问卷已经停用", "问卷有新版本。这份按开始时的版本填完即可"


def edition(name: str, **types: str) -> dict[str, Any]:
    """The model form under this name; `types`: what these questions ask for instead."""
    package = copy.deepcopy(model_package())
    package["version"] = name
    for one in package["defs"]:
        if one["name"] in types:
            one["type"] = types[one["name"]]
    return package


def issue(server: PhoneServer, package: dict[str, Any], *, instead: bool = True) -> str:
    """The next version is published; `instead`: those before it are taken back."""
    digest, campaign_id = package_hash(package), server.world.campaign_id
    with server.app.app_context():
        earlier = list(
            db.session.scalars(
                select(QuestionnaireVersion)
                .where(QuestionnaireVersion.campaign_id == campaign_id)
                .order_by(QuestionnaireVersion.number)
            )
        )
        with writing():
            db.session.add(Package(hash=digest, body=package_bytes(package), made_at=utc_now()))
            db.session.flush()
            version = QuestionnaireVersion(
                campaign_id=campaign_id, number=earlier[-1].number + 1, file_name="later.xlsx", workbook=digest
            )
            version.package_hash = version.media_hash = digest
            version.uploaded_at = version.published_at = utc_now()
            db.session.add(version)
        for one in earlier if instead else []:
            if one.withdrawn_at is None:
                withdraw(one)
    return digest


def begun(server: PhoneServer, deputy_of: DeputyOf, name: str) -> tuple[Visitor, str]:
    """A draft on a questionnaire of its own: consent, the year and the staff. It lies on the phone and on the server."""
    issue(server, edition(name))
    newcomer = server.newcomer()
    [visit] = newcomer.visits
    deputy = deputy_of(newcomer)
    page = opened(deputy, visit)
    go_to(page, "g_profile")
    box(page, FOUNDED).fill("2011")
    box(page, STAFF).fill("8686")
    is_mirrored(page, visit, STAFF, "8686")
    return deputy, visit


def told(deputy: Visitor, visit: str, words: str) -> Locator:
    """What stands above the form, once the server's word of now is in it: where that takes long the kept page comes."""
    standing = deputy.page.locator("#f-standing")
    for _ in range(5):
        deputy.page.goto(f"/visits/{visit}/form")
        taken_over(deputy.page)
        if words in (standing.text_content() or ""):
            break
    expect(standing).to_contain_text(words)
    expect(standing).to_be_visible()
    return standing


def draft_of(page: Page, visit: str) -> dict[str, Any]:
    [row] = [one for one in rows(page, "visits") if one["visit"] == visit]
    return row


def go_over(deputy: Visitor, visit: str) -> Page:
    """By the button above the form to what goes over, and from there into the form of the questionnaire in force."""
    page = deputy.page
    standing = told(deputy, visit, TAKEN_BACK)
    deputy.look()
    deputy.press(standing.get_by_role("button", name="看看哪些内容可带到现行问卷"))
    assert "问卷已经更换" in deputy.words()
    return page


def goes_on(page: Page) -> None:
    """The form opens with what was decided: which draft to go on with is no question any more."""
    page.wait_for_url("**/form#*")
    taken_over(page)
    expect(page.locator("#f-drafts")).to_be_hidden()


def refuse_and_hand_in(deputy: Visitor, server: PhoneServer, visit: str) -> dict[str, Any]:
    """The firm thinks better of it; the short way to the receipt. Gives what the server holds."""
    answers, _ = example("refusing-enterprise")
    go_to(deputy.page, "g_visit")
    walk(deputy, answers, {})
    hand_in(deputy)
    expect(delivered(deputy)).to_be_visible()
    [content] = server.held(visit)
    return server.body(visit, content)


def test_a_draft_goes_over_and_what_has_no_place_is_said(phone_server: PhoneServer, deputy_of: DeputyOf) -> None:
    deputy, visit = begun(phone_server, deputy_of, "goes over, earlier")
    later = issue(phone_server, edition("goes over, later", staff_now="text"))
    page = go_over(deputy, visit)
    expect(page.locator("main")).to_contain_text("8686")  # has no place, and is said before anything is decided
    deputy.press(page.get_by_role("button", name="按新问卷填写（已填的带过去）"))
    expect(page.locator("main")).to_contain_text("新问卷里没有位置的内容：1项")
    expect(page.locator("main")).to_contain_text("8686")
    page.get_by_role("link", name="继续填写").click()
    goes_on(page)
    deputy.look()
    go_to(page, "g_visit")
    expect(question(page, CONSENT).locator("input[value=anon]")).to_be_checked()
    go_to(page, "g_profile")
    expect(box(page, FOUNDED)).to_have_value("2011")
    expect(box(page, STAFF)).to_have_value("")
    expect(page.locator("#f-standing")).not_to_contain_text(TAKEN_BACK)
    assert draft_of(page, visit)["questionnaire"] == later
    [aside] = [row for row in rows(page, "device") if row["id"].startswith(f"aside:{visit}:")]
    assert aside["draft"]["answers"][STAFF] == "8686", "the earlier draft is kept whole"

    assert refuse_and_hand_in(deputy, phone_server, visit)["questionnaire"] == later
    expect(page.locator("#f-receipt [data-part=marks]")).to_be_empty()
    page.goto("/visits/queue")
    left = page.locator("#q-asides li")
    left.get_by_role("button", name="看一看").click()
    expect(left.locator("[data-part=answers]")).to_contain_text("8686")


def test_a_draft_that_fits_as_it_is_goes_over_whole(phone_server: PhoneServer, deputy_of: DeputyOf) -> None:
    """A misprint was corrected: the answers are the same, and the questionnaire is the later one all the same."""
    deputy, visit = begun(phone_server, deputy_of, "fits, earlier")
    later = issue(phone_server, edition("fits, later"))
    page = go_over(deputy, visit)
    with page.expect_navigation():
        page.get_by_role("button", name="按新问卷填写（已填的带过去）").click()
    goes_on(page)
    go_to(page, "g_profile")
    expect(box(page, FOUNDED)).to_have_value("2011")
    expect(box(page, STAFF)).to_have_value("8686")
    expect(page.locator("#f-standing")).not_to_contain_text(TAKEN_BACK)
    box(page, STAFF).fill("8687")
    kept(page, visit, STAFF, "8687")
    assert draft_of(page, visit)["questionnaire"] == later
    is_mirrored(page, visit, STAFF, "8687")


def test_finished_on_the_earlier_one_it_is_noted(phone_server: PhoneServer, deputy_of: DeputyOf) -> None:
    deputy, visit = begun(phone_server, deputy_of, "finished, earlier")
    earlier = draft_of(deputy.page, visit)["questionnaire"]
    issue(phone_server, edition("finished, later", staff_now="text"))
    told(deputy, visit, TAKEN_BACK)
    assert refuse_and_hand_in(deputy, phone_server, visit)["questionnaire"] == earlier
    expect(deputy.page.locator("#f-receipt [data-part=marks]")).to_contain_text("已填的照旧报送，按您填的这一版核对")
    deputy.look()


def test_a_newer_one_beside_it_leaves_what_was_begun_as_it_is(phone_server: PhoneServer, deputy_of: DeputyOf) -> None:
    """A visit begun goes on by its own questionnaire, without a mark; the next one begins with the newer one."""
    deputy, visit = begun(phone_server, deputy_of, "beside, earlier")
    earlier = draft_of(deputy.page, visit)["questionnaire"]
    later = issue(phone_server, edition("beside, later"), instead=False)
    standing = told(deputy, visit, NEWER)
    expect(standing.get_by_role("button")).to_have_count(0)
    deputy.look()
    go_to(deputy.page, "g_profile")
    expect(box(deputy.page, STAFF)).to_have_value("8686")
    assert refuse_and_hand_in(deputy, phone_server, visit)["questionnaire"] == earlier
    expect(deputy.page.locator("#f-receipt [data-part=marks]")).to_be_empty()

    newcomer = phone_server.newcomer()
    other = deputy_of(newcomer)
    page = reopened(other, newcomer.visits[0])
    begin(other)
    assert draft_of(page, newcomer.visits[0])["questionnaire"] == later
