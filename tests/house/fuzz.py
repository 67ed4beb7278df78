"""Inputs that nobody means, at every door: what they are made of, the doors, and which of them answered with a traceback.

`tracebacks(app, count, seed)` gives one line for each input that raised what its door does not promise, or was answered with 500.
"""

import hashlib
import json
import random
from collections.abc import Callable, Iterator
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from surveys.fieldwork.receiving.contents import TooLarge, Unreadable, read_content
from surveys.fieldwork.rescue import qr_frames
from surveys.fieldwork.rescue.rescue_file import NoRescueFile, read_rescue
from surveys.planning.imports import tables
from surveys.questionnaire.package.reader import read_sheets
from surveys.questionnaire.rules.expressions import parse
from surveys.questionnaire.rules.tokens import ExpressionError
from surveys.questionnaire.sheets.sheets import Sheet, visible_text
from tests.house import fuzz_files
from tests.house.access_table import PERSONS, client_of, routes

NASTY = (
    "", " ", "\x00", "\ud800", "\udfff\ud800", "‮", "﻿", "9" * 400, "-" + "9" * 400, "1e400", "NaN", "-0", "Infinity", "٣", "①", "🀄" * 9,
    '$"{', "${", "}", "${a", "${${a}}", "{{", "{{T1", "{{T1:firms|count|plain}}", "<script>", "'", '"', "\\", "%s", "%", "{}", "{0}", "../..",
    "\r\n", "\t", "=1+1", "＝1", "null", "true", "[]", "[" * 5000, '{"a":' * 5000, "((" * 60, "2023-02-30", "0000-00-00", "9999-12-31", "24:61",
    "00000000-0000-4000-8000-000000000000", "a" * 5000, "广州" * 500, "😀\u200d", "1 2 3 4 5", "1.5.2", "0x10", "1_000", "²", "\u2028",
    "440106", "440100-0", "named", "visited", "select_one", "select_multiple a or_other", "begin_repeat", "end_group", "note", "integer",
)  # fmt: skip
KEYS = ("device", "challenge", "proof", "slip", "code", "key", "secret", "name", "notice", "kty", "crv", "x", "y", "visit", "answers", "base",
        "clock", "format", "outcome", "parts", "questionnaire", "repeats", "merges", "sha256", "size", "type", "path", "items", "hash", "text",
        "errors", "drafts", "page", "left")  # fmt: skip
FIELDS = ("q", "unit", "page", "size", "export", "of", "part", "state", "sort", "tab", "section", "figure", "table", "words", "finding", "group",
          "town", "username", "password", "code", "once", "next", "file", "entry", "columns", "skip", "title", "starts_on", "ends_on", "quota",
          "kind", "category", "headline", "blocks", "take", "digest", "upload", "asked", "go", "present", "outcome", "step", "note", "number",
          "held_on", "who", "expected", "version", "units", "name", "report", "days", "roles", "email", "account")  # fmt: skip
PATHS = ("/g_one/staff", "/g_two/words", "/photo", "/r[1]/a", "/r[999999999]/a", "/", "", "/a[0]", "/a[-1]", "a b")
RULE_PARTS = ("${a}", "${", "selected(", ")", "(", ",", "'x'", '"', "1", "9" * 400, ".", "..", "+", "-", "*", " div ", " mod ", "=", "!=", "<=", "and", " or ",
              "if(", "count(", "regex(., '", "[", "]", "/", "//", "position(..)", "once(", "today()", "date(", "jr:choice-name(", "not(", "1e5", ".5")  # fmt: skip
ENDS = frozenset({"sign_in.sign_out", "field.leave"})  # after these nobody would be signed in who asks on


