"""cases/receiving/receiving.json and starts.json against a production server, as receiving.md 10 says how to read it."""

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask

from reports.demonstration.rehearsals import SPECIAL, rehearsal
from surveys.accounts import Device
from surveys.devices import mac_with, proof_holds, revoke
from surveys.fieldwork.receiving.receipts import PREFIX
from surveys.keys import from_base64url, instance_keys, to_base64url, verify
from surveys.questionnaire.package.content import canonical, digest
from tests.surveys.fieldwork.phones import Answer, Phone, Server, phones_of, put_headers, running
from tests.surveys.fieldwork.rehearsal_form import rehearsal_form

FILE = json.loads((Path(__file__).parents[2] / "cases" / "receiving" / "receiving.json").read_text())
STARTS = json.loads((Path(__file__).parents[2] / "cases" / "receiving" / "starts.json").read_text())
CASES = [*FILE["cases"], *STARTS["cases"]]
SHANGHAI = timezone(timedelta(hours=8))


class Rehearsal:
    """A server, its phones, and what `flask demo phones` would have printed."""

    def __init__(self, server: Server, described: dict[str, Any], app: Any) -> None:
        self.server, self.described, self.app = server, described, app
        self.phones = phones_of(server, described)


@pytest.fixture
def rehearsed(app: Flask, database_url: str, tmp_path: Path) -> Iterator[Rehearsal]:
    with running(tmp_path / "instance", database_url) as server:
        with app.app_context():
            described = rehearsal(2 * len(CASES) + 2, form=rehearsal_form(), base=server.base)
        yield Rehearsal(server, described, app)


@pytest.mark.both_databases
def test_every_case(rehearsed: Rehearsal) -> None:
    failed = {}
    for place, case in enumerate(CASES):
        special = any(f"{{{kind}}}" in json.dumps(case) or f"head:{kind}" in json.dumps(case) for kind in SPECIAL)
        pair = rehearsed.phones[:2] if special else rehearsed.phones[2 * place + 2 : 2 * place + 4]
        try:
            Run(rehearsed, case, pair).all()
        except AssertionError as problem:
            failed[case["id"]] = str(problem)
    assert not failed


