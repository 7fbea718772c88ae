"""Who may listen to which event room, and in which column of the table of rights somebody stands.

Rule 1: another restaurant's rooms are out of reach; only the developer (restaurant None) hears
        everything.
Rule 2: payments are not for the kitchen, and of guests every one hears only their own order.
"""

from __future__ import annotations

from collections.abc import Mapping

from collab.identity import Identity, Role
from collab.orders.command import ActorKind
from collab.orders.terms import EXPO
from collab.room_names import RoomKind, RoomName

_FLOOR = frozenset({Role.OWNER, Role.MANAGER, Role.WAITER})
_WITH_KITCHEN = _FLOOR | {Role.KITCHEN}
_STAFF = frozenset(Role) - {Role.GUEST}
_EVERYBODY = frozenset(Role)

LISTENERS: Mapping[RoomKind, frozenset[Role]] = {
    RoomKind.KITCHEN: _WITH_KITCHEN,
    RoomKind.ORDER: _FLOOR | {Role.GUEST},
    RoomKind.USER: _STAFF,
    RoomKind.STOCK: _EVERYBODY,
    RoomKind.FLOOR: _FLOOR,
    RoomKind.PRESENCE: _STAFF,
}

_NAMED_BY_RESTAURANT = frozenset(LISTENERS) - {RoomKind.ORDER, RoomKind.USER}

_COLUMNS: tuple[tuple[frozenset[Role], ActorKind], ...] = (
    (frozenset({Role.OWNER, Role.MANAGER}), ActorKind.MANAGER),
    (frozenset({Role.WAITER}), ActorKind.WAITER),
    (frozenset({Role.KITCHEN}), ActorKind.KITCHEN),
    (frozenset({Role.GUEST}), ActorKind.GUEST),
)


def may_listen(
    identity: Identity, room: RoomName, restaurant_id: str, own_order: str | None = None
) -> bool:
    """Whether somebody may subscribe to an event room.

    room: of any kind but menu and menu_events, whose rights are those of the document. Raises
    ValueError for those. restaurant_id: whose room it is: the order's restaurant, for a room of
    kind `user` that of the identity, else the id in the room's name. own_order: the order of a
    guest's live visit as it is stored; without it the one that the token names counts.
    """
    if room.kind not in LISTENERS:
        raise ValueError(f"{room} is heard by whoever may read the document.")
    if identity.restaurant_id is None:
        return True
    if identity.restaurant_id != restaurant_id or identity.menus:
        return False
    if room.kind in _NAMED_BY_RESTAURANT and room.id != restaurant_id:
        return False
    hearing = identity.roles & LISTENERS[room.kind]
    if room.kind is RoomKind.USER:
        return bool(hearing) and room.id == identity.user_id
    if hearing == {Role.GUEST} and room.kind is RoomKind.ORDER:
        return room.id == (own_order or identity.order)
    if hearing == {Role.KITCHEN} and room.kind is RoomKind.KITCHEN:
        return _is_own_station(identity, room.station)
    return bool(hearing)


def actor_kind(identity: Identity) -> ActorKind | None:
    """The highest column that somebody stands in; None: their commands are refused."""
    if identity.menus and identity.restaurant_id is not None:
        return None  # a token narrowed to documents does nothing else (collab/identity.py)
    for roles, kind in _COLUMNS:
        if identity.roles & roles:
            return kind
    return None


def _is_own_station(identity: Identity, station: str | None) -> bool:
    """A screen with stations hears those rooms only; the room of all is for those without."""
    if not identity.stations:
        return True
    return station in identity.stations or (station is None and EXPO in identity.stations)
