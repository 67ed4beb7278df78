"""An office begins: its units out of a table, its first administrator from the command line."""

import json
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from surveys.accounts import Account
from surveys.database import db
from surveys.planning.campaigns.staff import grants_of
from surveys.planning.campaigns.units import unit_tree
from surveys.planning.imports.tables import write_table
from surveys.planning.imports.unit_imports import commit_units, read_units
from surveys.planning.words.planning_faults import Refusal

HEADS = ["代码", "名称", "上级代码", "层级"]
UNITS = [
    ["440118", "增城区", "440100", "区"],
    ["440100", "广州市", "", "市"],
    ["440100-0", "广州市本级", "440100", "市"],
    ["440118101", "新塘镇", "440118", "镇"],
]


def read(rows: list[list[str]]):
    return read_units(write_table("xlsx", HEADS, rows)[0], "单位.xlsx")


@pytest.mark.both_databases
def test_the_tree_whatever_the_order_of_the_rows(app: Flask) -> None:
    with app.app_context():
        made = commit_units(read(UNITS))
        assert (made.added, made.known) == (4, 0)
        tree = unit_tree()
        assert [unit.code for unit in tree.leaves("440100")] == ["440118101", "440100-0"]
        again = commit_units(read([["440118", "增城区人大", "440100", "区级"]]))
        assert (again.added, again.known) == (0, 1)
        assert unit_tree()["440118"].name == "增城区人大"


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (["440119", "甲区", "999", "区"], "choice_unknown"),
        (["440119", "甲区", "440100", "州"], "choice_unknown"),
        (["440100", "又一个", "", "市"], "duplicate_in_file"),
        (["440119", "甲区", "440119", "区"], "parent_loop"),
        (["", "甲区", "", "区"], "value_missing"),
    ],
)
def test_a_tree_with_a_fault_is_not_written(app: Flask, row: list[str], fault: str) -> None:
    with app.app_context():
        preview = read([*UNITS, row])
        assert fault in [found.code for found in preview.faults if found.row == 6]
        with pytest.raises(Refusal):
            commit_units(preview)
        assert not unit_tree().units


def test_from_the_command_line(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "单位.csv"
    file.write_bytes(write_table("csv", HEADS, UNITS)[0])
    runner = app.test_cli_runner()
    done = runner.invoke(args=["units", "import", str(file)])
    assert (done.exit_code, json.loads(done.stdout)) == (0, {"added": 4, "known": 0})
    invited = runner.invoke(args=["users", "invite", "root", "--name", "管理员", "--unit", "440100"])
    link = json.loads(invited.stdout)["link"]
    client = app.test_client()
    assert client.get(link).status_code == 200
    assert client.post(link).headers["Location"] == "/sign-in/password"
    assert client.get("/users").headers["Location"] == "/account/"  # a second factor first, as the rules have it
    again = runner.invoke(
        args=["users", "invite", "root", "--name", "管理员", "--unit", "440100", "--role", "organizer"]
    )
    assert again.exit_code == 0
    for wrong in (["--unit", "1"], ["--unit", "440100", "--role", "king"]):
        assert runner.invoke(args=["users", "invite", "two", "--name", "乙", *wrong]).exit_code == 1
    file.write_bytes(write_table("csv", HEADS, [*UNITS, ["440119", "甲区", "999", "区"]])[0])
    refused = runner.invoke(args=["units", "import", str(file)])
    assert refused.exit_code == 1
    assert json.loads(refused.stdout)["errors"][0]["row"] == 6
    with app.app_context():
        account = db.session.scalars(select(Account).where(Account.username == "root")).one()
        assert {row.role for row in grants_of(account.id)} == {"administrator", "organizer"}
