"""What `package_shape.py` declares is what the compiler makes: every sample questionnaire, whole, in parts and as a page carries it."""

import json
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest

from surveys.pages.field.offline.form_data import phone_package
from surveys.questionnaire.package.fact_sheet import COLUMNS
from surveys.questionnaire.package.list_files import joined, part_files
from surveys.questionnaire.package.package import package_bytes
from surveys.questionnaire.package.reader import Reading, read_workbook
from surveys.questionnaire.shapes.package_shape import ListPart, Package, PhonePackage, Property
from tests.shapes import misfits
from tests.surveys.questionnaire.model_form import CASES, SAMPLES, WORKBOOK
from tests.surveys.questionnaire.workbooks import tables, workbook

FORMS = [
    WORKBOOK,
    *sorted(path for path in SAMPLES.glob("*.xlsx") if "broken" not in path.name),
    *sorted((CASES / "questionnaires/everyday").glob("*.md")),
]
FAULTY = [SAMPLES / "08-broken-eight-errors.xlsx", *sorted((CASES / "faults").glob("*.md"))]
OPERATORS = {"or", "and", "=", "!=", "<", "<=", ">", ">=", "+", "-", "*", "div", "mod", "|"}
AXES = {"child", "self", "parent", "before", "after", "within", "filter"}
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(16)
ATTACHED = """
## survey
| type | name | label | media::image | calculation | choice_filter | relevant | repeat_count |
|------|------|-------|--------------|-------------|---------------|----------|--------------|
| select_one_from_file towns.csv | town | Town | town.png | | zone = ${zone} | | |
| select_one zones | zone | Zone | | | | | |
| calculate | code | | | pulldata('towns', 'code', 'name', ${town}) | | | |
| begin_repeat | room | Room | | | | | 2 |
| text | r_name | Name, of ${zone} | | | | ${zone} != '' | |
| end_repeat | | | | | | | |
| select_one ${r_name} | best | Best | | | | | |
| calculate | last | | | indexed-repeat(${r_name}, ${room}, 2) | | | |
| username | who | | | | | | |

## choices
| list_name | name | label |
|-----------|------|-------|
| zones | n | North |
| zones | s | South |

## settings
| form_title | instance_name |
|------------|---------------|
| Towns | concat(${zone}, '-', ${code}) |
"""


@cache
def read(path: Path) -> Reading:
    is_text = path.suffix == ".md"
    data = workbook(tables(path.read_text("utf-8"))) if is_text else path.read_bytes()
    return read_workbook(data, name=f"{path.stem}.xlsx", media=True)


def with_files() -> Package:
    towns = "name,label,zone,code\n" + "".join(f"t{n},Town {n},{'ns'[n % 2]},{n:03}\n" for n in range(300))
    files = {"towns.csv": towns.encode(), "town.png": PICTURE}
    reading = read_workbook(workbook(tables(ATTACHED)), attached=files)
    assert reading.package is not None, [fault.sentence("en") for fault in reading.faults]
    return reading.package


def packages() -> list[Package]:
    made = [read(path).package for path in FORMS]
    return [*(package for package in made if package is not None), with_files()]


def test_a_package_is_as_declared() -> None:
    assert len(packages()) == len(FORMS) + 1
    for package in packages():
        assert misfits(package, Package, package["title"]) == []
        assert {prop for _index, prop in package["order"]} <= set(get_args(Property))
        assert all(row.keys() <= set(COLUMNS) for row in package["facts"]["rows"])


def test_so_is_one_that_was_stored_and_read_again() -> None:
    for package in packages():
        files = part_files(package)
        assert misfits(json.loads(package_bytes(package)), Package) == []
        assert misfits(joined(package_bytes(package), files.get), Package) == []
        assert all(misfits(json.loads(body), ListPart) == [] for body in files.values())
    assert part_files(with_files())


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_so_is_what_a_page_carries_to_the_phone(language) -> None:
    for package in packages():
        assert misfits(json.loads(json.dumps(phone_package(package, language))), PhonePackage, package["title"]) == []


def test_so_is_what_can_be_read_of_a_form_with_faults() -> None:
    partial = [reading.partial for path in FAULTY if (reading := read(path)).partial is not None]
    assert len(partial) > 20
    assert [misfits(one, Package) for one in partial] == [[]] * len(partial)


def test_every_rule_is_a_tree_as_declared() -> None:
    heads: set[str] = set()
    for package in packages():
        for tree in rules(package):
            assert tree_faults(tree, heads) == []
    assert heads >= {"n", "s", "p", "f", "f indexed", "=", "!=", "and"}


def rules(package: Package) -> list[Any]:
    found = [act["value"] for act in package["acts"]]
    for definition in package["defs"]:
        found += [tree for prop in get_args(Property) if isinstance(tree := definition.get(prop), list)]
        items = definition.get("items") or {}
        found += [*items.get("filter", ()), *([items["nodes"]] if "nodes" in items else ())]
    texts = [text for entries in package["itext"].values() for text in entries.values() if isinstance(text, list)]
    found += [part for text in texts for part in text if not isinstance(part, str)]
    return [*found, package["instance_name"]] if "instance_name" in package else found


def tree_faults(tree: Any, heads: set[str]) -> list[str]:
    """What in a tree is none of the forms that `package_shape.Tree` lists; the heads that it has go into `heads`."""
    head, rest = (tree[0], tree[1:]) if isinstance(tree, list) and tree else (None, [])
    if head == "n" and [*map(type, rest)] in ([int], [float]):
        inner: list[Any] = []
    elif head == "s" and [*map(type, rest)] == [str]:
        inner = []
    elif (head == "neg" and len(rest) == 1) or (head in OPERATORS and len(rest) == 2):
        inner = rest
    elif head == "f" and rest and isinstance(rest[0], str):
        inner = rest[1:]
        if rest[0] == "indexed":
            heads.add("f indexed")
            numbered = [inner[0], *inner[1::2]]
            if len(inner) % 2 == 0 or any(one[0] != "n" or type(one[1]) is not int for one in numbered):
                return [f"{tree!r} names no definitions"]
    elif head == "p" and len(rest) == 2 and {axis for axis, _name, _tests in rest[1]} <= AXES:
        inner = [test for _axis, _name, tests in rest[1] for test in tests]
        inner += [] if rest[0] in ("/", ".") else [rest[0]]
    else:
        return [f"{tree!r} is no tree"]
    heads.add(head)
    return [fault for one in inner for fault in tree_faults(one, heads)]


def test_what_is_not_declared_is_seen() -> None:
    package = json.loads(package_bytes(with_files()))
    package["defs"][1]["lable"] = "x"
    del package["title"]
    package["rounds"] = "4"
    seen = ["/defs/1: lable is not declared", "/rounds: '4' is no <class 'int'>", ": lacks title"]
    assert sorted(misfits(package, Package)) == seen
