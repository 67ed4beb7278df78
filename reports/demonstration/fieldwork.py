"""Loads the fieldwork (实地调研) as phones and desks do it: attendance, drafts, receiving, review, replacement.

One transaction per leaf; inside it everything happens in the order of the simulated moments. What `receive` or `review`
refuses is a fault of the demonstration and stops it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from dataclasses import replace as replace_plan
from datetime import datetime, timedelta

from sqlalchemy import exists, select

from reports.demonstration import people
from reports.demonstration.answers import Interview, answer, facts_of
from reports.demonstration.enterprises import Enterprise
from reports.demonstration.preparation import NOTICE_VERSION, DemonstrationFault
from reports.demonstration.schedule import LAUNCH, REPLACEMENT_REASONS, Plan
from reports.demonstration.stock import draw, stock_json
from reports.demonstration.texts import VisitTexts
from reports.demonstration.traits import traits
from surveys.audit import Actor
from surveys.database import clock_at, db, seeded_ids, writing
from surveys.fieldwork.filling.drafts import DraftAnswers, save_draft
from surveys.fieldwork.receiving import receiving, senders
from surveys.fieldwork.receiving.contents import content_from_state
from surveys.fieldwork.receiving.senders import Sender
from surveys.fieldwork.reviewing import review
from surveys.fieldwork.visits.attendance import set_attendance
from surveys.fieldwork.visits.submissions import Submission
from surveys.fieldwork.visits.visits import Visit, add_visit, open_visit
from surveys.planning.assigning.assignments import Assignment, assign, replace
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.campaigns.subjects import ListEntry
from surveys.planning.campaigns.units import LEVELS
from surveys.planning.people.deputies import Deputy
from surveys.planning.people.groups import Group, GroupMember
from surveys.questionnaire.facts import facts
from surveys.questionnaire.package.content import digest
from surveys.questionnaire.package.package import package_hash
from surveys.questionnaire.shapes.package_shape import Package
from surveys.questionnaire.state.evaluation import FormState
from surveys.questionnaire.views.definition import page_of

DRAFT_PAGES = 9  # top-level parts of the form that an unfinished draft has been through
DEVICES = ("华为手机 · 微信", "小米手机 · 微信", "苹果手机 · 浏览器", "荣耀手机 · 微信", "平板 · 浏览器")


@dataclass(slots=True)
class Leaf:
    """One leaf in the field: its rows by the numbers that plans use, and the packages its visits are filled with."""

    seed: int
    campaign: Campaign
    unit: str
    package: Package
    firms: Mapping[int, Enterprise]
    texts: Mapping[tuple[str, int], VisitTexts]
    assignments: dict[int, Assignment] = field(default_factory=dict)
    entries: dict[int, ListEntry] = field(default_factory=dict)
    groups: dict[int, Group] = field(default_factory=dict)
    deputies: dict[str, str] = field(default_factory=dict)
    senders: dict[str, Sender] = field(default_factory=dict)
    forms: dict[int, FormState] = field(default_factory=dict)
    contents: dict[int, str] = field(default_factory=dict)


def in_the_field(campaign_id: str, unit: str) -> bool:
    """Whether the leaf's visits are loaded already."""
    return bool(
        db.session.scalar(
            select(
                exists()
                .where(Submission.visit_id == Visit.id)
                .where(Visit.campaign_id == campaign_id, Visit.unit_code == unit)
            )
        )
    )


def load_leaf(leaf: Leaf, plans: Sequence[Plan]) -> None:
    """Everything that happened in one leaf, in its order."""
    with seeded_ids(f"{leaf.seed}/field/{leaf.campaign.id}/{leaf.unit}"), writing():
        _read(leaf)
        for moment, act in sorted(_acts(leaf, plans), key=lambda pair: pair[0]):
            with clock_at(moment):
                act()
            db.session.flush()


def _read(leaf: Leaf) -> None:
    of_leaf = {"campaign_id": leaf.campaign.id, "unit_code": leaf.unit}
    leaf.entries = {entry.number: entry for entry in db.session.scalars(select(ListEntry).filter_by(**of_leaf))}
    leaf.groups = {group.number: group for group in db.session.scalars(select(Group).filter_by(**of_leaf))}
    numbers = {entry.id: number for number, entry in leaf.entries.items()}
    for assignment in db.session.scalars(select(Assignment).filter_by(**of_leaf)):
        leaf.assignments[numbers[assignment.entry_id]] = assignment
    members = select(GroupMember.deputy_id).where(GroupMember.group_id.in_(group.id for group in leaf.groups.values()))
    for deputy in db.session.scalars(select(Deputy).where(Deputy.id.in_(members))):
        leaf.deputies[deputy.number or ""] = deputy.id


Act = tuple[datetime, Callable[[], None]]


