"""State vectors: for each client the clock up to which (exclusive) its structs are known.

Read-only peers send them too, so they are checked like updates. Source: y-protocols PROTOCOL.md.
"""

from __future__ import annotations

from collections.abc import Mapping

from collab.errors import BadStateVector, ProtocolViolation
from collab.wire.lib0 import var_uint_at, write_var_uint

# A busy menu gathers some ten thousand client ids in a year, at 6 bytes each (measured: 68 KB at
# 11,500): what honest clients send must never pass this.
LIMIT_BYTES = 1024 * 1024
LIMIT_CLIENTS = 100_000
LIMIT_CLOCK = 2**31 - 1  # as for updates: pycrdt wraps clocks silently at 2^32

EMPTY = b"\x00"


def read_state_vector(
    state_vector: bytes, limit_bytes: int = LIMIT_BYTES, limit_clients: int = LIMIT_CLIENTS
) -> dict[int, int]:
    """Read a state vector as {client: next clock}.

    limit_bytes, limit_clients: for what peers send; our own is as large as the document makes it.
    Raises BadStateVector when a limit is passed, a client named twice, a number out of range, or
    bytes are missing or left over.
    """
    if len(state_vector) > limit_bytes:
        raise BadStateVector("The state vector is too large.", reason="state_vector_too_large")
    try:
        return _read(state_vector, limit_clients)
    except IndexError:
        raise BadStateVector("The state vector ends early.", reason="truncated") from None
    except ProtocolViolation as violation:
        raise BadStateVector(str(violation), reason=violation.reason) from None


def write_state_vector(clocks: Mapping[int, int]) -> bytes:
    """Encode {client: next clock}."""
    return write_var_uint(len(clocks)) + b"".join(
        write_var_uint(client) + write_var_uint(clock) for client, clock in clocks.items()
    )


def _read(data: bytes, limit_clients: int) -> dict[int, int]:
    count, pos = var_uint_at(data, 0)
    if count > len(data) // 2:
        raise BadStateVector("It promises more than it holds.", reason="count_exceeds_data")
    if count > limit_clients:
        raise BadStateVector("It names too many clients.", reason="too_many_clients")
    clocks: dict[int, int] = {}
    for _ in range(count):
        client, pos = var_uint_at(data, pos)
        clock, pos = var_uint_at(data, pos)
        if clock > LIMIT_CLOCK:
            raise BadStateVector("A clock is out of range.", reason="integer_out_of_range")
        if client in clocks:
            raise BadStateVector("It names a client twice.", reason="client_twice")
        clocks[client] = clock
    if pos != len(data):
        raise BadStateVector("Bytes follow its end.", reason="trailing_bytes")
    return clocks
