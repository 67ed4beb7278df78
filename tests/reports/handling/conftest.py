"""Pages are asked from outside: no request stands open around a test, so that each request has a `g` of its own."""

import pytest


@pytest.fixture(autouse=True)
def _push_request_context() -> None:
    """In place of pytest-flask's, which keeps one context open: a signed-in person would stay in it between two browsers."""
