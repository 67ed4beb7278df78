"""A unit's desk: its visits, one submission as a person reads it, accept and return. No query and no rule of its own."""

from datetime import timedelta
from uuid import UUID

from flask import Blueprint, abort, flash, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from surveys import access
from surveys.audit import Actor
from surveys.auditing.readings import reads
from surveys.database import db, writing
from surveys.fieldwork.filling.replies import Reply, replies_of
from surveys.fieldwork.receiving.receiving import set_head
from surveys.fieldwork.receiving.versions import VersionView, versions_of
from surveys.fieldwork.reviewing import differences, forks, pictures, progress, review, worklist
from surveys.fieldwork.reviewing.submission_view import read_submission
from surveys.fieldwork.visits import locks
from surveys.fieldwork.visits.starts import desk_kinds
from surveys.fieldwork.visits.visits import Decision, Visit
from surveys.pages.shell.display import outcome_name, size_name, state_name
from surveys.pages.shell.sign_in import signed_in
from surveys.pages.shell.tables import Column, page_of, table_file
from surveys.planning.campaigns.campaigns import Campaign

bp = Blueprint("unit_desk", __name__)
bp.before_request(signed_in)

QUIET = timedelta(days=7)


def _filter() -> worklist.Filter:
    arguments = request.args
    tab, sort = arguments.get("tab", "all"), arguments.get("sort", "state")
    return worklist.Filter(
        tab=tab if tab in worklist.TABS else "all",
        text=arguments.get("q", "").strip()[:100],
        unit=arguments.get("unit", ""),
        group=arguments.get("group", ""),
        town=arguments.get("town", ""),
        size=arguments.get("scale", ""),
        sort=sort if sort in worklist.SORTS else "state",
        descending=arguments.get("order") == "desc",
    )


def _leaves(campaign: Campaign, by: worklist.Filter) -> list[str]:
    """The leaves whose visits are listed: own ones. Raises 404 for a unit that is not this person's."""
    own = [code for code in access.participating_leaves(g.staff, campaign) if code in g.staff.desk_units]
    if not own or (by.unit and by.unit not in own):
        abort(404)
    return own


@bp.get("/campaigns/<int:number>/visits")
def visits(number: int) -> ResponseReturnValue:
    """走访任务: the desk's home."""
    campaign = access.campaign(g.staff, number)
    by = _filter()
    leaves = _leaves(campaign, by)
    if kind := request.args.get("export"):
        rows, _whole = worklist.rows(campaign.id, leaves, by, limit=None)
        return table_file(kind, _("Visits"), _columns(), rows)
    page = page_of(request.args)
    rows, whole = worklist.rows(campaign.id, leaves, by, limit=page.size, offset=page.offset)
    groups, towns = worklist.choices(campaign.id, leaves)
    return render_template(
        "unit_desk/visits.html",
        campaign=campaign,
        leaves=[g.staff.tree[code] for code in leaves],
        by=by,
        rows=rows,
        page=page.of(whole),
        counts=worklist.tab_counts(campaign.id, leaves, by),
        groups=groups,
        towns=towns,
        quiet=worklist.quiet_groups(campaign.id, leaves, campaign.now() - QUIET, campaign.today()),
        whole=progress.total(progress.unit_progress(campaign.id, leaves)),
        plan=progress.plan_today(campaign),
        locked=locks.locked_units(campaign.id) & set(leaves),
        enters_own=bool(desk_kinds(campaign)) and campaign.closed_at is None,
    )


def _columns() -> list[Column]:
    return [
        Column(_("Number"), lambda row: row.reference),
        Column(_("Subject"), lambda row: row.name),
        Column(_("Town or street"), lambda row: row.town),
        Column(_("Size"), lambda row: size_name(row.size)),
        Column(_("Group"), lambda row: row.group),
        Column(_("Liaison"), lambda row: row.liaison),
        Column(_("Day of visit"), lambda row: row.day or row.appointed),
        Column(_("State"), lambda row: state_name(row.state)),
        Column(_("Outcome"), lambda row: outcome_name(row.outcome) if row.outcome else ""),
        Column(_("Received"), lambda row: row.received),
        Column(_("Entered"), lambda row: _door_name(row.via)),
    ]


def _door_name(via: str | None) -> str:
    """That staff entered it for the deputies; nothing where a deputy handed it in."""
    return {"paper": _("Entered from paper"), "desk": _("Entered at the desk")}.get(via or "", "")


