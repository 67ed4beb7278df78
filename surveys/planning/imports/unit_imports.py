"""单位导入: the tree of units out of a spreadsheet, in its order. Touches imports and units.

A unit is known by its code. A level that also collects itself has a child 本级 with the parent's code and “-0”.
"""

from dataclasses import dataclass, field

from surveys.audit import SYSTEM, Actor, record
from surveys.database import writing
from surveys.planning.campaigns.units import LEVELS, Unit, UnitTree, registers_in_turn, unit_tree
from surveys.planning.imports.import_faults import ImportFaultKind as Kind
from surveys.planning.imports.imports import SKIP, Field, Preview, choice, first_seen, read_rows
from surveys.planning.words.planning_faults import Refusal, RefusalKind
from surveys.questionnaire.sheets.faults import Text

FIELDS = (
    Field("code", Text("代码", "Code"), ("代码", "单位代码", "区划代码", "code", "unit code"), required=True, limit=20),
    Field("name", Text("名称", "Name"), ("名称", "单位名称", "单位", "name", "unit"), required=True, limit=60),
    Field("short_name", Text("简称", "Short name"), ("简称", "short name"), limit=30),
    Field("name_en", Text("英文名称", "Name in English"), ("英文名称", "英文名", "name in english", "english name"), limit=100),
    Field("parent", Text("上级代码", "Parent code"), ("上级代码", "上级", "上级单位", "parent", "parent code"), limit=20),
    Field("tier", Text("层级", "Level"), ("层级", "级别", "level", "tier"), required=True, limit=12),
)  # fmt: skip
TIERS = {
    **{level: level for level in LEVELS},
    "全国": "national",
    "国家": "national",
    "省": "provincial",
    "省级": "provincial",
    "市": "municipal",
    "市级": "municipal",
    "区": "district",
    "县": "district",
    "区级": "district",
    "区县": "district",
    "镇": "township",
    "乡": "township",
    "镇级": "township",
    "镇街": "township",
}


@dataclass
class ImportedUnits:
    """What a commit wrote."""

    units: list[Unit] = field(default_factory=list)
    added: int = 0
    known: int = 0


def read_units(data: bytes, file: str, *, tree: UnitTree | None = None) -> Preview:
    """The units of a file with a fault per row: unknown level or parent, a code twice, a chain of parents without an end."""
    preview = read_rows(data, file, FIELDS)
    if preview.broken:
        return preview
    tree = tree or unit_tree()
    codes = {row.texts.get("code", "") for row in preview.rows} | set(tree.units)
    for row in preview.rows:
        texts, values = row.texts, row.values
        values["code"], values["name"] = texts.get("code", ""), texts.get("name", "")
        values["short_name"] = texts.get("short_name") or values["name"]
        values["name_en"] = texts.get("name_en") or None
        values["tier"] = choice(preview, row, "tier", TIERS, names=("全国", "省", "市", "区", "镇"))
        values["parent"] = choice(preview, row, "parent", {code: code for code in sorted(codes) if code})
    first_seen(
        preview,
        lambda row: row.values["code"],
        lambda row, earlier: preview.add(
            Kind.DUPLICATE_IN_FILE,
            row,
            "code",
            repair=SKIP,
            other=earlier.number,
            what=Text("单位", "unit"),
            by=Text("代码", "code"),
        ),
    )
    _loops(preview, tree)
    return preview


def _loops(preview: Preview, tree: UnitTree) -> None:
    parents = {unit.code: unit.parent_code for unit in tree.units.values()}
    parents |= {row.values["code"]: row.values["parent"] for row in preview.rows}
    for row in preview.rows:
        codes, code = set(), row.values["code"]
        while code and code not in codes:
            codes.add(code)
            code = parents.get(code)
        if code:
            preview.add(Kind.PARENT_LOOP, row, "parent", code=row.values["code"])


def commit_units(preview: Preview, *, actor: Actor = SYSTEM) -> ImportedUnits:
    """Write all rows, or none: a tree with a hole is no tree. Raises Refusal while a row is faulty."""
    if preview.broken or preview.faults or not preview.rows:
        raise Refusal(RefusalKind.NOTHING_TO_IMPORT)
    with writing() as session:
        registers_in_turn()
        result = ImportedUnits()
        last = max((unit.sort for unit in unit_tree().units.values()), default=-1)
        rows = sorted(preview.rows, key=lambda row: _depth(row.values["code"], preview))
        order = {row.values["code"]: place for place, row in enumerate(preview.rows)}
        for row in rows:  # parents before children
            values = row.values
            unit = session.get(Unit, values["code"])
            if unit is None:
                unit = Unit(code=values["code"], sort=last + 1 + order[values["code"]])
                session.add(unit)
                result.added += 1
            else:
                result.known += 1
            unit.name, unit.short_name, unit.name_en = values["name"], values["short_name"][:30], values["name_en"]
            unit.parent_code, unit.tier = values["parent"], values["tier"]
            session.flush()
            result.units.append(unit)
        record(actor, "units.imported", file=preview.file, rows=len(result.units))
        return result


def _depth(code: str | None, preview: Preview) -> int:
    parents = {row.values["code"]: row.values["parent"] for row in preview.rows}
    depth = 0
    while code := parents.get(code or ""):
        depth += 1
    return depth
