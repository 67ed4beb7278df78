"""Keeps what the program proposes of findings (归并与类别建议): near ones, categories, groups. Touches findings and jobs.

Rule    proposed, never done: nothing here changes a coding or a headline.
How     a job per campaign; only texts that were not compared yet are compared with all, and the categories of uncoded ones are
        learned anew from what was coded meanwhile. A finding with a row here has been compared.
Kept    pairs (same, same_frame, near) with their score; of each finding its candidates with reasons, and its group.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Float, ForeignKey, String, delete, func, insert, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from surveys import jobs
from surveys.database import db, one_of, utc_now, writing
from surveys.fieldwork.findings.categories import NEWEST_LABELS, suggest_category
from surveys.fieldwork.findings.findings import Finding, FindingCoding, FindingRow, counted_findings, finding_rows
from surveys.fieldwork.findings.similarity import groups_of, near_pairs
from surveys.planning.words.reference_lists import rows as reference

KIND = "proposals"
OUTCOMES = ("same", "same_frame", "near")
NEAREST = 8
ANEW_FROM = 0.5  # as many new texts as half of the known: rarity is another one, all are compared anew
LEARN_AFTER, LEARN_WITHIN = 20, timedelta(minutes=10)
STEPS = 4
PORTION = 500


class FindingLikeness(db.Model):
    """Two findings that are near; `finding_id` is the lesser of the two ids."""

    __tablename__ = "finding_likenesses"
    __table_args__ = (one_of("outcome", OUTCOMES),)

    finding_id: Mapped[str] = mapped_column(ForeignKey("findings.id"), primary_key=True)
    other_id: Mapped[str] = mapped_column(ForeignKey("findings.id"), primary_key=True, index=True)
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaigns.id"), index=True)
    outcome: Mapped[str] = mapped_column(String(10))
    score: Mapped[float] = mapped_column(Float)


class FindingProposal(db.Model):
    """What is proposed of one finding. `candidates`: category, category2, likely, keywords, near; best first, none when coded.

    `category`, `category2`: in force when it was computed, else the first candidate. `group_id`: shared by a proposed group.
    """

    __tablename__ = "finding_proposals"

    finding_id: Mapped[str] = mapped_column(ForeignKey("findings.id"), primary_key=True)
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaigns.id"), index=True)
    category: Mapped[str | None] = mapped_column(String(8))
    category2: Mapped[str | None] = mapped_column(String(8))
    likely: Mapped[float | None] = mapped_column(Float)
    candidates: Mapped[list[Any]]
    group_id: Mapped[str | None] = mapped_column(String(36))


class ProposalStamp(db.Model):
    """When a campaign's proposals were computed, and from how many codings they were learned."""

    __tablename__ = "proposal_stamps"

    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaigns.id"), primary_key=True)
    codings: Mapped[int]
    computed_at: Mapped[datetime]


# --- when it is due --------------------------------------------------------------------------------------------------


def _counted(campaign_id: str) -> list[FindingRow]:
    units = list(db.session.scalars(select(Finding.unit_code).where(Finding.campaign_id == campaign_id).distinct()))
    query = counted_findings(campaign_id, units)
    return sorted(finding_rows(db.session.execute(query)), key=lambda row: row.id) if units else []


def _codings(campaign_id: str) -> int:
    """Grows with every coding and every one undone."""
    query = select(func.count(FindingCoding.id) + func.count(FindingCoding.undone_at))
    query = query.join(Finding, Finding.id == FindingCoding.finding_id).where(Finding.campaign_id == campaign_id)
    return db.session.scalar(query) or 0


def _new_ids(campaign_id: str) -> list[str]:
    known = set(
        db.session.scalars(select(FindingProposal.finding_id).where(FindingProposal.campaign_id == campaign_id))
    )
    return [row.id for row in _counted(campaign_id) if row.id not in known]


def ask_for(campaign_id: str, *, asked_by: str | None = None, at_once: bool = False) -> jobs.Job | None:
    """The job that computes what is due; None when nothing is. `at_once`: also after a single new coding."""
    stamp, codings, new = db.session.get(ProposalStamp, campaign_id), _codings(campaign_id), _new_ids(campaign_id)
    if not new:
        learned = codings - stamp.codings if stamp else 0
        is_late = stamp is not None and utc_now() - stamp.computed_at > LEARN_WITHIN
        if learned == 0 or not (at_once or is_late or learned >= LEARN_AFTER):
            return None
    what = hashlib.sha256(" ".join([str(codings), *new]).encode()).hexdigest()
    return jobs.ask(KIND, {"campaign": campaign_id, "of": what}, about=campaign_id, asked_by=asked_by)


