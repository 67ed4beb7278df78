"""A workbook checked for the command line: every fault and warning as plain data."""

from typing import Any

from surveys.questionnaire.reader import read_workbook


def check_workbook(data: bytes, name: str) -> dict[str, Any]:
    """{"errors": […], "warnings": […]}, each as `Fault.as_json`; both with media switched on, so that nothing is left out."""
    reading = read_workbook(data, name=name, media=True)
    return {
        "errors": [fault.as_json() for fault in reading.faults],
        "warnings": [fault.as_json() for fault in reading.warnings],
    }
