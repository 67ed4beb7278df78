"""The vectors of the reference lists, every single slip in one code, and what is proposed."""

import pytest

from surveys.planning.words import reference_lists
from surveys.planning.words.uscc import ALPHABET, plain, read_uscc


@pytest.mark.parametrize("row", reference_lists.rows("test_vectors_uscc"), ids=lambda row: row["note"])
def test_the_vectors_of_the_standard(row: dict[str, str]) -> None:
    assert (read_uscc(row["code"]).fault is None) is (row["valid"] == "1")


def test_every_single_wrong_character_is_noticed() -> None:
    code = "91350100M000100Y43"
    wrong = [code[:i] + c + code[i + 1 :] for i in range(18) for c in ALPHABET if c != code[i]]
    assert len(wrong) == 540
    assert all(read_uscc(text).fault for text in wrong)


def test_every_swap_of_unequal_neighbours_is_noticed() -> None:
    code = "91440101MA5TE6T0XW"
    swaps = [code[:i] + code[i + 1] + code[i] + code[i + 2 :] for i in range(17) if code[i] != code[i + 1]]
    assert all(read_uscc(text).fault for text in swaps)


@pytest.mark.parametrize(
    ("text", "fault", "proposal"),
    [
        pytest.param("９１３５0100 m000100y-43", None, None, id="full width, blanks, hyphen, lower case"),
        pytest.param("9135O1OOMOOO1OOY43", "alphabet", "91350100M000100Y43", id="O typed for 0"),
        pytest.param("91350100M000100Y4Z", "alphabet", "91350100M000100Y43", id="a Z at the end: the check character"),
        pytest.param("91350100M000100Y4", "length", None, id="one character lost"),
        pytest.param("", "empty", None, id="nothing"),
        pytest.param("97350100M000100Y43", "check", None, id="9 takes every kind, then the check decides"),
        pytest.param("Y2350100M000100Y43", "kind", None, id="a kind its department does not register"),
        pytest.param("9135010AM000100Y43", "division", None, id="a letter in the division code"),
    ],
)
def test_what_is_said_of_a_code(text: str, fault: str | None, proposal: str | None) -> None:
    found = read_uscc(text)
    assert (found.fault, found.proposal) == (fault, proposal)


def test_the_wrong_check_character_says_the_right_one() -> None:
    found = read_uscc("91440104MA50000491")
    assert (found.fault, found.place, found.mark, found.expected) == ("check", 18, "1", "0")


def test_plain_form() -> None:
    assert plain(" 9144 0101-ma5te6t0xw\n") == "91440101MA5TE6T0XW"
