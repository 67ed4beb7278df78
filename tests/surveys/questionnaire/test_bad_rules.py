"""Rules that nobody should write: each is told as a fault, or works; never a traceback, never a hang."""

import random
import time

import pytest

from surveys.questionnaire.judging.check_case import read_case
from surveys.questionnaire.state.evaluation import FormState
from tests.surveys.questionnaire.model_form import NOW

COLUMNS = ("relevant", "constraint", "required", "readonly", "calculation", "choice_filter", "default", "label", "hint")
ODD = {
    "brackets within brackets": "(" * 5000 + "1" + ")" * 5000,
    "calls within calls": "if(" * 2000 + "1" + ", 1, 2)" * 2000,
    "minus after minus": "-" * 9000 + "1",
    "2,000 terms": " + ".join(["${a}"] * 2_000),
    "2,000 choices of or": " or ".join(f"${{a}} = {n}" for n in range(2_000)),
    "199 terms": " + ".join(["${a}"] * 199),
    "predicates within predicates": "/data/a" + "[. = /data/a" * 500 + "]" * 500,
    "a long text": "'" + "字" * 32_000 + "'",
    "steps without end": "/".join([".."] * 3000),
    "a hanging pattern": "regex(${a}, '^(((a+)+)+)+$')",
    "a pattern too deep": "regex(${a}, '" + "(" * 900 + "a" + ")" * 900 + "')",
    "a pattern too large": "regex(${a}, '((a{900}){900}){900}')",
    "an open reference": "${a",
    "a reference to nothing": "${}",
    "a reference in a reference": "${${a}}",
    "a reference with blanks": "${ a } = 1",
    "a reference that was answered last time": "${last-saved#a}",
    "only an operator": "and",
    "a quote": "'",
    "a closing bracket": ")",
    "a question mark": "？？？",
    "another alphabet": "𝟙 + ١ = २",
    "an attached list that is none": "instance('nothing')/root/item[name = 'x']/label",
    "a look-up without a file": "pulldata('nothing', 'a', 'b', ${a})",
    "a list by an answer": "instance(${a})/root/item",
    "an axis of XPath": "ancestor::*[1]",
    "an attribute": "@a = 1",
    "a variable": "$a = 1",
    "a function of XPath": "name(..) = 'a'",
    "a comment": "1 (: one :)",
    "markup": "<script>alert(1)</script> & ]]>",
    "a spreadsheet formula": "=SUM(A1:A9)",
    "a count of everything": "count(//*)",
    "number signs": "1e9999 + 0x10",
    "zero division": "1 div 0 mod 0",
    "blanks without end": "1" + " " * 32_000 + "(",
    "line ends without end": "(" + "\n" * 30_000 + "&",
    "open references without end": "${a" * 8000,
    "a long name in an open reference": "${" + "a" * 16_000 + " " * 15_000 + "}",
    "words for signs without end": "是 " * 10_000 + "(",
    "400 digits": "9" * 400,
    "400 digits below zero and behind the point": "-" + "9" * 400 + "." + "9" * 400,
    "400 digits beside an answer": "${a} < " + "9" * 400,
    "a quote within a reference": '$"{a}',
    "a quote where a reference begins": '$"{',
    "half a character": "'\ud800' = ${a}",
    "deep names": "/data/" + "a/" * 500 + "a",
}  # fmt: skip
CHOICES = [{"list_name": "yn", "name": "y", "label": "是"}, {"list_name": "yn", "name": "n", "label": "否"}]


