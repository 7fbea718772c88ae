"""Who may listen where: every role in every room."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from collab.identity import Access, Identity, Role
from collab.orders.command import ActorKind
from collab.room_names import parse_room
from collab.room_rights import actor_kind, may_listen

# Room -> initials of the roles that may listen, written down once more.
# o owner, m manager, e editor, t translator, w waiter, k kitchen, v viewer, g guest
TABLE = {
    "kitchen:bistro": "omwk",
    "kitchen:bistro:bar": "omwk",
    "kitchen:bistro:expo": "omwk",
    "order:o1": "omwg",
    "user:me": "ometwkv",
    "stock:bistro": "ometwkvg",
    "floor:bistro": "omw",
    "presence:bistro": "ometwkv",
}
KINDS = {
    Role.OWNER: ActorKind.MANAGER,
    Role.MANAGER: ActorKind.MANAGER,
    Role.WAITER: ActorKind.WAITER,
    Role.KITCHEN: ActorKind.KITCHEN,
    Role.GUEST: ActorKind.GUEST,
}


def somebody(*roles: Role, **changes: Any) -> Identity:
    identity = Identity("me", "Me", "bistro", frozenset(roles), order="o1")
    return replace(identity, **changes)


def hears(identity: Identity, room: str, own_order: str | None = None) -> bool:
    return may_listen(identity, parse_room(room), "bistro", own_order)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("room", TABLE)
def test_every_role_in_every_room(room: str, role: Role) -> None:
    assert hears(somebody(role), room) == (role.value[0] in TABLE[room])


@pytest.mark.parametrize("room", TABLE)
def test_other_restaurants_strangers_and_narrowed_tokens_hear_nothing(room: str) -> None:
    assert not hears(somebody(), room)
    assert not hears(somebody(Role.OWNER, restaurant_id="elsewhere"), room)
    assert not hears(somebody(Role.OWNER, menus={"lunch": Access.WRITE}), room)
    assert hears(Identity.developer(), room)


def test_a_room_named_after_another_restaurant_is_out_of_reach() -> None:
    for room in ("kitchen:other", "kitchen:other:bar", "stock:other", "floor:other",
                 "presence:other"):  # fmt: skip
        assert not hears(somebody(Role.OWNER), room)


def test_guests_hear_the_order_of_their_visit_only() -> None:
    guest = somebody(Role.GUEST, order=None, table="t1")
    assert not hears(guest, "order:o1")
    assert hears(guest, "order:o1", "o1")
    assert not hears(guest, "order:o2", "o1")
    assert not hears(somebody(Role.GUEST), "order:o2")
    assert not hears(somebody(Role.GUEST), "order:o1", "o2")


def test_users_hear_their_own_room_only() -> None:
    assert not hears(somebody(Role.OWNER), "user:somebody")


def test_kitchen_screens_hear_their_stations() -> None:
    bar = somebody(Role.KITCHEN, stations=("bar",))
    assert hears(bar, "kitchen:bistro:bar")
    assert not hears(bar, "kitchen:bistro:kitchen")
    assert not hears(bar, "kitchen:bistro")
    assert not hears(bar, "kitchen:bistro:expo")
    expediter = somebody(Role.KITCHEN, stations=("expo",))
    assert hears(expediter, "kitchen:bistro:expo") and hears(expediter, "kitchen:bistro")
    assert not hears(expediter, "kitchen:bistro:bar")
    assert hears(somebody(Role.KITCHEN, Role.WAITER, stations=("bar",)), "kitchen:bistro:kitchen")


@pytest.mark.parametrize("room", ["menu:lunch", "menu:lunch:events"])
def test_rooms_of_menus_have_the_rights_of_the_document(room: str) -> None:
    with pytest.raises(ValueError, match="document"):
        hears(somebody(Role.OWNER), room)


@pytest.mark.parametrize("role", Role)
def test_every_role_has_its_column_or_none(role: Role) -> None:
    assert actor_kind(somebody(role)) == KINDS.get(role)


def test_the_highest_column_counts() -> None:
    assert actor_kind(somebody(Role.GUEST, Role.KITCHEN)) is ActorKind.KITCHEN
    assert actor_kind(somebody(Role.KITCHEN, Role.WAITER)) is ActorKind.WAITER
    assert actor_kind(somebody(Role.EDITOR, Role.OWNER, Role.GUEST)) is ActorKind.MANAGER
    assert actor_kind(somebody()) is None
    assert actor_kind(somebody(Role.OWNER, menus={"lunch": Access.WRITE})) is None
    assert actor_kind(Identity.developer()) is ActorKind.MANAGER
