"""代表名册导入: deputies with their levels out of a spreadsheet. Touches imports, deputies and units.

A deputy is known again by the roster's number, else by name and phone within the unit. Levels are a set: “市、区”.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Unpack

from sqlalchemy import select

from surveys.audit import SYSTEM, Actor, record
from surveys.database import db, utc_now, writing
from surveys.planning.campaigns.units import UnitTree, registers_in_turn, unit_tree
from surveys.planning.imports.import_faults import ImportFaultKind as Kind
from surveys.planning.imports.imports import (
    SKIP,
    Field,
    Preview,
    Row,
    TableOptions,
    choice,
    first_seen,
    phone,
    read_rows,
    several,
)
from surveys.planning.people.deputies import Deputy, DeputyLevel
from surveys.planning.words import reference_lists
from surveys.planning.words.planning_faults import Refusal, RefusalKind
from surveys.questionnaire.sheets.faults import Text

FIELDS = (
    Field("number", Text("代表编号", "Number"), ("代表编号", "代表证号", "代表证编号", "编号", "证号", "number", "deputy number"), limit=30),
    Field("name", Text("姓名", "Name"), ("姓名", "代表姓名", "名字", "代表", "name"), required=True, limit=60),
    Field("levels", Text("层级", "Levels"), ("层级", "代表层级", "级别", "代表级别", "levels", "level"), required=True, limit=120),
    Field("unit", Text("所属单位", "Unit"), ("所属单位", "选举单位", "所在单位", "名册单位", "unit"), limit=60),
    Field("employer", Text("工作单位", "Employer"), ("工作单位", "单位及职务", "工作单位及职务", "单位职务", "employer"), limit=120),
    Field("phone", Text("手机", "Phone"), ("手机", "手机号", "手机号码", "手机电话", "移动电话", "联系方式", "联系手机", "电话号码", "联系电话", "电话", "phone", "mobile"), limit=40),
)  # fmt: skip


@dataclass
class ImportedDeputies:
    """What a commit wrote."""

    deputies: list[Deputy] = field(default_factory=list)
    added: int = 0
    known: int = 0


@cache
def level_names() -> dict[str, str]:
    """Every spelling of a level → its code."""
    code_by_spelling = {}
    for row in reference_lists.rows("deputy_levels"):
        short = row["short_name"]
        for spelling in (
            row["name"],
            short,
            short + "级",
            short + "人大代表",
            short + "级人大代表",
            row["code"],
            row["name_en"],
        ):
            code_by_spelling[spelling] = row["code"]
    return code_by_spelling | {
        "国": "national",
        "国家级": "national",
        "乡镇": "township",
        "乡": "township",
        "县": "district",
        "区县": "district",
    }


@cache
def level_order() -> list[str]:
    return [row["code"] for row in reference_lists.rows("deputy_levels")]


def read_deputies(
    data: bytes,
    file: str,
    *,
    tree: UnitTree | None = None,
    **options: Unpack[TableOptions],
) -> Preview:
    """A roster as rows, with the faults that the file alone shows."""
    preview = read_rows(data, file, FIELDS, **options)
    if preview.broken:
        return preview
    units = _unit_names(tree or unit_tree())
    for row in preview.counted():
        _understand(preview, row, units)
    first_seen(
        preview,
        lambda row: row.values["number"],
        lambda row, earlier: _twice(preview, row, earlier, "number", Text("代表编号", "number")),
    )
    first_seen(
        preview,
        lambda row: (
            (row.values["name"], row.values["phone"]) if row.values["phone"] and not row.values["number"] else None
        ),
        lambda row, earlier: _twice(preview, row, earlier, "name", Text("姓名和手机", "name and phone")),
    )
    first_seen(
        preview,
        lambda row: row.values["name"] if not row.values["number"] and not row.values["phone"] else None,
        lambda row, earlier: preview.add(Kind.SAME_NAME, row, "name", other=earlier.number),
    )
    return preview


def _unit_names(tree: UnitTree) -> dict[str, str]:
    code_by_spelling: dict[str, str] = {}
    for unit in tree.units.values():
        if tree.is_leaf(unit.code):
            for spelling in (
                unit.name,
                unit.short_name,
                unit.code,
                f"{unit.name}人大",
                f"{unit.name}人大常委会",
                unit.name_en,
            ):
                if spelling:
                    code_by_spelling.setdefault(spelling, unit.code)
    return code_by_spelling


def _understand(preview: Preview, row: Row, units: Mapping[str, str]) -> None:
    texts, values = row.texts, row.values
    values["number"] = texts.get("number") or None
    values["name"] = (
        texts.get("name", "").replace(" ", "") if not texts.get("name", "").isascii() else texts.get("name", "")
    )
    values["employer"] = texts.get("employer") or None
    values["unit_code"] = choice(preview, row, "unit", units)
    values["phone"] = phone(preview, row, "phone")
    names = ("全国", "省", "市", "区", "镇")
    levels = [
        choice(preview, row, "levels", level_names(), text=word, names=names)
        for word in _level_words(texts.get("levels", ""))
    ]
    values["levels"] = [code for code in level_order() if code in levels]


def _level_words(text: str) -> list[str]:
    """“市、区”, “市/区”, “全国 省”; one character each in “省市区” as well."""
    words = [part for word in several(text) for part in word.replace("/", " ").replace("／", " ").split()]
    level_by_spelling = level_names()
    return [
        part
        for word in words
        for part in (
            word if word not in level_by_spelling and all(mark in level_by_spelling for mark in word) else [word]
        )
    ]


def _twice(preview: Preview, row: Row, earlier: Row, key: str, by: Text) -> None:
    preview.add(Kind.DUPLICATE_IN_FILE, row, key, repair=SKIP, other=earlier.number, what=Text("人", "person"), by=by)


def commit_deputies(preview: Preview, unit_code: str, *, actor: Actor = SYSTEM) -> ImportedDeputies:
    """Write the good rows to the roster; a row without a unit belongs to `unit_code`. Known deputies are brought up to date.

    Raises Refusal: no good row, unknown unit.
    """
    if not preview.good:
        raise Refusal(RefusalKind.NOTHING_TO_IMPORT)
    with writing() as session:
        registers_in_turn()
        if unit_code not in unit_tree():
            raise Refusal(RefusalKind.UNIT_UNKNOWN, unit=unit_code)
        by_number, by_name = _known(preview, unit_code)
        result = ImportedDeputies()
        for row in preview.good:
            values, unit = row.values, row.values["unit_code"] or unit_code
            deputy = by_number.get(values["number"] or "") or by_name.get((values["name"], values["phone"], unit))
            if deputy is None:
                deputy = Deputy(name=values["name"], number=values["number"], unit_code=unit, created_at=utc_now())
                session.add(deputy)
                result.added += 1
                before = None
            else:
                result.known += 1
                before = _facts(deputy)
            _fill(deputy, row)
            if before is not None and before != _facts(deputy):
                record(actor, "deputy.changed", target=("deputy", deputy.id), unit_code=unit, file=preview.file)
            result.deputies.append(deputy)
        session.flush()
        record(actor, "deputies.imported", unit_code=unit_code, file=preview.file, rows=len(result.deputies))
        return result


def _known(preview: Preview, unit_code: str) -> tuple[dict[str, Deputy], dict[tuple[str, str | None, str], Deputy]]:
    numbers = [row.values["number"] for row in preview.good if row.values["number"]]
    by_number: dict[str, Deputy] = {}
    for start in range(0, len(numbers), 500):
        query = select(Deputy).where(Deputy.number.in_(numbers[start : start + 500]))
        by_number |= {deputy.number or "": deputy for deputy in db.session.scalars(query)}
    units = {
        row.values["unit_code"] or unit_code for row in preview.good if not row.values["number"] and row.values["phone"]
    }
    by_name = {
        (deputy.name, deputy.phone, deputy.unit_code): deputy
        for deputy in db.session.scalars(select(Deputy).where(Deputy.unit_code.in_(units), Deputy.phone.is_not(None)))
    }
    return by_number, by_name


def _facts(deputy: Deputy) -> tuple[Any, ...]:
    return deputy.name, deputy.phone, deputy.employer, tuple(deputy.level_codes())


def _fill(deputy: Deputy, row: Row) -> None:
    deputy.name = row.values["name"]
    deputy.phone = row.values["phone"] or deputy.phone
    deputy.employer = row.values["employer"] or deputy.employer
    if deputy.level_codes() != row.values["levels"]:
        level_by_code = {level.level_code: level for level in deputy.levels}
        deputy.levels = [
            level_by_code.get(code) or DeputyLevel(level_code=code, sort=level_order().index(code))
            for code in row.values["levels"]
        ]
