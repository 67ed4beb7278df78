"""The pages of a phone besides its visits: 待发送, 本机, and the service worker. The pages are filled in by their script.

Both pages are empty frames with patterns: what they show lies on the phone and nowhere else.
"""

from typing import Any

from flask import Response, current_app, render_template
from sqlalchemy import select

from surveys.database import db
from surveys.fieldwork.filling.tasks import tasks_of
from surveys.pages.field import texts
from surveys.pages.field.frame import field, sender
from surveys.pages.shell.release import asset, release
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.people.groups import Group

SHELL = (
    "dist/field.css",
    "dist/visits.js",
    "dist/phone.js",
    "dist/sending.js",
    "dist/lists.js",
    "dist/phone_pages.js",
    "dist/qr_frames.js",
    "dist/entrance.js",
)


@field.get("/visits/queue")
def queue() -> Any:
    """待发送: what waits on this phone, what needs the person, and the ways out."""
    return render_template("field/queue.html", visits=_contacts(), moments=_moments())


@field.get("/visits/phone")
def phone() -> Any:
    """本机: whether this phone keeps what is on it, how much room is left, when it was last in contact."""
    return render_template("field/phone.html", moments=_moments())


@field.get("/service_worker.js")
def service_worker() -> Response:
    """The worker with its release in front, so that a new release is a new worker. It asks nobody who they are."""
    place = f"{current_app.root_path}/static/dist/service_worker.js"
    with open(place, encoding="utf-8") as file:
        script = file.read()
    shell = [asset(name) for name in SHELL]
    response = Response(
        f"self.RELEASE={release()!r};self.SHELL={shell!r};\n{script}", mimetype="text/javascript; charset=utf-8"
    )
    response.headers["Cache-Control"] = "no-cache"
    return response


def _contacts() -> dict[str, dict[str, str]]:
    """Visit → the firm's name, and whom to call about it: the group's liaison, else the office."""
    tasks = tasks_of(sender())
    liaisons = {
        group.id: group.liaison_phone
        for group in db.session.scalars(select(Group).where(Group.id.in_({task.group_id for task in tasks})))
    }
    offices = {
        campaign.id: campaign.office_phone
        for campaign in db.session.scalars(select(Campaign).where(Campaign.id.in_({t.campaign_id for t in tasks})))
    }
    return {
        task.visit_id: {
            "title": task.title,
            "call": liaisons.get(task.group_id or "") or offices.get(task.campaign_id) or "",
        }
        for task in tasks
    }


def _moments() -> dict[str, object]:
    """How the script writes a moment."""
    return {
        "months": texts.script_texts()["months"],
        "short_day": texts.say("%(day)s %(month_name)s"),
        "full_moment": texts.say("%(day)s %(month_name)s %(year)s, %(clock)s"),
    }
