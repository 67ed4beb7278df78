"""The store of files by SHA-256 (photos, workbooks, PDFs): a folder, or a bucket of an S3-compatible store. Touches these alone.

A file is held once it is durable; putting the same bytes again changes nothing. Which of the two it is says one setting
(`DIAOYAN_FILES`): a path, or `s3://bucket/prefix?endpoint=https://…&region=…` with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY
in the environment, so that any number of web and worker processes on several machines share it.
"""

import hashlib
import io
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol
from urllib.parse import parse_qs, urlsplit

if TYPE_CHECKING:
    from obstore.store import S3Store

PATIENCE = timedelta(seconds=20)
BUCKET = "s3://"


class FileStore(Protocol):
    """Content-addressed files. Raises FileNotFoundError for a hash it does not hold, StoreSilent where none answers."""

    def holds(self, digest: str) -> bool:
        """Whether the bytes of `digest` are here."""
        ...

    def put(self, data: bytes) -> str:
        """Keep `data` and give its SHA-256; durable when this returns."""
        ...

    def adopt(self, partial: Path, digest: str) -> None:
        """Move a fsynced file of known hash into the store."""
        ...

    def read(self, digest: str) -> bytes:
        """The bytes of `digest`."""
        ...

    def open(self, digest: str) -> BinaryIO:
        """The bytes of `digest` as a file to read from beginning to end, however long."""
        ...

    def remove(self, digest: str) -> None:
        """Take the bytes of `digest` away, where they are here."""
        ...

    def digests(self) -> Iterator[str]:
        """Every hash it holds, without those of stores below it."""
        ...

    def below(self, name: str) -> "FileStore":
        """A store of its own in the same place, for what has another life: `exports`."""
        ...


class StoreSilent(OSError):
    """The store of files does not answer, or refuses; the message is its own."""


def open_store(setting: str) -> FileStore:
    """The store that a setting names. Raises ValueError where an S3 address lacks its bucket or its endpoint."""
    return Bucket(setting) if setting.startswith(BUCKET) else Folder(Path(setting))


def name_of(digest: str) -> str:
    """Where the bytes of `digest` lie below the root. Raises ValueError where it is no SHA-256."""
    if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
        raise ValueError(f"not a SHA-256: {digest!r}")
    return f"{digest[:2]}/{digest[2:]}"


