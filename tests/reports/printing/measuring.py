"""A printed page in millimetres and lines, as a reader with a ruler would find it."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pdfplumber
from pdfminer import utils
from pdfminer.pdfdevice import PDFTextDevice

MM = 72 / 25.4
PAGE_HEIGHT = 841.89


@dataclass
class Line:
    """One line of text: its baseline in points from the page's top, and its characters from left to right."""

    baseline: float
    chars: list[dict[str, Any]]

    @property
    def text(self) -> str:
        return "".join(char["text"] for char in self.chars)

    @property
    def left(self) -> float:
        return min(char["x0"] for char in self.chars) / MM

    @property
    def right(self) -> float:
        return max(char["x1"] for char in self.chars) / MM


def _by_the_standard(device: Any, seq: Any, matrix: Any, pos: Any, font: Any, *more: Any) -> tuple[float, float]:
    """Character spacing comes behind each glyph, and none with a number (ISO 32000-1, 9.4.4): pdfminer leaves it out behind a
    string's last glyph and adds it behind a number."""
    fontsize, scaling, charspace, _wordspace, rise, dxscale, *paint = more
    x, y = pos
    for piece in seq:
        if isinstance(piece, bytes):
            for glyph in font.decode(piece):
                x += device.render_char(
                    utils.translate_matrix(matrix, (x, y)), font, fontsize, scaling, rise, glyph, *paint
                )
                x += charspace
        else:
            x -= piece * dxscale
    return x, y


PDFTextDevice.render_string_horizontal = _by_the_standard


def pages(pdf: bytes) -> list[Any]:
    """The pages of a PDF."""
    with pdfplumber.open(io.BytesIO(pdf)) as document:
        found = list(document.pages)
        for page in found:
            _ = page.chars
        return found


def all_lines(page: Any) -> list[Line]:
    """Every line of a page, top to bottom."""
    lines: list[Line] = []
    for char in sorted(page.chars, key=lambda char: (round(PAGE_HEIGHT - char["matrix"][5], 1), char["x0"])):
        baseline = PAGE_HEIGHT - char["matrix"][5]
        if lines and abs(lines[-1].baseline - baseline) < 0.6:
            lines[-1].chars.append(char)
        else:
            lines.append(Line(baseline, [char]))
    for line in lines:
        line.chars.sort(key=lambda char: char["x0"])
    return lines


def body_lines(page: Any) -> list[Line]:
    """The lines inside the 版心: no page number, no mark in the margin."""
    return [line for line in all_lines(page) if 37 * MM < line.baseline < (297 - 35) * MM]


def gaps(lines: list[Line]) -> Iterator[float]:
    """The distances between neighbouring baselines in points."""
    for above, below in pairwise(lines):
        yield below.baseline - above.baseline
