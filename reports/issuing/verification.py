"""核验: is a printed report what was issued, and do its figures follow from the submissions it names.

(1) The PDF is, to the last bit, a print that was kept, and its attachments say what the stored version says.
(2) Exactly the submissions of the manifest are read again, the hash of each is checked, and every figure, table and chart is
    worked out anew and compared with what was frozen. Any difference is a `Difference`.
    Words (labels, titles, notes) are those of the version, which the digest holds: what is compared is what they stand beside.
(3) The other rows that counts and annexes rest on (`groundwork`) are hashed again, and the counts worked out from them.
(4) What was changed through the program since is told, and how many of those visits have newer versions; neither is a difference.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from sqlalchemy import func, select

from reports.evidence import other_evidence
from reports.evidence.accepted_answers import DataFault, Used
from reports.figures.indicators import UnknownFigure
from reports.figures.items import SPECIAL
from reports.issuing.archive import print_with
from reports.issuing.comparison import is_same_content, is_same_figure, is_same_table
from reports.issuing.volumes import FORMAT, MANIFEST, attachments_of, children_of
from reports.papers.freezing import Bound, recompute, recompute_children
from reports.papers.steps import ReportFault, ReportVersion, digest_of
from surveys.database import db
from surveys.fieldwork.receiving.packages import package_body
from surveys.fieldwork.visits.submissions import Submission
from surveys.planning.assigning.assignments import Assignment

MOST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it was issued: where, what, and what to do."""

    code: str
    place: str
    zh: str
    en: str

    def as_json(self) -> dict[str, Any]:
        return {"code": self.code, "place": self.place, "zh": self.zh, "en": self.en}


@dataclass(slots=True)
class Verification:
    """The outcome. `newer`: visits of the manifest that have a newer version than the one used."""

    differences: list[Difference] = field(default_factory=list)
    newer: int = 0
    known: bool = False
    versions: list[dict[str, Any]] = field(default_factory=list)
    read: set[tuple[str, str]] = field(default_factory=set)  # (visit, content), each once though two reports rest on it
    figures: int = 0
    later: dict[str, int] = field(
        default_factory=dict
    )  # kind of record → how many were changed through the program since
    unsealed: int = 0  # versions of before the other grounds were hashed: there only the submissions can be compared

    @property
    def submissions(self) -> int:
        return len(self.read)

    @property
    def ok(self) -> bool:
        return not self.differences

    def as_json(self) -> dict[str, Any]:
        return {
            "ok": self.ok,
            "known": self.known,
            "versions": self.versions,
            "submissions": self.submissions,
            "figures": self.figures,
            "newer": self.newer,
            "later": self.later,
            "unsealed": self.unsealed,
            "differences": [one.as_json() for one in self.differences],
        }

    def say(self, code: str, place: str, zh: str, en: str) -> None:
        self.differences.append(Difference(code, place, zh, en))


def verify(pdf: bytes) -> Verification:
    """Check one PDF against what is stored. Never raises for what is wrong with the file: it says so."""
    outcome = Verification()
    attached = _attachments(pdf, outcome)
    printed = print_with(pdf)
    outcome.known = printed is not None
    if printed is None:
        outcome.say(
            "file_unknown",
            "PDF",
            "这份 PDF 与留存的任何一份都不相同：可能被改动过、另存过，或者是没有留存的过程稿；请用系统里下载的原件核验。",
            "This PDF is none of those kept: it was changed or saved anew, or it is a draft print that was not kept; verify the original downloaded here.",
        )
    if attached is None:
        return outcome
    manifest = json.loads(attached[MANIFEST])
    bound = _bound(manifest, outcome)
    if not bound:
        return outcome
    _compare_attachments(attached, manifest, bound, outcome)
    for version in bound:
        _recheck(version, outcome)
    return outcome


def _attachments(pdf: bytes, outcome: Verification) -> dict[str, bytes] | None:
    from reports.printing.pdf_text import read_attachments

    try:
        attached = read_attachments(pdf)
        manifest = json.loads(attached[MANIFEST])
        if manifest["format"] != FORMAT:
            raise ValueError(manifest["format"])
    except Exception as problem:  # whatever a damaged or foreign file does to the reader
        outcome.say(
            "attachment_missing",
            MANIFEST,
            f"读不出文内附带的清单 {MANIFEST}（{type(problem).__name__}）：不是本系统印制的报告，或者文件已损坏；请重新下载原件。",
            f"Its attachment {MANIFEST} cannot be read ({type(problem).__name__}): not a report printed here, or a damaged file; download the original again.",
        )
        return None
    return attached


