"""Exports as a place where something of a person or firm is held: their files go when any of it is erased. Touches records alone."""

from collections.abc import Collection

from sqlalchemy import select

from reports.exports.records import DataExport, remove_files
from surveys.database import db
from surveys.personal_data.holdings import Place


class ExportSource:
    """Files of exports; nobody looks into them, so that all that are kept count, and all of them go."""

    def places(self, terms: Collection[str]) -> list[Place]:
        """The files that are kept now, sealed or not."""
        kept = _kept() if terms else []
        return [Place("exports", len(kept))]

    def erase(self, terms: Collection[str]) -> dict[str, int]:
        """Remove every file that is kept: asked for again, it is made without what was erased. Inside `writing()`."""
        kept = _kept()
        remove_files(kept)
        return {"exports": len(kept)}


def _kept() -> list[DataExport]:
    query = select(DataExport).where(DataExport.file.is_not(None), DataExport.removed_at.is_(None))
    return list(db.session.scalars(query))
