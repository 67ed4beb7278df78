"""Answers quoted in texts for people, in every language and in choices: one that is not there is told at its cell."""

import pytest

from surveys.questionnaire.package.reader import read_workbook
from surveys.questionnaire.sheets.corrections import corrected, corrections
from tests.surveys.questionnaire.workbooks import workbook

ENGLISH = "label::English (en)"
SURVEY = [
    ["type", "name", "label::中文 (zh)", ENGLISH, "hint::English (en)"],
    ["integer", "staff", "人数", "Staff", ""],
    ["select_one yn", "a", "是否", "Yes? ${stafff}", "about ${missing}"],
]
CHOICES = [
    ["list_name", "name", "label::中文 (zh)", ENGLISH],
    ["yn", "y", "是（${staff}人）", "Yes, ${nope}"],
    ["yn", "n", "否＄｛staff｝", "No"],
]
TOLD = [
    ("reference_unknown", "survey", 3, ENGLISH),
    ("reference_unknown", "survey", 3, "hint::English (en)"),
    ("reference_unknown", "choices", 2, ENGLISH),
    ("reference_full_width", "choices", 3, "label::中文 (zh)"),
]


@pytest.mark.parametrize("more", [[], [["txet", "b", "乙", "B", ""]]], ids=["alone", "beside other faults"])
def test_every_language_and_every_choice_is_looked_at(more: list[list[str]]) -> None:
    faults = read_workbook(workbook({"survey": [*SURVEY, *more], "choices": CHOICES})).faults
    assert [(f.code, f.sheet, f.row, f.column) for f in faults if f.code != "unknown_type"] == TOLD
    assert [f.proposal for f in faults if f.code != "unknown_type"] == ["Yes? ${staff}", "", "", "否${staff}"]


def test_what_can_be_guessed_is_corrected_in_its_own_language() -> None:
    survey = [SURVEY[0], SURVEY[1], [*SURVEY[2][:4], ""]]
    data = workbook({"survey": survey, "choices": [CHOICES[0], CHOICES[2]]})
    name, better = corrected(data, "a.xlsx", corrections(data, "a.xlsx", read_workbook(data).faults))
    assert read_workbook(better, name=name).faults == []


@pytest.mark.parametrize("kind", ["text", "txet"])
def test_the_name_of_a_filled_in_form_quotes_what_is_there(kind: str) -> None:
    rows = [
        ["type", "name", "label", "calculation"],
        [kind, "a", "A", ""],
        ["calculate", "b", "", "${c}"],
        ["calculate", "c", "", "${b}"],
    ]
    for name, told in (("${nobody}", [("reference_unknown", "settings", 2, "instance_name")]), ("${a}", [])):
        settings = [["form_title", "instance_name"], ["表", name]]
        faults = read_workbook(workbook({"survey": rows, "settings": settings})).faults
        places = [(f.code, f.sheet, f.row, f.column) for f in faults]
        assert [place for place in places if place[1] == "settings"] == told
        assert "cycle" in [place[0] for place in places]
