"""承办单位: the bodies that matters are handed to, a code list that this instance owns. Touches the database.

It begins as the field's list (department_list.csv), in its order; bodies are never ranked. `find` reads what a person typed.
"""

import re
from typing import Any

from sqlalchemy import Connection, ForeignKey, String, event, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from surveys.database import Line, db
from surveys.planning.words.reference_lists import rows as reference


class Body(db.Model):
    """One body. `tier`: gov, vertical, district …; `contact` is printed on no letter, it is for the office."""

    __tablename__ = "bodies"

    code: Mapped[str] = mapped_column(String(8), primary_key=True)
    name: Mapped[str] = mapped_column(Line(100))
    short_name: Mapped[str] = mapped_column(Line(60))
    name_en: Mapped[str | None] = mapped_column(Line(120))
    tier: Mapped[str] = mapped_column(String(12))
    unit_code: Mapped[str | None] = mapped_column(ForeignKey("units.code"))
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("bodies.code"))
    contact: Mapped[str | None] = mapped_column(Line(100))
    sort: Mapped[int]
    active: Mapped[bool] = mapped_column(default=True)

    def label(self, language: str = "zh") -> str:
        return self.name_en or self.short_name if language.startswith("en") else self.short_name


def seeds() -> list[dict[str, Any]]:
    """The rows the list begins with."""
    return [
        {
            "code": row["code"],
            "name": row["name"],
            "short_name": row["short_name"],
            "name_en": row.get("name_en") or None,
            "tier": row["kind"],
            "sort": int(row["sort"]),
            "active": row["active"] == "1",
        }
        for row in reference("department_list")
    ]


@event.listens_for(Body.__table__, "after_create")
def _begin(_: Any, connection: Connection, **__: Any) -> None:
    connection.execute(insert(Body), seeds())


def bodies(*, also_former: bool = False) -> list[Body]:
    """The bodies in the order of the list."""
    query = select(Body).order_by(Body.sort, Body.code)
    return list(db.session.scalars(query if also_former else query.where(Body.active)))


def by_code() -> dict[str, Body]:
    return {body.code: body for body in bodies(also_former=True)}


def find(typed: str, known: list[Body]) -> Body | None:
    """The body that was typed: by code (also before its name), name or short name; None where there is none."""
    words = typed.strip()
    first = re.match(r"\w+", words)
    for body in known:
        if words in (body.name, body.short_name) or (first and first.group().upper() == body.code):
            return body
    return None
