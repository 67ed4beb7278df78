"""The figures of a report on the data of this moment, for its draft, its checks and its pages.

Touches nothing but what it is given.
"""

from collections.abc import Callable

from reports.evidence.accepted_answers import CampaignData
from reports.figures.figure_words import Figure, resolver
from reports.papers.records import Report


def figures_of(report: Report, data: CampaignData, language: str = "zh-CN") -> Callable[[str], Figure]:
    """A function from a token to its figure, as the outgoing edition gives it.

    It raises UnknownFigure, also for a unit the report does not speak of.
    """
    leaves, nodes = data.below(report.scope)
    return resolver(
        data.frame,
        data.counts,
        unit=report.scope,
        places={"", *leaves, *nodes},
        smallest_cell=report.campaign.setting("smallest_cell"),
        language=language,
    )
