"""Looks at a .docx from outside before anything of it is unpacked, and opens it. Touches nothing but the bytes.

Raises  WordFault for what is no .docx, has macros, is encrypted, or unpacks to more than a report can be.
"""

import io
import zipfile
from collections.abc import Sequence
from typing import Any

from reports.faults import WordFault
from reports.word.faults import NO_ZIP, OTHER_ZIP, FileFaultKind

LARGEST = 20 * 1024 * 1024  # bytes as sent
UNPACKED = 120 * 1024 * 1024  # bytes of all members together
RATIO = 200  # a member that unpacks to more than this many times its size is no text
MOST_MEMBERS = 2000


def open_docx(data: bytes) -> Any:
    """The document (python-docx), once the file has been looked at from outside."""
    _look_at(data)
    from docx import Document

    try:
        return Document(io.BytesIO(data))
    except Exception as problem:  # python-docx raises whatever its parser meets
        raise WordFault(FileFaultKind.UNREADABLE) from problem


def _look_at(data: bytes) -> None:
    if len(data) > LARGEST:
        raise WordFault(FileFaultKind.TOO_LARGE, size=len(data) // 2**20, limit=LARGEST // 2**20)
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise WordFault(FileFaultKind.OLD_OR_LOCKED)
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        members = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as problem:
        raise WordFault(FileFaultKind.NOT_DOCX, what=NO_ZIP) from problem
    _check_members(archive, members)


def _check_members(archive: zipfile.ZipFile, members: Sequence[zipfile.ZipInfo]) -> None:
    names = {member.filename for member in members}
    if "[Content_Types].xml" not in names or not any(name.startswith("word/") for name in names):
        raise WordFault(FileFaultKind.NOT_DOCX, what=OTHER_ZIP)
    swollen_members = [m for m in members if m.file_size > 1_000_000 and m.file_size > RATIO * max(m.compress_size, 1)]
    if len(members) > MOST_MEMBERS or sum(m.file_size for m in members) > UNPACKED or swollen_members:
        raise WordFault(FileFaultKind.UNPACKS_TOO_LARGE, limit=UNPACKED // 2**20)
    try:
        types = archive.read("[Content_Types].xml")
    except Exception as problem:  # a damaged archive fails in many ways
        raise WordFault(FileFaultKind.UNREADABLE) from problem
    if b"macroEnabled" in types or any(name.lower().endswith(("vbaproject.bin", "vbadata.xml")) for name in names):
        raise WordFault(FileFaultKind.MACROS)
