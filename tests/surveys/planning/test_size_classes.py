"""The vectors of the 2017 rule, and which industry of the rule a division belongs to."""

import pytest

from surveys.planning.words import reference_lists
from surveys.planning.words.size_classes import industry_of, size_class


@pytest.mark.parametrize("row", reference_lists.rows("test_vectors_size"), ids=lambda row: "-".join(row.values()))
def test_the_vectors_of_the_rule(row: dict[str, str]) -> None:
    found = size_class(
        row["industry_code"], employees=row["employees"], revenue=row["revenue_wan"], assets=row["assets_wan"]
    )
    assert (found or "unknown") == row["expected"]


@pytest.mark.parametrize(
    ("division", "group", "industry"),
    [
        ("39", "", "industry"),
        ("51", "", "wholesale"),
        ("52", "", "retail"),
        ("53", "", None),
        ("54", "", "transport"),
        ("59", "591", "transport"),
        ("59", "", "storage"),
        ("60", "", "post"),
        ("64", "", "telecom"),
        ("65", "", "software"),
        ("70", "702", "property"),
        ("70", "", "realestate"),
        ("70", "709", "other"),
        ("72", "", "leasing"),
        ("85", "", "other"),
        ("84", "", None),
        ("66", "", None),
        ("00", "", None),
    ],
)
def test_industry_of_a_division(division: str, group: str, industry: str | None) -> None:
    assert industry_of(division, group) == industry
