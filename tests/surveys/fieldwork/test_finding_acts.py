"""What a desk does with findings: each act is one, is remembered, and is undone as one."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from surveys.audit import Actor
from surveys.database import db, writing
from surveys.fieldwork.findings import acts, proposals
from surveys.fieldwork.findings.act_records import FindingAct
from surveys.fieldwork.findings.acts import NotDone, View
from surveys.fieldwork.findings.desk_queue import Queue
from surveys.fieldwork.findings.findings import Headline, add_letter
from surveys.fieldwork.findings.headlines import headlines_of
from tests.factories import planning

DESK = Actor("system")
TEXTS = (
    "夜班没人愿意上，希望延长公交末班车时间，方便工人上下班。",
    "夜班没有人愿意上，希望公交末班车时间延长，方便工人上下班。",
    "夜班没有人上，希望公交末班车时间延长，以方便工人上下班。",
)


@pytest.fixture
def world(app: Flask) -> Callable[[], tuple[View, list[str], Callable[[], Queue]]]:
    def make() -> tuple[View, list[str], Callable[[], Queue]]:
        with writing():
            campaign = planning.guangzhou()
            ids = [add_letter(campaign.id, "440118", kind="problem", text=text).id for text in TEXTS]
        proposals.compute(campaign.id)
        view = View(campaign.id, "440118")
        return view, ids, lambda: Queue(view, ["440118"])

    return make


def _state(view: View, queue: Queue) -> tuple[object, ...]:
    coded = {line.row.id: line.row.category2 for line in queue.lines.values()}
    under = {head: set(ids) for head, ids in headlines_of(view.campaign_id, view.unit_code).items()}
    return coded, under, queue.refused, queue.aside, queue.typical


@pytest.mark.both_databases
def test_every_act_is_undone_as_one(
    app: Flask, world: Callable[[], tuple[View, list[str], Callable[[], Queue]]]
) -> None:
    with app.app_context():
        view, ids, queue = world()
        before = _state(view, queue())
        joined = acts.settle(view, DESK, ids[0], dict.fromkeys(ids[:2], "1001"), others=ids[1:2])
        assert {line.row.category2 for line in queue().chosen("all")} == {"1001", None}
        assert [set(found) for found in headlines_of(view.campaign_id, view.unit_code).values()] == [set(ids[:2])]
        head = db.session.scalars(select(Headline)).one()
        settled = _state(view, queue())

        split = acts.settle(view, DESK, ids[1], {}, others=ids[2:], words="另一个标题", kind="split")
        acts.undo(view, DESK, split.id)
        assert _state(view, queue()) == settled
        apart = acts.take_apart(view, DESK, head)
        assert headlines_of(view.campaign_id, view.unit_code) == {}
        acts.undo(view, DESK, apart.id)
        assert _state(view, queue()) == settled
        for do in (
            lambda: acts.put_aside(view, DESK, ids[2]),
            lambda: acts.refuse(view, DESK, ids[2], ids[:2], head.id),
            lambda: acts.turn_typical(view, DESK, ids[2]),
            lambda: acts.code_many(view, DESK, {ids[2]: "1002"}, 0.8),
        ):
            act = do()
            assert _state(view, queue()) != settled
            acts.undo(view, DESK, act.id)
            assert _state(view, queue()) == settled
        acts.undo(view, DESK, joined.id)
        assert _state(view, queue()) == before
        with pytest.raises(NotDone):
            acts.undo(view, DESK, joined.id)
        with pytest.raises(NotDone):
            acts.undo(View(view.campaign_id, "440105"), DESK, acts.put_aside(view, DESK, ids[0]).id)


def test_what_was_refused_is_never_proposed_again(
    app: Flask, world: Callable[[], tuple[View, list[str], Callable[[], Queue]]]
) -> None:
    with app.app_context():
        view, ids, queue = world()
        acts.settle(view, DESK, ids[0], {}, others=ids[1:2])
        head = db.session.scalars(select(Headline)).one()
        card = queue().card(queue().lines[ids[2]])
        assert card.target is not None
        assert card.target.id == head.id
        acts.refuse(view, DESK, ids[2], [one.line.row.id for one in card.near], head.id)
        card = queue().card(queue().lines[ids[2]])
        assert (card.target, card.near, card.words) == (None, [], "")
        assert not queue().lines[ids[2]].has_near
        proposals.compute(view.campaign_id)
        assert not queue().lines[ids[2]].has_near, "also after everything was computed anew"


def test_typical_ones_are_a_short_list(app: Flask) -> None:
    with app.app_context():
        with writing():
            campaign = planning.guangzhou()
            ids = [add_letter(campaign.id, "440118", kind="problem", text=f"第{n}件事").id for n in range(13)]
        view = View(campaign.id, "440118")
        for id in ids[:12]:
            acts.turn_typical(view, DESK, id)
        with pytest.raises(NotDone):
            acts.turn_typical(view, DESK, ids[12])
        acts.turn_typical(view, DESK, ids[0])
        acts.turn_typical(view, DESK, ids[12])
        assert len(acts.marks_in_force(view, "typical")) == 12


def test_what_lacks_something_changes_nothing(
    app: Flask, world: Callable[[], tuple[View, list[str], Callable[[], Queue]]]
) -> None:
    with app.app_context():
        view, ids, queue = world()
        before = _state(view, queue())
        for lacking in (
            lambda: acts.settle(view, DESK, ids[0], {}),
            lambda: acts.settle(view, DESK, ids[0], {ids[0]: "1001"}, words="一个标题"),
            lambda: acts.refuse(view, DESK, ids[0], [ids[0]], None),
            lambda: acts.code_many(view, DESK, {}, 0.8),
            lambda: acts.undo(view, DESK, "none"),
        ):
            with pytest.raises(NotDone):
                lacking()
        assert _state(view, queue()) == before
        assert db.session.scalars(select(FindingAct)).all() == []


def test_the_next_one_comes_behind_the_last(
    app: Flask, world: Callable[[], tuple[View, list[str], Callable[[], Queue]]]
) -> None:
    with app.app_context():
        view, _, queue = world()
        order = list(queue().lines)
        acts.put_aside(view, DESK, order[0])
        lines = queue().chosen("open")
        behind = queue().after(order[0], lines)
        assert behind is not None
        assert behind.row.id == order[1]
        around = queue().after(order[2], lines)
        assert around is not None
        assert around.row.id == order[1]
        assert queue().after(order[0], []) is None
