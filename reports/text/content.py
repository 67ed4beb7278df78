"""A report as plain data (报告内容): outline, sections, blocks; frozen, it is what a printed document is given.

Shape   {"format", "title", "byline", "date", "sections": [{"key", "title", "numbering", "level", "blocks": [block]}]}
        A block has an "id" and a "type": paragraph, heading, case, table, chart, findings, blank. Text carries figure
        tokens (`reports.text.tokens`); no figure that the data can give is typed.
Frozen  every token is a run {"figure", "text"}, tables carry literal rows, "figures" lists what was used.
Rules   numbers run in the model, never in the style sheet; a blank stays visible until a person fills it; 字数 is
        counted as word processors do.
"""

import copy
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol, cast

from reports.text.manuscripts import NUMERALS, Outline, read_sections
from reports.text.report_shape import (
    Block,
    BlockData,
    FigureUsed,
    FrozenReport,
    ReportContent,
    Run,
    Section,
    SourceEntry,
)
from reports.text.suppressed_words import Omission, Piece, as_sentences
from reports.text.tokens import Source, Token, parse, split
from surveys.planning.words.reference_lists import rows as reference_rows

FORMAT = "diaoyan-report/1"
BLANK = re.compile(r"【待起草[^】]*】")
TEXT_BLOCKS = ("paragraph", "case", "heading")


class Figure(Protocol):
    """What a token is worth, as `reports.figures.figure_words.resolve` gives it."""

    key: str
    text: str
    value: float | str | None
    n: int | None
    base: str
    omission: Omission | None


class Blank(NamedTuple):
    """A place still to be written by a person: the section's key, the block's id, the text as it prints."""

    section: str
    block: str
    text: str


def default_outline() -> Outline:
    """The outline of a research report, as the reference list has it."""
    return reference_rows("outline-research-report")


def read_report(
    markdown: str,
    *,
    byline: str = "",
    date: str = "",
    outline: Outline | None = None,
    places: dict[str, int] | None = None,
) -> ReportContent:
    """A manuscript read as a report; sections find their key in `outline` by title, else by number.

    `places` is given the line of each (`manuscripts.read_sections`).
    """
    title, sections = read_sections(markdown, default_outline() if outline is None else outline, places)
    return {"format": FORMAT, "title": title, "byline": byline, "date": date, "sections": sections}


def new_report(title: str, *, byline: str = "", date: str = "", outline: Outline | None = None) -> ReportContent:
    """A report with every section of the outline, each with one blank for the person who writes it."""
    rows = [row for row in (outline or default_outline()) if not row["key"].startswith("annex")]
    parents = {row["parent_key"] for row in rows}
    sections: list[Section] = []
    for row in rows:
        heading = "" if row["key"] == "lead" else row["numbering"] + row["title"]
        blocks: list[Block] = []
        if row["key"] not in parents:
            blocks.append({"id": f"{row['key']}-blank", "type": "blank", "hint": row["numbering"] + row["title"]})
        level = 2 if row["parent_key"] else 1
        sections.append(
            {"key": row["key"], "title": heading, "numbering": row["numbering"], "level": level, "blocks": blocks}
        )
    return {"format": FORMAT, "title": title, "byline": byline, "date": date, "sections": sections}


# Numbering -----------------------------------------------------------------------------------------------------------

_NUMBERED = re.compile(rf"^(?:[{NUMERALS}]+、|（[{NUMERALS}]+）|\d{{1,2}}[.．、]|（\d{{1,2}}）)\s*")


