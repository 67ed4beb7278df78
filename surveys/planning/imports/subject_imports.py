"""名单导入: a leaf's list of enterprises or other subjects, read out of a spreadsheet. Touches imports and reference lists.

`read_subjects` looks at the file alone; `subject_lists` looks at the register and writes.
"""

from collections.abc import Mapping
from functools import cache
from typing import Unpack

from surveys.planning.campaigns.units import UnitTree, unit_tree
from surveys.planning.imports.import_faults import ImportFaultKind
from surveys.planning.imports.imports import (
    SKIP,
    Field,
    Preview,
    Row,
    TableOptions,
    amount,
    choice,
    first_seen,
    phone,
    read_rows,
    several,
    whole_number,
)
from surveys.planning.words import reference_lists
from surveys.planning.words.size_classes import industry_of, size_class
from surveys.planning.words.uscc import read_uscc
from surveys.planning.words.visit_words import words_here
from surveys.questionnaire.sheets.faults import Text

Kind = ImportFaultKind
PEOPLE, WAN, YEAR = Text("人数", "people"), Text("万元", "10,000 yuan"), Text("年", "year")
REVENUE_PER_HEAD = (0.5, 2000)  # 万元; outside it a slip of the unit is likely

FIELDS = (
    Field("uscc", Text("统一社会信用代码", "Credit code"), ("统一社会信用代码", "信用代码", "统一代码", "社会信用代码", "统一信用代码", "USCC", "credit code", "unified social credit code"), limit=60),
    Field("name", Text("调研对象", "Name"), ("调研对象", "对象名称", "企业名称", "单位名称", "名称", "企业", "公司名称", "name", "enterprise", "enterprise name", "company"), required=True, limit=120),
    Field("short_name", Text("简称", "Short name"), ("简称", "企业简称", "short name"), limit=60),
    Field("district", Text("所在区", "District"), ("所在区", "区", "行政区", "区县", "所属区", "所在区县", "district"), required=True, limit=30),
    Field("town", Text("镇街", "Town or street"), ("镇街", "街镇", "所属镇街", "所属街道", "所在街道", "镇（街）", "街道", "镇街道", "所在镇街", "town", "town or street", "street"), limit=40),
    Field("address", Text("地址", "Address"), ("地址", "详细地址", "企业地址", "单位地址", "办公地址", "注册地址", "经营地址", "住所", "address")),
    Field("section", Text("行业门类", "Industry section"), ("行业门类", "门类", "section", "industry section"), limit=40),
    Field("division", Text("行业大类", "Industry division"), ("行业大类", "行业", "行业代码", "所属行业", "大类", "industry", "division", "industry division"), limit=60),
    Field("staff", Text("从业人员", "Staff"), ("从业人员", "从业人员数", "从业人数", "用工人数", "在职人数", "人数", "职工人数", "员工人数", "staff", "employees"), limit=30),
    Field("revenue", Text("营业收入（万元）", "Revenue (10,000 yuan)"), ("营业收入", "上年营业收入", "年营业收入", "2022年营业收入", "revenue"), limit=30),
    Field("assets", Text("资产总额（万元）", "Assets (10,000 yuan)"), ("资产总额", "资产", "assets"), limit=30),
    Field("founded", Text("成立年份", "Year founded"), ("成立年份", "成立年", "成立时间", "注册年份", "founded", "year founded"), limit=20),
    Field("size", Text("规模", "Size"), ("规模", "企业规模", "规模划型", "划型", "size", "size class"), limit=20),
    Field("control", Text("控股情况", "Control"), ("控股情况", "控股", "控股类型", "control"), limit=30),
    Field("flags", Text("标志", "Marks"), ("标志", "企业标志", "标签", "资质", "企业资质", "marks", "flags", "tags")),
    Field("contact", Text("联系人", "Contact"), ("联系人", "企业联系人", "联系人姓名", "对接人", "负责人", "contact"), limit=60),
    Field("contact_phone", Text("联系电话", "Contact phone"), ("联系电话", "电话", "手机", "联系人电话", "手机号", "手机号码", "手机电话", "移动电话", "联系方式", "联系手机", "联系人手机", "电话号码", "联系电话号码", "contact phone", "phone"), limit=40),
    Field("reserve", Text("主名单/备选", "Main or reserve"), ("主名单/备选", "名单类别", "类别", "备选", "主备", "main or reserve", "reserve", "list"), limit=20),
    Field("overlap_reason", Text("重复安排理由", "Overlap reason"), ("重复安排理由", "重复理由", "重复走访理由", "overlap reason")),
)  # fmt: skip

