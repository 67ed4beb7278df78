"""名册导入: stations, sites, projects and groups of people for all units in one file; the district column sends each row to its unit.

Touches imports, registers, subjects. `read_register` looks at the file, `check_register` at the register, `commit_register` writes the good
rows as one act. A row is known again by its name within its district. Words that the lists of tags and types lack are named in the
preview, and the lists gain them with the import.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Unpack

from sqlalchemy import select

from surveys.audit import Actor, record
from surveys.database import db, utc_now, writing
from surveys.planning.campaigns.code_lists import Code, add_codes
from surveys.planning.campaigns.plan_acts import acting
from surveys.planning.campaigns.registers import Register
from surveys.planning.campaigns.subject_changes import people_of
from surveys.planning.campaigns.subjects import Subject, SubjectPerson
from surveys.planning.campaigns.units import UnitTree, registers_in_turn, unit_tree
from surveys.planning.imports.import_faults import ImportFaultKind as Kind
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
)
from surveys.planning.imports.subject_imports import area_names
from surveys.planning.words.planning_faults import Refusal, RefusalKind
from surveys.planning.words.reception_days import read_days
from surveys.questionnaire.sheets.faults import Text

PORTION = 500


@dataclass
class ImportedRegister:
    """What a commit wrote."""

    added: int = 0
    changed: int = 0
    same: int = 0
    act_id: str | None = None

    @property
    def rows(self) -> int:
        return self.added + self.changed + self.same


def fields_of(register: Register) -> tuple[Field, ...]:
    """What an import of this register knows: the common fields, its attributes, two columns for each part."""
    label = Text(register.label, register.label_en or register.label)
    common = (
        Field("name", Text("名称", "Name"), ("名称", "全称", f"{register.label}名称", "站点名称", "点位名称", "项目名称", "单位名称", "name"), required=True, limit=120),
        Field("district", Text("所在区", "District"), ("所在区", "区", "行政区", "区县", "所属区", "所属单位", "单位", "district"), required=True, limit=30),
        Field("town", Text("镇街", "Town or street"), ("镇街", "街镇", "街道", "镇街道", "所在镇街", "所属镇街", "所属街道", "town", "town or street"), limit=40),
        Field("address", Text("地址", "Address"), ("地址", "详细地址", "address")),
        Field("short_name", Text("简称", "Short name"), ("简称", "short name"), limit=60),
        Field("type", Text("类型", "Type"), ("类型", "类别", "级别", "站点类型", "type"), limit=40),
        Field("parent", Text("上级", "Hangs on"), ("上级", f"上级{label.zh}", "上级站点", "所属家", "所属站", "hangs on", "parent"), limit=120),
        Field("tags", Text("标签", "Tags"), ("标签", "特色", "专业", "分类", "tags"), limit=200),
        Field("days", Text("接待日", "Days of reception"), ("接待日", "接待时间", "开放时间", "days of reception"), limit=300),
    )  # fmt: skip
    own = tuple(
        Field(f"at.{one.key}", Text(one.label, one.name("en")), (one.label, *([one.label_en] if one.label_en else [])))
        for one in register.attributes
    )
    parts: list[Field] = []
    for place, role in enumerate(register.roles):
        english = role.name("en")
        parts += [
            Field(f"role.{place}", Text(role.label, english), (role.label, f"{role.label}姓名", english), limit=60),
            Field(
                f"phone.{place}",
                Text(f"{role.label}电话", f"{english}: phone"),
                (*(f"{role.label}{word}" for word in ("电话", "手机", "手机号码", "联系方式")), f"{english} phone"),
                limit=40,
            ),
        ]
    return (*common, *own, *parts)


# --- reading -------------------------------------------------------------------------------------------------------


def read_register(
    data: bytes, file: str, register: Register, unit_code: str, **options: Unpack[TableOptions]
) -> Preview:
    """A register's table as rows, with the faults that the file alone shows. `unit_code`: rows lie in it or below it."""
    preview = read_rows(data, file, fields_of(register), **options)
    if preview.broken:
        return preview
    tree = unit_tree()
    areas, types, tags = area_names(tree), _names(register.types()), _names(register.tags())
    for row in preview.counted():
        _understand(preview, row, register, areas, types, tags)
        _place(preview, row, tree, unit_code)
    first_seen(
        preview,
        lambda row: (row.values["name"], row.values["area_code"]) if row.values["name"] else None,
        lambda row, earlier: preview.add(
            Kind.DUPLICATE_IN_FILE,
            row,
            "name",
            repair=SKIP,
            other=earlier.number,
            what=Text(register.label, register.name("en")),
            by=Text("名称和所在区", "name and district"),
        ),
    )
    _find_rings(preview)
    return preview


def _names(codes: Iterable[Code]) -> dict[str, str]:
    names: dict[str, str] = {}
    for code in codes:
        for name in (code.name, code.code, code.name_en):
            if name:
                names.setdefault(name, code.code)
    return names


