"""问卷: upload a form with every fault at its place, confirm what its answers are; the versions and what each changed.

What is a fault, and what an answer may be: surveys.questionnaire.
"""

from flask import Blueprint, abort, current_app, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from itsdangerous import BadData, URLSafeTimedSerializer

from surveys import access
from surveys.confined import confined
from surveys.fieldwork.reviewing.funnel import received_with
from surveys.files import FileStore
from surveys.pages.city_desk.faulty_rows import Extract, extracts
from surveys.pages.shell.sign_in import actor, signed_in
from surveys.pages.shell.tables import Column, download, table_file
from surveys.planning.campaigns.campaigns import Campaign, default_outline
from surveys.planning.campaigns.visit_kinds import FIRST, kind_of, kinds_of
from surveys.planning.forms.form_reading import corrections_of
from surveys.planning.forms.questionnaire_changes import Changes, changes, count_pages, count_questions
from surveys.planning.forms.questionnaire_uploads import ConsideredUpload, confirm, consider
from surveys.planning.forms.questionnaire_versions import (
    Issue,
    QuestionnaireVersion,
    issue_questionnaire,
    publish,
    version_in_force,
    versions_of,
    whole_package,
    withdraw,
)
from surveys.planning.forms.unfinished_changes import changes_so_far
from surveys.planning.imports import tables
from surveys.questionnaire.facts.fact_rows import CONFIRMED
from surveys.questionnaire.facts.fact_words import MEANINGS, PRIVACIES, ROLES
from surveys.questionnaire.package.attachments import Upload, sort_out
from surveys.questionnaire.shapes.package_shape import Package
from surveys.questionnaire.sheets.faults import Fault

bp = Blueprint("questionnaires", __name__)
bp.before_request(signed_in)

A_DAY = 24 * 60 * 60
MOST_FORM_BYTES = 8 * 1024 * 1024  # five cells for each of many questions


def files() -> FileStore:
    return current_app.extensions["files"]


@bp.route("/campaigns/<int:number>/setup/questionnaire", methods=["GET", "POST"])
def show(number: int) -> ResponseReturnValue:
    """The versions, and the upload; what stands against a form is shown with its rows, and the old version stays in force."""
    campaign = access.planned_campaign(g.staff, number)
    of = _kind_asked_for(campaign)
    if request.method == "POST":
        if "upload" in request.form:  # the press that takes what was proposed for its cells
            upload = _with_corrections(_carried_upload(campaign))
            if upload is None:
                flash(_("The upload is too old; please upload the form again."), "err")
                return redirect(address_of(campaign, of), code=303)
        else:
            named_files = [(one.filename or "", one.read()) for one in request.files.getlist("file")]
            if not any(data for _name, data in named_files):
                flash(_("Choose a file first."), "err")
                return redirect(address_of(campaign, of), code=303)
            upload = confined(sort_out, list(named_files))
        if upload.faults:
            return _page(campaign, upload, Issue(None, upload.faults, []), of)
        considered = consider(campaign, upload.data, upload.name, upload.attached, of)
        if considered.package is None:
            return _page(campaign, upload, considered.issue, of)
        if considered.proposals:
            return _to_confirm(campaign, upload, considered, of)
        first = version_in_force(campaign.id, of) is None  # a later one is read against it before it takes its place
        issue = issue_questionnaire(
            campaign,
            upload.data,
            upload.name,
            files=files(),
            attached=upload.attached,
            kind=of,
            publish=first,
            actor=actor(),
        )
        return issued(campaign, upload, issue, of)
    if kind := request.args.get("export"):
        return table_file(kind, _("Questionnaire versions"), _columns(), versions_of(campaign.id, of))
    return _page(campaign, Upload(), None, of)


def _kind_asked_for(campaign: Campaign) -> str:
    """The key of the kind whose form the address is about, the first without one; 404 for a kind without a form of its own."""
    kind = kind_of(campaign.id, request.args.get("kind", FIRST)) or abort(404)
    if kind.removed_at is not None or kind.form_of:
        abort(404)
    return kind.key


