""".docx out and in: figures and headings come back; what is unsafe or no .docx is answered in both languages."""

import io
import zipfile
from pathlib import Path

import pytest

from reports.faults import WordFault
from reports.text import content as contents
from reports.word.opening import RATIO
from reports.word.reading import read_docx
from reports.word.writing import write_docx

MANUSCRIPTS = Path(__file__).parents[3] / "reports/demonstration/reports"
TYPES = '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{}</Types>'


def _report(name: str):
    return contents.read_report((MANUSCRIPTS / name).read_text(), byline="番禺区人大常委会", date="2023年7月26日")


@pytest.mark.parametrize("name", [pytest.param(path.name, id=path.stem) for path in sorted(MANUSCRIPTS.glob("*.md"))])
def test_what_goes_out_comes_back(name: str) -> None:
    sent = _report(name)
    back = read_docx(write_docx(sent))
    assert (back["title"], back["byline"], back["date"]) == (sent["title"], sent["byline"], sent["date"])
    assert [(s["key"], s["title"]) for s in back["sections"]] == [(s["key"], s["title"]) for s in sent["sections"]]
    assert contents.tokens_in(back) == contents.tokens_in(sent)
    for then, now in zip(sent["sections"], back["sections"], strict=True):
        assert [b["type"] for b in now["blocks"]] == [b["type"] for b in then["blocks"]]


def test_blanks_tables_and_charts_of_the_program_come_back() -> None:
    blocks = [
        {"id": "1", "type": "blank", "hint": "成因分析，约150字"},
        {"id": "2", "type": "table", "table": "T2", "items": ["size_class"], "title": ""},
        {"id": "3", "type": "chart", "table": "T6", "items": None, "kind": "bar", "title": ""},
        {"id": "4", "type": "findings", "category": "12", "limit": 10},
    ]
    sent = contents.read_report("# 题目\n\n一句。\n\n## 一、基本情况\n")
    sent["sections"][-1]["blocks"] = blocks
    back = read_docx(write_docx(sent))["sections"][-1]["blocks"]
    assert [{k: v for k, v in b.items() if k != "id"} for b in back] == [
        {k: v for k, v in b.items() if k != "id"} for b in blocks
    ]


def _zip(members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return made.getvalue()


def _with(extra: dict[str, bytes]) -> bytes:
    sent = write_docx(contents.read_report("# 题目\n\n一句。\n"))
    with zipfile.ZipFile(io.BytesIO(sent)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    return _zip({**members, **extra})


@pytest.mark.parametrize(
    ("data", "code"),
    [
        pytest.param(b"hello", "not_docx", id="no zip at all"),
        pytest.param(b"", "not_docx", id="an empty file"),
        pytest.param(
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old_or_locked", id="an old .doc, or a password"
        ),
        pytest.param(_zip({"a.txt": b"x"}), "not_docx", id="a zip that is no document"),
        pytest.param(_with({"word/vbaProject.bin": b"x"}), "macros", id="macros inside"),
        pytest.param(
            _with({"[Content_Types].xml": TYPES.format("macroEnabled").encode()}), "macros", id="a .docm by its type"
        ),
        pytest.param(
            _with({"word/media/x.bin": b"\0" * (RATIO * 20_000)}), "unpacks_too_large", id="packed abnormally"
        ),
        pytest.param(_with({"word/document.xml": b"<broken"}), "unreadable", id="broken inside"),
        pytest.param(write_docx({**contents.new_report(""), "sections": []}), "empty", id="no text"),
    ],
)
def test_what_cannot_be_taken_in(data: bytes, code: str) -> None:
    with pytest.raises(WordFault) as refused:
        read_docx(data)
    assert refused.value.code == code
    assert refused.value.zh.endswith("。")
    assert refused.value.en.endswith(".")


def test_braces_that_are_no_figure_are_named() -> None:
    sent = contents.read_report("# 题目\n\n一句。\n")
    sent["sections"][0]["blocks"][0]["text"] = "共{{T1 visits}}次。"
    with pytest.raises(WordFault) as refused:
        read_docx(write_docx(sent))
    assert refused.value.code == "token_wrong"
    assert "T1 visits" in refused.value.place
