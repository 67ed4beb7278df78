"""Prints the text as it stands, on the answers there are (过程稿), from the first day on; nothing is kept. Touches drafts and the print shop.

It is the internal edition: it does not leave the office. Every page says so, of when its data are and how many visits they cover.
A unit whose report nobody has begun gets the skeleton that it would begin with.
"""

from pathlib import Path
from typing import Any

from flask import current_app

from reports.evidence.accepted_answers import CampaignData, campaign_data
from reports.issuing.final_checks import font_folder
from reports.issuing.issuing import Progress
from reports.issuing.volumes import DEMONSTRATION, report_part
from reports.papers.freezing import freeze_report
from reports.papers.skeletons import new_draft
from reports.papers.steps import draft, report_of
from reports.printing.volume import PrintedVolume, Volume
from surveys.database import CHINA
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.campaigns.units import Unit
from surveys.planning.words.visit_words import words_of

NAME = "过程稿"


def print_working_copy(campaign: Campaign, unit: Unit, *, progress: Progress | None = None) -> PrintedVolume:
    """The draft of a unit (of the organizing unit: the consolidated one) as a PDF. Raises DataFault, UnknownFigure, PrintFault."""
    from reports.printing.fonts import find_fonts
    from reports.printing.workers import print_volume

    return print_volume(
        working_volume(campaign, unit, campaign_data(campaign)),
        cache_dir=Path(current_app.instance_path) / "cache" / "print",
        fonts=find_fonts(font_folder()),
        progress=progress,
    )


def working_volume(campaign: Campaign, unit: Unit, data: CampaignData) -> Volume:
    """What is printed of a unit's draft on these data."""
    report = report_of(campaign.id, unit.code)
    content = draft(report) if report is not None else new_draft(campaign, unit, data)
    frozen = freeze_report(campaign, unit, content, data).frozen["internal"]
    moment = campaign.now().astimezone(CHINA)
    return Volume(
        profile="A",
        edition="internal",
        title=frozen["title"],
        issuer=frozen["byline"],
        date=frozen["date"],
        marks=(*((DEMONSTRATION,) if campaign.demonstration else ()), NAME, coverage(campaign, unit, data)),
        parts=(report_part("report", frozen, group=""),),
        metadata={"created": moment.isoformat(timespec="seconds"), "subject": campaign.title},
    )


def coverage(campaign: Campaign, unit: Unit, data: CampaignData) -> str:
    """Of when the data are, how many visits of those planned they cover, and how many units have none yet."""
    scope = "" if unit.code == campaign.unit_code else unit.code
    say, counts = words_of(campaign.settings), data.counts.get(scope)
    moment = campaign.now().astimezone(CHINA)
    leaves, _tree = data.below(scope)
    units_with = {one.unit for one in data.of(scope)}
    silent = [leaf for leaf in leaves if leaf not in units_with]
    planned: Any = counts.assigned if counts else None
    parts = [
        f"{NAME} 数据截至{moment.month}月{moment.day}日{moment:%H:%M}",
        f"已审核通过{len(data.of(scope))}份，应{say.visiting}{planned if planned is not None else 0}次",
    ]
    if silent and len(leaves) > 1:
        parts.append(f"{len(silent)}个单位尚无数据")
    return "，".join(parts)
