"""The values of a range (XLSForm `range`): its bounds and its step, on their digits. Pure."""

import re
from collections.abc import Mapping
from decimal import Decimal

_DECIMAL = re.compile(r"-?\d+(\.\d+)?")
MOST_SHOWN = 11  # values that stand side by side, as 0 to 10; more are typed


def bounds_of(parameters: Mapping[str, str]) -> tuple[str, str, str] | None:
    """Least, most and step as the form writes them; None where it does not say both bounds."""
    start, end, step = (parameters.get(name, "").strip() for name in ("start", "end", "step"))
    if not (_DECIMAL.fullmatch(start) and _DECIMAL.fullmatch(end)):
        return None
    width = step if _DECIMAL.fullmatch(step) and Decimal(step) else "1"
    least, most = sorted((start, end), key=Decimal)
    return least, most, width.lstrip("-")


def values_of(parameters: Mapping[str, str]) -> list[str]:
    """Every value in the order of the form, where there are few enough to choose from; else nothing."""
    bounds = bounds_of(parameters)
    if bounds is None:
        return []
    least, most, step = map(Decimal, bounds)
    number = int((most - least) / step) + 1
    if number > MOST_SHOWN:
        return []
    values = [f"{least + step * place:f}" for place in range(number)]
    return values[::-1] if Decimal(parameters["start"]) > Decimal(parameters["end"]) else values


def fault_of_value(value: str, parameters: Mapping[str, str]) -> str:
    """What is wrong with a value: `number`, `bounds`, `step`, or nothing."""
    if not _DECIMAL.fullmatch(value):
        return "number"
    bounds = bounds_of(parameters)
    if bounds is None:
        return ""
    least, most, step = map(Decimal, bounds)
    if not least <= Decimal(value) <= most:
        return "bounds"
    first = Decimal(parameters["start"])
    return "step" if (Decimal(value) - first) % step else ""
