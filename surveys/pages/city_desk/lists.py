"""名单: a leaf's subjects, its roster of deputies, its groups — paged, searched, exported. Touches planning."""

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import joinedload

from surveys.audit import record
from surveys.auditing.readings import reads
from surveys.database import db, writing
from surveys.pages.city_desk.leaves import campaign_and_leaf
from surveys.pages.city_desk.plan_acts import flash_act
from surveys.pages.shell.display import name_of
from surveys.pages.shell.sign_in import actor, signed_in
from surveys.pages.shell.tables import Column, page_of, read_page, table_file
from surveys.planning.assigning.assignments import Assignment
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.campaigns.plan_acts import acting
from surveys.planning.campaigns.subjects import ListEntry, Subject
from surveys.planning.people.deputies import Deputy
from surveys.planning.people.groups import groups_of, members_of

bp = Blueprint("lists", __name__)
bp.before_request(signed_in)


def _matching(query: Select, words: str, *columns) -> Select:
    for word in words.split()[:6]:
        pattern = "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        query = query.where(or_(*(column.ilike(pattern, escape="\\") for column in columns)))
    return query


@bp.get("/campaigns/<int:number>/lists")
def entries(number: int) -> ResponseReturnValue:
    """The leaf's list of subjects, main places before reserves."""
    campaign, unit, leaves = campaign_and_leaf(number)
    words, part = request.args.get("q", "").strip()[:100], request.args.get("part", "")
    query = (
        select(ListEntry)
        .join(Subject, Subject.id == ListEntry.subject_id)
        .where(ListEntry.campaign_id == campaign.id, ListEntry.unit_code == unit.code)
        .options(joinedload(ListEntry.subject))
        .order_by(ListEntry.reserve, ListEntry.number)
    )
    if part in ("main", "reserve"):
        query = query.where(ListEntry.reserve == (part == "reserve"))
    query = _matching(query, words, Subject.name, Subject.uscc, Subject.town, Subject.short_name)
    if kind := request.args.get("export"):
        return table_file(
            kind,
            _("List of %(unit)s", unit=unit.name),
            _entry_columns(unit.code in g.staff.desk_units),
            db.session.scalars(query),
        )
    results, page = read_page(query, request.args)
    rows = [row[0] for row in results]
    return render_template(
        "city_desk/list_entries.html",
        campaign=campaign,
        unit=unit,
        leaves=leaves,
        rows=rows,
        page=page,
        words=words,
        part=part,
        counts=_counts(campaign, unit.code),
        assigned=_reference_by_entry([row.id for row in rows]),
    )


def _counts(campaign: Campaign, unit_code: str) -> dict[str, int]:
    query = (
        select(ListEntry.reserve, func.count())
        .where(ListEntry.campaign_id == campaign.id, ListEntry.unit_code == unit_code)
        .group_by(ListEntry.reserve)
    )
    numbers = {bool(reserve): number for reserve, number in db.session.execute(query)}
    return {"main": numbers.get(False, 0), "reserve": numbers.get(True, 0)}


def _reference_by_entry(entry_ids: list[str]) -> dict[str, str]:
    query = select(Assignment).where(Assignment.entry_id.in_(entry_ids), Assignment.replaced_at.is_(None))
    return {assignment.entry_id: assignment.reference() for assignment in db.session.scalars(query)}


def _entry_columns(own: bool) -> list[Column]:
    """`own`: the contact is personal, and the own desk's matter."""

    def of(key: str):
        return lambda entry: getattr(entry.subject, key)

    def name_column(key: str, table: str):
        return lambda entry: name_of(getattr(entry.subject, key), table) if getattr(entry.subject, key) else None

    return [
        Column(_("Number"), lambda entry: f"{entry.number:04d}"),
        Column(_("Credit code"), of("uscc")),
        Column(_("Subject"), of("name")),
        Column(_("District"), lambda entry: g.staff.tree[entry.subject.area_code].name if entry.subject.area_code in g.staff.tree else entry.subject.area_code),
        Column(_("Town or street"), of("town")),
        Column(_("Address"), of("address")),
        Column(_("Section"), name_column("section", "gbt4754_sections")),
        Column(_("Division"), name_column("division", "gbt4754_divisions")),
        Column(_("Size"), name_column("size_class", "size_classes")),
        Column(_("Control"), name_column("control", "control_types")),
        Column(_("Staff"), of("staff")),
        Column(_("Revenue (10,000 yuan)"), of("revenue")),
        Column(_("Marks"), lambda entry: "、".join(name_of(flag, "enterprise_tags") for flag in entry.subject.flags or [])),
        *([Column(_("Contact"), of("contact")), Column(_("Contact phone"), of("contact_phone"))] if own else ()),
        Column(_("Main or reserve"), lambda entry: _("reserve") if entry.reserve else _("main")),
        Column(_("Overlap reason"), lambda entry: entry.overlap_reason),
    ]  # fmt: skip


