"""A section is written on the page as it is set: a figure is picked from a list, what is written is saved, and nobody's words are lost."""

from collections.abc import Callable

from flask import Flask
from playwright.sync_api import Page, Response, expect
from sqlalchemy import select

from reports.demonstration import second
from reports.demonstration.preparation import campaign_of
from reports.papers.steps import ReportSection, report_of
from reports.text.report_shape import Block
from surveys.database import db
from tests.browser import Served, Visitor
from tests.journeys.people import sign_in

ROOT, SECTION = "440100", "problems"


def address_of(app: Flask) -> str:
    with app.app_context():
        campaign = campaign_of(second.CAMPAIGN)
        report = report_of(campaign.id, ROOT) if campaign else None
        assert report is not None
        return f"/reports/{report.id}/edit?section={SECTION}"


def kept(app: Flask) -> list[str]:
    """The texts of the section as the server has them."""
    return [block.get("text", "") for block in blocks(app)]


def blocks(app: Flask) -> list[Block]:
    with app.app_context():
        campaign = campaign_of(second.CAMPAIGN)
        report = report_of(campaign.id, ROOT) if campaign else None
        assert report is not None
        query = select(ReportSection).where(ReportSection.report_id == report.id, ReportSection.key == SECTION)
        return db.session.scalars(query).one().blocks


def places(block: Block) -> list[tuple[str, bool]]:
    """Where a paragraph is from, and whether it says so in other words."""
    return [
        (f"{one['unit']} {one['section']}{one['item'] or ''}", one["rewritten"]) for one in block.get("sources") or ()
    ]


def write(page: Page, line: int, words: str) -> None:
    """At the end of a paragraph."""
    paragraph = page.locator(".paper .written").nth(line)
    box = paragraph.bounding_box()
    assert box is not None
    paragraph.click(position={"x": 30, "y": box["height"] - 12})
    page.keyboard.press("End")
    page.keyboard.type(words)


def saved(page: Page, words: str, act: Callable[[], None], status: int = 200) -> None:
    """Do something and wait until the server has answered for these words: what was written until then may be saved before."""

    def is_it(answer: Response) -> bool:
        return answer.url.endswith("/written") and words in (answer.request.post_data or "")

    with page.expect_response(is_it) as answer:
        act()
    assert answer.value.status == status


def test_figures_are_picked_words_are_saved_and_a_clash_loses_neither(
    served: Served, visitor: Callable[..., Visitor]
) -> None:
    address = address_of(served.app)
    one = sign_in(served.app, visitor(), "committee", ROOT)
    page = one.go(address)
    before = len(kept(served.app))

    # a token that is typed out is a figure at once, and one step takes it back
    write(page, 0, "共{{T6:diff_types.arrears|count|plain}}家")
    expect(page.locator(".written [data-figure='T6:diff_types.arrears|count|plain']")).to_have_count(1)
    page.get_by_role("button", name="撤销").click()
    expect(page.locator(".written [data-figure='T6:diff_types.arrears|count|plain']")).to_have_count(0)

    def with_a_figure() -> None:
        write(page, 1, "另有")
        page.keyboard.press("/")
        page.locator(".picker input").fill("拖欠账款 数量")
        expect(page.locator(".picker [aria-selected=true]")).to_contain_text("拖欠账款")
        page.keyboard.press("Enter")
        page.keyboard.type("家。")
        page.keyboard.press("Enter")
        page.keyboard.type("这是新的一段。")

    saved(page, "这是新的一段。", with_a_figure)
    texts = kept(served.app)
    assert texts[1].endswith("另有{{T6:diff_types.arrears|count|plain}}家。")
    assert texts[2] == "这是新的一段。"
    assert len(texts) == before + 1
    expect(page.locator("#saved")).to_contain_text("已保存")
    assert "{{" not in page.locator(".paper").inner_text()
    one.look()

    # the first Backspace chooses a figure, the second takes it out
    page.locator(".written [data-figure='T6:diff_types.arrears|count|plain']").click()
    expect(page.locator(".panel .big")).to_be_visible()
    expect(page.locator(".written .fig[aria-current=true]")).to_have_count(1)

    # without a signal the words stay in the browser and come back
    one.lose_signal()
    write(page, 2, "断网时写的。")
    expect(page.locator("#saved")).to_contain_text("未保存")
    one.lose_signal(False)
    one.may_be_refused(
        409
    )  # where it did arrive and only its answer died with the page: the page finds its own words there
    one.kill_page()
    page = one.go(address)
    expect(page.locator(".paper .written").nth(2)).to_contain_text("断网时写的。")
    expect(page.locator("#saved")).to_contain_text("已保存")
    assert kept(served.app)[2] == "这是新的一段。断网时写的。"

    # two at one section: the second is told who saved, sees both, and decides
    other = sign_in(served.app, visitor(), "organizer", ROOT)
    there = other.go(address)
    saved(there, "别处先存。", lambda: write(there, 2, "别处先存。"))
    one.may_be_refused(409)
    saved(page, "这边后存。", lambda: write(page, 2, "这边后存。"), status=409)
    clash = page.locator("#clash")
    expect(clash).to_contain_text("您的内容没有写入")
    clash.get_by_role("button", name="看那边保存的内容").click()
    expect(clash).to_contain_text("别处先存。")
    assert "这边后存。" in page.locator(".paper .written").nth(2).inner_text()
    assert kept(served.app)[2].endswith("别处先存。")
    saved(page, "这边后存。", lambda: clash.get_by_role("button", name="用我的代替它保存").click())
    assert kept(served.app)[2].endswith("断网时写的。这边后存。")


