"""Writes characters as glyphs on pages of our own: widths, text operators, font subsets with their ToUnicode.

For annex tables and for what is stamped when parts are bound. Fonts are cut down with HarfBuzz and keep their glyph
numbers, so that a page can be written before the cut is made.
"""

import hashlib
from collections.abc import Iterable
from typing import Any

from reports.printing.fonts import Font, FontSet, harfbuzz

MM = 72 / 25.4
MEDIA_BOX = (0, 0, 595.276, 841.89)
DROPPED_TABLES = (
    "BASE",
    "DSIG",
    "GDEF",
    "GPOS",
    "GSUB",
    "JSTF",
    "VORG",
    "vhea",
    "vmtx",
    "kern",
    "LTSH",
    "PCLT",
    "SVG ",
)


class GlyphSetter:
    """Writes text operators and remembers which glyphs of which font they use."""

    def __init__(self, fonts: FontSet) -> None:
        self.fonts = fonts
        self._faces: dict[str, _Face] = {}
        self._glyphs: dict[tuple[str, str], tuple[_Face, int, float]] = {}

    def width(self, text: str, role: str, size: float) -> float:
        """How wide a text is."""
        return sum(self._glyph(character, role)[2] for character in text) * size

    def missing(self, text: str, role: str) -> list[str]:
        """Characters no font of the role has."""
        if all((role, character) in self._glyphs and self._glyphs[role, character][1] for character in text):
            return []
        return self.fonts.missing(text, role)

    def show(self, text: str, role: str, size: float, x: float, y: float) -> str:
        """The operators that set `text` with its baseline at (x, y)."""
        operators = [f"BT 1 0 0 1 {x:.2f} {y:.2f} Tm"]
        current_face, codes = None, []
        for character in text:
            face, glyph, _ = self._glyph(character, role)
            if face is not current_face:
                if codes:
                    operators.append(f"<{''.join(codes)}> Tj")
                    codes = []
                operators.append(f"/{face.key} {size:g} Tf")
                current_face = face
            face.characters.setdefault(glyph, character)
            codes.append(f"{glyph:04x}")
        if codes:
            operators.append(f"<{''.join(codes)}> Tj")
        return " ".join([*operators, "ET"]) if current_face else ""

    def resources(self, pdf: Any) -> Any:
        """The /Font dictionary of every face that was used, as objects of `pdf`."""
        from pikepdf import Dictionary

        used_faces = sorted((face for face in self._faces.values() if face.characters), key=lambda face: face.key)
        return Dictionary({f"/{face.key}": embed(pdf, face.font, face.characters) for face in used_faces})

    def document(self, contents: Iterable[bytes], landscape: bool) -> bytes:
        """A PDF with one page per content stream."""
        import io

        from pikepdf import Dictionary, Name, Page, Pdf

        pdf = Pdf.new()
        streams = [pdf.make_stream(content) for content in contents]
        resources = pdf.make_indirect(Dictionary(Font=self.resources(pdf)))
        for stream in streams:
            page = Dictionary(Type=Name.Page, MediaBox=list(MEDIA_BOX), Resources=resources, Contents=stream)
            if landscape:
                page.Rotate = 90
            pdf.pages.append(Page(pdf.make_indirect(page)))
        out = io.BytesIO()
        pdf.save(out, deterministic_id=True, compress_streams=True)
        return out.getvalue()

    def _glyph(self, character: str, role: str) -> "tuple[_Face, int, float]":
        glyph = self._glyphs.get((role, character))
        if glyph is None:
            chain = self.fonts.chain(role)
            font = next((font for font in chain if ord(character) in font.coverage), chain[0])
            face = self._faces.get(font.name)
            if face is None:
                face = self._faces[font.name] = _Face(font, f"F{len(self._faces)}")
            glyph = self._glyphs[role, character] = (face, *face.glyph(character))
        return glyph


class _Face:
    """One font of a page, and the glyphs used of it."""

    def __init__(self, font: Font, key: str) -> None:
        hb = harfbuzz()

        self.font = font
        self.key = key
        self.characters: dict[int, str] = {}
        face = hb.Face(hb.Blob.from_file_path(str(font.file)), font.face)
        self._hb = hb.Font(face)
        self._em = face.upem

    def glyph(self, character: str) -> tuple[int, float]:
        """Glyph number and advance in em; 0 when the font lacks the character."""
        glyph = self._hb.get_nominal_glyph(ord(character)) or 0
        return glyph, self._hb.get_glyph_h_advance(glyph) / self._em


