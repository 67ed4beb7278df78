"""What a phone hands in: versions, the mirror of its draft, parts in chunks (receiving.md 4, 5). All of it goes through fieldwork."""

from uuid import UUID

from flask import Response, g, request

from surveys.database import db, read_anew
from surveys.fieldwork.filling import drafts, phone_reports
from surveys.fieldwork.filling.messages import send_message
from surveys.fieldwork.receiving import parts
from surveys.fieldwork.receiving.contents import HASH, MOST_BYTES
from surveys.fieldwork.receiving.receiving import receive
from surveys.fieldwork.receiving.versions import Target, read_moment, read_target
from surveys.pages.phones.frame import body_of, json_answer, sync, within_reach, word
from surveys.pages.shell.problems import problem
from surveys.pages.shell.sessions import note_contact
from surveys.planning.campaigns.campaigns import Campaign
from surveys.planning.campaigns.complaints import LONGEST
from surveys.planning.words.visit_words import speak_of

MOST_OF_A_MESSAGE = 16 * LONGEST  # bytes: every character may be an escape of two halves
OF_A_VISIT = ("mismatch", "not_yours", "too_many_versions")  # said in the words of the visit's campaign


@sync.put("/visits/<visit_id>")
def hand_in(visit_id: str) -> Response:
    body = body_of(MOST_BYTES, "application/json")
    if isinstance(body, Response):
        note_contact(g.sender)
        return body
    read_anew()  # a body may have taken a minute to come: it is judged by what the visit is by now
    sent_at = read_moment(request.headers.get("Diaoyan-Clock"))
    outcome = receive(g.sender, visit_id, body, via="phone", sent_at=sent_at)
    if not outcome.fresh:  # what was kept was kept with the contact
        note_contact(g.sender)
    if outcome.code in OF_A_VISIT and (target := read_target(visit_id)) is not None:
        speak_of(db.session.get_one(Campaign, target.campaign_id).settings)
    if outcome.code is not None:
        return problem(outcome.code, outcome=outcome)
    return json_answer(outcome.signed().as_json(), outcome.status)


@sync.put("/visits/<visit_id>/draft")
@within_reach
def mirror_draft(target: Target, groups: frozenset[str] | None) -> Response:
    """The mirror of an unsent draft: best effort, no receipt, never counted. 204 says that it is kept, and nothing else does."""
    if request.content_length is None:
        return problem("length")
    if request.content_length > MOST_BYTES:
        return problem("too_large")
    if groups is not None:  # the visit went to another group: its drafts are that one's now
        return problem("unknown_visit")
    if not drafts.mirror(target.visit_id, g.sender, request.get_data(as_text=True), at=target.as_of):
        return problem("unknown_questionnaire")
    return Response(status=204)


@sync.post("/log")
def report() -> Response:
    """How the phone stands, and its client errors: kept in place of what it said before, for the desk."""
    if request.mimetype != "application/json":
        return problem("type")
    if (request.content_length or 0) > phone_reports.MOST_BYTES:
        return problem("too_large")
    phone_reports.keep_report(g.sender.id, request.get_json(silent=True))
    return Response(status=204)


@sync.put("/messages/<uuid:message_id>")
def take_message(message_id: UUID) -> Response:
    """反馈 that waited on the phone: {"text", "group"}. Sent again it is the same message."""
    if request.mimetype != "application/json":
        return problem("type")
    if (request.content_length or 0) > MOST_OF_A_MESSAGE:
        return problem("too_large")
    value = request.get_json(silent=True)
    value = value if isinstance(value, dict) else {}
    text = word(value, "text")
    if text is None or not text.strip() or len(text) > LONGEST:
        return problem("type")
    taken = send_message(g.sender, text, word(value, "group"), message_id=str(message_id))
    return Response(status=204) if taken else problem("too_fast", wait=3600)


@sync.route("/parts/<sha256>", methods=["GET", "HEAD"])
def part(sha256: str) -> Response:
    if request.method == "HEAD":
        state = parts.look(g.sender, sha256) if HASH.fullmatch(sha256) else None
        if state is None:
            return problem("unknown_part")
        response = Response(status=200)
        response.headers["Diaoyan-Offset"], response.headers["Diaoyan-Size"] = str(state.offset), str(state.size)
        return response
    data = parts.read_part(g.sender, sha256) if HASH.fullmatch(sha256) else None
    if data is None:
        return problem("unknown_part")
    response = Response(data[0], mimetype="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="{sha256[:16]}"'
    return response


@sync.put("/parts/<sha256>")
def part_chunk(sha256: str) -> Response:
    if not HASH.fullmatch(sha256):
        return problem("unknown_part")
    span = _range(request.headers.get("Content-Range", ""))
    if span is None:
        return problem("request")
    body = body_of(parts.LARGEST_CHUNK, "application/octet-stream", check=False)
    if isinstance(body, Response):
        return body
    outcome = parts.take_chunk(g.sender, sha256, parts.Chunk(*span, body, request.headers["Diaoyan-Hash"].lower()))
    if outcome.code is None:
        return json_answer({"offset": outcome.offset, "size": outcome.size}, outcome.status)
    if outcome.code == "unknown_part":
        return problem("unknown_part")
    return problem(outcome.code, offset=outcome.offset, size=outcome.size)


def _range(text: str) -> tuple[int, int, int] | None:
    """`bytes a-b/size` as whole numbers."""
    unit, _, rest = text.partition(" ")
    span, _, total = rest.partition("/")
    first, _, last = span.partition("-")
    if unit != "bytes" or not all(
        word.isascii() and word.isdigit() and len(word) < 16 for word in (first, last, total)
    ):
        return None
    numbers = int(first), int(last), int(total)
    return numbers if numbers[0] <= numbers[1] else None
