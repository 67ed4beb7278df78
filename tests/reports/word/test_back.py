"""What comes back from WPS and Word: figures, ids and sources are kept; each change has its name; what is lost is named."""

import copy
from typing import Any

import pytest

from reports.faults import WordFault
from reports.text import content as contents
from reports.word.marks import Origin, sent_from
from reports.word.returning import check_origin
from reports.word.writing import write_docx
from tests.reports.word.files import (
    LONG,
    ORIGIN,
    W,
    back,
    join,
    opened,
    paragraph,
    part,
    replace,
    report,
    saved,
    sent,
    texts,
)


def _block(content: Any, key: str, place: int) -> Any:
    return next(section for section in content["sections"] if section["key"] == key)["blocks"][place]


def test_what_nobody_touched_comes_back_as_it_was() -> None:
    draft = report()
    made = back(draft, sent(draft))
    assert made.content == draft
    assert (made.changes, made.losses, made.typed, made.outside) == ([], [], [], [])


def test_a_reworded_paragraph_keeps_its_figures_id_and_sources_and_is_marked() -> None:
    draft, document = report(), opened(sent(report()))
    replace(document, "的企业反映融资困难，", "的企业说贷款不好办，")
    made = back(draft, saved(document))
    old, new = _block(draft, "problems", 1), _block(made.content, "problems", 1)
    assert new["text"] == "有{{T6:fin_any|share|plain}}的企业说贷款不好办，{{T6:arrears|count|plain}}家反映被拖欠账款。"
    assert new["id"] == old["id"]
    assert new["sources"] == [{**old["sources"][0], "rewritten": True}]
    assert [one.kind for one in made.changes] == ["changed"]
    assert [one for one in made.changes[0].words if one.kind != "same"]


def test_a_figure_typed_over_is_named_and_stays_a_figure_where_a_person_says_so() -> None:
    draft, document = report(), opened(sent(report()))
    replace(document, "37.5%", "近四成")
    data = saved(document)
    made = back(draft, data)
    (typed,) = made.typed
    assert (typed.token, typed.sent, typed.typed) == ("T6:fin_any|share|plain", "37.5%", "近四成")
    new = _block(made.content, "problems", 1)
    assert new["text"].startswith("有近四成的企业反映融资困难，{{T6:arrears|count|plain}}家")
    assert new["sources"][0]["rewritten"]
    kept = back(draft, data, keep=frozenset({typed.number}))
    assert _block(kept.content, "problems", 1)["text"] == _block(draft, "problems", 1)["text"]


def test_both_halves_of_a_parted_paragraph_have_its_sources() -> None:
    draft, document = report(), opened(sent(report()))
    part(document, "一是上门讲解政策。", "二是现场")
    made = back(draft, saved(document))
    first, second, _ = next(s for s in made.content["sections"] if s["key"] == "practice")["blocks"]
    assert (first["text"], second["text"]) == ("一是上门讲解政策。", "二是现场办理事项。")
    assert first["id"] == _block(draft, "practice", 0)["id"] != second["id"]
    assert first["sources"] == second["sources"] == _block(draft, "practice", 0)["sources"]
    assert [one.kind for one in made.changes] == ["parted"]


def test_a_joined_paragraph_has_the_sources_of_both() -> None:
    draft, document = report(), opened(sent(report()))
    join(document, "一是上门讲解政策。")
    made = back(draft, saved(document))
    (only,) = next(s for s in made.content["sections"] if s["key"] == "practice")["blocks"]
    assert only["text"] == "一是上门讲解政策。二是现场办理事项。各单位都有自己的办法。"
    assert [(one["unit"], one["rewritten"]) for one in only["sources"]] == [
        ("440105", False),
        ("440106", False),
        ("440118", False),
    ]
    assert [one.kind for one in made.changes] == ["joined"]


def test_a_deleted_and_a_moved_paragraph_are_named() -> None:
    draft, document = report(), opened(sent(report()))
    gone = paragraph(document, "各单位都有自己的办法")
    gone.getparent().remove(gone)
    moved = paragraph(document, "一家制版厂的订单")
    moved.getparent().remove(moved)
    paragraph(document, "一是上门讲解政策").addprevious(moved)
    made = back(draft, saved(document))
    assert sorted((one.kind, one.before[:6]) for one in made.changes) == [
        ("gone", "各单位都有自"),
        ("moved", "案例　一家制"),
    ]
    case = _block(made.content, "practice", 0)
    assert (case["type"], case["id"]) == ("case", _block(draft, "problems", 2)["id"])


def test_what_was_written_on_the_page_meanwhile_stays() -> None:
    before = report()
    data = sent(before)
    draft = copy.deepcopy(before)
    _block(draft, "practice", 0)["text"] = "一是上门讲解政策。二是当场办结。"
    next(s for s in draft["sections"] if s["key"] == "practice")["blocks"].append(
        {"id": "later", "type": "paragraph", "text": "网页上新写的一段。"}
    )
    document = opened(data)
    replace(document, "各单位都有", "各区都有")
    made = back(draft, saved(document))
    assert texts(made.content, "practice") == [
        "一是上门讲解政策。二是当场办结。",
        "各区都有自己的办法。",
        "网页上新写的一段。",
    ]
    assert [one.kind for one in made.changes] == ["changed"]
    replace(document, "一是上门", "一是登门")
    (clash,) = [one for one in back(draft, saved(document)).changes if one.both]
    assert clash.before == "一是上门讲解政策。二是当场办结。"


