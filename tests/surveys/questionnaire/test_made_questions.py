"""Questions that no row has: what `or_other` and a counted repeat stand for can be named like any other."""

import pytest

from surveys.questionnaire.facts.fact_rows import completed
from surveys.questionnaire.facts.identities import identities
from surveys.questionnaire.facts.meaning_proposals import propose
from surveys.questionnaire.package.reader import read_workbook
from surveys.questionnaire.sheets.export import workbook_of
from surveys.questionnaire.sheets.workbook import open_workbook
from tests.surveys.questionnaire.workbooks import workbook

CHOICES = [["list_name", "name", "label"], ["yn", "y", "是"], ["yn", "n", "否"]]
HEADS = ["type", "name", "label", "repeat_count"]


@pytest.mark.parametrize(
    ("rows", "made"),
    [
        ([["select_multiple yn or_other", "smo", "多选", ""]], "/smo_other"),
        ([["begin group", "p1", "组", ""], ["select_one yn or_other", "so", "单选", ""], ["end group"]], "/p1/so_other"),
        ([["integer", "k", "数", ""], ["begin repeat", "r", "组", "${k} + 1"], ["text", "a", "甲", ""], ["end repeat"]], "/r_count"),
    ],
)  # fmt: skip
def test_what_the_program_proposes_for_a_form_without_our_sheet_reads_back(rows: list[list[str]], made: str) -> None:
    data = workbook({"survey": [HEADS, *rows], "choices": CHOICES})
    package = read_workbook(data, media=True).package
    assert package is not None
    found = propose(package, identities(package))
    assert made in [proposal.path for proposal in found]
    decided = {proposal.path: {"stable_id": proposal.identity.stable_id, "role": "none"} for proposal in found}
    form = workbook_of(completed(open_workbook(data, "a.xlsx")[0], package, decided))
    again = read_workbook(form, media=True)
    assert again.faults == []
    assert again.package is not None
    assert made in [row["path"] for row in again.package["facts"]["rows"]]


def test_the_other_answer_cannot_be_quoted_and_the_cell_is_named() -> None:
    rows = [HEADS, ["select_one yn or_other", "so", "单选", ""], ["note", "n", "您写的是${so_other}", ""]]
    faults = read_workbook(workbook({"survey": rows, "choices": CHOICES})).faults
    assert [(fault.code, fault.row, fault.column) for fault in faults] == [("reference_unknown", 3, "label")]


@pytest.mark.parametrize("place", [1, 2])
def test_a_question_that_takes_the_name_of_the_other_answer_is_told(place: int) -> None:
    rows = [HEADS, ["select_one yn or_other", "so", "单选", ""]]
    rows.insert(place, ["text", "so_other", "其他", ""])
    faults = read_workbook(workbook({"survey": rows, "choices": CHOICES})).faults
    assert [(fault.code, fault.row) for fault in faults] == [("name_duplicate", 3)]


def test_the_other_answer_goes_with_a_question_that_is_there_only_with_media() -> None:
    rows = [HEADS, ["text", "t", "文", ""], ["select_one yn or_other", "so", "单选", ""]]
    facts = [
        ["name", "path", "stable_id", "present"],
        ["so", "/so", "so", "media"],
        ["so_other", "/so_other", "so_other"],
    ]
    data = workbook({"survey": rows, "choices": CHOICES, "diaoyan": facts})
    assert [read_workbook(data, media=media).faults for media in (True, False)] == [[], []]
