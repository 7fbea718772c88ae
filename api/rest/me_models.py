"""What a page is told of whoever has it open, and of the server it talks to."""

from __future__ import annotations

from api.rest.models import Answer
from collab.identity import Role


class OwnRestaurant(Answer, frozen=True):
    """A restaurant that somebody belongs to, in short."""

    id: str
    name: str
    currency: str


class MeAnswer(Answer, frozen=True):
    """Who the asker is."""

    user: str
    name: str  # "" when nothing says it: the developer of --dev
    roles: list[Role]
    restaurant: str | None  # None: the developer of --dev, who is at home everywhere
    restaurants: list[OwnRestaurant]
    stations: list[str]  # of a kitchen screen; empty: all
    locales: list[str]  # of a translator; empty: all
    table: str | None  # of a guest
    order: str | None
    expires_at_ms: int | None  # when the token ends; None: never
    is_developer: bool
    server_id: str  # the same as long as the database is: names what a browser keeps of it
    build: str  # of the pages that the server has now
    secure_url: str | None  # an address with HTTPS, if the server knows one
