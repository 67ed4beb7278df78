"""What `content_shape` and the drafts declare is what is written: a version with everything in it, a draft, what the judge found."""

import json

import pytest
from flask import Flask
from sqlalchemy import select

from surveys.database import db
from surveys.fieldwork.filling.drafts import DraftAnswers, DraftText, LeftAnswer, StaffEntry, save_draft
from surveys.fieldwork.receiving import verdicts
from surveys.fieldwork.receiving.contents import content_from_state, read_content, read_parts
from surveys.fieldwork.receiving.senders import Sender
from surveys.fieldwork.receiving.verdicts import FindingColumns, extract
from surveys.fieldwork.visits.submissions import Verdict
from surveys.fieldwork.visits.visits import Draft, Visit
from surveys.questionnaire.facts import facts
from surveys.questionnaire.package.package import package_hash
from surveys.questionnaire.shapes.content_shape import PartEntry, VisitContent
from tests.factories.reports import answers, city, package
from tests.shapes import misfits
from tests.surveys.questionnaire.model_form import NOW

PART: PartEntry = {"name": "a.jpg", "path": None, "sha256": "0" * 64, "size": 3, "type": "image/jpeg"}


def content() -> bytes:
    state = facts.begin(package(), now=NOW)
    for path, text in answers(1, "440118").items():
        state.set(path, text)
    return content_from_state(
        state,
        visit_id="0" * 36,
        base="1" * 64,
        clock=NOW,
        parts=[PART],
        merges=["2" * 64],
        beside={"present": ["d"], "replies": {"/x": "好"}, "entered": "paper", "reason": "更正"},
    )


def test_a_version_is_as_declared() -> None:
    value = json.loads(content())
    assert value.keys() == VisitContent.__annotations__.keys() | {"present", "replies", "entered", "reason"}
    assert misfits(value, VisitContent) == []
    assert misfits(read_parts(value["parts"]), list[PartEntry]) == []
    assert misfits(dict(read_content(content()).plain), VisitContent) == []


def test_what_the_judge_finds_is_as_declared(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    value = json.loads(content())
    value["answers"] |= {"/nowhere": "x"}
    value["outcome"] = "refused"
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    monkeypatch.setattr(verdicts, "package_of", lambda _hash: package())
    with app.app_context():
        extracted = extract(read_content(body))
    assert extracted.verdict is not None
    assert extracted.verdict["differences"]
    assert misfits(json.loads(json.dumps(extracted.verdict)), Verdict) == []
    assert [misfits(one, FindingColumns) for one in extracted.findings] == [[]] * len(extracted.findings)


def test_a_draft_is_as_declared(app: Flask) -> None:
    draft = DraftAnswers(
        questionnaire=package_hash(package()),
        answers={"/a": "1"},
        repeats={"/r": 2},
        clock=NOW,
        page="g",
        removed={"repeat": "/r", "number": "2", "answers": {"/x": "1"}, "repeats": {}},
        left=(LeftAnswer("题", "答", "[1]"),),
        parts=(PART,),
        entering=StaffEntry("paper", "更正"),
        replies={"/a": "好"},
        after=NOW,
    )
    with app.app_context():
        city(1)
        visit = db.session.scalars(select(Visit)).first()
        assert visit is not None
        save_draft(visit.id, Sender("a" * 36, "陈敏"), draft)
        body = json.loads(db.session.query(Draft).one().body or "")
    assert body.keys() == DraftText.__annotations__.keys()
    assert misfits(body, DraftText) == []
