"""The structural check: no update reaches the engine or a peer unless it passed here.

Even a current engine can be killed (SIGSEGV), frozen or panicked by a few bytes that any client
may send, and what the engine tolerates may make every browser in the room throw. This check knows
the grammar of update_v1 and nothing of the document. It admits what Yjs 13 writes, and refuses
with a reason what no Yjs client writes. Time and memory are linear in the bytes.

It does not judge rights, sizes, gaps or the shape of a menu: that is for whoever reads the outline.
Source: docs/protocols.md, "Grammar of update_v1"; yjs src/utils/encoding.js and src/structs.
"""

from __future__ import annotations

from dataclasses import dataclass

from collab.errors import BadUpdate, ProtocolViolation
from collab.updates.any_values import (
    count_exceeds_data,
    read_string,
)
from collab.updates.contents import (
    CONTENTS,
    DELETED,
    FIRST_XML_TYPE,
    STRING,
    SUBDOCUMENT,
    TYPE,
    read_text,
)
from collab.updates.nesting import NestingDepths
from collab.updates.outline import Item, Link, UpdateOutline
from collab.updates.ranges import IdRanges
from collab.updates.state_vector import read_state_vector, write_state_vector
from collab.wire.lib0 import var_uint_at

__all__ = [
    "Item",
    "Link",
    "NestingDepths",
    "UpdateLimits",
    "UpdateOutline",
    "read_state_vector",
    "read_update",
    "write_state_vector",
]

LIMIT_CLOCK = 2**31 - 1  # pycrdt wraps clocks silently at 2^32 and panics just below it

_ROOT, _PARENT, _ORIGIN = int(Link.ROOT), int(Link.PARENT), int(Link.ORIGIN)  # IntEnum is slow


@dataclass(frozen=True, slots=True)
class UpdateLimits:
    """Bounds on what one update may hold."""

    root_name_bytes: int = 200
    # Applying is quadratic: 80,000 ranges over one text block the process for 0.35 s.
    delete_ranges: int = 50_000


# For bytes that were admitted once: together they may delete more ranges than one update may.
STORED_LIMITS = UpdateLimits(delete_ranges=LIMIT_CLOCK)

_DEFAULT_LIMITS = UpdateLimits()


def read_update(update: bytes, limits: UpdateLimits = _DEFAULT_LIMITS) -> UpdateOutline:
    """Check an update_v1 and say which ids it brings, needs and deletes.

    update: the bytes as the peer sent them. Returns the outline; raises BadUpdate with a reason.
    Two things are left to others: ids that need each other across clients in a circle never
    integrate (compare state vectors after applying), and clocks are those the sender claims.
    """
    outline = UpdateOutline([], [], [], [], [], [], set(), False, False)
    try:
        pos = _read_clients(update, outline, limits)
        # Most updates delete nothing: one byte, and the end.
        if update[pos] != 0:
            pos = _read_deletes(update, pos, outline, limits)
        else:
            pos += 1
    except IndexError:
        raise BadUpdate("The update ends early.", reason="truncated") from None
    except UnicodeDecodeError:
        raise BadUpdate("The update holds text that is not UTF-8.", reason="bad_utf8") from None
    except BadUpdate:
        raise
    except ProtocolViolation as violation:
        raise BadUpdate(str(violation), reason=violation.reason) from None
    if pos != len(update):
        raise BadUpdate("Bytes follow the end of the update.", reason="trailing_bytes")
    return outline


def _read_clients(data: bytes, outline: UpdateOutline, limits: UpdateLimits) -> int:
    clients, pos = var_uint_at(data, 0)
    if clients > len(data) - pos:
        raise count_exceeds_data()
    seen: set[int] = set()
    for _ in range(clients):
        structs, pos = var_uint_at(data, pos)
        if structs > len(data) - pos:
            raise count_exceeds_data()
        if structs == 0:
            raise _zero_length()  # Yjs never writes it, and the engine panics on some
        start = pos
        client, pos = var_uint_at(data, pos)
        if client in seen:
            raise _client_twice()
        seen.add(client)
        pos = _read_structs(data, pos, client, data[start:pos], structs, outline, limits)
    if clients > 1 and outline.needs:
        outline.needs = _outside(outline.needs, outline.blocks)
    for _, clock in outline.needs:
        if clock >= LIMIT_CLOCK:
            raise _clock_out_of_range()
    return pos


