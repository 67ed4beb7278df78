"""Answers as people read them: a time without its seconds, a place in words, an order with its places, entries within entries."""

import pytest

from surveys.questionnaire.package.reader import read_workbook
from surveys.questionnaire.views.summary import summarise
from tests.journeys.every_type import GIVEN, attached, every_type

ANSWERS = GIVEN | {"/g_when/day": "2023-07-12", "/g_when/place": "23.29 -113.83 0 12"}
REPEATS = {"/advice": 1, "/site": 1, "/site[1]/line": 2}
CHINESE = {
    "/g_text/seen": "已阅读",
    "/g_choose/order": "1. 法律服务、2. 用地、3. 资金、4. 用工",
    "/g_choose/needs": "用地、法律服务",
    "/g_when/day": "2023年7月12日",
    "/g_when/hour": "09:30",
    "/g_when/moment": "2023年7月20日14:00",
    "/g_when/place": "北纬23.29，西经113.83，误差约12米",
}
ENGLISH = {
    "/g_text/seen": "Read",
    "/g_choose/needs": "Land, Legal help",
    "/g_when/moment": "20 July 2023 14:00",
    "/g_when/place": "N 23.29, W 113.83, accurate to about 12 m",
}


@pytest.mark.parametrize(("language", "wanted"), [("zh-CN", CHINESE), ("en", ENGLISH)])
def test_every_type_is_read_in_words(language: str, wanted: dict[str, str]) -> None:
    package = read_workbook(every_type(), media=True, attached=attached()).package
    assert package is not None
    pages = summarise(package, ANSWERS, REPEATS, now="2023-07-15T09:00:00.000+08:00", language=language)
    read = {line.path: line.text for page in pages for line in page.lines}
    assert {path: read[path] for path in wanted} == wanted
    titles = [page.title for page in pages]
    assert ("厂区 1 · 生产线 2" if language == "zh-CN" else "Site 1 · Line 2") in titles
