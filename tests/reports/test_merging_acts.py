"""Acts on a merge: a paragraph from several cards, sources added and taken off, the rest left at once; each taken back."""

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from reports.merging.acts import acts_of
from reports.merging.cards import cards, find_card, source_key, withdrawn
from reports.merging.decisions import (
    Pick,
    add_source,
    leave,
    leave_rest,
    remove_source,
    take,
    take_back,
    write,
)
from reports.merging.undoing import undo
from reports.papers.steps import (
    Report,
    ReportFault,
    accept,
    draft,
    fill_report,
    save_section,
    send_for_review,
    start_correction,
    submit,
)
from reports.text import content as contents
from tests.factories.reports import CITY, LEAVES, ROOT_TEXT, TEXT, accepted, city, unit, written


@pytest.fixture
def root(app: Flask) -> Iterator[Report]:
    with app.app_context():
        campaign = city(2)
        for leaf in LEAVES:
            accepted(campaign, leaf)
        yield written(campaign, "440100", ROOT_TEXT)


def blocks_of(report: Report, key: str) -> list[Any]:
    return next(section["blocks"] for section in draft(report)["sections"] if section["key"] == key)


def card_at(report: Report, code: str, place: str, item: int = 1):
    return next(c for c in cards(report) if (c.unit.code, c.place, c.item) == (code, place, item))


def test_a_paragraph_is_written_from_several_cards_with_all_of_them_as_sources(root: Report) -> None:
    before = blocks_of(root, "problems")
    picked = [card_at(root, code, "三（一）") for code in LEAVES]
    (block,) = write(root, [Pick(card) for card in picked], by=CITY)
    assert [source["unit"] for source in block["sources"]] == list(LEAVES)
    assert block["text"] == "".join(f"反映被拖欠账款的企业{{{{{code}/T6:arrears|count|plain}}}}家。" for code in LEAVES)
    for card in picked:
        now = find_card(root, card.name)
        assert (now.decision.choice, now.decision.target_block) == ("taken", block["id"])
    undo(root, acts_of(root)[0], by=CITY)
    assert blocks_of(root, "problems") == before
    assert all(find_card(root, card.name).decision is None for card in picked)


def test_sentences_of_a_card_may_go_into_different_paragraphs(root: Report) -> None:
    child = card_at(root, "440105", "二").version.report
    start_correction(child, by=CITY, note="两句")
    text = TEXT.replace("参加座谈的企业作了记录。", "参加座谈的企业作了记录。窗口延长了办事时间。")
    fill_report(child, contents.read_report(text.format(unit="海珠区"), byline="海珠区"), by=CITY)
    send_for_review(child, by=CITY)
    submit(child, by=CITY)
    accept(child, by=CITY)
    card = card_at(root, "440105", "二")
    assert [text for _, text in card.sentences] == [
        "有关部门上门讲解政策，参加座谈的企业作了记录。",
        "窗口延长了办事时间。",
    ]
    other = card_at(root, "440118", "二")
    (first,) = write(root, [Pick(card, (1,)), Pick(other)], by=CITY)
    assert first["text"] == "窗口延长了办事时间。有关部门上门讲解政策，参加座谈的企业作了记录。"
    (second,) = write(root, [Pick(card, (0,))], by=CITY)
    now = find_card(root, card.name)
    assert {one.target_block for one in now.decisions} == {first["id"], second["id"]}
    assert {one.choice for one in now.decisions} == {"part"}
    take_back(root, [now], by=CITY)
    standing = [block["id"] for block in blocks_of(root, "practice")]
    assert second["id"] not in standing  # nothing but this card was in it
    assert first["id"] in standing  # the other card still is
    undo(root, acts_of(root)[0], by=CITY)
    assert {one.target_block for one in find_card(root, card.name).decisions} == {first["id"], second["id"]}
    assert second["id"] in [block["id"] for block in blocks_of(root, "practice")]


def test_a_card_is_added_to_a_standing_paragraph_and_taken_off_again(root: Report) -> None:
    block = take(root, card_at(root, "440105", "二"), by=CITY)
    other = card_at(root, "440118", "二")
    leave(root, [other], by=CITY, reason="同上")
    add_source(root, [Pick(other)], block["id"], by=CITY)
    stands = next(one for one in blocks_of(root, "practice") if one["id"] == block["id"])
    assert stands["text"] == block["text"]
    assert [source["unit"] for source in stands["sources"]] == ["440105", "440118"]
    assert find_card(root, other.name).decision.target_block == block["id"]
    remove_source(root, block["id"], source_key(stands["sources"][0]), by=CITY)
    assert card_at(root, "440105", "二").decision is None
    stands = next(one for one in blocks_of(root, "practice") if one["id"] == block["id"])
    assert [source["unit"] for source in stands["sources"]] == ["440118"]
    undo(root, acts_of(root)[0], by=CITY)
    assert card_at(root, "440105", "二").decision.choice == "taken"
    undo(root, acts_of(root)[0], by=CITY)
    assert find_card(root, other.name).decision.reason == "同上"  # what adding it put an end to
    stands = next(one for one in blocks_of(root, "practice") if one["id"] == block["id"])
    assert [source["unit"] for source in stands["sources"]] == ["440105"]


