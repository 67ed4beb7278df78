"""Pictures, sounds, files and places on a page: whether the campaign takes them, what is there, what came with a form.

Every one may be left out. What is refused is said at its question; the other answers of the page are kept all the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import request, url_for

from surveys.fieldwork.filling import uploads
from surveys.fieldwork.filling.fillings import Filling
from surveys.fieldwork.filling.trials import Trial
from surveys.fieldwork.receiving import parts
from surveys.pages.field.questions import choice_layout
from surveys.pages.field.texts import say
from surveys.questionnaire.shapes.content_shape import PartEntry
from surveys.questionnaire.state.evaluation import FormState
from surveys.questionnaire.views.definition import QuestionView

DROP = "drop"


@dataclass(frozen=True, slots=True)
class MediaShown:
    """`taken`: whether the campaign takes it; else `words` say so. `part`: what is there now, at `address` where the bytes are here."""

    kind: str
    taken: bool
    words: str = ""
    accept: str = ""
    part: PartEntry | None = None
    held: str = ""
    picture: bool = False
    address: str = ""


def shown(opened: Filling | Trial, question: QuestionView) -> MediaShown | None:
    """What the page says of a picture, sound, file or place; None for any other question."""
    kind = uploads.kind_of(question.type, question.template)
    if kind is None:
        return None
    if not uploads.takes(opened.campaign, kind):
        return MediaShown(kind, taken=False, words=not_taken(kind))
    part = next((one for one in _named(opened) if question.raw and one["name"] == question.raw), None)
    if part is None:
        return MediaShown(kind, taken=True, accept=uploads.ACCEPT.get(kind, ""))
    size = say("%(size)d KB", size=max(1, round(part["size"] / 1024)))
    here = isinstance(opened, Trial) or parts.is_whole(part["sha256"], part["size"])
    return MediaShown(
        kind,
        taken=True,
        accept=uploads.ACCEPT.get(kind, ""),
        part=part,
        held=say("On the server, %(size)s; not submitted yet", size=size)
        if here
        else say("Only on the phone it was given on, %(size)s; it is sent when that phone submits", size=size),
        picture=part["type"] in uploads.SHOWN,
        address=_address(opened, part["sha256"]) if here else "",
    )


def label_media(opened: Filling | Trial, form: FormState, question: QuestionView) -> list[tuple[str, str, str]]:
    """The pictures and sounds of a label: kind, name, and the address where the file is attached."""
    named = form.program.defs[form.node(question.path).index].get("media") or {}
    return choice_layout.label_media(
        named, lambda text_id: form.text(text_id, form.node(question.path)), attached_address(opened)
    )


def attached_address(opened: Filling | Trial) -> choice_layout.Address:
    """Where the files that came with the questionnaire are found from a page of this visit or trial."""
    names = choice_layout.attached_names(opened.package) if opened.package else ()

    def address(name: str) -> str:
        if name not in names:
            return ""
        if isinstance(opened, Trial):
            return url_for("trying.attached", number=opened.campaign.number, version=opened.version.number, name=name)
        if opened.sender.account_id:
            return url_for("behalf.attached", visit_id=opened.visit_id, name=name)
        return url_for("field.attached", package_hash=opened.package_hash, name=name)

    return address


def _named(opened: Filling | Trial) -> Iterable[PartEntry]:
    return opened.draft.parts if opened.draft else ()


def not_taken(kind: str) -> str:
    """That the campaign does not take this kind, in words."""
    return {
        "photo": say("This campaign takes no photos. Nothing is missing here."),
        "signature": say("This campaign takes no signatures. Nothing is missing here."),
        "sound": say("This campaign takes no recordings. Nothing is missing here."),
        "file": say("This campaign takes no files. Nothing is missing here."),
        "position": say("This campaign asks for no position. Nothing is missing here."),
        "video": say("Films are not taken. Nothing is missing here."),
        "drawing": say("Drawings are not taken. Nothing is missing here."),
    }[kind]


def take_files(
    opened: Filling | Trial, form: FormState, questions: Iterable[QuestionView]
) -> tuple[list[PartEntry], dict[str, str]]:
    """Take in the files of the posted form; gives the parts the draft names now, and path → what was wrong with a file."""
    named = {part["name"]: part for part in _named(opened)}
    file_faults: dict[str, str] = {}
    dropped = request.form.get(DROP, "")
    for question in questions:
        kind = uploads.kind_of(question.type, question.template)
        if kind is None or not question.takes_answer:
            continue
        if question.path == dropped:
            named.pop(question.raw, None)
            form.set(question.path, "")
        brought = request.files.get(question.path)
        if brought is None or not brought.filename:
            continue
        problem = _take(opened, form, question, kind, brought.read(uploads.LARGEST_PART + 1), named)
        if problem:
            file_faults[question.path] = problem
    answers = set(form.raw().values())
    return [part for name, part in named.items() if name in answers], file_faults


def _take(
    opened: Filling | Trial,
    form: FormState,
    question: QuestionView,
    kind: str,
    data: bytes,
    named: dict[str, PartEntry],
) -> str:
    """Take one file in; what is wrong with it in words, or nothing."""
    if not uploads.takes(opened.campaign, kind):
        return not_taken(kind)
    try:
        upload = uploads.read_upload(data, kind)
    except uploads.RefusedUpload as refused:
        return _refused(refused.reason, kind)
    sha256 = _keep(opened, upload.data)
    if sha256 is None:
        return say("Too much was sent today. What is there is safe; please try again tomorrow, or call the liaison.")
    name = f"{question.name}-{sha256[:10]}{upload.suffix}"
    named.pop(question.raw, None)
    named[name] = {
        "name": name,
        "path": question.path,
        "sha256": sha256,
        "size": len(upload.data),
        "type": upload.type,
    }
    form.set(question.path, name)
    return ""


def _keep(opened: Filling | Trial, data: bytes) -> str | None:
    return opened.keep_part(data) if isinstance(opened, Trial) else parts.keep_whole(opened.sender, data)


def _address(opened: Filling | Trial, sha256: str) -> str:
    if isinstance(opened, Trial):
        number, version = opened.campaign.number, opened.version.number
        return url_for("trying.part", number=number, version=version, sha256=sha256)
    if opened.sender.account_id:
        return url_for("behalf.part", visit_id=opened.visit_id, sha256=sha256)
    return url_for("field.part", visit_id=opened.visit_id, sha256=sha256)


def _refused(reason: str, kind: str) -> str:
    if reason == "kind":
        return {
            "sound": say("This is no recording that can be kept. Please give MP3, M4A, WAV, OGG or AMR."),
            "file": say("This kind of file is not kept. Please give PDF, DOCX, XLSX, PPTX, text or a photo."),
        }.get(kind) or say("This is no photo that can be kept. Please give JPEG or PNG.")
    return {
        "empty": say("The file is empty. Please choose it again."),
        "too_large": say("The file is too large: at most 20 MB."),
        "broken": say("The file is damaged and cannot be read. Please choose another one."),
        "macros": say("The file holds macros. Please save it without macros, or as PDF."),
    }[reason]


def manifest(form: FormState, named: Iterable[PartEntry]) -> list[PartEntry]:
    """The parts that open answers name, for the content."""
    answers = form.answers()
    by_name = {part["name"]: part for part in named}
    return [
        {"name": text, "path": path, "sha256": part["sha256"], "size": part["size"], "type": part["type"]}
        for path, text in answers.items()
        if (part := by_name.get(text)) and uploads.kind_of(form.node(path).plan.type, "") is not None
    ]


def hold(opened: Filling, listed: Iterable[PartEntry]) -> None:
    """Make what a version names held, as when a phone's last chunk arrives."""
    for part in listed:
        parts.hold_whole(opened.sender, part["sha256"])
