"""Versions that wait in one process at the same time are kept in one transaction: one commit to disk for all of them.

One of the waiting requests stores for those beside it; meanwhile others gather for the next. When a transaction for several
ends — a fork among them, a device revoked, a copy that was quicker, the database away — each is stored alone, as if it had come
alone. Nobody waits for others to come, and nobody is told anything before the commit that holds their version.
"""

import threading
from collections.abc import Sequence

from surveys.database import is_writing, read_anew, writing
from surveys.fieldwork.keeping import Arrival, Kept, store, store_at_once, stores_at_once

MOST_TOGETHER = 8

_turn = threading.Lock()  # held while one of the requests stores
_gate = threading.Lock()  # held while the list is changed
_waiting: list["_Waiting"] = []


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
    with _turn:
        if own.kept is None and not own.alone:
            _store_together(_next(own))
    return own.kept or _store_alone(arrival)


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