class Folder:
    """Files under `root/ab/cdef…`, each fsynced, renamed into place and its folder fsynced."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, digest: str) -> Path:
        """Where the bytes of `digest` lie (whether or not they are there)."""
        return self.root / name_of(digest)

    def holds(self, digest: str) -> bool:
        return self.path(digest).is_file()

    def put(self, data: bytes) -> str:
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
        place = self.path(digest)
        place.parent.mkdir(parents=True, exist_ok=True)
        if partial.stat().st_dev != place.parent.stat().st_dev:
            partial = _carried_over(partial, place.parent)
        partial.replace(place)
        folder = os.open(place.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def read(self, digest: str) -> bytes:
        return self.path(digest).read_bytes()

    def open(self, digest: str) -> BinaryIO:
        return self.path(digest).open("rb")

    def remove(self, digest: str) -> None:
        self.path(digest).unlink(missing_ok=True)

    def digests(self) -> Iterator[str]:
        for place in sorted(self.root.glob("[0-9a-f][0-9a-f]/*")):
            if len(place.name) == 62 and set(place.name) <= set("0123456789abcdef"):
                yield place.parent.name + place.name

    def below(self, name: str) -> "Folder":
        return Folder(self.root / name)


def _carried_over(partial: Path, folder: Path) -> Path:
    """A file of another disk, as a fsynced one in `folder`: from one disk to another nothing can be renamed."""
    with partial.open("rb") as source, tempfile.NamedTemporaryFile(dir=folder, delete=False) as copy:
        try:
            shutil.copyfileobj(source, copy, 1024 * 1024)
            copy.flush()
            os.fsync(copy.fileno())
        except OSError:
            Path(copy.name).unlink()  # a full disk keeps no halves
            raise
    partial.unlink()
    return Path(copy.name)


class Bucket:
    """Files as objects `prefix/ab/cdef…` of a bucket; an object is durable once the store has answered."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        options = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        if not parts.netloc or not options.get("endpoint"):
            raise ValueError(f"an S3 address is s3://BUCKET/PREFIX?endpoint=URL&region=NAME, not {address!r}")
        self.address = address
        self.name, self.prefix = parts.netloc, parts.path.strip("/")
        self.endpoint, self.region = options["endpoint"], options.get("region", "us-east-1")
        self._client: S3Store | None = None

    @property
    def client(self) -> "S3Store":
        """The connection, made when first needed: not before a process has forked."""
        if self._client is None:
            from obstore.store import S3Store

            self._client = S3Store(
                self.name,
                prefix=self.prefix or None,
                endpoint=self.endpoint,
                region=self.region,
                virtual_hosted_style_request=False,
                client_options={"allow_http": self.endpoint.startswith("http:"), "timeout": PATIENCE},
                retry_config={"max_retries": 4, "retry_timeout": PATIENCE},
            )
        return self._client

    def holds(self, digest: str) -> bool:
        return self.size(name_of(digest)) is not None

    def put(self, data: bytes) -> str:
        digest = hashlib.sha256(data).hexdigest()
        if not self.holds(digest):
            self.write(name_of(digest), data)
        return digest

    def adopt(self, partial: Path, digest: str) -> None:
        self.put_file(name_of(digest), partial)
        partial.unlink()

    def read(self, digest: str) -> bytes:
        data = self.read_object(name_of(digest))
        if hashlib.sha256(data).hexdigest() != digest:
            raise StoreSilent(f"{self.endpoint} gave other bytes than were put for {digest}")
        return data

    def open(self, digest: str) -> BinaryIO:
        return self.open_object(name_of(digest))

    def remove(self, digest: str) -> None:
        self.remove_object(name_of(digest))

    def digests(self) -> Iterator[str]:
        for name, _size, _when in self.objects(""):
            digest = name.replace("/", "")
            if len(digest) == 64 and set(digest) <= set("0123456789abcdef"):
                yield digest

    def below(self, name: str) -> "Bucket":
        parts = urlsplit(self.address)
        return Bucket(parts._replace(path=f"{parts.path.rstrip('/')}/{name}").geturl())

    # objects by their name: what is not whole yet has no hash to lie under

    def write(self, name: str, data: bytes) -> None:
        """Put an object, over one that is there."""
        with self.answering() as s3:
            s3.put(self.client, name, data)

    def put_file(self, name: str, file: Path) -> None:
        """Put a file as an object, in pieces: it need not fit into memory."""
        with self.answering() as s3:
            s3.put(self.client, name, file)

    def open_object(self, name: str) -> BinaryIO:
        """An object as a file to read from beginning to end. Raises FileNotFoundError where there is none."""
        with self.answering() as s3:
            return io.BufferedReader(_ObjectFile(self, s3.open_reader(self.client, name)), 1024 * 1024)

    def read_object(self, name: str) -> bytes:
        """An object's bytes. Raises FileNotFoundError where there is none."""
        with self.answering() as s3:
            return bytes(s3.get(self.client, name).bytes())

    def size(self, name: str) -> int | None:
        """How long an object is; None where there is none."""
        try:
            with self.answering() as s3:
                return s3.head(self.client, name)["size"]
        except FileNotFoundError:
            return None

    def objects(self, prefix: str) -> list[tuple[str, int, float]]:
        """Name, size and time (seconds since 1970) of every object below the folder `prefix`, in the order of names."""
        with self.answering() as s3:
            listing = s3.list(self.client, prefix or None).collect()
        return sorted((each["path"], each["size"], each["last_modified"].timestamp()) for each in listing)

    def remove_object(self, name: str) -> None:
        """Take an object away; one that is gone already is no fault."""
        with suppress(FileNotFoundError), self.answering() as s3:
            s3.delete(self.client, name)

    @contextmanager
    def answering(self) -> Iterator[Any]:
        """Its client; a store that does not answer is said in one way."""
        import obstore
        from obstore.exceptions import BaseError

        try:
            yield obstore
        except FileNotFoundError:
            raise
        except BaseError as error:
            raise StoreSilent(f"{self.endpoint}: {str(error).partition(chr(10))[0][:300]}") from None


class _ObjectFile(io.RawIOBase):
    """An object of a bucket as a file that is read."""

    def __init__(self, bucket: Bucket, reader: Any) -> None:
        self.bucket, self.reader = bucket, reader

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        with self.bucket.answering():
            data = bytes(self.reader.read(len(buffer)))
        buffer[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        return self.reader.seek(offset, whence)

    def tell(self) -> int:
        return self.reader.tell()
