"""Every kind of fault of the reports says in both languages why and what to do, and is raised by a case."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from string import Formatter
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask

from reports import faults
from reports.evidence import accepted_answers
from reports.evidence.accepted_answers import campaign_data
from reports.exports.faults import ExportFaultKind
from reports.faults import Fault, FaultKind
from reports.handling.faults import HandlingFaultKind
from reports.issuing import issuing, volumes
from reports.issuing.checks import CheckKind, CheckWording
from reports.issuing.differences import DifferenceKind
from reports.merging import acts, decisions
from reports.papers import remarks, signoffs, steps
from reports.papers.draft_figures import figures_of
from reports.papers.steps import Report, draft, fill_report, save_section, send_for_review
from reports.running.backups.faults import BackupFaultKind
from reports.word.faults import FileFaultKind
from surveys.database import writing
from surveys.planning.words.visit_words import Words
from surveys.questionnaire.sheets.bilingual import Kind, Text
from tests.factories.planning import UnitFactory
from tests.factories.reports import CITY, ROOT_TEXT, accepted, city, unit, written

ROOM = Path(faults.__file__).parent
TESTS = Path(__file__).parent
KINDS: list[Kind] = [
    *FaultKind,
    *FileFaultKind,
    *CheckKind,
    *DifferenceKind,
    *ExportFaultKind,
    *BackupFaultKind,
    *HandlingFaultKind,
]
# What a person cannot mend in one step, or whose one sentence says it already.
ONE_SENTENCE = {
    "silent_unit", "no_table", "no_item", "no_measure", "no_wording", "no_money", "font_missing", "long",
}  # fmt: skip
HANDED_ON = {"figure_unknown", "not_computable"}  # the words are another fault's


def _texts(kind: Kind) -> list[Text]:
    wording = kind.value
    if isinstance(wording, CheckWording):
        return [wording.title, wording.passed, wording.failed, wording.to_do, wording.wrong]
    return [wording.cause, wording.remedy]


def _named(text: str) -> set[str]:
    return {name for _, name, *_ in Formatter().parse(text) if name}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{type(kind).__name__}.{kind.code}")
def test_a_kind_says_why_and_what_to_do_in_both_languages(kind: Kind) -> None:
    assert all(bool(text.zh) == bool(text.en) for text in _texts(kind))
    wording: Any = kind.value
    assert wording.cause.zh
    assert bool(wording.remedy.zh) == (kind.code not in ONE_SENTENCE)
    assert re.search(r"[一-鿿]", wording.cause.zh + wording.remedy.zh) or kind.code in HANDED_ON
    assert not re.search(r"[一-鿿]", re.sub("“.*?”|【待起草】", "", wording.cause.en + wording.remedy.en))


def _given() -> Iterator[tuple[str, set[str]]]:
    """Each place of the program that names a kind, with the facts it gives."""
    for path in sorted(ROOM.rglob("*.py")):
        for call in (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)):
            either = [
                one for arg in call.args for one in ((arg.body, arg.orelse) if isinstance(arg, ast.IfExp) else (arg,))
            ]
            for kind in (one for one in either if isinstance(one, ast.Attribute)):
                if isinstance(kind.value, ast.Name) and kind.value.id.endswith("Kind"):
                    yield f"{kind.value.id}.{kind.attr}", {one.arg or "*" for one in call.keywords}


def test_every_kind_is_raised_with_the_facts_that_its_sentences_name() -> None:
    raised = dict.fromkeys((f"{type(kind).__name__}.{kind.name}" for kind in KINDS), False)
    for name, facts in _given():
        raised[name] = True
        kind = next(one for one in KINDS if f"{type(one).__name__}.{one.name}" == name)
        named = set().union(*(_named(part) for text in _texts(kind) for part in (text.zh, text.en)))
        gathered = isinstance(kind, CheckKind) or "*" in facts  # given as one mapping: tried by a case
        assert gathered or named - {*Words._fields} <= facts, (name, named - facts)
    assert [name for name, is_raised in raised.items() if not is_raised and name != "FaultKind.TOKEN_WRONG"] == []


@dataclass
class World:
    """A city of which one unit's report is accepted and one has only begun; the consolidated report is being written."""

    root: Report
    child: Report
    begun: Report

    def figure(self, token: str, report: Report | None = None) -> object:
        return figures_of(report or self.root, campaign_data(self.root.campaign))(token)

    def say(self, block: dict[str, Any]) -> None:
        save_section(self.root, "practice", [{"id": "x", **block}], row_version=None, by=CITY)

    def freeze(self, block: dict[str, Any]) -> None:
        self.say(block)
        send_for_review(self.root, by=CITY)


