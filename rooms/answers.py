"""What brings a client up to date: one SyncStep2, and what waits.

What waits for something is not part of the engine's encoding; only its bytes as they came let the
receiver heal together with us.
"""

from __future__ import annotations

from collections.abc import Mapping

from collab import messages
from collab.document import MenuDocument

FULL_LIMIT_BYTES = 256 * 1024

Bodies = tuple[bytes, ...]


def everything(document: MenuDocument) -> Bodies:
    """For a newcomer. Raises EngineFailed."""
    return _with_what_waits(document, document.full_state())


def what_is_missing(document: MenuDocument, state_vector: bytes) -> Bodies:
    """For a returning client: the full state while that is small, else what it lacks.

    Nothing but its own structs in the answer brings back an echo that a lost socket took along
    (y-websocket 3.1 sync-status). Raises EngineFailed.
    """
    update = document.full_state()
    if len(update) > FULL_LIMIT_BYTES:
        update = document.missing_for(state_vector)
    return _with_what_waits(document, update)


def what_came_since(document: MenuDocument, clocks: Mapping[int, int]) -> Bodies:
    """For a slow reader; clocks: of the document when it fell behind. Raises EngineFailed."""
    return _with_what_waits(document, document.missing_since(clocks))


def _with_what_waits(document: MenuDocument, update: bytes) -> Bodies:
    waiting = (messages.update(part.data) for part in document.pending)
    return (messages.sync_step2(update), *waiting)
