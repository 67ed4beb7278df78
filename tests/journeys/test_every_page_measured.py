"""Every page of the route list in a browser, in English, where words are longest: axe-core, house rules, no sideways scrolling."""

from playwright.sync_api import Browser

from tests.browser import DESK, Served, Visitor
from tests.house.access_table import client_of, routes
from tests.house.pages import PARTS_OF_PAGES, PEOPLE, is_page

# No pages to look at: what phones ask for, what leads on at once, files.
OTHER = (
    "/sync",
    "/demonstration",
    "/text-size",
    "/language",
    "/visits/text-size",
    "/visits/language",
    "/lists/sample",
    "/prints",
)


def test_every_page_in_english(served: Served, chromium: Browser) -> None:
    person = Visitor(chromium, served.address, size=DESK, script=True, language="en")
    person.stay_plain()
    clients = {name: client_of(served.app, name) for name in PEOPLE}
    for client in clients.values():
        client.get("/language/en")
    looked = 0
    for route in routes(served.app):
        if route.method != "GET" or route.rule.startswith(OTHER) or route.rule in PARTS_OF_PAGES:
            continue
        for client in clients.values():
            answer = client.get(route.address)
            if answer.status_code == 200 and is_page(answer):
                person.sign_in_as(client)
                person.go(route.address)
                looked += 1
                break
    person.close()
    assert looked > 40
    assert person.faults == []
