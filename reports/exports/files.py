"""A data set as one file of a kind: csv, xlsx, sav, geojson, codebook, media, or all of them in one archive. Touches the data set and its writers."""

import hashlib
import json
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reports.exports.columns import VISITS, in_words
from reports.exports.dataset import Dataset, Progress
from reports.exports.faults import ExportFault, ExportFaultKind
from reports.exports.formats.codebook import write_codebook
from reports.exports.formats.csv_files import write_csv
from reports.exports.formats.geojson_files import write_geojson
from reports.exports.formats.sav_files import write_sav_file
from reports.exports.formats.xlsx_files import write_xlsx
from reports.exports.media import add_media, file_columns, positions_of
from reports.exports.spool import Spool
from surveys.database import utc_now

ENDINGS = {
    "csv": "csv",
    "xlsx": "xlsx",
    "sav": "sav",
    "geojson": "geojson",
    "codebook": "xlsx",
    "media": "zip",
    "all": "zip",
}
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "sav": "application/x-spss-sav",
    "geojson": "application/geo+json",
    "zip": "application/zip",
}
OF_EVERY_TABLE = ("media", "all")


def write_file(
    dataset: Dataset, kind: str, key: str, out: Path, *, language: str = "zh", progress: Progress = lambda *_: None
) -> dict[str, int]:
    """Write the file; gives how many rows each table has. `key`: one table; empty: visits, or all tables of a workbook.

    Raises ExportFault for what `check` refuses.
    """
    check(dataset, kind, key, language)
    if kind == "codebook":
        return {"codebook": _codebook(dataset, key, out, language)}
    if kind == "media":
        with zipfile.ZipFile(out, "w") as archive:
            return {"media": add_media(archive, dataset)}
    if kind == "all":
        return _archive(dataset, out, language, progress)
    if kind == "xlsx" and not key:
        spools = dataset.spooled(list(dataset.tables), progress)
        return write_xlsx(out, [(dataset.tables[one], spools[one]) for one in spools], language)
    table = dataset.tables[key or VISITS]
    rows = dataset.rows(table.key, progress)
    if kind == "csv":
        return {table.key: write_csv(out, table, rows)}
    if kind == "xlsx":
        return write_xlsx(out, [(table, rows)], language)
    if kind == "sav":
        return {table.key: write_sav_file(out, table, rows, title=dataset.campaign.title, language=language)}
    return {table.key: write_geojson(out, table, rows)}


def check(dataset: Dataset, kind: str, key: str, language: str = "zh") -> None:
    """Raises ExportFault for a table that the campaign does not have, and for a file that would have nothing of what it is for."""
    if key and key not in dataset.tables:
        facts = {"campaign": dataset.campaign.title, "name": key, "sets": "、".join(dataset.tables)}
        raise ExportFault(ExportFaultKind.NO_SET, key, **facts)
    if key and kind in OF_EVERY_TABLE:
        raise ExportFault(ExportFaultKind.SET_OF_WHOLE, key, format=kind, name=key)
    if kind == "media" and not file_columns(dataset):
        raise ExportFault(ExportFaultKind.NO_MEDIA, kind)
    table = dataset.tables[key or VISITS]
    if kind == "geojson" and not positions_of(table):
        raise ExportFault(ExportFaultKind.NO_POSITION, kind, set=in_words(table.title, language))


def _codebook(dataset: Dataset, key: str, out: Path, language: str) -> int:
    """Of one table or all: every question, and which of them the data set has a column of."""
    return write_codebook(
        out,
        [table for table in dataset.every_question if key in ("", table.key)],
        {table.key: frozenset(table.heads()) for table in dataset.tables.values()},
        dataset.packages,
        dataset.numbers,
        title=dataset.campaign.title,
        edition=dataset.asked.edition,
        language=language,
    )


def _archive(dataset: Dataset, out: Path, language: str, progress: Progress) -> dict[str, int]:
    """Every table in every format, the codebook, media where they may be read, and a manifest with the hash of each file."""
    spools = dataset.spooled(list(dataset.tables), progress)
    counts = {key: len(spool) for key, spool in spools.items()}
    entries = []
    with (
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
        tempfile.TemporaryDirectory(dir=out.parent) as folder,
    ):
        for name, file in _files(dataset, spools, Path(folder), language, progress):
            info = zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            with file.open("rb") as source, archive.open(info, "w") as target:
                while data := source.read(1 << 20):
                    target.write(data)
            entries.append({"name": name, "bytes": file.stat().st_size, "sha256": hash_of(file)})
            file.unlink()
        media = add_media(archive, dataset)
        manifest = {
            "campaign": {"id": dataset.campaign.id, "title": dataset.campaign.title},
            "edition": dataset.asked.edition,
            "every_version": dataset.asked.every,
            "units": list(dataset.rights.levels),
            "made_at": utc_now().isoformat(),
            "rows": counts,
            "media": media,
            "files": entries,
        }
        archive.writestr("manifest.json", json.dumps(manifest, ensure_ascii=False, indent=2))
    return counts | ({"media": media} if media else {})


def _files(
    dataset: Dataset, spools: dict[str, Spool], folder: Path, language: str, progress: Progress
) -> Iterator[tuple[str, Path]]:
    """(name in the archive, file) one after the other."""
    whole = 2 * len(spools) + 2
    for done, (key, rows) in enumerate(spools.items()):
        progress("files", 2 * done, whole)
        table = dataset.tables[key]
        write_csv(folder / "csv", table, rows)
        yield f"{key}.csv", folder / "csv"
        write_sav_file(folder / "sav", table, rows, title=dataset.campaign.title, language=language)
        yield f"{key}.sav", folder / "sav"
    progress("files", whole - 2, whole)
    write_xlsx(folder / "tables.xlsx", [(dataset.tables[key], rows) for key, rows in spools.items()], language)
    yield "tables.xlsx", folder / "tables.xlsx"
    for key, rows in spools.items():
        if positions_of(dataset.tables[key]):
            write_geojson(folder / "geojson", dataset.tables[key], rows)
            yield f"{key}.geojson", folder / "geojson"
    progress("files", whole - 1, whole)
    _codebook(dataset, "", folder / "codebook.xlsx", language)
    yield "codebook.xlsx", folder / "codebook.xlsx"


def hash_of(file: Path) -> str:
    """The SHA-256 of a file of any size."""
    with file.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


@contextmanager
def whole_or_none(out: Path) -> Iterator[Path]:
    """A place beside `out` to write to, moved there when all went well: a half-written file is worse than an old one.

    Whoever writes it alone may read it, while it is made and afterwards.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}.") as folder:
        partial = Path(folder) / "file"
        partial.touch(mode=0o600)
        yield partial
        partial.replace(out)
