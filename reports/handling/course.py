"""The course of an item: what each side may do with it, step by step. Touches the records, states and deadlines.

Every act adds one step, in turn for the item, with who, when and why; nothing is overwritten. Raises HandlingFault.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select

from reports.handling.bodies import Body, by_code
from reports.handling.deadlines import RULES, Reckoned, given, months_after, working_days_after
from reports.handling.faults import STATE_WORDS, STEP_WORDS, HandlingFault, HandlingFaultKind
from reports.handling.records import SATISFACTION, Item, ItemFinding, Rating, Reply, Step
from reports.handling.states import MOVES, NewestStep, state_of
from surveys.audit import Actor, record
from surveys.database import db, in_turn, utc_now, writing
from surveys.fieldwork.findings.findings import Finding
from surveys.fieldwork.visits.attendance import Attendance
from surveys.planning.campaigns.campaigns import Campaign
from surveys.questionnaire.sheets.bilingual import Text

OUT = ("handed", "rerouted", "escalated")  # steps with which an item goes out to a body
OPEN_TO_BODY = ("handed", "signed", "working", "again")


def rule(campaign: Campaign, name: str) -> int:
    """A term of this campaign's rules."""
    return int((campaign.settings or {}).get(name, RULES[name]))


def steps_of(item_id: str) -> list[Step]:
    """All steps of an item, the oldest first."""
    return list(db.session.scalars(select(Step).where(Step.item_id == item_id).order_by(Step.number)))


def newest(item_id: str) -> Step:
    """The newest step that moved the item."""
    query = select(Step).where(Step.item_id == item_id, Step.kind.in_(MOVES)).order_by(Step.number.desc()).limit(1)
    return db.session.scalars(query).one()


def state(item: Item) -> str:
    move = newest(item.id)
    return state_of(NewestStep(move.kind, move.due_on), item.campaign.today())


def reckoned_of(steps: Iterable[Step]) -> dict[str, Any] | None:
    """How the day in force was reckoned: what the newest step that set one keeps."""
    return next((step.reckoned for step in reversed(list(steps)) if step.reckoned), None)


@dataclass(frozen=True, slots=True)
class By:
    """Who acts: a person of the desk, a body through its link, a deputy."""

    kind: str
    id: str | None
    name: str | None

    def audited(self) -> Actor:
        return Actor(self.kind, self.id, self.name)


def staff(actor: Actor) -> By:
    return By("staff" if actor.kind == "staff" else "system", actor.id, actor.name)


def of_body(body: Body) -> By:
    return By("body", body.code, body.short_name)


def add_step(item: Item, kind: str, by: By, before: Step | None, **facts: Any) -> Step:
    """Add a step as the item's newest; what is not said stays as it stood `before`. Inside `writing()`, in turn."""
    number = db.session.scalar(select(func.max(Step.number)).where(Step.item_id == item.id)) or 0
    stands = {name: getattr(before, name) for name in ("body_code", "round_number", "due_on")} if before else {}
    reckoned: Reckoned | None = facts.pop("reckoned", None)
    if reckoned is not None:
        facts |= {"due_on": reckoned.day, "reckoned": reckoned.as_json()}
    step = Step(
        item_id=item.id,
        number=number + 1,
        kind=kind,
        happened_at=item.campaign.now(),
        actor_kind=by.kind,
        actor_id=by.id,
        actor_name=by.name,
        **{**stands, **facts},
    )
    db.session.add(step)
    db.session.flush()
    target = ("item", item.id)
    record(by.audited(), f"item.{kind}", target=target, campaign_id=item.campaign_id, item=item.reference)
    return step


def _begin(item: Item, act: str, states: Iterable[str]) -> Step:
    """In turn for the item; the step it stands by. Raises HandlingFault where the act does not fit its state."""
    in_turn(item)
    move = newest(item.id)
    now = state_of(NewestStep(move.kind, move.due_on), item.campaign.today())
    if now in states:
        return move
    facts = {"item": item.reference, "state": STATE_WORDS[now], "act": STEP_WORDS[act]}
    if now == "closed":
        raise HandlingFault(HandlingFaultKind.ITEM_CLOSED, item.reference, **facts)
    if now == "waiting":
        raise HandlingFault(HandlingFaultKind.LETTER_WITHDRAWN, item.reference, **facts)
    raise HandlingFault(HandlingFaultKind.NOT_NOW, item.reference, **facts)


