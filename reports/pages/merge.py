"""The page where the units' reports are merged (总报告汇总): by matter where they speak of problems and suggestions, else by unit.

Touches merging; no rule of its own. `merge_view` has what it shows.

Cards or sentences are ticked and become a paragraph, a further source of one, or are left with a reason. What cannot be done
is said where one stands, with everything typed kept. The same page serves every level.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from reports import access
from reports.faults import ReportFault
from reports.merging import acts, decisions, matters, reasons
from reports.merging.cards import OTHERS, Card, find_cards
from reports.merging.decisions import Pick
from reports.merging.undoing import undo as take_act_back
from reports.pages.frame import actor, attachment, blueprint
from reports.pages.merge_view import ELSEWHERE, PROPOSED, Asked, MergePage, others_acts
from reports.papers.steps import Report
from surveys.planning.imports.tables import write_table

bp = blueprint("report_merge", __name__)
TYPED = ("title", "to", "into", "block", "scope")


@bp.get("/reports/<uuid:report_id>/merge")
def show(report_id: UUID) -> ResponseReturnValue:
    """One matter, or one section: its cards, its draft with the sources, what was left."""
    report = access.merged_report(g.staff, report_id)
    if request.args.get("export"):
        return _left_file(decisions.cards(report))
    source = request.args.get("source", "0")
    asked = Asked(
        section=request.args.get("section", ""),
        matter=request.args.get("matter", ""),
        only_open=request.args.get("only") == "open",
        tick_all=request.args.get("tick") == "all",
        split=request.args.get("split", ""),
        block=request.args.get("block", ""),
        source=int(source) if source.isdigit() else 0,
    )
    return _page(report, asked)


def _page(report: Report, asked: Asked) -> str:
    return render_template("reports/merge.html", **MergePage.read(report, asked).context())


def _again(report: Report, place: str, *, fault: Any = None, since: Sequence[Any] = ()) -> ResponseReturnValue:
    """The page once more, with its form open where one stood and all that was typed."""
    asked = Asked(
        section=request.form.get("section", ""),
        matter=request.form.get("matter", ""),
        picks=request.form.getlist("pick"),
        reason=request.form.get("reason"),
        fault=fault,
        place=place,
        typed={name: request.form[name] for name in TYPED if name in request.form},
        since=since,
    )
    return _page(report, asked), 409


def _onward(report: Report, *, block: str = "") -> ResponseReturnValue:
    """Back to where one was; where all is decided there, to the next that has something undecided."""
    page = MergePage.read(report, Asked(request.form.get("section", ""), request.form.get("matter", "")))
    lines = page.outline()
    here = page.where(lines)
    if not here.undecided:
        leaves = page.leaves(lines)
        place = leaves.index(here) if here in leaves else 0
        here = next((one for one in (*leaves[place:], *leaves) if one.undecided), here)
    there = {"section": here.section, "matter": here.matter or None}
    return redirect(url_for(".show", report_id=report.id, **there, _anchor=f"b-{block}" if block else None), code=303)


@bp.post("/reports/<uuid:report_id>/merge")
def decide(report_id: UUID) -> ResponseReturnValue:
    """What was ticked: write a paragraph, add sources, leave, leave the rest, move to a matter, make undecided (写成一段 …)."""
    report = access.merged_report(g.staff, report_id)
    what = request.form.get("what", "")
    if what not in DECISIONS:
        abort(400)
    try:
        picks = _picks(report)
        touched = _rest(report) if what == "rest" else [pick.card for pick in picks]
        since = others_acts(report, _seen(), g.staff.account.id, touched, [request.form.get("block", "")])
        if since:
            return _again(report, what, since=since)
        return DECISIONS[what](report, picks)
    except ReportFault as fault:
        return _again(report, what, fault=fault)


def _seen() -> int:
    seen = request.form.get("seen", "")
    return int(seen) if seen.isdigit() and len(seen) < 10 else 0


def _picks(report: Report) -> list[Pick]:
    """What was ticked, in the cards' order; a card that is ticked whole is whole."""
    places: dict[str, list[int] | None] = {}
    for value in request.form.getlist("pick"):
        name, _colon, place = value.partition(":")
        known = places.setdefault(name, [])
        if not place.isdigit() or len(place) > 4:
            places[name] = None
        elif known is not None:
            known.append(int(place))
    return [Pick(card, tuple(places[card.name] or ())) for card in find_cards(report, places)] if places else []