Case = Callable[[World], object]
CASES: dict[FaultKind, Case] = {
    FaultKind.NOT_TAKING_PART: lambda world: steps.start_report(world.root.campaign, unit("440103"), by=CITY),
    FaultKind.ROOT_IS_FINAL: lambda world: steps.submit(world.root, by=CITY),
    FaultKind.BLANK_LEFT: lambda world: steps.submit(world.begun, by=CITY),
    FaultKind.WORDS_NEEDED: lambda world: steps.return_report(world.child, by=CITY, words=" "),
    FaultKind.NOT_NOW: lambda world: steps.accept(world.root, by=CITY),
    FaultKind.NOT_WRITABLE: lambda world: fill_report(world.child, draft(world.child), by=CITY),
    FaultKind.SIGN_OFF_WRONG: lambda world: signoffs.sign_off(
        world.root, "countersign", who="", held_on=date(2023, 8, 28), outcome="agreed", by=CITY
    ),
    FaultKind.NOT_ROOT: lambda world: issuing.version_to_finish(world.child),
    FaultKind.NOT_REVIEWED: lambda world: issuing.version_to_finish(world.root),
    FaultKind.NOTHING_TO_PRINT: lambda world: issuing.version_to_print(world.begun),
    FaultKind.UNIT_MISSING: lambda world: issuing.check_children(world.root),
    FaultKind.CHILD_MISSING: lambda world: volumes.children_of(
        SimpleNamespace(manifest={"children": [{"unit": "440118", "number": 3, "version": "gone", "digest": ""}]})  # type: ignore[arg-type]
    ),
    FaultKind.NO_SECTION: lambda world: save_section(world.root, "nowhere", [], row_version=None, by=CITY),
    FaultKind.SECTION_CHANGED: lambda world: save_section(world.root, "practice", [], row_version=99, by=CITY),
    FaultKind.TOKEN_WRONG: lambda world: world.say({"type": "paragraph", "text": "共{{T1 visits}}次"}),
    FaultKind.FIGURE_UNKNOWN: lambda world: world.freeze({"type": "paragraph", "text": "{{T99:visits|count|plain}}次"}),
    FaultKind.BLOCK_WRONG: lambda world: world.freeze({"type": "chart", "table": "T99", "kind": "bar", "title": "图"}),
    FaultKind.NO_REMARK: lambda world: remarks.remark_of(world.root, "nothing"),
    FaultKind.NO_CARD: lambda world: decisions.find_card(world.root, "440105.none"),
    FaultKind.NO_PLACE: lambda world: decisions.take(
        world.root, decisions.cards(world.root)[0], by=CITY, into="nowhere"
    ),
    FaultKind.REASON_NEEDED: lambda world: decisions.leave(
        world.root, decisions.cards(world.root)[:1], by=CITY, reason=" "
    ),
    FaultKind.NOTHING_TICKED: lambda world: decisions.write(world.root, [], by=CITY),
    FaultKind.NO_PARAGRAPH: lambda world: decisions.add_source(
        world.root, [decisions.Pick(decisions.cards(world.root)[0])], "nothing", by=CITY
    ),
    FaultKind.NO_SOURCE: lambda world: decisions.remove_source(world.root, "nothing", ("", "", None, ""), by=CITY),
    FaultKind.NO_ACT: lambda world: acts.find_act(world.root, "nothing"),
    FaultKind.SILENT_UNIT: lambda world: decisions.give_reason(world.root, "440118", " ", by=CITY),
    FaultKind.PACKAGE_MISSING: lambda world: accepted_answers.package("0" * 64),
    FaultKind.NO_TABLE: lambda world: world.figure("T99:visits|count|plain"),
    FaultKind.NO_ITEM: lambda world: world.figure("T1:nothing|count|plain"),
    FaultKind.NO_MEASURE: lambda world: world.figure("T1:visits|mean|plain"),
    FaultKind.NO_WORDING: lambda world: world.figure("T1:visits|count|word"),
    FaultKind.NO_MONEY: lambda world: world.figure("T2:staff_now|sum|money"),
    FaultKind.UNIT_ELSEWHERE: lambda world: world.figure("440118/T1:visits|count|plain", world.child),
}
# Kinds whose cases are the subject of a test of their own, by the code that is named there.
ELSEWHERE = {
    "test_merging_acts.py": {"act_undone", "paragraph_too_long", "cards_undecided"},
    "test_matters.py": {"matter_title", "no_matter"},
    "test_issuing.py": {"already_final", "sent_back", "reviewed_anew"},
    "test_accepted_answers.py": {"no_questionnaire"},
}


def test_every_kind_has_a_case() -> None:
    elsewhere = set().union(*ELSEWHERE.values())
    assert {kind.code for kind in FaultKind} == {kind.code for kind in CASES} | elsewhere
    for name, codes in ELSEWHERE.items():
        said = (TESTS / name).read_text("utf-8")
        assert [code for code in codes if f'"{code}"' not in said] == []


@pytest.fixture
def world(app: Flask) -> World:
    campaign = city(2)
    with writing():
        UnitFactory(code="440103", name="荔湾区", short_name="荔湾", parent_code="440100")
    child = accepted(campaign, "440105")
    root = written(campaign, "440100", ROOT_TEXT)
    begun = steps.start_report(campaign, unit("440118"), by=CITY)
    send_for_review(begun, by=CITY)
    return World(root, child, begun)


def test_each_kind_is_raised_and_told(world: World) -> None:
    for kind, case in CASES.items():
        with pytest.raises(Fault) as refused:
            case(world)
        fault = refused.value
        assert fault.kind is kind
        for language in ("zh", "en"):
            told = fault.cause(language) + fault.remedy(language)
            assert told.strip()
            assert kind is FaultKind.TOKEN_WRONG or not re.search(r"\{\w+\}", told), told
        assert "；；" not in fault.zh + fault.en
