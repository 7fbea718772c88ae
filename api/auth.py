"""From a request to an `Identity`: where a token may be, and which pages may bring one.

Order: `Authorization: Bearer`; subprotocol `mirepoix.token.<jwt>`; cookie `mirepoix_session`;
`?token=`; `?ticket=`; under --dev, nothing at all is the developer.
Rule 1: the first place that holds something decides; a bad bearer is not rescued by a cookie.
Rule 2: a page of a foreign origin is refused before its token is looked at.
Rule 3: a cookie comes along without the person's will, so a socket or a write signed in by
        cookie needs an `Origin` that is ours. Reading by cookie does not: browsers send no
        `Origin` when a page reads from its own server, and a foreign page cannot see the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Protocol
from urllib.parse import urlsplit

from aiohttp import hdrs, web

from api.config import Config
from api.forwarding import Asked, asked
from api.origins import Origins, is_loopback
from api.revocations import RevocationKind, Revocations
from api.tokens import TokenVerifier, identity_of_claims
from collab.errors import RightWithdrawn, TokenEnded
from collab.identity import Identity

SESSION_COOKIE = "mirepoix_session"
SUBPROTOCOL = "mirepoix.v1"  # msgpack
JSON_SUBPROTOCOL = "mirepoix.v1.json"  # the same as text, for debugging
TOKEN_SUBPROTOCOL = "mirepoix.token."  # the token follows
TICKET_LIMIT_CHARACTERS = 200

_READING = frozenset({hdrs.METH_GET, hdrs.METH_HEAD})


class Source(StrEnum):
    """Where the token was."""

    BEARER = "bearer"
    SUBPROTOCOL = "subprotocol"
    COOKIE = "cookie"
    QUERY = "query"
    TICKET = "ticket"
    DEVELOPER = "developer"  # there was none, and --dev allows that
    NOBODY = "nobody"  # a page for guests, who have none


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A request whose sender is known."""

    identity: Identity
    source: Source
    subprotocol: str | None  # what the WebSocket answer must name; None: nothing


class Tickets(Protocol):
    """What signing in needs from the store of one-time tickets."""

    async def redeem_ticket(self, ticket: str, now: datetime) -> Mapping[str, object] | None:
        """Use a ticket up; its claims, or None when it is unknown, used or too old."""
        ...


def _wall_clock() -> datetime:
    return datetime.now(UTC)


