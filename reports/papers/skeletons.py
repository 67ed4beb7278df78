"""The skeleton a report begins with (初稿骨架): the outline's sections, figures by the program, blanks for a person.

Takes   the campaign's outline and the tables of its questionnaire; no question is known by name.
Gives   a `ReportContent`: where the outline says `program` or `both`, sentences of the kinds of domain.md 2.8 whose every
        figure is a token, and the section's tables; where it says `person` or `both`, a 【待起草】 with its length.
Never   a cause, a judgement, praise, advice: those are blanks.
"""

from collections.abc import Iterable
from typing import Any

from reports.evidence.accepted_answers import CampaignData
from reports.figures.frame import Frame, is_multiple
from reports.figures.indicators import lead_question
from reports.text import content as contents
from reports.text.report_shape import Block, ReportContent
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.campaigns.units import Unit
from surveys.planning.words.visit_words import Words, words_of

PLACES = (1, 2, 3)  # 选择较多的依次是 A、B、C


def outline_of(campaign: Campaign) -> list[dict[str, str]]:
    """The campaign's outline, or that of a research report."""
    return [dict(row) for row in campaign.outline or contents.default_outline()]


def limits(campaign: Campaign, key: str, *, root: bool) -> tuple[int, int] | None:
    """Least and most 字数 that the outline asks for in one section; None where it asks for none."""
    row = next((row for row in outline_of(campaign) if row["key"] == key), None)
    prefix = "" if root else "sub_"
    least, most = (row.get(f"{prefix}chars_{end}") or "" if row else "" for end in ("min", "max"))
    return (int(least), int(most)) if least and most else None


def whole_limits(campaign: Campaign, *, root: bool) -> tuple[int, int]:
    """Least and most 字数 of the whole report: the sums over its chapters."""
    chapters = [row["key"] for row in outline_of(campaign) if not row["parent_key"]]
    pairs = [pair for key in chapters if (pair := limits(campaign, key, root=root))]
    return sum(least for least, _ in pairs), sum(most for _, most in pairs)


def new_draft(campaign: Campaign, unit: Unit, data: CampaignData) -> ReportContent:
    """The draft that a new report begins with."""
    root = unit.code == campaign.unit_code
    outline = outline_of(campaign)
    draft = contents.new_report(title_of(campaign, unit, root=root), byline=byline_of(campaign, unit), outline=outline)
    rows = {row["key"]: row for row in outline}
    for section in draft["sections"]:
        row = rows[section["key"]]
        if section["blocks"] or section["key"] == "lead":
            section["blocks"] = _blocks(campaign, row, data.frame, root=root)
    return draft


def title_of(campaign: Campaign, unit: Unit, *, root: bool) -> str:
    return f"关于“{campaign.title}”情况的报告" if root else f"{unit.name}“{campaign.title}”情况的报告"


def byline_of(campaign: Campaign, unit: Unit) -> str:
    """署名: the organizing office for what it collects itself, else the unit's standing committee."""
    is_own = unit.code == campaign.unit_code or (unit.parent_code == campaign.unit_code and unit.code.endswith("-0"))
    return campaign.office if is_own else f"{unit.name}人大常委会"


def _blocks(campaign: Campaign, row: dict[str, str], frame: Frame, *, root: bool) -> list[Block]:
    writer = row.get("writer") or "person"
    blocks: list[Block] = []
    if writer in ("program", "both"):
        blocks += _program(row, frame, words_of(campaign.settings))
    if writer in ("person", "both"):
        blocks.append({"type": "blank", "hint": _hint(campaign, row, root=root), "id": ""})
    return [{**block, "id": f"{row['key']}-{place}"} for place, block in enumerate(blocks, 1)]


def _hint(campaign: Campaign, row: dict[str, str], *, root: bool) -> str:
    range_asked = limits(campaign, row["key"], root=root)
    what = "依据、目的和方法" if row["key"] == "lead" else row["numbering"] + row["title"]
    return f"{what}，约{range_asked[0]}—{range_asked[1]}字" if range_asked else what


def _program(row: dict[str, str], frame: Frame, words: Words) -> list[Block]:
    """What the data can say: the count paragraph in the lead, one sentence and one table for each table elsewhere."""
    if row["key"] == "lead":
        return [{"type": "paragraph", "text": text, "id": ""} for text in _count_paragraph(frame, words)]
    blocks: list[Block] = []
    for table in _tables_of(row["key"], frame):
        sentence = _ranking(table, frame)
        if sentence:
            blocks.append({"type": "paragraph", "text": sentence, "id": ""})
        blocks.append({"type": "table", "table": table, "items": None, "title": "", "id": ""})
    return blocks


def _tables_of(key: str, frame: Frame) -> Iterable[str]:
    visits = frame.data.campaign_table
    for table in frame.data.tables:
        if table["section"] == key and (table["table"] == visits or frame.data.campaign_table):
            yield table["table"]


def _count_paragraph(frame: Frame, say: Words) -> list[str]:
    """“调研期间，共走访…” (domain.md 2.8); nothing where the questionnaire has no table of visits."""
    table = frame.data.campaign_table
    if not table:
        return []

    def count(item: str) -> str:
        return f"{{{{{table}:{item}|count|plain}}}}"

    return [
        (
            f"调研期间，共完成走访任务{count('visits')}次，其中{say.visited}接受{say.visiting}{count('visited')}次，涉及{say.visited}{count('firms')}家；人大代表{count('deputies')}名参加，"
            f"计{count('persontimes')}人次；召开座谈会等活动{count('events')}场次。"
            f"应{say.visiting}{count('assigned')}次，完成{{{{{table}:visits|ratio|plain}}}}；"
            f"{say.visited}婉拒{count('refused')}次，联系不上或现场无人{count('not_found')}次，已停业或搬迁{count('closed')}次，"
            f"因其他原因未能{say.visiting}{count('other_outcome')}次，"
            f"不计入有效样本。本次{say.visited}名单按配额选取，文中数据只说明受访{say.visited}的情况。"
        )
    ]


def _ranking(table: str, frame: Frame) -> str:
    """“在“…”一题中（多选，n=…），选择较多的依次是…” for a question of several choices; "" for other tables."""
    question: Any = lead_question(frame, table)
    if question is None or not is_multiple(question) or table == frame.data.campaign_table:
        return ""
    if len(question.choices) <= len(PLACES):
        return ""
    label = question.label.get("zh-CN") or next(iter(question.label.values()), question.name)
    field = f"{table}:{question.name}"
    choices = "、".join(
        f"{{{{{field}.top{place}|name|plain}}}}（{{{{{field}.top{place}|share|plain}}}}）" for place in PLACES
    )
    return f"在“{label}”一题中（多选，n={{{{{field}|base|plain}}}}），选择较多的依次是{choices}。"
