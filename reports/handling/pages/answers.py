"""What the pages of answers share: a form as it was sent, a day as it was typed, a file as an answer. Touches the course and the files."""

from datetime import date

from flask import Response, abort, request

from reports.handling.course import Answer
from reports.handling.files import keep_files
from reports.handling.records import Reply
from reports.issuing.archive import store
from reports.pages.frame import attachment


def typed_day(name: str) -> date | None:
    """A day of the form; None where it is none."""
    try:
        return date.fromisoformat(request.form.get(name, "").strip())
    except ValueError:
        return None


def sent_answer(*, on_paper: bool = False) -> Answer:
    """The answer that the form says, its files checked and kept. Raises HandlingFault for a file that is not taken."""
    kind = request.form.get("kind", "final")
    if kind not in ("final", "interim", "opinion"):
        abort(400)
    files = keep_files(request.files.getlist("file"))
    text, grade = request.form.get("text", "")[:20_000], request.form.get("grade", "")[:1]
    return Answer(kind, text, grade, typed_day("planned_on"), files, on_paper)


def reply_file(reply: Reply, place: int) -> Response:
    """One file of an answer; never shown in the page, so that nothing in it runs."""
    if not 0 <= place < len(reply.files):
        abort(404)
    entry = reply.files[place]
    response = attachment(store().read(entry["file"]), entry["type"], entry["name"])
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
