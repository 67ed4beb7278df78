"""数据导出: choose a set, its columns and edition, look at the first rows, have it exported; the files with who, rows, size and hash.

Touches the room and the shell of the reports' pages. Everything it shows starts in `rights`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import UUID

from flask import Flask, abort, current_app, flash, g, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import NotFound

from reports.exports.columns import (
    EVENTS,
    EVENTS_TITLE,
    FINDINGS,
    FINDINGS_TITLE,
    VISITS,
    VISITS_TITLE,
    Column,
    Table,
    in_words,
)
from reports.exports.dataset import EDITIONS, Asked, Dataset, question_of
from reports.exports.faults import ExportFault, ExportFaultKind
from reports.exports.files import TYPES, check
from reports.exports.records import (
    FORMATS,
    DataExport,
    ask_export,
    days_kept,
    downloaded,
    exports_of,
    may_read,
    store,
    waiting,
)
from reports.exports.rights import Rights, may_export, rights_of, within
from reports.pages.frame import actor, blueprint, names_of_accounts
from surveys import access
from surveys.access import Staff
from surveys.auditing.readings import reads
from surveys.database import CHINA, db
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.words.visit_words import fill, speak_of

bp = blueprint("data_export", __name__)
bp.register_error_handler(ExportFault, lambda fault: current_app.extensions["say_fault"](fault, 400))
REFRESH = 2  # seconds between two looks at an export that is being made
SHOWN = 7  # rows to look at
MOST_LOOKED_THROUGH = 3_000  # visits up to which the hidden cells of the outgoing edition are worked out for a look
LONGEST_SHOWN = 40  # characters of a cell


def list_page(app: Flask) -> None:
    """List the page in the desk's menu."""
    entry = {
        "stage": "admin",
        "label": _l("Data export"),
        "endpoint": "data_export.show",
        "args": _listed,
        "also": ("data_export.choose",),
    }
    app.extensions.setdefault("nav", []).append(entry)


def _listed(campaign: Campaign | None, staff: Staff) -> dict[str, Any] | None:
    return {"number": campaign.number} if campaign is not None and may_export(staff, campaign) else None


