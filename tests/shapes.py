"""Whether JSON is what a TypedDict says: every key that must be there, no key that is not declared, every value of its type."""

import types
from collections.abc import Iterator
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints, is_typeddict


def misfits(value: Any, shape: Any, at: str = "") -> list[str]:
    """Where a value is not of a shape, each place in words; empty where it is."""
    return list(_misfits(value, shape, at))


def _misfits(value: Any, shape: Any, at: str) -> Iterator[str]:
    origin = get_origin(shape)
    if shape is Any:
        return
    if is_typeddict(shape):
        yield from _in_keys(value, shape, at)
    elif origin in (Union, types.UnionType):
        tried = [misfits(value, one, at) for one in get_args(shape)]
        if all(tried):
            yield from min(tried, key=len)
    elif origin is Literal:
        if value not in get_args(shape):
            yield f"{at}: {value!r} is none of {get_args(shape)}"
    elif origin in (list, dict):
        yield from _inside(value, shape, origin, at)
    elif type(value) is not (type(None) if shape is None else shape) and not (shape is float and type(value) is int):
        yield f"{at}: {value!r} is no {shape}"


def _in_keys(value: Any, shape: Any, at: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{at}: {value!r} is no object"
        return
    hints = get_type_hints(shape)
    yield from (f"{at}: lacks {key}" for key in sorted(shape.__required_keys__ - value.keys()))
    yield from (f"{at}: {key} is not declared" for key in sorted(value.keys() - hints.keys()))
    for key in value.keys() & hints.keys():
        yield from _misfits(value[key], hints[key], f"{at}/{key}")


def _inside(value: Any, shape: Any, kind: type, at: str) -> Iterator[str]:
    if not isinstance(value, kind):
        yield f"{at}: {value!r} is no {kind.__name__}"
        return
    listed = isinstance(value, list)
    for place, inner in enumerate(value) if listed else value.items():
        if not listed:
            yield from _misfits(place, get_args(shape)[0], f"{at}/{place}")
        yield from _misfits(inner, get_args(shape)[-1], f"{at}/{place}")
