"""The sign-offs of a report (征求意见, 会签, 主任会议), which a campaign may require before `final`. Touches reports."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, String, select
from sqlalchemy.orm import Mapped, mapped_column

from reports.faults import FaultKind, ReportFault
from reports.papers.steps import Report
from surveys import audit
from surveys.audit import Actor
from surveys.database import Id, Line, LongText, db, one_of, writing
from surveys.planning.campaigns.campaigns import Campaign

SIGN_OFFS = ("consultation", "countersign", "chair_meeting")  # 征求意见, 会签, 主任会议
OUTCOMES = ("agreed", "agreed_with_changes", "not_agreed")
NAMES = {
    "consultation": ("征求意见", "consultation"),
    "countersign": ("会签", "countersignature"),
    "chair_meeting": ("主任会议", "chair’s meeting"),
}
OUTCOME_NAMES = {
    "agreed": ("同意", "agreed"),
    "agreed_with_changes": ("修改后同意", "agreed with changes"),
    "not_agreed": ("不同意", "not agreed"),
}


class SignOff(db.Model):
    """One sign-off on one version of a report."""

    __tablename__ = "sign_offs"
    __table_args__ = (one_of("kind", SIGN_OFFS), one_of("outcome", OUTCOMES))

    id: Mapped[Id]
    report_id: Mapped[str] = mapped_column(ForeignKey("reports.id"), index=True)
    kind: Mapped[str] = mapped_column(String(14))
    who: Mapped[str] = mapped_column(Line(100))
    held_on: Mapped[date] = mapped_column(Date)
    outcome: Mapped[str] = mapped_column(String(20))
    note: Mapped[str | None] = mapped_column(LongText)
    entered_at: Mapped[datetime]
    entered_by: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))


def sign_off(
    report: Report,
    kind: str,
    *,
    who: str,
    held_on: date,
    outcome: str,
    note: str = "",
    by: Actor,
    at: datetime | None = None,
) -> SignOff:
    """Enter one sign-off. The newest of a kind and a name is in force. Raises ReportFault for words it does not know."""
    if kind not in SIGN_OFFS or outcome not in OUTCOMES or not who.strip():
        raise ReportFault(FaultKind.SIGN_OFF_WRONG, report.title)
    with writing() as session:
        row = SignOff(
            report_id=report.id,
            kind=kind,
            who=who.strip(),
            held_on=held_on,
            outcome=outcome,
            note=note,
            entered_at=at or report.campaign.now(),
            entered_by=by.id if by.kind == "staff" else None,
        )
        session.add(row)
        audit.record(by, "report.sign_off", target=("report", report.id), campaign_id=report.campaign_id, kind=kind)
        session.flush()
    return row


def sign_offs(report: Report) -> list[SignOff]:
    """All sign-offs of a report, oldest first."""
    query = select(SignOff).where(SignOff.report_id == report.id).order_by(SignOff.held_on, SignOff.entered_at)
    return list(db.session.scalars(query))


def required(campaign: Campaign) -> list[str]:
    """The kinds that the campaign requires before final, whether its settings say them in Chinese or by code."""
    by_name = {zh: kind for kind, (zh, _) in NAMES.items()} | {kind: kind for kind in SIGN_OFFS}
    return [by_name[word] for word in campaign.setting("sign_offs") or () if word in by_name]


def open_kinds(report: Report) -> dict[str, str]:
    """The sign-offs that are still open by kind: "missing", or who did not agree (the newest word of each counts)."""
    newest: dict[tuple[str, str], SignOff] = {(row.kind, row.who): row for row in sign_offs(report)}
    reasons = {}
    for kind in required(report.campaign):
        rows = [row for row in newest.values() if row.kind == kind]
        dissenter = next((row.who for row in rows if row.outcome == "not_agreed"), None)
        if not rows or dissenter:
            reasons[kind] = dissenter or "missing"
    return reasons
