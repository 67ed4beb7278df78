"""The form a campaign issued, version by version. Touches the questionnaire, the files and campaigns.

A version keeps the workbook (by hash) and two packages, with and without the media questions; the campaign's switch says
which of them phones are given. A package is served as long as anyone may hold a draft of it, withdrawn or not.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from surveys.audit import SYSTEM, Actor, record, set_once
from surveys.database import Id, Line, add_once, db, in_turn, utc_now, writing
from surveys.files import FileStore
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.campaigns.visit_kinds import FIRST, kind_of
from surveys.questionnaire.shapes import package_shape
from surveys.questionnaire.sheets.faults import Fault


class Package(db.Model):
    """A compiled questionnaire by its hash; the bytes never change."""

    __tablename__ = "packages"

    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    body: Mapped[bytes]
    made_at: Mapped[datetime]


def stored_body(package_hash: str) -> bytes | None:
    """The bytes of a package, or of a long list of one, as they were issued."""
    return db.session.scalar(select(Package.body).where(Package.hash == package_hash))


def whole_package(package_hash: str) -> package_shape.Package | None:
    """The package with the lists that stand in files of their own; None for a hash this instance never issued."""
    from surveys.questionnaire.package.list_files import joined

    body = stored_body(package_hash)
    return None if body is None else joined(body, stored_body)


class QuestionnaireVersion(db.Model):
    """One issued workbook of a kind of visits. The kind's newest published and not withdrawn one is in force."""

    __tablename__ = "questionnaire_versions"
    __table_args__ = (UniqueConstraint("campaign_id", "number"),)

    id: Mapped[Id]
    campaign_id: Mapped[str] = mapped_column(ForeignKey("campaigns.id"))
    visit_kind: Mapped[str] = mapped_column(String(40), default=FIRST, server_default=FIRST)  # its key
    number: Mapped[int]
    title: Mapped[str | None] = mapped_column(Line(200))
    file_name: Mapped[str] = mapped_column(Line(200))
    workbook: Mapped[str] = mapped_column(String(64))  # SHA-256 in the file store
    package_hash: Mapped[str] = mapped_column(ForeignKey("packages.hash"), index=True)
    media_hash: Mapped[str] = mapped_column(ForeignKey("packages.hash"))
    uploaded_at: Mapped[datetime]
    uploaded_by: Mapped[str | None] = mapped_column(ForeignKey("accounts.id"))
    published_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    notes: Mapped[list[Any] | None]  # warnings given at upload
    campaign: Mapped[Campaign] = relationship()

    def hash_for(self, media: bool) -> str:
        return self.media_hash if media else self.package_hash


def version_in_force(campaign_id: str, kind: str = FIRST) -> QuestionnaireVersion | None:
    """The version new visits of a kind are filled with, be it another kind's; None before the first is published."""
    if kind != FIRST and (row := kind_of(campaign_id, kind)) is not None:
        kind = row.form_key()
    return db.session.scalar(
        select(QuestionnaireVersion)
        .where(
            QuestionnaireVersion.campaign_id == campaign_id,
            QuestionnaireVersion.visit_kind == kind,
            QuestionnaireVersion.published_at.is_not(None),
            QuestionnaireVersion.withdrawn_at.is_(None),
        )
        .order_by(QuestionnaireVersion.number.desc())
        .limit(1)
    )


@dataclass
class Issue:
    """What came of an upload: a version, or the faults that stand against it."""

    version: QuestionnaireVersion | None = None
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    partial: package_shape.Package | None = None  # what could be read of a form with faults


