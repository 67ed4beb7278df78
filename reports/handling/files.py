"""Files that go with an answer: checked by content in a process of their own, kept by hash, handed out as attachments. Touches the store."""

from typing import Any

from werkzeug.datastructures import FileStorage

from reports.handling.faults import REFUSED_FILES, HandlingFault, HandlingFaultKind
from reports.issuing.archive import store
from surveys.fieldwork.filling.uploads import LARGEST_PART, RefusedUpload, read_upload

MOST = 10
PICTURES = (b"\xff\xd8\xff", b"\x89PNG")


def keep_files(uploads: list[FileStorage]) -> tuple[dict[str, Any], ...]:
    """Keep what was brought. Raises HandlingFault for the first that is not taken; none is named in an answer then."""
    stored = []
    for upload in uploads[:MOST]:
        if not upload.filename:
            continue
        data = upload.stream.read(LARGEST_PART + 1)
        name = upload.filename.replace("\\", "/").rpartition("/")[2][-120:]
        try:
            read = read_upload(data, "photo" if data.startswith(PICTURES) else "file")
        except RefusedUpload as refused:
            why = REFUSED_FILES.get(refused.reason, REFUSED_FILES["kind"])
            raise HandlingFault(HandlingFaultKind.FILE_REFUSED, name, name=name, why=why) from None
        stem = name.rpartition(".")[0] or name
        facts = {"name": stem + read.suffix, "type": read.type, "size": len(read.data), "file": store().put(read.data)}
        stored.append(facts)
    return tuple(stored)
