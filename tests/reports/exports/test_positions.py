"""Where somebody stood and how to reach them: two decimals in any export, no telephone in a text that goes out, no file of nothing."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from reports.exports.contacts import holds_contact
from reports.exports.dataset import Asked, Dataset
from reports.exports.files import write_file
from reports.exports.outgoing import HIDDEN
from reports.exports.positions import coarse
from reports.exports.rights import rights_of_command
from surveys.database import writing
from surveys.fieldwork.visits.visits import Decision
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.forms.questionnaire_versions import Package, QuestionnaireVersion
from surveys.questionnaire.package.package import package_bytes, package_hash
from surveys.questionnaire.package.reader import read_workbook
from tests.factories import fieldwork, planning
from tests.factories.reports import START, content_of
from tests.surveys.questionnaire.workbooks import workbook

FORM = {
    "survey": [
        ("type", "name", "label", "calculation"),
        ("geopoint", "place", "在哪里", ""),
        ("calculate", "copy", "", "${place}"),
        ("text", "words", "情况", ""),
        ("calculate", "again", "", "${words}"),
    ],
    "diaoyan": [
        ("name", "path", "stable_id", "privacy"),
        ("place", "/place", "q1", "L0"),
        ("words", "/words", "q2", "L0"),
        ("again", "/again", "q3", "L0"),
    ],
}
FINE = "23.1290512 113.2644783 12.5 4"
NUMBER = "请打13802951234找我"


@pytest.fixture
def campaign(app: Flask) -> Any:
    """Twelve visits at two places, one more far away with a telephone in its words."""
    package = read_workbook(workbook(FORM), name="places.xlsx").package
    assert package is not None
    questionnaire = package_hash(package)
    with app.app_context():
        with writing() as session:
            made = planning.guangzhou()
            session.add(Package(hash=questionnaire, body=package_bytes(package), made_at=START))
            session.flush()
            known = {"package_hash": questionnaire, "media_hash": questionnaire}
            dates = {"uploaded_at": START, "published_at": START}
            session.add(
                QuestionnaireVersion(
                    campaign_id=made.id, number=1, file_name="places.xlsx", workbook="0" * 64, **known, **dates
                )
            )
            group = planning.GroupFactory(campaign_id=made.id, unit_code="440118")
            for number in range(1, 14):
                place = FINE if number < 7 else "22.5431 114.0579 0 0" if number < 13 else "31.2304 121.4737 0 0"
                words = "订单少了" if number < 13 else NUMBER
                given = {"/place": place, "/copy": place, "/words": words, "/again": words}
                subject = planning.SubjectFactory()
                visit = fieldwork.visit(
                    made.id,
                    unit_code="440118",
                    subject_id=subject.id,
                    group_id=group.id,
                    number=number,
                    made_at=START,
                )
                version = fieldwork.version(
                    visit, content_of(visit.id, given), package_hash=questionnaire, received_at=START
                )
                accepted = {"content": version.content, "verdict": "accept", "decided_at": START}
                session.add(Decision(visit_id=visit.id, number=1, **accepted))
        yield made


def _written(campaign: Campaign, kind: str, edition: str, folder: Path) -> str:
    out = folder / f"{kind}-{edition}"
    write_file(Dataset(campaign, rights_of_command(campaign), Asked(edition)), kind, "", out)
    return out.read_text(encoding="utf-8-sig")


def _rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_a_position_has_two_decimals_in_any_edition(campaign: Campaign, tmp_path: Path) -> None:
    inside = _rows(_written(campaign, "csv", "internal", tmp_path))
    assert {row["place"] for row in inside} == {"23.13 113.26", "22.54 114.06", "31.23 121.47"}
    assert [row["copy"] for row in inside] == [row["place"] for row in inside]
    features = json.loads(_written(campaign, "geojson", "internal", tmp_path))["features"]
    assert [113.26, 23.13] in [feature["geometry"]["coordinates"] for feature in features]
    for kind in ("csv", "geojson"):
        for edition in ("internal", "outgoing"):
            written = _written(campaign, kind, edition, tmp_path)
            assert "23.129" not in written
            assert "113.264" not in written


def test_a_place_of_too_few_is_withheld_outside(campaign: Campaign, tmp_path: Path) -> None:
    outside = [row["place"] for row in _rows(_written(campaign, "csv", "outgoing", tmp_path))]
    assert "31.23 121.47" not in outside
    assert HIDDEN in outside
    assert "23.13 113.26" in outside
    features = json.loads(_written(campaign, "geojson", "outgoing", tmp_path))["features"]
    assert len(features) == 13
    assert sum(feature["geometry"] is None for feature in features) == outside.count(HIDDEN)


def test_no_telephone_goes_out_in_a_text(campaign: Campaign, tmp_path: Path) -> None:
    rows = _rows(_written(campaign, "csv", "outgoing", tmp_path))
    assert sorted({row["words"] for row in rows}) == [HIDDEN, "订单少了"]
    assert sorted({row["again"] for row in rows}) == [HIDDEN, "订单少了"]
    assert NUMBER in {row["words"] for row in _rows(_written(campaign, "csv", "internal", tmp_path))}


@pytest.mark.parametrize(
    ("position", "left"),
    [
        ("23.125 -113.264 12.5 4", "23.13 -113.26"),
        ("23 113", "23.00 113.00"),
        ("1.001 2.001 0 0;1.002 2.002 0 0;3 4 0 0;", "1.00 2.00;3.00 4.00"),
        ("somewhere", ""),
        ("", ""),
    ],
)
def test_two_decimals(position: str, left: str) -> None:
    assert coarse(position) == left


@pytest.mark.parametrize(
    "text",
    [
        "找我13802951234",
        "手机 138 0295 1234",
        "１３８０２９５１２３４",
        "电话020-83123456",
        "（020）83123456",
        "座机：83123456",
        "热线400-830-1234",
        "写信到 wang@firm.example.cn",
        "微信号wang_12345",
        "QQ:12345678",
        "身份证11010519491231002X",
    ],
)
def test_a_way_to_reach_somebody_is_found(text: str) -> None:
    assert holds_contact(text)


@pytest.mark.parametrize(
    "text",
    [
        "拨打12345热线没人接",
        "用工1380人",
        "产值13802951234.50元",
        "2023-07-12至2023-08-12",
        "用微信和QQ接单",
        "0.1380295123",
    ],
)
def test_what_is_none_stays(text: str) -> None:
    assert not holds_contact(text)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--format", "media"), "没有您可以导出的照片、录音和文件"),
        (("--format", "geojson", "--set", "findings", "--edition", "internal"), "“问题建议”里没有您可以导出的位置"),
        (("--format", "geojson", "--set", "nowhere"), "没有数据表“nowhere”"),
        (("--format", "all", "--set", "findings"), "总是包括全部数据表"),
        (("--format", "media", "--set", "findings"), "总是包括全部数据表"),
    ],
)
def test_a_file_of_nothing_is_refused(
    app: Flask, campaign: Campaign, tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    out = tmp_path / "out"
    done = app.test_cli_runner().invoke(args=["data", "export", "1", "--out", str(out), *words])
    assert done.exit_code == 1
    assert said in done.stderr
    assert not out.exists()
