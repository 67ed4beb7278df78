"""Writing a section with script (边写边存): it is saved as one pauses, figures are found by their words. Touches access and drafts.

JSON in, JSON out; what is refused is said in words (`errors.answer`). The same section is a plain form on the editor's page.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import abort, g, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from reports import access
from reports.checking.number_confirmations import contradictions
from reports.evidence.accepted_answers import CampaignData, campaign_data
from reports.forms.section_form import read_layout
from reports.issuing import final_checks
from reports.merging import citations
from reports.pages import figure_choices
from reports.pages.frame import actor, blueprint, unit_names
from reports.pages.paper import Setter, place_words
from reports.papers.steps import Report, ReportSection, draft, save_section, sections
from reports.text import content as contents
from reports.text.report_shape import Block, ReportContent

bp = blueprint("report_writing", __name__)


@bp.post("/reports/<uuid:report_id>/written")
def keep(report_id: UUID) -> ResponseReturnValue:
    """Keep a section as the page has it; 409 where another person saved it meanwhile."""
    report = access.written_report(g.staff, report_id)
    form: Any = request.get_json()
    if not isinstance(form, dict):
        abort(400)
    every = sections(report)
    section = next((row for row in every if row.key == form.get("section")), None)
    if section is None:
        abort(404)
    elsewhere = {block["id"] for row in every if row is not section for block in row.blocks}
    data = campaign_data(report.campaign)
    try:
        rows = form["blocks"]
        made_of = {row["of"] for row in rows if row.get("of")}
        reads = citations.read_sources(report, (block for row in every for block in row.blocks))
        blocks = read_layout(rows, section.blocks, elsewhere=elsewhere, read_sources=reads)
        row_version = int(form["row_version"])
    except (KeyError, TypeError, ValueError, AttributeError):
        abort(400)
    if not made_of <= {one.token for one in figure_choices.material(data, g.language)}:
        abort(400)
    before = section.blocks
    section = save_section(report, section.key, blocks, row_version=row_version, by=actor())
    return jsonify(_saved_answer(report, section, before, data))


def _moved(section: ReportSection, before: Sequence[Block], content: ReportContent, setter: Setter) -> dict[str, Any]:
    """The sources that stand nowhere any more, and what was put in as it is set, by its id."""
    names = unit_names(g.staff)
    known = {one["id"] for one in before}
    return {
        "released": [
            _("%(place)s stands nowhere in the report now: undecided again.", place=place_words(one, names))
            for one in citations.let_go(content, before)
        ],
        "set": {
            block["id"]: render_template("reports/put_in.html", one=setter.shown(block, names))
            for block in section.blocks
            if block["id"] not in known and block["type"] not in (*contents.TEXT_BLOCKS, "blank")
        },
    }


def _saved_answer(
    report: Report, section: ReportSection, before: Sequence[Block], data: CampaignData
) -> dict[str, Any]:
    """What changes on the page: when it was saved, what its figures read, what contradicts the data, how long it is."""
    setter, content = Setter(report, data), draft(report)
    wrong = contradictions(report, final_checks.verdicts(report, data, content))
    own = {block["id"] for block in section.blocks}
    return _moved(section, before, content, setter) | {
        "row_version": section.row_version,
        "saved": render_template("reports/saved.html", campaign=report.campaign, at=section.saved_at),
        "values": setter.values(section.blocks),
        "wrong": {
            one.block: _("“%(text)s” contradicts the data; it should be %(value)s.", text=one.text, value=one.expected)
            for one in wrong
            if one.block in own
        },
        "contradictions": len(wrong),
        "blanks": len(contents.blanks(content)),
        "chars": contents.section_chars(content, setter.resolve_or_blank)[section.key],
    }


@bp.get("/reports/<uuid:report_id>/material")
def material(report_id: UUID) -> ResponseReturnValue:
    """The tables, charts and lists whose titles hold what was typed."""
    report = access.written_report(g.staff, report_id)
    words = request.args.get("q", "")[:100].split()
    choices = figure_choices.material(campaign_data(report.campaign), g.language)
    return jsonify(
        [
            {"label": one.label, "key": one.token, "text": ""}
            for one in choices
            if all(word.casefold() in one.label.casefold() for word in words)
        ]
    )


@bp.get("/reports/<uuid:report_id>/figures")
def figures(report_id: UUID) -> ResponseReturnValue:
    """The figures whose words hold what was typed: the list that opens in the text."""
    report = access.written_report(g.staff, report_id)
    words = request.args.get("q", "")[:100]
    choices = figure_choices.search(report, campaign_data(report.campaign), words, g.language)
    return jsonify([{"label": one.label, "key": one.token[2:-2], "text": one.text} for one in choices])