RESERVE = {
    "主名单": False,
    "主": False,
    "否": False,
    "正选": False,
    "main": False,
    "备选": True,
    "备": True,
    "是": True,
    "候补": True,
    "reserve": True,
}


# --- reading -------------------------------------------------------------------------------------------------------


def read_subjects(
    data: bytes,
    file: str,
    *,
    tree: UnitTree | None = None,
    **options: Unpack[TableOptions],
) -> Preview:
    """A list as rows, with the faults that the file alone shows. `tree`: the units, whose districts may stand in it."""
    preview = read_rows(data, file, FIELDS, **options)
    if preview.broken:
        return preview
    areas = area_names(tree or unit_tree())
    for row in preview.counted():
        _understand(preview, row, areas)
    first_seen(preview, lambda row: row.values.get("uscc"), lambda row, earlier: _twice(preview, row, earlier, "uscc"))
    first_seen(
        preview,
        lambda row: (row.values["name"], row.values["area_code"]) if not row.values.get("uscc") else None,
        lambda row, earlier: _twice(preview, row, earlier, "name"),
    )
    return preview


def area_names(tree: UnitTree) -> dict[str, str]:
    """Every spelling of a district (or, without districts, of a leaf) → its code."""
    units = [unit for unit in tree.units.values() if unit.tier == "district"]
    units = units or [unit for unit in tree.units.values() if tree.is_leaf(unit.code) and "-" not in unit.code]
    code_by_name = {}
    for unit in units:
        for name in (unit.name, unit.short_name, unit.code, unit.name_en):
            if name:
                code_by_name.setdefault(name, unit.code)
    return code_by_name


@cache
def _names(table: str) -> dict[str, str]:
    """Every spelling of the rows of a reference list → code, in the list's order."""
    code_by_spelling: dict[str, str] = {}
    for row in reference_lists.rows(table):
        for spelling in (
            row["name"],
            row["code"],
            row.get("name_en"),
            row.get("short_name"),
            row["name"].split("（")[0],
        ):
            if spelling:
                code_by_spelling.setdefault(spelling, row["code"])
    return code_by_spelling


@cache
def _divisions() -> dict[str, str]:
    code_by_spelling = dict(_names("gbt4754_divisions"))
    for row in reference_lists.rows("gbt4754_divisions"):
        for spelling in (
            row["section"] + row["code"],
            f"{row['code']} {row['name']}",
            f"{row['section']}{row['code']}{row['name']}",
            row["code"].lstrip("0"),
        ):
            code_by_spelling.setdefault(spelling, row["code"])
    return code_by_spelling


@cache
def section_of(division: str) -> str | None:
    return next((row["section"] for row in reference_lists.rows("gbt4754_divisions") if row["code"] == division), None)


def _understand(preview: Preview, row: Row, areas: Mapping[str, str]) -> None:
    texts, values = row.texts, row.values
    for key in ("name", "short_name", "town", "address", "contact", "overlap_reason"):
        values[key] = texts.get(key) or None
    values["name"] = texts.get("name", "")
    _read_code(preview, row)
    values["area_code"] = choice(preview, row, "district", areas)
    values["division"] = choice(preview, row, "division", _divisions()) if not _only_section(row) else None
    values["section"] = choice(preview, row, "section", _names("gbt4754_sections"))
    values["section"] = values["section"] or section_of(values["division"] or "")
    values["staff"] = whole_number(preview, row, "staff", PEOPLE)
    values["founded"] = whole_number(preview, row, "founded", YEAR, most=2100)
    values["revenue"] = amount(preview, row, "revenue", WAN)
    values["assets"] = amount(preview, row, "assets", WAN)
    values["control"] = choice(preview, row, "control", _names("control_types"))
    flags = [
        choice(preview, row, "flags", _names("enterprise_tags"), text=word) for word in several(texts.get("flags", ""))
    ]
    values["flags"] = [flag for flag in flags if flag]
    values["contact_phone"] = phone(preview, row, "contact_phone")
    values["reserve"] = choice(preview, row, "reserve", RESERVE, names=("主名单", "备选")) or False  # type: ignore[arg-type]
    _read_size(preview, row)


