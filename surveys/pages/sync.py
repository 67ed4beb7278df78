"""The addresses of phones: BASE = /sync (receiving.md 3–6). Answers are JSON; what goes wrong is problem+json.

Free of the forms' CSRF token (a PUT or a JSON POST from another site needs a preflight, which fails here); another site's
request is refused by Origin and Sec-Fetch-Site besides.
"""

import gzip
import hashlib
import json
import time
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any

from flask import Blueprint, Response, current_app, g, request
from sqlalchemy import select, update
from werkzeug.exceptions import BadRequest, HTTPException

from surveys import devices
from surveys.accounts import Account, Device
from surveys.database import db, utc_now, writing
from surveys.fieldwork import drafts, holders, parts, receipts
from surveys.fieldwork.contents import HASH, MOST_BYTES
from surveys.fieldwork.holders import Holder
from surveys.fieldwork.packages import package_body
from surveys.fieldwork.receiving import receive
from surveys.fieldwork.states import newest_decision, newest_decision_on, state_column
from surveys.fieldwork.submissions import SetAside, Submission
from surveys.fieldwork.tasks import tasks_of
from surveys.fieldwork.versions import (
    Target,
    has_conflict,
    read_moment,
    read_target,
    read_versions,
    views_of,
)
from surveys.fieldwork.visits import Decision, Remark, Visit
from surveys.keys import instance_keys
from surveys.pages import sessions
from surveys.pages.problems import problem, request_id
from surveys.planning.enrolments import NotEnrolled, Proof, enrol

sync = Blueprint("sync", __name__, url_prefix="/sync")

OPEN = {"sync.keys", "sync.session", "sync.enrol_device"}
BODY_SECONDS = 60
DRAINED = 16 * 1024 * 1024
View = Callable[..., Response]


# --- before and after ------------------------------------------------------------------------------------------------


@sync.before_request
def _admit() -> Response | None:
    if request.method not in ("GET", "HEAD") and sessions.is_foreign():
        return problem("origin")
    if request.endpoint in OPEN:
        return None
    holder = sessions.signed_in()
    if holder is None:
        return problem("session", challenge=devices.new_challenge())
    if holder.revoked:
        return problem("revoked")
    g.holder = holder
    if not holder.rehearsal and (wait := sessions.requests_rate.wait(holder.id)):
        return problem("too_fast", wait=wait)
    if wait := sessions.waiting.enter(part="/parts/" in request.path):
        return problem("busy", wait=wait)
    g.waits = True
    sessions.note_contact(holder)
    return None


@sync.after_request
def _finish(response: Response) -> Response:
    _drain()
    sessions.renew(response, g.get("holder"))
    response.headers["Diaoyan-Request"] = request_id()
    return response


@sync.teardown_request
def _leave(_: BaseException | None) -> None:
    if g.pop("waits", False):
        sessions.waiting.leave()


def _drain() -> None:
    """Read what is left of a refused body, so that the answer is not lost with the connection."""
    if request.method in ("PUT", "POST") and 0 < (request.content_length or 0) <= DRAINED:
        try:
            while request.stream.read(65536):
                pass
        except (HTTPException, OSError):
            pass  # the phone is gone


