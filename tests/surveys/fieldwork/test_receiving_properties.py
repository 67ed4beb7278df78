"""What holds of receiving whatever comes in, in whatever order and however often."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from surveys.audit import Actor
from surveys.database import db, utc_now, writing
from surveys.devices import COOKIE, field_cookie
from surveys.fieldwork.findings.findings import Finding
from surveys.fieldwork.receiving import senders
from surveys.fieldwork.receiving.contents import Unreadable, read_content
from surveys.fieldwork.receiving.receipts import sign
from surveys.fieldwork.receiving.receiving import judge_again, receive, set_head
from surveys.fieldwork.receiving.versions import has_conflict, read_target, read_versions, trunk, versions_of
from surveys.fieldwork.visits.submissions import SetAside, Submission
from surveys.fieldwork.visits.visits import Visit
from surveys.pages.phones import handing_in
from surveys.planning.forms.questionnaire_versions import Package
from surveys.questionnaire.package.content import canonical, digest
from surveys.questionnaire.package.package import package_bytes, package_hash
from tests.factories.fieldwork import VisitFactory
from tests.factories.planning import (
    AccountFactory,
    AssignmentFactory,
    DeputyFactory,
    GroupFactory,
    GroupMemberFactory,
    guangzhou,
)
from tests.surveys.fieldwork.phones import put_headers
from tests.surveys.fieldwork.rehearsal_form import rehearsal_form

UNKNOWN = "ab" * 32


@dataclass
class Field:
    """A campaign with one group of two phones; visits are made as they are needed."""

    campaign_id: str
    group_id: str
    phones: list[senders.Sender]
    questionnaire: str

    def visit(self) -> str:
        with writing():
            assignment = AssignmentFactory(campaign_id=self.campaign_id, group_id=self.group_id)
            VisitFactory(id=assignment.visit_id, assignment_id=assignment.id)
            return assignment.visit_id

    def body(self, visit: str, text: str, base: str | None) -> bytes:
        return canonical(
            {
                "answers": {"/g_one/staff": "3", "/g_two/words": text},
                "base": base,
                "clock": "2023-07-12T09:00:00+08:00",
                "format": "diaoyan-visit/1",
                "outcome": "visited",
                "parts": [],
                "questionnaire": self.questionnaire,
                "visit": visit,
            }
        )


@pytest.fixture
def ground(app: Flask) -> Iterator[Field]:
    form = rehearsal_form()
    with app.app_context(), writing():
        campaign = guangzhou()
        digest = package_hash(form.package)
        db.session.add(Package(hash=digest, body=package_bytes(form.package), made_at=utc_now()))
        group = GroupFactory(campaign_id=campaign.id, unit_code="440118")
        phones = []
        for _ in range(2):
            deputy = DeputyFactory()
            GroupMemberFactory(group_id=group.id, deputy_id=deputy.id)
            phones.append(senders.add_browser(deputy.id, campaign_id=campaign.id))
        found = Field(campaign.id, group.id, phones, digest)
    with app.app_context():
        yield found


@st.composite
def deliveries(draw: st.DrawFn) -> tuple[list[int | None], list[tuple[int, int]]]:
    """Versions as a tree (each on an earlier one, on none, or on one nobody knows = -1), and who delivers which when."""
    count = draw(st.integers(1, 6))
    bases = [draw(st.sampled_from([None, -1, *range(number)])) for number in range(count)]
    once = draw(st.permutations(range(count)))
    again = draw(st.lists(st.integers(0, count - 1), max_size=4))
    order = [(number, draw(st.integers(0, 1))) for number in [*once, *again]]
    return bases, draw(st.permutations(order))


@given(deliveries())
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@pytest.mark.both_databases
def test_every_order_keeps_everything_once(ground: Field, sent: tuple[list[int | None], list[tuple[int, int]]]) -> None:
    bases, order = sent
    visit = ground.visit()
    bodies: list[bytes] = []
    for number, base in enumerate(bases):
        named = None if base is None else UNKNOWN if base < 0 else digest(bodies[base])
        bodies.append(ground.body(visit, f"第{number}个", named))
    first: dict[int, tuple[object, ...]] = {}
    for number, phone in order:
        outcome = receive(ground.phones[phone], visit, bodies[number], via="phone")
        assert outcome.facts is not None
        facts = (outcome.facts.at, outcome.facts.number, outcome.facts.version)
        assert first.setdefault(number, facts) == facts
        assert outcome.fresh == (outcome.status != 200)
    versions = read_versions(visit)
    assert sorted(one.version for one in versions) == list(range(1, len(bodies) + 1))
    stored = dict(
        db.session.execute(select(Submission.content, Submission.body).where(Submission.visit_id == visit)).all()
    )
    assert stored == {digest(body): body for body in bodies}
    target = read_target(visit)
    assert target is not None
    line = trunk(versions, target.head)
    by_content = {one.content: one for one in versions}
    firsts = [by_content[content] for content in line if by_content[content].base is None]
    assert len(firsts) == (1 if line else 0)
    bases_on_line = [by_content[content].base for content in line]
    assert len(bases_on_line) == len(set(bases_on_line)), "the trunk has no branch"
    for view in versions_of(visit):
        assert ("fork" in view.marks) == (view.content not in line)
        assert ("unknown_base" in view.marks) == (view.base == UNKNOWN)


@given(
    st.binary(max_size=300)
    | st.text(max_size=100).map(str.encode)
    | st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    ).map(lambda value: json.dumps({"format": "diaoyan-visit/1", "answers": value}).encode())
)
@settings(max_examples=200)
def test_bytes_that_are_no_content_are_said_to_be_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        read_content(body)


@given(st.dictionaries(st.text(min_size=1), st.text(), max_size=8))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@pytest.mark.both_databases
def test_any_text_comes_back_byte_by_byte(ground: Field, answers: dict[str, str]) -> None:
    visit = ground.visit()
    content = json.loads(ground.body(visit, "x", None)) | {"answers": answers}
    body = json.dumps(content).encode()  # ASCII: halves of surrogate pairs and U+0000 travel too
    outcome = receive(ground.phones[0], visit, body, via="phone")
    assert outcome.facts is not None
    assert outcome.facts.kind == "version"
    assert db.session.scalar(select(Submission.body).where(Submission.visit_id == visit)) == body


def _hand_in_and_fail(ground: Field, visit: str) -> None:
    with writing():
        receive(ground.phones[0], visit, ground.body(visit, "乙", None), via="phone")
        raise LookupError


def test_nothing_is_signed_before_the_commit(ground: Field) -> None:
    visit = ground.visit()
    with writing():
        outcome = receive(ground.phones[0], visit, ground.body(visit, "甲", None), via="phone")
        with pytest.raises(RuntimeError, match="after the commit"):
            outcome.signed()
    assert outcome.signed().text
    with pytest.raises(LookupError):
        _hand_in_and_fail(ground, visit)
    assert len(read_versions(visit)) == 1, "an outer transaction that fails takes its versions with it"


def test_a_revoked_phone_leaves_nothing(ground: Field) -> None:
    from surveys.devices import revoke

    visit, stale = ground.visit(), ground.phones[0]
    assert revoke(stale.id)
    outcome = receive(stale, visit, ground.body(visit, "甲", None), via="phone")  # looked up before it was revoked
    assert (outcome.status, outcome.code, outcome.facts) == (403, "revoked", None)
    assert read_versions(visit) == []
    aside = receive(stale, visit, b"{", via="phone")
    assert (aside.status, aside.facts) == (403, None)


def test_what_was_set_aside_becomes_a_version_when_it_can(ground: Field) -> None:
    visit = "00000000-0000-4000-8000-00000000beef"
    body = ground.body(visit, "早到的", None)
    outcome = receive(ground.phones[0], visit, body, via="phone")
    assert (outcome.status, outcome.facts and outcome.facts.kind) == (404, "aside")
    with writing():
        assignment = AssignmentFactory(campaign_id=ground.campaign_id, group_id=ground.group_id, visit_id=visit)
        VisitFactory(id=visit, assignment_id=assignment.id)
    again = receive(ground.phones[0], visit, body, via="phone")
    assert (again.status, again.facts and again.facts.kind) == (201, "version")
    assert db.session.scalars(select(SetAside.settlement)).all() == ["version"]


def test_limits(ground: Field) -> None:
    visit = ground.visit()
    body = json.loads(ground.body(visit, "x", None))
    for change in (
        {"answers": {f"/{number}": "x" for number in range(5001)}},
        {"answers": {"/a": "x" * 100_001}},
        {"parts": [{"name": str(number)} for number in range(61)]},
        {"repeats": {"/r": 10**9}},
    ):
        outcome = receive(ground.phones[0], visit, canonical(body | change), via="phone")
        assert (outcome.status, outcome.facts) == (413, None)


def test_two_hundred_versions_and_no_more(ground: Field) -> None:
    visit, base = ground.visit(), None
    for number in range(200):
        body = ground.body(visit, f"第{number}版", base)
        assert receive(ground.phones[0], visit, body, via="phone").status == 201
        base = digest(body)
    outcome = receive(ground.phones[0], visit, ground.body(visit, "再一版", base), via="phone")
    assert (outcome.status, outcome.code) == (429, "too_many_versions")
    assert db.session.get_one(Visit, visit).head == base


def test_the_number_does_not_change_when_the_marks_do(ground: Field) -> None:
    visit = ground.visit()
    outcome = receive(ground.phones[0], visit, ground.body(visit, "甲", None), via="phone")
    assert outcome.facts is not None
    with writing() as session:
        session.get_one(Visit, visit).assignment.extra = True
    again = receive(ground.phones[1], visit, ground.body(visit, "甲", None), via="phone")
    assert again.facts is not None
    assert (again.facts.number, again.facts.at) == (outcome.facts.number, outcome.facts.at)
    assert again.marks == ("extra",)
    assert json.loads(sign(again.facts, ground.phones[1]).text)["device"] == ground.phones[1].id


@pytest.mark.both_databases
def test_what_could_not_be_judged_is_judged_later(ground: Field) -> None:
    form = rehearsal_form()
    unknown = {**form.package, "later": ground.campaign_id}  # a package is remembered by the whole process
    visit = ground.visit()
    body = json.loads(ground.body(visit, "厂房闲置三年", None)) | {"questionnaire": package_hash(unknown)}
    outcome = receive(ground.phones[0], visit, canonical(body), via="phone")
    assert outcome.marks == ("unjudged",)
    assert judge_again() == 0
    with writing():
        db.session.add(Package(hash=package_hash(unknown), body=package_bytes(unknown), made_at=utc_now()))
    assert judge_again() == 1
    assert judge_again() == 0
    (view,) = versions_of(visit)
    assert view.marks == []
    assert [finding.text for finding in db.session.scalars(select(Finding))] == ["厂房闲置三年"]


@pytest.mark.both_databases
def test_staff_enter_a_paper_for_a_deputy(ground: Field) -> None:
    visit, deputy = ground.visit(), ground.phones[0].deputy_id
    with writing():
        account = AccountFactory(name="陈敏")
        sender = senders.of_account(account, deputy_id=deputy)
    outcome = receive(sender, visit, ground.body(visit, "厂房闲置三年", None), via="paper")
    assert (outcome.status, outcome.facts and outcome.facts.number) == (201, f"{number_of(visit)}-1")
    submission = db.session.scalars(select(Submission)).one()
    assert (submission.entered_by, submission.deputy_id, submission.by_name) == (sender.id, deputy, "陈敏")
    assert db.session.scalars(select(Finding.from_paper)).all() == [True]
    broken = receive(sender, visit, b"{", via="file")
    assert (broken.status, broken.facts) == (422, None)


def number_of(visit: str) -> str:
    return db.session.get_one(Visit, visit).assignment.reference()


def test_a_fork_alone_is_made_the_head(ground: Field) -> None:
    visit = ground.visit()
    body = ground.body(visit, "改过的", UNKNOWN)
    outcome = receive(ground.phones[0], visit, body, via="phone")
    assert (outcome.status, outcome.marks) == (409, ("fork", "unknown_base"))
    with writing():
        assert set_head(visit, digest(body), actor=Actor("staff", None, "陈敏"))
        assert not set_head(visit, digest(body), actor=Actor("staff", None, "陈敏"))
    (view,) = versions_of(visit)
    assert view.on_trunk
    assert view.marks == ["unknown_base"]


def test_the_desk_merges_a_fork(ground: Field) -> None:
    visit = ground.visit()
    one, other = ground.body(visit, "甲", None), ground.body(visit, "乙", None)
    receive(ground.phones[0], visit, one, via="phone")
    receive(ground.phones[1], visit, other, via="phone")
    assert has_conflict(read_versions(visit), digest(one))
    with writing():
        sender = senders.of_account(AccountFactory(name="陈敏"))
    merged = json.loads(ground.body(visit, "甲和乙", digest(one))) | {"merges": [digest(other)]}
    outcome = receive(sender, visit, canonical(merged), via="desk")
    assert outcome.status == 201
    assert not has_conflict(read_versions(visit), digest(canonical(merged)))
    assert [view.merged for view in versions_of(visit)] == [False, True, False]


def test_what_became_of_a_visit_while_its_body_arrived_counts(
    app: Flask, ground: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit, device = ground.visit(), ground.phones[0].device_id
    body = ground.body(visit, "慢慢来", None)
    read = handing_in.body_of

    def slowly(most: int, kind: str) -> object:
        with writing():
            db.session.execute(update(Visit).where(Visit.id == visit).values(erased_at=utc_now()))
        return read(most, kind)

    monkeypatch.setattr(handing_in, "body_of", slowly)
    client = app.test_client()
    client.set_cookie(COOKIE, field_cookie(device or ""))
    answer = client.put(f"/sync/visits/{visit}", data=body, headers=put_headers(body))
    assert (answer.status_code, answer.get_json()["code"]) == (410, "erased")
