"""Small reports as Word files, and what people do to them in WPS and Word."""

import copy
import io
from typing import Any

from docx import Document

from reports.faults import UnknownFigure
from reports.figures.figure_words import Figure
from reports.text import content as contents
from reports.text.report_shape import ReportContent
from reports.word.marks import Origin, sent_from
from reports.word.reading import read_word
from reports.word.returning import Returned, returned
from reports.word.writing import write_docx

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
FIGURES = {"T1:visits|count|plain": "1147", "T6:fin_any|share|plain": "37.5%", "T6:arrears|count|plain": "224"}
LONG = "440106/T6:arrears[size_class.small,industry.manufacturing_and_more]|share|with_base"
REPORT = f"""# 关于民营企业调研的报告

全市完成走访{{{{T1:visits|count|plain}}}}次，企业反映了许多困难。

## 二、主要做法和成效

一是上门讲解政策。二是现场办理事项。{{{{from:440105 §二1}}}}

各单位都有自己的办法。{{{{from:440106 §二1; 440118 §二2}}}}

## 三、存在的主要问题

### （一）融资难融资贵 {{01}}

有{{{{T6:fin_any|share|plain}}}}的企业反映融资困难，{{{{T6:arrears|count|plain}}}}家反映被拖欠账款。{{{{from:440105 §三（一）1}}}}

> 案例　一家制版厂的订单被转走，夜班停了三个月。

小型制造企业{{{{{LONG}}}}}。

表1 走访方式（单位：次）
方式\t次数
实地走访\t{{{{T1:visits|count|plain}}}}
座谈会\t53
"""
ORIGIN = Origin("r1", "report", "关于民营企业调研的报告")


def figure(key: str) -> Figure:
    texts = {**FIGURES, LONG: "12.5%（n=40）"}
    if key not in texts:
        raise UnknownFigure.__new__(UnknownFigure)
    return Figure(key, texts[key], None, None, "")


def report(markdown: str = REPORT) -> ReportContent:
    return contents.read_report(markdown, byline="广州市人大常委会经济工作委员会", date="2023年7月28日")


def sent(content: ReportContent, *, origin: Origin | None = ORIGIN) -> bytes:
    """The report as it goes out."""
    blocks = {block["id"]: block for _, block in contents.blocks_of(content)}
    named = origin and sent_from(origin.report, origin.kind, origin.title, content)
    return write_docx(contents.freeze(content, figure), written=blocks, origin=named)


def back(draft: ReportContent, data: bytes, *, keep: frozenset[int] = frozenset(), report_id: str = "r1") -> Returned:
    """What the file makes of the draft."""
    from reports.word.marks import figure_tag

    word = read_word(data, long_tokens={figure_tag(LONG): LONG}, keep=keep)
    return returned(report_id, draft, word, lambda key: figure(key).text)


def opened(data: bytes) -> Any:
    return Document(io.BytesIO(data))


def saved(document: Any) -> bytes:
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def paragraph(document: Any, words: str) -> Any:
    """The paragraph that reads these words, also inside controls."""
    for element in document.element.body.iter(f"{W}p"):
        if words in "".join(node.text or "" for node in element.iter(f"{W}t")):
            return element
    raise AssertionError(words)


def replace(document: Any, old: str, new: str) -> None:
    """Type over words that stand in one run."""
    for node in document.element.body.iter(f"{W}t"):
        if old in (node.text or ""):
            node.text = node.text.replace(old, new)
            return
    raise AssertionError(old)


def part(document: Any, words: str, at: str) -> None:
    """Press Enter before `at`, as Word does it: the bookmark that began before ends behind."""
    first = paragraph(document, words)
    second = copy.deepcopy(first)
    first.addnext(second)
    found = False
    for element in list(first):
        text = "".join(node.text or "" for node in element.iter(f"{W}t"))
        if not found and at in text:
            node = next(node for node in element.iter(f"{W}t") if at in (node.text or ""))
            node.text = node.text[: node.text.index(at)]
            found = True
        elif found:
            first.remove(element)
    for element in list(second):
        if element.tag == f"{W}pPr":
            continue
        node = next((node for node in element.iter(f"{W}t") if at in (node.text or "")), None)
        if node is not None:
            node.text = node.text[node.text.index(at) :]
            break
        second.remove(element)


def join(document: Any, words: str) -> None:
    """Press Delete at the end of a paragraph: the next one comes up behind it."""
    first = paragraph(document, words)
    second = first.getnext()
    for element in list(second):
        if element.tag != f"{W}pPr":
            first.append(element)
    second.getparent().remove(second)


def texts(content: ReportContent, key: str) -> list[str]:
    section = next(section for section in content["sections"] if section["key"] == key)
    return [contents.block_text(block) for block in section["blocks"]]
