"""名册: what can be visited, of every kind: list, one subject, changes with history, doubles put together. Touches access and planning."""

import hashlib
import json
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import Select, Text, func, or_, select, type_coerce

from surveys import access
from surveys.auditing.readings import reads
from surveys.database import db, utc_now
from surveys.fieldwork.visits.visits import Visit
from surveys.forms.subject_form import SubjectForm, read_form, typed_of
from surveys.pages.city_desk.lists import masked
from surveys.pages.city_desk.plan_acts import act_words, flash_act
from surveys.pages.shell.display import name_of
from surveys.pages.shell.sign_in import actor, signed_in
from surveys.pages.shell.tables import Column, read_page, table_file
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.campaigns.plan_acts import PlanAct, PlanActRow
from surveys.planning.campaigns.registers import Register, register_of, registers
from surveys.planning.campaigns.subject_changes import (
    above,
    alike,
    facts_of,
    merge_subjects,
    people_of,
    remove_subject,
    save_subject,
)
from surveys.planning.campaigns.subjects import Subject, SubjectPerson
from surveys.planning.imports.subject_imports import area_names
from surveys.planning.words import reference_lists
from surveys.planning.words.planning_faults import Refusal
from surveys.planning.words.reception_days import coming_days, days_in_words

bp = Blueprint("registers", __name__)
bp.before_request(signed_in)

COMING = 60  # days ahead whose receptions are told


def _register(key: str) -> Register:
    return register_of(key) or abort(404)


@bp.get("/registers")
def index() -> ResponseReturnValue:
    """The first register that has something in it for this person."""
    counts = _counts()
    keys = [register.key for register in _open_registers()]
    key = next((key for key in keys if counts.get(key)), keys[0])
    return redirect(url_for(".show", key=key), code=303)


def _open_registers() -> list[Register]:
    return [register for register in registers() if access.reads_register(g.staff, register.key)] or abort(403)


def _counts() -> dict[str, int]:
    query = access.subjects(g.staff).with_only_columns(Subject.kind, func.count()).group_by(Subject.kind)
    return {kind: number for kind, number in db.session.execute(query)}  # noqa: C416 - rows, not pairs


@bp.get("/registers/<key>")
def show(key: str) -> ResponseReturnValue:
    """One register: found by name, pinyin or code, narrowed by tag, type and unit."""
    query = access.subjects(g.staff)
    register = _register(key)
    if not access.reads_register(g.staff, key):
        abort(403)
    by = {name: request.args.get(name, "").strip()[:100] for name in ("q", "tag", "type", "unit")}
    query = _narrowed(query.where(Subject.kind == key), by).order_by(
        Subject.area_code, Subject.town, Subject.name, Subject.id
    )
    if kind := request.args.get("export"):
        return table_file(kind, register.name(g.language), _columns(register), db.session.scalars(query))
    results, page = read_page(query, request.args)
    rows = [row[0] for row in results]
    return render_template(
        "city_desk/register.html",
        register=register,
        registers=_open_registers(),
        counts=_counts(),
        rows=rows,
        page=page,
        by=by,
        tags=register.tags(),
        types=register.types(),
        units=_districts(),
        parents=_names([row.parent_id for row in rows if row.parent_id]),
        keeps=bool(g.staff.units_with(access.REGISTER_KEEPERS)),
    )


def _districts() -> list[Any]:
    """The units by which a register is narrowed: those between the whole and the towns."""
    codes = g.staff.units_with(access.REGISTER_READERS)
    return [g.staff.tree[code] for code in codes if g.staff.tree[code].parent_code is not None or len(codes) == 1]


def _narrowed(query: Select[Any], by: dict[str, str]) -> Select[Any]:
    for word in by["q"].split()[:6]:
        sought = [Subject.name, Subject.short_name, Subject.town, Subject.address]
        conditions = [column.contains(word, autoescape=True) for column in sought]
        if word.isascii() and word.isalnum():
            conditions += [
                Subject.spelled.contains(word.lower(), autoescape=True),
                Subject.uscc.startswith(word.upper(), autoescape=True),
            ]
        query = query.where(or_(*conditions))
    if by["tag"]:
        query = query.where(
            type_coerce(Subject.flags, Text).contains(json.dumps(by["tag"], ensure_ascii=False), autoescape=True)
        )
    if by["type"]:
        query = query.where(Subject.type_code == by["type"])
    if by["unit"] in g.staff.tree:
        codes = [unit.code for unit in g.staff.tree.below(by["unit"])]
        query = query.where(or_(Subject.unit_code.in_(codes), Subject.area_code.in_(codes)))
    return query


