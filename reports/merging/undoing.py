"""Takes an act on a merge back (撤销), also a bulk one, in any order. Touches acts, decisions and matters.

What the act decided ends, what it put an end to is in force again, unless somebody decided on the card since. A paragraph it
wrote leaves the draft while it reads the same; one that was rewritten stays, without those sources.
"""

from sqlalchemy import select

from reports.faults import FaultKind, ReportFault
from reports.merging import acts, matters
from reports.merging.cards import source_key
from reports.merging.records import MergeAct, MergeDecision
from reports.papers.steps import STATE_NAMES, WRITABLE, Report, ReportVersion, save_section, state
from reports.text.report_shape import Block, SourceEntry
from surveys.audit import Actor
from surveys.database import db, in_turn, writing


def undo(report: Report, act: MergeAct, *, by: Actor) -> list[str]:
    """Take one act back. Gives the paragraphs that stay in the draft without a source. Raises ReportFault."""
    with writing():
        in_turn(report)
        db.session.refresh(act)
        if act.undone_at is not None:
            raise ReportFault(FaultKind.ACT_UNDONE, report.title)
        state_name = state(report)
        if state_name not in WRITABLE:
            raise ReportFault(FaultKind.NOT_WRITABLE, report.title, state=STATE_NAMES[state_name])
        if act.kind in matters.BACK:
            matters.BACK[act.kind](report, act, by)
        own = list(
            db.session.scalars(
                select(MergeDecision).where(MergeDecision.act_id == act.id, MergeDecision.undone_at.is_(None))
            )
        )
        staying = acts.end(report, own, by, None, words=act.kind == "written")
        _revive(report, act, by)
        if act.kind == "source_removed":
            _put_back(report, act.section_key, act.block_id, act.details["source"], by)
        act.undone_at, act.undone_by = report.campaign.now(), acts.account(by)
        acts.record(report, by, "merge.undone")
        db.session.flush()
    return staying


def _revive(report: Report, act: MergeAct, by: Actor) -> None:
    """What the act put an end to is in force again; the paragraphs that left the draft for it come back."""
    ended = list(db.session.scalars(select(MergeDecision).where(MergeDecision.ended_by == act.id)))
    decided_since = _decided_since(report, act)
    removed = {one["block"]["id"]: one for one in act.details.get("removed", ())}
    for decision in ended:
        if _card_of(decision) in decided_since:
            continue
        decision.undone_at = decision.undone_by = decision.ended_by = None
        gone = removed.pop(decision.target_block or "", None)
        if gone:
            _put_block_back(report, gone["section"], gone["block"], gone["after"], by)
        elif decision.target_block:
            key = acts.key_of_decision(decision)
            source = _source_again(decision)
            if key and source:
                _put_back(report, decision.target_section, decision.target_block, source, by)
    db.session.flush()


def _card_of(decision: MergeDecision) -> tuple[str, str, str]:
    return (decision.child_version_id, decision.section_key, decision.block_id)


def _decided_since(report: Report, act: MergeAct) -> set[tuple[str, str, str]]:
    query = (
        select(MergeDecision)
        .join(MergeAct, MergeAct.id == MergeDecision.act_id)
        .where(MergeDecision.report_id == report.id, MergeDecision.undone_at.is_(None), MergeAct.number > act.number)
    )
    return {_card_of(decision) for decision in db.session.scalars(query)}


def _source_again(decision: MergeDecision) -> SourceEntry | None:
    version = db.session.get(ReportVersion, decision.child_version_id)
    key = acts.key_of_decision(decision)
    if version is None or key is None:
        return None
    unit, place, item, block = key
    source: SourceEntry = {
        "unit": unit,
        "section": place,
        "item": item,
        "rewritten": decision.choice == "part",
        "report_version": version.number,
    }
    if block:
        source["block"] = block
    return source


def _put_back(report: Report, key: str | None, block_id: str | None, source: SourceEntry, by: Actor) -> None:
    section, block = acts.block_of(report, key, block_id)
    if section is None or block is None:
        return
    known = block.get("sources") or []
    if source_key(source) not in map(source_key, known):
        acts.change_block(report, section, {**block, "sources": [*known, source]}, by)


def _put_block_back(report: Report, key: str, block: Block, after: str, by: Actor) -> None:
    blocks = list(acts.section_of(report, key).blocks)
    if any(one["id"] == block["id"] for one in blocks):
        return
    place = next((at + 1 for at, one in enumerate(blocks) if one["id"] == after), 0 if not after else len(blocks))
    blocks.insert(place, block)
    save_section(report, key, blocks, row_version=None, by=by)
