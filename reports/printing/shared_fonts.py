"""One cut of each font for a whole volume, in place of the cut that each sheet brought along.

Takes   a PDF whose fonts name glyphs by their number in the font's own file, as WeasyPrint and `glyphs` write them.
Gives   the names of fonts that are not of the set; every other font's file holds the glyphs of all sheets, once.
"""

import re
from collections.abc import Iterator
from typing import Any

from reports.printing.fonts import FontSet, harfbuzz
from reports.printing.glyphs import subset, subset_tag

_CODES = re.compile(rb"<([0-9a-fA-F]{4})> *<[0-9a-fA-F]+>")


def share_fonts(pdf: Any, fonts: FontSet) -> list[str]:
    """Give every font of the set one file, named by a tag made of its own bytes."""
    used: dict[str, list[Any]] = {}
    for font in _fonts(pdf):
        used.setdefault(str(font.BaseFont).lstrip("/").split("+")[-1], []).append(font)
    by_name = {font.name: font for font in fonts.fonts}
    for name in sorted(used.keys() & by_name.keys()):
        face = by_name[name]
        glyphs = {glyph for font in used[name] for glyph in _glyphs(font)}
        _embed(
            pdf,
            used[name],
            name,
            subset(harfbuzz().Face(harfbuzz().Blob.from_file_path(str(face.file)), face.face), glyphs),
        )
    return [name for name in used if name not in by_name]


def _embed(pdf: Any, fonts: list[Any], name: str, data: bytes) -> None:
    from pikepdf import Name

    is_cff = data[:4] == b"OTTO"
    file = pdf.make_stream(data, {"/Subtype": Name.OpenType} if is_cff else {"/Length1": len(data)})
    tagged_name = Name(f"/{subset_tag(data)}+{name}")
    for font in fonts:
        descendant = font.DescendantFonts[0]
        descriptor = descendant.FontDescriptor
        for key in ("/FontFile2", "/FontFile3", "/CIDSet"):
            if key in descriptor:
                del descriptor[key]
        descriptor["/FontFile3" if is_cff else "/FontFile2"] = file
        font.BaseFont = descendant.BaseFont = descriptor.FontName = tagged_name


def _fonts(pdf: Any) -> list[Any]:
    """Every font object of the pages once, forms and patterns included."""
    return [
        value
        for value in pdf.objects
        if type(value).__name__ == "Object"
        and value._type_name == "dictionary"
        and value.get("/Type") == "/Font"
        and value.get("/Subtype") not in ("/CIDFontType0", "/CIDFontType2")
    ]


def _glyphs(font: Any) -> Iterator[int]:
    """The glyphs that a font of a sheet is used for: those with a width of their own, and those that mean something."""
    rows = iter(font.DescendantFonts[0].get("/W", ()))
    for first in rows:
        second = next(rows)
        if hasattr(second, "__len__"):  # first [width …], else: first last width
            yield from range(int(first), int(first) + len(second))
        else:
            yield from range(int(first), int(second) + 1)
            next(rows)
    for code in _CODES.findall(font.ToUnicode.read_bytes()):
        yield int(code, 16)
