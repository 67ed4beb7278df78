"""A print is checked against exactly the submissions it names: one changed answer is seen, a newer version is only told."""

import json

import pytest
from flask import Flask
from sqlalchemy import select, text, update

from reports.figures import charts, indicators, table_words, tables
from reports.issuing import archive
from reports.issuing.issuing import make_final, print_version, verify, version_to_finish
from reports.papers.steps import ReportVersion, digest_of, send_for_review
from surveys import immutable_rows
from surveys.audit import record
from surveys.database import db, utc_now, writing
from surveys.fieldwork.visits.attendance import Attendance, set_attendance
from surveys.fieldwork.visits.visits import Visit
from surveys.planning.assigning.assignments import Assignment
from surveys.planning.campaigns.subjects import Subject
from surveys.planning.forms.questionnaire_versions import Package
from tests.factories.fieldwork import version as hand_in
from tests.factories.planning import DeputyFactory
from tests.factories.reports import CITY, all_accepted, answers, city, content_of, paths, submitted


def _final_pdf() -> bytes:
    root = all_accepted(city(4))
    send_for_review(root, by=CITY)
    printed = make_final(version_to_finish(root), by=CITY)
    assert printed is not None
    return archive.read(printed)


def _tamper(change) -> str:
    """Change one stored answer past the application: the row's bytes, as somebody with the database could."""
    row = db.session.execute(text("SELECT id, visit_id, body FROM submissions ORDER BY received_at, id")).first()
    content = json.loads(bytes(row.body))
    change(content["answers"])
    body = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    with writing() as session, immutable_rows.opened("tampering"):
        session.execute(text("UPDATE submissions SET body = :body WHERE id = :id"), {"body": body, "id": row.id})
    db.session.expire_all()
    return row.visit_id


@pytest.mark.both_databases
def test_one_changed_answer_is_seen(app: Flask) -> None:
    with app.app_context():
        pdf = _final_pdf()
        sound = verify(pdf)
        assert sound.ok, [one.zh for one in sound.differences]
        assert sound.known
        assert sound.submissions == 12  # each once, though it stands in its unit's report and in the consolidated one
        _tamper(lambda given: given.update({paths()["diff_types"]: "land", paths()["control"]: "state"}))
        found = verify(pdf)
        assert not found.ok
        codes = {one.code for one in found.differences}
        assert {"submission_changed", "figure_differs"} <= codes
        assert all(one.zh and one.en and one.place for one in found.differences)


def test_a_change_that_moves_no_figure_is_seen_too(app: Flask) -> None:
    with app.app_context():
        printed = print_version(_version(submitted(city(2), "440105")), "A")
        pdf = archive.read(printed)
        assert verify(pdf).ok
        row = db.session.execute(text("SELECT visit_id FROM assignments WHERE unit_code = '440105'")).first()
        body = db.session.execute(
            text("SELECT body FROM submissions WHERE visit_id = :v"), {"v": row.visit_id}
        ).scalar_one()
        with writing() as session, immutable_rows.opened("tampering"):
            session.execute(
                text("UPDATE submissions SET body = :b WHERE visit_id = :v"),
                {"b": bytes(body) + b" ", "v": row.visit_id},
            )
        assert {one.code for one in verify(pdf).differences} == {"submission_changed"}


@pytest.mark.parametrize(
    ("statement", "place"),
    [
        ("DELETE FROM attendances WHERE visit_id IN (SELECT visit_id FROM assignments)", "参加走访的代表"),
        ("UPDATE findings SET text = text || '改'", "问题和建议"),
        ("UPDATE subjects SET name = name || '改'", "企业名录"),
        ("UPDATE assignments SET number = number + 500", "走访任务"),
    ],
)
def test_what_is_no_submission_is_compared_too(app: Flask, statement: str, place: str) -> None:
    with app.app_context():
        pdf = archive.read(print_version(_version(submitted(city(3), "440105")), "A"))
        assert verify(pdf).ok
        with writing() as session:
            session.execute(text(statement))
        db.session.expire_all()
        differences = verify(pdf).differences
        assert any(one.code == "groundwork_changed" and place in one.place for one in differences)
        if "attendances" in statement:
            assert "count_differs" in {one.code for one in differences}


