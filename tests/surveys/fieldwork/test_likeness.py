"""Near-duplicates, categories and groups, on the sample and on the demonstration's findings; bars of their own page."""

import csv
import itertools
import time
from pathlib import Path
from typing import Any

import pytest

from surveys.fieldwork.findings import categories, similarity

CASES = Path("tests/cases/findings")
DEMONSTRATION = Path("reports/demonstration/findings")


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


@pytest.fixture(scope="module")
def sample() -> list[dict[str, str]]:
    return read(CASES / "findings-sample.csv")


@pytest.fixture(scope="module")
def demonstration() -> dict[str, dict[str, str]]:
    return {row["id"]: row for path in sorted(DEMONSTRATION.glob("*.csv")) for row in read(path)}


def as_texts(rows: Any, category: str = "category") -> list[dict[str, str]]:
    return [{"id": row["id"], "text": row["text"], "cat1": row[category]} for row in rows]


@pytest.fixture(scope="module")
def sample_found(sample: list[dict[str, str]]) -> dict[str, Any]:
    return similarity.near_duplicates({"texts": as_texts(sample), "neighbours": 5})


def twins(sample: list[dict[str, str]], kind: str) -> list[tuple[str, str]]:
    groups: dict[str, list[dict[str, str]]] = {}
    for row in sample:
        groups.setdefault(row["same_request_as_group"], []).append(row)
    groups.pop("")
    return [
        (first["id"], second["id"])
        for first, second in groups.values()
        if kind in (first["rewording"], second["rewording"])
    ]


def test_mild_rewordings_are_proposed_and_nothing_else(
    sample: list[dict[str, str]], sample_found: dict[str, Any]
) -> None:
    assert {(pair["a"], pair["b"]) for pair in sample_found["same"]} == set(twins(sample, "mild"))


def test_the_twin_of_a_hard_rewording_is_among_the_neighbours(
    sample: list[dict[str, str]], sample_found: dict[str, Any]
) -> None:
    near = sample_found["neighbours"]
    assert all(b in [each["id"] for each in near[a]] for a, b in twins(sample, "hard"))


def test_neighbours_stay_in_their_category_and_leave_the_text_itself_out(
    sample: list[dict[str, str]], sample_found: dict[str, Any]
) -> None:
    category = {row["id"]: row["category"] for row in sample}
    for own, near in sample_found["neighbours"].items():
        assert own not in [each["id"] for each in near]
        assert {category[each["id"]] for each in near} <= {category[own]}
        assert [each["score"] for each in near] == sorted((each["score"] for each in near), reverse=True)


def test_the_order_of_input_does_not_matter(sample: list[dict[str, str]], sample_found: dict[str, Any]) -> None:
    assert similarity.near_duplicates({"texts": as_texts(reversed(sample)), "neighbours": 5}) == sample_found


@pytest.mark.parametrize(
    ("first", "second", "kind"),
    [
        pytest.param("希望延长厂房租约", "希望延长设备租约", "same_frame", id="one edit, another object"),
        pytest.param("材料请在10天内办结", "材料请在5天内办结", "same_frame", id="only the number differs"),
        pytest.param(
            "出口退税到账太慢，影响资金周转",
            "环评批复下达太慢，影响资金周转",
            "same_frame",
            id="one frame, two objects",
        ),
        pytest.param(
            "建议三十多人的小厂也能申领补贴", "建议30多人的小厂也能申领补贴。", "same", id="numerals written otherwise"
        ),
        pytest.param("希望延长厂房租约期限", "希望能延长厂房的租约期限。", "same", id="function words only"),
    ],
)
def test_what_makes_two_texts_the_same_request(first: str, second: str, kind: str) -> None:
    found = similarity.near_duplicates({"texts": [{"id": "a", "text": first}, {"id": "b", "text": second}]})
    assert bool(found["same"]) == (kind == "same")


OBJECTS = [
    "环评批复下达",
    "出口退税到账",
    "施工许可核发",
    "消防验收排期",
    "贷款审批放款",
    "人才补贴兑现",
    "社保转移办理",
    "商标注册受理",
    "用电增容审批",
    "货物通关查验",
    "专利年费减免",
    "厂房确权登记",
    "食品许可换证",
    "工伤认定答复",
    "招标公告发布",
    "危废转移审批",
]
FRAME = "据企业反映，{}时间太长，影响正常生产经营，建议有关部门压缩时限，提高效率。"
MILD = [
    (
        "夜班没人愿意上，希望延长公交末班车时间，方便工人上下班。",
        "夜班没有人愿意上，希望公交末班车时间延长，方便工人上下班。",
    ),
    (
        "银行续贷要先还后贷，过桥费一年十几万元，建议推行无还本续贷。",
        "银行续贷要求先还后贷，过桥费一年要十几万元，建议推广无还本续贷。",
    ),
    (
        "工业园区停车位太少，货车只能停在路边，经常被贴罚单。",
        "工业园停车位太少，货车只能停路边，常被贴罚单。",
    ),
    (
        "发明专利审查周期长达两年，产品都更新换代了还没有授权。",
        "发明专利审查周期长达2年，产品都更新换代了，证还没拿到。",
    ),
    (
        "外地员工子女入读公办学校积分要求高，熟练工人留不住。",
        "外来员工子女入读公办学校的积分要求高，熟练工留不住。",
    ),
    (
        "招标文件要求本地注册满三年，外来企业没有资格参加。",
        "招标文件要求在本地注册满三年以上，外来企业没资格参加。",
    ),
    (
        "天然气价格联动上调后，窑炉成本增加百分之三十，压力很大。",
        "天然气价格联动上调以后，窑炉成本增加了30%，压力很大。",
    ),
    (
        "跨部门检查重复，同一件事一个月来三批人，影响生产。",
        "各部门检查重复，同一件事一个月来了三批人，影响生产。",
    ),
    (
        "政府采购验收后六个月才付款，小企业资金周转困难。",
        "政府采购项目验收后半年才付款，小企业资金周转困难。",
    ),
    (
        "技工学校毕业生不愿进车间，建议校企共建订单班定向培养。",
        "技校毕业生不愿意进车间，建议校企共建订单班，定向培养。",
    ),
]


