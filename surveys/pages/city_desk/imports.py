"""名单导入: upload, a preview in which nothing is written yet, then the import. What is a fault: planning's imports.

A preview has the address of its upload; repairs, skipped rows and the mapping of columns stand in the query string. What was read
is kept as rows (`list_uploads`): while the worker reads or writes a long list, the page says how far it is and looks again.
"""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from surveys import access
from surveys.database import db
from surveys.jobs import Job
from surveys.pages.city_desk.leaves import campaign_and_leaf
from surveys.pages.shell.desk_frame import own_leaves
from surveys.pages.shell.sign_in import actor, signed_in
from surveys.pages.shell.tables import download, page_of
from surveys.planning.imports import list_uploads
from surveys.planning.imports.imports import SKIP
from surveys.planning.imports.list_uploads import FIELDS, ListReading, ListUpload, Remarks
from surveys.planning.imports.tables import write_table

bp = Blueprint("imports", __name__)
bp.before_request(signed_in)

KINDS = ("subjects", "deputies", "groups")
TABS = ("all", "good", "faulty", "warned", "converted")
REFRESH = 2  # seconds between two looks at a list that is being read or written
LIST_OF = {"subjects": "lists.entries", "deputies": "lists.deputies", "groups": "lists.groups"}
EXAMPLES = {
    "subjects": ["91350100M000100Y43", "示例电子有限公司", "示例电子", "增城区", "新塘镇", "示例路1号", "", "C39", 126, 8600, "", "", "私人控股", "高新技术企业", "陈某", "138****0000", "主名单", ""],
    "deputies": ["D001", "陈某", "市、区", "", "示例电子有限公司", "138****0000"],
    "groups": [1, "第1小组", "D001", "陈某", "", "组长", "何某", "138****0000"],
}  # fmt: skip


def title_of(kind: str) -> str:
    """What is imported, in the language of the page."""
    return {"subjects": _("Subjects"), "deputies": _("Deputies"), "groups": _("Groups")}[kind]


@bp.get("/lists/sample/<kind>")
def sample(kind: str) -> ResponseReturnValue:
    """A workbook with the heads an import knows and one example row."""
    if kind not in KINDS:
        abort(404)
    heads = [field.label.en if g.language == "en" else field.label.zh for field in FIELDS[kind]]
    data, media_type = write_table("xlsx", heads, [EXAMPLES[kind]], title=title_of(kind), widths=[18] * len(heads))
    return download(data, media_type, f"{title_of(kind)}.xlsx")


@bp.route("/campaigns/<int:number>/lists/import", methods=["GET", "POST"])
def upload(number: int) -> ResponseReturnValue:
    """Choose a file. It is kept by its hash; nothing of it is imported yet."""
    campaign, unit, leaves = campaign_and_leaf(number)
    kind = request.values.get("kind", "subjects")
    if kind not in KINDS:
        abort(404)
    if request.method == "POST":
        file = request.files.get("file")
        data = file.read() if file else b""
        if file is None or not file.filename:
            flash(_("Choose a file first."), "err")
            return redirect(url_for(".upload", number=number, unit=unit.code, kind=kind), code=303)
        upload = list_uploads.keep_upload(campaign, unit.code, kind, data, file.filename, by=actor())
        return redirect(url_for(".preview", number=number, token=upload.id), code=303)
    return render_template(
        "city_desk/import_upload.html",
        campaign=campaign,
        unit=unit,
        leaves=leaves,
        kind=kind,
        kinds=KINDS,
        title_of=title_of,
        fields=FIELDS[kind],
    )


def _upload(number: int, upload_id: str) -> ListUpload:
    """404 for one that is not there, also any more, and for another's leaf."""
    campaign = access.campaign(g.staff, number)
    try:
        upload = db.session.get(ListUpload, str(UUID(upload_id)))
    except ValueError:
        abort(404)
    if upload is None or upload.campaign_id != campaign.id or upload.unit_code not in own_leaves(campaign, g.staff):
        abort(404)
    return upload


def _remarks(values: MultiDict[str, str]) -> Remarks:
    columns = {int(key[4:]): value for key, value in values.items() if key.startswith("col.") and key[4:].isdigit()}
    repairs = {}
    for fix in values.getlist("fix")[:2000]:
        row, _dot, rest = fix.partition(".")
        key, _mark, value = rest.partition("=")
        if row.isdigit():
            repairs[int(row), key] = value
    return Remarks(columns, repairs, frozenset(int(row) for row in values.getlist("skip")[:5000] if row.isdigit()))


