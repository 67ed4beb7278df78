"""Findings put together under a headline: each keeps its words, stands under one headline, and can be taken out again."""

import pytest
from flask import Flask

from surveys.audit import Actor
from surveys.database import writing
from surveys.fieldwork.findings.findings import add_letter
from surveys.fieldwork.findings.headlines import headlines_of, proposal, put_together, take_out
from tests.factories import planning

DESK = Actor("system")
TEXTS = ("租金上涨过快，一年一个价。", "房东每年加租，签不到长约", "人手不够")


def test_a_headline_begins_as_the_shortest_text() -> None:
    assert proposal(["房东每年加租，签不到长约", "租金涨。村里不给续。"]) == "租金涨"
    assert proposal(["长" * 40 + "！再说"]) == "长" * 40, "never cut: it may be printed"


@pytest.mark.both_databases
def test_together_apart_and_elsewhere(app: Flask) -> None:
    with app.app_context(), writing():
        campaign = planning.guangzhou()
        rent, lease, hands = (add_letter(campaign.id, "440118", kind="problem", text=text) for text in TEXTS)
        head = put_together(campaign.id, "440100", [rent.id, lease.id], DESK, category="03")
        assert head.text == "房东每年加租，签不到长约"
        assert {key: set(ids) for key, ids in headlines_of(campaign.id, "440100").items()} == {
            head.id: {rent.id, lease.id}
        }
        other = put_together(campaign.id, "440100", [lease.id, hands.id], DESK, text="经营条件")
        assert {key: set(ids) for key, ids in headlines_of(campaign.id, "440100").items()} == {
            head.id: {rent.id},
            other.id: {lease.id, hands.id},
        }
        assert take_out(other, hands.id, DESK)
        assert not take_out(other, hands.id, DESK)
        assert headlines_of(campaign.id, "440118") == {}
        assert rent.text == TEXTS[0]


@pytest.mark.both_databases
def test_what_is_no_headline_is_refused(app: Flask) -> None:
    with app.app_context(), writing():
        campaign = planning.guangzhou()
        rent = add_letter(campaign.id, "440118", kind="problem", text=TEXTS[0])
        for findings in ([rent.id], [], [rent.id, "00000000-0000-4000-8000-000000000000"]):
            with pytest.raises(ValueError, match="finding"):
                put_together(campaign.id, "440100", findings, DESK)
