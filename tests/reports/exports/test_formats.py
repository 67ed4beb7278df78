"""Rare characters, formulas, labels and missing codes survive every format: each file is read back by another library."""

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pyreadstat
import pytest
from flask import Flask

from reports.exports.columns import Column, Table
from reports.exports.dataset import Asked, Dataset
from reports.exports.files import write_file
from reports.exports.formats.geojson_files import geometry_of, write_geojson
from reports.exports.formats.sav_files import variable_names, write_sav_file
from reports.exports.formats.sav_format import Variable, write_sav
from reports.exports.rights import rights_of_command
from surveys.database import writing
from surveys.planning.campaigns.campaigns import Campaign
from tests.factories import planning
from tests.factories.reports import accepted_visit, city, package

RARE = "㛃𬭎精密制造（广州）有限公司"
FORMULA = '=HYPERLINK("http://x","点")'
LONG = "订单不足，𬭎" * 700  # 13,300 bytes


@pytest.fixture
def campaign(app: Flask) -> Any:
    with app.app_context():
        made = city(2)
        with writing():
            group = planning.GroupFactory(campaign_id=made.id, unit_code="440118")
            deputy = planning.DeputyFactory(unit_code="440118")
            more = {"ent_name": RARE, "diff_other": FORMULA, "visitor_remark": LONG, "diff_types": "land arrears"}
            accepted_visit(made, "440118", 3, group.id, deputy.id, **more)
        yield made


def _made(campaign: Campaign, kind: str, out: Path, key: str = "", edition: str = "internal") -> dict[str, int]:
    return write_file(Dataset(campaign, rights_of_command(campaign), Asked(edition)), kind, key, out)


def _read_sav(file: Path) -> tuple[Any, Any]:
    """Name → values, and what the file says of its variables."""
    return pyreadstat.read_sav(str(file), output_format="dict", user_missing=True)


@pytest.mark.both_databases
def test_csv(campaign: Campaign, tmp_path: Path) -> None:
    out = tmp_path / "visits.csv"
    assert _made(campaign, "csv", out) == {"visits": 7}
    data = out.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    row = next(row for row in rows if row["ent_name"] == RARE)
    assert row["diff_other"] == "'" + FORMULA
    assert row["visitor_remark"] == LONG
    assert row["diff_types"] == "land arrears"
    assert (row["diff_types/land"], row["diff_types/arrears"], row["diff_types/labour"]) == ("1", "1", "0")
    unanswered = next(row for row in rows if not row["law_issues"])
    assert unanswered["law_issues/check"] == ""


def test_xlsx(campaign: Campaign, tmp_path: Path) -> None:
    out = tmp_path / "tables.xlsx"
    counts = _made(campaign, "xlsx", out)
    book: Any = openpyxl.load_workbook(out)
    assert list(counts) == ["visits", "r_problem", "r_suggest", "findings", "events"]
    assert book.sheetnames[0] == "走访"
    assert "问题建议" in book.sheetnames
    heads, *rows = book["走访"].iter_rows()
    places = {cell.value: place for place, cell in enumerate(heads)}
    row = next(row for row in rows if row[places["ent_name"]].value == RARE)
    assert row[places["diff_other"]].value == FORMULA
    assert row[places["diff_other"]].data_type == "s"  # text, no formula
    assert row[places["visitor_remark"]].value == LONG
    assert row[places["staff_now"]].value == 23


def test_sav(campaign: Campaign, tmp_path: Path) -> None:
    out = tmp_path / "visits.sav"
    assert _made(campaign, "sav", out) == {"visits": 7}
    values, meta = _read_sav(out)
    assert meta.number_rows == 7
    assert meta.file_encoding == "UTF-8"
    at = values["ent_name"].index(RARE)
    assert values["visitor_remark"][at] == LONG
    assert values["diff_other"][at] == FORMULA
    assert values["staff_now"][at] == 23.0
    assert values["diff_types.land"][at] == 1.0
    assert meta.column_names_to_labels["staff_now"].startswith("目前从业人员")
    assert meta.variable_value_labels["control"]["private"] == "私人控股"
    assert meta.variable_value_labels["svc_sat"][5.0] == "非常满意"
    assert meta.variable_measure["svc_sat"] == "ordinal"
    assert meta.variable_measure["staff_now"] == "scale"
    assert meta.variable_measure["ent_name"] == "nominal"
    assert meta.missing_ranges["staff_now"] == [{"lo": -99999999.0, "hi": -99999999.0}]
    assert meta.missing_ranges["control"] == [{"lo": "*", "hi": "*"}]


def test_widths_are_bytes_and_long_texts_hold_together(tmp_path: Path) -> None:
    texts = ["", "㛃", "𬭎" * 2, "a" * 255, "b" * 256, "㛃𬭎" * 1000]
    columns = tuple(Column(f"t{place}", "text", {"zh-CN": "题"}) for place in range(len(texts)))
    table = Table("visits", {"zh-CN": "走访"}, columns)
    rows = [tuple(texts), tuple(reversed(texts)), ("",) * len(texts)]
    assert write_sav_file(tmp_path / "x.sav", table, rows, title="𬭎" * 40, language="zh") == 3
    values, _meta = _read_sav(tmp_path / "x.sav")
    assert [tuple(values[column.name][row] for column in columns) for row in range(3)] == rows


