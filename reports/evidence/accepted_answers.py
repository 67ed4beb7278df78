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

from sqlalchemy import Row, Select, func, select, true

from reports.faults import DataFault, FaultKind
from reports.figures.frame import CampaignCounts, Frame, VisitRow
from reports.stamped import Stamped
from reports.text.report_shape import Submitted
from surveys.database import db
from surveys.fieldwork.visits.attendance import Attendance
from surveys.fieldwork.visits.events import Event
from surveys.fieldwork.visits.submissions import Submission
from surveys.fieldwork.visits.visits import Decision, Visit
from surveys.planning.assigning.assignments import Assignment
from surveys.planning.campaigns.campaigns import Campaign, CampaignUnit, campaign_units
from surveys.planning.campaigns.units import unit_tree
from surveys.planning.forms.questionnaire_versions import QuestionnaireVersion, stored_body, version_in_force
from surveys.questionnaire.package.content import digest
from surveys.questionnaire.package.list_files import joined
from surveys.questionnaire.shapes.package_shape import Package

Fact = TypeVar("Fact")
MOST_CAMPAIGNS = 8  # whose frames stay in one process


@dataclass(frozen=True, slots=True)
class Used:
    """One submission that figures rest on; a manifest names it by visit and content (the hash of its bytes)."""

    visit: str
    content: str
    version: int
    unit: str
    subject: str
    package: str
    outcome: str
    accepted_at: str

    def as_json(self) -> Submitted:
        return Submitted(**asdict(self))


@dataclass(frozen=True, slots=True)
class CampaignData:
    """What the figures of one campaign are made of."""

    package: Package
    packages: tuple[str, ...]  # hashes: the one in force first
    frame: Frame
    counts: Mapping[str, CampaignCounts]
    used: tuple[Used, ...]
    tree: Mapping[str, tuple[str, ...]]
    leaves: tuple[str, ...]
    erased: Mapping[str, str]  # visit → when it was erased on a person's request
    stamp: str  # of all of the above

    def identity(self, used: Used) -> tuple[str, str, str]:
        """What a submission said, as it may be read now: once it was erased, that is something else."""
        return used.visit, used.content, self.erased.get(used.visit, "")

    def of(self, unit: str) -> list[Used]:
        """The submissions of one unit and what lies below it; "" is the whole campaign."""
        leaves = set(self.tree.get(unit, (unit,)))
        return [used for used in self.used if not unit or used.unit in leaves]

    def below(self, unit: str) -> tuple[tuple[str, ...], dict[str, tuple[str, ...]]]:
        """The leaves of a unit, and its nodes with theirs; "" is the whole campaign."""
        leaves = self.tree.get(unit, (unit,)) if unit else self.leaves
        return leaves, {node: below for node, below in self.tree.items() if set(below) <= set(leaves)}


_campaigns: Stamped[CampaignData] = Stamped(MOST_CAMPAIGNS)


def campaign_data(campaign: Campaign) -> CampaignData:
    """The figures' data as of now. Raises DataFault where no questionnaire was published."""
    place = f"{db.engine.url}#{campaign.id}"
    return _campaigns.result(place, _stamp(campaign.id), lambda before: _read(campaign, before))


def rows_of(
    used: Sequence[Used], known: CampaignData | None = None, erased: Mapping[str, str] | None = None
) -> list[VisitRow]:
    """The row of each submission: from the data that are known, else read; what is not stored has none."""
    erased = erased if erased is not None else known.erased if known else {}
    rows = _rows_in(known, erased) if known else {}
    bodies = _bodies(place for one in used if (place := (one.visit, one.content)) not in rows)
    rows |= {place: _row(one, bodies[place]) for one in used if (place := (one.visit, one.content)) in bodies}
    return [_at(row, one) for one in used if (row := rows.get((one.visit, one.content))) is not None]


def _rows_in(data: CampaignData, erased: Mapping[str, str]) -> dict[tuple[str, str], VisitRow]:
    """(visit, content) → its row, but for what was erased since."""
    rows = {row.visit_id: row for row in data.frame.data.visits}
    return {
        (one.visit, one.content): rows[one.visit]
        for one in data.used
        if data.erased.get(one.visit) == erased.get(one.visit)
    }


