"""A report as it reads on paper: of the draft with the figures of now, or of a kept version. Touches content and access."""

from typing import Any
from uuid import UUID

from flask import g, render_template
from flask.typing import ResponseReturnValue

from reports import access
from reports.evidence.accepted_answers import campaign_data
from reports.pages.frame import blueprint, shown_version, unit_names
from reports.pages.paper import Run, Setter, ShownBlock, heads_of, source_words
from reports.papers.steps import Report, draft, state
from reports.text import content as contents
from reports.text.report_shape import Block

bp = blueprint("report_paper", __name__)


@bp.get("/reports/<uuid:report_id>/paper")
def show(report_id: UUID) -> ResponseReturnValue:
    """The whole report on one page; `version` shows a kept one with its frozen figures."""
    report = access.report(g.staff, report_id)
    version = shown_version(report)
    names = unit_names(g.staff)
    if version is not None:
        content = version.frozen
        sections = [
            (section, [_frozen(block, names) for block in section["blocks"]]) for section in content["sections"]
        ]
    else:
        content = draft(report)
        setter = Setter(report, campaign_data(report.campaign))
        sections = [(section, [setter.shown(b, names) for b in section["blocks"]]) for section in content["sections"]]
    return render_template(
        "reports/paper.html",
        campaign=report.campaign,
        report=report,
        state=state(report),
        content=content,
        sections=sections,
        version=version,
        chars=contents.count_chars(content) if version is not None else _chars(report, content),
    )


def _chars(report: Report, content: Any) -> int:
    return contents.count_chars(content, Setter(report, campaign_data(report.campaign)).resolve_or_blank)


def _frozen(block: Block, names: dict[str, str]) -> ShownBlock:
    """A frozen block: its figures are text already."""
    result = ShownBlock(block, sources=[source_words(one, names) for one in block.get("sources") or ()])
    if block["type"] in ("paragraph", "case"):
        result.runs = [Run(run["text"], run.get("figure", "")) for run in block.get("runs", ())]
    elif block["type"] == "blank":
        result.runs = [Run(contents.block_text(block), blank=True)]
    elif block["type"] == "heading":
        result.runs = [Run(block.get("text", ""))]
    elif block["type"] == "table":
        result.table = block
    elif block["type"] == "chart":
        texts, labels = block.get("texts", []), block.get("labels", [])
        rows = [[label, *texts[place]] for place, label in enumerate(labels)]
        result.table = {**block, "columns": heads_of(block.get("series", [])), "rows": rows}
    return result
