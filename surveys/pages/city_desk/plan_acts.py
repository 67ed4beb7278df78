"""做过的事: what was lately done to the plans a person keeps, each looked at before it is undone, counted after. Touches access and acts."""

from collections import Counter
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy.orm import joinedload

from surveys import access
from surveys.database import db
from surveys.pages.shell.sign_in import actor, signed_in
from surveys.pages.shell.tables import read_page
from surveys.planning.campaigns import plan_acts
from surveys.planning.campaigns.plan_acts import PlanAct, Step, Undoing
from surveys.planning.campaigns.subjects import Subject

bp = Blueprint("plan_acts", __name__)
bp.before_request(signed_in)

MOST_STEPS = 200  # rows that a preview names one by one


def act_words(act: PlanAct) -> str:
    """What was done, in words."""
    detail = act.detail or {}
    kind = detail.get("of", act.kind) if act.kind == plan_acts.UNDO else act.kind
    values = {
        "name": detail.get("name", ""),
        "other": detail.get("other", ""),
        "n": act.number,
        "file": detail.get("file", ""),
    }
    words = {
        "subject.added": _("Added “%(name)s” to the register", **values),
        "subject.changed": _("Changed “%(name)s”", **values),
        "subject.removed": _("Took “%(name)s” out of the register", **values),
        "subject.merged": _("Put “%(other)s” together with “%(name)s”", **values),
        "register.imported": _("Imported %(n)s rows into the register (%(file)s)", **values),
        "list.imported": _("Imported %(n)s rows into the list (%(file)s)", **values),
        "deputies.imported": _("Imported %(n)s deputies (%(file)s)", **values),
        "groups.imported": _("Made %(n)s groups from a table (%(file)s)", **values),
        "list.removed": _("Took “%(name)s” off the list", **values),
        "assignments.made": _("Assigned %(n)s", **values),
        "assignments.taken_back": _("Took %(n)s assignments back", **values),
    }.get(kind, kind)
    return _("Undone: %(what)s", what=words) if act.kind == plan_acts.UNDO else words


def flash_act(words: str, act: PlanAct | None, category: str = "ok") -> None:
    """Say what was done, with the way to undo it."""
    if act is None:
        flash(words, category)
        return
    link = Markup('{} <a href="{}">{}</a>').format(words, url_for("plan_acts.look", act_id=act.id), _("Undo …"))
    flash(link, category)


@bp.get("/acts")
def show() -> ResponseReturnValue:
    """What was done lately, newest first."""
    query = access.plan_acts(g.staff).options(joinedload(PlanAct.campaign), joinedload(PlanAct.unit))
    results, page = read_page(query, request.args)
    return render_template("city_desk/plan_acts.html", rows=[row[0] for row in results], page=page, act_words=act_words)


@bp.route("/acts/<uuid:act_id>", methods=["GET", "POST"])
def look(act_id: UUID) -> ResponseReturnValue:
    """What undoing would do, row by row; then one press. Raises Refusal where the campaign is closed."""
    act = access.plan_act(g.staff, act_id)
    if request.method == "POST":
        undoing = plan_acts.undo(act, actor=actor())
        done, left = undoing.count("back"), len(undoing.steps) - undoing.count("back")
        if undoing.act.undone_at is None or not done:
            flash(_("Nothing could be undone: everything was changed or used since."), "err")
        else:
            words = _("Undone: %(n)s rows.", n=done)
            words += " " + _("%(n)s rows were changed or used since, and stay.", n=left) if left else ""
            flash(words, "wait" if left else "ok")
        return redirect(url_for(".show"), code=303)
    undoing = plan_acts.look_at_undo(act)
    return render_template(
        "city_desk/plan_act.html",
        act=act,
        undoing=undoing,
        words=act_words(act),
        kinds=_kinds(undoing),
        steps=[(_name(step, _subject_names(undoing)), step) for step in undoing.steps if step.verdict != "back"][
            :MOST_STEPS
        ],
    )


def _kinds(undoing: Undoing) -> list[tuple[str, str, int]]:
    """What would happen to how many rows of which kind."""
    counted = Counter((step.row.table_name, step.way) for step in undoing.steps if step.verdict == "back")
    ways = {"delete": _("go"), "insert": _("come back"), "restore": _("get their former values")}
    return [(table_word(table), ways[way], number) for (table, way), number in counted.items()]


def table_word(table: str) -> str:
    """What a row of a table is called."""
    return {
        "subjects": _("Entries of the register"),
        "subject_people": _("People of entries"),
        "list_entries": _("Places on lists"),
        "assignments": _("Assignments"),
        "assignment_moves": _("Moves of assignments"),
        "visits": _("Visits not begun"),
        "deputies": _("Deputies"),
        "deputy_levels": _("Levels of deputies"),
        "deputy_groups": _("Groups"),
        "group_members": _("Members of groups"),
        "codes": _("Words of lists"),
        "units": _("Units"),
    }.get(table, table)


def _subject_names(undoing: Undoing) -> dict[str, str]:
    names = g.setdefault("named_subjects", {})
    if not names:
        ids = [step.row.subject_id for step in undoing.steps if step.verdict != "back" and step.row.subject_id][
            :MOST_STEPS
        ]
        names.update(
            {row.id: row.name for row in db.session.query(Subject).where(Subject.id.in_(ids))} if ids else {"": ""}
        )
    return names


def _name(step: Step, names: dict[str, str]) -> str:
    """What a row that stays is known by."""
    facts: dict[str, Any] = {**(step.row.before or {}), **(step.row.after or {})}
    return str(facts.get("name") or names.get(step.row.subject_id or "", "") or facts.get("number") or "—")
