"""Verifies a printed report (核验): is it what was issued, and do its figures follow from the submissions it names.

(1) The PDF is, to the last bit, a print that was kept, and its attachments say what the stored version says.
(2) Exactly the submissions of the manifest are read again, the hash of each is checked, and every figure, table and chart is
    worked out anew and compared with what was frozen. Any difference is a `Difference`.
    Words (labels, titles, notes) are those of the version, which the digest holds: what is compared is what they stand beside.
(3) The other rows that counts and annexes rest on (`groundwork`) are hashed again, and the counts worked out from them.
(4) What was changed through the program since is told, and how many of those visits have newer versions; neither is a difference.
"""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256

from sqlalchemy import func, select

from reports.evidence import other_evidence
from reports.evidence.accepted_answers import UsedSubmission
from reports.faults import DataFault, ReportFault, UnknownFigure, both
from reports.figures.items import special_words
from reports.issuing.archive import print_with
from reports.issuing.comparison import is_same_content, is_same_figure, is_same_table
from reports.issuing.differences import DifferenceKind, Verification
from reports.issuing.volumes import FORMAT, MANIFEST, PrintManifest, attachments_of, children_of
from reports.papers.freezing import BoundVersion, recompute, recompute_children
from reports.papers.steps import ReportVersion, digest_of
from reports.text.report_shape import Recalculation, TableData
from surveys.database import db
from surveys.fieldwork.receiving.packages import package_body
from surveys.fieldwork.visits.erased import rests_of
from surveys.fieldwork.visits.submissions import Submission
from surveys.fieldwork.visits.visits import Visit, visit_references
from surveys.planning.words.visit_words import speak_of
from surveys.questionnaire.sheets.bilingual import Text

MOST_SHOWN = 50


def verify(pdf: bytes) -> Verification:
    """Check one PDF against what is stored; texts speak in its campaign's words from here on.

    Never raises for what is wrong with the file: the outcome says so.
    """
    outcome = Verification()
    attachments = _attachments(pdf, outcome)
    printout = print_with(pdf)
    outcome.known = printout is not None
    if printout is None:
        outcome.say(DifferenceKind.FILE_UNKNOWN, "PDF")
    if attachments is None:
        return outcome
    manifest: PrintManifest = json.loads(attachments[MANIFEST])
    versions = _bound_versions(manifest, outcome)
    if not versions:
        return outcome
    speak_of(versions[0].report.campaign.settings)
    _compare_attachments(attachments, manifest, versions, outcome)
    for version in versions:
        _recheck(version, outcome)
    return outcome


def _attachments(pdf: bytes, outcome: Verification) -> dict[str, bytes] | None:
    from reports.printing.pdf_text import read_attachments

    try:
        attachments = read_attachments(pdf)
        manifest = json.loads(attachments[MANIFEST])
        if manifest["format"] != FORMAT:
            raise ValueError(manifest["format"])
    except Exception as problem:  # whatever a damaged or foreign file does to the reader
        outcome.say(DifferenceKind.ATTACHMENT_MISSING, MANIFEST, name=MANIFEST, problem=type(problem).__name__)
        return None
    return attachments


def _bound_versions(manifest: PrintManifest, outcome: Verification) -> list[ReportVersion]:
    """The stored versions that the PDF says are bound in it."""
    versions = []
    for entry in manifest["versions"]:
        version = db.session.get(ReportVersion, entry["id"])
        place = f"{entry['unit']} 第{entry['number']}版"
        if version is None:
            outcome.say(DifferenceKind.VERSION_MISSING, place, unit=entry["unit"], number=entry["number"])
            continue
        digest = digest_of(version.content, version.frozen, version.manifest)
        if version.digest != entry["digest"] or digest != entry["digest"]:
            outcome.say(
                DifferenceKind.VERSION_CHANGED,
                place,
                unit=entry["unit"],
                number=entry["number"],
                now=digest,
                then=entry["digest"],
            )
        outcome.versions.append({"unit": entry["unit"], "number": entry["number"], "digest": entry["digest"]})
        versions.append(version)
    return versions


