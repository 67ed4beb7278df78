"""A small city whose visits are in, and its reports, to start a test from. Versions go round the receiver, as in fieldwork."""

import functools
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from reports.papers.steps import Report, accept, fill_report, send_for_review, start_report, submit
from reports.text import content as contents
from surveys.audit import Actor
from surveys.database import CHINA, db, writing
from surveys.fieldwork.findings.findings import Finding
from surveys.fieldwork.visits.attendance import Attendance
from surveys.fieldwork.visits.events import Event
from surveys.fieldwork.visits.visits import Decision, Visit
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.campaigns.units import Unit
from surveys.planning.forms.questionnaire_versions import Package, QuestionnaireVersion
from surveys.questionnaire.package.content import canonical
from surveys.questionnaire.package.package import package_bytes, package_hash
from tests.factories import fieldwork, planning

ROOT = Path(__file__).parents[2]
WORKBOOK = ROOT / "reports/demonstration/questionnaire/private-enterprises-2023.xlsx"
START = datetime(2023, 6, 20, 10, 0, tzinfo=CHINA)
LEAVES = ("440100-0", "440105", "440118")
CITY = Actor("system", None, "周岚")
DIFFICULTIES = ("fin_hard", "fin_hard arrears", "labour", "arrears cost", "orders", "land arrears")


@functools.cache
def package() -> dict[str, Any]:
    """The flagship questionnaire."""
    from surveys.questionnaire.package.reader import read_workbook

    made = read_workbook(WORKBOOK.read_bytes(), name=WORKBOOK.name).package
    assert made is not None
    return made


@functools.cache
def paths() -> dict[str, str]:
    return {row["name"]: row["path"] for row in package()["facts"]["rows"]}


def answers(number: int, unit: str, **more: str) -> dict[str, str]:
    """One firm's answers by path; they differ by number, so that every table has something to count."""
    given = {
        "ent_name": f"示例{unit[-2:]}{number}号电子有限公司",
        "ent_district": "440105" if unit == "440100-0" else unit,
        "visit_date": (START.date() + timedelta(days=number)).isoformat(),
        "visitor_levels": "city dist" if number % 2 else "dist",
        "visit_mode": "onsite" if number % 3 else "forum",
        "consent": "named" if number % 4 == 0 else "anon",
        "visit_outcome": "visited",
        "ent_section": "C" if number % 2 else "F",
        "control": "private",
        "size_class": ("small", "micro", "medium")[number % 3],
        "staff_now": str(20 + number),
        "op_orders": str(1 + number % 5),
        "diff_types": DIFFICULTIES[number % 6],
        "diff_first": DIFFICULTIES[number % 6].split()[0],
        "svc_sat": str(1 + number % 5),
        "pol_used": "tax" if number % 2 else "job tax",
        "contact_name": f"联系人{number}",
        "contact_phone": f"1380000{number:04d}",
        **more,
    }
    if "arrears" in given["diff_types"]:
        given |= {"arr_total": str(100 + number), "arr_months": str(3 + number), "arr_debtor": "gov"}
    return {paths()[name]: text for name, text in given.items() if text}


def city(visits: int = 12) -> Campaign:
    """A campaign over three leaves with so many accepted visits each, the published questionnaire, events, findings."""
    with writing() as session:
        campaign = planning.guangzhou()
        campaign.as_of = None
        now = START + timedelta(days=40)
        body = package_bytes(package())
        session.add(Package(hash=package_hash(package()), body=body, made_at=START))
        session.flush()
        session.add(
            QuestionnaireVersion(
                campaign_id=campaign.id,
                number=1,
                file_name=WORKBOOK.name,
                workbook="0" * 64,
                package_hash=package_hash(package()),
                media_hash=package_hash(package()),
                uploaded_at=START,
                published_at=START,
            )
        )
        for leaf in LEAVES:
            group = planning.GroupFactory(campaign_id=campaign.id, unit_code=leaf)
            deputies = [planning.DeputyFactory(unit_code=leaf) for _ in range(3)]
            for number in range(1, visits + 1):
                accepted_visit(campaign, leaf, number, group.id, deputies[number % 3].id)
        session.add(
            Event(
                campaign_id=campaign.id,
                unit_code="440105",
                number=1,
                kind="symposium",
                place_kind="congress_office",
                title="座谈会",
                held_on=date(2023, 7, 1),
                entered_at=now,
            )
        )
        session.flush()
    return campaign


