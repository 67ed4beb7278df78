"""The receipt without script says in words what holds for a version beside that it is held, as the phone's does; so does its file."""

from collections.abc import Callable
from datetime import date
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from surveys.database import db, utc_now, writing
from surveys.fieldwork.visits.visits import Visit
from surveys.planning.assigning.assignments import Assignment, mark_extra, move
from surveys.planning.forms.questionnaire_versions import version_in_force, withdraw
from surveys.planning.people.groups import Group
from tests.factories.planning import GroupFactory, GroupMemberFactory
from tests.surveys.pages.field_world import World, example, make_world, signed_in_client
from tests.surveys.pages.test_field_journey import begin, read, send, walk


def _assignment(world: World) -> Assignment:
    return db.session.get_one(Assignment, db.session.get_one(Visit, world.visit_id).assignment_id)


def late(world: World) -> None:
    with writing():
        _assignment(world).due_on = date(2023, 1, 1)


def reassigned(world: World) -> None:
    """To another group, in which the deputy is as well."""
    with writing():
        other: Group = GroupFactory(campaign_id=world.campaign_id, unit_code="440118")
        GroupMemberFactory(group_id=other.id, deputy_id=world.deputies[0])
    move(_assignment(world), other)


def withdrawn(world: World) -> None:
    version = version_in_force(world.campaign_id)
    assert version is not None
    withdraw(version)


def extra(world: World) -> None:
    mark_extra(_assignment(world))


def void(world: World) -> None:
    with writing():
        db.session.get_one(Visit, world.visit_id).voided_at = utc_now()


WORDS: dict[Callable[[World], None], tuple[str, str]] = {
    late: ("在走访期限后收到", "after the day to visit by"),
    reassigned: ("已改由别的小组承担", "belongs to another group now"),
    withdrawn: ("这一版问卷已经停用", "questionnaire was taken back"),
    extra: ("户数已超过任务数", "More visits than planned"),
    void: ("这次走访已作废", "This visit is void"),
}


def handed_in(client: FlaskClient, world: World) -> str:
    """The address of the receipt."""
    answers, repeats = example("refusing-enterprise")
    check = walk(client, begin(client, world), answers, repeats)
    form = next(form for form in read(client.get(check)).forms if form.action.endswith("/hand-in"))
    return urlsplit(send(client, check, form).headers["Location"]).path


@pytest.mark.parametrize("happens", WORDS)
def test_what_holds_for_a_version_is_said_on_its_receipt(app: Flask, happens: Callable[[World], None]) -> None:
    world = make_world(app)
    client = signed_in_client(app, world.devices[0])
    receipt = handed_in(client, world)
    zh, en = WORDS[happens]
    assert zh not in read(client.get(receipt)).words
    with app.app_context():
        happens(world)
    assert zh in read(client.get(receipt)).words
    assert zh in client.get(receipt, query_string={"save": "1"}).get_data(as_text=True)
    assert en in read(client.get(receipt, query_string={"lang": "en"})).words
