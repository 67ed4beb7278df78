"""What must be true before a report is final (定稿前自查): each check with what was found and where.

The program never evaluates: it only counts blanks, compares numbers with the data, and looks for names, units, figures,
signatures and fonts that are missing. `blocks` says whether a check stops a final; the others are to be looked at.
"""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from reports.checking.number_confirmations import confirmations, identity
from reports.checking.report_evidence import font_folder, names_of, number_entries, verdicts
from reports.evidence.accepted_answers import CampaignData, campaign_data
from reports.issuing.volumes import text_of
from reports.merging import decisions
from reports.papers import signoffs
from reports.papers.skeletons import whole_limits
from reports.papers.steps import Report, ReportVersion, draft, newest_version, state
from reports.text import content as contents
from reports.text.content import ReportContent
from surveys.database import db

__all__ = [
    "CONTRADICTS",
    "Check",
    "Place",
    "blocking",
    "check",
    "font_folder",
    "names_of",
    "number_entries",
    "verdicts",
]

REMINDER = 5000  # 字: the limit for papers of local bodies; a notice, never a stop (domain.md 2.9)


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was found: a section and a block of the report, or another paper by name."""

    section: str
    block: str
    text: str


# What a check that did not pass says of itself, where its title would say the contrary.
WRONG = {
    "blank_left": ("还有没写完的【待起草】", "Something is still to be written (【待起草】)"),
    "number_wrong": ("有手写数字与数据不一致", "Typed numbers contradict the data"),
    "name_without_consent": ("文中出现了未同意署名的企业", "A firm or person is named without consent"),
    "name_in_print": ("PDF 中出现了未同意署名的企业", "A firm or person is named in the PDF without consent"),
    "unit_missing": ("有单位的分报告没有接收", "Reports of units are missing"),
    "figure_stale": ("引用的数据在送审后有变化", "Figures have changed since the review"),
    "font_missing": ("缺少字体", "Fonts are missing"),
    "glyph_missing": ("有字印不出来", "Characters without a glyph"),
    "sign_off_missing": ("还有要求的意见没有办完", "Sign-offs are missing"),
}


@dataclass(frozen=True, slots=True)
class Check:
    """One check. `zh`, `en`: what was found and what to do; `title_zh`, `title_en`: what is checked."""

    code: str
    ok: bool
    title_zh: str
    title_en: str
    zh: str
    en: str
    blocks: bool = True
    places: tuple[Place, ...] = ()
    count: int = 0

    @property
    def said(self) -> tuple[str, str]:
        """What it says in one line, Chinese and English: the good case, or what is wrong."""
        return (self.title_zh, self.title_en) if self.ok else WRONG.get(self.code, (self.title_zh, self.title_en))

    @property
    def place(self) -> str:
        return self.places[0].text if self.places else ""

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "ok": self.ok,
            "blocks": self.blocks,
            "place": self.place,
            "zh": f"{self.said[0]}：{self.zh}",
            "en": f"{self.said[1]}: {self.en}",
        }


def blocking(checks: Sequence[Check]) -> list[Check]:
    """Those that stop a final."""
    return [check for check in checks if check.blocks and not check.ok]


@dataclass
class Looked:
    """What the checks look at: the draft as it stands, and the data of now."""

    report: Report
    data: CampaignData
    content: ReportContent
    state: str
    children: list[decisions.Child]
    reviewed: ReportVersion | None = None
    frozen: ReportContent | None = None

    @functools.cached_property
    def verdicts(self) -> list[Any]:
        """Every typed figure with its verdict against the data (number_checks.Verdict)."""
        return verdicts(self.report, self.data, self.content)


def check(report: Report) -> list[Check]:
    """Every check of a report, in the order a person reads them, on the draft and the data of this moment."""
    looked = _look(report)
    return [made for make in CHECKS if (made := make(looked)) is not None]


def _look(report: Report) -> Looked:
    now = state(report)
    reviewed = newest_version(report) if now in ("reviewing", "submitted", "accepted", "final") else None
    if reviewed is not None and not report.is_root and now == "reviewing":
        reviewed = None  # a child's version is frozen when it is submitted
    content = reviewed.content if reviewed else draft(report)
    return Looked(report, campaign_data(report.campaign), content, now, decisions.children(report), reviewed)


def _frozen(looked: Looked) -> ReportContent:
    """The words as they would print now: what the name and glyph checks read."""
    if looked.frozen is None:
        version = looked.reviewed
        looked.frozen = _quick_freeze(looked) if version is None else _frozen_words(version.id, version.digest)
    return looked.frozen


def _quick_freeze(looked: Looked) -> ReportContent:
    from reports.figures.figure_words import Figure
    from reports.figures.indicators import UnknownFigure
    from reports.papers.draft_figures import figures_of

    resolve = figures_of(looked.report, looked.data)

    def figure(key: str) -> Any:
        try:
            return resolve(key)
        except UnknownFigure:
            return Figure(key, f"【待起草：{key}】", None, None, "")

    return contents.freeze(
        looked.content, figure, lambda block: {"rows": block.get("rows") or [], "title": block.get("title") or ""}
    )


# The checks -----------------------------------------------------------------------------------------------------------


def _blanks(looked: Looked) -> Check:
    places = [Place(b.section, b.block, b.text) for b in contents.blanks(_frozen(looked))]
    for child in looked.children:
        if child.version is not None:
            found = _blank_marks(child.version.id, child.version.digest)
            places += [Place(child.unit.code, "", f"{child.unit.short_name}分报告：{mark}") for mark in found]
    return Check(
        "blank_left",
        not places,
        "正文、表格、附件中没有【待起草】",
        "Nothing is left to be written (【待起草】)",
        f"还有{len(places)}处，第1处：{places[0].text}；请写好，或删去该节" if places else "没有",
        f"{len(places)} left, the first: {places[0].text}; write them, or delete the section" if places else "none",
        places=tuple(places),
        count=len(places),
    )


# A stored version never changes: what follows from its words alone is worked out once, known by its id and its digest.


@functools.lru_cache(maxsize=64)
def _texts(version_id: str, digest: str) -> tuple[tuple[str, str], ...]:
    """Every text of a version with its place, as the outgoing edition prints it."""
    return tuple(text_of(_stored(version_id, digest), "outgoing"))


@functools.lru_cache(maxsize=16)
def _frozen_words(version_id: str, digest: str) -> ReportContent:
    """The report of a version as the outgoing edition prints it, without its annexes."""
    frozen = _stored(version_id, digest).frozen
    return {key: value for key, value in frozen.items() if key not in ("internal", "annexes", "children")}


def _stored(version_id: str, digest: str) -> ReportVersion:
    version = db.session.get_one(ReportVersion, version_id)
    assert version.digest == digest
    return version


@functools.lru_cache(maxsize=64)
def _plain(version_id: str, digest: str) -> str:
    return "\n".join(text for _, text in _texts(version_id, digest))


@functools.lru_cache(maxsize=64)
def _blank_marks(version_id: str, digest: str) -> tuple[str, ...]:
    return tuple(contents.BLANK.findall(_plain(version_id, digest)))


def _texts_reviewed(looked: Looked) -> Sequence[tuple[str, str]]:
    return _texts(looked.reviewed.id, looked.reviewed.digest) if looked.reviewed else ()


CONTRADICTS = ("mismatch", "contradicts")


def _numbers(looked: Looked) -> Check:
    wrong = [verdict for verdict in looked.verdicts if verdict.status in CONTRADICTS]
    places = tuple(Place(v.section, v.block, v.text) for v in wrong)
    first = f"“{wrong[0].text}”应为{wrong[0].expected or '表中数值'}" if wrong else ""
    return Check(
        "number_wrong",
        not wrong,
        "手写数字与数据一致",
        "Typed numbers agree with the data",
        f"{len(wrong)}处不一致，第1处：{first}；请到“数字核对”页改用数据" if wrong else "没有不一致",
        f"{len(wrong)} contradict the data, the first: “{wrong[0].text}” should be {wrong[0].expected or 'as in the table'}; use the data instead (page Number check)"
        if wrong
        else "none contradicts",
        places=places,
        count=len(wrong),
    )


def _unconfirmed(looked: Looked) -> Check:
    """What the data cannot say does not stop a final; whether a person stands for it is told."""
    unknown = [verdict for verdict in looked.verdicts if verdict.status == "no_entry"]
    confirmed = confirmations(looked.report)
    open_ones = [verdict for verdict in unknown if identity(verdict) not in confirmed]
    return Check(
        "number_unconfirmed",
        not open_ones,
        "无法核对的手写数字已由人确认",
        "Typed numbers that cannot be checked are confirmed by a person",
        f"{len(open_ones)}处没有确认（不影响定稿），第1处：“{open_ones[0].text}”；可在“数字核对”页确认保留"
        if open_ones
        else f"{len(unknown)}处",
        f"{len(open_ones)} not confirmed (this does not stop a final), the first: “{open_ones[0].text}”; confirm them on the page Number check"
        if open_ones
        else f"{len(unknown)}",
        blocks=False,
        places=tuple(Place(v.section, v.block, v.text) for v in open_ones),
        count=len(open_ones),
    )


def _unconsented(looked: Looked) -> Check:
    names = names_of(looked.report, looked.data)
    places = []
    for section, block in contents.blocks_of(_frozen(looked)):
        text = "\n".join([contents.block_text(block), block.get("title") or "", *map(_row, block.get("rows") or ())])
        places += [Place(section["key"], block["id"], hit.context) for hit in names.hits(text)]
    for place, text in _texts_reviewed(looked)[1:]:
        places += [Place("", "", f"{place}：{hit.context}") for hit in names.hits(text)]
    for child in looked.children:
        if child.version is not None:
            hits = names.hits(_plain(child.version.id, child.version.digest))
            places += [Place(child.unit.code, "", f"{child.unit.short_name}分报告：{hit.context}") for hit in hits]
    return Check(
        "name_without_consent",
        not places,
        "未同意署名的企业没有出现在文中",
        "No firm or person is named without consent",
        f"{len(places)}处，第1处：“{places[0].text}”；请隐去名称，或取得同意后更正填报"
        if places
        else f"已查{names.checked}家",
        f"{len(places)} places, the first: “{places[0].text}”; take the name out, or correct the visit once they agree"
        if places
        else f"{names.checked} firms looked for",
        places=tuple(places),
        count=len(places),
    )


def _row(row: Any) -> str:
    return "\t".join(map(str, row.values() if isinstance(row, dict) else row if isinstance(row, list) else [row]))


def _missing(looked: Looked) -> Check | None:
    children = looked.children
    if not children:
        return None
    missing = [child for child in children if child.version is None]
    silent = [child for child in missing if not child.reason]
    there = len(children) - len(missing)
    units = "、".join(child.unit.short_name for child in silent)
    units_en = ", ".join(child.unit.label("en") for child in silent)
    explained = f"，另有{len(missing)}个单位已写明理由" if missing and not silent else ""
    return Check(
        "unit_missing",
        not silent,
        f"{len(children)}个单位的分报告均已接收",
        f"The reports of all {len(children)} units are accepted",
        f"{there}/{len(children)}，{units}没有接收的分报告也没有理由；请提醒报送，或填写理由"
        if silent
        else f"{there}/{len(children)}{explained}",
        f"{there} of {len(children)}; nothing accepted and no reason for {units_en}; ask for the report, or give a reason"
        if silent
        else f"{there} of {len(children)}",
        places=tuple(Place(child.unit.code, "", child.unit.name) for child in silent),
        count=len(silent),
    )


def _stale(looked: Looked) -> Check:
    """Whether the figures of the version under review are still those of the data; a draft's always are."""
    changed = []
    figures = _frozen(looked)["figures"]
    if looked.reviewed is not None and looked.state == "reviewing":
        now = _quick_freeze(looked)["figures"]
        for key, kept in figures.items():
            if now.get(key, {}).get("text") != kept["text"]:
                changed.append(Place("", "", f"{key}：{kept['text']} → {now.get(key, {}).get('text')}"))
    count = len(figures) if looked.reviewed else len(contents.tokens_in(looked.content))
    return Check(
        "figure_stale",
        not changed,
        "引用的数据与快照一致",
        "The figures are those of the data",
        f"{len(changed)}处已变，第1处：{changed[0].text}；请退回起草，重新送审" if changed else f"{count}处",
        f"{len(changed)} have changed since review, the first: {changed[0].text}; send it back and review it anew"
        if changed
        else f"{count} figures",
        places=tuple(changed),
        count=len(changed),
    )


