"""Gives the answers that are filled in before a page opens, from the visit and who went. Touches planning."""

from typing import Any

from sqlalchemy import select

from surveys.database import db
from surveys.fieldwork.receiving.senders import Sender
from surveys.fieldwork.visits.attendance import attending
from surveys.fieldwork.visits.visits import Visit
from surveys.planning.campaigns.units import LEVELS
from surveys.questionnaire.facts import facts
from surveys.questionnaire.shapes.package_shape import Package


def facts_for(visit_id: str) -> tuple[dict[str, str], dict[str, Any] | None]:
    """What is known of the visit, and of who went (None while nobody is chosen), as `facts.preload` takes them."""
    visit = db.session.scalars(select(Visit).where(Visit.id == visit_id)).one()
    subject = visit.subject
    of_visit = {
        "id": visit.reference(),
        "enterprise_name": subject.name,
        "enterprise_uscc": subject.uscc or "",
        "district": subject.area_code or "",
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


def of_sender(sender: Sender) -> dict[str, str]:
    """What metadata questions ask of the sender: their name, and the number the device has here, not the maker's."""
    return {"username": sender.name or "", "deviceid": sender.device_id or ""}


def preload_for(visit_id: str, package: Package, sender: Sender) -> dict[str, str]:
    """Path → text of the answers that the visit itself gives."""
    assignment, attendance = facts_for(visit_id)
    return facts.preload(package, assignment=assignment, attendance=attendance, holder=of_sender(sender))