@jobs.every_minute
def ask_where_due() -> None:
    """Campaigns whose findings were accepted, entered or coded since."""
    for campaign_id in list(db.session.scalars(select(Finding.campaign_id).distinct())):
        ask_for(campaign_id)


@jobs.handler(KIND)
def _work(job: jobs.Job, progress: jobs.Progress) -> dict[str, Any]:
    return compute(job.arguments["campaign"], progress)


# --- computing -------------------------------------------------------------------------------------------------------


def compute(campaign_id: str, progress: jobs.Progress = lambda step, done, all_steps: None) -> dict[str, Any]:
    """Compare what is new, learn the categories, propose groups; gives how many were compared and how many pairs found."""
    codings = _codings(campaign_id)
    rows = _counted(campaign_id)
    new, known = _parted(campaign_id, rows)
    progress("compare", 0, STEPS)
    texts = [row.id for row in (*new, *known)]
    pairs = near_pairs([row.text for row in new], [row.text for row in known], NEAREST) if new else []
    progress("suggest", 1, STEPS)
    candidates = _candidates(campaign_id, rows)
    progress("group", 2, STEPS)
    proposals = _proposals(campaign_id, rows, candidates)
    progress("keep", 3, STEPS)
    with writing() as session:
        # Where two workers met, the later one finds the rows of the first and replaces them.
        for portion in _portions([row.id for row in new]):
            touches = or_(FindingLikeness.finding_id.in_(portion), FindingLikeness.other_id.in_(portion))
            session.execute(delete(FindingLikeness).where(touches))
        if pairs:
            session.execute(insert(FindingLikeness), [_likeness(campaign_id, texts, *pair) for pair in pairs])
        session.execute(delete(FindingProposal).where(FindingProposal.campaign_id == campaign_id))
        if proposals:
            session.execute(insert(FindingProposal), proposals)
        stamp = session.get(ProposalStamp, campaign_id) or ProposalStamp(campaign_id=campaign_id)
        stamp.codings, stamp.computed_at = codings, utc_now()
        session.add(stamp)
        session.flush()
    progress("keep", STEPS, STEPS)
    return {"compared": len(new), "pairs": len(pairs)}


def _parted(campaign_id: str, rows: list[FindingRow]) -> tuple[list[FindingRow], list[FindingRow]]:
    """What is to be compared, and what was."""
    new_ids = set(_new_ids(campaign_id))
    if len(new_ids) > ANEW_FROM * (len(rows) - len(new_ids)):
        return rows, []
    return [row for row in rows if row.id in new_ids], [row for row in rows if row.id not in new_ids]


def _portions(ids: list[str]) -> Iterable[list[str]]:
    for start in range(0, len(ids), PORTION):
        yield ids[start : start + PORTION]


def _likeness(campaign_id: str, ids: list[str], a: int, b: int, outcome: str, score: float) -> dict[str, Any]:
    first, second = sorted((ids[a], ids[b]))
    return {
        "finding_id": first,
        "other_id": second,
        "campaign_id": campaign_id,
        "outcome": outcome,
        "score": score,
    }


def category_table() -> list[dict[str, Any]]:
    """The active second-level categories by code, with their names and keywords, as `suggest_category` reads them."""
    words = {row["code"]: row["keywords"].split() for row in reference("category_keywords")}
    active = [row for row in reference("suggestion_categories") if row["active"] == "1"]
    names = {row["code"]: row["name"] for row in active}
    return [
        {
            "cat1": row["parent_code"],
            "cat2": [row["code"]],
            "keywords": words.get(row["code"], []),
            "name2": row["name"],
            "name1": names.get(row["parent_code"], ""),
        }
        for row in active
        if row["parent_code"]
    ]


