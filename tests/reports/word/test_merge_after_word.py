"""A child's next version that came through Word keeps the decisions of the merge above it: paragraphs are known by what they say."""

from collections.abc import Iterator

import pytest
from flask import Flask

from reports.merging.cards import cards
from reports.merging.decisions import leave_rest, take
from reports.papers.steps import Report, accept, draft, send_for_review, start_correction, submit
from reports.text import content as contents
from reports.word import taking
from reports.word.outgoing import draft_docx
from reports.word.reading import read_word
from reports.word.returning import returned
from tests.factories.reports import CITY, LEAVES, ROOT_TEXT, accepted, city, written
from tests.reports.word.files import W, opened, paragraph, replace, saved


@pytest.fixture
def root(app: Flask) -> Iterator[Report]:
    with app.app_context():
        campaign = city(2)
        for leaf in LEAVES:
            accepted(campaign, leaf)
        yield written(campaign, "440100", ROOT_TEXT)


@pytest.mark.parametrize(
    "marked", [pytest.param(True, id="as Word saves it"), pytest.param(False, id="its bookmarks are gone")]
)
def test_decisions_stand_after_a_version_that_came_through_word(root: Report, marked: bool) -> None:
    mine = [card for card in cards(root) if card.unit.code == "440105"]
    first = next(card for card in mine if (card.place, card.item) == ("二", 1))
    take(root, first, by=CITY)
    leave_rest(root, by=CITY, reason="已由数据概括", unit="440105")
    decided = {card.text: card.decision.choice for card in cards(root) if card.unit.code == "440105" and card.decision}
    child = first.version.report
    start_correction(child, by=CITY, note="在 Word 中改")
    document = opened(draft_docx(child))
    replace(document, "参加座谈的企业作了记录", "参加座谈的企业都作了详细记录")
    body = document.element.body
    moved = paragraph(document, "反映被拖欠账款的企业")
    body.remove(moved)
    paragraph(document, "有关部门上门讲解政策").addprevious(moved)
    if not marked:
        for element in [*body.iter(f"{W}bookmarkStart"), *body.iter(f"{W}bookmarkEnd")]:
            element.getparent().remove(element)
    made = returned(child.id, draft(child), read_word(saved(document)), lambda key: "{{" + key + "}}")
    assert taking.take(child, made, "0" * 64, seen=taking.check_of_draft(draft(child)), by=CITY)
    send_for_review(child, by=CITY)
    submit(child, by=CITY)
    accept(child, by=CITY)
    now = [card for card in cards(root) if card.unit.code == "440105"]
    (changed,) = [card for card in now if card.changed]
    assert changed.text.endswith("参加座谈的企业都作了详细记录。")
    assert changed.before == first.text
    standing = {card.text: card.decision.choice for card in now if card.decision}
    assert standing == {text: choice for text, choice in decided.items() if text != first.text}
    assert contents.tokens_in(draft(child)) == contents.tokens_in(first.version.content) or not marked
