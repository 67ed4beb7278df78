"""Makes the volume that is printed from a version (卷册): parts, attachments, metadata; from stored rows alone.

    A   one report with its annexes    B   the letter that forwards it    C   cover, contents, report, children's reports, annexes
The same version gives the same volume, so its PDF is the same to the last byte. Attachments: manifest.json says which
versions are bound and the hash of the other two; tables.json the indicator tables; submissions.json what the figures rest on.
"""

import hashlib
import json
import re
from datetime import date, datetime
from typing import Any, NotRequired, TypedDict

from reports.faults import FaultKind, ReportFault
from reports.papers.steps import ReportVersion
from reports.printing.volume import Attachment, Part, Volume
from reports.text import content as contents
from reports.text.report_shape import (
    Annex,
    AuditHead,
    CampaignEntry,
    CountsEntry,
    FrozenReport,
    ReportContent,
    TableData,
)
from surveys.database import CHINA, db

FORMAT = "diaoyan-print/1"
MANIFEST, TABLES, SUBMISSIONS = "manifest.json", "tables.json", "submissions.json"
DEMONSTRATION = "演示数据"


def volume_of(version: ReportVersion, profile: str, edition: str, *, mark: str = "") -> Volume:
    """The volume of a version; `mark`: 征求意见稿, 送审稿, or nothing for what is final or submitted."""
    report, campaign = version.report, version.report.campaign
    frozen = edition_of(version, edition)
    children = children_of(version) if profile == "C" else []
    if profile == "B":
        parts = [letter_part(version, frozen)]
    else:
        is_bound = profile == "C"
        parts = [report_part("report", frozen, group="总报告" if is_bound else "")]
        parts += [
            report_part(child.report.unit_code, bound_edition(version, child, edition), group="分报告", depth=1)
            for child in children
        ]
        parts += [annex_part(annex, group="附件" if is_bound else "") for annex in version.frozen["annexes"][edition]]
    return Volume(
        profile=profile,  # type: ignore[arg-type]
        edition=edition,  # type: ignore[arg-type]
        title=frozen["title"],
        subtitle="（内部资料汇编）"
        if profile == "C" and edition == "internal"
        else "（汇编本）"
        if profile == "C"
        else "",
        issuer=frozen["byline"],
        date=frozen["date"],
        marks=tuple(filter(None, (DEMONSTRATION if campaign.demonstration else "", mark))),
        parts=tuple(parts),
        attachments=tuple(attachments_of(version, children, profile, edition)),
        metadata={
            "created": _file_date(version, frozen["date"]),
            "version": f"{report.unit_code}-{version.number}",
            "subject": campaign.title,
            "digest": version.digest,
        },
    )


def _file_date(version: ReportVersion, cover_date: str) -> str:
    """The date of the file: the date on the cover where that is a date, else the moment of the version; in China's time."""
    moment = version.made_at.astimezone(CHINA)
    match = re.fullmatch(r"(\d{4})年(\d{1,2})月(\d{1,2})日", cover_date)
    if match and (day := _day(*map(int, match.groups()))) is not None:
        moment = datetime.combine(day, moment.timetz())
    return moment.isoformat(timespec="seconds")


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def edition_of(version: ReportVersion, edition: str) -> FrozenReport:
    """The frozen content as that edition prints it."""
    return version.frozen["internal"] if edition == "internal" else version.frozen


def bound_edition(version: ReportVersion, child: ReportVersion, edition: str) -> FrozenReport:
    """A child's report as its parent's volume prints it: outgoing, it hides what the others would give away as well."""
    bound_child = version.frozen.get("children", {}).get(child.report.unit_code)
    return bound_child["content"] if bound_child and edition == "outgoing" else edition_of(child, edition)


def _tables_in(version: ReportVersion, child: ReportVersion, edition: str) -> list[TableData]:
    bound_child = version.frozen.get("children", {}).get(child.report.unit_code)
    return bound_child["indicators"] if bound_child and edition == "outgoing" else child.manifest["indicators"][edition]


def children_of(version: ReportVersion) -> list[ReportVersion]:
    """The versions of the children that were accepted when this one was frozen."""
    versions = []
    for child in version.manifest.get("children") or ():
        row = db.session.get(ReportVersion, child["version"])
        if row is None or row.digest != child["digest"]:
            raise ReportFault(FaultKind.CHILD_MISSING, child["unit"], unit=child["unit"], number=child["number"])
        versions.append(row)
    return versions