def _words(item: Item, act: str, words: str) -> str:
    if not words.strip():
        raise HandlingFault(HandlingFaultKind.WORDS_NEEDED, item.reference, act=STEP_WORDS[act])
    return words.strip()


def _leading(item: Item, body: Body, move: Step) -> None:
    if move.body_code != body.code:
        lead = by_code()[move.body_code]
        raise HandlingFault(
            HandlingFaultKind.NOT_LEADING,
            item.reference,
            item=item.reference,
            lead=Text(lead.short_name, lead.label("en")),
        )


# --- what a body does ----------------------------------------------------------------------------------------------


def sign_for(item: Item, body: Body) -> None:
    """签收."""
    with writing():
        move = _begin(item, "signed_for", ("handed", "again"))
        _leading(item, body, move)
        add_step(item, "signed_for", of_body(body), move)


def give_back_until(item: Item, steps: list[Step]) -> Reckoned:
    """Until when an item may be given back: working days from its last going out."""
    out = next(step for step in reversed(steps) if step.kind in OUT)
    start = out.happened_at.astimezone(item.campaign.now().tzinfo).date()
    return working_days_after(start, rule(item.campaign, "give_back_days"))


def give_back(item: Item, body: Body, words: str, whose: Body | None) -> None:
    """退回: not ours, with the reason and whose it is instead; within its working days."""
    with writing():
        move = _begin(item, "given_back", ("handed", "signed"))
        _leading(item, body, move)
        last = give_back_until(item, steps_of(item.id)).day
        if item.campaign.today() > last:
            raise HandlingFault(HandlingFaultKind.TOO_LATE_TO_GIVE_BACK, item.reference, day=last.isoformat())
        add_step(
            item,
            "given_back",
            of_body(body),
            move,
            words=_words(item, "given_back", words),
            other_code=whose.code if whose else None,
        )


def ask_extension(item: Item, body: Body, words: str, until: date | None) -> None:
    """申请延期: until when, and why; the day stays until the committee agrees."""
    with writing():
        move = _begin(item, "extension_asked", OPEN_TO_BODY)
        _leading(item, body, move)
        day = _later(item, move, until)
        add_step(item, "extension_asked", of_body(body), move, words=f"{day.isoformat()}　{_words(item, 'extension_asked', words)}")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answer:
    """What a body answers. `files`: as `Reply.files`."""

    kind: str  # final, interim, opinion
    text: str
    grade: str = ""
    planned_on: date | None = None
    files: tuple[dict[str, Any], ...] = ()
    on_paper: bool = False


def answer(item: Item, body: Body, given_answer: Answer, by: By) -> Reply:
    """答复, 中期答复 or 会办意见. A final one ends the round for the body; an interim one does not stop the clock."""
    act = {"final": "answered"}.get(given_answer.kind, given_answer.kind)
    with writing():
        in_turn(item)
        move = newest(item.id)
        _refuse_second(item, move, given_answer.kind)
        move = _begin(item, act, OPEN_TO_BODY if act != "opinion" else (*OPEN_TO_BODY, "back"))
        if act != "opinion":
            _leading(item, body, move)
        _check(item, given_answer)
        reply = Reply(
            item_id=item.id,
            body_code=body.code,
            round_number=move.round_number,
            kind=given_answer.kind,
            grade=given_answer.grade or None if act == "answered" else None,
            text=given_answer.text.strip(),
            planned_on=given_answer.planned_on if act == "answered" else None,
            files=list(given_answer.files),
            on_paper=given_answer.on_paper,
            answered_at=item.campaign.now(),
            entered_by=by.id if by.kind == "staff" else None,
        )
        db.session.add(reply)
        db.session.flush()
        facts: dict[str, Any] = {"reply_id": reply.id}
        if act == "answered":
            facts["due_on"] = reply.planned_on
            if reply.planned_on:
                facts["reckoned"] = given(reply.planned_on)
        add_step(item, act, by, move, **facts)
        return reply


