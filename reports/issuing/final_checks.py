"""What must be true before a report is final (定稿前自查): each check with what was found and where.

The program never evaluates: it only counts blanks, compares numbers with the data, and looks for names, units, figures,
signatures and fonts that are missing. `blocks` says whether a check stops a final; the others are to be looked at.
"""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from reports.checking.number_confirmations import confirmations, contradictions, identity, overruled
from reports.checking.report_evidence import font_folder, names_of, verdicts
from reports.evidence.accepted_answers import CampaignData, campaign_data
from reports.faults import UnknownFigure, unit_names
from reports.issuing import version_texts
from reports.issuing.checks import NOTHING, Check, CheckKind, Place, blocking, check_of
from reports.merging import decisions
from reports.papers import signoffs
from reports.papers.skeletons import whole_limits
from reports.papers.steps import Report, ReportVersion, draft, newest_version, state
from reports.text import content as contents
from reports.text.report_shape import FrozenReport, ReportContent
from surveys.database import CHINA
from surveys.planning.campaigns.units import Unit
from surveys.questionnaire.sheets.bilingual import Text

__all__ = [
    "Check",
    "Place",
    "blocking",
    "check",
    "font_folder",
    "names_of",
    "verdicts",
]

REMINDER = 5000  # 字: the limit for papers of local bodies; a notice, never a stop (domain.md 2.9)


@dataclass
class CheckBasis:
    """What the checks look at: the draft as it stands, and the data of now."""

    report: Report
    data: CampaignData
    content: ReportContent
    state: str
    children: list[decisions.Child]
    version: ReportVersion | None = None
    frozen: FrozenReport | None = None

    @functools.cached_property
    def verdicts(self) -> list[Any]:
        """Every typed figure with its verdict against the data (number_checks.Verdict)."""
        return verdicts(self.report, self.data, self.content)


def check(report: Report) -> list[Check]:
    """Every check of a report, in the order a person reads them, on the draft and the data of this moment."""
    basis = _basis(report)
    return [result for make in CHECKS if (result := make(basis)) is not None]


def _basis(report: Report) -> CheckBasis:
    now = state(report)
    version = newest_version(report) if now in ("reviewing", "submitted", "accepted", "final") else None
    if version is not None and not report.is_root and now == "reviewing":
        version = None  # a child's version is frozen when it is submitted
    content = version.content if version else draft(report)
    return CheckBasis(report, campaign_data(report.campaign), content, now, decisions.children(report), version)


def _frozen(basis: CheckBasis) -> FrozenReport:
    """The words as they would print now: what the name and glyph checks read."""
    if basis.frozen is None:
        version = basis.version
        basis.frozen = (
            _quick_freeze(basis) if version is None else version_texts.frozen_words(version.id, version.digest)
        )
    return basis.frozen


def _quick_freeze(basis: CheckBasis) -> FrozenReport:
    from reports.figures.figure_words import Figure
    from reports.papers.draft_figures import figures_of

    resolve = figures_of(basis.report, basis.data)

    def figure(key: str) -> Any:
        try:
            return resolve(key)
        except UnknownFigure:
            return Figure(key, f"【待起草：{key}】", None, None, "")

    return contents.freeze(
        basis.content, figure, lambda block: {"rows": block.get("rows") or [], "title": block.get("title") or ""}
    )


# The checks -----------------------------------------------------------------------------------------------------------


def _blanks(basis: CheckBasis) -> Check:
    places = [Place(b.section, b.block, b.text) for b in contents.blanks(_frozen(basis))]
    for child in basis.children:
        if child.version is not None:
            marks = version_texts.blank_marks(child.version.id, child.version.digest)
            places += [_in_child(child.unit, mark) for mark in marks]
    return check_of(CheckKind.BLANK_LEFT, places)


def _in_child(unit: Unit, words: str) -> Place:
    return Place(unit.code, "", Text(f"{unit.short_name}分报告：{words}", f"sub-report of {unit.label('en')}: {words}"))


def _version_texts(basis: CheckBasis) -> Sequence[tuple[str, str]]:
    return version_texts.texts(basis.version.id, basis.version.digest) if basis.version else ()


def _numbers(basis: CheckBasis) -> Check:
    wrong = contradictions(basis.report, basis.verdicts)
    expected = wrong[0].expected if wrong else ""
    value = Text(expected or "表中数值", expected or "as in the table")
    return check_of(CheckKind.NUMBER_WRONG, [Place(v.section, v.block, v.text) for v in wrong], expected=value)


def _overruled(basis: CheckBasis) -> Check | None:
    """What a person let stand against the data is printed with who, when and why; it stops nothing."""
    stands = overruled(basis.report, basis.verdicts)
    if not stands:
        return None
    zh, en = [], []
    for verdict, decision in stands:
        day = f"{decision.at.astimezone(CHINA):%Y-%m-%d}"
        zh.append(f"“{verdict.text}”（数据为{verdict.expected}）：{decision.reason}（{decision.name}，{day}）")
        en.append(f"“{verdict.text}” (data: {verdict.expected}): {decision.reason} ({decision.name}, {day})")
    places = [Place(verdict.section, verdict.block, verdict.text) for verdict, _ in stands]
    return check_of(CheckKind.NUMBER_OVERRULED, places, reasons=Text("；".join(zh), "; ".join(en)))


def _unconfirmed(basis: CheckBasis) -> Check:
    """What the data cannot say does not stop a final; whether a person stands for it is told."""
    unknown = [verdict for verdict in basis.verdicts if verdict.status == "no_entry"]
    confirmed = confirmations(basis.report)
    open_ones = [verdict for verdict in unknown if identity(verdict) not in confirmed]
    places = [Place(v.section, v.block, v.text) for v in open_ones]
    return check_of(CheckKind.NUMBER_UNCONFIRMED, places, unknown=len(unknown))


