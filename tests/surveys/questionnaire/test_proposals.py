"""A form without the sheet `diaoyan`: what its answers might be, with reasons; and ids that follow a question over versions."""

from collections.abc import Sequence
from typing import Any

import pytest

from surveys.questionnaire.facts.fact_rows import CONFIRMED, completed
from surveys.questionnaire.facts.identities import MOST_COMPARED, Likeness, identities, stable_ids
from surveys.questionnaire.facts.meaning_proposals import Proposal, propose
from surveys.questionnaire.package.package import package_hash
from surveys.questionnaire.package.reader import read_sheets, read_workbook
from surveys.questionnaire.sheets.export import workbook_of
from surveys.questionnaire.sheets.workbook import open_workbook
from tests.surveys.questionnaire.model_form import WORKBOOK
from tests.surveys.questionnaire.workbooks import workbook

HEADS = ["type", "name", "label"]


@pytest.fixture(scope="module")
def bare() -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """The model form without our sheets: its sheets, its package, and the package with the sheets."""
    sheets, _faults = open_workbook(WORKBOOK.read_bytes(), "form.xlsx")
    whole = read_sheets(sheets, media=True).package
    plain = {name: sheet for name, sheet in sheets.items() if not name.startswith("diaoyan")}
    package = read_sheets(plain, media=True).package
    assert whole is not None
    assert package is not None
    return plain, package, whole


def proposed(package: dict[str, Any]) -> list[Proposal]:
    return propose(package, identities(package))


def test_the_meanings_of_the_model_form_are_found_without_its_sheet(bare) -> None:
    """Every means of the sheet, and no other; each with a reason in both languages."""
    _sheets, package, whole = bare
    wanted = {row["path"]: row["means"] for row in whole["facts"]["rows"] if row.get("means")}
    found = {one.path: one.means for one in proposed(package) if one.means.value}
    assert {path: guess.value for path, guess in found.items()} == wanted
    assert all(guess.reason.zh and guess.reason.en for guess in found.values())


def test_most_roles_privacy_and_chapters_are_as_a_person_gave_them(bare) -> None:
    _sheets, package, whole = bare
    rows = {row["path"]: row for row in whole["facts"]["rows"]}
    found = [one for one in proposed(package) if one.path in rows]
    for column, least, given in (("role", 0.75, "none"), ("privacy", 0.65, "L1"), ("report_section", 0.8, "")):
        right = [
            (one.section if column == "report_section" else getattr(one, column)).value
            == (rows[one.path].get(column) or given)
            for one in found
        ]
        assert sum(right) / len(right) >= least, column
    personal = {row["path"] for row in whole["facts"]["rows"] if row.get("privacy") == "L3"}
    assert personal <= {one.path for one in found if one.privacy.value == "L3"}


def test_what_is_confirmed_is_in_the_form_and_nothing_is_proposed_again(bare) -> None:
    sheets, package, _whole = bare
    decided: dict[str, dict[str, str]] = {
        one.path: dict(
            zip(
                CONFIRMED,
                (one.identity.stable_id, one.means.value, one.role.value, one.privacy.value, one.section.value),
                strict=True,
            )
        )
        for one in proposed(package)
    }
    decided["/g_profile/staff_now"]["role"] = "sum"
    data = workbook_of(completed(sheets, package, decided))
    reading = read_workbook(data, media=True)
    assert (reading.faults, reading.warnings) == ([], [])
    assert reading.package is not None
    assert proposed(reading.package) == []
    row = next(row for row in reading.package["facts"]["rows"] if row["path"] == "/g_profile/staff_now")
    assert (row["role"], row["stable_id"], row["table"][0]) == ("sum", "staff_now", "T")
    assert row["table"] in {table["table"] for table in reading.package["facts"]["tables"]}
    assert package_hash(reading.package) != package_hash(package)


def form(
    survey: Sequence[Sequence[str]], facts: Sequence[Sequence[str]] = (), choices: Sequence[Sequence[str]] = ()
) -> dict[str, Any]:
    sheets = {"survey": [HEADS, *survey]}
    if facts:
        sheets["diaoyan"] = [["name", "path", "stable_id"], *facts]
    if choices:
        sheets["choices"] = [["list_name", "name", "label"], *choices]
    package = read_workbook(workbook(sheets)).package
    assert package is not None
    return package


