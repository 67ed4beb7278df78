"""States, deadlines and rates of handling: plain rules, with cases worked by hand."""

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from reports.handling.bodies import bodies, find
from reports.handling.deadlines import from_json, given, in_words, months_after, reminders_passed, working_days_after
from reports.handling.notices import to_remind
from reports.handling.rates import Counts, Rate
from reports.handling.reading import Asked, lines
from reports.handling.records import Item, Step
from reports.handling.rights import answered_to
from reports.handling.states import (
    MOVES,
    STATES,
    NewestStep,
    newest_move,
    newest_move_on,
    state_column,
    state_of,
    time_column,
    time_of,
)
from surveys.database import db, utc_now, writing
from surveys.fieldwork.findings.findings import add_letter
from tests.factories.planning import guangzhou

TODAY = date(2023, 12, 18)
PAST, SOON, LATER = TODAY - timedelta(3), TODAY + timedelta(2), TODAY + timedelta(84)

# (newest step, due day) → state, time
TABLE = {
    ("handed", LATER): ("handed", "fine"),
    ("handed", SOON): ("handed", "soon"),
    ("handed", PAST): ("handed", "late"),
    ("handed", TODAY): ("handed", "soon"),
    ("rerouted", LATER): ("handed", "fine"),
    ("escalated", LATER): ("handed", "fine"),
    ("signed_for", PAST): ("signed", "late"),
    ("given_back", PAST): ("back", "none"),
    ("extension_asked", LATER): ("working", "fine"),
    ("extended", LATER): ("working", "fine"),
    ("interim", PAST): ("working", "late"),
    ("reopened", LATER): ("working", "fine"),
    ("answered", None): ("answered", "none"),
    ("answered", LATER): ("answered", "none"),
    ("answered", PAST): ("following", "late"),
    ("sent_again", LATER): ("again", "fine"),
    ("sent_again", PAST): ("again", "late"),
    ("rated", None): ("following", "none"),
    ("rated", PAST): ("following", "late"),
    ("promised", SOON): ("following", "soon"),
    ("promised", PAST): ("following", "late"),
    ("closed", None): ("closed", "none"),
    ("withdrawn", None): ("waiting", "none"),
}


@pytest.mark.parametrize(("facts", "expected"), TABLE.items())
def test_the_state_follows_from_the_newest_step(facts: tuple[str, date | None], expected: tuple[str, str]) -> None:
    standing = NewestStep(*facts)
    assert (state_of(standing, TODAY), time_of(standing, TODAY)) == expected


def test_the_table_has_every_step_that_moves_and_every_state() -> None:
    assert {kind for kind, _ in TABLE} == set(MOVES)
    assert {state for state, _ in TABLE.values()} == set(STATES)


@pytest.mark.both_databases
def test_sql_says_the_same(app: Flask) -> None:
    with app.app_context():
        with writing() as session:
            campaign = guangzhou()
            for number, (kind, due) in enumerate(TABLE, 1):
                finding = add_letter(campaign.id, "440118", kind="problem", text="一")
                item = Item(id=f"i{number}", campaign_id=campaign.id, kind="problem", number=number, finding_id=finding.id, text="一", made_at=utc_now())  # fmt: skip
                session.add(item)
                session.flush()
                # Another step before it, and one after it that moves nothing: neither counts.
                for place, (one, day) in enumerate([("handed", SOON), (kind, due), ("supervised", None)], 1):
                    session.add(Step(item_id=item.id, number=place, kind=one, happened_at=utc_now(), actor_kind="system", body_code="D10", round_number=1, due_on=day))  # fmt: skip
        newest = newest_move()
        columns = (Item.number, state_column(newest, TODAY), time_column(newest, TODAY))
        query = select(*columns).join(newest, newest_move_on(newest)).order_by(Item.number)
        assert [(row[1], row[2]) for row in db.session.execute(query)] == list(TABLE.values())


