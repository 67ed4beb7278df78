"""What is held, and the signed receipt that says so (receiving.md 6). Touches versions, submissions and the instance's keys.

A receipt is a function of committed rows: none is stored, and none is signed inside `writing()`.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import select

from surveys.database import db, is_writing
from surveys.devices import mac_with
from surveys.fieldwork.receiving.packages import is_withdrawn
from surveys.fieldwork.receiving.senders import Sender
from surveys.fieldwork.receiving.versions import Target, Version, marks_of, missing_parts, read_versions
from surveys.fieldwork.visits.submissions import SetAside
from surveys.keys import instance_keys, to_base64url
from surveys.questionnaire.package.content import spelled

PREFIX = b"diaoyan-receipt/1\n"


@dataclass(frozen=True, slots=True)
class Held:
    """What the server holds of one content: a version, or bytes set aside. `at`, `number`, `version` never change."""

    kept: str
    visit: str
    content: str
    at: datetime
    version: int | None = None
    number: str | None = None
    marks: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SignedReceipt:
    """A receipt as it travels: the very text that is signed."""

    text: str
    kid: str
    signature: str
    mac: str | None = None

    def as_json(self) -> dict[str, str]:
        members = {"receipt": self.text, "kid": self.kid, "signature": self.signature}
        return {**members, "mac": self.mac} if self.mac else members


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of bytes that were handed in (receiving.md 4.1). `held` None = nothing is held."""

    status: int
    code: str | None = None
    held: Held | None = None
    fresh: bool = False
    sender: Sender | None = field(default=None, repr=False)

    @property
    def marks(self) -> tuple[str, ...]:
        return self.held.marks if self.held else ()

    @property
    def missing(self) -> tuple[str, ...]:
        return self.held.missing if self.held else ()

    def signed(self, nonce: str | None = None) -> SignedReceipt:
        """The receipt. Raises RuntimeError before the commit, and ValueError where nothing is held."""
        if self.held is None or self.sender is None:
            raise ValueError("nothing is held: there is no receipt")
        return sign(self.held, self.sender, nonce)


def sign(held: Held, sender: Sender, nonce: str | None = None) -> SignedReceipt:
    """Sign what is held, for the one who asks. Raises RuntimeError before the commit."""
    if is_writing():
        raise RuntimeError("a receipt is signed after the commit, never inside writing()")
    keys = instance_keys()
    text = spelled(
        {  # in canonical order
            "at": held.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "content": held.content,
            "device": sender.id,
            "format": "diaoyan-receipt/1",
            "instance": keys.instance,
            "kept": held.kept,
            "marks": list(held.marks),
            "missing": list(held.missing),
            "nonce": nonce,
            "number": held.number,
            "version": held.version,
            "visit": held.visit,
        }
    ).encode()
    signature = to_base64url(keys.sign(PREFIX + text))
    mac = to_base64url(mac_with(sender.secret, PREFIX + text)) if sender.secret else None
    return SignedReceipt(text.decode(), keys.kid, signature, mac)


def held_version(target: Target, content: str, groups: frozenset[str] | None = None) -> Held | None:
    """What is held of a content as a version; with `groups`, only what those groups handed in."""
    versions = read_versions(target.visit_id) if target.versions else []
    found = next((one for one in versions if one.content == content), None)
    if found is None or (groups is not None and found.group_id not in groups):
        return None
    withdrawn = is_withdrawn(target.campaign_id, found.package_hash)
    missing = tuple(missing_parts(target.visit_id).get(content, ()))
    return held_as(found, versions, target, withdrawn=withdrawn, missing=missing)


def held_as(
    one: Version, versions: list[Version], target: Target, *, withdrawn: bool, missing: tuple[str, ...] = ()
) -> Held:
    """What a version is worth among the versions of its visit."""
    return Held(
        kept="version",
        visit=target.visit_id,
        content=one.content,
        at=one.at,
        version=one.version,
        number=f"{target.reference}-{one.version}",
        marks=tuple(marks_of(one, versions, target, withdrawn=withdrawn)),
        missing=missing,
    )


def held_aside(sender: Sender, address: str, content: str) -> Held | None:
    """What this device's bytes, set aside under this address, are worth: kept, but no version."""
    if sender.device_id is None:
        return None
    at = db.session.scalar(
        select(SetAside.received_at).where(
            SetAside.device_id == sender.device_id, SetAside.address == address, SetAside.content == content
        )
    )
    return Held("aside", address, content, at) if at else None