def test_the_rest_is_left_as_one_act_and_comes_back_as_one(root: Report) -> None:
    take(root, card_at(root, "440105", "二"), by=CITY)
    number = len([card for card in cards(root) if card.decision is None])
    assert leave_rest(root, by=CITY, reason="已由数据概括") == number
    assert all(card.decision for card in cards(root))
    act = acts_of(root)[0]
    assert (act.kind, act.cards) == ("left", number)
    undo(root, act, by=CITY)
    assert len([card for card in cards(root) if card.decision is None]) == number
    with pytest.raises(ReportFault) as refused:
        undo(root, act, by=CITY)
    assert refused.value.code == "act_undone"


def test_an_act_taken_back_leaves_what_was_decided_since(root: Report) -> None:
    leave_rest(root, by=CITY, reason="一并不用", section="practice")
    leaving = acts_of(root)[0]
    card = card_at(root, "440105", "二")
    take(root, card, by=CITY)
    undo(root, leaving, by=CITY)
    assert find_card(root, card.name).decision.choice == "taken"
    assert card_at(root, "440118", "二").decision is None


def test_a_rewritten_paragraph_stays_when_its_act_is_taken_back(root: Report) -> None:
    block = take(root, card_at(root, "440105", "二"), by=CITY)
    rewritten = [
        {**one, "text": "有关部门讲解了政策。"} if one["id"] == block["id"] else one
        for one in blocks_of(root, "practice")
    ]
    save_section(root, "practice", rewritten, row_version=None, by=CITY)
    assert undo(root, acts_of(root)[0], by=CITY) == [block["id"]]
    stands = next(one for one in blocks_of(root, "practice") if one["id"] == block["id"])
    assert (stands["text"], stands["sources"]) == ("有关部门讲解了政策。", [])


def test_what_was_taken_and_deleted_from_the_draft_is_undecided_again(root: Report) -> None:
    card = card_at(root, "440105", "二")
    block = take(root, card, by=CITY)
    without = [one for one in blocks_of(root, "practice") if one["id"] != block["id"]]
    save_section(root, "practice", without, row_version=None, by=CITY)
    now = find_card(root, card.name)
    assert (now.decision, now.lost) == (None, True)


def corrected(child: Report, text: str) -> None:
    """The child's next version as it comes through Word: every block has another id."""
    start_correction(child, by=CITY, note="更正")
    content = contents.read_report(text.format(unit=unit(child.unit_code).name), byline="", date="2023年7月30日")
    for number, (_, block) in enumerate(contents.blocks_of(content)):
        block["id"] = f"w{90 - number}"
    fill_report(child, content, by=CITY)
    send_for_review(child, by=CITY)
    submit(child, by=CITY)
    accept(child, by=CITY)


def test_decisions_hold_over_a_version_that_came_through_word(root: Report) -> None:
    leave_rest(root, by=CITY, reason="已由数据概括", unit="440105")
    first = card_at(root, "440105", "二")
    block = take(root, first, by=CITY)
    taken = take(root, card_at(root, "440105", "三（二）"), by=CITY)
    text = TEXT.replace("## 二、主要做法和成效\n", "## 二、主要做法和成效\n\n新写的一段，放在最前面。\n")
    text = text.replace("参加座谈的企业作了记录", "参加座谈的企业都作了详细记录").replace(
        "反映融资困难的{{{{T6:fin_any|share|word}}}}。", "另起炉灶写了完全两样的内容，讲的是码头装卸班组夜里怎样排班。"
    )
    corrected(first.version.report, text)
    mine = [card for card in cards(root) if card.unit.code == "440105"]
    kept = [card for card in mine if card.decision]
    assert {card.decision.choice for card in kept} == {"left"}
    assert len(kept) == len(mine) - 3  # all but the new one, the changed one and the one written anew
    changed = next(card for card in mine if card.changed)
    assert (changed.text, changed.item) == ("有关部门上门讲解政策，参加座谈的企业都作了详细记录。", 2)
    assert changed.before == "有关部门上门讲解政策，参加座谈的企业作了记录。"
    (gone,) = withdrawn(root)
    assert gone.decision.target_block == taken["id"]
    assert block["id"] in [one["id"] for one in blocks_of(root, "practice")]  # nothing leaves the draft by itself


