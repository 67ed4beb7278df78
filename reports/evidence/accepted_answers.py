"""Accepted answers (已通过的填报): the database side of the figures. Touches the records of surveys and `figures`.

Accepted    the newest decision that speaks of it is an acceptance, and the visit is not void; a newer version that waits for
            the desk does not take its place until it is decided on.
Gives       `CampaignData`: the frame, the counts beside it, and `used`: exactly which submissions the figures rest on.
            Its `stamp` is another one as soon as anything of that is otherwise: what is worked out from it is known by that.
Once        One frame a campaign in a process, for a few campaigns; it is looked at again when how many decisions, voids,
            erasures, attendances … there are has moved. A row stays with it while its submission is used and was not erased.
            `rows_again` reads the bytes themselves.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import asdict, dataclass
from functools import lru_cache, reduce
from hashlib import sha256
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Row, Select, func, select, true

from reports.faults import DataFault, FaultKind
from reports.figures.frame import CampaignCounts, Frame, VisitRow
from reports.stamped import StampedResults
from reports.text.report_shape import SubmissionEntry
from surveys.database import db
from surveys.fieldwork.visits.attendance import Attendance
from surveys.fieldwork.visits.erased import ErasedContent, rests_of
from surveys.fieldwork.visits.events import Event
from surveys.fieldwork.visits.submissions import Submission
from surveys.fieldwork.visits.visits import Decision, Visit
from surveys.planning.assigning.assignments import Assignment
from surveys.planning.campaigns.campaigns import Campaign, CampaignUnit, campaign_units
from surveys.planning.campaigns.units import unit_tree
from surveys.planning.campaigns.visit_kinds import keys_on_form
from surveys.planning.forms.questionnaire_versions import QuestionnaireVersion, stored_body, version_in_force
from surveys.questionnaire.package.content import digest
from surveys.questionnaire.package.list_files import joined
from surveys.questionnaire.shapes.package_shape import Package

Fact = TypeVar("Fact")
MOST_CAMPAIGNS = 8  # whose frames stay in one process


@dataclass(frozen=True, slots=True)
class UsedSubmission:
    """One submission that figures rest on; a manifest names it by visit and content (the hash of its bytes)."""

    visit: str
    content: str
    version: int
    unit: str
    subject: str
    package: str
    outcome: str
    accepted_at: str

    def as_json(self) -> SubmissionEntry:
        return SubmissionEntry(**asdict(self))


@dataclass(frozen=True, slots=True)
class CampaignData:
    """What the figures of one campaign are made of."""

    package: Package
    packages: tuple[str, ...]  # hashes: the one in force first
    frame: Frame
    counts: Mapping[str, CampaignCounts]
    submissions: tuple[UsedSubmission, ...]
    tree: Mapping[str, tuple[str, ...]]
    leaves: tuple[str, ...]
    erased: Mapping[str, str]  # visit → when it was erased on a person's request
    stamp: str  # of all of the above

    def identity(self, submission: UsedSubmission) -> tuple[str, str, str]:
        """The key of what a submission says now; it becomes another one when the submission is erased."""
        return submission.visit, submission.content, self.erased.get(submission.visit, "")

    def of(self, unit: str) -> list[UsedSubmission]:
        """The submissions of one unit and what lies below it; "" is the whole campaign."""
        leaves = set(self.tree.get(unit, (unit,)))
        return [submission for submission in self.submissions if not unit or submission.unit in leaves]

    def below(self, unit: str) -> tuple[tuple[str, ...], dict[str, tuple[str, ...]]]:
        """The leaves of a unit, and its nodes with theirs; "" is the whole campaign."""
        leaves = self.tree.get(unit, (unit,)) if unit else self.leaves
        return leaves, {node: below for node, below in self.tree.items() if set(below) <= set(leaves)}


_campaigns: StampedResults[CampaignData] = StampedResults(MOST_CAMPAIGNS)


def campaign_data(campaign: Campaign) -> CampaignData:
    """The figures' data as of now. Raises DataFault where no questionnaire was published."""
    place = f"{db.engine.url}#{campaign.id}"
    return _campaigns.result(place, _stamp(campaign.id), lambda before: _read(campaign, before))


def rows_of(
    submissions: Sequence[UsedSubmission], data: CampaignData | None = None, erased: Mapping[str, str] | None = None
) -> list[VisitRow]:
    """The row of each submission: taken from `data` where it is there, else read; what is not stored has none."""
    erased = erased if erased is not None else data.erased if data else {}
    rows = _rows_in(data, erased) if data else {}
    bodies = _bodies(place for one in submissions if (place := (one.visit, one.content)) not in rows)
    rows |= {place: _row(one, bodies[place]) for one in submissions if (place := (one.visit, one.content)) in bodies}
    return [_at(row, one) for one in submissions if (row := rows.get((one.visit, one.content))) is not None]


