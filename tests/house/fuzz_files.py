"""Files that nobody means, at every door that takes one: what they are made of, the readers behind the doors, the doors themselves.

Readers   the functions that a door runs in a process of its own, called here without one: what they do not promise to raise is found.
Doors     the pages and what phones send, as each person: list, questionnaire, Word, rescue file, photos of codes, parts of a visit.
"""

import hashlib
import io
import re
import warnings
import zipfile
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import docx
import openpyxl
from flask import Flask
from PIL import Image

from surveys.questionnaire.package.content import canonical
from tests.house.access_table import PERSONS, client_of
from tests.house.access_world import OWN, examples
from tests.surveys.questionnaire.workbooks import workbook

OFFICE = ("list.xlsx", "form.xlsx", "report.docx")
PICTURES = ("photo.jpg", "photo.png", "photo.gif")
TEXTS = ("list.csv", "rescue.json", "sound.mp3", "paper.pdf", "parts.zip")
NAMES = (
    *OFFICE,
    *PICTURES,
    *TEXTS,
    "a",
    "",
    "机密.xlsx",
    "../../x.xlsx",
    "a.xls",
    "a.ods",
    "😀.docx",
    "x" * 300 + ".csv",
    "CON.txt",
    "\u202eslx.exe",
)
NUMBERS = (
    b"-1",
    b"0",
    b"99999999999999999999",
    b"XFD1048576",
    b"1e400",
    b"A1:XFD1048576",
    b"&#xFFFF;",
    b"&lol;",
    b"NaN",
    b"\xff\xfe",
    b"<",
    b"",
)


@cache
def samples() -> dict[str, bytes]:
    """One file of each kind that is right."""
    made = {"form.xlsx": workbook({"survey": [("type", "name", "label", "relevant"), ("select_one a", "q1", "问", ""), ("integer", "q2", "几", "${q1} = '1'"), ("image", "q3", "照片", "")],
                                   "choices": [("list_name", "name", "label"), ("a", "1", "甲"), ("a", "2", "乙")],
                                   "diaoyan": [("name", "path", "means", "privacy"), ("q2", "/q2", "", "L1")]})}  # fmt: skip
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["企业名称", "统一社会信用代码", "所在区", "联系人", "电话"])
    sheet.append(["示例电子有限公司", "91440101MA5TE6T0XW", "440106", "陈先生", "13800000000"])
    made["list.xlsx"] = _saved(book.save)
    made["list.csv"] = "企业名称,统一社会信用代码\n示例电子有限公司,91440101MA5TE6T0XW\n".encode("utf-8-sig")
    document = docx.Document()
    document.add_heading("天河区企业调研情况报告", 0)
    document.add_heading("一、基本情况", 1)
    document.add_paragraph("共走访{{T1:firms|count|plain}}家。")
    document.add_table(2, 2)
    made["report.docx"] = _saved(document.save)
    picture = Image.new("RGB", (40, 30), (200, 30, 30))
    for name, kind in zip(PICTURES, ("JPEG", "PNG", "GIF"), strict=True):
        made[name] = _saved(lambda out, kind=kind: picture.save(out, kind))
    made["rescue.json"] = canonical({"format": "diaoyan-rescue/1", "items": [{"body": "e30", "visit": "0" * 36}]})
    made["sound.mp3"] = b"ID3\x03\0\0\0\0\0\x21" + bytes(range(256)) * 4
    made["paper.pdf"] = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("form.xlsx", made["form.xlsx"])
        archive.writestr("photo.png", made["photo.png"])
        archive.writestr("list.csv", made["list.csv"])
    made["parts.zip"] = out.getvalue()
    return made


def _saved(save: Callable[[Any], object]) -> bytes:
    out = io.BytesIO()
    save(out)
    return out.getvalue()


def spoiled(maker: Any, kinds: tuple[str, ...] = ()) -> bytes:
    """A file that was right, or none at all."""
    chance = maker.chance
    data = samples()[chance.choice(kinds or tuple(samples()))]
    if chance.random() < 0.05:
        return maker.text().encode("utf-8", "replace")
    if data[:2] == b"PK" and chance.random() < 0.75:
        return _other_members(maker, data)
    return _other_bytes(maker, data)


def _other_bytes(maker: Any, data: bytes) -> bytes:
    chance, changed = maker.chance, bytearray(data)
    for _ in range(chance.randrange(1, 5)):
        if not changed:
            break
        at, roll = chance.randrange(len(changed)), chance.random()
        if roll < 0.5:
            changed[at] = chance.randrange(256)
        elif roll < 0.65:
            del changed[at:]
        elif roll < 0.8:
            del changed[at : at + chance.randrange(1, 9)]
        else:
            changed[at:at] = chance.choice(NUMBERS) * chance.randrange(1, 4)
    return bytes(changed)


