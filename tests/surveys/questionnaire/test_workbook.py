"""Files that are no questionnaire: each ends as one fault with its cause and remedy, never as a traceback or a long wait."""

import io
import re
import time
import zipfile

import pytest

from surveys.questionnaire.package import package_bytes, package_hash
from surveys.questionnaire.reader import read_workbook
from tests.surveys.questionnaire.model_form import SAMPLES, WORKBOOK, package
from tests.surveys.questionnaire.workbooks import with_parts, workbook

GOOD = workbook({"survey": [["type", "name", "label"], ["text", "a", "甲"]]})
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512


def codes(data: bytes, name: str = "form.xlsx") -> list[str]:
    start = time.process_time()
    reading = read_workbook(data, name=name)
    assert time.process_time() - start < 20
    assert reading.package is None
    return [fault.code for fault in reading.faults]


def test_a_good_one_is_read() -> None:
    reading = read_workbook(GOOD)
    assert reading.package is not None
    assert (reading.faults, reading.warnings) == ([], [])


@pytest.mark.parametrize(
    ("data", "code"),
    [
        pytest.param(b"", "not_a_form_csv", id="empty"),
        pytest.param(GOOD[: len(GOOD) // 2], "not_a_workbook", id="cut off"),
        pytest.param(OLE, "not_a_workbook", id="a broken XLS"),
        pytest.param(OLE + "_VBA_PROJECT".encode("utf-16-le"), "workbook_has_macros", id="macros in an XLS"),
        pytest.param(OLE + "EncryptedPackage".encode("utf-16-le"), "workbook_encrypted", id="with a password"),
        pytest.param(with_parts(GOOD, {"xl/vbaProject.bin": b"x"}), "workbook_has_macros", id="macros"),
        pytest.param(with_parts(GOOD, {"xl/externalLinks/externalLink1.xml": b"<x/>"}), "workbook_links_outside", id="links"),
        pytest.param(with_parts(GOOD, {"xl/media/a.bin": b"\0" * 70_000_000}), "workbook_too_large", id="unpacks to 70 MB"),
        pytest.param(with_parts(GOOD, {"xl/media/a.bin": b"\0" * 5_000_000}), "workbook_too_large", id="packed a thousandfold"),
        pytest.param(b"PK\x05\x06" + b"\0" * 18, "not_a_workbook", id="an empty archive"),
    ],
)  # fmt: skip
def test_refused_file(data: bytes, code: str) -> None:
    assert codes(data) == [code]
    said = read_workbook(data, name="问卷.xlsx").faults[0].sentence("zh")
    assert not re.search(r"[A-Za-z]+(Error|Zip|Text)\b|[a-z]+ [a-z]+ [a-z]+", said)  # no word of a library


def test_a_document_is_no_workbook() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    assert codes(out.getvalue(), "报告.docx") == ["not_a_workbook"]


def test_an_entity_bomb_is_no_workbook() -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "' + b"&a;" * 1000 + b'">]><x>&b;</x>'
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOOD)) as given, zipfile.ZipFile(out, "w") as made:
        for part in given.namelist():
            made.writestr(part, bomb if part == "xl/worksheets/sheet1.xml" else given.read(part))
    assert codes(out.getvalue())[0] in ("not_a_workbook", "column_missing", "no_questions")


def test_cells_that_say_nothing() -> None:
    """A formula without a stored result, an error value and a column named twice are told with their place."""
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(GOOD))
    sheet = book["survey"]
    sheet["D1"] = "hint"
    sheet["D2"] = '=CONCATENATE("a","b")'
    sheet["E1"] = "hint"
    out = io.BytesIO()
    book.save(out)
    reading = read_workbook(out.getvalue())
    assert {(fault.code, fault.row, fault.column) for fault in reading.faults} == {
        ("formula_without_value", 2, "hint"),
        ("column_duplicate", 1, "hint"),
    }


def test_too_many_rows() -> None:
    rows = [["type", "name", "label"], *(["note", f"n{number}", "x"] for number in range(10_050))]
    assert "too_many_rows" in codes(workbook({"survey": rows}))


def test_a_lone_cell_far_down_is_no_trouble() -> None:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(GOOD))
    book["survey"]["A1048576"] = "text"
    out = io.BytesIO()
    book.save(out)
    assert codes(out.getvalue())


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("0[1-7]*.xlsx")), ids=lambda path: path.stem)
def test_sample_is_read(path) -> None:
    reading = read_workbook(path.read_bytes(), name=path.name)
    assert reading.faults == []
    # A trace, a drawing and a film are shown without a way to answer them yet; position and photos are never required.
    told = [("shown_only", 3), ("shown_only", 5), ("shown_only", 7)] if path.stem.startswith("07") else []
    told = sorted([*told, *(("feature_ignored", row) for row in (2, 4, 10) if told)], key=lambda one: one[1])
    assert [(fault.code, fault.row) for fault in reading.warnings] == told
    assert reading.package is not None


def test_the_model_form_is_read_within_a_second_and_the_same_every_time() -> None:
    data = WORKBOOK.read_bytes()
    first = read_workbook(data)
    start = time.process_time()
    second = read_workbook(data)
    assert time.process_time() - start < 1
    assert first.package is not None
    assert second.package is not None
    assert package_bytes(first.package) == package_bytes(second.package)
    assert (first.faults, first.warnings) == ([], [])


def test_media_is_another_package_of_the_same_workbook() -> None:
    without, with_media = package(), package(media=True)
    assert package_hash(without) != package_hash(with_media)
    names = {definition["name"] for definition in with_media["defs"]} - {
        definition["name"] for definition in without["defs"]
    }
    assert names == {"visit_gps", "visit_photo", "visitor_sign"}
    assert len(with_media["facts"]["rows"]) - len(without["facts"]["rows"]) == 3


def test_chinese_quotation_marks_and_missing_translations_stay() -> None:
    """pyxform straightens quotes and writes “-” for a translation that is not there; people read neither."""
    reading = read_workbook((SAMPLES / "03-cascading-choice-filter.xlsx").read_bytes())
    assert reading.package is not None
    texts = reading.package["itext"]["zh-CN"].values()
    assert "“区属园区”在该区任一镇街都出现" in texts
    languages = read_workbook((SAMPLES / "05-multi-language.xlsx").read_bytes()).package
    assert languages is not None
    assert [language["code"] for language in languages["languages"]] == ["zh-CN", "zh-Hant", "en"]
    assert "-" not in languages["itext"]["en"].values()
