"""The six simulated weeks: which group visits which place when, how it ends, and what the desk does with it.

Pure and repeatable by seed. The calendar, in China's time, is that of 2023:

    16 June          launch; lists, groups and assignments stand
    19 June–21 July  visits on working days (22 and 23 June are the Dragon Boat holiday)
    to 25 July       desks accept, return, replace
    25–26 July       unit reports submitted, one returned on the 26th; all accepted by the 27th
    28 July          the 总报告 is final in the morning; `AS_OF` is that afternoon, and ready links open on it

The field period runs to 31 July: what is still open on 28 July stays open, and is said so.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from random import Random

from reports.demonstration.deputies import Person, Team
from reports.demonstration.stock import draw
from surveys.database import CHINA

STARTS_ON, ENDS_ON = date(2023, 6, 16), date(2023, 7, 31)
LAUNCH = datetime(2023, 6, 16, 9, tzinfo=CHINA)
LISTS_FROZEN = datetime(2023, 6, 15, 17, tzinfo=CHINA)
CUTOFF = datetime(2023, 8, 4, 18, tzinfo=CHINA)
DESK_CLOSES = datetime(2023, 7, 25, 11, tzinfo=CHINA)
AS_OF = datetime(2023, 7, 28, 16, tzinfo=CHINA)
HOLIDAYS = (date(2023, 6, 22), date(2023, 6, 23))

REPLACEMENT_REASONS = {
    "refused": "企业谢绝调研，由备选企业替换",
    "not_found": "多次联系不上，由备选企业替换",
    "closed": "企业已停业或搬迁，由备选企业替换",
    "other": "走访当日无法进行，由备选企业替换",
    "": "出发前得知企业已停业，由备选企业替换",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """One assignment and its whole story.

    `entry` is the number on the unit's list. `fate` is the state on `AS_OF`: open, draft, submitted, returned, accepted,
    void. `outcome` is receiving's word ("" when nothing was handed in). `resent_at` is set where a version was
    returned and sent again.
    """

    unit: str
    entry: int
    team: int
    fate: str
    outcome: str = "visited"
    mode: str = "onsite"
    appointed_on: date | None = None
    visited_at: datetime | None = None
    sent_at: datetime | None = None
    returned_at: datetime | None = None
    resent_at: datetime | None = None
    accepted_at: datetime | None = None
    attendance: tuple[Person, ...] = ()
    replaces: int | None = None  # entry whose place this one takes
    extra: bool = False
    sent_twice: bool = False
    late: bool = False
    aside: bool = False
    on_paper: bool = False
    forked: bool = False  # a second phone hands in a version of its own

    @property
    def handed_in(self) -> bool:
        return self.fate in ("submitted", "returned", "accepted", "void")


def working_days(first: date, last: date) -> list[date]:
    days = (first + timedelta(days=step) for step in range((last - first).days + 1))
    return [day for day in days if day.weekday() < 5 and day not in HOLIDAYS]


def plans(seed: int, unit: str, quota: int, reserves: int, groups: list[Team], *, rank: int = 0) -> list[Plan]:
    """The assignments of one leaf, main places first, then the reserves that were called up and those visited besides.

    `rank` is the unit's place among the leaves: the few single cases (one late, one set aside …) happen in one unit each.
    """
    chance = draw(seed, "schedule", unit)
    fates = _fates(chance, quota, rank)
    main_plans = [
        _plan(chance, unit, entry, groups[(entry - 1) % len(groups)], fate, outcome)
        for entry, (fate, outcome) in enumerate(fates, 1)
    ]
    main_plans = _single_cases(main_plans, rank)
    return main_plans + _reserve_plans(chance, unit, quota, reserves, groups, main_plans, rank)


def _fates(chance: Random, quota: int, rank: int) -> list[tuple[str, str]]:
    """State and outcome of each main place: shares of a hundred, turned into whole places."""
    share = quota / 100
    some = [
        *[("accepted", "refused")] * round((1 + (rank % 3)) * share),
        *[("accepted", "not_found")] * round((rank % 2) * share),
        *[("accepted", "closed")] * round(((rank + 1) % 2) * share),
        *[("accepted", "other")] * round((rank % 5 == 0) * share),
        *[("open", "")] * round((4 + rank % 4) * share),
        *[("draft", "")] * round((1 - (rank % 4 == 3)) * share),
        *[("submitted", "visited")] * round((1 if rank % 3 else 0) * share),
        *[("returned", "visited")] * round((rank % 2) * share),
        *[("void", "visited")] * round((rank % 4 == 2) * share),
    ]
    fates = [("accepted", "visited")] * (quota - len(some)) + some[:quota]
    chance.shuffle(fates)
    return fates


def _plan(chance: Random, unit: str, entry: int, team: Team, fate: str, outcome: str) -> Plan:
    days = working_days(date(2023, 6, 19), date(2023, 7, 21))
    day = chance.choices(days, [2 + min(place, len(days) - place) for place in range(len(days))])[0]
    plan = Plan(unit, entry, team.number, fate, outcome, appointed_on=day)
    if fate == "open":
        return replace(plan, appointed_on=chance.choice((None, date(2023, 7, 28), date(2023, 7, 31))))
    if fate in ("submitted", "returned", "draft"):
        day = chance.choice(days[-4:])
    hour = chance.choice((9, 9, 10, 10, 14, 15, 15, 16))
    visited_at = datetime.combine(day, time(hour, chance.randrange(60)), CHINA)
    return _desk_work(chance, replace(plan, visited_at=visited_at, appointed_on=day, **_manner(chance, team, outcome)))


def _manner(chance: Random, team: Team, outcome: str) -> dict[str, object]:
    """How the visit went about: mode, and who of the group came along."""
    if outcome in ("visited", ""):
        mode = chance.choices(("onsite", "forum", "video", "phone"), (88, 6, 2, 4))[0]
    else:
        mode = chance.choices(("onsite", "phone"), (45, 55))[0]
    size = min(len(team.members), chance.choice((2, 3, 3, 3, 4, 4, 5)) if mode in ("onsite", "forum") else 1)
    present = set(chance.sample([person.number for person in team.members], size))
    if chance.random() < 0.55:
        present.add(team.leader.number)
    return {"mode": mode, "attendance": tuple(person for person in team.members if person.number in present)}


def _desk_work(chance: Random, plan: Plan) -> Plan:
    """When it was sent, returned, sent again and accepted: one to four days between two steps, all before the desk closes."""
    assert plan.visited_at is not None
    offline = chance.random() < 0.12
    sent_at = plan.visited_at + timedelta(
        minutes=chance.randrange(18, 55) + (60 * chance.randrange(3, 30) if offline else 0)
    )
    if plan.fate == "draft":
        return plan
    sent_at = max(min(sent_at, DESK_CLOSES - timedelta(hours=2)), plan.visited_at + timedelta(minutes=18))
    if plan.fate == "submitted":
        return replace(plan, sent_at=sent_at)
    if plan.fate in ("returned", "void"):
        return replace(plan, sent_at=sent_at, returned_at=_office_hour(chance, sent_at))
    if plan.outcome == "visited" and chance.random() < 0.045:
        returned_at = _office_hour(chance, sent_at)
        resent_at = min(returned_at + timedelta(hours=chance.randrange(2, 50)), DESK_CLOSES - timedelta(hours=2))
        accepted_at = min(resent_at + timedelta(hours=chance.randrange(1, 30)), DESK_CLOSES)
        return replace(
            plan, sent_at=sent_at, returned_at=min(returned_at, resent_at), resent_at=resent_at, accepted_at=accepted_at
        )
    return replace(plan, sent_at=sent_at, accepted_at=_office_hour(chance, sent_at))


def _office_hour(chance: Random, after: datetime) -> datetime:
    """A moment in office hours, one to four days after, while the desk is at work."""
    day = after.date() + timedelta(days=chance.choice((1, 1, 2, 2, 3, 4)))
    while day.weekday() > 4 or day in HOLIDAYS:
        day += timedelta(days=1)
    moment = datetime.combine(day, time(chance.randrange(9, 18), chance.randrange(60)), CHINA)
    return max(min(moment, DESK_CLOSES), after + timedelta(minutes=5))


def _single_cases(main_plans: list[Plan], rank: int) -> list[Plan]:
    """What happens only here and there: sent twice, late, set aside, entered from paper."""
    usual_places = [
        place for place, plan in enumerate(main_plans) if plan.fate == "accepted" and plan.outcome == "visited"
    ]
    if len(usual_places) < 5:
        return main_plans
    first, second, third = usual_places[1], usual_places[3], usual_places[4]
    if rank % 3 == 1:
        main_plans[first] = replace(main_plans[first], sent_twice=True)
    if rank == 4:
        main_plans[second] = replace(main_plans[second], late=True)
    if rank == 7:
        main_plans[second] = replace(main_plans[second], aside=True)
    if rank not in (4, 7):  # ten of twelve units enter one visit for a deputy who filled in the paper form
        main_plans[third] = replace(main_plans[third], on_paper=True)
    return main_plans


def _reserve_plans(
    chance: Random, unit: str, quota: int, reserves: int, groups: list[Team], main_plans: list[Plan], rank: int
) -> list[Plan]:
    """Reserves that took the place of firms not met, and (in every other unit) one visited besides the quota."""
    missed_plans = [plan for plan in main_plans if plan.outcome not in ("visited", "") and chance.random() < 0.75]
    early_plan = next((plan for plan in main_plans if plan.fate == "open"), None)
    if early_plan is not None and rank % 2 == 0:
        missed_plans.append(early_plan)
    reserve_plans: list[Plan] = []
    for entry, missed_plan in zip(range(quota + 1, quota + reserves + 1), missed_plans, strict=False):
        plan = _plan(chance, unit, entry, groups[missed_plan.team - 1], "accepted", "visited")
        reserve_plans.append(_after(chance, replace(plan, replaces=missed_plan.entry), missed_plan))
    if rank % 2 and len(reserve_plans) < reserves:
        plan = _plan(chance, unit, quota + len(reserve_plans) + 1, groups[quota % len(groups)], "accepted", "visited")
        reserve_plans.append(replace(plan, extra=True))
    return reserve_plans


def _after(chance: Random, plan: Plan, missed_plan: Plan) -> Plan:
    """A reserve is visited after the firm it replaces was given up."""
    earliest = missed_plan.accepted_at or LAUNCH + timedelta(days=5)
    if plan.visited_at is None or plan.visited_at > earliest:
        return plan
    days = [day for day in working_days(date(2023, 6, 19), date(2023, 7, 24)) if day > earliest.date()]
    if not days:
        return replace(
            plan,
            fate="open",
            outcome="",
            visited_at=None,
            sent_at=None,
            accepted_at=None,
            resent_at=None,
            returned_at=None,
        )
    visited_at = datetime.combine(chance.choice(days[:6]), plan.visited_at.timetz())
    later_plan = replace(plan, visited_at=visited_at, appointed_on=visited_at.date(), returned_at=None, resent_at=None)
    return _desk_work(chance, later_plan)