class Run:
    """One case with its pair of devices."""

    def __init__(self, rehearsed: Rehearsal, case: dict[str, Any], pair: list[Phone]) -> None:
        self.rehearsed, self.case = rehearsed, case
        self.devices = dict(zip("ab", pair, strict=True))
        self.words: dict[str, str] = {"stranger": rehearsed.described["stranger"]}
        self.receipts: list[dict[str, Any] | None] = []
        own = pair[0].entry["visits"]
        plain = [one["visit"] for one in own if one["kind"] == "plain"]
        self.words |= {f"plain{number}": visit for number, visit in enumerate(plain, 1)}
        self.words |= {one["kind"]: one["visit"] for one in own if one["kind"] != "plain"}
        self.words |= {f"new{number}": str(uuid4()) for number in (1, 2, 3)}
        self.words |= {f"start:{name}": text for name, text in rehearsed.described["start"].items()}
        self.words |= {f"device:{letter}": phone.id for letter, phone in self.devices.items()}
        self.packages = {one["visit"]: one["questionnaire"] for one in own}
        self.parts = {name: part_bytes(**part) for name, part in case.get("parts", {}).items()}
        self.words |= {f"part:{name}": hashlib.sha256(data).hexdigest() for name, data in self.parts.items()}
        if "head:returned" in json.dumps(case):
            self.words["head:returned"] = pair[0].ask("GET", f"/visits/{self.words['returned']}").json["head"]
        self.bodies: dict[str, bytes] = {}
        for name in case.get("contents", {}):
            self.bodies[name] = self.body(name)
            self.words[f"hash:{name}"] = digest(self.bodies[name])

    def fill(self, value: Any) -> Any:
        if isinstance(value, str):
            for name, text in self.words.items():
                value = value.replace(f"{{{name}}}", text)
            return value
        if isinstance(value, dict):
            return {self.fill(key): self.fill(one) for key, one in value.items()}
        return [self.fill(one) for one in value] if isinstance(value, list) else value

    def body(self, name: str) -> bytes:
        described = self.case["contents"][name]
        visit = self.fill(described["visit"])
        package = self.packages.get(visit, next(iter(self.rehearsed.described["sample"])))
        self.words["package"] = package
        sample = self.rehearsed.described["sample"][package]
        text = described["text"]
        text = text["repeat"] * text["times"] if isinstance(text, dict) else text
        parts = [
            {
                "name": f"{key}.jpg",
                "path": sample["photo"] or "/photo",
                "sha256": self.words[f"part:{key}"],
                "size": len(self.parts[key]),
                "type": "image/jpeg",
            }
            for key in described.get("parts", [])
        ]
        clock = (datetime.now(SHANGHAI) - timedelta(hours=1)).isoformat(timespec="seconds")
        content = {
            "answers": {**sample["answers"], sample["text"]: text},
            "base": self.fill(described["base"]),
            "clock": described.get("clock", clock),
            "format": "diaoyan-visit/1",
            "outcome": "visited",
            "parts": parts,
            "questionnaire": package,
            "visit": visit,
        }
        if "start" in described:
            content["start"] = {"started_at": clock, **self.fill(described["start"])}
        if described.get("spelled") == "indented":
            return json.dumps(content, ensure_ascii=False, indent=1).encode()
        return canonical(content)

    def all(self) -> None:
        for number, step in enumerate(self.case["steps"], 1):
            if "revoke" in step:
                with self.rehearsed.app.app_context():
                    assert revoke(self.devices[step["revoke"]].id)
                self.receipts.append(None)
                continue
            method, path = self.fill(step["do"]).split(" ", 1)
            body, headers = self.request(step, path)
            phone = self.devices.get(step["as"])
            if phone:
                answer = phone.ask(method, path, body, headers)
            else:
                answer = self.rehearsed.server.request(method, path, body, headers)
            self.compare(number, step, path, answer, headers.get("Diaoyan-Nonce"))

    def request(self, step: dict[str, Any], path: str) -> tuple[bytes | None, dict[str, str]]:
        body, headers = None, {}
        if "content" in step:
            body = self.bodies[step["content"]]
        elif "raw" in step:
            body = self.fill(step["raw"]).encode()
        elif "post" in step:
            body = json.dumps(self.fill(step["post"])).encode()
            headers = {"Content-Type": "application/json"}
        if "slice" in step:
            name = next(name for name in self.parts if self.words[f"part:{name}"] in path)
            first, end = step["slice"]
            data = bytearray(self.parts[name][first:end])
            if step.get("flip"):
                data[-1] ^= 1
            body = bytes(data)
            span = f"bytes {first}-{end - 1}/{len(self.parts[name])}"
            headers = put_headers(body, "application/octet-stream") | {"Content-Range": span}
        elif body is not None and "post" not in step:
            headers = put_headers(body)
        if step.get("nonce"):
            headers["Diaoyan-Nonce"] = f"nonce-{len(self.receipts)}"
        return body, headers | self.fill(step.get("headers", {}))

    def compare(self, number: int, step: dict[str, Any], path: str, answer: Answer, nonce: str | None) -> None:
        expect, where = step["expect"], f"step {number} {step['do']}: {answer.status} {answer.body[:300]!r}"
        assert answer.status == expect["status"], where
        value = answer.json
        if "problem" in expect:
            assert value["code"] == expect["problem"], where
            assert answer.headers["Content-Type"] == "application/problem+json", where
            assert all(value[language][word] for language in ("zh", "en") for word in ("title", "remedy")), where
        if "retry" in expect:
            assert value["retry"] == expect["retry"], where
        if "json" in expect:
            same(self.fill(expect["json"]), value, where)
        for name, text in expect.get("headers", {}).items():
            assert answer.headers.get(name) == text, where
        assert all(name in value for name in expect.get("has", [])), where
        if "bytes" in expect:
            assert answer.body == (self.bodies | self.parts)[expect["bytes"]], where
        if "keep_etag" in expect:
            self.words["etag"] = answer.headers["ETag"]
        if isinstance(value, dict) and "challenge" in value:
            self.words["challenge"] = value["challenge"]
        self.compare_receipt(step, path, answer, nonce, where)

    def compare_receipt(self, step: dict[str, Any], path: str, answer: Answer, nonce: str | None, where: str) -> None:
        expect = step["expect"]
        phone = self.devices.get(step["as"])
        pieces = path.split("/")
        content = self.words[f"hash:{step['content']}"] if "content" in step else digest(step.get("raw", "").encode())
        content = pieces[4] if "receipts" in pieces else content
        facts = phone.receipt(answer, pieces[2] if len(pieces) > 2 else "", content, nonce) if phone else None
        self.receipts.append(facts)
        if "receipt" not in expect:
            return
        if expect["receipt"] is None:
            assert facts is None, where
            return
        assert facts is not None, where
        facts["marks"] = [mark for mark in facts["marks"] if mark not in ("differs", "unjudged")]
        wanted = dict(expect["receipt"])
        wanted["missing"] = [self.words[f"part:{name}"] for name in wanted.get("missing", [])]
        assert {key: facts[key] for key in wanted} == wanted, where
        if "same_as" in expect:
            earlier = self.receipts[expect["same_as"] - 1]
            assert earlier is not None
            assert all(facts[key] == earlier[key] for key in ("at", "number", "version")), where


