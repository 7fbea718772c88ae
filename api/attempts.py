"""How often one client address may be wrong about a secret.

Rule 1: an address may be wrong so many times at once, and once more after each pause; whoever is
        right is never held up, because a whole dining room may share one address.
Rule 2: an attempt counts from its beginning, so a thousand at once are not a thousand free ones.
Rule 3: memory is bounded: addresses that were long not wrong are forgotten, then the oldest.
"""

from __future__ import annotations

from collections.abc import Callable

from api.doors.occupancy import place_of
from collab.errors import TooManyAttempts

ADDRESSES_LIMIT = 10_000


class Attempts:
    """Attempts of one process. One per kind of secret.

    monotonic: a clock in seconds. limit: wrong ones at once. pause_seconds: until one more is free.
    """

    def __init__(
        self, monotonic: Callable[[], float], *, limit: int = 20, pause_seconds: float = 3.0
    ) -> None:
        self._monotonic = monotonic
        self._limit = limit
        self._pause_seconds = pause_seconds
        self._wrong: dict[str, tuple[float, float]] = {}  # place -> how many, as of when

    def begin(self, address: str) -> None:
        """Count an attempt. address: of the client, as text. Raises TooManyAttempts."""
        place, now = place_of(address), self._monotonic()
        count = self._count(place, now)
        if count > self._limit - 1:
            raise TooManyAttempts("There were too many wrong codes; try again in a minute.")
        self._wrong.pop(place, None)
        self._wrong[place] = (count + 1, now)  # at the end: the oldest stand first
        if len(self._wrong) > ADDRESSES_LIMIT:
            self._forget(now)

    def right(self, address: str) -> None:
        """The attempt that was begun was right: it does not count."""
        place, now = place_of(address), self._monotonic()
        count = self._count(place, now) - 1
        if count <= 0:
            self._wrong.pop(place, None)
        else:
            self._wrong[place] = (count, now)

    def _count(self, place: str, now: float) -> float:
        count, at = self._wrong.get(place, (0.0, now))
        return max(0.0, count - (now - at) / self._pause_seconds)

    def _forget(self, now: float) -> None:
        free = [place for place in self._wrong if self._count(place, now) == 0]
        for place in free or [next(iter(self._wrong))]:
            del self._wrong[place]
