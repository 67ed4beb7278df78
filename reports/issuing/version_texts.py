"""The texts of a stored version (留存版本的文字), worked out once because a version never changes. Touches reports.

Known by its id and its digest, so that a version of another database is never taken for it.
"""

import functools
from typing import cast

from reports.issuing.volumes import text_of
from reports.papers.steps import ReportVersion
from reports.text import content as contents
from reports.text.report_shape import FrozenReport
from surveys.database import db


@functools.lru_cache(maxsize=64)
def texts(version_id: str, digest: str) -> tuple[tuple[str, str], ...]:
    """Every text of a version with its place, as the outgoing edition prints it."""
    return tuple(text_of(_version(version_id, digest), "outgoing"))


@functools.lru_cache(maxsize=16)
def frozen_words(version_id: str, digest: str) -> FrozenReport:
    """The report of a version as the outgoing edition prints it, without its annexes."""
    frozen = _version(version_id, digest).frozen
    return cast("FrozenReport", {key: value for key, value in frozen.items() if key in FrozenReport.__annotations__})


def _version(version_id: str, digest: str) -> ReportVersion:
    version = db.session.get_one(ReportVersion, version_id)
    assert version.digest == digest
    return version


@functools.lru_cache(maxsize=64)
def plain(version_id: str, digest: str) -> str:
    return "\n".join(text for _, text in texts(version_id, digest))


@functools.lru_cache(maxsize=64)
def blank_marks(version_id: str, digest: str) -> tuple[str, ...]:
    return tuple(contents.BLANK.findall(plain(version_id, digest)))
