"""The commands of one connection, decided one after the other.

Rule 1: what arrives while some are being decided is decided together afterwards, in its order.
Rule 2: when a command could not be looked at, later ones of the same device are not looked at
        either until it came again: they may need what it makes, and a refusal would be kept.
Rule 3: whoever has many waiting is not read from meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from api.doors.rooms_forms import Cmd
from api.doors.rooms_locks import LOCK_TYPES, LockCounter
from api.doors.rooms_place import Place
from api.order_desk import OrderDesk, RawCommand, overloaded
from collab.errors import ProtocolViolation, StoreError
from collab.identity import Identity, Role
from collab.orders.command import Outcome, Result
from collab.room_names import RoomKind, RoomName, parse_room
from rooms.sessions import SessionBook

WAITING_LIMIT = 200
AT_ONCE = 100
PATIENCE_SECONDS = 10.0  # for the command that has to come again

NOT_YET = "An earlier command of this device could not be looked at; send that one first."


class CommandQueue:
    """Commands of one connection on their way.

    identity: of the person, now. places: what the connection has subscribed to. answer: says the
    result of a command. monotonic: seconds.
    """

    def __init__(
        self,
        orders: OrderDesk,
        locks: LockCounter,
        sessions: SessionBook,
        *,
        identity: Callable[[], Identity],
        places: Callable[[], Sequence[Place]],
        answer: Callable[[Result], None],
        monotonic: Callable[[], float],
    ) -> None:
        self.device = ""
        self._orders = orders
        self._locks = locks
        self._sessions = sessions
        self._identity = identity
        self._places = places
        self._answer = answer
        self._monotonic = monotonic
        self._waiting: list[Cmd] = []
        self._came = asyncio.Event()
        self._has_room = asyncio.Event()
        self._has_room.set()
        self._missing: tuple[int, float] | None = None  # (device_seq, until when it is waited for)

    @property
    def is_full(self) -> bool:
        """Whether many are waiting."""
        return len(self._waiting) >= WAITING_LIMIT

    def add(self, command: Cmd) -> None:
        """Queue a command."""
        self._waiting.append(command)
        self._came.set()
        if self.is_full:
            self._has_room.clear()

    async def has_room(self) -> None:
        """Wait until not many are waiting. Safe to cancel."""
        await self._has_room.wait()

    async def run(self) -> None:
        """Decide what is queued, for ever. Safe to cancel; what was begun may be done."""
        while True:
            await self._came.wait()
            some, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
            if not self._waiting:
                self._came.clear()
            self._has_room.set()
            await self._decide(some)

    async def _decide(self, commands: list[Cmd]) -> None:
        orders: list[Cmd] = []
        for command in commands:
            if _is_of_an_order(command):
                orders.append(command)
                continue
            await self._decide_orders(orders)
            orders = []
            self._answer(await self._decide_other(command))
        await self._decide_orders(orders)

    async def _decide_orders(self, commands: list[Cmd]) -> None:
        now = self._monotonic()
        early = [command for command in commands if self._is_early(command, now)]
        for command in early:
            self._answer(overloaded(command.id, NOT_YET))
        due = [command for command in commands if command not in early]
        if not due:
            return
        raws = [_raw(command, self.device) for command in due]
        for command, result in zip(
            due, await self._orders.submit_all(self._identity(), raws), strict=True
        ):
            if result.code == "overloaded" and command.device_seq is not None:
                self._miss(command.device_seq)
            self._answer(result)

    def _is_early(self, command: Cmd, now: float) -> bool:
        if self._missing is None or command.device_seq is None:
            return False
        missing, until = self._missing
        if command.device_seq > missing and now < until:
            return True
        self._missing = None
        return False

    def _miss(self, device_seq: int) -> None:
        if self._missing is None or device_seq < self._missing[0]:
            self._missing = (device_seq, self._monotonic() + PATIENCE_SECONDS)

    async def _decide_other(self, command: Cmd) -> Result:
        try:
            room = parse_room(command.room)
        except ProtocolViolation as error:
            return _rejected(command, "bad_command", str(error))
        if command.type in LOCK_TYPES and room.kind is RoomKind.MENU:
            try:
                return await self._locks.decide(self._identity(), command, self._place(room))
            except StoreError:
                return overloaded(command.id)
        if command.type == "presence.set" and room.kind is RoomKind.PRESENCE:
            return self._set_presence(command, room)
        return _rejected(command, "bad_command", "There is no such command in this room.")

    def _place(self, room: RoomName) -> Place | None:
        """The connection's own place at a menu; its events do as well."""
        names = (room, RoomName(RoomKind.MENU_EVENTS, room.id))
        found = (place for place in self._places() if place.admission.name in names)
        return min(found, key=lambda place: names.index(place.admission.name), default=None)

    def _set_presence(self, command: Cmd, room: RoomName) -> Result:
        identity = self._identity()
        if identity.restaurant_id not in (None, room.id) or identity.roles <= {Role.GUEST}:
            return _rejected(command, "forbidden", "This is not your restaurant.")
        match command.body:
            case {"status": "active"}:
                tell = self._sessions.appear
            case {"status": "away" | "idle"}:
                tell = self._sessions.away
            case _:
                return _rejected(command, "bad_command", 'status is "active" or "away".')
        for place in self._places():
            tell(place.session_id)
        return Result(command.id, Outcome.OK)


def _is_of_an_order(command: Cmd) -> bool:
    """Everything that the order desk answers, also what it refuses."""
    return not command.type.startswith(("lock.", "presence."))


def _raw(command: Cmd, device: str) -> RawCommand:
    at_ms = command.client_at_ms
    at = None if at_ms is None else datetime.fromtimestamp(at_ms / 1000, UTC)
    return RawCommand(command.id, command.room, command.type, command.body, device, at)


def _rejected(command: Cmd, code: str, reason: str) -> Result:
    return Result(command.id, Outcome.REJECTED, code=code, reason=reason)
