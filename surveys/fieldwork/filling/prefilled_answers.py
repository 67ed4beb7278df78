"""Gives the answers that are filled in before a page opens, from the visit and who went. Touches planning."""

from typing import Any

from sqlalchemy import select

from surveys.database import db
from surveys.fieldwork.receiving.senders import Sender
from surveys.fieldwork.visits.attendance import attending
from surveys.fieldwork.visits.visits import Visit
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.campaigns.units import LEVELS
from surveys.questionnaire.facts import facts
from surveys.questionnaire.shapes.package_shape import Package


def facts_for(visit_id: str) -> tuple[dict[str, str], dict[str, Any] | None]:
    """What is known of the visit, and of who went (None while nobody is chosen), as `facts.preload` takes them."""
    visit = db.session.scalars(select(Visit).where(Visit.id == visit_id)).one()
    subject = visit.subject
    of_visit = {
        "id": visit.reference(),
        "enterprise_name": visit.name,
        "enterprise_uscc": (subject.uscc if subject else None) or "",
        "district": (subject.area_code if subject else None) or "",
    }
    present = attending(visit_id)
    if not present:
        return of_visit, None
    levels = {code for deputy in present for code in deputy.level_codes()}
    return of_visit, {
        "chosen": "yes",
        "names": [deputy.name for deputy in present],
        "levels": [code for code in LEVELS if code in levels],
    }


def register_of(visit_id: str) -> dict[str, str]:
    """What the register knows of the subject, as texts; a code becomes the choice that bears it."""
    subject = db.session.scalars(select(Visit).where(Visit.id == visit_id)).one().subject
    if subject is None:
        return {}
    names = ("section", "division", "control", "size_class", "founded", "staff", "revenue", "address")
    return {name: str(value) for name in names if (value := getattr(subject, name)) not in (None, "")}


def today_of(visit_id: str) -> str:
    """The day by the campaign's calendar."""
    query = select(Campaign).join(Visit, Visit.campaign_id == Campaign.id).where(Visit.id == visit_id)
    return db.session.scalars(query).one().today().isoformat()


def of_sender(sender: Sender) -> dict[str, str]:
    """What metadata questions ask of the sender: their name, and the number the device has here, not the maker's."""
    return {"username": sender.name or "", "deviceid": sender.device_id or ""}


def preload_for(visit_id: str, package: Package, sender: Sender) -> dict[str, str]:
    """Path → text of the answers that the visit itself gives."""
    assignment, attendance = facts_for(visit_id)
    return facts.preload(
        package,
        assignment=assignment,
        attendance=attendance,
        register=register_of(visit_id),
        today="" if sender.account_id else today_of(visit_id),  # what the desk types in happened before
        holder=of_sender(sender),
    )
