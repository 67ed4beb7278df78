"""Charts as SVG: lengths to scale, labels that stay text, tones that differ without colour."""

import re
from typing import Any
from xml.etree import ElementTree

import pytest

from reports.printing.charts import draw
from reports.printing.fonts import FontSet

BAR = {
    "kind": "bar",
    "unit": "%",
    "labels": ["综合成本上升", "市场订单不足"],
    "series": [{"name": "占比", "values": [50.0, 25.0]}],
    "texts": [["50.0%（48家）"], ["25.0%（24家）"]],
}


def marks(chart: dict[str, Any], fonts: FontSet, tag: str) -> list[Any]:
    """The elements of one kind in a chart."""
    return ElementTree.fromstring(draw(chart, fonts)).findall(f"{{http://www.w3.org/2000/svg}}{tag}")


def test_each_mark_carries_the_text_of_its_label_and_series(fonts: FontSet) -> None:
    labels, values = ["收入", "订单", "利润"], {"增加": [27.6, 32.1, 14.0], "减少": [20.7, 45.0, 61.5]}
    series = [{"name": name, "values": row} for name, row in values.items()]
    texts = [
        [f"{row[place]:.1f}%（{label}{name}）" for name, row in values.items()] for place, label in enumerate(labels)
    ]
    chart = {"kind": "bar", "unit": "%", "labels": labels, "series": series, "texts": texts}
    words = [text.text for text in marks(chart, fonts, "text")]
    expected = [text for row in texts for text in row]
    assert [word for word in words if word in expected] == expected


def test_bars_are_to_scale_and_say_value_and_count(fonts: FontSet) -> None:
    bars = marks(BAR, fonts, "rect")
    assert float(bars[0].get("width")) == pytest.approx(2 * float(bars[1].get("width")), abs=0.1)
    assert [text.text for text in marks(BAR, fonts, "text")] == [
        "综合成本上升",
        "50.0%（48家）",
        "市场订单不足",
        "25.0%（24家）",
    ]


def test_everything_stays_inside_the_text_width(fonts: FontSet) -> None:
    chart = {**BAR, "labels": ["一个相当长的选项名称需要分成两行来写", "短"]}
    for bar in marks(chart, fonts, "rect"):
        assert float(bar.get("x")) + float(bar.get("width")) <= 442.2
    words = [text.text for text in marks(chart, fonts, "text")]
    assert "".join(words).startswith("一个相当长的选项名称需要分成两行来写")


@pytest.mark.parametrize("kind", ["grouped", "stacked", "line"])
def test_several_series_differ_without_colour(fonts: FontSet, kind: str) -> None:
    values = {"满意": [60.0, 50.0], "一般": [30.0, None], "不满意": [10.0, 20.0]}
    series = [{"name": name, "values": row} for name, row in values.items()]
    chart = {"kind": kind, "unit": "%", "labels": ["甲", "乙"], "series": series}
    drawing = draw(chart, fonts)
    colours = set(re.findall(r"#([0-9a-f]{6})", drawing))
    assert all(colour[:2] == colour[2:4] == colour[4:] for colour in colours)
    words = {text.text for text in marks(chart, fonts, "text")}
    assert {"满意", "一般", "不满意", "甲", "乙"} <= words
    assert "60.0%" in words


def test_segments_of_a_stacked_bar_add_up(fonts: FontSet) -> None:
    series = [{"name": "增加", "values": [60]}, {"name": "减少", "values": [40]}]
    bars = marks({"kind": "stacked", "unit": "家", "labels": ["甲"], "series": series}, fonts, "rect")
    segments = [bar for bar in bars if float(bar.get("height")) == 17]
    first, second = (float(bar.get("width")) for bar in segments)
    assert first / second == pytest.approx(1.5, abs=0.01)
    assert float(segments[1].get("x")) == pytest.approx(float(segments[0].get("x")) + first, abs=0.02)


def test_a_value_that_is_missing_prints_a_dash(fonts: FontSet) -> None:
    chart = {"kind": "bar", "unit": "家", "labels": ["甲", "乙"], "series": [{"name": "数", "values": [3, None]}]}
    assert [text.text for text in marks(chart, fonts, "text")] == ["甲", "3", "乙", "—"]


def test_no_data_says_so(fonts: FontSet) -> None:
    assert "无数据" in draw({"kind": "bar", "labels": [], "series": []}, fonts)


def test_words_from_outside_are_escaped(fonts: FontSet) -> None:
    assert "<script>" not in draw({**BAR, "labels": ["<script>", "&"]}, fonts)


def test_a_rare_character_takes_its_label_to_the_fallback(fonts: FontSet) -> None:
    chart = {**BAR, "labels": ["广州堃达", "普通"]}
    families = {text.text: text.get("font-family") for text in marks(chart, fonts, "text")}
    assert families["广州堃达"] == "NotoSerifCJKsc-Regular"
    assert families["普通"] == "FandolSong-Regular"


def test_more_than_three_groups_are_refused(fonts: FontSet) -> None:
    series = [{"name": str(number), "values": [1]} for number in range(4)]
    with pytest.raises(ValueError, match="three groups"):
        draw({"kind": "grouped", "labels": ["甲"], "series": series}, fonts)
