"""Which restaurant a request is about, and whether the asker may do there what is asked."""

from __future__ import annotations

from api.entrance import DEMO_RESTAURANT
from collab.errors import RightWithdrawn
from collab.identity import Act, Identity, may


def restaurant_for(identity: Identity, named: str | None) -> str:
    """The restaurant named, else the asker's own; the developer's is the demo."""
    return named or identity.restaurant_id or DEMO_RESTAURANT


def require(identity: Identity, act: Act, restaurant_id: str | None) -> None:
    """Raises RightWithdrawn unless the asker may do it there. None: in every restaurant."""
    if not may(identity, act, restaurant_id):
        raise RightWithdrawn("Your role does not allow this here.", reason="forbidden_act")
