"""The store of files by SHA-256 (photos, workbooks, PDFs). Touches the file system only.

A file is held once it is fsynced, renamed into place and its folder fsynced; putting the same bytes again changes nothing.
"""

import hashlib
import os
import tempfile
from pathlib import Path


class FileStore:
    """Content-addressed files under `root/ab/cdef…`. Raises FileNotFoundError for a hash it does not hold."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, digest: str) -> Path:
        """Where the bytes of `digest` lie (whether or not they are there)."""
        if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
            raise ValueError(f"not a SHA-256: {digest!r}")
        return self.root / digest[:2] / digest[2:]

    def holds(self, digest: str) -> bool:
        return self.path(digest).is_file()

    def put(self, data: bytes) -> str:
        """Keep `data` and give its SHA-256; durable when this returns."""
        digest = hashlib.sha256(data).hexdigest()
        place = self.path(digest)
        if place.is_file():
            return digest
        place.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=place.parent, delete=False) as partial:
            try:
                partial.write(data)
                partial.flush()
                os.fsync(partial.fileno())
            except OSError:
                Path(partial.name).unlink()  # a full disk keeps no halves
                raise
        self.adopt(Path(partial.name), digest)
        return digest

    def adopt(self, partial: Path, digest: str) -> None:
        """Move a fsynced file of known hash into the store."""
        place = self.path(digest)
        place.parent.mkdir(parents=True, exist_ok=True)
        partial.replace(place)
        folder = os.open(place.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def read(self, digest: str) -> bytes:
        return self.path(digest).read_bytes()
