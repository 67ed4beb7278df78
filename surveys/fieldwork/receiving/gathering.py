"""Versions that wait in one process at the same time are kept in one transaction: one commit to disk for all of them.

One of the waiting requests stores for those beside it; meanwhile others gather for the next. It waits a moment for
versions that are being judged already, and for no others. Where the database lets several write at once, the next are stored while the
disk still works for those before. When a transaction for several ends — a fork among them, a device revoked, a copy that was
quicker, the database away — each is stored alone, as if it had come alone. Nobody is told anything before the commit that holds
their version.
"""

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from surveys.database import is_writing, read_anew, writing
from surveys.fieldwork.receiving.keeping import (
    Apart,
    Arrival,
    Full,
    Kept,
    Revoked,
    store,
    store_at_once,
    stores_at_once,
)

MOST_TOGETHER = 8
MOST_TURNS = 3  # where several may write at once
PATIENCE = 0.001  # seconds

_logger = logging.getLogger(__name__)
_gate = threading.Condition()  # held while anything below is changed
_waiting: list["_Waiting"] = []
_turns: set["_Waiting"] = set()  # the requests that gather or store now
_near = 0  # requests that will stand in the list soon


class _Waiting:
    """One version that waits. `woken` once it is its own request's turn to store (`leads`), or another has stored it (`kept`); with
    neither it is to be stored alone. `gathers`: the request's turn is still open to others."""

    __slots__ = ("arrival", "gathers", "kept", "leads", "woken")

    def __init__(self, arrival: Arrival) -> None:
        self.arrival = arrival
        self.kept: Kept | None = None
        self.leads = False
        self.gathers = False
        self.woken = threading.Event()


def keep(arrival: Arrival) -> Kept:
    """Store a version, durably when this returns or with the `writing()` it stands in. Raises what `store` raises of it."""
    if is_writing() or arrival.holder.device_id is None:
        return _store_alone(arrival)
    read_anew()  # whoever stores it: what is read afterwards shows it
    own = _Waiting(arrival)
    _stand_in_line(own)
    own.woken.wait()
    if own.leads:
        _lead(own)
    return own.kept or _store_alone(arrival)


@contextmanager
def on_the_way() -> Iterator[None]:
    """Around what takes a version milliseconds before it is kept: reading its visit, judging it. Whoever stores meanwhile waits for
    it. Never around what a slow phone holds up."""
    _count(1)
    try:
        yield
    finally:
        _count(-1)


def _count(more: int) -> None:
    global _near
    with _gate:
        _near += more
        if not _near:
            _gate.notify_all()


def _stand_in_line(own: _Waiting) -> None:
    with _gate:
        _waiting.append(own)
        _call_next()
        if _are_enough():
            _gate.notify_all()


def _call_next() -> None:
    """Whoever has waited longest gathers next, unless somebody does, or as many as may store. With `_gate` held."""
    most = MOST_TURNS if stores_at_once() else 1  # SQLite has one writer
    if _waiting and len(_turns) < most and not any(one.gathers for one in _turns):
        called = _waiting.pop(0)
        called.leads = called.gathers = True
        _turns.add(called)
        called.woken.set()


def _lead(own: _Waiting) -> None:
    """Store for those that wait; whatever happens, the next are called, and all that were taken go on."""
    together = [own]
    try:
        _await_those_near()
        _take(together)
        if stores_at_once() or len(together) > 1:
            _store_together(together)
        else:
            own.kept = _store_alone(own.arrival)
    finally:
        with _gate:
            _turns.remove(own)
            _call_next()
        for one in together:
            one.woken.set()


def _await_those_near() -> None:
    with _gate:
        _gate.wait_for(lambda: not _near or _are_enough(), PATIENCE)


def _are_enough() -> bool:
    return len(_waiting) + 1 >= MOST_TOGETHER


def _take(together: list[_Waiting]) -> None:
    """Whose turn it is: beside the request's own version others that wait, one a visit, in the order of their visits' ids, so that
    whoever stores at the same time takes hold of visits in the same order. The turn is closed to others then."""
    [own] = together
    visits = {own.arrival.target.visit_id}
    with _gate:
        for one in _waiting.copy():
            visit_id = one.arrival.target.visit_id
            if len(together) < MOST_TOGETHER and visit_id not in visits:
                together.append(one)
                _waiting.remove(one)
                visits.add(visit_id)
        own.gathers = False
        _call_next()
    together.sort(key=lambda one: one.arrival.target.visit_id)


def _store_together(together: list[_Waiting]) -> None:
    """Store them, in one statement where that can be; what cannot be stored with the others is left to be stored alone."""
    arrivals = [one.arrival for one in together]
    all_kept: Sequence[Kept | None] = [None] * len(together)
    try:
        if stores_at_once():
            all_kept = store_at_once(arrivals)
        else:
            with writing():
                all_kept = store(arrivals)
    except (Apart, Full, Revoked):
        all_kept = [None] * len(together)
    except Exception as fault:  # what it says may quote an answer: its kind is enough
        _logger.warning("versions that could not be stored together are stored alone: %s", type(fault).__name__)
        all_kept = [None] * len(together)
    for one, kept in zip(together, all_kept, strict=True):
        one.kept = kept


def _store_alone(arrival: Arrival) -> Kept:
    with writing():
        return store([arrival])[0]