def _understand(
    preview: Preview,
    row: Row,
    register: Register,
    areas: Mapping[str, str],
    types: Mapping[str, str],
    tags: Mapping[str, str],
) -> None:
    texts, values = row.texts, row.values
    for key in ("name", "town", "address", "short_name", "parent"):
        values[key] = texts.get(key) or None
    values["area_code"] = choice(preview, row, "district", areas)
    values["type_code"] = _word(preview, row, "type", texts.get("type", ""), types)
    values["flags"] = [_word(preview, row, "tags", word, tags) for word in several(texts.get("tags", ""))]
    values["days"] = None
    if text := texts.get("days", ""):
        try:
            values["days"] = read_days(text)
        except ValueError as problem:
            preview.add(Kind.DAYS_UNREADABLE, row, "days", value=str(problem))
    attributes: dict[str, Any] = {}
    for one in register.attributes:
        key = f"at.{one.key}"
        text = amount(preview, row, key, Text("数字", "number")) if one.kind == "number" else texts.get(key)
        if text:
            attributes[one.key] = text
    values["attributes"] = attributes
    values["people"] = [
        [
            role.label,
            texts[f"role.{place}"],
            phone(preview, row, f"phone.{place}") if f"phone.{place}" in texts else None,
        ]
        for place, role in enumerate(register.roles)
        if texts.get(f"role.{place}")
    ]


def _word(preview: Preview, row: Row, key: str, word: str, names: Mapping[str, str]) -> str | None:
    """The code of a word; one that the list lacks is its own code, and the list gains it."""
    if not word:
        return None
    if word in names:
        return names[word]
    known = list(dict.fromkeys(name for name in names if not name.isascii()))
    preview.add(Kind.NEW_WORD, row, key, value=word, column=preview.label(key), choices="、".join(known[:12]) or "—")
    row.values.setdefault("new", []).append([key, word[:40]])
    return word[:40]


def _place(preview: Preview, row: Row, tree: UnitTree, unit_code: str) -> None:
    area = row.values["area_code"]
    if area and not tree.within(area, unit_code):
        unit = tree[unit_code]
        preview.add(
            Kind.NOT_OF_THESE_UNITS,
            row,
            "district",
            value=row.texts["district"],
            unit=Text(unit.name, unit.label("en")),
        )


def _find_rings(preview: Preview) -> None:
    parents = {row.values["name"]: row.values["parent"] for row in preview.rows}
    for row in preview.rows:
        seen, name = set(), row.values["name"]
        while name and name not in seen:
            seen.add(name)
            name = parents.get(name)
        if name:
            preview.add(Kind.PARENT_LOOP, row, "parent", code=row.values["name"])


# --- against the register ------------------------------------------------------------------------------------------


def check_register(preview: Preview, register: Register) -> Preview:
    """Add what only the register shows. Sets `known` (the id of the same subject) and `same` (nothing would change)."""
    if preview.broken:
        return preview
    known = _known(register, [row.values["name"] for row in preview.rows])
    in_file = {row.values["name"] for row in preview.rows}
    wanted = {row.values["parent"] for row in preview.rows if row.values["parent"]} - in_file
    parents = {name for name, _area in _known(register, sorted(wanted))}
    for row in preview.rows:
        values = row.values
        if values["parent"] and values["parent"] not in in_file and values["parent"] not in parents:
            preview.add(Kind.PARENT_NOT_FOUND, row, "parent", value=values["parent"])
        subject = known.get((values["name"], values["area_code"]))
        values["known"] = subject.id if subject is not None and subject.removed_at is None else None
        if subject is not None and subject.removed_at is None:
            values["same"] = _is_same(subject, values, known)
            preview.add(Kind.SAME_ALREADY if values["same"] else Kind.KNOWN_ALREADY, row, "name")
    return preview


def _known(register: Register, names: list[str]) -> dict[tuple[str, str | None], Subject]:
    """Name and district → the subject; one that was taken out only where there is no other."""
    subjects: dict[tuple[str, str | None], Subject] = {}
    for start in range(0, len(names), PORTION):
        query = select(Subject).where(Subject.kind == register.key, Subject.name.in_(names[start : start + PORTION]))
        for subject in db.session.scalars(query.where(Subject.merged_into.is_(None))):
            key = (subject.name, subject.area_code)
            if key not in subjects or subjects[key].removed_at is not None:
                subjects[key] = subject
    return subjects


_PLAIN = ("town", "address", "short_name", "type_code", "days")


def _is_same(subject: Subject, values: Mapping[str, Any], known: Mapping[tuple[str, str | None], Subject]) -> bool:
    if any(values[name] is not None and getattr(subject, name) != values[name] for name in _PLAIN):
        return False
    if not set(values["flags"]) <= set(subject.flags or []):
        return False
    if any((subject.attributes or {}).get(key) != text for key, text in values["attributes"].items()):
        return False
    if values["parent"]:
        parent = db.session.get(Subject, subject.parent_id) if subject.parent_id else None
        if parent is None or parent.name != values["parent"]:
            return False
    return True


