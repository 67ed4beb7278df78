"""The only files a printed page may load: its own templates and the fonts of its font set; and pictures its data carry whole.

A page of the print shop is made from data that came in from outside. Whatever address such data may hold, nothing is
fetched from the network and nothing is read from the machine but what is listed here. A `data:` address reads neither.
"""

import base64
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from reports.printing.fonts import ROOT

TEMPLATES = ROOT / "templates" / "print"
CARRIED = ("data:image/png;base64,", "data:image/jpeg;base64,")


class SourceRefused(Exception):
    """A page asked for something it may not load."""

    def __init__(self, address: str) -> None:
        self.address = address
        super().__init__(
            f"a printed page may load its own templates and fonts only, not {address} / 印刷页面只能使用自带的模板和字体"
        )


def allowed_path(address: str, files: Iterable[Path]) -> Path:
    """The file behind an address when a page may load it; else `SourceRefused`."""
    parts = urlsplit(address)
    if parts.scheme != "file" or parts.netloc not in ("", "localhost"):
        raise SourceRefused(address)
    path = Path(unquote(parts.path)).resolve()
    if path.is_relative_to(TEMPLATES) or path in {file.resolve() for file in files}:
        return path
    raise SourceRefused(address)


def fetcher(files: Iterable[Path]) -> Any:
    """WeasyPrint's URL fetcher for these files and the templates alone; it keeps its `.refused_addresses`."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    allowed_files = tuple(files)

    class Sources(URLFetcher):
        """Reads listed files and nothing else."""

        refused_addresses: list[str]

        def __init__(self) -> None:
            super().__init__(allowed_protocols=("file",), allow_redirects=False)
            self.refused_addresses = []

        def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
            """The content of a listed file, or of a picture that its address carries."""
            if url.startswith(CARRIED):
                return URLFetcherResponse(url, base64.b64decode(url.partition(",")[2]))
            try:
                path = allowed_path(url, allowed_files)
            except SourceRefused:
                self.refused_addresses.append(url)
                raise
            return URLFetcherResponse(url, path.read_bytes())

    return Sources()
