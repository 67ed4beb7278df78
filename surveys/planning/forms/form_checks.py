"""Checks whether a questionnaire accepts what a list fills in for the deputy. Touches questionnaire versions; no table.

Name, credit code and district are filled in from the assignment and cannot be corrected by a deputy, so a list must not
hold one that the form's own rule or list of choices refuses.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from surveys.database import CHINA, utc_now
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.forms.questionnaire_versions import version_in_force, whole_package
from surveys.questionnaire.shapes.package_shape import Package
from surveys.questionnaire.sheets.faults import Text

FIELDS = {"enterprise_name": "name", "enterprise_uscc": "uscc", "district": "area_code"}  # fact → value of a row


def form_in_force(campaign: Campaign) -> str | None:
    """The hash of the form that lists of a campaign have to suit now."""
    version = version_in_force(campaign.id)
    return version.hash_for(bool(campaign.setting("media"))) if version else None


def refused_values(campaign: Campaign, rows: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Text]]:
    """For each row (name, uscc, area_code): which values the form in force refuses, and the form's own words for it.

    Without a published questionnaire nothing is refused.
    """
    from surveys.questionnaire.facts import facts
    from surveys.questionnaire.state.evaluation import FormState

    form = form_in_force(campaign)
    package = whole_package(form) if form else None
    paths = _paths(package) if package else {}
    if not package or not paths:
        yield from ({} for _row in rows)
        return
    state = FormState(package, {}, now=utc_now().astimezone(CHINA).isoformat(timespec="seconds"), language="zh")
    for row in rows:
        values = {fact: str(row.get(key) or "") for fact, key in FIELDS.items()}
        texts = facts.preload(package, assignment={"id": "1", **values}, attendance=None)
        refusals: dict[str, Text] = {}
        for path in paths.values():
            state.set(path, texts.get(path, ""))
        for fact, path in paths.items():
            node = state.node(path)
            if texts.get(path) and node.problem:
                refusals[FIELDS[fact]] = _words(state, path)
        yield refusals


def _paths(package: Package) -> dict[str, str]:
    """Fact of the assignment → path of the question it fills."""
    paths = {each["path"] for each in package["defs"]}
    path_by_fact = {}
    for row in package.get("facts", {}).get("rows", ()):
        source, _point, name = (row.get("preload") or "").partition(".")
        if source == "assignment" and name in FIELDS and row.get("path") in paths:
            path_by_fact[name] = row["path"]
    return path_by_fact


def _words(state: Any, path: str) -> Text:
    """The form's message in both languages; a value that is none of the choices has none of its own."""
    messages = []
    for language in ("zh", "en"):
        state.language = language
        messages.append(state.node(path).message or "")
    state.language = "zh"
    return Text(messages[0] or "不在问卷的选项里", messages[1] or "it is none of the form’s choices")