def _acts(leaf: Leaf, plans: Sequence[Plan]) -> list[Act]:
    """Moments and what happens at them; what belongs to one visit keeps its order."""
    acts: list[Act] = []
    desk, by_entry = people.actor("unit_desk", leaf.unit), {plan.entry: plan for plan in plans}
    for plan in plans:
        if plan.replaces is not None:
            missed_plan = by_entry[plan.replaces]
            moment = (missed_plan.accepted_at or LAUNCH + timedelta(days=4)) + timedelta(minutes=20)
            acts.append((moment, lambda plan=plan, missed_plan=missed_plan: _replace(leaf, plan, missed_plan, desk)))
        elif plan.extra and plan.visited_at:
            acts.append((plan.visited_at - timedelta(days=1), lambda plan=plan: _add_extra(leaf, plan, desk)))
        acts += _visit_acts(leaf, plan, desk)
    return acts


def _visit_acts(leaf: Leaf, plan: Plan, desk: Actor) -> list[Act]:
    acts: list[Act] = []

    def then(moment: datetime | None, act: Callable[[Leaf, Plan, Actor], None]) -> None:
        if moment is not None:
            acts.append((moment, lambda: act(leaf, plan, desk)))

    then(plan.visited_at, _begin)
    if plan.fate == "draft" and plan.visited_at:
        then(plan.visited_at + timedelta(minutes=25), _leave_unfinished)
    if plan.aside and plan.sent_at:
        then(plan.sent_at - timedelta(seconds=40), _send_torn)
    then(plan.sent_at, _send)
    if plan.sent_twice and plan.sent_at:
        then(plan.sent_at + timedelta(seconds=9), _send_again)
    if plan.forked and plan.sent_at:
        then(plan.sent_at + timedelta(hours=2), _send_from_another_phone)
    then(plan.returned_at, _void if plan.fate == "void" else _return)
    then(plan.resent_at, _send_corrected)
    then(plan.accepted_at, _accept)
    return acts


# --- the visit -----------------------------------------------------------------------------------------------------


def _begin(leaf: Leaf, plan: Plan, _desk: Actor) -> None:
    """The group is at the door: who came, and the notice read aloud."""
    visit_id = leaf.assignments[plan.entry].visit_id
    set_attendance(visit_id, [leaf.deputies[person.number] for person in plan.attendance], at=plan.visited_at)
    open_visit(visit_id, at=plan.visited_at, notice_version=NOTICE_VERSION)


def _form(leaf: Leaf, plan: Plan, pages: int | None = None) -> FormState:
    """The interview of this visit; its clock is the moment it was finished."""
    firm, assignment = leaf.firms[plan.entry], leaf.assignments[plan.entry]
    visit_texts = leaf.texts.get((leaf.unit, plan.entry), VisitTexts())
    assert plan.visited_at is not None
    clock = plan.visited_at + timedelta(minutes=16) if plan.sent_at else plan.visited_at
    levels = {level for person in plan.attendance for level in person.levels}
    preload = facts.preload(
        leaf.package,
        assignment={
            "id": assignment.reference(),
            "enterprise_name": firm.name,
            "enterprise_uscc": firm.uscc,
            "district": firm.district,
        },
        attendance={
            "chosen": "yes",
            "names": [person.name for person in plan.attendance],
            "levels": [level for level in LEVELS if level in levels],
        },
    )
    interview = Interview(
        key=(leaf.unit, plan.entry),
        facts=facts_of(firm, visited_on=plan.visited_at.date().isoformat(), mode=plan.mode),
        traits=traits(leaf.seed, firm),
        outcome=plan.outcome or "visited",
        clock=clock.isoformat(),
        preload=preload,
        problems=visit_texts.problems,
        suggestions=visit_texts.suggestions,
        clause=visit_texts.clause,
        story_answers=visit_texts.answers,
    )
    return answer(leaf.package, interview, seed=leaf.seed, pages=pages)


def _sender(leaf: Leaf, plan: Plan) -> Sender:
    """Who hands in: the first deputy of those who came, on their own phone; or the liaison, from the paper form."""
    author = plan.attendance[0]
    if plan.on_paper:
        liaison = leaf.groups[plan.team].liaison
        assert liaison is not None
        return senders.of_account(liaison, deputy_id=leaf.deputies[author.number])
    if author.number not in leaf.senders:
        name = draw(leaf.seed, "device", author.number).choice(DEVICES)
        leaf.senders[author.number] = senders.add_browser(
            leaf.deputies[author.number], campaign_id=leaf.campaign.id, name=name, at=plan.visited_at
        )
    return leaf.senders[author.number]


def _body(leaf: Leaf, plan: Plan, base: str | None = None) -> bytes:
    form = leaf.forms.get(plan.entry)
    if form is None:
        form = leaf.forms[plan.entry] = _form(leaf, plan)
    visit_id = leaf.assignments[plan.entry].visit_id
    return content_from_state(form, visit_id=visit_id, base=base, clock=form.now)


def _send(leaf: Leaf, plan: Plan, _desk: Actor, *, base: str | None = None, at: datetime | None = None) -> None:
    body = _body(leaf, plan, base)
    moment = at or plan.sent_at
    via = "paper" if plan.on_paper else "page"
    outcome = receiving.receive(_sender(leaf, plan), leaf.assignments[plan.entry].visit_id, body, via=via, at=moment)
    if outcome.facts is None or outcome.facts.kind != "version":
        raise DemonstrationFault(f"{leaf.unit}, list number {plan.entry}: {outcome.status} {outcome.code}")
    leaf.contents[plan.entry] = digest(body)
    if not plan.resent_at or base is not None:
        leaf.forms.pop(plan.entry, None)