def address_of(campaign: Campaign, of: str = FIRST, endpoint: str = "questionnaires.show") -> str:
    """The page of a kind's form."""
    return url_for(endpoint, number=campaign.number, kind=None if of == FIRST else of)


def issued(campaign: Campaign, upload: Upload, issue: Issue, of: str = FIRST) -> ResponseReturnValue:
    """On to the version that came of it, or back to the upload with what stands against it."""
    if issue.version is None:
        return _page(campaign, upload, issue, of)
    words = _("Version %(n)s is in force.", n=issue.version.number)
    if issue.version.published_at is None:
        words = _("Version %(n)s is kept. Read what it changes, then put it in force.", n=issue.version.number)
    if issue.warnings:
        words += " " + _("%(n)s things to look at are listed with it.", n=len(issue.warnings))
    flash(words, "ok")
    address = url_for("questionnaires.version", number=campaign.number, version=issue.version.number)
    return redirect(address, code=303)


def _page(campaign: Campaign, upload: Upload, issue: Issue | None, of: str) -> ResponseReturnValue:
    faults = [*issue.faults, *issue.warnings] if issue else []
    offered = corrections_of(upload.data, upload.name, issue.faults) if issue and upload.data else []
    parts = extracts(upload.data, upload.name, upload.attached, faults) if upload.data else []
    name_by_row, alone = _names(parts), _alone(parts, faults)
    partial, in_force = issue.partial if issue else None, version_in_force(campaign.id, of)
    page = render_template(
        "city_desk/questionnaire.html",
        campaign=campaign,
        kind=kind_of(campaign.id, of),
        several=len(kinds_of(campaign.id)) > 1,
        versions=versions_of(campaign.id, of),
        in_force=in_force,
        issue=issue,
        sizes=_sizes(partial) if partial else None,
        sums=_unfinished(in_force, partial, issue, name_by_row) if in_force and partial and issue else None,
        received=received_with(in_force) if in_force and issue else 0,
        name=upload.name,
        attached=sorted(upload.attached),
        size=len(upload.data) // 1024,
        extracts=parts,
        offered=offered,
        named=name_by_row,
        alone=alone,
        alone_at=lambda fault: alone.get(id(fault)),
        stops=len(faults),
        token=_token(campaign, upload) if faults and upload.data else "",
    )
    return page, 422 if issue else 200


def _names(parts: list[Extract]) -> dict[tuple[str, int], str]:
    """Sheet and row → the name that stands there."""
    return {
        (extract.sheet, number): cells[extract.heads.index("name")]
        for extract in parts
        if "name" in extract.heads
        for number, cells, _faults in extract.rows
    }


def _alone(parts: list[Extract], all_faults: list[Fault]) -> dict[int, int]:
    """Faults that stand in the list alone, at no row shown: `id` → place among them. One comes to these first."""
    inside = {id(fault) for extract in parts for _number, _cells, faults in extract.rows for fault in faults}
    return {id(fault): place for place, fault in enumerate((one for one in all_faults if id(one) not in inside), 1)}


def _sizes(package: Package) -> dict[str, int]:
    return {"questions": count_questions(package), "pages": count_pages(package), "lists": len(package.get("sec", {}))}


def _unfinished(
    in_force: QuestionnaireVersion, partial: Package, issue: Issue, name_by_row: dict[tuple[str, int], str]
) -> list[tuple[str, int, list[str]]]:
    """What a form with faults would change in the version in force: kind, how many, names of the questions."""
    faulty = {
        name_by_row.get((fault.sheet, fault.row or 0), "") for fault in issue.faults if fault.sheet.lower() == "survey"
    }
    changes = changes_so_far(package_of(in_force), partial, issue.faults, faulty)
    kinds = _kinds()
    return [
        (kinds[kind], len(changes_of_kind), list(dict.fromkeys(change.name for change in changes_of_kind)))
        for kind in kinds
        if (changes_of_kind := changes.of(kind))
    ]


