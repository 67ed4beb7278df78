"""Justifies Chinese lines and keeps the line grid; the only module that touches WeasyPrint's private names.

WeasyPrint justifies by widening spaces; Chinese has none, so every line that 禁则 or a number shortens would stay
ragged. Here the slack of a line goes to the gaps beside a 汉字 instead, as a Pango letter-spacing on the 汉字 runs
only: 2023 and 45.1% keep their own spacing, and —— and …… stay joined.

What was spread is written as character spacing (`character_spacing`). And a block of class `snap` (table, chart, blank) is made as high as the next line of the page's grid, so that what
follows it stands on the 22 lines again, wherever a page break fell inside the block.

`install()` is called once per worker process. It refuses to work with a WeasyPrint whose private names changed.
"""

import inspect
import re
from collections.abc import Iterator
from typing import Any

from reports.printing.character_spacing import spaced

LINE_PT = 28.95  # the line pitch: 22 lines in 225 mm
TOP_PT = 37 * 72 / 25.4  # 天头
PX_PER_PT = 4 / 3

# Characters that stand on a full 汉字 square and may have slack beside them. —— and …… are not among them.
WIDE = re.compile(
    "[\u2e80-\u2fff\u3001-\u303f\u3041-\u9fff\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe4f\uff01-\uff60\uffe0-\uffe6"
    "\U00020000-\U0003ffff“”‘’]+"
)
SIGNATURES = {
    "layout.inline.justify_line": "(context, line, extra_width)",
    "layout.block.block_level_layout": (
        "(context, box, bottom_space, skip_stack, containing_block, page_is_empty=True, absolute_boxes=None, "
        "fixed_boxes=None, adjoining_margins=None, first_letter_style=None, first_line_style=None, discard=False, "
        "max_lines=None)"
    ),
    "text.line_break.Layout.set_text": "(self, text, justify=False)",
    "text.line_break.Layout.reactivate": "(self, style)",
    "pdf.stream.Stream.show_text": "(self, text)",
    "pdf.stream.Stream.set_font_size": "(self, font, size)",
}


class PrivateNamesChanged(RuntimeError):
    """The installed WeasyPrint is not the one this module was written for."""


def install() -> None:
    """Teach this process's WeasyPrint to justify Chinese and to keep the grid; harmless when called again."""
    import weasyprint
    from weasyprint.layout import block, inline
    from weasyprint.pdf.stream import Stream
    from weasyprint.text.line_break import Layout

    if getattr(inline.justify_line, "chinese", False):
        return
    names = changed_names()
    if names:
        raise PrivateNamesChanged(
            f"WeasyPrint {weasyprint.__version__}: {', '.join(names)} changed; install the pinned 70.x, or adapt "
            "reports/printing/lines.py. / WeasyPrint 的内部接口有变化，请安装固定的 70.x 版本，或修改 lines.py。"
        )
    widen_spaces, lay_out_block, set_text = inline.justify_line, block.block_level_layout, Layout.set_text

    def justify_line(context: Any, line: Any, extra_width: float) -> None:
        if not spread(line, extra_width):
            widen_spaces(context, line, extra_width)

    def set_spaced_text(self: Any, text: str, justify: bool = False) -> None:
        set_text(self, text, justify)
        if justify and getattr(self, "wide_spacing", 0):
            _space_wide_runs(self)

    def block_level_layout(context: Any, box: Any, *rest: Any, **options: Any) -> Any:
        result = lay_out_block(context, box, *rest, **options)
        new_box, resume_at = result[0], result[1]
        if new_box is not None and resume_at is None and _is_snapped(box):
            _snap(new_box)
        return result

    def show_text(self: Any, text: str) -> None:
        self.stream += spaced(text, self._current_font[1])

    setattr(justify_line, "chinese", True)  # noqa: B010 — a mark on a function, which has no such attribute
    inline.justify_line = justify_line
    Layout.set_text = set_spaced_text
    block.block_level_layout = block_level_layout
    Stream.show_text = show_text


