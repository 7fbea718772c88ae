"""What the doors of the rooms protocol share: `/ws` and `/sse`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from api.doors.reception import Reception
from api.doors.rooms_asides import Asides
from api.doors.rooms_sockets import RoomsSockets
from api.lock_desk import LockDesk
from api.order_desk import OrderDesk
from api.room_entrance import RoomAdmission, RoomEntrance
from collab.records import Snapshot
from collab.room_names import RoomKind, RoomName
from rooms.event_rooms import EventRooms
from rooms.kitchen_watch import KitchenWatch
from rooms.roster import Roster


class Snapshots(Protocol):
    """What a newcomer to a room with a log is told."""

    async def read(self, room: RoomName, stream_id: str, restaurant_id: str) -> Snapshot:
        """What the room adds up to, read at one moment. Raises StoreError."""
        ...


@dataclass(frozen=True, slots=True)
class RoomsReception:
    """One per application."""

    reception: Reception
    entrance: RoomEntrance
    events: EventRooms
    snapshots: Snapshots
    roster: Roster
    orders: OrderDesk
    watch: KitchenWatch
    locks: LockDesk
    sockets: RoomsSockets
    asides: Asides = field(default_factory=Asides)

    async def snapshot(self, admission: RoomAdmission) -> Snapshot:
        """What a newcomer to an event room is told. Raises StoreError. Safe to cancel."""
        if admission.name.kind is RoomKind.PRESENCE:
            return self.roster.snapshot(admission.restaurant_id)
        return await self.snapshots.read(
            admission.name, admission.stream_id, admission.restaurant_id
        )
