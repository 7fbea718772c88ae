"""The house of the demo (--dev): a published menu, stations, tables, one of them open for guests.

Rule 1: what is there already stays as it is; only what is missing is put there, at every start.
Rule 2: the code of the open table is the same every time, so that an address can be kept. It is
        good for nothing but the demo's restaurant, which is there under --dev only.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from api.demo_menu import BAR, SUSHI, WOK, demo_menu
from api.entrance import DEMO_RESTAURANT
from api.exchange import create_menu
from api.house import House
from api.publishing import publish_menu
from collab.errors import DocumentExists, TooLarge
from collab.orders.terms import EXPO, Visit
from collab.records import DocumentKind
from collab.versions.schedule import Window
from storage.dining_tables import DiningTable
from storage.restaurant_terms import RestaurantSettings
from storage.stations import KitchenStation

DEMO_MENU = "asia-bistro"
DEMO_TITLE = "Asia Bistro"
DEMO_TABLE = "4"
DEMO_CODE = "demo-table-4"
VISIT_SECONDS = 12 * 3600  # a working day with the demo

_SERVER = "server"
_STATIONS = ((WOK, "Wok", 480, 720), (SUSHI, "Sushi", 420, 660), (BAR, "Bar", 180, 300),
             (EXPO, "Pass", 600, 900))  # fmt: skip
_TABLES = (
    ("1", 2, "Window"), ("2", 2, "Window"), ("3", 4, "Hall"), ("4", 4, "Hall"),
    ("5", 6, "Hall"), ("6", 4, "Hall"), ("7", 4, "Terrace"), ("8", 8, "Terrace"),
)  # fmt: skip


async def furnish_demo(house: House) -> None:
    """Put everything there that is missing. Raises StoreError."""
    await house.restaurants.create(
        RestaurantSettings(
            DEMO_RESTAURANT,
            "Demo",
            house.clock.utc(),
            time_zone="Europe/Berlin",
            guest_session_seconds=VISIT_SECONDS,
        )
    )
    await _stations_and_tables(house)
    if not await house.documents.list(limit=1):
        await _make_menu(house)
    await _publish(house)
    await _open_table(house)


async def guest_path(house: House) -> str | None:
    """Where a guest of the demo comes in; None when the table is not open."""
    visit = await house.visits.find_by_code(DEMO_CODE)
    if visit is None or visit.closed_at is not None or visit.expires_at <= house.clock.utc():
        return None
    return f"/t/{DEMO_CODE}"


async def _stations_and_tables(house: House) -> None:
    if not await house.stations.count(DEMO_RESTAURANT):
        for position, (id, name, warn, late) in enumerate(_STATIONS):
            await house.stations.create(
                KitchenStation(DEMO_RESTAURANT, id, name, warn, late, position)
            )
    if not await house.dining_tables.count(DEMO_RESTAURANT):
        for position, (name, seats, area) in enumerate(_TABLES):
            await house.dining_tables.create(
                DiningTable(DEMO_RESTAURANT, name, f"Table {name}", seats, area, position)
            )


async def _make_menu(house: House) -> None:
    try:
        await create_menu(house, demo_menu(), DEMO_RESTAURANT, DEMO_MENU, DEMO_TITLE, _SERVER)
    except DocumentExists:
        pass  # somebody deleted it; its id stays taken and it does not come back
    except TooLarge:
        pass  # documents are limited to less; people can still make their own


async def _publish(house: House) -> None:
    """Guests see the menu of the demo from the start; later versions are people's."""
    document = await house.documents.find(DEMO_MENU)
    if document is None or document.kind is not DocumentKind.MENU:
        return
    if not await house.versions.list(DEMO_MENU, limit=1):
        await publish_menu(house, document, None, Window(house.clock.utc()), _SERVER)


async def _open_table(house: House) -> None:
    """Table 4 is open under its code, for as long as a visit lasts from now on."""
    now = house.clock.utc()
    until = now + timedelta(seconds=VISIT_SECONDS)
    standing = await house.visits.find_by_code(DEMO_CODE)
    is_open = standing is not None and standing.closed_at is None and standing.expires_at > now
    if not is_open:
        await house.visits.forget_code(DEMO_CODE, now)
    if await house.visits.rotate(DEMO_RESTAURANT, DEMO_TABLE, DEMO_CODE, until, now) is None:
        visit = Visit(str(uuid4()), DEMO_RESTAURANT, DEMO_TABLE, None, _SERVER, now, until)
        await house.visits.open(visit, DEMO_CODE)
