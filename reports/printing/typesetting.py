"""Typesets one part of a volume: a document's templates and plain data become a PDF without page numbers.

Takes   the name of a folder in `templates/print`, the part's data, the fonts.
Gives   `Sheet`: the PDF, how many pages, and its headings with page and height, for contents and outline.
Raises  PrintFault: every character no font of its role has (with its place), an address a page may not load, a glyph
        WeasyPrint could not draw after all.

Runs in a worker process only: Pango and fontconfig must not be touched in a process that forks or serves.
"""

import json
import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from reports.printing import charts, lines, sources
from reports.printing.fonts import INKLESS, FontSet, font_faces, single_face
from reports.printing.titles import cover_lines, em_width, entry_lines, issuer_size, one_line, title_lines
from reports.printing.volume import Fault, PrintFault

BLANK = re.compile("【待起草[^】]*】")
LINE_END = re.compile(r"\s*[\r\n]+\s*")
PT_PER_PX = 0.75
NO_BREAK, MAY_BREAK = (
    "\u2060",
    "\u200b",
)  # word joiner, zero width space: neither has ink or is in the text that is copied
NUMBER_AND_UNIT = re.compile(r"(\d)([家户人个条件次项名天日月年元万亿平亩公千吨座成倍分小辆台套张份位届号期页])")
LEGAL_FORM = re.compile(r"(?:股份|责任)?有限(?:责任)?公司|合伙企业|专业合作社|分公司")
BEFORE_BRACKET = re.compile(r"([0-9A-Za-z%％‰])（")


@dataclass
class Sheet:
    """A part that is set: its PDF, and where its headings stand (page from 0, y in points from the page's top)."""

    pdf: bytes
    pages: int
    headings: list[dict[str, Any]] = field(default_factory=list)


class Typesetter:
    """Sets documents in this process; fonts and font configuration are opened once."""

    def __init__(self, fonts: FontSet, faces_folder: Path) -> None:
        lines.install()
        self.fonts = fonts
        self.files = {font.name: single_face(font, faces_folder) for font in fonts.fonts}
        self.classes = {font.name: f"font{place}" for place, font in enumerate(fonts.fonts)}

    @cached_property
    def font_configuration(self) -> Any:
        """WeasyPrint's font configuration; made in the process that sets, never before a fork."""
        from weasyprint.text.fonts import FontConfiguration

        return FontConfiguration()

    def set_document(self, document: str, data: Mapping[str, Any], *, place: str, **options: Any) -> Sheet:
        """Set one document; `place` names it in messages."""
        page = Page(self.fonts, self.classes, place)
        markup = page.render(document, data, **options)
        if page.faults:
            raise PrintFault(page.faults)
        return self._set_markup(document, markup, place)

    def _set_markup(self, document: str, markup: str, place: str) -> Sheet:
        from weasyprint import CSS, HTML

        fetcher = sources.fetcher(self.files.values())
        base = (sources.TEMPLATES / document).as_uri() + "/"
        with Complaints() as complaints:
            style = CSS(
                string=self.style(document, markup),
                base_url=base,
                url_fetcher=fetcher,
                font_config=self.font_configuration,
            )
            document_pages = HTML(string=markup, base_url=base, url_fetcher=fetcher).render(
                stylesheets=[style], font_config=self.font_configuration
            )
            pdf = document_pages.write_pdf()
        faults = [_source_fault(address, place) for address in fetcher.refused_addresses]
        faults += [_drawing_fault(message, place) for message in complaints]
        if faults:
            raise PrintFault(faults)
        return Sheet(pdf or b"", len(document_pages.pages), _headings(document_pages))

    def style(self, document: str, markup: str) -> str:
        """Everything a document's page is styled by: font faces, roles, the grid, the blocks, its own sheet."""
        roles = "; ".join(f'--{role}: "{font.name}"' for role, font in self.fonts.roles.items())
        spans = "\n".join(f'.{name} {{ font-family: "{font}"; line-height: 0 }}' for font, name in self.classes.items())
        sheets = [sources.TEMPLATES / name for name in ("grid.css", "blocks.css", f"{document}/document.css")]
        return "\n".join(
            [
                font_faces(self.fonts, self.files, self.classes, markup),
                f":root {{ {roles} }}",
                *(sheet.read_text(encoding="utf-8") for sheet in sheets),
                spans,
            ]
        )