@bp.get("/campaigns/<int:number>/lists/imports/<token>")
def preview(number: int, token: str) -> ResponseReturnValue:
    """What the import would do: rows with a fault each, the mapping, counts. Nothing is written."""
    upload = _upload(number, token)
    reading = list_uploads.reading_of(upload, _remarks(request.args))
    job = list_uploads.job_of(reading)
    if reading.read_at is None or job is not None or upload.imported_at is not None:
        return _progress_page(reading, job)
    if kind := request.args.get("faulty"):
        return _faulty_rows(reading, kind)
    counts, tab = list_uploads.counts(reading), request.args.get("tab", "all")
    page = page_of(request.args).of(counts.get(tab if tab in TABS else "all", 0))
    list_preview = list_uploads.preview_of(reading, tab, offset=page.offset, limit=page.size)
    return render_template(
        "city_desk/import_preview.html",
        campaign=upload.campaign,
        unit=g.staff.tree[upload.unit_code],
        kind=upload.kind,
        title=title_of(upload.kind),
        found=list_preview,
        page=page,
        tab=tab,
        counts=counts,
        shown=[use for use in list_preview.columns if use.key],
        fields=FIELDS[upload.kind],
        token=token,
        repaired=_repaired,
        kept=_carried(request.args),
    ), 422 if list_preview.broken else 200


def _progress_page(reading: ListReading, job: Job | None) -> ResponseReturnValue:
    """How far the worker is with a long list, what it wrote, or what stopped it."""
    upload = reading.upload
    busy = job is not None and job.state in ("queued", "running")
    refusal = (job.result or {}).get("refused") if job is not None else None
    page = render_template(
        "city_desk/import_standing.html",
        campaign=upload.campaign,
        unit=g.staff.tree[upload.unit_code],
        kind=upload.kind,
        title=title_of(upload.kind),
        upload=upload,
        reading=reading,
        job=job,
        busy=busy,
        refused=refusal[("en" if g.language == "en" else "zh")] if refusal else None,
        outcome=_outcome(upload) if upload.imported_at is not None else None,
        list_address=url_for(LIST_OF[upload.kind], number=upload.campaign.number, unit=upload.unit_code),
        refresh=REFRESH,
    )
    return page, 200, {"Refresh": str(REFRESH)} if busy else {}


def _outcome(upload: ListUpload) -> str:
    """What an import wrote, in words."""
    outcome = upload.outcome or {}
    if upload.kind == "subjects":
        words = _(
            "%(n)s rows imported: %(added)s new in the register, %(known)s known before.",
            n=outcome["rows"],
            added=outcome["added"],
            known=outcome["known"],
        )
    elif upload.kind == "deputies":
        words = _(
            "%(n)s deputies imported: %(added)s new, %(known)s brought up to date.",
            n=outcome["rows"],
            added=outcome["added"],
            known=outcome["known"],
        )
    else:
        words = _("%(n)s groups made.", n=outcome["rows"])
    return words + (" " + _("%(n)s rows with faults were left out.", n=outcome["left"]) if outcome["left"] else "")


def _carried(values: MultiDict[str, str]) -> list[tuple[str, str]]:
    """The repairs and mapping so far, to be carried along by forms and addresses."""
    return [(key, value) for key, value in values.items(multi=True) if key in ("fix", "skip") or key.startswith("col.")]


def _repaired(row: int, key: str | None, repair: str) -> str:
    """The address of the same preview with one more repair."""
    more = ("skip", str(row)) if repair == SKIP else ("fix", f"{row}.{key}={repair}")
    pairs = [(name, value) for name, value in request.args.items(multi=True) if name != "faulty"]
    return f"{request.path}?{urlencode([*pairs, more])}#row-{row}"


def _faulty_rows(reading: ListReading, kind: str) -> ResponseReturnValue:
    """The rows to be corrected, as a table with the cause and remedy of each."""
    if kind not in ("xlsx", "csv"):
        abort(404)
    list_preview = list_uploads.preview_of(reading, "faulty")
    uses = [use for use in list_preview.columns if use.key]
    heads = [_("Row"), *(use.head for use in uses), _("What is wrong")]
    rows: list[list[Any]] = []
    for row in list_preview.rows:
        hard = [fault for fault in list_preview.at(row.number) if not fault.soft]
        words = " ".join(f"{fault.cause(g.language)}{fault.remedy(g.language)}" for fault in hard)
        rows.append([row.number, *(row.cells[use.key].text for use in uses if use.key), words])
    data, media_type = write_table(kind, heads, rows, title=_("To be corrected"))
    return download(data, media_type, f"{_('To be corrected')}.{kind}")


@bp.post("/campaigns/<int:number>/lists/imports/<token>")
def commit(number: int, token: str) -> ResponseReturnValue:
    """Write the rows without a fault, a long list by the worker. Raises Refusal where there is none."""
    upload = _upload(number, token)
    reading = list_uploads.reading_of(upload, _remarks(request.form))
    if reading.read_at is None or list_uploads.import_list(reading, by=actor()) is not None:
        return redirect(
            f"{url_for('.preview', number=number, token=token)}?{urlencode(_carried(request.form))}", code=303
        )
    db.session.refresh(upload)
    flash(_outcome(upload), "wait" if (upload.outcome or {})["left"] else "ok")
    return redirect(url_for(LIST_OF[upload.kind], number=number, unit=upload.unit_code), code=303)