class Maker:
    """Values at random, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)

    def text(self) -> str:
        roll = self.chance.random()
        if roll < 0.7:
            return self.chance.choice(NASTY)
        if roll < 0.85:
            return "".join(
                chr(self.chance.choice((32, 65, 0x4E00, 0x1F600, 0xD800, 0)) + self.chance.randrange(60))
                for _ in range(self.chance.randrange(12))
            )
        return self.chance.choice(NASTY) + self.chance.choice(NASTY)

    def sendable(self) -> str:
        """A text as a form or an address can carry it."""
        return self.text().encode("utf-8", "replace").decode()[:6000]

    def value(self, depth: int = 0) -> Any:
        roll = self.chance.random()
        if depth > 3 or roll < 0.45:
            return self.text()
        if roll < 0.6:
            return self.chance.choice([None, True, False, 0, -1, 1.5, 10**30, 1e308, float("inf"), [], {}])
        if roll < 0.75:
            return [self.value(depth + 1) for _ in range(self.chance.randrange(4))]
        keys = KEYS if self.chance.random() < 0.8 else PATHS
        return {self.chance.choice(keys): self.value(depth + 1) for _ in range(self.chance.randrange(6))}

    def json(self) -> bytes:
        roll = self.chance.random()
        if roll < 0.05:
            return self.chance.choice(
                [b"[" * 5000, b'{"a":' * 5000, b"\xff\xfe", b"", b"nul", b"[1e999]", b'"\\ud800"', b"9" * 5000]
            )
        text = json.dumps(self.value(), ensure_ascii=self.chance.random() < 0.6)
        data = text.encode("utf-8", "surrogatepass")
        if roll < 0.15 and data:
            at = self.chance.randrange(len(data))
            data = data[:at] + bytes([self.chance.randrange(256)]) + data[at + 1 :]
        return data

    def content(self) -> bytes:
        """A visit's content that is right in most places."""
        value: dict[str, Any] = {
            "answers": {self.chance.choice(PATHS): self.text() for _ in range(3)}, "base": None, "clock": "2023-07-01T10:00:00+08:00",
            "format": "diaoyan-visit/1", "outcome": "visited", "parts": [], "questionnaire": "0" * 64, "repeats": {},
            "visit": "00000000-0000-4000-8000-000000000000",
        }  # fmt: skip
        for _ in range(self.chance.randrange(3)):
            value[self.chance.choice(list(value))] = self.value()
        return json.dumps(value, ensure_ascii=self.chance.random() < 0.5).encode("utf-8", "surrogatepass")

    def rule(self) -> str:
        return "".join(self.chance.choice(RULE_PARTS) for _ in range(self.chance.randrange(1, 14)))

    def form(self) -> dict[str, Sheet]:
        columns = [
            "type",
            "name",
            "label",
            "relevant",
            "constraint",
            "calculation",
            "default",
            "appearance",
            "hint",
            "choice_filter",
            "required",
        ]
        survey = Sheet("survey", list(columns))
        for number in range(2, self.chance.randrange(3, 7)):
            row = {
                "type": self.chance.choice(
                    ["text", "integer", "note", "calculate", "select_one a", "begin_group", "image"]
                ),
                "name": f"q{number}",
                "label": "问",
            }
            for _ in range(2):
                column = self.chance.choice(columns)
                row[column] = self.rule() if self.chance.random() < 0.4 else self.text()
            survey.rows.append(
                (number, {key: cell for key, text in row.items() if (cell := visible_text(text).strip())})
            )
        choices = Sheet("choices", ["list_name", "name", "label"])
        choices.rows.append((2, {"list_name": "a", "name": "1", "label": self.text() or "甲"}))
        return {"survey": survey, "choices": choices}

    def table(self) -> bytes:
        rows = [",".join(self.text() for _ in range(4)) for _ in range(5)]
        return "\n".join(rows).encode(self.chance.choice(["utf-8", "gb18030", "utf-16"]), "replace")


Doors = list[tuple[str, Callable[[], Any], Callable[[Any], Any], tuple[type[BaseException], ...]]]


def _door(function: Callable[[Any], Any], promised: tuple[type[BaseException], ...], made: Any) -> str:
    try:
        function(made)
    except promised:
        return ""
    except Exception as problem:
        return f"{type(problem).__name__}: {problem}"[:200]
    return ""


def pure_doors(maker: Maker) -> Doors:
    """Doors without a request: name, what is put in, the function, what it promises to raise."""
    from reports.faults import Fault
    from reports.text import content, tokens

    return [
        ("rule", maker.rule, parse, (ExpressionError,)),
        ("rule of one text", maker.text, parse, (ExpressionError,)),
        ("content", maker.content, read_content, (Unreadable, TooLarge)),
        ("content at random", maker.json, read_content, (Unreadable, TooLarge)),
        ("rescue file", maker.json, read_rescue, (NoRescueFile,)),
        (
            "frames",
            maker.text,
            lambda text: [qr_frames.item_of(one) for one in qr_frames.gather(text) if not one.missing],
            (),
        ),
        ("figure tokens", lambda: "{{" + maker.text() + "}}", tokens.split, (Fault,)),
        ("report text", lambda: "# " + maker.text() + "\n\n## " + maker.text(), content.read_report, (Fault,)),
        ("table", maker.table, lambda data: tables.read_sheet(data, "a.csv"), (tables.Unreadable,)),
        ("cell out", maker.text, tables.guarded, ()),
    ]


def forms(maker: Maker, count: int) -> Iterator[str]:
    """Questionnaires with a cell or two that nobody means."""
    for _ in range(count):
        form = maker.form()
        if problem := _door(read_sheets, (), form):
            yield f"form: {problem}: {[row for _number, row in form['survey'].rows]!r}"[:600]


