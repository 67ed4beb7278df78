"""Parts that are not whole yet, in the chunks that came so far, where every web process can go on with them. Touches the store.

Beside a folder of files a partial is one file that grows; its length after fsync is where to go on. Beside a bucket each chunk is
an object of its own, named by its first byte, so a part can go on on another machine than it began on.
"""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, Protocol

from surveys.database import utc_now
from surveys.files import Bucket, FileStore, Folder

INCOMING = "incoming"
A_DAY = 86400  # seconds


class Partials(Protocol):
    """What came of parts, by device and hash."""

    def length(self, device: str, sha256: str) -> int:
        """How many bytes are here without a gap."""
        ...

    def write(self, device: str, sha256: str, first: int, body: bytes) -> None:
        """Put a chunk at its place; durable when this returns."""
        ...

    def write_whole(self, device: str, sha256: str, data: bytes) -> None:
        """Put all bytes at once, in place of what came so far."""
        ...

    def touch(self, device: str, sha256: str) -> None:
        """It goes on being wanted."""
        ...

    def read(self, device: str, sha256: str) -> bytes:
        """What is here."""
        ...

    def move_into(self, store: FileStore, device: str, sha256: str) -> None:
        """Hand the whole, whose hash was found right, to the store."""
        ...

    def drop(self, device: str, sha256: str) -> None:
        """Take away what came."""
        ...

    def devices_with(self, sha256: str) -> list[str]:
        """Which devices began this part."""
        ...

    def drop_older(self, than: float) -> int:
        """Take away what had no progress since `than` (seconds since 1970); gives how many."""
        ...

    def is_swept(self, now: float) -> bool:
        """Whether `drop_older` was asked for within a day; if not, it counts as asked for now."""
        ...

    def admits(self, device: str, size: int, *, new: bool, most: tuple[int, int]) -> bool:
        """Whether this device may send `size` bytes more today, counted if so; `most`: bytes and parts a day."""
        ...

    def locked(self, device: str, sha256: str) -> AbstractContextManager[None]:
        """One writer a partial, where two could spoil each other's."""
        ...


def partials_of(store: FileStore) -> Partials:
    """The partials beside a store."""
    return ObjectPartials(store) if isinstance(store, Bucket) else FilePartials(_root_of(store) / INCOMING)


def _root_of(store: FileStore) -> Path:
    if not isinstance(store, Folder):
        raise TypeError(f"no partials beside {store!r}")
    return store.root


