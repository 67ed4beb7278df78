"""What a draft is checked against (核对依据): indicators for typed numbers, names without consent, fonts.

Each is made once per state of the data.
"""

from collections.abc import Callable, Set
from pathlib import Path
from typing import Any

from flask import current_app

from reports.evidence.accepted_answers import MOST_CAMPAIGNS, CampaignData
from reports.evidence.consents import Names, listed_firms
from reports.faults import TokenFault, UnknownFigure
from reports.papers.steps import Report
from reports.stamped import StampedResults
from reports.text.report_shape import ReportContent
from surveys.planning.campaigns.campaigns import campaign_units
from surveys.planning.words.visit_words import words_of

MOST_REPORTS = 64  # whose numbers and entries stay in one process
_verdicts: StampedResults[list[Any]] = StampedResults(MOST_REPORTS)
_entries: StampedResults[list[dict[str, Any]]] = StampedResults(MOST_REPORTS)
_names: StampedResults[Names] = StampedResults(MOST_CAMPAIGNS)


def verdicts(report: Report, data: CampaignData, content: ReportContent) -> list[Any]:
    """Every typed figure of a text with its verdict against the data (number_checks.Verdict)."""
    from reports.checking.number_checks import typed_numbers

    words = words_of(report.campaign.settings)
    below = _below(report, data)
    places = _places(report, below)
    stamp = (data.stamp, hash(str(content)), report.campaign.setting("smallest_cell"), words, tuple(places.items()))
    return _verdicts.result(
        report.id,
        stamp,
        lambda _: typed_numbers(content, _tables(report, data, places), _figure_text(report, data)),
    )


def _below(report: Report, data: CampaignData) -> Set[str]:
    leaves, nodes = data.below(report.scope)
    return {*leaves, *nodes} - {report.scope}


def _tables(report: Report, data: CampaignData, places: dict[str, str]) -> Any:
    """What a report's sentences are checked against: its own unit, what lies below it, and no other unit of the campaign."""
    from reports.checking.entries import entries_within
    from reports.checking.scopes import OWN, Tables

    words = words_of(report.campaign.settings)
    whole = data.frame.of(report.scope)

    def rows(scope: Any) -> list[dict[str, Any]]:
        unit = scope.units[0] if len(scope.units) == 1 else report.scope if scope == OWN else ""
        return entries_within(whole, scope, data.counts.get(unit) if unit else None, words)

    return Tables(number_entries(report, data), words, places=places, rows_of=rows)


def _places(report: Report, below: Set[str]) -> dict[str, str]:
    """The names of the campaign's units: those below the report's own unit, itself as "", others as what it may not speak of.

    What lies above it is no place: 广州市 stands in the names of laws and offices.
    """
    from reports.checking.scopes import ELSEWHERE

    rows = campaign_units(report.campaign_id)
    above = {report.campaign.unit_code} - below - {report.unit_code}
    places = {"全市": ELSEWHERE} if above else {}
    for row in rows:
        if row.unit_code not in above:
            place = row.unit_code if row.unit_code in below else "" if row.unit_code == report.unit_code else ELSEWHERE
            places |= dict.fromkeys((row.unit.name, row.unit.short_name), place)
    return places


def _figure_text(report: Report, data: CampaignData) -> Callable[[str], str]:
    """The text of a figure by its key, as the report prints it; a key that cannot be read stands as it was typed."""
    from reports.papers.draft_figures import figures_of

    resolve = figures_of(report, data)

    def text(key: str) -> str:
        try:
            return resolve(key).text
        except (UnknownFigure, TokenFault):
            return f"{{{{{key}}}}}"

    return text


def number_entries(report: Report, data: CampaignData) -> list[dict[str, Any]]:
    """What typed numbers are compared with: every indicator of the report's own unit."""
    from reports.checking.entries import check_entries

    words = words_of(report.campaign.settings)
    return _entries.result(
        report.id,
        (data.stamp, words),
        lambda _: check_entries(data.frame.of(report.scope), data.counts.get(report.scope), words=words),
    )


def names_of(report: Report, data: CampaignData) -> Names:
    """The names of the report's campaign; made anew when its lists or its accepted answers are otherwise."""
    firms = listed_firms(report.campaign_id)
    return _names.result(
        report.campaign_id, (data.stamp, hash(firms)), lambda _: Names(report.campaign_id, data, firms)
    )


def font_folder() -> Path | None:
    """Where an office puts its licensed fonts by role; None where it has none."""
    folder = Path(current_app.config.get("FONTS") or Path(current_app.instance_path) / "fonts")
    return folder if folder.is_dir() else None
