"""A compiled questionnaire as plain data, by its hash, read once a process. Touches questionnaire versions."""

import threading

from sqlalchemy import ColumnElement, String, and_, bindparam, exists, or_, select

from surveys.database import db
from surveys.planning.forms.questionnaire_versions import QuestionnaireVersion, stored_body, whole_package
from surveys.questionnaire.shapes.package_shape import Package


def withdrawn(campaign: ColumnElement[str], package: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether a campaign took back every version that is made of a package."""
    issued = and_(
        QuestionnaireVersion.campaign_id == campaign,
        or_(QuestionnaireVersion.package_hash == package, QuestionnaireVersion.media_hash == package),
    )
    return and_(exists().where(issued), ~exists().where(issued, QuestionnaireVersion.withdrawn_at.is_(None)))


_WITHDRAWN = select(withdrawn(bindparam("campaign", type_=String), bindparam("package", type_=String)))
_read: dict[str, Package] = {}
_reading = threading.Lock()  # whoever comes while it is being read waits for it instead of reading it too
MOST_KEPT = 32


def package_of(package_hash: str) -> Package | None:
    """The package; None for a hash this instance never issued. Nobody may change what is given."""
    found = _read.get(package_hash)
    if found is not None:
        return found
    with _reading:
        found = _read.get(package_hash) or whole_package(package_hash)
        if found is not None and package_hash not in _read:
            if len(_read) >= MOST_KEPT:
                _read.pop(next(iter(_read)))
            _read[package_hash] = found
    return found


def package_body(package_hash: str) -> bytes | None:
    """The package's bytes as they were issued."""
    return stored_body(package_hash)


def is_withdrawn(campaign_id: str, package_hash: str) -> bool:
    """Whether the campaign took back every version that is made of this package."""
    return bool(db.session.scalar(_WITHDRAWN, {"campaign": campaign_id, "package": package_hash}))