def _write(report: Report, picks: list[Pick]) -> ResponseReturnValue:
    matter = request.form.get("matter", "")
    group = matter if matter and matter != ELSEWHERE and not matter.startswith(PROPOSED) else None
    made = decisions.write(report, picks, by=actor(), into=request.form.get("into") or None, matter=group)
    flash(_("Written from %(n)s passages, each of them its source.", n=len(picks)), "ok")
    return _onward(report, block=made[0]["id"])


def _add(report: Report, picks: list[Pick]) -> ResponseReturnValue:
    decisions.add_source(report, picks, request.form.get("block", ""), by=actor())
    flash(_("Added as sources of the paragraph."), "ok")
    return _onward(report, block=request.form.get("block", ""))


def _leave(report: Report, picks: list[Pick]) -> ResponseReturnValue:
    decisions.leave(report, [pick.card for pick in picks], by=actor(), reason=request.form.get("reason", "")[:1000])
    flash(_("Left out, with the reason."), "ok")
    return _onward(report)


def _rest(report: Report) -> list[Card]:
    """The undecided cards of what was chosen: this matter, this section, a unit's in all sections."""
    scope = request.form.get("scope", "")
    section, matter = request.form.get("section", ""), request.form.get("matter", "")
    if scope.startswith("unit:"):
        return decisions.rest_of(report, unit=scope.removeprefix("unit:"))
    if scope == "section" or not matter:
        return decisions.rest_of(report, section=section)
    named = dict(MergePage.read(report, Asked(section, matter)).context()["matters"])
    own = named[matter].cards if matter in named else decisions.rest_of(report, section=section, matter=OTHERS)
    return [card for card in own if card.decision is None]


def _leave_rest(report: Report, picks: list[Pick]) -> ResponseReturnValue:
    rest = _rest(report)
    decisions.leave(report, rest, by=actor(), reason=request.form.get("reason", "")[:1000])
    flash(_("The other %(n)s were left out, with the reason.", n=len(rest)), "ok")
    return _onward(report)


def _take_back(report: Report, picks: list[Pick]) -> ResponseReturnValue:
    staying = decisions.take_back(report, [pick.card for pick in picks], by=actor())
    flash(_("Undecided again."), "ok")
    _say_staying(staying)
    return _onward(report)


def _move(report: Report, picks: list[Pick]) -> ResponseReturnValue:
    to = request.form.get("to", "")
    matters.move_cards(report, [pick.card for pick in picks], OTHERS if to == ELSEWHERE else to, by=actor())
    flash(_("Put under the other matter."), "ok")
    return _onward(report)


def _split(report: Report, picks: list[Pick]) -> ResponseReturnValue:
    """A matter of its own for what was ticked."""
    section, matter = request.form.get("section", ""), request.form.get("matter", "")
    title = request.form.get("title", "")
    own = [pick.card for pick in picks]
    heading = matters.start(report, section, title, by=actor(), of=own, after=matter)
    flash(_("A matter of its own now."), "ok")
    return _to_matter(report, section, heading)


DECISIONS = {
    "write": _write,
    "add": _add,
    "leave": _leave,
    "rest": _leave_rest,
    "take_back": _take_back,
    "move": _move,
    "split": _split,
}


def _say_staying(staying: Sequence[str]) -> None:
    if staying:
        flash(_("%(n)s paragraphs stay in the draft without a source: they were rewritten.", n=len(staying)), "wait")


def _to_matter(report: Report, section: str, matter: str) -> ResponseReturnValue:
    return redirect(url_for(".show", report_id=report.id, section=section, matter=matter or None), code=303)


@bp.post("/reports/<uuid:report_id>/merge/undo")
def undo(report_id: UUID) -> ResponseReturnValue:
    """Take one act back, whoever's it was (撤销)."""
    report = access.merged_report(g.staff, report_id)
    try:
        staying = take_act_back(report, acts.find_act(report, request.form.get("act", "")), by=actor())
    except ReportFault as fault:
        return _again(report, "undo", fault=fault)
    flash(_("Taken back."), "ok")
    _say_staying(staying)
    return _to_matter(report, request.form.get("section", ""), request.form.get("matter", ""))


