"""Every room says what lives in it, and has nothing in its doorway."""

import ast
from pathlib import Path
from types import ModuleType

import pytest

import reports.rooms
import surveys.rooms

ROOT = Path(__file__).parents[2]
MODULES = sorted(
    path.relative_to(ROOT) for room in ("surveys", "reports", "tests") for path in (ROOT / room).rglob("*.py")
)
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "manager", "managers", "service", "services", "common", "misc"}


@pytest.mark.parametrize("module", [path for path in MODULES if path.parts[0] != "tests"], ids=str)
def test_a_module_says_in_its_first_line_what_lives_in_it(module: Path) -> None:
    said = ast.get_docstring(ast.parse((ROOT / module).read_text()))
    assert said, f"{module} has no docstring"


@pytest.mark.parametrize("module", [path for path in MODULES if path.name == "__init__.py"], ids=str)
def test_a_package_holds_a_docstring_only(module: Path) -> None:
    body = ast.parse((ROOT / module).read_text()).body
    assert len(body) <= 1, f"{module}: a child that imports a root which imports it is a ring"


def test_names_are_of_the_field() -> None:
    assert not [str(path) for path in MODULES if path.stem in EMPTY_NAMES]


def _has(module: Path, name: str) -> bool:
    return any(
        isinstance(node, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == name for target in node.targets)
        for node in ast.walk(ast.parse((ROOT / module).read_text()))
    )


def _dotted(module: Path) -> str:
    return ".".join(module.with_suffix("").parts[1:])


@pytest.mark.parametrize("root", [surveys.rooms, reports.rooms], ids=["surveys", "reports"])
def test_every_table_and_page_is_brought_in(root: ModuleType) -> None:
    own = [path for path in MODULES if path.parts[0] == root.__name__.partition(".")[0]]
    assert sorted(root.TABLES) == sorted(_dotted(path) for path in own if _has(path, "__tablename__"))
    brought = {_dotted(path) for path in own if _has(path, "bp")} - {
        "pages.shell.languages",
        "pages.shell.sign_in",
        "pages.frame",
    }
    assert set(root.PAGES) == brought
