"""调研活动: the list, a new one, and its settings step by step. Who may: access; what is changed: planning."""

from datetime import date

from flask import Blueprint, abort, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm.exc import StaleDataError
from wtforms import SelectChoice  # pyright: ignore[reportAttributeAccessIssue]

from surveys import access
from surveys.database import CHINA, db, utc_now, writing
from surveys.forms.campaign import CampaignForm, CampaignSettingsForm, kind_names
from surveys.forms.outline_table import OutlineTable
from surveys.forms.unit_table import UnitTable
from surveys.pages.city_desk.overview import PHASES, CampaignLine, campaign_lines
from surveys.pages.shell.desk_frame import own_leaves, remembered_campaign
from surveys.pages.shell.sign_in import actor, signed_in
from surveys.pages.shell.tables import Column, page_of, table_file
from surveys.planning.assigning.assignments import Assignment
from surveys.planning.campaigns import presets
from surveys.planning.campaigns.campaigns import KINDS, Campaign, create_campaign, edit_campaign, set_units
from surveys.planning.campaigns.quotas import plan_problems, quotas_of, set_quotas
from surveys.planning.forms.questionnaire_versions import version_in_force

bp = Blueprint("campaigns", __name__)
bp.before_request(signed_in)


@bp.get("/campaigns")
def overview() -> ResponseReturnValue:
    """All campaigns this person may see; the first-run page where there is none yet."""
    lines = campaign_lines(g.staff)
    plans = bool(g.staff.units_with(("organizer",)))
    if not lines:
        return render_template("city_desk/first_run.html", presets=presets.offered(), plans=plans)
    phase = request.args.get("phase", "")
    lines_shown = [line for line in lines if not phase or line.phase == phase]
    if kind := request.args.get("export"):
        return table_file(kind, _("Campaigns"), _columns(), lines_shown)
    page = page_of(request.args).of(len(lines_shown))
    counts = {key: sum(line.phase == key for line in lines) for key in PHASES}
    return render_template(
        "city_desk/campaigns.html",
        lines=lines_shown[page.offset : page.offset + page.size],
        page=page,
        phase=phase,
        counts=counts,
        whole=len(lines),
        kinds=kind_names(),
        presets=presets.offered() if plans else (),
        todo=_to_do(lines),
    )


def _columns() -> list[Column]:
    kinds = kind_names()
    return [
        Column(_("Campaign"), lambda line: line.campaign.name(g.language)),
        Column(_("Kind"), lambda line: kinds[line.campaign.kind]),
        Column(_("First day"), lambda line: line.campaign.starts_on),
        Column(_("Last day"), lambda line: line.campaign.ends_on),
        Column(_("Units"), lambda line: line.leaves),
        Column(_("Quota"), lambda line: line.quota),
        Column(_("Assigned"), lambda line: line.assigned),
        Column(_("Received"), lambda line: line.received),
        Column(_("Accepted"), lambda line: line.accepted),
        Column(_("Office in charge"), lambda line: line.campaign.office),
    ]


def _to_do(lines: list[CampaignLine]) -> list[tuple[str, str]]:
    """What this person can do next, at most a few: (sentence, address)."""
    tasks: list[tuple[str, str]] = []
    for line in lines:
        campaign = line.campaign
        if line.phase == "closed" or len(tasks) >= 6:
            continue
        name = campaign.name(g.language)
        if g.staff.may_plan(campaign):
            number = len(plan_problems(campaign)) + (version_in_force(campaign.id) is None)
            if number:
                tasks.append(
                    (
                        _("%(name)s: %(n)s things are still missing", name=name, n=number),
                        url_for(".check", number=campaign.number),
                    )
                )
            if line.phase == "final":
                sentence = _("%(name)s: the report is final; the campaign can be closed", name=name)
                tasks.append((sentence, url_for("campaign_end.show", number=campaign.number)))
        unassigned = max(0, line.quota - line.assigned)
        if unassigned and own_leaves(campaign, g.staff):
            tasks.append(
                (
                    _("%(name)s: %(n)s visits are not assigned yet", name=name, n=unassigned),
                    url_for("assignments.board", number=campaign.number),
                )
            )
        if line.received > line.accepted and g.staff.desk_units:
            address = url_for("unit_desk.visits", number=campaign.number, tab="submitted")
            tasks.append((_("%(name)s: visits wait for review", name=name), address))
    return tasks


