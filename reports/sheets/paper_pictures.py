"""Prepares a picture of a questionnaire for paper: small, upright, nothing in it but pixels. Pure."""

import base64

from surveys.fieldwork.reviewing.pictures import NotShown, copy_of

SIZE = 1060, 710  # 90 × 60 mm at 300 dots an inch


def printable(data: bytes) -> str:
    """The address that carries the picture within a page; empty for one that cannot be shown."""
    try:
        copy = copy_of(data, size=SIZE, formats=("JPEG", "PNG", "GIF", "WEBP"))
    except NotShown:
        return ""
    kind = "png" if copy[:4] == b"\x89PNG" else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(copy).decode('ascii')}"
