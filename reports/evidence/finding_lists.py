"""Findings as lists of a report (意见建议汇总): those a report rests on, in order, by edition; and what every annex is made of.

Outgoing    only open and anonymous ones; a firm's own name is taken out where it may not be named; closed ones are counted.
Internal    all of them, with the visit they come from.
"""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import select

from reports.evidence.accepted_answers import UsedSubmission
from reports.evidence.consents import Names
from reports.text.report_shape import Annex, Block, FindingsData, Manifest
from surveys.database import db
from surveys.fieldwork.findings.findings import Finding, FindingCoding, Headline, HeadlineFinding
from surveys.fieldwork.visits.visits import Visit, visit_references
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.campaigns.units import UnitTree
from surveys.planning.words.reference_lists import rows as reference
from surveys.planning.words.visit_words import words_of

NOTHING = "—"
LONG = 200  # rows from which an annex is set in 小五 instead of 五号


def code_names(name: str) -> dict[str, str]:
    """The names of one reference list by their code."""
    return {row["code"]: row.get("name") or row.get("name_zh") or row["code"] for row in reference(name)}


def finding_ids(campaign_id: str, submissions: Iterable[UsedSubmission], leaves: Iterable[str]) -> list[str]:
    """The findings a report rests on: those of the contents used, of the events held, and letters, by category."""
    contents = {(one.visit, one.content) for one in submissions}
    units = set(leaves)
    query = select(
        Finding.id, Finding.unit_code, Finding.source, Finding.visit_id, Finding.content, Finding.category, Finding.path
    ).where(Finding.campaign_id == campaign_id)
    keys = [
        (row.category or "~", row.unit_code, row.visit_id or "", row.path or "", row.id)
        for row in db.session.execute(query)
        if ((row.visit_id, row.content) in contents if row.source == "visit" else row.unit_code in units)
    ]
    return [row[-1] for row in sorted(keys)]


def findings(ids: Sequence[str]) -> "list[CodedFinding]":
    """The findings with the desk's coding put over the form's, in the order of `ids`."""
    by_id: dict[str, Finding] = {}
    codings: dict[str, FindingCoding] = {}
    for start in range(0, len(ids), 400):
        some = ids[start : start + 400]
        by_id.update((row.id, row) for row in db.session.scalars(select(Finding).where(Finding.id.in_(some))))
        query = select(FindingCoding).where(FindingCoding.finding_id.in_(some), FindingCoding.undone_at.is_(None))
        for coding in db.session.scalars(query.order_by(FindingCoding.coded_at)):
            codings[coding.finding_id] = coding
    return [CodedFinding(by_id[one], codings.get(one)) for one in ids if one in by_id]


class CodedFinding:
    """A finding as it is read: its words, and the coding in force."""

    __slots__ = ("category", "category2", "department", "finding", "tier")

    def __init__(self, finding: Finding, coding: FindingCoding | None) -> None:
        self.finding = finding
        self.category = (coding and coding.category) or finding.category
        self.category2 = (coding and coding.category2) or finding.category2
        self.department = (coding and coding.department) or finding.department
        self.tier = (coding and coding.tier) or finding.tier


def findings_rows(
    ids: Sequence[str], block: Block, edition: str, tree: Mapping[str, Sequence[str]] | None = None
) -> FindingsData:
    """A block of findings: the first `limit` of its category in the words of those who said them.

    One with a scope lists those of that unit, and of the leaves below it by `tree`.
    """
    category, scope = block.get("category") or "", block.get("scope")
    units = {scope, *(tree or {}).get(scope, ())} if scope else None
    rows = []
    for one in findings(ids):
        finding = one.finding
        if category and category not in (one.category, one.category2):
            continue
        if units is not None and finding.unit_code not in units:
            continue
        if edition == "outgoing" and finding.publication == "closed":
            continue
        rows.append({"text": finding.text, "note": ""})
        if len(rows) >= int(block.get("limit") or 10):
            break
    return {"rows": rows, "title": block.get("title", "")}


