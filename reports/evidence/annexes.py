"""The annexes of a report (附件1–5) as plain data, by edition (domain.md 2.7).

    1 调研企业名单     firms visited; in the outgoing edition named only with consent, others masked as 黄埔区某制造业企业
    2 问卷统计表       every question that has an indicator
    3 意见建议汇总表   findings by category; outgoing: only open and anonymous ones, own names masked; closed ones counted
    4 走访完成情况表   visits by unit, in code order, never by completion (nodes with children only)
    5 参加调研代表情况表  deputies by level, persons counted once
Gives parts as the print shop takes them: {"key", "kind", "title", "data"}.
"""

from collections import Counter
from collections.abc import Mapping

from sqlalchemy import func, select

from reports.evidence.accepted_answers import CampaignData, UsedSubmission
from reports.evidence.consents import Names, Person
from reports.evidence.finding_lists import NOTHING, FindingList, code_names, flat_annex
from reports.text.report_shape import Annex, Manifest
from surveys.database import CHINA, db
from surveys.fieldwork.reviewing.progress import UnitProgress, total, unit_progress
from surveys.fieldwork.visits.attendance import Attendance
from surveys.fieldwork.visits.events import Event
from surveys.fieldwork.visits.submissions import Submission
from surveys.fieldwork.visits.visits import Visit, in_order, visit_reference
from surveys.planning.assigning.assignments import Assignment
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.campaigns.subjects import ListEntry, Subject
from surveys.planning.campaigns.units import LEVELS, UnitTree, unit_tree
from surveys.planning.people.deputies import Deputy, DeputyLevel
from surveys.planning.people.groups import Group
from surveys.planning.words.reference_lists import rows as reference
from surveys.planning.words.visit_words import words_of

FEWEST_ALIKE = 3  # fewer firms of one district, industry and size in the list: the district is left out
NUMBERS = "一二三四五六七八九十"


# Annexes --------------------------------------------------------------------------------------------------------------


