"""`flask questionnaire check` and `check-case` as they are called: what they print, their status, and how soon they answer."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from surveys.questionnaire.judging.check_case import contract_fault
from tests.surveys.questionnaire.conditions import FOLDER
from tests.surveys.questionnaire.model_form import ROOT, SAMPLES, WORKBOOK
from tests.surveys.questionnaire.workbooks import workbook


def _flask(*words: str, given: bytes = b"", folder: Path | None = None) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "DATABASE_URL": "", "FLASK_APP": str(ROOT / "app.py"), "PYTHONPATH": str(ROOT)}
    if folder is not None:
        environment["DIAOYAN_INSTANCE"] = str(folder / "none")
    command = [str(Path(sys.executable).with_name("flask")), "questionnaire", *words]
    return subprocess.run(command, input=given, capture_output=True, check=False, env=environment, cwd=folder or ROOT)


def _case(name: str) -> dict[str, Any]:
    cases = json.loads((FOLDER / "expressions.json").read_text("utf-8"))["cases"]
    return next(case for case in cases if case["id"] == name)


def test_check_case_needs_nothing_and_leaves_nothing(tmp_path: Path) -> None:
    case = _case("repeat-01")
    looks = [step["look"] for step in case["steps"] if "look" in step]
    steps = [{"look": True} if "look" in step else step for step in case["steps"]]
    run = _flask("check-case", given=json.dumps({**case, "steps": steps}).encode(), folder=tmp_path)
    assert run.returncode == 0, run.stderr.decode()
    outcome = json.loads(run.stdout)
    assert len(outcome["looks"]) == len(looks)
    for look, wanted in zip(outcome["looks"], looks, strict=True):
        assert wanted.get("repeats", {}).items() <= look["repeats"].items()
    assert list(tmp_path.iterdir()) == []


def test_check_case_refuses_in_words_and_ends_well(tmp_path: Path) -> None:
    case = _case("definition-01")
    run = _flask("check-case", given=json.dumps({**case, "steps": [{"look": True}]}).encode(), folder=tmp_path)
    assert run.returncode == 0
    error = json.loads(run.stdout)["error"]
    assert (error["kind"], bool(error["row"]), "→" in error["text"]) == ("cycle", True, True)


def test_a_case_that_breaks_the_contract_is_told_in_words() -> None:
    good = _case("repeat-01")
    steps = [{"look": True}]
    broken = {
        "now": [
            {"form": good["form"], "steps": steps},
            {"form": good["form"], "now": "yesterday", "steps": steps},
            {"form": good["form"], "now": 5, "steps": steps},
            {"form": good["form"], "now": "2026-02-31T10:00:00+08:00", "steps": steps},
        ],
        "to": [{**good, "steps": [{"set": "/a", "to": 5}]}, {**good, "steps": [{"set": "/a"}]}],
        "set": [{**good, "steps": [{"set": ["/a"], "to": "5"}]}],
        "steps": [{**good, "steps": "none"}, {**good, "steps": [7]}, {**good, "steps": {"set": "/a", "to": "1"}}],
        "form": [{"now": good["now"]}, {**good, "form": "none"}, {**good, "form": {"choices": []}}],
        "survey": [{**good, "form": {"survey": "x"}}, {**good, "form": {"survey": [5]}}],
        "settings": [{**good, "form": {**good["form"], "settings": "x"}}],
        "cell": [{**good, "form": {"survey": [{"type": ["text"], "name": "a", "label": "A"}]}}],
    }
    for word, cases in broken.items():
        for case in cases:
            told = contract_fault(case)
            assert told is not None, case
            assert word in told.zh, told
            assert word in told.en, told
    assert contract_fault({**good, "steps": steps}) is None
    assert contract_fault({key: good[key] for key in ("form", "now")}) is None
    run = _flask("check-case", given=json.dumps(broken["to"][0]).encode())
    assert (run.returncode, run.stdout) == (1, b"")
    assert "Traceback" not in run.stderr.decode()
    assert "第1步" in run.stderr.decode()


def test_check_in_words_and_as_data() -> None:
    broken = str(SAMPLES / "08-broken-eight-errors.xlsx")
    told = _flask("check", broken)
    assert (told.returncode, told.stdout) == (1, b"")
    words = told.stderr.decode()
    assert "survey 表第6行“constraint”列：第1个字符的左括号没有配对的右括号。请改为“(. > 0 and . <= 100)”。" in words
    assert "Sheet survey, row 6, column “constraint”: the bracket opened at character 1 is not closed." in words
    assert "建议 proposed: ${amount} > 0" in words
    data = _flask("check", broken, "--json")
    assert data.returncode == 1
    found = json.loads(data.stdout)
    assert [error["row"] for error in found["errors"]] == [2, 3, 4, 5, 6, 7, 8, 4]
    assert _flask("check", str(WORKBOOK)).returncode == 0


def test_check_takes_the_files_that_come_with_a_form(tmp_path: Path) -> None:
    form, towns = tmp_path / "form.xlsx", tmp_path / "towns.csv"
    form.write_bytes(workbook({"survey": [["type", "name", "label"], ["select_one_from_file towns.csv", "t", "T"]]}))
    towns.write_text("name,label\na,甲\n", "utf-8")
    alone = json.loads(_flask("check", str(form), "--json").stdout)
    assert [error["code"] for error in alone["errors"]] == ["attachment_missing"]
    assert json.loads(_flask("check", str(form), str(towns), "--json").stdout) == {"errors": [], "warnings": []}


def test_a_file_that_is_not_there() -> None:
    run = _flask("check", "nowhere.xlsx")
    assert run.returncode == 1
    assert "nowhere.xlsx" in run.stderr.decode()
    assert "Traceback" not in run.stderr.decode()