def _names(ids: list[str]) -> dict[str, str]:
    query = select(Subject.id, Subject.name).where(Subject.id.in_(ids))
    return {key: name for key, name in db.session.execute(query)} if ids else {}  # noqa: C416


def _unit_name(code: str | None) -> str:
    return g.staff.tree[code].label(g.language) if code in g.staff.tree else code or ""


def _columns(register: Register) -> list[Column]:
    tags = {code.code: code.label(g.language) for code in register.tags()}
    types = {code.code: code.label(g.language) for code in register.types()}
    parents = _names(
        [
            key
            for key in db.session.scalars(select(Subject.parent_id).where(Subject.kind == register.key).distinct())
            if key
        ]
    )
    firms = [
        Column(_("Credit code"), lambda row: row.uscc),
        Column(_("Size"), lambda row: name_of(row.size_class, "size_classes") if row.size_class else None),
    ]
    places = [
        Column(_("Type"), lambda row: types.get(row.type_code, row.type_code)),
        Column(_("Hangs on"), lambda row: parents.get(row.parent_id)),
        Column(_("Days of reception"), lambda row: days_in_words(row.days, g.language)),
        *(
            Column(attribute.name(g.language), lambda row, key=attribute.key: (row.attributes or {}).get(key))
            for attribute in register.attributes
        ),
    ]
    return [
        Column(_("Name of the entry"), lambda row: row.name),
        Column(_("District"), lambda row: _unit_name(row.area_code)),
        Column(_("Kept by"), lambda row: _unit_name(row.unit_code or row.area_code)),
        Column(_("Town or street"), lambda row: row.town),
        Column(_("Address"), lambda row: row.address),
        *(firms if register.is_of_firms else places),
        Column(_("Tags"), lambda row: "、".join(str(tags.get(flag, flag)) for flag in row.flags or [])),
    ]


# --- one subject ---------------------------------------------------------------------------------------------------


@bp.get("/subjects/<uuid:subject_id>")
def subject(subject_id: UUID) -> ResponseReturnValue:
    """One subject: what is known of it, its people, what hangs on it, its days, where it was visited, what was changed."""
    row = access.subject(g.staff, subject_id)
    register = _register(row.kind)
    people = people_of([row.id]).get(row.id, [])
    contacts = access.reads_contacts(g.staff, row)
    if contacts and (people or row.contact):
        reads("subject", ("subject", row.id), "L3", campaign_id=None, unit_code=row.unit_code or row.area_code)
    today = utc_now().date()
    return render_template(
        "city_desk/subject.html",
        register=register,
        row=row,
        line=list(reversed(above(row))),
        below=list(
            db.session.scalars(
                access.subjects(g.staff).where(Subject.parent_id == row.id).order_by(Subject.name).limit(200)
            )
        ),
        people=people,
        contacts=contacts,
        masked=masked,
        tags={code.code: code.label(g.language) for code in register.tags()},
        types={code.code: code.label(g.language) for code in register.types()},
        days=days_in_words(row.days, g.language),
        coming=coming_days(row.days, today, today.fromordinal(today.toordinal() + COMING))[:6],
        visits=_visits(row),
        history=_history(row),
        act_words=act_words,
        keeps=access.keeps(g.staff, row),
        unit_name=_unit_name,
        fields=field_names(register),
        said=_said,
    )


def _visits(row: Subject) -> list[tuple[Visit, Campaign]]:
    """The visits of this subject, and of those that were merged into it, at desks whose progress this person sees."""
    ids = [row.id, *db.session.scalars(select(Subject.id).where(Subject.merged_into == row.id))]
    query = (
        select(Visit, Campaign)
        .join(Campaign, Campaign.id == Visit.campaign_id)
        .where(Visit.subject_id.in_(ids), Visit.unit_code.in_(g.staff.watched_units))
        .order_by(Campaign.starts_on.desc(), Visit.id)
        .limit(50)
    )
    return [(visit, campaign) for visit, campaign in db.session.execute(query)]


def _history(row: Subject) -> list[tuple[PlanAct, list[PlanActRow]]]:
    """What was done to it, newest first, with the rows that tell of it."""
    query = (
        select(PlanActRow, PlanAct)
        .join(PlanAct, PlanAct.id == PlanActRow.act_id)
        .where(PlanActRow.subject_id == row.id)
        .order_by(PlanAct.done_at.desc(), PlanActRow.place)
        .limit(200)
    )
    acts: dict[str, tuple[PlanAct, list[PlanActRow]]] = {}
    for act_row, act in db.session.execute(query):
        acts.setdefault(act.id, (act, []))[1].append(act_row)
    return list(acts.values())


