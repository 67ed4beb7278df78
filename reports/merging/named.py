"""Where the merging of reports may name a firm or a person: reasons, and what an act keeps to be undone. Touches records."""

from reports.merging.records import LeaveReason, MergeAct, MergeDecision, MissingReason
from reports.papers.named import unit_of_report
from surveys.personal_data.sources import Words

SOURCES = tuple(
    Words("report_words", model, columns, unit=unit_of_report(model.report_id), everywhere=True)
    for model, columns in (
        (MergeDecision, (MergeDecision.reason,)),
        (MergeAct, (MergeAct.details,)),
        (MissingReason, (MissingReason.reason,)),
        (LeaveReason, (LeaveReason.words,)),
    )
)
