"""What a restaurant shows its guests now: the published menus, its own and shared ones.

Open to all, as the published menus themselves are (api/rest/publications.py).
"""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import hdrs, web

from api.guests_views import GuestsView
from api.rest.operation import Call, Operation, json_answer
from api.rest.restaurants import settings_of
from api.rest.versions_models import ShownMenu
from collab.records import Document

MENUS_LIMIT = 100  # of one restaurant; nobody chooses from more


def operations() -> tuple[Operation, ...]:
    """The operations of this page."""
    return (
        Operation(
            "GET",
            "/restaurants/{id}/published",
            "listPublishedMenus",
            "List the menus that a restaurant shows its guests now; needs no token",
            list_all,
            {200: list[ShownMenu]},
            refusals=(404, 503),
            is_open=True,
        ),
    )


async def list_all(call: Call) -> web.Response:
    """The menus of which something is published now, by title."""
    house, restaurant = call.house, call.id
    await settings_of(house, restaurant)
    own = await house.publications.menus_of(restaurant, house.clock.utc(), MENUS_LIMIT)
    shared = await house.shares.shared_with(restaurant)
    shown = [*await _views(call, own, None), *await _views(call, shared, restaurant)]
    shown.sort(key=lambda one: (one.title.casefold(), one.menu))
    limit_seconds = int(house.config.guest_cache_seconds)
    return json_answer(
        shown[:MENUS_LIMIT],
        headers={
            hdrs.CACHE_CONTROL: f"public, max-age={min(limit_seconds, 10)}",
            hdrs.ACCESS_CONTROL_ALLOW_ORIGIN: "*",
        },
    )


async def _views(call: Call, menus: Sequence[Document], local: str | None) -> list[ShownMenu]:
    """local: the restaurant that shows them when they are another's."""
    now, found = call.house.clock.utc(), []
    for menu in menus:
        schedule = await call.house.publications.load(menu.id)
        if schedule is None:
            continue
        if local is None:
            view = await call.house.guests_views.of(schedule, now)
        else:
            view = await call.house.local_views.of(schedule, now, local)
        if view is not None:
            found.append(_answer(menu, view))
    return found


def _answer(menu: Document, view: GuestsView) -> ShownMenu:
    first = str(view.content["locale"])
    rest = [one for one in view.content.get("locales", ()) if one != first]
    return ShownMenu(
        menu=menu.id,
        title=menu.title,
        version=view.number,
        locales=[first, *rest],
        etag=view.sha256,
    )
