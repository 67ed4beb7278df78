"""Keys, enrolment by slip and code, and the session got by signing a challenge (receiving.md 1). Touches enrolments and devices."""

import time
from typing import Any

from flask import Response, g, request

from surveys import devices
from surveys.accounts import Device
from surveys.database import db
from surveys.fieldwork.filling.browser_phones import enrol_signed_in
from surveys.fieldwork.receiving import senders
from surveys.keys import instance_keys
from surveys.pages.phones.frame import json_answer, sync, word
from surveys.pages.shell import sessions
from surveys.pages.shell.problems import problem
from surveys.planning.people.enrolments import Enrolment, NotEnrolled, Proof, enrol


@sync.get("/keys")
def keys() -> Response:
    return json_answer({"instance": instance_keys().instance, "keys": instance_keys().public_keys()})


@sync.post("/devices")
def enrol_device() -> Response:
    value = request.get_json(silent=True)
    if not isinstance(value, dict) or not all(isinstance(value.get(name), str) for name in ("slip", "code")):
        return problem("request")
    key, secret = value.get("key"), value.get("secret")
    if (key is None) == (secret is None) or not isinstance(secret, str | None):
        return problem("request")
    start = time.monotonic()
    try:
        proof = Proof(key=key, secret=secret)
        enrolment = enrol(
            value["slip"][:200],
            value["code"][:20],
            proof,
            name=word(value, "name"),
            notice=word(value, "notice"),
            kept=True,
        )
    except (ValueError, TypeError, KeyError):
        return problem("request")
    except NotEnrolled as refusal:
        sessions.same_time(start)
        if refusal.code == "devices":
            return problem("devices", devices=refusal.devices)
        return problem(refusal.code, wait=refusal.retry_after)
    return _enrolled(enrolment, 200 if enrolment.repeated else 201)


@sync.post("/devices/own")
def enrol_browser() -> Response:
    """A browser that came in without script, or by a ready link, gets a key or a secret of its own, so that it can check receipts."""
    body = request.get_json(silent=True)
    value: dict[str, Any] = body if isinstance(body, dict) else {}
    key, secret = value.get("key"), value.get("secret")
    if (key is None) == (secret is None) or not isinstance(secret, str | None):
        return problem("request")
    try:
        enrolment = enrol_signed_in(g.sender, Proof(key=key, secret=secret), name=word(value, "name"))
    except (ValueError, TypeError, KeyError):
        return problem("request")
    except NotEnrolled as refusal:
        return problem(refusal.code, devices=refusal.devices)
    return _enrolled(enrolment, 200 if enrolment.repeated else 201)


def _enrolled(enrolment: Enrolment, status: int) -> Response:
    """What a phone keeps: its id, the server key it pins, and in a header a mark of whose it is."""
    own = instance_keys()
    body = {"device": enrolment.device_id, "server": {"kid": own.kid, "key": own.jwk}, "instance": own.instance}
    response = json_answer(body, status)
    response.headers["Diaoyan-Holder"] = sessions.owner_mark(enrolment.deputy_id)
    sessions.set_field_cookie(response, enrolment.device_id)
    return response


@sync.post("/session")
def session() -> Response:
    value: Any = request.get_json(silent=True)
    device_id = value.get("device") if isinstance(value, dict) else None
    if not isinstance(device_id, str):
        return problem("request")
    device = db.session.get(Device, device_id)
    if device is not None and device.revoked_at is not None:
        return problem("revoked")
    if not _is_rehearsal(device_id) and (wait := sessions.sign_in_rate.wait(device_id)):
        return problem("too_fast", wait=wait)
    challenge, proof = value.get("challenge"), value.get("proof")
    if challenge is None and proof is None:
        return json_answer({"challenge": devices.new_challenge()})
    good = (
        isinstance(challenge, str)
        and isinstance(proof, str)
        and device is not None
        and devices.challenge_holds(challenge)
        and devices.proof_holds(device, challenge, proof)
    )
    if not good:
        return problem("session", challenge=devices.new_challenge())
    response = Response(status=204)
    sessions.set_field_cookie(response, device_id)
    return response


def _is_rehearsal(device_id: str) -> bool:
    sender = senders.of_device(device_id)
    return sender is not None and sender.rehearsal
