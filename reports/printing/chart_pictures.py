"""Draws charts as pictures (PNG) for papers that are no print: as on the printed page, in black and white, 288 dots an inch.

Runs in a process of its own (`surveys.confined`): Pango must not be touched in a process that serves.
Takes   charts as a report's blocks have them, the fonts, the folder of single faces.
Gives   a picture each, in order; None for one that the fonts or its data do not let be drawn.
"""

import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from reports.printing import sources
from reports.printing.charts import WIDTH
from reports.printing.fonts import FontSet, font_faces
from reports.printing.typesetting import Complaints, Page, Typesetter

DOTS_PER_INCH = 288  # a whole number of dots for each point
_HEIGHT = re.compile(r'<svg[^>]* height="([\d.]+)pt"')


def draw_charts(charts: Sequence[Mapping[str, Any]], fonts: dict[str, Any], faces: str) -> list[bytes | None]:
    """A picture of each chart; `fonts` as `FontSet.as_json` gives them."""
    font_set = FontSet.from_json(fonts)
    typesetter = Typesetter(font_set, Path(faces))
    drawings = [_drawing(chart, typesetter, font_set) for chart in charts]
    drawn = [place for place, drawing in enumerate(drawings) if drawing]
    pictures: list[bytes | None] = [None] * len(charts)
    if drawn:
        pages = _pages([drawings[place] for place in drawn], typesetter, font_set)
        for place, picture in zip(drawn, pages, strict=True):
            pictures[place] = picture
    return pictures


def _drawing(chart: Mapping[str, Any], typesetter: Typesetter, fonts: FontSet) -> str:
    page = Page(fonts, typesetter.classes, str(chart.get("title") or ""))
    drawing = str(page.chart_drawing(chart))
    return "" if page.faults else drawing


def _pages(drawings: Sequence[str], typesetter: Typesetter, fonts: FontSet) -> list[bytes]:
    """The drawings, each on a page of its own size, as pictures."""
    import pypdfium2
    from weasyprint import CSS, HTML

    heights = [match[1] if (match := _HEIGHT.search(one)) else "200" for one in drawings]
    pages = "".join(f'<div style="page: c{place}">{one}</div>' for place, one in enumerate(drawings))
    sizes = "".join(
        f"@page c{place} {{ size: {WIDTH}pt {height}pt; margin: 0 }}" for place, height in enumerate(heights)
    )
    markup = f'<html lang="zh-CN"><body style="margin: 0">{pages}</body></html>'
    faces = font_faces(fonts, typesetter.files, typesetter.classes, markup)
    fetcher, base = sources.fetcher(typesetter.files.values()), sources.TEMPLATES.as_uri() + "/"
    with Complaints():
        style = CSS(
            string=f"{faces}{sizes} div {{ break-after: page }} div:last-child {{ break-after: auto }} svg {{ display: block }}",
            base_url=base,
            url_fetcher=fetcher,
            font_config=typesetter.font_configuration,
        )
        pdf = (
            HTML(string=markup, base_url=base, url_fetcher=fetcher)
            .render(stylesheets=[style], font_config=typesetter.font_configuration)
            .write_pdf()
        )
    document = pypdfium2.PdfDocument(pdf or b"")
    try:
        pictures = []
        for number in range(len(drawings)):
            file = io.BytesIO()
            image = document[number].render(scale=DOTS_PER_INCH // 72).to_pil().convert("L")
            image.save(file, "PNG", dpi=(DOTS_PER_INCH, DOTS_PER_INCH), optimize=True)
            pictures.append(file.getvalue())
        return pictures
    finally:
        document.close()