def _fonts(looked: Looked) -> Check:
    from reports.printing.fonts import find_fonts
    from reports.printing.volume import PrintFault

    title_zh, title_en = "字体齐全，没有缺字", "All fonts are there, and every character has a glyph"
    try:
        fonts = find_fonts(font_folder())
    except PrintFault as fault:
        first = fault.faults[0]
        return Check("font_missing", False, title_zh, title_en, first.zh, first.en, count=len(fault.faults))
    text = contents.plain_text(_frozen(looked)) + "".join(text for _, text in _texts_reviewed(looked))
    missing = fonts.missing("".join(sorted(set(text))))
    stand_ins = f"，{len(fonts.stand_ins)}种用免费替代字体" if fonts.stand_ins else ""
    return Check(
        "glyph_missing",
        not missing,
        title_zh,
        title_en,
        f"缺{len(missing)}字：{'、'.join(missing[:8])}；请装入含这些字的字体，或换写法"
        if missing
        else f"没有缺字{stand_ins}",
        f"{len(missing)} characters without a glyph: {' '.join(missing[:8])}; add a font that has them, or write it another way"
        if missing
        else "no glyph is missing",
        count=len(missing),
    )


def _sign_offs(looked: Looked) -> Check | None:
    wanted = signoffs.required(looked.report.campaign)
    if not wanted:
        return None
    waiting = signoffs.open_kinds(looked.report)
    said = [
        f"{signoffs.NAMES[kind][0]}{'未登记' if who == 'missing' else f'：{who}不同意'}"
        for kind, who in waiting.items()
    ]
    said_en = [
        f"{signoffs.NAMES[kind][1]} {'not entered' if who == 'missing' else f'not agreed by {who}'}"
        for kind, who in waiting.items()
    ]
    return Check(
        "sign_off_missing",
        not waiting,
        "、".join(signoffs.NAMES[kind][0] for kind in wanted) + "已完成",
        "Signed off: " + ", ".join(signoffs.NAMES[kind][1] for kind in wanted),
        "，".join(said) + "；请办理后登记结果" if waiting else "已登记",
        "; ".join(said_en) + "; enter the outcome once it is there" if waiting else "entered",
        places=tuple(Place("", "", words) for words in said),
        count=len(waiting),
    )


