"""No public function or class lives for tests alone, but for what docs/architecture.md says is not built yet."""

import re
from pathlib import Path

from tests.house.idle import idle

PLAN = Path(__file__).parents[2] / "docs/architecture.md"


def _not_built_yet() -> set[str]:
    part = PLAN.read_text(encoding="utf-8").partition("\n## Not built yet\n")[2].partition("\n## ")[0]
    return set(re.findall(r"^\| `([\w.]+)` \|", part, re.MULTILINE))


def test_what_no_code_calls_is_said_to_be_not_built_yet() -> None:
    named, unused = _not_built_yet(), idle()
    assert sorted(unused - named) == [], "give it a door, or remove it with the tests of it alone"
    assert sorted(named - unused) == [], "it has its door by now: take its row out"
