"""What goes out as Word (Word 稿): a draft with the figures of now, a kept version with its own, a section of either, the volume.

It is the outgoing edition, in which small counts are hidden: a file goes where it will. Touches drafts, versions and volumes.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from flask import current_app

from reports.evidence import finding_lists
from reports.evidence.accepted_answers import CampaignData, campaign_data
from reports.faults import FaultKind, ReportFault, UnknownFigure
from reports.figures.charts import block_rows
from reports.figures.figure_words import Figure
from reports.issuing.final_checks import font_folder
from reports.issuing.volumes import edition_of, volume_of
from reports.issuing.working_copies import coverage
from reports.papers.draft_figures import figures_of
from reports.papers.steps import Report, ReportVersion, draft
from reports.text import content as contents
from reports.text.report_shape import Block, FrozenReport, ReportContent
from reports.word.marks import Origin, sent_from
from reports.word.writing import picture_key, write_docx, write_volume
from surveys.confined import Overrun, confined


def draft_docx(report: Report, section: str = "") -> bytes:
    """The draft as it stands, or one section of it. Raises ReportFault for a section that is not there."""
    data = campaign_data(report.campaign)
    content = draft(report)
    header = coverage(report.campaign, report.unit, data)
    return _docx(report, content, _frozen(report, contents.renumber(content), data), section, header=header)


def version_docx(version: ReportVersion, section: str = "") -> bytes:
    """A kept version as it was frozen, or one section of it. Raises ReportFault for a section that is not there."""
    frozen = edition_of(version, "outgoing")
    return _docx(version.report, version.content, frozen, section, version=version.number)


def volume_docx(version: ReportVersion) -> bytes:
    """The volume of a version: cover, contents, the report, those of the units, the annexes."""
    volume = volume_of(version, "C", "outgoing")
    charts = [
        block for part in volume.parts for section in part.data.get("sections") or () for block in section["blocks"]
    ]
    origin = Origin(version.report.id, "volume", volume.title, version.number)
    return write_volume(volume, pictures=_pictures(charts), origin=origin)


def _docx(
    report: Report,
    content: ReportContent,
    frozen: FrozenReport,
    section: str,
    *,
    version: int | None = None,
    header: str = "",
) -> bytes:
    shown: FrozenReport = {**frozen, "sections": [one for one in frozen["sections"] if section in ("", one["key"])]}
    if not shown["sections"]:
        raise ReportFault(FaultKind.NO_SECTION, section, key=section)
    blocks = [block for _, block in contents.blocks_of(shown)]
    kind = "section" if section else "report"
    origin = sent_from(report.id, kind, report.title, shown, version=version)
    return write_docx(
        shown,
        written={block["id"]: block for _, block in contents.blocks_of(content)},
        pictures=_pictures(blocks),
        origin=origin,
        subject=report.campaign.title,
        header=header,
    )


def _frozen(report: Report, content: ReportContent, data: CampaignData) -> FrozenReport:
    """The draft with the figures of now; what cannot be given stands as its token, or as the place of its table."""
    leaves, tree = data.below(report.scope)
    ids = finding_lists.finding_ids(report.campaign_id, data.of(report.scope), (*leaves, *tree))
    rows = block_rows(
        data.frame.of(report.scope),
        data.counts.get(report.scope),
        smallest_cell=report.campaign.setting("smallest_cell"),
        findings=lambda block: finding_lists.findings_rows(ids, block, "outgoing", tree),
        counts_of=data.counts,
    )

    def made(block: Block) -> Any:
        try:
            return rows(block)
        except (ValueError, KeyError, IndexError):
            return {}

    return contents.freeze(content, _or_its_token(figures_of(report, data)), made)


def _or_its_token(figure: Callable[[str], Figure]) -> Callable[[str], Any]:
    def told(key: str) -> Any:
        try:
            return figure(key)
        except UnknownFigure:
            return Figure(key, "{{" + key + "}}", None, None, "")

    return told


def _pictures(blocks: Iterable[Mapping[str, Any]]) -> dict[str, bytes]:
    """The drawings of the charts among these blocks, drawn in a process of its own; one that cannot be drawn has none."""
    from reports.printing.chart_pictures import draw_charts
    from reports.printing.fonts import find_fonts
    from reports.printing.volume import PrintFault

    charts = [block for block in blocks if block["type"] == "chart" and "labels" in block]
    if not charts:
        return {}
    try:
        fonts = find_fonts(font_folder()).as_json()
    except PrintFault:  # without fonts a chart is told in numbers
        return {}
    faces = Path(current_app.instance_path) / "cache" / "print" / "faces"
    try:
        drawn = confined(draw_charts, [dict(one) for one in charts], fonts, str(faces))
    except Overrun:
        return {}
    return {
        block.get("id") or picture_key(block): picture for block, picture in zip(charts, drawn, strict=True) if picture
    }
