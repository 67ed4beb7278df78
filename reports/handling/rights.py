"""Who may see and do what with items; every query of the room's pages starts here. Touches access and the records.

| | office | committee, organizer | reader | body | deputy who asked |
| --- | --- | --- | --- | --- | --- |
| choose matters, routes, letters, enter what came on paper | yes | yes | – | – | – |
| set terms; reroute, extend, supervise, promise, close, reopen | – | yes | – | – | – |
| every item with its course | yes | yes | yes | its own | their own |

What a person may not see does not exist for them (404); what they may see but not do is refused (403). A body sees the items of its
letters in one campaign, as long as the letter is not withdrawn; what went on to another body it sees no more.
"""

from uuid import UUID

from sqlalchemy import Select, exists, func, select
from werkzeug.exceptions import Forbidden, NotFound

from reports.handling.records import BodyLink, Item, ItemFinding, Letter, LetterItem, Rating
from reports.handling.states import newest_move, newest_move_on
from surveys import access
from surveys.access import Staff
from surveys.database import db
from surveys.fieldwork.findings.findings import Finding
from surveys.fieldwork.visits.attendance import Attendance
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.words.visit_words import speak_of

READERS = ("office", "committee", "organizer", "reader")
OFFICE = ("office", "committee", "organizer")
COMMITTEE = ("committee", "organizer")


def sees(staff: Staff, campaign: Campaign) -> bool:
    return staff.has(READERS, campaign.unit_code)


def routes(staff: Staff, campaign: Campaign) -> bool:
    return staff.has(OFFICE, campaign.unit_code)


def decides(staff: Staff, campaign: Campaign) -> bool:
    return staff.has(COMMITTEE, campaign.unit_code)


def keeps_bodies(staff: Staff) -> bool:
    """The list of bodies is the instance's: who routes at its top keeps it."""
    return any(staff.tree[code].parent_code is None for code in staff.units_with((*OFFICE, "administrator")))


def seen_campaign(staff: Staff, number: int) -> Campaign:
    """A campaign whose items this person may read. Raises NotFound."""
    campaign = access.campaign(staff, number)
    if not sees(staff, campaign):
        raise NotFound
    return campaign


def routed_campaign(staff: Staff, number: int) -> Campaign:
    """A campaign whose matters this person hands over. Raises NotFound, Forbidden."""
    campaign = seen_campaign(staff, number)
    if not routes(staff, campaign):
        raise Forbidden
    return campaign


def seen_item(staff: Staff, item_id: UUID | str) -> Item:
    """An item this person may read; texts speak in its campaign's words. Raises NotFound."""
    item = db.session.get(Item, str(item_id))
    if item is None or not sees(staff, item.campaign):
        raise NotFound
    speak_of(item.campaign.settings)
    return item


def decided_item(staff: Staff, item_id: UUID | str) -> Item:
    """An item this person decides on. Raises NotFound, Forbidden."""
    item = seen_item(staff, item_id)
    if not decides(staff, item.campaign):
        raise Forbidden
    return item


def entered_item(staff: Staff, item_id: UUID | str) -> Item:
    """An item for which this person enters what came on paper. Raises NotFound, Forbidden."""
    item = seen_item(staff, item_id)
    if not routes(staff, item.campaign):
        raise Forbidden
    return item


def seen_letter(staff: Staff, letter_id: UUID | str) -> Letter:
    """A letter this person may read. Raises NotFound."""
    letter = db.session.get(Letter, str(letter_id))
    campaign = db.session.get(Campaign, letter.campaign_id) if letter else None
    if letter is None or campaign is None or not sees(staff, campaign):
        raise NotFound
    speak_of(campaign.settings)
    return letter


def body_items(link: BodyLink) -> Select[Item, str]:
    """The items of a body in the campaign of its link, with its part: those it leads now, and those it assists."""
    move = newest_move()
    mine = (
        select(LetterItem.item_id, LetterItem.part)
        .join(Letter, Letter.id == LetterItem.letter_id)
        .where(Letter.campaign_id == link.campaign_id, Letter.body_code == link.body_code)
        .where(Letter.withdrawn_at.is_(None))
        .distinct()
        .subquery()
    )
    return (
        select(Item, mine.c.part)
        .join(mine, mine.c.item_id == Item.id)
        .join(move, newest_move_on(move))
        .where((mine.c.part == "assist") | (move.body_code == link.body_code), move.kind != "withdrawn")
        .order_by(Item.kind, Item.number)
    )


def body_item(link: BodyLink, item_id: UUID | str) -> tuple[Item, str]:
    """One item of a body, with its part. Raises NotFound."""
    row = db.session.execute(body_items(link).where(Item.id == str(item_id))).first()
    if row is None:
        raise NotFound
    return row[0], row[1]


def body_letters(link: BodyLink) -> list[Letter]:
    """The letters of a body that stand, the newest first."""
    mine = (Letter.campaign_id == link.campaign_id, Letter.body_code == link.body_code, Letter.withdrawn_at.is_(None))
    return list(db.session.scalars(select(Letter).where(*mine).order_by(Letter.year.desc(), Letter.number.desc())))


def deputy_findings(deputy_id: str) -> Select[str]:
    """The findings of the visits a deputy went on."""
    return (
        select(Finding.id)
        .join(Attendance, Attendance.visit_id == Finding.visit_id)
        .where(Attendance.deputy_id == deputy_id)
    )


def deputy_item(deputy_id: str, item_id: UUID | str) -> Item:
    """An item that carries a finding of this deputy. Raises NotFound."""
    item = db.session.get(Item, str(item_id))
    mine = select(ItemFinding.item_id).where(ItemFinding.finding_id.in_(deputy_findings(deputy_id)))
    if item is None or db.session.scalar(mine.where(ItemFinding.item_id == item.id).limit(1)) is None:
        raise NotFound
    return item


def answered_to(deputy_id: str) -> int:
    """How many items that carry a finding of this deputy are answered and wait for their rating."""
    move = newest_move()
    mine = select(ItemFinding.item_id).where(ItemFinding.finding_id.in_(deputy_findings(deputy_id)))
    rated = exists().where(
        Rating.item_id == Item.id, Rating.round_number == move.round_number, Rating.deputy_id == deputy_id
    )
    query = select(func.count()).select_from(Item).join(move, newest_move_on(move))
    return db.session.scalar(query.where(Item.id.in_(mine), move.kind == "answered", ~rated)) or 0
