"""Prepares (筹备) a campaign as an office would: units, campaign, questionnaire, lists, rosters, groups, assignments.

Every leaf is one transaction, and is left alone when it stands already: a load that was interrupted goes on where it ended.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import current_app
from sqlalchemy import select

from reports.demonstration import lists, people
from reports.demonstration.deputies import Team
from reports.demonstration.enterprises import CITY_OWN, Enterprise
from reports.demonstration.schedule import Plan
from reports.demonstration.stock import FOLDER
from surveys.audit import Actor
from surveys.database import clock_at, db, seeded_ids, writing
from surveys.fieldwork.visits.visits import add_visit
from surveys.planning.assigning.assignments import assign_many
from surveys.planning.campaigns.campaigns import Campaign, UnitPlan, create_campaign, set_units
from surveys.planning.campaigns.quotas import QuotaPlan, exact, set_quotas
from surveys.planning.campaigns.subjects import ListEntry
from surveys.planning.campaigns.units import Unit, UnitTree, unit_tree
from surveys.planning.forms.questionnaire_versions import issue_questionnaire, version_in_force
from surveys.planning.imports.deputy_imports import commit_deputies, read_deputies
from surveys.planning.imports.group_imports import check_groups, commit_groups, read_groups
from surveys.planning.imports.imports import Preview
from surveys.planning.imports.subject_imports import read_subjects
from surveys.planning.imports.subject_lists import check_subjects, commit_subjects
from surveys.planning.people.groups import Group
from surveys.planning.words import reference_lists

ROOT = "440100"
QUESTIONNAIRE = FOLDER / "questionnaire" / "private-enterprises-2023.xlsx"
NOTICE_VERSION = "2023-1"
NOTICE = (
    "本次调研由广州市人大常委会和各区人大常委会组织，收集企业基本情况、经营情况、问题和建议，用于汇总分析和立法参考。"
    "企业自愿参加，可以实名、匿名或者谢绝。单个企业的经营数据只用于汇总。联系人和电话只在企业同意时留存，"
    "转送承办单位后12个月删除。要查阅、更正或者删除所填内容，请联系广州市人大常委会经济工作委员会，电话020-00000000。"
)


class DemonstrationFault(RuntimeError):
    """The program refused the demonstration's own data; the message says where."""


@dataclass(frozen=True, slots=True)
class CampaignPlan:
    """What makes one campaign of the demonstration."""

    title: str
    title_en: str
    topic: str
    kind: str
    starts_on: date
    ends_on: date
    made_at: datetime
    cutoff_at: datetime | None = None
    settings: dict[str, Any] | None = None
    tags: tuple[tuple[str, str], ...] = ()  # units that visit at least some firms with a tag
    everywhere: tuple[str, ...] = ()  # units that visit every town and street


def add_units(at: datetime) -> UnitTree:
    """Guangzhou's unit tree (13 nodes), where it does not stand yet."""
    with writing() as session:
        for row in reference_lists.rows("guangzhou_districts"):
            if session.get(Unit, row["code"]) is None:
                session.add(
                    Unit(
                        code=row["code"],
                        name=row["name"],
                        short_name=row["short_name"],
                        name_en=row["name_en"],
                        parent_code=row["parent_code"] if row["code"] != ROOT else None,
                        tier=row["level"],
                        sort=int(row["sort"]),
                        tile_x=int(row["tile_x"]) if row["tile_x"] else None,
                        tile_y=int(row["tile_y"]) if row["tile_y"] else None,
                    )
                )
                session.flush()
    return unit_tree()


def campaign_of(plan: CampaignPlan) -> Campaign | None:
    return db.session.scalars(select(Campaign).where(Campaign.title == plan.title, Campaign.demonstration)).first()


def add_campaign(seed: int, plan: CampaignPlan, quotas: dict[str, int], reserves: dict[str, int]) -> Campaign:
    """The campaign with its units, quotas and questionnaire; the one that stands is given back."""
    known_campaign = campaign_of(plan)
    if known_campaign is not None and version_in_force(known_campaign.id) is not None:
        return known_campaign
    by = people.actor("organizer", ROOT)
    with clock_at(plan.made_at), seeded_ids(f"{seed}/campaign/{plan.title}"):
        with writing():
            campaign = known_campaign or create_campaign(
                title=plan.title,
                kind=plan.kind,
                unit_code=ROOT,
                starts_on=plan.starts_on,
                ends_on=plan.ends_on,
                office="广州市人大常委会经济工作委员会",
                settings=plan.settings,
                actor=by,
                title_en=plan.title_en,
                topic=plan.topic,
                cutoff_at=plan.cutoff_at,
                office_phone="020-00000000",
                notice=NOTICE,
                notice_version=NOTICE_VERSION,
                demonstration=True,
            )
            units = [UnitPlan(code, deadline_on=plan.ends_on, reserves=reserves.get(code, 0)) for code in quotas]
            set_units(campaign, units, actor=by)
            set_quotas(campaign, _ledger(plan, quotas), actor=by)
        issue = issue_questionnaire(
            campaign, QUESTIONNAIRE.read_bytes(), QUESTIONNAIRE.name, files=current_app.extensions["files"], actor=by
        )
        if issue.version is None:
            raise DemonstrationFault("; ".join(f"{fault.cause('en')} {fault.remedy('en')}" for fault in issue.faults))
    return campaign