def field_names(register: Register) -> dict[str, str]:
    """The fields of a subject in the language of the page."""
    return {
        "name": _("Name of the entry"),
        "short_name": _("Short name"),
        "uscc": _("Credit code"),
        "unit_code": _("Kept by"),
        "area_code": _("District"),
        "town": _("Town or street"),
        "address": _("Address"),
        "section": _("Industry section"),
        "division": _("Industry division"),
        "size_class": _("Size"),
        "control": _("Control"),
        "staff": _("Staff"),
        "revenue": _("Revenue (10,000 yuan)"),
        "founded": _("Year founded"),
        "contact": _("Contact"),
        "contact_phone": _("Contact phone"),
        "parent_id": _("Hangs on"),
        "type_code": _("Type"),
        "flags": _("Tags"),
        "days": _("Days of reception"),
        "attributes": _("Other facts"),
        "role": _("Part"),
        "phone": _("Phone"),
        "removed_at": _("Taken out"),
    }


def _said(name: str, value: Any, register: Register) -> str:
    """A value of a field in words."""
    if value in (None, "", [], {}):
        return "—"
    if name in ("unit_code", "area_code"):
        return _unit_name(value)
    if name == "flags":
        tags = {code.code: code.label(g.language) for code in register.tags()}
        return "、".join(str(tags.get(flag, flag)) for flag in value)
    if name == "type_code":
        return next((code.label(g.language) for code in register.types() if code.code == value), value)
    if name == "days":
        return days_in_words(value, g.language)
    if name == "parent_id":
        return _names([value]).get(value, "—")
    if name == "attributes":
        labels = {attribute.key: attribute.name(g.language) for attribute in register.attributes}
        return "；".join(f"{labels.get(key, key)} {text}" for key, text in value.items())
    return str(value)


# --- changing ------------------------------------------------------------------------------------------------------


@bp.route("/registers/<key>/new", methods=["GET", "POST"])
def add(key: str) -> ResponseReturnValue:
    """A subject typed by hand."""
    units = access.kept_units(g.staff)
    register = _register(key)
    if request.method == "GET":
        return _form_page(register, None, SubjectForm({"unit_code": units[0]}, [], []))
    form = _read(register, contacts=True)
    unit_code = form.values["unit_code"] or units[0]
    if not form.faults:
        try:
            row, act = save_subject(None, key, form.values, form.persons, unit_code=unit_code, actor=actor())
        except Refusal as refusal:
            form.faults["form"] = refusal
        else:
            flash_act(_("“%(name)s” is in the register.", name=row.name), act)
            return redirect(url_for(".subject", subject_id=row.id), code=303)
    return _form_page(register, None, form)


@bp.route("/subjects/<uuid:subject_id>/edit", methods=["GET", "POST"])
def edit(subject_id: UUID) -> ResponseReturnValue:
    """Change a subject; where another person did meanwhile, what differs is shown first and nothing is lost."""
    row = access.kept_subject(g.staff, subject_id)
    register, contacts = _register(row.kind), access.reads_contacts(g.staff, row)
    people = people_of([row.id]).get(row.id, [])
    if contacts:
        reads("subject", ("subject", row.id), "L3", campaign_id=None, unit_code=row.unit_code or row.area_code)
    current_form = typed_of(row, people, next(iter(above(row)), None), g.language)
    if request.method == "GET":
        return _form_page(register, row, current_form)
    form = _read(register, contacts=contacts)
    stamp = _stamp(row, people)
    if not form.faults and request.form.get("stamp") != stamp:
        return _form_page(register, row, form, theirs=_differing(form, current_form, register))
    if not form.faults:
        unit_code = row.unit_code or row.area_code or access.kept_units(g.staff)[0]
        try:
            _row, act = save_subject(row, row.kind, form.values, form.persons, unit_code=unit_code, actor=actor())
        except Refusal as refusal:
            form.faults["form"] = refusal
            db.session.expire_all()
        else:
            flash_act(_("Saved.") if act else _("Nothing was changed."), act)
            return redirect(url_for(".subject", subject_id=row.id), code=303)
    return _form_page(register, row, form)


def _read(register: Register, *, contacts: bool) -> SubjectForm:
    units = access.kept_units(g.staff)
    return read_form(request.form, register, units=units, areas=list(_areas()), contacts=contacts)


def _areas() -> dict[str, str]:
    """Code → name of the districts in which something may lie."""
    codes = dict.fromkeys(area_names(g.staff.tree).values())
    return {code: g.staff.tree[code].label(g.language) for code in codes}


def _stamp(row: Subject | None, people: list[SubjectPerson]) -> str:
    if row is None:
        return ""
    parts = [facts_of(row), [(person.role, person.name, person.phone) for person in people]]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False, sort_keys=True, default=str).encode()).hexdigest()[:16]


