"""报告提纲 as one form: a row per section, in order; rows may be left out and added at the end. Touches nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _

WRITERS = ("both", "person", "program")
COLUMNS = ("key", "parent_key", "numbering", "title", "title_en", "writer", "chars_min", "chars_max", "sub_chars_min", "sub_chars_max", "note")  # fmt: skip
EXTRA_ROWS = 3
MOST_ROWS = 80


@dataclass
class OutlineRow:
    """One section as stored or typed; `level` 1 or 2."""

    values: dict[str, str]
    is_kept: bool = True
    fault: str = ""

    @property
    def level(self) -> int:
        return 2 if self.values.get("parent_key") else 1


@dataclass
class OutlineTable:
    """The whole outline. `form` None: as stored."""

    outline: list[dict[str, Any]]
    form: Mapping[str, str] | None = None
    rows: list[OutlineRow] = field(init=False)

    def __post_init__(self) -> None:
        if self.form is None:
            self.rows = [OutlineRow({key: str(row.get(key) or "") for key in COLUMNS}) for row in self.outline]
            self.rows += [OutlineRow(dict.fromkeys(COLUMNS, ""), is_kept=False) for _n in range(EXTRA_ROWS)]
            return
        self.rows = []
        place = 0
        while f"title-{place}" in self.form and place < MOST_ROWS:
            values = {key: self.form.get(f"{key}-{place}", "").strip() for key in COLUMNS}
            row = OutlineRow(values, f"kept-{place}" in self.form)
            row.fault = _fault(row)
            self.rows.append(row)
            place += 1

    @property
    def faults(self) -> bool:
        return any(row.fault for row in self.rows)

    def is_valid(self) -> bool:
        return not self.faults and any(row.is_kept for row in self.rows)

    def heads(self) -> list[OutlineRow]:
        return [row for row in self.rows if row.level == 1 and row.values["key"]]

    def kept_rows(self) -> list[dict[str, Any]]:
        """The outline as campaigns keep it; a new section gets a key of its own; a section without its head goes too."""
        rows: list[dict[str, Any]] = []
        keys = {row.values["key"] for row in self.rows if row.values["key"]}
        for row in self.rows:
            if not row.is_kept:
                continue
            values = dict(row.values)
            if not values["key"]:
                values["key"] = _new_key(values["parent_key"], keys)
                keys.add(values["key"])
            values["writer"] = values["writer"] if values["writer"] in WRITERS else "both"
            rows.append(values)
        heads = {row["key"] for row in rows if not row["parent_key"]}
        rows = [row for row in rows if not row["parent_key"] or row["parent_key"] in heads]
        outline = []
        for head in [row for row in rows if not row["parent_key"]]:
            outline += [head, *(row for row in rows if row["parent_key"] == head["key"])]
        return [row | {"sort": str(place)} for place, row in enumerate(outline, 1)]


def _new_key(parent: str, keys: set[str]) -> str:
    number = 1
    while (key := f"{parent}.s{number}" if parent else f"s{number}") in keys:
        number += 1
    return key


def _fault(row: OutlineRow) -> str:
    if not row.is_kept:
        return ""
    if not row.values["title"]:
        return _("A section needs a title. Type one, or untick the row.")
    for key in ("chars_min", "chars_max"):
        if row.values[key] and not row.values[key].isdigit():
            return _("“%(value)s” is not a number of characters. Type digits alone.", value=row.values[key])
    least, most = row.values["chars_min"], row.values["chars_max"]
    if least and most and int(least) > int(most):
        return _("The least (%(least)s) is more than the most (%(most)s). Swap them.", least=least, most=most)
    return ""
