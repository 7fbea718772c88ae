"""A seat: one connection's place at one document.

A seat knows who sits there, what may be done from it, and what is owed to it. It is plain state;
`MenuRoom` changes it, always between two awaits.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from collab.errors import MirepoixError
from collab.identity import Access, Identity
from collab.wire.awareness import Stamp
from rooms.frames import Wrap, join_frames
from rooms.outbox import Outbox

NEVER = float("-inf")
HELD = 16  # promises held back for one seat


@dataclass(slots=True, eq=False)
class Seat:
    """One connection's place at one document."""

    session_id: str
    identity: Identity
    access: Access
    prefix: bytes  # before every message: b"" on /ws/y, the address on Hocuspocus
    outbox: Outbox
    end: Callable[[MirepoixError], None]  # the door closes the seat; called at most once
    # (code, sentence, details) for the person; details: field and kept value of a repair. A door
    # may be mute.
    notice: Callable[[str, str, Mapping[str, object]], None]
    door: str = ""  # "y", "hocuspocus", ...: what the history says
    tell: Callable[[Mapping[str, object]], None] | None = None  # events, as JSON; None: a mute door
    # The door's own way to say whether writing is possible, beside the notice; None: it has none.
    access_changed: Callable[[bool], None] | None = None
    # What acknowledges an update and what refuses it, without prefix; None: /ws/y, where the
    # echo of the update itself is the acknowledgement and a refusal says nothing.
    applied: bytes | None = None
    refused: bytes | None = None
    # Whether an update comes back to its sender once it is on disk, where nothing acknowledges it.
    echoes: bool = True
    wrap: Wrap | None = None  # makes whole frames of messages; None: binary ones with `prefix`
    stamp: Stamp = field(init=False)
    client_ids: set[int] = field(default_factory=set)  # Yjs client ids bound to this seat
    # One entry for each SyncStep1 of ours not answered yet: whether its SyncStep2 is acknowledged
    # (Hocuspocus counts exactly one, see the ruling "Hocuspocus counts frames").
    asked: deque[bool] = field(default_factory=deque)
    asked_at: float = NEVER  # monotonic seconds of the last SyncStep1 of ours
    owed: int = 0  # acknowledgements held back until the SyncStep2 that heals a gap is on disk
    # Bodies promised for when the answer to our SyncStep1 is on disk, the newest few: a client
    # that asks often is told of its latest.
    held: deque[bytes] = field(default_factory=lambda: deque(maxlen=HELD))
    doubted_at: float | None = None  # when it first spoke for somebody else, see `rooms.questions`
    is_held_back: bool = False  # its answer builds on what is missing here
    was_refused: bool = False  # it sent what it may not write, so nothing of it counts as saved
    behind: dict[int, int] | None = None  # clocks at the first broadcast that was not written
    awaits_answer: bool = False  # an answer to its SyncStep1 is promised
    states_owed: int = 0  # SyncStep2 promised: answers and catch-ups
    # Shown to the others meanwhile. No update may overtake the state it builds on: pycrdt and y-py
    # lose edits that arrive before their predecessors (tests/live/test_convergence.py). The
    # journal holds the same bytes for as long.
    shown_later: list[bytes] = field(default_factory=list)
    is_room_read_only: bool = False  # nobody writes here for now, whatever their rights
    is_gone: bool = False
    last_sent_at: float = 0.0  # monotonic seconds

    def __post_init__(self) -> None:
        self.stamp = Stamp(self.identity.user_id, self.identity.name)

    @property
    def may_write(self) -> bool:
        """Whether updates from here are applied."""
        return self.access is Access.WRITE and not self.is_room_read_only

    @property
    def is_owed_a_state(self) -> bool:
        """Whether something that it sent was not taken, and comes again with a SyncStep2."""
        is_doubted = self.doubted_at is not None
        return bool(self.asked) or is_doubted or self.is_held_back or self.was_refused

    def frames(self, bodies: Iterable[bytes]) -> bytes:
        """Messages as whole frames of this seat's protocol, joined for one write."""
        if self.wrap is None:
            return join_frames(self.prefix, bodies)
        return b"".join(map(self.wrap, bodies))

    def take_question(self) -> bool:
        """A SyncStep2 came: whether it is acknowledged by itself, as our question to it says.

        Hocuspocus answers a SyncStep1 of its old socket over the new one and does not count that
        answer; so one nobody asked for counts only from a client that never was asked.
        """
        if self.asked:
            return self.asked.popleft()
        return self.asked_at == NEVER
