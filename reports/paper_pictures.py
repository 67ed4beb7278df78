"""A picture that came with a questionnaire, as paper carries it: small, upright, on white, nothing in it but pixels. Pure."""

import base64
import io

WIDTH, HEIGHT = 1060, 710  # 90 × 60 mm at 300 dots an inch
MOST_PIXELS = 40_000_000
FEW_COLOURS = 256  # a drawing: kept without loss


def printable(data: bytes) -> str:
    """The address that carries the picture within a page; empty for one that cannot be shown."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "GIF", "WEBP")) as image:
            if image.width * image.height > MOST_PIXELS:
                return ""
            image.draft("RGB", (WIDTH, HEIGHT))  # a JPEG is read no larger than it is needed
            upright = ImageOps.exif_transpose(image).convert("RGBA")
    except (OSError, SyntaxError, ValueError, UnidentifiedImageError, Image.DecompressionBombError):
        return ""
    upright.thumbnail((WIDTH, HEIGHT))
    plain = Image.new("RGB", upright.size, "white")
    plain.paste(upright, mask=upright)
    drawing = plain.getcolors(FEW_COLOURS) is not None
    out = io.BytesIO()
    plain.save(out, "PNG" if drawing else "JPEG", **({"optimize": True} if drawing else {"quality": 85}))
    kind = "png" if drawing else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(out.getvalue()).decode('ascii')}"
