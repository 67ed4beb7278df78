"""Reads and checks the column `parameters` (`name=value`, blanks or commas between) and makes it safe for the converter.

What has an effect here must be right; what has none is told and left out.
"""

import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal

from surveys.questionnaire.checking.checks import Row
from surveys.questionnaire.checking.repairs import did_you_mean
from surveys.questionnaire.sheets.bilingual import Text
from surveys.questionnaire.sheets.cell_faults import CellFaultKind
from surveys.questionnaire.sheets.faults import Fault, FaultKind
from surveys.questionnaire.sheets.xml_names import unfit

_PAIR = re.compile(r"[\s,;]*([^\s=,;]+)[\s,;]*=[\s,;]*([^\s=,;]+)[\s,;]*")
_DECIMAL = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,6})?")
_CHINESE_SIGNS = str.maketrans({"：": "=", "、": " ", "。": ".", "→": "="})
_GEO = ("allow-mock-accuracy", "incremental", "reference-geometry")
_CHOICES = ("randomize", "seed")
# Type → its parameters; a type that is not named takes any.
PARAMETERS: dict[str, tuple[str, ...]] = {
    "range": ("start", "end", "step", "tick_interval", "placeholder", "tick_labelset"),
    **dict.fromkeys(("text", "string"), ("rows",)),
    **dict.fromkeys(("image", "photo"), ("max-pixels", "app")),
    "audio": ("quality",),
    **dict.fromkeys(("geotrace", "geoshape"), _GEO),
    **dict.fromkeys(("geopoint", "gps", "location"), (*_GEO, "capture-accuracy", "warning-accuracy")),
    **dict.fromkeys(("select_one", "select_multiple", "rank"), _CHOICES),
}
_OF_FILES = (*_CHOICES, "value", "label")
_QUALITIES = ("voice-only", "low", "normal", "external")
_NUMBER = Text("数字（如 5 或 0.5）", "a number such as 5 or 0.5")
# Parameter → whether its value fits, and what it must be. These have an effect here, all others only on other tools.
_FITTING: dict[str, tuple[Callable[[str], bool], Text]] = {
    **dict.fromkeys(("start", "end", "step"), (lambda value: bool(_DECIMAL.fullmatch(value)), _NUMBER)),
    "max-pixels": (lambda value: value.isascii() and value.isdigit(), Text("整数", "a whole number")),
    "quality": (_QUALITIES.__contains__, Text("、".join(_QUALITIES) + " 之一", "one of " + ", ".join(_QUALITIES))),
    **dict.fromkeys(
        ("value", "label"),
        (lambda value: bool(re.fullmatch(r"[^\W\d][\w.\-]*", value)) and not unfit(value), Text("列名", "the name of a column")),
    ),
}  # fmt: skip


def pairs(text: str) -> list[tuple[str, str]] | None:
    """(name, value) of each parameter; None where it is not written so."""
    parameters, at = [], 0
    while at < len(text):
        match = _PAIR.match(text, at)
        if match is None:
            return None
        parameters.append((match[1].lower(), match[2]))
        at = match.end()
    return parameters


def effective_parameters(row_type: str, from_file: bool, text: str) -> str:
    """The parameters of a question that reach the converter."""
    parameters = pairs(text)
    if parameters is None or row_type not in PARAMETERS:
        return text
    effective = [
        (name, value) for name, value in parameters if name in _parameters_of(row_type, from_file) and name in _FITTING
    ]
    return " ".join(f"{name}={value}" for name, value in effective if _FITTING[name][0](value))


def _parameters_of(row_type: str, from_file: bool) -> tuple[str, ...]:
    return _OF_FILES if from_file else PARAMETERS[row_type]


def check_parameters(sheet: str, row: Row) -> tuple[list[Fault], list[Fault]]:
    """Faults and warnings of the parameters of one row."""
    text = row.cells.get("parameters", "")
    if not text or row.type.kind == "audit":  # what it would set is told with its type
        return [], []
    place = (sheet, row.number, row.headers.get("parameters", "parameters"))
    parameters = pairs(text)
    if parameters is None:
        return [Fault(CellFaultKind.PARAMETERS_SYNTAX, *place, _as_meant(text))], []
    if row.type.kind not in PARAMETERS:
        return [], []
    names = _parameters_of(row.type.kind, row.type.from_file)
    faults: list[Fault] = []
    warnings: list[Fault] = []
    for name, value in parameters:
        if name not in names:
            values = {"parameter": name, **did_you_mean(name, names)}
            warnings.append(Fault(CellFaultKind.PARAMETER_UNKNOWN, *place, values))
        elif name not in _FITTING:
            warnings.append(Fault(FaultKind.FEATURE_IGNORED, *place, {"feature": f"{name}={value}"}))
        elif not _FITTING[name][0](value):
            requirement = _FITTING[name][1]
            values = {"parameter": name, "value": value, "wanted_zh": requirement.zh, "wanted_en": requirement.en}
            fault = Fault(CellFaultKind.PARAMETER_VALUE, *place, {**values, "proposal": _plain(text)})
            (warnings if name in ("max-pixels", "quality") else faults).append(fault)
    if row.type.kind == "range" and not faults:
        _check_range(dict(parameters), place, faults, warnings)
    return faults, warnings


def _plain(text: str) -> str | None:
    """The parameters with half-width signs, when all of them fit then."""
    plain = unicodedata.normalize("NFKC", text)
    parameters = pairs(plain)
    fits = parameters and all(_FITTING[name][0](value) for name, value in parameters if name in _FITTING)
    return plain if fits and plain != text else None


def _as_meant(text: str) -> dict[str, str | None]:
    """The parameters in plain signs, when that makes them readable."""
    plain = unicodedata.normalize("NFKC", text.translate(_CHINESE_SIGNS))
    fits = pairs(plain) is not None
    return {
        "text": text,
        "proposal": plain if fits else None,
        "remedy_zh": f"请改为“{plain}”。" if fits else "请改成例如“start=1 end=5 step=1”的写法。",
        "remedy_en": f"Write “{plain}”." if fits else "Write it like “start=1 end=5 step=1”.",
    }


def _check_range(
    parameters: dict[str, str], place: tuple[str, int, str], faults: list[Fault], warnings: list[Fault]
) -> None:
    """Start, end and step of a range fit each other; those not given are 1, 10 and 1."""
    texts = {"start": "1", "end": "10", "step": "1"} | {
        name: parameters[name] for name in ("start", "end", "step") if name in parameters
    }
    start, end, step = (Decimal(texts[name]) for name in ("start", "end", "step"))
    width = abs(end - start)
    if width == 0:
        faults.append(Fault(CellFaultKind.RANGE_EMPTY, *place, texts))
    elif step == 0 or abs(step) > width or (step < 0 and start < end):
        faults.append(Fault(CellFaultKind.RANGE_STEP, *place, {**texts, "meant": f"{min(width, Decimal(1)):f}"}))
    elif over := width % step:
        last = end - over if end > start else end + over
        warnings.append(Fault(CellFaultKind.RANGE_STEP_UNEVEN, *place, {**texts, "last": f"{last:f}"}))
