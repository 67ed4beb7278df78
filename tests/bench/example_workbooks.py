"""The converter's own example workbooks, fetched for the benchmark: some are forms, some were made to be refused.

`folder()` downloads them (BSD 2-clause, hash-pinned); `read_all()` reads each with the files it asks for and needs no network.
"""

import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from surveys.questionnaire.package.reader import Reading, read_workbook
from surveys.questionnaire.sheets.file_faults import FileFaultKind

PIN = Path(__file__).parent / "anchors/example-workbooks.txt"
FORMS = (".xls", ".xlsx", ".csv")
_SOUND = b"ID3" + bytes(40)
# What stands for a picture or a sound that the examples name and do not carry: files are known by their first bytes.
_STAND_INS = {
    ".png": b"\x89PNG\r\n\x1a\n" + bytes(40),
    ".jpg": b"\xff\xd8\xff\xe0" + bytes(40),
    ".mp3": _SOUND,
    ".wav": _SOUND,
}


@dataclass(slots=True)
class Examples:
    """What became of the workbooks: packages by file name, the refused with their faults, and what broke the reader."""

    packages: dict[str, dict[str, Any]] = field(default_factory=dict)
    refused: dict[str, list[str]] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)


def folder(place: Path) -> Path:
    """The workbooks under `place`, downloaded and unpacked."""
    with tempfile.TemporaryDirectory(prefix="diaoyan-examples-") as wheels:
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q", "download", "--no-deps"]
        subprocess.run([*pip, "--require-hashes", "-r", str(PIN), "-d", wheels], check=True)
        for wheel in Path(wheels).glob("*.whl"):
            with zipfile.ZipFile(wheel) as packed:
                packed.extractall(place, [name for name in packed.namelist() if "example_xls/" in name])
    return place


def read_all(place: Path) -> Examples:
    """Each workbook read; one that is refused has a fault with a cause in both languages, or counts as broken."""
    found = Examples()
    for path in sorted(path for path in place.rglob("*") if path.suffix in FORMS):
        name = f"{path.parent.name}/{path.name}"
        try:
            reading = _read(path)
            told = [f"{fault.place('en')}: {fault.cause('en')} | {fault.cause('zh')}" for fault in reading.faults]
        except Exception as problem:  # whatever comes out of the reader is what is looked for
            found.broken.append(f"{name}: {problem!r}")
            continue
        if reading.package is not None:
            found.packages[name] = reading.package
        elif told:
            found.refused[name] = told
        else:
            found.broken.append(f"{name}: neither read nor refused")
    return found


def _read(path: Path) -> Reading:
    """Read once to hear which files the form asks for, and again with them: those beside it, else a stand-in."""
    data = path.read_bytes()
    missing = [
        fault.values["file"]
        for fault in read_workbook(data, name=path.name, media=True).faults
        if fault.kind is FileFaultKind.ATTACHMENT_MISSING
    ]
    attached = {name: found for name in missing if (found := _file(path.parent / name)) is not None}
    return read_workbook(data, name=path.name, media=True, attached=attached)


def _file(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else _STAND_INS.get(path.suffix)
