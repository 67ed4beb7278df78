"""Binds the parts of a volume into one PDF: page numbers, marks, odd starts, outline, labels, links, attachments.

Takes   the finished parts in their order (PDF + headings), cover and contents for a bound volume, the volume.
Gives   the bytes of one PDF, the same bytes for the same parts: no clock, no random name goes in.
Raises  PrintFault when a font that is not in the font set stands in the result.

A part is set without numbers, so it never has to be set again because an earlier one grew. Every part begins on an
odd page; the blank page before it carries nothing. Numbers start at 1 with the first part; the cover has none, the
contents have roman ones.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reports.printing.fonts import FontSet
from reports.printing.glyphs import MEDIA_BOX, MM, GlyphSetter
from reports.printing.shared_fonts import share_fonts
from reports.printing.titles import one_line
from reports.printing.typesetting import Sheet
from reports.printing.volume import OWN_NUMBERS, Fault, Part, PrintFault, Volume

# 4号 number with a 一字线 on each side, its dash 7 mm below the 版心 (0.30 em above the baseline), one 字 from the edge.
NUMBER_SIZE = 14.0
NUMBER_BASELINE = (35 - 7) * MM - 0.30 * NUMBER_SIZE
MARK_SIZE = 10.5
MARK_BASELINE = MEDIA_BOX[3] - 26 * MM
INNER, OUTER = 28 * MM, 26 * MM
ROMAN = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))
DOCUMENT_KEYS = {"subject": "/Subject", "keywords": "/Keywords", "author": "/Author"}


@dataclass(frozen=True)
class BoundPart:
    """A part that is set, and where it begins: its first page's printed number."""

    part: Part
    sheet: Sheet
    first: int


def place_parts(parts: Sequence[Part], sheets: Sequence[Sheet]) -> list[BoundPart]:
    """Give every part its first page: the next odd one."""
    bound_parts, following = [], 1
    for part, sheet in zip(parts, sheets, strict=True):
        first = following + (following % 2 == 0)
        bound_parts.append(BoundPart(part, sheet, first))
        following = first + sheet.pages
    return bound_parts


def contents_entries(bound_parts: Sequence[BoundPart]) -> list[dict[str, Any]]:
    """The lines of 目录: groups, parts, and the heads of reports as deep as the part asks for."""
    entries: list[dict[str, Any]] = []
    group, has_main = "", False
    for bound_part in bound_parts:
        if bound_part.part.group != group and bound_part.part.group:
            entries.append({"kind": "group", "depth": 0, "title": bound_part.part.group, "page": "", "target": ""})
        group = bound_part.part.group
        key = bound_part.part.key
        title = one_line(bound_part.part.title)
        entries.append(
            {"kind": "part", "depth": 0, "title": title, "page": str(bound_part.first), "target": f"go:{key}:0:0"}
        )
        is_report = bound_part.part.kind == "report"
        depth_limit = int(
            bound_part.part.data.get("contents", 2 if is_report and not has_main else 1 if is_report else 0)
        )
        has_main = has_main or is_report
        for heading in bound_part.sheet.headings:
            depth = heading["level"] - 1
            if 1 <= depth <= depth_limit:
                entries.append(
                    {
                        "kind": "section",
                        "depth": depth,
                        "title": heading["text"],
                        "page": str(bound_part.first + heading["page"]),
                        "target": f"go:{key}:{heading['page']}:{heading['y']}",
                    }
                )
    return entries


