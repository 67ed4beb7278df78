"""名单导入: upload, a preview in which nothing is written yet, then the import. What is a fault: planning's imports.

A preview has a lasting address: the file is kept by its hash, and the address (signed) names campaign, leaf, kind and file;
repairs, skipped rows and the mapping of columns stand in the query string.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, abort, current_app, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.datastructures import MultiDict

from surveys import access
from surveys.pages.city_desk.leaves import campaign_and_leaf
from surveys.pages.shell.desk_frame import own_leaves
from surveys.pages.shell.sign_in import actor, signed_in
from surveys.pages.shell.tables import download, page_of
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.imports import deputy_imports, group_imports, subject_imports
from surveys.planning.imports.imports import SKIP, Preview
from surveys.planning.imports.subject_lists import check_subjects, commit_subjects
from surveys.planning.imports.tables import write_table

bp = Blueprint("imports", __name__)
bp.before_request(signed_in)

KINDS = ("subjects", "deputies", "groups")
FIELDS = {"subjects": subject_imports.FIELDS, "deputies": deputy_imports.FIELDS, "groups": group_imports.FIELDS}
READERS = {
    "subjects": subject_imports.read_subjects,
    "deputies": deputy_imports.read_deputies,
    "groups": group_imports.read_groups,
}
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
        given = request.files.get("file")
        data = given.read() if given else b""
        if given is None or not given.filename:
            flash(_("Choose a file first."), "err")
            return redirect(url_for(".upload", number=number, unit=unit.code, kind=kind), code=303)
        digest = current_app.extensions["files"].put(data)
        token = _signer().dumps([campaign.number, unit.code, kind, digest, given.filename[-100:]])
        return redirect(url_for(".preview", number=number, token=token), code=303)
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


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="import")


@dataclass
class Asked:
    """What a preview's address names."""

    campaign: Campaign
    unit_code: str
    kind: str
    file: str
    data: bytes
    columns: dict[int, str]
    repairs: dict[tuple[int, str], str]
    skip: set[int]

    def preview(self) -> Preview:
        """The rows with all faults: the file's own and those of the register."""
        read = READERS[self.kind](self.data, self.file, columns=self.columns, repairs=self.repairs, skip=self.skip)
        if self.kind == "subjects":
            return check_subjects(read, self.campaign, self.unit_code)
        return group_imports.check_groups(read, self.campaign, self.unit_code) if self.kind == "groups" else read


def _asked(number: int, token: str, given: MultiDict[str, str]) -> Asked:
    """404 for a forged address, for another's leaf, and for a file that is gone."""
    try:
        campaign_number, unit_code, kind, digest, file = _signer().loads(token)
    except (BadSignature, ValueError):
        abort(404)
    campaign = access.campaign(g.staff, number)
    if campaign_number != number or unit_code not in own_leaves(campaign, g.staff):
        abort(404)
    try:
        data = current_app.extensions["files"].read(digest)
    except FileNotFoundError:
        abort(404)
    columns = {int(key[4:]): value for key, value in given.items() if key.startswith("col.") and key[4:].isdigit()}
    repairs = {}
    for fix in given.getlist("fix")[:2000]:
        row, _dot, rest = fix.partition(".")
        key, _mark, value = rest.partition("=")
        if row.isdigit():
            repairs[int(row), key] = value
    skip = {int(row) for row in given.getlist("skip")[:5000] if row.isdigit()}
    return Asked(campaign, unit_code, kind, file, data, columns, repairs, skip)


