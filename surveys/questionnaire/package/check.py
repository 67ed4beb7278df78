"""A form checked for the command line: every fault and warning as plain data, and as lines for people."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from surveys.questionnaire.package.attachments import sort_out
from surveys.questionnaire.package.reader import read_workbook
from surveys.questionnaire.sheets.faults import place


def check_workbook(data: bytes, name: str, attached: Mapping[str, bytes] | None = None) -> dict[str, Any]:
    """{"errors": […], "warnings": […]}, each as `Fault.as_json`; both with media switched on, so that nothing is left out."""
    reading = read_workbook(data, name=name, media=True, attached=attached)
    return {
        "errors": [fault.as_json() for fault in reading.faults],
        "warnings": [fault.as_json() for fault in reading.warnings],
    }


def check_files(files: Iterable[tuple[str, bytes]]) -> dict[str, Any]:
    """The same for a form and the files that come with it, in any order; a ZIP holds both."""
    uploads = list(files)
    upload = sort_out(uploads)
    if upload.faults:
        return {"errors": [fault.as_json() for fault in upload.faults], "warnings": []}
    if not upload.data:  # an empty file is said to be unreadable
        upload.name, upload.data = uploads[0]
    return check_workbook(upload.data, upload.name, upload.attached)


def lines(report: Mapping[str, Any], name: str) -> Iterator[str]:
    """What a person reads in a terminal: each fault with its place in Chinese, then in English; faults first."""
    for kind, zh_mark, en_mark in (("errors", "", ""), ("warnings", "提示 ", "Note: ")):
        for fault in report[kind]:
            where = (fault["sheet"], fault["row"], fault["column"])
            zh, en = (place(*where, lang) or name for lang in ("zh", "en"))
            yield f"{zh_mark}{zh}：{fault['cause']['zh']}{fault['remedy']['zh']}"
            yield f"  {en_mark}{en}: {fault['cause']['en']} {fault['remedy']['en']}"
            if fault["proposal"]:
                yield f"  建议 proposed: {fault['proposal']}"
    if not report["errors"]:
        yield "没有错误，可以使用。 No fault: the workbook can be used."
