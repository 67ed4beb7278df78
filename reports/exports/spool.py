"""Rows that wait in a temporary file until everything is known that is needed to write them. Touches the file system only."""

import marshal
import tempfile
import weakref
from collections.abc import Iterator
from typing import IO

from reports.exports.rows import Row

AT_ONCE = 500  # rows that are in memory


class Spool:
    """Rows in the order they were added; it may be read any number of times. The file goes when the spool does."""

    def __init__(self, folder: str | None = None) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - it lives as long as the spool
        self._close = weakref.finalize(self, self._file.close)
        self._waiting: list[Row] = []
        self.count = 0

    def add(self, row: Row) -> None:
        self._waiting.append(row)
        self.count += 1
        if len(self._waiting) >= AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        if self._waiting:
            self._file.seek(0, 2)
            marshal.dump(self._waiting, self._file)
            self._waiting = []

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[Row]:
        self._flush()
        place = 0
        end = self._file.seek(0, 2)
        while place < end:
            self._file.seek(place)
            rows = marshal.load(self._file)  # noqa: S302 - written by this object to a file without a name
            place = self._file.tell()
            yield from rows

    def close(self) -> None:
        self._close()
