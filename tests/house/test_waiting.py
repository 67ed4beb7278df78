"""A page's policy lets no text be evaluated: what a test waits for is a function. A bare expression fails whenever it is not true at once."""

import ast
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parents[1]


def _waited_for(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and text of everything that is waited for and written where it is asked."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute))
    for call in calls:
        if getattr(call.func, "attr", "") == "wait_for_function" and isinstance(first := call.args[0], ast.Constant):
            yield call.lineno, str(first.value)


def test_what_is_waited_for_is_a_function() -> None:
    files = sorted(TESTS.rglob("*.py"))
    found = [(file, *one) for file in files for one in _waited_for(ast.parse(file.read_text(encoding="utf-8")))]
    assert len(found) > 5
    assert [one for one in found if not one[2].lstrip().startswith(("(", "async"))] == []
