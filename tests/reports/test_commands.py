"""The commands that scripts call: JSON alone on standard output, and the exit status that was promised."""

import json
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import text

from reports.papers.steps import send_for_review
from surveys import immutable_rows
from surveys.database import db, writing
from tests.factories.reports import CITY, LEAVES, ROOT_TEXT, accepted, all_accepted, city, written


def _run(app: Flask, *words: str, sent: str | None = None) -> Result:
    with app.app_context():  # a context of its own, as a command has: its session ends with it
        return app.test_cli_runner().invoke(args=list(words), input=sent)


def test_a_build_while_sub_reports_are_missing(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        campaign = city(2)
        accepted(campaign, "440105")
        written(campaign, "440100", ROOT_TEXT)
        number = str(campaign.number)
    done = _run(app, "reports", "build", number, "--out", str(tmp_path / "out.pdf"))
    assert done.exit_code == 1
    assert done.stdout == ""
    assert "增城区的分报告还没有接收" in done.stderr
    assert "No accepted sub-report of" in done.stderr
    assert not (tmp_path / "out.pdf").exists()


def test_build_and_verify_and_one_changed_answer(app: Flask, tmp_path: Path) -> None:
    out = tmp_path / "deep" / "report.pdf"
    with app.app_context():
        campaign = city(3)
        root = all_accepted(campaign)
        send_for_review(root, by=CITY)
        number = str(campaign.number)
    built = _run(app, "reports", "build", number, "--out", str(out))
    assert built.exit_code == 0, built.stderr
    said = json.loads(built.stdout)
    assert said["profile"] == "C"
    assert out.read_bytes().startswith(b"%PDF")
    sound = _run(app, "reports", "verify", str(out))
    assert sound.exit_code == 0, sound.stderr
    assert json.loads(sound.stdout)["ok"] is True
    with app.app_context(), writing() as session, immutable_rows.opened("tampering"):
        row = session.execute(text("SELECT id, body FROM submissions WHERE outcome = 'visited' ORDER BY id")).first()
        assert row is not None
        changed = bytes(row.body).replace(b'"visited"', b'"visitee"', 1)
        session.execute(text("UPDATE submissions SET body = :body WHERE id = :id"), {"body": changed, "id": row.id})
    found = _run(app, "reports", "verify", str(out))
    assert found.exit_code == 1
    report = json.loads(found.stdout)
    assert report["ok"] is False
    assert "submission_changed" in {one["code"] for one in report["differences"]}
    assert "被改动过" in found.stderr
    assert "was changed" in found.stderr


def test_a_unit_report_is_built_alone(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        campaign = city(2)
        accepted(campaign, "440105")
        name = campaign.id
    built = _run(app, "reports", "build", name, "--unit", "440105", "--out", str(tmp_path / "a.pdf"))
    assert built.exit_code == 0, built.stderr
    assert json.loads(built.stdout)["version"]["unit"] == "440105"


def test_a_report_a_section_and_the_volume_are_written_as_word(app: Flask, tmp_path: Path) -> None:
    from docx import Document

    with app.app_context():
        campaign = city(2)
        root = all_accepted(campaign)
        send_for_review(root, by=CITY)
        name = campaign.id
    texts = {}
    for out, more in {
        "whole.docx": (),
        "section.docx": ("--section", "practice"),
        "unit.docx": ("--unit", "440105"),
        "volume.docx": ("--volume",),
    }.items():
        done = _run(app, "reports", "word", name, *more, "--out", str(tmp_path / out))
        assert done.exit_code == 0, done.stderr
        texts[out] = "\n".join(one.text for one in Document(str(tmp_path / out)).paragraphs)
    assert "二、主要做法和成效" in texts["section.docx"]
    assert "三、存在的主要问题" not in texts["section.docx"]
    assert "海珠区企业调研情况报告" in texts["unit.docx"]
    assert texts["volume.docx"].count("二、主要做法和成效") == 1 + len(LEAVES)
    assert "附件1" in texts["volume.docx"]
    wrong = _run(app, "reports", "word", name, "--unit", "440105", "--volume", "--out", str(tmp_path / "x.docx"))
    assert (wrong.exit_code, wrong.stdout) == (1, "")


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        pytest.param(
            ("reports", "build", "987654321", "--out", "x.pdf"),
            1,
            "没有编号为“987654321”的调研活动",
            id="unknown campaign",
        ),
        pytest.param(("reports", "build", "{n}", "--unit", "440199", "--out", "x.pdf"), 1, "440199", id="unknown unit"),
        pytest.param(
            ("reports", "build", "{n}", "--unit", "440118", "--out", "x.pdf"), 1, "还没有开始写报告", id="no report"
        ),
        pytest.param(("reports", "build", "{n}"), 2, "--out", id="a wrong call"),
        pytest.param(
            ("reports", "build", "{n}", "--out", "x.pdf", "--edition", "secret"), 2, "secret", id="no such edition"
        ),
        pytest.param(("reports", "verify", "nothing.pdf"), 1, "nothing.pdf", id="no such file"),
        pytest.param(("findings", "group"), 1, "JSON", id="no JSON on standard input"),
        pytest.param(("findings", "everything"), 2, "", id="no such command"),
    ],
)
def test_what_is_wrong_is_said(app: Flask, words: tuple[str, ...], status: int, said: str) -> None:
    with app.app_context():
        number = str(city(1).number)
        db.session.remove()
    done = _run(app, *(word.format(n=number) for word in words), sent="no json")
    assert done.exit_code == status
    assert done.stdout == ""
    assert said in done.stderr


@pytest.mark.parametrize(
    ("command", "payload", "key"),
    [
        (
            "near-duplicates",
            {"texts": [{"id": "a", "text": "货款拖欠一年"}, {"id": "b", "text": "货款拖欠一年了"}]},
            "same",
        ),
        (
            "suggest-category",
            {
                "categories": [{"cat1": "账款", "cat2": ["拖欠"], "keywords": ["货款"]}],
                "labelled": [],
                "texts": [{"id": "a", "text": "货款拖欠一年"}],
            },
            "suggestions",
        ),
        ("check-numbers", {"table": [], "sentences": [{"id": "s", "text": "走访97家。"}]}, "results"),
        ("group", {"texts": [{"id": "a", "text": "货款拖欠一年", "cat1": "账款", "cat2": "拖欠"}]}, "groups"),
    ],
)
def test_findings_commands_answer_json(app: Flask, command: str, payload: dict, key: str) -> None:
    done = _run(app, "findings", command, sent=json.dumps(payload, ensure_ascii=False))
    assert done.exit_code == 0, done.stderr
    assert key in json.loads(done.stdout)


def test_doctor_answers_json(app: Flask) -> None:
    done = _run(app, "doctor", "--json")
    assert done.exit_code in (0, 3)
    assert all({"what", "ok", "found", "remedy"} <= set(check) for check in json.loads(done.stdout)["checks"])