def _compare_attachments(
    attachments: Mapping[str, bytes],
    manifest: PrintManifest,
    versions: Sequence[ReportVersion],
    outcome: Verification,
) -> None:
    """The attachments must be, byte for byte, those that the stored version gives."""
    try:
        children = children_of(versions[0]) if len(versions) > 1 else []
        expected = attachments_of(versions[0], children, manifest["profile"], manifest["edition"])
    except (ReportFault, KeyError):
        return  # a version that is missing or was changed has been said already
    for one in expected:
        if attachments.get(one.name) != one.data:
            outcome.say(DifferenceKind.ATTACHMENT_CHANGED, one.name, name=one.name)


def _recheck(version: ReportVersion, outcome: Verification) -> None:
    faults: list[tuple[UsedSubmission, str | None]] = []
    try:
        again = json.loads(json.dumps(recompute(version.report.campaign, version.manifest, version.content, faults)))
    except (DataFault, UnknownFigure) as problem:
        outcome.say(DifferenceKind.NOT_COMPUTABLE, version.report.unit.short_name, **both(problem))
        return
    submissions = [UsedSubmission(**one) for one in version.manifest["submissions"]]
    outcome.submission_keys.update((one.visit, one.content) for one in submissions)
    rests = {(visit, content) for visit, content, _rest in rests_of(sorted({one.visit for one in submissions}))}
    erased = rests & {(one.visit, one.content) for one in submissions}
    outcome.erased |= erased
    outcome.figures += len(version.frozen["figures"])
    _say_faults(faults, outcome)
    _check_packages(version, outcome)
    _compare(version, again, outcome, with_words=not erased)
    if not erased:
        _compare_children(version, outcome)
    _check_groundwork(version, outcome)
    outcome.newer += _newer(submissions) if not version.manifest.get("children") or len(outcome.versions) == 1 else 0


def _unit_of(version: ReportVersion) -> Text:
    unit = version.report.unit
    return Text(unit.short_name, unit.label("en"))


def _check_packages(version: ReportVersion, outcome: Verification) -> None:
    """The questionnaires, from which the labels come, are those they were: each is kept under the hash of its bytes."""
    unit = _unit_of(version)
    for package_hash in version.manifest["packages"]:
        body = package_body(package_hash)
        if body is not None and sha256(body).hexdigest() != package_hash:
            outcome.say(DifferenceKind.PACKAGE_CHANGED, f"{unit.zh} {package_hash[:12]}…", unit=unit)


def _check_groundwork(version: ReportVersion, outcome: Verification) -> None:
    """What the counts and annexes rest on besides the submissions: the rows, then the counts worked out from them."""
    if not other_evidence.has_groundwork(version.manifest):
        outcome.unsealed += 1
        return
    unit = _unit_of(version)
    changes = {one.kind: one for one in other_evidence.changes(version.manifest)}
    for kind, one in changes.items():
        rows = Text(*other_evidence.kind_names(kind))
        if one.later:
            outcome.later[kind] = max(outcome.later.get(kind, 0), len(one.later))
        if one.wrong:
            outcome.say(
                DifferenceKind.GROUNDWORK_CHANGED, f"{unit.zh} {rows.zh}", unit=unit, rows=rows, count=len(one.wrong)
            )
    # Who went may have been put right since: then the number of people is another one, and no wrong one.
    changed_kinds = {kind for kind, one in changes.items() if one.later and not one.wrong}
    ended_visits = changes["assignments"].later if "assignments" in changes else ()
    for place, counts in other_evidence.counts_now(version.manifest, ended_visits).items():
        whose = Text(version.manifest["names"].get(place, unit.zh), place or unit.en)
        for name, count in counts.items():
            count_then = version.manifest["counts"].get(place, {}).get(name)
            if (
                count_then is not None
                and count_then != count
                and other_evidence.COUNTED_FROM[name] not in changed_kinds
            ):
                zh, en, counted_in = special_words(name)
                outcome.say(
                    DifferenceKind.COUNT_DIFFERS,
                    f"{unit.zh} {whose.zh} {zh}",
                    unit=unit,
                    whose=whose,
                    what=Text(zh, en),
                    then=count_then,
                    now=count,
                    counted_in=counted_in,
                )


