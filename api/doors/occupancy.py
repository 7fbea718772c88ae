"""How many sockets are open: from one client address, and in all.

Rule 1: a socket counts from the start of its request to its end, so a handshake that hangs counts
        as well, and whoever is too many is refused before the upgrade, with an HTTP status.
Rule 2: an address counts as the outermost trusted proxy saw it (`api/forwarding.py`); of IPv6 the
        first 64 bits count, because everybody who has one address there has all of those.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv6Address, IPv6Network, ip_address

from collab.errors import Overloaded, TooManySockets

IPV6_PREFIX_BITS = 64


class Occupancy:
    """The sockets of one process.

    limit_per_address, limit_total: how many may be open at once.
    """

    def __init__(self, limit_per_address: int, limit_total: int) -> None:
        self._limit_per_address = limit_per_address
        self._limit_total = limit_total
        self.total = 0  # sockets open now
        self._sockets: Counter[str] = Counter()  # by address; no entry stays at zero

    @contextmanager
    def occupied(self, address: str) -> Iterator[None]:
        """Count one socket for as long as the context lasts.

        address: of the client, as text. Raises TooManySockets or Overloaded; then nothing counts.
        """
        place = place_of(address)
        if self._sockets[place] >= self._limit_per_address:
            raise TooManySockets("There are too many sockets from this address.")
        if self.total >= self._limit_total:
            raise Overloaded("The server has as many sockets as it can serve; try again shortly.")
        self._sockets[place] += 1
        self.total += 1
        try:
            yield
        finally:
            self.total -= 1
            self._sockets[place] -= 1
            if not self._sockets[place]:
                del self._sockets[place]


def place_of(address: str) -> str:
    """Whose an address is: the address itself, of IPv6 its network (rule 2)."""
    try:
        parsed = ip_address(address)
    except ValueError:  # a Unix socket has no address
        return address
    if isinstance(parsed, IPv6Address):
        return str(IPv6Network((int(parsed), IPV6_PREFIX_BITS), strict=False))
    return str(parsed)