def accepted_visit(campaign: Campaign, leaf: str, number: int, group: str, deputy: str, **more: str) -> Visit:
    """One visit handed in, with a finding, and accepted."""
    given = answers(number, leaf, **more)
    subject = planning.SubjectFactory(
        name=given[paths()["ent_name"]], area_code=given[paths()["ent_district"]], section="C", size_class="small"
    )
    visit = fieldwork.visit(
        campaign.id, unit_code=leaf, subject_id=subject.id, group_id=group, number=number, made_at=START
    )
    at = START + timedelta(days=number)
    submission = fieldwork.version(
        visit, content_of(visit.id, given), package_hash=package_hash(package()), received_at=at
    )
    db.session.add_all(
        [
            Attendance(visit_id=visit.id, deputy_id=deputy, noted_at=at),
            Decision(visit_id=visit.id, number=1, content=submission.content, verdict="accept", decided_at=at),
            Finding(
                campaign_id=campaign.id,
                unit_code=leaf,
                source="visit",
                visit_id=visit.id,
                content=submission.content,
                path="/r_problem[1]/p_text",
                kind="problem",
                text=f"{given[paths()['ent_name']]}反映：货款拖了{number}个月没有结。",
                category="12",
                department="D04",
                tier="municipal",
                publication=("open", "anonymous", "closed")[number % 3],
                entered_at=at,
            ),
        ]
    )
    db.session.flush()
    return visit


def content_of(visit: str, given: dict[str, str]) -> bytes:
    """A handed-in version as the phone writes it."""
    return canonical(
        {
            "answers": given,
            "base": None,
            "clock": "2023-07-01T10:00:00+08:00",
            "format": "diaoyan-visit/1",
            "outcome": "visited",
            "parts": [],
            "questionnaire": package_hash(package()),
            "repeats": {},
            "visit": visit,
        }
    )


TEXT = """# {unit}企业调研情况报告

本次共走访{{{{T1:visits|count|plain}}}}次。

## 一、基本情况

### （一）调研组织情况

派出任务{{{{T1:assigned|count|plain}}}}次。

### （二）样本企业概况

受访企业中，私人控股的{{{{T2:private|count|plain}}}}家。

### （三）生产经营情况

订单减少的{{{{T4:op_orders.low|share|word}}}}。

## 二、主要做法和成效

有关部门上门讲解政策，参加座谈的企业作了记录。

## 三、存在的主要问题

### （一）账款回收周期较长 {{12}}

反映被拖欠账款的企业{{{{T6:arrears|count|plain}}}}家。

> 案例　某企业货款二年没有结。

### （二）融资需求没有满足 {{01}}

反映融资困难的{{{{T6:fin_any|share|word}}}}。

## 四、意见建议

### （一）及时结算账款 {{12}}

建议工程交付后三个月内结清。
"""

ROOT_TEXT = TEXT.replace(
    "> 案例　某企业货款二年没有结。", "海珠区企业反映货款二年没有结。{{{{from:440105 §三（一）1 rewritten}}}}"
)


def unit(code: str) -> Unit:
    found = db.session.get(Unit, code)
    assert found is not None
    return found


def written(campaign: Campaign, code: str, text: str = TEXT) -> Report:
    """A report in the words above, still a draft."""
    report = start_report(campaign, unit(code), by=CITY)
    words = text.format(unit=unit(code).name)
    fill_report(report, contents.read_report(words, byline=unit(code).name, date="2023年7月28日"), by=CITY)
    return report


def submitted(campaign: Campaign, code: str) -> Report:
    report = written(campaign, code)
    send_for_review(report, by=CITY)
    submit(report, by=CITY)
    return report


def accepted(campaign: Campaign, code: str) -> Report:
    report = submitted(campaign, code)
    accept(report, by=CITY)
    return report


def all_accepted(campaign: Campaign) -> Report:
    """Every leaf accepted, the consolidated report written with a source, still a draft."""
    from reports.demonstration import consolidated
    from reports.merging.decisions import leave_rest

    for leaf in LEAVES:
        accepted(campaign, leaf)
    root = written(campaign, "440100", ROOT_TEXT)
    manuscript = contents.read_report(ROOT_TEXT.format(unit=unit("440100").name), byline="", date="")
    consolidated.write(root, manuscript, by=CITY, at=campaign.now())
    leave_rest(root, by=CITY, reason="已由数据概括")
    return root
