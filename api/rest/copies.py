"""Copies of menus, and menus that several restaurants of a chain share.

The live document of a shared menu stays closed to the other restaurants: they read what is
published, with their own prices.
"""

from __future__ import annotations

from urllib.parse import quote
from uuid import uuid4

from aiohttp import hdrs, web

from api.exchange import create_menu
from api.publishing import plain_menu, published_content
from api.rest.conflicts import admitted_menu
from api.rest.copies_models import (
    CopyAnswer,
    NewCopy,
    NewOverride,
    NewShare,
    OverrideAnswer,
    OverrideList,
    OverrideQuery,
    ShareAnswer,
    SharedMenu,
    SharedMenuList,
    SharedQuery,
    ShareList,
)
from api.rest.documents import check_new_id, found
from api.rest.operation import PREFIX, Call, Operation, json_answer
from api.rest.restaurants import require, restaurant_for
from collab.errors import DocumentGone, ProtocolViolation, RightWithdrawn, StructureRefused
from collab.identity import Act, Identity, Role, may
from collab.menus.plain_json import plain_json
from collab.records import Document, DocumentKind, Restaurant
from collab.versions.overrides import Content, Override, orphans
from storage.shares import Share

TITLE_LIMIT_CHARACTERS = 200

_READING = (400, 401, 403, 404, 422, 503)
_WRITING = (400, 401, 403, 404, 409, 413, 422, 503)


def operations() -> tuple[Operation, ...]:
    """The operations of this page."""
    return (
        Operation(
            "POST",
            "/menus/{id}/copies",
            "copyMenu",
            "Make a new menu of what this one holds now",
            copy,
            {201: CopyAnswer},
            body=NewCopy,
            refusals=_WRITING,
        ),
        Operation(
            "GET",
            "/menus/{id}/shares",
            "listShares",
            "See which other restaurants show a menu",
            list_shares,
            {200: ShareList},
            refusals=_READING,
        ),
        Operation(
            "POST",
            "/menus/{id}/shares",
            "shareMenu",
            "Let another restaurant show a menu",
            share,
            {200: ShareAnswer, 201: ShareAnswer},
            body=NewShare,
            refusals=_WRITING,
        ),
        Operation(
            "DELETE",
            "/menus/{id}/shares/{restaurant}",
            "unshareMenu",
            "Another restaurant does not show a menu any more; its overrides are kept",
            unshare,
            {204: None},
            refusals=_READING,
        ),
        Operation(
            "GET",
            "/shared-menus",
            "listSharedMenus",
            "List the menus of others that a restaurant shows",
            list_shared,
            {200: SharedMenuList},
            query=SharedQuery,
            refusals=_READING,
        ),
        Operation(
            "GET",
            "/menus/{id}/overrides",
            "listOverrides",
            "See what differs of a shared menu in one restaurant",
            list_overrides,
            {200: OverrideList},
            query=OverrideQuery,
            refusals=_READING,
        ),
        Operation(
            "PUT",
            "/menus/{id}/overrides/{restaurant}/{item}",
            "setOverride",
            "Say all that differs of an item in one restaurant",
            override,
            {200: OverrideList},
            body=NewOverride,
            refusals=_WRITING,
        ),
    )


async def copy(call: Call) -> web.Response:
    """A new menu with the same content and ids, and a history of its own."""
    wanted: NewCopy = call.body
    original = await admitted_menu(call)
    restaurant = wanted.restaurant or original.restaurant_id
    require(call.identity, Act.MANAGE_DOCUMENTS, restaurant)
    id = wanted.id or str(uuid4())
    check_new_id(DocumentKind.MENU, id)
    title = wanted.title or f"{original.title[: TITLE_LIMIT_CHARACTERS - 7]} (copy)"
    plain = plain_menu(await _draft(call, original))
    done = await create_menu(call.house, plain, restaurant, id, title, call.identity.user_id)
    answer = CopyAnswer(
        id=id,
        title=title,
        restaurant=restaurant,
        copy_of=original.id,
        sections=done.sections,
        items=done.items,
    )
    return json_answer(answer, 201, {hdrs.LOCATION: f"{PREFIX}/menus/{quote(id, safe='')}"})


async def list_shares(call: Call) -> web.Response:
    """Which restaurants show a menu."""
    menu = await _managed(call)
    shares = await call.house.shares.list(menu.id)
    return json_answer(ShareList(shares=[_share_answer(one) for one in shares]))


async def share(call: Call) -> web.Response:
    """Let a restaurant show a menu."""
    wanted: NewShare = call.body
    menu = await _managed(call)
    if wanted.restaurant == menu.restaurant_id:
        raise StructureRefused("The menu is this restaurant's own.", reason="own_menu")
    now = call.house.clock.utc()
    await call.house.documents.create_restaurant(
        Restaurant(wanted.restaurant, wanted.restaurant, now)
    )
    made = Share(menu.id, wanted.restaurant, now, call.identity.user_id)
    is_new = await call.house.shares.share(made)
    call.house.events.ring(menu.id)
    known = await call.house.shares.list(menu.id)
    made = next((one for one in known if one.restaurant_id == wanted.restaurant), made)
    return json_answer(_share_answer(made), 201 if is_new else 200)


