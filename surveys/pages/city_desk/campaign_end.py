"""结束活动: what is still under way, and closing, reopening, deleting a campaign. Who may: access; what happens: closing."""

from flask import Blueprint, abort, current_app, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from surveys import access
from surveys.pages.city_desk.overview import campaign_lines
from surveys.pages.shell.sign_in import actor, signed_in
from surveys.planning.campaigns import closing
from surveys.planning.campaigns.campaigns import Campaign

bp = Blueprint("campaign_end", __name__)
bp.before_request(signed_in)


@bp.get("/campaigns/<int:number>/end")
def show(number: int) -> ResponseReturnValue:
    """How far it is, and the acts that fit."""
    return _page(access.planned_campaign(g.staff, number))


def _page(campaign: Campaign, fault: str = "", typed: str = "") -> ResponseReturnValue:
    line = next(line for line in campaign_lines(g.staff) if line.campaign.id == campaign.id)
    page = render_template(
        "city_desk/campaign_end.html",
        campaign=campaign,
        line=line,
        endings=closing.endings(campaign),
        is_empty=not closing.what_is_in(campaign.id),
        unanswered=_unanswered(campaign),
        fault=fault,
        typed=typed,
    )
    return page, 422 if fault else 200


def _unanswered(campaign: Campaign) -> list[str]:
    """What later rooms say is handed over and has no answer, in sentences: `app.extensions["unanswered"]`."""
    return [words for words in (told(campaign) for told in current_app.extensions.get("unanswered", ())) if words]


@bp.post("/campaigns/<int:number>/end")
def act(number: int) -> ResponseReturnValue:
    """Close it, open it again with a reason, or delete it while it is empty."""
    campaign = access.planned_campaign(g.staff, number)
    what, reason = request.form.get("what"), request.form.get("reason", "")[:200]
    if what == "close":
        if _unanswered(campaign) and not reason.strip():
            return _page(
                campaign, _("Write why it is closed with items that have no answer; the reason is kept."), reason
            )
        closing.close_campaign(campaign, actor=actor(), reason=reason)
        flash(_("The campaign is closed. It can be opened again here, with a reason."), "ok")
    elif what == "reopen":
        if not reason.strip():
            return _page(campaign, _("Write why it is opened again; the reason is kept."), reason)
        closing.reopen_campaign(campaign, reason=reason, actor=actor())
        flash(_("The campaign is open again."), "ok")
    elif what == "delete":
        title = campaign.name(g.language)
        closing.delete_campaign(campaign, actor=actor())
        flash(_("“%(name)s” was deleted; there was nothing in it.", name=title), "ok")
        return redirect(url_for("campaigns.overview"), code=303)
    else:
        abort(400)
    return redirect(url_for(".show", number=number), code=303)
