"""The page where the units' reports are merged (总报告汇总): what each wrote, the draft, what was left and why.

Touches merging; no rule of its own.

One section at a time; a card is taken whole, in part, left with a reason, or undecided. The same page serves every level.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from reports import access
from reports.evidence.accepted_answers import campaign_data
from reports.issuing import final_checks
from reports.merging import decisions
from reports.merging.decisions import Card
from reports.pages.frame import actor, attachment, blueprint, names_of_accounts, unit_names
from reports.pages.paper import Setter
from reports.papers.skeletons import whole_limits
from reports.papers.steps import WRITABLE, ReportSection, draft, sections, state
from reports.text import content as contents
from reports.text.report_shape import Block
from surveys.planning.imports.tables import write_table

bp = blueprint("report_merge", __name__)
ELSEWHERE = "elsewhere"  # cards of a section that no heading of the draft is about


@bp.get("/reports/<uuid:report_id>/merge")
def show(report_id: UUID) -> ResponseReturnValue:
    """One section: its cards, its draft, what was left."""
    report = access.merged_report(g.staff, report_id)
    rows = sections(report)
    below = decisions.children(report)
    every = decisions.cards(report, of=below)
    section = next((row for row in rows if row.key == request.args.get("section")), None) or _first_open(rows, every)
    group = request.args.get("group", "")
    mine = [card for card in every if card.section == section.key]
    if group:
        mine = [card for card in mine if (card.group or ELSEWHERE) == group]
    if request.args.get("export"):
        return _left_file(every)
    content = draft(report)
    setter = Setter(report, campaign_data(report.campaign))
    shown_cards = [c for c in mine if not request.args.get("only") or not c.decision or c.decision.choice == "left"]
    name = request.args.get("card")
    chosen_name = next((c.name for c in mine if c.name == name), None) or next(
        (c.name for c in mine if not c.decision), ""
    )
    names = unit_names(g.staff)
    people = names_of_accounts(card.decision.decided_by for card in mine if card.decision)
    return render_template(
        "reports/merge.html",
        campaign=report.campaign,
        report=report,
        writable=state(report) in WRITABLE,
        outline=_outline(rows, every),
        section=section,
        group=group,
        cards=shown_cards,
        chosen=chosen_name,
        positions={block["id"]: place for place, block in enumerate(section.blocks, 1)},
        titles={row.key: row.title or _("Title and lead") for row in rows},
        shown=[setter.shown(block, names) for block in _part(section, group)],
        left=[card for card in mine if card.decision is None or card.decision.choice == "left"],
        people=people,
        children=below,
        newer=[one for one in decisions.child_shares(report, every, below) if one.newer],
        chars=contents.count_chars(content, setter.resolve_or_blank),
        most=whole_limits(report.campaign, root=report.is_root)[1] or final_checks.REMINDER,
        blanks=len(contents.blanks(content)),
        rows=rows,
        elsewhere=ELSEWHERE,
    )


def _first_open(rows: Sequence[ReportSection], cards: Sequence[Card]) -> ReportSection:
    waiting = {card.section for card in cards if card.decision is None}
    return next((row for row in rows if row.key in waiting), rows[0])


def _part(section: ReportSection, group: str) -> list[Block]:
    """The section's blocks, or those under one of its headings."""
    if not group or group == ELSEWHERE:
        return list(section.blocks)
    blocks, is_inside = [], False
    for block in section.blocks:
        if block["type"] == "heading" and block.get("level", 3) <= 3:
            is_inside = block["id"] == group
        if is_inside:
            blocks.append(block)
    return blocks


def _outline(rows: Sequence[ReportSection], cards: Sequence[Card]) -> list[dict[str, Any]]:
    """Sections, and under them their headings, each with taken / left / undecided."""

    def counts(some: Sequence[Card]) -> dict[str, int]:
        choices = [card.decision.choice if card.decision else "" for card in some]
        return {
            "taken": choices.count("taken") + choices.count("part"),
            "left": choices.count("left"),
            "open": choices.count(""),
        }

    lines = []
    for row in rows:
        mine = [card for card in cards if card.section == row.key]
        lines.append(
            {"key": row.key, "group": "", "title": row.title or _("Title and lead"), "level": row.depth, **counts(mine)}
        )
        groups = [(b["id"], b.get("text", "")) for b in row.blocks if b["type"] == "heading" and b.get("categories")]
        if groups and any(not card.group for card in mine):
            groups.append((ELSEWHERE, _("Other matters")))
        for group, title in groups:
            some = [card for card in mine if (card.group or ELSEWHERE) == group]
            lines.append({"key": row.key, "group": group, "title": title, "level": 2, **counts(some)})
    return lines


@bp.post("/reports/<uuid:report_id>/merge/<card_name>")
def decide(report_id: UUID, card_name: str) -> ResponseReturnValue:
    """Take one paragraph, a part of it, leave it, or undo that (采用, 部分采用, 未采用, 撤销)."""
    report = access.merged_report(g.staff, report_id)
    card = decisions.find_card(report, card_name)
    what, by = request.form.get("what"), actor()
    if what == "take":
        decisions.take(report, card, by=by, into=request.form.get("into") or None)
        flash(_("Taken over at the end of its part."), "ok")
    elif what == "part":
        decisions.take(
            report, card, by=by, into=request.form.get("into") or None, text=request.form.get("text", "")[:8000]
        )
        flash(_("The part was taken over."), "ok")
    elif what == "leave":
        decisions.leave(report, card, by=by, reason=request.form.get("reason", "")[:1000])
    elif what == "undo":
        decisions.undo(report, card, by=by)
        flash(_("The decision was taken back."), "ok")
    else:
        abort(400)
    return redirect(url_for(".show", report_id=report.id, section=card.section, group=request.form.get("group") or None, _anchor=f"c-{card.name}"), code=303)  # fmt: skip


@bp.post("/reports/<uuid:report_id>/missing")
def missing(report_id: UUID) -> ResponseReturnValue:
    """Save why a unit's report is missing."""
    report = access.merged_report(g.staff, report_id)
    unit = request.form.get("unit", "")
    if unit not in {child.unit.code for child in decisions.missing(report)}:
        abort(404)
    decisions.give_reason(report, unit, request.form.get("reason", "")[:1000], by=actor())
    flash(_("The reason stands in the report."), "ok")
    return redirect(url_for(".show", report_id=report.id), code=303)


def _left_file(cards: Sequence[Card]) -> ResponseReturnValue:
    kind = request.args["export"]
    if kind not in ("xlsx", "csv"):
        abort(404)
    left = [card for card in cards if card.decision is None or card.decision.choice == "left"]
    heads = [_("Unit"), _("Where in the report"), _("Paragraph"), _("In their words"), _("Where it went, or why not")]
    body = [
        [c.unit.name, c.place, c.item, c.text, (c.decision.reason or "") if c.decision else _("undecided")]
        for c in left
    ]
    data, media = write_table(kind, heads, body, title=_("Not taken over"))
    return attachment(data, media, f"{_('Not taken over')}.{kind}")
