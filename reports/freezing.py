"""Freezing (封存): a draft and the data of this moment → what a version keeps, as plain data.

Gives   `Frozen`: the content with its tokens; the same with every figure put in, for both editions, with the annexes;
        and the manifest: every submission used, the packages, the counts and the indicator tables.
Again   `recompute` makes the frozen content anew from a manifest and exactly its submissions: what `verify` compares.
Raises  UnknownFigure for a token the questionnaire cannot answer, or of a unit the report does not speak of.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from reports import annexes, finding_lists
from reports import content as contents
from reports.accepted_answers import CampaignData, Used, data_of
from reports.content import Block, ReportContent
from reports.figures import CampaignCounts
from reports.indicators import UnknownFigure
from reports.tokens import parse
from surveys.planning.campaigns import Campaign
from surveys.planning.units import Unit, unit_tree

FORMAT = "diaoyan-manifest/1"
EDITIONS = ("outgoing", "internal")


@dataclass(frozen=True, slots=True)
class Frozen:
    """The three parts of a version."""

    content: ReportContent
    frozen: dict[str, Any]
    manifest: dict[str, Any]


def freeze_report(campaign: Campaign, unit: Unit, content: ReportContent, data: CampaignData) -> Frozen:
    """The report of a unit, on the data as they are. Its figures rest on its own submissions and those below it."""
    scope = "" if unit.code == campaign.unit_code else unit.code
    used = data.of(scope)
    leaves = data.leaves if not scope else data.tree.get(scope, (scope,))
    tree = {node: below for node, below in data.tree.items() if set(below) <= set(leaves)}
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "campaign": {"id": campaign.id, "number": campaign.number, "title": campaign.title},
        "unit": unit.code,
        "scope": scope,
        "packages": list(data.packages),
        "tree": {node: list(below) for node, below in tree.items()},
        "leaves": list(leaves),
        "names": {code: unit_tree()[code].short_name for code in leaves},
        "smallest_cell": campaign.setting("smallest_cell"),
        "counts": {place: asdict(data.counts[place]) for place in ("", *leaves, *tree) if place in data.counts},
        "units_missing": [leaf for leaf in leaves if all(one.unit != leaf for one in used)],
        "findings": finding_lists.finding_ids(campaign.id, used, (*leaves, *tree)),
        "submissions": [one.as_json() for one in used],
    }
    maker = Recomputed(campaign, manifest, data)
    manifest["indicators"] = maker.indicators()
    return Frozen(content, maker.frozen(content) | {"annexes": maker.annexes()}, manifest)


def recompute(
    campaign: Campaign,
    manifest: Mapping[str, Any],
    content: ReportContent,
    faults: list[tuple[Used, str | None]] | None = None,
) -> dict[str, Any]:
    """The figures and the indicator tables from exactly the manifest's submissions, read again.

    Gives the frozen content without the annexes, and {"indicators"}. Submissions that are not what they were go into
    `faults`; without that list they raise Tampered.
    """
    used = [Used(**one) for one in manifest["submissions"]]
    counts = {place: CampaignCounts(**given) for place, given in manifest["counts"].items()}
    data = data_of(used, counts, manifest["packages"], manifest["tree"], manifest["leaves"], faults)
    maker = Recomputed(campaign, manifest, data)
    return maker.frozen(content) | {"indicators": maker.indicators()}


class Recomputed:
    """One manifest with its data: gives what is frozen, the first time and ever after."""

    def __init__(self, campaign: Campaign, manifest: Mapping[str, Any], data: CampaignData) -> None:
        self.campaign, self.manifest, self.data = campaign, manifest, data
        self.scope: str = manifest["scope"]

    def frozen(self, content: ReportContent) -> dict[str, Any]:
        """The outgoing content, and under "internal" the same with nothing hidden."""
        outgoing, internal = (self._edition(content, edition) for edition in EDITIONS)
        return {**outgoing, "internal": internal}

    def _edition(self, content: ReportContent, edition: str) -> ReportContent:
        from reports.indicator_charts import block_rows
        from reports.wording import resolver

        how: dict[str, Any] = {"edition": edition, "smallest_cell": self.manifest["smallest_cell"]}
        figure = resolver(self.data.frame, self.data.counts, unit=self.scope, **how)
        rows = block_rows(
            self.data.frame.of(self.scope),
            self.data.counts.get(self.scope),
            findings=lambda block: finding_lists.findings_rows(self.manifest["findings"], block, edition),
            unit_names=self.manifest["names"],
            **how,
        )
        return contents.freeze(content, self._own(figure), rows)

    def _own(self, figure: Callable[[str], Any]) -> Callable[[str], Any]:
        """Refuses a figure of a unit whose submissions the manifest does not name."""
        known = {"", *self.manifest["leaves"], *self.manifest["tree"]}

        def own(key: str) -> Any:
            token = parse(key)
            if token.unit not in known:
                raise UnknownFigure(
                    token,
                    f"本报告不含单位{token.unit}的数据；只能引用本单位和下级单位的数据。",
                    f"this report has no data of unit {token.unit}; refer to its own unit or to units below it.",
                )
            return figure(key)

        return own

    def indicators(self) -> dict[str, list[dict[str, Any]]]:
        """Every indicator table of the report's own unit, for both editions: what the PDF carries as tables.json."""
        from reports.indicator_tables import statistics

        frame = self.data.frame.of(self.scope)
        return {
            edition: statistics(
                frame,
                edition=edition,
                smallest_cell=self.manifest["smallest_cell"],
                counts=self.data.counts.get(self.scope),
            )
            for edition in EDITIONS
        }

    def annexes(self) -> dict[str, list[Block]]:
        """附件1–5 (domain.md 2.7), for both editions."""
        own = annexes.Annexes(self.campaign, self.manifest, self.data)
        return {edition: own.all(edition) for edition in EDITIONS}
