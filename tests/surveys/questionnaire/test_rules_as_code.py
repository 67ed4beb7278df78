"""Rules become Python source: nothing that a workbook says becomes part of it, and no length or depth breaks it."""

import ast
import builtins
from typing import Any

import pytest

from surveys.questionnaire.judging.check_case import read_case
from surveys.questionnaire.judging.judging import judge
from surveys.questionnaire.rules import rule_code
from surveys.questionnaire.rules.rule_calls import CALLS
from surveys.questionnaire.state.evaluation import FormState
from surveys.questionnaire.state.program import Program
from tests.surveys.questionnaire.model_form import NOW
from tests.surveys.questionnaire.rule_forms import packages
from tests.surveys.questionnaire.twin import everyday_packages, random_packages

EVIL = [
    "');__import__('builtins').opened('x');('",
    '"]);opened()#',
    "{0.__class__}",
    "{all}",
    "}{",
    "%s\\",
    "\n import os\n",
    "'''",
    "k1",
    "f1(node, scope)",
    "fixed[0]",
    "zone",
    "\x00",
]


def _evil(text: str) -> dict[str, Any]:
    """A package in which every text, name and column that a workbook may choose is `text`; as one that was forged would be."""
    cell = ["p", ".", [["child", text, []]]]
    said = ["f", "concat", ["s", text], ["p", "/", [["child", text, []], ["child", text, []]]]]
    fields: list[dict[str, Any]] = [
        {"name": text, "path": f"/{text}", "type": "text"},
        {
            "name": f"{text}2",
            "path": f"/{text}2",
            "type": "select_one",
            "control": "select",
            "items": {"list": text, "filter": [["=", cell, ["s", text]], ["f", "selected", ["s", text], cell]]},
            "relevant": ["=", ["s", text], ["s", text]],
            "constraint": ["f", "contains", ["p", ".", [["self", "*", []]]], ["s", text]],
            "required": ["!=", ["p", ".", [["parent", "*", []], ["child", text, []]]], ["s", ""]],
        },
        {
            "name": f"{text}3",
            "path": f"/{text}3",
            "type": "calculate",
            "calculate": ["f", "join", ["s", text], said, ["f", "pulldata", *[["s", text]] * 4]],
        },
        {
            "name": f"{text}4",
            "path": f"/{text}4",
            "type": "calculate",
            "calculate": ["f", "string", ["p", ["f", "instance", ["s", text]], [["child", "root", []], ["child", "item", [["=", cell, ["s", text]]]], ["child", text, []]]]],
        },
    ]  # fmt: skip
    row = {"name": "choice", "label": "l", text: text}
    return {
        "defs": [
            {"name": text, "path": "", "kind": "group", "par": -1, "kids": [1, 2, 3, 4]},
            *[{**one, "kind": "field", "par": 0} for one in fields],
        ],
        "sec": {text: [row, {**row, "name": "other", text: "x"}]},
        "names": {"months": [text] * 12, "weekdays": [text] * 7},
        "languages": [{"code": "zh-CN", "name": "zh"}],
        "itext": {"zh-CN": {"l": text, "quoted": [text, said]}},
        "order": [[2, "relevant"], [2, "items"], [3, "calculate"], [4, "calculate"]],
        "aff": {"1": [0, 1, 2, 3]},
        "rounds": 1,
        "acts": [{"on": "first", "ref": 1, "by": None, "value": ["s", text]}],
        "facts": {"rows": [], "tables": []},
        "messages": {"zh": {}, "en": {}},
        "instance_name": said,
    }


