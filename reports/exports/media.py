"""Photos, sounds and files of the versions exported, with a list of them. Touches versions, and the store of surveys.

Personal answers (L3) as they are, they go to a leaf's own desk alone; whoever may read none gets the empty list. A picture is given
as the copy that the desk is shown, with nothing in it but pixels.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from hashlib import sha256

from sqlalchemy import select

from reports.exports.columns import Column, Table
from reports.exports.dataset import Dataset
from reports.exports.rows import place_of
from reports.exports.versions import Version, versions_of
from surveys.database import db
from surveys.fieldwork.reviewing.pictures import parts_of, received_bytes, shown_bytes
from surveys.fieldwork.visits.submissions import ContentPart
from surveys.planning.imports.tables import guarded

_HEADS = ("visit", "number", "version", "question", "file", "sha256", "bytes")


def add_media(archive: zipfile.ZipFile, dataset: Dataset) -> int:
    """Write the files and their list into the archive; gives how many files there are."""
    listed: list[tuple[str, ...]] = []
    if columns := file_columns(dataset):
        versions = versions_of(dataset.campaign, dataset.rights, every=dataset.asked.every)
        for version in versions:
            for row, data in _files_of(version, columns, dataset):
                archive.writestr(zipfile.ZipInfo(row[4], (2000, 1, 1, 0, 0, 0)), data)
                listed.append(row)
    out = io.StringIO(newline="")
    csv.writer(out).writerows([_HEADS, *([guarded(cell) for cell in row] for row in listed)])
    archive.writestr("media/list.csv", b"\xef\xbb\xbf" + out.getvalue().encode(), zipfile.ZIP_DEFLATED)
    return len(listed)


def file_columns(dataset: Dataset) -> list[Column]:
    """The questions whose files may go out to this reader; none in the outgoing edition."""
    if dataset.outgoing:
        return []
    return [column for table in dataset.all_tables for column in table.columns if column.kind == "file"]


def _files_of(version: Version, columns: list[Column], dataset: Dataset) -> Iterator[tuple[tuple[str, ...], bytes]]:
    levels = dataset.rights.levels[version.unit]
    names = {column.paths.get(version.package, ""): column.name for column in columns if column.privacy in levels}
    query = select(ContentPart).where(ContentPart.visit_id == version.visit, ContentPart.content == version.content)
    parts = [
        part
        for part in db.session.scalars(query.order_by(ContentPart.name))
        if part.path and place_of(part.path)[0] in names
    ]
    if not parts:
        return
    copies = parts_of(version.visit, version.content)
    for part in parts:
        received = copies.get(part.path or "")
        if received is None or not received.is_held:
            continue
        shown = shown_bytes(version.visit, part.sha256) if received.picture else None
        data = shown[0] if shown else received_bytes(version.visit, part.sha256)
        if data is None or (received.problem and not shown):
            continue
        folder = f"media/{version.number}" + (f"-{version.version}" if dataset.asked.every else "")
        name = re.sub(r"[^\w.-]", "_", part.name)[-80:]
        question = names[place_of(part.path or "")[0]]
        entry = "".join(f".{number}" for number in place_of(part.path or "")[1])
        file = f"{folder}/{question}{entry}-{name}"
        yield (
            (
                version.visit,
                version.number,
                str(version.version),
                question + entry,
                file,
                sha256(data).hexdigest(),
                str(len(data)),
            ),
            data,
        )


def positions_of(table: Table) -> list[Column]:
    """The positions of a table that this reader may export."""
    return [column for column in table.columns if column.kind == "position"]