def issue_questionnaire(
    campaign: Campaign,
    data: bytes,
    name: str,
    *,
    files: FileStore,
    attached: Mapping[str, bytes] | None = None,
    kind: str = FIRST,
    publish: bool = True,
    origin: str = "upload",
    actor: Actor = SYSTEM,
) -> Issue:
    """Read a form with the files `attached` to it and, when nothing stands against it, keep it as the next version of a kind.

    `origin` is kept in the audit: upload, confirmed (what its answers are), edited. Reading, hashing and keeping the file
    happen before the transaction. The earlier version stays in force on any fault;
    the same workbook again is the same version. Raises Refusal for a closed campaign.
    """
    from surveys.planning.forms.form_reading import read_form
    from surveys.questionnaire.package.list_files import part_files
    from surveys.questionnaire.package.package import package_bytes, package_hash

    campaign.keep_open()
    whole = read_form(data, name=name, media=True, attached=attached)
    rows = whole.package["facts"]["rows"] if whole.package else [{"present": "media"}]
    # Without media questions both packages are the same, and a long form is read once.
    switched = any(row.get("present") == "media" for row in rows)
    plain = read_form(data, name=name, attached=attached) if switched else whole
    if plain.package is None or whole.package is None or plain.faults or whole.faults:
        faults, warnings = _merged(plain.faults, whole.faults), _merged(plain.warnings, whole.warnings)
        return Issue(None, faults, warnings, whole.partial)
    packages = {package_hash(package): package_bytes(package) for package in (plain.package, whole.package)}
    for package in (plain.package, whole.package):
        packages |= part_files(package)
    hashes = package_hash(plain.package), package_hash(whole.package)
    digest = files.put(data)
    for file in whole.package.get("attachments", ()):
        files.put((attached or {})[file["name"]])
    warnings = _merged(plain.warnings, whole.warnings)
    with writing() as session:
        in_turn(campaign)
        for hash_, body in sorted(packages.items()):
            if session.get(Package, hash_) is None:
                add_once(Package(hash=hash_, body=body, made_at=utc_now()))
        current = version_in_force(campaign.id, kind)
        if current and current.workbook == digest and (current.package_hash, current.media_hash) == hashes:
            return Issue(current, [], warnings)
        last = session.scalar(
            select(func.max(QuestionnaireVersion.number)).where(QuestionnaireVersion.campaign_id == campaign.id)
        )
        version = QuestionnaireVersion(
            campaign_id=campaign.id,
            visit_kind=kind,
            number=(last or 0) + 1,
            title=(plain.package.get("title") or None) if isinstance(plain.package.get("title"), str) else None,
            file_name=name[-200:],
            workbook=digest,
            package_hash=hashes[0],
            media_hash=hashes[1],
            uploaded_at=utc_now(),
            uploaded_by=actor.id if actor.kind == "staff" else None,
            published_at=utc_now() if publish else None,
            notes=[fault.as_json() for fault in warnings],
        )
        session.add(version)
        session.flush()
        record(
            actor,
            "questionnaire.issued",
            target=("questionnaire_version", version.id),
            campaign_id=campaign.id,
            number=version.number,
            published=publish,
            origin=origin,
        )
        return Issue(version, [], warnings)


def _merged(one: list[Fault], two: list[Fault]) -> list[Fault]:
    """Both readings' faults, each once, in the order of sheets and rows."""
    by_place = {(fault.code, fault.sheet, fault.row or 0, fault.column or ""): fault for fault in (*two, *one)}
    return list(by_place.values())


def versions_of(campaign_id: str, kind: str | None = FIRST) -> list[QuestionnaireVersion]:
    """The versions of a kind, newest first; of every kind with None."""
    query = select(QuestionnaireVersion).where(QuestionnaireVersion.campaign_id == campaign_id)
    if kind is not None:
        query = query.where(QuestionnaireVersion.visit_kind == kind)
    return list(db.session.scalars(query.order_by(QuestionnaireVersion.number.desc())))


def _of(version: QuestionnaireVersion) -> dict[str, Any]:
    """What an entry about a version names."""
    return {
        "target": ("questionnaire_version", version.id),
        "campaign_id": version.campaign_id,
        "number": version.number,
    }


def publish(version: QuestionnaireVersion, *, actor: Actor = SYSTEM) -> None:
    """Put a version that was kept back in force; publishing twice changes nothing. Raises Refusal for a closed campaign."""
    with writing():
        version.campaign.keep_open()
        set_once(version, "published_at", actor, "questionnaire.published", **_of(version))


def withdraw(version: QuestionnaireVersion, *, actor: Actor = SYSTEM) -> None:
    """Take a version out of force; drafts of it can still be finished. Raises Refusal for a closed campaign."""
    with writing():
        version.campaign.keep_open()
        set_once(version, "withdrawn_at", actor, "questionnaire.withdrawn", **_of(version))
