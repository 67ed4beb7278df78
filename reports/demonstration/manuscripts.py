"""Loads the units' reports and the 总报告 by the steps of every report: draft, review, submission, acceptance, final.

Touches unit reports, merging and issuing. 番禺's is a .docx, as its clerk sent it; all others are manuscripts.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from reports.demonstration import consolidated, people
from reports.demonstration.enterprises import CITY_OWN
from reports.demonstration.preparation import ROOT, DemonstrationFault
from reports.demonstration.stock import FOLDER, stock_json
from reports.issuing import archive, issuing
from reports.merging import decisions
from reports.papers import signoffs, steps
from reports.text import content
from surveys.database import CHINA, seeded_ids
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.campaigns.units import Unit, unit_tree

WORD_UNIT = "440113"
RETURNED_UNIT = "440105"
RETURN_WORDS = "第三部分“平台结算和退货占住现金”请补充企业希望怎样解决；建议部分每条写明承办部门。其余部分很好。"
LEAD_REASON = "各单位的导语只说本单位的情况，总报告另写导语。"
LEAVE_REASON = "与其他单位反映的相同，或者属本区事项，由本区办理，总报告不再展开。"
FINAL_AT = datetime(2023, 7, 28, 9, 30, tzinfo=CHINA)
Progress = Callable[[str, int, int], None]


def byline_of(unit: Unit) -> str:
    name = unit_tree()[ROOT].name if unit.code == CITY_OWN else unit.name
    return f"{name}人大常委会"


def add_unit_report(seed: int, campaign: Campaign, unit: Unit, folder: Path, *, start: datetime) -> str:
    """One unit's report, from the first draft to acceptance; gives the state it is in."""
    desk, approver = people.actor("unit_desk", unit.code), people.actor("unit_approver", unit.code)
    committee = people.actor("committee", ROOT)
    with seeded_ids(f"{seed}/report/{campaign.id}/{unit.code}"):
        report = steps.start_report(campaign, unit, by=desk, at=start)
        if steps.state(report) == "drafting" and not steps.versions(report):
            manuscript = _manuscript(folder / f"{unit.code}.md", unit, start)
            steps.fill_report(report, manuscript, by=desk, at=start + timedelta(hours=5))
            steps.send_for_review(report, by=desk, at=start + timedelta(hours=7))
        if steps.state(report) == "reviewing":
            steps.submit(report, by=approver, at=start + timedelta(hours=25))
        if unit.code == RETURNED_UNIT and len(steps.versions(report)) == 1:
            steps.return_report(report, by=committee, words=RETURN_WORDS, at=start + timedelta(hours=28))
            steps.send_for_review(report, by=desk, at=start + timedelta(hours=44))
            steps.submit(report, by=approver, at=start + timedelta(hours=46))
        if steps.state(report) == "submitted":
            steps.accept(report, by=committee, at=start + timedelta(hours=50))
        return steps.state(report)


def _manuscript(path: Path, unit: Unit, moment: datetime) -> Any:
    text, byline = path.read_text(encoding="utf-8"), byline_of(unit)
    report_date = steps.printed_date(moment + timedelta(hours=25))
    if unit.code != WORD_UNIT:
        return content.read_report(text, byline=byline, date=report_date)
    from reports.word.reading import read_docx

    return read_docx(as_word(text), byline=byline, date=report_date)


