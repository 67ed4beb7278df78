"""Lists the pages of handling in the desk's line of work. Touches the pages of this room."""

from flask import Flask
from flask_babel import gettext as _

from reports.handling.pages import committee, four_lists, office
from reports.handling.reading import counts
from reports.handling.rights import answered_to
from surveys.planning.campaigns.campaigns import Campaign


def list_pages(app: Flask) -> None:
    """Enter them in the order of the work."""
    app.extensions.setdefault("nav", []).extend([*office.entries(), *committee.entries(), *four_lists.entries()])
    app.extensions.setdefault("unanswered", []).append(_unanswered)
    app.extensions["answered_to"] = answered_to


def _unanswered(campaign: Campaign) -> str:
    """What keeps a campaign from being closed without a reason."""
    now = counts(campaign)
    if not now.open:
        return ""
    return _("Of %(all)s items handed over %(open)s have no answer: answered %(rate)s (%(done)s/%(all)s).", all=now.handed, open=now.open, rate=now.answer_rate, done=now.answered)  # fmt: skip
