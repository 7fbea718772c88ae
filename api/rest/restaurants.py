"""Which restaurant a request is about, and whether the asker may do there what is asked."""

from __future__ import annotations

from api.entrance import DEMO_RESTAURANT
from api.house import House
from collab.errors import DocumentGone, RightWithdrawn
from collab.identity import Act, Identity, may
from storage.restaurant_terms import RestaurantSettings


def restaurant_for(identity: Identity, named: str | None) -> str:
    """The restaurant named, else the asker's own; the developer's is the demo."""
    return named or identity.restaurant_id or DEMO_RESTAURANT


def require(identity: Identity, act: Act, restaurant_id: str | None) -> None:
    """Raises RightWithdrawn unless the asker may do it there. None: in every restaurant."""
    if not may(identity, act, restaurant_id):
        raise RightWithdrawn("Your role does not allow this here.", reason="forbidden_act")


def required(identity: Identity, act: Act, named: str | None) -> str:
    """The restaurant that is asked about, where the asker may do it. Raises RightWithdrawn."""
    restaurant_id = restaurant_for(identity, named)
    require(identity, act, restaurant_id)
    return restaurant_id


async def settings_of(house: House, restaurant_id: str) -> RestaurantSettings:
    """How a restaurant is set up. Raises DocumentGone, StoreError. Safe to cancel."""
    settings = await house.restaurants.find(restaurant_id)
    if settings is None:
        raise DocumentGone("There is no such restaurant.", reason="restaurant_not_found")
    return settings
