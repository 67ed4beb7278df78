"""Which leaf a planning page is about: the one asked for, else this person's first. Touches access."""

from flask import abort, g, request

from surveys import access
from surveys.pages.shell.desk_frame import own_leaves
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.campaigns.units import Unit


def campaign_and_leaf(number: int) -> tuple[Campaign, Unit, list[Unit]]:
    """The campaign, the leaf, and all leaves this person keeps. 403 for who keeps none, 404 for another's leaf."""
    campaign = access.campaign(g.staff, number)
    codes = own_leaves(campaign, g.staff)
    if not codes:
        abort(403)
    code = request.values.get("unit") or codes[0]
    if code not in codes:
        abort(404)
    leaves = [g.staff.tree[code] for code in codes]
    return campaign, g.staff.tree[code], leaves
