"""How pages write a moment: one page has one clock."""

from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from flask import Flask, render_template_string

EARLIER, LATER = datetime(2023, 7, 20, 8, 30, tzinfo=UTC), datetime(2026, 11, 24, 10, 31, tzinfo=UTC)
AS_OF = datetime(2023, 7, 28, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("as_of", "moment", "shown"),
    [
        pytest.param(None, LATER, "11月24日18:31", id="the real clock"),
        pytest.param(AS_OF, EARLIER, "7月20日16:30", id="before the campaign's present"),
        pytest.param(AS_OF, LATER, "7月28日16:00", id="done now: the campaign's present"),
        pytest.param(AS_OF, None, "—", id="never"),
    ],
)
def test_a_campaign_with_a_clock_of_its_own(
    app: Flask, as_of: datetime | None, moment: datetime | None, shown: str
) -> None:
    with app.test_request_context("/"):
        written = render_template_string("{{ at | moment }}", at=moment, campaign=SimpleNamespace(as_of=as_of))
    assert written == shown