# --- writing -------------------------------------------------------------------------------------------------------


def commit_register(preview: Preview, register: Register, unit_code: str, *, actor: Actor) -> ImportedRegister:
    """Write the good rows as one act: new ones are added, known ones completed, those that say the same left alone. Raises Refusal."""
    if not preview.good:
        raise Refusal(RefusalKind.NOTHING_TO_IMPORT)
    with writing() as session:
        registers_in_turn()
        rows = preview.good
        result = ImportedRegister()
        known = _known(register, [row.values["name"] for row in rows])
        facts = {"file": preview.file, "register": register.key}
        with acting("register.imported", unit_code, actor=actor, number=len(rows), detail=facts) as now:
            for key, list_key in (("tags", register.tag_list), ("type", register.type_list)):
                words = [word for row in rows for field, word in row.values.get("new", ()) if field == key]
                add_codes(list_key, words)
            by_name = _write_rows(rows, register, known, result)
            session.flush()
            _hang(rows, register, by_name)
            _write_people(rows, by_name)
        result.act_id = now.act.id if now.act else None
        for row in rows:
            subject = by_name[row.values["name"], row.values["area_code"]]
            if row.values.get("known") and not row.values.get("same"):
                record(actor, "subject.changed", target=("subject", subject.id), unit_code=unit_code, file=preview.file)
        record(
            actor,
            "register.imported",
            target=("register", register.key),
            unit_code=unit_code,
            file=preview.file,
            rows=len(rows),
        )
        return result


def _write_rows(
    rows: list[Row],
    register: Register,
    known: Mapping[tuple[str, str | None], Subject],
    result: ImportedRegister,
) -> dict[tuple[str, str | None], Subject]:
    session = db.session()
    subjects = {}
    for row in rows:
        values = row.values
        key = (values["name"], values["area_code"])
        subject = known.get(key)
        if subject is None:
            subject = Subject(
                kind=register.key, name=values["name"], area_code=values["area_code"], flags=[], created_at=utc_now()
            )
            subject.unit_code = values["area_code"]
            session.add(subject)
        was_there = subject.id is not None and subject.removed_at is None
        _complete(subject, values)
        if not was_there:
            subject.removed_at = None
            result.added += 1
        elif session.is_modified(subject) or not values.get("same"):
            result.changed += 1
        else:
            result.same += 1
        subjects[key] = subject
    return subjects


def _complete(subject: Subject, values: Mapping[str, Any]) -> None:
    for name in _PLAIN:
        if values[name] is not None and getattr(subject, name) != values[name]:
            setattr(subject, name, values[name])
    flags = sorted({*(subject.flags or []), *values["flags"]})
    if flags != sorted(subject.flags or []):
        subject.flags = flags
    attributes = {**(subject.attributes or {}), **values["attributes"]}
    if attributes != (subject.attributes or {}):
        subject.attributes = attributes


def _hang(rows: list[Row], register: Register, by_name: Mapping[tuple[str, str | None], Subject]) -> None:
    """Give each row its parent: of the same district before others, of this file before the register."""
    wanted = sorted({row.values["parent"] for row in rows if row.values["parent"]})
    known = {**_known(register, wanted), **by_name}
    by_plain_name: dict[str, str] = {}
    for (name, _area), subject in known.items():
        by_plain_name.setdefault(name, subject.id)
    for row in rows:
        values = row.values
        if values["parent"]:
            subject = by_name[values["name"], values["area_code"]]
            same_district = known.get((values["parent"], values["area_code"]))
            parent_id = same_district.id if same_district is not None else by_plain_name.get(values["parent"])
            if parent_id != subject.id and subject.parent_id != parent_id:
                subject.parent_id = parent_id


def _write_people(rows: list[Row], by_name: Mapping[tuple[str, str | None], Subject]) -> None:
    session = db.session()
    with_people = [
        (by_name[row.values["name"], row.values["area_code"]], row.values["people"])
        for row in rows
        if row.values["people"]
    ]
    ids = [subject.id for subject, _people in with_people]
    there: dict[str, list[SubjectPerson]] = {}
    for start in range(0, len(ids), PORTION):
        there |= people_of(ids[start : start + PORTION])
    for subject, people in with_people:
        by_role = {person.role: person for person in there.get(subject.id, [])}
        for place, (role, name, number) in enumerate(people):
            person = by_role.get(role)
            if person is None:
                session.add(SubjectPerson(subject_id=subject.id, role=role, name=name, phone=number, sort=place))
            elif (person.name, person.phone) != (name, number or person.phone):
                person.name, person.phone = name, number or person.phone
