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


def media_of(filling: Filling | Trial, question: QuestionView) -> MediaShown | None:
    """What the page says of a picture, sound, file or place; None for any other question."""
    kind = uploads.kind_of(question.type, question.template)
    if kind is None:
        return None
    if not uploads.takes(filling.campaign, kind):
        return MediaShown(kind, taken=False, words=not_taken(kind))
    part = next((one for one in _parts_named(filling) if question.raw and one["name"] == question.raw), None)
    if part is None:
        return MediaShown(kind, taken=True, accept=uploads.ACCEPT.get(kind, ""))
    size = say("%(size)d KB", size=max(1, round(part["size"] / 1024)))
    here = parts.is_whole(part["sha256"], part["size"])
    return MediaShown(
        kind,
        taken=True,
        accept=uploads.ACCEPT.get(kind, ""),
        part=part,
        held=say("On the server, %(size)s; not submitted yet", size=size)
        if here
        else say("Only on the phone it was given on, %(size)s; it is sent when that phone submits", size=size),
        picture=part["type"] in uploads.SHOWN,
        address=_address(filling, part["sha256"]) if here else "",
    )


def label_media(filling: Filling | Trial, form: FormState, question: QuestionView) -> list[tuple[str, str, str]]:
    """The pictures and sounds of a label: kind, name, and the address where the file is attached."""
    text_id_by_kind = form.program.defs[form.node(question.path).index].get("media") or {}
    return choice_layout.label_media(
        text_id_by_kind, lambda text_id: form.text(text_id, form.node(question.path)), attached_address(filling)
    )


def attached_address(filling: Filling | Trial) -> choice_layout.Address:
    """Where the files that came with the questionnaire are found from a page of this visit or trial."""
    names = choice_layout.attached_names(filling.package) if filling.package else ()

    def address(name: str) -> str:
        if name not in names:
            return ""
        if isinstance(filling, Trial):
            return url_for("trying.attached", number=filling.campaign.number, version=filling.version.number, name=name)
        if filling.sender.account_id:
            return url_for("behalf.attached", visit_id=filling.visit_id, name=name)
        return url_for("field.attached", package_hash=filling.package_hash, name=name)

    return address


def _parts_named(filling: Filling | Trial) -> Iterable[PartEntry]:
    return filling.draft.parts if filling.draft else ()


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
    filling: Filling | Trial, form: FormState, questions: Iterable[QuestionView]
) -> tuple[list[PartEntry], dict[str, str]]:
    """Take in the files of the posted form; gives the parts the draft names now, and path → what was wrong with a file."""
    part_by_name = {part["name"]: part for part in _parts_named(filling)}
    file_faults: dict[str, str] = {}
    path_to_drop = request.form.get(DROP, "")
    for question in questions:
        kind = uploads.kind_of(question.type, question.template)
        if kind is None or not question.takes_answer:
            continue
        if question.path == path_to_drop:
            part_by_name.pop(question.raw, None)
            form.set(question.path, "")
        file = request.files.get(question.path)
        if file is None or not file.filename:
            continue
        problem = _take(filling, form, question, kind, file.read(uploads.LARGEST_PART + 1), part_by_name)
        if problem:
            file_faults[question.path] = problem
    answers = set(form.raw().values())
    return [part for name, part in part_by_name.items() if name in answers], file_faults


def _take(
    filling: Filling | Trial,
    form: FormState,
    question: QuestionView,
    kind: str,
    data: bytes,
    part_by_name: dict[str, PartEntry],
) -> str:
    """Take one file in; what is wrong with it in words, or nothing."""
    if not uploads.takes(filling.campaign, kind):
        return not_taken(kind)
    try:
        upload = uploads.read_upload(data, kind)
    except uploads.RefusedUpload as refusal:
        return _refused(refusal.reason, kind)
    sha256 = _keep(filling, upload.data)
    if sha256 is None:
        return say("Too much was sent today. What is there is safe; please try again tomorrow, or call the liaison.")
    name = f"{question.name}-{sha256[:10]}{upload.suffix}"
    part_by_name.pop(question.raw, None)
    part_by_name[name] = {
        "name": name,
        "path": question.path,
        "sha256": sha256,
        "size": len(upload.data),
        "type": upload.type,
    }
    form.set(question.path, name)
    return ""


def _keep(filling: Filling | Trial, data: bytes) -> str | None:
    return parts.keep_whole(filling if isinstance(filling, Trial) else filling.sender, data)


def _address(filling: Filling | Trial, sha256: str) -> str:
    if isinstance(filling, Trial):
        number, version = filling.campaign.number, filling.version.number
        return url_for("trying.part", number=number, version=version, sha256=sha256)
    if filling.sender.account_id:
        return url_for("behalf.part", visit_id=filling.visit_id, sha256=sha256)
    return url_for("field.part", visit_id=filling.visit_id, sha256=sha256)


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


def manifest(form: FormState, entries: Iterable[PartEntry]) -> list[PartEntry]:
    """The parts that open answers name, for the content."""
    answers = form.answers()
    by_name = {part["name"]: part for part in entries}
    return [
        {"name": text, "path": path, "sha256": part["sha256"], "size": part["size"], "type": part["type"]}
        for path, text in answers.items()
        if (part := by_name.get(text)) and uploads.kind_of(form.node(path).plan.type, "") is not None
    ]


def hold(filling: Filling, entries: Iterable[PartEntry]) -> None:
    """Make what a version names held, as when a phone's last chunk arrives."""
    for part in entries:
        parts.hold_whole(filling.sender, part["sha256"])
