"""What the sheet `diaoyan` says an answer is: outcome, subject, attendance, findings, indicators, what fills it.

No question is named here: everything goes by the columns `means`, `role`, `preload` and by the `code` of choices. A
choice with the code “-” counts as not coded; a choice without a code is its own category. Empty: a fact that nobody
gave is None (of lists: the empty list).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, NamedTuple

from surveys.questionnaire.facts.fact_places import Question, sheet_of
from surveys.questionnaire.shapes.package_shape import FactTable, Package, Row, list_of
from surveys.questionnaire.sheets.bilingual import Text
from surveys.questionnaire.sheets.columns import FILLED

NOT_CODED = "-"
_LONGEST_KEPT = 300  # characters of a path that is not read again for the next visit
_INSTANCE = re.compile(r"\[[0-9]+\]")
_ABOUT_PROBLEMS = frozenset(("category", "category2", "department", "level"))


@dataclass(frozen=True, slots=True)
class Subject:
    """The firm as the answers name it; area is where it lies."""

    name: str | None = None
    uscc: str | None = None
    area: str | None = None
    industry: str | None = None
    size: str | None = None
    control: str | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    name: str | None = None
    phone: str | None = None
    use: str | None = None


@dataclass(frozen=True, slots=True)
class FindingFact:
    """One finding: a problem when its place in the form asks for a category or department, else a suggestion.

    A code that is missing is None: not coded yet. Publication is `closed` unless the firm allowed more.
    """

    path: str
    kind: str
    text: str
    question: str = ""  # the stable id of the question
    category: str | None = None
    category2: str | None = None
    department: str | None = None
    level: str | None = None
    reply: bool | None = None
    use: str | None = None
    urgency: str | None = None
    publication: str = "closed"


@dataclass(frozen=True, slots=True)
class VisitFacts:
    outcome: str | None
    reason: str | None
    consent: str | None
    subject: Subject
    levels: list[str]
    attendance: str | None
    contact: Contact
    findings: list[FindingFact] = field(default_factory=list)


class ChoiceView(NamedTuple):
    """A choice of an indicator: its value, its label by language, its code (None: its own category)."""

    name: str
    label: dict[str, str]
    code: str | None


@dataclass(frozen=True, slots=True)
class IndicatorQuestion:
    """A question that a table or list of the report is made of."""

    path: str
    name: str
    stable_id: str
    role: str
    also: list[str]
    base: str
    unit: str
    table: str
    section: str
    privacy: str
    choices: list[ChoiceView]
    in_repeat: bool
    type: str
    label: dict[str, str]
    means: str = ""
    codes: str = ""


def read_facts(package: Package, answers: Mapping[str, str], repeats: Mapping[str, int] | None = None) -> VisitFacts:
    """The facts of one visit, from the open answers that were sent."""
    reader = _Reader(package, answers)
    return VisitFacts(
        outcome=reader.outcome(),
        reason=reader.one("outcome.reason"),
        consent=reader.one("consent"),
        subject=Subject(
            *(reader.one(f"subject.{part}") for part in ("name", "uscc", "area", "industry", "size", "control"))
        ),
        levels=reader.many("attendance.levels"),
        attendance=reader.one("attendance"),
        contact=Contact(*(reader.one(f"contact.{part}") for part in ("name", "phone", "use"))),
        findings=reader.findings(),
    )


def read_told(package: Package, answers: Mapping[str, str]) -> tuple[str | None, list[FindingFact]]:
    """The outcome and the findings alone: what is taken out of every version that is handed in."""
    reader = _Reader(package, answers)
    return reader.outcome(), reader.findings()


class _Reader:
    def __init__(self, package: Package, answers: Mapping[str, str]) -> None:
        self.package = package
        self.answers = answers
        self.sheet = sheet_of(package)
        self.rows, self.by_meaning, self.defs = self.sheet.rows, self.sheet.by_meaning, self.sheet.defs

    def repeat_of(self, path: str) -> str:
        return self.sheet.repeat_of(path)

    def outcome(self) -> str | None:
        """A workbook without an `outcome` means that the visit took place."""
        return self.one("outcome") if "outcome" in self.by_meaning else "visited"

    def one(self, meaning: str) -> str | None:
        for question in self.sheet.asked.get(meaning, ()):
            if text := self.answers.get(question.path):
                return _code(question, text, own=True)
        return None

    def many(self, meaning: str) -> list[str]:
        codes: list[str] = []
        for question in self.sheet.asked.get(meaning, ()):
            for word in self.answers.get(question.path, "").split():
                code = _code(question, word, own=True)
                if code and code not in codes:
                    codes.append(code)
        return codes

    def findings(self) -> list[FindingFact]:
        """One for each instance of the repeat a `finding.text` stands in, in the order of the form."""
        return [self.finding(path, row) for row in self.sheet.texts for path in self.places(row["path"])]

    def places(self, path: str) -> list[str]:
        """The answers to one question, over all instances, in order."""
        pattern = self.sheet.patterns[path]
        paths = [path] if path in self.answers else []
        paths += [place for place in self._in_repeats.get(path, ()) if pattern.fullmatch(place)]
        paths = [place for place in paths if self.answers[place].strip()]
        if len(paths) < 2:
            return paths
        return sorted(paths, key=lambda place: [int(number) for number in re.findall(r"\[([0-9]+)\]", place)])

    @cached_property
    def _in_repeats(self) -> dict[str, list[str]]:
        """The paths of the answers inside of repeats, by those of their questions."""
        paths: dict[str, list[str]] = {}
        for path in self.answers:
            if "[" in path:
                paths.setdefault(plain_path(path), []).append(path)
        return paths

    def finding(self, path: str, row: Mapping[str, str]) -> FindingFact:
        values: dict[str, str | None] = {}
        beside_it = self.sheet.beside[row["path"]]
        above = path.rpartition("/")[0]
        for key, other in beside_it:
            at = f"{above}/{other.beside}" if other.beside else beside(path, other.path)
            if text := self.answers.get(at):
                values[key] = _code(other, text, own=False)
        reply = values.get("reply")
        return FindingFact(
            path=path,
            kind="problem" if any(key in _ABOUT_PROBLEMS for key, _other in beside_it) else "suggestion",
            text=self.answers[path],
            question=row.get("stable_id", ""),
            category=values.get("category"),
            category2=values.get("category2"),
            department=values.get("department"),
            level=values.get("level"),
            reply=None if reply is None else reply == "yes",
            use=values.get("use"),
            urgency=values.get("urgency"),
            publication=values.get("publication") or "closed",
        )


def _code(question: Question, value: str, *, own: bool) -> str | None:
    """The code of an answer; `own`: a choice without one stands for itself."""
    if question.codes is None:
        return value
    code = question.codes.get(value, "")
    return None if code == NOT_CODED else code or (value if own else None)


def plain_path(path: str) -> str:
    """A path without the numbers of instances."""
    return (_plain if len(path) <= _LONGEST_KEPT else _plain.__wrapped__)(path)


@lru_cache(maxsize=1024)
def _plain(path: str) -> str:
    return _INSTANCE.sub("", path)


def beside(path: str, other: str) -> str:
    """The path of question `other` in the same instances as the answer at `path`."""
    steps = path.split("/")
    out = []
    together = True
    for place, part in enumerate(other.split("/")):
        together = together and place < len(steps) and plain_path(steps[place]) == part
        out.append(steps[place] if together else part)
    return "/".join(out)


def preload(
    package: Package,
    *,
    assignment: Mapping[str, Any] | None,
    attendance: Mapping[str, Any] | None,
    register: Mapping[str, Any] | None = None,
    today: str = "",
    holder: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Path → text of the answers that the visit itself gives, by the column `preload` and by metadata questions.

    `assignment`: id, enterprise_name, enterprise_uscc, district. `attendance`: chosen, names (a list), levels (codes).
    `register`: what is known of the subject (section, division, control, size_class, founded, staff, …), and `today`: both stand
    there to be confirmed or put right. `holder`: username, deviceid. Empty values are left out, so that the question is asked.
    """
    reader = _Reader(package, {})
    text_by_path = {path: (holder or {}).get(one.get("preload", "")) for path, one in reader.defs.items()}
    answers = {path: text for path, text in text_by_path.items() if text and not reader.repeat_of(path)}
    for row in reader.rows:
        source, _point, name = row.get("preload", "").partition(".")
        sources = {"assignment": assignment, "attendance": attendance, "register": register, "visit": {"today": today}}
        facts = sources.get(source)
        if facts is None or row["path"] not in reader.defs:
            continue
        value = facts.get(name)
        text = _levels(reader, row["path"], value or ()) if name == "levels" else _text(reader, row["path"], value)
        if text:
            answers[row["path"]] = text
    return answers


