"""What the channels of the Action Cable door need of the house. One per application."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from api.doors.cable_bell import MenuBell
from api.doors.reception import Reception
from api.lock_desk import LockDesk
from api.menu_edits import Edited, Plan
from api.order_desk import OrderDesk
from api.room_entrance import RoomEntrance
from collab.errors import MirepoixError
from collab.identity import Identity
from collab.orders.order import Order
from collab.orders.terms import Terms
from collab.records import Document, Snapshot
from rooms.event_rooms import EventRooms
from storage.dining_tables import DiningTable
from storage.history import HistoryStore
from storage.restaurant_terms import RestaurantSettings

ORDERS_KEPT = 500
WAVE_SOCKETS = 100

End = Callable[[MirepoixError], None]
EditMenu = Callable[[Document, Identity, Plan], Awaitable[Edited]]


class Orders(Protocol):
    """What is read of orders."""

    async def load(self, order_id: str) -> Order | None:
        """One order; None when there is none. Raises StoreError."""
        ...

    async def open_orders(self, restaurant_id: str) -> Sequence[Order]:
        """The open orders of a restaurant. Raises StoreError."""
        ...


class Tables(Protocol):
    """What is read of tables."""

    async def find(self, restaurant_id: str, table_id: str) -> DiningTable | None:
        """One table. Raises StoreError."""
        ...


class Names(Protocol):
    """What dishes are called."""

    async def find(self, restaurant_id: str, item_id: str) -> Mapping[str, str] | None:
        """Locale -> name. Raises StoreError."""
        ...


class Restaurants(Protocol):
    """How restaurants are set up."""

    async def find(self, restaurant_id: str) -> RestaurantSettings | None:
        """One restaurant. Raises StoreError."""
        ...


class People(Protocol):
    """Who is here."""

    def snapshot(self, restaurant_id: str) -> Snapshot:
        """Everybody of a restaurant."""
        ...


class OrderShelf:
    """Orders that somebody just read: what twenty screens ask for after an event is read once."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders
        self._kept: OrderedDict[str, Order] = OrderedDict()
        self._reading = asyncio.Lock()  # one at a time, so that the others find it here

    async def load(self, order_id: str, seq: int) -> Order | None:
        """An order as of its event `seq` or later. Raises StoreError. Safe to cancel."""
        async with self._reading:
            kept = self._kept.get(order_id)
            if kept is not None and kept.last_seq >= seq > 0:
                return kept
            found = await self._orders.load(order_id)
            if found is not None:
                self._kept[order_id] = found
                self._kept.move_to_end(order_id)
                if len(self._kept) > ORDERS_KEPT:
                    self._kept.popitem(last=False)
            return found


@dataclass(frozen=True, slots=True)
class CableDesk:
    """Everything that a channel may ask for.

    menu_bell: rings when edits of a menu are on disk. edit_menu: `change_menu` of the house, with
    this door's name. draw_id: a new random id.
    """

    reception: Reception
    entrance: RoomEntrance
    rooms: EventRooms
    orders: Orders
    tables: Tables
    names: Names
    restaurants: Restaurants
    commands: OrderDesk
    people: People
    locks: LockDesk
    history: HistoryStore
    menu_bell: MenuBell
    edit_menu: EditMenu
    draw_id: Callable[[], str]
    shelf: OrderShelf = field(init=False)
    _ends: set[End] = field(init=False, default_factory=set)

    @contextmanager
    def connected(self, end: End) -> Iterator[None]:
        """A connection is there for as long as the context lasts. end: closes it."""
        self._ends.add(end)
        try:
            yield
        finally:
            self._ends.discard(end)

    async def send_away(self, error: MirepoixError) -> None:
        """Tell every connection why it ends, and close it.

        They need not be told when to come back: the client draws that itself, from 6 s on.
        Safe to cancel: some may be left.
        """
        for number, end in enumerate(list(self._ends), 1):
            end(error)
            if number % WAVE_SOCKETS == 0:
                await asyncio.sleep(0)

    async def low_stock(self, restaurant_id: str) -> int:
        """So few of a dish are low. Raises StoreError."""
        settings = await self.restaurants.find(restaurant_id)
        return Terms(restaurant_id).low_stock if settings is None else settings.low_stock

    def __post_init__(self) -> None:
        object.__setattr__(self, "shelf", OrderShelf(self.orders))
