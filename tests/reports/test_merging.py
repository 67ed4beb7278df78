"""The children's accepted versions → the parent's draft: cards, decisions, sources, what was left, what is missing."""

import pytest
from flask import Flask

from reports.merging.decisions import (
    cards,
    child_shares,
    children,
    find_card,
    give_reason,
    leave,
    left_list,
    missing_without_reason,
    take,
    take_back,
)
from reports.merging.records import MergeAct
from reports.papers.steps import (
    Report,
    ReportFault,
    accept,
    draft,
    save_section,
    sections,
    send_for_review,
    start_correction,
    submit,
)
from surveys.database import db
from tests.factories.reports import CITY, LEAVES, ROOT_TEXT, accepted, all_accepted, city, written


def _section(report: Report, key: str) -> list[dict]:
    return next(section["blocks"] for section in draft(report)["sections"] if section["key"] == key)


def _card(report: Report, unit: str, place: str, item: int = 1):
    return next(c for c in cards(report) if (c.unit.code, c.place, c.item) == (unit, place, item))


def test_every_paragraph_of_an_accepted_report_is_a_card_at_its_place(app: Flask) -> None:
    with app.app_context():
        campaign = city(2)
        accepted(campaign, "440105")
        root = written(campaign, "440100", ROOT_TEXT)
        made = cards(root)
        assert {card.unit.code for card in made} == {"440105"}
        assert [card.place for card in made] == [
            "导语", "一（一）", "一（二）", "一（三）", "二", "三（一）", "三（一）", "三（二）", "四（一）",
        ]  # fmt: skip
        case = _card(root, "440105", "三（一）", 2)
        assert case.kind == "case"
        heading = next(b for b in _section(root, "problems") if b["type"] == "heading" and b["categories"] == ["12"])
        assert (case.section, case.group) == ("problems", heading["id"])
        assert "T6:arrears|count|plain" not in _card(root, "440105", "三（一）").text


def test_a_paragraph_taken_keeps_its_source_and_the_units_figures(app: Flask) -> None:
    with app.app_context():
        campaign = city(2)
        accepted(campaign, "440105")
        root = written(campaign, "440100", ROOT_TEXT)
        card = _card(root, "440105", "三（一）")
        block = take(root, card, by=CITY)
        assert block["text"] == "反映被拖欠账款的企业{{440105/T6:arrears|count|plain}}家。"
        assert block["sources"] == [
            {"unit": "440105", "section": "三（一）", "item": 1, "rewritten": False, "report_version": 1}
        ]
        blocks = _section(root, "problems")
        place = [one["id"] for one in blocks].index(block["id"])
        assert blocks[place + 1]["type"] == "heading"  # at the end of the heading about the same category
        assert find_card(root, card.name).decision.choice == "taken"


def test_a_part_is_marked_rewritten_and_undoing_takes_it_out(app: Flask) -> None:
    with app.app_context():
        campaign = city(2)
        accepted(campaign, "440105")
        root = written(campaign, "440100", ROOT_TEXT)
        before = _section(root, "practice")
        card = _card(root, "440105", "二")
        block = take(root, card, by=CITY, text="有关部门上门讲解政策。")
        assert block["sources"][0]["rewritten"] is True
        assert find_card(root, card.name).decision.choice == "part"
        take_back(root, [card], by=CITY)
        assert find_card(root, card.name).decision is None
        assert _section(root, "practice") == before


def test_taking_twice_leaves_one_copy(app: Flask) -> None:
    with app.app_context():
        campaign = city(2)
        accepted(campaign, "440105")
        root = written(campaign, "440100", ROOT_TEXT)
        card = _card(root, "440105", "二")
        take(root, card, by=CITY)
        take(root, card, by=CITY)
        copies = [block for block in _section(root, "practice") if block.get("sources")]
        assert len(copies) == 1


def test_leaving_needs_a_reason_and_is_listed(app: Flask) -> None:
    with app.app_context():
        campaign = city(2)
        accepted(campaign, "440105")
        root = written(campaign, "440100", ROOT_TEXT)
        card = _card(root, "440105", "四（一）")
        with pytest.raises(ReportFault) as refused:
            leave(root, [card], by=CITY, reason=" ")
        assert refused.value.code == "reason_needed"
        leave(root, [card], by=CITY, reason="移到（六）")
        left = next(one for one in left_list(root) if one.name == card.name)
        assert left.decision.reason == "移到（六）"


def test_a_paragraph_reworded_after_it_was_written_from_a_card_keeps_it(app: Flask) -> None:
    with app.app_context():
        root = all_accepted(city(2))
        decision = _card(root, "440105", "三（一）").decision
        assert (decision.choice, db.session.get(MergeAct, decision.act_id).kind) == ("taken", "written")
        [paragraph] = [block for block in _section(root, "problems") if block.get("sources")]
        assert paragraph["text"].startswith("海珠区企业反映货款二年没有结。")
        assert [(one["report_version"], one["rewritten"]) for one in paragraph["sources"]] == [(1, True)]


