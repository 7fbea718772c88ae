"""Commands about locks: `lock.take`, `renew`, `release`, `ask`, `break` in `menu:{id}`.

Body: `{field: "items/soup/price"}`, or `{item: "soup", field: "price"}`; `token` (fencing) to renew
and to release. Whoever holds is a session, so the menu or its events must be subscribed to; what
happened to locks is told in `menu:{id}:events`. A repeated command does no harm, so no key is kept.
"""

from __future__ import annotations

from typing import Annotated, assert_never

import msgspec

from api.doors.rooms_forms import Cmd
from api.doors.rooms_place import Place
from api.lock_desk import LockDesk
from api.room_entrance import RoomAdmission
from collab.errors import ProtocolViolation
from collab.guard.locks import (
    Held,
    Lock,
    LockedField,
    LockHolder,
    Renewed,
    Taken,
    TooMany,
    read_field,
)
from collab.guard.rights import may_write
from collab.identity import Access, Act, Identity, may
from collab.menus.schema import ITEMS
from collab.orders.command import Outcome, Result
from collab.records import DocumentKind

LOCK_TYPES = frozenset({"lock.take", "lock.renew", "lock.release", "lock.ask", "lock.break"})


class LockBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which field, and the fencing token of the lock on it."""

    field: str
    item: str | None = None
    token: Annotated[int, msgspec.Meta(ge=1)] | None = None


class LockCounter:
    """Takes the commands about locks of one connection."""

    def __init__(self, locks: LockDesk) -> None:
        self._locks = locks

    async def decide(self, identity: Identity, command: Cmd, place: Place | None) -> Result:
        """Do one command; a refusal is an answer too. Raises StoreError. Safe to cancel.

        place: the connection's own at this menu or its events; None: it has none.
        """
        if place is None or not _is_menu(place.admission):
            return _rejected(command, "not_subscribed", "Subscribe to this menu first.")
        try:
            body = msgspec.convert(command.body, LockBody)
            field = _field(body)
        except (msgspec.ValidationError, ProtocolViolation) as error:
            return _rejected(command, "bad_command", str(error))
        holder = LockHolder(place.session_id, identity.user_id, identity.name or identity.user_id)
        return await self._decide(identity, command, place.admission, field, body.token, holder)

    async def _decide(
        self,
        identity: Identity,
        command: Cmd,
        admission: RoomAdmission,
        field: LockedField,
        token: int | None,
        holder: LockHolder,
    ) -> Result:
        menu_id = admission.name.id
        match command.type:
            case "lock.release" if token is not None:  # also by whoever may not write any more
                is_done = await self._locks.release(menu_id, field, token, identity.user_id)
                return Result(command.id, Outcome.OK) if is_done else _over(command)
            case "lock.break":
                if not may(identity, Act.MANAGE_DOCUMENTS, admission.restaurant_id):
                    return _forbidden(command)
                return self._found(command, await self._locks.break_(menu_id, field, holder))
        is_writer = admission.access is Access.WRITE
        if not is_writer or not may_write(identity, field.root, field.field):
            return _forbidden(command)
        match command.type:
            case "lock.take":
                return await self._take(command, menu_id, field, holder)
            case "lock.ask":
                return self._found(command, await self._locks.ask(menu_id, field, holder))
            case "lock.renew" if token is not None:
                user_id, session_id = holder.user_id, holder.session_id
                lock = await self._locks.renew(menu_id, field, token, user_id, session_id)
                return _over(command) if lock is None else self._held(command, lock)
            case _:
                return _rejected(command, "bad_command", "The fencing token is missing.")

    async def _take(
        self, command: Cmd, menu_id: str, field: LockedField, claimant: LockHolder
    ) -> Result:
        outcome = await self._locks.take(menu_id, field, claimant)
        match outcome:
            case Taken(lock):
                return self._held(command, lock)
            case Renewed(lock):
                return self._held(command, lock, Outcome.NOOP)
            case Held(lock):
                is_own = lock.holder.user_id == claimant.user_id
                name = "You hold" if is_own else "Somebody holds"
                shown = self._shown(lock)
                return _rejected(command, "lock_held", f"{name} this field already.", shown)
            case TooMany(count):
                sentence = f"You hold {count} fields; give one back first."
                return _rejected(command, "too_many_locks", sentence)
            case _:
                assert_never(outcome)

    def _found(self, command: Cmd, lock: Lock | None) -> Result:
        if lock is None:
            return _rejected(command, "lock_not_found", "Nobody holds this field.")
        return self._held(command, lock)

    def _held(self, command: Cmd, lock: Lock, outcome: Outcome = Outcome.OK) -> Result:
        return Result(command.id, outcome, current=self._shown(lock))

    def _shown(self, lock: Lock) -> dict[str, object]:
        return {
            "field": lock.path,
            "token": lock.token,
            "user": lock.holder.user_id,
            "name": lock.holder.user_name,
            "session": lock.holder.session_id,
            "seconds_left": round(self._locks.seconds_left(lock), 3),
        }


def _is_menu(admission: RoomAdmission) -> bool:
    return admission.document is not None and admission.document.kind is DocumentKind.MENU


def _field(body: LockBody) -> LockedField:
    if body.item is None:
        return read_field(body.field)
    return read_field(LockedField(ITEMS, body.item, body.field).path)


def _over(command: Cmd) -> Result:
    return _rejected(command, "lock_over", "You do not hold this field any more.")


def _forbidden(command: Cmd) -> Result:
    return _rejected(command, "forbidden", "You may not do this with this field.")


def _rejected(
    command: Cmd, code: str, reason: str, current: dict[str, object] | None = None
) -> Result:
    return Result(command.id, Outcome.REJECTED, code=code, reason=reason, current=current)
