"""The application's class: Flask, with the headers that protect on every answer, and a session for pages alone."""

from collections.abc import Callable, Iterable
from threading import Lock
from typing import Any

from flask import Flask, Request, Response, g
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface
from werkzeug.routing import MapAdapter

from surveys.authentication import callers
from surveys.pages.shell.strict_json import StrictJson

STATIC = "/static/"
POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)

PROTECTION = {"X-Content-Type-Options": "nosniff"}


class PageSessions(SecureCookieSessionInterface):
    """The desk's session, for pages alone: what everybody may keep for ever carries nobody's cookie."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        return None if request.environ.get("PATH_INFO", "").startswith(STATIC) else super().open_session(app, request)


class Application(Flask):
    """Flask, whose pages are made when the first address is asked for: a command that shows none starts without them."""

    session_interface = PageSessions()
    json_provider_class = StrictJson

    def __init__(self, *arguments: Any, pages: Callable[[Flask], None], **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._register: Callable[[Flask], None] | None = pages
        self._opening = Lock()

    def open_pages(self) -> None:
        """Register the pages, once; whoever comes meanwhile waits."""
        with self._opening:
            if register := self._register:
                self._register = None
                register(self)

    def __call__(self, environ: Any, start_response: Any) -> Iterable[bytes]:
        self.open_pages()
        callers.look_behind_proxy(environ, self.extensions.get("trusted_proxies", ()))
        return super().__call__(environ, start_response)

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        if request is not None:
            self.open_pages()
        return super().create_url_adapter(request)

    def process_response(self, response: Response) -> Response:
        return protected(super().process_response(response))


def protected(response: Response) -> Response:
    """No third-party resource, no inline script, no referrer, no caching of pages (they hold what only one person may see)."""
    names = {name.lower() for name, value in response.headers if value}
    of_page = {"Referrer-Policy": "no-referrer", "Content-Security-Policy": _policy()}
    for name, value in (PROTECTION | of_page).items():
        if name.lower() not in names:
            response.headers.add(name, value)
    if "cache-control" not in names and not g.get("cacheable"):
        response.headers.add("Cache-Control", "no-store")
    return response


def _policy() -> str:
    """With the hash of the style that the page carries (surveys.pages.shell.release), where it carries one."""
    carried = g.get("carried_style")
    return f"{POLICY}; style-src 'self' {carried}" if carried else POLICY
