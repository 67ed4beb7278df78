"""All indicators of the campaign, arrays built from the stored answers and again from the kept arrays."""

import os
import time
from collections.abc import Iterator

from tests.bench.row import Row
from tests.bench.run import demonstration


def measure() -> Iterator[Row]:
    place, _taken = demonstration()
    os.environ["DIAOYAN_INSTANCE"], os.environ["DATABASE_URL"] = str(place), ""
    from sqlalchemy import select

    from app import create_app
    from reports.evidence.accepted_answers import campaign_data
    from reports.figures.tables import statistics
    from surveys.database import db
    from surveys.planning.campaigns.campaigns import Campaign

    app = create_app()
    with app.app_context():
        campaign = db.session.scalars(select(Campaign).order_by(Campaign.number)).first()
        assert campaign is not None
        campaign_data(campaign)  # libraries are loaded, the package is compiled
        for name in ("all indicators of the campaign", "all indicators again, arrays kept"):
            if name == "all indicators of the campaign":
                _forget()
            begun = time.perf_counter()
            data = campaign_data(campaign)
            tables = statistics(data.frame, edition="internal")
            taken = time.perf_counter() - begun
            yield Row("merge", f"{name} ({len(tables)} tables)", taken, "s", 1.0)


def _forget() -> None:
    """Let the next reading build its arrays anew."""
    from reports.evidence import accepted_answers

    accepted_answers._campaigns.forget()
