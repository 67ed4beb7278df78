"""分派任务: unassigned subjects left, groups right; one assignment moved, replaced or marked; a group's members. Touches planning."""

from collections import Counter
from datetime import date

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import joinedload
from werkzeug.exceptions import BadRequest

from surveys.auditing.readings import reads
from surveys.database import db, writing
from surveys.fieldwork.visits import taking_back
from surveys.fieldwork.visits.visits import add_visit
from surveys.pages.city_desk.leaves import campaign_and_leaf
from surveys.pages.city_desk.lists import level_name
from surveys.pages.city_desk.plan_acts import flash_act
from surveys.pages.shell.display import day, name_of
from surveys.pages.shell.sign_in import actor, signed_in
from surveys.pages.shell.tables import Column, page_of, read_page, table_file
from surveys.planning.assigning.assignments import Assignment, assign_many, group_loads, mark_extra, move, replace
from surveys.planning.assigning.conflicts_of_interest import conflicts_of
from surveys.planning.assigning.group_proposals import propose
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.campaigns.plan_acts import acting
from surveys.planning.campaigns.quotas import planned_visits
from surveys.planning.campaigns.subjects import ListEntry, Subject
from surveys.planning.people.deputies import Deputy
from surveys.planning.people.group_slips import codes_for
from surveys.planning.people.groups import Group, GroupPlan, groups_of, make_groups, members_of, set_members
from surveys.planning.people.slips import CODE_LIFE

bp = Blueprint("assignments", __name__)
bp.before_request(signed_in)

MOST_CONFLICTS = 8


