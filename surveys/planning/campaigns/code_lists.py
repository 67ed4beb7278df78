"""代码表: lists of codes as data, with names in both languages, of the instance. Touches the database and reference lists.

A list is known by its key; what the program brings for it stands in `reference/register_codes.csv` until somebody changes the list, which
writes it down whole. A code that was used is retired, never deleted. A list whose codes bear a text is a frame (条款原文).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from surveys.database import Id, Line, LongText, db
from surveys.planning.words import reference_lists


class CodeRow(db.Model):
    """One code of one list. `text`: what a code of a frame says, an article or a clause."""

    __tablename__ = "codes"
    __table_args__ = (UniqueConstraint("list_key", "code"),)

    id: Mapped[Id]
    list_key: Mapped[str] = mapped_column(String(40))
    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(Line(120))
    name_en: Mapped[str | None] = mapped_column(Line(120))
    text: Mapped[str | None] = mapped_column(LongText)
    sort: Mapped[int] = mapped_column(default=0)
    retired: Mapped[bool] = mapped_column(default=False)


@dataclass(frozen=True, slots=True)
class Code:
    """One code as pages and imports use it."""

    code: str
    name: str
    name_en: str | None = None
    text: str | None = None
    retired: bool = False

    def label(self, language: str = "zh") -> str:
        return self.name_en or self.name if language.startswith("en") else self.name


def codes_of(list_key: str) -> list[Code]:
    """The codes of a list in its order, the retired ones last."""
    query = select(CodeRow).where(CodeRow.list_key == list_key).order_by(CodeRow.retired, CodeRow.sort, CodeRow.code)
    rows = list(db.session.scalars(query))
    if rows:
        return [Code(row.code, row.name, row.name_en, row.text, row.retired) for row in rows]
    return _brought(list_key)


def _brought(list_key: str) -> list[Code]:
    if list_key == "enterprise.tags":
        return [Code(row["code"], row["name"], row.get("name_en")) for row in reference_lists.rows("enterprise_tags")]
    rows = (row for row in reference_lists.rows("register_codes") if row["list"] == list_key)
    return [Code(row["code"], row["name"], row["name_en"]) for row in rows]


def set_codes(list_key: str, codes: Iterable[Code]) -> None:
    """Let a list have exactly these codes in this order; one that is left out is retired. Inside `writing()`."""
    codes, session = list(codes), db.session()
    rows = {row.code: row for row in session.scalars(select(CodeRow).where(CodeRow.list_key == list_key))}
    if not rows:
        codes += [old for old in _brought(list_key) if old.code not in {code.code for code in codes}]
        codes_given = {code.code for code in codes}
    else:
        codes_given = {code.code for code in codes}
    for code, row in rows.items():
        row.retired = code not in codes_given
    for place, code in enumerate(codes):
        row = rows.get(code.code)
        if row is None:
            row = CodeRow(list_key=list_key, code=code.code)
            session.add(row)
        row.name, row.name_en, row.text, row.sort, row.retired = code.name, code.name_en, code.text, place, code.retired
    session.flush()


def add_codes(list_key: str, names: Iterable[str]) -> list[Code]:
    """Add words that a list lacks, each under itself as its code. Inside `writing()`."""
    codes = codes_of(list_key)
    known = {code.name for code in codes} | {code.code for code in codes}
    more = [Code(name[:40], name) for name in dict.fromkeys(names) if name and name not in known]
    if more:
        set_codes(list_key, [*codes, *more])
    return more