def _refuse_second(item: Item, move: Step, kind: str) -> None:
    final = (Reply.item_id == item.id, Reply.round_number == move.round_number, Reply.kind == "final")
    if kind == "final" and move.kind in ("answered", "rated") and db.session.scalar(select(Reply.id).where(*final)):
        raise HandlingFault(
            HandlingFaultKind.ANSWERED_ALREADY, item.reference, item=item.reference, number=move.round_number
        )


def _check(item: Item, given_answer: Answer) -> None:
    if not given_answer.text.strip() or (
        given_answer.kind == "final" and given_answer.grade not in ("A", "B", "C", "D")
    ):
        raise HandlingFault(HandlingFaultKind.GRADE_NEEDED, item.reference)
    if given_answer.kind == "final" and given_answer.grade == "B" and given_answer.planned_on is None:
        raise HandlingFault(HandlingFaultKind.PLAN_NEEDED, item.reference)


# --- what the committee does ---------------------------------------------------------------------------------------


def extend(item: Item, by: By, until: date | None, words: str) -> None:
    """准予延期: to a day, at most so many months after the day the item was first due in this round."""
    with writing():
        move = _begin(item, "extended", OPEN_TO_BODY)
        day = _later(item, move, until)
        first = next(s.due_on for s in steps_of(item.id) if s.round_number == move.round_number and s.due_on)
        months = rule(item.campaign, "extension_months")
        latest = months_after(first, months).day
        if day > latest:
            raise HandlingFault(HandlingFaultKind.TOO_LONG, item.reference, latest=latest.isoformat(), months=months)
        add_step(item, "extended", by, move, words=_words(item, "extended", words), reckoned=given(day))


def _later(item: Item, move: Step, until: date | None) -> date:
    after = max(move.due_on or item.campaign.today(), item.campaign.today())
    if until is None or until <= after:
        raise HandlingFault(
            HandlingFaultKind.DAY_NEEDED,
            item.reference,
            typed=until.isoformat() if until else "",
            after=after.isoformat(),
        )
    return until


def supervise(item: Item, by: By, words: str) -> None:
    """挂号督办."""
    with writing():
        move = _begin(item, "supervised", (*OPEN_TO_BODY, "following"))
        add_step(item, "supervised", by, move, words=_words(item, "supervised", words))


def promise(item: Item, by: By, until: date | None, words: str) -> None:
    """A day by which the body promised something: the item is followed up until then."""
    with writing():
        move = _begin(item, "promised", ("answered", "following"))
        day = _later(item, move, until)
        add_step(item, "promised", by, move, words=_words(item, "promised", words), reckoned=given(day))


def close(item: Item, by: By, evidence: str) -> None:
    """销号, with evidence; the committee's alone. An item without an answer is not closed."""
    with writing():
        move = _begin(item, "closed", [one for one in STATE_WORDS if one not in ("closed", "waiting")])
        _answered(item)
        add_step(item, "closed", by, move, words=_words(item, "closed", evidence), due_on=None)


def _answered(item: Item) -> None:
    if db.session.scalar(select(Reply.id).where(Reply.item_id == item.id, Reply.kind == "final").limit(1)) is None:
        raise HandlingFault(HandlingFaultKind.NO_ANSWER, item.reference, item=item.reference)


def reopen(item: Item, by: By, words: str) -> None:
    """恢复办理: a closed item is in hand again, in its round, with a new due day."""
    with writing():
        move = _begin(item, "reopened", ("closed",))
        due = months_after(item.campaign.today(), rule(item.campaign, "answer_months"))
        facts = {"words": _words(item, "reopened", words), "round_number": move.round_number + 1, "reckoned": due}
        add_step(item, "reopened", by, move, **facts)