def through(doors: Doors, count: int) -> Iterator[str]:
    """Each door in turn."""
    for number in range(count):
        name, make, function, promised = doors[number % len(doors)]
        made = make()
        if problem := _door(function, promised, made):
            yield f"{name}: {problem}: {made!r}"[:400]


def sync(app: Flask, maker: Maker, count: int) -> Iterator[str]:
    """What phones ask, with a device's cookie and without."""
    clients = [client_of(app, person) for person in ("nobody", "deputy.own", "deputy.own", "deputy.other")]
    addresses = [route for route in routes(app) if route.rule.startswith("/sync") and route.method in ("POST", "PUT")]
    for _ in range(count):
        client, route = maker.chance.choice(clients), maker.chance.choice(addresses)
        body = maker.content() if route.method == "PUT" else maker.json()
        headers = {
            "Origin": "http://localhost",
            "Diaoyan-Hash": hashlib.sha256(body).hexdigest(),
            "Diaoyan-Clock": maker.chance.choice(["", "x", "2023-07-01T10:00:00+08:00"]),
        }
        kind = "application/octet-stream" if "/parts/" in route.rule else "application/json"
        answer = client.open(route.address, method=route.method, data=body, content_type=kind, headers=headers)
        answer.close()
        if answer.status_code >= 500 and answer.status_code != 503:
            yield f"{route.method} {route.address} {answer.status_code}: {body[:200]!r}"


def pages(app: Flask, maker: Maker, count: int) -> Iterator[str]:
    """Every page and form, as every person, with queries and fields at random."""
    people = _People(app)
    asked = [route for route in routes(app) if not route.rule.startswith("/sync") and route.endpoint not in ENDS]
    for _ in range(count):
        person = maker.chance.choice(GUESTS if maker.chance.random() < 0.4 else PERSONS)
        theirs = [route for route in asked if route.rule.startswith(_theirs(person))] if _theirs(person) else []
        route = maker.chance.choice(theirs if theirs and maker.chance.random() < 0.7 else asked)
        fields = [(maker.chance.choice(FIELDS), maker.sendable()) for _ in range(maker.chance.randrange(5))]
        more: dict[str, Any] = {"query_string": fields} if route.method == "GET" else {"data": dict(fields)}
        if "/written" in route.rule:
            more = {"data": maker.json(), "content_type": "application/json"}
        address = route.address.partition("?")[0] if "query_string" in more else route.address
        answer = people.ask(person, address, method=route.method, headers={"Origin": "http://localhost"}, **more)
        if answer.status_code >= 500:
            yield f"{person} {route.method} {route.address} {answer.status_code}: {fields!r}"[:500]


def _theirs(person: str) -> tuple[str, ...]:
    """Where deputies, bodies and guests are at home: they are asked for those most, each page of staff answers them alike."""
    homes = {
        "nobody": ("/s/", "/complaints", "/d/", "/sign-in", "/demonstration"),
        "deputy": ("/visits/<visit_id>", "/visits/asked", "/visits/help", "/visits/phone", "/visits", "/questionnaires", "/complaints"),
        "department": ("/department", "/d/"),
    }  # fmt: skip
    return homes.get(person.partition(".")[0], ())


GUESTS = ("nobody", "deputy.own", "deputy.other", "deputy.asker", "department.own", "department.other")


class _People:
    """Each person's browser. Whom an act of somebody else signed out signs in again, so that their pages are asked for to the end."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.clients: dict[str, FlaskClient] = {}
        self.renewed = 0

    def ask(self, person: str, address: str, **more: Any) -> Any:
        if person not in self.clients:
            self.clients[person] = client_of(self.app, person)
        answer = self.clients[person].open(address, **more)
        answer.close()  # a file that is sent has its own
        if person != "nobody" and answer.status_code in (302, 303) and "/sign-in" in answer.headers.get("Location", ""):
            self.clients.pop(person)
            self.renewed += 1
        return answer


def tracebacks(
    app: Flask,
    seed: int,
    *,
    pure_inputs: int,
    form_inputs: int,
    file_inputs: int,
    sync_inputs: int,
    page_inputs: int,
    upload_inputs: int,
) -> list[str]:
    """One line for each input that was not answered as its door promises."""
    maker = Maker(seed)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return [
        *through(pure_doors(maker), pure_inputs),
        *forms(maker, form_inputs),
        *through(fuzz_files.readers(maker), file_inputs),
        *sync(app, maker, sync_inputs),
        *pages(app, maker, page_inputs),
        *fuzz_files.uploads(app, maker, upload_inputs),
    ]