@dataclass(frozen=True, slots=True)
class Choice:
    """What the form says. `columns`: of the set, none for all of them."""

    table: str = VISITS
    kind: str = "xlsx"
    edition: str = "outgoing"
    unit: str = ""
    every: bool = False
    personal: bool = False
    reason: str = ""
    columns: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether it is of all tables at once."""
        return self.kind in ("all", "media")

    def asked(self) -> Asked:
        columns = {self.table: self.columns} if self.columns and not self.whole else None
        return Asked(self.edition, self.every, self.personal and self.edition == "internal", columns)


def _said() -> Choice:
    """The form as it was sent; a word that none of its choices has is refused."""
    form = request.form
    choice = Choice(
        form.get("set", VISITS)[:100],
        form.get("format", "xlsx"),
        form.get("edition", "outgoing"),
        form.get("unit", "")[:20],
        "every" in form,
        "personal" in form,
        form.get("reason", "").strip()[:200],
        # Those of another set, which stood there before, are none of this one.
        tuple(form.getlist("column")[:2_000]) if form.get("columns_of") == form.get("set", VISITS) else (),
    )
    if choice.kind not in FORMATS or choice.edition not in EDITIONS:
        abort(400)
    if form.get("columns_of") == choice.table and not choice.columns and not choice.whole and choice.kind != "geojson":
        raise ExportFault(ExportFaultKind.NO_COLUMN)
    return choice


@bp.get("/campaigns/<int:number>/export")
def show(number: int) -> ResponseReturnValue:
    """What may be exported, and what was."""
    campaign = access.campaign(g.staff, number)
    return _page(campaign, rights_of(g.staff, campaign), Choice())


@bp.post("/campaigns/<int:number>/export")
def choose(number: int) -> ResponseReturnValue:
    """Look at the first rows of what was chosen, or have it exported."""
    campaign = access.campaign(g.staff, number)
    rights, choice = rights_of(g.staff, campaign), _said()
    part = _of_unit(campaign, rights, choice.unit)
    if choice.table not in Dataset(campaign, part, Asked("internal")).tables:
        abort(404)
    if choice.personal:
        _check_personal(part, choice)
    if request.form.get("act") != "export":
        return _page(campaign, rights, choice)
    asked = choice.asked()
    table = "" if choice.whole else choice.table
    check(Dataset(campaign, part, asked), choice.kind, table, g.language)
    ask_export(
        campaign,
        part,
        asked,
        unit_code=choice.unit,
        kind=choice.kind,
        table=table,
        reason=choice.reason if choice.personal else "",
        language="en" if g.language == "en" else "zh",
        by=actor(),
    )
    flash(_("It is being exported; it will stand in the list when it is done."), "ok")
    return redirect(url_for(".show", number=campaign.number, _anchor="exports"), code=303)


def _of_unit(campaign: Campaign, rights: Rights, unit: str) -> Rights:
    try:
        return within(rights, unit)
    except NotFound:
        facts = {"campaign": campaign.title, "unit": unit, "units": "、".join(rights.levels)}
        raise ExportFault(ExportFaultKind.NOT_YOUR_UNIT, unit, **facts) from None


def _check_personal(rights: Rights, choice: Choice) -> None:
    if choice.edition != "internal" or not set(rights.levels) <= rights.own:
        raise ExportFault(ExportFaultKind.PERSONAL_NOT_YOURS)
    if not choice.reason:
        raise ExportFault(ExportFaultKind.REASON_NEEDED)


@bp.get("/exports/<uuid:export_id>")
def download(export_id: UUID) -> ResponseReturnValue:
    """The file of one export; that it was fetched is in the audit trail."""
    export = db.session.get(DataExport, str(export_id))
    if export is None:
        abort(404)
    campaign = db.session.get_one(Campaign, export.campaign_id)
    speak_of(campaign.settings)
    if not may_export(g.staff, campaign) or not may_read(export, rights_of(g.staff, campaign)):
        abort(404)
    try:
        file = downloaded(export, actor())
    except FileNotFoundError:
        abort(404)
    ending = export.ending()
    day = f"{export.asked_at.astimezone(CHINA):%Y%m%d}"
    response = send_file(file, mimetype=TYPES[export.ending()], etag=False)
    response.headers["Cache-Control"] = "no-store"
    name = quote(f"{file_title(export, g.language)}_{day}.{ending}")
    plain = f"{export.table or export.format}_{export.edition}_{day}.{ending}"
    response.headers["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{name}"
    return response


def _page(campaign: Campaign, rights: Rights, choice: Choice) -> ResponseReturnValue:
    part = _of_unit(campaign, rights, choice.unit)
    dataset = Dataset(campaign, part, choice.asked())
    jobs = waiting(campaign)
    exports = exports_of(campaign, rights)
    being_made = [export for export in exports if export.id in jobs and jobs[export.id].state != "failed"]
    page = current_app.extensions["page_of"](request.args, 25).of(len(exports))
    shown = exports[page.offset : page.offset + page.size]
    table = dataset.tables[choice.table]
    looks = not choice.whole and (choice.edition == "internal" or dataset.looked_through() <= MOST_LOOKED_THROUGH)
    first = dataset.first_rows(choice.table, SHOWN) if looks else None
    if first:
        _keep_reading(campaign, table, choice)
    text = render_template(
        "reports/data_export.html",
        campaign=campaign,
        choice=choice,
        tables=[(one, dataset.count(one.key)) for one in dataset.all_tables],
        table=table,
        questions=_questions(next(one for one in dataset.all_tables if one.key == choice.table)),
        rows=None if first is None else [_cut(table, row) for row in first],
        title=lambda one: in_words(one.title, g.language),
        label=lambda column: in_words(column.label, g.language),
        units=[g.staff.tree[code] for code in rights.levels],
        may_personal=bool(rights.own),
        exports=shown,
        page=page,
        jobs=jobs,
        being_made=being_made,
        absent=_absent(shown),
        names=names_of_accounts(export.asked_by for export in shown),
        file_title=lambda export: file_title(export, g.language),
        formats=FORMATS,
        format_words=format_words,
        days=days_kept(),
        refresh=REFRESH,
        whole_sets=(VISITS, FINDINGS, EVENTS),
    )
    return text, 200, {"Refresh": f"{REFRESH}; url={url_for('.show', number=campaign.number)}"} if being_made else {}


def _absent(exports: Iterable[DataExport]) -> set[str]:
    """Whose file should be here and is not: a backup taken before it was made came back, or it was taken away by hand."""
    return {export.id for export in exports if export.file and not export.removed_at and not store().holds(export.file)}


def _keep_reading(campaign: Campaign, table: Table, choice: Choice) -> None:
    """Rows with an identity (L2) or anything personal (L3) were looked at: that goes on record, and what for."""
    level = max(column.privacy for column in table.columns)
    if level in ("L2", "L3"):
        what, reason = ("personal", choice.reason) if level == "L3" else ("data", "")
        unit = choice.unit or None
        reads(what, ("campaign", campaign.id), level, campaign_id=campaign.id, unit_code=unit, reason=reason)


def _questions(table: Table) -> list[Column]:
    """The columns that are chosen one by one: those of choices go with their question, and keys always."""
    return [column for column in table.columns if column.kind != "key" and question_of(column) == column.name]


def _cut(table: Table, row: tuple[str, ...]) -> list[str]:
    """The cells as they are shown: short, and codes that stand together on one line."""
    short = [cell if len(cell) <= LONGEST_SHOWN else cell[: LONGEST_SHOWN - 1] + "…" for cell in row]
    codes = [column.kind == "choices" for column in table.columns]
    return [cell.replace(" ", "\u00a0") if is_codes else cell for cell, is_codes in zip(short, codes, strict=True)]


def file_title(export: DataExport, language: str) -> str:
    """What a file is called: its set and edition."""
    titles = {VISITS: VISITS_TITLE, FINDINGS: FINDINGS_TITLE, EVENTS: EVENTS_TITLE}
    what = {"codebook": _("Codebook"), "media": _("Media"), "all": _("All tables")}.get(export.format)
    key = export.table or VISITS
    what = what or (fill(in_words(titles[key], language), language) if key in titles else key)
    edition = _("Internal") if export.edition == "internal" else _("Outgoing")
    return f"{what}_{edition}"


def format_words(kind: str) -> str:
    return {
        "xlsx": _("Excel (.xlsx)"),
        "csv": _("CSV (UTF-8 with BOM)"),
        "sav": _("SPSS (.sav)"),
        "geojson": _("Map (GeoJSON)"),
        "codebook": _("Codebook (.xlsx)"),
        "media": _("Photos and sounds (.zip)"),
        "all": _("All tables in every format (.zip)"),
    }[kind]
