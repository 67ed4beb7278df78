"""Server time and SQL statements of pages with the demonstration in them (SQLite, Flask's test client)."""

import os
from collections.abc import Iterator
from urllib.parse import urlsplit

from tests.bench.row import Row, median_ms
from tests.bench.run import demonstration


def measure() -> Iterator[Row]:
    place, _taken = demonstration()
    os.environ["DIAOYAN_INSTANCE"], os.environ["DATABASE_URL"] = str(place), ""
    from app import create_app

    app = create_app()
    with app.app_context():
        from reports.demonstration.links import ready_links

        ways = ready_links("http://localhost")
    for person, addresses in _pages(app).items():
        client = app.test_client()
        assert client.get(_path(ways[person]), follow_redirects=True).status_code == 200, person
        for address in addresses:
            answer = client.get(address)
            assert answer.status_code == 200, (person, address, answer.status_code)
            yield Row(
                "desk", f"{person} {address}", median_ms(lambda a=address, c=client: c.get(a), times=9), "ms", 100
            )
    client = app.test_client()
    first = client.get(_path(ways["visit"]), follow_redirects=True)
    form = first.request.path
    yield Row("phone", "a form page's server time", median_ms(lambda: client.get(form)), "ms", 25, form[-40:])


def _path(address: str) -> str:
    parts = urlsplit(address)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _pages(app: object) -> dict[str, list[str]]:
    campaign = "/campaigns/1"
    return {
        "organizer": ["/campaigns", f"{campaign}/progress"],
        "unit_desk": [f"{campaign}/visits", f"{campaign}/findings"],
        "committee": [f"{campaign}/progress", f"{campaign}/findings"],
    }