def numeral(number: int) -> str:
    """A number up to 99 as a Chinese numeral: 1 → 一, 11 → 十一, 20 → 二十."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else NUMERALS[tens - 1] + "十"
    return head + (NUMERALS[ones - 1] if ones else "")


def number_mark(depth: int, number: int) -> str:
    """The number of a heading: 一、 → （一） → 1. → （1）."""
    return (f"{numeral(number)}、", f"（{numeral(number)}）", f"{number}.", f"（{number}）")[min(depth, 4) - 1]


def unnumbered(title: str) -> str:
    """A heading without its number."""
    return _NUMBERED.sub("", title)


def renumber(content: ReportContent) -> ReportContent:
    """The same report with every section and heading numbered anew, in the order they stand."""
    content = copy.deepcopy(content)
    counts = [0, 0, 0, 0]

    def mark(depth: int) -> str:
        depth = min(depth, 4)
        counts[depth - 1] += 1
        counts[depth:] = [0] * (4 - depth)
        return number_mark(depth, counts[depth - 1])

    for section in content["sections"]:
        if section["title"]:
            title = unnumbered(section["title"])
            section["numbering"] = mark(section["level"])
            section["title"] = section["numbering"] + title
        for block in section["blocks"]:
            if block["type"] == "heading":
                # 三级标题 stands right under a chapter as （一）, and one step lower inside a part.
                depth = section["level"] + block.get("level", 3) - 2
                block["text"] = mark(depth) + unnumbered(block.get("text", ""))
    return content


# Looking into a report ------------------------------------------------------------------------------------------------


def blocks_of(content: ReportContent) -> Iterator[tuple[Section, Block]]:
    """Every block with its section, in reading order."""
    for section in content["sections"]:
        for block in section["blocks"]:
            yield section, block


def block_text(block: Block) -> str:
    """The words of a text block or a blank, tokens unresolved or runs put together; of other blocks nothing."""
    if block["type"] == "blank":
        return block.get("text") or f"【待起草：{block.get('hint', '')}】"
    if "runs" in block:
        return "".join(run["text"] for run in block["runs"])
    return block.get("text", "") if block["type"] in TEXT_BLOCKS else ""


def _all_texts(block: Block) -> Iterator[str]:
    """Every text of a block that may hold a token: words, title, cells."""
    if block["type"] in (*TEXT_BLOCKS, "blank"):
        yield block_text(block)
        return
    yield block.get("title", "")
    for row in block.get("rows") or ():
        yield from (cell for cell in row if isinstance(cell, str))


def tokens_in(content: ReportContent) -> list[str]:
    """The keys of all figures the report refers to, each once, in reading order."""
    keys: dict[str, None] = {}
    for _, block in blocks_of(content):
        for text in _all_texts(block):
            keys.update({run.key: None for run in split(text) if isinstance(run, Token)})
    return list(keys)


def blanks(content: ReportContent) -> list[Blank]:
    """All places still to be written, titles and cells included; a final has none."""
    places = [Blank("", "", mark) for field in ("title", "byline", "date") for mark in BLANK.findall(content[field])]
    for section in content["sections"]:
        places += [Blank(section["key"], "", mark) for mark in BLANK.findall(section["title"])]
        for block in section["blocks"]:
            marks = [mark for text in _all_texts(block) for mark in BLANK.findall(text)]
            places += [Blank(section["key"], block["id"], mark) for mark in marks]
    return places


def source(unit: str, section: str, item: int | None, *, rewritten: bool, version: int | None) -> SourceEntry:
    """The mark that a paragraph taken over keeps: unit, place there, whether its wording was changed."""
    return Source(unit, section, item, rewritten, version).as_dict()


# Counting -------------------------------------------------------------------------------------------------------------

_COUNTED = re.compile(
    r"[\u2e80-\u9fff\uf900-\ufaff\u3000-\u303f\uff01-\uffef“”‘’—…·×÷°※①-⑳〇]|[^\s\u2e80-\uffef“”‘’—…·×÷°※①-⑳]+"
)
_SPACES = re.compile(r"[\s\u3000]+")


def count_text(text: str) -> int:
    """字数: each Chinese character and full-width mark 1, each run of Latin letters or digits 1."""
    return len(_COUNTED.findall(_SPACES.sub(" ", text)))


def section_chars(content: ReportContent, figure: Callable[[str], Figure] | None = None) -> dict[str, int]:
    """字数 by section key: headings and text, without tables. A token counts as its text, or as 1 where unresolved."""

    def words(text: str) -> str:
        if figure is None:
            return "".join(run if isinstance(run, str) else " 0 " for run in split(text))
        return "".join(piece.text for piece in pieces_of(text, figure))

    return {
        section["key"]: count_text(section["title"])
        + sum(count_text(words(block_text(block))) for block in section["blocks"])
        for section in content["sections"]
    }


def count_chars(content: ReportContent, figure: Callable[[str], Figure] | None = None) -> int:
    """字数 of the body: without title, 署名, tables and annexes."""
    return sum(section_chars(content, figure).values())


def pieces_of(text: str, figure: Callable[[str], Figure]) -> list[Piece]:
    """A text with its figures put in, in order; what may not be told is said in words."""
    pieces = []
    for run in split(text):
        if isinstance(run, str):
            pieces.append(Piece(run))
        else:
            value = figure(run.key)
            pieces.append(Piece(value.text, run.key, value.omission))
    return as_sentences(pieces)


# Freezing -------------------------------------------------------------------------------------------------------------


class _Freezer:
    """Puts figures in place of tokens and remembers what it used."""

    def __init__(self, figure: Callable[[str], Figure], table: Callable[[Block], BlockData] | None) -> None:
        self.figure = figure
        self.table = table
        self.figures_used: dict[str, FigureUsed] = {}
        self.numbers = {"table": 0, "chart": 0}

    def resolve(self, key: str) -> Figure:
        figure = self.figure(key)
        self.figures_used[key] = {"text": figure.text, "value": figure.value, "n": figure.n, "base": figure.base}
        return figure

    def runs(self, text: str) -> list[Run]:
        return [
            {"figure": piece.key, "text": piece.text} if piece.key else {"text": piece.text}
            for piece in pieces_of(text, self.resolve)
        ]

    def words(self, text: str) -> str:
        return "".join(run["text"] for run in self.runs(text))

    def block(self, block: Block) -> Block:
        block = copy.deepcopy(block)
        kind = block["type"]
        if kind in ("paragraph", "case"):
            block["runs"] = self.runs(block.pop("text", ""))
        elif kind == "heading":
            block["text"] = self.words(block.get("text", ""))
        elif kind == "blank":
            block["text"] = block_text(block)
        else:
            block = self._rows(block)
        return block

    def _rows(self, block: Block) -> Block:
        kind = block["type"]
        title = block["title"] = self.words(block.get("title") or "")
        if kind == "table" and "rows" in block:
            block["rows"] = [[self.words(cell) for cell in row] for row in block["rows"]]
        elif self.table is None:
            raise ValueError(f"block {block['id']}: nothing was given to make a {kind} from the figures")
        else:
            data = {key: value for key, value in self.table(block).items() if key != "title" or not title}
            block = cast("Block", {**block, **data})
        if kind in self.numbers:
            self.numbers[kind] += 1
            block["number"] = f"{'表' if kind == 'table' else '图'}{self.numbers[kind]}"
        return block


def freeze(
    content: ReportContent, figure: Callable[[str], Figure], table: Callable[[Block], BlockData] | None = None
) -> FrozenReport:
    """The report with every figure put in: what a version keeps and what is printed.

    `figure` is given a token's key (`T6:fin_any|share|word`); `table` a table, chart or findings block, and gives its
    literal rows. Nothing of the original is changed.
    """
    freezer = _Freezer(figure, table)
    sections: list[Section] = [
        {**section, "title": freezer.words(section["title"]), "blocks": [freezer.block(b) for b in section["blocks"]]}
        for section in content["sections"]
    ]
    title = freezer.words(content["title"])
    figures = {key: freezer.figures_used[key] for key in sorted(freezer.figures_used)}
    return {**content, "title": title, "sections": sections, "figures": figures}


def plain_text(content: ReportContent) -> str:
    """The report as lines of text, frozen or not: title, headings, paragraphs, cells parted by tabs."""
    lines = [content["title"], content["byline"], content["date"]]
    for section in content["sections"]:
        lines.append(section["title"])
        for block in section["blocks"]:
            lines += [block_text(block)] if block["type"] in (*TEXT_BLOCKS, "blank") else [block.get("title") or ""]
            lines += ["\t".join(map(str, row)) for row in block.get("rows") or ()]
    return "\n".join(line for line in lines if line)


def check_tokens(content: ReportContent) -> None:
    """Raises TokenFault at the first figure that cannot be read."""
    for key in tokens_in(content):
        parse(key)