def is_offered(row: Mapping[str, Any]) -> bool:
    """Whether what is filled in beforehand is only offered: a person confirms it, or puts it right."""
    return str(row.get("preload") or "").startswith(("register.", "visit."))


def _text(reader: _Reader, path: str, value: Any) -> str:
    """A value as the answer to `path`: names joined, a code as the choice that has it."""
    if value is None or value is False:
        return ""
    if value is True:
        return "yes"
    if not isinstance(value, str):
        return "、".join(str(one) for one in value) if isinstance(value, Iterable) else str(value)
    choices = _choices(reader, path)
    if not choices or any(choice.get("name") == value for choice in choices):
        return value
    return next((choice["name"] for choice in choices if choice.get("code") == value), "")


def _levels(reader: _Reader, path: str, codes: Iterable[str]) -> str:
    """Codes of levels as the choices of the question, in the order of its list."""
    wanted_codes = set(codes)
    return " ".join(row["name"] for row in _choices(reader, path) if (row.get("code") or row["name"]) in wanted_codes)


def _choices(reader: _Reader, path: str) -> list[Row]:
    name = list_of(reader.defs[path])
    return reader.package["sec"][name] if name else []


def begin(package: Package, answers: Mapping[str, str] | None = None, *, now: str, language: str = "zh-CN") -> Any:
    """The state of a visit that begins: defaults, what the visit itself gives, and the `start` of open repeats."""
    from surveys.questionnaire.state.evaluation import FormState

    state = FormState(package, now=now, language=language, new=True)
    for path, text in (answers or {}).items():
        state.set(path, text)
    for row in package["facts"]["rows"]:
        if is_offered(row) and row["path"] in state.by_path and state.node(row["path"]).problem:
            state.set(row["path"], "")  # what the form does not take is asked
    for row in package["facts"]["rows"]:
        if row.get("start", "").isdigit() and row["path"] in state.repeats:
            number = int(row["start"])
            while state.repeats[row["path"]] > number:
                state.remove(f"{row['path']}[{state.repeats[row['path']]}]")
            while state.repeats[row["path"]] < number:
                state.add(row["path"])
    return state


