"""What a desk does with findings: code, put together, put aside, refuse, mark, take apart; each act undone as one. Touches headlines.

Takes   a `View`: whose view of which campaign. Who may act in it is for the caller to say.
Gives   the act that was done; its rows say who and when.
Raises  NotDone with what is missing; nothing was changed then.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from surveys.audit import Actor, record
from surveys.database import db, utc_now, writing
from surveys.fieldwork.findings.act_records import FindingAct, FindingMark
from surveys.fieldwork.findings.findings import Finding, FindingCoding, Headline, HeadlineFinding, code, coding_in_force
from surveys.fieldwork.findings.headlines import end_place, findings_under, put_together, rows_in_force, take_out

MOST_TYPICAL = 12
CODED = ("category", "category2", "department", "tier")


class NotDone(ValueError):
    """What an act lacks, as one of: nothing_chosen, one_alone, typical_full, gone, undone."""

    def __init__(self, lack: str) -> None:
        self.lack = lack
        super().__init__(lack)


@dataclass(frozen=True, slots=True)
class View:
    """One unit's view of one campaign: headlines and marks are its own."""

    campaign_id: str
    unit_code: str


def _begin(view: View, kind: str, by: Actor, findings: int, **detail: Any) -> FindingAct:
    act = FindingAct(
        campaign_id=view.campaign_id,
        unit_code=view.unit_code,
        kind=kind,
        findings=findings,
        detail={key: value for key, value in detail.items() if value} or None,
        done_at=utc_now(),
        done_by=_account(by),
    )
    db.session.add(act)
    db.session.flush()
    return act


def _account(by: Actor) -> str | None:
    return by.id if by.kind == "staff" else None


def _code(act: FindingAct, by: Actor, category_by_finding: Mapping[str, str]) -> None:
    """Findings get a second-level category (and its first level); the other codes of each stay."""
    if not category_by_finding:
        return
    for finding in db.session.scalars(select(Finding).where(Finding.id.in_(category_by_finding))):
        before = coding_in_force(finding.id) or finding
        values = {key: getattr(before, key) for key in CODED}
        category2 = category_by_finding[finding.id]
        values |= {"category": category2[:2], "category2": category2}
        db.session.add(
            FindingCoding(finding_id=finding.id, coded_at=utc_now(), coded_by=_account(by), act_id=act.id, **values)
        )
    record(
        by,
        "finding.code",
        target=("finding", next(iter(category_by_finding))) if len(category_by_finding) == 1 else None,
        campaign_id=act.campaign_id,
        unit_code=act.unit_code,
        findings=len(category_by_finding),
    )


def settle(
    view: View,
    by: Actor,
    finding_id: str,
    categories: Mapping[str, str],
    *,
    others: Sequence[str] = (),
    words: str = "",
    headline: Headline | None = None,
    kind: str = "",
) -> FindingAct:
    """Code findings (`categories`: id → second level) and put one, with others, under a headline, as one act.

    With neither others nor a headline it is coded alone.
    """
    joined = headline is not None or bool(others)
    if not joined and words.strip():
        raise NotDone("one_alone")
    if not joined and not categories:
        raise NotDone("nothing_chosen")
    with writing() as session:
        members = list(dict.fromkeys((finding_id, *others)))
        first = categories.get(finding_id, "")
        act = _begin(view, kind or ("join" if joined else "code"), by, len(members) if joined else 1, category=first)
        _code(act, by, categories)
        if joined:
            joined_headline = put_together(
                view.campaign_id,
                view.unit_code,
                members,
                by,
                text=words,
                category=first[:2] or _category_of(finding_id),
                headline=headline,
                act_id=act.id,
            )
            act.detail = {**(act.detail or {}), "headline": joined_headline.id, "words": joined_headline.text[:60]}
        session.flush()
        return act


def _category_of(finding_id: str) -> str | None:
    in_force = coding_in_force(finding_id) or db.session.get(Finding, finding_id)
    return in_force.category if in_force else None


def recode(view: View, by: Actor, finding: Finding, **coding: str | None) -> FindingAct:
    """Correct category, department or level of one finding by hand."""
    with writing() as session:
        act = _begin(view, "code", by, 1, category=coding.get("category2") or coding.get("category"))
        code(finding, by, act.id, **coding)
        session.flush()
        return act


def code_many(view: View, by: Actor, categories: Mapping[str, str], least: float) -> FindingAct:
    """Code all of these as one act: those whose first suggestion is at or above `least`."""
    if not categories:
        raise NotDone("nothing_chosen")
    with writing() as session:
        act = _begin(view, "bulk", by, len(categories), least=least)
        _code(act, by, categories)
        session.flush()
        return act


def _mark(view: View, act: FindingAct, finding_id: str, **to: str | None) -> None:
    kind = {"aside": "aside", "refuse": "refused", "typical": "typical"}[act.kind]
    db.session.add(
        FindingMark(
            campaign_id=view.campaign_id,
            unit_code=view.unit_code,
            finding_id=finding_id,
            kind=kind,
            act_id=act.id,
            **to,
        )
    )


def put_aside(view: View, by: Actor, finding_id: str) -> FindingAct:
    """先放着: it comes last, until it is coded."""
    with writing() as session:
        act = _begin(view, "aside", by, 1)
        _mark(view, act, finding_id)
        session.flush()
        return act


