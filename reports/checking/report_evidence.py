"""What a draft is held against (核对依据): indicators for typed numbers, names without consent, fonts; made once per state of the data."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import current_app

from reports.evidence.accepted_answers import CampaignData
from reports.evidence.consents import Names
from reports.papers.steps import Report
from reports.text.content import ReportContent


def verdicts(report: Report, data: CampaignData, content: ReportContent) -> list[Any]:
    from reports.checking.number_checks import typed_numbers

    stamp = (id(data), hash(str(content)))
    known = _verdicts.get(report.id)
    if known is None or known[0] != stamp:
        found = typed_numbers(content, number_entries(report, data), _told(report, data))
        _verdicts[report.id] = known = (stamp, found)
    return known[1]


def _told(report: Report, data: CampaignData) -> Callable[[str], str]:
    """The text of a figure by its key, as the report prints it; a key that cannot be read stands as it was typed."""
    from reports.figures.indicators import UnknownFigure
    from reports.papers.draft_figures import figures_of
    from reports.text.tokens import TokenFault

    resolve = figures_of(report, data)

    def told(key: str) -> str:
        try:
            return resolve(key).text
        except (UnknownFigure, TokenFault):
            return f"{{{{{key}}}}}"

    return told


_verdicts: dict[str, tuple[Any, list[Any]]] = {}


def number_entries(report: Report, data: CampaignData) -> list[dict[str, Any]]:
    """What typed numbers are compared with: every indicator of the report's own unit; made once per state of the data."""
    known = _entries.get(report.id)
    if known is None or known[0] is not data:
        from reports.checking.number_checks import check_entries

        made = check_entries(data.frame.of(report.scope), data.counts.get(report.scope))
        _entries[report.id] = known = (data, made)
    return known[1]


_entries: dict[str, tuple[CampaignData, list[dict[str, Any]]]] = {}


def names_of(report: Report, data: CampaignData) -> Names:
    known = _names.get(report.campaign_id)
    if known is None or known[0] is not data:
        _names[report.campaign_id] = known = (data, Names(report.campaign_id, data))
    return known[1]


_names: dict[str, tuple[CampaignData, Names]] = {}


def font_folder() -> Path | None:
    """Where an office puts its licensed fonts by role; None where it has none."""
    folder = Path(current_app.instance_path) / "fonts"
    return folder if folder.is_dir() else None
