"""The second campaign: firms visited again, over the same units, still in the field on the same day.

It holds what the first cannot show, since its reports are in: visits that ready links open, and a consolidated draft that
may not be final yet: a 【待起草】, a typed number that the data contradict, a firm named without its consent, units that
have not reported.
"""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from sqlalchemy import select

from reports.demonstration import fieldwork, manuscripts, preparation
from reports.demonstration.deputies import Team
from reports.demonstration.enterprises import Enterprise
from reports.demonstration.invention import World
from reports.demonstration.preparation import CampaignPlan, DemonstrationFault
from reports.demonstration.schedule import AS_OF, Plan
from reports.demonstration.stock import FOLDER, draw
from reports.demonstration.texts import Place, hand_out
from surveys.database import CHINA, db
from surveys.fieldwork.receiving.contents import read_content
from surveys.fieldwork.receiving.packages import package_of
from surveys.fieldwork.reviewing import review
from surveys.fieldwork.visits.submissions import Submission
from surveys.fieldwork.visits.visits import Visit, in_order
from surveys.planning.assigning.assignments import Assignment
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.campaigns.units import UnitTree
from surveys.planning.forms.questionnaire_versions import version_in_force
from surveys.questionnaire.facts.facts import read_facts

CAMPAIGN = CampaignPlan(
    title="千家民营企业调研回访",
    title_en="Private enterprises visited again",
    topic="对首次走访中反映的问题再看一次：办得怎样，情况有没有变化。",
    kind="专题调研",
    starts_on=date(2023, 7, 10),
    ends_on=date(2023, 7, 31),
    made_at=datetime(2023, 7, 7, 9, tzinfo=CHINA),
    settings={"media": False, "media_kinds": []},
)
REPORTED_UNITS = ("440103", "440118")
NAME_PLACE = "〔未同意署名的企业〕"
FORKED_UNIT = "440106"  # where two phones of one group handed in the same visit
VISITS = 6  # of one unit
USUAL_FATES = ("accepted", "accepted", "submitted", "returned", "draft", "open")
REPORTED_FATES = ("accepted", "accepted", "accepted", "accepted", "accepted", "open")
REPORTS_START = datetime(2023, 7, 26, 9, tzinfo=CHINA)
ROOT_START = datetime(2023, 7, 28, 10, tzinfo=CHINA)


def load(world: World, tree: UnitTree) -> Campaign:
    """The second campaign, as far as it has come."""
    firms = {unit: _again(world, unit) for unit in world.units}
    groups = {
        unit: [
            replace(team, number=number, name=f"回访第{number}小组")
            for number, team in enumerate(world.teams[unit][:2], 1)
        ]
        for unit in world.units
    }
    quotas = {unit: len(firms[unit]) for unit in world.units}
    campaign = preparation.add_campaign(world.seed, CAMPAIGN, quotas, {})
    calendar = {unit: _plans(world.seed, unit, len(firms[unit]), groups[unit]) for unit in world.units}
    places = [
        Place(firms[unit][plan.entry - 1], False) for unit in world.units for plan in calendar[unit] if plan.handed_in
    ]
    visit_texts = hand_out(world.seed + 1, places, sources=("event",), stories=False)
    version = version_in_force(campaign.id)
    package = package_of(version.hash_for(media=False)) if version else None
    if package is None:
        raise DemonstrationFault("the second campaign has no questionnaire in force")
    for unit in world.units:
        preparation.add_leaf(
            world.seed, campaign, tree[unit], firms[unit], groups[unit], calendar[unit], at=CAMPAIGN.made_at
        )
        if not fieldwork.in_the_field(campaign.id, unit):
            own = {firm.number: firm for firm in firms[unit]}
            fieldwork.load_leaf(fieldwork.Leaf(world.seed, campaign, unit, package, own, visit_texts), calendar[unit])
    for unit in REPORTED_UNITS:
        manuscripts.add_unit_report(world.seed, campaign, tree[unit], FOLDER / "second", start=REPORTS_START)
    text = (FOLDER / "second" / f"{preparation.ROOT}.md").read_text(encoding="utf-8")
    text = text.replace(NAME_PLACE, _unnamed_firm(campaign))
    manuscripts.add_root_draft(world.seed, campaign, text, at=ROOT_START)
    return campaign


def _again(world: World, unit: str) -> list[Enterprise]:
    """Firms of the unit that were met the first time, on a new list from number 1."""
    entries = [plan.entry for plan in world.plans[unit] if plan.fate == "accepted" and plan.outcome == "visited"]
    firms = [world.firms[unit, entry] for entry in entries if not world.firms[unit, entry].overlap_reason]
    shared_codes = {firm.uscc for firm in world.firms.values() if firm.overlap_reason}
    chosen_firms = [firm for firm in firms if firm.uscc not in shared_codes][:VISITS]
    return [replace(firm, number=number, reserve=False) for number, firm in enumerate(chosen_firms, 1)]


def _plans(seed: int, unit: str, number: int, groups: list[Team]) -> list[Plan]:
    fates = REPORTED_FATES if unit in REPORTED_UNITS else USUAL_FATES
    return [_plan(seed, unit, entry, fate, groups) for entry, fate in zip(range(1, number + 1), fates, strict=False)]


def _plan(seed: int, unit: str, entry: int, fate: str, groups: list[Team]) -> Plan:
    chance = draw(seed, "again", unit, entry)
    team = groups[(entry - 1) % len(groups)]
    is_late = fate in ("submitted", "returned", "draft")
    day = chance.choice((25, 26) if is_late else (17, 18, 19, 20, 21))
    visited_at = datetime.combine(date(2023, 7, day), time(chance.choice((9, 10, 14, 15)), chance.randrange(60)), CHINA)
    plan = Plan(unit, entry, team.number, fate, "visited", appointed_on=visited_at.date())
    if fate == "open":
        return replace(plan, outcome="", appointed_on=AS_OF.date())
    present_members = tuple(chance.sample(team.members, min(3, len(team.members))))
    attendance = tuple(person for person in team.members if person in present_members or person == team.leader)
    plan = replace(plan, visited_at=visited_at, attendance=attendance)
    if fate == "draft":
        return replace(plan, outcome="")
    sent_at = visited_at + timedelta(minutes=40)
    if fate == "returned":
        return replace(plan, sent_at=sent_at, returned_at=sent_at + timedelta(hours=20))
    plan = replace(plan, forked=fate == "submitted" and unit == FORKED_UNIT)
    return replace(plan, sent_at=sent_at, accepted_at=sent_at + timedelta(hours=26) if fate == "accepted" else None)


def _unnamed_firm(campaign: Campaign) -> str:
    """A firm of this campaign that took part without leave to be named."""
    query = (
        select(Submission, Visit)
        .join(Visit, Visit.id == Submission.visit_id)
        .outerjoin(Assignment, Assignment.id == Visit.assignment_id)
        .where(Visit.campaign_id == campaign.id, Submission.content == Visit.head)
        .order_by(*in_order())
    )
    for submission, visit in db.session.execute(query):
        package = package_of(submission.package_hash)
        answers = read_content(submission.body).plain["answers"]
        if package and review.accepted_content(visit.id) and read_facts(package, answers, {}).consent == "anonymous":
            return visit.name
    raise DemonstrationFault("every firm of the second campaign may be named: the draft has nobody to name wrongly")