def rows_again(used: Sequence[Used], faults: list[tuple[Used, str | None]] | None = None) -> list[VisitRow]:
    """The row of each submission, its bytes read again and their hash checked.

    What is not as it was goes into `faults` as (submission, hash found or None); without that list it raises Tampered.
    """
    bodies = _bodies((one.visit, one.content) for one in used)
    found = {place: digest(body) for place, body in bodies.items()}
    wrong = [(one, found.get((one.visit, one.content))) for one in used]
    wrong = [(one, hash_now) for one, hash_now in wrong if hash_now != one.content]
    if wrong and faults is None:
        raise Tampered(wrong)
    (faults if faults is not None else []).extend(wrong)
    return [_row(one, bodies[place]) for one in used if (place := (one.visit, one.content)) in bodies]


class Tampered(Exception):
    """Stored bytes are missing or do not have the hash they are kept under: (submission, hash found or None)."""

    def __init__(self, faults: list[tuple[Used, str | None]]) -> None:
        self.faults = faults
        super().__init__(f"{len(faults)} submissions are not what they were")


def accepted(campaign_id: str) -> list[Used]:
    """The accepted submissions of a campaign, in the order of their acceptance."""
    decided = (
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
        .where(Visit.campaign_id == campaign_id, Visit.voided_at.is_(None))
        .order_by(Decision.visit_id, Decision.number)
    )
    used = (
        (visit, content, verdict, Used(visit, content, version, unit, subject, package, outcome, at.isoformat()))
        for visit, content, verdict, at, version, package, outcome, unit, subject in db.session.execute(decided)
    )
    return sorted(standing(used).values(), key=lambda one: (one.accepted_at, one.visit))


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
    noted = select(func.count(), func.max(Attendance.noted_at)).where(Attendance.visit_id.in_(visits))
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
    return (taking_part, tuple(_in_one_row(decisions, noted, work, events, versions)))


def _in_one_row(*queries: Select) -> Row[Any]:
    """Queries that give one row each, asked as one statement."""
    first, *others = (query.subquery() for query in queries)
    joined = reduce(lambda left, right: left.join(right, true()), others, first)
    return db.session.execute(select(first, *others).select_from(joined)).one()


def _read(campaign: Campaign, before: CampaignData | None) -> CampaignData:
    """What the figures rest on now; `before` itself where nothing of it is otherwise, so that its arrays go on serving."""
    used, erased = accepted(campaign.id), _erased(campaign.id)
    tree, leaves = campaign_tree(campaign)
    counts = _counts(campaign, used, tree, leaves)
    now = data_of(used, rows_of(used, before, erased), counts, _packages(campaign, used), tree, leaves, erased)
    return before if before is not None and before.stamp == now.stamp else now


def _erased(campaign_id: str) -> dict[str, str]:
    query = (
        select(Visit.id, Visit.erased_at)
        .where(Visit.campaign_id == campaign_id, Visit.erased_at.is_not(None))
        .order_by(Visit.id)
    )
    return {visit: str(moment) for visit, moment in db.session.execute(query)}


def _at(row: VisitRow, used: Used) -> VisitRow:
    """The row as it is known, unless it was accepted anew or charged to another unit since."""
    if (row.unit, row.subject_id, row.accepted_at) == (used.unit, used.subject, used.accepted_at):
        return row
    return VisitRow(
        used.visit, used.unit, used.subject, used.outcome, row.answers, row.repeats, used.accepted_at, used.package
    )


def _row(used: Used, body: bytes) -> VisitRow:
    content = json.loads(body)
    return VisitRow(
        used.visit,
        used.unit,
        used.subject,
        used.outcome,
        content.get("answers") or {},
        content.get("repeats") or {},
        used.accepted_at,
        used.package,
    )


def _bodies(wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], bytes]:
    """The stored bytes of these (visit, content)."""
    pairs = set(wanted)
    visits = sorted({visit for visit, _ in pairs})
    found: dict[tuple[str, str], bytes] = {}
    for start in range(0, len(visits), 400):
        query = select(Submission.visit_id, Submission.content, Submission.body).where(
            Submission.visit_id.in_(visits[start : start + 400])
        )
        found.update(
            ((visit, content), body) for visit, content, body in db.session.execute(query) if (visit, content) in pairs
        )
    return found


@lru_cache(maxsize=16)
def _parsed(body: bytes) -> Package:
    return joined(body, stored_body)


def stored_package(package_hash: str) -> Package | None:
    """A compiled questionnaire by its hash, or None for one this instance never had (a visit handed in as `unjudged`)."""
    body = stored_body(package_hash)
    return None if body is None else _parsed(body)


def package(package_hash: str) -> Package:
    """The same; raises DataFault for one that is not stored."""
    found = stored_package(package_hash)
    if found is None:
        raise DataFault(FaultKind.PACKAGE_MISSING, package_hash, package=package_hash)
    return found


