"""Photos come in here: one is pressed at a time, in a thread; unused ones go after a day."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from api.photo_press import MEDIA_TYPE, PressedPhoto, press
from collab.errors import Overloaded, StoreError
from rooms.clock import Clock
from storage.photos import Photo, PhotoFile, PhotoStore

UPLOADS_AT_ONCE = 16  # bodies in memory, 5 MB each
SWEEP_SECONDS = 3600.0
PAUSE_SECONDS = 0.1
UNUSED_FOR = timedelta(hours=24)

log = logging.getLogger("mirepoix.photos")


class PhotoDesk:
    """Takes photos and clears them away. limit: how many one restaurant may have."""

    def __init__(self, store: PhotoStore, clock: Clock, *, limit: int) -> None:
        self._store = store
        self._clock = clock
        self._limit = limit
        self._uploads = 0
        self._press = asyncio.Semaphore(1)  # one takes up to 16 bytes a pixel of memory

    @contextmanager
    def uploading(self) -> Iterator[None]:
        """Count an upload for as long as its body is in memory. Raises Overloaded."""
        if self._uploads >= UPLOADS_AT_ONCE:
            raise Overloaded("Too many photos are coming in at once.", reason="photos_busy")
        self._uploads += 1
        try:
            yield
        finally:
            self._uploads -= 1

    async def bring(
        self, upload: bytes, restaurant_id: str, user_id: str
    ) -> tuple[PressedPhoto, bool]:
        """Store an upload; the photo, and whether it is new.

        Safe to cancel: it is stored or not. Raises TooLarge, UnfitPhoto, StoreError.
        """
        async with self._press:
            pressed = await asyncio.to_thread(press, upload)
        photo = Photo(
            sha256=pressed.sha256,
            restaurant_id=restaurant_id,
            width=pressed.width,
            height=pressed.height,
            created_at=self._clock.utc(),
            created_by=user_id,
        )
        files = [PhotoFile(size.value, MEDIA_TYPE, data) for size, data in pressed.files.items()]
        return pressed, await self._store.add(photo, files, self._limit)

    async def file(self, sha256: str, size: str) -> PhotoFile | None:
        """One size of a photo; None when there is none. Raises StoreError."""
        return await self._store.file(sha256, size)

    async def run(self) -> None:
        """Clear away what nobody uses, every hour, for ever. Safe to cancel."""
        while True:
            try:
                await self.sweep()
            except StoreError as error:
                log.warning("photos not swept", extra={"action": "photos", "why": error.reason})
            await asyncio.sleep(SWEEP_SECONDS)

    async def sweep(self) -> None:
        """Look at all photos once. Safe to cancel. Raises StoreError."""
        after: str | None = ""
        while after is not None:
            now = self._clock.utc()
            after = await self._store.sweep(now, now - UNUSED_FOR, after)
            await asyncio.sleep(PAUSE_SECONDS)
