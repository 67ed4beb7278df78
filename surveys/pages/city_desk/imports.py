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
from surveys.pages.city_desk.plan_acts import flash_act
from surveys.pages.shell.desk_frame import own_leaves
from surveys.pages.shell.sign_in import actor, signed_in
from surveys.pages.shell.tables import download, page_of
from surveys.planning.campaigns.plan_acts import PlanAct
from surveys.planning.imports import list_uploads
from surveys.planning.imports.import_faults import ImportFault
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
    words = {}
    for word in values.getlist("word")[:200]:
        key, _dot, rest = word.partition(".")
        key, rest = (
            (f"{key}.{rest.partition('.')[0]}", rest.partition(".")[2])
            if key in ("at", "role", "phone")
            else (key, rest)
        )
        word_in_file, _mark, replacement = rest.partition("=")
        if word_in_file and replacement != "?":
            words[key, word_in_file] = replacement
    mend = {(kind, key) for kind, _dot, key in (each.partition(".") for each in values.getlist("mend")[:50])}
    skip = frozenset(int(row) for row in values.getlist("skip")[:5000] if row.isdigit())
    return Remarks(columns, repairs, skip, words, frozenset(mend))


@bp.get("/campaigns/<int:number>/lists/imports/<token>")
def preview(number: int, token: str) -> ResponseReturnValue:
    """What the import would do: rows with a fault each, the mapping, counts. Nothing is written."""
    return preview_page(_upload(number, token))


def preview_page(upload: ListUpload) -> ResponseReturnValue:
    """The preview of an upload, of a campaign's list or of a register."""
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
        kind=upload.kind if upload.campaign else "register",
        title=title_of_upload(upload),
        found=list_preview,
        page=page,
        tab=tab,
        counts=counts,
        shown=[use for use in list_preview.columns if use.key],
        fields=list_preview.fields,
        addresses=addresses_of(upload),
        repaired=_repaired,
        mended=_mended,
        choices_of=_choices_of,
        kept=_carried(request.args),
        alike=list_uploads.alike(reading),
        before=list_uploads.imported_before(upload),
        skipped=(reading.head or {}).get("skipped", len(list_preview.skipped)),
    ), 422 if list_preview.broken else 200


def title_of_upload(upload: ListUpload) -> str:
    """What an upload is imported into."""
    register = upload.register
    return register.name(g.language) if register is not None else title_of(upload.kind)


def addresses_of(upload: ListUpload) -> dict[str, str]:
    """Where the pages of an upload lead: its preview, another file, the list it goes into."""
    if upload.campaign is None:
        return {
            "preview": url_for("register_imports.preview", key=upload.kind, token=upload.id),
            "another": url_for("register_imports.upload", key=upload.kind),
            "list": url_for("registers.show", key=upload.kind),
        }
    at: dict[str, Any] = {"number": upload.campaign.number}
    return {
        "preview": url_for("imports.preview", token=upload.id, **at),
        "another": url_for("imports.upload", unit=upload.unit_code, kind=upload.kind, **at),
        "list": url_for(LIST_OF[upload.kind], unit=upload.unit_code, **at),
    }


def _progress_page(reading: ListReading, job: Job | None) -> ResponseReturnValue:
    """How far the worker is with a long list, what it wrote, or what stopped it."""
    upload = reading.upload
    busy = job is not None and job.state in ("queued", "running")
    refusal = (job.result or {}).get("refused") if job is not None else None
    page = render_template(
        "city_desk/import_standing.html",
        campaign=upload.campaign,
        unit=g.staff.tree[upload.unit_code],
        title=title_of_upload(upload),
        upload=upload,
        reading=reading,
        job=job,
        busy=busy,
        refused=refusal[("en" if g.language == "en" else "zh")] if refusal else None,
        outcome=_outcome(upload) if upload.imported_at is not None else None,
        addresses=addresses_of(upload),
        refresh=REFRESH,
    )
    return page, 200, {"Refresh": str(REFRESH)} if busy else {}


def _outcome(upload: ListUpload) -> str:
    """What an import wrote, in words."""
    outcome = upload.outcome or {}
    if upload.campaign is None:
        words = _(
            "%(n)s rows imported: %(added)s new, %(known)s completed, %(same)s there already with the same content.",
            n=outcome["rows"],
            added=outcome["added"],
            known=outcome["known"],
            same=outcome["same"],
        )
    elif upload.kind == "subjects":
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
    return [
        (key, value)
        for key, value in values.items(multi=True)
        if key in ("fix", "skip", "mend", "word") or key.startswith("col.")
    ]


def _repaired(row: int, key: str | None, repair: str) -> str:
    """The address of the same preview with one more repair."""
    more = ("skip", str(row)) if repair == SKIP else ("fix", f"{row}.{key}={repair}")
    pairs = [(name, value) for name, value in request.args.items(multi=True) if name != "faulty"]
    return f"{request.path}?{urlencode([*pairs, more])}#row-{row}"


def _choices_of(fault: ImportFault) -> list[str]:
    """The words that a fault of a choice offers."""
    words = str(fault.values.get("choices") or fault.values.get("near") or "")
    return [word for word in words.removesuffix("……").split("、") if word != "—"]


def _mended(fault: ImportFault) -> str:
    """The address of the same preview with all faults like this one repaired as each proposes."""
    pairs = [(name, value) for name, value in request.args.items(multi=True) if name not in ("faulty", "page")]
    return f"{request.path}?{urlencode([*pairs, ('mend', f'{fault.kind.name}.{fault.key or str()}')])}"


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
    return write_upload(_upload(number, token))


def write_upload(upload: ListUpload) -> ResponseReturnValue:
    """Write the good rows of an upload, and lead to the list with the way to undo it."""
    reading = list_uploads.reading_of(upload, _remarks(request.form))
    if reading.read_at is None or list_uploads.import_list(reading, by=actor()) is not None:
        return redirect(f"{addresses_of(upload)['preview']}?{urlencode(_carried(request.form))}", code=303)
    db.session.refresh(upload)
    outcome = upload.outcome or {}
    act = db.session.get(PlanAct, outcome["act"]) if outcome.get("act") else None
    flash_act(_outcome(upload), act, "wait" if outcome["left"] else "ok")
    return redirect(addresses_of(upload)["list"], code=303)
