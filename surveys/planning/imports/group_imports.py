"""编组导入: 代表小组 out of a spreadsheet with a row per member. Touches imports, groups and deputies.

A member is told by the roster's number, else by name within the unit's roster (and phone, where there are two).
"""

from collections.abc import Mapping
from typing import Unpack

from sqlalchemy import select

from surveys.audit import SYSTEM, Actor
from surveys.database import db, writing
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.imports.import_faults import ImportFaultKind as Kind
from surveys.planning.imports.imports import SKIP, Field, Preview, Row, TableOptions, first_seen, phone, read_rows
from surveys.planning.people.deputies import Deputy
from surveys.planning.people.groups import Group, GroupMember, GroupPlan, make_groups
from surveys.planning.words.planning_faults import Refusal, RefusalKind
from surveys.questionnaire.sheets.faults import Text

FIELDS = (
    Field("group_number", Text("组号", "Group number"), ("组号", "小组编号", "小组号", "group number"), limit=10),
    Field("group", Text("小组名称", "Group"), ("小组名称", "小组", "代表小组", "组别", "group", "group name"), required=True, limit=60),
    Field("number", Text("代表编号", "Deputy number"), ("代表编号", "代表证号", "编号", "证号", "number", "deputy number"), limit=30),
    Field("name", Text("姓名", "Name"), ("姓名", "代表姓名", "代表", "组员", "name"), required=True, limit=60),
    Field("phone", Text("手机", "Phone"), ("手机", "手机号", "手机号码", "移动电话", "联系方式", "联系电话", "电话", "phone"), limit=40),
    Field("duty", Text("组内职务", "Duty"), ("组内职务", "职务", "组长", "duty", "role"), limit=20),
    Field("liaison", Text("联络员", "Liaison"), ("联络员", "联络人", "liaison"), limit=60),
    Field("liaison_phone", Text("联络员电话", "Liaison phone"), ("联络员电话", "联络人电话", "联络电话", "联络员手机", "联络员手机号码", "联络员联系方式", "liaison phone"), limit=40),
)  # fmt: skip
LEADER_WORDS = ("组长", "是", "leader", "√", "✓")


def read_groups(
    data: bytes,
    file: str,
    **options: Unpack[TableOptions],
) -> Preview:
    """A group table as rows, with the faults that the file alone shows."""
    preview = read_rows(data, file, FIELDS, **options)
    if preview.broken:
        return preview
    for row in preview.counted():
        texts, values = row.texts, row.values
        values["group"], values["number"] = texts.get("group", ""), texts.get("number") or None
        values["name"], values["phone"] = texts.get("name", ""), texts.get("phone") or None
        values["leader"] = texts.get("duty", "").lower() in LEADER_WORDS
        values["liaison"], values["liaison_phone"] = texts.get("liaison") or None, phone(preview, row, "liaison_phone")
    first_seen(
        preview,
        lambda row: row.values["number"] or (row.values["name"], row.values["phone"]),
        lambda row, earlier: preview.add(
            Kind.DUPLICATE_IN_FILE,
            row,
            "name",
            repair=SKIP,
            other=earlier.number,
            what=Text("人", "person"),
            by=Text("代表编号或姓名", "number or name"),
        ),
    )
    return preview


def check_groups(preview: Preview, campaign: Campaign, unit_code: str) -> Preview:
    """Find each row's deputy in the roster (`row.values["deputy_id"]`), with a fault where that fails."""
    if preview.broken:
        return preview
    rechecked_kinds = {Kind.NOT_IN_ROSTER, Kind.SEVERAL_IN_ROSTER, Kind.IN_ANOTHER_GROUP}
    preview.faults = [fault for fault in preview.faults if fault.kind not in rechecked_kinds]
    roster = list(db.session.scalars(select(Deputy).where(Deputy.unit_code == unit_code)))
    numbers = [row.values["number"] for row in preview.rows if row.values["number"]]
    by_number: dict[str | None, Deputy] = {deputy.number: deputy for deputy in roster if deputy.number}
    elsewhere = [number for number in numbers if number not in by_number]
    for start in range(
        0, len(elsewhere), 500
    ):  # a national deputy may stand in the city's roster and go with a district
        query = select(Deputy).where(Deputy.number.in_(elsewhere[start : start + 500]))
        by_number |= {deputy.number: deputy for deputy in db.session.scalars(query)}
    by_name: dict[str, list[Deputy]] = {}
    for deputy in roster:
        by_name.setdefault(deputy.name, []).append(deputy)
    group_by_deputy = _taken(campaign, unit_code)
    for row in preview.rows:
        _find_deputy(preview, row, by_number, by_name, group_by_deputy)
    return preview


def _find_deputy(
    preview: Preview,
    row: Row,
    by_number: Mapping[str | None, Deputy],
    by_name: Mapping[str, list[Deputy]],
    group_by_deputy: Mapping[str, str],
) -> None:
    values = row.values
    if values["number"]:
        deputies = [by_number[values["number"]]] if values["number"] in by_number else []
    else:
        deputies = by_name.get(values["name"], [])
        if len(deputies) > 1 and values["phone"]:
            deputies = [deputy for deputy in deputies if deputy.phone == values["phone"]]
    values["deputy_id"] = deputies[0].id if len(deputies) == 1 else None
    value = values["number"] or values["name"]
    if not deputies:
        preview.add(Kind.NOT_IN_ROSTER, row, "number" if values["number"] else "name", value=value)
    elif len(deputies) > 1:
        preview.add(Kind.SEVERAL_IN_ROSTER, row, "name", value=value, count=len(deputies))
    elif deputies[0].id in group_by_deputy:
        preview.add(Kind.IN_ANOTHER_GROUP, row, "name", repair=SKIP, value=value, group=group_by_deputy[deputies[0].id])


def _taken(campaign: Campaign, unit_code: str) -> dict[str, str]:
    """Deputies who are in a group of this leaf already."""
    query = (
        select(GroupMember.deputy_id, Group.name)
        .join(Group, Group.id == GroupMember.group_id)
        .where(Group.campaign_id == campaign.id, Group.unit_code == unit_code)
    )
    return {deputy: group for deputy, group in db.session.execute(query)}  # noqa: C416 - rows, not pairs


def commit_groups(preview: Preview, campaign: Campaign, unit_code: str, *, actor: Actor = SYSTEM) -> list[Group]:
    """Make the groups of the good rows, in the order in which they first stand. Raises Refusal."""
    with writing():
        check_groups(preview, campaign, unit_code)
        if not preview.good:
            raise Refusal(RefusalKind.NOTHING_TO_IMPORT)
        rows: dict[str, list[Row]] = {}
        for row in preview.good:
            rows.setdefault(row.values["group"], []).append(row)
        plans = [_plan(name, members) for name, members in rows.items()]
        return make_groups(campaign, unit_code, plans, actor=actor)


def _plan(name: str, rows: list[Row]) -> GroupPlan:
    def first(key: str) -> str | None:
        return next((row.values[key] for row in rows if row.values[key]), None)

    return GroupPlan(
        members=[row.values["deputy_id"] for row in rows],
        name=name,
        leader_id=next((row.values["deputy_id"] for row in rows if row.values["leader"]), None),
        liaison_name=first("liaison"),
        liaison_phone=first("liaison_phone"),
    )