def _only_section(row: Row) -> bool:
    """A letter alone in the column of the division is a section."""
    word = row.texts.get("division", "").upper()
    if len(word) == 1 and word.isalpha():
        row.texts["section"], row.cells["section"] = word, row.cells["division"]
        return True
    return False


_CODE_FAULTS = {
    "length": Kind.USCC_LENGTH,
    "alphabet": Kind.USCC_ALPHABET,
    "kind": Kind.USCC_KIND,
    "division": Kind.USCC_DIVISION,
    "check": Kind.USCC_CHECK,
}


def _read_code(preview: Preview, row: Row) -> None:
    text = row.texts.get("uscc", "")
    if not text:
        row.values["uscc"] = None
        if any(use.key == "uscc" for use in preview.columns):
            preview.add(Kind.USCC_MISSING, row, "uscc")
        return
    if row.cells["uscc"].kind == "long" or "E+" in text.upper():
        row.values["uscc"] = None
        preview.add(Kind.USCC_LOST_DIGITS, row, "uscc")
        return
    uscc = read_uscc(text)
    row.values["uscc"] = uscc.code
    if uscc.code != row.cells["uscc"].text:
        row.originals.setdefault("uscc", row.cells["uscc"].text)
    if uscc.fault:
        proposal = uscc.proposal or (uscc.code[:17] + uscc.expected if uscc.expected else None)
        preview.add(
            _CODE_FAULTS[uscc.fault],
            row,
            "uscc",
            repair=proposal,
            length=len(uscc.code),
            place=uscc.place,
            mark=uscc.mark,
            expected=uscc.expected,
        )
    elif not uscc.organisation_check:
        preview.add(Kind.USCC_ORGANISATION, row, "uscc")


def _read_size(preview: Preview, row: Row) -> None:
    values = row.values
    own_size = choice(
        preview,
        row,
        "size",
        _names("size_classes")
        | {
            "大": "large",
            "中": "medium",
            "小": "small",
            "微": "micro",
            "大型企业": "large",
            "中型企业": "medium",
            "小型企业": "small",
            "微型企业": "micro",
        },
        names=("大型", "中型", "小型", "微型"),
    )
    computed_size = size_class(
        industry_of(values["division"] or ""),
        employees=values["staff"],
        revenue=values["revenue"],
        assets=values["assets"],
    )
    if own_size and computed_size and own_size != computed_size:
        preview.add(Kind.SIZE_DIFFERS, row, "size", given=_size_text(own_size), found=_size_text(computed_size))
    values["size_class"] = own_size or computed_size
    if computed_size and not own_size and any(use.key == "size" for use in preview.columns):
        row.originals.setdefault("size", "")
    if values["staff"] and values["revenue"]:
        per_head = float(values["revenue"]) / values["staff"]
        if not REVENUE_PER_HEAD[0] <= per_head <= REVENUE_PER_HEAD[1]:
            preview.add(Kind.REVENUE_PER_HEAD, row, "revenue", value=f"{per_head:.4g}")


def _size_text(code: str) -> Text:
    row = next(row for row in reference_lists.rows("size_classes") if row["code"] == code)
    return Text(row["name"], row["name_en"])


def _twice(preview: Preview, row: Row, earlier: Row, key: str) -> None:
    by = Text("信用代码", "credit code") if key == "uscc" else Text("名称和所在区", "name and district")
    preview.add(
        Kind.DUPLICATE_IN_FILE,
        row,
        key,
        repair=SKIP,
        other=earlier.number,
        what=Text(words_here().measure, "subject"),
        by=by,
    )
