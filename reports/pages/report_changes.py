"""What a report says otherwise than one of its versions did (逐字对照): section by section, before and now. Touches access and versions.

Paragraphs are matched by what they say, as the merge matches those of a newer report from below, so what was moved is not new.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from flask import abort, g, render_template
from flask.typing import ResponseReturnValue

from reports import access
from reports.evidence.accepted_answers import campaign_data
from reports.merging.succession import Place, successors
from reports.pages.frame import HANDED_UP, asked_version, blueprint
from reports.pages.paper import Setter
from reports.papers.steps import Report, draft, newest_version, state
from reports.text import content as contents
from reports.text.report_shape import Block, FrozenReport, ReportContent
from reports.text.word_differences import Difference, differences

bp = blueprint("report_changes", __name__)


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph, heading, table or chart of one side."""

    key: str
    block_id: str
    raw: str
    text: str


class Change(NamedTuple):
    """What changed at one paragraph; one that is `gone` stands in the section it was in."""

    kind: str  # new, gone, changed
    runs: list[Difference]


@bp.get("/reports/<uuid:report_id>/changes")
def show(report_id: UUID) -> ResponseReturnValue:
    """Since a kept version: of a report that was handed up its newest version, else the draft with the figures of now."""
    report = access.report(g.staff, report_id)
    version = asked_version(report)
    if version is None:
        abort(404)
    newest = newest_version(report) if state(report) in HANDED_UP else None
    before = list(_passages(version.frozen, contents.block_text))
    if newest is not None:
        now = list(_passages(newest.frozen, contents.block_text))
    else:
        setter = Setter(report, campaign_data(report.campaign))
        now = list(_passages(draft(report), lambda block: setter.words(contents.block_text(block))))
    return render_template(
        "reports/changes.html",
        campaign=report.campaign,
        report=report,
        state=state(report),
        version=version,
        newest=newest,
        sections=_by_section(report, before, now),
    )


def _passages(content: ReportContent | FrozenReport, words: Callable[[Block], str]) -> Iterable[Passage]:
    for section, block in contents.blocks_of(content):
        text = words(block) or block.get("title", "")
        if text and block["type"] != "blank":
            yield Passage(section["key"], block["id"], block.get("text", "") or text, text)


def _by_section(report: Report, before: list[Passage], now: list[Passage]) -> list[tuple[str, list[Change]]]:
    """Title and changes of every section that has any, in reading order."""
    pairs = successors(before, now)
    older = {(one.key, one.block_id): one for one in before}
    predecessor: dict[Place, Passage] = {successor.place: older[place] for place, successor in pairs.items()}
    changes: dict[str, list[Change]] = {}
    for one in now:
        was = predecessor.get((one.key, one.block_id))
        if was is None:
            changes.setdefault(one.key, []).append(Change("new", [Difference("new", one.text)]))
        elif was.text != one.text:
            changes.setdefault(one.key, []).append(Change("changed", differences(was.text, one.text)))
    for one in before:
        if (one.key, one.block_id) not in pairs:
            changes.setdefault(one.key, []).append(Change("gone", [Difference("gone", one.text)]))
    titles = {section["key"]: section["title"] for section in draft(report)["sections"]}
    return [(titles[key], changes[key]) for key in titles if key in changes]
