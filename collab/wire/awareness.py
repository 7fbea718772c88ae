"""Who is here: the awareness entries of one document.

Rule 1: a connection speaks only for client ids it owns. It owns an id it announced while nobody
        else did, at most `LIMIT_IDS_PER_OWNER`; its first announcement also takes over an id that
        the same user left behind (a reconnect keeps its client id, and its old socket may not
        know yet that it is dead). Entries of others are ignored: stock clients send them back.
Rule 2: `user` in a state is stamped from the verified identity, never taken from the client.
Rule 3: an entry ends when its owner leaves (after a grace, so that a reconnect does not flicker)
        or after `ttl_seconds` without renewal; the removal is announced at the entry's own clock,
        which every client accepts (y-protocols awareness.js: equal clock and null).
Rule 4: what a client sends faster than `SHOWN_PER_SECOND` is coalesced to the newest, and only
        that one is parsed.

Pure: `now` is a monotonic time in seconds and comes in as an argument.
Source: y-protocols awareness.js; y-websocket issue 122 for the ghost after a reconnect.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

from collab.wire.messages import AwarenessEntry

TTL_SECONDS = 30.0  # y-protocols/awareness.js outdatedTimeout
GRACE_SECONDS = 3.0  # longer than the first reconnect delays of every stock client
TOMBSTONE_SECONDS = 60.0
LIMIT_IDS_PER_OWNER = 4
LIMIT_STATE_BYTES = 4096
LIMIT_CLOCK_STEP = 2**20
LIMIT_FIRST_CLOCK = 2**31
SHOWN_PER_SECOND = 10.0


@dataclass(frozen=True, slots=True)
class Stamp:
    """The verified identity that goes into every state of an owner."""

    user_id: str
    name: str | None  # None: the identity has no name, the client's own stays


@dataclass(slots=True)
class _Presence:
    clock: int
    state: str | None  # raw JSON text as the client sent it
    owner: Hashable | None  # None while in grace
    stamp: Stamp
    seen_at: float
    leaves_at: float | None = None
    shown_at: float = float("-inf")
    shown: str | None = None  # stamped JSON text last handed out


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of one awareness message."""

    refused: tuple[str, ...] = ()  # reasons, for the metric
    # Send these back to the sender: everybody else has seen a removal at this clock, so the client
    # has to announce itself with a higher one, and does so when it reads its own removal.
    announce_again: tuple[AwarenessEntry, ...] = ()