class FilePartials:
    """One growing file each, `incoming/<device>/<hash>`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def _place(self, device: str, sha256: str) -> Path:
        return self.root / device / sha256

    def length(self, device: str, sha256: str) -> int:
        try:
            return self._place(device, sha256).stat().st_size
        except FileNotFoundError:
            return 0

    def write(self, device: str, sha256: str, first: int, body: bytes) -> None:
        handle = os.open(self._place(device, sha256), os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            written = 0
            while written < len(body):
                written += os.pwrite(handle, body[written:], first + written)
            os.fsync(handle)
        finally:
            os.close(handle)

    def write_whole(self, device: str, sha256: str, data: bytes) -> None:
        place = self._place(device, sha256)
        partial = place.with_name(f"{sha256}.whole")
        with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(place)

    def touch(self, device: str, sha256: str) -> None:
        os.utime(self._place(device, sha256))

    def read(self, device: str, sha256: str) -> bytes:
        return self._place(device, sha256).read_bytes()

    def move_into(self, store: FileStore, device: str, sha256: str) -> None:
        store.adopt(self._place(device, sha256), sha256)

    def drop(self, device: str, sha256: str) -> None:
        self._place(device, sha256).unlink(missing_ok=True)

    def devices_with(self, sha256: str) -> list[str]:
        return sorted(place.parent.name for place in self.root.glob(f"*/{sha256}"))

    def drop_older(self, than: float) -> int:
        removed = 0
        for place in self.root.glob("*/*"):
            if place.is_file() and place.stat().st_mtime < than:
                place.unlink(missing_ok=True)
                removed += 1
        return removed

    def is_swept(self, now: float) -> bool:
        swept = self.root / "swept"
        if swept.exists() and swept.stat().st_mtime >= now - A_DAY:
            return True
        swept.touch()
        return False

    def admits(self, device: str, size: int, *, new: bool, most: tuple[int, int]) -> bool:
        folder = self.root / device
        today, ledger = utc_now().date().isoformat(), folder / "day"
        with (folder / "day.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            try:
                day: dict[str, Any] = json.loads(ledger.read_text())
            except (FileNotFoundError, ValueError):
                day = {}
            sent, parts = (day["bytes"], day["parts"]) if day.get("day") == today else (0, 0)
            sent, parts = sent + size, parts + new
            if sent > most[0] or parts > most[1]:
                return False
            ledger.write_text(json.dumps({"day": today, "bytes": sent, "parts": parts}))
            return True

    @contextmanager
    def locked(self, device: str, sha256: str) -> Iterator[None]:
        """A file of its own is locked, since the partial is moved away."""
        place = self._place(device, sha256)
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with place.with_name(f"{place.name}.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


class ObjectPartials:
    """One object a chunk, `incoming/<hash>/<device>/<first>-<size>`: the same chunk twice is the same object.

    What a device sent today is counted by small objects, `incoming-days/<device>/<date>/…`, so nobody overwrites anybody's count.
    """

    def __init__(self, bucket: Bucket) -> None:
        self.bucket = bucket

    def _folder(self, device: str, sha256: str) -> str:
        return f"{INCOMING}/{sha256}/{device}"

    def _chunks(self, device: str, sha256: str) -> list[tuple[str, int, int]]:
        """Name, first byte and size of the chunks that follow one another from the beginning."""
        chunks, length = [], 0
        for name, size, _when in self.bucket.objects(self._folder(device, sha256)):
            first = int(name.rpartition("/")[2].partition("-")[0])
            if first == length:
                chunks.append((name, first, size))
                length += size
        return chunks

    def length(self, device: str, sha256: str) -> int:
        return sum(size for _name, _first, size in self._chunks(device, sha256))

    def write(self, device: str, sha256: str, first: int, body: bytes) -> None:
        self.bucket.write(f"{self._folder(device, sha256)}/{first:012d}-{len(body)}", body)

    def write_whole(self, device: str, sha256: str, data: bytes) -> None:
        self.drop(device, sha256)
        self.write(device, sha256, 0, data)

    def touch(self, device: str, sha256: str) -> None:
        self.write_whole(device, sha256, self.read(device, sha256))

    def read(self, device: str, sha256: str) -> bytes:
        return b"".join(self.bucket.read_object(name) for name, _first, _size in self._chunks(device, sha256))

    def move_into(self, store: FileStore, device: str, sha256: str) -> None:
        store.put(self.read(device, sha256))
        self.drop(device, sha256)

    def drop(self, device: str, sha256: str) -> None:
        for name, _size, _when in self.bucket.objects(self._folder(device, sha256)):
            self.bucket.remove_object(name)

    def devices_with(self, sha256: str) -> list[str]:
        return sorted({name.split("/")[2] for name, _size, _when in self.bucket.objects(f"{INCOMING}/{sha256}")})

    def drop_older(self, than: float) -> int:
        newest: dict[str, float] = {}
        objects = [*self.bucket.objects(INCOMING), *self.bucket.objects(f"{INCOMING}-days")]
        for name, _size, when in objects:
            folder = name.rpartition("/")[0]
            newest[folder] = max(when, newest.get(folder, 0.0))
        stale = {folder for folder, when in newest.items() if when < than}
        for name, _size, _when in objects:
            if name.rpartition("/")[0] in stale:
                self.bucket.remove_object(name)
        return len(stale)

    def is_swept(self, now: float) -> bool:
        mark = f"{INCOMING}-swept/last"
        if any(when >= now - A_DAY for _name, _size, when in self.bucket.objects(f"{INCOMING}-swept")):
            return True
        self.bucket.write(mark, b"-")
        return False

    def admits(self, device: str, size: int, *, new: bool, most: tuple[int, int]) -> bool:
        day = f"{INCOMING}-days/{device}/{utc_now().date().isoformat()}"
        counts = [name.rsplit("-", 2)[1:] for name, _size, _when in self.bucket.objects(day)]
        sent, parts = sum(int(each[0]) for each in counts) + size, sum(int(each[1]) for each in counts) + new
        if sent > most[0] or parts > most[1]:
            return False
        self.bucket.write(f"{day}/{time.time_ns()}-{os.getpid()}-{size}-{int(new)}", b"-")
        return True

    def locked(self, device: str, sha256: str) -> AbstractContextManager[None]:
        """Nothing to lock: chunks are objects of their own, and the whole is hashed before it counts."""
        return nullcontext()