def test_a_childs_table_is_a_card_and_keeps_the_childs_figures(app: Flask) -> None:
    with app.app_context():
        campaign = city(6)
        child = written(campaign, "440105")
        rows = [
            {"id": "own-table", "type": "table", "table": "T6", "title": "", "items": None},
            {"id": "own-chart", "type": "chart", "table": "T6", "title": "主要困难", "kind": "bar"},
        ]
        save_section(child, "problems", [*blocks_of(child, "problems"), *rows], row_version=None, by=CITY)
        send_for_review(child, by=CITY)
        version = submit(child, by=CITY)
        accept(child, by=CITY)
        root = written(campaign, "440100", ROOT_TEXT)
        table = next(card for card in cards(root) if card.kind == "table")
        chart = next(card for card in cards(root) if card.kind == "chart")
        assert table.text.startswith("表1 ")
        assert table.sentences == [(table.raw, table.text)]
        text, made, drawn = write(root, [Pick(table), Pick(chart), Pick(card_at(root, "440105", "三（一）"))], by=CITY)
        assert (text["type"], made["scope"], drawn["scope"]) == ("paragraph", "440105", "440105")
        assert made["sources"][0]["block"] == "own-table"
        send_for_review(root, by=CITY)
        from reports.papers.steps import newest_version

        frozen = newest_version(root).frozen
        by_id = {block["id"]: block for _, block in contents.blocks_of(frozen)}
        theirs = {block["id"]: block for _, block in contents.blocks_of(version.frozen)}
        assert by_id[made["id"]]["rows"] == theirs["own-table"]["rows"]
        assert by_id[drawn["id"]]["series"] == theirs["own-chart"]["series"]
        assert "海珠" in by_id[made["id"]]["title"]


def test_a_report_is_handed_up_and_made_final_only_with_every_card_decided(app: Flask) -> None:
    from reports.issuing.issuing import blocking, check
    from reports.merging import handing_up
    from reports.papers.steps import state
    from surveys.database import writing
    from tests.factories.planning import CampaignUnitFactory, UnitFactory

    with app.app_context():
        campaign = city(2)
        with writing():
            UnitFactory(
                code="440105-01", name="一号街", short_name="一号街", parent_code="440105", tier="township", sort=9
            )
            CampaignUnitFactory(campaign_id=campaign.id, unit_code="440105-01")
        town = accepted(campaign, "440105-01")
        district = written(campaign, "440105")
        assert len(cards(district)) == 9
        leave_rest(district, by=CITY, reason="本街事项")
        card = next(one for one in cards(district) if one.place == "二")
        block = take(district, card, by=CITY)
        without = [one for one in blocks_of(district, "practice") if one["id"] != block["id"]]
        save_section(district, "practice", without, row_version=None, by=CITY)
        send_for_review(district, by=CITY)
        with pytest.raises(ReportFault) as refused:
            handing_up.submit(district, by=CITY)
        assert refused.value.code == "cards_undecided"
        assert "其中1段采用后又从汇总稿删去" in refused.value.zh
        from reports.papers.steps import send_back

        send_back(district, by=CITY)
        leave(district, [find_card(district, card.name)], by=CITY, reason="见上")
        send_for_review(district, by=CITY)
        handing_up.submit(district, by=CITY)
        assert (state(district), state(town)) == ("submitted", "accepted")
        accept(district, by=CITY)
        root = written(campaign, "440100", ROOT_TEXT)
        assert "card_undecided" in {one.code for one in blocking(check(root))}
        leave_rest(root, by=CITY, reason="另写")
        assert "card_undecided" not in {one.code for one in blocking(check(root))}


def test_a_thousand_cards_are_left_at_once_and_a_paragraph_of_them_is_refused(app: Flask) -> None:
    with app.app_context():
        campaign = city(2)
        many = "\n\n".join(
            f"第{number}号园区反映停车难，已经反映了三年没有解决，请在规划里留出位置。" for number in range(1000)
        )
        child = written(campaign, "440105", TEXT.replace("反映融资困难的{{{{T6:fin_any|share|word}}}}。", many))
        send_for_review(child, by=CITY)
        submit(child, by=CITY)
        accept(child, by=CITY)
        root = written(campaign, "440100", ROOT_TEXT)
        every = cards(root)
        assert len(every) > 1000
        with pytest.raises(ReportFault) as refused:
            write(root, [Pick(card) for card in every if card.is_text], by=CITY)
        assert refused.value.code == "paragraph_too_long"
        assert not any(card.decision for card in cards(root))
        assert leave_rest(root, by=CITY, reason="园区事项另报") == len(every)
        undo(root, acts_of(root)[0], by=CITY)
        assert not any(card.decision for card in cards(root))