@bp.route("/campaigns/new", methods=["GET", "POST"])
def create() -> ResponseReturnValue:
    """A new campaign, empty or from a preset."""
    organizing = g.staff.units_with(("organizer",))
    if not organizing:
        abort(403)
    preset = presets.preset(request.values.get("preset"))
    form = CampaignForm(data=_proposed(preset) if request.method == "GET" else None)
    form.kind.choices = [SelectChoice(*pair) for pair in kind_names().items()]
    form.unit_code.choices = [SelectChoice(code, g.staff.tree[code].label(g.language)) for code in organizing]
    if form.validate_on_submit():
        campaign = _create(form, preset)
        return redirect(url_for(".units", number=campaign.number), code=303)
    return render_template("city_desk/campaign_new.html", form=form, chosen=preset), 422 if form.errors else 200


def _proposed(preset: presets.Preset | None) -> dict[str, object]:
    from datetime import timedelta

    start = _present() + timedelta(days=14)
    if preset is None:
        return {"kind": KINDS[0], "starts_on": start, "ends_on": start + timedelta(days=30)}
    title = preset.title.en if g.language == "en" else preset.title.zh
    return {
        "preset": preset.key,
        "title": title,
        "kind": preset.kind,
        "starts_on": start,
        "ends_on": presets.last_day(preset, start),
    }


def _present() -> date:
    """Today, as the campaign that is looked at has it: a rehearsal plans in its own time."""
    campaign = remembered_campaign()
    return campaign.today() if campaign is not None else utc_now().astimezone(CHINA).date()


def _create(form: CampaignForm, preset: presets.Preset | None) -> Campaign:
    with writing():
        campaign = create_campaign(
            title=form.title.data or "",
            title_en=form.title_en.data,
            kind=form.kind.data,
            unit_code=form.unit_code.data,
            starts_on=form.starts_on.data,  # type: ignore[arg-type] - InputRequired
            ends_on=form.ends_on.data,  # type: ignore[arg-type]
            office=form.office.data or "",
            office_phone=form.office_phone.data,
            topic=form.topic.data,
            actor=actor(),
        )
        if preset is not None:
            from surveys.planning.campaigns.campaigns import UnitPlan

            leaves = g.staff.tree.leaves(campaign.unit_code)
            plans = [UnitPlan(leaf.code, campaign.ends_on, preset.reserves) for leaf in leaves]
            set_units(campaign, plans, actor=actor())
            rows = presets.quotas_of_preset(
                preset, g.staff.tree, campaign.unit_code, campaign.starts_on, campaign.ends_on
            )
            set_quotas(campaign, rows, actor=actor())
        return campaign


@bp.route("/campaigns/<int:number>/setup", methods=["GET", "POST"])
def basics(number: int) -> ResponseReturnValue:
    """第1步: title, period, office, notice, settings."""
    campaign = access.planned_campaign(g.staff, number)
    form = CampaignSettingsForm(data=_as_data(campaign) if request.method == "GET" else None)
    form.kind.choices = [SelectChoice(*pair) for pair in kind_names().items()]
    form.unit_code.choices = [SelectChoice(campaign.unit_code, campaign.unit.label(g.language))]
    if form.validate_on_submit():
        if form.row_version.data != str(campaign.row_version):
            raise StaleDataError
        settings = {
            key: form[key].data
            for key in (
                "media",
                "media_kinds",
                "smallest_cell",
                "words_from",
                "reply_days",
                "contact_months",
                "sign_offs",
            )
        }
        changes = {
            key: form[key].data or None for key in ("title_en", "topic", "office_phone", "notice", "notice_version")
        }
        basic_values = {key: form[key].data for key in ("title", "kind", "starts_on", "ends_on", "office")}
        edit_campaign(
            campaign,
            settings={key: value for key, value in settings.items() if value is not None},
            actor=actor(),
            **changes,
            **basic_values,
        )
        flash(_("Saved."), "ok")
        return redirect(url_for(".units" if "next" in request.form else ".basics", number=number), code=303)
    page = render_template("city_desk/campaign_basics.html", campaign=campaign, form=form)
    return page, 422 if form.errors else 200


