"""Findings one after the other, as a desk settles them (逐条归类). Touches proposals, acts and headlines; changes nothing.

A finding is settled in a unit's view when it has a category and either was coded there, stands under a headline there, or has
nothing near it that is still proposed. What was refused is not proposed again; what was put aside waits until it is asked for.
The order stays while one works: related ones stand together, those with near ones first.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import select

from surveys.database import db
from surveys.fieldwork.findings.act_records import FindingAct
from surveys.fieldwork.findings.acts import View, marks_in_force
from surveys.fieldwork.findings.findings import (
    FindingCoding,
    FindingRow,
    Headline,
    counted_findings,
    finding_rows,
)
from surveys.fieldwork.findings.headlines import proposal, rows_in_force
from surveys.fieldwork.findings.proposals import FindingProposal, likenesses_of, proposed_pairs
from surveys.fieldwork.findings.word_differences import Difference, difference

SHOWS = ("open", "near", "uncoded", "aside", "typical", "all")
MOST_NEAR = 6
TICKED_FROM = (
    0.25  # cosine from which another of the group is ticked beforehand: right 19 times in 20 on the demonstration
)
PRESELECTED_FROM, MARGIN = 0.4, 0.15  # below these no candidate is chosen beforehand


class Proposed(NamedTuple):
    """What is kept of a finding's proposal, without its candidates."""

    category: str | None
    category2: str | None
    likely: float | None
    group_id: str | None


@dataclass(frozen=True, slots=True)
class Line:
    """One finding of the queue."""

    row: FindingRow
    proposed: Proposed
    headline_id: str | None
    has_near: bool
    settled: bool
    aside: bool
    typical: bool

    @property
    def seal(self) -> str:
        """How it stands; a page that shows another seal was overtaken by somebody's act."""
        return f"{self.row.category2 or self.row.category or ''}/{self.headline_id or ''}"


@dataclass(frozen=True, slots=True)
class Near:
    """A finding beside the one that is looked at. `reason`: same, group, near or same_frame."""

    line: Line
    reason: str
    score: float | None
    difference: Difference
    joined: bool  # stands under the headline that is proposed
    ticked: bool


@dataclass(frozen=True, slots=True)
class Card:
    """All that is shown of one finding. `target`: the headline it would be put under; else `words` for a new one."""

    line: Line
    candidates: list[dict[str, Any]]
    chosen: str  # second-level category chosen beforehand, or nothing
    near: list[Near]
    more_near: int
    own_runs: list[tuple[str, bool]]
    target: Headline | None
    members: list[FindingRow]
    words: str

    @property
    def is_proposed(self) -> bool:
        """Whether there is something to refuse: a group, or a headline in which it does not stand yet."""
        grouped = any(one.reason in ("same", "group") and not one.joined for one in self.near)
        return grouped or (self.target is not None and self.line.headline_id is None)


