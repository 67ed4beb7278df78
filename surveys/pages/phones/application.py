"""The application of phones, mounted beside the pages: what is asked below /sync is answered here, with its whole path.

Pages stand on a session of the desk, a form's token, a language and a signed-in account. A phone's request has none of these: who calls
is settled by the field cookie and the device's row, another site is refused by Origin (surveys.pages.phones.frame). Settings, files
and the connections of the database are those of the application it stands beside.
"""

from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask
from flask.sessions import SecureCookieSessionInterface

from surveys.database import db
from surveys.pages.phones import downloads, handing_in, signing_in
from surveys.pages.phones.frame import sync
from surveys.pages.shell.application import protected
from surveys.pages.shell.errors import take_in_the_rest
from surveys.pages.shell.problems import problem
from surveys.pages.shell.strict_json import StrictJson

BELOW = "/sync/"
Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


class NoSession(SecureCookieSessionInterface):
    def open_session(self, app: Flask, request: Any) -> None:
        """No request of a phone has a session of the desk."""


class Phones(Flask):
    session_interface = NoSession()
    json_provider_class = StrictJson


def mount(app: Flask) -> None:
    """Put the application of phones beside `app`, which is reached at all other addresses as before."""
    for module in (signing_in, downloads, handing_in):
        assert module  # its views hang on the blueprint
    phones = Phones(__name__, instance_path=app.instance_path, root_path=app.root_path, static_folder=None)
    phones.config, phones.extensions = app.config, app.extensions
    phones.extensions["phones"] = phones
    with app.app_context():
        phones.extensions["engines"] = db.engines
    phones.teardown_appcontext(lambda _: db.session.remove())
    phones.after_request(protected)
    phones.after_request(take_in_the_rest)
    phones.register_error_handler(404, lambda _: problem("not_found"))
    phones.register_error_handler(405, lambda _: problem("not_found"))
    phones.register_blueprint(sync)
    app.wsgi_app = _beside(app.wsgi_app, phones)  # type: ignore[method-assign]


def _beside(pages: Wsgi, phones: Wsgi) -> Wsgi:
    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        return (phones if path.startswith(BELOW) and path != BELOW else pages)(environ, start_response)

    return answer
