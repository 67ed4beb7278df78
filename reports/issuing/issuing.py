"""Makes a report final and has it printed (定稿与印制). Touches unit reports, merging, the archive, the print shop.

A print is a job (kind `print`): it outlives the request and is the same to the last byte when made again. The outgoing edition is
refused when a name without consent stands in the text layer of the PDF itself.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Flask, current_app

from reports.faults import FaultKind, ReportFault, unit_name, unit_names
from reports.issuing import archive, final_checks
from reports.issuing.archive import PrintedReport
from reports.issuing.checks import CheckKind
from reports.issuing.final_checks import Check, blocking, check, check_of
from reports.issuing.verification import Verification, verify
from reports.issuing.volumes import volume_of
from reports.merging import decisions
from reports.papers.steps import (
    Report,
    ReportVersion,
    accepted_version,
    check_under_review,
    course,
    finish,
    newest_version,
    state,
)
from reports.printing.volume import PrintFault
from surveys import jobs
from surveys.audit import Actor
from surveys.database import db
from surveys.jobs import Job
from surveys.planning.words.visit_words import speak_of

__all__ = [
    "Check",
    "NotReady",
    "Verification",
    "ask_print",
    "blocking",
    "check",
    "make_final",
    "print_version",
    "verify",
]

KIND = "print"
Progress = Callable[[str, int, int], None]
MARKS = {"reviewing": "送审稿", "drafting": "征求意见稿", "returned": "征求意见稿"}


class NotReady(Exception):
    """The report may not be final, or may not be printed: the checks that stop it."""

    def __init__(self, checks: list[Check]) -> None:
        self.checks = checks
        super().__init__("; ".join(f"{one.title('en')}: {one.en}" for one in checks))


@dataclass(frozen=True, slots=True)
class _Print:
    pdf: bytes
    pages: int
    parts: list[Any]


def profile_of(report: Report) -> str:
    """The form a report is printed in: C for one that has others under it, A for one that stands alone."""
    return "C" if decisions.children(report) else "A"


def make_final(
    version: ReportVersion,
    *,
    by: Actor,
    at: datetime | None = None,
    with_print: bool = True,
    progress: Progress | None = None,
) -> PrintedReport | None:
    """定稿: every check must pass, then the outgoing volume is printed and searched for names, then this very version is final.

    Raises NotReady with the checks that stop it, ReportFault where another version is under review by then.
    `with_print=False` leaves the print for later, where it is searched then.
    """
    check_under_review(version)
    failures = blocking(check(version.report))
    if failures:
        raise NotReady(failures)
    profile = profile_of(version.report)
    printout = _set(version, profile, "outgoing", "", progress) if with_print else None
    finish(version, by=by, at=at)
    if printout is None:
        return None
    return archive.keep(version, profile, "outgoing", printout.pdf, pages=printout.pages, parts=printout.parts, by=by)


def version_to_finish(report: Report) -> ReportVersion:
    """The version under review. Raises ReportFault where none is."""
    version = newest_version(report)
    if version is None or state(report) == "drafting":
        raise ReportFault(FaultKind.NOT_REVIEWED, report.title)
    check_under_review(version)
    return version


def version_to_print(report: Report) -> ReportVersion:
    """What a print of the report is made of: a child's accepted version, else the newest. Raises ReportFault without one."""
    version = accepted_version(report) or newest_version(report)
    if version is None:
        raise ReportFault(FaultKind.NOTHING_TO_PRINT, report.title, unit=unit_name(report.unit))
    return version


def check_children(report: Report) -> None:
    """Raises ReportFault where a child's report is missing without a reason: such a volume is not bound."""
    silent = decisions.missing_without_reason(report)
    if silent:
        units = unit_names(child.unit for child in silent)
        raise ReportFault(FaultKind.UNIT_MISSING, units.zh, units=units)


def print_version(
    version: ReportVersion,
    profile: str,
    edition: str = "outgoing",
    *,
    by: Actor | None = None,
    progress: Progress | None = None,
) -> PrintedReport:
    """Print a version and keep the bytes. Raises NotReady for a name in the outgoing text, PrintFault, ReportFault."""
    printout = _set(version, profile, edition, _mark(version), progress)
    return archive.keep(version, profile, edition, printout.pdf, pages=printout.pages, parts=printout.parts, by=by)


def _mark(version: ReportVersion) -> str:
    """What stands across its pages: nothing on a version that was itself submitted or made final, something on every other."""
    return (
        ""
        if _has_step(version, "submitted", "accepted", "final")
        else MARKS.get(state(version.report), MARKS["reviewing"])
    )