@bp.post("/reports/<uuid:report_id>/merge/sources")
def remove_source(report_id: UUID) -> ResponseReturnValue:
    """Take one source off a paragraph (取消这个来源)."""
    report = access.merged_report(g.staff, report_id)
    block_id, place = request.form.get("block", ""), request.form.get("source", "")
    try:
        _section, block = acts.block_of(report, None, block_id)
        sources = (block or {}).get("sources") or []
        key = (
            acts.source_key(sources[int(place)])
            if place.isdigit() and int(place) < len(sources)
            else ("", "", None, "")
        )
        decisions.remove_source(report, block_id, key, by=actor())
    except ReportFault as fault:
        return _again(report, "source", fault=fault)
    flash(_("The source was taken off; its passage is undecided again."), "ok")
    return _to_matter(report, request.form.get("section", ""), request.form.get("matter", ""))


@bp.post("/reports/<uuid:report_id>/merge/matters")
def change_matters(report_id: UUID) -> ResponseReturnValue:
    """Keep the proposed matters; begin, rename, join, move one (保留, 新建, 改名, 并入, 上移, 下移)."""
    report = access.merged_report(g.staff, report_id)
    what = request.form.get("what", "")
    if what not in CHANGES:
        abort(400)
    try:
        since = others_acts(report, _seen(), g.staff.account.id, (), [request.form.get("matter", "")])
        if since:
            return _again(report, what, since=since)
        return CHANGES[what](report, request.form.get("section", ""), request.form.get("matter", ""))
    except ReportFault as fault:
        return _again(report, what, fault=fault)


def _keep(report: Report, section: str, matter: str) -> ResponseReturnValue:
    """The proposed matters of every section that has none of its own yet become headings."""
    page = MergePage.read(report, Asked(section, matter))
    placed = 0
    for row in page.rows:
        proposed = [one for one in page.matters(row.key) if one.title]
        if proposed and not any(one.block_id for one in proposed):
            matters.keep(report, row.key, proposed, by=actor())
            placed += len(proposed)
    flash(_("%(n)s matters stand in the draft as headings.", n=placed), "ok")
    return _to_matter(report, section, "")


def _new(report: Report, section: str, matter: str) -> ResponseReturnValue:
    return _to_matter(report, section, matters.start(report, section, request.form.get("title", ""), by=actor()))


def _rename(report: Report, section: str, matter: str) -> ResponseReturnValue:
    matters.rename(report, section, matter, request.form.get("title", ""), by=actor())
    return _to_matter(report, section, matter)


def _join(report: Report, section: str, matter: str) -> ResponseReturnValue:
    into = request.form.get("to", "")
    matters.join(report, section, matter, into, by=actor(), cards=decisions.cards(report, section=section))
    flash(_("Joined; what was written under it stands under the other."), "ok")
    return _to_matter(report, section, into)


def _up(report: Report, section: str, matter: str) -> ResponseReturnValue:
    matters.move(report, section, matter, -1, by=actor())
    return _to_matter(report, section, matter)


def _down(report: Report, section: str, matter: str) -> ResponseReturnValue:
    matters.move(report, section, matter, 1, by=actor())
    return _to_matter(report, section, matter)


CHANGES = {"keep": _keep, "new": _new, "rename": _rename, "join": _join, "up": _up, "down": _down}


@bp.post("/reports/<uuid:report_id>/merge/reasons")
def set_reasons(report_id: UUID) -> ResponseReturnValue:
    """Change the report's list of reasons, one a line."""
    report = access.merged_report(g.staff, report_id)
    reasons.set_reasons(report, request.form.get("reasons", "")[:8000].splitlines(), by=actor())
    flash(_("The list of reasons was saved."), "ok")
    return _to_matter(report, request.form.get("section", ""), request.form.get("matter", ""))


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
        [c.unit.name, c.place, c.item or "", c.text, (c.decision.reason or "") if c.decision else _("undecided")]
        for c in left
    ]
    data, media = write_table(kind, heads, body, title=_("Not taken over"))
    return attachment(data, media, f"{_('Not taken over')}.{kind}")
