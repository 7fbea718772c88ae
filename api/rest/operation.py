"""One row of the table of operations, and what happens before an operation runs.

Signing in, decoding and validating are done here, in this order, from what the row declares; the
OpenAPI document is made from the same rows.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from aiohttp import hdrs, web

from api.auth import SignedIn, Source
from api.content_coding import accepts_gzip
from api.house import House
from api.json_body import decode_json
from collab.identity import Identity, Role

PREFIX = "/api/v1"
OCTETS = "application/octet-stream"

_GUEST = SignedIn(Identity("", None, "", frozenset({Role.GUEST})), Source.NOBODY, None)
_CREDENTIALS = ("token", "ticket")  # in the query of any request; for the authenticator only


@dataclass(frozen=True, slots=True)
class Call:
    """One request to an operation, signed in, decoded and checked."""

    house: House
    request: web.Request
    identity: Identity
    source: Source
    query: Any  # the struct that the operation declares; None when it declares none
    body: Any

    @property
    def id(self) -> str:
        """The id in the path, decoded once."""
        return self.request.match_info["id"]


@dataclass(frozen=True, slots=True)
class Operation:
    """One method on one path."""

    method: str
    path: str  # below PREFIX
    name: str
    summary: str
    run: Callable[[Call], Awaitable[web.StreamResponse]]
    # Status -> the struct that comes back; a media type when it is no JSON; None: no body; a
    # mapping when it comes in several media types, each with its struct or None.
    answers: Mapping[int, Any]
    query: type[msgspec.Struct] | None = None
    body: type[msgspec.Struct] | None = None
    # Media type -> form or None, of a body that the operation reads and decodes itself.
    files: Mapping[str, Any] = field(default_factory=dict)
    refusals: tuple[int, ...] = field(default=(400, 401, 403, 404))
    is_open: bool = False  # for guests: nobody signs in, a token is not even looked at

    async def __call__(self, house: House, request: web.Request) -> web.StreamResponse:
        """Run it for one request. Raises what the problem middleware answers."""
        signed = _GUEST if self.is_open else await house.authenticator.authenticate(request)
        query = None if self.query is None else _query(request, self.query)
        body = None if self.body is None else decode_json(await request.read(), self.body)
        return await self.run(Call(house, request, signed.identity, signed.source, query, body))


def add_operation(app: web.Application, house: House, operation: Operation) -> None:
    """Add the route of an operation."""

    async def answer(request: web.Request) -> web.StreamResponse:
        return await operation(house, request)

    app.router.add_route(operation.method, PREFIX + operation.path, answer)


def json_answer(
    content: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    """Content as JSON that nobody stores."""
    fixed = {hdrs.CACHE_CONTROL: "no-store", "X-Content-Type-Options": "nosniff"}
    return web.Response(
        body=msgspec.json.encode(content),
        status=status,
        content_type="application/json",
        headers={**fixed, **(headers or {})},
    )


def tagged_answer(request: web.Request, body: bytes, etag: str, media_type: str) -> web.Response:
    """A body with an ETag, or 304 when the asker has it. etag: without quotes.

    The tag is weak, because the same body may go out compressed.
    """
    headers = {
        hdrs.ETAG: f'W/"{etag}"',
        hdrs.CACHE_CONTROL: "private, no-cache",
        hdrs.VARY: hdrs.ACCEPT_ENCODING,
        "X-Content-Type-Options": "nosniff",
    }
    if any(tag.value in (etag, "*") for tag in request.if_none_match or ()):
        return web.Response(status=304, headers=headers)
    answer = web.Response(body=body, content_type=media_type, headers=headers)
    if accepts_gzip(request):
        answer.enable_compression(web.ContentCoding.gzip)
    return answer


def _query(request: web.Request, form: type[msgspec.Struct]) -> msgspec.Struct:
    given = {name: value for name, value in request.query.items() if name not in _CREDENTIALS}
    return msgspec.convert(given, form, strict=False)
