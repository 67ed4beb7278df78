"""The Guangzhou demonstration, loaded from nothing to a printed 总报告: `load`.

Deterministic by seed and idempotent: every step looks whether its work stands already, so that a load that was
interrupted is taken up where it ended; a finished one is left alone. While loading, `as_of` of the campaign
is empty and the simulated moments are given to each door; at the end it is set, and the campaign stands still on that day.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from reports.demonstration import fieldwork, handling, manuscripts, papers, people, preparation, second
from reports.demonstration.enterprises import CITY_OWN
from reports.demonstration.invention import World, invent
from reports.demonstration.schedule import AS_OF, CUTOFF, ENDS_ON, LISTS_FROZEN, STARTS_ON
from reports.demonstration.stock import FOLDER
from surveys.audit import SYSTEM
from surveys.database import CHINA, seeded_ids, writing
from surveys.fieldwork.findings import proposals
from surveys.fieldwork.receiving.packages import package_of
from surveys.planning.campaigns.campaigns import Campaign, edit_campaign
from surveys.planning.campaigns.units import Unit, UnitTree
from surveys.planning.forms.questionnaire_versions import version_in_force

Say = Callable[[str], None]

CAMPAIGN = preparation.CampaignPlan(
    title="五级人大代表联动，千家民营企业调研",
    title_en="Deputies of five levels visit a thousand private enterprises",
    topic="了解民营企业生产经营情况，听取对制定民营经济地方性法规和改进政策、服务的意见。",
    kind="专题调研",
    starts_on=STARTS_ON,
    ends_on=ENDS_ON,
    made_at=datetime(2023, 5, 22, 9, tzinfo=CHINA),
    cutoff_at=CUTOFF,
    settings={"media": False, "media_kinds": [], "sign_offs": ["consultation", "countersign", "chair_meeting"]},
    tags=(("440112", "srdi"), ("440115", "export")),
    everywhere=("440118",),
)
REPORTS_START = datetime(2023, 7, 25, 11, 30, tzinfo=CHINA)
ROOT_START = datetime(2023, 7, 27, 14, tzinfo=CHINA)


@dataclass(slots=True)
class LoadResult:
    """What a load gives: the two campaigns, the print (path in the store), and how long each step took."""

    campaign_id: str
    second_id: str
    pdf: Any = None
    seconds: dict[str, float] = field(default_factory=dict)


def load(
    *,
    seed: int = 1,
    subjects: int = 1200,
    with_print: bool = True,
    say: Say,
    progress: manuscripts.Progress | None = None,
) -> LoadResult:
    """Load both campaigns of the demonstration, and print the 总报告 unless told not to.

    Raises DemonstrationFault where a door refuses what the demonstration brings.
    """
    result = _earlier_result(with_print)
    if result is not None:
        say("… loaded before, the data are kept | 以前已载入，数据保留")
        return result
    steps = _Steps(say)
    with steps("inventing firms, people and words | 生成企业、代表和文字"):
        world = invent(seed, subjects)
    with steps("units, staff, campaign, questionnaire | 单位、人员、活动、问卷"):
        tree = _add_frame(world)
        campaign = preparation.add_campaign(seed, CAMPAIGN, world.quotas, world.reserves)
    _load_leaves(world, campaign, tree, steps)
    with steps("symposia, speeches and letters | 座谈会、发言和来信"):
        papers.add_events(seed, campaign, world.units)
        papers.add_letters(seed, campaign, list(world.units))
    _load_reports(world, campaign, tree, steps)
    with steps("findings put together | 同类问题和建议归并"):
        papers.put_findings_together(seed, campaign, list(world.units), preparation.ROOT, at=ROOT_START)
    with steps("consolidated report: merge, checks, print | 总报告：汇总、自查、印制"):
        pdf = manuscripts.finish_root(seed, campaign, at=ROOT_START, with_print=with_print, progress=progress)
    if with_print:  # letters are printed papers
        with steps("handing over, answers, ratings, closes | 交办、答复、评价、销号"):
            handling.hand_over(seed, campaign)
    _stop_clock(campaign, handling.AS_OF if with_print else AS_OF)
    with steps("second campaign, still in the field | 第二个活动（仍在走访）"):
        other = second.load(world, tree)
        proposals.compute(other.id)
        _stop_clock(other, AS_OF)
    return LoadResult(campaign.id, other.id, pdf or manuscripts.roots_print(campaign), steps.seconds)


def _earlier_result(with_print: bool) -> LoadResult | None:
    """What an earlier load that came to its end gave: the second campaign's day is the last thing it sets."""
    first, other = preparation.campaign_of(CAMPAIGN), preparation.campaign_of(second.CAMPAIGN)
    if first is None or other is None or other.as_of is None:
        return None
    pdf = manuscripts.roots_print(first)
    return None if with_print and pdf is None else LoadResult(first.id, other.id, pdf)


