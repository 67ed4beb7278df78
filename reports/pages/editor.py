"""The editor of a report (分报告编辑): its outline, a section as it will be set and as a form, material, steps, Word.

Touches access.

Complete without script: each paragraph is a text field, a figure its token, shown as set after saving.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from reports import access
from reports.checking.number_confirmations import contradictions
from reports.evidence.accepted_answers import CampaignData, campaign_data
from reports.faults import ReportFault, in_one_line
from reports.forms.section_form import heading_text, read_blocks
from reports.issuing import final_checks
from reports.merging import handing_up
from reports.pages import figure_choices
from reports.pages.frame import actor, blueprint, unit_names
from reports.pages.paper import Setter, place_words
from reports.pages.remarks_panel import open_by_block, remarks_panel
from reports.papers.remarks import Thread, remark, remark_of, reopen, settle, threads
from reports.papers.skeletons import limits, whole_limits
from reports.papers.steps import (
    WRITABLE,
    Report,
    ReportSection,
    ask_withdrawal,
    course,
    draft,
    may,
    save_head,
    save_section,
    sections,
    send_back,
    send_for_review,
    start_correction,
    state,
    versions,
)
from reports.text import content as contents
from reports.text.report_shape import Block
from surveys.database import db
from surveys.fieldwork.findings.findings import counted_findings, finding_rows
from surveys.planning.words.reference_lists import rows as reference

bp = blueprint("report_editor", __name__)
MATERIAL_TABS, COURSE_TABS = ("figures", "findings"), ("remarks", "history")
MATERIAL = 12  # findings shown at once


@bp.get("/reports/<uuid:report_id>/edit")
def show(report_id: UUID) -> ResponseReturnValue:
    """One section of a report, with everything needed to write it."""
    return _page(access.report(g.staff, report_id))


def _page(report: Report, *, blocks: Sequence[Block] | None = None, status: int = 200) -> ResponseReturnValue:
    data = campaign_data(report.campaign)
    rows = sections(report)
    if not rows:
        abort(404)
    section = next((row for row in rows if row.key == request.values.get("section")), rows[0])
    setter = Setter(report, data)
    names = unit_names(g.staff)
    now = state(report)
    content = draft(report)
    every = threads(report)
    page = render_template(
        "reports/editor.html",
        campaign=report.campaign,
        report=report,
        state=now,
        steps=_steps(report),
        writable=now in WRITABLE and access.writes(g.staff, report),
        outline=_outline(report, rows, content, setter),
        counted=_counts(report, content, setter, data),
        section=section,
        shown=[setter.shown(block, names) for block in section.blocks],
        fields=[(block, heading_text(block) if block["type"] == "heading" else block.get("text", "")) for block in (blocks or section.blocks)],
        wrong={verdict.block: verdict for verdict in contradictions(report, final_checks.verdicts(report, data, content))},
        panel=_panel(report, data, section, names, every),
        tables=figure_choices.tables(data, g.language),
        merges=access.merges(g.staff, report),
        remarked=open_by_block(every, section.key),
        material=figure_choices.material(data, g.language),
        cited=lambda block: [{**one, "words": place_words(one, names)} for one in block.get("sources") or ()],
        categories=[row for row in reference("suggestion_categories") if not row["parent_code"]],
        returned=_return_words(report, now),
        block_text=contents.block_text,
        values=setter.values(section.blocks),
    )  # fmt: skip
    return page, status


def _steps(report: Report) -> dict[str, bool]:
    """Which steps this person may take now."""
    past_steps = [step.step for step in course(report)]
    writes, approves = access.writes(g.staff, report), access.approves(g.staff, report)
    rights = {
        "sent_for_review": writes,
        "sent_back": approves,
        "submitted": approves and not report.is_root,
        "withdrawal_asked": writes,
        "correction_started": writes,
    }
    return {step: ok and may(past_steps, step) for step, ok in rights.items()}


def _outline(report: Report, rows: Sequence[ReportSection], content: Any, setter: Setter) -> list[dict[str, Any]]:
    """Every section with its 字数, what is still to be drafted, and who saved it last."""
    chars = contents.section_chars(content, setter.resolve_or_blank)
    blanks = [blank.section for blank in contents.blanks(content)]
    heads = {row.key: [b.get("text", "") for b in row.blocks if b["type"] == "heading"] for row in rows}
    return [
        {
            "key": row.key,
            "title": row.title or _("Title and lead"),
            "level": row.depth,
            "chars": chars[row.key],
            "blanks": blanks.count(row.key),
            "limits": limits(report.campaign, row.key, root=report.is_root),
            "heads": heads[row.key],
        }
        for row in rows
    ]


def _counts(report: Report, content: Any, setter: Setter, data: CampaignData) -> dict[str, Any]:
    most = whole_limits(report.campaign, root=report.is_root)[1] or final_checks.REMINDER
    chars = contents.count_chars(content, setter.resolve_or_blank)
    wrong = contradictions(report, final_checks.verdicts(report, data, content))
    return {
        "chars": chars,
        "most": most,
        "share": min(100, round(100 * chars / most)),
        "blanks": len(contents.blanks(content)),
        "wrong": len(wrong),
        "figures": len(contents.tokens_in(content)),
    }


def _return_words(report: Report, now: str) -> str | None:
    """The words of the unit above, while the report is with its writers again."""
    if now != "returned":
        return None
    return next((step.note for step in reversed(course(report)) if step.step == "returned"), None)


# The right panel ------------------------------------------------------------------------------------------------------


def _panel(
    report: Report, data: CampaignData, section: ReportSection, names: dict[str, str], every: Sequence[Thread]
) -> dict[str, Any]:
    tabs = (*MATERIAL_TABS, *COURSE_TABS) if access.sees_material(g.staff, report) else COURSE_TABS
    name = request.args.get("tab", "")
    tab = name if name in tabs else tabs[0]
    waiting = sum(one.first.settled_at is None for one in every)
    panel: dict[str, Any] = {"tabs": tabs, "tab": tab, "remarks": waiting}
    if panel["tab"] == "figures":
        return panel | _figures(report, data, section, names)
    if panel["tab"] == "findings":
        return panel | _material(report, data, section)
    if panel["tab"] == "remarks":
        takes_more = access.may_remark(g.staff, report, state(report))
        return (
            panel
            | remarks_panel(report, every, section, request.args.get("block", ""), Setter(report, data))
            | {"remarks_taken": takes_more}
        )
    return panel | {"steps": course(report), "versions": versions(report)}


def _figures(report: Report, data: CampaignData, section: ReportSection, names: dict[str, str]) -> dict[str, Any]:
    key = request.args.get("figure", "")
    table_names = [name for name, _title in figure_choices.tables(data, g.language)]
    own = [row["table"] for row in data.frame.data.tables if row["section"] == section.key]
    name = request.args.get("table") or (key.partition("/")[2] or key).partition(":")[0]
    table = name if name in table_names else (own or table_names or [""])[0]
    return {
        "table": table,
        "key": key,
        "choices": figure_choices.choices(report, data, table, g.language) if table else [],
        "definition": figure_choices.definition(report, data, key, names) if key else None,
    }


def _material(report: Report, data: CampaignData, section: ReportSection) -> dict[str, Any]:
    """Findings of the section's categories, in the words that may be printed."""
    category = request.args.get("category") or next(
        (code for block in section.blocks for code in block.get("categories") or ()), ""
    )
    units = data.tree.get(report.unit_code, (report.unit_code,)) if not report.is_root else data.leaves
    query = counted_findings(report.campaign_id, list(units))
    findings = query.subquery()
    from sqlalchemy import select

    selection = select(findings)
    if category:
        selection = selection.where(findings.c.category == category)
    rows = finding_rows(db.session.execute(selection.order_by(findings.c.id).limit(MATERIAL)))
    names = final_checks.names_of(report, data)
    return {
        "category": category,
        "rows": [(row, printable(names, row.text, row.subject_id, row.publication)) for row in rows],
    }


