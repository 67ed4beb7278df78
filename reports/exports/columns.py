"""What the tables of an export hold: one row a visit, one an entry of each repeat, every question a column. Pure, from packages.

Takes   the questionnaires that submissions were filled with, the one in force first.
Gives   `Table`s of `Column`s. A question of an older version is the same column where the stable id is the same; one that is no
        longer asked is a column of its own at the end of its table.
Words   What the program itself says of a visit has the words of the campaign in it (`{visited}`, `{visiting}`): `in_own_words`.
Choices A question with several answers has its codes joined by blanks, and beside them a column a choice (0/1), named
        `question/choice` as ODK and Kobo name it; empty where nothing was answered.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from surveys.planning.words.visit_words import Words, filled
from surveys.questionnaire.facts.facts import fact_row, paths_then, privacy, texts
from surveys.questionnaire.shapes.package_shape import Definition, FactRow, Package, list_of

VISITS, FINDINGS, EVENTS = "visits", "findings", "events"
VISITS_TITLE = {"zh-CN": "{visiting}", "en": "Visits"}
FINDINGS_TITLE = {"zh-CN": "问题建议", "en": "Findings"}
EVENTS_TITLE = {"zh-CN": "活动", "en": "Events"}
MOST_MARKS = 200  # choices of one question that become columns
PERSONAL = frozenset(
    ("image", "audio", "video", "file", "geopoint", "geotrace", "geoshape")
)  # L3 unless the sheet says else
_KINDS = {
    "select_one": "choice",
    "select_multiple": "choices",
    "rank": "choices",
    "odk:rank": "choices",
    "integer": "number",
    "int": "number",
    "decimal": "number",
    "range": "number",
    "date": "date",
    "today": "date",
    "datetime": "moment",
    "dateTime": "moment",
    "start": "moment",
    "end": "moment",
    "geopoint": "position",
    "geotrace": "position",
    "geoshape": "position",
    "image": "file",
    "audio": "file",
    "video": "file",
    "file": "file",
}
_COLON = {"zh": "："}
_LEFT_OUT = frozenset(("note", "csv-external", "audit"))


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer to choose: its code as it is stored, its label by language."""

    name: str
    label: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `kind`: key, text, number, choice, choices, mark, date, moment, position, file.

    `paths`: package hash → where the question stands there; empty for what the program knows of the visit itself (`fact`).
    `choice`: of a mark, which choice it marks.
    """

    name: str
    kind: str
    label: Mapping[str, str]
    privacy: str = "L0"
    fact: str = ""
    paths: Mapping[str, str] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()
    choice: str = ""
    row: FactRow = field(default_factory=dict)
    type: str = ""

    @property
    def is_dimension(self) -> bool:
        """Whether tables are broken down by it, or it says where: who knows the firm knows this of it."""
        return self.row.get("role") == "dimension" or self.fact == "unit" or self.kind == "position"


@dataclass(frozen=True, slots=True)
class Table:
    """One set of an export. `repeats`: package hash → the repeat that its rows are; empty for visits, findings and events."""

    key: str
    title: Mapping[str, str]
    columns: tuple[Column, ...]
    repeats: Mapping[str, str] = field(default_factory=dict)

    def heads(self) -> list[str]:
        return [column.name for column in self.columns]

    def only(self, columns: Iterable[Column]) -> "Table":
        return replace(self, columns=tuple(columns))


def _both(zh: str, en: str) -> dict[str, str]:
    return {"zh-CN": zh, "en": en}


def _fact(name: str, kind: str, zh: str, en: str, level: str = "L0", choices: tuple[Choice, ...] = ()) -> Column:
    return Column(name, kind, _both(zh, en), level, fact=name, choices=choices)


def _choices(**labels: tuple[str, str]) -> tuple[Choice, ...]:
    return tuple(Choice(name, _both(*label)) for name, label in labels.items())


OUTCOMES = _choices(
    visited=("已{visiting}", "visited"),
    refused=("拒访", "refused"),
    not_found=("查无", "not found"),
    closed=("停业", "closed"),
    other=("其他", "other"),
)
STATES = _choices(
    submitted=("已提交", "submitted"),
    returned=("退回修改", "returned"),
    accepted=("已通过", "accepted"),
    void=("作废", "void"),
)
VISIT_KEY = _fact("visit", "key", "{visiting}标识", "Visit")
VISIT_FACTS = (
    VISIT_KEY,
    _fact("number", "text", "走访编号", "Number of the visit", "L2"),
    _fact("unit", "text", "单位代码", "Code of the unit"),
    _fact("unit_name", "text", "单位", "Unit"),
    _fact("subject", "key", "{visited}标识", "Subject"),
    _fact("subject_name", "text", "{visited}名称", "Name of the {visited}", "L2"),
    _fact("uscc", "text", "统一社会信用代码", "Unified social credit code", "L2"),
    _fact("version", "number", "填报版本", "Version"),
    _fact("state", "choice", "状态", "State", choices=STATES),
    _fact("newest", "mark", "是否最新版本", "Newest version of the visit"),
    _fact("outcome", "choice", "{visiting}结果", "Outcome", choices=OUTCOMES),
    _fact("questionnaire", "text", "问卷版本", "Version of the questionnaire"),
    _fact("received_at", "moment", "收到时间", "Received", "L1"),
    _fact("accepted_at", "moment", "通过时间", "Accepted", "L1"),
    _fact("deputies", "number", "参加代表人数", "Deputies who went"),
)
ENTRY_FACTS = (
    VISIT_KEY,
    _fact("version", "number", "填报版本", "Version"),
    _fact("entry", "text", "第几项", "Number of the entry"),
)


def tables_of(packages: Mapping[str, Package], numbers: Mapping[str, int]) -> list[Table]:
    """The table of visits, then one for each repeat. `packages`: hash → questionnaire, the one in force first; `numbers`: hash → its version."""
    made = _Columns(packages, numbers)
    tables = [Table(VISITS, VISITS_TITLE, (*VISIT_FACTS, *made.by_repeat.pop("", ())))]
    taken = {VISITS, FINDINGS, EVENTS}
    for repeat, columns in made.by_repeat.items():
        key = _free(repeat.rpartition("/")[2], taken)
        tables.append(
            Table(key, made.titles[repeat] or _both(key, key), (*ENTRY_FACTS, *columns), made.repeats[repeat])
        )
    return tables


def _free(name: str, taken: set[str]) -> str:
    """The name, or the first with a number that nothing has yet."""
    free = name if name not in taken else next(f"{name}_{n}" for n in range(2, 10_000) if f"{name}_{n}" not in taken)
    taken.add(free)
    return free


class _Columns:
    """The columns of every question, by the repeat it stands in now."""

    def __init__(self, packages: Mapping[str, Package], numbers: Mapping[str, int]) -> None:
        self.by_repeat: dict[str, list[Column]] = {"": []}
        self.titles: dict[str, Mapping[str, str]] = {}
        self.repeats: dict[str, dict[str, str]] = {}
        self._taken: dict[str, set[str]] = {"": {column.name for column in VISIT_FACTS}}
        now, *_older = packages
        then = {package: paths_then(packages[now], packages[package]) for package in packages}
        for definition in _questions(packages[now]):
            paths = {package: path for package, places in then.items() if (path := places.get(definition["path"]))}
            self._add(packages, now, definition, paths, "")
        for package, places in list(then.items())[1:]:
            mapped = set(places.values()) | {
                column.paths[package]
                for columns in self.by_repeat.values()
                for column in columns
                if package in column.paths
            }
            for definition in _questions(packages[package]):
                if definition["path"] not in mapped:
                    paths = {
                        other: definition["path"]
                        for other in list(packages)[list(packages).index(package) :]
                        if any(one["path"] == definition["path"] for one in _questions(packages[other]))
                    }
                    self._add(packages, package, definition, paths, f"_v{numbers.get(package, 0)}")

    def _add(
        self, packages: Mapping[str, Package], package: str, definition: Definition, paths: dict[str, str], suffix: str
    ) -> None:
        repeat = repeat_of(packages[package], definition["path"])
        taken = self._taken.setdefault(repeat, {column.name for column in ENTRY_FACTS})
        name = _free(definition["name"] + suffix, taken)
        columns = list(_columns(name, packages, definition, packages[package], paths))
        taken.update(column.name for column in columns)
        self.by_repeat.setdefault(repeat, []).extend(columns)
        if repeat and repeat not in self.titles:
            place = next(one for one in packages[package]["defs"] if one["path"] == repeat)
            self.titles[repeat] = texts(packages[package], place.get("label", ""))
        if repeat:
            for other, path in paths.items():
                self.repeats.setdefault(repeat, {}).setdefault(other, repeat_of(packages[other], path))


def _questions(package: Package) -> Iterator[Definition]:
    return (one for one in package["defs"] if one["kind"] == "field" and one.get("type") not in _LEFT_OUT)


def repeat_of(package: Package, path: str) -> str:
    """The innermost repeat that a question stands in; empty outside of repeats."""
    repeats = {one["path"] for one in package["defs"] if one["kind"] == "repeat"}
    while path:
        path = path.rpartition("/")[0]
        if path in repeats:
            return path
    return ""


def _columns(
    name: str, packages: Mapping[str, Package], definition: Definition, own: Package, paths: dict[str, str]
) -> Iterator[Column]:
    """The column of a question, and those of its choices."""
    row = dict(fact_row(own, definition["path"]))
    answer = definition.get("type", "")
    kind = _KINDS.get(answer, "number" if answer == "calculate" and row.get("role") in ("mean", "sum") else "text")
    choices = _choices_of(packages, paths) if kind in ("choice", "choices") else ()
    kind = "text" if kind == "choice" and not choices else kind
    level = row.get("privacy") or ("L3" if answer in PERSONAL else privacy(own, definition["path"]))
    label = texts(own, definition.get("label", "")) or _both(definition["name"], definition["name"])
    column = Column(name, kind, label, level, paths=paths, choices=choices, row=row, type=answer)
    yield column
    if answer == "select_multiple" and 0 < len(choices) <= MOST_MARKS:
        for choice in choices:
            yield replace(
                column,
                name=f"{name}/{choice.name}",
                kind="mark",
                label={
                    code: f"{text}{_COLON.get(code[:2], ': ')}{choice.label.get(code, choice.name)}"
                    for code, text in label.items()
                },
                choices=(),
                choice=choice.name,
            )


def _choices_of(packages: Mapping[str, Package], paths: Mapping[str, str]) -> tuple[Choice, ...]:
    """The choices of every version, those of the newest first."""
    labels: dict[str, Mapping[str, str]] = {}
    for package, path in paths.items():
        definition = next(one for one in packages[package]["defs"] if one["path"] == path)
        if name := list_of(definition):
            for choice in packages[package]["sec"][name]:
                if choice["name"] not in labels:
                    labels[choice["name"]] = texts(packages[package], choice.get("label", "")) or {
                        "zh-CN": choice["name"]
                    }
    return tuple(Choice(name, label) for name, label in labels.items())


def in_own_words(table: Table, words: Mapping[str, Words]) -> Table:
    """The table with what the program says of it in the words of a campaign. `words`: by language."""

    def said(by_language: Mapping[str, str]) -> dict[str, str]:
        return {code: filled(text, words[code]) for code, text in by_language.items()}

    columns = [
        replace(
            column,
            label=said(column.label),
            choices=tuple(Choice(choice.name, said(choice.label)) for choice in column.choices),
        )
        if column.fact
        else column
        for column in table.columns
    ]
    own = table.key in (VISITS, FINDINGS, EVENTS)
    return replace(table, title=said(table.title) if own else table.title, columns=tuple(columns))


def in_words(by_language: Mapping[str, str], language: str) -> str:
    """A label in the language nearest to the one asked for."""
    near = (text for code, text in by_language.items() if code.startswith(language[:2]))
    return next(near, next(iter(by_language.values()), ""))