@bp.post("/campaigns/<int:number>/setup/questionnaire/annotated")
def with_comments(number: int) -> ResponseReturnValue:
    """The uploaded form with its faults as comments at their cells, to be sent to the person who wrote it."""
    from surveys.planning.forms.form_reading import read_form, sheets_of
    from surveys.questionnaire.sheets.annotated import annotated

    campaign = access.planned_campaign(g.staff, number)
    upload = _carried_upload(campaign)
    if upload is None:
        flash(_("The upload is too old; please upload the form again."), "err")
        return redirect(address_of(campaign, _kind_asked_for(campaign)), code=303)
    reading = read_form(upload.data, name=upload.name, media=True, attached=upload.attached)
    data = annotated(sheets_of(upload.data, upload.name), [*reading.faults, *reading.warnings], g.language)
    ending = _("comments")
    return download(data, tables.XLSX, f"{upload.name.rpartition('.')[0]}-{ending}.xlsx")


# What the answers are.


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="questionnaire-upload")


def _token(campaign: Campaign, upload: Upload) -> str:
    """An upload that waits in the store, as a form carries it."""
    hashes = {name: files().put(data) for name, data in upload.attached.items()}
    token = {"campaign": campaign.id, "name": upload.name, "form": files().put(upload.data), "attached": hashes}
    return str(_signer().dumps(token))


def _carried_upload(campaign: Campaign) -> Upload | None:
    """The upload that a form carries; None when it is too old."""
    try:
        token = _signer().loads(request.form.get("upload", ""), max_age=A_DAY)
        upload = Upload(token["name"], files().read(token["form"]))
        upload.attached = {name: files().read(digest) for name, digest in token["attached"].items()}
    except (BadData, FileNotFoundError):
        return None
    if token["campaign"] != campaign.id:
        abort(404)
    return upload


def _with_corrections(upload: Upload | None) -> Upload | None:
    """The upload with every cell as it was proposed."""
    from surveys.planning.forms.form_reading import corrected_form, read_form

    if upload is None:
        return None
    faults = read_form(upload.data, name=upload.name, media=True, attached=upload.attached).faults
    upload.name, upload.data = corrected_form(upload.data, upload.name, faults)
    return upload


def _to_confirm(
    campaign: Campaign,
    upload: Upload,
    read_upload: ConsideredUpload,
    of: str,
    decisions: dict[str, dict[str, str]] | None = None,
) -> ResponseReturnValue:
    """What the form leaves open, with a proposal and its reasons for each question. The files wait in the store."""
    newest = next(iter(versions_of(campaign.id, of)), None)
    return render_template(
        "city_desk/questionnaire_answers.html",
        campaign=campaign,
        name=upload.name,
        token=_token(campaign, upload),
        proposals=read_upload.proposals,
        warnings=read_upload.issue.warnings if read_upload.issue else [],
        newest=newest,
        kind=kind_of(campaign.id, of),
        chosen=decisions or {},
        meanings=MEANINGS,
        roles=ROLES,
        privacies=PRIVACIES,
        sections=[
            (row["key"], (row.get("title_en") if g.language == "en" else "") or row.get("title") or row["key"])
            for row in campaign.outline or default_outline()
        ],
    )


@bp.post("/campaigns/<int:number>/setup/questionnaire/answers")
def answers(number: int) -> ResponseReturnValue:
    """What a person confirmed or changed goes into the form, and the form becomes a version."""
    campaign = access.planned_campaign(g.staff, number)
    request.max_form_memory_size = MOST_FORM_BYTES
    of = _kind_asked_for(campaign)
    upload = _carried_upload(campaign)
    if upload is None:
        flash(_("The upload is too old; please upload the form again."), "err")
        return redirect(address_of(campaign, of), code=303)
    decided: dict[str, dict[str, str]] = {}
    for key, text in request.form.items():
        column, separator, path = key.partition(":")
        if separator and column in CONFIRMED:
            decided.setdefault(path, {})[column] = text.strip()
    issue = confirm(campaign, upload.data, upload.name, upload.attached, decided, kind=of, files=files(), actor=actor())
    return issued(campaign, upload, issue, of)


# The versions.


