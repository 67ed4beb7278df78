"""纸质问卷: a questionnaire to be filled in by hand, and one that was filled in, as volumes for the print shop. Pure of pages.

The blank one is what a deputy takes along where no phone works; the desk types it in by its numbers and codes. The filled one
is a submission as a person reads it, with its receipt number and hash; what the reader may not see is not in it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from reports.printing.volume import Part, Volume
from reports.sheets.paper_pictures import printable
from surveys.planning.words.visit_words import fill
from surveys.questionnaire.shapes.package_shape import Package
from surveys.questionnaire.views.paper_form import PaperForm, paper_form

WORDS = {
    "zh": {
        "paper": "纸质版", "when_before": "〔", "when_after": "时填〕", "name": "名称", "code": "代码",
        "see_before": "（见附表", "see_after": "）", "unlisted_before": "（共", "unlisted_after": "项，未随表印出，写全称）", "rank": "在方格内填名次，1为第一位。", "from": "（", "to": "至", "step": "，每档",
        "year": "年", "month": "月", "day": "日", "hour": "时", "minute": "分",
        "read": "已阅读", "media": "另附照片、录音或文件，并注明走访编号和题号；可以不附。", "several": "（可多选）",
        "most_before": "（不超过", "most_after": "字）", "filled": "由走访任务带入，走访单上有的可不填。",
        "rounds": "超过3条的，请另附纸，写明题号。", "list": "附表", "of": "题　", "more": "其他", "picture_before": "（见图：",
        "page_before": "第", "page_between": "页，共", "page_after": "页",
    },
    "en": {
        "paper": "Paper form", "when_before": "[Only if ", "when_after": "]", "name": "Name", "code": "Code",
        "see_before": "(list ", "see_after": ")", "unlisted_before": "(one of ",
        "unlisted_after": ", not printed here; write the full name)", "rank": "Write the place into the box, 1 for the first.", "from": "(",
        "to": " to ", "step": ", in steps of ", "year": "year", "month": "month", "day": "day", "hour": "h", "minute": "min",
        "read": "Read",
        "media": "Photos, recordings or files are handed in separately with visit and question number; may be left out.",
        "several": " (several)", "most_before": " (at most ", "most_after": " characters)",
        "filled": "Known from the assignment; leave it out if it is on the slip.",
        "rounds": "For more than three, add a sheet and write the question numbers.", "list": "List ",
        "of": ": ", "more": "Others", "picture_before": "(picture: ", "page_before": "Page ", "page_between": " of ", "page_after": "",
    },
}  # fmt: skip
HOW = {
    "zh": (
        "一、无法使用手机填写时用本表。请用黑色笔，在□内打√；标＊的必填。",
        "二、〔……时填〕说明什么情况下填这一题或这一部分；不符合的跳过不填。",
        "三、题号和选项前的数字供录入时使用，不用改动。填完后交联络员，由联络员或单位代填。",
        "四、不得填写国家秘密和工作秘密。",
    ),
    "en": (
        "1. For a visit without a phone. Use a black pen and tick the boxes; what is marked ＊ must be answered.",
        "2. [Only if …] says when a question or part is to be answered; otherwise skip it.",
        "3. Numbers before questions and choices serve those who type the form in. Give the sheet to the liaison.",
        "4. No state secrets and no work secrets may be written here.",
    ),
}
HEAD = {
    "zh": ("走访编号：", "{visiting}对象：", "{visiting}小组：", "{visiting}代表："),
    "en": ("Visit number: ", "Subject: ", "Group: ", "Deputies: "),
}
FOOT = {
    "zh": ("填表人签名：", "填表日期：", "代填人：", "录入日期和回执编号："),
    "en": ("Signed: ", "Date: ", "Typed in by: ", "On, with receipt number: "),
}


def _family(language: str) -> str:
    return "en" if language.startswith("en") else "zh"


def blank_form(
    package: Package,
    *,
    campaign: str,
    office: str,
    version: int,
    mark: str = "",
    language: str,
    made_at: str,
    read_file: Callable[[str], bytes | None] = lambda _name: None,
) -> Volume:
    """The questionnaire to be filled in by hand. `read_file` gives the bytes of one of its files by name."""
    family = _family(language)
    form = paper_form(package, language)
    title = form["title"] or campaign
    head = [{"label": fill(label, language), "text": ""} for label in HEAD[family]]
    words = dict(WORDS[family])
    words["paper"] = f"{campaign}　{words['paper']}　" + (f"第{version}版" if family == "zh" else f"version {version}")
    before = "第" if family == "zh" else ""
    data = {
        "title": title,
        "words": words,
        "mark": mark,
        "head": head,
        "how": list(HOW[family]),
        "pages": form["pages"],
        "lists": [{**one, "number": f"{before}{one['number']}"} if before else one for one in form["lists"]],
        "pictures": {name: printable(read_file(name) or b"") for name in sorted(set(_pictures(form)))},
        "foot": list(FOOT[family]),
    }
    return _volume("questionnaire", title, data, office=office, language=language, made_at=made_at)


def _pictures(form: PaperForm) -> Iterator[str]:
    """The names of all pictures of a form."""
    rows = [item for page in form["pages"] for item in page["items"]]
    rows += [choice for item in rows for choice in item.get("choices", ())]
    rows += [row for one in form["lists"] for group in one["groups"] for row in group["rows"]]
    yield from (image for one in rows if (image := one.get("image")))


@dataclass(frozen=True, slots=True)
class FilledHead:
    """What stands over a filled form: label and text, line by line."""

    title: str
    lines: Sequence[tuple[str, str]]


def filled_form(
    pages: Iterable[Any], head: FilledHead, *, office: str, mark: str = "", language: str, hidden: bool, made_at: str
) -> Volume:
    """A submission as a person reads it. `pages` are those of `questionnaire.summary`, without what the reader may not see."""
    family = _family(language)
    words = WORDS[family]
    note = {
        "zh": "联系方式、定位、照片和签名不在本件之内。",
        "en": "Contact, position, photos and signature are not part of this paper.",
    }[family]
    data = {
        "title": head.title,
        "words": {name: words[name] for name in ("page_before", "page_between", "page_after")}
        | {"empty": "（未填）" if family == "zh" else "(empty)"},
        "mark": mark,
        "head": [{"label": label, "text": text} for label, text in head.lines],
        "note": note if hidden else "",
        "pages": [
            {"title": page.title, "rows": [{"label": line.label, "text": line.text} for line in page.lines]}
            for page in pages
        ],
    }
    return _volume("filled_form", head.title, data, office=office, language=language, made_at=made_at)


def _volume(kind: Any, title: str, data: Mapping[str, Any], *, office: str, language: str, made_at: str) -> Volume:
    part = Part(kind, kind, title, data)
    return Volume("A", "outgoing", title, (part,), issuer=office, language=language, metadata={"created": made_at})
