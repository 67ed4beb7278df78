"""帮助与反馈: answers to what deputies ask most, whom to call, and a message to the office with its answer. Touches groups and complaints."""

from dataclasses import dataclass
from typing import Any

from flask import g, redirect, render_template, request, url_for
from sqlalchemy import select

from surveys.database import db
from surveys.pages.field import texts
from surveys.pages.field.frame import buttons, field, office_of, refusal, sender
from surveys.pages.shell import sessions
from surveys.pages.shell.languages import local
from surveys.planning.campaigns.campaigns import Campaign, CampaignUnit
from surveys.planning.campaigns.complaints import LONGEST, messages_of, receive_complaint
from surveys.planning.people.groups import Group


@dataclass(frozen=True, slots=True)
class Office:
    """Whom a deputy calls about one group's visits. Telephones that are not known are empty."""

    group_id: str
    campaign: Campaign
    unit_code: str
    group: str
    liaison: str
    liaison_phone: str
    office: str
    contact: str
    office_phone: str


@field.get("/visits/help")
def help_page() -> Any:
    """Open to everybody; who is signed in finds their liaison and office, and can write."""
    calling = sessions.signed_in()
    if calling is not None and not calling.revoked:
        g.sender = calling
    return _page()


@field.post("/visits/help")
def send_message() -> Any:
    """反馈: the desk of the group's unit reads it among complaints and opinions."""
    if not buttons().validate_on_submit():
        return refusal("stale", 400)
    text, offices = request.form.get("text", ""), _offices()
    if not text.strip() or len(text) > LONGEST:
        problem = texts.say("Please write between 1 and %(number)d characters.", number=LONGEST)
        return _page(text=text, problem=problem), 422
    office = next(
        (one for one in offices if one.group_id == request.form.get("group")), offices[0] if offices else None
    )
    code = receive_complaint(
        text,
        campaign=office.campaign if office else None,
        unit_code=office.unit_code if office else None,
        deputy_id=sender().deputy_id,
        actor=sender().actor(),
    )
    if code is None:
        return _page(text=text, problem=texts.say("That was much for one day. Please call the liaison.")), 429
    return redirect(url_for("field.help_page", sent=1, next=_back()) + "#messages", 303)


def _page(text: str = "", problem: str = "") -> str:
    known = "sender" in g
    return render_template(
        "field/help.html",
        offices=_offices() if known else [],
        messages=messages_of(sender().deputy_id or "") if known else [],
        text=text,
        problem=problem,
        longest=LONGEST,
        sent="sent" in request.args,
        back=_back(),
        form=buttons(),
    )


def _back() -> str:
    """Where the person came from."""
    address = local(request.values.get("next"))
    return address if address and address.startswith("/visits") else url_for("field.visits")


def _offices() -> list[Office]:
    rows = db.session.execute(
        select(Group, Campaign, CampaignUnit)
        .join(Campaign, Campaign.id == Group.campaign_id)
        .outerjoin(
            CampaignUnit, (CampaignUnit.campaign_id == Group.campaign_id) & (CampaignUnit.unit_code == Group.unit_code)
        )
        .where(Group.id.in_(sender().groups), Campaign.closed_at.is_(None))
        .order_by(Campaign.number.desc(), Group.unit_code, Group.number)
    )
    return [
        Office(
            group_id=group.id,
            campaign=campaign,
            unit_code=group.unit_code,
            group=group.name,
            liaison=group.liaison_name or "",
            liaison_phone=group.liaison_phone or "",
            office=office_of(group.unit, campaign.office),
            contact=(unit.contact if unit else None) or "",
            office_phone=(unit.contact_phone if unit else None) or campaign.office_phone or "",
        )
        for group, campaign, unit in rows
    ]