def refuse(view: View, by: Actor, finding_id: str, others: Iterable[str], headline_id: str | None) -> FindingAct:
    """不归到这组: never proposed again with these, nor under this headline."""
    others = [other for other in dict.fromkeys(others) if other != finding_id]
    if not others and headline_id is None:
        raise NotDone("nothing_chosen")
    with writing() as session:
        act = _begin(view, "refuse", by, len(others) or 1)
        for other in others:
            _mark(view, act, finding_id, other_id=other)
        if headline_id is not None:
            _mark(view, act, finding_id, headline_id=headline_id)
        record(
            by,
            "finding.refused",
            target=("finding", finding_id),
            campaign_id=view.campaign_id,
            unit_code=view.unit_code,
            findings=len(others),
        )
        session.flush()
        return act


def turn_typical(view: View, by: Actor, finding_id: str) -> FindingAct:
    """Mark a finding as typical (典型), or take the mark away. Raises NotDone when the list is full."""
    with writing() as session:
        marks = marks_in_force(view, "typical")
        mine = [mark for mark in marks if mark.finding_id == finding_id]
        if not mine and len(marks) >= MOST_TYPICAL:
            raise NotDone("typical_full")
        act = _begin(view, "plain" if mine else "typical", by, 1)
        if not mine:
            _mark(view, act, finding_id)
        for mark in mine:
            mark.undone_at, mark.undone_act_id = utc_now(), act.id
        record(
            by,
            "finding.typical",
            target=("finding", finding_id),
            campaign_id=view.campaign_id,
            unit_code=view.unit_code,
            after=not mine,
        )
        session.flush()
        return act


def take_apart(view: View, by: Actor, headline: Headline, findings: Sequence[str] = ()) -> FindingAct:
    """拆开: these leave the headline; without names all that stand there."""
    with writing() as session:
        there = list(session.scalars(findings_under(headline.id)))
        leaving = [finding for finding in there if not findings or finding in findings]
        if not leaving:
            raise NotDone("nothing_chosen")
        act = _begin(view, "apart", by, len(leaving), headline=headline.id, words=headline.text[:60])
        for finding in leaving:
            take_out(headline, finding, by, act.id)
        session.flush()
        return act


def undo(view: View, by: Actor, act_id: str) -> FindingAct:
    """Undo one act, a bulk one too: what it made ends, what it ended is back unless something else stands there by now."""
    with writing() as session:
        act = session.get(FindingAct, act_id)
        if act is None or (act.campaign_id, act.unit_code) != (view.campaign_id, view.unit_code):
            raise NotDone("gone")
        if act.undone_at is not None:
            raise NotDone("undone")
        act.undone_at, act.undone_by = utc_now(), _account(by)
        made = select(FindingCoding).where(FindingCoding.act_id == act.id, FindingCoding.undone_at.is_(None))
        for coding in session.scalars(made):
            coding.undone_at, coding.undone_by = utc_now(), _account(by)
        for mark in session.scalars(select(FindingMark).where(FindingMark.act_id == act.id)):
            mark.undone_at = mark.undone_at or utc_now()
        for mark in session.scalars(select(FindingMark).where(FindingMark.undone_act_id == act.id)):
            mark.undone_at, mark.undone_act_id = None, None
        _give_places_back(view, by, act)
        record(
            by,
            "finding.undone",
            campaign_id=view.campaign_id,
            unit_code=view.unit_code,
            findings=act.findings,
        )
        session.flush()
        return act


def _give_places_back(view: View, by: Actor, act: FindingAct) -> None:
    session = db.session
    made = select(HeadlineFinding).where(HeadlineFinding.act_id == act.id, HeadlineFinding.undone_at.is_(None))
    for row in session.scalars(made):
        end_place(row, by)
    session.flush()
    ended = list(session.scalars(select(HeadlineFinding).where(HeadlineFinding.undone_act_id == act.id)))
    elsewhere = {
        row.finding_id for row in rows_in_force(view.campaign_id, view.unit_code, [row.finding_id for row in ended])
    }
    session.add_all(
        HeadlineFinding(
            headline_id=row.headline_id,
            finding_id=row.finding_id,
            joined_at=utc_now(),
            joined_by=_account(by),
            act_id=row.act_id,
        )
        for row in ended
        if row.finding_id not in elsewhere
    )


def marks_in_force(view: View, kind: str = "") -> list[FindingMark]:
    """What is noted in a view, oldest first."""
    query = select(FindingMark).where(
        FindingMark.campaign_id == view.campaign_id,
        FindingMark.unit_code == view.unit_code,
        FindingMark.undone_at.is_(None),
    )
    if kind:
        query = query.where(FindingMark.kind == kind)
    return list(db.session.scalars(query.order_by(FindingMark.id)))


def last_acts(view: View, most: int) -> list[FindingAct]:
    """The newest acts of a view that were not undone."""
    query = (
        select(FindingAct)
        .where(
            FindingAct.campaign_id == view.campaign_id,
            FindingAct.unit_code == view.unit_code,
            FindingAct.undone_at.is_(None),
        )
        .order_by(FindingAct.done_at.desc(), FindingAct.id)
        .limit(most)
    )
    return list(db.session.scalars(query))