class Page:
    """Turns the words of one document into markup; remembers where it is and what no font can print."""

    def __init__(self, fonts: FontSet, classes: Mapping[str, str], place: str) -> None:
        self.fonts = fonts
        self.classes = classes
        self.where = self.root = place
        self.faults: list[Fault] = []
        self._missing_places: set[tuple[str, str]] = set()

    def render(self, document: str, data: Mapping[str, Any], **options: Any) -> str:
        """The document's markup; what is wrong with the words is in `faults`."""
        from jinja2 import Environment, FileSystemLoader, Undefined

        class Absent(Undefined):
            """What a part leaves out is empty, at any depth."""

            def __getattr__(self, name: str) -> "Absent":
                if name.startswith("__"):
                    raise AttributeError(name)
                return self

        environment = Environment(
            loader=FileSystemLoader(sources.TEMPLATES), autoescape=True, undefined=Absent, trim_blocks=True
        )
        environment.filters["set"] = self.set_words
        environment.globals.update(
            at=self.at,
            drawn=self.chart_drawing,
            unknown=self.unknown,
            title_lines=title_lines,
            cover_lines=cover_lines,
            entry_lines=entry_lines,
            em_width=em_width,
            issuer_size=issuer_size,
            rows_fit=self.rows_fit,
            numbered=numbered,
            measure=measure,
            measure_in_brackets=measure_in_brackets,
            bracketed=bracketed,
            blank=blank,
            heading_role=heading_role,
            widths=widths,
        )
        words = {"language": "zh-CN", "title": "", "byline": "", "date": "", "draft_marks": ()}
        words.update({name: data[name] for name in ("title", "byline", "date") if data.get(name)})
        return environment.get_template(f"{document}/document.html").render(data=data, **{**words, **options})

    def at(self, *steps: object) -> str:
        """Say where the next words stand."""
        names = (f"¶{step}" if isinstance(step, int) else str(step) for step in steps if step not in ("", self.root))
        self.where = " › ".join([self.root, *names])
        return ""

    def set_words(self, words: object, role: str) -> Any:
        """Words as markup: each run in a font that has it, blanks in a box."""
        from markupsafe import Markup, escape

        text = clean("" if words is None else str(words))
        self._miss(text, role)
        markup, end = "", 0
        for match in BLANK.finditer(text):
            markup += self._spans(text[end : match.start()], role, escape)
            markup += f'<span class="blank">{self._spans(match.group(), role, escape)}</span>'
            end = match.end()
        return Markup(markup + self._spans(text[end:], role, escape))  # noqa: S704 — every piece went through escape

    def _spans(self, text: str, role: str, escape: Any) -> str:
        own_font = self.fonts.roles[role]
        return "".join(
            str(escape(kept_together(run, whole_forms=role == "hei")))
            if font is own_font
            else f'<span class="{self.classes[font.name]}">{escape(run)}</span>'
            for run, font in self.fonts.runs(text, role)
        )

    def chart_drawing(self, chart: Mapping[str, Any]) -> Any:
        """A chart's drawing."""
        from markupsafe import Markup

        labels = [*chart.get("labels", ()), *(one["name"] for one in chart.get("series", ()))]
        for words in (*labels, *(text for row in chart.get("texts") or () for text in row)):
            self._miss(str(words), "song")
        try:
            return Markup(charts.draw(chart, self.fonts))  # noqa: S704 — charts.draw escapes its words
        except ValueError as error:
            self.faults.append(
                Fault(
                    "data_wrong",
                    self.where,
                    f"图的数据有误（{error}）；请改正 kind、labels、series。",
                    f"The chart's data are wrong ({error}); correct kind, labels and series.",
                )
            )
            return ""

    def rows_fit(self, block: Mapping[str, Any]) -> str:
        """A row with more or fewer cells than the head has columns is a fault."""
        columns = len(block.get("columns", ()))
        for number, row in enumerate(block.get("rows", ()), 1):
            if len(row) != columns:
                self.faults.append(
                    Fault(
                        "data_wrong",
                        self.where,
                        f"表格第{number}行有{len(row)}格，表头有{columns}列；请改正。",
                        f"Row {number} of the table has {len(row)} cells, its head {columns} columns; correct it.",
                    )
                )
        return ""

    def unknown(self, kind: object) -> str:
        """A block of a kind nobody knows is a fault, not an empty place."""
        self.faults.append(
            Fault(
                "data_wrong",
                self.where,
                f"没有“{kind}”这一种内容块。",
                f"There is no block of type “{kind}”.",
            )
        )
        return ""

    def _miss(self, text: str, role: str) -> None:
        for character in self.fonts.missing(text, role):
            if (character, self.where) not in self._missing_places:
                self._missing_places.add((character, self.where))
                self.faults.append(glyph_missing(character, self.where))


def kept_together(run: str, *, whole_forms: bool = False) -> str:
    """A run whose lines end before a number or behind its unit, never between them; before a bracket behind a sign; and, with
    `whole_forms`, not within the legal form that ends a firm's name, as in a heading of one."""
    if whole_forms:
        run = LEGAL_FORM.sub(lambda form: NO_BREAK.join(form[0]), run)
    return BEFORE_BRACKET.sub(f"\\1{MAY_BREAK}（", NUMBER_AND_UNIT.sub(f"\\1{NO_BREAK}\\2", run))