@bp.post("/campaigns/<int:number>/lists/remove")
def remove(number: int) -> ResponseReturnValue:
    """Take a subject off the list; one that is assigned stays (replace it instead). The register keeps it."""
    campaign, unit, _leaves = campaign_and_leaf(number)
    with writing() as session:
        entry = session.get(ListEntry, request.form.get("entry", ""))
        if entry is None or (entry.campaign_id, entry.unit_code) != (campaign.id, unit.code):
            abort(404)
        name = entry.subject.name
        if session.scalar(select(func.count()).select_from(Assignment).where(Assignment.entry_id == entry.id)):
            flash(
                _(
                    "“%(name)s” has an assignment and stays on the list. To visit another one instead, replace it.",
                    name=name,
                ),
                "err",
            )
        else:
            facts = {"actor": actor(), "campaign": campaign, "number": 1, "detail": {"name": name}}
            with acting("list.removed", unit.code, **facts) as now:
                session.delete(entry)
            record(
                actor(),
                "list.removed",
                target=("subject", entry.subject_id),
                campaign_id=campaign.id,
                unit_code=unit.code,
            )
            flash_act(_("“%(name)s” is off the list; the register keeps it.", name=name), now.act)
    return redirect(url_for(".entries", number=number, unit=unit.code), code=303)


@bp.get("/campaigns/<int:number>/deputies")
def deputies(number: int) -> ResponseReturnValue:
    """The leaf's roster. Phones are the own desk's matter: an organizer of another level sees them masked."""
    campaign, unit, leaves = campaign_and_leaf(number)
    words = request.args.get("q", "").strip()[:100]
    query = select(Deputy).where(Deputy.unit_code == unit.code).order_by(Deputy.number, Deputy.name, Deputy.id)
    query = _matching(query, words, Deputy.name, Deputy.number, Deputy.employer)
    own = unit.code in g.staff.desk_units
    if kind := request.args.get("export"):
        return table_file(
            kind, _("Deputies of %(unit)s", unit=unit.name), _deputy_columns(own), db.session.scalars(query)
        )
    if own:
        reads("deputies", ("unit", unit.code), "L3", campaign_id=campaign.id, unit_code=unit.code)
    results, page = read_page(query, request.args)
    return render_template(
        "city_desk/list_deputies.html",
        campaign=campaign,
        unit=unit,
        leaves=leaves,
        rows=[row[0] for row in results],
        page=page,
        words=words,
        own=own,
    )


def masked(phone: str | None, own: bool) -> str:
    """138****1234 for who is not of the own desk."""
    if not phone or own:
        return phone or ""
    return phone[:3] + "****" + phone[-4:] if len(phone) > 7 else "****"


def _deputy_columns(own: bool) -> list[Column]:
    return [
        Column(_("Number"), lambda deputy: deputy.number),
        Column(_("Name"), lambda deputy: deputy.name),
        Column(_("Levels"), lambda deputy: "、".join(level_name(code) for code in deputy.level_codes())),
        Column(_("Employer"), lambda deputy: deputy.employer),
        Column(_("Phone"), lambda deputy: masked(deputy.phone, own)),
    ]


def level_name(code: str) -> str:
    """全国, 省, 市, 区, 镇 · National …"""
    from surveys.planning.words.reference_lists import rows

    row = next(row for row in rows("deputy_levels") if row["code"] == code)
    return row["name_en"] if g.language == "en" else row["short_name"]


@bp.get("/campaigns/<int:number>/groups")
def groups(number: int) -> ResponseReturnValue:
    """The leaf's groups with leader, liaison, members."""
    campaign, unit, leaves = campaign_and_leaf(number)
    all_groups = groups_of(campaign.id, unit.code)
    own = unit.code in g.staff.desk_units
    if kind := request.args.get("export"):
        members = members_of([group.id for group in all_groups])
        rows = [(group, deputy) for group in all_groups for deputy in members.get(group.id, [])]
        return table_file(kind, _("Groups of %(unit)s", unit=unit.name), _group_columns(own), rows)
    if own:
        reads("groups", ("unit", unit.code), "L3", campaign_id=campaign.id, unit_code=unit.code)
    page = page_of(request.args).of(len(all_groups))
    groups_on_page = all_groups[page.offset : page.offset + page.size]
    return render_template(
        "city_desk/list_groups.html",
        campaign=campaign,
        unit=unit,
        leaves=leaves,
        rows=groups_on_page,
        members=members_of([group.id for group in groups_on_page]),
        page=page,
        own=own,
    )


def _group_columns(own: bool) -> list[Column]:
    return [
        Column(_("Group number"), lambda row: row[0].number),
        Column(_("Group"), lambda row: row[0].name),
        Column(_("Deputy number"), lambda row: row[1].number),
        Column(_("Name"), lambda row: row[1].name),
        Column(_("Duty"), lambda row: _("leader") if row[0].leader_id == row[1].id else _("member")),
        Column(_("Liaison"), lambda row: row[0].liaison_name),
        Column(_("Liaison phone"), lambda row: masked(row[0].liaison_phone, own)),
    ]