def _say_faults(faults: Sequence[tuple[UsedSubmission, str | None]], outcome: Verification) -> None:
    references = _references([one.visit for one, _ in faults[:MOST_SHOWN]])
    for one, hash_now in faults[:MOST_SHOWN]:
        visit = references.get(one.visit, one.visit)
        place = f"{visit} v{one.version}"
        if any(d.code.startswith("submission") and d.place == place for d in outcome.differences):
            continue  # bound twice: in the sub-report and in the consolidated one
        if hash_now is None:
            outcome.say(DifferenceKind.SUBMISSION_MISSING, place, visit=visit, version=one.version, content=one.content)
        else:
            outcome.say(
                DifferenceKind.SUBMISSION_CHANGED,
                place,
                visit=visit,
                version=one.version,
                content=one.content,
                now=hash_now,
            )


def _references(visits: Sequence[str]) -> dict[str, str]:
    return visit_references(Visit.id.in_(visits))


def _compare(version: ReportVersion, again: Recalculation, outcome: Verification, *, with_words: bool) -> None:
    """Figures first, one by one; then everything else that was frozen, but for words of which some were erased on request since."""
    unit = _unit_of(version)
    for edition, now, then in (
        ("", again, version.frozen),
        ("internal ", again["internal"], version.frozen["internal"]),
    ):
        for key, figure in then["figures"].items():
            figure_now = now["figures"].get(key)
            if not is_same_figure(figure, figure_now) and len(outcome.differences) < MOST_SHOWN:
                outcome.say(
                    DifferenceKind.FIGURE_DIFFERS,
                    f"{unit.zh} {edition}{key}",
                    unit=unit,
                    key=key,
                    then=figure["text"],
                    now=figure_now["text"] if figure_now else "—",
                )
    same = all(
        is_same_content(then, now)
        for then, now in ((version.frozen, again), (version.frozen["internal"], again["internal"]))
    )
    if with_words and not same and not any(one.code == "figure_differs" for one in outcome.differences):
        outcome.say(DifferenceKind.TABLE_DIFFERS, unit.zh, unit=unit)
    tables = _tables_changed(version.manifest["indicators"], again["indicators"])
    if tables:
        outcome.say(
            DifferenceKind.INDICATOR_DIFFERS,
            f"{unit.zh} {'、'.join(tables)}",
            unit=unit,
            tables=Text("、".join(tables), ", ".join(tables)),
        )


def _compare_children(version: ReportVersion, outcome: Verification) -> None:
    """What the volume prints of each child's report, with what it hides across units, worked out anew."""
    children = version.frozen.get("children")
    if not children:
        return
    try:
        versions = [BoundVersion(one.report.unit_code, one.content, one.manifest) for one in children_of(version)]
        again = json.loads(json.dumps(recompute_children(version.report.campaign, version.manifest, versions)))
    except (ReportFault, DataFault, UnknownFigure):
        return  # a child that is missing or cannot be worked out has been said already
    for unit, child in children.items():
        child_now = again.get(unit)
        if (
            child_now is None
            or not is_same_content(child["content"], child_now["content"])
            or _tables_changed({"outgoing": child["indicators"]}, {"outgoing": child_now["indicators"]})
        ):
            outcome.say(DifferenceKind.CHILD_DIFFERS, unit, unit=unit)


def _tables_changed(then: Mapping[str, list[TableData]], now: Mapping[str, list[TableData]]) -> list[str]:
    names = []
    for edition, tables in then.items():
        others = {one["table"]: one for one in now[edition]}
        for one in tables:
            other = others.get(one["table"])
            if (other is None or not is_same_table(one, other)) and one["table"] not in names:
                names.append(one["table"])
    return names


def _newer(submissions: Sequence[UsedSubmission]) -> int:
    """How many of these visits have a version after the one used."""
    versions = {one.visit: one.version for one in submissions}
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
