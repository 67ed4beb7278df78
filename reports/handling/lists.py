"""四张清单: work, problems, suggestions, results, as views over what is stored. Touches the records, visits and findings.

Every row names where it comes from and what came of it; a row from which nothing came yet is open (未闭环) and stands first.
Nothing is typed for a list: its counts are the desk's.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select

from reports.handling.faults import STATE_WORDS
from reports.handling.records import Item, ItemFinding, Letter, LetterItem
from reports.handling.states import newest_move, newest_move_on, state_column
from reports.papers.steps import Report, ReportStep
from surveys.database import db
from surveys.fieldwork.findings.findings import Finding, counted_findings, finding_rows
from surveys.fieldwork.visits.events import Event
from surveys.fieldwork.visits.states import newest_decision, newest_decision_on
from surveys.fieldwork.visits.states import state_column as visit_state
from surveys.fieldwork.visits.visits import Visit, visit_reference
from surveys.planning.assigning.assignments import Assignment
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.campaigns.subjects import Subject
from surveys.questionnaire.sheets.bilingual import Text

LISTS = ("work", "problems", "suggestions", "results")
DONE = ("accepted", "void")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a row leads: a page with its arguments, and the words of the link."""

    words: Text
    endpoint: str = ""
    args: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a list. `next`: what came of it; none = open."""

    kind: Text
    reference: str
    text: str
    unit: str
    source: Place
    next: Place | None = None


def rows(campaign: Campaign, name: str, units: Sequence[str]) -> list[Row]:
    """The rows of one list over these leaves, open ones first."""
    makers = {"work": _work, "problems": _findings, "suggestions": _findings, "results": _results}
    rows = list(makers[name](campaign, name, units))
    return sorted(rows, key=lambda row: row.next is not None)


def _work(campaign: Campaign, _: str, units: Sequence[str]) -> Iterator[Row]:
    yield from _visits(campaign, units)
    yield from _events(campaign, units)
    if len(units) > 1:  # letters are the organizing unit's, not a leaf's
        yield from _letters(campaign)


def _visits(campaign: Campaign, units: Sequence[str]) -> Iterator[Row]:
    newest = newest_decision()
    texts = dict(
        db.session.execute(
            select(Finding.visit_id, func.count()).where(Finding.campaign_id == campaign.id).group_by(Finding.visit_id)
        ).all()
    )
    query = (
        select(Visit.id, Visit.unit_code, Assignment.number, Subject.name, visit_state(newest))
        .outerjoin(Assignment, Assignment.id == Visit.assignment_id)
        .outerjoin(Subject, Subject.id == Visit.subject_id)
        .outerjoin(newest, newest_decision_on(newest))
        .where(Visit.campaign_id == campaign.id, Visit.unit_code.in_(units))
        .order_by(Visit.unit_code, Assignment.number, Visit.id)
    )
    for id, unit, number, subject, state in db.session.execute(query):
        reference = visit_reference(unit, number, id)
        place = Place(Text("任务", "assignment"), "unit_desk.read", {"visit_id": id})
        count = texts.get(id, 0)
        came = Text(f"问题建议{count}条", f"{count} findings") if state == "accepted" else Text("作废", "void")
        yield Row(Text("任务", "visit"), reference, subject or "", unit, place, Place(came) if state in DONE else None)


def _events(campaign: Campaign, units: Sequence[str]) -> Iterator[Row]:
    counts = Counter(db.session.scalars(select(Finding.event_id).where(Finding.campaign_id == campaign.id)))
    for event in db.session.scalars(select(Event).where(Event.campaign_id == campaign.id, Event.unit_code.in_(units))):
        count = counts.get(event.id, 0)
        came = Place(Text(f"问题建议{count}条", f"{count} findings")) if count else None
        yield Row(Text("活动", "event"), "", event.title, event.unit_code, Place(Text("活动", "event")), came)


def _letters(campaign: Campaign) -> Iterator[Row]:
    on_letter = select(LetterItem.letter_id, func.count()).group_by(LetterItem.letter_id)
    counts = dict(db.session.execute(on_letter).all())
    query = select(Letter).where(Letter.campaign_id == campaign.id).order_by(Letter.year, Letter.number)
    for letter in db.session.scalars(query):
        count = counts.get(letter.id, 0)
        place = Place(Text("交办函", "letter"), "office.letters", {"number": campaign.number})
        withdrawn = Text("已撤回", "withdrawn")
        came = withdrawn if letter.withdrawn_at else Text(f"事项{count}件", f"{count} items")
        args = {"number": campaign.number, "body": letter.body_code}
        yield Row(Text("交办函", "letter"), letter.reference, letter.body.short_name, campaign.unit_code, place, Place(came, "handling.show", args))  # fmt: skip


def _findings(campaign: Campaign, name: str, units: Sequence[str]) -> Iterator[Row]:
    kind = "problem" if name == "problems" else "suggestion"
    item_by_finding = _item_by_finding(campaign)
    for row in finding_rows(db.session.execute(counted_findings(campaign.id, units))):
        if row.kind != kind:
            continue
        source = Place(
            {"visit": Text("走访", "visit"), "event": Text("活动", "event"), "letter": Text("来信", "letter")}[
                row.source
            ],
            "findings.read",
            {"finding_id": row.id},
        )
        came = None
        if row.id in item_by_finding:
            item, state = item_by_finding[row.id]
            word = STATE_WORDS[state]
            came = Place(
                Text(f"{item.reference} {word.zh}", f"{item.reference} {word.en}"),
                "handling.item",
                {"item_id": item.id},
            )
        reference = visit_reference(row.unit, row.number, row.visit_id) if row.visit_id else ""
        yield Row(Text("问题", "problem") if kind == "problem" else Text("建议", "suggestion"), reference, row.text, row.unit, source, came)  # fmt: skip


def _item_by_finding(campaign: Campaign) -> dict[str, tuple[Item, str]]:
    """Finding → its item and how that stands, where its letter was not withdrawn."""
    move = newest_move()
    query = (
        select(ItemFinding.finding_id, Item, state_column(move, campaign.today()))
        .select_from(ItemFinding)
        .join(Item, Item.id == ItemFinding.item_id)
        .join(move, newest_move_on(move))
        .where(Item.campaign_id == campaign.id, move.kind != "withdrawn")
    )
    return {finding: (item, state) for finding, item, state in db.session.execute(query)}


def _results(campaign: Campaign, _: str, units: Sequence[str]) -> Iterator[Row]:
    """What an answer changed: closed items with their evidence; the reports that are final."""
    closed = newest_move()
    query = (
        select(Item, closed.words, Finding.unit_code)
        .select_from(Item)
        .join(closed, newest_move_on(closed))
        .join(ItemFinding, ItemFinding.item_id == Item.id)
        .join(Finding, Finding.id == ItemFinding.finding_id)
        .where(Item.campaign_id == campaign.id, closed.kind == "closed", Finding.unit_code.in_(units))
        .order_by(Item.kind, Item.number, Finding.unit_code)
    )
    seen = set[str]()
    for item, evidence, unit in db.session.execute(query):
        if item.id in seen:
            continue
        seen.add(item.id)
        source = Place(Text(item.reference, item.reference), "handling.item", {"item_id": item.id})
        came = Place(Text(f"依据：{evidence}", f"Evidence: {evidence}"))
        yield Row(Text("销号", "closed item"), item.reference, item.text, unit, source, came)
    final = select(Report).join(ReportStep, ReportStep.report_id == Report.id)
    final = final.where(Report.campaign_id == campaign.id, ReportStep.step == "final").distinct()
    for report in db.session.scalars(final):
        source = Place(Text("报告", "report"), "report_list.show", {"number": campaign.number})
        yield Row(
            Text("定稿", "final report"), "", report.title, report.unit_code, source, Place(Text("已定稿", "final"))
        )
