"""Changes at the organizer's desk: only what was changed differs, and changing it back gives the same form again."""

import random

import pytest

from surveys.questionnaire.package.package import package_hash
from surveys.questionnaire.package.reader import read_workbook
from surveys.questionnaire.sheets.editing import Edits, choices, edited, groups, text_headers
from surveys.questionnaire.sheets.export import workbook_of
from surveys.questionnaire.sheets.unsupported import SHOWN_ONLY
from surveys.questionnaire.sheets.workbook import open_workbook
from tests.journeys.every_type import attached, every_type
from tests.surveys.questionnaire.model_form import SAMPLES, WORKBOOK

FORMS = [WORKBOOK, *sorted(SAMPLES.glob("0[1-57]*.xlsx"))]


def sheets_of(data: bytes):
    return open_workbook(data, "form.xlsx")[0]


def through(data: bytes, edits: Edits) -> bytes:
    return workbook_of(edited(sheets_of(data), edits))


def hash_of(data: bytes) -> str:
    reading = read_workbook(data, media=True)
    assert reading.package is not None, [fault.sentence("en") for fault in reading.faults]
    return package_hash(reading.package)


def random_edits(data: bytes, dice: random.Random) -> tuple[Edits, Edits]:
    """Some changes, and what takes them back."""
    there, back = Edits(), Edits()
    sheets = sheets_of(data)
    every = groups(sheets["survey"])
    items = [item for group in every for item in group.items if item.is_seen and not item.is_group]
    headers = text_headers(sheets["survey"], "label", "hint")
    for item in dice.sample(items, min(3, len(items))):
        changed = dice.sample(headers, min(2, len(headers)))
        there.texts[item.row] = {
            header: f"{item.texts.get(header, '')}（改 = {dice.random():.3f}）" for header in changed
        }
        back.texts[item.row] = {header: item.texts.get(header, "") for header in changed}
    for item in dice.sample(items, min(2, len(items))):
        if item.required != "rule" and item.type not in ("note", *SHOWN_ONLY) and item.type != "image":
            there.required[item.row] = item.required == "no"
            back.required[item.row] = item.required == "yes"
    lists = {name: rows for name, rows in choices(sheets.get("choices")).items() if len(rows) > 1}
    for name in dice.sample(sorted(lists), min(2, len(lists))):
        rows = [choice.row for choice in lists[name]]
        there.choice_order[name] = rows[::-1]
        back.choice_order[name] = rows[::-1]
        header = next(iter(lists[name][0].texts))
        there.choice_texts[rows[0]] = {header: "改过的选项"}
        back.choice_texts[rows[-1]] = {header: lists[name][0].texts[header]}
    return there, back


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem[:12])
def test_changed_and_changed_back(path, seed: int) -> None:
    data = path.read_bytes()
    there, back = random_edits(data, random.Random(seed))
    changed = through(data, there)
    first, second = hash_of(data), hash_of(changed)
    assert first != second
    assert hash_of(through(changed, Edits())) == second
    assert hash_of(through(changed, back)) == first


@pytest.mark.parametrize("seed", range(6))
def test_a_form_edited_in_every_way_leaves_and_reads_back_identically(seed: int) -> None:
    """Every question type, in two languages, its questions and choices in any order, with new choices."""
    dice, files = random.Random(seed), attached()
    data = every_type()
    sheets = sheets_of(data)
    edits, _back = random_edits(data, dice)
    for group in groups(sheets["survey"]):
        rows = [item.row for item in group.items if item.is_seen]
        if len(rows) == len(group.items) and group.row and not any(item.is_group for item in group.items):
            edits.order[group.row] = dice.sample(rows, len(rows))
    name, held = dice.choice(sorted(choices(sheets["choices"]).items()))
    edits.new_choices[name] = [{"name": "brand_new", next(iter(held[0].texts)): "新选项 = 1"}]
    changed = through(data, edits)
    first = read_workbook(changed, media=True, attached=files)
    assert first.package is not None, [fault.sentence("en") for fault in first.faults]
    again = workbook_of(sheets_of(changed))
    second = read_workbook(again, media=True, attached=files)
    assert second.package == first.package
    assert again == changed


def test_only_the_label_differs() -> None:
    data = WORKBOOK.read_bytes()
    item = next(item for group in groups(sheets_of(data)["survey"]) for item in group.items if item.name == "ent_name")
    header = next(header for header in item.texts if header.startswith("label") and "zh-CN" in header)
    changed = read_workbook(through(data, Edits(texts={item.row: {header: "企业全称"}}))).package
    first = read_workbook(data).package
    assert first is not None
    assert changed is not None
    text_id = next(definition["label"] for definition in first["defs"] if definition["name"] == "ent_name")
    first["itext"]["zh-CN"][text_id] = "企业全称"
    assert changed == first


def test_questions_move_within_their_group_with_all_that_is_in_them() -> None:
    data = next(SAMPLES.glob("02*.xlsx")).read_bytes()
    sheets = sheets_of(data)
    top = groups(sheets["survey"])[0]
    rows = [item.row for item in top.items]
    moved = edited(sheets, Edits(order={0: rows[::-1]}))
    assert [item.name for item in groups(moved["survey"])[0].items] == [item.name for item in top.items][::-1]
    inner = [[item.name for item in group.items] for group in groups(sheets["survey"])[1:]]
    assert sorted([item.name for item in group.items] for group in groups(moved["survey"])[1:]) == sorted(inner)
    again = groups(moved["survey"])[0]
    assert (
        edited(moved, Edits(order={0: [item.row for item in again.items][::-1]}))["survey"].rows
        == sheets["survey"].rows
    )


def test_an_order_that_does_not_name_every_question_changes_nothing() -> None:
    sheets = sheets_of(WORKBOOK.read_bytes())
    group = groups(sheets["survey"])[1]
    assert edited(sheets, Edits(order={group.row: [group.items[0].row]}))["survey"].rows == sheets["survey"].rows


def test_a_new_choice_stands_at_the_end_of_its_list() -> None:
    data = WORKBOOK.read_bytes()
    name, held = next(iter(choices(sheets_of(data)["choices"]).items()))
    label = next(iter(held[0].texts))
    changed = through(data, Edits(new_choices={name: [{"name": "brand_new", label: "新选项"}]}))
    after = choices(sheets_of(changed)["choices"])
    assert [choice.name for choice in after[name]] == [*(choice.name for choice in held), "brand_new"]
    assert {other: [choice.name for choice in rows] for other, rows in after.items() if other != name} == {
        other: [choice.name for choice in rows]
        for other, rows in choices(sheets_of(data)["choices"]).items()
        if other != name
    }
    hash_of(changed)


def test_a_required_rule_stays_in_the_sheet() -> None:
    data = WORKBOOK.read_bytes()
    item = next(item for group in groups(sheets_of(data)["survey"]) for item in group.items if item.required == "rule")
    assert hash_of(through(data, Edits(required={item.row: False}))) == hash_of(data)
