"""`flask demo …`: JSON alone on standard output, faults in both languages, exit status as the contract says."""

import json

import pytest
from flask import Flask

from reports.demonstration.phones import CLOCK, rehearsal_form
from surveys.questionnaire.state.evaluation import FormState


def test_links_without_a_demonstration_say_what_to_do(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["demo", "links", "--json"])
    assert result.exit_code == 1
    assert result.stdout == ""
    assert "flask demo guangzhou" in result.stderr
    assert "没有载入演示数据" in result.stderr


def test_a_demonstration_smaller_than_its_units_is_a_wrong_call(app: Flask) -> None:
    assert app.test_cli_runner().invoke(args=["demo", "guangzhou", "--subjects", "12"]).exit_code == 2


def test_guangzhou_then_links(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "8123")
    runner = app.test_cli_runner()
    loaded = runner.invoke(args=["demo", "guangzhou", "--subjects", "60", "--no-pdf"])
    assert loaded.exit_code == 0, loaded.stderr
    assert loaded.stdout == ""
    assert "荔湾区" in loaded.stderr
    links = json.loads(runner.invoke(args=["demo", "links", "--json"]).stdout)
    assert list(links) == ["organizer", "unit_desk", "committee", "office", "every_desk", "deputy", "visit"]
    assert all(address.startswith("http://127.0.0.1:8123/") for address in links.values())
    listed = json.loads(runner.invoke(args=["campaigns", "list", "--json"]).stdout)
    assert listed[0]["title"] == "五级人大代表联动，千家民营企业调研"


def test_phones_are_described_for_an_outside_client(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["demo", "phones", "--count", "2", "--json"])
    assert result.exit_code == 0, result.stderr
    described = json.loads(result.stdout)
    assert described["format"] == "diaoyan-phones/1"
    assert described["base"].endswith("/sync")
    assert len(described["devices"]) == 2
    sample = next(iter(described["sample"].values()))
    assert sample["text"].startswith("/")
    assert sample["photo"]


def test_the_sample_answers_obey_the_form() -> None:
    form = rehearsal_form()
    assert FormState(form.package, form.answers, form.repeats, now=CLOCK).problems() == []
    assert form.text in {definition["path"] for definition in form.package["defs"]}
