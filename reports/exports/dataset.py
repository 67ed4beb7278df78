"""One data set of a campaign as tables of rows: what is asked for, what its columns are, its rows as a stream. Touches every module of
the room but those that write files.

A version is decoded once, however many tables it has rows in. What of the outgoing edition is hidden: `handed_out`.
"""

import base64
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from sqlalchemy import select

from reports.evidence.accepted_answers import package, stored_package
from reports.evidence.consents import Names, person_of
from reports.exports.beside import FindingRows, as_row, event_rows, events_table, findings_table
from reports.exports.columns import EVENTS, FINDINGS, VISITS, Choice, Column, Table, in_own_words, tables_of
from reports.exports.contacts import holds_contact
from reports.exports.handed_out import Progress, Source, handed_out
from reports.exports.outgoing import outgoing_columns
from reports.exports.rights import Rights, rights_of_command
from reports.exports.rows import Row, RowMaker
from reports.exports.spool import Spool
from reports.exports.versions import count_versions, versions_of, visits_of
from reports.faults import DataFault, FaultKind
from surveys.access import ALL
from surveys.database import db
from surveys.fieldwork.visits.submissions import Submission
from surveys.fieldwork.visits.visits import Visit
from surveys.keys import instance_keys
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.campaigns.units import UnitTree, unit_tree
from surveys.planning.forms.questionnaire_versions import QuestionnaireVersion, version_in_force
from surveys.planning.words.visit_words import words_of
from surveys.questionnaire.shapes.package_shape import Package

EDITIONS = ("outgoing", "internal")


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants exported. `columns`: names by table, all where a table is not named; `personal`: L3 of the own desk's leaves."""

    edition: str = "outgoing"
    every: bool = False  # every version, not the accepted ones alone
    personal: bool = False
    columns: Mapping[str, Sequence[str]] | None = None

    @property
    def levels(self) -> frozenset[str]:
        """The levels that can be in it at most."""
        if self.edition == "outgoing":
            return frozenset(("L0", "L1"))
        return ALL if self.personal else ALL - {"L3"}


