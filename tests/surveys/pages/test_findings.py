"""Findings in their words: put together under a headline and taken out again, found by search, each keeping text and source."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from surveys.database import db
from surveys.fieldwork.findings.findings import HeadlineFinding
from tests.desk_client import signed_in
from tests.house.client import check_page


@pytest.fixture
def committee(demonstration: Flask) -> FlaskClient:
    return signed_in(demonstration, "committee.440100")


def _standing(app: Flask) -> int:
    with app.app_context():
        return len(db.session.scalars(select(HeadlineFinding).where(HeadlineFinding.undone_at.is_(None))).all())


def test_findings_are_put_together_and_taken_out_again(demonstration: Flask, committee: FlaskClient) -> None:
    before = _standing(demonstration)
    page = check_page(committee.get("/campaigns/1/findings?source=visit"))
    ids = re.findall(r'name="finding" value="([0-9a-f-]{36})"', page)[:3]
    words = "办理不动产登记周期长"
    alone = committee.post("/campaigns/1/findings/headlines", data={"finding": ids[:1], "words": words})
    assert "至少选中两条" in check_page(committee.get(alone.headers["Location"]))

    made = committee.post("/campaigns/1/findings/headlines", data={"finding": ids[:2], "words": words})
    assert made.status_code == 303
    listed = check_page(committee.get(made.headers["Location"]))
    assert f"归并在“{words}”之下" in listed
    assert set(re.findall(r'name="finding" value="([0-9a-f-]{36})"', listed)) == set(ids[:2])
    committee.post("/campaigns/1/findings/headlines", data={"finding": ids[2:], "words": words})  # the one that stands
    assert words in check_page(committee.get("/campaigns/1/findings?view=headlines"))
    assert committee.get("/campaigns/1/findings?view=headlines&export=csv").status_code == 200

    one = check_page(committee.get(f"/findings/{ids[2]}"))
    assert f"归并在“{words}”之下" in one
    assert committee.post(f"/findings/{ids[2]}/headline").status_code == 303
    assert f"归并在“{words}”之下" not in check_page(committee.get(f"/findings/{ids[2]}"))
    assert _standing(demonstration) <= before + 2  # one that stood elsewhere left there


def test_every_page_of_the_list_knows_the_whole(committee: FlaskClient) -> None:
    """An old address that leads beyond the end leads to the last page."""
    first = check_page(committee.get("/campaigns/1/findings?size=25"))
    [whole] = set(re.findall(r"第1–25条，共(\d+)条", first))
    assert f"共{whole}条" in check_page(committee.get("/campaigns/1/findings?size=25&page=2"))
    beyond = check_page(committee.get("/campaigns/1/findings?size=25&page=99"))
    assert f"共{whole}条" in beyond
    assert len(re.findall(r'name="finding" value=', beyond)) == int(whole) % 25
    assert "条，共" not in check_page(committee.get("/campaigns/1/findings?page=9&q=绝无此事"))


def test_a_desk_does_not_put_others_findings_together(demonstration: Flask, committee: FlaskClient) -> None:
    page = check_page(committee.get("/campaigns/1/findings?unit=440105"))
    ids = re.findall(r'name="finding" value="([0-9a-f-]{36})"', page)[:2]
    desk = signed_in(demonstration, "unit_desk.440106")
    before = _standing(demonstration)
    answer = desk.post("/campaigns/1/findings/headlines", data={"finding": ids, "words": "x"})
    assert answer.status_code in (303, 404)
    assert _standing(demonstration) == before


def test_search_finds_findings_and_is_paged(committee: FlaskClient) -> None:
    page = check_page(committee.get("/search?q=贷款&of=findings"))
    assert "/findings/" in page
    number = int(re.search(r'aria-current="true">[^<]*<span>(\d+)</span>', page)[1])  # type: ignore[index]
    assert number > 0
    assert "贷款" in committee.get("/search?q=贷款&of=findings&export=csv").get_data(as_text=True)


def test_search_shows_the_lists_that_a_person_may_open_and_no_others(demonstration: Flask) -> None:
    page = check_page(signed_in(demonstration, "organizer.440100").get("/search?q=公司&of=subjects&size=25&page=2"))
    assert 'aria-current="page">2<' in page
    for person in ("committee", "office", "reader", "administrator", "auditor"):
        client = signed_in(demonstration, f"{person}.440100")
        page = check_page(client.get("/search?q=公司"))
        assert "of=subjects" not in page, person
        assert "of=deputies" not in page, person
        assert client.get("/search?q=公司&of=subjects&export=csv").status_code in (404, 200)
        assert "有限公司" not in client.get("/search?q=公司&of=subjects&export=csv").get_data(as_text=True), person
