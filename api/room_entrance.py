"""From a room's name to the stream or document that somebody may have.

Rule 1: what is foreign is refused in the words for what does not exist, so that nobody finds out
        which orders, restaurants and menus there are.
Rule 2: whose room it is comes from what is stored, never from the name: an order belongs to the
        restaurant that its row names.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

from api.entrance import DEMO_RESTAURANT, Entrance, check_id, check_name
from collab.errors import DocumentGone, ProtocolViolation, RightWithdrawn
from collab.identity import Access, Identity, Role, access_to
from collab.orders.terms import Visit
from collab.records import Document, DocumentKind
from collab.room_names import RoomKind, RoomName
from collab.room_rights import may_listen


@dataclass(frozen=True, slots=True)
class RoomAdmission:
    """A room somebody may be in."""

    name: RoomName
    stream_id: str  # of its events; "" for the document of a menu, which has none
    restaurant_id: str
    document: Document | None = None  # of a menu and of its events
    access: Access = Access.READ
    own_order: str | None = None  # of a guest's visit, as it was stored then


class OrderPlaces(Protocol):
    """What the entrance needs of the store of orders."""

    async def restaurant_of(self, order_id: str) -> str | None:
        """The restaurant of an order; None when there is no such order. Raises StoreError."""
        ...


class Visits(Protocol):
    """What the entrance needs of the store of visits."""

    async def find(self, visit_id: str) -> Visit | None:
        """One visit, also one that is over. Raises StoreError."""
        ...


class RoomEntrance:
    """Finds rooms and checks rights. One per application."""

    def __init__(self, entrance: Entrance, orders: OrderPlaces, visits: Visits) -> None:
        self._entrance = entrance
        self._orders = orders
        self._visits = visits

    async def admit(self, identity: Identity, name: RoomName) -> RoomAdmission:
        """Find a room and what may be done in it.

        Raises DocumentGone (reason room_not_found) for rooms that are not there and for those of
        others, RightWithdrawn (forbidden_room) for rooms of one's own restaurant that one's role
        may not hear, ProtocolViolation for a name that cannot be, StoreError. Safe to cancel.
        """
        match name.kind:
            case RoomKind.MENU | RoomKind.MENU_EVENTS:
                return await self._menu(identity, name)
            case RoomKind.ORDER:
                return await self._order(identity, name)
            case RoomKind.USER:
                restaurant_id = identity.restaurant_id or DEMO_RESTAURANT
            case _:
                restaurant_id = name.id
        for part in (name.id, name.station):
            check_id(part or "-", "A part of a room's name", _bad_room)
        return self._event_room(identity, name, restaurant_id)

    def review(self, identity: Identity, admission: RoomAdmission) -> RoomAdmission | None:
        """The same room for a renewed identity; None when it is not theirs any more."""
        name, document = admission.name, admission.document
        if document is not None:
            access = access_to(identity, document)
            return None if access is None else replace(admission, access=access)
        is_theirs = may_listen(identity, name, admission.restaurant_id, admission.own_order)
        return admission if is_theirs else None

    async def _menu(self, identity: Identity, name: RoomName) -> RoomAdmission:
        check_name(name.id)
        document = await self._entrance.find(name.id)
        is_events = name.kind is RoomKind.MENU_EVENTS
        if document is None and not is_events:
            try:
                document = (await self._entrance.admit(identity, name.id)).document  # --dev
            except DocumentGone:
                pass
        if document is None or (is_events and document.kind is not DocumentKind.MENU):
            raise _not_found()
        access = access_to(identity, document)
        if access is None:
            raise _refusal(identity, document.restaurant_id)
        stream_id = name.stream(document.restaurant_id) if is_events else ""
        return RoomAdmission(name, stream_id, document.restaurant_id, document, access)

    async def _order(self, identity: Identity, name: RoomName) -> RoomAdmission:
        check_id(name.id, "An order's id", _bad_room)
        restaurant_id = await self._orders.restaurant_of(name.id)
        if restaurant_id is None:
            raise _not_found()
        own_order = None
        if Role.GUEST in identity.roles and identity.order != name.id:
            # The token of who sat down first is older than the order.
            visit = await self._visits.find(identity.token_id)
            own_order = None if visit is None else visit.order_id
        return self._event_room(identity, name, restaurant_id, own_order)

    def _event_room(
        self, identity: Identity, name: RoomName, restaurant_id: str, own_order: str | None = None
    ) -> RoomAdmission:
        if not may_listen(identity, name, restaurant_id, own_order):
            raise _refusal(identity, restaurant_id)
        stream_id = name.stream(restaurant_id)
        return RoomAdmission(name, stream_id, restaurant_id, own_order=own_order)


def _refusal(identity: Identity, restaurant_id: str) -> Exception:
    is_guest = identity.roles == {Role.GUEST}
    if is_guest or identity.restaurant_id not in (None, restaurant_id):
        return _not_found()
    return RightWithdrawn("This room is not open to you.", reason="forbidden_room")


def _not_found() -> DocumentGone:
    return DocumentGone("There is no such room.", reason="room_not_found")


def _bad_room(sentence: str) -> ProtocolViolation:
    return ProtocolViolation(sentence, reason="bad_room")