def test_numbers_of_an_spss_file(tmp_path: Path) -> None:
    numbers = [None, 0.0, 1.0, -99.0, 151.0, 152.0, -100.0, 0.1, 1e15, 123456.789]
    with (tmp_path / "n.sav").open("wb") as file:
        write_sav(file, [Variable("n", "数")], [[number] for number in numbers], count=len(numbers), title="")
    values, _meta = _read_sav(tmp_path / "n.sav")
    assert [None if value != value else value for value in values["n"]] == numbers


def test_names_that_spss_takes() -> None:
    heads = ["diff_types/fin", "diff_types.fin", "2nd", "with", "_x", "名称", "a-b ", "A.B"]
    columns = [Column(head, "text", {}) for head in heads]
    names = variable_names(columns)
    assert names == ["diff_types.fin", "diff_types.fin_2", "v_2nd", "v_with", "v__x", "名称", "a.b", "A.B_2"]


def test_geojson(tmp_path: Path) -> None:
    columns = (Column("visit", "key", {}), Column("place", "position", {}, type="geopoint"))
    rows = [("㛃𬭎", "23.13 113.26"), ("b", ""), ("c", "somewhere")]
    assert write_geojson(tmp_path / "x.geojson", Table("visits", {}, columns), rows) == 3
    features = json.loads((tmp_path / "x.geojson").read_text(encoding="utf-8"))["features"]
    assert features[0]["geometry"] == {"type": "Point", "coordinates": [113.26, 23.13]}
    assert features[0]["properties"] == {"visit": "㛃𬭎", "question": "place"}
    assert [one["geometry"] for one in features[1:]] == [None, None]


def test_lines_and_areas() -> None:
    corners = "1 2;3 4;5 6"
    assert geometry_of("geotrace", corners) == {"type": "LineString", "coordinates": [[2, 1], [4, 3], [6, 5]]}
    assert geometry_of("geoshape", corners) == {
        "type": "Polygon",
        "coordinates": [[[2, 1], [4, 3], [6, 5], [2, 1]]],
    }
    assert geometry_of("geotrace", "1 2") == {"type": "Point", "coordinates": [2, 1]}
    assert geometry_of("geoshape", "1 2;3 4;1 2") == {"type": "LineString", "coordinates": [[2, 1], [4, 3], [2, 1]]}
    assert geometry_of("geopoint", "91 2") is None


def test_codebook_says_every_question_in_every_language(campaign: Campaign, tmp_path: Path) -> None:
    _made(campaign, "codebook", tmp_path / "codebook.xlsx")
    book: Any = openpyxl.load_workbook(tmp_path / "codebook.xlsx")
    heads, *rows = book["字段"].iter_rows(values_only=True)
    by_name = {row[1]: dict(zip(heads, row, strict=True)) for row in rows if row[0] == "走访"}
    assert by_name["staff_now"]["en"].startswith("Staff now")
    assert by_name["staff_now"]["指标"] == "sum"
    assert by_name["staff_now"]["公开等级"] == "L1"
    assert by_name["visit_outcome"]["含义"] == "outcome"
    # What was answered to it leaves with nobody here; what was asked is no secret.
    assert (by_name["contact_name"]["公开等级"], by_name["contact_name"]["本次导出"]) == ("L3", "无")
    assert by_name["staff_now"]["本次导出"] == "有"
    asked = {row["path"] for row in package()["defs"] if row["kind"] == "field" and row["type"] != "note"}
    assert asked <= {row[4] for row in rows}
    choices = {row[1:4] for row in book["选项"].iter_rows(values_only=True)}
    assert ("control", "private", "私人控股") in choices


@pytest.mark.parametrize("edition", ["outgoing", "internal"])
def test_codebook_of_either_edition_has_every_question(campaign: Campaign, tmp_path: Path, edition: str) -> None:
    _made(campaign, "codebook", tmp_path / "codebook.xlsx", edition=edition)
    book: Any = openpyxl.load_workbook(tmp_path / "codebook.xlsx")
    held = {row[1]: row[12] for row in book["字段"].iter_rows(values_only=True)}
    assert held["contact_phone"] == "无"
    assert held["subject_name"] == ("有" if edition == "internal" else "无")


def test_codebook_in_english_is_english(campaign: Campaign, tmp_path: Path) -> None:
    out = tmp_path / "codebook.xlsx"
    write_file(Dataset(campaign, rights_of_command(campaign), Asked("internal")), "codebook", "", out, language="en")
    book: Any = openpyxl.load_workbook(out)
    assert book.sheetnames == ["Columns", "Choices", "Notes"]
    heads, *choices = book["Choices"].iter_rows(values_only=True)
    assert heads == ("Table", "Column", "Code", "Choice", "zh-CN", "en")
    assert {row[0] for row in choices} >= {"Visits", "Findings", "Events"}
    assert ("Findings", "category", "01", "Finance", "融资", "Finance") in choices
    assert ("Visits", "control", "private", "Private", "私人控股", "Private") in choices


@pytest.mark.both_databases
def test_everything_in_one_archive_with_its_hashes(campaign: Campaign, tmp_path: Path) -> None:
    from hashlib import sha256

    counts = _made(campaign, "all", tmp_path / "all.zip")
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        manifest = json.loads(archive.read("manifest.json"))
        for entry in manifest["files"]:
            assert sha256(archive.read(entry["name"])).hexdigest() == entry["sha256"]
        names = {entry["name"] for entry in manifest["files"]}
        assert RARE in archive.read("visits.csv").decode()
    assert {"visits.csv", "visits.sav", "findings.csv", "tables.xlsx", "codebook.xlsx"} <= names
    assert manifest["rows"] == counts
