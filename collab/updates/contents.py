"""Contents of an item in an update: what each of the ten kinds looks like on the wire.

Every reader takes (data, position) and returns (how many clocks it takes, position behind it).
They raise BadUpdate, and IndexError and UnicodeDecodeError as `collab.wire.lib0.var_uint_at`
explains; `collab.updates.admission` turns those into BadUpdate. Source: yjs
src/structs/Content*.js.
"""

from __future__ import annotations

from collections.abc import Callable

from collab.errors import BadUpdate
from collab.updates.any_values import (
    count_exceeds_data,
    skip_any,
    skip_any_object,
    skip_bytes,
    skip_json,
    skip_string,
)
from collab.wire.lib0 import var_uint_at

DELETED = 1
STRING = 4
TYPE = 7
SUBDOCUMENT = 9

FIRST_XML_TYPE = 3


def read_text(data: bytes, pos: int) -> tuple[int, int]:
    length = data[pos]
    if length < 0x80:
        pos += 1
    else:
        length, pos = var_uint_at(data, pos)
    end = pos + length
    if end > len(data):
        raise count_exceeds_data()
    text = data[pos:end].decode()
    # Clocks count UTF-16 units: a character beyond the basic plane is two.
    return (length if text.isascii() else len(text.encode("utf-16-le")) >> 1), end


def _refuse_json(data: bytes, pos: int) -> tuple[int, int]:
    # Yjs 13 writes "any" instead. yrs reads one string more than the count says, so from here on
    # the engine would read other structs than the ones checked.
    raise BadUpdate("The update holds JSON content of Yjs 12.", reason="legacy_json")


def _read_any(data: bytes, pos: int) -> tuple[int, int]:
    count, pos = var_uint_at(data, pos)
    if count > len(data) - pos:
        raise count_exceeds_data()
    for _ in range(count):
        pos = skip_any(data, pos)
    return count, pos


def _read_type(data: bytes, pos: int) -> tuple[int, int]:
    kind = data[pos]  # one byte: yrs reads no more, although Yjs would take a padded number
    if kind > _LAST_TYPE or kind == _XML_HOOK:
        raise BadUpdate("The update makes a type that is not supported.", reason="unknown_type")
    return 1, (skip_string(data, pos + 1) if kind == _XML_ELEMENT else pos + 1)


def _no_content(data: bytes, pos: int) -> tuple[int, int]:
    raise BadUpdate("A struct without content is not an item.", reason="unknown_content")


def _read_format(data: bytes, pos: int) -> tuple[int, int]:
    return 1, skip_json(data, skip_string(data, pos))


_LAST_TYPE = 6
_XML_ELEMENT = 3  # carries its name
# XmlHook carries a name too, but yrs does not read it: the name would be read as further structs
# that nobody checked. No editor makes hooks.
_XML_HOOK = 5

# By content kind; each returns (clocks taken, position behind).
CONTENTS: tuple[Callable[[bytes, int], tuple[int, int]], ...] = (
    _no_content,
    var_uint_at,  # Deleted: only how many
    _refuse_json,
    lambda data, pos: (1, skip_bytes(data, pos)),
    read_text,
    lambda data, pos: (1, skip_json(data, pos)),
    _read_format,
    _read_type,
    _read_any,
    lambda data, pos: (1, skip_any_object(data, skip_string(data, pos))),
)