class Dataset:
    """The tables of one campaign as one reader may export them. Raises DataFault where no questionnaire was published."""

    def __init__(self, campaign: Campaign, rights: Rights, asked: Asked) -> None:
        self.campaign, self.asked = campaign, asked
        self.rights = rights if asked.personal and asked.edition == "internal" else rights.without_personal()
        self.packages, self.numbers = questionnaires(campaign)

    @property
    def outgoing(self) -> bool:
        return self.asked.edition == "outgoing"

    @cached_property
    def _tree(self) -> UnitTree:
        return unit_tree()

    @cached_property
    def units(self) -> dict[str, str]:
        return {code: unit.name for code, unit in self._tree.units.items()}

    @cached_property
    def all_tables(self) -> tuple[Table, ...]:
        """Every table with every column that may be read somewhere, before any was chosen."""
        readable = self.rights.readable
        made = []
        for table in self.every_question:
            columns = [column for column in table.columns if column.privacy in readable]
            if not self.asked.every:
                columns = [column for column in columns if column.fact not in ("state", "newest")]
            one = table.only(columns)
            made.append(outgoing_columns(one) if self.outgoing else one)
        return tuple(made)

    @cached_property
    def every_question(self) -> tuple[Table, ...]:
        """Every table with every column, whoever may read what was answered there: the questionnaire itself is no secret."""
        words = {code: words_of(self.campaign.settings, code) for code in ("zh-CN", "en")}
        tables = (*tables_of(self.packages, self.numbers), findings_table(), events_table())
        return tuple(in_own_words(table.only(map(self._with_units, table.columns)), words) for table in tables)

    def _with_units(self, column: Column) -> Column:
        if column.fact != "unit":
            return column
        tree = self._tree
        return replace(
            column,
            kind="choice",
            choices=tuple(
                Choice(code, {"zh-CN": tree[code].name, "en": tree[code].label("en")}) for code in self.rights.levels
            ),
        )

    @cached_property
    def tables(self) -> dict[str, Table]:
        """The tables with the columns that were chosen; keys to other tables are always there."""
        chosen = self.asked.columns or {}
        return {
            table.key: table.only(
                column
                for column in table.columns
                if table.key not in chosen or question_of(column) in chosen[table.key] or column.kind == "key"
            )
            for table in self.all_tables
        }

    def table(self, key: str) -> Table:
        """Raises KeyError for a set that the campaign does not have."""
        return self.tables[key]

    def count(self, key: str) -> int:
        """How many rows a table has; 0 where that is not known before they are read: of repeats, of what goes out but visits of all leaves."""
        if self.outgoing and (key != VISITS or set(self.rights.levels) < set(self._whole.rights.levels)):
            return 0
        return {VISITS: lambda: self._visit_count, FINDINGS: lambda: len(self._findings.ids)}.get(key, int)()

    @cached_property
    def _visit_count(self) -> int:
        return count_versions(self.campaign, self.rights, every=self.asked.every)

    # --- rows ------------------------------------------------------------------------------------------------------

    def rows(self, key: str, progress: Progress = lambda *_: None) -> Iterable[Row]:
        """The rows of one table: a stream; of the outgoing edition when all of them were looked at."""
        return (
            self.spooled([key], progress)[key]
            if self.outgoing
            else (row for _key, row, _source in self.told([key], progress))
        )

    def first_rows(self, key: str, count: int) -> list[Row]:
        """A few rows to look at. Of the outgoing edition what would be hidden follows from all rows."""
        sample: list[Row] = []
        for row in self.rows(key):
            sample.append(row)
            if len(sample) >= count:
                break
        return sample

    def spooled(self, keys: Sequence[str], progress: Progress = lambda *_: None) -> dict[str, Spool]:
        """The rows of several tables, each version decoded once."""
        if self.outgoing:
            return handed_out(self, self._whole, keys, progress)
        spools = {key: Spool() for key in keys}
        for key, row, _source in self.told(keys, progress):
            spools[key].add(row)
        return spools

    @cached_property
    def _whole(self) -> "Dataset":
        """All that goes out of the campaign, of which this is a part: every leaf and column, drafts where this reader has any."""
        rights = rights_of_command(self.campaign)
        drafts = rights.drafts_of if self._has_drafts else frozenset[str]()
        return Dataset(self.campaign, replace(rights, drafts_of=drafts), replace(self.asked, columns=None))

    @property
    def _has_drafts(self) -> bool:
        return self.asked.every and bool(self.rights.drafts_of)

    def looked_through(self) -> int:
        """How many versions are read for the first rows."""
        return (self._whole if self.outgoing else self)._visit_count

    def covers(self, unit_code: str) -> bool:
        """Whether a unit, or all that lies below it, may be exported."""
        below = {unit.code for unit in self._tree.leaves(unit_code)}
        return unit_code in self.rights.levels or (bool(below) and below <= set(self.rights.levels))

    def told(self, keys: Sequence[str], progress: Progress) -> Iterator[tuple[str, Row, Source]]:
        """(key of the table, row, whose it is) of everything that is wanted, before anything is hidden."""
        answered = [self.tables[key] for key in keys if key not in (FINDINGS, EVENTS)]
        if answered:
            yield from self._answers(answered, progress)
        if FINDINGS in keys:
            yield from self._finding_rows()
        if EVENTS in keys:
            table = self.tables[EVENTS]
            for values in event_rows(self.campaign, self.rights, self.units):
                yield EVENTS, as_row(table, values, self.rights.readable), (values["unit"], "", "1", values["event"])

    def _answers(self, tables: Sequence[Table], progress: Progress) -> Iterator[tuple[str, Row, Source]]:
        visits = visits_of(self.campaign, self.rights)
        maker = RowMaker(tables, self.units, self.numbers, self.rights.levels, next(iter(self.packages)))
        facts = {column.fact for table in tables for column in table.columns}
        versions = versions_of(self.campaign, self.rights, every=self.asked.every, visits=visits, facts=facts)
        for done, version in enumerate(versions):
            if done % 500 == 0:
                progress("rows", done, len(visits))
            source = version.unit, version.visit, "1" if version.state == "accepted" else "", version.subject
            for key, row in maker.rows(version):
                yield key, row, source

    @cached_property
    def _findings(self) -> FindingRows:
        return FindingRows(self.campaign, self.rights, self.units)

    def _finding_rows(self) -> Iterator[tuple[str, Row, Source]]:
        table = self.tables[FINDINGS]
        for coded, values in self._findings:
            levels = self.rights.levels.get(coded.finding.unit_code, self.rights.readable)
            firm = self._subjects.get(values["visit"], "")
            if self.outgoing:
                if values["publication"] == "closed":
                    continue
                if firm and firm not in self._names.agreed_subjects:
                    values["text"] = self._names.mask(values["text"], firm)
            source = values["unit"], values["visit"], "1", firm or values["finding"]
            yield FINDINGS, as_row(table, values, levels), source

    @cached_property
    def _subjects(self) -> dict[str, str]:
        query = select(Visit.id, Visit.subject_id).where(Visit.campaign_id == self.campaign.id)
        return {visit: subject or "" for visit, subject in db.session.execute(query)}

    @cached_property
    def _names(self) -> Names:
        """Read version by version: all answers at once would take more memory than everything else together."""
        now = next(iter(self.packages.values()))
        rights = rights_of_command(self.campaign)
        versions = versions_of(self.campaign, rights, every=False, facts=())
        persons = {
            one.visit: person_of(self.packages.get(one.package, now), one, one.answers, one.repeats) for one in versions
        }
        return Names(self.campaign.id, persons)

    def names_somebody(self, text: str) -> bool:
        """Whether a text names whoever did not consent, or says how to reach somebody."""
        return holds_contact(text) or bool(self._names.hits(text))

    @cached_property
    def pseudonym(self) -> Callable[[str, str], str]:
        """(kind of key, id) → what stands for it outside, the same in every export of this campaign and nowhere else.

        Where versions that are not accepted are looked at as well, something else is hidden: they have others, so that nothing joins.
        """
        keys, purpose = instance_keys(), f"export pseudonyms {self.campaign.id}{' of every version' * self._has_drafts}"

        @lru_cache(maxsize=10_000)
        def made(kind: str, identity: str) -> str:
            if not identity:
                return ""
            mac = keys.mac(purpose, f"{kind} {identity}".encode())
            return f"{kind[:1].upper()}-{base64.b32encode(mac[:10]).decode().lower()}"

        return made


