"""Requests of a test client as a server has them: each with a `g` of its own. Imported by the tests of sign-in."""

from collections.abc import Iterator

import pytest
from flask.globals import _cv_app


@pytest.fixture(autouse=True)
def requests_of_their_own(_push_request_context: None) -> Iterator[None]:
    """No context around the whole test: it would lend its `g`, and whoever is signed in there, to every request."""
    token = _cv_app.set(None)
    yield
    _cv_app.reset(token)
