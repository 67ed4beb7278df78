"""The statements that move heads and look again, each for so many versions at once. Touches accounts, submissions, visits.

A statement is made once for each number of versions, so that what SQLAlchemy and the database made of it is found again.
What differs from version to version stands in it by the visit's id: the parameter `base_0` belongs to `visit_0`.
"""

from functools import cache

from sqlalchemy import ColumnElement, String, bindparam, case, exists, func, null, select, update

from surveys.accounts import Device
from surveys.fieldwork.receiving.packages import withdrawn
from surveys.fieldwork.visits.submissions import SetAside, Submission
from surveys.fieldwork.visits.visits import Draft, Visit
from surveys.statements import Statement


@cache
def move_heads(number: int) -> Statement:
    """Compare and set: each content becomes the head where its base is the head. Parameters: visit, base, content."""
    here = Visit.id.in_(_all(number, "visit")), Visit.head.is_not_distinct_from(_own(number, "base"))
    return Statement(update(Visit).where(*here).values(head=_own(number, "content")))


@cache
def look_again(number: int, *, devices: bool) -> Statement:
    """What may have changed since the visits were read. Parameters: visit, holder, content, campaign, package, device.

    With `devices` their rows are held until the commit, so that revoking one comes before or after, never between, and two
    of one device that both note its contact do not wait for each other.
    """
    newest = select(func.max(Submission.version)).where(Submission.visit_id == Visit.id).scalar_subquery()
    device, content = _own(number, "device"), _own(number, "content")
    draft = exists().where(Draft.visit_id == Visit.id, Draft.holder == _own(number, "holder"))
    aside = exists().where(
        SetAside.device_id == device,
        SetAside.address == Visit.id,
        SetAside.content == content,
        SetAside.settled_at.is_(None),
    )
    taken_back = withdrawn(_own(number, "campaign"), _own(number, "package"))
    found = select(
        Visit.id.label("visit"),
        newest.label("newest"),
        draft.label("draft"),
        aside.label("aside"),
        taken_back.label("withdrawn"),
    ).where(Visit.id.in_(_all(number, "visit")))
    if not devices:
        return Statement(found.add_columns(null().label("revoked_at")))
    joined = found.add_columns(Device.revoked_at).join(Device, Device.id == device)
    return Statement(joined.with_for_update(key_share=True, of=Device))


def _all(number: int, name: str) -> list[ColumnElement[str]]:
    return [bindparam(f"{name}_{place}", type_=String) for place in range(number)]


def _own(number: int, name: str) -> ColumnElement[str]:
    """The parameter that belongs to the visit of the row."""
    if number == 1:
        return bindparam(f"{name}_0", type_=String)
    pairs = zip(_all(number, "visit"), _all(number, name), strict=True)
    return case(*((Visit.id == visit, value) for visit, value in pairs))