def test_a_missing_child_needs_a_reason_which_goes_into_the_report(app: Flask) -> None:
    with app.app_context():
        campaign = city(2)
        accepted(campaign, "440105")
        root = written(campaign, "440100", ROOT_TEXT)
        assert [child.unit.code for child in children(root)] == list(LEAVES)
        assert {child.unit.code for child in missing_without_reason(root)} == {"440100-0", "440118"}
        give_reason(root, "440118", "防汛期间推迟，10月补报", by=CITY)
        give_reason(root, "440118", "防汛期间推迟，11月补报。", by=CITY)
        assert {child.unit.code for child in missing_without_reason(root)} == {"440100-0"}
        texts = [block["text"] for block in _section(root, "basic.organisation")]
        assert texts.count("增城区未报送分报告：防汛期间推迟，11月补报。") == 1


def test_a_correction_never_flows_in_by_itself(app: Flask) -> None:
    with app.app_context():
        campaign = city(2)
        child = accepted(campaign, "440105")
        root = written(campaign, "440100", ROOT_TEXT)
        changed, kept = _card(root, "440105", "二"), _card(root, "440105", "四（一）")
        take(root, changed, by=CITY)
        leave(root, [kept], by=CITY, reason="已概括")
        before = _section(root, "practice")
        start_correction(child, by=CITY, note="补充一句")
        practice = next(section for section in sections(child) if section.key == "practice")
        blocks = [{**block, "text": block["text"] + "并回访。"} for block in practice.blocks]
        save_section(child, "practice", blocks, row_version=None, by=CITY)
        send_for_review(child, by=CITY)
        submit(child, by=CITY)
        accept(child, by=CITY)
        assert _section(root, "practice") == before
        assert find_card(root, changed.name).changed
        assert find_card(root, changed.name).decision is None
        assert find_card(root, kept.name).decision.choice == "left"  # its words are the same: the decision holds
        merged = {one.unit.code: one for one in child_shares(root)}
        assert merged["440105"].newer
        assert merged["440105"].left == 1


def test_towns_merge_into_a_district_and_the_district_into_the_city(app: Flask) -> None:
    """Merging is the same operation at each level: no step knows which level it is."""
    from reports.issuing.issuing import print_version, verify
    from reports.papers.steps import newest_version, state
    from surveys.database import writing
    from surveys.fieldwork.visits.locks import locked_units
    from tests.factories.planning import CampaignUnitFactory, DeputyFactory, GroupFactory, UnitFactory
    from tests.factories.reports import accepted_visit

    with app.app_context():
        campaign = city(2)
        with writing():
            for place, code in enumerate(("440117-01", "440117-02"), 1):
                if place == 1:
                    UnitFactory(code="440117", name="从化区", short_name="从化", parent_code="440100", sort=3)
                    CampaignUnitFactory(campaign_id=campaign.id, unit_code="440117")
                UnitFactory(
                    code=code,
                    name=f"{place}号镇",
                    short_name=f"{place}号镇",
                    tier="township",
                    parent_code="440117",
                    sort=4,
                )
                CampaignUnitFactory(campaign_id=campaign.id, unit_code=code)
                group = GroupFactory(campaign_id=campaign.id, unit_code=code)
                deputy = DeputyFactory(unit_code=code)
                for number in (1, 2, 3):
                    accepted_visit(campaign, code, number, group.id, deputy.id, ent_district="440117")
        accepted(campaign, "440117-01")
        accepted(campaign, "440117-02")
        district = written(campaign, "440117")
        assert [child.unit.code for child in children(district)] == ["440117-01", "440117-02"]
        block = take(district, _card(district, "440117-02", "三（一）"), by=CITY)
        assert block["text"].startswith("反映被拖欠账款的企业{{440117-02/T6:arrears")
        send_for_review(district, by=CITY)
        version = submit(district, by=CITY)
        assert version.frozen["figures"]["T1:visits|count|plain"]["text"] == "6"
        assert version.frozen["figures"]["440117-02/T6:arrears|count|plain"]["text"] == "2"
        assert {"440117-01", "440117-02"} <= locked_units(campaign.id)
        accept(district, by=CITY)
        root = written(campaign, "440100", ROOT_TEXT)
        assert [child.unit.code for child in children(root)] == ["440100-0", "440105", "440117", "440118"]
        assert _card(root, "440117", "二").version.id == version.id
        printed = print_version(version, "C")
        from reports.issuing import archive

        assert [part["key"] for part in printed.parts][:3] == ["report", "440117-01", "440117-02"]
        assert verify(archive.read(printed)).ok
        assert state(district) == "accepted"
        assert newest_version(district) is not None
