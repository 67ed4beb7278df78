"""Gives a compiled questionnaire as plain data by its hash, read once a process. Touches questionnaire versions."""

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
_packages: dict[str, Package] = {}
_reading_lock = threading.Lock()  # whoever comes while it is being read waits for it instead of reading it too
MOST_KEPT = 32


def package_of(package_hash: str) -> Package | None:
    """The package; None for a hash this instance never issued. Nobody may change what is given."""
    package = _packages.get(package_hash)
    if package is not None:
        return package
    with _reading_lock:
        package = _packages.get(package_hash) or whole_package(package_hash)
        if package is not None and package_hash not in _packages:
            if len(_packages) >= MOST_KEPT:
                _packages.pop(next(iter(_packages)))
            _packages[package_hash] = package
    return package


def package_body(package_hash: str) -> bytes | None:
    """The package's bytes as they were issued."""
    return stored_body(package_hash)


def is_withdrawn(campaign_id: str, package_hash: str) -> bool:
    """Whether the campaign took back every version that is made of this package."""
    return bool(db.session.scalar(_WITHDRAWN, {"campaign": campaign_id, "package": package_hash}))
