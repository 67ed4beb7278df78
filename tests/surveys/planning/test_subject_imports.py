"""A list out of an office's spreadsheet: what is understood, a fault per row, what the register says, what is written."""

import time

import pytest
from flask import Flask
from sqlalchemy import func, select

from surveys.database import db, writing
from surveys.files import Folder
from surveys.planning.campaigns.subjects import ListEntry, Subject
from surveys.planning.forms.questionnaire_versions import issue_questionnaire
from surveys.planning.imports.imports import Preview
from surveys.planning.imports.subject_imports import read_subjects
from surveys.planning.imports.subject_lists import check_subjects, commit_subjects
from surveys.planning.imports.tables import write_table
from surveys.planning.words.planning_faults import Refusal
from surveys.planning.words.uscc import ORGANISATION_WEIGHTS, check_character
from tests.factories.planning import guangzhou

HEADS = [
    "统一代码",
    "单位名称",
    "区",
    "镇/街",
    "行业大类",
    "人数",
    "上年营业收入（万元）",
    "规模",
    "名单类别",
    "重复安排理由",
    "备注",
]


def code(number: int) -> str:
    body = f"MA5{number:05d}"
    rest = 11 - sum(int(mark, 36) * weight for mark, weight in zip(body, ORGANISATION_WEIGHTS, strict=True)) % 11
    first = f"91440118{body}{'0123456789X0'[rest]}"
    return first + check_character(first)


def a_row(number: int, **changed: object) -> list[object]:
    row = dict(
        zip(
            HEADS,
            [code(number), f"广州示例{number}电子有限公司", "增城区", "新塘镇", "C39", 126, 3000, "", "", "", ""],
            strict=True,
        )
    )
    row.update(changed)
    return list(row.values())


def read(rows: list[list[object]], heads: list[str] | None = None, **more: object) -> Preview:
    data, _ = write_table("xlsx", heads or HEADS, rows)
    return read_subjects(data, "名单.xlsx", **more)  # type: ignore[arg-type]


@pytest.fixture
def campaign(app: Flask):
    with app.app_context():
        with writing():
            made = guangzhou()
        yield made


def test_a_row_is_understood(campaign: object) -> None:
    preview = read([a_row(1, 行业大类="计算机、通信和其他电子设备制造业", 人数="１２６", 名单类别="备选")])
    assert not preview.faults
    (row,) = preview.rows
    assert row.number == 2
    assert {
        key: row.values[key]
        for key in ("area_code", "section", "division", "staff", "revenue", "size_class", "reserve")
    } == {
        "area_code": "440118",
        "section": "C",
        "division": "39",
        "staff": 126,
        "revenue": "3000",
        "size_class": "small",
        "reserve": True,
    }
    assert row.originals["staff"] == "１２６"
    assert [(use.head, use.key) for use in preview.columns][-1] == ("备注", None)


def test_the_head_row_may_stand_below_a_title(campaign: object) -> None:
    title: list[object] = ["增城区民营企业名单"]
    preview = read([HEADS, a_row(1)], heads=[*map(str, title)])  # type: ignore[list-item]
    assert (preview.head_row, [row.number for row in preview.rows], preview.faults) == (2, [3], [])


@pytest.mark.parametrize(
    ("changed", "fault", "column", "repair"),
    [
        pytest.param({"统一代码": code(1)[:17] + ("0" if code(1)[17] != "0" else "1")}, "uscc_check", "统一代码", code(1), id="wrong check character"),
        pytest.param({"统一代码": code(1).replace("MA5", "MAS")}, "uscc_alphabet", "统一代码", code(1), id="S typed for 5"),
        pytest.param({"统一代码": "4401181234567"}, "uscc_length", "统一代码", None, id="an old registration number"),
        pytest.param({"区": "增成区"}, "choice_misspelt", "区", "增城区", id="a district misspelt"),
        pytest.param({"区": "火星"}, "choice_unknown", "区", None, id="no such district"),
        pytest.param({"行业大类": "Q99"}, "choice_unknown", "行业大类", None, id="no such division"),
        pytest.param({"单位名称": ""}, "value_missing", "单位名称", None, id="no name"),
        pytest.param({"人数": "约百人"}, "number_expected", "人数", None, id="a number in words"),
        pytest.param({"人数": -3}, "number_out_of_range", "人数", None, id="a count below zero"),
        pytest.param({"上年营业收入（万元）": "3000元"}, "number_expected", "上年营业收入（万元）", None, id="another unit"),
        pytest.param({"名单类别": "丙类"}, "choice_unknown", "名单类别", None, id="neither main nor reserve"),
    ],
)  # fmt: skip
def test_a_fault_says_its_row_and_column(
    campaign: object, changed: dict[str, object], fault: str, column: str, repair: str | None
) -> None:
    preview = read([a_row(7), a_row(1, **changed), a_row(8)])
    (found,) = preview.faults
    assert (found.code, found.row, found.column, found.repair) == (fault, 3, column, repair)
    assert all((found.cause("zh"), found.cause("en"), found.remedy("zh"), found.remedy("en")))
    assert "{" not in found.cause("zh") + found.cause("en") + found.remedy("zh") + found.remedy("en")
    assert [row.number for row in preview.good] == [2, 4]


def test_a_code_that_lost_its_digits(campaign: object) -> None:
    preview = read([a_row(1, 统一代码=914401061234567882)])
    assert [fault.code for fault in preview.faults] == ["uscc_lost_digits"]


def test_a_date_where_a_count_belongs(campaign: object) -> None:
    import io
    from datetime import date

    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEADS)
    sheet.append(a_row(1, 人数=date(2023, 7, 1)))
    out = io.BytesIO()
    book.save(out)
    (fault,) = read_subjects(out.getvalue(), "名单.xlsx").faults
    assert (fault.code, fault.column) == ("date_for_number", "人数")


