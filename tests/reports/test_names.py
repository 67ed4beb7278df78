"""Which names may not be printed, and where a text has one."""

import pytest
from flask import Flask

from reports.evidence.accepted_answers import campaign_data
from reports.evidence.consents import Names, Person, agreed_of
from reports.papers.steps import versions
from surveys.database import db, writing
from surveys.fieldwork.visits.attendance import Attendance
from surveys.fieldwork.visits.visits import Visit
from surveys.planning.campaigns.subjects import Subject
from tests.factories.planning import ListEntryFactory, SubjectFactory
from tests.factories.reports import accepted_visit, city, submitted


@pytest.fixture
def names(app: Flask) -> Names:
    with app.app_context():
        campaign = city(4)
        with writing():
            firm = SubjectFactory(
                name="广州顺达精密机械有限公司", short_name="顺达", uscc="91440101MA5AXY001T", contact="陈平", contact_phone="020-83330000"
            )  # fmt: skip
            ListEntryFactory(campaign_id=campaign.id, unit_code="440105", subject_id=firm.id, number=900)
            inside = SubjectFactory(name="054号")
            ListEntryFactory(campaign_id=campaign.id, unit_code="440105", subject_id=inside.id, number=901)
        made = Names(campaign.id, campaign_data(campaign))
        firm_id = db.session.query(Subject).filter_by(short_name="顺达").one().id
        assert made.mask("广州顺达精密机械有限公司反映", firm_id) == "该企业反映"
        return made


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        pytest.param("代表走访了示例054号电子有限公司。", [], id="named with consent, another's name inside it"),
        pytest.param("代表走访了示例051号电子有限公司。", ["示例051号电子有限公司"], id="anonymous"),
        pytest.param("代表走访了示例051号\n电子 有限公司。", ["示例051号电子有限公司"], id="over the end of a line"),
        pytest.param(
            "广州顺达精密机械有限公司没有被走访。", ["广州顺达精密机械有限公司"], id="on the list, never visited"
        ),
        pytest.param("顺达公司反映。", ["顺达"], id="a short name before 公司"),
        pytest.param("货物可以顺达各地。", [], id="two characters that are an everyday word"),
        pytest.param("统一社会信用代码91440101MA5AXY001T。", ["91440101MA5AXY001T"], id="a code"),
        pytest.param("联系人陈平，电话020-83330000。", ["陈平", "020-83330000"], id="a contact and a number"),
        pytest.param("陈平原来在县里。", [], id="two characters of a contact inside a sentence"),
        pytest.param("联系人3说货款未结。", ["联系人3"], id="a contact of a visit, though the firm is named"),
    ],
)
def test_hits(names: Names, text: str, terms: list[str]) -> None:
    assert [hit.term for hit in names.hits(text) if len(hit.term) > 1] == terms


def _said(subject: str, consent: str, name: str = "", uscc: str = "", outcome: str = "visited") -> Person:
    return Person(subject, outcome, consent, name, uscc, "", "", "", "", "", "")


@pytest.mark.parametrize(
    ("answers", "agreed"),
    [
        pytest.param([_said("a", "named"), _said("a", "named")], {"a"}, id="both visits"),
        pytest.param([_said("a", "named"), _said("a", "anon")], set(), id="one of two visits withholds it"),
        pytest.param([_said("a", "named"), _said("a", "anon", outcome="refused")], set(), id="at the door"),
        pytest.param([_said("a", "named"), _said("a", "", outcome="closed")], {"a"}, id="nobody was asked"),
        pytest.param(
            [_said("a", "named", uscc="91X"), _said("b", "anon", uscc="91 X")], set(), id="one code, two rows"
        ),
        pytest.param([_said("a", "named", "甲厂"), _said("b", "anon", "乙厂")], {"a"}, id="another firm"),
    ],
)
def test_whose_name_may_be_printed(answers: list[Person], agreed: set[str]) -> None:
    assert agreed_of(answers, ()) == agreed


def test_one_visit_that_withholds_the_name_withholds_it_everywhere(app: Flask) -> None:
    name = "示例054号电子有限公司"
    with app.app_context():
        campaign = city(4)
        data = campaign_data(campaign)
        assert not Names(campaign.id, data).hits(f"代表走访了{name}。")
        with writing() as session:
            first = session.query(Visit).filter_by(campaign_id=campaign.id, unit_code="440105").first()
            assert first is not None
            deputy = session.query(Attendance.deputy_id).filter_by(visit_id=first.id).scalar()
            again = accepted_visit(
                campaign,
                "440105",
                77,
                first.assignment.group_id,
                deputy,
                ent_name=name,
                consent="anon",
                visit_outcome="visited",
            )
            named = session.query(Subject).filter(Subject.name == name, Subject.id != again.subject_id).one()
        data = campaign_data(campaign)
        names = Names(campaign.id, data)
        assert [hit.term for hit in names.hits(f"代表走访了{name}。")] == [name]
        assert not names.agreed_subjects & {named.id, again.subject_id}
        printed = versions(submitted(campaign, "440105"))[0].frozen["annexes"]
        assert name not in str(printed["outgoing"])
        assert name in str(printed["internal"])
