"""Three thousand inputs that nobody means, at every door: none is answered with a traceback. `make bench` tries a hundred thousand."""

from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from reports.faults import WordFault
from reports.word.reading import read_docx
from surveys.planning.imports import tables
from tests.house.access_table import opened
from tests.house.fuzz import tracebacks
from tests.house.fuzz_files import samples


def test_no_door_answers_with_a_traceback(sqlite_pattern: Path, tmp_path: Path) -> None:
    inputs = {"pure_inputs": 2000, "form_inputs": 60, "file_inputs": 240, "sync_inputs": 300, "page_inputs": 400}
    lines = tracebacks(opened(sqlite_pattern, tmp_path / "instance"), 20231, **inputs, upload_inputs=24)
    assert not lines, "\n".join(lines[:20])


@pytest.mark.parametrize("spoil", ["header", "version", "place"])
def test_a_damaged_archive_is_said_to_be_one(spoil: str) -> None:
    for name, read, said in (
        ("list.xlsx", lambda data: tables.read_sheet(data, "list.xlsx"), tables.Unreadable),
        ("report.docx", read_docx, WordFault),
    ):
        data = bytearray(samples()[name])
        with ZipFile(BytesIO(bytes(data))) as archive:
            at = archive.infolist()[0].header_offset
            directory = archive.start_dir
        if spoil == "header":
            for member in ZipFile(BytesIO(bytes(data))).infolist():
                data[member.header_offset] = 0
        elif spoil == "version":
            data[directory + 6] = 174  # of ZIP 17.4
        else:
            del data[at + 5 : at + 9]  # every member lies elsewhere than the table of contents says
        with pytest.raises(said):
            read(bytes(data))