def data_of(
    used: Sequence[Used],
    rows: Sequence[VisitRow],
    counts: Mapping[str, CampaignCounts],
    packages: Sequence[str],
    tree: Mapping[str, Sequence[str]],
    leaves: Sequence[str],
    erased: Mapping[str, str] | None = None,
) -> CampaignData:
    """The data of exactly these submissions, by the questionnaires given; a submission without a row is left out."""
    there = {row.visit_id for row in rows}
    now = package(packages[0])
    older = {other: found for other in packages[1:] if (found := stored_package(other)) is not None}
    frame = Frame.build(now, rows, tree=tree, leaves=leaves, older=older)
    nodes = {node: tuple(below) for node, below in tree.items()}
    counted = tuple(one for one in used if one.visit in there)
    hashes, below, gone = tuple(packages), tuple(leaves), dict(erased or {})
    stamp = sha256(repr((hashes, dict(counts), counted, nodes, below, gone)).encode()).hexdigest()
    return CampaignData(now, hashes, frame, dict(counts), counted, nodes, below, gone, stamp)


def _packages(campaign: Campaign, used: Iterable[Used]) -> tuple[str, ...]:
    """The hash of the package in force, and those of other versions that accepted submissions were filled with."""
    version = version_in_force(campaign.id)
    if version is None:
        raise DataFault(FaultKind.NO_QUESTIONNAIRE, campaign.title)
    same = {version.package_hash, version.media_hash}
    return (version.package_hash, *sorted({one.package for one in used} - same))


def campaign_tree(campaign: Campaign) -> tuple[dict[str, tuple[str, ...]], tuple[str, ...]]:
    """node → its leaves that take part, and all leaves that take part, both in official order."""
    taking_part = {row.unit_code for row in campaign_units(campaign.id)}
    whole = unit_tree()
    leaves = tuple(unit.code for unit in whole.leaves(campaign.unit_code) if unit.code in taking_part)
    nodes = [unit.code for unit in whole.below(campaign.unit_code) if whole.children(unit.code)]
    return {node: tuple(u.code for u in whole.leaves(node) if u.code in taking_part) for node in nodes}, leaves


def _due(campaign: Campaign, done: Set[str]) -> Counter[str]:
    """应走访 by unit: not void, and not replaced before anybody had gone. What is done is always due."""
    handed_out = (
        select(Visit.id, Visit.unit_code, Assignment.replaced_at)
        .outerjoin(Assignment, Visit.assignment_id == Assignment.id)
        .where(Visit.campaign_id == campaign.id, Visit.voided_at.is_(None))
    )
    return Counter(
        unit for visit, unit, replaced_at in db.session.execute(handed_out) if replaced_at is None or visit in done
    )


def _counts(
    campaign: Campaign, used: Sequence[Used], tree: Mapping[str, Sequence[str]], leaves: Sequence[str]
) -> dict[str, CampaignCounts]:
    """What the answers cannot tell, by unit; "" is the whole campaign. People are counted once."""
    unit_of = {one.visit: one.unit for one in used}
    went: dict[str, list[str]] = {leaf: [] for leaf in leaves}
    visits = select(Visit.id).where(Visit.campaign_id == campaign.id)
    attended = select(Attendance.visit_id, Attendance.deputy_id).where(Attendance.visit_id.in_(visits))
    for visit, deputy in db.session.execute(attended):
        if visit in unit_of:
            went.setdefault(unit_of[visit], []).append(deputy)
    given = _due(campaign, set(unit_of))
    held = select(Event.unit_code, func.count()).where(Event.campaign_id == campaign.id).group_by(Event.unit_code)
    events: dict[str, int] = dict(db.session.execute(held).all())
    wanted = {leaf: (leaf,) for leaf in leaves} | dict(tree) | {"": tuple(leaves)}
    nodes = {leaf: {leaf} for leaf in leaves} | {node: set(below) for node, below in tree.items()}
    return {
        unit: CampaignCounts(
            assigned=sum(given.get(leaf, 0) for leaf in below),
            deputies=len({deputy for leaf in below for deputy in went.get(leaf, ())}),
            persontimes=sum(len(went.get(leaf, ())) for leaf in below),
            # An event may be held by a node itself, not only by its leaves.
            events=sum(count for code, count in events.items() if nodes.get(code, {code}) <= set(below)),
        )
        for unit, below in wanted.items()
    }
