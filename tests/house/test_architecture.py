"""docs/architecture.md draws the rooms as the contracts of pyproject.toml have them, and every room of it is there."""

import re
import textwrap
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
INDENT = " " * 23


def drawn() -> dict[str, str]:
    """Container → its rooms from left to right, as the page draws them."""
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    lines = page.split("## The rooms", 1)[1].split("\n## ", 1)[0].splitlines()
    block = [line[4:] for line in lines if line.startswith("    ")]
    rooms: dict[str, str] = {}
    container = ""
    for line in block:
        if line[0] != " ":
            container, line = line.split(maxsplit=1)
        rooms[container] = " ".join((rooms.get(container, ""), line.strip())).strip()
    return rooms


def contracted() -> dict[str, str]:
    """Container → its rooms from left to right, as `make check` holds them."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    return {
        contract["containers"][0].replace(".", "/"): " → ".join(reversed(contract["layers"]))
        for contract in contracts
        if "containers" in contract
    }


def block() -> str:
    """What the page should have."""
    lines = []
    for container, rooms in contracted().items():
        wrapped = textwrap.wrap(rooms, 110, break_long_words=False)
        lines += [f"    {container:<{len(INDENT)}}{wrapped[0]}", *(f"    {INDENT}{line}" for line in wrapped[1:])]
    return "\n".join(lines)


def test_the_page_draws_the_rooms_as_the_contracts_have_them() -> None:
    page = drawn()
    assert page.pop("static/js").startswith("the entry scripts on top")
    assert page == contracted(), f"docs/architecture.md should have:\n{block()}"


def test_every_room_of_the_page_stands_in_the_tree() -> None:
    for container, rooms in contracted().items():
        for room in re.findall(r"\w+", rooms):
            place = ROOT / container / room
            assert place.is_dir() or place.with_suffix(".py").is_file(), place