class _Steps:
    """Says each step when it begins and how long it took."""

    def __init__(self, say: Say) -> None:
        self.say, self.seconds = say, {}

    @contextmanager
    def __call__(self, what: str) -> Iterator[None]:
        start = time.perf_counter()
        self.say(f"… {what}")
        yield
        self.seconds[what] = time.perf_counter() - start
        self.say(f"  {self.seconds[what]:.1f} s")


def _add_frame(world: World) -> UnitTree:
    tree = preparation.add_units(CAMPAIGN.made_at)
    with seeded_ids(f"{world.seed}/staff"), writing():
        people.add_staff(world.seed, tree, preparation.ROOT, at=CAMPAIGN.made_at)
    return tree


def _districts_first(world: World, tree: UnitTree) -> list[Unit]:
    """The city's own list comes last: its three firms that stand on a district's list too give the reason there."""
    return [tree[unit] for unit in sorted(world.units, key=lambda unit: (unit == CITY_OWN, unit))]


def _load_leaves(world: World, campaign: Campaign, tree: UnitTree, steps: _Steps) -> None:
    """Lists, groups, assignments, visits and coding of every leaf."""
    with steps("name lists, rosters, groups, assignments | 名单、名册、编组、任务"):
        for unit in _districts_first(world, tree):
            firms = [firm for firm in world.firms.values() if firm.unit == unit.code]
            preparation.add_leaf(
                world.seed, campaign, unit, firms, world.teams[unit.code], world.plans[unit.code], at=LISTS_FROZEN
            )
    version = version_in_force(campaign.id)
    assert version is not None
    package = package_of(version.hash_for(media=False))
    assert package is not None
    for unit in _districts_first(world, tree):
        with steps(f"visits of {unit.name} | {unit.name}走访"):
            if not fieldwork.in_the_field(campaign.id, unit.code):
                own = {number: firm for (code, number), firm in world.firms.items() if code == unit.code}
                leaf = fieldwork.Leaf(world.seed, campaign, unit.code, package, own, world.texts)
                with writing():
                    fieldwork.load_leaf(leaf, world.plans[unit.code])
                    papers.code_findings(world.seed, campaign, unit.code, world.texts)


def _load_reports(world: World, campaign: Campaign, tree: UnitTree, steps: _Steps) -> None:
    for place, unit in enumerate(tree[unit] for unit in world.units):
        with steps(f"report of {unit.name} | {unit.name}分报告"):
            start = REPORTS_START + timedelta(minutes=11 * place)
            manuscripts.add_unit_report(world.seed, campaign, unit, FOLDER / "reports", start=start)


def _stop_clock(campaign: Campaign, moment: datetime) -> None:
    """From here on the campaign stands on its day: links open on it whenever they are used."""
    if campaign.as_of is None:
        with writing():
            edit_campaign(campaign, as_of=moment, actor=SYSTEM)