def _unconsented(basis: CheckBasis) -> Check:
    names = names_of(basis.report, basis.data)
    places = []
    for section, block in contents.blocks_of(_frozen(basis)):
        text = "\n".join([contents.block_text(block), block.get("title") or "", *map(_row, block.get("rows") or ())])
        places += [Place(section["key"], block["id"], hit.context) for hit in names.hits(text)]
    for place, text in _version_texts(basis)[1:]:
        places += [Place("", "", f"{place}：{hit.context}") for hit in names.hits(text)]
    for child in basis.children:
        if child.version is not None:
            hits = names.hits(version_texts.plain(child.version.id, child.version.digest))
            places += [_in_child(child.unit, hit.context) for hit in hits]
    return check_of(CheckKind.NAME_WITHOUT_CONSENT, places, checked=names.firm_count)


def _row(row: Any) -> str:
    return "\t".join(map(str, row.values() if isinstance(row, dict) else row if isinstance(row, list) else [row]))


def _missing(basis: CheckBasis) -> Check | None:
    children = basis.children
    if not children:
        return None
    missing = [child for child in children if child.version is None]
    silent = [child for child in missing if not child.reason]
    there = len(children) - len(missing)
    reason_count = len(missing) if missing and not silent else 0
    return check_of(
        CheckKind.UNIT_MISSING,
        [Place(child.unit.code, "", child.unit.name) for child in silent],
        all=len(children),
        there=there,
        units=unit_names((child.unit for child in silent), short=True),
        explained=Text(f"，另有{reason_count}个单位已写明理由" if reason_count else "", ""),
    )


def _stale(basis: CheckBasis) -> Check:
    """Whether the figures of the version under review are still those of the data; a draft's always are."""
    places = []
    figures = _frozen(basis)["figures"]
    if basis.version is not None and basis.state == "reviewing":
        now = _quick_freeze(basis)["figures"]
        for key, figure in figures.items():
            if now.get(key, {}).get("text") != figure["text"]:
                places.append(Place("", "", f"{key}：{figure['text']} → {now.get(key, {}).get('text')}"))
    count = len(figures) if basis.version else len(contents.tokens_in(basis.content))
    return check_of(CheckKind.FIGURE_STALE, places, figures=count)


def _fonts(basis: CheckBasis) -> Check:
    from reports.printing.fonts import find_fonts
    from reports.printing.volume import PrintFault

    try:
        fonts = find_fonts(font_folder())
    except PrintFault as fault:
        first = fault.faults[0]
        why = Text(first.zh.removesuffix("。"), first.en.removesuffix("."))
        return Check(CheckKind.FONT_MISSING, False, {"why": why}, count=len(fault.faults))
    text = contents.plain_text(_frozen(basis)) + "".join(text for _, text in _version_texts(basis))
    missing = fonts.missing("".join(sorted(set(text))))
    facts = {
        "count": len(missing),
        "missing": Text("、".join(missing[:8]), " ".join(missing[:8])),
        "stand_ins": Text(f"，{len(fonts.stand_ins)}种用免费替代字体" if fonts.stand_ins else "", ""),
    }
    return Check(CheckKind.GLYPH_MISSING, not missing, facts, count=len(missing))


def _sign_offs(basis: CheckBasis) -> Check | None:
    kinds = signoffs.required(basis.report.campaign)
    if not kinds:
        return None
    open_kinds = signoffs.open_kinds(basis.report)
    words = [
        Text(
            f"{signoffs.NAMES[kind][0]}{'未登记' if who == 'missing' else f'：{who}不同意'}",
            f"{signoffs.NAMES[kind][1]} {'not entered' if who == 'missing' else f'not agreed by {who}'}",
        )
        for kind, who in open_kinds.items()
    ]
    names, names_en = zip(*(signoffs.NAMES[kind] for kind in kinds), strict=True)
    return check_of(
        CheckKind.SIGN_OFF_MISSING,
        [Place("", "", one) for one in words],
        wanted=Text("、".join(names), ", ".join(names_en)),
        waiting=Text("，".join(one.zh for one in words), "; ".join(one.en for one in words)),
    )


def _undecided(basis: CheckBasis) -> Check | None:
    cards = decisions.cards(basis.report, of=basis.children)
    if not cards:
        return None
    open_ones = [card for card in cards if card.decision is None]
    newer = sum(card.changed for card in cards)
    lost = sum(card.lost for card in cards)
    facts = {
        "count": len(open_ones),
        "cards": len(cards),
        "newer": Text(f"，其中{newer}段是更正后变化的", f", {newer} of them changed by a correction")
        if newer
        else NOTHING,
        "lost": Text(f"，{lost}段采用后又从汇总稿删去", f", {lost} of them taken and deleted again")
        if lost
        else NOTHING,
    }
    return Check(CheckKind.CARD_UNDECIDED, not open_ones, facts, count=len(open_ones))


def _length(basis: CheckBasis) -> Check:
    """One limit: the outline's, else the reminder."""
    count = contents.count_chars(_frozen(basis))
    limit = whole_limits(basis.report.campaign, root=basis.report.is_root)[1] or REMINDER
    return Check(CheckKind.LONG, count <= limit, {"count": count, "limit": limit}, count=count)


CHECKS: tuple[Callable[[CheckBasis], Check | None], ...] = (
    _blanks,
    _numbers,
    _overruled,
    _unconfirmed,
    _unconsented,
    _missing,
    _stale,
    _fonts,
    _sign_offs,
    _undecided,
    _length,
)
