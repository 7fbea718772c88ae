"""Values inside an update: lib0's "any" and embedded JSON, checked without building them.

An update reaches the engine only if every value in it can be read by Yjs, yrs and a JSON parser
alike. What one of them refuses (a lone surrogate, NaN or 1e999 in JSON, an unknown tag) or cannot
survive (26,000 nested arrays end the process) is refused here.
Source: lib0 encoding.js writeAny; docs/protocols.md, "Grammar of update_v1".
"""

from __future__ import annotations

import json
from math import isinf
from typing import NoReturn

from collab.errors import BadUpdate
from collab.wire.lib0 import var_int_at, var_uint_at

LIMIT_DEPTH = 64  # arrays in maps in arrays; serde_json ends at 128, JavaScript at some thousand

_FIXED_BYTES = {127: 0, 126: 0, 124: 4, 123: 8, 122: 8, 121: 0, 120: 0}
_OBJECT = 118


def skip_string(data: bytes, pos: int) -> int:
    """Check a varString of strict UTF-8 at `pos`; returns the position behind it."""
    length, pos = var_uint_at(data, pos)
    end = pos + length
    if end > len(data):
        raise count_exceeds_data()
    data[pos:end].decode()
    return end


def read_string(data: bytes, pos: int) -> tuple[str, int]:
    """Read a varString of strict UTF-8 at `pos`; returns (text, position behind it)."""
    length, pos = var_uint_at(data, pos)
    end = pos + length
    if end > len(data):
        raise count_exceeds_data()
    return data[pos:end].decode(), end


def skip_any(data: bytes, pos: int, depth: int = 0) -> int:
    """Check one lib0 "any" at `pos`; returns the position behind it.

    depth: how many arrays and maps are around it.
    Raises BadUpdate; IndexError and UnicodeDecodeError as `collab.wire.lib0.var_uint_at` explains.
    """
    tag = data[pos]
    pos += 1
    if tag == 119:
        return skip_string(data, pos)
    if tag == 125:
        byte = data[pos]
        return pos + 1 if byte < 0x80 else var_int_at(data, pos)[1]
    width = _FIXED_BYTES.get(tag)
    if width is not None:
        if pos + width > len(data):
            raise IndexError
        return pos + width
    if tag == 116:
        return skip_bytes(data, pos)
    if tag == 117 or tag == _OBJECT:
        return _skip_nested(data, pos, depth + 1, tag == _OBJECT)
    raise BadUpdate("The update holds a value of unknown kind.", reason="bad_any_tag")


def skip_any_object(data: bytes, pos: int) -> int:
    """Check an "any" that must be a map, as the options of a subdocument are."""
    if data[pos] != _OBJECT:
        raise BadUpdate("The options of a subdocument are not a map.", reason="bad_any_tag")
    return skip_any(data, pos)


def skip_bytes(data: bytes, pos: int) -> int:
    """Check varBytes at `pos`; returns the position behind it."""
    length, pos = var_uint_at(data, pos)
    if pos + length > len(data):
        raise count_exceeds_data()
    return pos + length


def skip_json(data: bytes, pos: int) -> int:
    """Check a varString that holds JSON at `pos`; returns the position behind it."""
    text, pos = read_string(data, pos)
    try:
        value = _DECODER.decode(text)
        # Written as \ud800 it passes JSON.parse and Python, but serde_json refuses it.
        if "\\u" in text:
            json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:
        raise too_deep() from None
    except ValueError:  # UnicodeEncodeError is one
        raise BadUpdate("The update holds JSON that does not parse.", reason="bad_json") from None
    if text.count("[") + text.count("{") > LIMIT_DEPTH:
        _check_json_depth(value)
    return pos


def count_exceeds_data() -> BadUpdate:
    """Make the error for a count that the bytes cannot satisfy."""
    return BadUpdate("The update promises more than it holds.", reason="count_exceeds_data")


def too_deep() -> BadUpdate:
    """Make the error for values nested too deep."""
    return BadUpdate("The update is nested too deep.", reason="too_deep")


def _skip_nested(data: bytes, pos: int, depth: int, is_object: bool) -> int:
    if depth > LIMIT_DEPTH:
        raise too_deep()
    count, pos = var_uint_at(data, pos)
    if count > len(data) - pos:
        raise count_exceeds_data()
    for _ in range(count):
        if is_object:
            pos = skip_string(data, pos)
        pos = skip_any(data, pos, depth)
    return pos


def _check_json_depth(value: object) -> None:
    level = [value]
    for _ in range(LIMIT_DEPTH):
        inner: list[object] = []
        for node in level:
            if isinstance(node, dict):
                inner.extend(node.values())
            elif isinstance(node, list):
                inner.extend(node)
        level = inner
    if any(isinstance(node, dict | list) for node in level):
        raise too_deep()


def _finite(text: str) -> float:
    value = float(text)
    if isinf(value):
        raise ValueError("beyond a double")
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


# Integers become floats too, as in JavaScript; int() of a long digit string would be quadratic.
_DECODER = json.JSONDecoder(parse_float=_finite, parse_int=_finite, parse_constant=_no_constant)
