"""What the offline form says of photos, recordings, files, signatures and places: the words of static/js/media.mjs."""

from collections.abc import Iterable
from typing import Any

from surveys.fieldwork.filling import uploads
from surveys.pages.field.questions.media import not_taken
from surveys.pages.field.texts import nowhere, say
from surveys.pages.shell.release import asset
from surveys.planning.campaigns.campaigns import MEDIA_KINDS, Campaign
from surveys.questionnaire.shapes.package_shape import Package

MEDIA_TYPES = frozenset(("image", "audio", "file", "geopoint"))
# By the ending of a file's name; what it holds is looked at again when it has arrived.
TYPES = {
    "sound": {
        ".mp3": "audio/mpeg",
        ".aac": "audio/aac",
        ".wav": "audio/wav",
        ".ogg": "audio/ogg",
        ".amr": "audio/amr",
        ".m4a": "audio/mp4",
        ".mp4": "audio/mp4",
        ".3gp": "audio/mp4",
        ".webm": "audio/webm",
    },
    "file": {
        ".pdf": "application/pdf",
        ".txt": "text/plain",
        ".csv": "text/csv",
        **{suffix: mime for mime, suffix in uploads.OFFICE.values()},
    },
}


def asks_media(package: Package | None) -> bool:
    """Whether a questionnaire has a question for a photo, sound, file, signature or place."""
    return package is not None and any(one["type"] in MEDIA_TYPES for one in package["defs"] if "type" in one)


def taken_anywhere(campaigns: Iterable[Campaign]) -> bool:
    return any(campaign.setting("media") for campaign in campaigns)


def media_texts() -> dict[str, Any]:
    """The script's words, what files it offers, and where its worker is."""
    return {
        "worker": asset("dist/photo_worker.js"),
        "accept": {kind: uploads.ACCEPT[kind] for kind in ("sound", "file")},
        "types": TYPES,
        "not_taken": {kind: not_taken(kind) for kind in MEDIA_KINDS},
        "refused": _refused(),
        "unplaced": _unplaced(),
        **_files(),
        **_signature(),
        **_place(),
    }


def _files() -> dict[str, str]:
    return {
        "take": say("Take a photo"),
        "take_again": say("Take it again"),
        "pick": say("Choose from the album"),
        "pick_other": say("Choose another from the album"),
        "choose": say("Choose a file"),
        "other": say("Choose another file"),
        "sound_hint": say("Record it first with the phone's own recorder, then choose it here. It may be left out."),
        "no_photo": say("No new photo. If the camera does not open, choose one from the album, or leave it out."),
        "no_file": say("No new file. Choose one, or leave it out."),
        "working": say("One moment, it is being kept on this phone…"),
        "kept": say("Kept on this phone, %(size)s KB"),
        "on_server": say("The server has it, %(size)s KB"),
        "elsewhere": say("It is not on this phone any more. Please give it again, or take it out."),
        "broken": say("It cannot be shown here. Please give it again, or take it out."),
        "remove": say("Take it out: %(label)s"),
        "little_room": say(
            "Only %(size)d MB are left on this phone. What is filled in is safe; please make room before taking photos."
        ),
    }


def _refused() -> dict[str, str]:
    return {
        "empty": say("The file is empty. Please choose it again."),
        "photo_too_large": say("This photo is too large (%(size)s MB). Please take it with the button above."),
        "too_large": say("The file is too large: at most 20 MB."),
        "broken": say("“%(name)s” is no photo that this phone can read. Please take it again or choose another one."),
        "unreadable": say("The phone did not give the file. Please choose it again."),
        "sound_kind": say("This is no recording that can be kept. Please give MP3, M4A, WAV, OGG or AMR."),
        "file_kind": say("This kind of file is not kept. Please give PDF, DOCX, XLSX, PPTX, text or a photo."),
        "no_room": say(
            "There is no room left on this phone, so it was not kept. Your answers are safe; please make room."
        ),
        "not_kept": say("This phone did not keep it. Your answers are safe; please try once more."),
    }


def _signature() -> dict[str, str]:
    return {
        "sign_hint": say("Write in the box with a finger."),
        "pad_empty": say("Box for the signature, empty"),
        "pad_signed": say("Box for the signature, signed"),
        "sign_again": say("Sign again"),
        "type_instead": say("Type the name instead"),
        "type_name": say("Type your name instead of signing"),
        "draw_instead": say("Sign with a finger instead"),
    }


def _place() -> dict[str, str]:
    return {
        "locate": say("Take the position"),
        "locate_again": say("Take it anew"),
        "type_place": say("Write the place in words"),
        "type_place_instead": say("Write the place in words instead"),
        "locating": say("Looking for the position, up to half a minute…"),
        "got_place": say("The position is there"),
        "place": say("%(north_south)s %(latitude)s, %(east_west)s %(longitude)s"),
        "north": say("North"),
        "south": say("South"),
        "east": say("East"),
        "west": say("West"),
        "accurate": say("Accurate to about %(metres)s metres"),
        "place_hint": say("Indoors it may take long: go to the door. It may be left out."),
        "forget_place": say("Take the position out"),
    }


def _unplaced() -> dict[str, str]:
    return {
        "denied": say("The phone does not let this page know the position. Write the place in words, or leave it out."),
        "late": say(
            "No position within half a minute. Try again at the door, write the place in words, or leave it out."
        ),
        "unknown": say(
            "The phone does not know where it is. Try again outside, write the place in words, or leave it out."
        ),
        "unable": say("This browser gives no position here. Write the place in words, or leave it out."),
        "nowhere": nowhere(),
    }
