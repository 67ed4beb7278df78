"""Matters of a merge: proposed from categories and likeness, kept as headings of the draft, changed by people, each act taken back."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from reports.merging import matters, proposals
from reports.merging.acts import acts_of
from reports.merging.cards import cards
from reports.merging.decisions import take
from reports.merging.matters import join, keep, matters_of, move, move_cards, rename, start
from reports.merging.undoing import undo
from reports.papers.steps import Report, ReportFault, draft, start_report
from tests.factories.reports import CITY, LEAVES, TEXT, accepted, city, unit

MORE = TEXT.replace(
    "## 四、意见建议",
    "### （三）招工和货款都难 {{02,12}}\n\n工程款拖了半年没有付清，欠款企业又换了负责人。\n\n"
    "### （四）其他\n\n有的企业反映银行贷款审批慢、放款慢、融资贵。\n\n## 四、意见建议",
)


@pytest.fixture
def root(app: Flask) -> Iterator[Report]:
    with app.app_context():
        campaign = city(2)
        from reports.papers.steps import accept, send_for_review, submit
        from tests.factories.reports import written

        for leaf in LEAVES[:2]:
            accepted(campaign, leaf)
        child = written(campaign, LEAVES[2], MORE)
        send_for_review(child, by=CITY)
        submit(child, by=CITY)
        accept(child, by=CITY)
        yield start_report(campaign, unit("440100"), by=CITY)


def problems(report: Report) -> Any:
    return next(section for section in draft(report)["sections"] if section["key"] == "problems")


def titles(report: Report) -> list[str]:
    return [block["text"] for block in problems(report)["blocks"] if block["type"] == "heading"]


def standing(report: Report) -> list[matters.Matter]:
    return matters_of(problems(report), cards(report, section="problems"))


def kept(report: Report) -> list[matters.Matter]:
    keep(report, "problems", proposals.proposed("problems", cards(report, section="problems")), by=CITY)
    return standing(report)


def test_matters_are_proposed_from_categories_and_by_what_a_passage_is_most_like(root: Report) -> None:
    proposed = proposals.proposed("problems", cards(root, section="problems"))
    by_title = {one.title: one for one in proposed}
    assert set(by_title) == {"拖欠账款", "融资"}
    arrears, finance = by_title["拖欠账款"], by_title["融资"]
    assert {card.unit.code for card in arrears.cards} == set(LEAVES)
    assert any(card.categories == ("02", "12") for card in arrears.cards)  # of its two the one it is like
    assert any(not card.categories for card in finance.cards)  # a heading without a category
    assert "账款回收周期较长" in arrears.titles
    assert titles(root) == []  # nothing is kept by itself


def test_kept_matters_are_headings_of_the_draft_and_go_again(root: Report) -> None:
    before = problems(root)["blocks"]
    one, other = kept(root)
    assert titles(root) == [one.title, other.title]
    assert sum(len(row.cards) for row in standing(root)) == len(cards(root, section="problems"))
    undo(root, acts_of(root)[0], by=CITY)
    assert problems(root)["blocks"] == before


def test_a_matter_is_renamed_moved_and_each_is_taken_back(root: Report) -> None:
    one, other = kept(root)
    rename(root, "problems", one.block_id, "（三） 账款  回收慢", by=CITY)
    assert titles(root) == ["账款 回收慢", other.title]
    block = take(root, one.cards[0], by=CITY)
    move(root, "problems", one.block_id, 1, by=CITY)
    assert titles(root) == [other.title, "账款 回收慢"]
    assert [b["id"] for b in problems(root)["blocks"]][-1] == block["id"]  # what is written under it goes with it
    move(root, "problems", one.block_id, 1, by=CITY)  # the last one stays where it is
    for _ in range(2):
        undo(root, acts_of(root)[0], by=CITY)
    assert titles(root) == ["账款 回收慢", other.title]
    undo(root, acts_of(root)[0], by=CITY)
    assert titles(root) == [one.title, other.title]


def test_matters_are_joined_with_what_is_written_under_them_and_parted_again(root: Report) -> None:
    one, other = kept(root)
    block = take(root, other.cards[0], by=CITY)
    before = problems(root)["blocks"]
    join(root, "problems", other.block_id, one.block_id, by=CITY, cards=cards(root))
    (joined,) = standing(root)
    assert len(joined.cards) == len(one.cards) + len(other.cards)
    assert set(joined.categories) == {*one.categories, *other.categories}
    assert block["id"] in [row["id"] for row in problems(root)["blocks"]]
    undo(root, acts_of(root)[0], by=CITY)
    assert problems(root)["blocks"] == before
    assert [len(row.cards) for row in standing(root)] == [len(one.cards), len(other.cards)]


def test_cards_are_split_off_into_a_matter_of_one_card_and_moved_back(root: Report) -> None:
    one, other = kept(root)
    card = one.cards[-1]
    heading = start(root, "problems", "换了负责人的欠款", by=CITY, of=[card], after=one.block_id)
    rows = {row.block_id: row for row in standing(root)}
    assert [row.name for row in rows[heading].cards] == [card.name]
    assert titles(root) == [one.title, "换了负责人的欠款", other.title]
    block = take(root, rows[heading].cards[0], by=CITY)
    ids = [row["id"] for row in problems(root)["blocks"]]
    assert ids.index(block["id"]) == ids.index(heading) + 1
    move_cards(root, [card], other.block_id, by=CITY)
    assert card.name in {row.name for row in standing(root)[2].cards}
    undo(root, acts_of(root)[0], by=CITY)
    assert [row.name for row in {row.block_id: row for row in standing(root)}[heading].cards] == [card.name]


@pytest.mark.parametrize("title", ["", "  ", "问题" * 40, "有{{T6:arrears|count|plain}}家"])
def test_a_matter_needs_a_title(root: Report, title: str) -> None:
    one, _ = kept(root)
    with pytest.raises(ReportFault) as refused:
        rename(root, "problems", one.block_id, title, by=CITY)
    assert refused.value.code == "matter_title"
    assert titles(root)[0] == one.title


def test_a_matter_that_is_gone_is_named(root: Report) -> None:
    one, other = kept(root)
    join(root, "problems", other.block_id, one.block_id, by=CITY, cards=cards(root))
    for act in (
        lambda: rename(root, "problems", other.block_id, "融资", by=CITY),
        lambda: move_cards(root, [one.cards[0]], other.block_id, by=CITY),
        lambda: join(root, "problems", one.block_id, one.block_id, by=CITY, cards=[]),
    ):
        with pytest.raises(ReportFault) as refused:
            act()
        assert refused.value.code == "no_matter"
