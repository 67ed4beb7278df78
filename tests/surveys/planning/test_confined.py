"""Files made to break who reads them: each has its answer in seconds, with place, cause and remedy, and nothing else suffers."""

import resource
import time

import pytest

from reports.faults import WordFault
from reports.word.reading import read_docx
from surveys.confined import Overrun, confined
from surveys.fieldwork.filling.uploads import RefusedUpload, read_upload
from surveys.planning.forms.form_reading import read_form
from surveys.planning.imports.imports import read_rows
from surveys.planning.imports.subject_imports import FIELDS
from surveys.planning.imports.tables import Unreadable, read_sheet
from tests.surveys.planning import bomb_files

SECONDS = 60.0
TABLES = {
    "a cell in the last corner": (lambda: bomb_files.xlsx(bomb_files.FAR), "XFD1048576"),
    "the same, spelt otherwise": (lambda: bomb_files.xlsx(bomb_files.FAR_BY_ANOTHER_SPELLING), "新建"),
    "a million empty rows": (lambda: bomb_files.xlsx(bomb_files.EMPTY_ROWS), ""),
    "16,384 columns": (lambda: bomb_files.xlsx(bomb_files.WIDE), ""),
    "nested": (lambda: bomb_files.xlsx(bomb_files.nested(50_000)), ""),
    "entities": (lambda: bomb_files.xlsx(whole=bomb_files.ENTITIES), ""),
    "a bomb": (lambda: bomb_files.archive(**{"xl/workbook.xml": bytes(400_000_000)}), "展开后过大"),
    "ods that repeats": (bomb_files.ods, ""),
}


def own_memory() -> int:
    """The most memory this process ever had, in KB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


@pytest.mark.parametrize("name", TABLES)
def test_a_list(name: str) -> None:
    make, said = TABLES[name]
    data, before, began = make(), own_memory(), time.monotonic()
    preview = read_rows(data, "名单.xlsx", FIELDS)
    assert time.monotonic() - began < SECONDS
    assert own_memory() - before < 200_000
    assert preview.faults
    words = "".join(fault.cause("zh-CN") + fault.remedy("zh-CN") for fault in preview.faults)
    assert said in words
    assert all(fault.remedy("zh-CN") for fault in preview.faults)


@pytest.mark.parametrize("name", TABLES)
def test_a_form(name: str) -> None:
    data, before, began = TABLES[name][0](), own_memory(), time.monotonic()
    reading = read_form(data, name="问卷.xlsx")
    assert time.monotonic() - began < SECONDS
    assert own_memory() - before < 200_000
    assert reading.package is None
    assert all(fault.cause("zh-CN") and fault.remedy("zh-CN") for fault in reading.faults)
    assert reading.faults


WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
DOCUMENT = f'<w:document xmlns:w="{WORD}"><w:body>%s</w:body></w:document>'


@pytest.mark.parametrize(
    "document",
    [
        bomb_files.HEAD + DOCUMENT % bomb_files.nested(50_000),
        bomb_files.entities(DOCUMENT % "<w:p><w:r><w:t>%s</w:t></w:r></w:p>"),
        bomb_files.HEAD + DOCUMENT % ("<w:p/>" * 3_000_000),
        bomb_files.HEAD + DOCUMENT % ("<w:tbl>" * 300 + "</w:tbl>" * 300),
    ],
    ids=["nested", "entities", "three million paragraphs", "tables in tables"],
)
def test_a_word_file(document: str) -> None:
    began, before = time.monotonic(), own_memory()
    with pytest.raises((WordFault, Overrun)) as raised:
        confined(read_docx, bomb_files.docx(document))
    assert raised.value.cause("zh-CN")
    assert raised.value.remedy("zh-CN")
    assert time.monotonic() - began < SECONDS
    assert own_memory() - before < 200_000


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (bomb_files.png(9_000, 9_000), "photo"),
        (bomb_files.png(60_000, 60_000), "photo"),
        (bomb_files.archive(**{"[Content_Types].xml": bytes(50_000_000)}), "file"),
    ],
    ids=["81 megapixels", "3.6 gigapixels", "an archive"],
)
def test_a_picture_or_document(data: bytes, kind: str) -> None:
    with pytest.raises(RefusedUpload):
        read_upload(data, kind)


@pytest.mark.parametrize(
    ("function", "reason"), [("takes_memory", "memory"), ("takes_time", "time"), ("dies", "memory")]
)
def test_what_takes_too_much_is_ended(function: str, reason: str) -> None:
    with pytest.raises(Overrun) as raised:
        confined(getattr(bomb_files, function), seconds=2)
    assert raised.value.reason == reason


def test_what_is_raised_there_is_raised_here() -> None:
    with pytest.raises(Unreadable) as raised:
        confined(read_sheet, b"%PDF-1.7 ", "a.xlsx")
    assert (raised.value.reason, raised.value.what[0]) == ("other_file", "PDF 文件")
