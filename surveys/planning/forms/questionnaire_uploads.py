"""Reads an uploaded form, and issues it once a person has confirmed what its answers mean. Touches versions and files.

A form that says itself what its answers are (sheet `diaoyan`, an id for every question) needs no confirmation.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from surveys.audit import Actor
from surveys.files import FileStore
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.campaigns.visit_kinds import FIRST
from surveys.planning.forms.questionnaire_versions import (
    Issue,
    issue_questionnaire,
    version_in_force,
    versions_of,
    whole_package,
)
from surveys.questionnaire.facts.meaning_proposals import Proposal
from surveys.questionnaire.shapes.package_shape import NO_FACTS, Package


@dataclass
class ConsideredUpload:
    """An upload as it was read: proposals to confirm, or faults; `package` with media, as far as it could be read."""

    proposals: list[Proposal] = field(default_factory=list)
    issue: Issue | None = None
    package: Package | None = None
    earlier: Package | None = None  # the newest version before it


def consider(
    campaign: Campaign, data: bytes, name: str, attached: Mapping[str, bytes], kind: str = FIRST
) -> ConsideredUpload:
    """Read an upload and propose what the sheet `diaoyan` leaves open, by likeness to the newest version of the kind."""
    from surveys.planning.forms.form_reading import read_form
    from surveys.questionnaire.facts.identities import identities, stable_ids
    from surveys.questionnaire.facts.meaning_proposals import propose

    reading = read_form(data, name=name, media=True, attached=attached)
    if reading.package is None or reading.faults:
        return ConsideredUpload(issue=Issue(None, reading.faults, reading.warnings, reading.partial))
    packages = [package for version in versions_of(campaign.id, kind) if (package := whole_package(version.media_hash))]
    earlier = packages[0] if packages else None
    used_ids = {stable_id for package in packages for stable_id in stable_ids(package).values()}
    proposals = propose(reading.package, identities(reading.package, earlier, used_ids), earlier)
    return ConsideredUpload(proposals, Issue(None, [], reading.warnings), reading.package, earlier)


def confirm(
    campaign: Campaign,
    data: bytes,
    name: str,
    attached: Mapping[str, bytes],
    decisions: Mapping[str, Mapping[str, str]],
    *,
    kind: str = FIRST,
    files: FileStore,
    actor: Actor,
) -> Issue:
    """Write what a person decided into the form's sheet `diaoyan` and issue that form. Raises Refusal for a closed campaign."""
    from surveys.planning.forms.form_reading import sheets_of
    from surveys.questionnaire.facts.fact_rows import completed
    from surveys.questionnaire.sheets.export import workbook_of

    upload = consider(campaign, data, name, attached, kind)
    if upload.package is None:
        assert upload.issue is not None
        return upload.issue
    paths = {proposal.path for proposal in upload.proposals}
    sheets = sheets_of(data, name)
    facts = upload.earlier["facts"] if upload.earlier else NO_FACTS
    rows = {row["path"]: row for row in facts["rows"] if "path" in row}
    was = {one.path: one.identity.earlier or one.identity.likely for one in upload.proposals}
    then = {path: rows[before] for path, before in was.items() if before in rows}
    new_rows = {path: row for path, row in decisions.items() if path in paths}
    # A question that was given another id is another question: nothing of the old one goes on.
    then = {path: row for path, row in then.items() if new_rows.get(path, {}).get("stable_id") == row.get("stable_id")}
    form = completed(sheets, upload.package, new_rows, then, facts["tables"])
    return issue_questionnaire(
        campaign,
        workbook_of(form),
        name.rpartition(".")[0] + ".xlsx",
        files=files,
        attached=attached,
        kind=kind,
        publish=version_in_force(campaign.id, kind) is None,
        origin="confirmed",
        actor=actor,
    )


def attached_to(package: Package, files: FileStore) -> dict[str, bytes]:
    """The files that came with a version, by name."""
    return {file["name"]: files.read(file["hash"]) for file in package.get("attachments", ())}