def _send_again(leaf: Leaf, plan: Plan, desk: Actor) -> None:
    """The answer was lost on the way, and the phone sent the same bytes again."""
    _send(leaf, plan, desk)


def _send_torn(leaf: Leaf, plan: Plan, _desk: Actor) -> None:
    """Bytes cut short by an old browser: no content, set aside for the desk."""
    body = _body(leaf, plan)[:-40]
    receiving.receive(_sender(leaf, plan), leaf.assignments[plan.entry].visit_id, body, via="phone", at=plan.sent_at)


def _send_from_another_phone(leaf: Leaf, plan: Plan, _desk: Actor) -> None:
    """Another of the group filled in the same visit offline: kept beside the first, for the desk to put together."""
    assert plan.sent_at is not None
    form = _form(leaf, plan)
    addition = stock_json("returns")["fork"]
    form.set(_path(leaf.package, addition["at"]), addition["text"])
    twin = replace_plan(plan, attendance=plan.attendance[::-1])
    visit_id = leaf.assignments[plan.entry].visit_id
    body = content_from_state(form, visit_id=visit_id, base=None, clock=form.now)
    receiving.receive(_sender(leaf, twin), visit_id, body, via="phone", at=plan.sent_at + timedelta(hours=2))


def _send_corrected(leaf: Leaf, plan: Plan, desk: Actor) -> None:
    """The deputy looks again, adds a word and sends a second version."""
    form = leaf.forms[plan.entry]
    addition = stock_json("returns")["answer"]
    form.set(_path(leaf.package, addition["at"]), addition["text"])
    assert plan.resent_at is not None
    form.at((plan.resent_at - timedelta(minutes=3)).isoformat())
    _send(leaf, plan, desk, base=leaf.contents[plan.entry], at=plan.resent_at)


def _leave_unfinished(leaf: Leaf, plan: Plan, _desk: Actor) -> None:
    """A draft on the server, page by page, not handed in yet."""
    form = _form(leaf, plan, DRAFT_PAGES)
    draft = DraftAnswers(
        questionnaire=package_hash(leaf.package),
        answers=form.raw(),
        repeats=form.repeats,
        clock=form.now,
        page=next((page_of(form, path) for path, *_ in form.problems()), None),
        saved_at=plan.visited_at,
    )
    save_draft(leaf.assignments[plan.entry].visit_id, _sender(leaf, plan), draft, at=plan.visited_at)


# --- the desk ------------------------------------------------------------------------------------------------------


def _visit(leaf: Leaf, plan: Plan) -> Visit:
    return db.session.get_one(Visit, leaf.assignments[plan.entry].visit_id, populate_existing=True)


def _accept(leaf: Leaf, plan: Plan, desk: Actor) -> None:
    review.accept(_visit(leaf, plan), leaf.contents[plan.entry], desk)


def _return(leaf: Leaf, plan: Plan, desk: Actor) -> None:
    """Back with a word at the first question worth asking about."""
    words = stock_json("returns")
    chance = draw(leaf.seed, "return", leaf.unit, plan.entry)
    answers = _answers_of(leaf, plan)
    remarks = [
        review.NewRemark(path, remark["text"])
        for remark in chance.sample(words["remarks"], len(words["remarks"]))
        for path in answers
        if facts.plain_path(path) == _path(leaf.package, remark["at"])
    ][:1]
    review.send_back(_visit(leaf, plan), leaf.contents[plan.entry], desk, remarks, note=chance.choice(words["notes"]))


def _answers_of(leaf: Leaf, plan: Plan) -> list[str]:
    form = leaf.forms.get(plan.entry) or _form(leaf, plan)
    return list(form.answers())


def _void(leaf: Leaf, plan: Plan, desk: Actor) -> None:
    review.void(_visit(leaf, plan), desk, stock_json("returns")["void"])


def _replace(leaf: Leaf, plan: Plan, missed_plan: Plan, desk: Actor) -> None:
    """A reserve takes the place of a firm that was not met; the same group goes."""
    assignment = replace(
        leaf.assignments[missed_plan.entry],
        leaf.entries[plan.entry],
        reason=REPLACEMENT_REASONS[missed_plan.outcome],
        actor=desk,
    )
    assignment.appointed_on = plan.appointed_on
    leaf.assignments[plan.entry] = assignment
    add_visit(assignment)


def _add_extra(leaf: Leaf, plan: Plan, desk: Actor) -> None:
    """A reserve visited besides the quota (超额)."""
    assignment = assign(
        leaf.campaign, leaf.unit, leaf.entries[plan.entry], leaf.groups[plan.team], extra=True, actor=desk
    )
    assignment.appointed_on = plan.appointed_on
    leaf.assignments[plan.entry] = assignment
    add_visit(assignment)


def _path(package: Package, stable_id: str) -> str:
    return next(row["path"] for row in package["facts"]["rows"] if row.get("stable_id") == stable_id)
