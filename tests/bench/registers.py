"""A register of 5,500 stations: list, search by sound, filter, on SQLite through Flask's test client."""

import os
import tempfile
from collections.abc import Iterator

from tests.bench.row import Row, median_ms

STATIONS = 5_500
ADDRESSES = {
    "list": "/registers/station",
    "search by pinyin": "/registers/station?q=daibiaolian",
    "filter by tag and unit": "/registers/station?tag=chain&unit=440105",
}


def measure() -> Iterator[Row]:
    """Medians of the page's time at the server."""
    with tempfile.TemporaryDirectory(prefix="diaoyan-registers-") as folder:
        os.environ["DIAOYAN_INSTANCE"], os.environ["DATABASE_URL"] = folder, ""
        from app import create_app
        from surveys.database import db, utc_now, writing
        from surveys.planning.campaigns.subjects import Subject
        from tests.factories.planning import guangzhou
        from tests.surveys.pages.test_city_desk import browser

        app = create_app()
        with app.app_context():
            db.create_all()
            with writing() as session:
                guangzhou()
                session.add_all(_station(Subject, number, utc_now()) for number in range(STATIONS))
        client = browser(app, "huang", "organizer", "440100")
        for name, address in ADDRESSES.items():
            assert client.get(address).status_code == 200
            yield Row(
                "registers", f"{name}, {STATIONS} stations", median_ms(lambda a=address: client.get(a)), "ms", 150
            )


def _station(model: type, number: int, now: object) -> object:
    unit = "440105" if number % 2 else "440118"
    flags = [] if number % 7 else ["chain"]
    return model(
        kind="station", name=f"第{number}街道代表联络站", area_code=unit, unit_code=unit, flags=flags, created_at=now
    )
