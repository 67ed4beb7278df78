"""Versions that wait in one process at the same time are kept in one transaction: one commit to disk for all of them.

One of the waiting requests stores for those beside it; meanwhile others gather for the next. It waits some milliseconds for
versions that are being judged already, and for no others. When a transaction for several ends — a fork among them, a device
revoked, a copy that was quicker, the database away — each is stored alone, as if it had come alone. Nobody is told anything before
the commit that holds their version.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from surveys.database import is_writing, read_anew, writing
from surveys.fieldwork.keeping import Arrival, Kept, store, store_at_once, stores_at_once

MOST_TOGETHER = 8
PATIENCE = 0.005  # seconds

_turn = threading.Lock()  # held while one of the requests stores
_gate = threading.Condition()  # held while the list or the number is changed
_waiting: list["_Waiting"] = []
_near = 0  # requests that will stand in the list soon


class _Waiting:
    """One version that waits. `kept` is set after the commit; `alone`: storing it with others did not work out."""

    __slots__ = ("alone", "arrival", "kept")

    def __init__(self, arrival: Arrival) -> None:
        self.arrival = arrival
        self.kept: Kept | None = None
        self.alone = False


def keep(arrival: Arrival) -> Kept:
    """Store a version, durably when this returns or with the `writing()` it stands in. Raises what `store` raises of it."""
    if is_writing() or arrival.holder.device_id is None:
        return _store_alone(arrival)
    read_anew()  # whoever stores it: what is read afterwards shows it
    own = _Waiting(arrival)
    with _gate:
        _waiting.append(own)
        if len(_waiting) >= MOST_TOGETHER:
            _gate.notify_all()
    with _turn:
        if own.kept is None and not own.alone:
            _await_those_near()
            _store_together(_next(own))
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


def _await_those_near() -> None:
    with _gate:
        _gate.wait_for(lambda: not _near or len(_waiting) >= MOST_TOGETHER, PATIENCE)


def _next(own: _Waiting) -> list[_Waiting]:
    """Whose turn it is: the request's own version and others that wait, one a visit, in the order of their visits' ids, so that
    two processes take hold of visits in the same order."""
    together, visits, rest = [own], {own.arrival.target.visit_id}, []
    with _gate:
        for one in _waiting:
            visit_id = one.arrival.target.visit_id
            if one is own:
                continue
            if len(together) < MOST_TOGETHER and visit_id not in visits:
                together.append(one)
                visits.add(visit_id)
            else:
                rest.append(one)
        _waiting[:] = rest
    return sorted(together, key=lambda one: one.arrival.target.visit_id)


def _store_together(together: list[_Waiting]) -> None:
    """Store them, in one statement where that can be; what cannot be stored with the others is left to be stored alone."""
    arrivals = [one.arrival for one in together]
    all_kept: Sequence[Kept | None] = [None] * len(together)
    try:
        if stores_at_once():
            all_kept = store_at_once(arrivals)
        elif len(together) > 1:
            with writing():
                all_kept = store(arrivals)
    except Exception:
        all_kept = [None] * len(together)
    for one, kept in zip(together, all_kept, strict=True):
        one.kept, one.alone = kept, kept is None


def _store_alone(arrival: Arrival) -> Kept:
    with writing():
        return store([arrival])[0]
