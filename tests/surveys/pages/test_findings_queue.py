"""逐条归类: one finding after the other, coded and put together by plain forms, in bulk, and undone."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from surveys import jobs
from surveys.database import db
from surveys.fieldwork.findings import proposals
from surveys.fieldwork.findings.findings import FindingCoding, HeadlineFinding
from tests.desk_client import signed_in
from tests.factories.near_findings import add_near_letters
from tests.house.client import check_page

QUEUE = "/campaigns/1/findings/queue"
SAME = r'name="near" value="([0-9a-f-]{36})" data-key="[4-9]" checked'


@pytest.fixture
def committee(demonstration: Flask) -> FlaskClient:
    with demonstration.app_context():
        add_near_letters()
        proposals.ask_where_due()
        jobs.work_off()
    return signed_in(demonstration, "committee.440100")


def _standing(app: Flask) -> tuple[int, int]:
    with app.app_context():
        return (
            len(db.session.scalars(select(FindingCoding).where(FindingCoding.undone_at.is_(None))).all()),
            len(db.session.scalars(select(HeadlineFinding).where(HeadlineFinding.undone_at.is_(None))).all()),
        )


def _finding(page: str) -> str:
    return re.findall(r'name="finding" value="([0-9a-f-]{36})"', page)[0]


def _settled(page: str) -> int:
    return int(re.search(r"已定\s*(\d+)\s*/", page)[1])  # type: ignore[index]


def test_a_finding_is_settled_and_the_next_one_follows_and_one_press_undoes(
    demonstration: Flask, committee: FlaskClient
) -> None:
    before = _standing(demonstration)
    page = check_page(committee.get(f"{QUEUE}?show=uncoded"))
    first = _finding(page)
    [candidate, *others] = re.findall(r'name="category2" value="(\d{4})"', page)
    assert len(others) == 2
    answer = committee.post(QUEUE, data={"finding": first, "category2": candidate, "act": "code", "show": "uncoded"})
    assert answer.status_code == 303
    following = check_page(committee.get(answer.headers["Location"]))
    assert _finding(following) != first
    assert _settled(following) == _settled(page) + 1
    assert _standing(demonstration) == (before[0] + 1, before[1])
    [undo, *_] = re.findall(r'action="(/campaigns/1/findings/acts/[0-9a-f-]{36})"', following)
    committee.post(undo)
    assert _standing(demonstration) == before


def test_near_ones_go_together_whole_or_in_part_or_are_refused(demonstration: Flask, committee: FlaskClient) -> None:
    before = _standing(demonstration)
    page = check_page(committee.get(f"{QUEUE}?show=near"))
    while not re.findall(SAME, page):  # what is near may stand under a headline already
        page = check_page(committee.get(re.search(r'href="([^"]+)" rel="next"', page)[1].replace("&amp;", "&")))  # type: ignore[index]
    first, near = _finding(page), re.findall(SAME, page)
    refused = committee.post(QUEUE, data={"finding": first, "act": "refuse", "show": "near"})
    again = check_page(committee.get(refused.headers["Location"]))
    assert _finding(again) == first
    assert re.findall(SAME, again) == []
    [undo, *_] = re.findall(r'action="(/campaigns/1/findings/acts/[0-9a-f-]{36})"', again)
    committee.post(undo)
    data = {"finding": first, "near": near[:1], "category2": "0302", "words": "我自己的标题", "act": "join"}
    joined = committee.post(QUEUE, data=data)
    assert joined.status_code == 303
    assert _standing(demonstration)[1] == before[1] + 2
    assert "我自己的标题" in check_page(committee.get(f"/findings/{first}"))
    assert "我自己的标题" in check_page(committee.get(f"/findings/{near[0]}"))


def test_what_is_missing_is_said_in_place_and_what_was_typed_stays(
    demonstration: Flask, committee: FlaskClient
) -> None:
    before = _standing(demonstration)
    page = check_page(committee.get(f"{QUEUE}?show=uncoded"))
    first = _finding(page)
    answer = committee.post(QUEUE, data={"finding": first, "act": "join", "words": "留着的话", "show": "uncoded"})
    assert answer.status_code == 422
    assert "还没有类别" in check_page(answer, 422)
    assert 'value="留着的话"' in answer.get_data(as_text=True)
    unknown = committee.post(QUEUE, data={"finding": first, "act": "code", "other": "绝无此类", "category2": ""})
    assert "没有这样的类别" in check_page(unknown, 422)
    several = committee.post(QUEUE, data={"finding": first, "act": "code", "other": "其他"})
    assert "不止一个类别" in check_page(several, 422)
    assert _standing(demonstration) == before
    by_initials = committee.post(QUEUE, data={"finding": first, "act": "code", "other": "cfxz"})
    assert by_initials.status_code == 303
    assert "厂房闲置与盘活" in check_page(committee.get(f"/findings/{first}"))


def test_aside_waits_and_typical_is_listed(committee: FlaskClient) -> None:
    page = check_page(committee.get(QUEUE))
    first = _finding(page)
    committee.post(QUEUE, data={"finding": first, "act": "typical"})
    assert _finding(check_page(committee.get(f"{QUEUE}?show=typical"))) == first
    committee.post(QUEUE, data={"finding": first, "act": "aside"})
    assert _finding(check_page(committee.get(QUEUE))) != first
    assert _finding(check_page(committee.get(f"{QUEUE}?show=aside"))) == first


def test_in_bulk_what_was_looked_at_is_coded_and_one_press_undoes_all(
    demonstration: Flask, committee: FlaskClient
) -> None:
    before = _standing(demonstration)
    page = check_page(committee.get("/campaigns/1/findings/bulk?least=0.50"))
    number = int(re.search(r"其中(\d+)条", page)[1])  # type: ignore[index]
    data = {"least": "0.50", "finding": re.findall(r'name="finding" value="([0-9a-f-]{36})"', page)}
    assert len(data["finding"]) == number
    committee.post("/campaigns/1/findings/bulk", data=data | {"seal": "stale"})
    assert _standing(demonstration) == before, "what nobody looked at is not coded"
    [seal] = re.findall(r'name="seal" value="(\w+)"', page)
    some = data | {"seal": seal, "finding": data["finding"][1:]}
    coded = committee.post("/campaigns/1/findings/bulk", data=some)
    after = check_page(committee.get(coded.headers["Location"]))
    assert _standing(demonstration)[0] == before[0] + number - 1, "what was unticked stays"
    [undo, *_] = re.findall(r'action="(/campaigns/1/findings/acts/[0-9a-f-]{36})"', after)
    committee.post(undo)
    assert _standing(demonstration) == before


def test_a_headline_is_split_and_taken_apart(demonstration: Flask, committee: FlaskClient) -> None:
    before = _standing(demonstration)
    page = check_page(committee.get("/campaigns/1/findings?source=visit"))
    ids = re.findall(r'name="finding" value="([0-9a-f-]{36})"', page)[:4]
    made = committee.post("/campaigns/1/findings/headlines", data={"finding": ids, "words": "一个大标题"})
    head = re.search(r"headline=([0-9a-f-]{36})", made.headers["Location"])[1]  # type: ignore[index]
    apart = f"/campaigns/1/findings/headlines/{head}"
    committee.post(apart, data={"finding": ids[:2], "words": "分出来的标题", "act": "split"})
    listed = check_page(committee.get(f"/campaigns/1/findings?headline={head}"))
    assert set(re.findall(r'name="finding" value="([0-9a-f-]{36})"', listed)) == set(ids[2:])
    committee.post(apart, data={"finding": ids[2:3], "act": "out"})
    committee.post(apart, data={"act": "all"})
    queue = check_page(committee.get(QUEUE))
    for _ in range(4):
        [undo, *_rest] = re.findall(r'action="(/campaigns/1/findings/acts/[0-9a-f-]{36})"', queue)
        committee.post(undo)
        queue = check_page(committee.get(QUEUE))
    assert _standing(demonstration) == before


def test_a_desk_sees_and_settles_its_own_alone(demonstration: Flask, committee: FlaskClient) -> None:
    own = signed_in(demonstration, "unit_desk.440106")
    page = check_page(own.get(f"{QUEUE}?show=all"))
    others = _finding(check_page(committee.get(f"{QUEUE}?show=all&unit=440105")))
    assert "天河区" in page
    assert own.post(QUEUE, data={"finding": others, "act": "aside"}).status_code == 404
    assert own.get(f"{QUEUE}?unit=440105").status_code == 404
    assert f'name="finding" value="{others}"' not in own.get(f"{QUEUE}?at={others}").get_data(as_text=True)
    assert signed_in(demonstration, "liaison1.440106").get(QUEUE).status_code == 403
    assert signed_in(demonstration, "reader.440100").get(QUEUE).status_code == 404


def test_the_list_is_searched_by_pinyin_and_initials(committee: FlaskClient) -> None:
    by_words = check_page(committee.get("/campaigns/1/findings?q=贷款&size=200"))
    whole = set(re.findall(r'name="finding" value="([0-9a-f-]{36})"', by_words))
    for letters in ("daikuan", "dk"):
        page = check_page(committee.get(f"/campaigns/1/findings?q={letters}&size=200"))
        assert whole <= set(re.findall(r'name="finding" value="([0-9a-f-]{36})"', page)), letters
    assert whole


def test_two_people_on_one_finding(demonstration: Flask, committee: FlaskClient) -> None:
    """The second is told, keeps what was typed, and changes nothing."""
    page = check_page(committee.get(f"{QUEUE}?show=uncoded"))
    first = _finding(page)
    seal = re.search(r'name="seal" value="([^"]*)"', page)[1]  # type: ignore[index]
    other = signed_in(demonstration, "organizer.440100")
    assert other.post(QUEUE, data={"finding": first, "seal": seal, "other": "0302", "act": "code"}).status_code == 303
    before = _standing(demonstration)
    late = committee.post(
        QUEUE, data={"finding": first, "seal": seal, "other": "0101", "words": "我的话", "act": "code"}
    )
    told = check_page(late, 422)
    assert "刚才已有人定了这一条" in told
    assert 'value="我的话"' in told
    assert "厂房与租金" in told
    assert _standing(demonstration) == before