def indicator_questions(package: Package) -> list[IndicatorQuestion]:
    """Every question of the sheet that has a role in the report, in the order of the sheet."""
    reader = _Reader(package, {})
    return [
        _indicator(reader, row)
        for row in reader.rows
        if row.get("role", "none") != "none" and reader.defs.get(row.get("path", ""), {}).get("kind") == "field"
    ]


def _indicator(reader: _Reader, row: Mapping[str, str]) -> IndicatorQuestion:
    path = row["path"]
    definition = reader.defs[path]
    return IndicatorQuestion(
        path=path,
        name=definition["name"],
        stable_id=row.get("stable_id", ""),
        role=row["role"],
        also=[part.strip() for part in row.get("also", "").split(";") if part.strip()],
        base=row.get("base", ""),
        unit=row.get("unit", ""),
        table=row.get("table", ""),
        section=row.get("report_section", ""),
        privacy=row.get("privacy") or "L1",
        choices=[
            ChoiceView(choice["name"], texts(reader.package, choice.get("label", "")), choice.get("code") or None)
            for choice in _choices(reader, path)
        ],
        in_repeat=bool(reader.repeat_of(path)),
        type=definition.get("type", ""),
        label=texts(reader.package, definition.get("label", "")) or {"zh-CN": definition["name"]},
        means=row.get("means", ""),
        codes=row.get("codes", ""),
    )


def paths_then(now: Package, then: Package) -> dict[str, str]:
    """Path of a question now → its path in an earlier version: the same stable id, else the same place without another id."""
    ids_now = {row["path"]: row["stable_id"] for row in now["facts"]["rows"] if row.get("stable_id") and "path" in row}
    ids_then = {
        row["path"]: row["stable_id"] for row in then["facts"]["rows"] if row.get("stable_id") and "path" in row
    }
    place_then = {stable_id: path for path, stable_id in ids_then.items()}
    fields_then = {definition["path"] for definition in then["defs"] if definition["kind"] == "field"}
    paths = {}
    for definition in now["defs"]:
        path = definition["path"]
        stable_id = ids_now.get(path, "")
        if place_then.get(stable_id) in fields_then:
            paths[path] = place_then[stable_id]
        elif path in fields_then and (not stable_id or path not in ids_then):
            paths[path] = path
    return paths


def texts(package: Package, text_id: str) -> dict[str, str]:
    """A text in every language it is there in; answers inside it are left out."""
    by_language = {}
    for code, entries in package["itext"].items():
        text = entries.get(text_id)
        if text is not None:
            by_language[code] = (
                text if isinstance(text, str) else "".join(part for part in text if isinstance(part, str))
            )
    return by_language


def in_both(by_language: Mapping[str, str], otherwise: str = "") -> Text:
    """A text for readers of Chinese and of English: the nearest language there is, else any."""
    near = [[text for code, text in by_language.items() if code.startswith(language)] for language in ("zh", "en")]
    fallback = next(iter([*near[0], *near[1], *by_language.values()]), otherwise)
    return Text(*(next(iter(texts), fallback) or fallback for texts in near))


def tables(package: Package) -> list[FactTable]:
    """The tables of the report: {"table", "section", "title": by language}."""
    return list(package["facts"]["tables"])


def fact_row(package: Package, path: str) -> Mapping[str, str]:
    """The row of the sheet for a question (its path with or without instance numbers); empty when there is none."""
    plain = plain_path(path)
    return next((row for row in package["facts"]["rows"] if row.get("path") == plain), {})


def privacy(package: Package, path: str) -> str:
    """L0 to L3; of what the sheet does not speak of, who filled the form in and on which device is L3, all else L1."""
    plain = plain_path(path)
    of_holder = any(one.get("preload") in FILLED and one["path"] == plain for one in package["defs"])
    return fact_row(package, path).get("privacy") or ("L3" if of_holder else "L1")
