"""Every command that a guide names is there, with the options it names."""

import re
from pathlib import Path

import click
import pytest
from flask import Flask

ROOT = Path(__file__).parents[2]
GUIDES = ("README.md", *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md"))))
NAMED = re.compile(r"(?<![\w/-])(?:diaoyan|flask) (?!diaoyan)([a-z][a-z-]*)((?: +[^\s`|&#)]+)*)")
OF_FLASK = {"run", "shell", "routes"}  # what Flask itself brings


def named_in(text: str) -> list[tuple[str, list[str]]]:
    return [(match[1], match[2].split()) for match in NAMED.finditer(text)]


def fault(app: Flask, name: str, words: list[str]) -> str:
    """What is wrong with a command as a guide writes it; nothing where all of it is there."""
    command: click.Command | None = app.cli.commands.get(name)
    while isinstance(command, click.Group) and words and re.fullmatch(r"[a-z][a-z-]*", words[0]):
        name, command, words = f"{name} {words[0]}", command.commands.get(words[0]), words[1:]
    if command is None:
        return f"no command {name}"
    options = {one for parameter in command.params for one in (*parameter.opts, *parameter.secondary_opts)}
    return " ".join(word for word in words if re.fullmatch(r"--[a-z-]+", word) and word not in {*options, "--help"})


@pytest.mark.parametrize("guide", GUIDES)
def test_the_commands_of_a_guide_are_there(app: Flask, guide: str) -> None:
    named = [one for one in named_in((ROOT / guide).read_text()) if one[0] not in OF_FLASK]
    faults = {f"{name} {' '.join(words)}": wrong for name, words in named if (wrong := fault(app, name, words))}
    assert faults == {}


def test_the_running_guides_name_many() -> None:
    for guide in ("docs/running.md", "docs/running.zh-CN.md"):
        assert len(named_in((ROOT / guide).read_text())) > 20
