"""Whose room it is, and that nobody finds out about the rooms of others."""

from __future__ import annotations

from typing import Any

import pytest

from api.room_entrance import RoomAdmission, RoomEntrance
from collab.errors import DocumentGone, MirepoixError, ProtocolViolation, RightWithdrawn
from collab.identity import Access, Identity, Role
from collab.room_names import parse_room
from tests.api.conftest import Site
from tests.api.setup import ask, furnish_bistro, guest_of, open_table


@pytest.fixture
async def entrance(site: Site) -> RoomEntrance:
    await furnish_bistro(site)
    for body in (
        {"kind": "menu", "title": "Lunch", "id": "lunch", "locale": "de", "currency": "EUR"},
        {"kind": "free", "title": "Notes", "id": "notes"},
    ):
        assert (await ask(site, "POST", "/documents", body=body))[0] == 201
    command = {"id": "k1", "room": "order:o1", "type": "order.open", "body": {"table": "t1"}}
    status, answer = await ask(site, "POST", "/commands", body=command)
    assert (status, answer["result"]) == (200, "ok")
    return site.house.wing.rooms.entrance


def who(*roles: Role, restaurant: str = "bistro", **claims: Any) -> Identity:
    return Identity("ann", "Ann", restaurant, frozenset(roles), **claims)


async def admitted(entrance: RoomEntrance, identity: Identity, name: str) -> RoomAdmission | str:
    """The admission, or the reason why there is none."""
    try:
        return await entrance.admit(identity, parse_room(name))
    except (DocumentGone, RightWithdrawn, ProtocolViolation) as error:
        return error.reason


MANAGER = who(Role.MANAGER)
STREAMS = {
    "order:o1": "order:o1",
    "kitchen:bistro": "kitchen:bistro",
    "kitchen:bistro:bar": "kitchen:bistro:bar",
    "floor:bistro": "floor:bistro",
    "stock:bistro": "stock:bistro",
    "presence:bistro": "presence:bistro",
    "user:ann": "user:bistro:ann",
    "menu:lunch:events": "menu:lunch:events",
    "menu:lunch": "",
    "menu:notes": "",
}


async def test_one_finds_the_rooms_of_ones_restaurant(entrance: RoomEntrance) -> None:
    for name, stream_id in STREAMS.items():
        found = await admitted(entrance, MANAGER, name)
        assert isinstance(found, RoomAdmission), name
        assert (str(found.name), found.stream_id) == (name, stream_id)
        assert found.restaurant_id == "bistro"
        assert (found.document is not None) == name.startswith("menu:")
        assert entrance.review(MANAGER, found) == found


async def test_what_is_foreign_is_refused_like_what_is_not_there(entrance: RoomEntrance) -> None:
    eve = who(Role.OWNER, restaurant="other")
    for name in (*STREAMS, "user:bo", "order:none", "menu:none", "menu:none:events"):
        if name == "user:ann":  # her own, of her restaurant
            continue
        refused = await admitted(entrance, eve, name)
        own = name == "user:bo"
        assert refused == ("forbidden_room" if own else "room_not_found"), name
    for name in ("order:none", "menu:none", "menu:none:events", "menu:notes:events"):
        assert await admitted(entrance, MANAGER, name) == "room_not_found"


async def test_words_for_foreign_and_unknown_are_the_same(entrance: RoomEntrance) -> None:
    eve = who(Role.OWNER, restaurant="other")
    said: set[str] = set()
    for name in ("order:o1", "order:none", "kitchen:bistro", "kitchen:none", "menu:lunch"):
        with pytest.raises(MirepoixError) as refused:
            await entrance.admit(eve, parse_room(name))
        said.add(f"{refused.value.reason} {refused.value}")
    assert len(said) == 1


@pytest.mark.parametrize(
    "name", ["kitchen:a b", "kitchen:bistro:a b", "order:é", "stock:" + "x" * 65, "floor:a/b"]
)
async def test_names_that_cannot_be_are_refused(entrance: RoomEntrance, name: str) -> None:
    assert await admitted(entrance, Identity.developer(), name) == "bad_room"


async def test_a_guest_whose_token_is_older_than_the_order_hears_it(
    entrance: RoomEntrance, site: Site
) -> None:
    opened = await open_table(site)
    headers = await guest_of(site, opened["code"])
    identity = site.house.authenticator.identify_token(headers["Authorization"][7:])
    without = Identity(
        identity.user_id, None, "bistro", identity.roles, table="t1", token_id=identity.token_id
    )
    for guest in (identity, without):
        found = await admitted(entrance, guest, "order:o1")
        assert isinstance(found, RoomAdmission)
        assert entrance.review(guest, found) == found
    stranger = who(Role.GUEST, table="t1", token_id="another visit")
    for name in ("order:o1", "kitchen:bistro", "menu:lunch", "menu:lunch:events", "user:ann"):
        assert await admitted(entrance, stranger, name) == "room_not_found"


async def test_a_renewed_identity_is_looked_at_again(entrance: RoomEntrance) -> None:
    floor = await admitted(entrance, MANAGER, "floor:bistro")
    menu = await admitted(entrance, MANAGER, "menu:lunch")
    assert isinstance(floor, RoomAdmission) and isinstance(menu, RoomAdmission)
    assert menu.access is Access.WRITE
    viewer = who(Role.VIEWER)
    assert entrance.review(viewer, floor) is None
    narrowed = entrance.review(viewer, menu)
    assert narrowed is not None and narrowed.access is Access.READ
    assert entrance.review(who(Role.GUEST), menu) is None


async def test_the_developer_hears_everything_and_an_unknown_menu_is_made(open_site: Any) -> None:
    site = await open_site(dev=True)
    entrance = site.house.wing.rooms.entrance
    developer = Identity.developer()
    for name in ("kitchen:demo", "floor:demo", "presence:demo", "menu:new one"):
        assert isinstance(await admitted(entrance, developer, name), RoomAdmission), name
    assert await admitted(entrance, developer, "menu:unmade:events") == "room_not_found"