@pytest.mark.parametrize(
    ("reckoned", "zh", "en"),
    [
        (
            months_after(date(2023, 9, 15), 3),
            "2023年9月15日＋3个月＝2023年12月15日，周五，是工作日，不顺延。",
            "15 September 2023 + 3 months = 15 December 2023, Friday, a working day, so it stays.",
        ),
        (
            months_after(date(2023, 7, 1), 3),
            "2023年7月1日＋3个月＝2023年10月1日，周日，不是工作日，顺延到2023年10月7日。",
            "1 July 2023 + 3 months = 1 October 2023, Sunday, no working day, so it moves to 7 October 2023.",
        ),
        (
            working_days_after(date(2023, 12, 8), 7),
            "2023年12月8日起第7个工作日是2023年12月19日。",
            "7 working days after 8 December 2023: 19 December 2023.",
        ),
        (
            months_after(date(2093, 7, 1), 3),
            "2093年7月1日＋3个月＝2093年10月1日，周四，是工作日，不顺延。2093年的放假安排还没有公布，按周一至周五算。",
            (
                "1 July 2093 + 3 months = 1 October 2093, Thursday, a working day, so it stays."
                " The state's calendar of 2093 is not known yet: Monday to Friday were counted."
            ),
        ),
        (given(date(2024, 1, 15)), "由人定为2024年1月15日。", "A person set it: 15 January 2024."),
    ],
)
def test_how_a_deadline_was_reckoned_can_be_read(reckoned, zh: str, en: str) -> None:
    kept = from_json(reckoned.as_json())
    assert (in_words(kept, "zh"), in_words(kept, "en")) == (zh, en)


@pytest.mark.parametrize(
    ("done", "whole", "printed"),
    [
        pytest.param(223, 224, "99.6%", id="223 of 224"),
        pytest.param(224, 224, "100.0%", id="all"),
        pytest.param(2499, 2500, "99.9%", id="never 100 while one is open"),
        pytest.param(1, 2500, "0.1%", id="never 0 while one is done"),
        pytest.param(0, 2500, "0.0%", id="none"),
        pytest.param(0, 0, "—", id="nothing, no rate"),
    ],
)
def test_a_rate_is_held_off_its_ends(done: int, whole: int, printed: str) -> None:
    assert str(Rate(done, whole)) == printed


def test_the_rates_of_200_suggestions() -> None:
    counts = Counts(handed=200, answered=190, closed=150, rated=120, satisfied=108)
    rates = counts.answer_rate, counts.close_rate, counts.satisfied_of_rated, counts.satisfied_of_all
    assert [str(rate) for rate in rates] == ["95.0%", "75.0%", "90.0%", "54.0%"]
    assert Counts(handed=224, answered=223).open == 1


def test_two_rounds_of_220() -> None:
    first, second = Counts(220, 215, 0, 215, 198), Counts(220, 220, 0, 220, 218)
    assert [str(first.answer_rate), str(first.satisfied_of_all)] == ["97.7%", "90.0%"]
    assert [str(second.answer_rate), str(second.satisfied_of_all)] == ["100.0%", "99.1%"]


def test_a_body_is_found_by_code_or_name(app: Flask) -> None:
    with app.app_context():
        known = bodies()
        assert len(known) == 40
        for typed in ("D10", "d10 市规划和自然资源局", "市规划和自然资源局"):
            body = find(typed, known)
            assert body is not None
            assert body.code == "D10"
        assert find("市没有局", known) is None


def test_the_days_of_reminding_are_60_80_then_each_week() -> None:
    days = (0, 59, 60, 79, 80, 86, 87, 93, 94)
    assert [reminders_passed(day, 60, 80, 7) for day in days] == [0, 0, 1, 1, 2, 2, 3, 3, 4]


@pytest.mark.both_databases
def test_proposals_reminders_and_notes_are_read_on_both_databases(app: Flask) -> None:
    with app.app_context():
        with writing() as session:
            campaign = guangzhou()
            finding = add_letter(campaign.id, "440118", kind="problem", text="一")
            item = Item(id="i", campaign_id=campaign.id, kind="problem", number=1, finding_id=finding.id, text="一", made_at=utc_now())  # fmt: skip
            session.add(item)
            session.flush()
            facts = {"item_id": "i", "actor_kind": "system", "body_code": "D01", "round_number": 1}
            for number, (kind, days) in enumerate((("handed", 61), ("proposed_closed", 1)), 1):
                happened = campaign.now() - timedelta(days=days)
                session.add(Step(number=number, kind=kind, happened_at=happened, due_on=LATER, **facts))
        assert [row[0].id for row in db.session.execute(lines(campaign, Asked(proposed=True)))] == ["i"]
        assert [one.days for one in to_remind(campaign)["D01"]] == [61]
        assert answered_to("nobody") == 0
