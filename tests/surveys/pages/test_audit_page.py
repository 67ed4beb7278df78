"""操作记录: who may read it, what it finds, how an entry is told, the check as a job, and that taking it out is an entry itself."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, text

from surveys import immutable_rows, jobs
from surveys.audit import SYSTEM, Actor, AuditEntry, record
from surveys.auditing import chain
from surveys.auditing.search import KINDS, kind_of
from surveys.database import db, writing
from tests.factories.planning import guangzhou
from tests.house.client import check_page
from tests.surveys.pages.test_city_desk import browser

ROOT = Path(__file__).parents[3]


@pytest.fixture
def auditor(app: Flask) -> FlaskClient:
    with app.app_context(), writing():
        guangzhou().number = 1
        record(
            Actor("staff", "z" * 36, "周岚"),
            "role.granted",
            unit_code="440105",
            role="unit_desk",
            before={"role": None},
            after={"role": "unit_desk"},
        )
        record(
            Actor("staff", "z" * 36, "周岚"),
            "report.returned",
            target=("report", "r1"),
            unit_code="440118",
            reason="=2+3",
        )
        record(SYSTEM, "units.imported", rows=13)
    return browser(app, "shen", "auditor", "440100")


def _entry(app: Flask, act: str) -> int:
    with app.app_context():
        return db.session.scalars(select(AuditEntry.id).where(AuditEntry.act == act)).one()


def test_the_trail_is_found_by_person_kind_unit_words_and_day(auditor: FlaskClient) -> None:
    page = check_page(auditor.get("/audit"))
    assert all(word in page for word in ("授予权限", "退回报告", "导入单位", "进入"))

    def shown(query: str) -> set[str]:
        body = check_page(auditor.get(f"/audit?{query}"))
        table = body[body.index("<tbody>") :] if "<tbody>" in body else ""
        return {word for word in ("授予权限", "退回报告", "导入单位", "进入") if f">{word}<" in table}

    assert shown("person=周岚") == {"授予权限", "退回报告"}
    assert shown("kind=writing") == {"退回报告"}
    assert shown("unit=440105") == {"授予权限"}
    assert shown("words=2%2B3") == {"退回报告"}
    assert shown("thing=沈") == set()
    assert shown("to=2020-01-01") == set()
    assert "没有符合条件的记录" in check_page(auditor.get("/audit?person=没有此人"))


def test_one_entry_says_what_was_and_what_became_and_what_its_person_did_around_it(
    auditor: FlaskClient, app: Flask
) -> None:
    with app.app_context():
        chain.link_new()
    page = check_page(auditor.get(f"/audit?entry={_entry(app, 'role.granted')}"))
    assert "<del>—</del>" in page
    assert "<ins>unit_desk</ins>" in page
    assert "第1条" in page
    assert "这个人前后" in page
    assert "退回报告" in page[page.index("这个人前后") :]


def test_a_district_auditor_reads_the_own_unit_alone(auditor: FlaskClient, app: Flask) -> None:
    own = browser(app, "tian", "auditor", "440105")
    page = check_page(own.get("/audit"))
    assert "授予权限" in page
    assert "report.returned" not in page
    assert ">退回报告<" not in page
    assert own.get(f"/audit?entry={_entry(app, 'report.returned')}").status_code == 404
    assert own.get("/audit?unit=440118").get_data(as_text=True).count("退回报告") == 0
    assert own.post("/audit/check").status_code == 403


@pytest.mark.parametrize("role", ["organizer", "committee", "unit_desk", "reader"])
def test_nobody_else_reads_it(auditor: FlaskClient, app: Flask, role: str) -> None:
    other = browser(app, "xie", role, "440100")
    assert other.get("/audit").status_code == 403
    assert other.post("/audit/check").status_code == 403


def test_taking_the_trail_out_is_an_entry_and_starts_no_formula(auditor: FlaskClient, app: Flask) -> None:
    file = auditor.get("/audit?export=csv&kind=writing").get_data(as_text=True)
    assert "退回报告" in file
    assert not re.search(r"[,\"]=2\+3", file)
    with app.app_context():
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.act == "export")).one()
        assert entry.detail is not None
        assert (entry.address, entry.detail["name"]) == ("127.0.*.1", "操作记录.csv")
    check_page(auditor.get("/audit?print=1"))
    with app.app_context():
        assert len(db.session.scalars(select(AuditEntry).where(AuditEntry.act == "export")).all()) == 2


def test_the_check_is_a_job_and_its_outcome_stands_on_the_page(auditor: FlaskClient, app: Flask) -> None:
    assert auditor.post("/audit/check").status_code == 303
    assert "正在核对" in check_page(auditor.get("/audit"))
    with app.app_context():
        assert jobs.work_off() == 1
    assert "连得上" in check_page(auditor.get("/audit"))
    with app.app_context(), writing() as session, immutable_rows.opened("试验"):
        session.execute(text("UPDATE audit_entries SET act = 'other' WHERE id = 2"))
    auditor.post("/audit/check")
    with app.app_context():
        jobs.work_off()
    page = check_page(auditor.get("/audit"))
    assert "接不上" in page
    assert "第2条" in page


def _acts_written() -> set[str]:
    """The acts that the program writes: the second argument of what records, a constant of its module looked up."""
    acts = set[str]()
    for file in (place for room in ("surveys", "reports") for place in (ROOT / room).rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        constants = {name: value for node in tree.body for name, value in _constants(node)}
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and _name(node.func) in ("record", "entry", "_record", "_note")
                and node.args[1:]
            ):
                inside = list(ast.walk(node.args[1]))
                acts |= {one.value for one in inside if isinstance(one, ast.Constant) and isinstance(one.value, str)}
                acts |= {constants[one.id] for one in inside if isinstance(one, ast.Name) and one.id in constants}
    return {act for act in acts if re.fullmatch(r"[a-z_]+(\.[a-z_]+)+|signed_in|signed_out|password_set|export", act)}


def _name(function: ast.expr) -> str:
    return (
        function.id if isinstance(function, ast.Name) else function.attr if isinstance(function, ast.Attribute) else ""
    )


def _constants(node: ast.stmt) -> Iterator[tuple[str, str]]:
    """`A = "…"` and `A, B = "…", "…"`."""
    if not isinstance(node, ast.Assign):
        return
    for target in node.targets:
        pairs = [(target, node.value)]
        if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            pairs = list(zip(target.elts, node.value.elts, strict=True))
        for name, value in pairs:
            if isinstance(name, ast.Name) and isinstance(value, ast.Constant) and isinstance(value.value, str):
                yield name.id, value.value


def test_every_act_that_is_written_has_a_name_and_a_kind(app: Flask) -> None:
    from surveys.pages.city_desk.audit_words import _act_names

    acts = _acts_written()
    assert {"backup.made", "data.exported", "factor.added", "visit.void"} <= acts
    with app.test_request_context():
        app.preprocess_request()
        assert sorted(acts - set(_act_names())) == []
    assert all(kind_of(act) in KINDS for act in acts)
