"""The live part of orders: event rooms, the desk, rosters, the kitchen's watch, and their doors.

Built by the house in two steps: rosters have to be there before anybody connects, the doors need
everything else.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from api.doors.cable_bell import MenuBell
from api.doors.cable_desk import CableDesk
from api.doors.rooms_reception import RoomsReception
from api.doors.rooms_sockets import RoomsSockets
from api.order_desk import OrderDesk
from api.room_entrance import RoomEntrance
from collab.orders.command import Result
from collab.orders.executed import Executed, Told
from collab.orders.tickets import open_tickets
from rooms.clock import Clock
from rooms.desk import Desk
from rooms.doorbell import Doorbell
from rooms.event_rooms import EventRooms
from rooms.kitchen_watch import KitchenWatch, OpenTicket
from rooms.memory_stream import PREFIX, MemoryStream, SwitchedLog
from rooms.ports import Meter, StreamLog
from rooms.roster import Roster
from storage.orders import OrderStore
from storage.snapshots import SnapshotStore
from storage.streams import StreamStore, draw_epoch

if TYPE_CHECKING:
    from api.doors.cable_desk import EditMenu
    from api.doors.reception import Reception
    from api.lock_desk import LockDesk
    from api.visit_desk import VisitDesk
    from storage.dining_tables import DiningTableStore
    from storage.history import HistoryStore
    from storage.item_names import ItemNames
    from storage.marks import MarkStore
    from storage.restaurant_terms import RestaurantStore
    from storage.visits import VisitStore


@dataclass(frozen=True, slots=True)
class EventHall:
    """All streams of this process, those in memory too."""

    log: StreamLog
    events: EventRooms
    roster: Roster
    doorbell: Doorbell | None  # None: no other server, or none that is told

    @classmethod
    def build(
        cls,
        streams: StreamStore,
        meter: Meter,
        clock: Clock,
        *,
        is_shared: bool,
        redis: str | None,
        channel: str,
        slow_seconds: float,
    ) -> EventHall:
        """is_shared: other servers use the database too. channel: of the doorbell.

        slow_seconds: what a peer gets that takes nothing.
        """
        memory = MemoryStream(draw_epoch())
        log = SwitchedLog(streams, memory)
        events = EventRooms(log, meter, clock, is_shared=is_shared, too_slow_seconds=slow_seconds)
        doorbell = None
        if redis is not None and is_shared:
            doorbell = Doorbell(redis, channel, lambda names: _heard(events, names), meter)
        return cls(log, events, Roster(memory, events.deliver, clock), doorbell)

    def told(self, told: Mapping[str, Told]) -> None:
        """Show what a commit brought, here and elsewhere."""
        self.events.deliver(told)
        self.ring_elsewhere(told)

    def ring(self, stream_id: str) -> None:
        """There is something new in this stream, written here."""
        self.events.ring(stream_id)
        self.ring_elsewhere((stream_id,))

    def ring_elsewhere(self, stream_ids: Iterable[str]) -> None:
        """Tell the other servers."""
        if self.doorbell is not None:
            self.doorbell.ring(one for one in stream_ids if not one.startswith(PREFIX))


@dataclass(frozen=True, slots=True)
class OrderWing:
    """The desk and the doors of orders."""

    hall: EventHall
    desk: Desk
    watch: KitchenWatch
    rooms: RoomsReception
    cable: CableDesk
    _orders: OrderStore
    _restaurants: RestaurantStore

    @classmethod
    def build(
        cls,
        hall: EventHall,
        reception: Reception,
        *,
        orders: OrderStore,
        marks: MarkStore,
        visits: VisitStore,
        visit_desk: VisitDesk,
        tables: DiningTableStore,
        restaurants: RestaurantStore,
        names: ItemNames,
        snapshots: SnapshotStore,
        history: HistoryStore,
        locks: LockDesk,
        menu_bell: MenuBell,
        edit_menu: EditMenu,
    ) -> OrderWing:
        """edit_menu: changes a menu for the Action Cable door."""
        meter, clock = reception.metrics, reception.clock
        watch = KitchenWatch(hall.log, marks, hall.ring, meter, clock)

        def executed(done: Executed) -> None:
            watch.executed(done)
            visit_desk.on_executed(done)

        desk = Desk(orders, hall.told, meter, clock, on_executed=executed)
        entrance = RoomEntrance(reception.entrance, orders, visits)
        order_desk = OrderDesk(desk, orders, on_answered=lambda each: _count(each, reception))
        rooms = RoomsReception(
            reception=reception,
            entrance=entrance,
            events=hall.events,
            snapshots=snapshots,
            roster=hall.roster,
            orders=order_desk,
            watch=watch,
            locks=locks,
            sockets=RoomsSockets(random.random),
        )
        cable = CableDesk(
            reception=reception,
            entrance=entrance,
            rooms=hall.events,
            orders=orders,
            tables=tables,
            names=names,
            restaurants=restaurants,
            commands=order_desk,
            people=hall.roster,
            locks=locks,
            history=history,
            menu_bell=menu_bell,
            edit_menu=edit_menu,
            draw_id=lambda: str(uuid4()),
        )
        return cls(hall, desk, watch, rooms, cable, orders, restaurants)

    async def start(self) -> None:
        """Go on with the tickets that stood on screens before. Raises StoreError."""
        ids = [restaurant.id for restaurant in await self._restaurants.list()]
        tickets = [
            OpenTicket(
                restaurant_id,
                ticket.id,
                ticket.order_id,
                ticket.table_id,
                ticket.station,
                ticket.opened_at,
            )
            for restaurant_id in ids
            for order in await self._orders.open_orders(restaurant_id)
            for ticket in open_tickets(order)
        ]
        await self.watch.load(tickets, ids)

    def work(self) -> tuple[Callable[[], Coroutine[Any, Any, None]], ...]:
        """What runs beside the requests."""
        hall = self.hall
        doorbell = () if hall.doorbell is None else (hall.doorbell.run,)
        return (hall.events.run, hall.roster.run, self.desk.run, self.watch.run, *doorbell)


def _count(result: Result, reception: Reception) -> None:
    reception.metrics.answered(result.outcome.value, result.code)


def _heard(events: EventRooms, stream_ids: Iterable[str] | None) -> None:
    """Another server wrote to these streams; None: perhaps to any."""
    if stream_ids is None:
        events.ring_all()
    else:
        for stream_id in stream_ids:
            events.ring(stream_id)
