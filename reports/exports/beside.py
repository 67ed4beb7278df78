"""What stands beside the visits in an export: findings with the coding in force, and events. Touches evidence and the records of surveys."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select

from reports.evidence.accepted_answers import accepted_submissions
from reports.evidence.finding_lists import CodedFinding, code_names, finding_ids, findings
from reports.exports.columns import EVENTS, EVENTS_TITLE, FINDINGS, FINDINGS_TITLE, Choice, Column, Table
from reports.exports.rights import Rights
from reports.exports.rows import Row
from surveys.database import db
from surveys.fieldwork.findings.findings import Finding
from surveys.fieldwork.visits.events import Event
from surveys.fieldwork.visits.visits import visit_references
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.campaigns.units import unit_tree
from surveys.planning.words.reference_lists import rows as reference

AT_ONCE = 400
_SOURCES = {"visit": ("{visiting}", "visit"), "event": ("活动", "event"), "letter": ("来信", "letter")}
_KINDS = {"problem": ("问题", "problem"), "suggestion": ("建议", "suggestion")}
_PUBLICATIONS = {
    "open": ("可公开单位名称", "with the name"),
    "anonymous": ("匿名使用", "without the name"),
    "closed": ("仅内部使用", "internal only"),
}
_EVENT_KINDS = {"symposium": ("座谈会", "symposium"), "reception": ("接待", "reception"), "tour": ("视察", "tour")}


def _column(name: str, kind: str, zh: str, en: str, level: str = "L0", choices: tuple[Choice, ...] = ()) -> Column:
    return Column(name, kind, {"zh-CN": zh, "en": en}, level, fact=name, choices=choices)


def _words(words: Mapping[str, tuple[str, str]]) -> tuple[Choice, ...]:
    return tuple(Choice(name, {"zh-CN": zh, "en": en}) for name, (zh, en) in words.items())


def _listed(name: str) -> tuple[Choice, ...]:
    english = {row["code"]: row.get("name_en", "") for row in reference(name)}
    return tuple(
        Choice(code, {"zh-CN": words, "en": english[code] or words}) for code, words in code_names(name).items()
    )


def findings_table() -> Table:
    """问题建议: one row a finding that counts."""
    categories, departments = _listed("suggestion_categories"), _listed("department_list")
    columns = (
        _column("finding", "key", "问题建议标识", "Finding"),
        _column("visit", "key", "{visiting}标识", "Visit"),
        _column("number", "text", "走访编号", "Number of the visit", "L2"),
        _column("unit", "text", "单位代码", "Code of the unit"),
        _column("unit_name", "text", "单位", "Unit"),
        _column("source", "choice", "来源", "Source", choices=_words(_SOURCES)),
        _column("kind", "choice", "种类", "Kind", choices=_words(_KINDS)),
        _column("text", "text", "原文", "In their words", "L1"),
        _column("category", "choice", "类别", "Category", choices=categories),
        _column("category2", "choice", "小类", "Category within it", choices=categories),
        _column("department", "choice", "承办部门", "Department", choices=departments),
        _column("tier", "text", "事权层级", "To be solved by"),
        _column("urgency", "text", "紧急程度", "Urgency"),
        _column("purpose", "text", "建议用途", "Meant for"),
        _column("wants_reply", "mark", "希望答复", "Wants a reply"),
        _column("publication", "choice", "公开程度", "Publication", "L2", choices=_words(_PUBLICATIONS)),
    )
    return Table(FINDINGS, FINDINGS_TITLE, columns)


def events_table() -> Table:
    """活动: one row an event."""
    columns = (
        _column("event", "key", "活动标识", "Event"),
        _column("unit", "text", "单位代码", "Code of the unit"),
        _column("unit_name", "text", "单位", "Unit"),
        _column("number", "number", "序号", "Number"),
        _column("kind", "choice", "种类", "Kind", choices=_words(_EVENT_KINDS)),
        _column("place_kind", "text", "地点类别", "Kind of place"),
        _column("title", "text", "名称", "Title", "L1"),
        _column("held_on", "date", "日期", "Date"),
        _column("levels", "text", "参加代表层级", "Levels present"),
        _column("roles", "text", "参加人员类别", "Roles present"),
        _column("persons", "number", "参加人数", "Persons"),
        _column("summary", "text", "概况", "Summary", "L1"),
    )
    return Table(EVENTS, EVENTS_TITLE, columns)


class FindingRows:
    """The findings a reader may export: of accepted visits, events and letters. `publications`: id of each → what it may be used for."""

    def __init__(self, campaign: Campaign, rights: Rights, units: Mapping[str, str]) -> None:
        self.rights, self.units = rights, units
        self.leaves = rights.levels
        used = [one for one in accepted_submissions(campaign.id) if one.unit in rights.levels]
        self.ids = finding_ids(campaign.id, used, rights.levels)
        self.campaign = campaign

    def __iter__(self) -> Iterator[tuple[CodedFinding, dict[str, str]]]:
        from surveys.fieldwork.visits.visits import Visit

        for start in range(0, len(self.ids), AT_ONCE):
            some = findings(self.ids[start : start + AT_ONCE])
            visits = {one.finding.visit_id for one in some if one.finding.visit_id}
            numbers = visit_references(Visit.id.in_(visits))
            for one in some:
                yield one, self._values(one, numbers)
            db.session.expunge_all()

    def _values(self, coded: CodedFinding, numbers: Mapping[str, str]) -> dict[str, str]:
        finding: Finding = coded.finding
        return {
            "finding": finding.id,
            "visit": finding.visit_id or "",
            "number": numbers.get(finding.visit_id or "", ""),
            "unit": finding.unit_code,
            "unit_name": self.units.get(finding.unit_code, finding.unit_code),
            "source": finding.source,
            "kind": finding.kind,
            "text": finding.text,
            "category": coded.category or "",
            "category2": coded.category2 or "",
            "department": coded.department or "",
            "tier": coded.tier or "",
            "urgency": finding.urgency or "",
            "purpose": finding.purpose or "",
            "wants_reply": "1" if finding.wants_reply else "0",
            "publication": finding.publication,
        }


def event_rows(campaign: Campaign, rights: Rights, units: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """The events of the leaves that may be exported, and of a node all of whose leaves may."""
    tree, leaves = unit_tree(), set(rights.levels)
    query = select(Event).where(Event.campaign_id == campaign.id).order_by(Event.unit_code, Event.number)
    for event in db.session.scalars(query):
        below = {unit.code for unit in tree.leaves(event.unit_code)}
        if event.unit_code in leaves or (below and below <= leaves):
            yield _event_values(event, units)


def _event_values(event: Event, units: Mapping[str, str]) -> dict[str, str]:
    def joined(codes: list[Any]) -> str:
        return " ".join(map(str, codes or ()))

    return {
        "event": event.id,
        "unit": event.unit_code,
        "unit_name": units.get(event.unit_code, event.unit_code),
        "number": str(event.number),
        "kind": event.kind,
        "place_kind": event.place_kind,
        "title": event.title,
        "held_on": event.held_on.isoformat(),
        "levels": joined(event.levels),
        "roles": joined(event.roles),
        "persons": "" if event.persons is None else str(event.persons),
        "summary": event.summary or "",
    }


def as_row(table: Table, values: Mapping[str, str], levels: frozenset[str]) -> Row:
    """The values of the columns that may be read."""
    return tuple(values[column.fact] if column.privacy in levels else "" for column in table.columns)
