"""Writes a line to the log for each event an office asks about later. Touches logging alone.

    2026-12-02 09:14:03 visit.received visit=6f1c… status=201 version=2

One way of writing for all: a name, then `key=value`. A value is an id, a code or a number; whatever else comes is written as `?`,
so that no name, telephone or credit code of anybody gets in. Who did what, with names, is the matter of `audit`.
"""

import logging
import re

from flask.logging import wsgi_errors_stream

_logger = logging.getLogger("diaoyan.events")
_logger.setLevel(logging.INFO)

_PLAIN = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_PERSONAL = re.compile(r"1[3-9]\d{9}|[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}|\d{17}[\dXx]")


def note(event: str, **facts: str | int | None) -> None:
    """Write the line of one event; facts that are None are left out. Called after the commit: what is rolled back was nothing."""
    words = (f"{key}={_value(value)}" for key, value in facts.items() if value is not None)
    _logger.info("%s", " ".join((event, *words)))


def _value(value: str | int) -> str:
    text = str(value)
    return text if _PLAIN.fullmatch(text) and not _PERSONAL.fullmatch(text) else "?"


def show() -> None:
    """Let this process write its lines where its errors go: the web server and the worker, not each command."""
    if not _logger.handlers:
        handler = logging.StreamHandler(wsgi_errors_stream)  # type: ignore[arg-type]
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%Y-%m-%d %H:%M:%S"))
        _logger.addHandler(handler)