@bp.get("/campaigns/<int:number>/assignments")
def board(number: int) -> ResponseReturnValue:
    """The subjects no group has yet, and the groups with their load."""
    campaign, unit, leaves = campaign_and_leaf(number)
    town, section = request.args.get("town", ""), request.args.get("section", "")
    entries = _unassigned(campaign, unit.code)
    open_entries = [
        entry
        for entry in entries
        if not entry.reserve and town in ("", entry.subject.town or "") and section in ("", entry.subject.section or "")
    ]
    page = page_of(request.args).of(len(open_entries))
    groups = groups_of(campaign.id, unit.code)
    loads, quota = group_loads(campaign.id, unit.code), planned_visits(campaign.id).get(unit.code, 0)
    assignments = _assignments(campaign, unit.code)
    group_id = request.args.get("group", "")
    members = members_of([group.id for group in groups])
    return render_template(
        "city_desk/assignments.html",
        campaign=campaign,
        unit=unit,
        leaves=leaves,
        rows=open_entries[page.offset : page.offset + page.size],
        page=page,
        waiting=len(open_entries),
        reserves=sum(entry.reserve for entry in entries),
        towns=sorted({entry.subject.town for entry in entries if entry.subject.town}),
        sections=sorted({entry.subject.section for entry in entries if entry.subject.section}),
        town=town,
        section=section,
        groups=groups,
        loads=loads,
        share=-(-quota // len(groups)) if groups and quota else 0,
        planned=quota,
        assigned=len(assignments),
        makeup={group.id: _makeup(members.get(group.id, [])) for group in groups},
        places=_places(assignments),
        chosen=next((group for group in groups if group.id == group_id), None),
        conflicts=conflicts_of(campaign, assignments)[:MOST_CONFLICTS],
        day=day,
    )


def _unassigned(campaign: Campaign, unit_code: str) -> list[ListEntry]:
    assigned_ids = select(Assignment.entry_id).where(
        Assignment.campaign_id == campaign.id, Assignment.unit_code == unit_code
    )
    query = (
        select(ListEntry)
        .where(
            ListEntry.campaign_id == campaign.id, ListEntry.unit_code == unit_code, ListEntry.id.not_in(assigned_ids)
        )
        .options(joinedload(ListEntry.subject))
        .order_by(ListEntry.number)
    )
    return list(db.session.scalars(query))


def _assignments(campaign: Campaign, unit_code: str) -> list[Assignment]:
    query = (
        select(Assignment)
        .where(
            Assignment.campaign_id == campaign.id, Assignment.unit_code == unit_code, Assignment.replaced_at.is_(None)
        )
        .options(joinedload(Assignment.subject), joinedload(Assignment.group))
        .order_by(Assignment.number)
    )
    return list(db.session.scalars(query))


def _makeup(members: list[Deputy]) -> str:
    """省1 市1 区3 镇2: a deputy of several levels counts at each."""
    counts = Counter(code for deputy in members for code in deputy.level_codes())
    return " ".join(
        f"{level_name(code)}{counts[code]}"
        for code in ("national", "provincial", "municipal", "district", "township")
        if counts[code]
    )


def _places(assignments: list[Assignment]) -> dict[str, str]:
    towns: dict[str, Counter[str]] = {}
    for assignment in assignments:
        if assignment.subject.town:
            towns.setdefault(assignment.group_id, Counter())[assignment.subject.town] += 1
    return {group: "、".join(town for town, _n in counter.most_common(2)) for group, counter in towns.items()}


@bp.post("/campaigns/<int:number>/assignments")
def give(number: int) -> ResponseReturnValue:
    """Give the ticked subjects to a group, or all of them by proposal."""
    campaign, unit, _leaves = campaign_and_leaf(number)
    groups = {group.id: group for group in groups_of(campaign.id, unit.code)}
    entry_by_id = {entry.id: entry for entry in _unassigned(campaign, unit.code)}
    if "propose" in request.form:
        pairs = _proposed(
            campaign, unit.code, [entry for entry in entry_by_id.values() if not entry.reserve], list(groups.values())
        )
    else:
        group = groups.get(request.form.get("group", ""))
        if group is None:
            abort(404)
        pairs = [(entry_by_id[entry], group) for entry in request.form.getlist("entry") if entry in entry_by_id]
        number_gone = len(request.form.getlist("entry")) - len(pairs)
        if number_gone:
            flash(_("%(n)s of them had been assigned meanwhile and were left as they are.", n=number_gone), "wait")
    if not pairs:
        flash(
            _("Tick at least one subject first.")
            if groups
            else _("There is no group yet: make one, or import the groups."),
            "err",
        )
    else:
        facts = {"actor": actor(), "campaign": campaign, "number": len(pairs)}
        with writing(), acting("assignments.made", unit.code, **facts) as now:
            for assignment in assign_many(campaign, unit.code, pairs, actor=actor()):
                add_visit(assignment)
        flash_act(_("%(n)s subjects assigned.", n=len(pairs)), now.act)
    return redirect(url_for(".board", number=number, unit=unit.code, group=request.form.get("group") or None), code=303)


def _proposed(
    campaign: Campaign, unit_code: str, entries: list[ListEntry], groups: list[Group]
) -> list[tuple[ListEntry, Group]]:
    towns: dict[str, set[str]] = {}
    for assignment in _assignments(campaign, unit_code):
        towns.setdefault(assignment.group_id, set()).add(assignment.subject.town or "")
    return propose(entries, groups, group_loads(campaign.id, unit_code), towns)


@bp.get("/campaigns/<int:number>/assignments/all")
def table(number: int) -> ResponseReturnValue:
    """Every assignment of the leaf, the replaced ones too."""
    campaign, unit, leaves = campaign_and_leaf(number)
    group, words = request.args.get("group", ""), request.args.get("q", "").strip()[:60]
    query = (
        select(Assignment)
        .join(Subject, Subject.id == Assignment.subject_id)
        .where(Assignment.campaign_id == campaign.id, Assignment.unit_code == unit.code)
        .options(joinedload(Assignment.subject), joinedload(Assignment.group))
        .order_by(Assignment.number)
    )
    query = query.where(Assignment.group_id == group) if group else query
    query = query.where(Subject.name.contains(words, autoescape=True)) if words else query
    if kind := request.args.get("export"):
        return table_file(kind, _("Assignments of %(unit)s", unit=unit.name), _columns(), db.session.scalars(query))
    rows, page = read_page(query, request.args)
    return render_template(
        "city_desk/assignment_table.html",
        campaign=campaign,
        unit=unit,
        leaves=leaves,
        rows=[row[0] for row in rows],
        page=page,
        groups=groups_of(campaign.id, unit.code),
        group=group,
        words=words,
    )


@bp.route("/campaigns/<int:number>/assignments/take-back", methods=["GET", "POST"])
def take_back(number: int) -> ResponseReturnValue:
    """撤回分派: what can be taken back of the ticked assignments, or of a group's, before; how many were, after. Raises Refusal."""
    campaign, unit, leaves = campaign_and_leaf(number)
    query = (
        select(Assignment)
        .where(Assignment.campaign_id == campaign.id, Assignment.unit_code == unit.code)
        .options(joinedload(Assignment.subject), joinedload(Assignment.group))
        .order_by(Assignment.number)
    )
    chosen, group_id = request.values.getlist("assignment"), request.values.get("group", "")
    if chosen:
        query = query.where(Assignment.id.in_(chosen[:5000]))
    elif group_id:
        query = query.where(Assignment.group_id == group_id, Assignment.replaced_at.is_(None))
    else:
        flash(_("Tick at least one assignment first."), "err")
        return redirect(url_for(".table", number=number, unit=unit.code), code=303)
    rows = list(db.session.scalars(query))
    if request.method == "POST":
        act = taking_back.take_back(campaign, unit.code, rows, actor=actor())
        if act is None:
            flash(_("None could be taken back: something was begun on each of them."), "err")
        else:
            flash_act(_("%(n)s assignments taken back; their subjects are free again.", n=act.number), act)
        return redirect(url_for(".table", number=number, unit=unit.code), code=303)
    return render_template(
        "city_desk/assignment_take_back.html",
        campaign=campaign,
        unit=unit,
        leaves=leaves,
        takeable=taking_back.look_at(rows),
        chosen=chosen,
        group_id=group_id,
    )


def _columns() -> list[Column]:
    return [
        Column(_("Number"), lambda row: row.reference()),
        Column(_("Subject"), lambda row: row.subject.name),
        Column(_("Credit code"), lambda row: row.subject.uscc),
        Column(_("Town or street"), lambda row: row.subject.town),
        Column(
            _("Size"), lambda row: name_of(row.subject.size_class, "size_classes") if row.subject.size_class else None
        ),
        Column(_("Group"), lambda row: row.group.name),
        Column(_("Due"), lambda row: row.due_on),
        Column(_("Appointed"), lambda row: row.appointed_on),
        Column(_("Beyond quota"), lambda row: _("yes") if row.extra else None),
        Column(_("Replaced because"), lambda row: row.replaced_reason),
    ]


@bp.route("/campaigns/<int:number>/assignments/<int:place>", methods=["GET", "POST"])
def change(number: int, place: int) -> ResponseReturnValue:
    """One assignment: another group, another subject with a reason, appointment, beyond quota. Raises Refusal."""
    campaign, unit, leaves = campaign_and_leaf(number)
    assignment = db.session.scalar(
        select(Assignment).where(
            Assignment.campaign_id == campaign.id, Assignment.unit_code == unit.code, Assignment.number == place
        )
    )
    if assignment is None:
        abort(404)
    groups = groups_of(campaign.id, unit.code)
    reserves = _unassigned(campaign, unit.code)
    if request.method == "POST":
        words = _changed(assignment, {group.id: group for group in groups}, {entry.id: entry for entry in reserves})
        flash(words, "ok")
        return redirect(url_for(".change", number=number, place=place, unit=unit.code), code=303)
    return render_template(
        "city_desk/assignment_change.html",
        campaign=campaign,
        unit=unit,
        leaves=leaves,
        row=assignment,
        groups=groups,
        reserves=reserves,
    )


def _changed(assignment: Assignment, groups: dict[str, Group], reserves: dict[str, ListEntry]) -> str:
    form = request.form
    if form.get("act") == "move":
        move(
            assignment,
            groups.get(form.get("group", "")) or abort(404),
            reason=form.get("reason", "").strip()[:200] or None,
            actor=actor(),
        )
        return _("Given to another group. What the earlier group handed in is kept.")
    if form.get("act") == "replace":
        with writing():
            successor = replace(
                assignment,
                reserves.get(form.get("entry", "")) or abort(404),
                reason=form.get("reason", "")[:200],
                actor=actor(),
            )
            add_visit(successor)
        return _(
            "Replaced by %(reference)s. The earlier assignment is kept with its reason.",
            reference=successor.reference(),
        )
    if form.get("act") == "extra":
        mark_extra(assignment, form.get("extra") == "yes", actor=actor())
        return _("Saved.")
    if form.get("act") == "appoint":
        try:
            appointed_on = date.fromisoformat(form["day"]) if form.get("day") else None
        except ValueError:
            abort(400)
        with writing() as session:
            assignment.appointed_on = appointed_on
            session.flush()
        return _("Saved.")
    raise BadRequest


@bp.route("/campaigns/<int:number>/groups/new", methods=["GET", "POST"])
@bp.route("/campaigns/<int:number>/groups/<int:place>", methods=["GET", "POST"])
def group(number: int, place: int | None = None) -> ResponseReturnValue:
    """编组: a group's name, members, leader and liaison."""
    campaign, unit, leaves = campaign_and_leaf(number)
    groups = groups_of(campaign.id, unit.code)
    current_group = next((group for group in groups if group.number == place), None)
    if place is not None and current_group is None:
        abort(404)
    if request.method == "POST":
        saved_group = _save_group(campaign, unit.code, current_group)
        flash(_("Saved."), "ok")
        return redirect(url_for(".group", number=number, place=saved_group.number, unit=unit.code), code=303)
    if unit.code in g.staff.desk_units:
        reads("groups", ("unit", unit.code), "L3", campaign_id=campaign.id, unit_code=unit.code)
    roster = list(
        db.session.scalars(select(Deputy).where(Deputy.unit_code == unit.code).order_by(Deputy.number, Deputy.name))
    )
    members = members_of([group.id for group in groups])
    return render_template(
        "city_desk/group.html",
        campaign=campaign,
        unit=unit,
        leaves=leaves,
        found=current_group,
        own={deputy.id for deputy in members.get(current_group.id, [])} if current_group else set(),
        desk=unit.code in g.staff.desk_units,
        guests=[deputy for deputy in members.get(current_group.id, []) if deputy.unit_code != unit.code]
        if current_group
        else [],
        others={
            deputy.id: group.name
            for group in groups
            if group is not current_group
            for deputy in members.get(group.id, [])
        },
        roster=roster,
    )


def _save_group(campaign: Campaign, unit_code: str, group: Group | None) -> Group:
    form = request.form
    members = form.getlist("member")
    leader = form.get("leader") if form.get("leader") in members else None
    name = form.get("name", "").strip()[:60]
    liaison, phone = form.get("liaison", "").strip()[:60] or None, form.get("liaison_phone", "").strip()[:40] or None
    if group is None:
        return make_groups(
            campaign, unit_code, [GroupPlan(members, name, leader, None, liaison, phone)], actor=actor()
        )[0]
    with writing() as session:
        set_members(group, members, leader, actor=actor())
        group.name, group.liaison_name = name or group.name, liaison
        group.liaison_phone = phone if "liaison_phone" in form else group.liaison_phone
        session.flush()
        return group


@bp.post("/campaigns/<int:number>/groups/<int:place>/code")
def code(number: int, place: int) -> ResponseReturnValue:
    """A code for one member, shown once and valid for ten minutes: to be said on the phone."""
    campaign, unit, leaves = campaign_and_leaf(number)
    current_group = next((group for group in groups_of(campaign.id, unit.code) if group.number == place), None)
    members = members_of([current_group.id]).get(current_group.id, []) if current_group else []
    deputy = next((deputy for deputy in members if deputy.id == request.form.get("deputy")), None)
    if current_group is None or deputy is None:
        abort(404)
    if unit.code not in g.staff.desk_units:  # who holds a code is that deputy: an organizer must not
        abort(403)
    (code_words,) = codes_for(campaign, current_group, [deputy.id], printed=False, actor=actor())
    return render_template(
        "city_desk/group_code.html",
        campaign=campaign,
        unit=unit,
        leaves=leaves,
        found=current_group,
        deputy=deputy,
        code=code_words,
        minutes=int(CODE_LIFE.total_seconds() // 60),
    )
