"""备份: the last good one and the last failure, 现在备份 with its progress, when one is made by itself. Touches the backups; administrators alone."""

from typing import Any

from flask import Flask, abort, current_app, flash, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from reports import access
from reports.forms.backup_plan import BackupPlanForm
from reports.pages.frame import actor, blueprint
from reports.running.backups import keeping, plan, runs
from reports.running.backups.faults import BackupFault, BackupFaultKind
from reports.running.backups.plan import BackupPlan
from surveys import restorations
from surveys.database import CHINA, utc_now

bp = blueprint("backups", __name__)
REFRESH = 2  # seconds between two looks at a backup that is being made
FIELDS = {  # which field a fault is told at
    BackupFaultKind.BAD_RECIPIENT: "recipient",
    BackupFaultKind.PASSPHRASE_FILE: "passphrase_file",
    BackupFaultKind.SHORT_PASSPHRASE: "passphrase_file",
    BackupFaultKind.NO_LOCK: "passphrase_file",
}


@bp.app_context_processor
def _of_every_desk_page() -> dict[str, Any]:
    return {"last_backup": _last_backup, "restored_notice": _restored_notice}


def _last_backup() -> str | None:
    """最近一次备份 07:00, at the foot of an administrator's pages."""
    if "staff" not in g or not access.runs_instance(g.staff):
        return None
    trace = runs.newest(runs.MADE)
    if trace is None:
        return _("No backup yet")
    moment, today = trace.taken_at.astimezone(CHINA), utc_now().astimezone(CHINA)
    when = f"{moment:%H:%M}" if moment.date() == today.date() else runs.local(moment)
    return _("Last backup %(when)s", when=when)


def _restored_notice() -> dict[str, Any] | None:
    restoration = restorations.open_restoration() if "staff" in g else None
    if restoration is None:
        return None
    return {
        "restored": runs.local(restoration.restored_at),
        "taken": runs.local(restoration.taken_at),
        "may_dismiss": access.runs_instance(g.staff),
    }


def _refuse_others() -> None:
    if not access.runs_instance(g.staff):
        abort(403)


@bp.get("/backups")
def show() -> ResponseReturnValue:
    """Where backups stand."""
    _refuse_others()
    row = plan.plan()
    return _page(BackupPlanForm(obj=row), row)


def _app() -> Flask:
    return current_app._get_current_object()  # type: ignore[attr-defined]


def _page(form: BackupPlanForm, row: BackupPlan | None, status: int = 200) -> ResponseReturnValue:
    app = _app()
    job = runs.newest_by_hand()
    busy = job is not None and job.state in ("queued", "running")
    made, failed = runs.newest(runs.MADE), runs.newest(runs.FAILED)
    is_old = made is not None and utc_now() - made.taken_at > runs.TOO_OLD
    text = render_template(
        "reports/backups.html",
        form=form,
        plan=row,
        job=job,
        busy=busy,
        made=made,
        is_old=is_old,
        failed=failed if failed is not None and (made is None or failed.at > made.at) else None,
        files=keeping.place_of(app, row.folder).kept() if row else [],
        shared=keeping.shared_store(app) is not None,
        host=keeping.this_host(),
        local=runs.local,
        refresh=REFRESH,
    )
    return text, status, {"Refresh": str(REFRESH)} if busy else {}


@bp.post("/backups")
def keep_plan() -> ResponseReturnValue:
    """Keep the settings, if they work now."""
    _refuse_others()
    form, app = BackupPlanForm(), _app()
    shared = keeping.shared_store(app) is not None
    if shared:
        form.folder.data = str(keeping.on_the_way(app))
    if form.validate_on_submit():
        try:
            plan.change_plan(
                folder=(form.folder.data or "").strip(),
                hour=form.hour.data,
                keep=form.keep.data or 1,
                recipient=(form.recipient.data or "").strip() or None,
                passphrase_file=(form.passphrase_file.data or "").strip() or None,
                actor=actor(),
            )
        except BackupFault as fault:
            field = form[FIELDS.get(fault.kind, "hour" if shared else "folder")]  # pyright: ignore[reportArgumentType]
            field.errors = [
                *field.errors,
                f"{fault.cause(g.language)}{' ' if g.language == 'en' else ''}{fault.remedy(g.language)}",
            ]
        else:
            flash(_("Saved."), "ok")
            return redirect(url_for(".show"), code=303)
    return _page(form, plan.plan(), 422)


@bp.post("/backups/now")
def make_now() -> ResponseReturnValue:
    """现在备份: the worker makes one."""
    _refuse_others()
    job = runs.newest_by_hand()
    if plan.plan() is None:
        flash(_("Fill in the settings of the backup and save them first."), "err")
    elif job is None or job.state not in ("queued", "running"):
        runs.ask_now(actor())
    return redirect(url_for(".show"), code=303)


@bp.post("/backups/restored")
def dismiss() -> ResponseReturnValue:
    """The notice of a restoration goes, for everybody."""
    _refuse_others()
    restorations.dismiss(actor())
    return redirect(url_for(".show"), code=303)