def same(wanted: Any, given: Any, where: str) -> None:
    """Named keys only; lists by position and length."""
    if isinstance(wanted, dict):
        assert isinstance(given, dict), where
        for key, value in wanted.items():
            assert key in given, f"{key} in {where}"
            same(value, given[key], where)
    elif isinstance(wanted, list):
        assert isinstance(given, list), where
        assert len(given) == len(wanted), where
        for one, other in zip(wanted, given, strict=True):
            same(one, other, where)
    else:
        assert given == wanted, f"{wanted!r}, not {given!r}: {where}"


def part_bytes(size: int, k: int) -> bytes:
    return bytes((31 * place + k) % 251 for place in range(size))


@pytest.mark.parametrize("vector", FILE["hashes"], ids=lambda vector: vector["id"])
def test_hashes(vector: dict[str, Any]) -> None:
    assert canonical(vector["value"]).decode() == vector["text"]
    assert digest(canonical(vector["value"])) == vector["sha256"]


@pytest.mark.parametrize("vector", FILE["receipts"]["vectors"], ids=lambda vector: vector["id"])
def test_receipt_vectors(vector: dict[str, Any]) -> None:
    signed = b"diaoyan-receipt/1\n" + vector["receipt"].encode()
    assert verify(FILE["receipts"]["key"], from_base64url(vector["signature"]), signed) is vector["valid"]


def with_the_secret(app: Flask, secret: str, device: str = "d-1") -> Device:
    with app.app_context():
        return Device(id=device, kind="secret", secret=instance_keys().encrypt(secret))


@pytest.mark.parametrize("vector", FILE["receipts"]["vectors"], ids=lambda vector: vector["id"])
def test_macs_of_receipts(app: Flask, vector: dict[str, Any]) -> None:
    device = with_the_secret(app, FILE["receipts"]["secret"])
    with app.app_context():
        mac = to_base64url(mac_with(device.secret or "", PREFIX + vector["receipt"].encode()))
    assert (mac == vector["mac"]) is vector["valid"]


def test_proofs_of_a_session(app: Flask) -> None:
    given = FILE["session"]
    by_key = Device(id=given["device"], kind="key", public_key=given["key"])
    by_secret = with_the_secret(app, given["secret"], given["device"])
    proofs = {"key": given["a_proof_by_key"], "secret": given["proof_by_secret"]}
    with app.app_context():
        for device in (by_key, by_secret):
            for kind, proof in proofs.items():
                assert proof_holds(device, given["challenge"], proof) is (kind == device.kind)
                assert not proof_holds(device, given["challenge"] + "x", proof)
        for device in (by_key, by_secret):
            device.id = "d-2"
            assert not proof_holds(device, given["challenge"], proofs[device.kind])
