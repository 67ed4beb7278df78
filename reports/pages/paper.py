"""A report's section as people see it on screen: runs with live figures, blanks, sources, tables. Touches content and wording.

Takes a draft, gives plain rows for the templates; a token the questionnaire cannot answer is shown as it is, marked.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NotRequired, TypedDict

from flask_babel import gettext as _

from reports.evidence.accepted_answers import CampaignData
from reports.faults import TokenFault, UnknownFigure
from reports.figures.charts import block_rows
from reports.figures.figure_words import Figure
from reports.papers.draft_figures import figures_of
from reports.papers.steps import Report
from reports.text import content as contents
from reports.text.report_shape import Block, Column, FindingsData, Series, SourceEntry, TableData
from reports.text.tokens import Token, split


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text; a figure has its key, one that cannot be given is `bad`."""

    text: str
    key: str = ""
    bad: bool = False
    blank: bool = False


class Grid(TypedDict):
    """A chart as a page shows it, a table of the values at its bars; or, as its title, what is wrong with a table."""

    title: str
    columns: list[Column]
    rows: list[list[str]]
    unit: NotRequired[str]
    n: NotRequired[int]


@dataclass(slots=True)
class ShownBlock:
    """One block: its runs, or the rows of a table, or a chart's bars, and where it was taken from."""

    block: Block
    runs: list[Run] = field(default_factory=list)
    table: Block | TableData | FindingsData | Grid | None = None
    sources: list[str] = field(default_factory=list)

    @property
    def kind(self) -> str:
        return self.block["type"]


class Setter:
    """Sets blocks of one report on the data of now."""

    def __init__(self, report: Report, data: CampaignData) -> None:
        smallest = report.campaign.setting("smallest_cell")
        self.resolve: Callable[[str], Figure] = figures_of(report, data)
        self.rows = block_rows(
            data.frame.of(report.scope),
            data.counts.get(report.scope),
            smallest_cell=smallest,
            findings=lambda block: {"rows": [], "title": block.get("title", "")},
            counts_of=data.counts,
        )

    def resolve_or_blank(self, key: str) -> Any:
        """The figure, for counting characters; one that cannot be given counts as one character."""
        try:
            return self.resolve(key)
        except UnknownFigure:
            return Figure(key, "0", None, None, "")

    def figure(self, key: str) -> Any:
        """The figure; one that cannot be given stands as its token."""
        try:
            return self.resolve(key)
        except UnknownFigure:
            return Figure(key, "{{" + key + "}}", None, None, "")

    def values(self, blocks: Iterable[Block]) -> dict[str, str]:
        """What each figure in these blocks' texts reads, by its token."""
        values: dict[str, str] = {}
        for block in blocks:
            try:
                parts = split(block.get("text") or "")
            except TokenFault:
                continue
            values |= {one.key: self.figure(one.key).text for one in parts if isinstance(one, Token)}
        return values

    def runs(self, text: str) -> list[Run]:
        """The runs of a text, words and figures in order; 【待起草…】 stands out."""
        try:
            pieces = contents.pieces_of(text, self.figure)
        except TokenFault:
            return [Run(text, bad=True)]
        runs: list[Run] = []
        for one in pieces:
            bad = one.text == "{{" + one.key + "}}"
            runs += [Run(one.text, one.key, bad=bad)] if one.key else list(_blanks(one.text))
        return runs

    def words(self, text: str) -> str:
        return "".join(run.text for run in self.runs(text))

    def shown(self, block: Block, names: dict[str, str]) -> ShownBlock:
        result = ShownBlock(block, sources=[source_words(one, names) for one in block.get("sources") or ()])
        if block["type"] in ("paragraph", "case", "heading"):
            result.runs = self.runs(block.get("text", ""))
        elif block["type"] == "blank":
            result.runs = [Run(contents.block_text(block), blank=True)]
        elif block["type"] == "table" and "rows" in block:
            rows = [[self.words(str(cell)) for cell in row] for row in block["rows"]]
            result.table = {**block, "rows": rows, "title": self.words(block.get("title", ""))}
        elif block["type"] in ("table", "chart"):
            result.table = self._table(block)
        return result

    def _table(self, block: Block) -> TableData | FindingsData | Grid:
        try:
            table = self.rows(block)
        except (ValueError, KeyError, IndexError) as problem:
            return {"title": str(problem), "columns": [], "rows": []}
        if "series" not in table:
            title = block.get("title")
            table["title"] = title or table["title"]
            return table
        heads = heads_of(table["series"])
        texts = table["texts"] or [[str(value)] for value in table["series"][0]["values"]]
        rows = [
            [label, *(texts[place] if place < len(texts) else [])][: len(heads)]
            for place, label in enumerate(table["labels"])
        ]
        return {"title": table["title"], "unit": table["unit"], "columns": heads, "rows": rows, "n": table["n"]}


def heads_of(series: Sequence[Series]) -> list[Column]:
    """The heads of a chart that is shown as a table."""
    return [{"title": "", "align": "left"}, *(Column(title=one["name"], align="right") for one in series)]


def _blanks(text: str) -> Iterable[Run]:
    end = 0
    for match in contents.BLANK.finditer(text):
        if match.start() > end:
            yield Run(text[end : match.start()])
        yield Run(match[0], blank=True)
        end = match.end()
    if end < len(text):
        yield Run(text[end:])


def place_words(source: SourceEntry, names: dict[str, str]) -> str:
    """Where a source stands: 天河区 三（二）1."""
    return f"{names.get(source['unit'], source['unit'])} {source['section']}{source['item'] or ''}"


def source_words(source: SourceEntry, names: dict[str, str]) -> str:
    """The words of a source: 天河区 三（二）1 · 已改写."""
    return place_words(source, names) + (" · " + _("rewritten") if source["rewritten"] else "")