def changed_names() -> list[str]:
    """Private names of the installed WeasyPrint that are gone or take other arguments than they did in 70.0."""
    import weasyprint

    names = []
    if weasyprint.__version__.split(".")[0] != "70":
        names.append(f"version {weasyprint.__version__}")
    for path, signature in SIGNATURES.items():
        place: Any = weasyprint
        for name in path.split("."):
            place = getattr(place, name, None)
        if place is None or str(inspect.signature(place)) != signature:
            names.append(path)
    return names


def spread(line: Any, slack: float) -> bool:
    """Give the slack of one line to the gaps beside its wide characters; False when it has too few of them.

    Pango puts half of a letter-spacing on either side of a character and drops the half at both ends of a layout, so
    a text of n wide characters grows by n - ½ per wide end. Where two texts meet, the dropped halves are given back by
    moving the second.
    """
    texts = list(_texts(line))
    if not texts:
        return False
    shares = []
    for place, box in enumerate(texts):
        wide = sum(map(len, WIDE.findall(box.text)))
        first, last = bool(WIDE.match(box.text[:1])), bool(WIDE.match(box.text[-1:]))
        before = 0.5 if first and place else 0.0
        after = 0.5 if last and place < len(texts) - 1 else 0.0
        shares.append((before, wide - 0.5 * first - 0.5 * last, after))
    whole = sum(map(sum, shares))
    if whole < 3:
        return False
    step = slack / whole
    _move(line, {id(box): share for box, share in zip(texts, shares, strict=True)}, step, 0.0)
    return True


def _texts(box: Any) -> Iterator[Any]:
    """The text boxes of a line in their order."""
    from weasyprint.formatting_structure import boxes

    for child in box.children:
        if _is(child, boxes.TextBox):
            if child.text:
                yield child
        elif _is(child, boxes.InlineBox) and child.is_in_normal_flow():
            yield from _texts(child)


def _move(box: Any, shares: dict[int, tuple[float, float, float]], step: float, shift: float) -> float:
    """Move and widen what is in a line; gives the shift at the box's end."""
    from weasyprint.formatting_structure import boxes

    if _is(box, boxes.TextBox):
        before, inner, after = shares.get(id(box), (0.0, 0.0, 0.0))
        box.position_x += shift + before * step
        if inner:
            box.width += inner * step
            box.pango_layout.wide_spacing = step
        return shift + (before + inner + after) * step
    if _is(box, boxes.LineBox, boxes.InlineBox):
        box.position_x += shift
        end = shift
        for child in box.children:
            if child.is_in_normal_flow():
                end = _move(child, shares, step, end)
        box.width += end - shift
        return end
    box.translate(shift, 0)  # an atomic inline box
    return shift


def _is(box: Any, *kinds: type) -> bool:
    return isinstance(box, kinds)


def _space_wide_runs(layout: Any) -> None:
    """Set Pango's letter-spacing on the wide runs of a text that is about to be drawn."""
    from weasyprint.text import ffi as binding

    ffi: Any = binding.ffi
    pango: Any = binding.pango
    attributes = pango.pango_layout_get_attributes(layout.layout)
    if attributes == ffi.NULL:
        attributes = ffi.gc(pango.pango_attr_list_new(), pango.pango_attr_list_unref)
    spacing = round(layout.wide_spacing * binding.TO_UNITS)
    for run in WIDE.finditer(layout.text):
        attribute = pango.pango_attr_letter_spacing_new(spacing)
        attribute.start_index = len(layout.text[: run.start()].encode())
        attribute.end_index = attribute.start_index + len(run.group().encode())
        pango.pango_attr_list_change(attributes, attribute)
    pango.pango_layout_set_attributes(layout.layout, attributes)


def _is_snapped(box: Any) -> bool:
    element = getattr(box, "element", None)
    return element is not None and box.element_tag == "div" and "snap" in (element.get("class") or "").split()


def _snap(box: Any) -> None:
    """Let the box end on a line of the grid."""
    pitch = LINE_PT * PX_PER_PT
    below = (box.position_y + box.margin_height() - TOP_PT * PX_PER_PT) % pitch
    if 0.01 < below < pitch - 0.01:
        box.height += pitch - below
