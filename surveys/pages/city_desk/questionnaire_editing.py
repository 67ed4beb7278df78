"""修改问卷: labels, hints, choices, order and required of a version; saved, it is a new version. Rules stay in the sheet."""

from flask import Blueprint, abort, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from surveys import access
from surveys.pages.city_desk.questionnaires import files, issued, package_of, version_of
from surveys.pages.shell.sign_in import actor, signed_in
from surveys.planning.forms.form_reading import sheets_of
from surveys.planning.forms.questionnaire_uploads import attached_to
from surveys.planning.forms.questionnaire_versions import issue_questionnaire, version_in_force
from surveys.questionnaire.package.attachments import Upload
from surveys.questionnaire.package.package import language_code
from surveys.questionnaire.sheets.columns import column_of
from surveys.questionnaire.sheets.editing import Choice, Edits, Group, choices, edited, groups, origins, text_headers
from surveys.questionnaire.sheets.export import workbook_of
from surveys.questionnaire.sheets.faults import Fault
from surveys.questionnaire.sheets.sheets import Sheet

bp = Blueprint("questionnaire_editing", __name__)
bp.before_request(signed_in)

NEW_CHOICES = 3  # empty lines offered for new choices


@bp.route("/campaigns/<int:number>/setup/questionnaire/<int:version>/edit", methods=["GET", "POST"])
def edit(number: int, version: int) -> ResponseReturnValue:
    """One group of questions, or one list of choices, as a form; saving makes a new version that waits to be put in force.

    A fault keeps the form with everything typed, and stands beside its field.
    """
    campaign = access.planned_campaign(g.staff, number)
    questionnaire = version_of(campaign, version)
    sheets = sheets_of(files().read(questionnaire.workbook), questionnaire.file_name)
    every, lists = groups(sheets["survey"]), choices(sheets.get("choices"))
    group, name = _group_and_list(every, lists)
    faults: dict[str, list[Fault]] = {}
    if request.method == "POST":
        edits = _list_edits(request.form, name, lists[name]) if name else _group_edits(request.form, group)
        data = workbook_of(edited(sheets, edits))
        upload = Upload(
            questionnaire.file_name.rpartition(".")[0] + ".xlsx", data, attached_to(package_of(questionnaire), files())
        )
        issue = issue_questionnaire(
            campaign,
            data,
            upload.name,
            files=files(),
            attached=upload.attached,
            kind=questionnaire.visit_kind,
            publish=version_in_force(campaign.id, questionnaire.visit_kind) is None,
            origin="edited",
            actor=actor(),
        )
        if issue.version is not None:
            return issued(campaign, upload, issue, questionnaire.visit_kind)
        faults = _beside(issue.faults, origins(sheets, edits), request.form)
    labels = text_headers(sheets["choices"] if name else sheets["survey"], "label")
    hints = text_headers(sheets["survey"], "hint")
    page = render_template(
        "city_desk/questionnaire_edit.html",
        campaign=campaign,
        version=questionnaire,
        groups=[(one, _title(one, campaign.name(g.language))) for one in every],
        group=group,
        lists=lists,
        list_name=name,
        label_headers=labels,
        hint_headers=hints,
        heads={header: _words(header) for header in (*labels, *hints)},
        langs={header: language_code(column_of(header).language or "zh-CN") for header in (*labels, *hints)},
        used_by=_used_by(every, name),
        new_choices=range(NEW_CHOICES),
        name_header=_name_header(sheets.get("choices")),
        faults=faults,
        typed=request.form if faults else None,
    )
    return page, 422 if faults else 200


def _group_and_list(every: list[Group], lists: dict[str, list[Choice]]) -> tuple[Group, str]:
    """The group and, when a list is asked for, its name; 404 for one that is not there."""
    name = request.args.get("list", "")
    if name and name not in lists:
        abort(404)
    row = request.args.get("group", type=int)
    first = next(
        (group for group in every if any(item.is_seen and not item.is_group for item in group.items)), every[0]
    )
    group = first if row is None else next((group for group in every if group.row == row), None)
    if group is None:
        abort(404)
    return group, name


