"""Exports as a place where something of a person or firm is held: their files go when any of it is erased. Touches records alone."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import select

from reports.exports.records import DataExport, remove_files
from surveys.audit import Actor
from surveys.database import db
from surveys.personal_data.sources import About, Place, Words, held_by, plain_row


class ExportSource:
    """Files of exports; nobody looks into them, so that all that are kept count, and all of them go."""

    def places(self, about: About) -> list[Place]:
        """The files that are kept now, sealed or not."""
        return [Place("exports", len(_kept()) if about.terms else 0)]

    def copies(self, about: About, units: Collection[str]) -> dict[str, list[dict[str, Any]]]:
        """Which files there are: they hold many, and what stands in them of one is copied out where it comes from."""
        mine = _kept(held_by(DataExport.unit_code, units)) if about.terms else []
        return {"exports": [plain_row(one) for one in mine]}

    def erase(self, about: About, actor: Actor) -> Mapping[str, int]:
        """Remove every file that is kept: asked for again, it is made without what was erased."""
        export_files = _kept()
        remove_files(export_files)
        return {"exports": len(export_files)}


SOURCES = (ExportSource(), Words("reasons", DataExport, (DataExport.reason,), unit=DataExport.unit_code))


def _kept(*which: Any) -> list[DataExport]:
    query = select(DataExport).where(DataExport.file.is_not(None), DataExport.removed_at.is_(None), *which)
    return list(db.session.scalars(query))