class Binder:
    """Joins sheets into one PDF."""

    def __init__(self, volume: Volume, fonts: FontSet) -> None:
        from pikepdf import Pdf

        self.volume = volume
        self.fonts = fonts
        self.pdf = Pdf.new()
        self.glyphs = GlyphSetter(fonts)
        self.stamps: dict[int, list[str]] = {}
        self.first_of: dict[str, int] = {}  # part key → index of its first page
        self.labels: list[tuple[int, dict[str, Any]]] = []

    def bind(self, bound_parts: Sequence[BoundPart], cover: Sheet | None, contents: Sheet | None) -> bytes:
        """Bind the whole volume and return its bytes."""
        if cover is not None:
            self._label({"P": "封面"})
            self._add(cover)
            self._blank_to_odd()
        if contents is not None:
            self._label({"S": "R", "St": 1})
            start = self._add(contents)
            for number in range(contents.pages):
                self._number(start + number, roman(number + 1), odd=number % 2 == 0)
            self._blank_to_odd()
        self._label({"S": "D", "St": 1})
        for bound_part in bound_parts:
            self._blank_to_odd()
            start = self.first_of[bound_part.part.key] = self._add(bound_part.sheet)
            for number in range(bound_part.sheet.pages):
                is_unnumbered = bound_part.part.kind in OWN_NUMBERS or (
                    bound_part.part.kind == "letter" and number == 0
                )
                if not is_unnumbered:
                    self._number(
                        start + number, str(bound_part.first + number), odd=(bound_part.first + number) % 2 == 1
                    )
        self._marks()
        self._stamp()
        self._share_fonts()
        self._outline(bound_parts)
        self._names(bound_parts)
        if contents is not None:
            self._links()
        self._document()
        return self._save()

    def _add(self, sheet: Sheet) -> int:
        """Take over a sheet's pages; gives the index of its first."""
        from pikepdf import Pdf

        start = len(self.pdf.pages)
        with Pdf.open(io.BytesIO(sheet.pdf)) as source:
            self.pdf.pages.extend(source.pages)
        return start

    def _blank_to_odd(self) -> None:
        if len(self.pdf.pages) % 2:
            self.pdf.add_blank_page(page_size=(MEDIA_BOX[2], MEDIA_BOX[3]))
            del self.pdf.pages[-1].obj["/Contents"]  # an empty stream before the stamp confuses some viewers

    def _label(self, style: dict[str, Any]) -> None:
        self.labels.append((len(self.pdf.pages), style))

    def _number(self, page: int, number: str, *, odd: bool) -> None:
        """One page number: odd pages right, even pages left, each one 字 from the 版心's edge."""
        text = f"— {number} —"
        x = MEDIA_BOX[2] - OUTER - NUMBER_SIZE - self.glyphs.width(text, "song", NUMBER_SIZE)
        if not odd:
            x = OUTER + NUMBER_SIZE
        self._put(page, self.glyphs.show(text, "song", NUMBER_SIZE, x, NUMBER_BASELINE))

    def _marks(self) -> None:
        """演示数据, 内部资料: small in the top margin of every page, at the outer side."""
        text = "　".join(self.volume.page_marks)
        if not text:
            return
        missing = self.glyphs.missing(text, "hei")
        if missing:
            from reports.printing.typesetting import glyph_missing

            raise PrintFault([glyph_missing(character, f"{self.volume.title} › {text}") for character in missing])
        width = self.glyphs.width(text, "hei", MARK_SIZE)
        for page in range(len(self.pdf.pages)):
            x = MEDIA_BOX[2] - OUTER - width if page % 2 == 0 else OUTER
            self._put(page, self.glyphs.show(text, "hei", MARK_SIZE, x, MARK_BASELINE))

    def _put(self, page: int, operators: str) -> None:
        self.stamps.setdefault(page, []).append(operators)

    def _stamp(self) -> None:
        """Write what was put, with one font for all pages; the page's own content is fenced by q … Q."""
        from pikepdf import Dictionary

        prefix = "/Stamp"
        fonts = {f"{prefix}{key[1:]}": font for key, font in self.glyphs.resources(self.pdf).items()}
        before, after = self.pdf.make_stream(b"q\n"), self.pdf.make_stream(b"\nQ\n")
        for page, operators in sorted(self.stamps.items()):
            content = " ".join(operators)
            for key in fonts:
                content = content.replace(f"/{key[len(prefix) :]} ", f"{key} ")
            stamp = self.pdf.make_stream(f"q 0 g {content} Q".encode("ascii"))
            leaf = self.pdf.pages[page]
            if "/Contents" in leaf:
                leaf.contents_add(before, prepend=True)
                leaf.contents_add(after)
            leaf.contents_add(stamp)
            resources = leaf.obj.get("/Resources")
            if resources is None:
                resources = leaf.obj.Resources = Dictionary()
            if "/Font" not in resources:
                resources.Font = Dictionary()
            for key, font in fonts.items():
                resources.Font[key] = font

    def _share_fonts(self) -> None:
        foreign_names = share_fonts(self.pdf, self.fonts)
        if foreign_names:
            raise PrintFault([_font_foreign(name, self.volume.title) for name in foreign_names])

    def _destination(self, page: int, y: float) -> Any:
        """A place on a page; y counts from the page's top, 0 is the top itself."""
        from pikepdf import Array, Name

        leaf = self.pdf.pages[page].obj
        if leaf.get("/Rotate"):
            return Array([leaf, Name.Fit])
        return Array([leaf, Name.XYZ, 0, round(MEDIA_BOX[3] - max(0.0, y - 12), 2), None])

    def _outline(self, bound_parts: Sequence[BoundPart]) -> None:
        """Groups, parts and their heads, nested and closed."""
        from pikepdf import OutlineItem

        with self.pdf.open_outline() as outline:
            shelf, group = outline.root, ""
            for bound_part in bound_parts:
                start = self.first_of[bound_part.part.key]
                if bound_part.part.group and bound_part.part.group != group:
                    head = OutlineItem(bound_part.part.group, self._destination(start, 0))
                    head.is_closed = False
                    outline.root.append(head)
                    shelf = head.children
                elif not bound_part.part.group:
                    shelf = outline.root
                group = bound_part.part.group
                item = OutlineItem(one_line(bound_part.part.title), self._destination(start, 0))
                item.is_closed = True
                shelf.append(item)
                self._heads(item, bound_part, start)

    def _heads(self, item: Any, bound_part: BoundPart, start: int) -> None:
        from pikepdf import OutlineItem

        open_items = [(1, item)]
        for heading in bound_part.sheet.headings:
            if heading["level"] <= 1:
                continue
            while open_items[-1][0] >= heading["level"]:
                open_items.pop()
            child = OutlineItem(heading["text"], self._destination(start + heading["page"], heading["y"]))
            child.is_closed = True
            open_items[-1][1].children.append(child)
            open_items.append((heading["level"], child))

    def _names(self, bound_parts: Sequence[BoundPart]) -> None:
        """The name tree: every part and head by a name that begins with its part's key."""
        from pikepdf import Array, Dictionary, String

        destinations: dict[str, Any] = {}
        for bound_part in bound_parts:
            start = self.first_of[bound_part.part.key]
            destinations[bound_part.part.key] = self._destination(start, 0)
            for number, heading in enumerate(bound_part.sheet.headings, 1):
                destinations[f"{bound_part.part.key}.h{number}"] = self._destination(
                    start + heading["page"], heading["y"]
                )
        rows: list[Any] = []
        for name in sorted(destinations):
            rows += [String(name), destinations[name]]
        if "/Names" not in self.pdf.Root:
            self.pdf.Root.Names = Dictionary()
        self.pdf.Root.Names.Dests = self.pdf.make_indirect(Dictionary(Names=Array(rows)))

    def _links(self) -> None:
        """`go:PART:PAGE:Y` of the contents → a place inside the file; one link for each line of an entry.

        WeasyPrint gives every piece of a link an annotation of its own, with the corners of its rectangle in no order.
        """
        from pikepdf import Array

        for leaf in self.pdf.pages:
            link_boxes: list[tuple[str, list[float], Any]] = []
            for link in leaf.obj.get("/Annots", ()):
                address = str(link.get("/A", {}).get("/URI", ""))
                if not address.startswith("go:"):
                    continue
                x1, y1, x2, y2 = (float(value) for value in link.Rect)
                box = [min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)]
                if not any(address == other and _inside(box, outer) for other, outer, _ in link_boxes):
                    link_boxes.append((address, box, link))
            for address, box, link in link_boxes:
                _, key, page, y = address.split(":")
                del link["/A"]
                link.Dest = self._destination(self.first_of[key] + int(page), float(y))
                link.Rect = Array([round(value, 2) for value in box])
            if link_boxes:
                leaf.obj.Annots = Array([link for _, _, link in link_boxes])

    def _document(self) -> None:
        """Language, labels, title, attachments, dates."""
        from pikepdf import Array, AttachedFileSpec, Dictionary, Name, String

        volume, root = self.volume, self.pdf.Root
        root.Lang = String(volume.language)
        root.PageMode = Name.UseOutlines
        root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
        numbers: list[Any] = []
        for page, style in self.labels:
            label = Dictionary()
            if "S" in style:
                label.S, label.St = Name(f"/{style['S']}"), style["St"]
            if "P" in style:
                label.P = String(style["P"])
            numbers += [page, label]
        root.PageLabels = Dictionary(Nums=Array(numbers))
        title = one_line(volume.title)
        for key, text in self._information(title).items():
            self.pdf.docinfo[key] = String(text)
        with self.pdf.open_metadata(set_pikepdf_as_editor=False, update_docinfo=False) as xmp:
            xmp["dc:title"] = title
            xmp["dc:language"] = {volume.language}
            if volume.issuer:
                xmp["dc:creator"] = [volume.issuer]
        for attachment in volume.attachments:
            self.pdf.attachments[attachment.name] = AttachedFileSpec(
                self.pdf,
                attachment.data,
                filename=attachment.name,
                description=attachment.description,
                mime_type=attachment.mime,
                relationship=Name.Data,
            )

    def _information(self, title: str) -> dict[str, str]:
        """The document information: title, issuer, the volume's own date and version, which roles have a stand-in."""
        volume = self.volume
        information = {"/Title": title, "/Creator": "diaoyan"}
        if volume.issuer:
            information["/Author"] = volume.issuer
        if self.fonts.stand_ins:
            information["/FontStandIns"] = ", ".join(self.fonts.stand_ins)
        if volume.draft_marks:
            information["/DraftMark"] = "、".join(volume.draft_marks)
        for key, text in sorted(volume.metadata.items()):
            if key == "created":
                information["/CreationDate"] = information["/ModDate"] = pdf_date(text)
            else:
                name = "".join(character for character in key.title() if character.isalnum())
                information[DOCUMENT_KEYS.get(key, f"/{name}")] = text
        return information

    def _save(self) -> bytes:
        from pikepdf import ObjectStreamMode

        out = io.BytesIO()
        self.pdf.remove_unreferenced_resources()
        self.pdf.save(out, deterministic_id=True, compress_streams=True, object_stream_mode=ObjectStreamMode.generate)
        return out.getvalue()


def _inside(box: list[float], outer: list[float]) -> bool:
    return box[0] >= outer[0] - 1 and box[1] >= outer[1] - 1 and box[2] <= outer[2] + 1 and box[3] <= outer[3] + 1


def roman(number: int) -> str:
    """A number in roman letters: 12 → XII."""
    text = ""
    for value, letters in ROMAN:
        text += letters * (number // value)
        number %= value
    return text


def pdf_date(iso: str) -> str:
    """A moment as PDF writes it: 2023-09-08T09:00:00+08:00 → D:20230908090000+08'00'."""
    from datetime import datetime

    moment = datetime.fromisoformat(iso)
    offset = moment.strftime("%z")
    zone = f"{offset[:3]}'{offset[3:5]}'" if offset else "Z"
    return moment.strftime("D:%Y%m%d%H%M%S") + zone


def _font_foreign(name: str, place: str) -> Fault:
    return Fault(
        "font_foreign",
        place,
        f"成品中出现了不在许可名单内的字体 {name}；请检查字体文件夹后重新排印。",
        f"The result holds the font {name}, which is not on the allow-list; check the font folder and print again.",
    )
