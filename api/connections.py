"""The connections of this process: one a socket or event stream, whatever door it came through.

Doors enter what they know and keep nothing up to date: what may change is asked for when somebody
looks, so a connection costs nothing while nobody does.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from collab.errors import MirepoixError
from collab.identity import Identity


class SentAway(MirepoixError):
    """An operator ended the connection; the same client is welcome again."""

    reason = "sent_away"
    close_code = 1012


@dataclass(slots=True, eq=False)
class Connection:
    """One connection.

    identity: whose it is, None while nobody signed in. sessions: the ids of its session rows, one
    for each room it is in. is_behind: whether the peer reads too slowly. end: closes it.
    """

    door: str
    since: datetime
    identity: Callable[[], Identity | None]
    sessions: Callable[[], Collection[str]]
    is_behind: Callable[[], bool]
    end: Callable[[MirepoixError], None]
    device: str = ""  # what it calls itself
    app: str = ""  # which version of which client it says it is
    rtt_ms: float | None = None  # as the client measured it; None: it did not say
    unsynced: int | None = None  # edits and commands that wait on the device, as it says
    id: str = field(default_factory=lambda: str(uuid4()))


class Connections:
    """The connections that are open now."""

    def __init__(self) -> None:
        self._open: dict[str, Connection] = {}

    def __iter__(self) -> Iterator[Connection]:
        return iter(list(self._open.values()))

    def __len__(self) -> int:
        return len(self._open)

    def find(self, connection_id: str) -> Connection | None:
        """An open connection."""
        return self._open.get(connection_id)

    @contextmanager
    def entered(self, connection: Connection) -> Iterator[Connection]:
        """It is open for as long as the context lasts."""
        self._open[connection.id] = connection
        try:
            yield connection
        finally:
            del self._open[connection.id]
