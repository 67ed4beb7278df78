"""A report as a Word file (Word 稿): it goes out, whole or a section of it, comes back with every change shown first, and is undone.

Touches access. A file from outside is read in a process with limits (`surveys.confined`).
"""

from typing import Any
from uuid import UUID

from flask import abort, current_app, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from reports import access
from reports.evidence.accepted_answers import campaign_data
from reports.merging import citations
from reports.pages.frame import actor, attachment, blueprint, shown_version, unit_names
from reports.pages.paper import Setter, place_words
from reports.papers.skeletons import outline_of
from reports.papers.steps import WRITABLE, Report, draft, newest_version, sections, state
from reports.text import content as contents
from reports.text.report_shape import ReportContent
from reports.text.tokens import Token, split
from reports.word import taking
from reports.word.marks import figure_tag
from reports.word.outgoing import draft_docx, version_docx, volume_docx
from reports.word.reading import WordReport, read_word
from reports.word.returning import Returned, check_origin, returned
from reports.word.writing import DOCX
from surveys.confined import confined

bp = blueprint("report_word", __name__)


@bp.get("/reports/<uuid:report_id>/word.docx")
def out(report_id: UUID) -> ResponseReturnValue:
    """The report as a .docx: its draft, or the version that was handed up; `section` alone; or the volume."""
    report = access.report(g.staff, report_id)
    section = request.args.get("section", "")[:60]
    if request.args.get("volume"):
        newest = newest_version(report)
        if newest is None or not has_volume(report):
            abort(404)
        return attachment(volume_docx(newest), DOCX, f"{report.title}（汇编本）.docx")
    version = shown_version(report)
    data = draft_docx(report, section) if version is None else version_docx(version, section)
    title = next((one.title for one in sections(report) if one.key == section), "") if section else ""
    return attachment(data, DOCX, f"{report.title}{'·' + title if title else ''}.docx")


def has_volume(report: Report) -> bool:
    """Whether this person may have the volume of this report as Word: its writers once a version was kept, others of a final."""
    return (
        report.is_root
        and newest_version(report) is not None
        and (access.writes(g.staff, report) or state(report) == "final")
    )


@bp.get("/reports/<uuid:report_id>/word")
def show(report_id: UUID) -> ResponseReturnValue:
    """Word files: what goes out, what comes in, and what was taken in last."""
    return _page(access.written_report(g.staff, report_id))


@bp.post("/reports/<uuid:report_id>/word")
def take(report_id: UUID) -> ResponseReturnValue:
    """Show what a .docx that comes back would change; take it when a person says so, if the draft is what was shown."""
    report = access.written_report(g.staff, report_id)
    files = current_app.extensions["files"]
    digest, upload = request.form.get("digest", ""), request.files.get("file")
    keep = frozenset(
        int(one) for one in request.form.getlist("keep") if one.isascii() and one.isdigit() and len(one) < 7
    )
    if upload is not None and upload.filename:
        data = upload.read()
        word = _read(report, data, frozenset())
        digest = files.put(data)
    elif digest:
        try:
            word = _read(report, files.read(digest), keep)
        except (ValueError, FileNotFoundError):
            abort(404)
    else:
        return _page(report)
    setter, now = Setter(report, campaign_data(report.campaign)), draft(report)
    made = returned(report.id, now, word, lambda token: setter.figure(token).text)
    if not request.form.get("take") or (upload is not None and upload.filename):
        return _page(report, made, digest, now)
    seen = taking.check_of_draft(now)
    if request.form.get("draft") != seen or not taking.take(report, made, digest, seen=seen, by=actor()):
        flash(_("The draft was changed meanwhile. Nothing was taken in; look at the changes again."), "err")
        return _page(report, made, digest, now, keep=keep, status=409)
    flash(_("The text of the .docx is now the draft."), "ok")
    return redirect(url_for(".show", report_id=report.id), code=303)


@bp.post("/reports/<uuid:report_id>/word/undo")
def undo(report_id: UUID) -> ResponseReturnValue:
    """Take the last file back: the draft as it was before."""
    report = access.written_report(g.staff, report_id)
    last = taking.last_taking(report)
    if last is None or last.id != request.form.get("taking"):
        abort(404)
    stays = taking.undo(last, by=actor())
    flash(_("The draft is as it was before the file."), "ok")
    if stays:
        titles = "、".join(title or _("Title and lead") for title in stays)
        flash(_("Written on since, so left as they are: %(titles)s.", titles=titles), "err")
    return redirect(url_for(".show", report_id=report.id), code=303)


def _read(report: Report, data: bytes, keep: frozenset[int]) -> WordReport:
    tokens = {
        run.key
        for _section, block in contents.blocks_of(draft(report))
        for run in split(contents.block_text(block))
        if isinstance(run, Token)
    }
    long_tokens = {tag: token for token in tokens if (tag := figure_tag(token)) != token}
    word = confined(read_word, data, outline=outline_of(report.campaign), long_tokens=long_tokens, keep=keep)
    check_origin(word.origin, report.id)
    return word


def _page(
    report: Report,
    made: Returned | None = None,
    digest: str = "",
    now: ReportContent | None = None,
    *,
    keep: frozenset[int] = frozenset(),
    status: int = 200,
) -> ResponseReturnValue:
    state_now = state(report)
    page = render_template(
        "reports/word.html",
        campaign=report.campaign,
        report=report,
        state=state_now,
        writable=state_now in WRITABLE,
        sections=[row for row in sections(report) if row.title and row.blocks],
        has_volume=has_volume(report),
        made=made,
        digest=digest,
        keep=keep,
        check=taking.check_of_draft(now) if now else "",
        let_go=_let_go(made, now),
        last=taking.last_taking(report),
    )
    return page, status


def _let_go(made: Returned | None, now: ReportContent | None) -> list[Any]:
    """The passages of units that would stand nowhere any more."""
    if made is None or now is None:
        return []
    names = unit_names(g.staff)
    before = [block for _section, block in contents.blocks_of(now)]
    return [place_words(one, names) for one in citations.let_go(made.content, before)]