def begin_reroute(item: Item, body: Body, act: str, words: str) -> Step:
    """The step an item stands by that goes to another body: given back, with a wrong one, or to a higher one. Inside `writing()`."""
    if act == "rerouted":
        return _begin(item, act, ("back", "handed", "signed", "working"))
    move = _begin(item, act, ("back", *OPEN_TO_BODY, "following"))
    _words(item, act, words)
    if move.body_code == body.code:
        names = Text(body.short_name, body.label("en"))
        raise HandlingFault(HandlingFaultKind.NOT_HIGHER, item.reference, item=item.reference, body=names)
    return move


def begin_supervised(item: Item, words: str) -> Step:
    """The step an item stands by that is put under supervision by letter. Inside `writing()`."""
    _words(item, "supervised", words)
    return _begin(item, "supervised", (*OPEN_TO_BODY, "following"))


def propose_close(item: Item, by: By, words: str) -> None:
    """提请销号, by the office, with what it rests on; the committee closes, or says why not."""
    with writing():
        move = _begin(item, "proposed_closed", ("answered", "following", "again", "working"))
        _answered(item)
        add_step(item, "proposed_closed", by, move, words=_words(item, "proposed_closed", words))


def keep_open(item: Item, by: By, words: str) -> None:
    """不予销号: a proposal for closing falls, with the reason."""
    with writing():
        move = _begin(item, "kept_open", [one for one in STATE_WORDS if one not in ("closed", "waiting")])
        if not is_proposed(steps_of(item.id)):
            facts = {"item": item.reference, "state": STATE_WORDS[state(item)], "act": STEP_WORDS["kept_open"]}
            raise HandlingFault(HandlingFaultKind.NOT_NOW, item.reference, **facts)
        add_step(item, "kept_open", by, move, words=_words(item, "kept_open", words))


def is_proposed(steps: Iterable[Step]) -> bool:
    """Whether a proposal for closing stands: nothing moved the item since, and nobody refused it."""
    kinds = [step.kind for step in steps if step.kind in MOVES or step.kind in ("proposed_closed", "kept_open")]
    return kinds[-1:] == ["proposed_closed"]


# --- what a deputy does --------------------------------------------------------------------------------------------


def askers(item_id: str) -> list[str]:
    """The deputies who asked: those who went on the visits whose findings it carries."""
    query = (
        select(Attendance.deputy_id)
        .join(Finding, Finding.visit_id == Attendance.visit_id)
        .join(ItemFinding, ItemFinding.finding_id == Finding.id)
        .where(ItemFinding.item_id == item_id)
        .distinct()
    )
    return sorted(db.session.scalars(query))


def rate(item: Item, deputy_id: str, by: By, process: str, result: str, words: str = "") -> None:
    """评价 of the round that was answered last. Not satisfied with the result: the next round, with a new due day.

    When all who asked have rated, the item is followed up.
    """
    if process not in SATISFACTION or result not in SATISFACTION:
        raise HandlingFault(HandlingFaultKind.GRADE_NEEDED, item.reference)
    with writing() as session:
        move = _begin(item, "rated", ("answered", "following", "again"))
        last = (Reply.item_id == item.id, Reply.kind == "final")
        round_number = session.scalar(select(func.max(Reply.round_number)).where(*last)) or move.round_number
        mine = (Rating.item_id == item.id, Rating.round_number == round_number)
        if session.scalar(select(Rating.id).where(*mine, Rating.deputy_id == deputy_id)):
            raise HandlingFault(HandlingFaultKind.RATED_ALREADY, item.reference)
        facts = {"process": process, "result": result, "words": words.strip()[:500] or None, "rated_at": utc_now()}
        session.add(Rating(item_id=item.id, round_number=round_number, deputy_id=deputy_id, **facts))
        session.flush()
        target = ("item", item.id)
        record(by.audited(), "item.rating", target=target, campaign_id=item.campaign_id, item=item.reference)
        if round_number != move.round_number or move.kind == "promised":
            return
        if result == "dissatisfied":
            due = months_after(item.campaign.today(), rule(item.campaign, "answer_months"))
            add_step(item, "sent_again", by, move, round_number=move.round_number + 1, reckoned=due)
        elif move.kind == "answered" and len(session.scalars(select(Rating.id).where(*mine)).all()) >= len(
            askers(item.id)
        ):
            add_step(item, "rated", by, move)
