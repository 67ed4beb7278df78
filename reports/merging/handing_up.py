"""A report is handed up (报送) when every paragraph of the reports below it is decided on. Touches cards and the steps.

What was taken and is gone from the draft again counts as undecided: nothing of a unit is lost unseen.
"""

from datetime import datetime

from reports.faults import NOTHING, FaultKind, ReportFault
from reports.merging.cards import cards
from reports.papers import steps
from reports.papers.steps import Report, ReportVersion
from surveys.audit import Actor
from surveys.questionnaire.sheets.bilingual import Text


def submit(report: Report, *, by: Actor, note: str = "", at: datetime | None = None) -> ReportVersion:
    """报送 of a report, also of one without reports below it. Raises ReportFault."""
    open_cards = [card for card in cards(report) if card.decision is None]
    if open_cards:
        lost = sum(card.lost for card in open_cards)
        words = Text(f"（其中{lost}段采用后又从汇总稿删去）", f" ({lost} of them were taken and deleted again)")
        raise ReportFault(
            FaultKind.CARDS_UNDECIDED, report.title, count=len(open_cards), lost=words if lost else NOTHING
        )
    return steps.submit(report, by=by, note=note, at=at)
