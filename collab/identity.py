"""Who somebody is, and what that lets them do. Pure: no clock, no token parsing, no I/O.

Rule 1: rights to a document come from one table, ROLE_ACCESS; everything else from ACT_ROLES.
Rule 2: another restaurant's document is out of reach, whatever the roles say.
Rule 3: a non-empty `menus` claim only ever takes away: it narrows to the named documents, caps
        the access, and takes away every act that is not about a document. Only an identity
        without any role gets its rights from `menus` alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from collab.records import Document


class Role(StrEnum):
    """What a person is in one restaurant."""

    OWNER = "owner"
    MANAGER = "manager"
    EDITOR = "editor"
    TRANSLATOR = "translator"
    WAITER = "waiter"
    KITCHEN = "kitchen"
    VIEWER = "viewer"
    GUEST = "guest"


class Access(StrEnum):
    """What somebody may do with a live document."""

    READ = "read"
    WRITE = "write"  # includes reading


class Act(StrEnum):
    """Something other than opening a live document."""

    MANAGE_DOCUMENTS = "manage_documents"  # create and delete documents, import menus
    LIST_SESSIONS = "list_sessions"
    REVOKE = "revoke"  # end users, sessions and tokens
    READ_METRICS = "read_metrics"  # of the whole server
    PUBLISH = "publish"  # show guests a version of a menu, or no longer
    DECIDE_ALLERGENS = "decide_allergens"  # when two disagreed
    # Its settings, tables, stations and staff; its reports; forgetting people.
    MANAGE_RESTAURANT = "manage_restaurant"
    SERVE = "serve"  # open tables and close them, see orders with what they cost
    SEE_KITCHEN = "see_kitchen"  # tickets, stations and tables, without money
    SEE_RESTAURANT = "see_restaurant"  # its name and currency, and what is sold out


# Live documents, by role. Which fields a translator or waiter may write is decided in the room.
ROLE_ACCESS: Mapping[Role, Access | None] = {
    Role.OWNER: Access.WRITE,
    Role.MANAGER: Access.WRITE,
    Role.EDITOR: Access.WRITE,
    Role.TRANSLATOR: Access.WRITE,
    Role.WAITER: Access.WRITE,
    Role.KITCHEN: Access.READ,
    Role.VIEWER: Access.READ,
    Role.GUEST: None,
}

ACT_ROLES: Mapping[Act, frozenset[Role]] = {
    Act.MANAGE_DOCUMENTS: frozenset({Role.OWNER, Role.MANAGER}),
    Act.LIST_SESSIONS: frozenset({Role.OWNER, Role.MANAGER}),
    Act.REVOKE: frozenset({Role.OWNER, Role.MANAGER}),
    Act.READ_METRICS: frozenset({Role.OWNER}),
    Act.PUBLISH: frozenset({Role.OWNER, Role.MANAGER}),
    Act.DECIDE_ALLERGENS: frozenset({Role.OWNER, Role.MANAGER}),
    Act.MANAGE_RESTAURANT: frozenset({Role.OWNER, Role.MANAGER}),
    Act.SERVE: frozenset({Role.OWNER, Role.MANAGER, Role.WAITER}),
    Act.SEE_KITCHEN: frozenset({Role.OWNER, Role.MANAGER, Role.WAITER, Role.KITCHEN}),
    Act.SEE_RESTAURANT: frozenset(Role),
}


@dataclass(frozen=True, slots=True)
class Identity:
    """One person (or device) as the token describes them."""

    user_id: str
    name: str | None
    restaurant_id: str | None  # None: every restaurant; only the developer of --dev
    roles: frozenset[Role] = frozenset()
    menus: Mapping[str, Access] = field(default_factory=dict)  # document id -> highest access
    locales: tuple[str, ...] = ()  # what a translator may write; empty: not limited
    stations: tuple[str, ...] = ()  # kitchen stations
    table: str | None = None  # a guest's table
    order: str | None = None  # a guest's order
    token_id: str = ""  # `jti`; what a revocation of kind "token" names
    expires_at: datetime | None = None  # UTC; None never ends (only the developer)

    @classmethod
    def developer(cls) -> Identity:
        """Everything everywhere: a request without a token under --dev."""
        return cls(
            user_id="developer",
            name=None,  # nothing verified it, so whatever a page calls its user stays
            restaurant_id=None,
            roles=frozenset({Role.OWNER}),
            token_id="developer",
        )

    def is_expired(self, now: datetime) -> bool:
        """Whether the token behind this identity has ended. now: aware, UTC."""
        return self.expires_at is not None and now >= self.expires_at


def access_to(identity: Identity, document: Document) -> Access | None:
    """The highest access to a live document; None when there is none."""
    if not _same_restaurant(identity, document.restaurant_id):
        return None
    named = identity.menus.get(document.id)
    if not identity.roles:
        return named
    granted = _highest(ROLE_ACCESS[role] for role in identity.roles)
    if not identity.menus:
        return granted
    return _lower(granted, named)


def may(identity: Identity, act: Act, restaurant_id: str | None) -> bool:
    """Whether `identity` may do `act` in a restaurant.

    restaurant_id: None asks about the server as a whole, where the restaurant does not matter.
    """
    if identity.menus:
        return False
    if restaurant_id is not None and not _same_restaurant(identity, restaurant_id):
        return False
    return not identity.roles.isdisjoint(ACT_ROLES[act])


def _same_restaurant(identity: Identity, restaurant_id: str) -> bool:
    return identity.restaurant_id is None or identity.restaurant_id == restaurant_id


def _highest(accesses: Iterable[Access | None]) -> Access | None:
    found = set(accesses)
    if Access.WRITE in found:
        return Access.WRITE
    return Access.READ if Access.READ in found else None


def _lower(one: Access | None, other: Access | None) -> Access | None:
    if one is None or other is None:
        return None
    return Access.READ if Access.READ in (one, other) else Access.WRITE
