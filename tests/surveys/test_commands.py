"""What the commands promise: JSON on standard output alone, statuses, words instead of traces."""

import json
from pathlib import Path

from flask import Flask

from app import create_app
from surveys.database import writing
from tests.factories import planning


def test_a_database_that_is_not_there_is_said_not_traced(tmp_path: Path) -> None:
    app = create_app({"TESTING": True, "INSTANCE": str(tmp_path)})
    result = app.test_cli_runner().invoke(args=["campaigns", "list"])
    assert result.exit_code == 3
    assert "flask upgrade" in result.stderr
    assert "Traceback" not in result.output
    assert result.stdout == ""


def test_campaigns_are_listed_shown_and_counted(app: Flask) -> None:
    with app.app_context(), writing():
        campaign = planning.guangzhou()
        number, campaign_id, title = campaign.number, campaign.id, campaign.title
    run = app.test_cli_runner().invoke
    listed = json.loads(run(args=["campaigns", "list", "--json"]).stdout)
    assert [(row["id"], row["title"]) for row in listed] == [(campaign_id, title)]
    assert json.loads(run(args=["campaigns", "show", str(number), "--json"]).stdout)["unit"] == "440100"
    progress = json.loads(run(args=["campaigns", "progress", campaign_id, "--json"]).stdout)
    assert [row["code"] for row in progress["units"]] == ["440100-0", "440105", "440118"]
    keys = ("open", "draft", "submitted", "returned", "accepted", "void")
    assert progress["total"]["assigned"] == sum(progress["total"][key] for key in keys)


def test_a_campaign_that_is_not_there(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["campaigns", "progress", "no-such-id", "--json"])
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "flask campaigns list" in result.stderr


def test_a_workbook_is_checked_from_the_shell(app: Flask, tmp_path: Path) -> None:
    run = app.test_cli_runner().invoke
    samples = Path("tests/cases/questionnaires/samples")
    good = run(args=["questionnaire", "check", str(samples / "01-calculate-and-constraint.xlsx"), "--json"])
    assert (good.exit_code, json.loads(good.stdout)["errors"]) == (0, [])
    broken = run(args=["questionnaire", "check", str(samples / "08-broken-eight-errors.xlsx"), "--json"])
    assert broken.exit_code == 1
    fault = json.loads(broken.stdout)["errors"][0]
    assert {"code", "sheet", "row", "column", "cause", "remedy"} <= set(fault)
    missing = run(args=["questionnaire", "check", str(tmp_path / "none.xlsx")])
    assert (missing.exit_code, missing.stdout) == (1, "")


def test_a_case_from_standard_input(app: Flask) -> None:
    case = json.loads(Path("tests/cases/conditions/expressions.json").read_text(encoding="utf-8"))["cases"][0]
    case["steps"] = [step if "look" not in step else {"look": True} for step in case.get("steps", [{"look": True}])]
    result = app.test_cli_runner().invoke(args=["questionnaire", "check-case"], input=json.dumps(case))
    assert result.exit_code == 0
    assert json.loads(result.stdout)["looks"]
    nonsense = app.test_cli_runner().invoke(args=["questionnaire", "check-case"], input="[]")
    assert (nonsense.exit_code, nonsense.stdout) == (1, "")
