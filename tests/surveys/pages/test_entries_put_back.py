"""撤销删除: an entry comes back whole, with entries in entries, also where a count had let them grow; the same on the phone and page by page."""

import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from surveys.database import db, writing
from surveys.fieldwork.visits.visits import Draft
from surveys.pages.field.filling import page_flow
from surveys.questionnaire.judging.check_case import read_case
from surveys.questionnaire.sheets.columns import MOST_INSTANCES
from surveys.questionnaire.state.evaluation import FormState
from tests.engines import told_by
from tests.surveys.pages.field_world import make_world, signed_in_client
from tests.surveys.pages.test_field_journey import begin, read, send

NOW = "2023-07-15T10:00:00.000+08:00"
# A site has as many halls as it says, a hall any number of lines; what a hall beyond the count said is kept as well.
SURVEY = """
    begin repeat | site  |       | 厂区
    text         | name  |       | 名称
    integer      | halls |       | 车间数
    begin repeat | hall  | ${halls} | 车间
    text         | use   |       | 用途
    begin repeat | line  |       | 生产线
    text         | made  |       | 产品
    end repeat   |       |       |
    end repeat   |       |       |
    begin repeat | note  |       | 备注
    text         | said  |       | 内容
    end repeat   |       |       |
    end repeat   |       |       |
"""
ANSWERS = {
    "/site[1]/name": "东厂",
    "/site[1]/halls": "2",
    "/site[1]/hall[1]/use": "裁剪",
    "/site[1]/hall[1]/line[2]/made": "衬衫",
    "/site[1]/hall[2]/line[1]/made": "外套",
    "/site[1]/hall[3]/use": "仓库",
    "/site[1]/note[1]/said": "搬迁中",
}
REPEATS = {"/site": 1, "/site[1]/hall": 2, "/site[1]/hall[1]/line": 3, "/site[1]/hall[2]/line": 1, "/site[1]/note": 2}


def form() -> dict[str, Any]:
    rows = [[cell.strip() for cell in line.strip().split("|")] for line in SURVEY.strip().splitlines()]
    names = ("type", "name", "repeat_count", "label")
    survey = [{key: cell for key, cell in zip(names, row, strict=True) if cell} for row in rows]
    package = read_case({"survey": survey})[0].package
    assert package is not None
    return package


def stored(state: FormState) -> dict[str, Any]:
    return {"answers": state.raw(), "repeats": state.repeats}


def test_on_the_phone() -> None:
    package = form()
    whole = stored(FormState(package, ANSWERS, REPEATS, now=NOW, new=False))
    assert whole == {"answers": ANSWERS, "repeats": REPEATS}
    visit = {"package": package, **whole, "now": NOW, "entry": "/site[1]"}
    without, again = told_by("undo_replay.mjs", visit)
    assert without == {"answers": {}, "repeats": {"/site": 0}}
    assert again == whole


def kept(app: Flask, **more: Any) -> dict[str, Any]:
    """What the draft on the server holds; `more` takes the place of it before."""
    with app.app_context(), writing():
        draft = db.session.scalars(select(Draft)).one()
        body = json.loads(draft.body or "") | more
        draft.body = json.dumps(body)
        return {key: body[key] for key in ("answers", "repeats")}


def pressed(client: FlaskClient, address: str, go: str) -> None:
    assert send(client, address, read(client.get(address)).forms[0], button=("go", go)).status_code == 303


def test_page_by_page(app: Flask) -> None:
    world = make_world(app, form())
    client = signed_in_client(app, world.devices[0])
    begin(client, world)
    whole = kept(app, answers=ANSWERS, repeats=REPEATS)
    listed = f"/visits/{world.visit_id}/pages/site"
    pressed(client, listed, "remove:/site[1]")
    assert kept(app) == {"answers": {}, "repeats": {"/site": 0}}
    pressed(client, listed, "undo")
    assert kept(app) == whole


def test_a_full_repeat_takes_no_more_and_lets_go() -> None:
    state = FormState(form(), {}, {"/site": MOST_INSTANCES}, now=NOW, new=False)
    with pytest.raises(ValueError, match="1000 instances"):
        state.add("/site")
    state.remove("/site[1]")
    assert state.repeats["/site"] == MOST_INSTANCES - 1
    assert state.add("/site") == f"/site[{MOST_INSTANCES}]"


def test_a_full_list_offers_no_more(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_flow, "MOST_INSTANCES", 2)
    world = make_world(app, form())
    client = signed_in_client(app, world.devices[0])
    begin(client, world)
    kept(app, repeats={"/site": 2})
    listed = f"/visits/{world.visit_id}/pages/site"
    page = read(client.get(listed))
    assert "add" not in [value for name, value in page.forms[0].buttons if name == "go"]
    send(client, listed, page.forms[0], button=("go", "add"))  # from a page that was open before
    assert kept(app)["repeats"]["/site"] == 2
