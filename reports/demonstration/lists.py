"""The name lists, rosters and group tables as the spreadsheets offices would send in.

Pure. Bytes of XLSX files with the heads that the imports know; what is read back goes through `surveys.planning`'s imports
like any office's file.
"""

from collections.abc import Sequence

from reports.demonstration.deputies import Team
from reports.demonstration.enterprises import Enterprise
from surveys.planning.imports.tables import write_table
from surveys.planning.words.reference_lists import rows

_ENTERPRISE_HEADS = (
    "统一社会信用代码",
    "企业名称",
    "简称",
    "所在区",
    "镇街",
    "地址",
    "行业门类",
    "行业大类",
    "从业人员",
    "营业收入（万元）",
    "资产总额（万元）",
    "成立年份",
    "规模",
    "控股情况",
    "企业标志",
    "联系人",
    "联系电话",
    "主名单/备选",
    "重复安排理由",
)


def enterprise_list(firms: Sequence[Enterprise], unit_name: str) -> bytes:
    """One unit's 调研企业名单, main places before reserves."""
    return write_table("xlsx", _ENTERPRISE_HEADS, [_enterprise(firm) for firm in firms], title=f"{unit_name}名单")[0]


def _enterprise(firm: Enterprise) -> tuple[object, ...]:
    size = _name("size_classes", firm.size_class) if firm.size_class != "unknown" else ""
    return (
        firm.uscc,
        firm.name,
        firm.short_name,
        _name("guangzhou_districts", firm.district),
        firm.place,
        firm.address,
        _name("gbt4754_sections", firm.section),
        _name("gbt4754_divisions", firm.division),
        firm.staff,
        firm.revenue,
        firm.assets,
        firm.founded,
        size,
        _name("control_types", firm.control),
        "、".join(_name("enterprise_tags", flag) for flag in firm.flags),
        firm.contact,
        firm.contact_phone,
        "备选" if firm.reserve else "主名单",
        firm.overlap_reason,
    )


def deputy_roster(teams: Sequence[Team]) -> bytes:
    """One unit's 代表名册: everybody in a group, in roster order."""
    people = sorted((person for team in teams for person in team.members), key=lambda person: person.number)
    names = {row["code"]: row["short_name"] for row in rows("deputy_levels")}
    table = [
        (person.number, person.name, "、".join(names[level] for level in person.levels), person.employer, person.phone)
        for person in people
    ]
    return write_table("xlsx", ("代表编号", "姓名", "层级", "工作单位", "手机"), table, title="代表名册")[0]


def group_table(teams: Sequence[Team]) -> bytes:
    """One unit's 分组安排表: a row per deputy, the leader marked."""
    table = [
        (
            team.number,
            team.name,
            person.number,
            person.name,
            "组长" if person == team.leader else "组员",
            team.liaison,
            team.liaison_phone,
        )
        for team in teams
        for person in team.members
    ]
    heads = ("组号", "小组名称", "代表编号", "姓名", "组内职务", "联络员", "联络员电话")
    return write_table("xlsx", heads, table, title="分组安排")[0]


def _name(table: str, code: str) -> str:
    return next(row["name"] for row in rows(table) if row["code"] == code)
