"""What a person typed about one subject of a register: read into values with a fault at each field, and shown again as typed.

Touches planning.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from surveys.database import db
from surveys.planning.campaigns.registers import Register
from surveys.planning.campaigns.subject_changes import Person
from surveys.planning.campaigns.subjects import Subject, SubjectPerson
from surveys.planning.words.planning_faults import Refusal, RefusalKind
from surveys.planning.words.reception_days import days_in_words, read_days
from surveys.planning.words.uscc import read_uscc

PLAIN = {"name": 120, "short_name": 60, "town": 40, "address": 200}
OF_FIRMS = {"section": 2, "division": 3, "size_class": 10, "control": 12}
NUMBERS = ("staff", "founded")
EMPTY_PEOPLE = 2


@dataclass
class SubjectForm:
    """`typed`: the texts of the fields; `people`: rows of role, name, phone; `values`: what they mean; `faults`: by field."""

    typed: dict[str, str]
    tags: list[str]
    people: list[tuple[str, str, str]]
    values: dict[str, Any] = field(default_factory=dict)
    persons: list[Person] | None = None
    faults: dict[str, Refusal] = field(default_factory=dict)

    def rows(self) -> list[tuple[str, str, str]]:
        """The people with some empty rows below."""
        return [*self.people, *[("", "", "")] * EMPTY_PEOPLE]


def typed_of(
    subject: Subject | None, people: Sequence[SubjectPerson], parent: Subject | None, language: str = "zh"
) -> SubjectForm:
    """The form of a subject as it stands, or an empty one."""
    if subject is None:
        return SubjectForm({}, [], [])
    names = (
        *PLAIN,
        *OF_FIRMS,
        *NUMBERS,
        "uscc",
        "revenue",
        "unit_code",
        "area_code",
        "type_code",
        "contact",
        "contact_phone",
    )
    typed = {name: str(getattr(subject, name) or "") for name in names}
    typed["parent"] = parent.name if parent else ""
    typed["days"] = days_in_words(subject.days, language)
    typed |= {f"at.{key}": str(value) for key, value in (subject.attributes or {}).items()}
    rows = [(person.role, person.name, person.phone or "") for person in people]
    return SubjectForm(typed, list(subject.flags or []), rows)


def read_form(
    posted: MultiDict[str, str], register: Register, *, units: Sequence[str], areas: Sequence[str], contacts: bool
) -> SubjectForm:
    """What was posted; with `contacts` also who can be reached, which another desk does not see."""
    typed = {name: value.strip() for name, value in posted.items() if name != "csrf_token"}
    triples = zip(posted.getlist("role"), posted.getlist("person"), posted.getlist("phone"), strict=False)
    people = [(role.strip(), name.strip(), phone.strip()) for role, name, phone in triples]
    form = SubjectForm(typed, posted.getlist("tag"), [row for row in people if any(row[1:])])
    values = form.values
    for name, limit in PLAIN.items():
        values[name] = typed.get(name, "")[:limit] or None
    if not values["name"]:
        form.faults["name"] = Refusal(RefusalKind.NAME_MISSING)
    values["unit_code"] = typed.get("unit_code") if typed.get("unit_code") in units else None
    values["area_code"] = typed.get("area_code") if typed.get("area_code") in areas else None
    known = {code.code for code in register.tags()}
    values["flags"] = sorted(tag for tag in form.tags if tag in known)
    if register.is_of_firms:
        _read_firm(form)
    else:
        _read_place(form, register)
    if contacts:
        values["contact"] = typed.get("contact", "")[:60] or None
        values["contact_phone"] = typed.get("contact_phone", "")[:40] or None
        form.persons = [Person(role[:40], name[:60], phone[:40] or None) for role, name, phone in form.people if name]
        for role, name, _phone in form.people:
            if not name:
                form.faults["people"] = Refusal(RefusalKind.ROLE_WITHOUT_NAME, role=role)
    return form


def _read_firm(form: SubjectForm) -> None:
    typed, values = form.typed, form.values
    uscc = typed.get("uscc", "")
    if uscc:
        code = read_uscc(uscc)
        values["uscc"] = code.code
        if code.fault:
            form.faults["uscc"] = Refusal(RefusalKind.CODE_UNREADABLE, code=uscc)
    else:
        values["uscc"] = None
    for name, limit in OF_FIRMS.items():
        values[name] = typed.get(name, "")[:limit] or None
    for name in NUMBERS:
        values[name] = _number(form, name, typed.get(name, ""), whole=True)
    values["revenue"] = _number(form, "revenue", typed.get("revenue", ""))


def _read_place(form: SubjectForm, register: Register) -> None:
    typed, values = form.typed, form.values
    values["type_code"] = (
        typed.get("type_code") if typed.get("type_code") in {one.code for one in register.types()} else None
    )
    values["parent_id"] = _parent(form, register.key, typed.get("parent", ""))
    try:
        values["days"] = read_days(typed.get("days", "")) or None
    except ValueError as problem:
        form.faults["days"] = Refusal(RefusalKind.DAYS_UNREADABLE, rule=str(problem))
    attributes: dict[str, Any] = {}
    for attribute in register.attributes:
        text = typed.get(f"at.{attribute.key}", "")[:200]
        if attribute.kind == "number" and text:
            attributes[attribute.key] = _number(form, f"at.{attribute.key}", text, label=attribute.label)
        elif text:
            attributes[attribute.key] = text
    values["attributes"] = attributes or None


def _parent(form: SubjectForm, kind: str, name: str) -> str | None:
    if not name:
        return None
    ids = list(
        db.session.scalars(
            select(Subject.id).where(Subject.kind == kind, Subject.name == name, Subject.removed_at.is_(None)).limit(9)
        )
    )
    if len(ids) != 1:
        kind_of = RefusalKind.PARENT_SEVERAL if ids else RefusalKind.PARENT_UNKNOWN
        form.faults["parent"] = Refusal(kind_of, parent=name, number=len(ids))
        return None
    return ids[0]


def _number(form: SubjectForm, name: str, text: str, *, whole: bool = False, label: str = "") -> Any:
    plain = text.replace(",", "").replace("，", "")
    if not plain:
        return None
    try:
        number = float(plain)
    except ValueError:
        number = -1.0
    if not 0 <= number <= 100_000_000 or (whole and number != int(number)):
        form.faults[name] = Refusal(RefusalKind.ATTRIBUTE_NOT_A_NUMBER, column=label or name, value=text)
        return None
    return int(number) if whole else plain
