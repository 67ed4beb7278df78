"""A form whose choices are very many: firms of an attached list, alone and by district, one and several of them; two languages."""

import csv
import io
import random
from collections.abc import Mapping
from typing import Any

from surveys.questionnaire.package.reader import read_workbook
from tests.surveys.questionnaire.workbooks import workbook

ZH, EN = "简体中文 (zh-CN)", "English (en)"
PLACES = ["番禺", "天河", "越秀", "海珠", "荔湾", "白云", "黄埔", "花都", "南沙", "增城"]
MARKS = ["宏达", "长行", "重华", "石化", "乐丰", "厦建", "都城", "绿源", "华南", "新材"]
TRADES = ["服饰", "电子", "机械", "物流", "食品", "贸易", "科技", "实业", "装备", "建设"]
KNOWN = [
    ("firm-a", "番禺宏达机械有限公司（示例）", "d0"),
    ("firm-b", "Nansha Tools 南沙工具厂", "d8"),
    ("firm-c", "重庆长行（集团）有限公司", "d3"),
]


def firms(number: int) -> list[tuple[str, str, str]]:
    """(code, name, district); the first three are the ones tests look for."""
    chance = random.Random(f"firms {number}")
    made = [
        (
            f"f{place}",
            f"{chance.choice(PLACES)}{chance.choice(MARKS)}{place}号{chance.choice(TRADES)}有限公司",
            f"d{place % 10}",
        )
        for place in range(number - len(KNOWN))
    ]
    return [*KNOWN, *made]


def firms_file(number: int) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["name", "label", "district"])
    writer.writerows(firms(number))
    return text.getvalue().encode()


def form(towns: int = 150) -> bytes:
    """The workbook: two pages; `towns` choices with labels in both languages."""
    header = ["type", "name", f"label::{ZH}", f"label::{EN}", "required", "choice_filter", "appearance"]
    survey = [
        header,
        ["begin group", "g_firm", "一、企业", "1 The firm", "", "", "field-list"],
        ["select_one_from_file firms.csv", "firm", "走访企业", "Firm", "yes", "", ""],
        ["select_one district", "district", "所在区", "District", "", "", ""],
        ["select_multiple_from_file firms.csv", "partners", "上下游企业", "Partners", "", "district = ${district}", "minimal"],
        ["text", "words", "说明", "Remark", "", "", ""],
        ["end group", "", "", "", "", "", ""],
        ["begin group", "g_town", "二、镇街", "2 Town", "", "", "field-list"],
        ["select_one town", "town", "所在镇街", "Town", "", "", "autocomplete"],
        ["end group", "", "", "", "", "", ""],
    ]  # fmt: skip
    choices = [["list_name", "name", f"label::{ZH}", f"label::{EN}"]]
    choices += [["district", f"d{place}", f"{name}区", f"District {place}"] for place, name in enumerate(PLACES)]
    choices += [["town", f"t{place}", f"第{place}街道", f"Town {place}"] for place in range(towns - 1)]
    choices.append(["town", "t-shiqi", "石碁镇", "Shiqi"])
    settings = [["form_title", "form_id", "default_language"], ["长名单问卷", "long_lists", ZH]]
    return workbook({"survey": survey, "choices": choices, "settings": settings})


def attached(number: int) -> Mapping[str, bytes]:
    return {"firms.csv": firms_file(number)}


def package(number: int) -> dict[str, Any]:
    reading = read_workbook(form(), name="long.xlsx", attached=attached(number))
    assert reading.package is not None, [fault.sentence("en") for fault in reading.faults]
    return reading.package