def embed(pdf: Any, font: Font, characters: dict[int, str]) -> Any:
    """The subset of a font as a Type0 font of `pdf`; codes are glyph numbers, ToUnicode says what they mean."""
    from pikepdf import Array, Dictionary, Name, String

    hb = harfbuzz()
    face = hb.Face(hb.Blob.from_file_path(str(font.file)), font.face)
    data = subset(face, characters)
    hb_font = hb.Font(face)
    em = face.upem
    extents = hb_font.get_font_extents("ltr")
    name = f"/{subset_tag(data)}+{font.name}"
    is_cff = data[:4] == b"OTTO"
    file = pdf.make_stream(data, {"/Subtype": Name.OpenType} if is_cff else {"/Length1": len(data)})
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=Name(name),
        Flags=4,
        FontBBox=[0, round(extents.descender * 1000 / em), 1000, round(extents.ascender * 1000 / em)],
        ItalicAngle=0,
        Ascent=round(extents.ascender * 1000 / em),
        Descent=round(extents.descender * 1000 / em),
        CapHeight=round(extents.ascender * 1000 / em),
        StemV=80,
    )
    descriptor["/FontFile3" if is_cff else "/FontFile2"] = file
    widths: list[Any] = []
    for glyph in sorted(characters):
        advance = round(hb_font.get_glyph_h_advance(glyph) * 1000 / em)
        if advance != 1000:
            widths += [glyph, [advance]]
    descendant = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType0 if is_cff else Name.CIDFontType2,
        BaseFont=Name(name),
        CIDSystemInfo=Dictionary(Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0),
        FontDescriptor=pdf.make_indirect(descriptor),
        DW=1000,
        W=Array(widths),
    )
    if not is_cff:
        descendant.CIDToGIDMap = Name.Identity
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.Type0,
            BaseFont=Name(name),
            Encoding=Name("/Identity-H"),
            DescendantFonts=[pdf.make_indirect(descendant)],
            ToUnicode=pdf.make_stream(_to_unicode(characters)),
        )
    )


def subset_tag(data: bytes) -> str:
    """Six capitals from the subset's own bytes: two cuts of one font never share a name."""
    return "".join(chr(65 + byte % 26) for byte in hashlib.sha256(data).digest()[:6])


def subset(face: Any, glyphs: Iterable[int]) -> bytes:
    """The face with these glyphs only, under their old numbers; a second pass drops the empty ones behind the last."""
    hb = harfbuzz()

    kept_glyphs = {0, *glyphs}
    for keep, flags in (
        (kept_glyphs, hb.SubsetFlags.RETAIN_GIDS | hb.SubsetFlags.NO_HINTING | hb.SubsetFlags.DESUBROUTINIZE),
        (set(range(max(kept_glyphs) + 1)), hb.SubsetFlags.NO_HINTING | hb.SubsetFlags.DESUBROUTINIZE),
    ):
        wish = hb.SubsetInput()
        wish.glyph_set.update(keep)
        wish.sets(hb.SubsetInputSets.DROP_TABLE_TAG).update(
            int.from_bytes(tag.encode("ascii"), "big") for tag in DROPPED_TABLES
        )
        wish.flags = flags
        face = hb.subset(face, wish)
    return face.blob.data


def _to_unicode(characters: dict[int, str]) -> bytes:
    rows = [f"<{glyph:04x}> <{text.encode('utf-16-be').hex()}>" for glyph, text in sorted(characters.items())]
    blocks = [
        f"{len(rows[start : start + 100])} beginbfchar\n" + "\n".join(rows[start : start + 100]) + "\nendbfchar"
        for start in range(0, len(rows), 100)
    ]
    return "\n".join(
        [
            "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
            "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
            "/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
            "1 begincodespacerange <0000> <ffff> endcodespacerange",
            *blocks,
            "endcmap CMapName currentdict /CMap defineresource pop end end",
        ]
    ).encode("ascii")