def _rows_in(data: CampaignData, erased: Mapping[str, str]) -> dict[tuple[str, str], VisitRow]:
    """(visit, content) → its row, but for what was erased since."""
    rows = {row.visit_id: row for row in data.frame.data.visits}
    return {
        (one.visit, one.content): rows[one.visit]
        for one in data.submissions
        if data.erased.get(one.visit) == erased.get(one.visit)
    }


def rows_again(
    submissions: Sequence[UsedSubmission], faults: list[tuple[UsedSubmission, str | None]] | None = None
) -> list[VisitRow]:
    """The row of each submission, its bytes read again and their hash checked.

    What is not as it was goes into `faults` as (submission, hash found or None); without that list it raises Tampered. Of what was
    erased on request, the rest is read, whose hash is on record.
    """
    bodies = _bodies((one.visit, one.content) for one in submissions)
    hashes = {place: digest(body) for place, body in bodies.items()}
    wrong = [(one, hashes.get((one.visit, one.content))) for one in submissions]
    rests = rests_of(sorted({one.visit for one, hash_now in wrong if hash_now != one.content}))
    wrong = [
        (one, hash_now)
        for one, hash_now in wrong
        if hash_now != one.content and (one.visit, one.content, hash_now) not in rests
    ]
    if wrong and faults is None:
        raise TamperedSubmissions(wrong)
    (faults if faults is not None else []).extend(wrong)
    return [_row(one, bodies[place]) for one in submissions if (place := (one.visit, one.content)) in bodies]


class TamperedSubmissions(Exception):
    """Stored bytes are missing or do not have the hash they are kept under: (submission, hash found or None)."""

    def __init__(self, faults: list[tuple[UsedSubmission, str | None]]) -> None:
        self.faults = faults
        super().__init__(f"{len(faults)} submissions are not what they were")


def accepted_submissions(campaign_id: str) -> list[UsedSubmission]:
    """The accepted submissions of a campaign that figures rest on, in the order of their acceptance.

    Figures rest on one questionnaire: visits of kinds that are filled in with another one are counted by kind, not here.
    """
    query = (
        select(
            Decision.visit_id,
            Decision.content,
            Decision.verdict,
            Decision.decided_at,
            Submission.version,
            Submission.package_hash,
            Submission.outcome,
            Visit.unit_code,
            Visit.subject_id,
        )
        .join(Visit, Visit.id == Decision.visit_id)
        .join(Submission, (Submission.visit_id == Decision.visit_id) & (Submission.content == Decision.content))
        .where(Visit.campaign_id == campaign_id, Visit.voided_at.is_(None), _counted(campaign_id))
        .order_by(Decision.visit_id, Decision.number)
    )
    accepted = (
        (
            visit,
            content,
            verdict,
            UsedSubmission(visit, content, version, unit, subject or "", package, outcome, at.isoformat()),
        )
        for visit, content, verdict, at, version, package, outcome, unit, subject in db.session.execute(query)
    )
    return sorted(standing(accepted).values(), key=lambda one: (one.accepted_at, one.visit))


def _counted(campaign_id: str) -> ColumnElement[bool]:
    return Visit.kind.in_(keys_on_form(campaign_id))


def standing(decided: Iterable[tuple[str, str, str, Fact]]) -> dict[str, Fact]:
    """Visit → what is known of the acceptance that stands, from (visit, content, verdict, fact) of all decisions in their order."""
    accepted_now: dict[str, tuple[str, Fact]] = {}
    for visit, content, verdict, fact in decided:
        if verdict == "accept":
            accepted_now[visit] = content, fact
        elif verdict == "reopen" or (visit in accepted_now and accepted_now[visit][0] == content):
            accepted_now.pop(visit, None)  # taken back, or the very version that was accepted has been returned
    return {visit: fact for visit, (_content, fact) in accepted_now.items()}