def _ledger(plan: CampaignPlan, quotas: dict[str, int]) -> list[QuotaPlan]:
    """How many visits each leaf makes and when; and in the tagged units, of which firms at least so many."""
    rows = [exact(code, number) for code, number in quotas.items()]
    rows += [QuotaPlan("date_window", code, starts_on=plan.starts_on, ends_on=plan.ends_on) for code in quotas]
    for code, tag in plan.tags:
        rows.append(QuotaPlan("least_per_tag", code, least=max(1, quotas[code] // 20), tag=tag))
    for code in plan.everywhere:
        rows.append(QuotaPlan("every_area", code))
    return rows


def add_leaf(
    seed: int,
    campaign: Campaign,
    unit: Unit,
    firms: Sequence[Enterprise],
    teams: Sequence[Team],
    plans: Sequence[Plan],
    *,
    at: datetime,
) -> bool:
    """List, roster, groups and assignments of one leaf; False when they stand already."""
    if db.session.scalars(
        select(Group.id).where(Group.campaign_id == campaign.id, Group.unit_code == unit.code)
    ).first():
        return False
    with clock_at(at), seeded_ids(f"{seed}/leaf/{campaign.id}/{unit.code}"), writing():
        by = people.actor("unit_desk", unit.code)
        subject_import = _commit_table(
            f"{unit.name}调研企业名单.xlsx",
            lists.enterprise_list(firms, unit.name),
            lambda data, file: check_subjects(read_subjects(data, file), campaign, unit.code),
            lambda preview: commit_subjects(preview, campaign, unit.code, actor=by),
        )
        _commit_table(
            f"{unit.name}代表名册.xlsx",
            lists.deputy_roster(teams),
            read_deputies,
            lambda preview: commit_deputies(preview, unit.code, actor=by),
        )
        groups = _commit_table(
            f"{unit.name}分组安排表.xlsx",
            lists.group_table(teams),
            lambda data, file: check_groups(read_groups(data, file), campaign, unit.code),
            lambda preview: commit_groups(preview, campaign, unit.code, actor=by),
        )
        _link_liaisons(seed, unit, teams, groups, at)
        _assign(campaign, unit.code, subject_import.entries, groups, plans, by)
    return True


def _commit_table(
    file: str, data: bytes, read: Callable[[bytes, str], Preview], commit: Callable[[Preview], Any]
) -> Any:
    """Read a spreadsheet, and commit it when no row has a fault."""
    preview = read(data, file)
    if preview.faults:
        first = preview.faults[0]
        place = f"{file}, row {first.row}, {first.column}"
        raise DemonstrationFault(f"{place}: {first.cause('en')} {first.remedy('en')}")
    return commit(preview)


def _link_liaisons(seed: int, unit: Unit, teams: Sequence[Team], groups: Sequence[Group], at: datetime) -> None:
    """Give each group the account of its liaison."""
    house = unit_tree()[ROOT].name if unit.code == CITY_OWN else unit.name
    accounts = people.add_liaisons(seed, teams, house, at=at)
    for group in groups:
        if group.liaison_name in accounts:
            group.liaison_id = accounts[group.liaison_name]
    db.session.flush()


def _assign(
    campaign: Campaign,
    unit_code: str,
    entries: Sequence[ListEntry],
    groups: Sequence[Group],
    plans: Sequence[Plan],
    by: Actor,
) -> None:
    """The main places, numbered as the list is; reserves are called up in the field."""
    by_number, by_group = {entry.number: entry for entry in entries}, {group.number: group for group in groups}
    main_plans = [plan for plan in plans if plan.replaces is None and not plan.extra]
    assignments = assign_many(
        campaign, unit_code, [(by_number[plan.entry], by_group[plan.team]) for plan in main_plans], actor=by
    )
    for plan, assignment in zip(main_plans, assignments, strict=True):
        assignment.appointed_on = plan.appointed_on
        if plan.late and plan.sent_at:
            assignment.due_on = plan.sent_at.date().replace(day=plan.sent_at.day - 1)
        add_visit(assignment)
    db.session.flush()
