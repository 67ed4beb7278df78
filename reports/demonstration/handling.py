"""Carries the demonstration on to the close: 14 bodies, letters, answers of all grades, two rounds, closes with evidence.

By the same functions as the doors use, each at its day between 15 September and `AS_OF`; done once. Touches handling.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime

from sqlalchemy import select

from reports.demonstration import people
from reports.demonstration.preparation import ROOT
from reports.handling import course
from reports.handling.bodies import Body, by_code
from reports.handling.course import Answer, By, of_body, staff
from reports.handling.letters import Batch, letters_of, reroute
from reports.handling.records import Item
from reports.handling.routing import Matter, matters
from surveys.database import CHINA, clock_at, db, seeded_ids
from surveys.planning.campaigns.campaigns import Campaign

HANDED = datetime(2023, 9, 15, 10, tzinfo=CHINA)
AS_OF = datetime(2023, 12, 18, 9, tzinfo=CHINA)
BODIES, MOST_EACH = 14, 5
BASE = "http://localhost:5000"
ANSWERS = {
    "A": "已印发新的办理规程，所提事项已经解决，办理结果可在政务服务网查询。",
    "B": "已列入明年工作计划，规则草案正在征求意见，计划明年三月底前印发。",
    "C": "需要上级统一规定，本级暂时不能解决；已书面报告上级部门，并先行缩短本级办理时间。",
    "D": "所提建议供研究下一步政策时参考。",
}
EVIDENCE = "新规程已印发施行，抽查三家均已按新规程办理。"


def hand_over(seed: int, campaign: Campaign) -> None:
    """Hand over, and let the departments, the deputies and the committee act. Does nothing where letters stand."""
    if letters_of(campaign):
        return
    office = people.actor("office", ROOT)
    with seeded_ids(f"{seed}/handling/{campaign.id}"), clock_at(HANDED):
        batch = Batch(campaign, _chosen(campaign), BASE, office)
        batch.write(batch.set_pdfs(lambda *_: None), None)
    query = select(Item).where(Item.campaign_id == campaign.id).order_by(Item.kind, Item.number)
    for place, item in enumerate(db.session.scalars(query).all()):
        with seeded_ids(f"{seed}/handling/{item.id}"):
            COURSES[place % len(COURSES)](item, _Days(item))


def _chosen(campaign: Campaign) -> list[Matter]:
    """A few matters each of the first bodies that lead in any."""
    ready = [matter for matter in matters(campaign) if matter.lead is not None]
    ready.sort(key=lambda one: (one.ref[0] != "h", -one.subjects, one.ref))
    leads = Counter(one.lead.code for one in ready if one.lead)
    kept, taken = sorted(code for code, _ in leads.most_common(BODIES)), Counter[str]()
    chosen = []
    for matter in ready:
        code = matter.lead.code if matter.lead else ""
        if code in kept and taken[code] < MOST_EACH:
            taken[code] += 1
            chosen.append(matter)
    return chosen


class _Days:
    """The days on which something happens to one item."""

    def __init__(self, item: Item) -> None:
        self.item = item
        self.committee = people.actor("committee", ROOT)

    @property
    def body(self) -> Body:
        return by_code()[course.newest(self.item.id).body_code]

    @contextmanager
    def on(self, month: int, day: int) -> Iterator[None]:
        with clock_at(datetime(2023, month, day, 15, tzinfo=CHINA)):
            yield

    def answer(self, grade: str, planned: date | None = None) -> None:
        body = self.body
        course.answer(self.item, body, Answer("final", ANSWERS[grade], grade, planned), of_body(body))

    def rate(self, result: str = "satisfied") -> None:
        """All who asked say the same; the first who is not satisfied sends it again."""
        for deputy in course.askers(self.item.id):
            course.rate(self.item, deputy, By("deputy", deputy, None), "satisfied", result)
            if result == "dissatisfied":
                return


def _solved(item: Item, days: _Days) -> None:
    with days.on(9, 18):
        course.sign_for(item, days.body)
    with days.on(10, 20):
        days.answer("A")
    with days.on(11, 1):
        days.rate()
    with days.on(11, 10):
        course.close(item, staff(days.committee), EVIDENCE)


def _planned(item: Item, days: _Days) -> None:
    with days.on(12, 1):
        days.answer("B", date(2024, 3, 29))
    with days.on(12, 8):
        days.rate("fairly")


def _silent(item: Item, days: _Days) -> None:
    with days.on(9, 18):
        course.sign_for(item, days.body)


def _two_rounds(item: Item, days: _Days) -> None:
    with days.on(10, 30):
        days.answer("C")
    with days.on(11, 6):
        days.rate("dissatisfied")
    if course.askers(item.id):
        with days.on(12, 10):
            days.answer("A")


def _interim(item: Item, days: _Days) -> None:
    with days.on(10, 30):
        body = days.body
        course.answer(item, body, Answer("interim", "正在起草办法，已征求十一个区意见。"), of_body(body))
    with days.on(12, 12):
        course.extend(item, staff(days.committee), date(2024, 1, 15), "等省里的听证结果。")


def _supervised(item: Item, days: _Days) -> None:
    with days.on(12, 18):
        course.supervise(item, staff(days.committee), "挂号督办。")


def _given_back(item: Item, days: _Days) -> None:
    first = days.body
    other = next(body for body in by_code().values() if body.active and body.code != first.code)
    with days.on(9, 20):
        course.give_back(item, first, "职责在别的单位。", other)
    with days.on(9, 22):
        reroute(item, other, days.committee, "同意改派。", BASE)


def _reference(item: Item, days: _Days) -> None:
    with days.on(11, 20):
        days.answer("D")


COURSES: tuple[Callable[[Item, _Days], None], ...] = (
    _solved,
    _planned,
    _silent,
    _two_rounds,
    _interim,
    _supervised,
    _solved,
    _reference,
    _planned,
    _two_rounds,
    _solved,
    _given_back,
)
