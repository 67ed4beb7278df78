"""操作记录: the audit trail as an auditor or administrator reads, proves, exports and prints it. Touches auditing; access says who sees what."""

from datetime import date
from typing import Any

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from surveys import access, jobs
from surveys.audit import AuditEntry
from surveys.auditing import chain, checking, search
from surveys.auditing.readings import keep_export
from surveys.auditing.search import Asked
from surveys.database import count_of, db
from surveys.pages.city_desk import audit_words as words
from surveys.pages.shell.desk_frame import remembered_campaign
from surveys.pages.shell.sign_in import actor, signed_in
from surveys.pages.shell.tables import Column, page_of, table_file

bp = Blueprint("audit", __name__)
bp.before_request(signed_in)

REFRESH = 3  # seconds


@bp.get("/audit")
def show() -> ResponseReturnValue:
    """The entries that are looked for, newest first, one of them in detail, and how the chain stands."""
    visible = access.audit_entries(g.staff)
    asked = _asked()
    query = search.matching(visible, asked)
    page = page_of(request.args).of(count_of(query))
    if kind := request.args.get("export"):
        rows = list(db.session.scalars(query))
        return table_file(kind, _("Audit trail"), _columns(words.names_of_things(rows)), rows)
    if request.args.get("print"):
        keep_export(
            actor(), "audit.show", campaign_id=None, unit_code=asked.unit or None, type="print", rows=page.whole
        )
    rows = list(db.session.scalars(query.limit(page.size).offset(page.offset)))
    job = next(iter(jobs.jobs_about(checking.KIND, checking.ABOUT)), None)
    busy = job is not None and job.state in ("queued", "running")
    text = render_template(
        "city_desk/audit.html",
        campaign=remembered_campaign(),
        asked=asked,
        rows=rows,
        page=page,
        kinds=words.kind_names(),
        counts=search.counts_by_kind(search.matching(visible, asked, every_kind=True)),
        units=[g.staff.tree[code] for code in access.audited_units(g.staff)],
        everything=access.audits_everything(g.staff),
        head=chain.head(),
        check=checking.latest_check(),
        job=job if busy or (job is not None and job.state == "failed") else None,
        busy=busy,
        refresh=REFRESH,
        printing=bool(request.args.get("print")),
        address=_address,
        words=words,
        **_detail(visible, rows),
    )
    return text, 200, {"Refresh": str(REFRESH)} if busy else {}


@bp.post("/audit/check")
def check() -> ResponseReturnValue:
    """核对全部记录, by the worker."""
    access.audited_units(g.staff)
    if not access.audits_everything(g.staff):
        abort(403)
    checking.ask_for_check(actor())
    return redirect(url_for(".show"), code=303)


def _detail(visible: Any, rows: list[AuditEntry]) -> dict[str, Any]:
    """The one entry that is asked for, its neighbours, its place in the chain, and the names of all that is shown."""
    number = request.args.get("entry", "")
    entry = None
    if number.isascii() and number.isdecimal() and len(number) < 16:
        entry = db.session.scalar(visible.where(AuditEntry.id == int(number))) or abort(404)
    around = search.around(visible, entry) if entry else []
    shown = [*rows, *around, *([entry] if entry else [])]
    proof = search.proof_of(entry.id) if entry else None
    return {"entry": entry, "around": around, "proof": proof, "names": words.names_of_things(shown)}


def _asked() -> Asked:
    arguments = {key: value.strip()[:100] for key, value in request.args.items()}
    unit = arguments.get("unit", "")
    return Asked(
        first=_day(arguments.get("from", "")),
        last=_day(arguments.get("to", "")),
        person=arguments.get("person", ""),
        kind=arguments["kind"] if arguments.get("kind") in search.KINDS else "",
        unit=unit if unit in access.audited_units(g.staff) else "",
        words=arguments.get("words", ""),
        thing=arguments.get("thing", ""),
        targets=words.things_called(arguments.get("thing", "")),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _address(**more: Any) -> str:
    """This page as it is asked for, with something else in its address; None takes a thing out."""
    arguments = {key: value for key, value in request.args.items() if key not in ("export", "print")}
    return url_for(".show", **{key: value for key, value in {**arguments, **more}.items() if value is not None})


def _columns(names: dict[tuple[str, str], str]) -> list[Column]:
    proofs: dict[int, Any] = {}

    def thing(entry: AuditEntry) -> str | None:
        return names.get((entry.target_kind or "", entry.target_id or ""), entry.target_id)

    def place(entry: AuditEntry) -> int | None:
        if not proofs:
            query = select(chain.AuditLink.entry_id, chain.AuditLink.position)
            proofs.update({row[0]: row[1] for row in db.session.execute(query)})
        return proofs.get(entry.id)

    return [
        Column(_("Row"), place),
        Column(_("When"), lambda entry: entry.happened_at),
        Column(_("Who did it"), who),
        Column(_("What was done"), lambda entry: words.act_name(entry.act)),
        Column(_("Kind of thing"), lambda entry: words.thing_word(entry.target_kind)),
        Column(_("Thing"), thing),
        Column(
            _("Unit"), lambda entry: g.staff.tree[entry.unit_code].name if entry.unit_code in g.staff.tree else None
        ),
        Column(_("More"), words.in_short),
        Column(_("Outcome"), lambda entry: entry.outcome),
        Column(_("From where"), whence),
    ]


def who(entry: AuditEntry) -> str:
    """The person, or the program itself."""
    return entry.actor_name or {"system": _("System"), "public": _("Somebody without an account")}.get(
        entry.actor_kind, "—"
    )


def whence(entry: AuditEntry) -> str:
    """By a page, a phone, or the machine; with the shortened address."""
    way = {"staff": _("Page"), "deputy": _("Mobile phone"), "system": _("Machine"), "public": _("Page")}.get(
        entry.actor_kind, entry.actor_kind
    )
    return f"{way} {entry.address}" if entry.address else way


bp.add_app_template_global(who, "audit_who")
bp.add_app_template_global(whence, "audit_whence")