def _columns() -> list[Column]:
    return [
        Column(_("Version"), lambda version: version.number),
        Column(_("File"), lambda version: version.file_name),
        Column(_("Uploaded"), lambda version: version.uploaded_at),
        Column(_("Published"), lambda version: version.published_at),
        Column(_("Withdrawn"), lambda version: version.withdrawn_at),
        Column("SHA-256", lambda version: version.package_hash),
    ]


@bp.get("/campaigns/<int:number>/setup/questionnaire/<int:version>")
def version(number: int, version: int) -> ResponseReturnValue:
    """One version: its hash, what was noted at upload, what changed since the one before; the form itself."""
    campaign = access.planned_campaign(g.staff, number)
    questionnaire = version_of(campaign, version)
    package = package_of(questionnaire)
    if file_name := request.args.get("file"):
        return _file(questionnaire, package, file_name)
    of_kind = versions_of(campaign.id, questionnaire.visit_kind)
    earlier = next((other for other in of_kind if other.number < questionnaire.number), None)
    return render_template(
        "city_desk/questionnaire_version.html",
        campaign=campaign,
        version=questionnaire,
        earlier=earlier,
        sizes=_sizes(package),
        attached=package.get("attachments", []),
        changes=changes(package_of(earlier), package) if earlier else Changes(),
        kinds=_kinds(),
        in_force=version_in_force(campaign.id, questionnaire.visit_kind),
        kind=kind_of(campaign.id, questionnaire.visit_kind),
    )


def _kinds() -> dict[str, str]:
    return {
        "added": _("Added"),
        "removed": _("Taken out"),
        "moved": _("Moved"),
        "renamed": _("Renamed"),
        "label": _("Reworded"),
        "hint": _("Hint reworded"),
        "message": _("Message reworded"),
        "look": _("Shown differently"),
        "choices": _("Choices changed"),
        "rule": _("Rule changed"),
        "type": _("Other type"),
        "facts": _("Other use"),
    }


def _file(version: QuestionnaireVersion, package: Package, file_name: str) -> ResponseReturnValue:
    """The form as it was uploaded, as an XLSForm workbook, or a file that came with it."""
    data = files().read(version.workbook)
    if file_name == "workbook":
        return download(
            data, tables.XLSX if version.file_name.endswith(".xlsx") else "application/octet-stream", version.file_name
        )
    if file_name == "xlsform":
        from surveys.planning.forms.form_reading import sheets_of
        from surveys.questionnaire.sheets.export import workbook_of

        sheets = sheets_of(data, version.file_name)
        return download(workbook_of(sheets), tables.XLSX, version.file_name.rpartition(".")[0] + ".xlsx")
    attachment = next((file for file in package.get("attachments", ()) if file["name"] == file_name), None)
    if attachment is None:
        abort(404)
    return download(files().read(attachment["hash"]), attachment["type"], attachment["name"])


@bp.post("/campaigns/<int:number>/setup/questionnaire/<int:version>/publish")
def put_in_force(number: int, version: int) -> ResponseReturnValue:
    """Put a version that was kept back in force: visits opened from now on are filled in with it."""
    campaign = access.planned_campaign(g.staff, number)
    publish(version_of(campaign, version), actor=actor())
    flash(_("Version %(n)s is in force.", n=version), "ok")
    return redirect(url_for(".version", number=number, version=version), code=303)


@bp.post("/campaigns/<int:number>/setup/questionnaire/<int:version>/withdraw")
def take_back(number: int, version: int) -> ResponseReturnValue:
    """Take a version out of force; the one before it is in force again."""
    campaign = access.planned_campaign(g.staff, number)
    questionnaire = version_of(campaign, version)
    withdraw(questionnaire, actor=actor())
    flash(_("Version %(n)s is withdrawn. Drafts of it can still be finished.", n=version), "ok")
    return redirect(address_of(campaign, questionnaire.visit_kind), code=303)


def version_of(campaign: Campaign, number: int) -> QuestionnaireVersion:
    """The campaign's version of that number; 404 without one."""
    match = next((version for version in versions_of(campaign.id, None) if version.number == number), None)
    if match is None:
        abort(404)
    return match


def package_of(version: QuestionnaireVersion) -> Package:
    package = whole_package(version.media_hash)
    assert package is not None
    return package
