"""What goes in and out about photos."""

from __future__ import annotations

from api.rest.models import Answer, Id, Incoming


class PhotoQuery(Incoming, frozen=True):
    """Whose photo it is."""

    restaurant: Id | None = None  # the asker's when missing


class PhotoAddresses(Answer, frozen=True):
    """Where the sizes of a photo are, on this server."""

    list: str  # at most 320 pixels on the long side
    detail: str  # at most 1280


class PhotoAnswer(Answer, frozen=True):
    """A photo that can be given to items."""

    id: str  # the value of an item's `photo`
    urls: PhotoAddresses
    width: int  # of the detail size
    height: int
