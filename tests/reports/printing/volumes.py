"""Volumes and papers the tests of the print shop print."""

from typing import Any

from reports.printing.typesetting import sample
from reports.printing.volume import Attachment, Part, Volume

PROSE = (
    "今年以来，受访企业普遍关注订单、成本和账款三件事。从订单看，部分制造业企业反映上半年新签合同金额同比下降12.5%，"
    "“小单、急单、短单”增多；从成本看，原材料、物流、用工三项支出合计占营业收入的78.6%，比上年提高2.3个百分点。"
    "有的企业说，账期由60天延长到180天，资金周转压力加大；有的企业（主要是小型、微型企业）表示，续贷时“先还后贷”的过桥费用较高。"
    "代表们建议：一是用好2023年出台的各项政策；二是建立账款支付的公开查询渠道，让企业看得见、等得起；三是对按时付息的企业直接办理续贷。"
)


def report(*paragraphs: str, title: str = "关于民营企业调研情况的报告", **more: Any) -> dict[str, Any]:
    """A report that is nothing but paragraphs."""
    blocks = [{"type": "paragraph", "runs": [{"text": text}]} for text in paragraphs]
    return {"title": title, "sections": [{"title": "", "level": 1, "blocks": blocks}], **more}


def long_report(title: str, sections: int = 4) -> dict[str, Any]:
    """A report of several pages with heads of two levels."""
    body = []
    for number in range(sections):
        body.append({"title": f"{'一二三四五六七八'[number]}、第{number + 1}个方面的情况", "level": 1, "blocks": []})
        blocks = [{"type": "paragraph", "runs": [{"text": PROSE}]} for _ in range(2)]
        body.append({"title": "（一）企业反映的问题", "level": 2, "blocks": blocks})
    return {"title": title, "byline": "市人大常委会经济工作委员会", "date": "2023年9月8日", "sections": body}


def annex(rows: int = 60, **more: Any) -> dict[str, Any]:
    """附件1 with so many rows."""
    data = sample("annex")
    return {**data, "rows": [[str(number + 1), *data["rows"][number % 4][1:]] for number in range(rows)], **more}


def bound_volume(**more: Any) -> Volume:
    """Profile C with everything a bound volume has."""
    parts = (
        Part("main", "report", "关于民营企业调研情况的总报告", long_report("关于民营企业调研情况的总报告"), "总报告"),
        Part("440104", "report", "越秀区情况报告", long_report("越秀区情况报告", 2), "分报告"),
        Part("440105", "report", "海珠区情况报告", {**sample("report"), "title": "海珠区情况报告"}, "分报告"),
        Part("annex1", "annex", "附件1　调研企业名单", annex(60), "附件"),
        Part("annex2", "annex_report", "附件2　问卷统计表", sample("annex_report"), "附件"),
        Part("annex3", "annex", "附件3　意见建议汇总表", annex(40, number="附件3", landscape=True), "附件"),
    )
    given: dict[str, Any] = {
        "profile": "C",
        "edition": "internal",
        "title": "“五级人大代表联动，千家民营企业调研”报告汇编",
        "parts": parts,
        "issuer": "市人大常委会经济工作委员会",
        "date": "2023年9月",
        "marks": ("演示数据", "征求意见稿"),
        "attachments": (
            Attachment("manifest.json", "application/json", b'{"submissions": ["a1"]}', "manifest"),
            Attachment("tables.json", "application/json", '{"表": [1]}'.encode(), "tables"),
        ),
        "metadata": {"created": "2023-09-08T09:00:00+08:00", "version": "3"},
    }
    return Volume(**{**given, **more})