class Annexes:
    """The annexes of one version."""

    def __init__(self, campaign: Campaign, manifest: Manifest, data: CampaignData) -> None:
        self.campaign, self.manifest, self.data = campaign, manifest, data
        self.leaves: list[str] = list(manifest["leaves"])
        self.tree: UnitTree = unit_tree()
        self.names = Names(campaign.id, data)
        self.words = words_of(campaign.settings)
        self.submissions = [UsedSubmission(**one) for one in manifest["submissions"]]

    def all(self, edition: str) -> list[Annex]:
        """The annexes in order, numbered."""
        several = len(self.leaves) > 1
        makers = [
            ("annex.subjects", self.subjects),
            ("annex.statistics", self.statistics),
            ("annex.findings", self.findings),
            *([("annex.progress", self.progress)] if several else []),
            ("annex.deputies", self.deputies),
        ]
        parts: list[Annex] = []
        for number, (key, make) in enumerate(makers, 1):
            annex = make(edition)
            data = {"number": f"附件{number}", "title": annex["title"], **annex["data"]}
            parts.append({**annex, "key": key, "data": data})
        return parts

    # 附件1 ----------------------------------------------------------------------------------------------------------

    def subjects(self, edition: str) -> Annex:
        """Annex 1: those visited, in the order of units and lists."""
        internal, several = edition == "internal", len(self.leaves) > 1
        say = self.words
        alike_counts = self._alike_counts()
        open_rows, hidden_rows = [], []
        visits = self._visits()
        years = {when[:4] for _, _, when, *_ in visits}
        for visit, unit, when, assignment, group, subject in visits:
            person = self.names.people[visit]
            place = self._place(person, subject)
            is_named = internal or subject.id in self.names.agreed_subjects
            hide = not is_named and alike_counts[place] < FEWEST_ALIKE
            words = self._words(place)
            row = [
                "" if hide else words[0],
                (person.name or subject.name)
                if is_named
                else f"{'某区' if hide else self._district(place[0])}某{words[1]}{say.visited}",
                words[1],
                words[2],
                day_words(when, with_year=len(years) > 1),
                "" if hide else group,
            ]
            if several:
                row.insert(0, "" if hide else self.tree[unit].short_name)
            if internal:
                row.insert(2 + several, person.uscc or subject.uscc or NOTHING)
                row.append(assignment)
            (hidden_rows if hide else open_rows).append([cell or NOTHING for cell in row])
        # Where a firm could be told by its district, it is listed apart, so that its place in the list says nothing.
        rows = [[str(number), *row] for number, row in enumerate(open_rows + sorted(hidden_rows), 1)]
        # Points of 小五 type, so that 1,100 firms stand one to a line on upright pages.
        columns = [("序号", 24, "center"), *([("单位", 32, "left")] if several else [])]
        columns += [("区", 23, "left"), (f"{say.visited}名称", 148, "left")]
        columns += [("统一社会信用代码", 104, "left")] if internal else []
        columns += [
            ("行业", 95, "left"),
            ("规模", 23, "left"),
            (f"{say.visiting}日期", 41, "left"),
            ("代表小组", 59, "left"),
        ]
        columns += [("走访编号", 64, "left")] if internal else []
        note = (
            "内部资料，不得外传。"
            if internal
            else f"未同意署名的{say.visited}隐去名称；同区、同行业、同规模的{say.visited}不足{FEWEST_ALIKE}{say.measure}的，隐去单位、所在区和代表小组，列在表末。"
        )
        again = len(visits) - len({subject.id for *_, subject in visits})
        note += f"同一{say.visited}由两个单位{say.visiting}的，各列一次，共{again}次。" if again else ""
        note += f"{say.visiting}日期均在{years.pop()}年。" if len(years) == 1 else ""
        return flat_annex(f"调研{say.visited}名单", columns, rows, note=note, landscape=internal)

    def _visits(self) -> list[tuple[str, str, str, str, str, Subject]]:
        """Accepted visits with outcome `visited`: id, unit, date, reference, group, subject; units in code order."""
        place = {leaf: at for at, leaf in enumerate(self.leaves)}
        submissions = {one.visit: one for one in self.submissions if one.outcome == "visited"}
        query = (
            select(Visit.id, Visit.unit_code, Assignment.number, Group.name, Subject)
            .outerjoin(Assignment, Assignment.id == Visit.assignment_id)
            .outerjoin(Group, Group.id == Assignment.group_id)
            .join(Subject, Subject.id == Visit.subject_id)
            .where(Visit.campaign_id == self.campaign.id, Visit.unit_code.in_(self.leaves))
            .order_by(*in_order())
        )
        rows = [row for row in db.session.execute(query) if row[0] in submissions]
        rows.sort(key=lambda row: place[row[1]])
        dates = self._dates(submissions)
        return [
            (visit, unit, dates[visit], visit_reference(unit, number, visit), group or "", subject)
            for visit, unit, number, group, subject in rows
        ]

    def _dates(self, submissions: Mapping[str, UsedSubmission]) -> dict[str, str]:
        """The day of each visit: the date asked for in the table of visits, else that of the version's clock."""
        table = self.data.frame.data.campaign_table
        path = next((q.path for q in self.data.frame.data.questions if q.table == table and q.type == "date"), None)
        rows = {row.visit_id: row for row in self.data.frame.data.visits}
        dates = {visit: (rows[visit].answers.get(path, "") if path else "")[:10] for visit in submissions}
        missing = [visit for visit, day in dates.items() if not day]
        for start in range(0, len(missing), 400):
            some = missing[start : start + 400]
            query = select(Submission.visit_id, Submission.content, Submission.received_at)
            for visit, content, at in db.session.execute(query.where(Submission.visit_id.in_(some))):
                if submissions[visit].content == content:
                    dates[visit] = at.astimezone(CHINA).date().isoformat()
        return dates

    def _place(self, person: Person, subject: Subject) -> tuple[str, str, str]:
        return (
            person.area or subject.area_code or "",
            person.industry or subject.section or "",
            person.size or subject.size_class or "",
        )

    def _alike_counts(self) -> Counter[tuple[str, str, str]]:
        """How many firms of the lists share district, industry and size."""
        query = (
            select(Subject)
            .join(ListEntry, ListEntry.subject_id == Subject.id)
            .where(ListEntry.campaign_id == self.campaign.id, ListEntry.unit_code.in_(self.leaves))
            .distinct()
        )
        by_subject = {person.subject: person for person in self.names.people.values()}
        none = Person("", "", "", "", "", "", "", "", "", "", "")
        return Counter(self._place(by_subject.get(one.id, none), one) for one in db.session.scalars(query))

    def _district(self, area: str) -> str:
        return self.tree[area].name if area in self.tree else self._words((area, "", ""))[0]

    def _words(self, place: tuple[str, str, str]) -> tuple[str, str, str]:
        area, industry, size = place
        district = (
            self.tree[area].short_name if area in self.tree else code_names("guangzhou_districts").get(area, area)
        )
        return (
            district,
            code_names("gbt4754_sections").get(industry, industry),
            code_names("size_classes").get(size, size),
        )

    # 附件2 ----------------------------------------------------------------------------------------------------------

    def statistics(self, edition: str) -> Annex:
        """Annex 2: every table of the questionnaire as a section of its own."""
        tables = self.manifest.get("indicators", {}).get(edition) or []
        note = "n为该题的有效回答数，占比以n为分母；没有另列n的，以表上方所列的n为准。"
        sections = []
        for number, table in enumerate(tables, 1):
            block = {"id": f"s{number}", "type": "table", **table, "title": table["title"], "number": f"附表{number}"}
            sections.append({"title": "", "level": 1, "blocks": [block]})
        return {"key": "", "kind": "annex_report", "title": "问卷统计表", "data": {"note": note, "sections": sections}}

    # 附件3 ----------------------------------------------------------------------------------------------------------

    def findings(self, edition: str) -> Annex:
        """Annex 3: findings by category (`finding_lists`)."""
        return FindingList(self.campaign, self.manifest, self.names, self.tree).annex(edition)

    # 附件4, 附件5 ---------------------------------------------------------------------------------------------------

    def progress(self, edition: str) -> Annex:
        """Annex 4: visits by unit in code order, with the sum."""
        say = self.words
        units = unit_progress(self.campaign.id, self.leaves)
        query = select(Event.unit_code, func.count()).where(Event.campaign_id == self.campaign.id)
        events: dict[str, int] = dict(db.session.execute(query.group_by(Event.unit_code)).all())
        due = {leaf: self.data.counts[leaf].assigned or 0 for leaf in self.leaves}
        rows = [
            self._progress_row(self.tree[one.code].short_name, one, due[one.code], events.get(one.code, 0))
            for one in units
        ]
        event_total = sum(events.get(leaf, 0) for leaf in self.leaves)
        rows.append(self._progress_row("合计", total(units), sum(due.values()), event_total))
        heads = (
            "单位",
            "计划",
            "派出",
            "替换",
            "作废",
            f"应{say.visiting}",
            "已完成",
            f"接受{say.visiting}",
            "婉拒",
            "未联系上",
            "停业搬迁",
            "其他",
            "座谈等活动",
        )
        columns = [
            (head, 10 if place == 0 else 7, "left" if place == 0 else "right") for place, head in enumerate(heads)
        ]
        note = (
            f"单位按行政区划代码排列。“替换”指{say.visiting}前即换成其他{say.visited}的任务，{say.visiting}未成后再换的计入已完成；派出减去替换、作废为应{say.visiting}。"
            f"“已完成”指填报已审核通过的，等于接受{say.visiting}、婉拒、未联系上、停业搬迁、其他之和；应{say.visiting}减去已完成，为仍在{say.visiting}或者审核的。"
        )
        return flat_annex(f"{say.visiting}完成情况表", columns, rows, note=note, total=True)

    def _progress_row(self, name: str, one: UnitProgress, due: int, events: int) -> list[str]:
        outcomes = [one.outcomes.get(word, 0) for word in ("visited", "refused", "not_found", "closed", "other")]
        before = one.assigned - one.void - due  # replaced before anybody had gone
        numbers = [one.quota, one.assigned, before, one.void, due, one.accepted, *outcomes, events]
        return [name, *map(str, numbers)]

    def deputies(self, edition: str) -> Annex:
        """Annex 5: who took part, by unit and level.

        Somebody of several levels stands under each of them, and once in the sum.
        """
        unit_of = {one.visit: one.unit for one in self.submissions}
        attendants: dict[str, set[str]] = {leaf: set() for leaf in self.leaves}
        visits = select(Visit.id).where(Visit.campaign_id == self.campaign.id)
        query = select(Attendance.visit_id, Attendance.deputy_id).where(Attendance.visit_id.in_(visits))
        for visit, deputy in db.session.execute(query):
            if visit in unit_of:
                attendants[unit_of[visit]].add(deputy)
        levels: dict[str, set[str]] = {}
        for deputy, level in db.session.execute(select(DeputyLevel.deputy_id, DeputyLevel.level_code)):
            levels.setdefault(level, set()).add(deputy)
        roster = self._roster(levels)
        rows = []
        for leaf in self.leaves:
            counts = [
                str(len(attendants[leaf] & levels.get(level, set()))) if level in roster.get(leaf, LEVELS) else NOTHING
                for level in LEVELS
            ]
            rows.append([self.tree[leaf].short_name, *counts, str(len(attendants[leaf]))])
        everyone = set().union(*attendants.values()) if attendants else set()
        sums = [str(len(everyone & levels.get(level, set()))) for level in LEVELS]
        if len(self.leaves) > 1:
            rows.append(["合计", *sums, str(len(everyone))])
        names = {row["code"]: row["short_name"] for row in reference("deputy_levels")}
        heads = ["单位", *(f"{names[level]}代表" for level in LEVELS), "人数"]
        columns = [
            (head, 10 if place == 0 else 8, "left" if place == 0 else "right") for place, head in enumerate(heads)
        ]
        note = "同时担任多级代表的，按各级分别统计，人数只计一次；在几个单位参加的，合计只计一次。"
        return flat_annex("参加调研代表情况表", columns, rows, note=note, total=len(self.leaves) > 1)

    def _roster(self, levels: Mapping[str, set[str]]) -> dict[str, set[str]]:
        """Unit → the levels its own roster has: a district without towns has no township deputies, which is not 0."""
        roster: dict[str, set[str]] = {}
        by_deputy: dict[str, list[str]] = {}
        for level, some in levels.items():
            for deputy in some:
                by_deputy.setdefault(deputy, []).append(level)
        for deputy, unit in db.session.execute(select(Deputy.id, Deputy.unit_code)):
            roster.setdefault(unit, set()).update(by_deputy.get(deputy, ()))
        return {unit: some | {"national", "provincial", "municipal"} for unit, some in roster.items()}


def day_words(day: str, *, with_year: bool) -> str:
    """2023-07-07 as an official paper writes it: 7月7日, with the year where the list has several."""
    if not day:
        return ""
    year, month, date = day.split("-")
    return (f"{year}年" if with_year else "") + f"{int(month)}月{int(date)}日"