def _has_step(version: ReportVersion, *steps: str) -> bool:
    return any(one.version_id == version.id and one.step in steps for one in course(version.report))


def _set(version: ReportVersion, profile: str, edition: str, mark: str, progress: Progress | None) -> _Print:
    from reports.printing.fonts import find_fonts
    from reports.printing.pdf_text import page_texts
    from reports.printing.workers import print_volume

    if profile == "C":
        check_children(version.report)
    volume = volume_of(version, profile, edition, mark=mark)
    printout = print_volume(
        volume,
        cache_dir=Path(current_app.instance_path) / "cache" / "print",
        fonts=find_fonts(final_checks.font_folder()),
        progress=_from_any_thread(progress),
    )
    if edition == "outgoing":
        _search_names(version, page_texts(printout.pdf))
    titles = {part.key: part.title for part in volume.parts}
    parts = [{**part, "title": titles.get(part["key"], "")} for part in printout.parts]
    return _Print(printout.pdf, printout.pages, parts)


def _from_any_thread(progress: Progress | None) -> Progress | None:
    """The print shop tells its progress from threads of its own, which know no application."""
    if progress is None:
        return None
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]

    def tell(step: str, done: int, whole: int) -> None:
        with app.app_context():
            progress(step, done, whole)

    return tell


def _search_names(version: ReportVersion, pages: list[str]) -> None:
    """The last look: the text layer of the finished PDF. Raises NotReady."""
    from reports.evidence.accepted_answers import campaign_data

    names = final_checks.names_of(version.report, campaign_data(version.report.campaign))
    places = [
        final_checks.Place("", "", f"第{page}张：{hit.context}")
        for page, text in enumerate(pages, 1)
        for hit in names.hits(text)
    ]
    if places:
        raise NotReady([check_of(CheckKind.NAME_IN_PRINT, places)])


# The job --------------------------------------------------------------------------------------------------------------


def ask_print(version: ReportVersion, profile: str, edition: str, *, by: Actor, final: bool = False) -> Job:
    """Have a version printed by the worker; `final` makes the report final when the print is good."""
    arguments = {
        "version": version.id,
        "profile": profile,
        "edition": edition,
        "mark": "" if final else _mark(version),
        "final": {"id": by.id, "name": by.name} if final else None,
    }
    job = jobs.ask(KIND, arguments, about=version.report_id, asked_by=by.id)
    while job.state == "done" and "refused" in (job.result or {}):
        # What stood in the way may be mended by now: the same work is asked for once more.
        arguments["again"] = arguments.get("again", 0) + 1
        job = jobs.ask(KIND, arguments, about=version.report_id, asked_by=by.id)
    return job


def print_jobs(report: Report) -> list[Job]:
    """The print jobs of a report's versions, newest first."""
    return jobs.jobs_about(KIND, report.id)


def is_waiting(report: Report, profile: str) -> bool:
    """Whether a print in this form waits or is being made: whoever only reads a report adds no second one."""
    open_jobs = (job for job in print_jobs(report) if job.state in ("queued", "running"))
    return any(job.arguments.get("profile") == profile for job in open_jobs)


@jobs.handler(KIND)
def _print_job(job: Job, progress: Progress) -> dict[str, Any]:
    arguments = job.arguments
    version = db.session.get(ReportVersion, arguments["version"])
    if version is None:
        raise LookupError(f"no version {arguments['version']}")
    speak_of(version.report.campaign.settings)
    try:
        printout = _do_print(version, arguments, progress)
    except NotReady as error:
        return {"refused": [one.as_json() for one in error.checks]}
    except ReportFault as fault:
        return {"refused": [fault.as_json()]}
    except PrintFault as error:
        return {"refused": [fault._asdict() for fault in error.faults]}
    finally:
        speak_of(None)
    assert printout is not None
    return {"printed": printout.id, "pages": printout.pages}


def _do_print(version: ReportVersion, arguments: dict[str, Any], progress: Progress) -> PrintedReport | None:
    profile, edition, final = arguments["profile"], arguments["edition"], arguments.get("final")
    by = Actor("staff", final["id"], final["name"]) if final else None
    if by is None or _has_step(version, "final"):  # final, but the work ended before its print was kept
        return print_version(version, profile, edition, by=by, progress=progress)
    return make_final(version, by=by, progress=progress)