def _bound(manifest: Mapping[str, Any], outcome: Verification) -> list[ReportVersion]:
    """The stored versions that the PDF says are bound in it."""
    found = []
    for named in manifest["versions"]:
        version = db.session.get(ReportVersion, named["id"])
        place = f"{named['unit']} 第{named['number']}版"
        if version is None:
            outcome.say(
                "version_missing",
                place,
                f"库中没有{place}；请从备份恢复后再核验。",
                f"Version {named['number']} of {named['unit']} is not stored; restore it from a backup, then verify again.",
            )
            continue
        stored = digest_of(version.content, version.frozen, version.manifest)
        if version.digest != named["digest"] or stored != named["digest"]:
            outcome.say(
                "version_changed",
                place,
                f"{place}的内容与印制时不同（校验值 {stored[:12]}…，印制时 {named['digest'][:12]}…）；请从备份恢复并查看操作日志。",
                f"Version {named['number']} of {named['unit']} is not what was printed (digest {stored[:12]}…, printed {named['digest'][:12]}…); restore it from a backup and look at the audit trail.",
            )
        outcome.versions.append({"unit": named["unit"], "number": named["number"], "digest": named["digest"]})
        found.append(version)
    return found


def _compare_attachments(
    attached: Mapping[str, bytes], manifest: Mapping[str, Any], bound: Sequence[ReportVersion], outcome: Verification
) -> None:
    """The attachments must be, byte for byte, those that the stored version gives."""
    try:
        children = children_of(bound[0]) if len(bound) > 1 else []
        expected = attachments_of(bound[0], children, manifest["profile"], manifest["edition"])
    except (ReportFault, KeyError):
        return  # a version that is missing or was changed has been said already
    for one in expected:
        if attached.get(one.name) != one.data:
            outcome.say(
                "attachment_changed",
                one.name,
                f"文内附带的 {one.name} 与封存的版本不一致；请用系统里下载的原件。",
                f"The attachment {one.name} is not what the frozen version gives; use the original downloaded here.",
            )


def _recheck(version: ReportVersion, outcome: Verification) -> None:
    faults: list[tuple[Used, str | None]] = []
    unit = version.report.unit.short_name
    try:
        again = json.loads(json.dumps(recompute(version.report.campaign, version.manifest, version.content, faults)))
    except (DataFault, UnknownFigure) as problem:
        outcome.say("not_computable", unit, problem.zh, problem.en)
        return
    used = [Used(**one) for one in version.manifest["submissions"]]
    outcome.read.update((one.visit, one.content) for one in used)
    outcome.figures += len(version.frozen["figures"])
    _say_faults(faults, outcome)
    _check_packages(version, outcome)
    _compare(version, again, outcome)
    _compare_children(version, outcome)
    _check_groundwork(version, outcome)
    outcome.newer += _newer(used) if not version.manifest["children"] or len(outcome.versions) == 1 else 0


def _check_packages(version: ReportVersion, outcome: Verification) -> None:
    """The questionnaires, from which the labels come, are those they were: each is kept under the hash of its bytes."""
    unit, unit_en = version.report.unit.short_name, version.report.unit.label("en")
    for kept in version.manifest["packages"]:
        body = package_body(kept)
        if body is not None and sha256(body).hexdigest() != kept:
            outcome.say(
                "package_changed",
                f"{unit} {kept[:12]}…",
                f"{unit}报告所用的问卷数据包被改动过；请从备份恢复并查明原因。",
                f"The questionnaire package that the report of {unit_en} rests on was changed; restore it from a backup and find out why.",
            )


def _check_groundwork(version: ReportVersion, outcome: Verification) -> None:
    """What the counts and annexes rest on besides the submissions: the rows, then the counts worked out from them."""
    if not other_evidence.is_laid(version.manifest):
        outcome.unsealed += 1
        return
    unit, unit_en = version.report.unit.short_name, version.report.unit.label("en")
    changes = {one.kind: one for one in other_evidence.changes(version.manifest)}
    for kind, one in changes.items():
        zh, en = other_evidence.NAMES[kind]
        if one.later:
            outcome.later[kind] = max(outcome.later.get(kind, 0), len(one.later))
        if one.wrong:
            outcome.say(
                "groundwork_changed",
                f"{unit} {zh}",
                f"{unit}报告所依据的{zh}有{len(one.wrong)}条记录与封存时不同（被改动或者删除），操作日志里没有相应的修改；请从备份恢复并查明原因。",
                f"What the report of {unit_en} rests on was changed or deleted since it was frozen, with nothing in the audit trail to say so: {en}, {len(one.wrong)} records; restore them from a backup and find out why.",
            )
    # Who went may have been put right since: then the number of people is another one, and no wrong one.
    told = {kind for kind, one in changes.items() if one.later and not one.wrong}
    ended = changes["assignments"].later if "assignments" in changes else ()
    for place, counts in other_evidence.counted(version.manifest, ended).items():
        whose = version.manifest["names"].get(place, unit)
        for name, found in counts.items():
            kept = version.manifest["counts"].get(place, {}).get(name)
            if kept is not None and kept != found and other_evidence.COUNTED_FROM[name] not in told:
                zh, en, counted_in = SPECIAL[name]
                outcome.say(
                    "count_differs",
                    f"{unit} {whose} {zh}",
                    f"{unit}报告中{whose}的“{zh}”：封存时为{kept}{counted_in}，按库中记录重算为{found}{counted_in}；请查明哪些记录变了。",
                    f"“{en}” of {place or unit_en} in the report of {unit_en}: {kept} when frozen, {found} worked out again from the records; find out which records changed.",
                )


