"""What people asked, what screens saw and what the log holds, held against each other.

Rule 1: a command that was acknowledged is in the log exactly once, whatever was sent how often;
        one that was not is there at most once, and what was refused is not there at all.
Rule 2: numbers have no gaps: positions of a restaurant, seq of an order, offsets of a room.
Rule 3: if one command was acknowledged before another was sent, it stands before it.
Rule 4: what a screen saw of a room is a contiguous piece of that room's stream, as it is stored.
Rule 5: a line never goes back but by a recall (or a held course).
Nothing of the server's own code is used.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from typing import Any, Final


class LostCommand(AssertionError):
    """It was acknowledged, and the log does not have it."""


class DoubledCommand(AssertionError):
    """It was done twice, or done although it was refused."""


class OutOfOrder(AssertionError):
    """Numbers with gaps, or the wrong order."""


class UnequalScreens(AssertionError):
    """A screen saw something else than what is stored."""


@dataclass(frozen=True, slots=True)
class LogRow:
    """One event in the log of a restaurant."""

    position: int
    order: str | None
    seq: int | None
    command: str
    type: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Shown:
    """One event of a room, as it is stored or as a screen got it."""

    offset: int
    type: str
    seq: int
    actor: str
    at_ms: int
    body: Any


@dataclass(slots=True)
class Asked:
    """One command, however often it was sent."""

    id: str
    type: str
    sent_at: float  # the first time
    answered_at: float | None = None  # the first answer that came back
    outcomes: list[str] = field(default_factory=list)  # "ok", "noop", "dup", "rejected"
    places: set[tuple[int | None, int | None]] = field(default_factory=set)  # (seq, offset)
    code: str | None = None

    def answered(
        self, at: float, outcome: str, seq: int | None, offset: int | None, code: str | None
    ) -> None:
        """Note one answer."""
        self.answered_at = at if self.answered_at is None else min(self.answered_at, at)
        self.outcomes.append(outcome)
        self.code = code or self.code
        # A `dup` without a place repeats the answer that there was nothing to do.
        if outcome == "ok" or (outcome == "dup" and (seq, offset) != (None, None)):
            self.places.add((seq, offset))

    @property
    def is_done(self) -> bool:
        """Whether an answer said that it was carried out."""
        return bool(self.places)

    @property
    def is_refused(self) -> bool:
        """Whether an answer said that it was not."""
        return "rejected" in self.outcomes


@dataclass(slots=True)
class Viewing:
    """What one screen saw of one room, over all its connections."""

    screen: str
    room: str
    # For each time of following the room: after which offset it began, and what came. A snapshot
    # begins a new one.
    runs: list[tuple[int, list[Shown]]] = field(default_factory=list)

    def begins(self, after: int) -> None:
        """A snapshot that stands at `after`, or the place to resume from."""
        self.runs.append((after, []))

    def sees(self, event: Shown) -> None:
        """One event, repeats left out already."""
        self.runs[-1][1].append(event)


def check_commands(asked: Iterable[Asked], log: Sequence[LogRow]) -> int:
    """Rule 1; how many were acknowledged as done. Raises LostCommand, DoubledCommand."""
    rows = _by_command(log)
    done = 0
    for one in asked:
        found = rows.get(one.id, [])
        if one.is_done and one.is_refused:
            raise DoubledCommand(f"{one.id} ({one.type}) was done and refused: {one.outcomes}")
        if one.is_done and not found:
            raise LostCommand(f"{one.id} ({one.type}) was acknowledged and is not in the log")
        if found and one.is_refused:
            raise DoubledCommand(f"{one.id} ({one.type}) was refused and is in the log")
        if len(one.places) > 1:
            raise DoubledCommand(f"{one.id} ({one.type}) has several places: {one.places}")
        if one.outcomes.count("ok") > 1:
            raise DoubledCommand(f"{one.id} ({one.type}) was done {one.outcomes.count('ok')} times")
        _check_together(one, found)
        done += one.is_done
    return done


def check_numbers(log: Sequence[LogRow], streams: Mapping[str, Sequence[Shown]]) -> None:
    """Rule 2. Raises OutOfOrder."""
    _check_run("positions", [row.position for row in log])
    orders: dict[str, list[int]] = defaultdict(list)
    for row in log:
        if row.order is not None:
            assert row.seq is not None
            orders[row.order].append(row.seq)
    for order, seqs in orders.items():
        _check_run(f"seq of {order}", seqs)
    for stream, events in streams.items():
        _check_run(f"offsets of {stream}", [one.offset for one in events])


def check_real_time(asked: Iterable[Asked], log: Sequence[LogRow]) -> int:
    """Rule 3; how many pairs of commands it says something about. Raises OutOfOrder.

    Commands by time of sending against the highest position that was acknowledged before:
    whatever was sent later stands behind it.
    """
    positions = {command: rows[0].position for command, rows in _by_command(log).items()}
    placed = [one for one in asked if one.id in positions]
    moments = [(one.sent_at, 1, one) for one in placed]
    moments += [(one.answered_at, 0, one) for one in placed if one.answered_at is not None]
    highest, name, compared = 0, "", 0
    for _, is_sending, one in sorted(moments, key=lambda moment: moment[:2]):
        position = positions[one.id]
        if is_sending:
            compared += highest > 0
            if position < highest:
                raise OutOfOrder(f"{one.id} was sent after {name} was acknowledged, and is before")
        elif position > highest:
            highest, name = position, one.id
    return compared


def check_viewing(viewing: Viewing, stream: Sequence[Shown]) -> int:
    """Rule 4; how many events the screen saw. Raises OutOfOrder, UnequalScreens."""
    stored = {one.offset: one for one in stream}
    seen = 0
    for after, events in viewing.runs:
        for expected, event in enumerate(events, after + 1):
            if event.offset != expected:
                raise OutOfOrder(
                    f"{viewing.screen} in {viewing.room}: {event.offset} came for {expected}"
                )
            if stored.get(event.offset) != event:
                raise UnequalScreens(
                    f"{viewing.screen} in {viewing.room} saw {event}, "
                    f"stored is {stored.get(event.offset)}"
                )
        seen += len(events)
    return seen


# A step of a line is the type of its event; how far it then is. Recalls go back, and holding a
# course takes back what nobody started.
STEPS: Final[Mapping[str, int]] = {
    "line.added": 0,
    "order.placed": 1,
    "line.fired": 2,
    "line.started": 3,
    "line.ready": 4,
    "line.served": 5,
    "line.rejected": 6,
    "line.voided": 6,
}
ENDS: Final = 6


def check_steps(order: str, steps: Iterable[tuple[str, str]]) -> None:
    """Rule 5 for one order: (line, type of event) in order. Raises OutOfOrder."""
    at: dict[str, int] = {}
    for line, type in steps:
        if type in ("line.recalled", "course.held"):
            at[line] = min(at[line], 3 if type == "line.recalled" else 1)
            continue
        step = STEPS.get(type)
        if step is None:
            continue
        before = at.get(line, -1)
        if step <= before or before == ENDS:
            raise OutOfOrder(f"{line} of {order}: {type} after step {before}")
        at[line] = step


def by_order(log: Iterable[LogRow]) -> Iterator[tuple[str, list[LogRow]]]:
    """The log of each order."""
    rows = sorted((row for row in log if row.order is not None), key=attrgetter("order", "seq"))
    for order, group in groupby(rows, key=attrgetter("order")):
        yield order, list(group)


def _by_command(log: Iterable[LogRow]) -> dict[str, list[LogRow]]:
    found: dict[str, list[LogRow]] = defaultdict(list)
    for row in log:
        found[row.command].append(row)
    return found


def _check_together(one: Asked, rows: Sequence[LogRow]) -> None:
    """The events of one command stand side by side, so they came from one execution."""
    positions = [row.position for row in rows]
    if positions and positions[-1] - positions[0] != len(positions) - 1:
        raise DoubledCommand(f"{one.id} ({one.type}) stands at {positions}")


def _check_run(what: str, numbers: Sequence[int]) -> None:
    if list(numbers) != list(range(1, len(numbers) + 1)):
        raise OutOfOrder(f"{what}: {_first_break(numbers)}")


def _first_break(numbers: Sequence[int]) -> str:
    for expected, number in enumerate(numbers, 1):
        if number != expected:
            return f"{number} where {expected} should be"
    return "nothing"