def printable(names: Any, text: str, subject: str | None, publication: str) -> tuple[str, bool]:
    """A finding's text as it may go into a report, and whether a name was taken out."""
    if publication == "open" and subject in names.agreed_subjects:
        return text, False
    masked_text = names.mask(text, subject)
    return masked_text, masked_text != text


# Saving and steps -----------------------------------------------------------------------------------------------------


@bp.post("/reports/<uuid:report_id>/sections")
def save(report_id: UUID) -> ResponseReturnValue:
    """Keep a section; what another person saved meanwhile is never overwritten."""
    report = access.written_report(g.staff, report_id)
    key = request.form.get("section", "")
    section = next((row for row in sections(report) if row.key == key), None)
    if section is None:
        abort(404)
    made_of = request.form.get("insert", "")
    if made_of and made_of not in {
        one.token for one in figure_choices.material(campaign_data(report.campaign), g.language)
    }:
        abort(400)
    blocks = read_blocks(request.form, section.blocks)
    row_version = request.form.get("row_version", "")
    try:
        save_section(
            report,
            key,
            blocks,
            row_version=int(row_version) if row_version.isascii() and row_version.isdigit() else None,
            by=actor(),
        )
    except ReportFault as fault:
        if fault.code not in ("section_changed", "token_wrong"):
            raise
        db.session.rollback()
        flash(in_one_line(fault, g.language), "err")
        return _page(access.report(g.staff, report_id), blocks=blocks, status=409)
    flash(_("Saved."), "ok")
    return redirect(url_for(".show", report_id=report.id, section=key), code=303)