def _say_faults(faults: Sequence[tuple[Used, str | None]], outcome: Verification) -> None:
    references = _references([one.visit for one, _ in faults[:MOST_SHOWN]])
    for one, found in faults[:MOST_SHOWN]:
        visit = references.get(one.visit, one.visit)
        place = f"{visit} v{one.version}"
        if any(d.code.startswith("submission") and d.place == place for d in outcome.differences):
            continue  # bound twice: in the sub-report and in the consolidated one
        if found is None:
            outcome.say(
                "submission_missing",
                place,
                f"走访{visit}第{one.version}版填报（{one.content[:12]}…）不在库中；请从备份恢复。",
                f"Version {one.version} of visit {visit} ({one.content[:12]}…) is not stored; restore it from a backup.",
            )
        else:
            outcome.say(
                "submission_changed",
                place,
                f"走访{visit}第{one.version}版填报被改动过：应为 {one.content[:12]}…，现为 {found[:12]}…；请从备份恢复并查看操作日志。",
                f"Version {one.version} of visit {visit} was changed: it should be {one.content[:12]}… and is {found[:12]}…; restore it from a backup and look at the audit trail.",
            )


def _references(visits: Sequence[str]) -> dict[str, str]:
    query = select(Assignment).where(Assignment.visit_id.in_(visits))
    return {one.visit_id: one.reference() for one in db.session.scalars(query)}


def _compare(version: ReportVersion, again: Mapping[str, Any], outcome: Verification) -> None:
    """Figures first, one by one; then everything else that was frozen."""
    unit, unit_en = version.report.unit.short_name, version.report.unit.label("en")
    for edition, now, then in (
        ("", again, version.frozen),
        ("internal ", again["internal"], version.frozen["internal"]),
    ):
        for key, kept in then["figures"].items():
            found = now["figures"].get(key)
            if not is_same_figure(kept, found) and len(outcome.differences) < MOST_SHOWN:
                shown = found["text"] if found else "—"
                outcome.say(
                    "figure_differs",
                    f"{unit} {edition}{key}",
                    f"{unit}报告引用的{key}：印制时为“{kept['text']}”，按所列填报重算为“{shown}”；请查明哪份填报变了。",
                    f"Figure {key} of {unit_en}: printed “{kept['text']}”, worked out again from the submissions named “{shown}”; find out which submission changed.",
                )
    same = all(
        is_same_content(then, now)
        for then, now in ((version.frozen, again), (version.frozen["internal"], again["internal"]))
    )
    if not same and not any(one.code == "figure_differs" for one in outcome.differences):
        outcome.say(
            "table_differs",
            unit,
            f"{unit}报告的表格或统计图与重算结果不一致；请查明哪份填报变了。",
            f"A table or chart of {unit_en} differs from what is worked out again; find out which submission changed.",
        )
    changed = _tables_changed(version.manifest["indicators"], again["indicators"])
    if changed:
        outcome.say(
            "indicator_differs",
            f"{unit} {'、'.join(changed)}",
            f"{unit}的指标表（{'、'.join(changed)}）与重算结果不一致；请查明哪份填报变了。",
            f"Indicator tables of {unit_en} ({', '.join(changed)}) differ from what is worked out again; find out which submission changed.",
        )


def _compare_children(version: ReportVersion, outcome: Verification) -> None:
    """What the volume prints of each child's report, with what it hides across units, worked out anew."""
    kept = version.frozen.get("children")
    if not kept:
        return
    try:
        bound = [Bound(one.report.unit_code, one.content, one.manifest) for one in children_of(version)]
        again = json.loads(json.dumps(recompute_children(version.report.campaign, version.manifest, bound)))["children"]
    except (ReportFault, DataFault, UnknownFigure):
        return  # a child that is missing or cannot be worked out has been said already
    for unit, printed in kept.items():
        found = again.get(unit)
        if (
            found is None
            or not is_same_content(printed["content"], found["content"])
            or _tables_changed({"outgoing": printed["indicators"]}, {"outgoing": found["indicators"]})
        ):
            outcome.say(
                "child_differs",
                unit,
                f"汇编本收录的{unit}分报告与重算结果不一致；请查明哪份填报变了。",
                f"The report of {unit} as the volume prints it differs from what is worked out again; find out which submission changed.",
            )


def _tables_changed(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    names = []
    for edition, tables in then.items():
        others = {one["table"]: one for one in now[edition]}
        for one in tables:
            other = others.get(one["table"])
            if (other is None or not is_same_table(one, other)) and one["table"] not in names:
                names.append(one["table"])
    return names


def _newer(used: Sequence[Used]) -> int:
    """How many of these visits have a version after the one used."""
    versions = {one.visit: one.version for one in used}
    visits = sorted(versions)
    newer = 0
    for start in range(0, len(visits), 400):
        query = (
            select(Submission.visit_id, func.max(Submission.version))
            .where(Submission.visit_id.in_(visits[start : start + 400]))
            .group_by(Submission.visit_id)
        )
        newer += sum(highest > versions[visit] for visit, highest in db.session.execute(query))
    return newer
