"""Units, campaigns, subjects, groups and assignments to start a test from."""

from datetime import date, datetime

import factory
from factory.alchemy import SQLAlchemyModelFactory

from surveys.accounts import Account
from surveys.database import CHINA, db, utc_now
from surveys.planning.assigning.assignments import Assignment
from surveys.planning.campaigns.campaigns import Campaign, CampaignUnit
from surveys.planning.campaigns.staff import RoleGrant
from surveys.planning.campaigns.subjects import ListEntry, Subject
from surveys.planning.campaigns.units import Unit
from surveys.planning.people.deputies import Deputy, DeputyLevel
from surveys.planning.people.groups import Group, GroupMember


class RoomFactory(SQLAlchemyModelFactory):
    """Rows are flushed into the open transaction."""

    class Meta:
        abstract = True
        sqlalchemy_session_factory = lambda: db.session  # noqa: E731
        sqlalchemy_session_persistence = "flush"


class UnitFactory(RoomFactory):
    class Meta:
        model = Unit
        sqlalchemy_get_or_create = ("code",)

    code = "440118"
    name = "增城区"
    short_name = "增城"
    tier = "district"


class AccountFactory(RoomFactory):
    class Meta:
        model = Account

    username = factory.Sequence(lambda n: f"person{n}")
    name = "陈敏"
    created_at = factory.LazyFunction(utc_now)


class RoleGrantFactory(RoomFactory):
    class Meta:
        model = RoleGrant

    granted_at = factory.LazyFunction(utc_now)


class CampaignFactory(RoomFactory):
    class Meta:
        model = Campaign

    number = factory.Sequence(lambda n: n + 1)
    title = "五级人大代表联动，千家民营企业调研"
    kind = "专题调研"
    starts_on = date(2023, 6, 16)
    ends_on = date(2023, 7, 31)
    as_of = datetime(2023, 7, 28, 9, 0, tzinfo=CHINA)
    office = "广州市人大常委会经济工委"
    created_at = factory.LazyFunction(utc_now)


class CampaignUnitFactory(RoomFactory):
    class Meta:
        model = CampaignUnit


class SubjectFactory(RoomFactory):
    class Meta:
        model = Subject

    name = factory.Sequence(lambda n: f"广州示例{n}电子有限公司")
    area_code = "440118"
    created_at = factory.LazyFunction(utc_now)


class ListEntryFactory(RoomFactory):
    class Meta:
        model = ListEntry

    number = factory.Sequence(lambda n: n + 1001)  # clear of the numbers that tests give themselves
    added_at = factory.LazyFunction(utc_now)


class DeputyFactory(RoomFactory):
    class Meta:
        model = Deputy

    name = factory.Sequence(lambda n: f"代表{n}")
    unit_code = "440118"
    created_at = factory.LazyFunction(utc_now)
    levels = factory.LazyFunction(lambda: [DeputyLevel(level_code="district", sort=4)])


class GroupFactory(RoomFactory):
    class Meta:
        model = Group

    number = factory.Sequence(lambda n: n + 1001)
    name = factory.LazyAttribute(lambda group: f"第{group.number}小组")


class GroupMemberFactory(RoomFactory):
    class Meta:
        model = GroupMember


class AssignmentFactory(RoomFactory):
    """An assignment with everything it stands on, unless given."""

    class Meta:
        model = Assignment

    number = factory.Sequence(lambda n: n + 1001)
    unit_code = "440118"
    subject_id = factory.LazyFunction(lambda: SubjectFactory().id)
    group_id = factory.LazyAttribute(
        lambda made: GroupFactory(campaign_id=made.campaign_id, unit_code=made.unit_code).id
    )
    entry_id = factory.LazyAttribute(
        lambda made: (
            ListEntryFactory(campaign_id=made.campaign_id, unit_code=made.unit_code, subject_id=made.subject_id).id
        )
    )
    made_at = factory.LazyFunction(utc_now)


def guangzhou() -> Campaign:
    """The city with its own leaf and two districts, and a campaign over them."""
    UnitFactory(code="440100", name="广州市", short_name="广州", tier="municipal", sort=0)
    for sort, (code, name) in enumerate([("440100-0", "广州市本级"), ("440105", "海珠区"), ("440118", "增城区")], 1):
        UnitFactory(code=code, name=name, short_name=name, tier="district", parent_code="440100", sort=sort)
    campaign = CampaignFactory(unit_code="440100")
    for code in ("440100", "440100-0", "440105", "440118"):
        CampaignUnitFactory(campaign_id=campaign.id, unit_code=code)
    return campaign


def staff(username: str, role: str, unit_code: str) -> Account:
    """An account with one role on one unit."""
    account = AccountFactory(username=username)
    RoleGrantFactory(account_id=account.id, unit_code=unit_code, role=role)
    return account