@bp.post("/reports/<uuid:report_id>/head")
def head(report_id: UUID) -> ResponseReturnValue:
    """Save the title, 署名 and date."""
    report = access.written_report(g.staff, report_id)
    title = request.form.get("title", "")[:200]
    save_head(report, title=title, byline=request.form.get("byline", "")[:200], date=request.form.get("date", "")[:40], by=actor())  # fmt: skip
    flash(_("Saved."), "ok")
    return redirect(url_for(".show", report_id=report.id), code=303)


@bp.post("/reports/<uuid:report_id>/steps")
def step(report_id: UUID) -> ResponseReturnValue:
    """Take one step: 送审, 退回起草, 报送, 申请撤回 or 更正."""
    report = access.written_report(g.staff, report_id)
    what, words = request.form.get("step", ""), request.form.get("words", "").strip()
    if what in ("sent_back", "submitted") and not access.approves(g.staff, report):
        abort(403)
    acts = {
        "sent_for_review": lambda: send_for_review(report, by=actor(), note=words),
        "sent_back": lambda: send_back(report, by=actor(), note=words),
        "submitted": lambda: handing_up.submit(report, by=actor(), note=words),
        "withdrawal_asked": lambda: ask_withdrawal(report, by=actor(), note=words),
        "correction_started": lambda: start_correction(report, by=actor(), note=words),
    }
    if what not in acts:
        abort(400)
    acts[what]()
    messages = {
        "sent_for_review": _("Sent for review."),
        "sent_back": _("Sent back to its writers."),
        "submitted": _("Submitted. The unit's visits are locked until the report is returned."),
        "withdrawal_asked": _("The unit above was asked to give the report back."),
        "correction_started": _(
            "The correction is a new draft; the accepted version stands until the next is accepted."
        ),
    }
    flash(messages[what], "ok")
    return redirect(url_for(".show", report_id=report.id), code=303)


@bp.post("/reports/<uuid:report_id>/remarks")
def comment(report_id: UUID) -> ResponseReturnValue:
    """Add one comment at a section or a paragraph of it, or an answer to one."""
    report = access.remarked_report(g.staff, report_id)
    words = request.form.get("words", "").strip()[:4000]
    key, block = request.form.get("section") or None, request.form.get("block") or None
    first = remark_of(report, request.form["answers"]) if request.form.get("answers") else None
    if words:
        block = (
            block
            if any(block == one["id"] for row in sections(report) if row.key == key for one in row.blocks)
            else None
        )
        remark(report, words, by=actor(), section_key=key, block_id=block, answers=first)
    return redirect(url_for(".show", report_id=report.id, section=key, tab="remarks"), code=303)


@bp.post("/reports/<uuid:report_id>/remarks/<uuid:remark_id>")
def settle_comment(report_id: UUID, remark_id: UUID) -> ResponseReturnValue:
    """Mark a comment as dealt with, or open it again: whoever writes the report, and whoever made it."""
    report = access.remarked_report(g.staff, report_id)
    row = remark_of(report, str(remark_id))
    if not access.writes(g.staff, report) and row.made_by != g.staff.account.id:
        abort(403)
    if request.form.get("what") == "reopen":
        reopen(row)
    else:
        settle(row, by=actor(), at=report.campaign.now())
    return redirect(url_for(".show", report_id=report.id, section=request.form.get("section"), tab="remarks"), code=303)


@bp.post("/reports/<uuid:report_id>/material")
def insert_finding(report_id: UUID) -> ResponseReturnValue:
    """Put a finding into the section as a case, names taken out where they may not be printed."""
    report = access.written_report(g.staff, report_id)
    key = request.form.get("section", "")
    section = next((row for row in sections(report) if row.key == key), None)
    data = campaign_data(report.campaign)
    units = list(data.leaves if report.is_root else data.tree.get(report.unit_code, (report.unit_code,)))
    query = counted_findings(report.campaign_id, units)
    from surveys.fieldwork.findings.findings import Finding

    rows = finding_rows(db.session.execute(query.where(Finding.id == request.form.get("finding", ""))))
    if section is None or not rows:
        abort(404)
    text, _hidden = printable(
        final_checks.names_of(report, data), rows[0].text, rows[0].subject_id, rows[0].publication
    )
    block: Block = {"type": "case", "text": f"案例　{text}", "finding": rows[0].id, "id": ""}
    save_section(report, key, [*section.blocks, block], row_version=None, by=actor())
    flash(_("Put at the end of the section; edit it there."), "ok")
    return redirect(url_for(".show", report_id=report.id, section=key, tab="findings"), code=303)