def _read_structs(
    data: bytes,
    pos: int,
    client: int,
    client_bytes: bytes,
    structs: int,
    outline: UpdateOutline,
    limits: UpdateLimits,
) -> int:
    # One long loop on purpose: it runs for every keystroke of everybody, and a call for each
    # number, most of which are one byte, would double its time.
    # client_bytes: the client id as written; an equal prefix is recognised without decoding.
    clock, pos = var_uint_at(data, pos)
    run_start = clock
    width = len(client_bytes)
    needs = outline.needs
    for _ in range(structs):
        info = data[pos]
        pos += 1
        kind = info & 0x1F
        if kind == 0 or kind == 10:
            length, pos = _read_hole(data, pos, info)
            end = _end(clock, length)
            if kind == 0:
                outline.gone.append((client, clock, end))
            else:
                if run_start != clock:
                    outline.blocks.append((client, run_start, clock))
                run_start = end
            clock = end
            continue

        name = ""
        key = None
        link = _ORIGIN
        link_client = link_clock = 0
        if info & 0x80:
            if data.startswith(client_bytes, pos):
                link_client = client
                pos += width
            else:
                link_client, pos = var_uint_at(data, pos)
            link_clock = data[pos]
            if link_clock < 0x80:
                pos += 1
            else:
                link_clock, pos = var_uint_at(data, pos)
            if link_client != client:
                needs.append((link_client, link_clock))
            elif link_clock >= clock:
                raise _origin_not_before_item()
            elif link_clock < run_start:
                needs.append((client, link_clock))
        if info & 0x40:
            right_client, pos = var_uint_at(data, pos)
            right_clock, pos = var_uint_at(data, pos)
            if right_client != client:
                needs.append((right_client, right_clock))
            elif right_clock >= clock:
                raise _origin_not_before_item()
            elif right_clock < run_start:
                needs.append((client, right_clock))
            if not info & 0x80:
                link_client = right_client
                link_clock = right_clock
        elif not info & 0x80:
            link, name, link_client, link_clock, pos = _read_parent(data, pos, limits)
            if link == _ROOT:
                outline.roots.add(name)
            elif link_client != client:
                needs.append((link_client, link_clock))
            elif link_clock >= clock:
                raise _origin_not_before_item()
            elif link_clock < run_start:
                needs.append((client, link_clock))
            if info & 0x20:
                key, pos = read_string(data, pos)

        if kind == STRING:
            length, pos = read_text(data, pos)
        elif kind > SUBDOCUMENT:
            raise _unknown_content()
        else:
            start = pos
            length, pos = CONTENTS[kind](data, pos)
        end = clock + length
        if not clock < end <= LIMIT_CLOCK:
            _end(clock, length)
        item = (client, clock, end, kind, link, name, link_client, link_clock, key)
        outline.items.append(item)
        if kind == TYPE:
            outline.types.append(item)
            outline.type_refs.append(data[start])
            outline.has_xml |= data[start] >= FIRST_XML_TYPE
        elif kind == DELETED:
            outline.gone.append((client, clock, end))
        elif kind == SUBDOCUMENT:
            outline.has_subdocument = True
        clock = end
    if run_start != clock:
        outline.blocks.append((client, run_start, clock))
    return pos


def _read_hole(data: bytes, pos: int, info: int) -> tuple[int, int]:
    # Yjs ignores flags on GC and Skip, yrs reads such a struct as something else.
    if info != 0 and info != 10:
        raise _unknown_content()
    return var_uint_at(data, pos)


def _read_parent(data: bytes, pos: int, limits: UpdateLimits) -> tuple[int, str, int, int, int]:
    named = data[pos]
    pos += 1
    if named == 0:
        client, pos = var_uint_at(data, pos)
        clock, pos = var_uint_at(data, pos)
        return _PARENT, "", client, clock, pos
    if named != 1:
        raise BadUpdate("An item has a parent of unknown kind.", reason="bad_parent")
    start = pos
    name, pos = read_string(data, pos)
    if pos - start > limits.root_name_bytes and len(name.encode()) > limits.root_name_bytes:
        raise BadUpdate("The name of a root type is too long.", reason="root_name_too_long")
    return _ROOT, name, 0, 0, pos


def _read_deletes(data: bytes, pos: int, outline: UpdateOutline, limits: UpdateLimits) -> int:
    clients, pos = var_uint_at(data, pos)
    if clients > len(data) - pos:
        raise count_exceeds_data()
    deletes = outline.deletes
    seen: set[int] = set()
    for _ in range(clients):
        client, pos = var_uint_at(data, pos)
        ranges, pos = var_uint_at(data, pos)
        if client in seen:
            raise _client_twice()
        seen.add(client)
        if ranges > len(data) - pos:
            raise count_exceeds_data()
        if len(deletes) + ranges > limits.delete_ranges:
            raise BadUpdate("The update deletes too many ranges.", reason="too_many_ranges")
        for _ in range(ranges):
            clock, pos = var_uint_at(data, pos)
            length, pos = var_uint_at(data, pos)
            if length == 0:
                raise BadUpdate("A delete range is empty.", reason="bad_delete_range")
            deletes.append((client, clock, _end(clock, length)))
    return pos


def _end(clock: int, length: int) -> int:
    if length == 0:
        raise _zero_length()
    if clock + length > LIMIT_CLOCK:
        raise _clock_out_of_range()
    return clock + length


def _outside(
    ids: list[tuple[int, int]], blocks: list[tuple[int, int, int]]
) -> list[tuple[int, int]]:
    inside = IdRanges(blocks)
    return [id for id in ids if not inside.contains(*id)]


def _clock_out_of_range() -> BadUpdate:
    return BadUpdate("A clock is out of range.", reason="integer_out_of_range")


def _zero_length() -> BadUpdate:
    return BadUpdate("The update holds something of length zero.", reason="zero_length")


def _client_twice() -> BadUpdate:
    return BadUpdate("The update names a client twice.", reason="client_twice")


def _origin_not_before_item() -> BadUpdate:
    return BadUpdate("An item refers to itself or later.", reason="origin_not_before_item")


def _unknown_content() -> BadUpdate:
    return BadUpdate("The update holds content of unknown kind.", reason="unknown_content")
