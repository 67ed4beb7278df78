"""What the merge page shows (汇总页的内容): the outline with its matters, the cards, the draft with its sources, the last acts.

Reads merging and the figures; writes nothing. `merge` has the acts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import g
from flask_babel import gettext as _
from sqlalchemy import select

from reports.evidence.accepted_answers import CampaignData, campaign_data
from reports.figures.category_figures import category_figures, counted
from reports.issuing import final_checks
from reports.merging import acts, decisions, matters, proposals, reasons
from reports.merging.cards import Card, Child, Withdrawn, child_shares, source_key, withdrawn
from reports.merging.matters import Matter
from reports.merging.records import CardPlace, MergeAct, MergeDecision
from reports.pages.frame import names_of_accounts, unit_names
from reports.pages.paper import Setter, ShownBlock, source_words
from reports.papers.skeletons import whole_limits
from reports.papers.steps import WRITABLE, Report, ReportSection, ReportVersion, draft, sections, state
from reports.text import content as contents
from reports.text.report_shape import Block, ReportContent, Section, SourceEntry
from reports.text.word_differences import Difference, differences
from surveys.database import db
from surveys.planning.words.visit_words import words_of

ELSEWHERE = "elsewhere"  # cards of a section that no heading of the draft is about
PROPOSED = "p"  # the matters of a section that nobody kept yet are called p0, p1 …
LAST_ACTS = 12


def ready_reasons() -> list[str]:
    """What a report's list of reasons begins with."""
    return [
        _("covered by the paragraphs of this matter"),
        _("the same as what other units say"),
        _("a matter of the unit itself, dealt with there"),
        _("told by the figures of the whole report"),
        _("kept in the unit's own report for want of room"),
    ]


def act_words(act: MergeAct) -> str:
    """What a person did, in few words."""
    cards = _("%(n)s passages", n=act.cards)
    words = {
        "written": _("wrote a paragraph from %(cards)s", cards=cards),
        "source_added": _("added %(cards)s as sources", cards=cards),
        "source_removed": _("took a source off"),
        "left": _("left %(cards)s", cards=cards),
        "taken_back": _("made %(cards)s undecided", cards=cards),
        "matters_kept": _("kept the proposed matters"),
        "matter_new": _("began a matter"),
        "matter_named": _("renamed a matter"),
        "matter_joined": _("joined two matters"),
        "matter_moved": _("moved a matter"),
        "cards_moved": _("put %(cards)s under another matter", cards=cards),
    }
    return words[act.kind]


@dataclass(slots=True)
class Asked:
    """What the page is asked to show, and what was typed where a form comes back."""

    section: str = ""
    matter: str = ""
    only_open: bool = False
    tick_all: bool = False
    split: str = ""  # the number of a proposed split whose passages are to be ticked
    block: str = ""
    source: int = 0
    picks: Sequence[str] = ()
    reason: str | None = None
    fault: Any = None
    place: str = ""  # the form that comes back open
    typed: Mapping[str, str] = field(default_factory=dict)
    since: Sequence[MergeAct] = ()  # what others did since the page was opened


@dataclass(slots=True)
class Line:
    """One line of the outline: a section, or a matter in it."""

    section: str
    matter: str
    title: str
    level: int
    number: int = 0
    units: int = 0
    count: int | None = None
    undecided: int = 0
    cards: int = 0


@dataclass(slots=True)
class ShownSource:
    """One source of a paragraph of the draft."""

    words: str
    place: int
    gone: bool


@dataclass(slots=True)
class Paragraph:
    """One block of the draft with its number among the paragraphs and its sources."""

    shown: ShownBlock
    number: int
    sources: list[ShownSource]


@dataclass(slots=True)
class Comparison:
    """A paragraph of the draft beside one of its sources, word by word."""

    number: int
    block: str
    source: int
    words: str
    runs: list[Difference]
    is_there: bool