def as_word(manuscript: str) -> bytes:
    """The manuscript as a clerk's .docx: headings typed as text, tables as tables, nothing styled."""
    import io

    from docx import Document

    document = Document()
    rows: list[list[str]] = []
    for line in [*manuscript.splitlines(), ""]:
        if "\t" in line:
            rows.append(line.split("\t"))
            continue
        if rows:
            table = document.add_table(len(rows), len(rows[0]))
            for cells, row in zip(rows, table.rows, strict=True):
                for text, cell in zip(cells, row.cells, strict=True):
                    cell.text = text
            rows = []
        if line.strip():
            _paragraph(document, line)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _paragraph(document: Any, line: str) -> None:
    """The title in the middle, everything else as it was typed."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    mark, _, text = line.partition(" ")
    if mark == "#":
        document.add_paragraph(text).alignment = WD_ALIGN_PARAGRAPH.CENTER
    else:
        document.add_paragraph(text if mark in ("##", "###") else line.removeprefix("> "))


def _place_figures(report: Any, places: Sequence[Mapping[str, Any]]) -> None:
    """Put tables and charts where they belong: in a section, under a heading, after so many paragraphs."""
    sections = {section["key"]: section["blocks"] for section in report["sections"]}
    for number, place in enumerate(places, 1):
        blocks = sections[place["section"]]
        start = _heading(blocks, place["heading"])
        texts = [index for index in range(start, len(blocks)) if blocks[index]["type"] == "paragraph"]
        blocks.insert(texts[place["after"] - 1] + 1, {"id": f"figure{number}", **place["block"]})


def _heading(blocks: Sequence[Mapping[str, Any]], text: str) -> int:
    """Where to begin counting: behind the heading that starts with `text`, or at the top."""
    if not text:
        return 0
    return 1 + next(
        index for index, block in enumerate(blocks) if block["type"] == "heading" and block["text"].startswith(text)
    )


def add_root_draft(
    seed: int, campaign: Campaign, text: str, *, at: datetime, with_figures: bool = False
) -> steps.Report:
    """The consolidated draft, its paragraphs written from the units' passages."""
    committee = people.actor("committee", ROOT)
    with seeded_ids(f"{seed}/report/{campaign.id}/{ROOT}"):
        report = steps.start_report(campaign, unit_tree()[ROOT], by=committee, at=at)
        merged = any(row.taken or row.part or row.left for row in decisions.child_shares(report))
        if steps.state(report) == "drafting" and not merged:
            manuscript = content.read_report(
                text, byline="广州市人大常委会经济工作委员会", date=steps.printed_date(FINAL_AT)
            )
            if with_figures:
                _place_figures(manuscript, stock_json("figures")[ROOT])
            consolidated.write(report, manuscript, by=committee, at=at + timedelta(hours=1))
    return report


def finish_root(
    seed: int, campaign: Campaign, *, at: datetime, with_print: bool, progress: Progress | None = None
) -> Any:
    """The 总报告: merged, looked at by the units, signed off, final. Gives the print, or None."""
    committee = people.actor("committee", ROOT)
    report = steps.report_of(campaign.id, ROOT)
    if report is None:
        text = (FOLDER / "reports" / f"{ROOT}.md").read_text(encoding="utf-8")
        report = add_root_draft(seed, campaign, text, at=at, with_figures=True)
    if steps.state(report) == "final":
        return _print_of(campaign, report, progress) if with_print else None
    with seeded_ids(f"{seed}/final/{campaign.id}"):
        if steps.state(report) == "drafting":
            trace = {"by": committee, "at": at + timedelta(hours=2)}
            decisions.leave_rest(report, reason=LEAD_REASON, place="导语", **trace)
            decisions.leave_rest(report, reason=LEAVE_REASON, **trace)
            steps.send_for_review(report, by=committee, at=at + timedelta(hours=3))
        if not signoffs.sign_offs(report):
            _sign_off(report, at)
        try:
            version = issuing.version_to_finish(report)
            return issuing.make_final(version, by=committee, at=FINAL_AT, with_print=with_print, progress=progress)
        except issuing.NotReady as fault:
            raise DemonstrationFault(
                "; ".join(check.as_json()["en"] + " " + check.place for check in fault.checks)
            ) from fault


def _print_of(campaign: Campaign, report: steps.Report, progress: Progress | None) -> Any:
    """The print that stands, or one made now: the report was made final without."""
    version = steps.newest_version(report)
    assert version is not None
    return roots_print(campaign) or issuing.print_version(
        version, "C", "outgoing", by=people.actor("committee", ROOT), progress=progress
    )


def _sign_off(report: steps.Report, at: datetime) -> None:
    """征求意见, 会签, 主任会议, as the campaign requires."""
    by = people.actor("office", ROOT)
    for kind, who, day, note in (
        ("consultation", "各区人大常委会", date(2023, 7, 27), "12个单位均无不同意见。"),
        ("countersign", "市人大常委会法制工作委员会", date(2023, 7, 27), "同意。"),
        ("chair_meeting", "市人大常委会主任会议", date(2023, 7, 28), "原则通过，按程序转送。"),
    ):
        signoffs.sign_off(
            report, kind, who=who, held_on=day, outcome="agreed", note=note, by=by, at=at + timedelta(hours=12)
        )


def roots_print(campaign: Campaign) -> Any:
    """The newest outgoing print of the campaign's 总报告, if it was printed."""
    report = steps.report_of(campaign.id, campaign.unit_code)
    prints = archive.prints_of(report) if report else []
    return next((printed_report for printed_report in prints if printed_report.edition == "outgoing"), None)