def _differing(form: SubjectForm, current_form: SubjectForm, register: Register) -> list[tuple[str, str, str]]:
    """What stands now and what was typed, where the two differ."""
    names = field_names(register) | {"parent": _("Hangs on")}
    names |= {f"at.{attribute.key}": attribute.name(g.language) for attribute in register.attributes}
    rows = [
        (name, current_form.typed.get(key, ""), form.typed.get(key, ""))
        for key, name in names.items()
        if key in form.typed and current_form.typed.get(key, "") != form.typed[key]
    ]
    if sorted(current_form.tags) != sorted(form.tags):
        rows.append((names["flags"], _said("flags", current_form.tags, register), _said("flags", form.tags, register)))
    if form.persons is not None and current_form.people != form.people:
        in_words = ["、".join(f"{role} {name}" for role, name, _phone in one.people) for one in (current_form, form)]
        rows.append((_("People"), in_words[0], in_words[1]))
    return rows


def _form_page(
    register: Register,
    row: Subject | None,
    form: SubjectForm,
    theirs: list[tuple[str, str, str]] | None = None,
) -> ResponseReturnValue:
    page = render_template(
        "city_desk/subject_form.html",
        register=register,
        row=row,
        form=form,
        theirs=theirs,
        stamp=_stamp(row, people_of([row.id]).get(row.id, []) if row else []),
        units=[g.staff.tree[code] for code in access.kept_units(g.staff)],
        areas=_areas(),
        contacts=row is None or access.reads_contacts(g.staff, row),
        tags=register.tags(),
        types=register.types(),
        fields=field_names(register),
        lists={
            name: [
                (one["code"], (one.get("name_en") if g.language == "en" else "") or one["name"])
                for one in reference_lists.rows(table)
            ]
            for name, table in (
                ("section", "gbt4754_sections"),
                ("division", "gbt4754_divisions"),
                ("size_class", "size_classes"),
                ("control", "control_types"),
            )
        }
        if register.is_of_firms
        else {},
    )
    return page, 409 if theirs is not None else 422 if form.faults else 200


@bp.post("/subjects/<uuid:subject_id>/remove")
def remove(subject_id: UUID) -> ResponseReturnValue:
    """Take a subject out of the register. Raises Refusal."""
    row = access.kept_subject(g.staff, subject_id)
    unit_code = row.unit_code or row.area_code or access.kept_units(g.staff)[0]
    name, key = row.name, row.kind
    act = remove_subject(row, unit_code=unit_code, actor=actor())
    flash_act(_("“%(name)s” is out of the register; lists and visits that name it keep it.", name=name), act)
    return redirect(url_for(".show", key=key), code=303)


@bp.route("/subjects/<uuid:subject_id>/merge", methods=["GET", "POST"])
def merge(subject_id: UUID) -> ResponseReturnValue:
    """Put a double together with this subject: those alike, what both say side by side, then one press."""
    row = access.kept_subject(g.staff, subject_id)
    register = _register(row.kind)
    other = access.kept_subject(g.staff, _other()) if _other() else None
    if request.method == "POST" and other is not None:
        unit_code = row.unit_code or row.area_code or access.kept_units(g.staff)[0]
        name = other.name
        act = merge_subjects(row, other, unit_code=unit_code, actor=actor())
        flash_act(_("“%(name)s” is one with this entry now.", name=name), act)
        return redirect(url_for(".subject", subject_id=row.id), code=303)
    words = request.args.get("q", "").strip()[:100]
    within = access.subjects(g.staff)
    if words:
        query = _narrowed(
            within.where(Subject.kind == row.kind, Subject.id != row.id),
            {"q": words, "tag": "", "type": "", "unit": ""},
        )
        candidates = list(db.session.scalars(query.order_by(Subject.name).limit(20)))
    else:
        candidates = alike(row, within)
    names = field_names(register)
    sides = []
    if other is not None:
        mine, yours = facts_of(row), facts_of(other)
        hidden = () if access.reads_contacts(g.staff, row) else ("contact", "contact_phone")
        sides = [
            (names[name], _said(name, mine[name], register), _said(name, yours[name], register))
            for name in names
            if name in mine and name not in hidden and (mine[name] or yours[name])
        ]
    return render_template(
        "city_desk/subject_merge.html",
        register=register,
        row=row,
        other=other,
        sides=sides,
        candidates=candidates,
        words=words,
        unit_name=_unit_name,
    )


def _other() -> str:
    try:
        return str(UUID(request.values.get("other", "")))
    except ValueError:
        return ""