def test_a_file_without_bookmarks_and_controls_still_finds_its_paragraphs() -> None:
    """As when the text was copied into a file of the clerk's own."""
    draft, document = report(), opened(sent(report(), origin=None))
    body = document.element.body
    for element in [*body.iter(f"{W}bookmarkStart"), *body.iter(f"{W}bookmarkEnd")]:
        element.getparent().remove(element)
    for control in list(body.iter(f"{W}sdt")):
        for run in list(control.find(f"{W}sdtContent")):
            control.addprevious(run)
        control.getparent().remove(control)
    replace(document, "的企业反映融资困难，", "的企业反映贷款困难，")
    made = back(draft, saved(document))
    old, new = _block(draft, "problems", 1), _block(made.content, "problems", 1)
    assert new["text"] == "有{{T6:fin_any|share|plain}}的企业反映贷款困难，{{T6:arrears|count|plain}}家反映被拖欠账款。"
    assert new["sources"] == [{**old["sources"][0], "rewritten": True}]
    assert _block(made.content, "practice", 0) == _block(draft, "practice", 0)
    assert LONG in contents.tokens_in(made.content)


def test_a_control_taken_away_is_named_where_its_paragraph_was_reworded() -> None:
    draft, document = report(), opened(sent(report()))
    control = next(one for one in paragraph(document, "企业反映融资困难") if one.tag == f"{W}sdt")
    control.addprevious(control.find(f"{W}sdtContent")[0])
    control.getparent().remove(control)
    assert back(draft, saved(document)).content == draft, "where the words are as sent the figure is too"
    replace(document, "的企业反映融资困难", "的企业说贷款难")
    made = back(draft, saved(document))
    assert _block(made.content, "problems", 1)["text"].startswith("有37.5%的企业说贷款难，{{T6:arrears|count|plain}}家")
    assert [(one.kind, one.words) for one in made.losses] == [("figure", "37.5%")]


def test_a_table_of_the_writers_comes_back_with_its_figures_and_new_cells() -> None:
    draft, document = report(), opened(sent(report()))
    replace(document, "53", "58")
    made = back(draft, saved(document))
    table = _block(made.content, "problems", 4)
    assert table["rows"] == [["实地走访", "{{T1:visits|count|plain}}"], ["座谈会", "58"]]
    assert table["id"] == _block(draft, "problems", 4)["id"]
    assert [one.kind for one in made.changes] == ["changed"]


def test_a_table_of_the_data_stays_theirs_and_typed_cells_are_named_as_lost() -> None:
    draft = report("# 题目\n\n一句。\n")
    made_of = {"id": "t1", "type": "table", "table": "T2", "items": None, "title": ""}
    draft["sections"][0]["blocks"].append(made_of)
    frozen = copy.deepcopy(draft)
    frozen["sections"][0]["blocks"][1] |= {
        "title": "受访企业规模", "number": "表1", "unit": "家", "base": "n=97", "columns": [{"title": "项目", "align": "left"}, {"title": "数量", "align": "right"}],
        "rows": [["大型", "31"], ["中型", "66"]], "total": False, "notes": ["四舍五入。"], "n": 97,
    }  # fmt: skip
    data = write_docx(frozen, written={"t1": made_of}, origin=sent_from("r1", "report", "题目", draft))
    assert back(draft, data).content["sections"] == draft["sections"]
    document = opened(data)
    replace(document, "31", "32")
    made = back(draft, saved(document))
    assert made.content["sections"] == draft["sections"]
    assert [one.kind for one in made.losses] == ["made"]


def test_a_caption_by_hand_becomes_the_title_and_a_list_of_the_data_stays() -> None:
    draft = report("# 题目\n\n一句。\n")
    chart = {"id": "c1", "type": "chart", "table": "T6", "items": None, "title": "", "kind": "bar"}
    listed = {"id": "f1", "type": "findings", "category": "01", "limit": 10}
    draft["sections"][0]["blocks"] += [chart, listed]
    frozen = copy.deepcopy(draft)
    drawn = {"title": "企业反映的困难", "number": "图1", "unit": "%", "n": 97, "labels": ["融资"], "notes": []}
    frozen["sections"][0]["blocks"][1] |= {**drawn, "series": [{"name": "困难", "values": [37.5]}], "texts": [["36"]]}
    rows = [{"text": "希望贷款快一些。", "note": "越秀"}, {"text": "希望少跑一次。", "note": ""}]
    frozen["sections"][0]["blocks"][2] |= {"title": "企业的话", "rows": rows}
    data = write_docx(frozen, written={"c1": chart, "f1": listed}, origin=sent_from("r1", "report", "题目", draft))
    assert back(draft, data).content["sections"] == draft["sections"]
    document = opened(data)
    replace(document, "企业反映的困难", "企业最想解决的困难")
    replace(document, "希望少跑一次", "希望少跑两次")
    made = back(draft, saved(document))
    assert made.content["sections"][0]["blocks"][1:] == [{**chart, "title": "企业最想解决的困难"}, listed]
    assert [one.kind for one in made.losses] == ["made"]


