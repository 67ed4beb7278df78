"""The field's own code lists (代码表): districts, industries, categories, departments, share words.

They are CSV files beside this module, one spelling for every campaign. `rows` gives one as it stands.
"""

import csv
from functools import cache
from importlib.resources import files


@cache
def _table(name: str) -> tuple[dict[str, str], ...]:
    text = files("surveys.planning").joinpath("reference", f"{name}.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


def rows(name: str) -> list[dict[str, str]]:
    """The rows of one list, column name → text, in file order; `name` without `.csv`.

    Raises FileNotFoundError for a list that does not exist.
    """
    return [dict(row) for row in _table(name)]
