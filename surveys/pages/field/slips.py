"""/s/<token>: the slip as a stranger sees it (campaign, office, notice, one field), and the code that opens it.

An unknown, expired or withdrawn token shows the same page and fails at the code, with the same words and timing.
"""

import secrets
import time
from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for
from sqlalchemy import select

from surveys.database import db, utc_now
from surveys.forms.answer_fields import number
from surveys.forms.slip_form import SlipForm
from surveys.pages.field.frame import field
from surveys.pages.field.texts import say
from surveys.pages.shell import sessions
from surveys.pages.shell.problems import minutes
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.people.enrolments import NotEnrolled, Proof, enrol
from surveys.planning.people.slips import Slip, token_hash
from surveys.planning.words.visit_words import speak_of


@field.get("/s/<token>")
def slip(token: str) -> Any:
    return _page(token, SlipForm(once=secrets.token_urlsafe(16)))


@field.post("/s/<token>")
def open_slip(token: str) -> Any:
    """The right code signs this browser in and leads to my visits; anything else says what to do."""
    start, form = time.monotonic(), SlipForm()
    code = number(form.code.data or "").replace(" ", "")
    if not form.validate_on_submit() or not code:
        return _page(token, form, problem=say("Please type the 6-digit code."), status=422)
    try:
        enrolment = enrol(
            token[:200],
            code[:20],
            Proof(once=form.once.data or None),
            name=say("Browser"),
            notice=_notice_version(token),
            kept=not form.borrowed.data,
        )
    except NotEnrolled as refusal:
        sessions.same_time(start)
        form.code.data = ""
        status = {"code": 422, "wrong_codes": 429, "devices": 409}[refusal.code]
        response = _page(token, form, problem=_sentence(refusal), status=status)
        if refusal.retry_after:
            response.headers["Retry-After"] = str(refusal.retry_after)
        return response
    response = redirect(url_for("field.visits"), 303)
    life = sessions.life_of("browser", kept=not form.borrowed.data)
    sessions.set_field_cookie(response, enrolment.device_id, life=life)
    return response


def _sentence(refusal: NotEnrolled) -> str:
    if refusal.code == "wrong_codes":
        return say(
            "Too many wrong codes. Please try again in %(minutes)s minutes.", minutes=minutes(refusal.retry_after)
        )
    if refusal.code == "devices":
        return say("Five of your phones are in use already. Ask the liaison to revoke one first.")
    return say(
        "The slip or the code is wrong or no longer valid. Check the six digits, or ask the liaison for a new one."
    )


def _page(token: str, form: SlipForm, *, problem: str = "", status: int = 200) -> Response:
    """The same page for every token: what it shows of a campaign is what any stranger may know."""
    campaign = _campaign(token)
    if campaign is not None:
        speak_of(campaign.settings)
    page = render_template(
        "field/slip.html",
        form=form,
        campaign=campaign,
        problem=problem,
        address=request.path,
        token=token,
        demonstration=campaign is not None and campaign.demonstration,
    )
    return make_response(page, status)


def _campaign(token: str) -> Campaign | None:
    """The campaign of a slip that opens; for every other token, whether it once was a slip's or never, the one that is in the
    field now, so that they look alike."""
    slip = db.session.scalar(select(Slip).where(Slip.token_hash == token_hash(token)))
    campaign = db.session.get_one(Campaign, slip.campaign_id) if slip else None
    if slip and campaign and slip.opens(campaign.now()):
        return campaign
    today = utc_now().date()
    campaigns = select(Campaign).order_by(
        Campaign.closed_at.is_not(None), Campaign.ends_on < today, Campaign.number.desc()
    )
    return db.session.scalar(campaigns.limit(1))


def _notice_version(token: str) -> str | None:
    campaign = _campaign(token)
    return campaign.notice_version if campaign else None
