"""帮助与反馈: answers to what deputies ask most, whom to call, and a message to the office with its answer. Touches messages and complaints."""

from dataclasses import dataclass
from typing import Any

from flask import g, redirect, render_template, request, url_for

from surveys.fieldwork.filling import messages
from surveys.pages.field import texts
from surveys.pages.field.frame import buttons, field, office_of, refusal, sender
from surveys.pages.shell import sessions
from surveys.pages.shell.languages import local
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.campaigns.complaints import LONGEST, messages_of


@dataclass(frozen=True, slots=True)
class OfficeShown:
    """Whom a deputy calls about one group's visits. Telephones that are not known are empty."""

    group_id: str
    campaign: Campaign
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
    text = request.form.get("text", "")
    if not text.strip() or len(text) > LONGEST:
        problem = texts.say("Please write between 1 and %(number)d characters.", number=LONGEST)
        return _page(text=text, problem=problem), 422
    if not messages.send_message(sender(), text, request.form.get("group")):
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


def _offices() -> list[OfficeShown]:
    return [
        OfficeShown(
            group_id=one.group.id,
            campaign=one.campaign,
            group=one.group.name,
            liaison=one.group.liaison_name or "",
            liaison_phone=one.group.liaison_phone or "",
            office=office_of(one.group.unit, one.campaign.office),
            contact=(one.unit.contact if one.unit else None) or "",
            office_phone=(one.unit.contact_phone if one.unit else None) or one.campaign.office_phone or "",
        )
        for one in messages.offices_of(sender())
    ]
