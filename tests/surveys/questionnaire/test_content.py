"""Canonical bytes and hashes, against the examples every implementation shares."""

import json
from typing import Any

import pytest

from surveys.questionnaire.package.content import canonical, digest
from tests.surveys.questionnaire.model_form import CASES

HASHES = json.loads((CASES / "conditions/hashes.json").read_text("utf-8"))["hashes"]


@pytest.mark.parametrize("example", HASHES, ids=lambda example: example["id"])
def test_canonical(example: dict[str, Any]) -> None:
    data = canonical(example["value"])
    assert data.decode() == example["text"]
    assert digest(data) == example["sha256"]


@pytest.mark.parametrize(
    "value",
    [0.1, -1, 2**53, {1: "a"}, {"a": object()}],
    ids=["a fraction", "a negative number", "too large a number", "a key that is no text", "a value that is no data"],
)
def test_no_canonical_form(value: Any) -> None:
    with pytest.raises(ValueError, match="no canonical form"):
        canonical(value)