def _is_used(campaign: Campaign, package_hash: str) -> bool:
    """Whether a version was filled with it; the first is found at once, and all are looked through for one that nobody used alone."""
    query = select(Submission.id).join(Visit, Visit.id == Submission.visit_id)
    used = query.where(Visit.campaign_id == campaign.id, Submission.package_hash == package_hash).limit(1)
    return db.session.scalar(used) is not None


def question_of(column: Column) -> str:
    """The column that a column of a choice goes with."""
    return column.name.removesuffix(f"/{column.choice}") if column.choice else column.name


def questionnaires(campaign: Campaign) -> tuple[dict[str, Package], dict[str, int]]:
    """Hash → questionnaire, the one in force first, and hash → its version's number, of all that submissions were filled with."""
    in_force = version_in_force(campaign.id)
    if in_force is None:
        raise DataFault(FaultKind.NO_QUESTIONNAIRE, campaign.title)
    versions = select(QuestionnaireVersion).where(QuestionnaireVersion.campaign_id == campaign.id)
    numbers: dict[str, int] = {}
    for version in db.session.scalars(versions.order_by(QuestionnaireVersion.number)):
        numbers |= dict.fromkeys((version.package_hash, version.media_hash), version.number)
    now = in_force.hash_for(bool(campaign.setting("media")))
    packages = {now: package(now)}
    for other in sorted(set(numbers) - {now}, key=lambda one: (-numbers[one], one)):
        if _is_used(campaign, other) and (stored := stored_package(other)) is not None:
            packages[other] = stored
    return packages, {package_hash: numbers.get(package_hash, 0) for package_hash in packages}
