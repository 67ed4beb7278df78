"""Keeps what is costly to work out, once for each state of the data it is made from (同一数据只算一次). Pure.

A stamp says what a result was made of: with another stamp the old result goes. Never the `id()` of data: an address is
given again once they are gone.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Result = TypeVar("Result")


class StampedResults(Generic[Result]):
    """The newest result at each place (a report, a campaign); of more than `most` places the one least asked for goes."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._results: OrderedDict[Hashable, tuple[Hashable, Result]] = OrderedDict()
        self._lock = threading.Lock()

    def result(self, place: Hashable, stamp: Hashable, make: Callable[[Result | None], Result]) -> Result:
        """The result for this stamp, made by `make` where there is none yet.

        `make` is handed the result of the stamp before, to take over what is the same still.
        """
        with self._lock:
            stamp_then, before = self._results.get(place, (None, None))
            if before is not None and stamp_then == stamp:
                self._results.move_to_end(place)
                return before
        result = make(before)
        with self._lock:
            self._results[place] = (stamp, result)
            self._results.move_to_end(place)
            while len(self._results) > self._most:
                self._results.popitem(last=False)
        return result

    def __len__(self) -> int:
        return len(self._results)

    def forget(self) -> None:
        """Drop every result, so that each is worked out anew."""
        with self._lock:
            self._results.clear()