class AwarenessTable:
    """The entries of one document.

    ttl_seconds: an entry not renewed for so long is removed.
    grace_seconds: how long an entry outlives its socket.
    """

    def __init__(
        self, *, ttl_seconds: float = TTL_SECONDS, grace_seconds: float = GRACE_SECONDS
    ) -> None:
        self._ttl_seconds = ttl_seconds
        self._grace_seconds = grace_seconds
        self._entries: dict[int, _Presence] = {}
        self._changed: dict[int, None] = {}  # ids to show, oldest change first
        self._removed: list[AwarenessEntry] = []
        self._tombstones: dict[int, tuple[int, float]] = {}  # id -> (clock, when removed)
        self._introduced: set[Hashable] = set()  # owners that have announced themselves

    def __len__(self) -> int:
        return len(self._entries)

    def hear(
        self, owner: Hashable, stamp: Stamp, entries: Sequence[AwarenessEntry], now: float
    ) -> Heard:
        """Take one awareness message of a connection.

        owner: the connection. stamp: its verified identity.
        """
        refused: list[str] = []
        again: list[AwarenessEntry] = []
        for entry in entries:
            reason = self._hear_one(owner, stamp, entry, now, again)
            if reason:
                refused.append(reason)
        if entries:
            self._introduced.add(owner)
        return Heard(tuple(refused), tuple(again))

    def leave(self, owner: Hashable, now: float) -> None:
        """The connection is gone: its entries end after the grace."""
        self._introduced.discard(owner)
        for presence in self._entries.values():
            if presence.owner == owner:
                presence.owner = None
                presence.leaves_at = now + self._grace_seconds

    def expire(self, now: float) -> None:
        """Remove what is past its grace or was not renewed."""
        for client, presence in list(self._entries.items()):
            past_grace = presence.leaves_at is not None and presence.leaves_at <= now
            if past_grace or presence.seen_at + self._ttl_seconds <= now:
                self._remove(client, presence, now)
        for client, (_, at) in list(self._tombstones.items()):
            if at + TOMBSTONE_SECONDS <= now:
                del self._tombstones[client]

    def take(self, now: float) -> tuple[list[AwarenessEntry], int]:
        """The entries to show now, stamped, and how many were refused while reading them.

        An id that was shown less than 1 / SHOWN_PER_SECOND ago stays for a later call.
        """
        shown, self._removed = self._removed, []
        refused = 0
        for client in list(self._changed):
            presence = self._entries.get(client)
            if presence is None:
                del self._changed[client]
                continue
            if presence.shown_at + 1 / SHOWN_PER_SECOND > now:
                continue
            del self._changed[client]
            presence.shown_at = now
            stamped = _stamped(presence.state, presence.stamp)
            if stamped is None and presence.state is not None:
                refused += 1
                continue
            presence.shown = stamped
            shown.append(AwarenessEntry(client, presence.clock, stamped))
        return shown, refused

    def next_due(self) -> float | None:
        """When `take` has something again (monotonic seconds); None while nothing waits."""
        if self._removed:
            return float("-inf")
        times = [self._entries[client].shown_at for client in self._changed]
        return min(times) + 1 / SHOWN_PER_SECOND if times else None

    def shown(self) -> list[AwarenessEntry]:
        """Everybody who was shown and is still here, for a newcomer."""
        return [
            AwarenessEntry(client, presence.clock, presence.shown)
            for client, presence in self._entries.items()
            if presence.shown is not None
        ]

    def departed(self) -> list[AwarenessEntry]:
        """Everybody who left lately, for somebody who may have missed it."""
        buried = [
            AwarenessEntry(client, clock, None)
            for client, (clock, _) in self._tombstones.items()
            if client not in self._entries
        ]
        hidden = [
            AwarenessEntry(client, presence.clock, None)
            for client, presence in self._entries.items()
            if presence.state is None
        ]
        return buried + hidden

    def owner_of(self, client: int) -> Hashable | None:
        """The connection that speaks for a client id; None when nobody does."""
        presence = self._entries.get(client)
        return presence.owner if presence else None

    def people(self) -> list[tuple[int, Mapping[str, object]]]:
        """(client id, stamped state) of everybody shown, for the presence page."""
        return [(entry.client, json.loads(entry.state or "{}")) for entry in self.shown()]

    def _hear_one(
        self,
        owner: Hashable,
        stamp: Stamp,
        entry: AwarenessEntry,
        now: float,
        again: list[AwarenessEntry],
    ) -> str | None:
        known = self._entries.get(entry.client)
        if known is None:
            return self._claim(owner, stamp, entry, now, again)
        if known.owner != owner and not self._take_over(owner, stamp, known, entry):
            is_forged = entry.clock > known.clock and stamp.user_id != known.stamp.user_id
            return "awareness_foreign_id" if is_forged else None
        return self._renew(known, entry, now)

    def _claim(
        self,
        owner: Hashable,
        stamp: Stamp,
        entry: AwarenessEntry,
        now: float,
        again: list[AwarenessEntry],
    ) -> str | None:
        if entry.state is None:
            return None
        if reason := _refusal(entry, LIMIT_FIRST_CLOCK):
            return reason
        if (
            sum(1 for known in self._entries.values() if known.owner == owner)
            >= LIMIT_IDS_PER_OWNER
        ):
            return "awareness_too_many_ids"
        buried = self._tombstones.get(entry.client)
        if buried is not None and entry.clock <= buried[0]:
            if owner in self._introduced:
                return None  # a late echo of somebody who is gone
            again.append(AwarenessEntry(entry.client, buried[0], None))
        self._entries[entry.client] = _Presence(entry.clock, entry.state, owner, stamp, now)
        self._changed[entry.client] = None
        return None

    def _take_over(
        self, owner: Hashable, stamp: Stamp, known: _Presence, entry: AwarenessEntry
    ) -> bool:
        """Whether a connection may speak for an id from now on; if so it does."""
        is_free = known.owner is None or owner not in self._introduced
        if not is_free or known.stamp.user_id != stamp.user_id or entry.clock < known.clock:
            return False
        known.owner = owner
        known.stamp = stamp
        known.leaves_at = None
        return True

    def _renew(self, known: _Presence, entry: AwarenessEntry, now: float) -> str | None:
        if reason := _refusal(entry, known.clock + LIMIT_CLOCK_STEP):
            return reason
        is_newer = entry.clock > known.clock
        if not is_newer and not (entry.clock == known.clock and entry.state is None):
            if entry.clock == known.clock:
                known.seen_at = now
            return None
        known.clock = entry.clock
        known.seen_at = now
        if known.state is None and entry.state is None:
            return None
        known.state = entry.state
        self._changed[entry.client] = None
        return None

    def _remove(self, client: int, presence: _Presence, now: float) -> None:
        del self._entries[client]
        self._changed.pop(client, None)
        self._tombstones[client] = (presence.clock, now)
        if presence.shown is not None:
            self._removed.append(AwarenessEntry(client, presence.clock, None))


def _refusal(entry: AwarenessEntry, limit_clock: int) -> str | None:
    if entry.clock > limit_clock:
        return "awareness_clock"
    if entry.state is not None and len(entry.state.encode()) > LIMIT_STATE_BYTES:
        return "awareness_too_large"
    return None


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")  # JSON.parse of every JS client throws on it


def _stamped(state: str | None, stamp: Stamp) -> str | None:
    """The state with the verified user in it; None when it is null or not an object."""
    if state is None:
        return None
    try:
        parsed = json.loads(state, parse_constant=_no_constant)
        if not isinstance(parsed, dict):
            return None
        claimed = parsed.get("user")
        user = dict(claimed) if isinstance(claimed, dict) else {}
        user["id"] = stamp.user_id
        if stamp.name is not None:
            user["name"] = stamp.name
        parsed["user"] = user
        # 1e400 is JSON but reads as infinity, which is not.
        return json.dumps(parsed, separators=(",", ":"), allow_nan=False)
    except (ValueError, RecursionError):
        return None
