"""Letters that several people make at the same time: a number is used once, none is skipped, nothing is handed over twice."""

import threading

import pytest
from flask import Flask
from sqlalchemy import select

from reports.handling.letters import Batch
from reports.handling.records import Item, Letter
from reports.handling.routing import matters
from surveys.audit import Actor
from surveys.database import db
from surveys.fieldwork.findings.findings import add_letter
from surveys.planning.campaigns.campaigns import Campaign
from tests.factories.reports import city

BY = Actor("system", None, "办公室")
HASH = "0" * 64


@pytest.fixture
def campaign_id(app: Flask) -> str:
    with app.app_context():
        campaign = city(2)
        for number in range(12):
            add_letter(campaign.id, "440118", kind="problem", text=f"第{number}件", department=f"D{10 + number % 4}")
        return campaign.id


def _press(campaign_id: str, refs: set[str]) -> int:
    """What the worker does, without the PDFs: prepare, write, again where others were quicker. Gives the tries."""
    for tries in range(1, 30):
        campaign = db.session.get_one(Campaign, campaign_id)
        chosen = [matter for matter in matters(campaign) if matter.ref in refs]
        batch = Batch(campaign, chosen, "https://example.invalid/", BY)
        if batch.write([HASH] * len(batch.drafts), None):
            return tries
        db.session.remove()
    raise AssertionError("never written")


@pytest.mark.both_databases
def test_what_was_prepared_with_numbers_that_are_gone_writes_nothing(app: Flask, campaign_id: str) -> None:
    with app.app_context():
        campaign = db.session.get_one(Campaign, campaign_id)
        every = [matter for matter in matters(campaign) if matter.lead is not None and matter.text.startswith("第")]
        first, second = (Batch(campaign, chosen, "https://example.invalid/", BY) for chosen in (every[:6], every[6:]))
        same = Batch(campaign, every[:6], "https://example.invalid/", BY)
        assert first.write([HASH] * len(first.drafts), None)
        assert not second.write([HASH] * len(second.drafts), None)
        assert not same.write([HASH] * len(same.drafts), None)
        assert db.session.query(Item).count() == 6
        assert _press(campaign_id, {matter.ref for matter in every[6:]}) == 1
        numbers = list(db.session.scalars(select(Letter.number).order_by(Letter.number)))
        assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.both_databases
def test_three_at_once(app: Flask, campaign_id: str) -> None:
    with app.app_context():
        every = matters(db.session.get_one(Campaign, campaign_id))
        refs = [matter.ref for matter in every if matter.text.startswith("第")]
    faults: list[BaseException] = []

    def press(part: int) -> None:
        try:
            with app.app_context():
                _press(campaign_id, set(refs[part::3]))
                db.session.remove()
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=press, args=(part,)) for part in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    with app.app_context():
        numbers = list(db.session.scalars(select(Letter.number).order_by(Letter.number)))
        assert numbers == list(range(1, len(numbers) + 1))
        items = list(db.session.scalars(select(Item.number).order_by(Item.number)))
        assert items == list(range(1, 13))
