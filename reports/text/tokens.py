"""The figure token (数据引用): how a report's text names an indicator, and where a paragraph came from.

    token   {{[UNIT/]TABLE:ITEM[FILTER]|MEASURE|WORDING}}      {{T6:fin_any|share|word}}
    filter  [FIELD.CHOICE] or [FIELD.CHOICE,FIELD.CHOICE]      {{T6:fin_any[size_class.small]|share|word}}
            among the firms that made the choice, or both
    source  {{from:UNIT §三（一）2 rewritten; UNIT §二}}         last in a paragraph; provenance, never printed
    paper   {{PAPER:number}}                                   left open in a letter until it is issued

Gives   `Token`, `Source` as plain data; text that is not a token stays text.
Raises  TokenFault for braces that cannot be read, with the text that was found.
"""

import re
from dataclasses import dataclass

from reports.faults import TokenFault
from reports.text.report_shape import SourceEntry

MEASURES = ("count", "share", "base", "mean", "sum", "ratio", "median", "max", "name")
WORDINGS = ("plain", "word", "with_base", "money")
MOST_FILTERS = 2
# A topN of a ranked table is an item too: its measure says which of the three it gives.

BRACES = re.compile(r"\{\{([^{}]*)\}\}")
_FIGURE = re.compile(
    r"^\s*(?:(?P<unit>[^/:|\s]+)\s*/)?\s*(?P<table>[^/:|\s]+)\s*:\s*(?P<item>[^:|\s\[\]]+)"
    r"(?:\[(?P<among>[^\[\]|:\s]+)\])?"
    r"\s*\|\s*(?P<measure>[a-z]+)\s*\|\s*(?P<wording>[a-z_]+)\s*$"
)
_SOURCE = re.compile(
    r"^(?:(?P<unit>[^\s§]+)\s*)?§\s*(?P<section>[一二三四五六七八九十]+(?:（[一二三四五六七八九十]+）)?)"
    r"\s*(?P<item>\d+)?\s*(?P<rewritten>rewritten)?$"
)


@dataclass(frozen=True, slots=True)
class Token:
    """One reference to an indicator; `unit` is empty for the report's own unit."""

    unit: str
    table: str
    item: str
    measure: str
    wording: str
    among: tuple[str, ...] = ()  # FIELD.CHOICE, one or two

    @property
    def key(self) -> str:
        """The token without braces: what a frozen figure is called."""
        place = f"{self.unit}/" if self.unit else ""
        among = f"[{','.join(self.among)}]" if self.among else ""
        return f"{place}{self.table}:{self.item}{among}|{self.measure}|{self.wording}"

    @property
    def text(self) -> str:
        """The token as it stands in a text."""
        return "{{" + self.key + "}}"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a paragraph was taken over from: a unit's section, and the paragraph there (from 1)."""

    unit: str
    section: str
    item: int | None = None
    rewritten: bool = False
    report_version: int | None = None

    def as_dict(self) -> SourceEntry:
        """The plain data a block keeps."""
        return {
            "unit": self.unit,
            "section": self.section,
            "item": self.item,
            "rewritten": self.rewritten,
            "report_version": self.report_version,
        }


def parse(text: str) -> Token:
    """One token, with or without its braces."""
    inner = text.strip().removeprefix("{{").removesuffix("}}")
    match = _FIGURE.match(inner)
    if not match or match["measure"] not in MEASURES or match["wording"] not in WORDINGS:
        raise TokenFault(text.strip())
    among = tuple((match["among"] or "").split(",")) if match["among"] else ()
    if len(among) > MOST_FILTERS or any("." not in one.strip(".") for one in among):
        raise TokenFault(text.strip())
    return Token(match["unit"] or "", match["table"], match["item"], match["measure"], match["wording"], among)


def is_figure(inner: str) -> bool:
    """Whether the inside of braces is meant as a figure: neither a source mark nor a paper's own field."""
    return not inner.lstrip().startswith(("from:", "PAPER:"))


def split(text: str) -> list[str | Token]:
    """A text as its runs, in order: plain pieces and tokens. A paper's own fields stay text."""
    runs: list[str | Token] = []
    end = 0
    for match in BRACES.finditer(text):
        if not is_figure(match[1]):
            continue
        if match.start() > end:
            runs.append(text[end : match.start()])
        runs.append(parse(match[0]))
        end = match.end()
    if end < len(text):
        runs.append(text[end:])
    return runs


def take_sources(text: str) -> tuple[str, list[Source]]:
    """A paragraph without its source mark, and the sources the mark names."""
    sources: list[Source] = []
    unit = ""

    def read(match: re.Match[str]) -> str:
        nonlocal unit
        if not match[1].lstrip().startswith("from:"):
            return match[0]
        for part in match[1].split("from:", 1)[1].split(";"):
            place = _SOURCE.match(part.strip())
            if not place:
                raise TokenFault(match[0])
            unit = place["unit"] or unit
            item = int(place["item"]) if place["item"] else None
            sources.append(Source(unit, place["section"], item, bool(place["rewritten"])))
        return ""

    return BRACES.sub(read, text).rstrip(), sources