def _beside(
    faults: list[Fault], before: dict[tuple[str, int], str], form: MultiDict[str, str]
) -> dict[str, list[Fault]]:
    """The faults by the field they were typed in, `row:…` where only their line is on the page, else under ``.

    A new choice is found by the place of its line among those that were filled in.
    """
    places = [place for place in range(NEW_CHOICES) if any(form[key].strip() for key in _new_keys(form, place))]
    faults_at: dict[str, list[Fault]] = {}
    for fault in faults:
        row = before.get((fault.sheet, fault.row or 0), "")
        if row.startswith("new:"):
            row = f"new:{places[int(row.removeprefix('new:'))]}"
        keys = [
            f"{row}:{fault.column}",
            f"text:{row}:{fault.column}",
            f"held:{row}" if fault.column == "required" else "",
        ]
        key = next((key for key in keys if key in form), "")
        if not key and (f"order:{row}" in form or row.startswith("new:")):
            key = f"row:{row}"
        faults_at.setdefault(key, []).append(fault)
    return faults_at


def _new_keys(form: MultiDict[str, str], place: int) -> list[str]:
    return [key for key in form if key.startswith(f"new:{place}:")]


def _words(header: str) -> str:
    """A column as people call it: `label::简体中文 (zh-CN)` is the label in 简体中文."""
    column = column_of(header)
    what = _("Hint") if column.base == "hint" else _("Label")
    language = (column.language or "").partition(" (")[0]
    return _("%(what)s (%(language)s)", what=what, language=language) if language else what


def _title(group: Group, form: str) -> str:
    return group.title or form


def _used_by(every: list[Group], name: str) -> list[str]:
    return [item.name for group in every for item in group.items if item.list_name == name] if name else []


def _group_edits(form: MultiDict[str, str], group: Group) -> Edits:
    """What the page of a group says: texts and required of its questions, and their order by the numbers given."""
    edits = Edits()
    for item in group.items:
        texts = {header: form[key] for header in item.texts if (key := f"text:{item.row}:{header}") in form}
        if texts:
            edits.texts[item.row] = texts
        if f"held:{item.row}" in form:  # a box that is not ticked sends nothing; this field says that it was there
            edits.required[item.row] = f"required:{item.row}" in form
    edits.order[group.row] = _by_numbers(form, [item.row for item in group.items])
    return edits


def _list_edits(form: MultiDict[str, str], name: str, choices: list[Choice]) -> Edits:
    edits = Edits()
    for choice in choices:
        texts = {header: form[key] for header in choice.texts if (key := f"text:{choice.row}:{header}") in form}
        if texts:
            edits.choice_texts[choice.row] = texts
    edits.choice_order[name] = _by_numbers(form, [choice.row for choice in choices])
    choices_added = []
    for place in range(NEW_CHOICES):
        cells = {key.split(":", 2)[2]: form[key].strip() for key in _new_keys(form, place)}
        if any(cells.values()):
            choices_added.append({header: text for header, text in cells.items() if text})
    if choices_added:
        edits.new_choices[name] = choices_added
    return edits


def _by_numbers(form: MultiDict[str, str], rows: list[int]) -> list[int]:
    """The rows by the numbers written beside them; rows of one number keep their order."""

    def number(place: int) -> float:
        text = form.get(f"order:{rows[place]}", "").strip()
        return float(text) if text.replace(".", "", 1).isdigit() else place + 1

    return [rows[place] for place in sorted(range(len(rows)), key=lambda place: (number(place), place))]


def _name_header(sheet: Sheet | None) -> str:
    """The column of a choice's value."""
    return next((header for header in sheet.headers if column_of(header).base == "name"), "name") if sheet else "name"
