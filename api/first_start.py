"""What a new database gets, and what is said on the screen when the server is up.

Under --dev: the house of the demo (api/demo.py), with a real menu to edit and a table to order at.
Otherwise: the restaurant `main` and, as long as the database is empty, a one-time link for its
owner.
"""

from __future__ import annotations

from dataclasses import replace

from api.demo import furnish_demo, guest_path
from api.house import House
from api.invitations import invite_link
from collab.records import DocumentKind, Restaurant

FIRST_RESTAURANT = "main"
SHOWN_MENUS = 5


async def furnish(house: House) -> None:
    """Put into the database what the first visitor needs; call it before requests are accepted.

    Calling it at every start is right. Raises StoreError.
    """
    now = house.clock.utc()
    if not house.config.dev:
        if not await house.documents.list_restaurants():
            await house.documents.create_restaurant(
                Restaurant(FIRST_RESTAURANT, FIRST_RESTAURANT, now)
            )
        return
    await furnish_demo(house)


async def announce(house: House, address: str) -> None:
    """Print what to open. address: where people find the server, such as http://127.0.0.1:8000.

    Raises StoreError.
    """
    lines = [f"Mirepoix is at {address}/"]
    if house.config.dev:
        lines += await _addresses(house, address)
    elif await _is_empty(house):
        config = replace(house.config, public_url=address, lan_tls=False)
        link = invite_link(config, house.issuer, FIRST_RESTAURANT, house.clock.utc())
        minutes = house.config.invite_seconds / 60
        lines += [
            f"The first owner comes in here, once, within {minutes:g} minutes:",
            f"  {link}",
            f"Another link: mirepoix invite --restaurant {FIRST_RESTAURANT}",
        ]
    print("\n".join(lines), flush=True)


async def _addresses(house: House, address: str) -> list[str]:
    documents = await house.documents.list(limit=100)
    menus = [one.id for one in documents if one.kind is DocumentKind.MENU][:SHOWN_MENUS]
    sockets = "ws" + address.removeprefix("http")
    guests = await guest_path(house)
    return [
        *(f"  edit a menu: {address}/menus/{menu}" for menu in menus),
        f"  kitchen:     {address}/kitchen",
        *([] if guests is None else [f"  order as a guest: {address}{guests}"]),
        f"  y-websocket: {sockets}/ws/y",
        f"  Hocuspocus:  {sockets}/ws/hocuspocus",
        f"  y-sweet:     {address}/api/v1/ysweet/auth",
        f"  REST:        {address}/api/v1/openapi.json",
        "No token is needed (--dev), and an unknown document name makes a new one.",
    ]


async def _is_empty(house: House) -> bool:
    restaurants = await house.documents.list_restaurants()
    if any(one.id != FIRST_RESTAURANT for one in restaurants):
        return False
    return not await house.documents.list(limit=1)
