"""承办单位: the bodies that matters are handed to, a code list that this instance owns. Touches the database.

It begins as the field's list (department_list.csv), in its order; bodies are never ranked. `find` reads what a person typed. A body is
never removed: a retired one is proposed and chosen no more, what it has stays with it, and it can be brought back.
"""

import re
from typing import Any

from sqlalchemy import Connection, ForeignKey, String, event, func, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from reports.handling.faults import HandlingFault, HandlingFaultKind
from surveys.audit import Actor, record
from surveys.database import Line, db, in_turn_for, writing
from surveys.planning.words.reference_lists import rows as reference

TIERS = ("gov", "vertical", "judicial", "group", "utility", "district", "township")
CODE = re.compile(r"[A-Z0-9]{1,8}")
FIELDS = ("name", "short_name", "name_en", "tier", "unit_code", "parent_code", "contact")


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


# --- what the office does with the list ----------------------------------------------------------------------------


def add_body(code: str, by: Actor, campaign_id: str, **fields: str | None) -> Body:
    """A new body at the end of the list. Raises HandlingFault for a code that is none or taken, or where a name lacks."""
    plain = code.strip().upper()
    with writing() as session:
        in_turn_for("bodies")
        if not CODE.fullmatch(plain) or session.get(Body, plain) is not None:
            raise HandlingFault(HandlingFaultKind.CODE_TAKEN, plain, typed=plain)
        values = _values(plain, fields)
        sort = (session.scalar(select(func.max(Body.sort))) or 0) + 1
        body = Body(code=plain, sort=sort, active=True, **values)
        session.add(body)
        session.flush()
        record(by, "item.body_added", target=("body", plain), campaign_id=campaign_id, body=body.short_name)
        return body


def change_body(body: Body, by: Actor, campaign_id: str, **fields: str | None) -> list[str]:
    """Rename it, or change its contact, level, unit, parent; gives the names of what changed. Letters that went out stay as they are."""
    with writing() as session:
        values = _values(body.code, fields)
        changed = [name for name in FIELDS if getattr(body, name) != values[name]]
        before = {name: getattr(body, name) or "" for name in changed}
        for name in changed:
            setattr(body, name, values[name])
        if changed:
            session.flush()
            after = {name: values[name] or "" for name in changed}
            facts = {"body": body.short_name, "before": before, "after": after}
            record(by, "item.body_changed", target=("body", body.code), campaign_id=campaign_id, **facts)
        return changed


def _values(code: str, fields: dict[str, str | None]) -> dict[str, Any]:
    values: dict[str, Any] = {name: (fields.get(name) or "").strip() or None for name in FIELDS}
    values["short_name"] = values["short_name"] or values["name"]
    if values["name"] is None or values["tier"] not in TIERS:
        raise HandlingFault(HandlingFaultKind.BODY_NAME_NEEDED, code)
    seen, above = {code}, values["parent_code"]
    while above is not None:  # a body is not above itself, over however many
        parent = db.session.get(Body, above)
        if above in seen or parent is None:
            raise HandlingFault(HandlingFaultKind.PARENT_WRONG, code, typed=values["parent_code"])
        seen.add(above)
        above = parent.parent_code
    return values


def set_active(body: Body, active: bool, by: Actor, campaign_id: str) -> None:
    """Retire it, or bring it back; what it has stays with it."""
    with writing():
        if body.active == active:
            return
        body.active = active
        act = "item.body_back" if active else "item.body_retired"
        record(by, act, target=("body", body.code), campaign_id=campaign_id, body=body.short_name)
