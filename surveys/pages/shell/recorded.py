"""What a signed-in person is shown of personal data and every file they take out goes on record. Touches auditing; after each request.

Where the record cannot be written, the page is not shown: an error is answered instead.
"""

import re
from typing import Any
from urllib.parse import unquote

from flask import Flask, Response, g, request
from sqlalchemy import select

from surveys.audit import Actor
from surveys.auditing.readings import keep_export, keep_readings
from surveys.database import db
from surveys.planning.campaigns.campaigns import Campaign

# What stands in an address and names nobody; words that were searched for may.
FILTERS = (
    "export",
    "unit",
    "state",
    "tab",
    "kind",
    "part",
    "role",
    "version",
    "edition",
    "page",
    "size",
    "from",
    "to",
    "acts",
)


def register(app: Flask) -> None:
    app.after_request(_record)


def _record(response: Response) -> Response:
    staff = g.get("staff")
    if staff is None or response.status_code != 200:
        return response
    actor = Actor("staff", staff.account.id, staff.account.name)
    if "readings" in g:  # whatever was asked with: a form that looks first shows as much as an address
        keep_readings(actor)
    if _leaves(response):
        keep_export(
            actor,
            request.endpoint or request.path,
            campaign_id=_campaign_id(),
            unit_code=unit if (unit := request.values.get("unit", "")) in staff.tree else None,
            name=_name(response),
            type=response.mimetype,
            size=response.content_length,
            asked={key: request.args[key][:60] for key in FILTERS if key in request.args},
        )
    return response


def _leaves(response: Response) -> bool:
    """Whether the answer is a file to keep: a download, or a print that the browser shows."""
    how = response.headers.get("Content-Disposition", "")
    return how.startswith("attachment") or response.mimetype == "application/pdf"


def _name(response: Response) -> str | None:
    how = response.headers.get("Content-Disposition", "")
    if named := re.search(r"filename\*=UTF-8''([^;]+)", how):
        return unquote(named[1])[:200]
    named = re.search(r'filename="([^"]+)"', how)
    return named[1][:200] if named else None


def _campaign_id() -> str | None:
    asked: dict[str, Any] = request.view_args or {}
    if "number" not in asked:
        return None
    return db.session.scalar(select(Campaign.id).where(Campaign.number == asked["number"]))