@sync.route("/<path:rest>", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
def unknown(rest: str) -> Response:
    """Whatever else is asked here: the same answer for an address and for a method that do not exist."""
    return problem("not_found")


@sync.errorhandler(Exception)
def _failed(error: Exception) -> Any:
    if isinstance(error, HTTPException):
        return error
    current_app.logger.exception("request %s failed", request_id())
    db.session.rollback()
    return problem("fault")


# --- who is calling --------------------------------------------------------------------------------------------------


@sync.get("/keys")
def keys() -> Response:
    return _json({"instance": instance_keys().instance, "keys": instance_keys().published()})


@sync.post("/devices")
def enrol_device() -> Response:
    value = request.get_json(silent=True)
    if not isinstance(value, dict) or not all(isinstance(value.get(name), str) for name in ("slip", "code")):
        return problem("request")
    key, secret = value.get("key"), value.get("secret")
    if (key is None) == (secret is None) or not isinstance(secret, str | None):
        return problem("request")
    started = time.monotonic()
    try:
        proof = Proof(key=key, secret=secret)
        enrolment = enrol(
            value["slip"][:200],
            value["code"][:20],
            proof,
            name=_word(value, "name"),
            notice=_word(value, "notice"),
            kept=True,
        )
    except (ValueError, TypeError, KeyError):
        return problem("request")
    except NotEnrolled as refusal:
        same_time(started)
        if refusal.code == "devices":
            return problem("devices", devices=refusal.devices)
        return problem(refusal.code, wait=refusal.retry_after)
    own = instance_keys()
    body = {"device": enrolment.device_id, "server": {"kid": own.kid, "key": own.jwk}, "instance": own.instance}
    response = _json(body, 200 if enrolment.repeated else 201)
    sessions.set_field_cookie(response, enrolment.device_id)
    return response


def same_time(started: float) -> None:
    """A failure takes as long whether the slip exists or not."""
    time.sleep(max(0.0, 0.3 - (time.monotonic() - started)))


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
        return _json({"challenge": devices.new_challenge()})
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
    holder = holders.of_device(device_id)
    return holder is not None and holder.rehearsal


# --- reading ---------------------------------------------------------------------------------------------------------


@sync.get("/assignments")
def assignments() -> Response:
    tasks = tasks_of(g.holder)
    if new := [task.visit_id for task in tasks if not task.delivered]:
        with writing() as current:
            current.execute(update(Visit).where(Visit.id.in_(new)).values(delivered_at=utc_now()))
    visits = [
        {
            "visit": task.visit_id,
            "title": task.title,
            "campaign": task.campaign,
            "questionnaire": task.questionnaire,
            "due": task.due.isoformat(),
            "state": task.state,
            "head": task.head,
            "round": task.round,
            "conflict": task.conflict,
            "reference": task.reference,
            "replaced": task.replaced,
        }
        for task in tasks
    ]
    body = json.dumps({"visits": visits}, ensure_ascii=False).encode()
    response = Response(body, mimetype="application/json")
    response.set_etag(hashlib.sha256(body).hexdigest()[:32])
    response.headers["Cache-Control"] = "no-store"
    response.make_conditional(request)
    return response


@sync.get("/questionnaires/<package_hash>")
def questionnaire(package_hash: str) -> Response:
    body = package_body(package_hash)
    if body is None:
        return problem("unknown_questionnaire")
    packed = "gzip" in request.headers.get("Accept-Encoding", "")
    response = Response(_packed(body) if packed else body, mimetype="application/json")
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.set_etag(package_hash)
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    response.make_conditional(request)
    return response


@lru_cache(maxsize=16)
def _packed(body: bytes) -> bytes:
    return gzip.compress(body, 9, mtime=0)


def within_reach(view: View) -> View:
    """A view of one visit: not this device's answers 404 like one that does not exist."""

    @wraps(view)
    def checked(visit_id: str, **more: Any) -> Response:
        target = read_target(visit_id)
        place = holders.standing(g.holder, target.assignment_id, target.group_id) if target else "none"
        if target is None or place == "none":
            return problem("unknown_visit")
        if target.erased:
            return problem("erased")
        return view(target, None if place == "own" else g.holder.groups, **more)

    return checked


@sync.get("/visits/<visit_id>")
@within_reach
def visit(target: Target, groups: frozenset[str] | None) -> Response:
    """State, versions, comments, and what this device's bytes were set aside for; of a former visit, the own group's part."""
    listed = read_versions(target.visit_id)
    seen = {one.content for one in listed if groups is None or one.group_id in groups}
    newest = newest_decision()
    state = db.session.scalar(
        select(state_column(newest))
        .select_from(Visit)
        .outerjoin(newest, newest_decision_on(newest))
        .where(Visit.id == target.visit_id)
    )
    returns = select(Decision.id).where(Decision.visit_id == target.visit_id, Decision.verdict == "return")
    return _json(
        {
            "visit": target.visit_id,
            "state": state,
            "head": target.head if target.head in seen else None,
            "round": len(list(db.session.scalars(returns))),
            "conflict": has_conflict(listed, target.head),
            "versions": [
                {
                    "version": one.version,
                    "content": one.content,
                    "base": one.base,
                    "marks": one.marks,
                    "missing": one.missing,
                    "at": _moment(one.at),
                    "by": one.by,
                }
                for one in views_of(target, listed)
                if one.content in seen
            ],
            "comments": _comments(target.visit_id, seen),
            "aside": _aside(g.holder, target.visit_id),
        }
    )


def _comments(visit_id: str, seen: set[str]) -> list[dict[str, Any]]:
    rows = db.session.execute(
        select(Remark.content, Remark.path, Remark.text, Remark.made_at, Account.name)
        .outerjoin(Account, Account.id == Remark.made_by)
        .where(Remark.visit_id == visit_id, Remark.content.in_(seen))
        .order_by(Remark.made_at, Remark.id)
    )
    return [
        {"content": row.content, "path": row.path, "text": row.text, "by": row.name, "at": _moment(row.made_at)}
        for row in rows
    ]


def _aside(holder: Holder, address: str) -> list[dict[str, Any]]:
    rows = db.session.execute(
        select(SetAside.content, SetAside.reason, SetAside.received_at)
        .where(SetAside.device_id == holder.id, SetAside.address == address)
        .order_by(SetAside.received_at, SetAside.id)
    )
    return [{"content": row.content, "reason": row.reason, "at": _moment(row.received_at)} for row in rows]


@sync.get("/visits/<visit_id>/versions/<content>")
def version(visit_id: str, content: str) -> Response:
    """The bytes as they were received; what was set aside only to its own device, as a download."""
    target = read_target(visit_id)
    place = holders.standing(g.holder, target.assignment_id, target.group_id) if target else "none"
    if target is not None and place != "none" and not target.erased:
        query = select(Submission.body).where(Submission.visit_id == visit_id, Submission.content == content)
        body = db.session.scalar(query if place == "own" else query.where(Submission.group_id.in_(g.holder.groups)))
        if body is not None:
            return Response(body, mimetype="application/json")
    body = db.session.scalar(
        select(SetAside.body).where(
            SetAside.device_id == g.holder.id, SetAside.address == visit_id, SetAside.content == content
        )
    )
    if body is None:
        return problem("not_held")
    response = Response(body, mimetype="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="{content[:16]}.bin"'
    return response


@sync.get("/visits/<visit_id>/receipts/<content>")
def receipt(visit_id: str, content: str) -> Response:
    """A fresh receipt over what is stored now; the nonce shows that it is fresh."""
    target = read_target(visit_id)
    place = holders.standing(g.holder, target.assignment_id, target.group_id) if target else "none"
    held = None
    if target is not None and place != "none" and not target.erased:
        held = receipts.held_version(target, content, None if place == "own" else g.holder.groups)
    held = held or receipts.held_aside(g.holder, visit_id, content)
    if held is None:
        return problem("not_held")
    nonce = request.headers.get("Diaoyan-Nonce")
    return _json(receipts.sign(held, g.holder, nonce[:200] if nonce else None).as_json())


# --- handing in ------------------------------------------------------------------------------------------------------


@sync.put("/visits/<visit_id>")
def hand_in(visit_id: str) -> Response:
    body = _body(MOST_BYTES, "application/json")
    if isinstance(body, Response):
        return body
    outcome = receive(g.holder, visit_id, body, via="phone", sent_at=read_moment(request.headers.get("Diaoyan-Clock")))
    if outcome.code is not None:
        return problem(outcome.code, outcome=outcome)
    return _json(outcome.signed().as_json(), outcome.status)


@sync.put("/visits/<visit_id>/draft")
@within_reach
def mirror_draft(target: Target, groups: frozenset[str] | None) -> Response:
    """The mirror of an unsent draft: best effort, no receipt, never counted."""
    if groups is None and (request.content_length or 0) <= MOST_BYTES:
        drafts.mirror(target.visit_id, g.holder, request.get_data(as_text=True), at=target.as_of)
    return Response(status=204)


@sync.get("/visits/<visit_id>/draft")
@within_reach
def drafts_of(target: Target, groups: frozenset[str] | None) -> Response:
    found = drafts.drafts_of(target.visit_id) if groups is None else []
    return _json(
        {"drafts": [{"device": one.device, "by": one.by, "at": _moment(one.at), "text": one.text} for one in found]}
    )


# --- parts -----------------------------------------------------------------------------------------------------------


@sync.route("/parts/<sha256>", methods=["GET", "HEAD"])
def part(sha256: str) -> Response:
    if request.method == "HEAD":
        found = parts.look(g.holder, sha256) if HASH.fullmatch(sha256) else None
        if found is None:
            return problem("unknown_part")
        response = Response(status=200)
        response.headers["Diaoyan-Offset"], response.headers["Diaoyan-Size"] = str(found.offset), str(found.size)
        return response
    held = parts.read_part(g.holder, sha256) if HASH.fullmatch(sha256) else None
    if held is None:
        return problem("unknown_part")
    response = Response(held[0], mimetype="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="{sha256[:16]}"'
    return response


@sync.put("/parts/<sha256>")
def part_chunk(sha256: str) -> Response:
    if not HASH.fullmatch(sha256):
        return problem("unknown_part")
    span = _range(request.headers.get("Content-Range", ""))
    if span is None:
        return problem("request")
    body = _body(parts.LARGEST_CHUNK, "application/octet-stream", check=False)
    if isinstance(body, Response):
        return body
    taken = parts.take_chunk(g.holder, sha256, parts.Chunk(*span, body, request.headers["Diaoyan-Hash"].lower()))
    if taken.code is None:
        return _json({"offset": taken.offset, "size": taken.size}, taken.status)
    if taken.code == "unknown_part":
        return problem("unknown_part")
    return problem(taken.code, offset=taken.offset, size=taken.size)


def _range(text: str) -> tuple[int, int, int] | None:
    """`bytes a-b/size` as whole numbers."""
    unit, _, rest = text.partition(" ")
    span, _, total = rest.partition("/")
    first, _, last = span.partition("-")
    if unit != "bytes" or not all(
        word.isascii() and word.isdigit() and len(word) < 16 for word in (first, last, total)
    ):
        return None
    found = int(first), int(last), int(total)
    return found if found[0] <= found[1] else None


# --- what they share -------------------------------------------------------------------------------------------------


def _body(most: int, kind: str, *, check: bool = True) -> bytes | Response:
    """The body as it was meant, or the answer for one that is not. With `check` its hash is compared here."""
    length = request.content_length
    if length is None:
        return problem("length")
    if request.mimetype != kind or request.headers.get("Content-Encoding"):
        return problem("type")
    if length > most:
        return problem("too_large")
    announced = request.headers.get("Diaoyan-Hash", "").lower()
    if not HASH.fullmatch(announced):
        return problem("hash")
    body = _read(length)
    if len(body) != length:
        return problem("truncated")
    if check and hashlib.sha256(body).hexdigest() != announced:
        return problem("hash")
    return body


def _read(length: int) -> bytes:
    """What arrives of the body within a minute."""
    pieces, got, end = [], 0, time.monotonic() + BODY_SECONDS
    try:
        while got < length and time.monotonic() < end:
            piece = request.stream.read(min(65536, length - got))
            if not piece:
                break
            pieces.append(piece)
            got += len(piece)
    except (BadRequest, OSError):
        pass  # the connection broke off: nothing is kept
    return b"".join(pieces)


def _json(value: Any, status: int = 200) -> Response:
    return Response(json.dumps(value, ensure_ascii=False), status=status, mimetype="application/json")


def _moment(at: Any) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _word(value: dict[str, Any], key: str) -> str | None:
    found = value.get(key)
    return found if isinstance(found, str) else None