def clean(text: str) -> str:
    """Text as it is set: marks without ink gone, line ends of the typing gone."""
    return LINE_END.sub(_joint, INKLESS.sub("", text)).replace("\t", " ")


def _joint(match: re.Match[str]) -> str:
    """A line end inside Chinese is nothing; between Latin words it is a space."""
    before, after = match.string[: match.start()][-1:], match.string[match.end() :][:1]
    return " " if before.isascii() and after.isascii() and before and after else ""


def numbered(word: str, number: object) -> str:
    """表1 or 图1 and a full-width space, whether the data say “表1” or only 1."""
    if number in (None, ""):
        return ""
    text = str(number)
    return f"{word}{text}　" if text.isdigit() else f"{text}　"


def heading_role(words: str) -> str:
    """The face of a heading by its numbering (GB/T 9704—2012, 7.3.3): 一、 hei, （一） kai, 1. and （1） fang."""
    if re.match(r"[一二三四五六七八九十百]+、", words):
        return "hei"
    return "kai" if re.match(r"（[一二三四五六七八九十百]+）", words) else "fang"


def measure(block: Mapping[str, Any]) -> str:
    """What the numbers of a table are counted in, and their base."""
    parts = [f"单位：{block['unit']}"] if block.get("unit") else []
    base = block.get("base", block.get("n"))
    if base not in (None, ""):
        parts.append(str(base) if str(base).startswith("n") or not str(base).isdigit() else f"n={base}")
    return "　".join(parts)


def measure_in_brackets(block: Mapping[str, Any]) -> str:
    """The same behind a chart's title."""
    words = measure(block)
    return f"（{words.replace('　', '，')}）" if words else ""


def bracketed(words: str) -> str:
    """Words in full-width brackets: （2023年9月8日）."""
    return words if words.startswith("（") else f"（{words}）"


def blank(hint: object) -> str:
    """【待起草：…】 around a hint that does not carry it yet."""
    words = str(hint or "")
    return words if words.startswith("【待起草") else f"【待起草：{words}】"


def widths(columns: list[Mapping[str, Any]], rows: Iterable[Sequence[object]] = ()) -> list[str]:
    """Column weights as percentages; where none is given, by the longest text of each column, words before figures."""
    weights = [float(column.get("width") or 0) for column in columns]
    if not any(weights):
        weights = [
            _natural_width(column, [row[place] for row in rows if place < len(row)])
            for place, column in enumerate(columns)
        ]
    weights = [weight or 1 for weight in weights]
    return [f"{100 * weight / sum(weights):.3f}" for weight in weights]


def _natural_width(column: Mapping[str, Any], cells: Iterable[object]) -> float:
    """How many 字 a column asks for: between 5 and 10 for figures, between 8 and 22 for words."""
    least, most = (5, 10) if column.get("align") in ("right", "center") else (8, 22)
    longest = max((em_width(str(text)) for text in (column.get("title") or "", *cells)), default=0)
    return min(max(longest + 1, least), most)


def glyph_missing(character: str, place: str) -> Fault:
    """No font can print this character here."""
    code = f"U+{ord(character):04X}"
    return Fault(
        "glyph_missing",
        place,
        f"“{character}”（{code}）没有可用的字形。请核对该字，或在单位字体文件夹中放入含有该字的字体。",
        f"No font has “{character}” ({code}). Check the character, or put a font that has it into the office's font folder.",
    )


def sample(document: str) -> dict[str, Any]:
    """The data a document's folder shows itself with."""
    return json.loads((sources.TEMPLATES / document / "sample.json").read_text(encoding="utf-8"))


def _headings(document: Any) -> list[dict[str, Any]]:
    return [
        {"level": level, "text": one_line(INKLESS.sub("", label)), "page": number, "y": round(point[1] * PT_PER_PX, 2)}
        for number, page in enumerate(document.pages)
        for level, label, point, _ in page.bookmarks
    ]


class Complaints(logging.Handler):
    """Collects what WeasyPrint could not draw, which it says in its log only."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage())

    def __enter__(self) -> list[str]:
        logging.getLogger("weasyprint").addHandler(self)
        return self.messages

    def __exit__(self, *_: object) -> None:
        logging.getLogger("weasyprint").removeHandler(self)


def _drawing_fault(message: str, place: str) -> Fault:
    match = re.search(r"unsupported by fonts: \"(.+?)\"", message)
    if match:
        return glyph_missing(match.group(1)[0], place)
    return Fault("part_failed", place, f"排版程序报告：{message}", f"The typesetter reports: {message}")


def _source_fault(address: str, place: str) -> Fault:
    return Fault(
        "source_refused",
        place,
        f"页面引用了不允许的地址 {address}；印刷页面只能使用自带的模板和字体。",
        f"The page asks for {address}; a printed page may load its own templates and fonts only.",
    )