def test_sources_go_along_and_every_step_is_undone(served: Served, visitor: Callable[..., Visitor]) -> None:
    address = address_of(served.app)
    city = sign_in(served.app, visitor(), "committee", ROOT)
    page = city.go(address)
    before = blocks(served.app)
    first, second = (place for place, block in enumerate(before) if block.get("sources"))
    (one_source,), (other_source,) = places(before[first]), places(before[second])
    assert one_source[0] != other_source[0]

    def press(*keys: str) -> Callable[[], None]:
        return lambda: [page.keyboard.press(key) for key in keys] and None

    # parted, both halves are from there, in other words than it has them
    line = page.locator(".paper .written").nth(first)
    line.click(position={"x": 120, "y": 16})
    saved(page, before[first]["id"], press("Enter"))
    halves = blocks(served.app)[first : first + 2]
    assert "".join(half["text"] for half in halves) == before[first]["text"]
    assert [places(half) for half in halves] == [[(one_source[0], True)]] * 2
    assert halves[0]["id"] != halves[1]["id"]
    expect(page.locator(".written .src").first).to_contain_text("已改写")
    saved(page, before[first]["id"], press("Control+z"))
    assert blocks(served.app) == before

    # cut, its passage is undecided again and that is said; pasted elsewhere it is from there again
    line = page.locator(".paper .written").nth(second)
    line.click(position={"x": 120, "y": 16})
    page.keyboard.press("Home")
    while before[second]["text"][-6:-1] not in page.evaluate("String(getSelection())"):
        page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+End")
    saved(page, before[second]["id"], press("Control+x"))
    expect(page.locator("#saved")).to_contain_text("回到待定")
    assert other_source not in [place for block in blocks(served.app) for place in places(block)]
    write(page, first, "")
    saved(page, before[second]["text"][:8], press("Enter", "Control+v"))
    pasted = blocks(served.app)[first + 1]
    assert (pasted["text"], places(pasted)) == (before[second]["text"], [other_source])
    city.look()

    # joined, it is from both
    page.locator(".paper .written").nth(first + 1).click(position={"x": 40, "y": 16})
    saved(page, before[first]["id"], press("Home", "Backspace"))
    joined = blocks(served.app)[first]
    assert joined["text"] == before[first]["text"] + before[second]["text"]
    assert places(joined) == [(one_source[0], True), (other_source[0], True)]

    # a table comes in where the cursor is, as it is set
    page.get_by_role("button", name="表、图、清单").click()
    page.locator(".picker input").fill("表 困难")
    expect(page.locator(".picker [aria-selected=true]")).to_contain_text("困难")

    saved(page, "table:T6", press("Enter"))
    expect(page.locator(".fixed.chosen table")).to_be_visible()
    assert blocks(served.app)[first + 1]["type"] == "table"
    city.look()
    page.get_by_role("button", name="上移").click()
    saved(page, before[first]["id"], press("Delete"))
    assert [block["type"] for block in blocks(served.app)].count("table") == 0

    # every step is taken back by the same button
    def take_back() -> None:
        for _ in range(12):
            page.get_by_role("button", name="撤销").click()

    saved(page, before[second]["text"][:8], take_back)
    city.go(address)
    assert blocks(served.app) == before
