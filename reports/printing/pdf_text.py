"""Reads a finished PDF: the files it carries, the words of its text layer, the fonts it is set in."""

import io
from typing import Any


def read_attachments(pdf: bytes) -> dict[str, bytes]:
    """The files a PDF carries, by name."""
    from pikepdf import Pdf

    with Pdf.open(io.BytesIO(pdf)) as document:
        return {name: spec.get_file().read_bytes() for name, spec in document.attachments.items()}


def embedded_fonts(pdf: bytes) -> list[str]:
    """PostScript names of the fonts a PDF is set in, without their subset tags, each once."""
    from pikepdf import Pdf

    names: set[str] = set()
    with Pdf.open(io.BytesIO(pdf)) as document:
        for value in document.objects:
            if _is_font(value):
                names.add(str(value.get("/BaseFont", value.get("/Name", "?"))).lstrip("/").split("+")[-1])
    return sorted(names)


def page_texts(pdf: bytes) -> list[str]:
    """The text layer, page by page.

    Words run in the order they were set; a line end stands where a line ended. Look for a name after taking out white
    space, since a name may be broken over two lines.
    """
    import pypdfium2

    document = pypdfium2.PdfDocument(pdf)
    try:
        texts = []
        for number in range(len(document)):
            page = document[number]
            layer = page.get_textpage()
            texts.append(layer.get_text_bounded().replace("\r\n", "\n"))
            layer.close()
            page.close()
        return texts
    finally:
        document.close()


def _is_font(value: Any) -> bool:
    return getattr(value, "_type_name", "") == "dictionary" and value.get("/Type") == "/Font"