def _as_data(campaign: Campaign) -> dict[str, object]:
    names = ("title", "title_en", "kind", "unit_code", "starts_on", "ends_on", "office", "office_phone", "topic", "notice", "notice_version", "row_version")  # fmt: skip
    settings = ("media", "media_kinds", "smallest_cell", "words_from", "reply_days", "contact_months", "sign_offs")
    return {name: getattr(campaign, name) for name in names} | {name: campaign.setting(name) for name in settings}


@bp.route("/campaigns/<int:number>/setup/units", methods=["GET", "POST"])
def units(number: int) -> ResponseReturnValue:
    """第2步: which units take part, how many visits, by when; the seven kinds of quota."""
    campaign = access.planned_campaign(g.staff, number)
    table = UnitTable(campaign, g.staff.tree, request.form if request.method == "POST" else None)
    if request.method == "POST" and table.action == "save" and table.is_valid():
        with writing():
            set_units(campaign, table.unit_plans(), actor=actor())
            set_quotas(campaign, table.quota_plans(), actor=actor())
        flash(_("Saved."), "ok")
        endpoint = "questionnaires.show" if "next" in request.form else ".units"
        return redirect(url_for(endpoint, number=number), code=303)
    if kind := request.args.get("export"):
        return table_file(kind, _("Units and quotas"), _unit_columns(), [row for row in table.leaves if row.takes_part])
    problems = plan_problems(campaign) if request.method == "GET" else []
    page = render_template("city_desk/campaign_units.html", campaign=campaign, table=table, problems=problems)
    return page, 422 if table.faults else 200


def _unit_columns() -> list[Column]:
    return [
        Column(_("Code"), lambda row: row.unit.code),
        Column(_("Unit"), lambda row: row.unit.label(g.language)),
        Column(_("Quota"), lambda row: int(row.number) if row.number else None),
        Column(_("Reserves"), lambda row: int(row.reserves) if row.reserves else None),
        Column(_("Deadline"), lambda row: row.deadline),
    ]


@bp.route("/campaigns/<int:number>/setup/outline", methods=["GET", "POST"])
def outline(number: int) -> ResponseReturnValue:
    """第6步: the outline every unit's report starts from."""
    campaign = access.planned_campaign(g.staff, number)
    table = OutlineTable(campaign.outline, request.form if request.method == "POST" else None)
    if request.method == "POST" and table.is_valid():
        edit_campaign(campaign, outline=table.kept_rows(), actor=actor())
        flash(_("Saved. Reports begun earlier keep their sections."), "ok")
        return redirect(url_for(".check" if "next" in request.form else ".outline", number=number), code=303)
    page = render_template("city_desk/campaign_outline.html", campaign=campaign, table=table)
    return page, 422 if table.faults else 200


@bp.get("/campaigns/<int:number>/setup/check")
def check(number: int) -> ResponseReturnValue:
    """第7步: what still stands against starting."""
    from sqlalchemy import func, select

    campaign = access.planned_campaign(g.staff, number)
    number_assigned = db.session.scalar(
        select(func.count())
        .select_from(Assignment)
        .where(Assignment.campaign_id == campaign.id, Assignment.replaced_at.is_(None))
    )
    return render_template(
        "city_desk/campaign_check.html",
        campaign=campaign,
        problems=plan_problems(campaign),
        version=version_in_force(campaign.id),
        quotas=quotas_of(campaign.id),
        assigned=number_assigned or 0,
        tree=g.staff.tree,
    )
