"""Reads one section from its form of paragraphs (无脚本编辑): fields `text-<id>` and `do-<id>` become blocks.

A blank line or line end makes a new paragraph; an emptied field takes its block away; writing in a 【待起草】 replaces it; a paragraph
taken over from a unit that now reads otherwise is marked rewritten. Tables, charts and lists are kept, moved or taken out.
With script the page sends the whole section in its order instead (`read_layout`): what it does not name is taken out, and each
paragraph says its own sources, which went along where it was parted, joined or moved.
"""

import copy
import re
from collections.abc import Callable, Container, Mapping, Sequence
from typing import Any, cast

from reports.text.report_shape import Block, BlockType, SourceEntry, TextType
from surveys.database import new_id

TEXT_TYPES = ("paragraph", "case", "heading", "blank")
KINDS = ("paragraph", "case", "heading", "blank")
ID = re.compile(r"[A-Za-z0-9_-]{1,60}")
CATEGORIES = re.compile(r"\s*\{(\d{2}(?:\s*[,，、]\s*\d{2})*)\}\s*$")


def read_blocks(form: Mapping[str, str], blocks: Sequence[Block]) -> list[Block]:
    """The section's blocks as the form has them, in their new order, with what was added at the end."""
    rows: list[tuple[Block, str]] = []
    for block in blocks:
        act = form.get(f"do-{block['id']}", "keep")
        if act == "remove":
            continue
        text = form.get(f"text-{block['id']}")
        new_blocks = [block] if text is None or block["type"] not in TEXT_TYPES else _text_blocks(block, text, act)
        rows += [(one, act if place == 0 else "keep") for place, one in enumerate(new_blocks)]
    return [*_in_order(rows), *_new_blocks(form)]


def read_layout(
    rows: Sequence[Mapping[str, Any]],
    blocks: Sequence[Block],
    *,
    elsewhere: Container[str],
    read_sources: Callable[[Any], list[SourceEntry]],
) -> list[Block]:
    """The section as a page with script has it: rows in order, each {"id"} and what it says.

    A text has "kind", "text", "sources"; a table, chart or list that is new has "of" (table:T6) or, as a copy, "like" (an id). What is
    new brings an id of its own, none of those `elsewhere` in the report; what comes back has its old one. Raises ValueError for a row
    that is none.
    """
    known_blocks = {block["id"]: block for block in blocks}
    new_blocks: list[Block] = []
    for row in rows:
        identity, text = (str(row.get(name) or "") for name in ("id", "text"))
        if identity not in known_blocks and (not ID.fullmatch(identity) or identity in elsewhere):
            raise ValueError(f"“{identity[:40]}” is no id of a paragraph")
        block = known_blocks.get(identity) or _put_in(row, identity, known_blocks)
        if block is None:
            block = Block(id=identity, type="paragraph", text=text)
        if block["type"] not in TEXT_TYPES:
            new_blocks.append(block)
            continue
        if "sources" in row:  # it says of each whether it was rewritten
            block = with_sources({**block, "text": text}, read_sources(row["sources"]))
        new_blocks += _text_blocks(block, text, str(row.get("kind") or ""))
    return new_blocks


def with_sources(block: Block, sources: list[SourceEntry]) -> Block:
    """The block with these sources in place of its own."""
    bare = cast("Block", {key: value for key, value in block.items() if key != "sources"})
    return {**bare, "sources": sources} if sources else bare


def _put_in(row: Mapping[str, Any], identity: str, known_blocks: Mapping[str, Block]) -> Block | None:
    """A new table, chart or list, or the copy of one of the section's."""
    like = known_blocks.get(str(row.get("like") or ""))
    if like is not None and like["type"] not in TEXT_TYPES:
        return {**copy.deepcopy(like), "id": identity}
    return material(str(row.get("of") or ""), identity)


def _text_blocks(block: Block, text: str, act: str) -> list[Block]:
    paragraphs = [line.strip(" \u3000\t\r") for line in text.replace("\r\n", "\n").split("\n")]
    paragraphs = [line for line in paragraphs if line]
    if block["type"] == "blank":
        if not paragraphs:
            return [block]
        return [_block("paragraph", line, block["id"] if place == 0 else "") for place, line in enumerate(paragraphs)]
    kind = _kind(act, block["type"])
    bare = {key: value for key, value in block.items() if key not in ("text", "hint")}
    new_blocks: list[Block] = []
    for place, line in enumerate(paragraphs):
        is_first = place == 0
        one = cast("Block", {**bare, **_block(kind, line, block["id"])}) if is_first else _block(kind, line)
        if is_first and line != block.get("text") and (sources := one.get("sources")):
            one["sources"] = [{**source, "rewritten": True} for source in sources]
        new_blocks.append(one)
    return new_blocks


def _kind(kind: str, default: BlockType) -> TextType:
    """The kind of text that was chosen; where none was, the one it has."""
    return cast("TextType", kind if kind in KINDS else default)


def _block(kind: TextType, text: str, identity: str = "") -> Block:
    block: Block = {"id": identity or new_id()[:13], "type": kind}
    if kind == "blank":
        return {**block, "hint": text}
    if kind == "heading":
        codes = CATEGORIES.search(text)
        categories = re.findall(r"\d{2}", codes[1]) if codes else []
        return {**block, "level": 3, "text": CATEGORIES.sub("", text), "categories": categories}
    return {**block, "text": text}


def heading_text(block: Block) -> str:
    """A heading as it is typed: with the codes of its categories in braces."""
    codes = ",".join(block.get("categories") or ())
    return block.get("text", "") + (f" {{{codes}}}" if codes else "")


def _in_order(rows: Sequence[tuple[Block, str]]) -> list[Block]:
    order = list(rows)
    for place, (block, act) in enumerate(rows):
        target = place - 1 if act == "up" else place + 1 if act == "down" else place
        if target != place and 0 <= target < len(order) and order[place][0] is block:
            order[place], order[target] = order[target], order[place]
    return [block for block, _ in order]


def _new_blocks(form: Mapping[str, str]) -> list[Block]:
    text = form.get("new-text", "").replace("\r\n", "\n").strip()
    kind = form.get("new-kind", "paragraph")
    blocks = [_block(_kind(kind, "paragraph"), line.strip(" \u3000")) for line in text.split("\n") if line.strip()]
    one = material(form.get("insert", ""))
    return blocks if one is None else [*blocks, one]


def material(made_of: str, identity: str = "") -> Block | None:
    """A table, chart or list of findings of what a form calls it: table:T6, chart:T6, findings:01; of other words nothing."""
    what, _, which = made_of.partition(":")
    identity = identity or new_id()[:13]
    if what == "table" and which:
        return {"id": identity, "type": "table", "table": which, "items": None, "title": ""}
    if what == "chart" and which:
        return {"id": identity, "type": "chart", "table": which, "items": None, "title": "", "kind": "bar"}
    if what == "findings" and which:
        return {"id": identity, "type": "findings", "category": which, "limit": 10}
    return None