def test_what_was_changed_through_the_program_since_is_told_without_failing(app: Flask) -> None:
    with app.app_context():
        pdf = archive.read(print_version(_version(submitted(city(3), "440105")), "A"))
        visit = db.session.scalars(
            select(Attendance.visit_id)
            .join(Assignment, Assignment.visit_id == Attendance.visit_id)
            .where(Assignment.unit_code == "440105")
        ).first()
        subject = db.session.scalars(select(Subject).join(Assignment).where(Assignment.visit_id == visit)).one()
        with writing():
            other = DeputyFactory(unit_code="440105")
            set_attendance(str(visit), [other.id], actor=CITY)
            subject.size_class = "large" if subject.size_class != "large" else "small"
            record(CITY, "subject.changed", target=("subject", subject.id))
        db.session.expire_all()
        outcome = verify(pdf)
        assert outcome.ok, [one.zh for one in outcome.differences]
        assert outcome.later == {"attendances": 1, "subjects": 1}

        with writing() as session:
            session.execute(update(Subject).where(Subject.id != subject.id).values(name="改过的名称"))
        db.session.expire_all()
        outcome = verify(pdf)
        assert [one.code for one in outcome.differences] == ["groundwork_changed"]
        assert outcome.later == {"attendances": 1, "subjects": 1}


def test_a_task_replaced_later_is_no_difference_and_one_struck_out_by_hand_is(app: Flask) -> None:
    with app.app_context():
        pdf = archive.read(print_version(_version(submitted(city(3), "440105")), "A"))
        task = db.session.scalars(select(Assignment).where(Assignment.unit_code == "440105")).first()
        assert task is not None
        with writing():
            task.replaced_at, task.replaced_reason = utc_now(), "已搬迁"
        db.session.expire_all()
        assert {one.code for one in verify(pdf).differences} >= {"groundwork_changed"}
        with writing():
            record(CITY, "assignment.replaced", target=("assignment", task.id))
        outcome = verify(pdf)
        assert outcome.ok, [one.zh for one in outcome.differences]
        assert outcome.later == {"assignments": 1}


def test_labels_put_better_later_are_no_difference(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was printed keeps its words: only what the submissions decide is compared."""
    with app.app_context():
        pdf = archive.read(print_version(_version(submitted(city(3), "440105")), "A"))
        assert verify(pdf).ok
        for module in (tables, charts, indicators):
            monkeypatch.setattr(module, "label_of", lambda question, language="zh-CN": f"新的说法：{question.name}")
        monkeypatch.setitem(table_words.WORDS["zh-CN"], "hidden", "“*”为不列示的数据。")
        outcome = verify(pdf)
        assert outcome.ok, [one.zh for one in outcome.differences]


def test_a_questionnaire_changed_where_it_is_kept_is_seen(app: Flask) -> None:
    with app.app_context():
        pdf = archive.read(print_version(_version(submitted(city(2), "440105")), "A"))
        with writing() as session, immutable_rows.opened("tampering"):
            package = session.scalars(select(Package)).first()
            assert package is not None
            session.execute(update(Package).values(body=package.body + b" "))
        db.session.expire_all()
        assert "package_changed" in {one.code for one in verify(pdf).differences}


def test_a_version_of_before_says_what_is_not_compared(app: Flask) -> None:
    with app.app_context():
        version = _version(submitted(city(2), "440105"))
        kept = {key: value for key, value in version.manifest.items() if key != "groundwork"}
        changed = {"manifest": kept, "digest": digest_of(version.content, version.frozen, kept)}
        with writing() as session, immutable_rows.opened("tampering"):
            session.execute(update(ReportVersion).where(ReportVersion.id == version.id).values(**changed))
        db.session.expire_all()
        outcome = verify(archive.read(print_version(version, "A")))
        assert outcome.ok, [one.zh for one in outcome.differences]
        assert outcome.unsealed == 1


def test_a_newer_version_is_told_without_failing(app: Flask) -> None:
    with app.app_context():
        pdf = archive.read(print_version(_version(submitted(city(2), "440105")), "A"))
        with writing():
            row = db.session.execute(text("SELECT visit_id FROM assignments WHERE unit_code = '440105'")).first()
            visit = db.session.get(Visit, row.visit_id)
            assert visit is not None
            hand_in(visit, content_of(visit.id, answers(50, "440105")), number=2)
        outcome = verify(pdf)
        assert outcome.ok
        assert outcome.newer == 1


def test_a_pdf_that_was_changed_or_is_none_of_ours(app: Flask) -> None:
    with app.app_context():
        pdf = archive.read(print_version(_version(submitted(city(2), "440105")), "A"))
        assert {one.code for one in verify(pdf + b"\n% later").differences} == {"file_unknown"}
        assert {one.code for one in verify(b"not a pdf").differences} == {"file_unknown", "attachment_missing"}


def test_a_stored_version_that_was_changed(app: Flask) -> None:
    with app.app_context():
        report = submitted(city(2), "440105")
        pdf = archive.read(print_version(_version(report), "A"))
        with writing() as session, immutable_rows.opened("tampering"):
            session.execute(text("UPDATE report_versions SET frozen = REPLACE(frozen, '派出任务', '派发任务')"))
        db.session.expire_all()
        assert "version_changed" in {one.code for one in verify(pdf).differences}


def _version(report):
    from reports.issuing.issuing import version_to_print

    return version_to_print(report)
