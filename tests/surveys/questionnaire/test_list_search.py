"""Choices found by label, pinyin, initials and code: the written cases, and phone and server finding the same in random lists."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from surveys.questionnaire.package.list_files import part_files
from surveys.questionnaire.views.list_search import Query, find, searched_lists
from surveys.questionnaire.views.pinyin import readings, readings_file
from tests.engines import told_by
from tests.surveys.questionnaire import long_lists

ROOT = Path(__file__).parents[3]
CASES = json.loads((ROOT / "tests/cases/search/cases.json").read_text("utf-8"))
ROWS = [tuple(row) for row in CASES["rows"]]
CHARS = "番禺天河广州市重庆长行乐厦都石绿吕女率单曾贾仇区有限公司（示例）A3b ·龖𠮷Éü"
TYPED = "abcdeghijlmnoqrstuvxyz0123番禺天长行重 '（AZ"


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: case["find"] or "nothing")
def test_a_written_case(case: dict[str, Any]) -> None:
    found = find(case["find"], ROWS, readings)
    assert [ROWS[row][1] for row in found.rows] == case["codes"]
    assert found.number == len(case["codes"])
    if "hit" in case:
        label = ROWS[found.rows[0]][0]
        begin, end = Query(case["find"], readings).hit(label) or (0, 0)
        assert label[begin:end] == case["hit"]


def test_the_cases_have_the_readings_of_the_library() -> None:
    """The phone is tried with the table that stands beside the cases."""
    chars = sorted({char for label, _code in ROWS for char in label})
    table: dict[str, str] = {}
    for char in chars:
        for reading in readings(char):
            table[reading] = table.get(reading, "") + char
    assert table == CASES["readings"]


def test_phone_and_server_find_the_same_rows_in_the_same_order() -> None:
    """Random lists, queries cut out of the labels' own readings and typed at random; each query also letter by letter."""
    chance = random.Random("lists")
    tried = []
    for _ in range(12):
        rows = [("".join(chance.choices(CHARS, k=chance.randint(1, 9))), f"c{place}") for place in range(60)]
        rows += [("", "empty"), (CHARS, "all")]
        within = sorted(chance.sample(range(len(rows)), 25))
        tried.append({"rows": rows, "within": within, "queries": [_query(chance, rows) for _ in range(60)]})
    table: dict[str, str] = {}
    for char in sorted(set(CHARS)):
        for reading in readings(char):
            table[reading] = table.get(reading, "") + char
    told = told_by("search_stdin.mjs", {"readings": table, "tried": tried})
    hits = 0
    for one, answers in zip(tried, told, strict=True):
        for text, answer in zip(one["queries"], answers, strict=True):
            found = find(text, one["rows"], readings)
            assert [answer["number"], answer["rows"]] == [found.number, found.rows], (text, one["rows"])
            some = find(text, [one["rows"][row] for row in one["within"]], readings)
            assert [answer["within"], answer["some"]] == [some.number, [one["within"][row] for row in some.rows]], text
            marks = [Query(text, readings).hit(one["rows"][row][0]) for row in found.rows]
            assert answer["hits"] == [list(mark) if mark else None for mark in marks], text
            hits += found.number > 0
    assert hits > 300, "most queries find something, else nothing was compared"


def _query(chance: random.Random, rows: list[tuple[str, str]]) -> str:
    if chance.random() < 0.2:
        return "".join(chance.choices(TYPED, k=chance.randint(0, 4)))
    label = chance.choice(rows)[0] or "番"
    begin = chance.randrange(len(label))
    parts = []
    for char in label[begin : begin + chance.randint(1, 5)]:
        read = readings(char)
        reading = chance.choice(read) if read else char
        parts.append(chance.choice((char, reading, reading[:1], reading[:2])))
    text = "".join(parts)
    return text.upper() if chance.random() < 0.2 else text[: chance.randint(1, 40)]


def test_only_long_lists_are_searched_and_the_package_stays_as_it_was() -> None:
    package = long_lists.package(300)
    assert searched_lists(package) == ["firms", "town"]
    before = part_files(package)
    body = readings_file(package)
    assert part_files(package) == before
    assert body == readings_file(long_lists.package(300)), "the same form gives the same bytes"
    table = json.loads(body)["readings"]
    assert "番" in table["pan"]
    assert "长" in table["chang"]
    assert "长" in table["zhang"]
    assert "石" in table["shi"]


def test_twenty_thousand_rows_need_few_readings() -> None:
    package = long_lists.package(20_000)
    assert len(readings_file(package)) < 16 * 1024