def report_part(key: str, frozen: ReportContent, *, group: str, depth: int = 2) -> Part:
    """One report as the print shop takes it; sources and ids stay here."""
    sections = [
        {
            "title": section["title"],
            "level": section["level"],
            "blocks": [
                {
                    name: value
                    for name, value in block.items()
                    if name not in ("sources", "id", "categories", "hint", "finding")
                }
                for block in section["blocks"]
            ],
        }
        for section in frozen["sections"]
        if section["title"] or section["blocks"]
    ]
    data = {
        "title": frozen["title"],
        "byline": frozen["byline"],
        "date": frozen["date"],
        "contents": depth,
        "sections": sections,
    }
    return Part(key, "report", frozen["title"], data, group)


def letter_part(version: ReportVersion, frozen: ReportContent) -> Part:
    """The letter that forwards a report (转送函).

    It says what is sent and until when an answer is asked for; number and seal are the office's.
    """
    campaign = version.report.campaign
    days = campaign.setting("reply_days")
    text = f"现将《{frozen['title']}》转送你们，请研究处理，并于收到之日起{days}日内将研究处理情况书面反馈。"
    data = {
        "issuer": frozen["byline"],
        "title": f"关于转送《{frozen['title']}》的函",
        "addressee": "有关单位：",
        "blocks": [{"type": "paragraph", "text": text}],
        "attachments": [frozen["title"]],
        "signature": frozen["byline"],
        "date": frozen["date"],
    }
    return Part("letter", "letter", data["title"], data)


def annex_part(annex: Annex, *, group: str) -> Part:
    title = f"{annex['data']['number']}　{annex['title']}"
    return Part(annex["key"], annex["kind"], title, annex["data"], group)


class BoundEntry(TypedDict):
    """One version that is bound in a volume."""

    unit: str
    id: str
    number: int
    digest: str


class PrintManifest(TypedDict):
    """What a printed volume says of itself, as the file `MANIFEST` inside the PDF."""

    format: str
    campaign: CampaignEntry
    profile: str
    edition: str
    frozen_at: str | None
    packages: list[str]
    counts: dict[str, CountsEntry]
    units_missing: list[str]
    versions: list[BoundEntry]
    files: dict[str, str]  # name → SHA-256
    audit_head: NotRequired[AuditHead]  # none in prints of before there was a chain


def attachments_of(
    version: ReportVersion, children: list[ReportVersion], profile: str, edition: str
) -> list[Attachment]:
    """The files inside the PDF, with which it can be checked without trusting this machine."""
    versions = [version, *children]
    tables = _json({one.report.unit_code: _tables_in(version, one, edition) for one in versions})
    submissions = _json(
        [
            {name: one[name] for name in ("visit", "content", "version", "unit")}
            for one in version.manifest["submissions"]
        ]
    )
    manifest = _json(
        {
            "format": FORMAT,
            "campaign": version.manifest["campaign"],
            "profile": profile,
            "edition": edition,
            "frozen_at": version.manifest.get("frozen_at"),
            "packages": version.manifest["packages"],
            "counts": version.manifest["counts"],
            "units_missing": version.manifest["units_missing"],
            "versions": [
                {"unit": one.report.unit_code, "id": one.id, "number": one.number, "digest": one.digest}
                for one in versions
            ],
            "files": {TABLES: _hash(tables), SUBMISSIONS: _hash(submissions)},
            # Versions of before there was a chain print none, so that a print of those stays the same to the last byte.
            **({"audit_head": version.manifest["audit_head"]} if "audit_head" in version.manifest else {}),
        }
    )
    return [
        Attachment(MANIFEST, "application/json", manifest, "收录的版本和数据清单"),
        Attachment(TABLES, "application/json", tables, "指标表"),
        Attachment(SUBMISSIONS, "application/json", submissions, "所用填报及其校验值"),
    ]


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def text_of(version: ReportVersion, edition: str) -> list[tuple[str, str]]:
    """Every text of a version as (place, text): the report, then each annex. What the name search reads."""
    frozen = edition_of(version, edition)
    texts = [(frozen["title"], contents.plain_text(frozen))]
    for annex in version.frozen["annexes"][edition]:
        texts.append((f"{annex['data']['number']} {annex['title']}", annex_text(annex)))
    return texts


def annex_text(annex: Annex) -> str:
    data = annex["data"]
    rows = ["\t".join(row) for row in data.get("rows") or ()]
    for section in data.get("sections") or ():
        for block in section["blocks"]:
            rows += [block.get("title") or "", *("\t".join(row) for row in block.get("rows") or ())]
    return "\n".join([annex["title"], data.get("note") or "", *rows])