BEFORE = form(
    [["integer", "staff", "现有职工人数"], ["text", "why", "亏损的主要原因"]],
    [["staff", "/staff", "q7"], ["why", "/why", "q8"]],
)


def test_the_same_question_keeps_its_id() -> None:
    found = identities(form([["integer", "staff", "职工"], ["text", "why", "x"]]), BEFORE)
    assert [(one.stable_id, one.earlier, one.sure) for one in found.values()] == [
        ("q7", "/staff", True),
        ("q8", "/why", True),
    ]


def test_a_question_with_the_same_words_and_type_is_taken_for_the_same_under_a_new_name() -> None:
    found = identities(form([["integer", "people", "现有职工人数"], ["text", "note2", "其他说明"]]), BEFORE)
    assert (found["/people"].stable_id, found["/people"].earlier, found["/people"].sure) == ("q7", "/staff", False)
    assert "题目文字相近" in found["/people"].reason.zh
    assert (found["/note2"].stable_id, found["/note2"].earlier) == ("note2", "")


def test_a_question_that_is_only_like_an_earlier_one_gets_an_id_of_its_own() -> None:
    """Two thirds of the words are alike: the earlier id is named, but a person must take it; nothing is filled in."""
    found = identities(form([["integer", "people", "目前职工人数"]]), BEFORE)["/people"]
    assert (found.stable_id, found.earlier, found.sure) == ("people", "", False)
    assert (found.likely, found.likely_id) == ("/staff", "q7")
    assert "67%" in found.reason.zh
    [one] = propose(
        form([["integer", "people", "目前职工人数"]]),
        {"/people": found},
        BEFORE | {"facts": _confirmed("/staff", "sum")},
    )
    assert (one.role.value, one.identity.stable_id) != ("sum", "q7")


def _confirmed(path: str, role: str) -> dict[str, Any]:
    return {"rows": [{"path": path, "stable_id": "q7", "role": role}], "tables": []}


def test_an_id_is_never_used_again() -> None:
    found = identities(form([["date", "founded", "成立日期"]]), BEFORE, used_ids={"founded", "q7"})
    assert found["/founded"].stable_id == "founded_2"


def test_the_sheet_has_the_first_word() -> None:
    package = form([["integer", "staff", "现有职工人数"]], [["staff", "/staff", "q99"]])
    assert identities(package, BEFORE)["/staff"].stable_id == "q99"
    assert stable_ids(package) == {"/staff": "q99"}


def test_a_question_of_another_type_is_not_the_same_by_its_name_alone() -> None:
    found = identities(form([["geopoint", "staff", "所在位置"]]), BEFORE)
    assert found["/staff"].earlier == ""


def test_what_was_confirmed_once_goes_on_with_the_next_upload(bare) -> None:
    """The model form without its sheets, after it was issued with them: confirmed as proposed, it is the same form."""
    sheets, package, whole = bare
    before = {row["path"]: row for row in whole["facts"]["rows"]}
    found = propose(package, identities(package, whole), whole)
    decided: dict[str, dict[str, str]] = {
        one.path: dict(
            zip(
                CONFIRMED,
                (one.identity.stable_id, one.means.value, one.role.value, one.privacy.value, one.section.value),
                strict=True,
            )
        )
        for one in found
    }
    form = completed(sheets, package, decided, before, whole["facts"]["tables"])
    again = read_workbook(workbook_of(form), media=True).package
    assert again is not None
    assert again["facts"]["tables"] == whole["facts"]["tables"]
    default = {"role": "none", "privacy": "L1"}
    rows = {row["path"]: {**default, **row} for row in again["facts"]["rows"]}
    asked = {one.path for one in found}  # notes are not: they have no answer
    assert rows == {path: {**default, **row} for path, row in before.items() if path in asked}


def test_a_long_form_is_not_compared_with_every_question_of_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """400 questions, each renamed and reworded: each finds its own, and none is compared with all of the 400."""
    compared = []
    of = Likeness.of
    monkeypatch.setattr(Likeness, "of", lambda self, new, old: compared.append(1) or of(self, new, old))

    def long_form(name: str, words: str) -> dict[str, Any]:
        return form(
            [["integer", f"{name}{number}", f"第{number // 20}页第{number % 20}项{words}"] for number in range(400)]
        )

    found = identities(long_form("new", "的数量"), long_form("old", "数量"))
    assert all(found[f"/new{number}"].likely == f"/old{number}" for number in range(400))
    assert len(compared) <= 400 * MOST_COMPARED
