"""From what a client sent to a command that the rooms' desk decides: form, identity, fingerprint.

Rule 1: who acts comes from the verified identity and from nowhere else.
Rule 2: what cannot be a command is answered `bad_command`, and kept nowhere: its key stays free.
Rule 3: whose restaurant it is comes from the identity; an order of another one is unknown there.
Rule 4: a desk that is full, or cannot save, answers `overloaded`; the same command may come again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import msgspec

from api.entrance import DEMO_RESTAURANT
from api.plain_data import check_plain
from api.room_entrance import OrderPlaces
from collab.errors import MirepoixError, Overloaded, ProtocolViolation, RightWithdrawn, StoreError
from collab.identity import Identity
from collab.orders.command import Actor, ActorKind, Command, Outcome, Result
from collab.room_names import RoomKind, parse_room
from collab.room_rights import actor_kind

COMMAND_LIMIT_BYTES = 16 * 1024  # of the body, as JSON
DEPTH_LIMIT = 16
DEVICE_LIMIT_CHARACTERS = 64
OVERLOADED = "The server cannot do this right now; the same command may be sent again shortly."

_ID = re.compile(r"[A-Za-z0-9._~-]{1,64}")
_TYPE = re.compile(r"[a-z][a-z0-9_]{0,31}(\.[a-z0-9_]{1,31}){1,2}")


@dataclass(frozen=True, slots=True)
class RawCommand:
    """What a client wants, before anything of it was checked but that it is plain data."""

    id: str  # its idempotency key
    room: str  # "order:{id}" or "stock:{restaurant}"
    type: str  # "line.add", ...
    body: Mapping[str, object]
    device: str = ""  # what the client calls itself
    client_at: datetime | None = None  # aware


class Commands(Protocol):
    """What decides commands: the rooms' desk."""

    async def submit_all(self, commands: Sequence[Command]) -> list[Result]:
        """Decide and save commands in their order; all are taken or none is.

        Raises Overloaded, StoreError.
        """
        ...


class OrderDesk:
    """The one way for commands about orders and stock, whatever door they came through.

    on_answered: told of every answer, refusals too.
    """

    def __init__(
        self,
        desk: Commands,
        orders: OrderPlaces,
        on_answered: Callable[[Result], None] = lambda result: None,
    ) -> None:
        self._desk = desk
        self._orders = orders
        self._on_answered = on_answered

    async def submit(self, identity: Identity, raw: RawCommand) -> Result:
        """Decide one command; a refusal is an answer too. Never raises a MirepoixError.

        Cancelling is safe; the command may have been done all the same.
        """
        return (await self.submit_all(identity, [raw]))[0]

    async def submit_all(self, identity: Identity, raws: Sequence[RawCommand]) -> list[Result]:
        """The same for several, decided in their order; one answer each.

        Bad ones are answered and left out. When the desk is full, all the others are
        `overloaded`: none of them was decided, so none can have been refused for the lack of one
        before it.
        """
        answers: list[Result | None] = []
        commands: list[Command] = []
        for raw in raws:
            try:
                commands.append(await self._command(identity, raw))
                answers.append(None)
            except (MirepoixError, ValueError) as error:
                answers.append(_refused(raw.id, error))
        if commands:
            try:
                decided = await self._desk.submit_all(commands)
            except (Overloaded, StoreError):
                decided = [overloaded(command.id) for command in commands]
            rest = iter(decided)
            answered = [next(rest) if answer is None else answer for answer in answers]
        else:
            answered = [answer for answer in answers if answer is not None]
        for result in answered:
            self._on_answered(result)
        return answered

    async def _command(self, identity: Identity, raw: RawCommand) -> Command:
        if _ID.fullmatch(raw.id) is None or _TYPE.fullmatch(raw.type) is None:
            raise _bad("An id has 1 to 64 of the characters A-Z a-z 0-9 . _ ~ -, a type has a dot.")
        actor = actor_of(identity, raw.device)
        if actor is None:
            raise RightWithdrawn("You give no commands here.")
        order_id, restaurant_id = await self._place(identity, raw.room)
        return Command(
            id=raw.id,
            restaurant_id=restaurant_id,
            type=raw.type,
            order_id=order_id,
            body=raw.body,
            actor=actor,
            fingerprint=fingerprint_of(raw.type, order_id, raw.body),
            client_at=raw.client_at,
        )

    async def _place(self, identity: Identity, text: str) -> tuple[str | None, str]:
        """(order id, restaurant id) of a room that takes commands."""
        room = parse_room(text)
        match room.kind:
            case RoomKind.STOCK:
                if identity.restaurant_id not in (None, room.id):
                    raise RightWithdrawn("You give no commands here.")
                return None, room.id
            case RoomKind.ORDER if _ID.fullmatch(room.id) is not None:
                if identity.restaurant_id is not None:
                    return room.id, identity.restaurant_id
                return room.id, await self._orders.restaurant_of(room.id) or DEMO_RESTAURANT
            case _:
                raise _bad("Commands go to order:{order} or stock:{restaurant}.")


def actor_of(identity: Identity, device: str = "") -> Actor | None:
    """In which column of the table of rights somebody stands; None: in none.

    device: what the client calls itself.
    """
    kind = actor_kind(identity)
    if kind is None:
        return None
    return Actor(
        kind=kind,
        user_id=identity.user_id,
        device=device[:DEVICE_LIMIT_CHARACTERS],
        stations=frozenset(identity.stations),
        table_id=identity.table,
        order_id=identity.order,
        guest_session_id=identity.token_id if kind is ActorKind.GUEST else None,
    )


def fingerprint_of(kind: str, order_id: str | None, body: Mapping[str, object]) -> bytes:
    """What is compared when the same key comes again: the same content, whatever its order.

    Raises ValueError for a body that is not plain, ProtocolViolation for one that is too large.
    """
    check_plain(body, DEPTH_LIMIT)
    content = msgspec.json.encode([kind, order_id, body], order="sorted")
    if len(content) > COMMAND_LIMIT_BYTES:
        raise _bad(f"A command has at most {COMMAND_LIMIT_BYTES} bytes.")
    return hashlib.sha256(content).digest()


def overloaded(command_id: str, reason: str = OVERLOADED) -> Result:
    """The answer to a command that nobody could look at; it may come again."""
    return Result(command_id, Outcome.REJECTED, code=Overloaded.reason, reason=reason)


def _refused(command_id: str, error: Exception) -> Result:
    match error:
        case RightWithdrawn():
            code = "forbidden"
        case StoreError():
            return overloaded(command_id)
        case _:
            code = "bad_command"
    return Result(command_id, Outcome.REJECTED, code=code, reason=str(error))


def _bad(sentence: str) -> ProtocolViolation:
    return ProtocolViolation(sentence, reason="bad_command")
