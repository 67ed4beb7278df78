"""Keeps the sheets of parts by the hash of everything that shapes them, so that nothing unchanged is set again.

The key covers the part's data, the templates, the font files, WeasyPrint's version and the print shop's own code, so
nothing has to be cleared by hand when one of them changes. A file appears whole or not at all; two print jobs may use
one folder. The oldest sheets leave when the folder grows beyond its limit.
"""

import hashlib
import json
import os
from collections.abc import Mapping
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from reports.printing.fonts import FontSet
from reports.printing.sources import TEMPLATES
from reports.printing.typesetting import Sheet

LIMIT = 512 * 1024 * 1024


class SheetCache:
    """Sheets by key in one folder."""

    def __init__(self, folder: Path, limit: int = LIMIT) -> None:
        self.folder = folder / "sheets"
        self.limit = limit
        self.folder.mkdir(parents=True, exist_ok=True)

    def get(self, key: str) -> Sheet | None:
        """The sheet kept under a key, or None; a damaged one counts as none."""
        file = self.folder / f"{key}.pdf"
        try:
            about = json.loads(file.with_suffix(".json").read_text(encoding="utf-8"))
            pdf = file.read_bytes()
        except (OSError, ValueError):
            return None
        if about.get("digest") != hashlib.sha256(pdf).hexdigest():
            return None
        os.utime(file)
        return Sheet(pdf, about["pages"], about["headings"])

    def put(self, key: str, sheet: Sheet) -> None:
        """Keep a sheet."""
        about = {
            "pages": sheet.pages,
            "headings": sheet.headings,
            "digest": hashlib.sha256(sheet.pdf).hexdigest(),
        }
        self._write(self.folder / f"{key}.pdf", sheet.pdf)
        self._write(self.folder / f"{key}.json", json.dumps(about, ensure_ascii=False).encode("utf-8"))

    def prune(self) -> None:
        """Drop the sheets used longest ago until the folder is within its limit."""
        files = sorted(
            ((file.stat().st_mtime, file.stat().st_size, file) for file in self.folder.glob("*.pdf")), reverse=True
        )
        total = 0
        for _, size, file in files:
            total += size
            if total > self.limit:
                file.unlink(missing_ok=True)
                file.with_suffix(".json").unlink(missing_ok=True)

    def _write(self, file: Path, data: bytes) -> None:
        draft = file.with_name(f"{file.name}.{os.getpid()}.part")
        draft.write_bytes(data)
        draft.replace(file)


def sheet_key(document: str, data: Mapping[str, Any], options: Mapping[str, Any], fonts: FontSet) -> str:
    """The key of a sheet: a hash over everything that can change how it looks."""
    content = json.dumps([document, data, options], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    shop = [print_shop_version(), *sorted(f"{role}={font.name}:{font.digest}" for role, font in fonts.roles.items())]
    shop += [f"{font.name}:{font.digest}" for chain in fonts.fallbacks.values() for font in chain]
    return hashlib.sha256("\n".join([*shop, content]).encode("utf-8", "surrogatepass")).hexdigest()


@lru_cache(maxsize=1)
def print_shop_version() -> str:
    """WeasyPrint, HarfBuzz and pikepdf as installed, our templates and our code, as one hash."""
    digest = hashlib.sha256()
    for package in ("weasyprint", "uharfbuzz", "pikepdf"):
        digest.update(f"{package} {version(package)}\n".encode())
    files = [*Path(__file__).parent.glob("*.py"), *TEMPLATES.rglob("*.html"), *TEMPLATES.rglob("*.css")]
    for file in sorted(files):
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()
