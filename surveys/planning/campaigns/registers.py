"""名册: what kinds of subjects there are, and what each kind has: attributes, roles, types, tags. Touches code lists.

A register of the program stands in `reference/registers.csv` until somebody changes its settings; others are made on the page.
"""

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, mapped_column

from surveys.audit import Actor, record
from surveys.database import Line, db, writing
from surveys.planning.campaigns.code_lists import Code, codes_of, set_codes
from surveys.planning.words import reference_lists

ATTRIBUTE_KINDS = ("text", "number")
MOST_ATTRIBUTES = 20
FIRMS = "enterprise"  # the register whose lists are imported by campaign and unit
KEY = re.compile(r"[a-z][a-z0-9_]{1,19}")


class RegisterRow(db.Model):
    """The settings of a register that differ from what the program brings, or of one that it does not bring."""

    __tablename__ = "registers"

    key: Mapped[str] = mapped_column(String(20), primary_key=True)
    label: Mapped[str] = mapped_column(Line(40))
    label_en: Mapped[str | None] = mapped_column(Line(60))
    measure: Mapped[str | None] = mapped_column(Line(10))
    attributes: Mapped[list[Any]] = mapped_column(default=list)
    roles: Mapped[list[Any]] = mapped_column(default=list)
    sort: Mapped[int] = mapped_column(default=0)


@dataclass(frozen=True, slots=True)
class Attribute:
    """One thing that a kind of subject has: `kind` text or number."""

    key: str
    label: str
    label_en: str | None
    kind: str = "text"

    def name(self, language: str = "zh") -> str:
        return self.label_en or self.label if language.startswith("en") else self.label


@dataclass(frozen=True, slots=True)
class Role:
    """A part somebody has at a subject, 站长 or 联络员; it is kept by its Chinese name."""

    label: str
    label_en: str | None = None

    def name(self, language: str = "zh") -> str:
        return self.label_en or self.label if language.startswith("en") else self.label


@dataclass(frozen=True, slots=True)
class Register:
    """One register with its settings."""

    key: str
    label: str
    label_en: str | None
    measure: str
    attributes: tuple[Attribute, ...] = ()
    roles: tuple[Role, ...] = ()

    def name(self, language: str = "zh") -> str:
        return self.label_en or self.label if language.startswith("en") else self.label

    @property
    def is_of_firms(self) -> bool:
        """Firms have a credit code, an industry and a size; their lists are imported by campaign and unit."""
        return self.key == FIRMS

    @property
    def tag_list(self) -> str:
        return f"{self.key}.tags"

    @property
    def type_list(self) -> str:
        return f"{self.key}.types"

    def tags(self) -> list[Code]:
        return codes_of(self.tag_list)

    def types(self) -> list[Code]:
        return codes_of(self.type_list)


def registers() -> list[Register]:
    """All registers: those of the program in its order, then those that were made."""
    rows = {row.key: row for row in db.session.scalars(select(RegisterRow).order_by(RegisterRow.sort, RegisterRow.key))}
    brought = [_of_row(rows.pop(each.key)) if each.key in rows else each for each in _brought()]
    return brought + [_of_row(row) for row in rows.values()]


def register_of(key: str) -> Register | None:
    return next((register for register in registers() if register.key == key), None)


def _of_row(row: RegisterRow) -> Register:
    attributes = tuple(Attribute(**attribute) for attribute in row.attributes or [])
    roles = tuple(Role(**role) for role in row.roles or [])
    return Register(row.key, row.label, row.label_en, row.measure or "个", attributes, roles)


def _brought() -> list[Register]:
    return [
        Register(
            row["key"],
            row["label"],
            row["label_en"],
            row["measure"],
            tuple(Attribute(*part.split(":")) for part in row["attributes"].split(";") if part),
            tuple(Role(*part.split("|")) for part in row["roles"].split(";") if part),
        )
        for row in reference_lists.rows("registers")
    ]


def keep_register(register: Register, *, tags: list[Code], types: list[Code], actor: Actor) -> None:
    """Write the settings of a register down, with the words of its tags and types."""
    with writing() as session:
        row = session.get(RegisterRow, register.key)
        if row is None:
            row = RegisterRow(key=register.key, sort=len(registers()))
            session.add(row)
        row.label, row.label_en, row.measure = register.label, register.label_en, register.measure
        row.attributes = [
            {"key": each.key, "label": each.label, "label_en": each.label_en, "kind": each.kind}
            for each in register.attributes
        ]
        row.roles = [{"label": role.label, "label_en": role.label_en} for role in register.roles]
        session.flush()
        set_codes(register.tag_list, tags)
        set_codes(register.type_list, types)
        record(actor, "register.changed", target=("register", register.key))
