"""Copying out all that is held of a firm or a deputy (查阅、复制): one zip with the data as JSON and the received files. Reads alone."""

import io
import json
import zipfile
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from flask import current_app

from surveys.personal_data import holdings
from surveys.personal_data.sources import About


def copy_of(about: About, units: Iterable[str]) -> bytes:
    """What these units hold of one, as a zip: data.json by kind of place, and the pictures and recordings by their hash."""
    codes, data = list(units), defaultdict[str, list[Any]](list)
    for source in holdings.sources():
        for kind, rows in source.copies(about, codes).items():
            data[kind] += rows
    store = current_app.extensions["files"]
    digests = [one["sha256"] for one in data.get("files", [])]
    return _zip(
        {kind: rows for kind, rows in data.items() if rows},
        {digest: store.read(digest) for digest in digests if store.holds(digest)},
    )


def _zip(data: dict[str, Any], files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", json.dumps(data, ensure_ascii=False, indent=1))
        for sha256, content in files.items():
            archive.writestr(f"files/{sha256}", content)
    return out.getvalue()