@bp.get("/visits/<uuid:visit_id>/review")
def read(visit_id: UUID) -> ResponseReturnValue:
    """填报审核: the submission in the form's words, with flags, versions and a comment per question.

    A committee or an organizer reads what is accepted, without what is personal, and decides nothing.
    """
    visit, levels, own = access.readable_visit(g.staff, visit_id, review.state)
    state = review.state(visit)
    versions = [version for version in versions_of(visit.id) if own or version.content == visit.head]
    content = request.args.get("content") or visit.head or (versions[-1].content if versions else None)
    if content and all(version.content != content for version in versions):
        abort(404)
    if content:
        reads(
            "visit",
            ("visit", visit.id),
            "L3" if own else "L2",
            campaign_id=visit.campaign_id,
            unit_code=visit.unit_code,
        )
    leaves = [visit.unit_code] if own else []
    decisions = review.decisions(visit.id) if own else []
    earlier = _earlier(versions, decisions, content) if own and content else None
    comments, replies = (review.remarks(visit.id), replies_of(visit.id)) if own else ([], [])
    return render_template(
        "unit_desk/review.html",
        visit=visit,
        assignment=visit.assignment,
        campaign=visit.campaign,
        state=state,
        versions=versions,
        reading=read_submission(visit, content, language=g.language, levels=levels) if content else None,
        around=worklist.queue_around(visit.campaign_id, leaves, visit.id),
        decisions=decisions,
        changes=differences.changes(visit, earlier, content, language=g.language) if earlier and content else None,
        replies=replies,
        said=_turns_by_path(comments, replies, versions),
        locked=locks.locked_since(visit.campaign_id, visit.unit_code) if own else None,
        own=own,
        parts=pictures.parts_of(visit.id, content) if own and content else {},
        forks=forks.forks_of(visit, versions, language=g.language) if own else [],
        may_decide=own and g.staff.has(access.DESK_ROLES, visit.unit_code),
    )


def _turns_by_path(
    comments: list[review.Remark], replies: list[Reply], versions: list[VersionView]
) -> dict[str | None, list[review.Remark | Reply]]:
    """What was asked and answered at each question: an answer comes after what was said of earlier versions, before what of its own."""
    number = {version.content: version.version for version in versions}
    turns = [(number.get(one.content, 0), 1, one) for one in comments] + [(one.version, 0, one) for one in replies]
    words: dict[str | None, list[review.Remark | Reply]] = {}
    for *_turn, one in sorted(turns, key=lambda turn: turn[:2]):
        words.setdefault(one.path, []).append(one)
    return words


def _earlier(versions: list[VersionView], decisions: list[Decision], content: str) -> str | None:
    """What a version is compared with: the one being read when it came, the one returned last, else the one it was built on."""
    version_by_content = {version.content: version for version in versions}
    if (read_before := g.get("read_before")) in version_by_content and read_before != content:
        return str(read_before)
    current = version_by_content[content]
    returned_contents = [
        one.content
        for one in reversed(decisions)
        if one.verdict == "return"
        and one.content in version_by_content
        and version_by_content[one.content].version < current.version
    ]
    return returned_contents[0] if returned_contents else current.base if current.base in version_by_content else None


@bp.get("/visits/<uuid:visit_id>/review/parts/<sha256>")
def shown_part(visit_id: UUID, sha256: str) -> ResponseReturnValue:
    """The copy of a picture, at the visit's own desk alone."""
    visit, _levels, own = access.readable_visit(g.staff, visit_id, review.state)
    data, kind = (own and pictures.shown_bytes(visit.id, sha256)) or abort(404)
    reads("media", ("visit", visit.id), "L3", campaign_id=visit.campaign_id, unit_code=visit.unit_code)
    response = make_response(data)
    response.headers["Content-Type"] = kind
    return response


@bp.get("/visits/<uuid:visit_id>/review/parts/<sha256>/received")
def received_part(visit_id: UUID, sha256: str) -> ResponseReturnValue:
    """A part as it was received, as a file to be saved: no browser is to open it."""
    visit, _levels, own = access.readable_visit(g.staff, visit_id, review.state)
    data = (own and pictures.received_bytes(visit.id, sha256)) or abort(404)
    response = make_response(data)
    response.headers["Content-Type"] = "application/octet-stream"
    response.headers["Content-Disposition"] = f'attachment; filename="{sha256[:16]}.bin"'
    return response


