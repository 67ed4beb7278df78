"""逐条归类: findings one after the other, coded and put together by one key each, in bulk, and undone. Touches the desk's queue and its acts."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from surveys import access
from surveys.accounts import Account
from surveys.auditing.readings import reads
from surveys.database import CHINA, db, utc_now
from surveys.fieldwork.findings import acts, proposals, word_search
from surveys.fieldwork.findings.act_records import FindingAct
from surveys.fieldwork.findings.acts import NotDone, View
from surveys.fieldwork.findings.desk_queue import SHOWS, Card, Line, Queue, pace_of_today
from surveys.fieldwork.findings.findings import Headline
from surveys.pages.shell.display import name_of
from surveys.pages.shell.sign_in import actor, signed_in
from surveys.pages.unit_desk.finding_views import desk_of, first_level, second_level
from surveys.planning.campaigns.campaigns import Campaign
from surveys.questionnaire.views import list_search
from surveys.questionnaire.views.pinyin import readings

bp = Blueprint("findings_queue", __name__)
bp.before_request(signed_in)

REFRESH = 4  # seconds, while proposals are computed
LEAST = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
LAST_ACTS = 6
MOST_IN_BULK = 200  # looked at on one page


@dataclass(frozen=True, slots=True)
class Filter:
    """Which findings are asked for, as the address says it."""

    show: str = "open"
    unit: str = ""
    category: str = ""
    q: str = ""

    @classmethod
    def asked(cls) -> "Filter":
        words = request.values.get("q", "").strip()[:100]
        show = request.values.get("show", "")
        return cls(
            show if show in SHOWS else SHOWS[0],
            request.values.get("unit", ""),
            request.values.get("category", ""),
            words,
        )

    def given(self) -> dict[str, Any]:
        """What of it stands in an address."""
        fields = {"show": self.show if self.show != SHOWS[0] else "", "unit": self.unit, "category": self.category}
        return {name: value for name, value in (*fields.items(), ("q", self.q)) if value}

    def lines(self, queue: Queue) -> list[Line]:
        ids = None
        if self.q:
            ids = set(word_search.found(self.q, ((line.row.id, line.row.text) for line in queue.lines.values())))
        return queue.chosen(self.show, unit=self.unit, category=self.category, ids=ids)


def _opened(number: int) -> tuple[Campaign, View, list[str]]:
    campaign = access.campaign(g.staff, number)
    view, units = desk_of(campaign)
    if request.values.get("unit", "") not in ("", *units):
        abort(404)
    return campaign, view, units


@bp.get("/campaigns/<int:number>/findings/queue")
def show(number: int) -> ResponseReturnValue:
    """One finding: the one the address names, else the first that waits behind the one just settled."""
    campaign, view, units = _opened(number)
    queue, chosen = Queue(view, units), Filter.asked()
    lines = chosen.lines(queue)
    line = queue.lines.get(request.args.get("at", ""))
    if line is None:
        line = queue.after(request.args.get("after", ""), lines)
    return _page(campaign, view, units, queue, chosen, lines, line)


def _page(
    campaign: Campaign,
    view: View,
    units: Sequence[str],
    queue: Queue,
    chosen: Filter,
    lines: list[Line],
    line: Line | None,
    typed: dict[str, Any] | None = None,
) -> ResponseReturnValue:
    job, computed_at = proposals.standing(campaign.id)
    busy = job is not None and job.state in ("queued", "running")
    card = queue.card(line) if line else None
    if card:
        reads("finding", ("campaign", campaign.id), "L2", campaign_id=campaign.id, unit_code=view.unit_code)
    text = render_template(
        "unit_desk/findings_queue.html",
        campaign=campaign,
        filter=chosen,
        whole=len(queue.lines),
        settled=sum(1 for one in queue.lines.values() if one.settled),
        near_waiting=len(queue.chosen("near")),
        likely=len(queue.suggested(lines, 0.8)),
        lines=len(lines),
        place=next((place for place, one in enumerate(lines, 1) if line and one.row.id == line.row.id), 0),
        before=_beside(lines, line, -1),
        behind=_beside(lines, line, 1),
        card=card,
        typed=typed or _nothing_typed(card),
        acts=_told_acts(view),
        pace=_pace(view),
        typical=[one for one in queue.lines.values() if one.typical],
        most_typical=acts.MOST_TYPICAL,
        job=job,
        busy=busy,
        computed_at=computed_at,
        refresh=REFRESH,
        categories=first_level(),
        seconds=second_level(),
        units=[g.staff.tree[code] for code in units],
    )
    status = 422 if typed else 200
    return text, status, {"Refresh": str(REFRESH)} if busy and computed_at is None else {}


def _nothing_typed(card: Card | None) -> dict[str, Any]:
    ticked = [one.line.row.id for one in card.near if one.ticked] if card else []
    return {"category2": card.chosen if card else "", "other": "", "words": "", "near": ticked, "fault": ""}


def _beside(lines: list[Line], line: Line | None, step: int) -> str | None:
    places = [place for place, one in enumerate(lines) if line and one.row.id == line.row.id]
    if not places or not 0 <= places[0] + step < len(lines):
        return None
    return lines[places[0] + step].row.id


def _told_acts(view: View) -> list[tuple[FindingAct, str, str]]:
    """The last acts of the view: the act, who did it, and what it was in words."""
    last = acts.last_acts(view, LAST_ACTS)
    return [(act, name, act_words(act)) for act, name in zip(last, _names([act.done_by for act in last]), strict=True)]


def _names(accounts: Sequence[str | None]) -> list[str]:
    known = db.session.execute(select(Account.id, Account.name).where(Account.id.in_([id for id in accounts if id])))
    names = {id: name for id, name in known}  # noqa: C416 - rows, not pairs
    return [names.get(id or "", "") for id in accounts]


def _pace(view: View) -> list[tuple[str, int]]:
    midnight = datetime.combine(utc_now().astimezone(CHINA).date(), time.min, CHINA)
    today = pace_of_today(view, midnight)[:3]
    return [(name, number) for name, (_id, number) in zip(_names([id for id, _ in today]), today, strict=True) if name]


def act_words(act: FindingAct) -> str:
    """What an act was, as its line says it."""
    detail = act.detail or {}
    category = name_of(detail.get("category"), "suggestion_categories")
    sentences: dict[str, Callable[[], str]] = {
        "code": lambda: _("coded as “%(category)s”", category=category),
        "join": lambda: _("%(n)s under “%(words)s”", n=act.findings, words=detail.get("words", "")),
        "split": lambda: _("%(n)s split off as “%(words)s”", n=act.findings, words=detail.get("words", "")),
        "bulk": lambda: _("in bulk: %(n)s coded from %(least)s on", n=act.findings, least=f"{detail.get('least', 0):.2f}"),
        "aside": lambda: _("one put aside"),
        "refuse": lambda: _("not put together, remembered"),
        "typical": lambda: _("one marked as typical"),
        "plain": lambda: _("one no longer typical"),
        "apart": lambda: _("%(n)s taken out of “%(words)s”", n=act.findings, words=detail.get("words", "")),
    }  # fmt: skip
    return sentences[act.kind]()


# --- acts ------------------------------------------------------------------------------------------------------------


@bp.post("/campaigns/<int:number>/findings/queue")
def act(number: int) -> ResponseReturnValue:
    """Do what was pressed with the finding on the page, and go on to the next; what is missing is said in place."""
    campaign, view, units = _opened(number)
    queue, chosen = Queue(view, units), Filter.asked()
    line = queue.lines.get(request.form.get("finding", ""))
    if line is None:
        abort(404)
    pressed = request.form.get("act", "join")
    try:
        if request.form.get("seal", line.seal) != line.seal:
            raise NotDone("meanwhile")
        _do(pressed, view, queue, line)
    except NotDone as lacking:
        typed = {
            "category2": request.form.get("category2", ""),
            "other": request.form.get("other", ""),
            "words": request.form.get("words", ""),
            "near": request.form.getlist("near"),
            "fault": _fault(lacking.lack),
        }
        return _page(campaign, view, units, queue, chosen, chosen.lines(queue), line, typed)
    stays: dict[str, Any] = {"at": line.row.id} if pressed in ("typical", "refuse") else {"after": line.row.id}
    return redirect(url_for(".show", number=number, **chosen.given(), **stays), code=303)


def _do(pressed: str, view: View, queue: Queue, line: Line) -> None:
    id = line.row.id
    if pressed == "aside":
        acts.put_aside(view, actor(), id)
    elif pressed == "typical":
        acts.turn_typical(view, actor(), id)
    elif pressed == "refuse":
        card = queue.card(line)
        refused = [one.line.row.id for one in card.near if one.reason in ("same", "group") and not one.joined]
        refused += [row.id for row in card.members if row.id != id]
        acts.refuse(view, actor(), id, refused, card.target.id if card.target and line.headline_id is None else None)
    elif pressed in ("join", "code"):
        _settle(pressed, view, queue, line)
    else:
        abort(400)


def _settle(pressed: str, view: View, queue: Queue, line: Line) -> None:
    category = _category() or line.row.category2 or ""
    if not category and not line.row.category:
        raise NotDone("no_category")
    words = request.form.get("words", "").strip()[:500] if pressed == "join" else ""
    ticked = [queue.lines[id] for id in request.form.getlist("near") if id in queue.lines] if pressed == "join" else []
    target = queue.card(line).target if pressed == "join" and not words else None
    categories = {line.row.id: category} if category else {}
    categories |= {one.row.id: category for one in ticked if category and not one.row.category}
    acts.settle(
        view, actor(), line.row.id, categories, others=[one.row.id for one in ticked], words=words, headline=target
    )


def _category() -> str:
    """The second-level category that was chosen by key or typed by name, pinyin, initials or code. Raises NotDone."""
    codes = {row["code"] for row in second_level()}
    if typed := request.form.get("other", "").strip()[:60]:
        named = _named(typed)
        if len(named) != 1:
            raise NotDone("several_categories: " + _(", ").join(named[:5]) if named else "unknown_category")
        return next(code for code, label in _labels() if label == named[0])
    chosen = request.form.get("category2", "")
    if chosen and chosen not in codes:
        raise NotDone("unknown_category")
    return chosen


def _labels() -> list[tuple[str, str]]:
    """Code and words of each second-level category, both levels named, since 其他 stands under each."""
    return [(row["code"], category_words(row["code"])) for row in second_level()]


def category_words(code: str) -> str:
    """A category with the one above it."""
    return f"{name_of(code[:2], 'suggestion_categories')} › {name_of(code, 'suggestion_categories')}"


def _named(typed: str) -> list[str]:
    labels = _labels()
    exact = [label for code, label in labels if typed in (code, label, label.split(" › ")[1])]
    if len(exact) == 1:
        return exact
    matches = list_search.find(typed, [(label, code) for code, label in labels], readings)
    return [labels[place][1] for place in matches.rows]


def _fault(lack: str) -> str:
    name, _colon, rest = lack.partition(": ")
    return {
        "no_category": _("This finding has no category yet: press 1 to 3, or type another one."),
        "unknown_category": _("No category is called so: type a part of its name, its pinyin or initials."),
        "several_categories": _("Several categories fit: %(names)s. Type some more.", names=rest),
        "meanwhile": _(
            "Somebody settled this finding meanwhile: it is shown as it stands now. Nothing of yours was done."
        ),
        "nothing_chosen": _("Nothing is ticked and nothing is proposed: there is nothing to do."),
        "one_alone": _("A headline of its own needs two findings at least: tick another one."),
        "typical_full": _("%(n)s are typical already: take one off the list first.", n=acts.MOST_TYPICAL),
        "gone": _("This act is none of this list."),
        "undone": _("This act was undone already."),
    }[name]


@bp.post("/campaigns/<int:number>/findings/acts/<uuid:act_id>")
def undo(number: int, act_id: UUID) -> ResponseReturnValue:
    """Undo one act as a whole, and show what it was about again."""
    _campaign, view, _units = _opened(number)
    try:
        undone = acts.undo(view, actor(), str(act_id))
        flash(_("Undone: %(what)s", what=act_words(undone)), "ok")
    except NotDone as lacking:
        flash(_fault(lacking.lack), "err")
    back = request.form.get("at", "")
    return redirect(url_for(".show", number=number, **Filter.asked().given(), at=back or None), code=303)


@bp.post("/campaigns/<int:number>/findings/proposals")
def compute(number: int) -> ResponseReturnValue:
    """Ask the worker for proposals as of now."""
    campaign, _view, _units = _opened(number)
    job = proposals.ask_for(campaign.id, asked_by=g.staff.account.id, at_once=True)
    flash(_("Asked for; the proposals follow in a moment.") if job else _("Nothing is new since the last time."), "ok")
    return redirect(url_for(".show", number=number, **Filter.asked().given()), code=303)


@bp.post("/campaigns/<int:number>/findings/headlines/<uuid:headline_id>")
def apart(number: int, headline_id: UUID) -> ResponseReturnValue:
    """拆开: take the ticked ones out of a headline, or all of them, or put the ticked ones under words of their own."""
    campaign, view, units = _opened(number)
    headline = db.session.get(Headline, str(headline_id))
    if headline is None or (headline.campaign_id, headline.unit_code) != (campaign.id, view.unit_code):
        abort(404)
    queue = Queue(view, units)
    ticked = [id for id in request.form.getlist("finding") if id in queue.lines]
    words = request.form.get("words", "").strip()[:500]
    try:
        if request.form.get("act") == "all":
            acts.take_apart(view, actor(), headline)
        elif not ticked:
            raise NotDone("nothing_chosen")
        elif request.form.get("act") == "split" and words != headline.text:
            acts.settle(view, actor(), ticked[0], {}, others=ticked[1:], words=words, kind="split")
        else:
            acts.take_apart(view, actor(), headline, ticked)
        flash(_("Taken apart; it can be undone under “Just done”."), "ok")
    except NotDone as lacking:
        flash(_fault(lacking.lack), "err")
    return redirect(url_for("findings.show", number=number, headline=headline.id), code=303)


# --- in bulk ---------------------------------------------------------------------------------------------------------


@bp.get("/campaigns/<int:number>/findings/bulk")
def bulk(number: int) -> ResponseReturnValue:
    """What would be coded, by category and in their words; what is wrong is unticked."""
    campaign, view, units = _opened(number)
    queue, chosen, least = Queue(view, units), Filter.asked(), _least()
    lines = chosen.lines(queue)
    by_category: dict[str, list[Line]] = {}
    fitting = queue.suggested(lines, least)
    shown = fitting[:MOST_IN_BULK]
    for line in shown:
        by_category.setdefault(line.proposed.category2 or "", []).append(line)
    return render_template(
        "unit_desk/findings_bulk.html",
        campaign=campaign,
        filter=chosen,
        least=least,
        steps=[(step, len(queue.suggested(lines, step))) for step in LEAST],
        number=len(fitting),
        shown=len(shown),
        seal=_seal(shown),
        groups=sorted(by_category.items()),
        uncoded=sum(1 for line in lines if not line.row.category),
        category_words=category_words,
        categories=first_level(),
        units=[g.staff.tree[code] for code in units],
    )


def _seal(lines: Sequence[Line]) -> str:
    """What a preview showed, so that nothing else is coded than what was looked at."""
    shown = sorted(f"{line.row.id} {line.proposed.category2}" for line in lines)
    return hashlib.sha256("\n".join(shown).encode()).hexdigest()


def _least() -> float:
    asked = request.values.get("least", "")
    return next((step for step in LEAST if f"{step:.2f}" == asked), 0.8)


@bp.post("/campaigns/<int:number>/findings/bulk")
def code_bulk(number: int) -> ResponseReturnValue:
    """Code what the preview showed and is ticked; one undo for all."""
    _campaign, view, units = _opened(number)
    queue, chosen, least = Queue(view, units), Filter.asked(), _least()
    ticked = set(request.form.getlist("finding"))
    shown = queue.suggested(chosen.lines(queue), least)[:MOST_IN_BULK]
    if request.form.get("seal", "") != _seal(shown):
        flash(_("Something changed meanwhile: this is the preview as it is now. Nothing was coded."), "err")
        return redirect(url_for(".bulk", number=number, least=f"{least:.2f}", **chosen.given()), code=303)
    fitting = [line for line in shown if line.row.id in ticked]
    try:
        done = acts.code_many(view, actor(), {line.row.id: line.proposed.category2 or "" for line in fitting}, least)
    except NotDone as lacking:
        flash(_fault(lacking.lack), "err")
        return redirect(url_for(".bulk", number=number, least=f"{least:.2f}", **chosen.given()), code=303)
    flash(_("%(n)s coded; one press undoes them all.", n=done.findings), "ok")
    return redirect(url_for(".show", number=number, **chosen.given()), code=303)