def _stamp(campaign_id: str) -> tuple[Any, ...]:
    """Changes whenever an accepted submission, an attendance, an assignment, an event or a unit comes or goes, or a visit is erased."""
    visits = select(Visit.id).where(Visit.campaign_id == campaign_id)
    decisions = select(func.count(), func.max(Decision.decided_at)).where(Decision.visit_id.in_(visits))
    attendances = select(func.count(), func.max(Attendance.noted_at)).where(Attendance.visit_id.in_(visits))
    work = (
        select(
            func.count(),
            func.count(Visit.voided_at),
            func.count(Assignment.replaced_at),
            func.count(Visit.erased_at),
            func.max(Visit.erased_at),
        )
        .select_from(Visit)
        .outerjoin(Assignment, Assignment.id == Visit.assignment_id)
        .where(Visit.campaign_id == campaign_id)
    )
    events = select(func.count()).select_from(Event).where(Event.campaign_id == campaign_id)
    versions = select(
        func.count(QuestionnaireVersion.published_at), func.count(QuestionnaireVersion.withdrawn_at)
    ).where(QuestionnaireVersion.campaign_id == campaign_id)
    units = select(CampaignUnit.unit_code).where(CampaignUnit.campaign_id == campaign_id)
    taking_part = tuple(db.session.scalars(units.order_by(CampaignUnit.unit_code)))
    erased = select(func.count(), func.max(ErasedContent.erased_at)).where(ErasedContent.visit_id.in_(visits))
    return (taking_part, tuple(_in_one_row(decisions, attendances, work, events, versions, erased)))


def _in_one_row(*queries: Select) -> Row[Any]:
    """Queries that give one row each, asked as one statement."""
    first, *others = (query.subquery() for query in queries)
    tables = reduce(lambda left, right: left.join(right, true()), others, first)
    return db.session.execute(select(first, *others).select_from(tables)).one()


def _read(campaign: Campaign, before: CampaignData | None) -> CampaignData:
    """What the figures rest on now; `before` itself where nothing of it is otherwise, so that its arrays go on serving."""
    submissions, erased = accepted_submissions(campaign.id), _erasures(campaign.id)
    tree, leaves = campaign_tree(campaign)
    counts = _counts(campaign, submissions, tree, leaves)
    now = data_of(
        submissions,
        rows_of(submissions, before, erased),
        counts,
        _packages(campaign, submissions),
        tree,
        leaves,
        erased,
    )
    return before if before is not None and before.stamp == now.stamp else now


def _erasures(campaign_id: str) -> dict[str, str]:
    query = (
        select(Visit.id, Visit.erased_at)
        .where(Visit.campaign_id == campaign_id, Visit.erased_at.is_not(None))
        .order_by(Visit.id)
    )
    parts = (
        select(ErasedContent.visit_id, func.max(ErasedContent.erased_at))
        .join(Visit, Visit.id == ErasedContent.visit_id)
        .where(Visit.campaign_id == campaign_id)
        .group_by(ErasedContent.visit_id)
    )
    moments = {visit: str(moment) for visit, moment in db.session.execute(query)}
    return moments | {visit: f"{moments.get(visit, '')} {moment}" for visit, moment in db.session.execute(parts)}


def _at(row: VisitRow, submission: UsedSubmission) -> VisitRow:
    """The row as it is known, unless it was accepted anew or charged to another unit since."""
    if (row.unit, row.subject_id, row.accepted_at) == (submission.unit, submission.subject, submission.accepted_at):
        return row
    return VisitRow(
        submission.visit,
        submission.unit,
        submission.subject,
        submission.outcome,
        row.answers,
        row.repeats,
        submission.accepted_at,
        submission.package,
    )


def _row(submission: UsedSubmission, body: bytes) -> VisitRow:
    content = json.loads(body)
    return VisitRow(
        submission.visit,
        submission.unit,
        submission.subject,
        submission.outcome,
        content.get("answers") or {},
        content.get("repeats") or {},
        submission.accepted_at,
        submission.package,
    )


def _bodies(places: Iterable[tuple[str, str]]) -> dict[tuple[str, str], bytes]:
    """The stored bytes of these (visit, content)."""
    pairs = set(places)
    visits = sorted({visit for visit, _ in pairs})
    bodies: dict[tuple[str, str], bytes] = {}
    for start in range(0, len(visits), 400):
        query = select(Submission.visit_id, Submission.content, Submission.body).where(
            Submission.visit_id.in_(visits[start : start + 400])
        )
        bodies.update(
            ((visit, content), body) for visit, content, body in db.session.execute(query) if (visit, content) in pairs
        )
    return bodies


@lru_cache(maxsize=16)
def _read_package(body: bytes) -> Package:
    return joined(body, stored_body)


def stored_package(package_hash: str) -> Package | None:
    """A compiled questionnaire by its hash, or None for one this instance never had (a visit handed in as `unjudged`)."""
    body = stored_body(package_hash)
    return None if body is None else _read_package(body)


