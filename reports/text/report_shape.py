"""A report as JSON: its draft, what a version keeps of it (content, frozen, manifest), and what every key means.

A version is stored as the JSON of exactly these keys and its digest is over all three, so a key is added, never renamed. Touches
nothing.
"""

from typing import Any, Literal, NotRequired, TypedDict, final


class SourceEntry(TypedDict):
    """Where a paragraph was taken over from (`tokens.Source`)."""

    unit: str
    section: str  # 三（一）
    item: int | None  # the paragraph there, from 1; None: all of them
    rewritten: bool
    report_version: int | None
    block: NotRequired[str]  # the table, chart or picture there; a text is found by its item


class Run(TypedDict):
    """A piece of a frozen text."""

    text: str
    figure: NotRequired[str]  # the key of the figure that it tells


class Column(TypedDict):
    title: str
    align: str  # left, center, right


class Series(TypedDict):
    name: str
    values: list[float]


@final
class TableData(TypedDict):
    """A table of the questionnaire, made from the figures."""

    table: str  # T6
    title: str
    unit: str  # what its numbers are counted in
    base: str  # n=97; empty where each line has its own
    n: int
    columns: list[Column]
    rows: list[list[str]]
    total: bool  # whether the last line is the sum
    notes: list[str]


@final
class ChartData(TypedDict):
    """A chart of a table, made from the figures."""

    table: str
    title: str
    kind: str  # bar …
    n: int
    unit: str
    labels: list[str]
    series: list[Series]
    texts: list[list[str]]  # what is written at each bar
    notes: list[str]


class FindingLine(TypedDict):
    text: str
    note: str


@final
class FindingsData(TypedDict):
    """Problems and suggestions in the words of those who said them."""

    title: str
    rows: list[FindingLine]


BlockData = TableData | ChartData | FindingsData
TextType = Literal["paragraph", "case", "heading", "blank"]
BlockType = TextType | Literal["table", "chart", "findings"]


class Block(TypedDict):
    """One block of a section. A draft's tables and charts say what they are made of; frozen they carry what was made as well."""

    id: str  # unique in the report
    type: BlockType
    text: NotRequired[str]  # words with figure tokens; frozen, a paragraph and a case have runs instead
    runs: NotRequired[list[Run]]
    sources: NotRequired[list[SourceEntry]]
    finding: NotRequired[str]  # the finding that a case tells
    level: NotRequired[int]  # of a heading: 3, 4
    categories: NotRequired[list[str]]  # of a heading: codes of the problems under it
    hint: NotRequired[str]  # of a blank: what is to be written
    title: NotRequired[str]  # of tables, charts, findings, this one and those below
    number: NotRequired[str]  # 表1, 图1
    table: NotRequired[str]
    scope: NotRequired[
        str
    ]  # the unit whose figures a table, chart or list is made of, where it is not the report's own
    breakdown: NotRequired[str | None]  # the question, or "unit", that columns are made of
    items: NotRequired[list[str] | None]  # the questions or choices that are kept
    kind: NotRequired[str]  # of a chart
    category: NotRequired[str | None]  # of findings: those of a code alone
    limit: NotRequired[int | str]  # of findings: how many
    unit: NotRequired[str]
    base: NotRequired[str]
    n: NotRequired[int]
    columns: NotRequired[list[Column]]
    rows: NotRequired[list[Any]]  # of a table its cells, of findings its lines
    total: NotRequired[bool]
    notes: NotRequired[list[str]]
    labels: NotRequired[list[str]]
    series: NotRequired[list[Series]]
    texts: NotRequired[list[list[str]]]


class Section(TypedDict):
    key: str  # of the outline
    title: str
    numbering: str  # 一、
    level: int
    blocks: list[Block]


class FigureUsed(TypedDict):
    """What a token was worth when it was frozen."""

    text: str
    value: float | str | None
    n: int | None
    base: str


class ReportContent(TypedDict):
    """A report as it is written: its texts hold tokens."""

    format: str
    title: str
    byline: str
    date: str
    sections: list[Section]


class FrozenReport(ReportContent):
    """A report with every figure put in."""

    figures: dict[str, FigureUsed]  # token → what it was worth


class Annex(TypedDict):
    """附件: `data` is what the print shop is given for a document of this kind."""

    key: str  # annex.subjects …; empty until it has its place among the others
    kind: Literal["annex", "annex_report"]  # annex: a flat table; annex_report: sections
    title: str
    data: dict[str, Any]


class PrintedChild(TypedDict):
    """A child's report as the outgoing volume prints it, hiding what the others would give away as well."""

    content: FrozenReport
    indicators: list[TableData]


class Editions(FrozenReport):
    """The outgoing edition, with the internal one, in which nothing is hidden, beside it."""

    internal: FrozenReport


class Recalculation(Editions):
    """What is worked out again of a version."""

    indicators: dict[str, list[TableData]]  # by edition


class FrozenContent(Editions):
    """What a version prints."""

    annexes: dict[str, list[Annex]]  # by edition
    children: NotRequired[dict[str, PrintedChild]]  # by unit


class SubmissionEntry(TypedDict):
    """A submission that figures rest on (`accepted_answers.UsedSubmission`)."""

    visit: str
    content: str
    version: int
    unit: str
    subject: str
    package: str
    outcome: str
    accepted_at: str


class CountsEntry(TypedDict):
    """What the answers cannot tell of a unit (`figures.CampaignCounts`); null where they can, or where nobody knows."""

    assigned: int | None
    deputies: int | None
    persontimes: int | None
    events: int | None
    visits: int | None
    firms: int | None
    refused: int | None
    not_found: int | None
    closed: int | None
    districts: int | None
    visited: int | None
    other_outcome: int | None


class CampaignEntry(TypedDict):
    id: str
    number: int
    title: str


class ChildVersion(TypedDict):
    """A child's version that is bound in the volume."""

    unit: str
    version: str  # its id
    number: int
    digest: str


class Groundwork(TypedDict):
    """The other rows that figures and annexes rest on."""

    seal: int  # how far the audit trail had come
    rows: dict[str, dict[str, str]]  # kind → id → hash


class AuditHead(TypedDict):
    """The newest link of the audit trail when a version was kept (surveys.auditing.chain)."""

    position: int
    hash: str
    at: str


class Manifest(TypedDict):
    """What a version rests on: enough to work every figure out again."""

    format: str
    campaign: CampaignEntry
    unit: str
    scope: str  # the unit whose submissions are counted; empty: all of the campaign
    packages: list[str]  # hashes, the one in force first
    tree: dict[str, list[str]]  # unit → its leaves
    leaves: list[str]
    names: dict[str, str]  # leaf → its short name
    smallest_cell: int  # a smaller count is hidden
    counts: dict[str, CountsEntry]  # unit, "" for all
    units_missing: list[str]
    findings: list[str]
    submissions: list[SubmissionEntry]
    across: NotRequired[
        dict[str, list[str]]
    ]  # column → cells that other tables would give away; not in the first versions
    indicators: dict[str, list[TableData]]  # by edition
    frozen_at: NotRequired[str]  # this and those below come when a version is kept
    children: NotRequired[list[ChildVersion]]
    groundwork: NotRequired[Groundwork]  # not in the first versions
    audit_head: NotRequired[AuditHead]  # nor in those