def _undecided(looked: Looked) -> Check | None:
    cards = decisions.cards(looked.report, of=looked.children)
    if not cards:
        return None
    open_ones = [card for card in cards if card.decision is None]
    newer = sum(card.changed for card in cards)
    return Check(
        "card_undecided",
        not open_ones,
        "各单位分报告的每一段都有去向",
        "Every paragraph of the units’ reports is decided on",
        f"还有{len(open_ones)}段待定{f'，其中{newer}段是更正后变化的' if newer else ''}；可在“总报告汇总”页处理"
        if open_ones
        else f"{len(cards)}段",
        f"{len(open_ones)} undecided{f', {newer} of them changed by a correction' if newer else ''}; see the page Merge"
        if open_ones
        else f"{len(cards)} paragraphs",
        blocks=False,
        count=len(open_ones),
    )


def _length(looked: Looked) -> Check:
    """One limit: the outline's, else the reminder."""
    count = contents.count_chars(_frozen(looked))
    limit = whole_limits(looked.report.campaign, root=looked.report.is_root)[1] or REMINDER
    ok = count <= limit
    return Check(
        "long",
        ok,
        f"字数不超过{limit}字",
        f"No longer than {limit} characters",
        f"{count}字" + ("" if ok else "，请留意篇幅"),
        f"{count} characters" + ("" if ok else "; mind the length"),
        blocks=False,
        count=count,
    )


CHECKS: tuple[Callable[[Looked], Check | None], ...] = (
    _blanks,
    _numbers,
    _unconfirmed,
    _unconsented,
    _missing,
    _stale,
    _fonts,
    _sign_offs,
    _undecided,
    _length,
)