class Queue:
    """The findings of some units, in the view of one of them."""

    def __init__(self, view: View, units: Sequence[str]) -> None:
        self.view = view
        rows = {row.id: row for row in finding_rows(db.session.execute(counted_findings(view.campaign_id, units)))}
        proposed = self._proposed()
        self.headline_of = {
            row.finding_id: row.headline_id for row in rows_in_force(view.campaign_id, view.unit_code, None)
        }
        self._read_marks()
        self.groups: dict[str, list[str]] = defaultdict(list)
        self.partners: dict[str, set[str]] = defaultdict(set)
        for id in rows:
            if id in proposed and proposed[id].group_id:
                self.groups[proposed[id].group_id or ""].append(id)
        for first, second, is_same in proposed_pairs(view.campaign_id, TICKED_FROM):
            if first not in rows or second not in rows:
                continue
            group_id = proposed[first].group_id if first in proposed else None
            in_one_group = group_id is not None and second in self.groups[group_id]
            if is_same or in_one_group:
                self.partners[first].add(second)
                self.partners[second].add(first)
        coded_here = self._coded_here()
        none = Proposed(None, None, None, None)
        lines = [self._line(row, proposed.get(row.id, none), coded_here) for row in rows.values()]
        self.lines = {line.row.id: line for line in sorted(lines, key=self._place)}

    def _proposed(self) -> dict[str, Proposed]:
        query = select(
            FindingProposal.finding_id,
            FindingProposal.category,
            FindingProposal.category2,
            FindingProposal.likely,
            FindingProposal.group_id,
        ).where(FindingProposal.campaign_id == self.view.campaign_id)
        return {row[0]: Proposed(*row[1:]) for row in db.session.execute(query)}

    def _read_marks(self) -> None:
        self.refused: set[tuple[str, str]] = set()
        self.aside: set[str] = set()
        self.typical: set[str] = set()
        for mark in marks_in_force(self.view):
            if mark.kind == "refused":
                other = mark.other_id or mark.headline_id or ""
                self.refused |= {(mark.finding_id, other), (other, mark.finding_id)}
            else:
                (self.aside if mark.kind == "aside" else self.typical).add(mark.finding_id)

    def _coded_here(self) -> set[str]:
        query = (
            select(FindingCoding.finding_id)
            .join(FindingAct, FindingAct.id == FindingCoding.act_id)
            .where(
                FindingCoding.undone_at.is_(None),
                FindingAct.campaign_id == self.view.campaign_id,
                FindingAct.unit_code == self.view.unit_code,
            )
        )
        return set(db.session.scalars(query))

    def _line(self, row: FindingRow, proposed: Proposed, coded_here: set[str]) -> Line:
        headline_id = self.headline_of.get(row.id)
        has_near = headline_id is None and any(self._is_open(row.id, other) for other in self.partners.get(row.id, ()))
        settled = bool(row.category) and (row.id in coded_here or headline_id is not None or not has_near)
        aside = row.id in self.aside and not settled
        return Line(row, proposed, headline_id, has_near, settled, aside, row.id in self.typical)

    def _is_open(self, finding_id: str, other: str) -> bool:
        """Whether putting a finding together with another is still proposed."""
        headline_id = self.headline_of.get(other)
        return (finding_id, other) not in self.refused and (
            headline_id is None or (finding_id, headline_id) not in self.refused
        )

    def _place(self, line: Line) -> tuple[Any, ...]:
        proposed = line.proposed
        alone = line.row.id not in self.partners
        return (alone, proposed.category or "~", proposed.category2 or "~", proposed.group_id or "~", line.row.id)

    # What is asked for

    def chosen(
        self, show: str = "open", *, unit: str = "", category: str = "", ids: set[str] | None = None
    ) -> list[Line]:
        """The lines that fit, in order. `category`: in force, else proposed; `ids`: those alone that a search found."""
        return [
            line
            for line in self.lines.values()
            if self._shows(line, show)
            and (not unit or line.row.unit == unit)
            and (not category or (line.row.category or line.proposed.category) == category)
            and (ids is None or line.row.id in ids)
        ]

    def _shows(self, line: Line, show: str) -> bool:
        waits = not line.settled and not line.aside
        return {
            "open": waits,
            "near": waits and line.has_near,
            "uncoded": waits and not line.row.category,
            "aside": line.aside,
            "typical": line.typical,
        }.get(show, True)

    def after(self, finding_id: str, lines: Sequence[Line]) -> Line | None:
        """The first of these that comes behind a finding; behind the last one the first."""
        places = {id: place for place, id in enumerate(self.lines)}
        at = places.get(finding_id, -1)
        return next((line for line in lines if places[line.row.id] > at), lines[0] if lines else None)

    def suggested(self, lines: Sequence[Line], least: float) -> list[Line]:
        """Those of `lines` without a category whose first candidate is at least so likely."""
        return [
            line
            for line in lines
            if not line.row.category and line.proposed.category2 and (line.proposed.likely or 0) >= least
        ]

    # One finding

    def card(self, line: Line, most: int = MOST_NEAR) -> Card:
        """All that is shown of a finding, with so many near ones at most."""
        current = db.session.get(FindingProposal, line.row.id)
        near = self._near(line)
        target_id = line.headline_id or self._proposed_headline(line, near)
        target = db.session.get(Headline, target_id) if target_id else None
        candidates = list(current.candidates)[:3] if current and not line.row.category2 else []
        shown = [self._beside(line, other, reason, score, target_id) for other, reason, score in near[:most]]
        ticked = [one.line.row.text for one in shown if one.ticked]
        return Card(
            line=line,
            candidates=candidates,
            chosen=line.row.category2 or _clear(candidates),
            near=shown,
            more_near=max(0, len(near) - most),
            own_runs=shown[0].difference.own if shown and not shown[0].difference.unlike else [(line.row.text, False)],
            target=target,
            members=[
                self.lines[id].row for id, place in self.headline_of.items() if place == target_id and id in self.lines
            ]
            if target_id
            else [],
            words=proposal([line.row.text, *ticked]) if ticked and target is None else "",
        )

    def _near(self, line: Line) -> list[tuple[Line, str, float | None]]:
        """What stands beside a finding: the same request first, then its group, then the nearest of its category."""
        id = line.row.id
        group = set(self.groups.get(line.proposed.group_id or "", ()))
        near: dict[str, tuple[str, float | None]] = {}
        for other, outcome, score in likenesses_of(id):
            if other in self.lines and (id, other) not in self.refused:
                reason = "group" if outcome == "near" and other in group else outcome
                if reason != "near" or self._of_one_category(line, self.lines[other]):
                    near[other] = (reason, score)
        for other in group - {id}:
            if (id, other) not in self.refused:
                near.setdefault(other, ("group", None))
        rank = {"same": 0, "group": 1, "near": 2, "same_frame": 3}
        order = sorted(near, key=lambda other: (rank[near[other][0]], -(near[other][1] or 0), other))
        return [(self.lines[other], *near[other]) for other in order]

    def _of_one_category(self, line: Line, other: Line) -> bool:
        own = line.row.category or line.proposed.category
        return own == (other.row.category or other.proposed.category)

    def _proposed_headline(self, line: Line, near: Sequence[tuple[Line, str, float | None]]) -> str | None:
        """The headline under which most of what is proposed to stand with it stands already."""
        headline_counts = Counter(
            other.headline_id
            for other, reason, _ in near
            if reason in ("same", "group")
            and other.headline_id
            and (line.row.id, other.headline_id) not in self.refused
        )
        return min(headline_counts, key=lambda id: (-headline_counts[id], id)) if headline_counts else None

    def _beside(self, line: Line, other: Line, reason: str, score: float | None, target_id: str | None) -> Near:
        joined = target_id is not None and other.headline_id == target_id
        is_proposed = reason == "same" or (reason == "group" and (score or 0) >= TICKED_FROM)
        return Near(
            line=other,
            reason=reason,
            score=score,
            difference=difference(line.row.text, other.row.text),
            joined=joined,
            ticked=is_proposed and other.headline_id is None and line.headline_id is None,
        )


def _clear(candidates: Sequence[dict[str, Any]]) -> str:
    """The first candidate where it leads clearly, else nothing: then a person chooses."""
    if not candidates:
        return ""
    first = candidates[0]["likely"]
    second = candidates[1]["likely"] if len(candidates) > 1 else 0.0
    return candidates[0]["category2"] if first >= PRESELECTED_FROM and first - second >= MARGIN else ""


def pace_of_today(view: View, since: Any) -> list[tuple[str | None, int]]:
    """Account id → how many findings it settled since a moment, the most first."""
    query = select(FindingAct.done_by, FindingAct.findings).where(
        FindingAct.campaign_id == view.campaign_id,
        FindingAct.unit_code == view.unit_code,
        FindingAct.undone_at.is_(None),
        FindingAct.done_at >= since,
        FindingAct.kind.in_(("code", "join", "bulk", "split")),
    )
    numbers: Counter[str | None] = Counter()
    for account, findings in db.session.execute(query):
        numbers[account] += findings
    return numbers.most_common()