def _told(rows: list[dict[str, str]]) -> None:
    """Reads a form, and works it out when it is fit for use; within a time that a person waits."""
    start = time.process_time()
    reading, _rows = read_case({"survey": rows, "choices": CHOICES})
    for fault in (*reading.faults, *reading.warnings):
        for language in ("zh", "en"):
            assert fault.cause(language).strip()
            assert fault.remedy(language).strip()
        assert "Error:" not in fault.cause("en"), fault.cause("en")
    if reading.package is not None:
        state = FormState(reading.package, now=NOW)
        for path, node in list(state.by_path.items()):
            if node.plan.is_field and path in state.by_path:
                state.set(path, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab")
        assert state.look()["nodes"]
        assert [state.label(path) for path in state.nodes]
    else:
        assert reading.faults
    assert time.process_time() - start < 10


def _rows(column: str, text: str) -> list[dict[str, str]]:
    asked = {"type": "select_one yn", "name": "b", "label": "B"} if column == "choice_filter" else {}
    asked = asked or {"type": "calculate" if column == "calculation" else "text", "name": "b", "label": "B"}
    return [{"type": "text", "name": "a", "label": "A"}, {**asked, column: text}]


@pytest.mark.parametrize("text", ODD.values(), ids=ODD.keys())
def test_odd_rule(text: str) -> None:
    for column in COLUMNS:
        _told(_rows(column, text))


@pytest.mark.parametrize("text", ODD.values(), ids=ODD.keys())
def test_odd_count_and_trigger(text: str) -> None:
    repeat = [
        {"type": "begin repeat", "name": "r", "label": "R", "repeat_count": text},
        {"type": "text", "name": "x", "label": "X"},
        {"type": "end repeat"},
    ]
    _told([{"type": "text", "name": "a", "label": "A"}, *repeat])
    _told([*_rows("trigger", text), {"type": "text", "name": "c", "label": "C"}])


@pytest.mark.parametrize("column", ["type", "name", "parameters", "appearance"])
def test_odd_words_in_other_columns(column: str) -> None:
    for text in ODD.values():
        _told([{"type": "text", "name": "a", "label": "A"}, {"type": "text", "name": "b", "label": "B", column: text}])


def test_rules_with_a_slip_of_the_finger() -> None:
    """Good rules with characters lost, doubled or exchanged for those of a Chinese keyboard."""
    rng = random.Random("slips")
    good = [
        "if(${a} > 3 and selected(${b}, 'y'), concat('共', ${a}), '')", "regex(., '^[0-9]{2,4}$') or . = ''", "sum(${a}) div count(${a})",
        "${a} != '' and not(contains(${a}, 'x')) and string-length(${a}) <= 20", "instance('yn')/root/item[name = ${b}]/label",
        "round((${a} + 1) * 100 div 3, 2)", "date(${a}) <= today() - 30", "jr:choice-name(${b}, '${b}')",
    ]  # fmt: skip
    keyboard = "（）［］，＝＜＞“”‘’＄｛｝．　；：、!@#$%^&*()_+{}|:\"<>?~`-=[]\\;',./\n\t\x00\ud83d"
    start = time.process_time()
    for _slip in range(250):
        text = list(rng.choice(good))
        for _place in range(rng.randint(1, 3)):
            at = rng.randrange(len(text))
            text[at : at + rng.randint(0, 2)] = rng.choice(("", text[at] * 2, rng.choice(keyboard)))
        rows = [{"type": "text", "name": "a", "label": "A"}, {"type": "select_one yn", "name": "b", "label": "B"}]
        _told(
            [
                *rows,
                {
                    "type": "text",
                    "name": "c",
                    "label": "C",
                    rng.choice(("relevant", "constraint", "default", "label")): "".join(text),
                },
            ]
        )
    assert time.process_time() - start < 60


def test_groups_within_groups_without_end() -> None:
    deep = [{"type": "begin group", "name": f"g{n}", "label": "G"} for n in range(2000)]
    rows = [*deep, {"type": "text", "name": "t", "label": "T"}, *[{"type": "end group"}] * 2000]
    start = time.process_time()
    [fault] = read_case({"survey": rows})[0].faults
    assert (fault.code, fault.row) == ("groups_too_deep", 62)
    assert time.process_time() - start < 10
    rows = [*deep[:60], {"type": "text", "name": "t", "label": "T"}, *[{"type": "end group"}] * 60]
    assert read_case({"survey": rows})[0].faults == []


def test_a_long_circle_is_told_whole_and_a_long_cell_is_not() -> None:
    rows = [{"type": "calculate", "name": f"c{n}", "calculation": f"${{c{(n + 1) % 300}}} + 1"} for n in range(300)]
    [fault] = read_case({"survey": [*rows, {"type": "text", "name": "t", "label": "T"}]})[0].faults
    assert fault.cause("zh").count("→") == 300
    long = {"type": "text", "name": "t", "label": "T", "constraint": f"regex(., '{'(' * 900}')"}
    [fault] = read_case({"survey": [long]})[0].faults
    assert len(fault.sentence("zh")) < 600


def test_one_name_in_two_groups() -> None:
    groups = [
        row
        for name in ("g", "h")
        for row in (
            {"type": "begin group", "name": name, "label": name},
            {"type": "integer", "name": "n", "label": "n"},
            {"type": "end group"},
        )
    ]
    assert read_case({"survey": groups})[0].faults == []  # two questions of one name are no trouble
    [fault] = read_case({"survey": [*groups, {"type": "text", "name": "t", "label": "t", "relevant": "${n} > 1"}]})[
        0
    ].faults
    assert (fault.code, fault.row, fault.values["rows"]) == ("reference_ambiguous", 8, "3, 6")
    by_path = [*groups, {"type": "calculate", "name": "t", "calculation": "/data/g/n + /data/h/n"}]
    assert read_case({"survey": by_path})[0].faults == []
