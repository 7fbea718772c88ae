"""`MenuEditingChannel{menu_id}`: who changes and who holds which field of a menu.

Rule 1: `update_field` edits the live menu (api/menu_edits.py): same rights, same history, same
        conflicts as everywhere; browsers see it at once.
Rule 2: `lock_field` takes a real lease (collab/guard/locks.py). The original's pages do not know
        leases, so this door renews them while the subscription lives, at most `HOLD_SECONDS` after
        the last `lock_field` or `update_field` of that field.
Rule 3: `menu_change` is read from the history after the commit, whoever made the change and
        through whichever door; changes of one person that are found together are one message.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, assert_never

from api.doors import cable_payloads as shown
from api.doors.cable_channel import Channel
from api.doors.cable_fields import edit_of_field
from api.doors.cable_voice import Payload
from collab.edits.planning import plan_edits
from collab.errors import LockRefused, ProtocolViolation, RightWithdrawn, StoreError
from collab.guard.locks import (
    RENEW_SECONDS,
    Held,
    LockedField,
    LockHolder,
    Renewed,
    Taken,
    TooMany,
    read_field,
)
from collab.guard.rights import may_write
from collab.identity import Access
from collab.records import FieldChange, NumberedEvent
from collab.room_names import RoomKind, RoomName
from storage.history import Wanted

HOLD_SECONDS = 600.0  # LOCK_TIMEOUT of the original
LOOK_AGAIN_SECONDS = 0.2  # between two looks at the history: typing comes in small steps
OVERLAP = timedelta(seconds=30)  # an entry may be written so long after its time
PAGE = 200
RETRY_SECONDS = 1.0
_UNLOCKED = frozenset({"lock.released", "lock.broken", "lock.expired"})


@dataclass(slots=True)
class _Hold:
    """A field that this subscription holds."""

    field: LockedField
    token: int
    used_at: float  # monotonic seconds


class MenuEditingChannel(Channel):
    """See the module."""

    actions: ClassVar = frozenset({"lock_field", "unlock_field", "update_field"})

    async def join(self) -> None:
        self._menu_id = self.parameter("menu_id")
        admission = await self.admit(RoomName(RoomKind.MENU_EVENTS, self._menu_id))
        assert admission.document is not None
        self._menu, self._access = admission.document, admission.access
        self._holds: dict[str, _Hold] = {}  # by path
        self._said: dict[str, datetime] = {}  # entry of the history -> its `at` when it was said
        self._bell = asyncio.Event()
        self._room = await self.listen(admission.stream_id, self._told)
        self.sit(admission.restaurant_id, RoomKind.MENU, self._menu_id)

    async def begin(self) -> None:
        at = self._room.top
        self._since = self.desk.reception.clock.utc()
        for change in await self._entries():
            self._said[change.id] = change.at
        self.desk.menu_bell.listen(self._menu_id, self, self._bell.set)
        await self.repeat()
        self._room.start(at)
        self.keep_doing(self._watch())
        self.keep_doing(self._keep_holding())

    async def repeat(self) -> None:
        for lock in await self.desk.locks.list(self._menu_id):
            holder = lock.holder
            at = self.desk.reception.clock.utc()
            user = {"id": holder.user_id, "name": holder.user_name}
            self.voice.say(self._lock_message("field_locked", lock.path, user, at))

    async def perform(self, action: str, data: Mapping[str, object]) -> Payload:
        path = data.get("field")
        field = read_field(path if isinstance(path, str) else "")
        match action:
            case "lock_field":
                more = await self._lock(field)
            case "unlock_field":
                more = await self._unlock(field)
            case _:
                more = await self._update(field, data)
        return {"event": "action_result", "action": action, "field": field.path, **more}

    def leave(self) -> None:
        self.desk.menu_bell.forget(self.params.get("menu_id", ""), self)
        super().leave()

    # -- locks ---------------------------------------------------------------------------------

    async def _lock(self, field: LockedField) -> Payload:
        self._check_right(field)
        outcome = await self.desk.locks.take(self._menu_id, field, self._holder())
        match outcome:
            case Taken(lock) | Renewed(lock):
                now = self.desk.reception.clock.monotonic()
                self._holds[field.path] = _Hold(field, lock.token, now)
                is_new = isinstance(outcome, Taken)
                return {"result": "ok" if is_new else "noop", "token": lock.token}
            case Held(lock):
                holder = lock.holder
                raise LockRefused(f"{holder.user_name} holds this field already.")
            case TooMany(count):
                raise LockRefused(
                    f"You hold {count} fields; give one back first.", reason="too_many_locks"
                )
            case _:
                assert_never(outcome)

    async def _unlock(self, field: LockedField) -> Payload:
        hold = self._holds.pop(field.path, None)
        if hold is None:
            return {"result": "noop"}
        user_id = self.identity.user_id
        done = await self.desk.locks.release(self._menu_id, field, hold.token, user_id)
        return {"result": "ok" if done else "noop"}

    async def _keep_holding(self) -> None:
        """Renew what is held; forget what was not used for long, or is lost."""
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            now = self.desk.reception.clock.monotonic()
            for path, hold in list(self._holds.items()):
                is_used = now - hold.used_at < HOLD_SECONDS
                with suppress(StoreError):  # a lease outlives two renewals that fail
                    if not is_used or not await self._renew(hold):
                        self._holds.pop(path, None)

    async def _renew(self, hold: _Hold) -> bool:
        lock = await self.desk.locks.renew(
            self._menu_id, hold.field, hold.token, self.identity.user_id, self.session_id
        )
        return lock is not None

    def _holder(self) -> LockHolder:
        identity = self.identity
        return LockHolder(self.session_id, identity.user_id, identity.name or identity.user_id)

    def _check_right(self, field: LockedField) -> None:
        may = may_write(self.identity, field.root, field.field)
        if self._access is not Access.WRITE or not may:
            raise RightWithdrawn("You may not change this field.", reason="field_forbidden")

    # -- edits ---------------------------------------------------------------------------------

    async def _update(self, field: LockedField, data: Mapping[str, object]) -> Payload:
        if "value" not in data:
            raise ProtocolViolation("Say what to write: value.", reason="missing_parameter")
        edit = edit_of_field(field, data["value"])
        edited = await self.desk.edit_menu(
            self._menu,
            self.identity,
            lambda menu: plan_edits(menu, [edit], self.desk.draw_id),
        )
        if field.path in self._holds:
            self._holds[field.path].used_at = self.desk.reception.clock.monotonic()
        if edited.changes:
            self.desk.reception.sessions.edited(self.session_id, self._menu, edited.changes)
            self.desk.menu_bell.ring(self._menu_id)
        return {"result": "ok" if edited.changes else "noop"}

    # -- what happens --------------------------------------------------------------------------

    def _told(self, numbered: NumberedEvent) -> Iterable[Payload]:
        event = numbered.event
        path = str(event.body.get("field", ""))
        user = {"id": event.body.get("user"), "name": event.body.get("name")}
        if event.type == "lock.taken":
            yield self._lock_message("field_locked", path, user, event.at)
        elif event.type in _UNLOCKED:
            yield self._lock_message("field_unlocked", path, user, event.at)
        elif event.type == "menu.changed":
            self._bell.set()

    def _lock_message(
        self, event: str, path: str, user: Mapping[str, object], at: datetime
    ) -> Payload:
        return {
            "event": event,
            "menu_id": self._menu_id,
            "field": path,
            "user": user,
            "timestamp": shown.timestamp(at),
        }

    async def _watch(self) -> None:
        while True:
            await self._bell.wait()
            self._bell.clear()
            try:
                changes = await self._entries()
            except StoreError:
                self._bell.set()
                await asyncio.sleep(RETRY_SECONDS)
                continue
            fresh = [one for one in changes if self._said.get(one.id) != one.at]
            self.voice.say(*change_messages(self._menu_id, fresh))
            self._remember(changes)
            await asyncio.sleep(LOOK_AGAIN_SECONDS)

    async def _entries(self) -> list[FieldChange]:
        """The history from shortly before the last look on, the oldest first."""
        wanted = Wanted(since=self._since - OVERLAP)
        found: list[FieldChange] = []
        before = None
        while True:
            page = await self.desk.history.entries(self._menu_id, wanted, before=before, limit=PAGE)
            found += page
            if len(page) < PAGE:
                return found[::-1]
            before = (page[-1].at, page[-1].id)

    def _remember(self, changes: list[FieldChange]) -> None:
        if changes:
            self._since = max(self._since, changes[-1].at)
        edge = self._since - OVERLAP
        self._said = {one.id: one.at for one in changes if one.at >= edge}


def change_messages(menu_id: str, changes: Iterable[FieldChange]) -> list[Payload]:
    """What changed, one message for every stretch of changes of one person. Oldest first."""
    messages: list[dict[str, object]] = []
    for change in changes:
        path = LockedField(change.root, change.part_id, change.field).path
        user = {"id": change.user_id}
        if not messages or messages[-1]["user"] != user:
            messages.append(
                {"event": "menu_change", "menu_id": menu_id, "changes": {}, "user": user}
            )
        values = messages[-1]["changes"]
        assert isinstance(values, dict)
        values[path] = change.after
        messages[-1]["timestamp"] = shown.timestamp(change.at)
    return list(messages)
