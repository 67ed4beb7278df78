"""The page of the number check (数字核对): the verdict of each typed figure, and the data's figure put in its place.

Touches number checks.
"""

import re
from collections.abc import Sequence
from uuid import UUID

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from reports import access
from reports.checking.number_checks import MARK, Verdict
from reports.checking.number_confirmations import (
    LONGEST_REASON,
    confirm,
    confirmations,
    identity,
    is_contradiction,
    overrule,
    restore,
)
from reports.evidence.accepted_answers import campaign_data
from reports.issuing import final_checks
from reports.pages.frame import actor, attachment, blueprint
from reports.papers.steps import WRITABLE, Report, draft, save_section, sections, state
from reports.text import content as contents
from reports.text.report_shape import Block
from reports.text.tokens import BRACES
from surveys.planning.imports.tables import write_table
from surveys.planning.words.reference_lists import rows as reference

bp = blueprint("report_numbers", __name__)
SHOWN = {"wrong": ("mismatch",), "unknown": ("no_entry",), "right": ("ok",), "said": ("said",)}


@bp.get("/reports/<uuid:report_id>/numbers")
def show(report_id: UUID) -> ResponseReturnValue:
    """Every typed figure with its verdict, those that contradict first."""
    report = access.report(g.staff, report_id)
    if kind := request.args.get("export"):
        if kind not in ("xlsx", "csv"):
            abort(404)
        return _sheet(kind, report)
    return _page(report, request.args.get("show", ""))


def _verdicts(report: Report) -> list[Verdict]:
    order = {status: place for place, statuses in enumerate(SHOWN.values()) for status in statuses}
    verdicts = final_checks.verdicts(report, campaign_data(report.campaign), draft(report))
    return sorted(verdicts, key=lambda one: order.get(one.status, 9))


def _group(verdicts: Sequence[Verdict], name: str) -> list[Verdict]:
    return [one for one in verdicts if name not in SHOWN or one.status in SHOWN[name]]


def _sheet(kind: str, report: Report) -> ResponseReturnValue:
    """The list as a spreadsheet, with who let a figure stand and why."""
    heads = [
        _("Result"),
        _("Where in the report"),
        _("Sentence"),
        _("Figure"),
        _("Should be"),
        _("Basis"),
        _("Kept by"),
        _("Reason"),
    ]
    decided = confirmations(report)
    body = []
    for row in _group(_verdicts(report), request.args.get("show", "")):
        decision = decided.get(identity(row))
        who = [decision.name, decision.reason] if decision else ["", ""]
        body.append([verdict_words(row.status), row.paragraph, row.shown, row.text, row.expected, row.basis, *who])
    table, media = write_table(kind, heads, body, title=_("Number check"))
    return attachment(table, media, f"{_('Number check')}.{kind}")


def _page(report: Report, asked: str, *, unsaid: Verdict | None = None) -> ResponseReturnValue:
    """The page; `unsaid` is the figure that somebody wanted to keep without saying why."""
    verdicts = _verdicts(report)
    by_identity = confirmations(report)
    page = render_template(
        "reports/numbers.html",
        campaign=report.campaign,
        report=report,
        rows=_group(verdicts, asked),
        counts={name: len(_group(verdicts, name)) for name in SHOWN},
        asked=asked,
        whole=len(verdicts),
        bound=len(contents.tokens_in(draft(report))),
        words=_share_words(),
        verdict_words=verdict_words,
        writable=state(report) in WRITABLE and access.writes(g.staff, report),
        writes=access.writes(g.staff, report),
        confirmed={one: by_identity[identity(one)] for one in verdicts if identity(one) in by_identity},
        unsaid=unsaid,
        longest=LONGEST_REASON,
    )
    return page, 422 if unsaid else 200


def verdict_words(status: str) -> str:
    return {
        "mismatch": _("Contradicts"),
        "no_entry": _("Cannot be checked"),
        "ok": _("Agrees"),
        "said": _("One {visited}'s words"),
    }.get(status, status)


def _share_words() -> list[tuple[str, str]]:
    """The words for shares around six tenths, as an example of the table."""
    rows = [row for row in reference("share_words") if 570 <= int(row["from_tenths"]) <= 669]
    examples = []
    for row in rows:
        ends = [f"{int(row[end]) / 10:.1f}" for end in ("from_tenths", "to_tenths")]
        examples.append(("–".join(dict.fromkeys(ends)), row["word"] or _("number only")))
    return examples


def _named_verdict(report: Report) -> Verdict | None:
    """The typed figure that a form names, where it still stands; None where it does not."""
    place = tuple(request.form.get(name, "") for name in ("block", "text", "sentence"))
    verdicts = final_checks.verdicts(report, campaign_data(report.campaign), draft(report))
    return next((one for one in verdicts if (one.block, one.text, one.sentence) == place), None)


@bp.post("/reports/<uuid:report_id>/numbers/confirmations")
def keep(report_id: UUID) -> ResponseReturnValue:
    """Record that a person stands for a figure that the data cannot check, or takes that back (确认保留)."""
    report = access.written_report(g.staff, report_id)
    verdict = _named_verdict(report)
    if verdict is None or verdict.status != "no_entry":
        abort(404)
    take_back = bool(request.form.get("take_back"))
    confirm(report, verdict, by=actor(), take_back=take_back)
    flash(_("It is open again.") if take_back else _("Kept, with your name."), "ok")
    return redirect(url_for(".show", report_id=report.id, show=request.form.get("show") or None), code=303)


@bp.post("/reports/<uuid:report_id>/numbers/overruled")
def keep_against_data(report_id: UUID) -> ResponseReturnValue:
    """Let a figure stand that the data contradict, with a reason; or let it count again (保留原文)."""
    report = access.written_report(g.staff, report_id)
    verdict = _named_verdict(report)
    if verdict is None or not is_contradiction(verdict):
        abort(404)
    asked = request.form.get("show", "")
    if request.form.get("take_back"):
        restore(report, verdict, by=actor())
        flash(_("It counts again."), "ok")
    else:
        reason = " ".join(request.form.get("reason", "").split())[:LONGEST_REASON]
        if not reason:
            return _page(report, asked, unsaid=verdict)
        overrule(report, verdict, reason, by=actor())
        flash(_("It stands as it is written; the reason is printed in the checks before the final."), "ok")
    return redirect(url_for(".show", report_id=report.id, show=asked or None), code=303)


@bp.post("/reports/<uuid:report_id>/numbers")
def use(report_id: UUID) -> ResponseReturnValue:
    """Put the figure from the data in place of a typed one (改用数据)."""
    report = access.written_report(g.staff, report_id)
    verdict = _named_verdict(report)
    if verdict is None or verdict.remedy is None:
        abort(404)
    section = next(row for row in sections(report) if row.key == verdict.section)
    blocks: list[Block] = [
        _cured(block, verdict) if block["id"] == verdict.block else block for block in section.blocks
    ]
    save_section(report, section.key, blocks, row_version=None, by=actor())
    flash(_("The figure now comes from the data."), "ok")
    return redirect(url_for(".show", report_id=report.id, show=request.form.get("show") or None), code=303)


def _cured(block: Block, verdict: Verdict) -> Block:
    """The paragraph with the figure from the data in the sentence that the verdict is of."""
    text, remedy = block.get("text", ""), verdict.remedy
    sentence = re.search(BRACES.pattern.join(map(re.escape, verdict.sentence.split(MARK))), text)
    if remedy is None or sentence is None:
        return block
    start, end = sentence.span()
    return {**block, "text": text[:start] + sentence[0].replace(remedy.words, remedy.text, 1) + text[end:]}
