"""A questionnaire on paper: the blank one to be filled in by hand, and a submission as a person reads it. Touches fieldwork and the print shop."""

from pathlib import Path
from uuid import UUID

from flask import Blueprint, Response, abort, current_app, g, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from reports.issuing.final_checks import font_folder
from reports.printing.volume import Volume
from reports.sheets.paper_forms import FilledHead, blank_form, filled_form
from surveys import access
from surveys.database import CHINA, utc_now
from surveys.fieldwork.receiving.packages import package_of
from surveys.fieldwork.receiving.receipts import held_version
from surveys.fieldwork.receiving.versions import read_target, versions_of
from surveys.fieldwork.reviewing import review
from surveys.fieldwork.reviewing.submission_view import read_submission
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.forms.questionnaire_versions import QuestionnaireVersion, version_in_force
from surveys.planning.forms.questionnaire_versions import versions_of as questionnaires_of

bp = Blueprint("paper_forms", __name__)


@bp.before_request
def signed_in() -> ResponseReturnValue | None:
    return current_app.extensions["signed_in"]()


@bp.post("/campaigns/<int:number>/questionnaire/paper")
def blank(number: int) -> ResponseReturnValue:
    """Print the blank questionnaire (纸质问卷).

    Whoever takes part gets the version in force, the organizer any version.
    """
    campaign = access.campaign(g.staff, number)
    version = _version(campaign, request.form.get("version", type=int))
    package = package_of(version.hash_for(bool(campaign.setting("media"))))
    if package is None:
        abort(404)
    files = current_app.extensions["files"]
    hashes = {file["name"]: file["hash"] for file in package.get("attachments", ())}
    volume = blank_form(
        package,
        campaign=campaign.name(g.language),
        office=campaign.office,
        version=version.number,
        mark=_mark(campaign),
        language=g.language,
        made_at=_moment(),
        read_file=lambda name: files.read(hashes[name]) if name in hashes and files.holds(hashes[name]) else None,
    )
    return _pdf(volume, f"questionnaire-{version.number}.pdf")


def _version(campaign: Campaign, number: int | None) -> QuestionnaireVersion:
    """The version the form named. Raises 400 without one, 403 for one that only an organizer may see."""
    if number is None:
        abort(400)
    in_force = version_in_force(campaign.id)
    if in_force is not None and in_force.number == number:
        return in_force
    if not g.staff.may_plan(campaign):
        abort(403)
    return next((one for one in questionnaires_of(campaign.id) if one.number == number), None) or abort(404)


@bp.post("/visits/<uuid:visit_id>/review/paper")
def filled(visit_id: UUID) -> ResponseReturnValue:
    """Print one version of a visit as a person reads it. What this person may not see is not on it."""
    visit, levels, own = access.readable_visit(g.staff, visit_id, review.state)
    versions = [version for version in versions_of(visit.id) if own or version.content == visit.head]
    content = request.form.get("content") or abort(400)
    if all(version.content != content for version in versions):
        abort(404)
    reading = read_submission(visit, content, language=g.language, levels=levels)
    target = read_target(visit.id)
    receipt = held_version(target, content) if target else None
    if reading is None or receipt is None:
        abort(404)
    submission = reading.submission
    lines = [
        (_("Campaign"), visit.campaign.name(g.language)),
        (_("Subject"), visit.name),
        (_("Visit number"), visit.reference()),
        (_("Group"), visit.assignment.group.name if visit.assignment else "—"),
        (_("Receipt number"), str(receipt.number)),
        (_("Received"), receipt.at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M")),
        (_("Version"), str(receipt.version)),
        (_("Handed in by"), submission.by_name or "—"),
        ("SHA-256", submission.content),
    ]
    volume = filled_form(
        reading.pages,
        FilledHead(_("Submission %(number)s", number=receipt.number), lines),
        office=visit.campaign.office,
        mark=_mark(visit.campaign),
        language=g.language,
        hidden="L3" not in levels,
        made_at=_moment(),
    )
    return _pdf(volume, f"submission-{receipt.number}.pdf")


def _mark(campaign: Campaign) -> str:
    return _("Demonstration data") if campaign.demonstration else ""


def _moment() -> str:
    return utc_now().astimezone(CHINA).isoformat(timespec="seconds")


def _pdf(volume: Volume, name: str) -> Response:
    """The paper as a download. A character no font has is said, with its place."""
    from reports.printing.fonts import find_fonts
    from reports.printing.volume import PrintFault
    from reports.printing.workers import print_volume

    cache = Path(current_app.instance_path) / "cache" / "print"
    try:
        printout = print_volume(volume, cache_dir=cache, fonts=find_fonts(font_folder()), processes=1)
    except PrintFault as error:
        return current_app.extensions["say_fault"](error.faults[0], 422)
    response = Response(printout.pdf, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    return response
