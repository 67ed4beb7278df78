"""Progress by unit: states add up to what is assigned, rates have a base, sums merge upward."""

import pytest
from flask import Flask

from surveys.audit import Actor
from surveys.database import utc_now, writing
from surveys.fieldwork.reviewing import review
from surveys.fieldwork.reviewing.progress import Dispositions, total, unit_progress
from surveys.planning.campaigns.quotas import Quota
from tests.factories import fieldwork, planning

DESK = Actor("system")


def test_a_count_below_zero_is_refused() -> None:
    with pytest.raises(ValueError, match="below zero"):
        Dispositions(complete=-1)


@pytest.mark.both_databases
def test_the_states_of_a_unit_add_up_to_what_is_assigned(app: Flask) -> None:
    with app.app_context(), writing() as session:
        campaign = planning.guangzhou()
        session.add(Quota(campaign_id=campaign.id, unit_code="440118", kind="exact_per_unit", least=100, most=100))
        outcomes = [("visited", False), ("visited", True), ("refused", False), ("closed", False)]
        for outcome, extra in outcomes:
            visit = fieldwork.visit(campaign.id, extra=extra)
            fieldwork.version(visit, outcome.encode() + bytes([extra]), outcome=outcome)
            session.flush()
            review.accept(visit, visit.head or "", DESK)
        fieldwork.visit(campaign.id)
        fieldwork.visit(campaign.id, replaced_at=utc_now(), replaced_reason="企业已迁出")
        fieldwork.visit(campaign.id, unit_code="440105")
        session.flush()
        rows = unit_progress(campaign.id, ["440105", "440118"])
        whole = total(rows)
    haizhu, zengcheng = rows
    assert (haizhu.code, haizhu.quota, haizhu.assigned, haizhu.open) == ("440105", 0, 1, 1)
    assert (zengcheng.quota, zengcheng.assigned, zengcheng.open, zengcheng.accepted) == (100, 6, 2, 4)
    assert (zengcheng.counted, zengcheng.extra, zengcheng.refused, zengcheng.replaced) == (1, 1, 1, 1)
    assert zengcheng.dispositions() == Dispositions(complete=2, refusal=1, not_eligible=1, unknown=2)
    assert (whole.assigned, whole.open, whole.quota) == (7, 3, 100)
    assert (zengcheng.waiting, whole.waiting) == (1, 2)  # nobody goes to a subject that was replaced
