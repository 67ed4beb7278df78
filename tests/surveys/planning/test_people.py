"""Rosters and groups out of spreadsheets, and the assignments made of both."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from surveys.audit import AuditEntry
from surveys.database import db, writing
from surveys.planning.assigning.assignments import (
    AssignmentMove,
    assign,
    assign_many,
    group_loads,
    mark_extra,
    move,
    replace,
)
from surveys.planning.campaigns.campaigns import Campaign, UnitPlan, create_campaign, edit_campaign, set_units
from surveys.planning.campaigns.quotas import QuotaPlan, exact, plan_problems, planned_visits, set_quotas
from surveys.planning.campaigns.subjects import ListEntry
from surveys.planning.imports.deputy_imports import commit_deputies, read_deputies
from surveys.planning.imports.group_imports import check_groups, commit_groups, read_groups
from surveys.planning.imports.tables import write_table
from surveys.planning.people.deputies import Deputy
from surveys.planning.people.groups import GroupPlan, groups_of, make_groups, members_of
from surveys.planning.words.planning_faults import Refusal
from tests.factories.planning import ListEntryFactory, SubjectFactory, guangzhou

ROSTER = ["代表编号", "姓名", "层级", "工作单位", "手机"]
GROUPS = ["组号", "小组名称", "代表编号", "姓名", "组内职务", "联络员", "联络员电话"]
PEOPLE = [
    ["D1", "张三", "市、区", "示例厂", "13800000001"],
    ["D2", "李四", "全国", "", "138****0002"],
    ["D3", "王五", "区镇", "", ""],
]


def sheet(heads: list[str], rows: list[list[object]]) -> bytes:
    return write_table("xlsx", heads, rows)[0]


@pytest.fixture
def campaign(app: Flask):
    with app.app_context():
        with writing():
            made = guangzhou()
        yield made


@pytest.fixture
def roster(campaign: Campaign) -> list[Deputy]:
    return commit_deputies(read_deputies(sheet(ROSTER, PEOPLE), "名册.xlsx"), "440118").deputies


def entries(campaign: Campaign, number: int) -> list[ListEntry]:
    with writing():
        return [
            ListEntryFactory(campaign_id=campaign.id, unit_code="440118", subject_id=SubjectFactory().id, number=n + 1)
            for n in range(number)
        ]


def test_levels_are_a_set(roster: list[Deputy]) -> None:
    assert [deputy.level_codes() for deputy in roster] == [
        ["municipal", "district"],
        ["national"],
        ["district", "township"],
    ]


def test_a_roster_brought_up_to_date(roster: list[Deputy]) -> None:
    again = commit_deputies(read_deputies(sheet(ROSTER, [["D1", "张三", "市", "新单位", ""]]), "名册.xlsx"), "440118")
    assert (again.added, again.known) == (0, 1)
    known = db.session.scalars(select(Deputy).where(Deputy.number == "D1")).one()
    assert (known.level_codes(), known.employer, known.phone) == (["municipal"], "新单位", "13800000001")
    traced = select(AuditEntry).where(AuditEntry.act == "deputy.changed")
    assert [one.target_id for one in db.session.scalars(traced)] == [known.id]
    commit_deputies(read_deputies(sheet(ROSTER, [["D1", "张三", "市", "新单位", ""]]), "名册.xlsx"), "440118")
    assert len(db.session.scalars(traced).all()) == 1  # the same again is no change


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (["D9", "", "市", "", ""], "value_missing"),
        (["D9", "赵六", "", "", ""], "value_missing"),
        (["D9", "赵六", "州", "", ""], "choice_unknown"),
        (["D9", "赵六", "市", "", "问张主任"], "phone_unreadable"),
        (["D1", "张三", "市", "", ""], "duplicate_in_file"),
    ],
)
def test_faults_of_a_roster(campaign: Campaign, row: list[object], fault: str) -> None:
    preview = read_deputies(sheet(ROSTER, [PEOPLE[0], row]), "名册.xlsx")
    assert [(found.code, found.row) for found in preview.faults] == [(fault, 3)]


def test_groups_of_a_sheet(campaign: Campaign, roster: list[Deputy]) -> None:
    rows: list[list[object]] = [
        [1, "第1小组", "D1", "张三", "组长", "何某", "13900000000"],
        [1, "第1小组", "", "李四", "组员", "何某", ""],
        [2, "第2小组", "D9", "无此人", "组长", "", ""],
        [2, "第2小组", "D3", "王五", "组长", "", ""],
    ]
    preview = check_groups(read_groups(sheet(GROUPS, rows), "分组.xlsx"), campaign, "440118")
    assert [(fault.code, fault.row) for fault in preview.faults] == [("not_in_roster", 4)]
    made = commit_groups(preview, campaign, "440118")
    assert [(group.number, group.name, group.liaison_name) for group in made] == [
        (1, "第1小组", "何某"),
        (2, "第2小组", None),
    ]
    assert made[0].leader_id == roster[0].id
    assert {deputy.name for deputy in members_of([made[0].id])[made[0].id]} == {"张三", "李四"}
    again = check_groups(read_groups(sheet(GROUPS, rows[:1]), "分组.xlsx"), campaign, "440118")
    assert [fault.code for fault in again.faults] == ["in_another_group"]


@pytest.mark.both_databases
def test_assign_move_replace(app: Flask) -> None:
    with app.app_context():
        with writing():
            campaign = guangzhou()
        people = commit_deputies(read_deputies(sheet(ROSTER, PEOPLE), "名册.xlsx"), "440118").deputies
        one, two = make_groups(campaign, "440118", [GroupPlan([people[0].id]), GroupPlan([people[1].id, people[2].id])])
        list_ = entries(campaign, 4)
        made = assign_many(campaign, "440118", [(list_[0], one), (list_[1], two)])
        assert [assignment.reference() for assignment in made] == ["440118-0001", "440118-0002"]
        assert {assignment.due_on for assignment in made} == {campaign.ends_on}
        with pytest.raises(Refusal) as refused:
            assign(campaign, "440118", list_[0], two)
        assert refused.value.code == "already_assigned"
        move(made[0], two, reason="利益回避")
        assert db.session.scalars(select(AssignmentMove)).one().from_group_id == one.id
        assert group_loads(campaign.id, "440118") == {two.id: 2}
        with pytest.raises(Refusal) as refused:
            replace(made[1], list_[2], reason=" ")
        assert refused.value.code == "reason_missing"
        third = replace(made[1], list_[2], reason="企业已搬迁")
        assert (third.number, made[1].replaced_by, third.group_id) == (3, third.id, two.id)
        with pytest.raises(Refusal) as refused:
            move(made[1], one)
        assert refused.value.code == "already_replaced"
        mark_extra(third)
        assert third.extra


def test_only_own_groups_and_lists(campaign: Campaign, roster: list[Deputy]) -> None:
    (group,) = make_groups(campaign, "440118", [GroupPlan([roster[0].id])])
    (entry,) = entries(campaign, 1)
    with pytest.raises(Refusal) as refused:
        assign(campaign, "440105", entry, group)
    assert refused.value.code == "entry_elsewhere"
    with pytest.raises(Refusal) as refused:
        make_groups(campaign, "440118", [GroupPlan([])])
    assert refused.value.code == "group_empty"
    assert len(groups_of(campaign.id, "440118")) == 1


def test_a_campaign_is_made_and_changed(campaign: Campaign) -> None:
    made = create_campaign(
        title="代表主题活动周",
        kind="主题活动",
        unit_code="440100",
        starts_on=date(2023, 7, 3),
        ends_on=date(2023, 7, 9),
        office="代表工委",
    )
    assert made.number == campaign.number + 1
    assert made.outline[0]["key"] == "lead"
    units = set_units(made, [UnitPlan("440118", date(2023, 7, 8), 2)])
    assert [unit.unit_code for unit in units] == ["440100", "440118"]
    set_quotas(made, [exact("440118", 10), QuotaPlan("every_deputy", "440118")])
    assert planned_visits(made.id) == {"440118": 10}
    assert [(problem.code, problem.needed, problem.present) for problem in plan_problems(made)] == [
        ("list_short", 10, 0),
        ("reserves_short", 2, 0),
    ]
    assert edit_campaign(made, title="代表主题活动月", settings={"media": True, "media_kinds": ["photo"]}) == [
        "title",
        "settings",
    ]
    assert (made.setting("media"), made.setting("media_kinds")) == (True, ["photo"])
    for change, kind in (
        (lambda: edit_campaign(made, ends_on=date(2023, 7, 1)), "period_backwards"),
        (lambda: set_quotas(made, [exact("440100", 10)]), "unit_not_a_leaf"),
        (lambda: set_quotas(made, [exact("440105", 10)]), "unit_not_taking_part"),
        (lambda: set_units(made, [UnitPlan("330000")]), "unit_unknown"),
    ):
        with pytest.raises(Refusal) as refused:
            change()
        assert refused.value.code == kind