def test_a_section_comes_back_alone_and_the_others_stay() -> None:
    draft = report()
    alone = {**draft, "sections": [s for s in draft["sections"] if s["key"] == "practice"]}
    document = opened(sent(alone, origin=Origin("r1", "section", "题目")))
    replace(document, "现场办理", "当场办理")
    made = back(draft, saved(document))
    assert texts(made.content, "practice")[0] == "一是上门讲解政策。二是当场办理事项。"
    assert (made.content["title"], texts(made.content, "problems")) == (draft["title"], texts(draft, "problems"))
    assert [one.kind for one in made.changes] == ["changed"]


def test_a_heading_by_hand_a_list_and_a_new_paragraph_arrive() -> None:
    draft, document = report(), opened(sent(report()))
    last = paragraph(document, "小型制造企业")
    for words in ("四、意见建议", "建议另行研究。"):
        new = copy.deepcopy(last)
        for element in list(new):
            if element.tag != f"{W}pPr":
                new.remove(element)
        last.getparent().insert(len(last.getparent()) - 1, new)
        run = opened(sent(report("# 题目\n\n" + words))).element.body
        for element in [
            one for one in run.iter(f"{W}r") if words in "".join(node.text or "" for node in one.iter(f"{W}t"))
        ]:
            new.append(element)
    made = back(draft, saved(document))
    assert texts(made.content, "advice") == ["建议另行研究。"]
    assert {one.kind for one in made.changes} == {"new", "section"}


def test_numbers_that_wps_makes_by_itself_stay_in_the_text() -> None:
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    document = opened(sent(report("# 题目\n\n开头。\n\n一是先做。\n\n二是后做。\n"), origin=None))
    numbering = document.part.numbering_part.element
    numbering.insert(
        0,
        parse_xml(
            f'<w:abstractNum {nsdecls("w")} w:abstractNumId="90"><w:lvl w:ilvl="0"><w:start w:val="1"/>'
            '<w:numFmt w:val="chineseCounting"/><w:lvlText w:val="（%1）"/></w:lvl></w:abstractNum>'
        ),
    )
    numbering.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="90"><w:abstractNumId w:val="90"/></w:num>'))
    for words in ("一是先做", "二是后做"):
        paragraph(document, words).find(f"{W}pPr").append(
            parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="0"/><w:numId w:val="90"/></w:numPr>')
        )
    made = back(report("# 题目\n\n开头。\n"), saved(document))
    assert texts(made.content, "lead") == ["开头。", "（一）一是先做。", "（二）二是后做。"]


def test_what_does_not_arrive_is_named() -> None:
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    draft, document = report(), opened(sent(report()))
    at = paragraph(document, "各单位都有自己的办法")
    kinds = nsdecls("w", "wp", "a", "pic") + ' xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
    for words in (
        '<w:r KINDS><w:drawing><wp:inline><wp:docPr id="900" name="图片 1" descr="园区的照片"/></wp:inline></w:drawing></w:r>',
        "<w:r KINDS><w:pict><w:txbxContent><w:p><w:r><w:t>框里的话</w:t></w:r></w:p></w:txbxContent></w:pict></w:r>",
        "<w:del KINDS><w:r><w:delText>删掉的话</w:delText></w:r></w:del>",
        "<m:oMath KINDS><m:r><m:t>a+b</m:t></m:r></m:oMath>",
    ):
        at.append(parse_xml(words.replace("KINDS", kinds)))
    made = back(draft, saved(document))
    assert [(one.kind, one.words) for one in made.losses] == [
        ("picture", "园区的照片"),
        ("text_box", "框里的话"),
        ("revision", "删掉的话"),
        ("formula", "a+b"),
    ]
    assert made.content == draft


@pytest.mark.parametrize(
    ("origin", "code"),
    [
        pytest.param(Origin("r2", "report", "另一份报告"), "other_report", id="another report"),
        pytest.param(Origin("r1", "volume", "汇编"), "volume", id="the volume"),
    ],
)
def test_a_file_that_belongs_elsewhere_is_answered(origin: Origin, code: str) -> None:
    check_origin(ORIGIN, "r1")
    check_origin(None, "r1")
    with pytest.raises(WordFault) as refused:
        check_origin(origin, "r1")
    assert refused.value.code == code
    assert refused.value.zh.endswith("。")
    assert refused.value.en.endswith(".")


def test_a_file_of_which_nothing_is_known_is_said_to_be_strange() -> None:
    """Its properties are gone and its bookmarks are those of another report, whose ids are the same."""
    stranger = sent(report("# 别的题目\n\n码头的装卸班组夜里怎样排班。\n"))
    assert back(report(), stranger, report_id="r2").is_strange