class FindingList:
    """The list of findings (附件3) of one version."""

    def __init__(self, campaign: Campaign, manifest: Manifest, names: Names, tree: UnitTree) -> None:
        self.campaign, self.manifest, self.names, self.tree = campaign, manifest, names, tree
        self.leaves: list[str] = list(manifest["leaves"])
        self.submissions = [UsedSubmission(**one) for one in manifest["submissions"]]
        self.words = words_of(campaign.settings)

    def annex(self, edition: str) -> Annex:
        """The annex: findings by category.

        Those put together under a headline are one row with the number of firms behind it.
        """
        internal = edition == "internal"
        rows, closed_count = [], 0
        headlines = self._headlines()
        headline_ids: set[str] = set()
        for one in findings(self.manifest["findings"]):
            head = headlines.get(one.finding.id)
            members = [one]
            if head is not None:
                if head[0].id in headline_ids:
                    continue
                headline_ids.add(head[0].id)
                members = head[1]
            if not internal:
                open_ones = [m for m in members if m.finding.publication != "closed"]
                closed_count += len(members) - len(open_ones)
                members = open_ones
            if members:
                rows.append(self._finding_row(head[0].text if head else None, members, internal))
        rows.sort(key=lambda row: row[0])
        table = [[str(number), *cells] for number, (_, cells) in enumerate(rows, 1)]
        columns = [("序号", 24, "center"), ("类别", 49, "left"), ("类型", 23, "center"), ("问题或建议", 386, "left")]
        columns += [
            (f"涉及{self.words.visited}数", 32, "right"),
            ("涉及区", 32, "left"),
            ("建议承办部门", 72, "left"),
            ("事权层级", 23, "center"),
        ]
        columns += [("来源", 60, "left")] if internal else []
        note = (
            "内部资料，不得外传。"
            if internal
            else (f"另有{closed_count}件要求不公开，未列入。" if closed_count else "")
        )
        return flat_annex("意见建议汇总表", columns, table, note=note, landscape=True)

    def _headlines(self) -> dict[str, tuple[Headline, list[CodedFinding]]]:
        """Finding id → its headline in this unit's view, with all its findings."""
        query = select(Headline).where(
            Headline.campaign_id == self.campaign.id, Headline.unit_code == self.manifest["unit"]
        )
        heads = {head.id: head for head in db.session.scalars(query)}
        links = select(HeadlineFinding.headline_id, HeadlineFinding.finding_id).where(
            HeadlineFinding.headline_id.in_(heads), HeadlineFinding.undone_at.is_(None)
        )
        groups: dict[str, list[str]] = {}
        ids = set(self.manifest["findings"])
        for head, finding in db.session.execute(links):
            if finding in ids:
                groups.setdefault(head, []).append(finding)
        result = {}
        for head, members in groups.items():
            coded_findings = findings(sorted(members))
            result.update({one.finding.id: (heads[head], coded_findings) for one in coded_findings})
        return result

    def _finding_row(
        self, headline: str | None, members: list[CodedFinding], internal: bool
    ) -> tuple[tuple[str, ...], list[str]]:
        first = members[0]
        finding = first.finding
        units = {one.visit: one for one in self.submissions}
        subjects = {units[m.finding.visit_id].subject for m in members if m.finding.visit_id in units}
        text = headline or finding.text
        if not internal:
            own = units[finding.visit_id].subject if finding.visit_id in units else None
            text = (
                self.names.mask(text, own)
                if finding.publication != "open" or own not in self.names.agreed_subjects
                else text
            )
        districts = self._districts(members, units)
        problem = any(m.finding.kind == "problem" for m in members)
        category = code_names("suggestion_categories").get(first.category or "", "未分类")
        cells = [
            category,
            "问题" if problem else "建议",
            text,
            str(len(subjects)) if subjects else NOTHING,
            "、".join(districts) or NOTHING,
            code_names("department_list").get(first.department or "", NOTHING),
            _tier(first.tier),
        ]
        if internal:
            cells.append("、".join(sorted({self._source(m.finding) for m in members})[:3]))
        key = (first.category or "~", first.category2 or "~", "" if problem else "1", finding.unit_code, finding.id)
        return key, [cell or NOTHING for cell in cells]

    def _districts(self, members: Iterable[CodedFinding], visits: Mapping[str, UsedSubmission]) -> list[str]:
        """Where the firms behind it lie; for what no visit brought, the district whose desk took it down.

        A unit in which no firm lies (市本级 has firms of every district) is no district.
        """
        areas = {person.area for person in self.names.people.values()}
        codes: set[str] = set()
        for one in members:
            visit, unit = one.finding.visit_id, one.finding.unit_code
            codes.add(self.names.people[visit].area if visit and visit in visits else unit if unit in areas else "")
        names = code_names("guangzhou_districts")
        return [
            self.tree[code].short_name if code in self.tree else names.get(code, code) for code in sorted(codes) if code
        ]

    def _source(self, finding: Finding) -> str:
        if finding.source == "visit":
            return self._references.get(finding.visit_id or "", self.words.visiting)
        return {"event": "活动", "letter": "来信"}.get(finding.source, finding.source)

    @property
    def _references(self) -> dict[str, str]:
        if not hasattr(self, "_known_references"):
            self._known_references = visit_references(
                Visit.campaign_id == self.campaign.id, Visit.unit_code.in_(self.leaves)
            )
        return self._known_references


def _tier(code: str | None) -> str:
    names = {"district": "区", "municipal": "市", "provincial": "省", "national": "国家", "township": "镇"}
    return names.get(code or "", NOTHING)


def flat_annex(
    title: str,
    columns: Sequence[tuple[str, int, str]],
    rows: list[list[str]],
    *,
    note: str = "",
    landscape: bool = False,
    total: bool = False,
) -> Annex:
    """A flat table as the print shop sets it directly; a long one in smaller type."""
    data = {
        "note": note,
        "columns": [{"title": head, "width": width, "align": align} for head, width, align in columns],
        "rows": rows,
        "landscape": landscape,
        "total": total,
        "dense": len(rows) > LONG,
    }
    return {"key": "", "kind": "annex", "title": title, "data": data}
