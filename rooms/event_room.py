"""One event room: the newest events of a stream in memory, and who listens to it. Never waits.

Rule 1: every listener is shown a run of offsets without a hole or a repetition. What is shown
        joins what was shown before, or the listener is told of a gap and forgotten.
Rule 2: `head` is the last event that listeners who keep up were shown. A listener below it is
        behind and catches up: from memory where that reaches, else from the log. One above it (it
        took a snapshot of what is not told yet) waits until the room comes by.
Rule 3: a room ends when its stream is not the one it opened any more (another epoch, or events
        that it had not shown are gone): its listeners are told, and the next one opens it afresh.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from collab.errors import Overloaded
from collab.orders.executed import Told
from collab.records import NumberedEvent
from rooms.listener import EventBatch, Listener
from rooms.ports import StreamPage
from rooms.recent_rate import RecentRate

MEMORY_EVENTS = 512  # so many are kept at least, once they were there; at most twice as many
PAGE_EVENTS = 250  # in one batch for somebody who catches up


@dataclass(frozen=True, slots=True)
class Cursor:
    """What a listener saw last of a stream."""

    epoch: str
    offset: int  # 0: nothing yet


@dataclass(frozen=True, slots=True)
class CursorGap:
    """The events after a cursor are not to be had; a snapshot is needed."""

    why: str  # "epoch", "future", "trimmed" or "negative"
    epoch: str
    top: int


class Subscription:
    """One listener in one room. Made by `EventRooms.subscribe`."""

    __slots__ = ("_room", "after", "epoch", "is_over", "is_recovered", "listener", "stuck_since")

    def __init__(self, room: EventRoom, listener: Listener, after: int, is_recovered: bool) -> None:
        self.epoch = room.epoch  # of the room when it was joined
        self.after = after  # offset of the last event shown, or with which it begins
        self.is_recovered = is_recovered  # it goes on after a cursor; else take a snapshot
        self.is_over = False  # nothing is shown any more
        self.listener = listener
        self.stuck_since: float | None = None  # since when the listener has no room
        self._room = room

    @property
    def top(self) -> int:
        """Offset of the last event of the stream, as this process knows it now."""
        return self._room.top

    def start(self, after: int | None = None, epoch: str | None = None) -> None:
        """Begin to show what comes after, or go on with it. Call it once.

        after, epoch: those of the snapshot that was taken; None: after the cursor. What is in
        memory is shown within this call; so is a gap, when the room has another epoch by now.
        """
        self._room.start(self, self.after if after is None else after, epoch or self.epoch)

    def leave(self) -> None:
        """Show nothing any more. Calling it twice is harmless."""
        self._room.leave(self)


class EventRoom:
    """One stream. wants_log: called when something has to be read from the log, see `page`."""

    def __init__(
        self, stream_id: str, page: StreamPage, wants_log: Callable[[EventRoom], None]
    ) -> None:
        """page: the newest events of the stream, and where it stands."""
        self.stream_id = stream_id
        self.epoch = page.epoch
        self.head = page.events[-1].offset if page.events else page.top
        self.top = page.top  # of the stream as far as it is known; not below `head`
        self.is_rung = self.top > self.head  # there may be more in the log than was shown
        self.is_paged = False  # somebody reads the log for it
        self.idle_since: float | None = None
        self.shown = 0  # events shown so far, counted once a listener
        self.rate = RecentRate()  # of events, by the seconds since 1970 in them
        self._wants_log = wants_log
        self._memory = list(page.events)  # contiguous, ends at `head`
        self._recent: EventBatch | None = None  # of a run of listeners with the same cursor
        self._joined: set[Subscription] = set()  # not started
        self._live: dict[Subscription, None] = {}  # at `head` or above
        self._behind: dict[Subscription, None] = {}
        self._gap: CursorGap | None = None  # set once the room has ended

    @property
    def has_ended(self) -> bool:
        """Whether nobody can join any more."""
        return self._gap is not None

    @property
    def is_empty(self) -> bool:
        """Whether nobody listens."""
        return not (self._joined or self._live or self._behind)

    @property
    def listeners(self) -> int:
        """How many listen."""
        return len(self._joined) + len(self._live) + len(self._behind)

    @property
    def behind(self) -> int:
        """How many of them have not been shown everything yet."""
        return len(self._behind)

    @property
    def newest(self) -> NumberedEvent | None:
        """The last event that is known here."""
        return self._memory[-1] if self._memory else None

    @property
    def is_wanting(self) -> bool:
        """Whether the log has to be read, for the room or for somebody who is behind."""
        return not self.has_ended and (self.is_rung or bool(self._behind))

    # -- listeners -----------------------------------------------------------------------------

    def remembers(self, cursor: Cursor) -> bool:
        """Whether memory alone lets a listener go on after a cursor."""
        oldest = self.head + 1 - len(self._memory)
        return cursor.epoch == self.epoch and oldest - 1 <= cursor.offset <= self.head

    def join(self, listener: Listener, cursor: Cursor | None) -> Subscription:
        """Let somebody in, after a cursor that was found good."""
        after = self.head if cursor is None else cursor.offset
        subscription = Subscription(self, listener, after, cursor is not None)
        self._joined.add(subscription)
        return subscription

    def start(self, subscription: Subscription, after: int, epoch: str) -> None:
        """See `Subscription.start`."""
        if self._gap is not None:
            subscription.listener.gap(self._gap.why, self._gap.epoch, self._gap.top)
            return
        if subscription.is_over:
            return
        self._joined.discard(subscription)
        if epoch != self.epoch:
            subscription.is_over = True
            subscription.listener.gap("epoch", epoch, after)
            self.ring(after)
            return
        subscription.after = after
        if after > self.head:
            self.ring(after)
        self._catch_up(subscription)

    def leave(self, subscription: Subscription) -> None:
        """See `Subscription.leave`."""
        subscription.is_over = True
        self._joined.discard(subscription)
        self._live.pop(subscription, None)
        self._behind.pop(subscription, None)

    # -- new events ----------------------------------------------------------------------------

    def ring(self, top: int = 0) -> None:
        """There may be more in the log than was shown."""
        self.top = max(self.top, top)
        self.is_rung = True
        self._wants_log(self)

    def deliver(self, told: Told) -> None:
        """What a commit brought: shown at once when it joins what was shown before."""
        last = told.first + len(told.events) - 1
        if told.epoch != self.epoch:
            self.ring()
        elif told.first > self.head + 1:
            self.ring(last)
        elif last > self.head:
            new = told.events[self.head + 1 - told.first :]
            self._advance([NumberedEvent(n, event) for n, event in enumerate(new, self.head + 1)])

    def take(self, page: StreamPage, after: int) -> None:
        """A page that was read after `head` as it was then, which was `after`."""
        if page.epoch != self.epoch:
            self.end(CursorGap("epoch", page.epoch, page.top))
            return
        self.top = max(self.top, page.top)
        if page.top > after and not _continues(page, after):
            if self.head == after:
                # What was not shown yet is not there any more.
                self.end(CursorGap("trimmed", page.epoch, page.top))
            return
        if new := page.events[self.head - after :]:
            self._advance(new)
        self.is_rung = self.is_rung or bool(page.events and self.top > self.head)

    def end(self, gap: CursorGap) -> None:
        """The stream is not the one that was opened: tell everybody, who has to come again."""
        listeners = [*self._live, *self._behind]
        self._gap = gap
        self._joined.clear()
        self._live.clear()
        self._behind.clear()
        for subscription in listeners:
            subscription.is_over = True
            subscription.listener.gap(gap.why, gap.epoch, gap.top)

    # -- those who are behind ------------------------------------------------------------------

    def ready(self, now: float, too_slow_seconds: float) -> dict[int, list[Subscription]]:
        """Those who are behind and have room, by what they saw last; who has none for too long
        is ended. now: monotonic seconds."""
        found: dict[int, list[Subscription]] = {}
        for subscription in list(self._behind):
            if subscription.listener.has_room:
                found.setdefault(subscription.after, []).append(subscription)
            elif subscription.stuck_since is None:
                subscription.stuck_since = now
            elif now - subscription.stuck_since >= too_slow_seconds:
                self.leave(subscription)
                subscription.listener.end(Overloaded(_TOO_SLOW, reason="too_slow"))
        return found

    def recall(self, after: int) -> EventBatch | None:
        """The next page after an offset from memory; None when memory does not reach back."""
        start = after - self.head + len(self._memory)
        if start < 0 or after >= self.head:
            return None
        recent, last = self._recent, min(after + PAGE_EVENTS, self.head)
        if recent is None or recent.first != after + 1 or recent.last != last:
            events = tuple(self._memory[start : start + PAGE_EVENTS])
            self._recent = recent = EventBatch(self.epoch, events)
        return recent

    def show_page(self, page: StreamPage, after: int, to: Iterable[Subscription]) -> None:
        """Show a page from the log to those who are still where it begins."""
        if page.epoch != self.epoch:
            self.end(CursorGap("epoch", page.epoch, page.top))
            return
        self.top = max(self.top, page.top)
        waiting = [one for one in to if one in self._behind and one.after == after < self.head]
        if not _continues(page, after):
            for subscription in waiting:
                self.leave(subscription)
                subscription.listener.gap("trimmed", page.epoch, self.top)
            return
        # What the room itself was not shown yet comes when it was: a listener stays below it.
        events = page.events[: self.head - after]
        batch = EventBatch(self.epoch, tuple(events))
        for subscription in waiting:
            if self._show(subscription, batch):
                self._catch_up(subscription)

    def show_memory(self, to: Iterable[Subscription]) -> None:
        """Go on with those who are behind and whom memory reaches."""
        for subscription in to:
            if subscription in self._behind:
                self._catch_up(subscription)

    # ------------------------------------------------------------------------------------------

    def _advance(self, events: Sequence[NumberedEvent]) -> None:
        """Show events that begin right after `head`."""
        batch = EventBatch(self.epoch, tuple(events))
        before, self.head = self.head, batch.last
        self.top = max(self.top, self.head)
        self._memory += events
        self.rate.add(events[-1].event.at.timestamp(), len(events))
        if len(self._memory) > 2 * MEMORY_EVENTS:
            del self._memory[:-MEMORY_EVENTS]
        shown = 0
        for subscription in list(self._live):
            if subscription.is_over:
                continue
            if subscription.after == before and subscription.listener.show(batch):
                subscription.after = batch.last
                shown += 1
            elif subscription.after < batch.last:
                self._fall_behind(subscription)
        self.shown += shown * len(batch.events)

    def _catch_up(self, subscription: Subscription) -> None:
        """Show all that memory has; whoever has not got everything then is behind."""
        while subscription.after < self.head:
            batch = self.recall(subscription.after)
            if batch is None or not self._show(subscription, batch):
                self._fall_behind(subscription)
                return
        if subscription.is_over:
            return
        self._behind.pop(subscription, None)
        self._live[subscription] = None

    def _show(self, subscription: Subscription, batch: EventBatch) -> bool:
        if not subscription.listener.show(batch):
            return False
        subscription.after = batch.last
        subscription.stuck_since = None
        self.shown += len(batch.events)
        return True

    def _fall_behind(self, subscription: Subscription) -> None:
        if subscription.is_over:
            return
        self._live.pop(subscription, None)
        self._behind[subscription] = None
        self._wants_log(self)


_TOO_SLOW = "This connection took nothing for too long; come again and go on where it ended."


def _continues(page: StreamPage, after: int) -> bool:
    """Whether a page that was read after an offset begins right behind it, and has no hole."""
    events = page.events
    return (
        bool(events) and events[0].offset == after + 1 and events[-1].offset == after + len(events)
    )
