"""Stylesheets and scripts, answered before any page: packed where the browser takes that, kept for ever at a release's address.

WhiteNoise serves them from the folder `static` as it stood when the first one was asked for. They carry nobody's session, and no
policy of pages: a page takes them in under its own, and only a worker is under the one it came with.
"""

from collections.abc import Iterable, Mapping
from os import stat_result
from typing import Any
from urllib.parse import parse_qs
from wsgiref.headers import Headers

from flask import Flask
from whitenoise import WhiteNoise
from whitenoise.responders import StaticFile

from surveys.pages.shell.application import POLICY, PROTECTION
from surveys.pages.shell.release import release

FOR_EVER = "public, max-age=31536000, immutable"
ASKED_AGAIN = "no-cache"


class _Files(WhiteNoise):
    """The files with one way of being kept."""

    def __init__(self, app: Flask, pages: Any, kept: str) -> None:
        super().__init__(pages, max_age=None, allow_all_origins=False)
        self._kept = kept
        self.add_headers_function = self._add_headers
        if app.static_folder:
            self.add_files(app.static_folder, "static")

    def get_static_file(self, path: str, url: str, stat_cache: Mapping[str, stat_result] | None = None) -> StaticFile:
        """With its packed copy (deploy/pack.py), where that was made of this very file."""
        assert stat_cache is not None
        packed_from = stat_cache[path].st_mtime_ns
        both = [one for one in (path, f"{path}.gz") if one in stat_cache and stat_cache[one].st_mtime_ns >= packed_from]
        return super().get_static_file(path, url, stat_cache={one: stat_cache[one] for one in both})

    def _add_headers(self, headers: Headers, path: str, _: str) -> None:
        headers["Cache-Control"] = self._kept
        for name, value in PROTECTION.items():
            headers[name] = value
        if path.endswith("_worker.js") or not path.endswith((".css", ".js", ".mjs")):
            headers["Referrer-Policy"], headers["Content-Security-Policy"] = "no-referrer", POLICY


def register(app: Flask) -> None:
    """Answer what is asked of the static folder before the pages do."""
    pages = app.wsgi_app

    def files(*, of_release: bool) -> _Files:
        servers = app.extensions.get("static files")
        if servers is None:
            servers = {True: _Files(app, pages, FOR_EVER), False: _Files(app, pages, ASKED_AGAIN)}
            app.extensions["static files"] = servers
        return servers[of_release]

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if not environ.get("PATH_INFO", "").startswith("/static/"):
            return pages(environ, start_response)
        with app.app_context():
            of_release = parse_qs(environ.get("QUERY_STRING", "")).get("r") == [release()]
        return files(of_release=of_release)(environ, start_response)

    app.wsgi_app = answer  # type: ignore[method-assign]
