"""How many SQL statements a planning page runs does not grow with its rows."""

import pytest
from flask import Flask

from surveys.database import writing
from tests.factories.planning import guangzhou
from tests.surveys.pages.test_city_desk import browser
from tests.surveys.pages.test_city_desk_lists import import_all
from tests.surveys.statements import counted

PAGES = {
    "/campaigns": 22,
    "/campaigns/1/lists": 16,
    "/campaigns/1/deputies": 16,
    "/campaigns/1/groups": 16,
    "/campaigns/1/assignments": 24,
    "/campaigns/1/assignments/all": 16,
    "/campaigns/1/assignments/1": 18,
    "/campaigns/1/groups/1": 18,
    "/campaigns/1/assignments/slips": 16,
}


@pytest.mark.parametrize("subjects", [4, 80])
def test_a_page_runs_a_bounded_number_of_statements(app: Flask, subjects: int) -> None:
    with app.app_context(), writing():
        guangzhou().number = 1
    client = browser(app, "chen", "unit_desk", "440118")
    import_all(client, subjects=subjects)
    client.post("/campaigns/1/assignments", data={"propose": "1"})
    numbers = {}
    for page in PAGES:
        with counted(app) as ran:
            assert client.get(page).status_code == 200
        numbers[page] = len(ran)
    assert {page: number for page, number in numbers.items() if number > PAGES[page]} == {}
