"""Reads and builds the content of one version, which is what is handed in (receiving.md 2). Pure, no database.

Bytes are never written anew: what is read here is only looked at, and what is built here is canonical from the start.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from surveys.fieldwork.visits.submissions import OUTCOMES
from surveys.questionnaire.facts.facts import read_facts
from surveys.questionnaire.package.content import LARGEST_WHOLE_NUMBER, canonical, in_canonical_order, spelled
from surveys.questionnaire.package.package import package_hash
from surveys.questionnaire.shapes.content_shape import Beside, PartEntry, VisitContent
from surveys.questionnaire.shapes.package_shape import Package
from surveys.questionnaire.state.evaluation import FormState

FORMAT = "diaoyan-visit/1"
MOST_BYTES = 2 * 1024 * 1024
MOST_ANSWERS = 5_000
LONGEST_ANSWER = 100_000
MOST_PARTS = 60
LARGEST_PART = 20 * 1024 * 1024
HASH = re.compile(r"[0-9a-f]{64}")
SURROGATES = re.compile("[\ud800-\udfff]")


class Unreadable(ValueError):
    """Bytes that are no content: not JSON, another format, a key written twice, a value of the wrong kind."""


class TooLarge(ValueError):
    """A content over the limits of receiving.md 8."""


@dataclass(frozen=True, slots=True)
class Part:
    """One entry of a manifest that can be fulfilled."""

    name: str
    path: str | None
    sha256: str
    size: int
    kind: str | None


@dataclass(frozen=True, slots=True)
class Content:
    """A content as plain values. `plain` is what the judge is given: text that every engine can store."""

    visit: str
    base: str | None
    merges: tuple[str, ...]
    package_hash: str
    outcome: str
    clock: str | None
    parts: tuple[Part, ...]
    bad_part: bool
    spelling: bool
    plain: VisitContent = field(repr=False)


def read_content(body: bytes) -> Content:
    """The content in `body`. Raises Unreadable or TooLarge; whatever else is odd about it is a mark."""
    value, spelling = _parse(body)
    # Without an escape there is nothing in the texts that an engine cannot store.
    storable_as_is = b"\\u" not in body
    answers, repeats = _answers(value, storable_as_is), _repeats(value)
    parts, bad_part = _parts(value.get("parts", []))
    outcome, clock = value.get("outcome"), value.get("clock")
    if outcome not in OUTCOMES:
        raise Unreadable(f"outcome is none of {', '.join(OUTCOMES)}")
    return Content(
        visit=_text(value, "visit"),
        base=_hash(value, "base", required=False),
        merges=_merges(value.get("merges", [])),
        package_hash=str(_hash(value, "questionnaire")),
        outcome=outcome,
        clock=clock if isinstance(clock, str) and len(clock) <= 40 else None,
        parts=parts,
        bad_part=bad_part,
        spelling=spelling,
        plain=cast("VisitContent", {**value, "answers": answers, "repeats": repeats}),
    )


def content_bytes(
    package: Package,
    answers: Mapping[str, str],
    repeats: Mapping[str, int],
    *,
    visit_id: str,
    base: str | None,
    clock: str,
    parts: Iterable[PartEntry] = (),
    merges: Iterable[str] = (),
    questionnaire: str | None = None,
) -> bytes:
    """The canonical bytes of what is handed in, from raw answers (closed ones among them)."""
    state = FormState(package, answers, repeats, now=clock, new=False)
    return content_from_state(
        state, visit_id=visit_id, base=base, clock=clock, parts=parts, merges=merges, questionnaire=questionnaire
    )


def content_from_state(
    state: FormState,
    *,
    visit_id: str,
    base: str | None,
    clock: str,
    parts: Iterable[PartEntry] = (),
    merges: Iterable[str] = (),
    questionnaire: str | None = None,
    beside: Beside | None = None,
) -> bytes:
    """The canonical bytes of what is handed in: open, non-empty answers, calculations among them.

    `questionnaire` is the hash of the state's package, where the caller has it at hand; `beside` what a version says besides
    its answers, left out where it is empty.
    """
    answers = state.answers()
    content: VisitContent = {
        "answers": answers,
        "base": base,
        "clock": clock,
        "format": FORMAT,
        "outcome": read_facts(state.package, answers, state.repeats).outcome or "visited",
        "parts": list(parts),
        "questionnaire": questionnaire or package_hash(state.package),
        "visit": visit_id,
    }
    if state.repeats:
        content["repeats"] = dict(state.repeats)
    if fork_hashes := list(merges):
        content["merges"] = fork_hashes
    extras = {key: value for key, value in (beside or {}).items() if value}
    return canonical({**content, **extras})


def _parse(body: bytes) -> tuple[dict[str, Any], bool]:
    """The value, and whether it is spelled otherwise than canonical JSON spells it."""
    odd: list[str] = []  # what canonical JSON does not know, as it is met

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        members = dict(pairs)
        if len(members) != len(pairs):
            raise ValueError("a key written twice")
        if not _in_order(list(members)):
            odd.append("order")
        return members

    def whole(digits: str) -> int:
        number = int(digits)
        if not 0 <= number <= LARGEST_WHOLE_NUMBER:
            odd.append(digits)
        return number

    def fraction(digits: str) -> float:
        odd.append(digits)
        return float(digits)

    try:
        text = body.decode("utf-8")
        value = json.loads(
            text, object_pairs_hook=once, parse_constant=_no_constant, parse_int=whole, parse_float=fraction
        )
        spelling = bool(odd) or spelled(value) != text
    except (ValueError, RecursionError) as problem:
        raise Unreadable(str(problem)) from None
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise Unreadable(f"format is not {FORMAT}")
    return value, spelling


def _in_order(keys: list[str]) -> bool:
    """Whether keys are in canonical order; that of ASCII is the same by code point."""
    return keys == (sorted(keys) if "".join(keys).isascii() else in_canonical_order(keys))


def _no_constant(word: str) -> Any:
    raise ValueError(f"{word} is no JSON")


def _answers(value: Mapping[str, Any], storable_as_is: bool) -> dict[str, str]:
    answers = value.get("answers")
    if not isinstance(answers, dict):
        raise Unreadable("answers is no object")
    if len(answers) > MOST_ANSWERS:
        raise TooLarge(f"more than {MOST_ANSWERS} answers")
    if not {*map(type, answers.values())} <= {str}:
        path = next(path for path, text in answers.items() if not isinstance(text, str))
        raise Unreadable(f"the answer at {path} is no text")
    if max(map(len, answers.values()), default=0) > LONGEST_ANSWER:
        path = next(path for path, text in answers.items() if len(text) > LONGEST_ANSWER)
        raise TooLarge(f"the answer at {path} has more than {LONGEST_ANSWER} characters")
    return answers if storable_as_is else {storable(path): storable(text) for path, text in answers.items()}


def _repeats(value: Mapping[str, Any]) -> dict[str, int]:
    repeats = value.get("repeats", {})
    if not isinstance(repeats, dict):
        raise Unreadable("repeats is no object")
    for path, number in repeats.items():
        if type(number) is not int or number < 0:
            raise Unreadable(f"the number of instances of {path} is no whole number")
    if sum(repeats.values()) > MOST_ANSWERS:
        raise TooLarge(f"more than {MOST_ANSWERS} instances")
    return {storable(path): number for path, number in repeats.items()}


def _parts(entries: Any) -> tuple[tuple[Part, ...], bool]:
    """The entries that can be fulfilled, and whether there were others: those are marked and never missing."""
    if not isinstance(entries, list):
        raise Unreadable("parts is no list")
    if len(entries) > MOST_PARTS:
        raise TooLarge(f"more than {MOST_PARTS} parts")
    parts = {part.name: part for part in map(_part, entries) if part is not None}
    return tuple(parts.values()), len(parts) < len(entries)


def read_parts(entries: Any) -> list[PartEntry]:
    """The entries of a manifest that can be fulfilled, as plain data."""
    parts = [_part(entry) for entry in entries] if isinstance(entries, list) else []
    return [
        {"name": part.name, "path": part.path, "sha256": part.sha256, "size": part.size, "type": part.kind}
        for part in parts[:MOST_PARTS]
        if part is not None
    ]


def _part(entry: Any) -> Part | None:
    if not isinstance(entry, dict):
        return None
    name, path, kind = entry.get("name"), entry.get("path"), entry.get("type")
    sha256, size = entry.get("sha256"), entry.get("size")
    if not isinstance(name, str) or not 0 < len(name) <= 200 or not isinstance(sha256, str):
        return None
    if not HASH.fullmatch(sha256) or type(size) is not int or not 0 < size <= LARGEST_PART:
        return None
    return Part(
        name=storable(name),
        path=storable(path)[:300] if isinstance(path, str) else None,
        sha256=sha256,
        size=size,
        kind=storable(kind)[:80] if isinstance(kind, str) else None,
    )


def _merges(hashes: Any) -> tuple[str, ...]:
    if not isinstance(hashes, list) or not all(isinstance(one, str) and HASH.fullmatch(one) for one in hashes):
        raise Unreadable("merges is no list of hashes")
    return tuple(hashes)


def _text(value: Mapping[str, Any], key: str) -> str:
    text = value.get(key)
    if not isinstance(text, str):
        raise Unreadable(f"{key} is no text")
    return text


def _hash(value: Mapping[str, Any], key: str, *, required: bool = True) -> str | None:
    text = value.get(key)
    if text is None and not required:
        return None
    if not isinstance(text, str) or not HASH.fullmatch(text):
        raise Unreadable(f"{key} is no hash")
    return text


def storable(text: str) -> str:
    """Text that every engine can store: halves of surrogate pairs and U+0000 become U+FFFD. The bytes stay as they are."""
    return SURROGATES.sub("\ufffd", text).replace("\x00", "\ufffd")