def _labelled(campaign_id: str, rows: list[FindingRow]) -> list[dict[str, Any]]:
    """What this office coded: here, and in earlier campaigns as far as there is room; the newest come first."""
    own: list[dict[str, Any]] = [
        {"id": row.id, "text": row.text, "cat1": row.category, "cat2": row.category2}
        for row in rows
        if row.category and row.category2
    ][-NEWEST_LABELS:]
    earlier = (
        select(Finding.id, Finding.text, FindingCoding.category, FindingCoding.category2)
        .join(FindingCoding, FindingCoding.finding_id == Finding.id)
        .where(
            Finding.campaign_id != campaign_id,
            FindingCoding.undone_at.is_(None),
            FindingCoding.category.is_not(None),
            FindingCoding.category2.is_not(None),
        )
        .order_by(FindingCoding.coded_at.desc(), FindingCoding.id)
        .limit(NEWEST_LABELS - len(own))
    )
    of_others: dict[str, dict[str, Any]] = {}
    for finding, text, category, category2 in db.session.execute(earlier):
        of_others.setdefault(finding, {"id": finding, "text": text, "cat1": category, "cat2": category2})
    return [*own, *of_others.values()]


def _candidates(campaign_id: str, rows: list[FindingRow]) -> dict[str, list[dict[str, Any]]]:
    uncoded = [{"id": row.id, "text": row.text} for row in rows if not row.category2]
    if not uncoded:
        return {}
    payload = {"categories": category_table(), "labelled": _labelled(campaign_id, rows), "texts": uncoded}
    return {
        each["id"]: [
            {
                "category": one["cat1"],
                "category2": one["cat2"],
                "likely": one["likely"],
                "keywords": one["keywords"][:4],
                "near": one["near"],
            }
            for one in each["candidates"]
        ]
        for each in suggest_category(payload)["suggestions"]
    }


def _proposals(
    campaign_id: str, rows: list[FindingRow], candidates: dict[str, list[dict[str, Any]]]
) -> list[dict[str, Any]]:
    proposals: dict[str, dict[str, Any]] = {}
    by_category: dict[tuple[str, str], list[FindingRow]] = {}
    for row in rows:
        own = candidates.get(row.id, [])
        first = own[0] if own else {"category": row.category, "category2": row.category2, "likely": None}
        proposals[row.id] = {
            "finding_id": row.id,
            "campaign_id": campaign_id,
            "candidates": own,
            "group_id": None,
            **{key: first[key] for key in ("category", "category2", "likely")},
        }
        by_category.setdefault((first["category"] or "", row.kind), []).append(row)
    for members in by_category.values():
        for places in groups_of([row.text for row in members]):
            group_id = min(members[place].id for place in places)
            for place in places:
                proposals[members[place].id]["group_id"] = group_id
    return list(proposals.values())


# --- reading ---------------------------------------------------------------------------------------------------------


def likenesses_of(finding_id: str) -> list[tuple[str, str, float]]:
    """The findings near one: (id, outcome, score), nearest first."""
    touches = or_(FindingLikeness.finding_id == finding_id, FindingLikeness.other_id == finding_id)
    pairs = db.session.scalars(select(FindingLikeness).where(touches))
    return sorted(
        (
            (pair.other_id if pair.finding_id == finding_id else pair.finding_id, pair.outcome, pair.score)
            for pair in pairs
        ),
        key=lambda row: (-row[2], row[0]),
    )


def proposed_pairs(campaign_id: str, least: float) -> list[tuple[str, str, bool]]:
    """The pairs of a campaign that ask for the same thing, and the near ones from a cosine on: (id, id, whether it is the same)."""
    query = select(FindingLikeness.finding_id, FindingLikeness.other_id, FindingLikeness.outcome).where(
        FindingLikeness.campaign_id == campaign_id,
        or_(
            FindingLikeness.outcome == "same",
            (FindingLikeness.outcome == "near") & (FindingLikeness.score >= least),
        ),
    )
    return [(first, second, outcome == "same") for first, second, outcome in db.session.execute(query)]


def standing(campaign_id: str) -> tuple[jobs.Job | None, datetime | None]:
    """The newest job of a campaign's proposals, and when they were last computed."""
    stamp = db.session.get(ProposalStamp, campaign_id)
    job = next(iter(jobs.jobs_about(KIND, campaign_id)), None)
    return job, stamp.computed_at if stamp else None
