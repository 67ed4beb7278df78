"""Puts findings together under a headline (建议标题) in one unit's view; undone, never deleted. Touches findings.

Every finding keeps its text and source. A finding stands under at most one headline of a unit's view: put under another, it
leaves the first.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, Subquery, func, select

from surveys.audit import Actor, record
from surveys.database import db, utc_now, writing
from surveys.fieldwork.findings.findings import Finding, Headline, HeadlineFinding

SENTENCE = re.compile(r"[。！？]")


def proposal(texts: Sequence[str]) -> str:
    """A headline to begin with (建议标题): the first sentence of the shortest text, whole, since it may be printed."""
    shortest = min(texts, key=lambda text: (len(text), text))
    return SENTENCE.split(shortest, maxsplit=1)[0]


def put_together(
    campaign_id: str,
    unit_code: str,
    findings: Iterable[str],
    by: Actor,
    *,
    text: str = "",
    category: str | None = None,
    headline: Headline | None = None,
    act_id: str | None = None,
) -> Headline:
    """Put findings (by id) under a headline: a new one with this wording, or one that stands; `act_id`: the act it is part of.

    Raises ValueError for findings of another campaign, fewer than two for a new headline, and a headline without words.
    """
    ids = list(dict.fromkeys(findings))
    with writing() as session:
        members = session.scalars(select(Finding).where(Finding.id.in_(ids), Finding.campaign_id == campaign_id)).all()
        if len(members) != len(ids):
            raise ValueError("a finding that is not of this campaign")
        if headline is None:
            words = text.strip() or (proposal([finding.text for finding in members]) if members else "")
            if len(ids) < 2 or not words:
                raise ValueError("a headline needs words and at least two findings")
            headline = Headline(
                campaign_id=campaign_id,
                unit_code=unit_code,
                category=category,
                text=words,
                made_at=utc_now(),
                made_by=by.id if by.kind == "staff" else None,
            )
            session.add(headline)
            session.flush()
        in_force = rows_in_force(campaign_id, unit_code, ids)
        there = {row.finding_id for row in in_force if row.headline_id == headline.id}
        for row in in_force:
            if row.finding_id not in there:
                end_place(row, by, act_id)
        session.add_all(
            HeadlineFinding(
                headline_id=headline.id,
                finding_id=finding,
                joined_at=utc_now(),
                joined_by=by.id if by.kind == "staff" else None,
                act_id=act_id,
            )
            for finding in ids
            if finding not in there
        )
        record(
            by,
            "headline.joined",
            target=("headline", headline.id),
            campaign_id=campaign_id,
            unit_code=unit_code,
            findings=len(ids),
        )
        session.flush()
        return headline


def take_out(headline: Headline, finding_id: str, by: Actor, act_id: str | None = None) -> bool:
    """Take one finding out of a headline again; False when it does not stand there."""
    with writing() as session:
        rows = rows_in_force(headline.campaign_id, headline.unit_code, [finding_id])
        mine = [row for row in rows if row.headline_id == headline.id]
        for row in mine:
            end_place(row, by, act_id)
            record(
                by,
                "headline.left",
                target=("headline", headline.id),
                campaign_id=headline.campaign_id,
                unit_code=headline.unit_code,
                finding=finding_id,
            )
        session.flush()
        return bool(mine)


@dataclass(frozen=True, slots=True)
class HeadlineRow:
    """A headline with how many of the findings at hand stand under it, of how many units."""

    id: str
    text: str
    category: str | None
    findings: int
    units: int


def headline_rows(campaign_id: str, unit_code: str, findings: Subquery) -> Select[*tuple[Any, ...]]:
    """The headlines of a unit's view under which any of `findings` (with `id` and `unit`) stand, the largest first."""
    number = func.count()
    return (
        select(Headline.id, Headline.text, Headline.category, number, func.count(findings.c.unit.distinct()))
        .join(HeadlineFinding, HeadlineFinding.headline_id == Headline.id)
        .join(findings, findings.c.id == HeadlineFinding.finding_id)
        .where(
            Headline.campaign_id == campaign_id, Headline.unit_code == unit_code, HeadlineFinding.undone_at.is_(None)
        )
        .group_by(Headline.id, Headline.text, Headline.category)
        .order_by(number.desc(), Headline.text)
    )


def findings_under(headline_id: str) -> Select[str]:
    """The ids of the findings under a headline."""
    return select(HeadlineFinding.finding_id).where(
        HeadlineFinding.headline_id == headline_id, HeadlineFinding.undone_at.is_(None)
    )


def headlines_by_finding(campaign_id: str, unit_code: str, findings: Sequence[str]) -> dict[str, Headline]:
    """Finding → the headline it stands under in a unit's view, for those that stand under one."""
    rows = db.session.execute(
        select(HeadlineFinding.finding_id, Headline)
        .join(Headline, Headline.id == HeadlineFinding.headline_id)
        .where(
            Headline.campaign_id == campaign_id,
            Headline.unit_code == unit_code,
            HeadlineFinding.undone_at.is_(None),
            HeadlineFinding.finding_id.in_(findings),
        )
    )
    return {finding: headline for finding, headline in rows}  # noqa: C416 - rows, not pairs


def headlines_of(campaign_id: str, unit_code: str) -> dict[str, list[str]]:
    """Headline id → the findings that stand under it, oldest first; headlines that were emptied are left out."""
    findings_by_headline: dict[str, list[str]] = {}
    for row in rows_in_force(campaign_id, unit_code, None):
        findings_by_headline.setdefault(row.headline_id, []).append(row.finding_id)
    return findings_by_headline


def rows_in_force(campaign_id: str, unit_code: str, findings: Sequence[str] | None) -> list[HeadlineFinding]:
    """Where findings stand in a unit's view, oldest first; `findings` None: all of them."""
    query = (
        select(HeadlineFinding)
        .join(Headline, Headline.id == HeadlineFinding.headline_id)
        .where(
            Headline.campaign_id == campaign_id, Headline.unit_code == unit_code, HeadlineFinding.undone_at.is_(None)
        )
        .order_by(HeadlineFinding.joined_at, HeadlineFinding.id)
    )
    if findings is not None:
        query = query.where(HeadlineFinding.finding_id.in_(findings))
    return list(db.session.scalars(query))


def end_place(row: HeadlineFinding, by: Actor, act_id: str | None = None) -> None:
    """A finding no longer stands where this row put it; the row stays, with who ended it."""
    row.undone_at = utc_now()
    row.undone_by = by.id if by.kind == "staff" else None
    row.undone_act_id = act_id
