"""The bytes of an SPSS system file (.sav), written row by row. Pure; knows no survey.

Takes   `Variable`s and rows; texts are UTF-8, so widths are bytes. Dictionary as of the published description of the format (PSPP,
        “System File Format”); data compressed as SPSS does by default.
Why     the kept library (pyreadstat) writes from a pandas or polars frame alone: as much again as all that is installed here, and
        the whole table in memory (docs/decisions.md has the figures). The tests read every file back with it.
"""

import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO

LONGEST_TEXT = 32_767  # bytes of one value
SHORT = 8  # bytes up to which a text may have labels and missing values in the old records
SEGMENT = 255  # bytes of a very long text that one variable of the file holds
_SYSMIS = struct.pack("<d", -1.7976931348623157e308)
_HIGHEST = struct.pack("<d", 1.7976931348623157e308)
_LOWEST = struct.pack("<d", -1.7976931348623155e308)
_BIAS = 100
_MEASURES = {"nominal": 1, "ordinal": 2, "scale": 3}
_NUMBER, _TEXT = 5, 1  # F and A
Value = float | bytes | None


@dataclass(frozen=True, slots=True)
class Variable:
    """One column. `width`: bytes of a text, 0 for a number; `labels`: value → label; `missing`: values that count as none, at most 3."""

    name: str
    label: str
    width: int = 0
    places: int = 0
    measure: str = "nominal"
    labels: Mapping[float | bytes, str] = field(default_factory=dict)
    missing: Sequence[float | bytes] = ()

    def segments(self) -> list[int]:
        """The widths of the variables of the file that hold it."""
        if self.width <= SEGMENT:
            return [self.width]
        count = -(-self.width // 252)
        return [SEGMENT] * (count - 1) + [self.width - (count - 1) * 252]

    def octets(self) -> int:
        """Units of eight bytes that a value takes."""
        return sum(max(1, -(-width // 8)) for width in self.segments())


def write_sav(
    file: IO[bytes], variables: Sequence[Variable], rows: Iterable[Sequence[Value]], *, count: int, title: str
) -> None:
    """Write the whole file. `rows`: a float, bytes not longer than the width, or None, in the order of the variables."""
    shorts = _short_names(variables)
    file.write(_header(variables, count, title))
    for variable, names in zip(variables, shorts, strict=True):
        file.writelines(_variable_records(variable, names))
    file.writelines(_value_labels(variables))
    file.writelines(_extensions(variables, shorts, count))
    file.write(struct.pack("<ii", 999, 0))
    _write_rows(file, variables, rows)


def cut(text: bytes, most: int) -> bytes:
    """The beginning of a UTF-8 text, no character cut in two."""
    return text if len(text) <= most else text[:most].decode(errors="ignore").encode()


# --- dictionary ----------------------------------------------------------------------------------------------------


def _header(variables: Sequence[Variable], count: int, title: str) -> bytes:
    octets = sum(variable.octets() for variable in variables)
    day = datetime(2000, 1, 1).strftime("%d %b %y %H:%M:%S").encode()  # noqa: DTZ001 - the same data are the same file
    return b"".join(
        (
            b"$FL2",
            b"@(#) SPSS DATA FILE".ljust(60),
            struct.pack("<iiiiid", 2, octets, 1, 0, count, _BIAS),
            day[:9],
            day[10:18],
            cut(title.encode(), 64).ljust(64),
            b"\0\0\0",
        )
    )


def _short_names(variables: Sequence[Variable]) -> list[list[bytes]]:
    """Of each variable the names of eight bytes that its segments have: V1, V1A …, numbered through."""
    number, segment_names = 0, []
    for variable in variables:
        names = []
        for _segment in variable.segments():
            number += 1
            names.append(f"V{number}".encode())
        segment_names.append(names)
    return segment_names


def _variable_records(variable: Variable, names: Sequence[bytes]) -> Iterator[bytes]:
    for place, (name, width) in enumerate(zip(names, variable.segments(), strict=True)):
        missing = [] if place or variable.width > SHORT else list(variable.missing)
        kind, shown = (_TEXT, width) if width else (_NUMBER, 12)
        print_as = kind << 16 | min(shown, 255) << 8 | (0 if width else variable.places)
        label = cut(variable.label.encode(), 255) if not place else b""
        yield struct.pack("<iiiiii", 2, width, bool(label), len(missing), print_as, print_as) + name.ljust(8)
        if label:
            yield struct.pack("<i", len(label)) + label.ljust(-(-len(label) // 4) * 4)
        yield from (_octet(value) for value in missing)
        for _more in range(-(-width // 8) - 1):
            yield struct.pack("<iiiiii", 2, -1, 0, 0, 0, 0) + b" " * 8


def _octet(value: float | bytes) -> bytes:
    return value[:8].ljust(8) if isinstance(value, bytes) else struct.pack("<d", value)


def _value_labels(variables: Sequence[Variable]) -> Iterator[bytes]:
    place = 1
    for variable in variables:
        if variable.labels and variable.width <= SHORT:
            yield struct.pack("<ii", 3, len(variable.labels))
            for value, label in variable.labels.items():
                text = cut(label.encode(), 120)
                yield _octet(value) + bytes((len(text),)) + text.ljust(-(-(len(text) + 1) // 8) * 8 - 1)
            yield struct.pack("<iii", 4, 1, place)
        place += variable.octets()


def _extensions(variables: Sequence[Variable], shorts: Sequence[Sequence[bytes]], count: int) -> Iterator[bytes]:
    yield _extension(3, 4, struct.pack("<iiiiiiii", 1, 0, 0, -1, 1, 1, 2, 65001))
    yield _extension(4, 8, _SYSMIS + _HIGHEST + _LOWEST)
    display = [
        (_MEASURES[variable.measure], max(8, min(variable.width or 12, 40)), 0 if variable.width else 1)
        for variable in variables
        for _segment in variable.segments()
    ]
    yield _extension(11, 4, b"".join(struct.pack("<iii", *one) for one in display))
    pairs = [b"%s=%s" % (names[0], variable.name.encode()) for variable, names in zip(variables, shorts, strict=True)]
    yield _extension(13, 1, b"\t".join(pairs))
    long = [
        b"%s=%05d\0\t" % (names[0], variable.width)
        for variable, names in zip(variables, shorts, strict=True)
        if variable.width > SEGMENT
    ]
    if long:
        yield _extension(14, 1, b"".join(long))
    yield _extension(16, 8, struct.pack("<qq", 1, count))
    if labels := b"".join(_long_labels(variable) for variable in variables):
        yield _extension(21, 1, labels)
    if missing := b"".join(_long_missing(variable) for variable in variables):
        yield _extension(22, 1, missing)
    yield _extension(20, 1, b"UTF-8")


def _extension(subtype: int, size: int, data: bytes) -> bytes:
    return struct.pack("<iiii", 7, subtype, size, len(data) // size) + data


def _sized(text: bytes) -> bytes:
    return struct.pack("<i", len(text)) + text


def _long_labels(variable: Variable) -> bytes:
    if not variable.labels or variable.width <= SHORT:
        return b""
    rows = [
        _sized(value.ljust(variable.width)) + _sized(cut(label.encode(), 120))
        for value, label in variable.labels.items()
        if isinstance(value, bytes)
    ]
    return _sized(variable.name.encode()) + struct.pack("<ii", variable.width, len(rows)) + b"".join(rows)


def _long_missing(variable: Variable) -> bytes:
    if not variable.missing or variable.width <= SHORT:
        return b""
    values = [value for value in variable.missing if isinstance(value, bytes)]
    packed = b"".join(value[:8].ljust(8) for value in values)
    return _sized(variable.name.encode()) + bytes((len(values),)) + struct.pack("<i", 8) + packed


# --- data ----------------------------------------------------------------------------------------------------------


def _write_rows(file: IO[bytes], variables: Sequence[Variable], rows: Iterable[Sequence[Value]]) -> None:
    """Eight commands, then the bytes that they do not say themselves, and so on to the end."""
    segments = [(variable.segments(), variable.octets() * 8) for variable in variables]
    commands, literal, out = bytearray(), bytearray(), bytearray()

    def flush() -> None:
        out.extend(commands.ljust(8, b"\0"))
        out.extend(literal)
        commands.clear()
        literal.clear()

    for row in rows:
        for value, (widths, size) in zip(row, segments, strict=True):
            for command, octet in _commands(value, widths, size):
                commands.append(command)
                literal.extend(octet)
                if len(commands) == 8:
                    flush()
        if len(out) > 1 << 18:
            file.write(out)
            out.clear()
    commands.append(252)  # the end
    flush()
    file.write(out)


def _commands(value: Value, widths: Sequence[int], size: int) -> Iterator[tuple[int, bytes]]:
    if not isinstance(value, bytes):
        if value is None and not widths[0]:
            yield 255, b""
        elif value is None:
            yield from ((254, b"") for _octet in range(size // 8))
        elif value == int(value) and 1 <= value + _BIAS <= 251:
            yield int(value) + _BIAS, b""
        else:
            yield 253, struct.pack("<d", value)
        return
    data = value.ljust(size) if len(widths) == 1 else _in_segments(value, size)
    for start in range(0, size, 8):
        octet = data[start : start + 8]
        yield (254, b"") if octet == b"        " else (253, octet)


def _in_segments(value: bytes, size: int) -> bytes:
    """255 bytes in each segment, which takes 256."""
    parts = [value[start : start + SEGMENT] for start in range(0, len(value), SEGMENT)]
    return b"".join(part.ljust(SEGMENT + 1) for part in parts)[:size].ljust(size)
