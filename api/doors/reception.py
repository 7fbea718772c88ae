"""What every Yjs door does when somebody sits down and gets up again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field

from aiohttp import hdrs, web

from api.auth import Authenticator
from api.config import Config
from api.connections import Connections
from api.doors.occupancy import Occupancy
from api.entrance import Entrance
from api.forwarding import asked
from api.live import Live, LiveSeats
from api.metrics import Metrics
from collab.errors import MirepoixError
from rooms.clock import Clock
from rooms.lobby import Lobby
from rooms.menu_room import MenuRoom
from rooms.seat import Seat
from rooms.sessions import SessionBook

AGENT_LIMIT_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Reception:
    """What the Yjs doors share. One per application."""

    config: Config
    authenticator: Authenticator
    entrance: Entrance
    lobby: Lobby
    live: LiveSeats
    sessions: SessionBook
    metrics: Metrics
    clock: Clock
    occupancy: Occupancy
    connections: Connections = field(default_factory=Connections)

    def occupied(self, request: web.Request) -> AbstractContextManager[None]:
        """Count a socket of the request's sender for as long as the context lasts.

        Enter it before anything else is done for the request.
        Raises TooManySockets or Overloaded.
        """
        return self.occupancy.occupied(asked(request, self.config.trusted_proxies).address)

    @contextmanager
    def seated(
        self,
        room: MenuRoom,
        seat: Seat,
        end: Callable[[MirepoixError], None],
        renew: Callable[[], None] | None = None,
    ) -> Iterator[Live]:
        """Sit at a room for as long as the context lasts."""
        live = Live(seat.identity, seat.session_id, end, renew)
        self.live.add(live)
        try:
            room.join(seat)
            yield live
        finally:
            room.leave(seat)
            self.live.remove(live)
            self.sessions.close(seat.session_id)

    def describe(self, request: web.Request) -> dict[str, str]:
        """What a session row keeps of a request."""
        return {
            "address": asked(request, self.config.trusted_proxies).address,
            "agent": request.headers.get(hdrs.USER_AGENT, "")[:AGENT_LIMIT_CHARACTERS],
        }
