"""Files that come with a form: lists of choices and look-up tables, pictures and sound. As plain rows and plain data.

Takes   the files of one upload, by name, as bytes.
Gives   which of them is the form; of each list its rows with their numbers; of each picture or sound its kind.
Raises  nothing for a bad file: its faults are collected with the file's name as the sheet and the row in it.
"""

import csv
import hashlib
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

from surveys.questionnaire.shapes.package_shape import AttachedFile
from surveys.questionnaire.sheets import plain_sheets
from surveys.questionnaire.sheets.bilingual import Text
from surveys.questionnaire.sheets.faults import Fault
from surveys.questionnaire.sheets.file_faults import FileFaultKind
from surveys.questionnaire.sheets.sheets import MOST_ROWS, Sheet
from surveys.questionnaire.sheets.unreadable import Unreadable, reason

LARGEST = 10 * 1024 * 1024
LARGEST_TOGETHER = 30 * 1024 * 1024
_LIST_NAME = re.compile(r"[\w.\-]+")
_OFFICE = (".xlsx", ".xls", ".xlsm")
# The first bytes of a file say what it is; its name does not.
_KINDS = [
    (b"\x89PNG\r\n\x1a\n", 0, "image/png"),
    (b"\xff\xd8\xff", 0, "image/jpeg"),
    (b"GIF8", 0, "image/gif"),
    (b"WEBP", 8, "image/webp"),
    (b"ID3", 0, "audio/mpeg"),
    (b"\xff\xfb", 0, "audio/mpeg"),
    (b"\xff\xf3", 0, "audio/mpeg"),
    (b"WAVE", 8, "audio/wav"),
    (b"OggS", 0, "audio/ogg"),
    (b"ftypM4A", 4, "audio/mp4"),
]


@dataclass(slots=True)
class Upload:
    """The files of one upload, told apart: the form, and what comes with it."""

    name: str = ""
    data: bytes = b""
    attached: dict[str, bytes] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def sort_out(files: Iterable[tuple[str, bytes]]) -> Upload:
    """Which file is the form and which come with it; a ZIP is opened, unless it is a form of CSVs itself."""
    upload, files = Upload(), list(files)
    forms: list[tuple[str, bytes]] = []
    csvs: list[tuple[str, bytes]] = []
    for name, data in _unpacked(files, forms):
        if name.lower().endswith(_OFFICE):
            forms.append((name, data))
        elif name.lower().endswith(".csv") and _holds_form(name, data):
            csvs.append((name, data))
        elif name in upload.attached:
            upload.faults.append(Fault(FileFaultKind.ATTACHMENT_TWICE, values={"name": name}))
        else:
            upload.attached[name] = data
    if len(csvs) > 1 and not forms and all(plain_sheets.is_sheet(name) for name, _data in csvs):
        forms = [("form.zip", _zipped(csvs))]
    elif csvs and not forms:
        forms = csvs
    else:  # beside a workbook a CSV is a list, whatever it is called
        upload.attached |= dict(csvs)
    if len(forms) == 1:
        upload.name, upload.data = forms[0]
    elif forms:
        names = "、".join(name for name, _data in forms)
        upload.faults.append(Fault(FileFaultKind.SEVERAL_WORKBOOKS, values={"names": names}))
    elif len(upload.attached) == 1:  # a lone file is said to be unreadable, not to be missing
        upload.name, upload.data = upload.attached.popitem()
    elif empty := [name for name, data in files if name and not data]:
        upload.faults.append(Fault(FileFaultKind.EMPTY_FILE, values={"name": empty[0]}))
    else:
        upload.faults.append(Fault(FileFaultKind.NO_WORKBOOK))
    return upload


def _unpacked(files: Iterable[tuple[str, bytes]], forms: list[tuple[str, bytes]]) -> Iterable[tuple[str, bytes]]:
    for path, data in files:
        name = path.replace("\\", "/").rpartition("/")[2].strip()
        if not data or not name:
            continue
        if not (name.lower().endswith(".zip") and data.startswith(b"PK")):
            yield name, data
            continue
        parts = _parts(data)
        if parts is None:  # damaged or too large: the form's own checks say so
            forms.append((name, data))
            continue
        sheets = [(part, content) for part, content in parts if plain_sheets.is_sheet(part)]
        if any(part.lower().endswith(_OFFICE) for part, _content in parts) or not sheets:
            sheets = []
        else:
            forms.append((name, data))
        yield from ((part.rpartition("/")[2], content) for part, content in parts if (part, content) not in sheets)


def _parts(data: bytes) -> list[tuple[str, bytes]] | None:
    """The files of an archive; None for one that cannot be read or unpacks to too much."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [
                part
                for part in archive.infolist()
                if not part.is_dir() and "__MACOSX/" not in part.filename and not part.filename.startswith("._")
            ]
            if sum(part.file_size for part in members) > LARGEST_TOGETHER or len(members) > 500:
                return None
            return [(part.filename, archive.read(part)) for part in members]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError, zlib.error):
        return None


def _holds_form(name: str, data: bytes) -> bool:
    """Whether a CSV holds the sheets of a form."""
    if plain_sheets.is_sheet(name):
        return True
    try:
        sheets, _faults = plain_sheets.csv_sheets(data)
    except (ValueError, csv.Error):
        return False
    return "survey" in sheets and bool(sheets["survey"].headers)


def _zipped(files: Iterable[tuple[str, bytes]]) -> bytes:
    """CSVs of one form as one file, the same bytes every time."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0)), data)
    return out.getvalue()


