"""统一社会信用代码: whether a code is well-formed, and what was probably meant. Touches nothing.

Takes   what somebody typed or a spreadsheet held.
Gives   `Uscc`: the code in its plain form, what is wrong with it (None: well-formed), and a proposal where one fits.
Source  GB 32100-2015. A well-formed code need not exist; whether it does is the register's matter.
"""

import re
import unicodedata
from dataclasses import dataclass
from itertools import product

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # 31 characters: no I, O, S, V, Z
WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
KINDS = {  # registering department → the kinds it registers; others occur in practice only under 9
    "1": "1239",
    "2": "19",
    "3": "123459",
    "4": "19",
    "5": "1239",
    "6": "129",
    "7": "129",
    "8": "19",
    "9": ALPHABET,
    "A": "19",
    "N": "1239",
    "Y": "1",
}
LOOKALIKES = {
    "I": "1",
    "O": "0",
    "S": "5",
    "Z": "2",
    "V": "UY",
}  # letters that no code holds, and what they are misread from
MOST_PROPOSALS = 64

_index = {character: place for place, character in enumerate(ALPHABET)}
_blanks = re.compile(r"[\s\-－—·.]+")


@dataclass(frozen=True, slots=True)
class Uscc:
    """One code. `fault`: None, empty, length, alphabet, division, kind, check. `place` counts from 1."""

    code: str
    fault: str | None = None
    place: int | None = None
    mark: str | None = None
    expected: str | None = None
    proposal: str | None = None
    organisation_check: bool = True  # the older check at character 17; old registrations may miss it: a warning only


def plain(text: str) -> str:
    """The code without blanks and hyphens, half-width, upper case."""
    return _blanks.sub("", unicodedata.normalize("NFKC", text)).upper()


def check_character(first: str) -> str:
    """The 18th character for the first 17, all of the alphabet."""
    total = sum(_index[character] * weight for character, weight in zip(first, WEIGHTS, strict=True))
    return ALPHABET[-total % 31]


def read_uscc(text: str) -> Uscc:
    """What a text is as a code. Never raises."""
    code = plain(text)
    if not code:
        return Uscc(code, "empty")
    if len(code) != 18:
        return Uscc(code, "length", mark=str(len(code)))
    for place, character in enumerate(code, 1):
        if character not in _index:
            return Uscc(code, "alphabet", place, character, proposal=_proposal(code))
    if code[1] not in KINDS.get(code[0], ""):
        return Uscc(code, "kind", 1 if code[0] not in KINDS else 2, code[0 if code[0] not in KINDS else 1])
    if not code[2:8].isdigit():
        place = next(place for place in range(2, 8) if not code[place].isdigit())
        return Uscc(code, "division", place + 1, code[place])
    expected = check_character(code[:17])
    if code[17] != expected:
        return Uscc(code, "check", 18, code[17], expected)
    return Uscc(code, organisation_check=_organisation_check(code[8:17]))


def _proposal(code: str) -> str | None:
    """The one code that results from reading impossible letters as what they resemble, if exactly one is well-formed."""
    choices = [LOOKALIKES.get(character, character) for character in code]
    number = 1
    for choice in choices:
        number *= len(choice)
    if number > MOST_PROPOSALS or any(len(choice) == 1 and choice not in _index for choice in choices):
        return None
    candidates = [candidate for candidate in map("".join, product(*choices)) if read_uscc(candidate).fault is None]
    # Only the last character was misread, and its resemblance does not fit.
    if not candidates and code[17] in LOOKALIKES:
        head = "".join(LOOKALIKES.get(character, character)[0] for character in code[:17])
        candidates = [head + check_character(head)]
    return candidates[0] if len(candidates) == 1 else None


def _organisation_check(organisation: str) -> bool:
    values = [int(character, 36) for character in organisation[:8]]
    total = sum(value * weight for value, weight in zip(values, ORGANISATION_WEIGHTS, strict=True))
    return organisation[8] == "0123456789X0"[11 - total % 11]
