"""Makes the signed receipt for what the server holds (receiving.md 6). Touches versions, submissions and keys.

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
class ReceiptFacts:
    """What a receipt says of one content; `kind`: version, aside. `at`, `number`, `version` never change."""

    kind: str
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
    """What became of bytes that were handed in (receiving.md 4.1). `facts` None = nothing is held."""

    status: int
    code: str | None = None
    facts: ReceiptFacts | None = None
    fresh: bool = False
    sender: Sender | None = field(default=None, repr=False)

    @property
    def marks(self) -> tuple[str, ...]:
        return self.facts.marks if self.facts else ()

    @property
    def missing(self) -> tuple[str, ...]:
        return self.facts.missing if self.facts else ()

    def signed(self, nonce: str | None = None) -> SignedReceipt:
        """The receipt. Raises RuntimeError before the commit, and ValueError where nothing is held."""
        if self.facts is None or self.sender is None:
            raise ValueError("nothing is held: there is no receipt")
        return sign(self.facts, self.sender, nonce)


def sign(facts: ReceiptFacts, sender: Sender, nonce: str | None = None) -> SignedReceipt:
    """Sign what is held, for the sender who asks. Raises RuntimeError before the commit."""
    if is_writing():
        raise RuntimeError("a receipt is signed after the commit, never inside writing()")
    keys = instance_keys()
    text = spelled(
        {  # in canonical order
            "at": facts.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "content": facts.content,
            "device": sender.id,
            "format": "diaoyan-receipt/1",
            "instance": keys.instance,
            "kept": facts.kind,
            "marks": list(facts.marks),
            "missing": list(facts.missing),
            "nonce": nonce,
            "number": facts.number,
            "version": facts.version,
            "visit": facts.visit,
        }
    ).encode()
    signature = to_base64url(keys.sign(PREFIX + text))
    mac = to_base64url(mac_with(sender.secret, PREFIX + text)) if sender.secret else None
    return SignedReceipt(text.decode(), keys.kid, signature, mac)


def held_version(target: Target, content: str, groups: frozenset[str] | None = None) -> ReceiptFacts | None:
    """What a receipt says of a content as a version; None where it is none, or of none of the `groups`."""
    versions = read_versions(target.visit_id) if target.versions else []
    version = next((version for version in versions if version.content == content), None)
    if version is None or (groups is not None and version.group_id not in groups):
        return None
    withdrawn = is_withdrawn(target.campaign_id, version.package_hash)
    missing = tuple(missing_parts(target.visit_id).get(content, ()))
    return facts_of(version, versions, target, withdrawn=withdrawn, missing=missing)


def facts_of(
    version: Version, versions: list[Version], target: Target, *, withdrawn: bool, missing: tuple[str, ...] = ()
) -> ReceiptFacts:
    """What a receipt says of a version, among the versions of its visit."""
    return ReceiptFacts(
        kind="version",
        visit=target.visit_id,
        content=version.content,
        at=version.at,
        version=version.version,
        number=f"{target.reference}-{version.version}",
        marks=tuple(marks_of(version, versions, target, withdrawn=withdrawn)),
        missing=missing,
    )


def held_aside(sender: Sender, address: str, content: str) -> ReceiptFacts | None:
    """What a receipt says of bytes of this device that were set aside under this address; None where there are none."""
    if sender.device_id is None:
        return None
    at = db.session.scalar(
        select(SetAside.received_at).where(
            SetAside.device_id == sender.device_id, SetAside.address == address, SetAside.content == content
        )
    )
    return ReceiptFacts("aside", address, content, at) if at else None
