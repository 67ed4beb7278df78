"""What the reports' pages share: who acts, how a fault is said, the entries in 工作主线, a file as an answer."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Flask, Response, abort, current_app, g, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from reports import access
from reports.faults import DataFault, ReportFault, WordFault
from reports.papers.steps import Report, ReportStep, ReportVersion, newest_version, state, states, versions
from surveys.access import Staff
from surveys.accounts import Account
from surveys.audit import Actor
from surveys.database import db
from surveys.planning.campaigns.campaigns import Campaign, campaign_units

HANDED_UP = ("submitted", "accepted", "final")  # states in which the newest version is what the report says


def blueprint(name: str, module: str) -> Blueprint:
    """A blueprint for staff: nobody else gets in, and a fault is said with place, cause and remedy."""
    bp = Blueprint(name, module)
    bp.before_request(lambda: current_app.extensions["signed_in"]())
    for fault in (ReportFault, DataFault):
        bp.register_error_handler(fault, _say_fault)
    bp.register_error_handler(WordFault, lambda fault: _say_fault(fault, 400))
    return bp


def _say_fault(fault: Any, status: int = 409) -> ResponseReturnValue:
    return current_app.extensions["say_fault"](fault, status)


def actor() -> Actor:
    """The signed-in person."""
    return Actor("staff", g.staff.account.id, g.staff.account.name)


def attachment(data: bytes, media_type: str, name: str, *, shown: bool = False) -> Response:
    """Bytes as a file; its name may be Chinese (RFC 6266)."""
    response = Response(data, content_type=media_type)
    stem, dot, ending = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().rpartition(".")
    plain = (stem.strip(" .,-_") if re.search("[A-Za-z]{2}", stem) else "report") + dot + ending
    how = "inline" if shown else "attachment"
    response.headers["Content-Disposition"] = f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    return response


def asked_version(report: Report) -> ReportVersion | None:
    """The kept version that the address asks for by its number, or none; 404 for one that does not exist."""
    number = request.args.get("version")
    if not number:
        return None
    return next((one for one in versions(report) if str(one.number) == number), None) or abort(404)


def shown_version(report: Report) -> ReportVersion | None:
    """The version to show: the one asked for; of a report that was handed up its newest; else none."""
    version = asked_version(report)
    return version or (newest_version(report) if state(report) in HANDED_UP else None)


def names_of_accounts(ids: Iterable[str | None]) -> dict[str, str]:
    """The names of these accounts by their id."""
    account_ids = sorted({one for one in ids if one})
    if not account_ids:
        return {}
    return dict(db.session.execute(select(Account.id, Account.name).where(Account.id.in_(account_ids))).all())


def unit_names(staff: Staff) -> dict[str, str]:
    return {
        code: unit.short_name if g.language != "en" else unit.label("en") for code, unit in staff.tree.units.items()
    }


def register(app: Flask) -> None:
    """List the reports' pages in the line of work, and say how far its stages are."""
    app.extensions.setdefault("nav", []).extend(
        [
            _page(
                "reports",
                _l("Unit reports"),
                "report_list.show",
                _list_args,
                "report_editor.show",
                "report_word.show",
            ),
            _page("reports", _l("Number check"), "report_numbers.show", _root_args),
            _page("merge", _l("Consolidated report"), "report_merge.show", _root_args),
            _page("merge", _l("Final and print"), "report_issue.show", _root_args),
            _page("admin", _l("Backups"), "backups.show", _backup_args),
        ]
    )
    app.extensions.setdefault("stages", []).append(_how_far)
    app.extensions["concluded"] = concluded
    app.extensions.setdefault("audit_names", {})["report"] = _titles


def _page(stage: str, label: Any, endpoint: str, args: Any, *also: str) -> dict[str, Any]:
    return {"stage": stage, "label": label, "endpoint": endpoint, "args": args, "also": also}


def _list_args(campaign: Campaign | None, staff: Staff) -> dict[str, Any] | None:
    return {"number": campaign.number} if campaign is not None and access.listed_units(staff, campaign) else None


def _backup_args(campaign: Campaign | None, staff: Staff) -> dict[str, Any] | None:
    return {} if access.runs_instance(staff) else None


def _root_args(campaign: Campaign | None, staff: Staff) -> dict[str, Any] | None:
    if campaign is None or not staff.has(access.OWNERS, campaign.unit_code):
        return None
    root_ids: dict[str, str | None] = g.setdefault("root_reports", {})
    if campaign.id not in root_ids:
        query = select(Report.id).where(Report.campaign_id == campaign.id, Report.unit_code == campaign.unit_code)
        root_ids[campaign.id] = db.session.scalar(query)
    root_id = root_ids[campaign.id]
    return {"report_id": root_id} if root_id else None


def _titles(ids: Iterable[str]) -> dict[str, str]:
    """What the audit trail calls a report."""
    rows = db.session.execute(select(Report.id, Report.title).where(Report.id.in_(list(ids))))
    return {row.id: row.title for row in rows}


def _how_far(campaign: Campaign) -> dict[str, str]:
    now = states(campaign.id)
    root = now.pop(campaign.unit_code, "")
    if root == "final":
        return dict.fromkeys(("visits", "review", "reports", "merge"), "done") | {"handover": "now"}
    marks = {"reports": "now"} if now else {}
    expected = {unit.unit_code for unit in campaign_units(campaign.id)} - {campaign.unit_code}
    if now and all(now.get(unit) == "accepted" for unit in expected):
        # A unit's visits are locked once it has reported: where all have, nobody is in the field.
        marks = dict.fromkeys(("visits", "review", "reports"), "done")
    return marks | ({"merge": "now"} if root else {})


def concluded(ids: Iterable[str]) -> set[str]:
    """Which of these campaigns have a consolidated report that is final, in one statement; a final is never reopened."""
    query = (
        select(Report.campaign_id)
        .join(Campaign, (Campaign.id == Report.campaign_id) & (Campaign.unit_code == Report.unit_code))
        .join(ReportStep, ReportStep.report_id == Report.id)
        .where(Report.campaign_id.in_(list(ids)), ReportStep.step == "final")
    )
    return set(db.session.scalars(query))
