"""Spreadsheets in and out, on real files of each kind."""

import csv
import io
import zipfile

import openpyxl
import pytest

from surveys.planning.imports.tables import MOST_ROWS, Unreadable, guarded, half_width, read_sheet, write_table

HEADS = ["企业名称", "人数", "备注"]
ROWS = [["示例甲有限公司", 12, "=1+1"], ["示例乙有限公司", -3, "+86"], ["示例丙有限公司", None, "@SUM"]]


def test_what_is_written_is_read_again_as_xlsx() -> None:
    data, media_type = write_table("xlsx", HEADS, ROWS, title="名单/一")
    assert media_type.endswith("sheet")
    sheet = read_sheet(data, "a.xlsx")
    assert sheet.name == "名单一"
    assert [[cell.text for cell in cells] for _, cells in sheet.rows] == [
        HEADS,
        ["示例甲有限公司", "12", "=1+1"],
        ["示例乙有限公司", "-3", "+86"],
        ["示例丙有限公司", "", "@SUM"],
    ]


def test_no_cell_of_an_xlsx_is_a_formula() -> None:
    data, _ = write_table("xlsx", HEADS, ROWS)
    sheet = openpyxl.load_workbook(io.BytesIO(data)).worksheets[0]
    assert {cell.data_type for row in sheet for cell in row} <= {"s", "n"}


def test_a_csv_guards_formulas_and_leaves_numbers() -> None:
    data, _ = write_table("csv", HEADS, ROWS)
    assert data.startswith(b"\xef\xbb\xbf")
    assert "示例甲有限公司,12,'=1+1\r\n示例乙有限公司,-3,+86\r\n示例丙有限公司,,'@SUM" in data.decode("utf-8-sig")


@pytest.mark.parametrize("before", ["", " ", "\u3000", "\xa0", "\t", "\r\n", "\ufeff", "\u200b \u2060"])
@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "＝", "＋", "－", "＠"])
def test_a_csv_guards_formulas_behind_blanks_and_in_full_width(before: str, sign: str) -> None:
    for text in (f"{before}{sign}cmd|' /C calc'!A0", f"{before}{sign}SUM(A1)"):
        assert guarded(text).startswith("'")
        data, _ = write_table("csv", [text], [[text]])
        assert list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""))) == [["'" + text]] * 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("mark", [",", "\t", ";"])
def test_csv_in_every_encoding_offices_use(encoding: str, mark: str) -> None:
    data = f"企业名称{mark}所在区\n\n示例甲{mark}“荔湾区”\n".encode(encoding)
    sheet = read_sheet(data, "名单.csv")
    assert [(number, [cell.text for cell in cells]) for number, cells in sheet.rows] == [
        (1, ["企业名称", "所在区"]),
        (3, ["示例甲", "“荔湾区”"]),
    ]


def test_numbers_and_dates_read_as_people_see_them() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    from datetime import date

    sheet.append([12.0, 12.5, date(2023, 7, 1), 914401061234567882, True, "  两头空 "])
    out = io.BytesIO()
    book.save(out)
    (_, cells) = read_sheet(out.getvalue(), "a.xlsx").rows[0]
    assert [cell.text for cell in cells[:3]] == ["12", "12.5", "2023-07-01"]
    assert [cell.kind for cell in cells] == ["number", "number", "date", "long", "bool", "text"]
    assert cells[5].text == "两头空"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        pytest.param(b"", "empty", id="nothing"),
        pytest.param(b"\x00\x01\x02\x03" * 50, "not_a_table", id="neither text nor a workbook"),
        pytest.param(b"PK\x03\x04garbage", "not_a_table", id="a torn archive"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "not_a_table", id="an old Word file"),
    ],
)
def test_what_is_no_table(data: bytes, reason: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_sheet(data, "名单.xlsx")
    assert refused.value.reason == reason


def archive_of(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "what"),
    [
        pytest.param(b"\x89PNG\r\n\x1a\n\x00\x00", "图片", id="a picture"),
        pytest.param(b"%PDF-1.7\n", "PDF 文件", id="a PDF"),
        pytest.param(archive_of("[Content_Types].xml", "word/document.xml"), "Word 文档", id="a .docx"),
        pytest.param(archive_of("[Content_Types].xml", "ppt/presentation.xml"), "演示文稿", id="slides"),
        pytest.param(archive_of("名单.csv"), "压缩包", id="a list in an archive"),
        pytest.param(b"Rar!\x1a\x07\x00", "压缩包", id="another archive"),
        pytest.param(b"\n<!DOCTYPE html><table>", "网页", id="a web page saved as .xls"),
    ],
)
def test_another_kind_of_file_is_named(data: bytes, what: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_sheet(data, "名单.xlsx")
    assert (refused.value.reason, refused.value.what[0]) == ("other_file", what)


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"\x00" * 20_000_000)
    with pytest.raises(Unreadable) as refused:
        read_sheet(out.getvalue(), "名单.xlsx")
    assert refused.value.reason == "too_large"


def test_too_many_rows() -> None:
    with pytest.raises(Unreadable) as refused:
        read_sheet(b"a,b\n" * (MOST_ROWS + 1), "名单.csv")
    assert refused.value.reason == "too_many_rows"


def test_half_width() -> None:
    assert half_width("１２６　人（含）") == "126 人（含）"
