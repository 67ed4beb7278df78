"""Freezes (封存) a draft with the data of this moment into what a version keeps, as plain data.

Gives   `FrozenParts`: the content with its tokens; the same with every figure put in, for both editions, with the
        annexes; and the manifest: every submission used, the packages, the counts and the indicator tables.
Bound   what the volume prints of each child's report: its accepted version with what it must hide beside the others as well.
Again   `data_at` gives the data a manifest rests on, whatever came since; `recompute` makes the frozen content anew from
        it: what `verify` compares.
Raises  UnknownFigure for a token the questionnaire cannot answer, or of a unit the report does not speak of.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from reports.evidence import annexes, finding_lists
from reports.evidence.accepted_answers import CampaignData, UsedSubmission, data_of, rows_again, rows_of
from reports.figures.frame import CampaignCounts
from reports.text import content as contents
from reports.text.report_shape import (
    Annex,
    Block,
    CountsEntry,
    Editions,
    FrozenContent,
    FrozenReport,
    Manifest,
    PrintedChild,
    Recalculation,
    ReportContent,
    TableData,
)
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.campaigns.units import Unit, unit_tree

FORMAT = "diaoyan-manifest/1"
EDITIONS = ("outgoing", "internal")


@dataclass(frozen=True, slots=True)
class FrozenParts:
    """The three parts of a version."""

    content: ReportContent
    frozen: FrozenContent
    manifest: Manifest


@dataclass(frozen=True, slots=True)
class BoundVersion:
    """A child's version that is bound in its parent's volume, as it was frozen."""

    unit: str
    content: ReportContent
    manifest: Manifest


def freeze_report(
    campaign: Campaign,
    unit: Unit,
    content: ReportContent,
    data: CampaignData,
    bound_versions: Sequence[BoundVersion] = (),
) -> FrozenParts:
    """The report of a unit, on the data as they are. Its figures rest on its own submissions and those below it."""
    scope = "" if unit.code == campaign.unit_code else unit.code
    submissions = data.of(scope)
    leaves, tree = data.below(scope)
    manifest: Manifest = {
        "format": FORMAT,
        "campaign": {"id": campaign.id, "number": campaign.number, "title": campaign.title},
        "unit": unit.code,
        "scope": scope,
        "packages": list(data.packages),
        "tree": {node: list(below) for node, below in tree.items()},
        "leaves": list(leaves),
        "names": {code: unit_tree()[code].short_name for code in leaves},
        "smallest_cell": campaign.setting("smallest_cell"),
        "counts": {
            place: CountsEntry(**asdict(data.counts[place])) for place in ("", *leaves, *tree) if place in data.counts
        },
        "units_missing": [leaf for leaf in leaves if all(one.unit != leaf for one in submissions)],
        "findings": finding_lists.finding_ids(campaign.id, submissions, (*leaves, *tree)),
        "submissions": [one.as_json() for one in submissions],
        "indicators": {},
    }
    children = _bound_data(campaign, bound_versions)
    across = manifest["across"] = _across(manifest, content, data, children)
    maker = Calculation(campaign, manifest, data)
    manifest["indicators"] = maker.indicators()
    frozen_content: FrozenContent = {**maker.editions(content), "annexes": maker.annexes()}
    if children_printed := _children(across, children):
        frozen_content["children"] = children_printed
    return FrozenParts(content, frozen_content, manifest)


def data_at(
    manifest: Manifest,
    faults: list[tuple[UsedSubmission, str | None]] | None = None,
    *,
    known_data: CampaignData | None = None,
) -> CampaignData:
    """What the figures of a manifest rest on: its own submissions, counts and questionnaires.

    Each submission's bytes are read and checked: what is not as it was goes into `faults`, or raises
    TamperedSubmissions.
    With the `known` data of the campaign nothing is checked, and what stands in them is not read again.
    """
    used = [UsedSubmission(**one) for one in manifest["submissions"]]
    rows = rows_of(used, known_data) if known_data else rows_again(used, faults)
    counts = {place: CampaignCounts(**given) for place, given in manifest["counts"].items()}
    return data_of(used, rows, counts, manifest["packages"], manifest["tree"], manifest["leaves"])


def recompute(
    campaign: Campaign,
    manifest: Manifest,
    content: ReportContent,
    faults: list[tuple[UsedSubmission, str | None]] | None = None,
) -> Recalculation:
    """The figures and the indicator tables from exactly the manifest's submissions, read again.

    Gives the frozen content without the annexes, and {"indicators"}. Submissions that are not what they were go into
    `faults`; without that list they raise TamperedSubmissions.
    """
    maker = Calculation(campaign, manifest, data_at(manifest, faults))
    return {**maker.editions(content), "indicators": maker.indicators()}


def recompute_children(
    campaign: Campaign, manifest: Manifest, bound_versions: Sequence[BoundVersion]
) -> dict[str, PrintedChild]:
    """What the volume prints of each child's report, by unit: from the children's manifests read again."""
    return _children(manifest.get("across", {}), _bound_data(campaign, bound_versions))


def _bound_data(campaign: Campaign, bound_versions: Sequence[BoundVersion]) -> list[tuple[BoundVersion, "Calculation"]]:
    """Each child with the data its own version rests on; what is not as it was is told by `verify`, not here."""
    return [(one, Calculation(campaign, one.manifest, data_at(one.manifest, []))) for one in bound_versions]


def _across(
    manifest: Manifest,
    content: ReportContent,
    data: CampaignData,
    children: Sequence[tuple[BoundVersion, "Calculation"]],
) -> dict[str, list[str]]:
    from reports.figures import disclosure_control

    def report_cells(
        scope: str, printed: Iterable[Block], data: CampaignData, known_cells: Mapping[str, Sequence[str]]
    ) -> disclosure_control.ReportCells:
        frame = data.frame.of(scope)
        return disclosure_control.ReportCells(scope, frame, disclosure_control.tables_in(printed, frame), known_cells)

    own_blocks = [block for _, block in contents.blocks_of(content)]
    own_cells = report_cells(manifest["scope"], [one for one in own_blocks if not one.get("scope")], data, {})
    bound_cells = [
        report_cells(
            one.unit,
            # what the parent prints of a child's tables is hidden as in the child's own report
            [
                *(block for _, block in contents.blocks_of(one.content)),
                *(block for block in own_blocks if block.get("scope") == one.unit),
            ],
            maker.data,
            one.manifest.get("across", {}),
        )
        for one, maker in children
    ]
    return disclosure_control.across(
        own_cells, bound_cells, manifest["tree"], manifest["leaves"], manifest["smallest_cell"]
    )


def _children(
    across: Mapping[str, Sequence[str]], children: Sequence[tuple[BoundVersion, "Calculation"]]
) -> dict[str, PrintedChild]:
    """Each child's report for the outgoing volume: what the volume hides across units is hidden in it as well."""
    printed_children: dict[str, PrintedChild] = {}
    for one, maker in children:
        known_cells = one.manifest.get("across", {})
        all_cells = {
            column: sorted({*known_cells.get(column, ()), *across.get(column, ())})
            for column in {*known_cells, *across}
        }
        calculation = Calculation(maker.campaign, {**one.manifest, "across": all_cells}, maker.data)
        printed_children[one.unit] = {
            "content": calculation.edition(one.content, "outgoing"),
            "indicators": calculation.indicators_of("outgoing"),
        }
    return printed_children


