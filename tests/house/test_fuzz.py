"""A thousand inputs that nobody means, at every door: none is answered with a traceback. `make bench` tries a hundred thousand."""

from flask import Flask

from tests.house.fuzz import tracebacks


def test_no_door_answers_with_a_traceback(demonstration: Flask) -> None:
    lines = tracebacks(demonstration, 20231, pure_inputs=2000, form_inputs=60, sync_inputs=300, page_inputs=400)
    assert not lines, "\n".join(lines[:20])
