"""The frame of a desk page: the campaign it is about, 工作主线 with the pages this person may open, who is signed in.

Later rooms add their pages without being imported here: `app.extensions["nav"]` holds entries (stage, label, endpoint, args),
`app.extensions["stages"]` rules that say how far a stage of a campaign is.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from flask import Flask, current_app, g, request, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from werkzeug.exceptions import NotFound

from surveys import access
from surveys.access import DESK_ROLES, Staff
from surveys.database import db
from surveys.fieldwork.visits.states import newest_decision, newest_decision_on, state_column
from surveys.fieldwork.visits.visits import Visit
from surveys.pages.shell.tables import address_here, page_of, read_page, table_file
from surveys.planning.campaigns.campaigns import Campaign, CampaignUnit

STAGES = ("prepare", "visits", "review", "reports", "merge", "handover")
ArgsOf = Callable[[Campaign | None, Staff], dict[str, Any] | None]


@dataclass(frozen=True)
class Entry:
    """One page in the line of work, as this person sees it."""

    label: str
    address: str
    current: bool
    count: int | None = None


@dataclass
class Stage:
    """One stage: its name, how far it is (done, now or nothing) and its pages."""

    key: str
    label: str
    mark: str
    entries: list[Entry] = field(default_factory=list)


@dataclass
class Frame:
    """What the layout shows around a page."""

    campaign: Campaign | None
    stages: list[Stage]
    admin: list[Entry]
    person: str
    unit: str
    marks: list[str]


def register(app: Flask) -> None:
    """Make the frame known to the layout, and list the pages of this room."""
    app.extensions.setdefault("nav", []).extend(_own_pages())
    app.extensions.setdefault("stages", []).insert(0, _by_date)
    app.extensions["own_leaves"] = own_leaves
    app.extensions["page_of"], app.extensions["read_page"], app.extensions["table_file"] = (
        page_of,
        read_page,
        table_file,
    )
    app.jinja_env.globals["address_here"] = address_here
    app.context_processor(
        lambda: {"desk_frame": desk_frame, "has_page": lambda endpoint: endpoint in app.view_functions}
    )


def desk_frame(campaign: Campaign | None = None) -> Frame:
    """The frame for a page about this campaign, or about the one last looked at."""
    staff: Staff = g.staff
    campaign = campaign or remembered_campaign()
    if campaign is not None:
        session["campaign"] = campaign.number
    marks: dict[str, str] = {}
    for rule in current_app.extensions["stages"]:
        marks |= rule(campaign) if campaign is not None else {"prepare": "now"}
    labels = {"prepare": _("Preparation"), "visits": _("Visiting"), "review": _("Review"), "reports": _("Reports"), "merge": _("Consolidation"), "handover": _("Handover")}  # fmt: skip
    stages = {key: Stage(key, labels[key], marks.get(key, "")) for key in STAGES}
    admin: list[Entry] = []
    for page in current_app.extensions["nav"]:
        entry = _entry(page, campaign, staff)
        if entry is not None:
            (admin if page["stage"] == "admin" else stages[page["stage"]].entries).append(entry)
    unit = next(
        (staff.tree[code] for code in staff.tree.units if any(code == unit_code for _role, unit_code in staff.grants)),
        None,
    )
    return Frame(
        campaign,
        [stage for stage in stages.values() if stage.entries],
        admin,
        staff.account.name,
        unit.label(g.language) if unit else "",
        [_("Demonstration data")] if campaign is not None and campaign.demonstration else [],
    )


def remembered_campaign() -> Campaign | None:
    """The campaign last looked at, while this person may see it; else the newest they may see."""
    number = session.get("campaign")
    if isinstance(number, int):
        try:
            return access.campaign(g.staff, number)
        except NotFound:
            session.pop("campaign", None)
    return db.session.scalar(access.campaigns(g.staff).limit(1))


def _entry(page: dict[str, Any], campaign: Campaign | None, staff: Staff) -> Entry | None:
    if page["endpoint"] not in current_app.view_functions:
        return None
    arguments = page["args"](campaign, staff)
    if arguments is None:
        return None
    count = arguments.pop("_count", None)
    address = url_for(page["endpoint"], **arguments)
    names = {page["endpoint"], *page.get("also", ())}
    query = {key: value for key, value in arguments.items() if key not in (request.view_args or {})}
    current = request.endpoint in names and all(request.args.get(key) == value for key, value in query.items())
    if current and not query and any(request.args.get(key) == value for key, value in page.get("unless", {}).items()):
        current = False
    return Entry(str(page["label"]), address, current, count)


# --- the pages of this room ----------------------------------------------------------------------------------------


def _own_pages() -> list[dict[str, Any]]:
    return [
        _page("prepare", _l("Campaigns"), "campaigns.overview", lambda campaign, staff: {}, "campaigns.create"),
        _page("prepare", _l("Campaign settings"), "campaigns.basics", _planned, "campaigns.units", "campaigns.outline", "campaigns.check"),
        _page("prepare", _l("Kinds of records"), "visit_kinds.show", _planned, "visit_kinds.add", "visit_kinds.edit"),
        _page("prepare", _l("Questionnaire"), "questionnaires.show", _planned, "questionnaires.version", "questionnaires.answers", "questionnaire_editing.edit"),
        _page("prepare", _l("Lists"), "lists.entries", _listed, "lists.deputies", "lists.groups", "assignments.group", "imports.upload", "imports.preview"),
        _page("prepare", _l("Registers"), "registers.index", _registered, "registers.show", "registers.subject", "registers.edit", "registers.add", "registers.merge", "register_imports.upload", "register_imports.preview", "register_settings.edit", "register_settings.add"),
        _page("prepare", _l("Assignments"), "assignments.board", _assigned, "assignments.table", "assignments.change", "papers.slips"),
        _page("visits", _l("Visits"), "unit_desk.visits", _desk, unless={"tab": "submitted"}),
        _page("visits", _l("Progress by unit"), "progress.show", _watched),
        _page("visits", _l("From opening to acceptance"), "funnel.show", _watched),
        _page("visits", _l("Phones"), "phone_desk.phones", _desk, "phone_desk.errors"),
        _page("review", _l("Review of visits"), "unit_desk.visits", _waiting, "unit_desk.read"),
        _page("review", _l("Set aside"), "phone_desk.set_aside", _desk),
        _page("review", _l("Problems and suggestions"), "findings.show", _watched, "findings.read", "findings_queue.show", "findings_queue.bulk"),
        _page("admin", _l("What was done"), "plan_acts.show", _kept, "plan_acts.look"),
        _page("admin", _l("Users and roles"), "users.table", _administered, "users.person", "users.invite", "sign_in_rules.show"),
        _page("admin", _l("Audit trail"), "audit.show", _audited),
        _page("admin", _l("Complaints and opinions"), "complaints.received", _complained, "complaints.read"),
        _page("admin", _l("Personal data"), "personal_data.search", _asked_for, "personal_data.show"),
    ]  # fmt: skip


def _page(stage: str, label: Any, endpoint: str, args: ArgsOf, *also: str, **more: Any) -> dict[str, Any]:
    return {"stage": stage, "label": label, "endpoint": endpoint, "args": args, "also": also, **more}


def _planned(campaign: Campaign | None, staff: Staff) -> dict[str, Any] | None:
    return {"number": campaign.number} if campaign is not None and staff.may_plan(campaign) else None


def own_leaves(campaign: Campaign, staff: Staff) -> list[str]:
    """The participating leaves whose lists, groups and assignments this person keeps: a desk's own, an organizer's all."""
    taking_part = _taking_part(campaign)
    if staff.may_plan(campaign):
        return [unit.code for unit in staff.tree.leaves(campaign.unit_code) if unit.code in taking_part]
    return [code for code in staff.desk_units if code in taking_part and staff.has(DESK_ROLES, code)]


def _taking_part(campaign: Campaign) -> set[str]:
    roles: dict[str, set[str]] = g.setdefault("taking_part", {})
    if campaign.id not in roles:
        query = select(CampaignUnit.unit_code).where(CampaignUnit.campaign_id == campaign.id)
        roles[campaign.id] = set(db.session.scalars(query))
    return roles[campaign.id]


def _listed(campaign: Campaign | None, staff: Staff) -> dict[str, Any] | None:
    return {"number": campaign.number} if campaign is not None and own_leaves(campaign, staff) else None


_assigned = _listed


def _desk(campaign: Campaign | None, staff: Staff) -> dict[str, Any] | None:
    own = campaign is not None and set(staff.desk_units) & _taking_part(campaign)
    return {"number": campaign.number} if campaign is not None and own else None


def _watched(campaign: Campaign | None, staff: Staff) -> dict[str, Any] | None:
    leaves = campaign is not None and set(staff.watched_units) & _taking_part(campaign)
    return {"number": campaign.number} if campaign is not None and leaves else None


def _waiting(campaign: Campaign | None, staff: Staff) -> dict[str, Any] | None:
    if campaign is None or (arguments := _desk(campaign, staff)) is None:
        return None
    newest = newest_decision()
    state = state_column(newest)
    query = (
        select(func.count())
        .select_from(Visit)
        .outerjoin(newest, newest_decision_on(newest))
        .where(Visit.campaign_id == campaign.id, Visit.unit_code.in_(staff.desk_units), state == "submitted")
    )
    return arguments | {"tab": "submitted", "_count": db.session.scalar(query) or None}


def _registered(campaign: Campaign | None, staff: Staff) -> dict[str, Any] | None:
    return {} if staff.units_with(access.REGISTER_READERS) else None


def _kept(campaign: Campaign | None, staff: Staff) -> dict[str, Any] | None:
    return {} if staff.units_with(access.REGISTER_KEEPERS) else None


def _administered(campaign: Campaign | None, staff: Staff) -> dict[str, Any] | None:
    return {} if staff.units_with(("administrator", "organizer", "unit_approver")) else None


def _audited(campaign: Campaign | None, staff: Staff) -> dict[str, Any] | None:
    return {} if staff.units_with(("auditor", "administrator")) else None


def _asked_for(campaign: Campaign | None, staff: Staff) -> dict[str, Any] | None:
    return {} if any(staff.has(DESK_ROLES, code) for code in staff.desk_units) else None


def _complained(campaign: Campaign | None, staff: Staff) -> dict[str, Any] | None:
    return {} if staff.units_with((*DESK_ROLES, "administrator", "organizer")) else None


def _by_date(campaign: Campaign) -> dict[str, str]:
    """How far the stages before the reports are, by the campaign's days."""
    today = campaign.today()
    if campaign.closed_at is not None:
        return dict.fromkeys(STAGES, "done")
    if today < campaign.starts_on:
        return {"prepare": "now"}
    if today <= campaign.ends_on:
        return {"prepare": "done", "visits": "now", "review": "now"}
    return {"prepare": "done", "visits": "done", "review": "done", "reports": "now"}
