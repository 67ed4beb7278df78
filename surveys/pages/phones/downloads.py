"""What a phone reads: its visits, questionnaires, versions, receipts, drafts. Touches all of fieldwork, writes the delivery alone."""

import gzip
import hashlib
import json
from functools import lru_cache
from typing import Any

from flask import Response, current_app, g, request
from sqlalchemy import select, update

from surveys.accounts import Account
from surveys.database import db, utc_now, writing
from surveys.fieldwork.filling import drafts
from surveys.fieldwork.filling.tasks import tasks_of
from surveys.fieldwork.receiving import receipts, senders
from surveys.fieldwork.receiving.packages import package_body, package_of
from surveys.fieldwork.receiving.senders import Sender
from surveys.fieldwork.receiving.versions import Target, has_conflict, read_target, read_versions, views_of
from surveys.fieldwork.visits.states import newest_decision, newest_decision_on, state_column
from surveys.fieldwork.visits.submissions import SetAside, Submission
from surveys.fieldwork.visits.visits import Decision, Remark, Visit
from surveys.pages.phones.frame import json_answer, moment, sync, within_reach
from surveys.pages.shell.problems import problem
from surveys.restorations import newest_restoration


@sync.get("/assignments")
def assignments() -> Response:
    tasks = tasks_of(g.sender)
    if new := [task.visit_id for task in tasks if not task.delivered]:
        with writing() as current:
            current.execute(update(Visit).where(Visit.id.in_(new)).values(delivered_at=utc_now()))
    visits = [{**task.as_assignment(), "closed": task.closed} for task in tasks]
    answer: dict[str, Any] = {"visits": visits}
    if restoration := newest_restoration():  # a phone asks at once for the receipts of all it holds
        answer["restored"] = moment(restoration.restored_at)
    body = json.dumps(answer, ensure_ascii=False).encode()
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


@sync.get("/questionnaires/<package_hash>/files/<name>")
def questionnaire_file(package_hash: str, name: str) -> Response:
    """A picture or sound that came with the form."""
    package = package_of(package_hash)
    files = {file["name"]: file for file in package.get("attachments", ())} if package else {}
    if name not in files or files[name]["use"] != "media":
        return problem("unknown_questionnaire")
    file = files[name]
    response = Response(current_app.extensions["files"].read(file["hash"]), mimetype=file["type"])
    response.set_etag(file["hash"])
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.make_conditional(request)
    return response


@lru_cache(maxsize=16)
def _packed(body: bytes) -> bytes:
    return gzip.compress(body, 9, mtime=0)


@sync.get("/visits/<visit_id>")
@within_reach
def visit(target: Target, groups: frozenset[str] | None) -> Response:
    """State, versions, comments, and what this device's bytes were set aside for; of a former visit, the own group's part."""
    versions = read_versions(target.visit_id)
    contents = {one.content for one in versions if groups is None or one.group_id in groups}
    newest = newest_decision()
    state = db.session.scalar(
        select(state_column(newest))
        .select_from(Visit)
        .outerjoin(newest, newest_decision_on(newest))
        .where(Visit.id == target.visit_id)
    )
    returns = select(Decision.id).where(Decision.visit_id == target.visit_id, Decision.verdict == "return")
    return json_answer(
        {
            "visit": target.visit_id,
            "state": state,
            "head": target.head if target.head in contents else None,
            "round": len(list(db.session.scalars(returns))),
            "conflict": has_conflict(versions, target.head),
            "versions": [
                {
                    "version": one.version,
                    "content": one.content,
                    "base": one.base,
                    "marks": one.marks,
                    "missing": one.missing,
                    "at": moment(one.at),
                    "by": one.by,
                }
                for one in views_of(target, versions)
                if one.content in contents
            ],
            "comments": _comments(target.visit_id, contents),
            "aside": _aside(g.sender, target.visit_id),
        }
    )


def _comments(visit_id: str, contents: set[str]) -> list[dict[str, Any]]:
    rows = db.session.execute(
        select(Remark.content, Remark.path, Remark.text, Remark.made_at, Account.name)
        .outerjoin(Account, Account.id == Remark.made_by)
        .where(Remark.visit_id == visit_id, Remark.content.in_(contents))
        .order_by(Remark.made_at, Remark.id)
    )
    return [
        {"content": row.content, "path": row.path, "text": row.text, "by": row.name, "at": moment(row.made_at)}
        for row in rows
    ]


def _aside(sender: Sender, address: str) -> list[dict[str, Any]]:
    rows = db.session.execute(
        select(SetAside.content, SetAside.reason, SetAside.received_at)
        .where(SetAside.device_id == sender.id, SetAside.address == address)
        .order_by(SetAside.received_at, SetAside.id)
    )
    return [{"content": row.content, "reason": row.reason, "at": moment(row.received_at)} for row in rows]


@sync.get("/visits/<visit_id>/versions/<content>")
def version(visit_id: str, content: str) -> Response:
    """The bytes as they were received; what was set aside only to its own device, as a download."""
    target = read_target(visit_id)
    place = senders.ownership(g.sender, target) if target else "none"
    if target is not None and place != "none" and not target.erased:
        query = select(Submission.body).where(Submission.visit_id == visit_id, Submission.content == content)
        body = db.session.scalar(query if place == "own" else query.where(Submission.group_id.in_(g.sender.groups)))
        if body is not None:
            return Response(body, mimetype="application/json")
    body = db.session.scalar(
        select(SetAside.body).where(
            SetAside.device_id == g.sender.id, SetAside.address == visit_id, SetAside.content == content
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
    place = senders.ownership(g.sender, target) if target else "none"
    version = None
    if target is not None and place != "none" and not target.erased:
        version = receipts.held_version(target, content, None if place == "own" else g.sender.groups)
    version = version or receipts.held_aside(g.sender, visit_id, content)
    if version is None:
        return problem("not_held")
    nonce = request.headers.get("Diaoyan-Nonce")
    return json_answer(receipts.sign(version, g.sender, nonce[:200] if nonce else None).as_json())


@sync.get("/visits/<visit_id>/draft")
@within_reach
def drafts_of(target: Target, groups: frozenset[str] | None) -> Response:
    rows = drafts.drafts_of(target.visit_id) if groups is None else []
    return json_answer(
        {"drafts": [{"device": one.device, "by": one.by, "at": moment(one.at), "text": one.text} for one in rows]}
    )
