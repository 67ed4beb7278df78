"""单位: a node of the tree nation › province › city › district › town. Touches the database.

Work hangs on leaves: a unit with children has no assignments and no quota of its own. A level that also collects itself
has a child 本级 (code of the parent + "-0").
"""

from collections.abc import Iterable

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, mapped_column

from surveys.database import Line, db, in_turn, one_of

LEVELS = ("national", "provincial", "municipal", "district", "township")


class Unit(db.Model):
    """One node. `sort` is the official order (code order); `tile_x`, `tile_y` its place on the neutral tile map, from 1."""

    __tablename__ = "units"
    __table_args__ = (one_of("tier", LEVELS),)

    code: Mapped[str] = mapped_column(String(20), primary_key=True)
    name: Mapped[str] = mapped_column(Line(60))
    short_name: Mapped[str] = mapped_column(Line(30))
    name_en: Mapped[str | None] = mapped_column(Line(100))
    parent_code: Mapped[str | None] = mapped_column(ForeignKey("units.code"), index=True)
    tier: Mapped[str] = mapped_column(String(12))  # one of LEVELS ("level" is a reserved word in some engines)
    sort: Mapped[int] = mapped_column(default=0)
    tile_x: Mapped[int | None]
    tile_y: Mapped[int | None]

    def label(self, language: str = "zh") -> str:
        return self.name_en or self.name if language.startswith("en") else self.name


class UnitTree:
    """The whole tree, read once: some hundreds of nodes at most. All answers are in official order."""

    def __init__(self, units: Iterable[Unit]) -> None:
        self.units = {unit.code: unit for unit in sorted(units, key=lambda unit: (unit.sort, unit.code))}
        self._children: dict[str | None, list[Unit]] = {}
        for unit in self.units.values():
            self._children.setdefault(unit.parent_code, []).append(unit)

    def __getitem__(self, code: str) -> Unit:
        return self.units[code]

    def __contains__(self, code: object) -> bool:
        return code in self.units

    def children(self, code: str | None) -> list[Unit]:
        return self._children.get(code, [])

    def is_leaf(self, code: str) -> bool:
        return code in self.units and not self.children(code)

    def below(self, code: str) -> list[Unit]:
        """The unit and everything under it."""
        units = [self.units[code]]
        for child in self.children(code):
            units += self.below(child.code)
        return units

    def leaves(self, code: str) -> list[Unit]:
        return [unit for unit in self.below(code) if self.is_leaf(unit.code)]

    def above(self, code: str) -> list[Unit]:
        """The unit and its ancestors, nearest first."""
        units = [self.units[code]]
        while (parent := units[-1].parent_code) is not None:
            units.append(self.units[parent])
        return units

    def within(self, code: str, of: str) -> bool:
        """Whether `code` is `of` or lies below it."""
        return code in self.units and any(unit.code == of for unit in self.above(code))


def registers_in_turn() -> None:
    """Be in turn for what the whole instance has once: its units, subjects and deputies, the numbers of its campaigns.

    Inside `writing()`, before anything else is in turn there.
    """
    first = db.session.scalar(select(Unit).order_by(Unit.code).limit(1))
    if first is not None:
        in_turn(first)


def unit_tree() -> UnitTree:
    """The tree as stored now."""
    return UnitTree(db.session.scalars(select(Unit)))