class Calculation:
    """Works out what a version freezes from its manifest and data, the first time and at every check."""

    def __init__(self, campaign: Campaign, manifest: Manifest, data: CampaignData) -> None:
        self.campaign, self.manifest, self.data = campaign, manifest, data
        self.scope: str = manifest["scope"]

    def editions(self, content: ReportContent) -> Editions:
        """The outgoing content, and under "internal" the same with nothing hidden."""
        outgoing, internal = (self.edition(content, edition) for edition in EDITIONS)
        return {**outgoing, "internal": internal}

    def edition(self, content: ReportContent, edition: str) -> FrozenReport:
        from reports.figures.charts import block_rows

        rows = block_rows(
            self.data.frame.of(self.scope),
            self.data.counts.get(self.scope),
            findings=lambda block: finding_lists.findings_rows(
                self.manifest["findings"], block, edition, self.manifest["tree"]
            ),
            counts_of=self.data.counts,
            unit_names=self.manifest["names"],
            **self._how(edition),
        )
        return contents.freeze(content, self.figures(edition), rows)

    def figures(self, edition: str, language: str = "zh-CN") -> Callable[[str], Any]:
        """A function from a token to its figure; it refuses a unit whose submissions the manifest does not name."""
        from reports.figures.figure_words import resolver

        return resolver(
            self.data.frame,
            self.data.counts,
            unit=self.scope,
            places={"", *self.manifest["leaves"], *self.manifest["tree"]},
            language=language,
            **self._how(edition),
        )

    def indicators(self) -> dict[str, list[TableData]]:
        """Every indicator table of the report's own unit, for both editions: what the PDF carries as tables.json."""
        return {edition: self.indicators_of(edition) for edition in EDITIONS}

    def indicators_of(self, edition: str) -> list[TableData]:
        from reports.figures.tables import statistics

        frame = self.data.frame.of(self.scope)
        return statistics(frame, counts=self.data.counts.get(self.scope), **self._how(edition))

    def _how(self, edition: str) -> dict[str, Any]:
        """How figures are told: the internal edition hides nothing. A version of before `across` hides by itself alone."""
        return {
            "edition": edition,
            "smallest_cell": self.manifest["smallest_cell"],
            "across": {column: frozenset(keys) for column, keys in self.manifest.get("across", {}).items()},
        }

    def annexes(self) -> dict[str, list[Annex]]:
        """附件1–5 (domain.md 2.7), for both editions."""
        maker = annexes.Annexes(self.campaign, self.manifest, self.data)
        return {edition: maker.all(edition) for edition in EDITIONS}
