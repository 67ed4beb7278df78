"""Takes in rescue files, which phones save where no network is, and lists what was set aside for the desk (待处理).

A rescue file is `{"format": "diaoyan-rescue/1", "items": [{"visit", "text", "hash", "parts": [{"sha256", "base64"}]}], "drafts":
[{"visit", "text", "parts"}]}`: the very bytes a phone would have sent. Items go through `receive` with `via: file`; what is held
already changes nothing (receiving.md 9). A draft becomes a draft on the server, which the deputies' phones find and ask about.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, exists, select

from surveys.accounts import Account, Device
from surveys.database import db
from surveys.fieldwork.filling import drafts
from surveys.fieldwork.receiving import parts, senders
from surveys.fieldwork.receiving.receiving import receive
from surveys.fieldwork.rescue.rescue_file import Item
from surveys.fieldwork.visits.submissions import SetAside
from surveys.fieldwork.visits.visits import Visit
from surveys.planning.people.deputies import Deputy
from surveys.planning.people.groups import Group, GroupMember
from surveys.planning.people.slips import DeviceHolder
from surveys.questionnaire.package.content import digest


@dataclass(frozen=True, slots=True)
class ItemOutcome:
    """What became of an item. `code`: new, known, draft, foreign (not of this desk), damaged, or a problem of receiving."""

    visit: str
    code: str
    title: str | None = None
    version: int | None = None
    parts: int = 0


@dataclass(frozen=True, slots=True)
class Aside:
    """Bytes that were set aside, with the deputy and the device they came from."""

    id: str
    address: str
    content: str
    reason: str
    received_at: datetime
    deputy: str
    device: str | None


def take_in(account: Account, items: Sequence[Item], may: Callable[[Visit], bool]) -> list[ItemOutcome]:
    """Take the items in under the desk's name; those of visits that `may` refuses are left alone."""
    return [_take(account, item, may) for item in items]


def _take(account: Account, item: Item, may: Callable[[Visit], bool]) -> ItemOutcome:
    if item.damaged:
        return ItemOutcome(item.visit, "damaged")
    visit = db.session.get(Visit, item.visit)
    if visit is None or not may(visit):
        return ItemOutcome(item.visit, "foreign")
    title = visit.name
    if item.draft:
        return _take_draft(account, item, title)
    outcome = receive(senders.of_account(account), item.visit, item.body, via="file")
    if outcome.facts is None:
        return ItemOutcome(item.visit, outcome.code or "damaged", title)
    sender = senders.for_visit(account, visit)
    hashes = [parts.keep_whole(sender, data) for data in item.parts]
    part_count = sum(parts.hold_whole(sender, sha256) for sha256 in hashes if sha256 is not None)
    return ItemOutcome(item.visit, "new" if outcome.fresh else "known", title, outcome.facts.version, part_count)


def _take_draft(account: Account, item: Item, title: str) -> ItemOutcome:
    """Keep a draft on the server under a name of its own, so that it stands beside those of phones; brought twice, once."""
    name = f"{drafts.OF_A_FILE}{digest(item.body)[:32]}"
    if any(one.device == name for one in drafts.drafts_of(item.visit)):
        return ItemOutcome(item.visit, "known", title)
    sender = replace(senders.of_account(account), id=name)
    if not drafts.mirror(item.visit, sender, item.body.decode("utf-8", "replace")):
        return ItemOutcome(item.visit, "damaged", title)
    hashes = [parts.keep_whole(sender, data) for data in item.parts]
    return ItemOutcome(item.visit, "draft", title, parts=sum(sha256 is not None for sha256 in hashes))


# --- what was set aside ----------------------------------------------------------------------------------------------


def asides_of(campaign_id: str, unit_codes: Sequence[str]) -> list[Aside]:
    """What was set aside and waits for the desks of these units, the oldest first."""
    rows = db.session.execute(
        select(SetAside, Device.name.label("device"), Deputy.name.label("deputy"))
        .join(Device, Device.id == SetAside.device_id)
        .join(DeviceHolder, DeviceHolder.device_id == Device.id)
        .join(Deputy, Deputy.id == DeviceHolder.deputy_id)
        .where(SetAside.settled_at.is_(None), _of(campaign_id, unit_codes))
        .order_by(SetAside.received_at, SetAside.id)
    )
    return [
        Aside(
            row.SetAside.id,
            row.SetAside.address,
            row.SetAside.content,
            row.SetAside.reason,
            row.SetAside.received_at,
            row.deputy,
            row.device,
        )
        for row in rows
    ]


def aside_of(aside_id: str, campaign_id: str, unit_codes: Sequence[str]) -> SetAside | None:
    """What was set aside under this id, settled or not; None where its phone is of no group of these units."""
    return db.session.scalar(
        select(SetAside)
        .join(DeviceHolder, DeviceHolder.device_id == SetAside.device_id)
        .where(SetAside.id == aside_id, _of(campaign_id, unit_codes))
    )


def _of(campaign_id: str, unit_codes: Sequence[str]) -> ColumnElement[bool]:
    """The phone's deputy is in a group of one of these units."""
    return exists().where(
        GroupMember.deputy_id == DeviceHolder.deputy_id,
        GroupMember.group_id == Group.id,
        Group.campaign_id == campaign_id,
        Group.unit_code.in_(unit_codes),
    )
