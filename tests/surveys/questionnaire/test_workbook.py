"""Files that are no questionnaire: each ends as one fault with its cause and remedy, never as a traceback or a long wait."""

import io
import re
import time
import zipfile

import pytest

from surveys.questionnaire.package.check import check_files
from surveys.questionnaire.package.package import package_bytes, package_hash
from surveys.questionnaire.package.reader import read_workbook
from tests.surveys.questionnaire.model_form import SAMPLES, WORKBOOK, package
from tests.surveys.questionnaire.other_formats import as_csv, as_xls, as_zip, supporting_book
from tests.surveys.questionnaire.workbooks import with_parts, workbook

GOOD = workbook({"survey": [["type", "name", "label"], ["text", "a", "甲"]]})
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512


def time_of(data: bytes) -> float:
    start = time.process_time()
    read_workbook(data)
    return time.process_time() - start


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
        pytest.param(b"", "empty_file", id="empty"),
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
    assert time_of(data) < 10
    said = read_workbook(data, name="问卷.xlsx").faults[0].sentence("zh")
    assert not re.search(r"[A-Za-z]+(Error|Zip|Text)\b|[a-z]+ [a-z]+ [a-z]+", said)  # no word of a library


def archive(*parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for part in parts:
            made.writestr(part, "<x/>")
    return out.getvalue()


XML_TABLE = b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>'


@pytest.mark.parametrize(
    ("data", "what"),
    [
        pytest.param(archive("word/document.xml"), "Word 文档", id="Word"),
        pytest.param(archive("ppt/presentation.xml"), "演示文稿", id="slides"),
        pytest.param(archive("mimetype", "content.xml"), "OpenDocument 表格", id="OpenDocument"),
        pytest.param(archive("照片/1.jpg"), "压缩包", id="an archive"),
        pytest.param(OLE + "WordDocument".encode("utf-16-le"), "Word 文档", id="old Word"),
        pytest.param(b"%PDF-1.7", "PDF 文件", id="PDF"),
        pytest.param(b"\x89PNG\r\n\x1a\n", "图片", id="a picture"),
        pytest.param("<html><body><table><tr><td>企业</td></tr></table>".encode(), "网页", id="a web page"),
        pytest.param(b"\xef\xbb\xbf\r\n<!DOCTYPE html><p>", "网页", id="a web page with a mark"),
        pytest.param(XML_TABLE, "XML 电子表格 2003", id="XML"),
        pytest.param("企业名单\n番禺一厂\n".encode("gb18030"), "纯文本", id="text"),
    ],
)
def test_a_file_with_the_wrong_ending_is_told_by_what_it_is(data: bytes, what: str) -> None:
    [fault] = read_workbook(data, name="问卷.xlsx").faults
    assert fault.code == "other_file"
    assert fault.cause("zh").startswith(f"“问卷.xlsx”不是问卷表格，它的内容是{what}") or what in fault.cause("zh")
    assert fault.cause("en")
    assert "上传" in fault.remedy("zh")


def test_a_form_in_csv_is_read_under_any_ending() -> None:
    assert read_workbook("type,name,label\ntext,a,企业名称\n".encode(), name="问卷.xlsx").package is not None


def test_links_to_other_workbooks_are_found_in_every_format() -> None:
    """XLSX keeps them in parts of their own, the old format in a record; a CSV holds the formula itself."""
    sheets = {"survey": [["type", "name", "label"], ["text", "a", "甲"]]}
    linked = supporting_book(other="\\\x01清单.xls", sheets=["表一"])
    assert codes(as_xls(sheets, extra=linked), "form.xls") == ["workbook_links_outside"]
    assert read_workbook(as_xls(sheets, extra=supporting_book()), name="form.xls").package is not None  # its own sheets
    formula = "='C:\\名单\\[企业.xlsx]表一'!A1"
    for data in (
        as_csv({"survey": [["type", "name", "label"], ["text", "a", formula]]}),
        as_zip({"survey": [["type", "name", "label"], ["text", "a", formula]]}),
    ):
        assert "formula_without_value" in codes(data, "form.csv")


def test_macro_sheets_of_the_old_format_are_refused() -> None:
    sheets = {"survey": [["type", "name", "label"], ["text", "a", "甲"]], "宏1": [["x"]]}
    assert codes(as_xls(sheets, kinds={"宏1": 1}), "form.xls") == ["workbook_has_macros"]


def test_a_form_without_a_title_takes_the_name_of_its_file() -> None:
    data = workbook({"survey": [["type", "name", "label"], ["text", "a", "甲"]]}, title="")
    reading = read_workbook(data, name="番禺区企业走访.xlsx")
    assert reading.package is not None
    assert reading.package["title"] == "番禺区企业走访"
    assert [warning.code for warning in reading.warnings] == ["title_missing"]
    assert "番禺区企业走访" in reading.warnings[0].cause("zh")


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
    assert codes(workbook({"survey": rows})) == ["too_many_rows"]
    said = read_workbook(workbook({"survey": rows})).faults[0]
    assert "10000 行" in said.cause("zh")
    assert "10000" in said.cause("en")


def test_too_many_cells_are_refused_before_they_are_read() -> None:
    """Each cell takes its time, whatever is in it; how many there are is counted on the bytes."""
    begin = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    rows = b"".join(
        b'<row r="%d"><c r="A%d" t="n"><v>%d</v></c></row>' % (n, n, n * 7919 % 99991) for n in range(1, 310_000)
    )
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(GOOD)) as given, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for part in given.namelist():
            sheet = begin + rows + b"</sheetData></worksheet>"
            made.writestr(part, sheet if part == "xl/worksheets/sheet1.xml" else given.read(part))
    start = time.process_time()
    [fault] = read_workbook(out.getvalue()).faults
    assert fault.code == "workbook_too_large"
    assert "单元格" in fault.cause("zh")
    assert time.process_time() - start < 5


