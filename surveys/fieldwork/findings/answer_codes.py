"""答复查询码: the code on a receipt by which whoever was visited reads what became of a matter, if an answer was wished for.

Touches findings, visits and the instance's keys. Nothing is stored: the code is the visit's reference and eight signs made of the
visit's id with a key of this instance, so that every receipt of a visit prints the same and nobody makes one up.
"""

import hmac
import re

from sqlalchemy import func, select

from surveys.database import db
from surveys.fieldwork.findings.findings import Finding
from surveys.fieldwork.visits.visits import Visit, visit_reference
from surveys.keys import instance_keys
from surveys.planning.assigning.assignments import Assignment

SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # read off paper: none that looks like another
LENGTH = 8
PATTERN = re.compile(rf"(?P<unit>.+)-(?P<number>[0-9A-F]{{4,8}})-(?P<signs>[{SIGNS}]{{4}}-?[{SIGNS}]{{4}})")


def wishes_answer(visit_id: str) -> bool:
    """Whether an answer was wished for to anything that was said on this visit."""
    wished = select(Finding.id).where(Finding.visit_id == visit_id, Finding.wants_reply)
    return db.session.scalar(wished.limit(1)) is not None


def answer_code(visit_id: str) -> str:
    """440106-0017-K7RM-3XQP."""
    query = select(Visit.unit_code, Assignment.number).outerjoin(Assignment, Assignment.id == Visit.assignment_id)
    unit, number = db.session.execute(query.where(Visit.id == visit_id)).one()
    signs = _signs(visit_id)
    return f"{visit_reference(unit, number, visit_id).upper()}-{signs[:4]}-{signs[4:]}"


def _signs(visit_id: str) -> str:
    value, signs = int.from_bytes(instance_keys().mac("answer code", visit_id.encode())), ""
    for _ in range(LENGTH):
        value, place = divmod(value, len(SIGNS))
        signs += SIGNS[place]
    return signs


def plain_code(typed: str) -> str:
    """A code as it is printed, however it was typed: full-width, small, with spaces."""
    half = typed.translate({wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)} | {0x2014: "-", 0x2013: "-"})
    return re.sub(r"\s+", "", half).upper()[:60]


def visit_by(code: str) -> Visit | None:
    """The visit a code opens; None where there is none, and alike where its signs are wrong."""
    match = PATTERN.fullmatch(code)
    if match is None:
        return None
    query = select(Visit).outerjoin(Assignment, Assignment.id == Visit.assignment_id)
    query = query.where(func.upper(Visit.unit_code) == match["unit"])
    number = match["number"]
    if len(number) == LENGTH:
        query = query.where(Visit.id.like(f"{number.lower()}%"), Visit.assignment_id.is_(None))
    elif number.isdigit():
        query = query.where(Assignment.number == int(number))
    else:
        return None
    signs = match["signs"].replace("-", "")
    return next((one for one in db.session.scalars(query) if hmac.compare_digest(_signs(one.id), signs)), None)