@dataclass
class MergePage:
    """Everything the page needs, from one reading of the report."""

    report: Report
    asked: Asked
    rows: list[ReportSection]
    content: ReportContent
    below: list[Child]
    cards: list[Card]
    data: CampaignData
    setter: Setter
    names: dict[str, str]
    gone: list[Withdrawn]
    headlines: list[proposals.HeadlineCount]

    @classmethod
    def read(cls, report: Report, asked: Asked) -> "MergePage":
        below = decisions.children(report)
        data = campaign_data(report.campaign)
        names = unit_names(g.staff)
        cards = decisions.cards(report, of=below)
        return cls(
            report,
            asked,
            sections(report),
            draft(report),
            below,
            cards,
            data,
            Setter(report, data),
            names,
            withdrawn(report, below),
            proposals.headlines(report),
        )

    # The outline ----------------------------------------------------------------------------------------------------

    def section(self, key: str) -> Section:
        return next(one for one in self.content["sections"] if one["key"] == key)

    def cards_of(self, key: str) -> list[Card]:
        return [card for card in self.cards if card.section == key]

    def is_by_matter(self, key: str) -> bool:
        return matters.is_by_matter(self.section(key), self.cards_of(key))

    def matters(self, key: str) -> list[Matter]:
        """The matters of a section; proposed ones while none stands."""
        if not self.is_by_matter(key):
            return []
        mine = self.cards_of(key)
        return matters.matters_of(self.section(key), mine) or proposals.proposed(key, mine, self.headlines)

    @staticmethod
    def matter_name(matter: Matter, place: int) -> str:
        return matter.block_id or (f"{PROPOSED}{place}" if matter.title else ELSEWHERE)

    def outline(self) -> list[Line]:
        lines = []
        frame = self.data.frame.of(self.report.scope)
        smallest = self.report.campaign.setting("smallest_cell")
        for row in self.rows:
            mine = self.cards_of(row.key)
            undecided = sum(card.decision is None for card in mine)
            title = row.title or _("Title and lead")
            lines.append(Line(row.key, "", title, row.depth, undecided=undecided, cards=len(mine)))
            for place, one in enumerate(self.matters(row.key)):
                line = Line(row.key, self.matter_name(one, place), one.title or _("Under no matter"), 2)
                line.number = place + 1 if one.title else 0
                line.units, line.undecided, line.cards = one.units, one.undecided, len(one.cards)
                line.count = counted(frame, one.categories, smallest_cell=smallest) if one.categories else None
                lines.append(line)
        return lines

    def where(self, lines: Sequence[Line]) -> Line:
        """The line that is shown: the one asked for, else the first with something undecided."""
        asked = [one for one in lines if one.section == self.asked.section]
        if asked:
            exact = next((one for one in asked if one.matter == self.asked.matter), None)
            return exact or asked[0]
        # a section whose matters stand below it is worked through matter by matter
        return next((one for one in self.leaves(lines) if one.undecided), lines[0])

    def leaves(self, lines: Sequence[Line]) -> list[Line]:
        by_matter = {one.section for one in lines if one.matter}
        return [one for one in lines if one.matter or one.section not in by_matter]

    # What is shown --------------------------------------------------------------------------------------------------

    def context(self) -> dict[str, Any]:
        lines = self.outline()
        here = self.where(lines)
        rows_of_matters = self.matters(here.section)
        named = {self.matter_name(one, place): one for place, one in enumerate(rows_of_matters)}
        matter = named.get(here.matter)
        own = matter.cards if matter else self.cards_of(here.section)
        splits = proposals.splits(matter, self.headlines) if matter and matter.block_id else []
        self._tick_split(splits)
        part = self._part(here, matter)
        paragraphs = self._paragraphs(part)
        numbers = {one.shown.block["id"]: one.number for one in paragraphs if one.number}
        people = names_of_accounts(one.made_by for one in (*self._last_acts(), *self.asked.since))
        writable = state(self.report) in WRITABLE
        return {
            "report": self.report,
            "campaign": self.report.campaign,
            "asked": self.asked,
            "writable": writable,
            "kinds": {"table": _("Table"), "chart": _("Chart"), "findings": _("List"), "image": _("Picture")},
            "visited": words_of(self.report.campaign.settings, g.language).visited,
            "lines": lines,
            "here": here,
            "matter": matter,
            "matters": [(name, one) for name, one in named.items() if one.title],
            "matter_titles": proposals.titles_for(matter.categories, own, self.headlines) if matter else (),
            "is_proposed": bool(rows_of_matters) and not any(one.block_id for one in rows_of_matters),
            "by_matter": self.is_by_matter(here.section),
            "section": next(row for row in self.rows if row.key == here.section),
            "titles": {row.key: row.title or _("Title and lead") for row in self.rows},
            "cards": [card for card in own if not self.asked.only_open or card.decision is None],
            "own": own,
            "picked": self._picked(own),
            "numbers": numbers,
            "paragraphs": paragraphs,
            "comparison": self._comparison(part, numbers),
            "changed": self._changes(own),
            "figures": self._figures(matter),
            "heads": [one for one in self.headlines if matter and one.category in matter.categories][:6],
            "cases": [card for card in own if card.kind == "case"] if matter else [],
            "splits": splits,
            "left": [card for card in own if card.decision is None or card.decision.choice == "left"],
            "children": self.below,
            "newer": [one for one in child_shares(self.report, self.cards, self.below) if one.newer],
            "gone": self.gone,
            "units": [(child.unit.code, self.names[child.unit.code]) for child in self.below if child.version],
            "chars": contents.count_chars(self.content, self.setter.resolve_or_blank),
            "most": whole_limits(self.report.campaign, root=self.report.is_root)[1] or final_checks.REMINDER,
            "blanks": len(contents.blanks(self.content)),
            "undecided": sum(card.decision is None for card in self.cards),
            "reasons": reasons.reasons(self.report, ready_reasons()),
            "reason": reasons.last_reason(self.report) if self.asked.reason is None else self.asked.reason,
            "seen": acts.newest_number(self.report),
            "last_acts": [(one, act_words(one), people.get(one.made_by or "", "")) for one in self._last_acts()],
            "since": [(one, act_words(one), people.get(one.made_by or "", "")) for one in self.asked.since],
        }

    def _last_acts(self) -> list[MergeAct]:
        if not hasattr(self, "_acts"):
            self._acts = acts.acts_of(self.report, limit=LAST_ACTS)
        return self._acts

    def _picked(self, own: Sequence[Card]) -> set[str]:
        picked = set(self.asked.picks)
        return picked | {card.name for card in own if card.decision is None} if self.asked.tick_all else picked

    def _tick_split(self, splits: Sequence[proposals.Split]) -> None:
        """Tick the passages of a proposed split and have its title ready, for a person to press."""
        if self.asked.split.isdigit() and int(self.asked.split) < len(splits):
            one = splits[int(self.asked.split)]
            self.asked.picks = [card.name for card in one.cards]
            self.asked.place, self.asked.typed = "split", {"title": one.title}

    def _part(self, here: Line, matter: Matter | None) -> list[Block]:
        """The blocks of the draft that are shown: those of the matter, of a section without matters all."""
        blocks = next(row for row in self.rows if row.key == here.section).blocks
        if matter is None:
            return list(blocks)
        if not matter.block_id:
            end = next((at for at, block in enumerate(blocks) if acts.is_matter_heading(block)), len(blocks))
            return list(blocks[:end])
        start = next(at for at, block in enumerate(blocks) if block["id"] == matter.block_id)
        return list(blocks[start : acts.heading_end(blocks, matter.block_id)])

    def _paragraphs(self, part: Sequence[Block]) -> list[Paragraph]:
        gone = {(one.decision.target_block, acts.key_of_decision(one.decision)) for one in self.gone}
        numbered = 0
        paragraphs = []
        for block in part:
            is_text = block["type"] in ("paragraph", "case")
            numbered += is_text
            sources = [
                ShownSource(self.source_words(one), place, (block["id"], source_key(one)) in gone)
                for place, one in enumerate(block.get("sources") or ())
            ]
            paragraphs.append(Paragraph(self.setter.shown(block, self.names), numbered if is_text else 0, sources))
        return paragraphs

    def source_words(self, source: SourceEntry) -> str:
        return source_words(source, self.names)

    def _comparison(self, part: Sequence[Block], numbers: Mapping[str, int]) -> Comparison | None:
        """The paragraph that was asked for, beside the source that was asked for."""
        block = next((one for one in part if self.asked.block and one["id"] == self.asked.block), None)
        sources = (block or {}).get("sources") or []
        if block is None or not 0 <= self.asked.source < len(sources):
            return None
        source = sources[self.asked.source]
        version = self._version(source)
        paragraph = acts.source_paragraph(version, source) if version else None
        words = self.source_words(source)
        number = source["report_version"]
        if number:
            words = _("%(source)s, version %(n)s", source=words, n=number)
        runs = differences(paragraph.text, self.setter.words(block.get("text", ""))) if paragraph else []
        return Comparison(
            numbers.get(block["id"], 0), block["id"], self.asked.source, words, runs, paragraph is not None
        )

    def _version(self, source: SourceEntry) -> ReportVersion | None:
        child = next((one for one in self.below if one.unit.code == source["unit"]), None)
        if child is None or child.report is None or child.version is None:
            return None
        if source["report_version"] in (None, child.version.number):
            return child.version
        query = select(ReportVersion).where(
            ReportVersion.report_id == child.report.id, ReportVersion.number == source["report_version"]
        )
        return db.session.scalar(query)

    def _changes(self, own: Sequence[Card]) -> dict[str, list[Difference]]:
        """What changed in paragraphs that were decided on before their unit's newer version."""
        return {card.name: differences(card.before, card.text) for card in own if card.changed and card.is_text}

    def _figures(self, matter: Matter | None) -> Any:
        if matter is None or not matter.categories:
            return None
        smallest = self.report.campaign.setting("smallest_cell")
        return category_figures(
            self.data.frame.of(self.report.scope),
            matter.categories,
            {child.unit.code: self.names[child.unit.code] for child in self.below},
            smallest_cell=smallest,
            language=g.language,
        )


def others_acts(
    report: Report, seen: int, account: str, cards: Sequence[Card], blocks: Sequence[str]
) -> list[MergeAct]:
    """What others did to these cards or paragraphs since a page was opened, the oldest first."""
    later = [act for act in acts.acts_of(report, after=seen) if act.made_by != account]
    if not later:
        return []
    ids = [act.id for act in later]
    places = {(card.version.id, card.key, card.block_id) for card in cards}
    touched: set[str | None] = set()
    for table, columns in (
        (MergeDecision, (MergeDecision.act_id, MergeDecision.ended_by)),
        (CardPlace, (CardPlace.act_id,)),
    ):
        for column in columns:
            query = select(table.child_version_id, table.section_key, table.block_id, column).where(column.in_(ids))
            touched |= {row[3] for row in db.session.execute(query) if tuple(row[:3]) in places}
    return [act for act in reversed(later) if act.id in touched or (act.block_id and act.block_id in blocks)]