def _other_members(maker: Any, data: bytes) -> bytes:
    """The same archive with a member or two that say something else, are missing, or are there twice."""
    chance, out = maker.chance, io.BytesIO()
    with (
        warnings.catch_warnings(),
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        warnings.simplefilter("ignore")  # a name twice
        members = old.namelist()
        wanted = set(chance.sample(members, min(len(members), chance.randrange(1, 3))))
        for name in members:
            text, roll = old.read(name), chance.random()
            if name in wanted and roll < 0.1:
                continue
            if name in wanted and roll < 0.2:
                new.writestr(name, text)
            new.writestr(name, _other_text(maker, text) if name in wanted else text)
    return out.getvalue()


def _other_text(maker: Any, text: bytes) -> bytes:
    chance = maker.chance
    roll = chance.random()
    if roll < 0.15:
        return _other_bytes(maker, text)
    pattern = rb'(?<=")[^"<>]*(?=")' if roll < 0.6 else rb"(?<=>)[^<]+(?=<)" if roll < 0.9 else rb"<[^>]+>"
    places = list(re.finditer(pattern, text))
    if not places:
        return _other_bytes(maker, text)
    place = chance.choice(places)
    other = chance.choice(NUMBERS) if chance.random() < 0.6 else maker.text().encode("utf-8", "replace")[:3000]
    return text[: place.start()] + other + text[place.end() :]


def readers(maker: Any) -> list[tuple[str, Callable[[], Any], Callable[[Any], Any], tuple[type[BaseException], ...]]]:
    """The functions that read files: name, what is put in, the function, what it promises to raise."""
    from reports.faults import Fault
    from reports.word.reading import read_docx
    from surveys.fieldwork.filling import file_contents
    from surveys.planning.imports import tables
    from surveys.questionnaire.package.attachments import sort_out
    from surveys.questionnaire.package.reader import read_workbook

    def named() -> tuple[str, bytes]:
        return maker.chance.choice(NAMES), spoiled(maker)

    kinds = ("photo", "signature", "sound", "file")
    too_much = (MemoryError, RecursionError)  # `confined` says both as one sentence
    lists, forms = ("list.xlsx", "form.xlsx", "list.csv"), ("form.xlsx", "list.xlsx", "parts.zip")
    return [
        ("list", lambda: spoiled(maker, lists), lambda data: tables.read_sheet(data, "a.xlsx"), (tables.Unreadable, *too_much)),
        ("list of any name", named, lambda made: tables.read_sheet(made[1], made[0]), (tables.Unreadable, *too_much)),
        ("files of a form", lambda: [named(), named()], sort_out, too_much),
        ("form", lambda: spoiled(maker, forms), lambda data: read_workbook(data, name="form.xlsx"), too_much),
        ("Word", lambda: spoiled(maker, ("report.docx",)), read_docx, (Fault, *too_much)),
        ("upload", lambda: (spoiled(maker), maker.chance.choice(kinds)), lambda made: file_contents.read_upload(*made), (file_contents.RefusedUpload, *too_much)),
        ("picture", lambda: spoiled(maker, PICTURES), file_contents.copy_of, (file_contents.NotShown, *too_much)),
        ("codes", lambda: spoiled(maker, PICTURES), lambda data: file_contents.barcodes(data, 40_000_000), too_much),
    ]  # fmt: skip


def doors(app: Flask) -> list[tuple[str, str, dict[str, str], tuple[str, ...]]]:
    """The pages that take files: address, field, what else the form says, kinds of files that are right there."""
    with app.app_context():
        known = examples()
    campaign = f"/campaigns/{known['number']}"
    lists = [
        (f"{campaign}/lists/import?unit={OWN}&kind={kind}", "file", {}, ("list.xlsx", "list.csv"))
        for kind in ("subjects", "deputies", "groups", "units", "assignments")
    ]
    return [
        *lists,
        (f"{campaign}/setup/questionnaire", "file", {}, ("form.xlsx", "list.xlsx", "parts.zip")),
        (f"/reports/{known['unit_report_id']}/word", "file", {"take": "1"}, ("report.docx",)),
        (f"/reports/{known['report_id']}/word", "file", {}, ("report.docx",)),
        (f"{campaign}/set-aside", "file", {}, ("rescue.json",)),
        (f"{campaign}/set-aside/codes", "photos", {"codes": "x"}, PICTURES),
        (f"/visits/{known['open_visit']}/behalf/pages/{known['key']}", "/photo", {}, PICTURES),
        (f"{campaign}/setup/questionnaire/{known['version']}/try/pages/{known['key']}", "/photo", {}, PICTURES),
        (f"/department/items/{known['item_id']}", "file", {"act": "answer", "kind": "interim", "text": "x"}, (*PICTURES, "report.docx")),
        ("/department/items.xlsx", "file", {}, ("list.xlsx",)),
        (f"/items/{known['item_id']}/paper", "file", {"kind": "interim", "text": "x"}, (*PICTURES, "report.docx")),
    ]  # fmt: skip


def _likely(address: str) -> list[str]:
    """Who takes a file to this door."""
    if address.startswith("/department"):
        return ["department.own", "department.other"]
    return ["committee.440100"] if address.startswith("/items") else [f"unit_desk.{OWN}", "organizer.440100", "committee.440100"]  # fmt: skip


def uploads(app: Flask, maker: Any, count: int) -> Iterator[str]:
    """Files at the doors as every person, the previews that follow, and photos of visits as phones bring them."""
    with app.app_context():
        known = examples()
    staff = [person for person in PERSONS if not person.startswith("deputy.")]  # bodies with a link among them
    clients = {person: client_of(app, person) for person in staff}
    phone, listed = client_of(app, "deputy.own"), doors(app)
    for number in range(count):
        if number % 4 == 3:
            yield from _part(phone, clients[f"unit_desk.{OWN}"], maker, known)
            continue
        address, field, more, kinds = maker.chance.choice(listed)
        person = maker.chance.choice(_likely(address) if maker.chance.random() < 0.6 else staff)
        data = spoiled(maker, kinds if maker.chance.random() < 0.8 else ())
        name = maker.chance.choice(kinds if maker.chance.random() < 0.7 else NAMES)
        form = more | {field: (io.BytesIO(data), name.encode("utf-8", "replace").decode())}
        answer = clients[person].post(address, data=form, headers={"Origin": "http://localhost"})
        if answer.status_code == 303 and "/lists/imports/" in answer.headers["Location"]:
            answer = clients[person].get(answer.headers["Location"])
        if answer.status_code >= 500:
            yield f"{person} {address} {answer.status_code}: {name!r} {data[:200]!r}"


def _part(phone: Any, desk: Any, maker: Any, known: dict[str, Any]) -> Iterator[str]:
    """A version that names a photo, the photo in pieces, and the desk's look at it."""
    data = spoiled(maker, PICTURES)
    sha256 = hashlib.sha256(data).hexdigest()
    part = {"name": "p.jpg", "path": "/photo", "sha256": sha256, "size": len(data), "type": "image/jpeg"}
    if maker.chance.random() < 0.1:
        part[maker.chance.choice(list(part))] = maker.value()
    body = canonical({
        "answers": {"/photo": "p.jpg"}, "base": None, "clock": "2023-07-01T10:00:00+08:00", "format": "diaoyan-visit/1", "outcome": "visited",
        "parts": [part], "questionnaire": known["package_hash"], "repeats": {}, "visit": known["visit_id"],
    }) if "size" in part and not _is_odd(part) else maker.json()  # fmt: skip
    last = maker.chance.choice([len(data) - 1, len(data), 0, 10**12, -1])
    span = f"bytes 0-{last}/{maker.chance.choice([len(data), 'x', -1, '*'])}"
    asked = (
        ("PUT", f"/sync/visits/{known['visit_id']}", body, "application/json", {}),
        ("PUT", f"/sync/parts/{sha256}", data, "application/octet-stream", {"Content-Range": span}),
        ("PUT", f"/sync/parts/{sha256}", data, "application/octet-stream", {"Content-Range": f"bytes 0-{len(data) - 1}/{len(data)}"}),
    )  # fmt: skip
    for method, address, sent, kind, more in asked:
        headers = {"Origin": "http://localhost", "Diaoyan-Hash": hashlib.sha256(sent).hexdigest(), **more}
        answer = phone.open(address, method=method, data=sent, content_type=kind, headers=headers)
        if answer.status_code >= 500 and answer.status_code != 503:
            yield f"{method} {address} {answer.status_code}: {part} {span} {sent[:200]!r}"
    for address in (f"/visits/{known['visit_id']}/review", f"/visits/{known['visit_id']}/review/parts/{sha256}"):
        answer = desk.get(address)
        if answer.status_code >= 500:
            yield f"GET {address} {answer.status_code}: {data[:200]!r}"


def _is_odd(part: dict[str, Any]) -> bool:
    """Whether it holds what the spelling of a content does not have at all."""
    try:
        canonical(part)
    except (TypeError, ValueError):
        return True
    return False