async def unshare(call: Call) -> web.Response:
    """A restaurant does not show a menu any more. It may say so itself, too."""
    menu = await _menu(call)
    restaurant = call.request.match_info["restaurant"]
    _require_one_of(call.identity, restaurant, menu.restaurant_id)
    house = call.house
    user, now = call.identity.user_id, house.clock.utc()
    if not await house.shares.unshare(menu.id, restaurant, user, now):
        raise _not_shared()
    house.events.ring(menu.id)
    return web.Response(status=204)


async def list_shared(call: Call) -> web.Response:
    """The menus of others that a restaurant shows."""
    query: SharedQuery = call.query
    restaurant = restaurant_for(call.identity, query.restaurant)
    if not _works_at(call.identity, restaurant):
        raise RightWithdrawn("Your role does not allow this here.", reason="forbidden_act")
    menus = [
        SharedMenu(
            id=menu.id,
            title=menu.title,
            restaurant=menu.restaurant_id,
            published=(
                f"{PREFIX}/menus/{quote(menu.id, safe='')}/published?restaurant={restaurant}"
            ),
        )
        for menu in await call.house.shares.shared_with(restaurant)
    ]
    return json_answer(SharedMenuList(menus=menus))


async def list_overrides(call: Call) -> web.Response:
    """What differs of a menu in one restaurant."""
    query: OverrideQuery = call.query
    menu = await _menu(call)
    restaurant = restaurant_for(call.identity, query.restaurant)
    _require_one_of(call.identity, restaurant, menu.restaurant_id)
    return await _overrides(call, menu, restaurant)


async def override(call: Call) -> web.Response:
    """Put what differs of one item in the place of what differed before."""
    wanted: NewOverride = call.body
    menu = await _menu(call)
    house, restaurant = call.house, call.request.match_info["restaurant"]
    require(call.identity, Act.MANAGE_DOCUMENTS, restaurant)
    if await house.shares.overrides(menu.id, restaurant) is None:
        raise _not_shared()
    item = call.request.match_info["item"]
    rows = _rows(item, wanted)
    if orphans(await _contents(call, menu), rows):
        raise DocumentGone("There is no such item or variation.", reason="item_not_found")
    user, now = call.identity.user_id, house.clock.utc()
    if not await house.shares.override(menu.id, restaurant, item, rows, user, now):
        raise _not_shared()
    house.events.ring(menu.id)
    return await _overrides(call, menu, restaurant)


async def _overrides(call: Call, menu: Document, restaurant: str) -> web.Response:
    rows = await call.house.shares.overrides(menu.id, restaurant)
    if rows is None:
        raise _not_shared()
    contents = await _contents(call, menu)
    lost = set(orphans(contents, rows))
    return json_answer(
        OverrideList(
            restaurant=restaurant,
            currency=str(contents[0]["currency"]),
            overrides=[
                OverrideAnswer(
                    item=one.item_id,
                    variation=one.variation_id or None,
                    price=one.price,
                    hidden=one.is_hidden,
                    is_orphan=one in lost,
                    changed_at=one.changed_at,
                    changed_by=one.changed_by,
                )
                for one in rows
            ],
        )
    )


def _rows(item: str, wanted: NewOverride) -> list[Override]:
    rows = [Override(item, variation, one.price) for variation, one in wanted.variations.items()]
    if "" in wanted.variations:
        raise ProtocolViolation("A variation has an id.", reason="bad_variation")
    if wanted.price is not None or wanted.hidden is not None:
        rows.append(Override(item, "", wanted.price, wanted.hidden))
    return rows


async def _contents(call: Call, menu: Document) -> list[Content]:
    """The menu as it stands, and as it is published if it is."""
    published = await published_content(call.house, menu.id, call.house.clock.utc())
    draft = await _draft(call, menu)
    return [draft] if published is None else [draft, published[0]]


async def _draft(call: Call, menu: Document) -> dict[str, object]:
    async with call.house.lobby.lease(menu.id) as room:
        return plain_json(room.keeper.menu())


async def _menu(call: Call) -> Document:
    document = await found(call)
    if document.kind is not DocumentKind.MENU:
        raise DocumentGone("There is no such menu.", reason="menu_not_found")
    return document


async def _managed(call: Call) -> Document:
    menu = await _menu(call)
    require(call.identity, Act.MANAGE_DOCUMENTS, menu.restaurant_id)
    return menu


def _require_one_of(identity: Identity, *restaurants: str) -> None:
    if not any(may(identity, Act.MANAGE_DOCUMENTS, one) for one in restaurants):
        raise RightWithdrawn("Your role does not allow this here.", reason="forbidden_act")


def _works_at(identity: Identity, restaurant_id: str) -> bool:
    is_there = identity.restaurant_id in (None, restaurant_id)
    return is_there and bool(identity.roles - {Role.GUEST})


def _share_answer(one: Share) -> ShareAnswer:
    return ShareAnswer(
        restaurant=one.restaurant_id, created_at=one.created_at, created_by=one.created_by
    )


def _not_shared() -> DocumentGone:
    return DocumentGone("This restaurant does not show this menu.", reason="not_shared")
