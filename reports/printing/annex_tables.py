"""Typesets flat annex tables directly: 2,500 rows in a second or two instead of minutes through WeasyPrint's box tree.

Takes   an annex: number, title, note, columns (title, weight, alignment), rows of plain text, landscape or not,
        dense (小五 instead of 五号) or not.
Gives   `Sheet` as typesetting.py does: the same look, 1,200 rows on about 40 pages, the head repeated on every page.
        A row is never broken, unless it alone is higher than a page.
Raises  PrintFault: a character no font has (annex, row and column named), a row with too many or too few cells.

Lines break as in the text: 汉字 anywhere, numbers and Latin words whole, 禁则 by pushing out. Wide tables lie on their
side, head to the left of the sheet (to the binding edge on odd pages), and the page says so with /Rotate.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from reports.printing.cell_lines import break_cell
from reports.printing.fonts import FontSet
from reports.printing.glyphs import GlyphSetter
from reports.printing.lines import LINE_PT
from reports.printing.titles import title_lines
from reports.printing.typesetting import Sheet, clean, glyph_missing
from reports.printing.volume import Fault, PrintFault

MM = 72 / 25.4
PAGE_WIDTH, PAGE_HEIGHT = 210 * MM, 297 * MM
TOP, BOTTOM, INNER, OUTER = 37 * MM, 35 * MM, 28 * MM, 26 * MM
BODY_WIDTH, BODY_HEIGHT = 156 * MM, 225 * MM

# 五号, 小五: type, line, room above and below a cell's words, room left and right of them
NORMAL, DENSE = (10.5, 14.0, 3.0, 3.0), (9.0, 12.0, 1.5, 2.0)
BASELINE = 0.36  # of the type's size below the middle of its line
RULE = 0.5


class AnnexSetter:
    """Sets one annex; the pen stands at `y` points below the top of the 版心."""

    def __init__(self, data: Mapping[str, Any], fonts: FontSet, place: str) -> None:
        self.data = data
        self.place = place
        self.glyphs = GlyphSetter(fonts)
        self.landscape = bool(data.get("landscape"))
        self.size, self.pitch, self.pad, self.side = DENSE if data.get("dense") else NORMAL
        self.width = BODY_HEIGHT if self.landscape else BODY_WIDTH
        self.height = BODY_WIDTH if self.landscape else 22 * LINE_PT
        self.columns = list(data.get("columns") or ())
        weights = [float(column.get("width") or 1) for column in self.columns]
        self.widths = [self.width * weight / sum(weights) for weight in weights]
        self.pages: list[list[str]] = []
        self.faults: list[Fault] = []
        self.cell = lru_cache(maxsize=20_000)(self._cell)

    def set_annex(self) -> Sheet:
        """Set the whole annex and return its sheet."""
        self._check()
        self._new_page()
        heading_y = self._title()
        head = [self.cell(clean(str(column["title"])), place, "hei") for place, column in enumerate(self.columns)]
        self._row(head, role="hei", centred=True)
        rows = list(self.data.get("rows") or ())
        for number, row in enumerate(rows, 1):
            role = "hei" if self.data.get("total") and number == len(rows) else "song"
            self._body_row(head, self._cells(row, number, role), role)
        if self.faults:
            raise PrintFault(self.faults)
        pdf = self.glyphs.document([self._content(ops, page) for page, ops in enumerate(self.pages)], self.landscape)
        title = {"level": 1, "text": str(self.data.get("title", "")), "page": 0, "y": round(TOP + heading_y, 2)}
        return Sheet(pdf, len(self.pages), [title])

    def _check(self) -> None:
        if not self.columns:
            raise PrintFault([_wrong(self.place, "没有列", "no columns")])
        for number, row in enumerate(self.data.get("rows") or (), 1):
            if len(row) != len(self.columns):
                self.faults.append(
                    _wrong(
                        f"{self.place} › {number}",
                        f"这一行有{len(row)}格，表头有{len(self.columns)}列",
                        f"the row has {len(row)} cells, the head {len(self.columns)} columns",
                    )
                )
        if self.faults:
            raise PrintFault(self.faults)

    def _title(self) -> float:
        """附件1 on line 1, the title on line 3, one empty line, the note."""
        self._line(clean(str(self.data.get("number") or "")), "hei", 15.75, LINE_PT)
        self.y += LINE_PT
        heading_y = self.y
        for line in title_lines(clean(str(self.data.get("title") or "")), self.width / 22):
            self._line(line, "title", 22, LINE_PT, centred=True)
        self.y += LINE_PT
        note = clean(str(self.data.get("note") or ""))
        if note:
            for line in break_cell(note, self.width, lambda text: self.glyphs.width(text, "fang", self.size)):
                self._line(line, "fang", self.size, self.pitch)
            self.y += 4
        return heading_y

    def _line(self, text: str, role: str, size: float, pitch: float, *, centred: bool = False) -> None:
        self._missing(text, role, self.place)
        x = (self.width - self.glyphs.width(text, role, size)) / 2 if centred else 0.0
        self.ops.append(self.glyphs.show(text, role, size, x, -(self.y + pitch / 2 + BASELINE * size)))
        self.y += pitch

    def _cells(self, row: Iterable[object], number: int, role: str) -> list[tuple[str, ...]]:
        cells = []
        for place, value in enumerate(row):
            text = clean("" if value is None else str(value))
            cells.append(self.cell(text, place, role))
            self._missing(text, role, f"{self.place} › {number} › {self.columns[place]['title']}")
        return cells

    def _cell(self, text: str, column: int, role: str) -> tuple[str, ...]:
        """The lines of a cell."""
        room = self.widths[column] - 2 * self.side
        return tuple(break_cell(text, room, lambda words: self.glyphs.width(words, role, self.size)))

    def _body_row(self, head: list[tuple[str, ...]], cells: list[tuple[str, ...]], role: str) -> None:
        """One row on the page where it has room; a row higher than a page goes on on the next."""
        if self.y + self._row_height(cells) > self.height + 0.01:
            self._new_page()
            self._row(head, role="hei", centred=True)
        room = max(1, int((self.height - self.y - 2 * self.pad) / self.pitch))
        while max(map(len, cells)) > room:
            self._row([cell[:room] for cell in cells], role=role)
            cells = [cell[room:] for cell in cells]
            self._new_page()
            self._row(head, role="hei", centred=True)
            room = max(1, int((self.height - self.y - 2 * self.pad) / self.pitch))
        self._row(cells, role=role)

    def _row(self, cells: list[tuple[str, ...]], *, role: str, centred: bool = False) -> None:
        """Draw one row at the pen: its rules, its words."""
        height = self._row_height(cells)
        if self.first_rule is None:
            self.first_rule = self.y
            self.ops.append(f"0 {-self.y:.2f} m {self.width:.2f} {-self.y:.2f} l S")
        x = 0.0
        for place, lines in enumerate(cells):
            align = "center" if centred else self.columns[place].get("align") or "left"
            y = self.y + (height - len(lines) * self.pitch) / 2 + self.pitch / 2 + BASELINE * self.size
            for line in lines:
                free = self.widths[place] - 2 * self.side - self.glyphs.width(line, role, self.size)
                shift = free if align == "right" else free / 2 if align == "center" else 0.0
                self.ops.append(self.glyphs.show(line, role, self.size, x + self.side + shift, -y))
                y += self.pitch
            x += self.widths[place]
        self.y += height
        self.ops.append(f"0 {-self.y:.2f} m {self.width:.2f} {-self.y:.2f} l S")

    def _new_page(self) -> None:
        self.ops: list[str] = []
        self.pages.append(self.ops)
        self._close_columns()
        self.y = 0.0
        self.first_rule: float | None = None

    def _close_columns(self) -> None:
        """The upright rules of the page before, now that its end is known."""
        if len(self.pages) < 2:
            return
        self._columns_of(self.pages[-2])

    def _columns_of(self, ops: list[str]) -> None:
        if self.first_rule is None:
            return
        x = 0.0
        for width in (0.0, *self.widths):
            x += width
            ops.append(f"{x:.2f} {-self.first_rule:.2f} m {x:.2f} {-self.y:.2f} l S")

    def _content(self, ops: list[str], page: int) -> bytes:
        """A page's content stream; odd and even pages mirror their margins."""
        if page == len(self.pages) - 1:
            self._columns_of(ops)
        left = INNER if page % 2 == 0 else OUTER
        place = f"0 1 -1 0 {left:.3f} {BOTTOM:.3f}" if self.landscape else f"1 0 0 1 {left:.3f} {PAGE_HEIGHT - TOP:.3f}"
        return "\n".join([f"q {place} cm {RULE} w 0 g 0 G", *ops, "Q"]).encode("ascii")

    def _row_height(self, cells: list[tuple[str, ...]]) -> float:
        return max(map(len, cells)) * self.pitch + 2 * self.pad

    def _missing(self, text: str, role: str, place: str) -> None:
        self.faults += [glyph_missing(character, place) for character in self.glyphs.missing(text, role)]


def set_annex(data: Mapping[str, Any], fonts: FontSet, place: str) -> Sheet:
    """Set one flat annex directly."""
    return AnnexSetter(data, fonts, place).set_annex()


def _wrong(place: str, zh: str, en: str) -> Fault:
    return Fault(
        "data_wrong", place, f"附件表格的数据有误：{zh}；请改正。", f"The annex's data are wrong: {en}; correct them."
    )
