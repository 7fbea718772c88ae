"""How a load client talks to a server: y-websocket's frames, or Hocuspocus'.

Messages are those of `collab.wire.messages`; Hocuspocus puts the document's name before each of
them, wants a token first, and acknowledges with SyncStatus where y-websocket servers echo the
update.
"""

from __future__ import annotations

from dataclasses import dataclass

from collab.wire import hocuspocus, messages
from collab.wire.lib0 import var_string
from collab.wire.messages import AwarenessEntry

EMPTY_STATE_VECTOR = b"\x00"
EMPTY_UPDATE = b"\x00\x00"


@dataclass(frozen=True, slots=True)
class Dialect:
    """What one connection writes and expects."""

    path: str  # of the upgrade request
    prefix: bytes  # before every message: b"", or the document's address
    login: bytes | None  # the first message; None: the path says it all
    is_echo_acknowledged: bool  # an own update that comes back, else SyncStatus

    @property
    def step1(self) -> bytes:
        """Ask for everything."""
        return self.prefix + messages.sync_step1(EMPTY_STATE_VECTOR)

    @property
    def step2(self) -> bytes:
        """Answer a SyncStep1 of the server: we hold nothing."""
        return self.prefix + messages.sync_step2(EMPTY_UPDATE)

    @property
    def update_mark(self) -> bytes:
        """How every relayed update begins."""
        return self.prefix + b"\x00\x02"

    @property
    def step2_mark(self) -> bytes:
        """How the answer to our SyncStep1 begins."""
        return self.prefix + b"\x00\x01"

    @property
    def admitted_mark(self) -> bytes:
        """How the message begins that says that the token is good."""
        return self.prefix + b"\x02\x02"

    @property
    def status_mark(self) -> bytes:
        """How an acknowledgement begins, unless it is the echo."""
        return self.prefix + b"\x08\x01"

    def update(self, update: bytes) -> bytes:
        """An edit."""
        return self.prefix + messages.update(update)

    def presence(self, client: int, clock: int, state: str) -> bytes:
        """Awareness of one client. state: JSON text."""
        entries = messages.encode_awareness([AwarenessEntry(client, clock, state)])
        return self.prefix + messages.awareness(entries)


def yjs(path: str) -> Dialect:
    """y-websocket's."""
    return Dialect(path, b"", None, is_echo_acknowledged=True)


def of_hocuspocus(path: str, document: str) -> Dialect:
    """Hocuspocus': one document, no session in its address."""
    prefix = hocuspocus.address(document)
    login = prefix + b"\x02\x00" + var_string("") + var_string("4.7.0")
    return Dialect(path, prefix, login, is_echo_acknowledged=False)