def test_an_empty_file_is_said_to_be_empty() -> None:
    [fault] = check_files([("问卷.xlsx", b"")])["errors"]
    assert fault["code"] == "empty_file"
    assert [fault["code"] for fault in check_files([("", b"")])["errors"]] == ["no_workbook"]


def test_blank_rows_above_the_column_names_are_passed_over() -> None:
    reading = read_workbook(workbook({"survey": [["", ""], ["type", "name", "label"], ["text", "a", "甲"]]}))
    assert reading.package is not None


def test_a_lone_cell_far_down_is_no_trouble() -> None:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(GOOD))
    book["survey"]["A1048576"] = "text"
    out = io.BytesIO()
    book.save(out)
    [fault] = read_workbook(out.getvalue()).faults
    assert (fault.code, fault.sheet) == ("rows_far_down", "survey")
    assert "以下还有内容" in fault.cause("zh")
    assert "0 行" not in fault.cause("zh").replace("100000 行", "")


def test_empty_rows_that_an_office_program_leaves_at_the_end_are_no_rows() -> None:
    import openpyxl
    from openpyxl.styles import Font

    book = openpyxl.load_workbook(io.BytesIO(GOOD))
    book["survey"]["A1048575"].font = Font(bold=True)
    book["survey"]["B1048576"] = "  "
    out = io.BytesIO()
    book.save(out)
    assert read_workbook(out.getvalue()).faults == []


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("0[1-7]*.xlsx")), ids=lambda path: path.stem)
def test_sample_is_read(path) -> None:
    reading = read_workbook(path.read_bytes(), name=path.name)
    assert reading.faults == []
    # A trace, a drawing and a film are shown without a way to answer them yet; position and photos are never required.
    told = [("shown_only", 3), ("shown_only", 5), ("shown_only", 7)] if path.stem.startswith("07") else []
    # What the position should be like has no effect either.
    told += [("feature_ignored", row) for row in (2, 2, 2, 4, 10) if told]
    assert sorted((fault.code, fault.row) for fault in reading.warnings) == sorted(told)
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
