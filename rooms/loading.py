"""From stored rows to a document in memory: in a thread when it is large, poison set aside."""

from __future__ import annotations

import asyncio
import logging
import secrets
from functools import partial

from collab.documents.rebuild import Rebuilt, rebuild
from collab.records import StoredDocument
from rooms.ports import Meter, UpdateLog

THREAD_FROM_BYTES = 256 * 1024  # larger documents are built beside the event loop

log = logging.getLogger("mirepoix.loading")


class Loading:
    """Builds documents. limit_bytes: of the documents, for later updates."""

    def __init__(self, store: UpdateLog, meter: Meter, limit_bytes: int) -> None:
        self._store = store
        self._meter = meter
        self._limit_bytes = limit_bytes

    async def build(self, stored: StoredDocument) -> Rebuilt:
        """Build the document; a large one beside the event loop. Raises StoreError."""
        size = len(stored.snapshot or b"") + sum(len(row.data) for row in stored.updates)
        # An id of an earlier epoch would have every client refused that ever sees it.
        draw = partial(_draw_client_id, stored.former_client_ids)
        build = partial(rebuild, stored, limit_bytes=self._limit_bytes, draw_client_id=draw)
        return build() if size < THREAD_FROM_BYTES else await asyncio.to_thread(build)

    async def set_aside(self, stored: StoredDocument, rebuilt: Rebuilt) -> None:
        """Take the rows out of the log that the document could not take. Raises StoreError."""
        for seq, reason in rebuilt.poison:
            await self._store.quarantine(stored.document.id, [seq], reason)
            self._meter.quarantined(1)
            log.error(
                "stored update set aside",
                extra={
                    "action": "update_quarantined",
                    "document": stored.document.id,
                    "seq": seq,
                    "reason": reason,
                },
            )


def _draw_client_id(former: frozenset[int]) -> int:
    while (drawn := secrets.randbits(32)) in former:
        pass
    return drawn
