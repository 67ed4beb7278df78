"""Rows of the outgoing edition: what is hidden is settled on the whole, then columns and units are left out. Touches the data set and its spools.

Whole   every leaf of the campaign and every column that goes out, whoever asks for how little of it. So two exports joined by their
        pseudonyms show no more than one of everything does.
Part    of some leaves alone the rows whose unit is shown in the whole: a row whose unit is hidden there would have it from the name
        of the export. A finding that no visit told goes with its unit where there are as many as the smallest cell.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Protocol

from reports.exports.columns import EVENTS, VISITS, Table
from reports.exports.outgoing import HIDDEN, Suppression
from reports.exports.rights import Rights
from reports.exports.rows import Row
from reports.exports.spool import Spool
from surveys.planning.campaigns.campaigns import Campaign

BESIDE = 4  # cells behind those of a row: whose it is, see `Source`
Source = tuple[str, str, str, str]  # unit, visit, whether it stands accepted, whom the row speaks of
Progress = Callable[[str, int, int], None]


class Edition(Protocol):
    """What is asked of a data set here."""

    @property
    def campaign(self) -> Campaign: ...
    @property
    def rights(self) -> Rights: ...
    @cached_property
    def tables(self) -> dict[str, Table]: ...
    @cached_property
    def pseudonym(self) -> Callable[[str, str], str]: ...

    def told(self, keys: Sequence[str], progress: Progress) -> Iterable[tuple[str, Row, Source]]: ...
    def names_somebody(self, text: str) -> bool: ...
    def covers(self, unit_code: str) -> bool: ...


def handed_out(part: Edition, whole: Edition, keys: Sequence[str], progress: Progress) -> dict[str, Spool]:
    """The rows of some tables of `part`, as they stand in `whole`."""
    return _HandedOut(part, whole).spooled(keys, progress)


class _HandedOut:
    def __init__(self, part: Edition, whole: Edition) -> None:
        self.part, self.whole = part, whole
        self.is_whole = set(part.rights.levels) >= set(whole.rights.levels)
        self.least = int(whole.campaign.setting("smallest_cell"))
        self.hidden_visits: set[str] = set()
        self.beside_visits: Counter[str] = Counter()  # unit → findings that no visit told

    def spooled(self, keys: Sequence[str], progress: Progress) -> dict[str, Spool]:
        looked_at = list(keys) if self.is_whole or VISITS in keys else [*keys, VISITS]
        spools = {key: Spool() for key in looked_at}
        rules = {
            key: Suppression(self.whole.tables[key], self.least, _firm, self.whole.names_somebody) for key in spools
        }
        for key, row, source in self.whole.told(looked_at, progress):
            spools[key].add((*row, *source))
            rules[key].look((*row, *source))
            if not source[1]:
                self.beside_visits[f"{key} {source[0]}"] += 1
        for rule in rules.values():
            rule.settle()
        if not self.is_whole:
            unit = _place_of_unit(self.whole.tables[VISITS])
            self.hidden_visits = {row[-3] for row in map(rules[VISITS].row, spools[VISITS]) if row[unit] == HIDDEN}
        done = {key: self._in_order(self._rows(key, spools[key], rules[key])) for key in keys}
        for spool in spools.values():
            spool.close()
        return done

    def _rows(self, key: str, spool: Spool, rule: Suppression) -> Iterator[Row]:
        """The rows that are in the part, with its columns and pseudonyms."""
        table, wanted = self.whole.tables[key], self.part.tables[key].heads()
        places = [(place, table.columns[place]) for place in map(table.heads().index, wanted)]
        for row in spool:
            shown = rule.row(row)
            if not self._is_in(key, table, shown):
                continue
            levels = self.part.rights.levels.get(row[-BESIDE], self.part.rights.readable)
            yield tuple(
                self.part.pseudonym(column.fact, shown[place])
                if column.kind == "key"
                else shown[place]
                if column.privacy in levels
                else ""
                for place, column in places
            )

    def _is_in(self, key: str, table: Table, shown: Row) -> bool:
        unit, visit, accepted, _whom = shown[-BESIDE:]
        rights = self.part.rights
        if key == EVENTS:
            known = self.is_whole or shown[_place_of_unit(table)] != HIDDEN
            return known and self.part.covers(unit)
        if unit not in rights.levels or not (accepted or unit in rights.drafts_of):
            return False
        if self.is_whole:
            return True
        return visit not in self.hidden_visits if visit else self.beside_visits[f"{key} {unit}"] >= self.least

    @staticmethod
    def _in_order(rows: Iterator[Row]) -> Spool:
        """In the order of the lists a row would say whose it is: outside they stand in that of their pseudonyms."""
        parts: dict[str, Spool] = {}
        for row in rows:
            parts.setdefault(row[0][:3], Spool()).add(row)
        out = Spool()
        for part in sorted(parts):
            for row in sorted(parts[part]):
                out.add(row)
            parts[part].close()
        return out


def _firm(row: Row) -> str:
    return row[-1]


def _place_of_unit(table: Table) -> int:
    return next(place for place, column in enumerate(table.columns) if column.fact == "unit")
