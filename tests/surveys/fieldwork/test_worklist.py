"""A desk's list of visits: tabs, search, order; what the desk has to do with comes first."""

from datetime import date, timedelta

import pytest
from flask import Flask

from surveys.audit import Actor
from surveys.database import utc_now, writing
from surveys.fieldwork.reviewing import review
from surveys.fieldwork.reviewing.worklist import Filter, queue_around, quiet_groups, rows, tab_counts
from tests.factories import fieldwork, planning

DESK = Actor("system")
LEAVES = ["440105", "440118"]


@pytest.mark.both_databases
def test_tabs_search_and_order(app: Flask) -> None:
    with app.app_context(), writing() as session:
        campaign = planning.guangzhou()
        names = ["广州青岚电子有限公司", "广州松塔50%股份有限公司", "广州远樵服饰有限公司"]
        subjects = [planning.SubjectFactory(name=name, town="新塘镇").id for name in names]
        visits = [
            fieldwork.visit(campaign.id, subject_id=subject, number=number)
            for number, subject in enumerate(subjects, 1)
        ]
        away = fieldwork.visit(campaign.id, unit_code="440105", number=1)
        fieldwork.version(visits[0], b"a", clock="2023-07-12T16:31:00+08:00")
        fieldwork.version(visits[1], b"b", outcome="refused")
        session.flush()
        review.accept(visits[0], visits[0].head or "", DESK)

        listed, whole = rows(campaign.id, LEAVES, Filter())
        assert whole == 4
        assert [row.state for row in listed] == ["submitted", "open", "open", "accepted"]
        assert listed[3].day is not None
        assert listed[3].day.isoformat() == "2023-07-12"
        assert tab_counts(campaign.id, LEAVES, Filter(tab="open")) == {
            "all": 4, "open": 2, "draft": 0, "submitted": 1, "returned": 0, "accepted": 1, "void": 0,
            "refused": 0, "replaced": 0, "extra": 0,
        }  # fmt: skip
        away.assignment.replaced_at, away.assignment.replaced_reason = utc_now(), "已搬迁"
        session.flush()
        counts = tab_counts(campaign.id, LEAVES, Filter())
        assert (counts["open"], counts["replaced"], counts["all"]) == (1, 1, 4)  # nobody goes to one that was replaced
        assert [row.number for row in rows(campaign.id, LEAVES, Filter(tab="open"))[0]] == [3]
        assert [row.name for row in rows(campaign.id, LEAVES, Filter(text="50%"))[0]] == [names[1]]
        assert [row.number for row in rows(campaign.id, LEAVES, Filter(text="0003"))[0]] == [3]
        assert [row.visit_id for row in rows(campaign.id, LEAVES, Filter(unit="440105"))[0]] == [away.id]
        descending = rows(campaign.id, LEAVES, Filter(unit="440118", sort="number", descending=True))[0]
        assert [row.number for row in descending] == [3, 2, 1]
        page, whole = rows(campaign.id, LEAVES, Filter(sort="number"), limit=2, offset=2)
        assert (len(page), whole) == (2, 4)


@pytest.mark.both_databases
def test_the_queue_of_a_reviewer(app: Flask) -> None:
    with app.app_context(), writing() as session:
        campaign = planning.guangzhou()
        visits = [fieldwork.visit(campaign.id, number=number) for number in (1, 2, 3)]
        for visit in visits:
            fieldwork.version(visit, visit.id.encode())
        session.flush()
        around = queue_around(campaign.id, LEAVES, visits[1].id)
        assert (around.place, around.whole) == (2, 3)
        assert (around.before, around.after) == (visits[0].id, visits[2].id)


@pytest.mark.both_databases
def test_groups_from_which_nothing_came_for_a_week(app: Flask) -> None:
    with app.app_context(), writing() as session:
        campaign = planning.guangzhou()
        silent, busy = (fieldwork.visit(campaign.id) for _ in range(2))
        fieldwork.visit(campaign.id, group_id=busy.assignment.group_id)
        fieldwork.version(busy, b"x")
        session.flush()
        missed, ahead = date(2023, 6, 28), date(2023, 7, 28)
        silent.assignment.appointed_on = missed
        fieldwork.visit(campaign.id, group_id=silent.assignment.group_id, appointed_on=ahead)
        session.flush()
        quiet = quiet_groups(campaign.id, LEAVES, utc_now() - timedelta(days=7), date(2023, 7, 20))
        assert [group.number for group in quiet] == [silent.assignment.group.number]
        assert quiet[0].next_appointment == ahead  # a day that has passed is no next appointment
