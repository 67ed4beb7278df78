"""A template of pages is compiled once for all applications of a run: every test has one of its own, and every server of a journey."""

import os
from pathlib import Path

from flask import Flask
from jinja2 import FileSystemBytecodeCache

PLACE = "DIAOYAN_TESTS_TEMPLATES"  # in the environment, for the processes that servers are forked from


def keep_in(folder: Path) -> None:
    """Compiled templates go to this folder and come from there, in this process and in those it starts."""
    folder.mkdir(exist_ok=True)
    os.environ[PLACE] = str(folder)
    take_up()


def take_up() -> None:
    """Applications made from now on look where the tests said."""
    if place := os.environ.get(PLACE):
        Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": FileSystemBytecodeCache(place)}