@bp.get("/campaigns/<int:number>/lists/imports/<token>")
def preview(number: int, token: str) -> ResponseReturnValue:
    """What the import would do: rows with a fault each, the mapping, counts. Nothing is written."""
    asked = _asked(number, token, request.args)
    found = asked.preview()
    if kind := request.args.get("faulty"):
        return _faulty_rows(asked, found, kind)
    tab = request.args.get("tab", "all")
    changed = {row.number for row in found.rows if any(row.changed.values())}
    warned = {warning.row for warning in found.warnings}
    parts = {
        "all": {row.number for row in found.rows},
        "good": {row.number for row in found.good},
        "faulty": found.faulty,
        "changed": changed,
        "warned": warned,
    }
    chosen = parts.get(tab, parts["all"])
    rows = [row for row in found.rows if row.number in chosen]
    page = page_of(request.args).of(len(rows))
    return render_template(
        "city_desk/import_preview.html",
        campaign=asked.campaign,
        unit=g.staff.tree[asked.unit_code],
        kind=asked.kind,
        title=title_of(asked.kind),
        found=found,
        rows=rows[page.offset : page.offset + page.size],
        page=page,
        tab=tab,
        counts={key: len(value) for key, value in parts.items()},
        known=sum(1 for row in found.good if row.values.get("known")),
        reserves=sum(1 for row in found.good if row.values.get("reserve")),
        shown=[use for use in found.columns if use.key],
        fields=FIELDS[asked.kind],
        token=token,
        repaired=_repaired,
        kept=_kept(),
    ), 422 if found.broken else 200


def _kept() -> list[tuple[str, str]]:
    """The repairs and mapping so far, to be carried along by forms."""
    return [
        (key, value)
        for key, value in request.args.items(multi=True)
        if key in ("fix", "skip") or key.startswith("col.")
    ]


def _repaired(row: int, key: str | None, repair: str) -> str:
    """The address of the same preview with one more repair."""
    more = ("skip", str(row)) if repair == SKIP else ("fix", f"{row}.{key}={repair}")
    carried = [(name, value) for name, value in request.args.items(multi=True) if name != "faulty"]
    return f"{request.path}?{urlencode([*carried, more])}#row-{row}"


def _faulty_rows(asked: Asked, found: Preview, kind: str) -> ResponseReturnValue:
    """The rows to be corrected, as a table with the cause and remedy of each."""
    if kind not in ("xlsx", "csv"):
        abort(404)
    uses = [use for use in found.columns if use.key]
    heads = [_("Row"), *(use.head for use in uses), _("What is wrong")]
    rows: list[list[Any]] = []
    for row in found.rows:
        if row.number in found.faulty:
            words = " ".join(
                f"{fault.cause(g.language)}{fault.remedy(g.language)}"
                for fault in found.at(row.number)
                if not fault.soft
            )
            rows.append([row.number, *(row.cells[use.key].text for use in uses if use.key), words])
    data, media_type = write_table(kind, heads, rows, title=_("To be corrected"))
    return download(data, media_type, f"{_('To be corrected')}.{kind}")


@bp.post("/campaigns/<int:number>/lists/imports/<token>")
def commit(number: int, token: str) -> ResponseReturnValue:
    """Write the rows without a fault. Raises Refused where there is none."""
    asked = _asked(number, token, request.form)
    found = asked.preview()
    if asked.kind == "subjects":
        result = commit_subjects(found, asked.campaign, asked.unit_code, actor=actor())
        words = _(
            "%(n)s rows imported: %(added)s new in the register, %(known)s known before.",
            n=len(result.entries),
            added=result.added,
            known=result.known,
        )
    elif asked.kind == "deputies":
        made = deputy_imports.commit_deputies(found, asked.unit_code, actor=actor())
        words = _(
            "%(n)s deputies imported: %(added)s new, %(known)s brought up to date.",
            n=len(made.deputies),
            added=made.added,
            known=made.known,
        )
    else:
        groups = group_imports.commit_groups(found, asked.campaign, asked.unit_code, actor=actor())
        words = _("%(n)s groups made.", n=len(groups))
    left = len(found.faulty)
    if left:
        words += " " + _("%(n)s rows with faults were left out.", n=left)
    flash(words, "ok" if not left else "wait")
    return redirect(url_for(LIST_OF[asked.kind], number=number, unit=asked.unit_code), code=303)