def test_the_same_code_twice_in_one_file(campaign: object) -> None:
    preview = read([a_row(1), a_row(2), a_row(1, 单位名称="另一种写法")])
    (fault,) = preview.faults
    assert (fault.code, fault.row, fault.values["other"], fault.repair) == ("duplicate_in_file", 4, 2, "skip")
    assert not read([a_row(1), a_row(2), a_row(1)], skip=[4]).faults


def test_repairs_and_mapping_by_hand(campaign: object) -> None:
    wrong = read([a_row(1, 区="增成区")], repairs={(2, "district"): "增城区"})
    assert not wrong.faults
    assert wrong.rows[0].originals["district"] == "增成区"
    heads = ["甲", *HEADS[1:]]
    assert read([a_row(1)], heads=heads).rows[0].values["uscc"] is None
    assert read([a_row(1)], heads=heads, columns={0: "uscc"}).rows[0].values["uscc"] == code(1)


def test_wrong_columns(campaign: object) -> None:
    (fault,) = read([["a", "b"]], heads=["甲", "乙"]).faults
    assert (fault.code, fault.row) == ("heads_missing", None)
    (fault,) = read([["a", code(1)]], heads=["企业名称", "统一社会信用代码"]).faults
    (fault,) = read([["a", code(1)]], heads=["调研对象", "统一社会信用代码"]).faults
    assert (fault.code, fault.cause("zh")) == ("column_missing", "缺少“所在区”列。")
    (fault,) = read_subjects(b"\x89PNG\r\n\x00", "名单.xlsx").faults
    assert (fault.code, fault.cause("zh")) == ("other_file", "“名单.xlsx”的内容是图片，不是表格。")
    assert fault.cause("en") == "“名单.xlsx” holds a picture, no table."


def test_warnings_do_not_hold_a_row_up(campaign: object) -> None:
    preview = read([a_row(1, 统一代码=""), a_row(2, 规模="大型"), a_row(3, **{"上年营业收入（万元）": 9_000_000})])
    assert not preview.faults
    assert [(warning.code, warning.row) for warning in preview.warnings] == [
        ("uscc_missing", 2),
        ("size_differs", 3),
        ("revenue_per_head", 4),
    ]
    assert len(preview.good) == 3


@pytest.mark.both_databases
def test_the_list_is_written_main_places_first(app: Flask) -> None:
    with app.app_context():
        with writing():
            campaign = guangzhou()
        preview = read([a_row(1, 名单类别="备选"), a_row(2), a_row(3, 区="增成区"), a_row(4)])
        result = commit_subjects(preview, campaign, "440118")
        assert (result.added, result.known) == (3, 0)
        rows = db.session.execute(
            select(ListEntry.number, Subject.name, ListEntry.reserve)
            .join(Subject, Subject.id == ListEntry.subject_id)
            .order_by(ListEntry.number)
        )
        assert [tuple(row) for row in rows] == [
            (1, "广州示例2电子有限公司", False),
            (2, "广州示例4电子有限公司", False),
            (3, "广州示例1电子有限公司", True),
        ]


def test_what_the_register_says(campaign) -> None:
    commit_subjects(read([a_row(1), a_row(2)]), campaign, "440118")
    again = check_subjects(read([a_row(1), a_row(3)]), campaign, "440118")
    assert [(fault.code, fault.row) for fault in again.faults] == [("already_on_list", 2)]
    other = check_subjects(
        read([a_row(1, 单位名称="新名称"), a_row(2, 重复安排理由="市区两级各走访一次")]), campaign, "440105"
    )
    assert [(fault.code, fault.row) for fault in other.faults] == [("on_another_list", 2)]
    assert [warning.code for warning in other.warnings] == ["other_district", "name_differs", "other_district"]
    result = commit_subjects(other, campaign, "440105")
    assert (len(result.entries), result.added, result.known) == (1, 0, 1)
    assert db.session.scalar(select(func.count()).select_from(Subject)) == 2  # one subject, two visits
    assert result.entries[0].overlap_reason == "市区两级各走访一次"


def test_a_list_hangs_on_a_leaf_that_takes_part(campaign) -> None:
    for unit, kind in (("440100", "unit_not_a_leaf"), ("999999", "unit_unknown")):
        with pytest.raises(Refusal) as refused:
            commit_subjects(read([a_row(1)]), campaign, unit)
        assert refused.value.code == kind
    with pytest.raises(Refusal) as refused:
        commit_subjects(read([a_row(1, 区="增成区")]), campaign, "440118")
    assert refused.value.code == "nothing_to_import"


def test_twelve_hundred_rows_in_a_few_seconds(campaign) -> None:
    rows = [a_row(number) for number in range(1200)]
    begun = time.process_time()
    commit_subjects(read(rows), campaign, "440118")
    assert time.process_time() - begun < 6
    assert db.session.scalar(select(func.count()).select_from(ListEntry)) == 1200


def test_what_the_form_in_force_would_refuse(campaign, tmp_path) -> None:
    from reports.demonstration.stock import FOLDER

    workbook = FOLDER / "questionnaire" / "private-enterprises-2023.xlsx"
    issue = issue_questionnaire(campaign, workbook.read_bytes(), workbook.name, files=Folder(tmp_path))
    assert issue.version is not None
    long_name = "广州" + "示例" * 50 + "有限公司"
    rows = [a_row(1), a_row(2, 单位名称=long_name), a_row(3)]
    begun = time.process_time()
    preview = check_subjects(read(rows), campaign, "440118")
    assert [(fault.code, fault.row, fault.column) for fault in preview.faults] == [("form_refuses", 3, "单位名称")]
    assert time.process_time() - begun < 3