def check_sizes(attached: Mapping[str, bytes]) -> list[Fault]:
    """Files that are too large, one by one or together."""
    faults = []
    together = sum(map(len, attached.values()))
    for name, data in attached.items():
        if len(data) > LARGEST or together > LARGEST_TOGETHER:
            sizes = {"size": _megabytes(max(len(data), 1)), "limit": _megabytes(LARGEST)}
            if len(data) <= LARGEST:
                sizes = {"size": _megabytes(together), "limit": _megabytes(LARGEST_TOGETHER)}
            faults.append(Fault(FileFaultKind.ATTACHMENT_TOO_LARGE, values={"name": name, **sizes}))
    return faults


def _megabytes(size: int) -> str:
    return f"{size / 2**20:,.1f} MB"


def list_id(name: str) -> str:
    """The name by which rules know a file: without its ending."""
    return name.rpartition(".")[0] or name


def read_list(name: str, data: bytes) -> tuple[Sheet | None, list[Fault]]:
    """The rows of an attached list: CSV, GeoJSON or XML."""
    if not _LIST_NAME.fullmatch(list_id(name)):
        return None, [Fault(FileFaultKind.ATTACHMENT_NAME, values={"name": name})]
    ending = name.lower().rpartition(".")[2]
    faults: list[Fault] = []
    try:
        if ending == "csv":
            sheet = plain_sheets.read_table(name, enumerate(plain_sheets.csv_rows(data), 1), faults)
        else:
            rows = _features(data) if ending == "geojson" else _items(data)
            sheet = Sheet(name)
            for number, row in enumerate(rows, 1):
                sheet.headers += [column for column in row if column not in sheet.headers]
                sheet.rows.append((number, row))
            if len(sheet.rows) > MOST_ROWS:
                raise Unreadable(Text(f"超过 {MOST_ROWS} 行。", f"it has more than {MOST_ROWS} rows."))
    except Exception as error:  # a damaged file fails in many ways; every one of them is the file's fault
        return None, [Fault(FileFaultKind.ATTACHMENT_UNREADABLE, values={"name": name, **reason(error)})]
    return sheet, faults


def _features(data: bytes) -> list[dict[str, str]]:
    """The features of a GeoJSON: properties as columns, `id` and `title`, and the place as `geometry`."""
    collection = json.loads(plain_sheets.decoded(data))
    if collection.get("type") != "FeatureCollection":
        raise Unreadable(Text("不是 FeatureCollection。", "it is no FeatureCollection."))
    rows = []
    for feature in collection["features"]:
        properties = feature.get("properties") or {}
        row = {str(key): _cell(value) for key, value in properties.items()}
        if feature.get("id") is not None:
            row["id"] = _cell(feature["id"])
        geometry = feature.get("geometry") or {}
        if geometry:
            row["geometry"] = _points(geometry.get("type", ""), geometry.get("coordinates") or [])
        rows.append({key: text for key, text in row.items() if text})
    return rows


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _points(kind: str, coordinates: Any) -> str:
    """Coordinates as a form writes places: latitude, longitude, height, accuracy; several parted by semicolons."""
    if kind == "Point":
        coordinates = [coordinates]
    elif kind == "Polygon":
        coordinates = coordinates[0]
    elif kind != "LineString":
        return ""
    return ";".join(f"{_cell(point[1])} {_cell(point[0])} 0 0" for point in coordinates)


def _items(data: bytes) -> list[dict[str, str]]:
    """The items of an XML list: `<root><item><name>…</name><label>…</label></item></root>`."""
    text = plain_sheets.decoded(data)  # as text first: in another encoding a declaration would not be seen
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise Unreadable(Text("声明了实体（ENTITY），为安全起见不读取。", "it declares entities, which are not read."))
    root = ElementTree.fromstring(text)  # noqa: S314  declarations of entities are refused above
    return [
        {cell.tag: (cell.text or "").strip() for cell in item if (cell.text or "").strip()}
        for item in root.iter("item")
    ]


def media_kind(data: bytes) -> str:
    """The media type of a picture or sound by its first bytes; empty for anything else."""
    return next((kind for start, at, kind in _KINDS if data[at : at + len(start)] == start), "")


def entry(name: str, data: bytes, use: str) -> AttachedFile:
    """What the package says of an attached file."""
    kind = media_kind(data) or {"csv": "text/csv", "geojson": "application/geo+json"}.get(
        name.lower().rpartition(".")[2], "application/xml"
    )
    return {"name": name, "hash": hashlib.sha256(data).hexdigest(), "size": len(data), "type": kind, "use": use}