@pytest.fixture
def sources(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every source that is compiled."""
    seen: list[str] = []

    def compiled(source: str, *arguments: Any, **options: Any) -> Any:
        seen.append(source)
        return compile(source, *arguments, **options)

    monkeypatch.setattr(rule_code, "compile", compiled, raising=False)
    return seen


@pytest.mark.parametrize("text", EVIL)
def test_what_a_workbook_says_is_never_code(text: str, sources: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Any] = []
    monkeypatch.setattr(builtins, "opened", lambda *told: opened.append(told), raising=False)
    state = FormState(_evil(text), now=NOW)
    assert state.by_path[f"/{text}"].raw == text  # the action at the first opening gave it
    assert state.by_path[f"/{text}2"].choices == (["choice"] if len(text.split()) == 1 else [])
    assert state.by_path[f"/{text}3"].raw == f"{text}{text}{text}{text}"
    assert state.by_path[f"/{text}4"].raw == text
    assert state.text("quoted", state.root) == f"{text}{text}{text}"
    assert state.instance_name() == f"{text}{text}"
    assert opened == []
    written = "\n".join(sources)
    assert len(sources) == 3
    assert text not in written or text in ("fixed[0]", "k1", "f1(node, scope)", "zone")  # names that are made here
    plain = Program(_evil("plain"))
    assert plain.text("quoted", "zh-CN", 0)
    assert plain.instance_name
    assert "\n".join(sources[3:]) == written, "the source depends on what the workbook says"


def test_rules_name_nothing_but_their_helpers(sources: list[str]) -> None:
    for package in [*packages(), *everyday_packages(), *random_packages("code", 10)]:
        Program(package)
    known = {"node", "scope", "items", "fixed", "zone", *CALLS}
    attributes = {
        "form",
        "fixed",
        "zone",
        "current",
        "place",
        "size",
        "document",
        "today",
        "clock",
        "value",
        "relevant",
    }
    attributes |= {"parent", "kids", "row", "raw", "get", "join", "startswith", "endswith", "instances"}
    assert len(sources) > 20
    for source in sources:
        for part in ast.walk(ast.parse(source)):
            if isinstance(part, ast.Name):
                assert part.id in known or part.id[1:].isdigit(), part.id
            elif isinstance(part, ast.Attribute):
                assert part.attr in attributes, part.attr
            elif isinstance(part, ast.Constant):
                assert part.value in ("", " ", "1", "true", 0) or isinstance(part.value, int), part.value
            else:
                assert not isinstance(part, ast.Import | ast.ImportFrom | ast.Global | ast.Await), ast.dump(part)


def _chain(head: str, count: int, left: bool) -> list[Any]:
    tree: list[Any] = ["n", 1]
    for _term in range(count):
        tree = [head, tree, ["n", 1]] if left else [head, ["n", 1], tree]
    return tree


@pytest.mark.parametrize("left", [True, False])
@pytest.mark.parametrize("head", ["+", "and", "=", "|"])
def test_deep_rules_are_parted(head: str, left: bool, sources: list[str]) -> None:
    """As deep as a rule that is read may be, and what pyxform adds."""
    tree = _chain(head, 220, left) if head != "|" else ["f", "count", _nodes(220, left)]
    package = _evil("a")
    package["defs"][3]["calculate"] = ["f", "string", tree]
    state = FormState(package, now=NOW)
    assert state.by_path["/a3"].raw == {"+": "221", "and": "true", "=": "true", "|": "1"}[head]
    deepest = max(_brackets(line) for line in sources[0].splitlines())
    assert deepest < 60


def _nodes(count: int, left: bool) -> list[Any]:
    leaf = ["p", "/", [["child", "a", []], ["child", "a", []]]]
    tree: list[Any] = leaf
    for _term in range(count):
        tree = ["|", tree, leaf] if left else ["|", leaf, tree]
    return tree


def _brackets(line: str) -> int:
    deepest = depth = 0
    for sign in line:
        depth += (sign in "([") - (sign in ")]")
        deepest = max(deepest, depth)
    return deepest


def test_a_long_walk_and_many_arguments() -> None:
    package = _evil("a")
    steps = [
        ["child", "a", []],
        *[["self", "*", []], ["parent", "*", []], ["child", "a", []]] * 400,
        ["child", "a", []],
    ]
    package["defs"][3]["calculate"] = ["f", "concat", ["p", "/", steps], *[["s", "x"]] * 1500]
    package["defs"][4]["calculate"] = ["f", "coalesce", *[["s", ""]] * 1500, ["s", "last"]]
    state = FormState(package, now=NOW)
    assert state.by_path["/a3"].raw == "x" * 1500  # the walk leads out of the form
    assert state.by_path["/a4"].raw == "last"


def test_many_rules_are_made_together(sources: list[str]) -> None:
    rows = [
        {"type": "calculate", "name": f"c{n}", "calculation": f"${{c{n - 1}}} + {n}" if n else "1"} for n in range(300)
    ]
    package = read_case({"survey": [*rows, {"type": "text", "name": "t", "label": "T"}]})[0].package
    assert package is not None
    verdict = judge(package, {"answers": {"/c299": str(1 + sum(range(300)))}, "clock": NOW})
    assert len(sources) == 1
    assert {one.path for one in verdict.differences} == {f"/c{n}" for n in range(299)}