class Authenticator:
    """Signs requests in. One per application."""

    def __init__(
        self,
        config: Config,
        verifier: TokenVerifier,
        revocations: Revocations,
        tickets: Tickets,
        *,
        wall_clock: Callable[[], datetime] = _wall_clock,
    ) -> None:
        self._config = config
        self._verifier = verifier
        self._revocations = revocations
        self._tickets = tickets
        self._wall_clock = wall_clock
        public = [] if config.public_url is None else [origin_of(config.public_url)]
        self._origins = Origins(
            [*public, *config.allowed_origins],
            is_dev=config.dev,
            falls_back_to_host=config.public_url is None,
        )

    async def authenticate(self, request: web.Request) -> SignedIn:
        """Sign a request in.

        Raises RightWithdrawn (403, reason wrong_origin), TokenEnded (401; reasons no_token,
        bad_ticket, revoked, and those of `TokenVerifier.verify`), StoreError (503).
        Cancelling is safe; it may use a ticket up.
        """
        edge = asked(request, self._config.trusted_proxies)
        self._check_origin(request, edge)
        source, text = find_credential(request)
        match source:
            case Source.TICKET:
                identity = await self.redeem(text)
            case Source.DEVELOPER:
                identity = self._developer(edge)
            case _:
                self._check_cookie(request, source)
                identity = self.identify_token(text)
        return SignedIn(identity, source, subprotocol_to_echo(offered_subprotocols(request)))

    def check_origin(self, request: web.Request) -> None:
        """For what needs no token but gives one: a foreign page must not sign anybody in.

        Raises RightWithdrawn, reason wrong_origin.
        """
        self._check_origin(request, asked(request, self._config.trusted_proxies))

    def check_written_by_us(self, request: web.Request) -> None:
        """The same, where only a cookie says who it is: an Origin must be there, and be ours.

        Raises RightWithdrawn, reason wrong_origin.
        """
        self.check_origin(request)
        self._check_cookie(request, Source.COOKIE)

    def identify_token(self, token: str) -> Identity:
        """Sign in with a token that came inside a message; "" under --dev is the developer.

        Raises TokenEnded.
        """
        if not token:
            if self._config.dev:
                return Identity.developer()
            raise TokenEnded("Sign in first: there is no token.", reason="no_token")
        return self._unless_revoked(self._verifier.verify(token, self._wall_clock()))

    async def redeem(self, ticket: str) -> Identity:
        """Sign in with a one-time ticket or an invitation, which is used up.

        The identity ends when the one that asked for the ticket would have ended; one without
        an end lives as long as a browser's token.
        Raises TokenEnded, StoreError. Cancelling is safe; the ticket may be used up.
        """
        now = self._wall_clock()
        if "." in ticket:  # a JWT; stored tickets have no dot
            return await self._redeem_invite(ticket, now)
        claims = None
        if len(ticket) <= TICKET_LIMIT_CHARACTERS:
            claims = await self._tickets.redeem_ticket(ticket, now)
        if claims is None:
            raise _bad_ticket()
        identity = identity_of_claims(claims)
        if identity.restaurant_id is None and not self._config.dev:
            raise _bad_ticket()  # left over from a --dev run on the same database
        if identity.restaurant_id is not None and identity.expires_at is None:
            identity = self._limited(identity, now)
        if identity.is_expired(now):
            raise TokenEnded("The token has expired; sign in again.", reason="token_expired")
        return self._unless_revoked(identity)

    async def _redeem_invite(self, invite: str, now: datetime) -> Identity:
        """Used invitations are revoked tokens: in this process at once (no await lies between
        looking and marking), in others with their next refresh."""
        identity = self._verifier.verify_invite(invite, now)
        if self._revocations.is_revoked(identity) or identity.restaurant_id is None:
            raise _bad_ticket()
        await self._revocations.revoke(
            RevocationKind.TOKEN, identity.token_id, identity.restaurant_id
        )
        return self._limited(replace(identity, token_id=""), now)

    def _limited(self, identity: Identity, now: datetime) -> Identity:
        life = timedelta(seconds=self._config.browser_token_seconds)
        return replace(identity, expires_at=now + life)

    def _developer(self, edge: Asked) -> Identity:
        if not self._config.dev:
            raise TokenEnded("Sign in first: there is no token.", reason="no_token")
        # A page elsewhere can give its own name our address (DNS rebinding) and then reads from
        # us as its "own" server, without an Origin. The Host header still carries its name.
        names = {edge_name(self._config.public_url or "")}
        name = edge_name(f"//{edge.host}")
        if not (is_loopback(name) or name in names):
            raise RightWithdrawn("--dev answers to local names only.", reason="wrong_origin")
        return Identity.developer()

    def _unless_revoked(self, identity: Identity) -> Identity:
        if self._revocations.is_revoked(identity):
            raise TokenEnded("The token was revoked; sign in again.", reason="revoked")
        return identity

    def _check_origin(self, request: web.Request, edge: Asked) -> None:
        for sent in request.headers.getall(hdrs.ORIGIN, []):
            if not self._origins.allows(sent, scheme=edge.scheme, host=edge.host):
                raise RightWithdrawn(
                    "Pages of this origin may not connect; "
                    "add it with --allowed-origins, or set --public-url.",
                    reason="wrong_origin",
                )

    def _check_cookie(self, request: web.Request, source: Source) -> None:
        if source is not Source.COOKIE or hdrs.ORIGIN in request.headers or self._config.dev:
            return
        is_socket = hdrs.UPGRADE in request.headers
        is_foreign = request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin")
        if is_socket or is_foreign or request.method not in _READING:
            raise RightWithdrawn("A cookie alone needs an Origin.", reason="wrong_origin")


def find_credential(request: web.Request) -> tuple[Source, str]:
    """The first place that holds a token or ticket, and what it holds, not checked yet."""
    scheme, _, bearer = request.headers.get(hdrs.AUTHORIZATION, "").strip().partition(" ")
    places = (
        (Source.BEARER, bearer.strip() if scheme.lower() == "bearer" else ""),
        (Source.SUBPROTOCOL, _token_in(offered_subprotocols(request))),
        (Source.COOKIE, request.cookies.get(SESSION_COOKIE, "")),
        (Source.QUERY, request.query.get("token", "")),
        (Source.TICKET, request.query.get("ticket", "")),
    )
    return next(((source, text) for source, text in places if text), (Source.DEVELOPER, ""))


def offered_subprotocols(request: web.Request) -> tuple[str, ...]:
    """What the client offers, in its order."""
    lines = request.headers.getall(hdrs.SEC_WEBSOCKET_PROTOCOL, [])
    offered = (part.strip() for line in lines for part in line.split(","))
    return tuple(part for part in offered if part)


def subprotocol_to_echo(offered: tuple[str, ...]) -> str | None:
    """The one to answer: the first of ours if offered, else the token's, which browsers insist on.

    offered: in the client's order.
    """
    ours = next((one for one in offered if one in (SUBPROTOCOL, JSON_SUBPROTOCOL)), None)
    return ours or next((one for one in offered if one.startswith(TOKEN_SUBPROTOCOL)), None)


def origin_of(url: str) -> str:
    """The origin part of an address: without path and query."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def edge_name(address: str) -> str:
    """The host name in an address, without the port; "" when there is none."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _bad_ticket() -> TokenEnded:
    return TokenEnded("The ticket is unknown, used or too old.", reason="bad_ticket")


def _token_in(offered: tuple[str, ...]) -> str:
    found = (one for one in offered if one.startswith(TOKEN_SUBPROTOCOL))
    return next(found, "").removeprefix(TOKEN_SUBPROTOCOL)
