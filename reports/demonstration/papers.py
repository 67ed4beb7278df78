"""Enters what a campaign has besides visits: symposia and speeches, letters, codes and headlines of findings.

Touches events and findings. One transaction for each; what stands already is left alone.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta

from sqlalchemy import exists, select

from reports.demonstration import people
from reports.demonstration.schedule import DESK_CLOSES
from reports.demonstration.stock import FOLDER, csv_rows, draw
from reports.demonstration.texts import Text, VisitTexts, letters
from surveys.database import CHINA, clock_at, db, seeded_ids, writing
from surveys.fieldwork.findings import proposals
from surveys.fieldwork.findings.acts import View, settle
from surveys.fieldwork.findings.desk_queue import Queue
from surveys.fieldwork.findings.findings import Finding, add_letter, add_speech, code
from surveys.fieldwork.findings.headlines import headlines_of
from surveys.fieldwork.visits.events import Event, add_event
from surveys.planning.campaigns.campaigns import Campaign

CODE_FIELDS = ("category", "category2", "department", "tier")
UNGROUPED_SHARE = 0.25  # of what is proposed and nobody has looked at yet
UNCODED_SHARE = 0.12  # of the findings a desk has not come to yet


def add_events(seed: int, campaign: Campaign, units: Iterable[str]) -> int:
    """The symposia and receptions of papers/events.csv with their speeches; gives how many events were added."""
    if db.session.scalar(select(exists().where(Event.campaign_id == campaign.id))):
        return 0
    taking_part = set(units)
    rows = [row for row in csv_rows(FOLDER / "papers" / "events.csv") if row["unit"] in taking_part]
    speeches = csv_rows(FOLDER / "papers" / "speeches.csv")
    with seeded_ids(f"{seed}/events/{campaign.id}"), writing():
        for row in sorted(rows, key=lambda row: (row["date"], row["id"])):
            day = datetime.fromisoformat(row["date"]).date()
            with clock_at(datetime.combine(day, time(17, 20), CHINA)):
                event = add_event(
                    campaign.id,
                    row["unit"],
                    kind=row["kind"],
                    place_kind=row["place_kind"],
                    title=row["title"],
                    held_on=day,
                    levels=row["levels"].split(";"),
                    roles=row["roles"].split(";"),
                    persons=draw(seed, "event", row["id"]).randrange(13, 29),
                    summary=row["summary"],
                    entered_by=people.actor("unit_desk", row["unit"]).id,
                )
                for speech in speeches:
                    if speech["event_id"] == row["id"]:
                        _add_speech(campaign, event, speech)
    return len(rows)


def _add_speech(campaign: Campaign, event: Event, speech: Mapping[str, str]) -> None:
    add_speech(
        campaign.id,
        event.unit_code,
        event.id,
        kind=speech["kind"],
        text=speech["text"],
        speaker_role=speech["speaker_role"],
        speaker_level=speech["speaker_level"] or None,
        category=speech["category"] or None,
        category2=speech["category2"] or None,
        department=speech["department"] or None,
        tier=speech["level"] or None,
        urgency=speech["urgency"] or None,
    )


def add_letters(seed: int, campaign: Campaign, units: list[str]) -> int:
    """Letters that firms wrote in these weeks, entered by the unit they were addressed to."""
    letter = exists().where(Finding.campaign_id == campaign.id, Finding.source == "letter")
    if db.session.scalar(select(letter)):
        return 0
    with seeded_ids(f"{seed}/letters/{campaign.id}"), writing():
        for place, text in enumerate(letters()):
            moment = DESK_CLOSES - timedelta(days=2 + place % 30, hours=place % 5)
            with clock_at(moment):
                add_letter(
                    campaign.id,
                    units[place % len(units)],
                    kind=text.kind,
                    text=text.text,
                    category=text.category or None,
                    category2=text.category2 or None,
                    department=text.department or None,
                    tier=text.level or None,
                    urgency=text.urgency or None,
                    wants_reply=text.kind == "problem",
                    publication="anonymous",
                )
    return len(letters())


def code_findings(seed: int, campaign: Campaign, unit: str, visit_texts: Mapping[tuple[str, int], VisitTexts]) -> int:
    """The desk codes what the form could not say: suggestions, and problems whose class the form does not offer.

    A few are left as they came, so that the desk has something to do.
    """
    text_by_wording = {text.text: text for texts_of_visit in visit_texts.values() for text in texts_of_visit.all()}
    by, count = people.actor("unit_desk", unit), 0
    findings = db.session.scalars(
        select(Finding)
        .where(Finding.campaign_id == campaign.id, Finding.unit_code == unit, Finding.source == "visit")
        .order_by(Finding.visit_id, Finding.content, Finding.path)
    ).all()
    with clock_at(DESK_CLOSES), seeded_ids(f"{seed}/coding/{campaign.id}/{unit}"), writing():
        for finding in findings:
            text = text_by_wording.get(finding.text)
            coding = _coding(finding, text) if text else {}
            if text and coding and draw(seed, "coded", text.id).random() >= UNCODED_SHARE:
                code(finding, by, **coding)
                count += 1
    return count


def _coding(finding: Finding, text: Text) -> dict[str, str]:
    """What the desk knows better than the form."""
    if not text.category:
        return {}
    coding = {
        "category": text.category,
        "category2": text.category2,
        "department": text.department,
        "tier": text.level,
    }
    return {key: coding[key] for key in CODE_FIELDS if coding[key] and coding[key] != getattr(finding, key)}


def put_findings_together(seed: int, campaign: Campaign, units: list[str], root: str, *, at: datetime) -> int:
    """The committee takes the program's proposals, one after the other, as a person does in 逐条归类; gives how many headlines it made.

    What is ticked beforehand is taken as it is. Some are left, for whoever looks at the proposals next.
    """
    if headlines_of(campaign.id, root):
        return 0
    view, by = View(campaign.id, root), people.actor("committee", root)
    with clock_at(at), seeded_ids(f"{seed}/headlines/{campaign.id}"):
        proposals.compute(campaign.id)
        queue = Queue(view, units)
        together: set[str] = set()
        for line in queue.chosen("near"):
            others = [near.line.row.id for near in queue.card(line).near if near.ticked]
            is_left = draw(seed, "headline", min([line.row.id, *others])).random() < UNGROUPED_SHARE
            if others and not is_left and together.isdisjoint((line.row.id, *others)):
                settle(view, by, line.row.id, {}, others=others)
                together |= {line.row.id, *others}
    return len(headlines_of(campaign.id, root))
