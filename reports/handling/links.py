"""The door of a body: link and code as its letters print them, wrong codes slowed. Touches keys and the tries of codes.

Token and code are kept encrypted, so that a later letter prints the same; the code is good until the link ends. Five wrong codes in
15 minutes hold a token up, 20 in all end the link, whether there is such a link or not (surveys.planning.people.code_tries).
"""

import hmac
import secrets
from datetime import timedelta

from sqlalchemy import select

from reports.handling.bodies import Body
from reports.handling.records import BodyLink
from surveys.audit import Actor, record
from surveys.database import db, new_id, utc_now, writing
from surveys.keys import instance_keys
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.people.code_tries import held_up, note_wrong, one_after_the_other
from surveys.planning.people.slips import WRONG_IN_ALL, token_hash

LIFE = timedelta(days=365)
SIGNS = "abcdeghjkmnpqrstuvwxyz23456789"  # read off paper: none that looks like another or joins with it; 26 of them are 127 bits


def link_for(campaign: Campaign, body: Body) -> tuple[BodyLink, str, str]:
    """The link of a body that opens now, or a new one that is not stored yet; with its token and code."""
    query = select(BodyLink).where(BodyLink.campaign_id == campaign.id, BodyLink.body_code == body.code)
    for link in db.session.scalars(query.order_by(BodyLink.made_at.desc())):
        if opens(link, campaign):
            return link, instance_keys().decrypt(link.token), instance_keys().decrypt(link.code)
    token, code = "".join(secrets.choice(SIGNS) for _ in range(26)), f"{secrets.randbelow(1_000_000):06d}"
    link = BodyLink(
        id=new_id(),
        campaign_id=campaign.id,
        body_code=body.code,
        token_hash=token_hash(token),
        token=instance_keys().encrypt(token),
        code=instance_keys().encrypt(code),
        made_at=campaign.now(),
        expires_at=campaign.now() + LIFE,
        wrong=0,
    )
    return link, token, code


def opens(link: BodyLink, campaign: Campaign) -> bool:
    return link.withdrawn_at is None and link.expires_at > campaign.now()


def links_of(campaign: Campaign) -> dict[str, BodyLink]:
    """Body → its newest link that was not withdrawn."""
    query = select(BodyLink).where(BodyLink.campaign_id == campaign.id, BodyLink.withdrawn_at.is_(None))
    return {link.body_code: link for link in db.session.scalars(query.order_by(BodyLink.made_at))}


def withdraw_link(link: BodyLink, by: Actor) -> None:
    """The link opens nothing any more; the next letter, or the office, has a new one."""
    with writing():
        link.withdrawn_at = utc_now()
        record(by, "item.link_withdrawn", target=("body", link.body_code), campaign_id=link.campaign_id)


class WrongCode(Exception):
    """The link or the code is wrong; `wait`: seconds until the next try, 0 = none."""

    def __init__(self, wait: int = 0) -> None:
        super().__init__("wrong link or code")
        self.wait = wait


def enter(token: str, code: str) -> BodyLink:
    """The link, when its code is right. Raises WrongCode, alike for a link that is none."""
    with writing():
        result = _enter(token, code)
    if isinstance(result, WrongCode):
        raise result
    return result


def _enter(token: str, code: str) -> BodyLink | WrongCode:
    now, key = utc_now(), token_hash(token)
    one_after_the_other(key)
    if wait := held_up(key, now):
        return WrongCode(wait)
    link = db.session.scalar(select(BodyLink).where(BodyLink.token_hash == key).with_for_update())
    right = instance_keys().decrypt(link.code) if link else "none"
    is_right = hmac.compare_digest(right.encode(), code.encode())
    if link and is_right and opens(link, db.session.get_one(Campaign, link.campaign_id)):
        record(
            Actor("body", link.body_code), "item.entered", target=("body", link.body_code), campaign_id=link.campaign_id
        )
        return link
    if link:
        link.wrong += 1
        if link.wrong >= WRONG_IN_ALL and link.withdrawn_at is None:
            link.withdrawn_at = now
    note_wrong(key, now)
    return WrongCode()
