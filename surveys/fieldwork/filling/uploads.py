"""Reads pictures, sounds and files that a page without script uploads, and says which are taken. Stores nothing.

What the campaign does not take is not asked for; what it takes is never required.
"""

from surveys.confined import Overrun, confined
from surveys.fieldwork.filling import file_contents
from surveys.fieldwork.filling.file_contents import OFFICE, RefusedUpload, Upload
from surveys.fieldwork.receiving.contents import LARGEST_PART
from surveys.planning.campaigns.campaigns import MEDIA_KINDS, Campaign

__all__ = ["LARGEST_PART", "OFFICE", "RefusedUpload", "Upload"]

# What the browser is told to offer; what is taken is decided by content.
ACCEPT = {
    "photo": "image/jpeg,image/png",
    "signature": "image/jpeg,image/png",
    "sound": "audio/*",
    "file": ".pdf,.docx,.xlsx,.pptx,.txt,.csv,image/jpeg,image/png",
}
SHOWN = frozenset({"image/jpeg", "image/png"})


def kind_of(question_type: str, template: str) -> str | None:
    """Which of a campaign's media a question asks for; None for a question of another kind."""
    if question_type == "image":
        return {"signature": "signature", "draw": "drawing"}.get(template, "photo")
    return {"audio": "sound", "file": "file", "geopoint": "position", "video": "video"}.get(question_type)


def takes(campaign: Campaign, kind: str) -> bool:
    """Whether the campaign switched this kind on. Films and drawings are not taken."""
    return bool(campaign.setting("media")) and kind in campaign.setting("media_kinds")


def kinds_taken(campaign: Campaign) -> list[str]:
    """The kinds that the campaign switched on."""
    return [kind for kind in MEDIA_KINDS if takes(campaign, kind)]


def read_upload(data: bytes, kind: str) -> Upload:
    """What may be kept of `data`, looked at in a process of its own. Raises RefusedUpload."""
    if not data:
        raise RefusedUpload("empty")
    if len(data) > LARGEST_PART:
        raise RefusedUpload("too_large")
    try:
        return confined(file_contents.read_upload, data, kind)
    except Overrun:
        raise RefusedUpload("too_large") from None
