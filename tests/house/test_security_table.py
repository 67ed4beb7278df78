"""docs/security.md has every requirement of ASVS 5.0.0 up to level 2 once, with a test that is there or a reason;
both languages have every clause of 等保 2.0 level 2, and what they name is there."""

import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = ("security.md", "security.zh-CN.md")
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([12]) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
TEST = re.compile(r"`([\w/]+\.py)::(\w+)`")
REASON = re.compile(r"(—|written|\*\*open\*\*|office): \S")

# How many requirements of levels 1 and 2 each section has; they are the first ones of it, level 3 comes last.
COUNTS = """
1.1 2, 1.2 9, 1.3 11, 1.4 3, 1.5 2, 2.1 3, 2.2 3, 2.3 4, 2.4 1, 3.2 2, 3.3 4, 3.4 6, 3.5 5, 3.7 2, 4.1 3, 4.2 1, 4.3 2, 4.4 4,
5.1 1, 5.2 3, 5.3 2, 5.4 3, 6.1 3, 6.2 12, 6.3 4, 6.4 4, 6.5 5, 6.6 3, 6.8 4, 7.1 3, 7.2 4, 7.3 2, 7.4 5, 7.5 2, 7.6 2,
8.1 2, 8.2 3, 8.3 1, 8.4 1, 9.1 3, 9.2 4, 10.1 2, 10.2 2, 10.3 4, 10.4 11, 10.5 5, 10.6 2, 10.7 3, 11.1 2, 11.2 3, 11.3 3,
11.4 4, 11.5 1, 11.6 1, 12.1 3, 12.2 2, 12.3 4, 13.1 1, 13.2 5, 13.3 2, 13.4 5, 14.1 2, 14.2 4, 14.3 3, 15.1 3, 15.2 3,
15.3 7, 16.1 1, 16.2 5, 16.3 4, 16.4 3, 16.5 3, 17.1 1, 17.2 4, 17.3 2
"""
LEVEL_ONE = 70  # of all 253


@cache
def text(name: str) -> str:
    return (ROOT / "docs" / name).read_text()


def test_every_requirement_stands_there_once() -> None:
    expected = [
        f"{section}.{number}"
        for section, count in re.findall(r"(\d+\.\d+) (\d+)", COUNTS)
        for number in range(1, int(count) + 1)
    ]
    rows = ROW.findall(text("security.md"))
    assert [row[0] for row in rows] == expected
    assert (len(rows), sum(row[1] == "1" for row in rows)) == (253, LEVEL_ONE)


def test_every_requirement_has_a_test_or_a_reason() -> None:
    rows = ROW.findall(text("security.md"))
    assert [number for number, _level, _asked, held in rows if not (TEST.search(held) or REASON.match(held))] == []


@pytest.mark.parametrize("name", FILES)
def test_every_test_that_is_named_is_there(name: str) -> None:
    named = set(TEST.findall(text(name)))
    assert len(named) > 10
    missing = [f"{file}::{test}" for file, test in sorted(named) if not _has(file, test)]
    assert missing == []


def _has(file: str, test: str) -> bool:
    place = ROOT / "tests" / file
    return place.is_file() and re.search(rf"^\s*(?:async )?def {test}\(", place.read_text(), re.MULTILINE) is not None


CLAUSE = re.compile(r"^\| (7\.1\.\d+\.\d+(?: [a-e]\))?) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
SIZES = {1: 10, 2: 3, 3: 6, 4: 10, 5: 2, 6: 4, 7: 5, 8: 4, 9: 10, 10: 14}  # control points of each class


@pytest.mark.parametrize("name", FILES)
def test_every_clause_of_the_second_level_stands_there_once(name: str) -> None:
    clauses = [clause for clause, _asked, _held in CLAUSE.findall(text(name))]
    assert len(clauses) == len(set(clauses))
    points = dict.fromkeys(clause.split(" ")[0] for clause in clauses)
    assert list(points) == [f"7.1.{kind}.{number}" for kind, size in SIZES.items() for number in range(1, size + 1)]


def test_both_languages_name_the_same_tests_for_a_clause() -> None:
    english, chinese = (
        {clause: TEST.findall(held) for clause, _asked, held in CLAUSE.findall(text(name))} for name in FILES
    )
    assert english == chinese


def test_every_clause_has_a_test_or_says_whose_it_is() -> None:
    begins = {"security.md": re.compile(r"(program|office)[:;.] ?\S"), "security.zh-CN.md": re.compile("程序：|机关")}
    for name, beginning in begins.items():
        assert [clause for clause, _asked, held in CLAUSE.findall(text(name)) if not beginning.match(held)] == []


@pytest.mark.parametrize("name", FILES)
def test_every_section_that_is_named_is_there(name: str) -> None:
    named = [(file, "") for file in re.findall(r"docs/([\w.-]+\.md)", text(name))]
    named += [
        (file, section.strip())
        for file, sections in re.findall(r"docs/([\w.-]+\.md) \(([^)]+)\)", text(name))
        for section in sections.split(";")
    ]
    named += [("security.md", section) for section in re.findall(r"\*([A-Z][A-Za-z ]+)\*", text(name))]
    assert len(named) > 0
    assert [one for one in named if not _has_section(*one)] == []


def _has_section(file: str, section: str) -> bool:
    """Whether a document is there and has a heading that begins so, numbers aside."""
    place = ROOT / "docs" / file
    heading = rf"^#+ (?:\d+\. )?{re.escape(section)}" if section else ""
    return place.is_file() and re.search(heading, place.read_text(), re.MULTILINE) is not None
