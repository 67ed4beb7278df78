"""The table that sentences are checked against (核对表): what may be named in a sentence, and what it is worth. Pure.

Takes   rows of plain data: key, label, aliases, value, unit, base, share, the year before; of a report's own also the question's
        whole wording, what of it is meant (mean, sum …) and whether its answers exclude each other.
Gives   `Entry`, with the names it may go by.
Raises  BadInput for a table that cannot be read.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from reports.checking.stated_figures import narrowed
from surveys.fieldwork.findings.similarity import BadInput
from surveys.planning.words.visit_words import Words, words_of

_NUMBERS = ("value", "share", "prev_value", "prev_share")


@dataclass(frozen=True, slots=True)
class Entry:
    """One indicator of the table; money, areas and the like in the unit the table writes.

    `measure` is mean, median, max or sum for a number that was asked, empty for a count. `question` is the wording of the question
    a choice belongs to; `whole` the key of the question's base where its choices add up to it; `parts` whether it divides the firms.
    """

    key: str
    label: str
    names: tuple[str, ...]
    unit: str
    base: str | None
    value: Fraction | None
    share: Fraction | None
    old_value: Fraction | None
    old_share: Fraction | None
    measure: str = ""
    question: str = ""
    whole: str = ""
    parts: bool = False

    @property
    def is_rate(self) -> bool:
        """Whether the value is itself in percent."""
        return self.unit == "%"


def exact(value: Any) -> Fraction | None:
    """A number of the table without loss."""
    return None if value is None else Fraction(str(value))


def _names(label: str, aliases: Sequence[str], visited: str) -> tuple[str, ...]:
    """The label, its aliases, and the label without its frame: 反映用水成本高的企业 → 用水成本高."""
    names = [label, *aliases]
    core = re.sub(r"^(?:反映|已|有|存在)", "", re.sub(rf"(?:的{re.escape(visited)}|的)$", "", label))
    names += [core] if len(core) >= 4 else []
    return tuple(dict.fromkeys(narrowed(name) for name in names if name))


def _entry(row: Any, visited: str) -> Entry:
    value, share, old_value, old_share = (exact(row.get(name)) for name in _NUMBERS)
    return Entry(
        row["key"],
        row["label"],
        _names(row["label"], row.get("aliases") or [], visited),
        row.get("unit") or "",
        row.get("base"),
        value,
        share,
        old_value,
        old_share,
        row.get("measure") or "",
        row.get("question") or "",
        row.get("whole") or "",
        bool(row.get("parts")),
    )


def read_table(rows: Any, words: Words | None = None) -> list[Entry]:
    """The entries of a table whose labels speak in these words, without them in the usual ones."""
    visited = (words or words_of(None)).visited
    if not isinstance(rows, list):
        raise BadInput("输入应为含“table”列表的 JSON 对象。", "The input is a JSON object with a list “table”.")
    entries: list[Entry] = []
    for place, row in enumerate(rows, 1):
        try:
            entries.append(_entry(row, visited))
        except (KeyError, TypeError, ValueError, AttributeError, ZeroDivisionError):
            raise BadInput(
                f"“table”第{place}项缺少 key、label，或数值不是数字。",
                f"Item {place} of “table” has no key or label, or a value that is no number.",
            ) from None
    return entries


def rate(entry: Entry) -> tuple[Fraction | None, Fraction | None]:
    """The share now and the year before, or the value of an indicator that is itself in %."""
    return (entry.value, entry.old_value) if entry.is_rate else (entry.share, entry.old_share)


def is_choice(entry: Entry) -> bool:
    """Whether it counts those who chose something of a question of the report's own questionnaire."""
    return not entry.measure and (entry.base or "").endswith("|base")
