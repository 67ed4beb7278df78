"""The marks a Word file carries unseen (书签和内容控件), so that what comes back is known again. Pure.

Bookmark  p_NAME_SENT_WRITTEN  a block: its name, a check of its words as sent, and one of the block as it was written then
          n_NAME_PLACE         what else stands with a block: what a table counts in, its notes, a list's lines
          c_NAME_SENT          the table of a block, with a check of its cells
          s_NAME               a section
          A name is a check of the report and the id there: those of another report are not known here.
Control   its tag is the figure's token (one that is too long for Word: a check of it), its title the text that was sent.
Property  which report it is, at which version, and the sections and blocks that were sent.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from reports.text.report_shape import Block, ReportContent

LONGEST_TAG = 64  # characters: Word takes no longer tag or title
PROPERTY = "diaoyan"
PROPERTY_CHARACTERS = 240  # Word keeps no longer text in a property
_BLOCK = re.compile(r"p_([0-9a-f]{12})_([0-9a-f]{8})_([0-9a-f]{8})")
_TABLE = re.compile(r"c_([0-9a-f]{12})_([0-9a-f]{8})")
_BESIDE = re.compile(r"n_([0-9a-f]{12})_\d+")
_SECTION = re.compile(r"s_([0-9a-f]{12})")


class BlockMark(NamedTuple):
    """A block as its bookmark names it; `written` is empty where the file does not say."""

    name: str
    sent: str
    written: str


@dataclass(frozen=True, slots=True)
class Origin:
    """What a file that went out says of itself; `sections` and `blocks`: the names of all that were sent."""

    report: str
    kind: str  # report, section, volume
    title: str
    version: int | None = None
    sections: tuple[str, ...] = ()
    blocks: frozenset[str] = frozenset()


def sent_from(report: str, kind: str, title: str, content: ReportContent, *, version: int | None = None) -> Origin:
    """What a file with this content says of itself."""
    return Origin(
        report,
        kind,
        title,
        version,
        tuple(short(report, section["key"]) for section in content["sections"]),
        frozenset(short(report, block["id"]) for section in content["sections"] for block in section["blocks"]),
    )


def short(report: str, name: str) -> str:
    """The id of a block or the key of a section of this report, as a bookmark may hold it; the same always gives the same."""
    return hashlib.sha256(f"{report}|{name}".encode()).hexdigest()[:12]


def check_of(words: str) -> str:
    """A check of words; white space does not count, since programs change it."""
    return hashlib.sha256("".join(words.split()).encode()).hexdigest()[:8]


def check_of_block(block: Block) -> str:
    return check_of(json.dumps(block, ensure_ascii=False, sort_keys=True))


def check_of_cells(rows: Iterable[Sequence[str]]) -> str:
    return check_of("\n".join("|".join("".join(cell.split()) for cell in row) for row in rows))


def block_mark(name: str, sent: str, written: Block) -> str:
    return f"p_{name}_{check_of(sent)}_{check_of_block(written)}"


def table_mark(name: str, rows: Iterable[Sequence[str]]) -> str:
    return f"c_{name}_{check_of_cells(rows)}"


def beside_mark(name: str, number: int) -> str:
    return f"n_{name}_{number}"


def section_mark(name: str) -> str:
    return f"s_{name}"


def read_block_mark(name: str) -> BlockMark | None:
    match = _BLOCK.fullmatch(name)
    return BlockMark(match[1], match[2], match[3]) if match else None


def read_table_mark(name: str) -> BlockMark | None:
    match = _TABLE.fullmatch(name)
    return BlockMark(match[1], match[2], "") if match else None


def read_beside_mark(name: str) -> str:
    match = _BESIDE.fullmatch(name)
    return match[1] if match else ""


def read_section_mark(name: str) -> str:
    match = _SECTION.fullmatch(name)
    return match[1] if match else ""


# Figures --------------------------------------------------------------------------------------------------------------


def figure_tag(token: str) -> str:
    """The tag of a figure's control: its token."""
    return token if len(token) <= LONGEST_TAG else "~" + hashlib.sha256(token.encode()).hexdigest()[:32]


def cell_tag(table: str, row: int, column: int) -> str:
    """The tag of a number in a table that is made of the figures."""
    return f"{table}@{row}.{column}"[:LONGEST_TAG]


def figure_title(text: str) -> str:
    """The title of a figure's control: the text that was sent."""
    return text if len(text) <= LONGEST_TAG else "~" + check_of(text)


def is_as_sent(title: str, text: str) -> bool:
    """Whether a control still holds what was sent."""
    return "".join(title.split()) == "".join(text.split()) or title == "~" + check_of(text)


# Properties -----------------------------------------------------------------------------------------------------------


def properties_of(origin: Origin) -> dict[str, str]:
    """The properties of a file by name."""
    lists = {"sections": origin.sections, "blocks": sorted(origin.blocks)}
    properties = {"report": origin.report, "kind": origin.kind, "title": origin.title[:PROPERTY_CHARACTERS]}
    if origin.version is not None:
        properties["version"] = str(origin.version)
    for name, values in lists.items():
        for number, piece in enumerate(_pieces(values), 1):
            properties[f"{name}.{number}"] = piece
    return {f"{PROPERTY}.{name}": value for name, value in properties.items()}


def origin_of(properties: Mapping[str, str]) -> Origin | None:
    """What a file says of itself; nothing for one that did not go out from here, or lost it on the way."""
    declared = {
        name.removeprefix(PROPERTY + "."): value
        for name, value in properties.items()
        if name.startswith(PROPERTY + ".")
    }
    if not declared.get("report") or declared.get("kind") not in ("report", "section", "volume"):
        return None
    version = declared.get("version", "")
    return Origin(
        declared["report"],
        declared["kind"],
        declared.get("title", ""),
        int(version) if version.isascii() and version.isdigit() else None,
        tuple(_joined(declared, "sections")),
        frozenset(_joined(declared, "blocks")),
    )


def _pieces(values: Iterable[str]) -> Iterable[str]:
    """Values with spaces between them, cut between two where a property would be too long."""
    piece = ""
    for value in values:
        if piece and len(piece) + len(value) + 1 > PROPERTY_CHARACTERS:
            yield piece
            piece = ""
        piece += (" " if piece else "") + value
    if piece:
        yield piece


def _joined(given: Mapping[str, str], name: str) -> list[str]:
    values: list[str] = []
    for number in range(1, 400):
        if f"{name}.{number}" not in given:
            break
        values += given[f"{name}.{number}"].split()
    return values
