"""All indicators of the campaign, from stored answers and again from the kept arrays."""

import os
import time
from collections.abc import Iterator

from tests.bench.row import Row
from tests.bench.run import demonstration


def measure() -> Iterator[Row]:
    place, _taken = demonstration()
    os.environ["DIAOYAN_INSTANCE"], os.environ["DATABASE_URL"] = str(place), ""
    from app import create_app
    from reports import accepted_answers, indicator_tables

    app = create_app()
    with app.app_context():
        campaign_id = accepted_answers.first_campaign_id()
        for name in ("all indicators of the campaign, arrays built from the answers", "all indicators, arrays kept"):
            begun = time.perf_counter()
            frames = accepted_answers.frames_of(campaign_id)
            indicator_tables.all_tables(frames)
            yield Row("merge", name, time.perf_counter() - begun, "s", 1.0)