@bp.post("/visits/<uuid:visit_id>/review")
def decide(visit_id: UUID) -> ResponseReturnValue:
    """Accept, return, reopen or void what was read; the content read is named in the form."""
    visit = access.reviewed_visit(g.staff, visit_id)
    by = Actor("staff", g.staff.account.id, g.staff.account.name)
    content, note = request.form.get("content", ""), request.form.get("note", "").strip() or None
    comments = [
        review.NewRemark(name.removeprefix("remark:"), text.strip())
        for name, text in request.form.items()
        if name.startswith("remark:") and text.strip()
    ]
    if request.form.get("decision") == "accept" and not request.form.get("compared") and _forked(visit):
        flash(_("Two versions stand beside each other. Compare them, tick the box, then accept."), "error")
        return _again(visit_id, note, comments)
    problem = _decide(request.form.get("decision", ""), visit, content, by, note, comments)
    if problem is not None:
        flash(problem, "error")
        db.session.rollback()
        return _again(visit_id, note, comments)
    flash(_("Recorded."), "ok")
    after = request.form.get("after") if request.form.get("decision") == "accept" else None
    return redirect(url_for(".read", visit_id=after or visit_id), code=303)


@bp.post("/visits/<uuid:visit_id>/merge")
def merge(visit_id: UUID) -> ResponseReturnValue:
    """Bring a version that stands beside the newest together with it: per question what was chosen of it."""
    visit = access.reviewed_visit(g.staff, visit_id)
    if locks.locked_since(visit.campaign_id, visit.unit_code):
        flash(_locked_words(), "error")
        return _again(visit_id, None, [])
    paths = [
        name.removeprefix("take:")
        for name, side in request.form.items()
        if name.startswith("take:") and side == "other"
    ]
    try:
        outcome = forks.merge(visit, request.form.get("fork", ""), paths, g.staff.account)
    except forks.NotAFork:
        flash(_("A newer version came in while you were reading. It is shown now; nothing was decided."), "error")
        return _again(visit_id, None, [])
    except forks.OtherQuestionnaire:
        flash(_("The two were filled in with different questionnaires: take one of them as a whole."), "error")
        return _again(visit_id, None, [])
    if outcome.status not in (200, 201, 202):
        flash(_("A newer version came in while you were reading. It is shown now; nothing was decided."), "error")
        return _again(visit_id, None, [])
    flash(_("The two are one version now. Both stay readable; the new one can be accepted."), "ok")
    return redirect(url_for(".read", visit_id=visit_id), code=303)


@bp.post("/visits/<uuid:visit_id>/head")
def choose_head(visit_id: UUID) -> ResponseReturnValue:
    """Of versions whose first one never came, the one that is to count."""
    visit = access.reviewed_visit(g.staff, visit_id)
    with writing():
        is_chosen = set_head(
            visit.id, request.form.get("content", ""), actor=Actor("staff", g.staff.account.id, g.staff.account.name)
        )
    if is_chosen:
        flash(_("Recorded."), "ok")
    else:
        flash(_("Somebody decided this visit meanwhile. The page shows how it stands now."), "error")
    return redirect(url_for(".read", visit_id=visit_id), code=303)


def _locked_words() -> str:
    return _("The unit's report is submitted, so its visits stay as they are. Ask for the report to be returned first.")


def _forked(visit: Visit) -> bool:
    """Whether another phone's version stands beside the newest, not merged yet."""
    return any(not version.on_trunk and not version.merged for version in versions_of(visit.id))


def _decide(
    decision: str, visit: Visit, content: str, by: Actor, note: str | None, comments: list[review.NewRemark]
) -> str | None:
    """Carry the decision out; the sentence for the person when it cannot be."""
    try:
        if decision == "accept":
            review.accept(visit, content, by, note=note)
        elif decision == "return":
            review.send_back(visit, content, by, comments, note=note)
        elif decision == "reopen":
            if not note:
                return _("Reopening needs a reason: write it in the words to the deputy.")
            review.reopen(visit, content, by, note)
        elif decision == "void":
            if not note:
                return _("Voiding needs a reason: write it in the words to the deputy.")
            review.void(visit, by, note)
        else:
            abort(400)
    except review.ReviewConflict:
        return _("A newer version came in while you were reading. It is shown now; nothing was decided.")
    except review.VisitLocked:
        return _locked_words()
    except review.NothingToDecide:
        return _("Somebody decided this visit meanwhile. The page shows how it stands now.")
    except ValueError:
        return _("A return needs at least one comment or a word to the deputy.")
    return None


def _again(visit_id: UUID, note: str | None, comments: list[review.NewRemark]) -> ResponseReturnValue:
    """The page once more with what the person wrote: nothing typed is lost."""
    g.read_before = request.form.get("content")
    g.kept = {"note": note, "remarks": {comment.path: comment.text for comment in comments}}
    return make_response(read(visit_id), 409)