def test_texts_written_in_one_frame_are_not_the_same_request() -> None:
    texts = [{"id": f"f{n:02}", "text": FRAME.format(each)} for n, each in enumerate(OBJECTS)]
    texts += [
        {"id": f"m{n}{side}", "text": text}
        for n, pair in enumerate(MILD)
        for side, text in zip("ab", pair, strict=True)
    ]
    found = {(pair["a"], pair["b"]) for pair in similarity.near_duplicates({"texts": texts})["same"]}
    assert found == {(f"m{n}a", f"m{n}b") for n in range(len(MILD))}


def root(rows: dict[str, dict[str, str]], row: dict[str, str]) -> str:
    while row["same_as"]:
        row = rows[row["same_as"]]
    return row["id"]


def test_the_findings_of_the_demonstration(demonstration: dict[str, dict[str, str]]) -> None:
    began = time.process_time()
    found = similarity.near_duplicates({"texts": as_texts(demonstration.values())})
    assert time.process_time() - began < 10, "2,640 texts take about a second"
    right = [
        root(demonstration, demonstration[pair["a"]]) == root(demonstration, demonstration[pair["b"]])
        for pair in found["same"]
    ]
    assert len(right) >= 60
    assert sum(right) / len(right) >= 0.97


def table(rows: list[dict[str, str]]) -> list[dict[str, Any]]:
    pairs = sorted({(row["category"], row["subcategory"]) for row in rows})
    return [
        {"cat1": first, "cat2": [second for name, second in pairs if name == first], "keywords": []}
        for first in dict.fromkeys(first for first, _ in pairs)
    ]


def test_category_names_alone_suggest_something(sample: list[dict[str, str]]) -> None:
    texts = [{"id": row["id"], "text": row["text"]} for row in sample]
    found = categories.suggest_category({"categories": table(sample), "labelled": [], "texts": texts})
    leading = {
        each["id"]: list(dict.fromkeys(row["cat1"] for row in each["candidates"])) for each in found["suggestions"]
    }
    assert sum(row["category"] in leading[row["id"]][:3] for row in sample) / len(sample) >= 0.60


def test_a_text_said_before_gets_its_category(sample: list[dict[str, str]]) -> None:
    labelled = [{**row, "cat1": row["category"], "cat2": row["subcategory"]} for row in sample]
    payload = {"categories": table(sample), "labelled": labelled, "texts": [{"id": "x", "text": sample[0]["text"]}]}
    best = categories.suggest_category(payload)["suggestions"][0]["candidates"]
    assert (best[0]["cat1"], best[0]["cat2"]) == (sample[0]["category"], sample[0]["subcategory"])
    assert len(best) == 5
    assert len({row["cat1"] for row in best}) >= 3


def test_keywords_decide_where_nothing_was_learnt() -> None:
    table_of_two = [
        {"cat1": "甲", "cat2": ["甲一"], "keywords": ["过桥资金"]},
        {"cat1": "乙", "cat2": ["乙一"], "keywords": ["红绿灯"]},
    ]
    texts = [{"id": "1", "text": "厂门口没有红绿灯"}]
    best = categories.suggest_category({"categories": table_of_two, "labelled": [], "texts": texts})
    assert best["suggestions"][0]["candidates"][0]["cat1"] == "乙"


def test_groups_are_small_clean_and_inside_one_category(demonstration: dict[str, dict[str, str]]) -> None:
    groups = similarity.group({"texts": as_texts(demonstration.values())})["groups"]
    pairs = [pair for each in groups for pair in itertools.combinations(each["ids"], 2)]
    same = [demonstration[a]["category2"] == demonstration[b]["category2"] for a, b in pairs]
    assert sum(same) / len(same) >= 0.80
    assert all(len({demonstration[name]["category"] for name in each["ids"]}) == 1 for each in groups)
    assert all(len(each["headline"]) <= 30 for each in groups)


def test_search_finds_two_characters_and_ranks_them() -> None:
    texts = ["厂房租金太高", "融资难", "老厂房改造没有办法", "停车位不够"]
    assert {place for place, _ in similarity.search(texts, "厂房")} == {0, 2}
    assert [place for place, _ in similarity.search(texts, "厂房 改造")] == [2]
    assert similarity.search(texts, " ") == []


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param([], id="no object"),
        pytest.param({"texts": "x"}, id="no list"),
        pytest.param({"texts": [{"id": "1"}]}, id="a text without its words"),
        pytest.param({"texts": [{"id": "1", "text": "a"}, {"id": "1", "text": "b"}]}, id="an id twice"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(payload: Any) -> None:
    with pytest.raises(similarity.BadInput) as refused:
        similarity.near_duplicates(payload)
    assert "texts" in refused.value.en
    assert refused.value.zh


@pytest.mark.parametrize("texts", [[], ["", "。"], ["同", "同"]])
def test_empty_and_tiny_texts_are_no_trouble(texts: list[str]) -> None:
    found = similarity.near_duplicates(
        {"texts": [{"id": str(n), "text": t} for n, t in enumerate(texts)], "neighbours": 3}
    )
    assert len(found["same"]) == int(texts == ["同", "同"])