def package(package_hash: str) -> Package:
    """A compiled questionnaire by its hash. Raises DataFault for one that is not stored."""
    questionnaire = stored_package(package_hash)
    if questionnaire is None:
        raise DataFault(FaultKind.PACKAGE_MISSING, package_hash, package=package_hash)
    return questionnaire


def data_of(
    submissions: Sequence[UsedSubmission],
    rows: Sequence[VisitRow],
    counts: Mapping[str, CampaignCounts],
    packages: Sequence[str],
    tree: Mapping[str, Sequence[str]],
    leaves: Sequence[str],
    erased: Mapping[str, str] | None = None,
) -> CampaignData:
    """The data of exactly these submissions, by the questionnaires given; a submission without a row is left out."""
    visits = {row.visit_id for row in rows}
    now = package(packages[0])
    older = {other: questionnaire for other in packages[1:] if (questionnaire := stored_package(other)) is not None}
    frame = Frame.build(now, rows, tree=tree, leaves=leaves, older=older)
    nodes = {node: tuple(below) for node, below in tree.items()}
    basis = tuple(one for one in submissions if one.visit in visits)
    hashes, below, erasures = tuple(packages), tuple(leaves), dict(erased or {})
    stamp = sha256(repr((hashes, dict(counts), basis, nodes, below, erasures)).encode()).hexdigest()
    return CampaignData(now, hashes, frame, dict(counts), basis, nodes, below, erasures, stamp)


def _packages(campaign: Campaign, submissions: Iterable[UsedSubmission]) -> tuple[str, ...]:
    """The hash of the package in force, and those of other versions that accepted submissions were filled with."""
    version = version_in_force(campaign.id)
    if version is None:
        raise DataFault(FaultKind.NO_QUESTIONNAIRE, campaign.title)
    same = {version.package_hash, version.media_hash}
    return (version.package_hash, *sorted({one.package for one in submissions} - same))


def campaign_tree(campaign: Campaign) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    """Each node with its leaves that take part, and all leaves that take part, both in official order."""
    taking_part = {row.unit_code for row in campaign_units(campaign.id)}
    whole = unit_tree()
    leaves = tuple(unit.code for unit in whole.leaves(campaign.unit_code) if unit.code in taking_part)
    nodes = [unit.code for unit in whole.below(campaign.unit_code) if whole.children(unit.code)]
    return {node: tuple(u.code for u in whole.leaves(node) if u.code in taking_part) for node in nodes}, leaves


def _due(campaign: Campaign, done: Set[str]) -> Counter[str]:
    """应走访 by unit: not void, and not replaced before anybody had gone. What is done is always due."""
    query = (
        select(Visit.id, Visit.unit_code, Assignment.replaced_at)
        .outerjoin(Assignment, Visit.assignment_id == Assignment.id)
        .where(Visit.campaign_id == campaign.id, Visit.voided_at.is_(None), _counted(campaign.id))
    )
    return Counter(
        unit for visit, unit, replaced_at in db.session.execute(query) if replaced_at is None or visit in done
    )


def _counts(
    campaign: Campaign, submissions: Sequence[UsedSubmission], tree: Mapping[str, Sequence[str]], leaves: Sequence[str]
) -> dict[str, CampaignCounts]:
    """What the answers cannot tell, by unit; "" is the whole campaign. People are counted once."""
    unit_of = {one.visit: one.unit for one in submissions}
    attendants: dict[str, list[str]] = {leaf: [] for leaf in leaves}
    visits = select(Visit.id).where(Visit.campaign_id == campaign.id)
    query = select(Attendance.visit_id, Attendance.deputy_id).where(Attendance.visit_id.in_(visits))
    for visit, deputy in db.session.execute(query):
        if visit in unit_of:
            attendants.setdefault(unit_of[visit], []).append(deputy)
    due = _due(campaign, set(unit_of))
    event_counts = (
        select(Event.unit_code, func.count()).where(Event.campaign_id == campaign.id).group_by(Event.unit_code)
    )
    events: dict[str, int] = dict(db.session.execute(event_counts).all())
    units = {leaf: (leaf,) for leaf in leaves} | dict(tree) | {"": tuple(leaves)}
    nodes = {leaf: {leaf} for leaf in leaves} | {node: set(below) for node, below in tree.items()}
    return {
        unit: CampaignCounts(
            assigned=sum(due.get(leaf, 0) for leaf in below),
            deputies=len({deputy for leaf in below for deputy in attendants.get(leaf, ())}),
            persontimes=sum(len(attendants.get(leaf, ())) for leaf in below),
            # An event may be held by a node itself, not only by its leaves.
            events=sum(count for code, count in events.items() if nodes.get(code, {code}) <= set(below)),
        )
        for unit, below in units.items()
    }
