"""People at one document, through either Yjs door, byte by byte; and tokens to come in with.

A `Visitor` sends and hears y-protocols messages without the address that Hocuspocus puts in front,
so one test serves both doors. Being refused is an outcome here (`Refused`), whether it came as an
HTTP status before the upgrade or as Hocuspocus' "permission denied".
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final, Literal, Self
from urllib.parse import quote

import aiohttp

from api.config import Config
from api.keyring import Keyring
from api.tokens import TokenIssuer
from collab.identity import Access, Identity, Role
from tests.live.mutations import with_length
from tests.live.raw_socket import BINARY, PATIENCE_SECONDS, Closed, RawSocket
from tests.live.server import LiveServer

Door = Literal["y", "hocuspocus"]
DOORS: Final[tuple[Door, ...]] = ("y", "hocuspocus")
SECRET: Final = "the-secret-canary-of-these-tests-0123456789"

DENIED, AUTHENTICATED, TOKEN_PLEASE = b"\x02\x01", b"\x02\x02", b"\x02\x00"
APPLIED, NOT_APPLIED = b"\x08\x01", b"\x08\x00"
DOCUMENT_OVER: Final = 7
HOME: Final = "bistro"
ELSEWHERE: Final = "trattoria"


class Refused(Exception):
    """Nobody sat down. status: of HTTP, 0 when it was a message. code: the slug."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True)
class Mint:
    """Makes tokens that the server under test accepts."""

    issuer: TokenIssuer

    @classmethod
    def with_secret(cls, secret: str = SECRET) -> Self:
        config = Config(jwt_secret=secret)
        return cls(TokenIssuer(config, Keyring.from_config(config)))

    def token(
        self,
        user: str,
        *roles: Role,
        restaurant: str = HOME,
        menus: Mapping[str, Access] | None = None,
        ttl_seconds: float = 6 * 3600,  # the tests of a module come long after its tokens
        name: str | None = None,
    ) -> str:
        identity = Identity(user, name or user.title(), restaurant, frozenset(roles), menus or {})
        return self.issuer.mint(identity, ttl_seconds, datetime.now(UTC))


def bearer(token: str | None) -> dict[str, str]:
    return {} if token is None else {"Authorization": f"Bearer {token}"}


def y_address(server: LiveServer, document: str) -> str:
    return f"{server.y_door}/{quote(document, safe='')}"


class Visitor:
    """Somebody at one document. access: "read-write", "readonly"; "" on the y door, mute on it."""

    def __init__(
        self,
        server: LiveServer,
        door: Door,
        document: str,
        token: str | None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        self.access = ""
        self._address = with_length(document.encode()) if door == "hocuspocus" else b""
        self._token = token
        if door == "y":
            headers = {**bearer(token), **(headers or {})}
            self.socket = RawSocket(y_address(server, document), headers)
        else:
            self.socket = RawSocket(server.hocuspocus_door, headers)

    async def __aenter__(self) -> Self:
        await self.socket.__aenter__()
        try:
            if self.socket.status != 101:
                raise Refused(self.socket.status, await self._problem_code())
            if self._address:
                await self.show_token(self._token or "")
                answer = await self.hear_auth()
                if answer.startswith(DENIED):
                    raise Refused(0, text_of(answer).partition(":")[0])
                self.access = text_of(answer)
        except BaseException:
            self.socket.close()
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.socket.close()

    async def send(self, *messages: bytes) -> None:
        """Send y-protocols messages, one a frame."""
        for message in messages:
            await self.socket.send(self._address + message)

    async def update(self, update: bytes) -> None:
        await self.send(b"\x00\x02" + with_length(update))

    async def step2(self, update: bytes) -> None:
        await self.send(b"\x00\x01" + with_length(update))

    async def show_token(self, token: str) -> None:
        """Hocuspocus only: sign in, or renew."""
        await self.send(b"\x02\x00" + with_length(token.encode()))

    async def hear_auth(self, seconds: float = PATIENCE_SECONDS) -> bytes:
        """Hocuspocus only: the next Auth message."""
        return await self.hear(2, seconds=seconds)

    async def hear(self, *kind: int, seconds: float = PATIENCE_SECONDS) -> bytes:
        """The next message that begins so; others are passed over. Raises Closed, TimeoutError."""
        async with asyncio.timeout(seconds):
            while True:
                found = await self.socket.receive(seconds)
                if found.opcode == BINARY:
                    message = found.payload.removeprefix(self._address)
                    if message.startswith(bytes(kind)):
                        return message

    async def heard(self) -> list[bytes]:
        """All messages up to here: everything that was sent is handled. Raises Closed."""
        return [one.removeprefix(self._address) for one in await self.socket.settled()]

    async def hear_end(self, seconds: float) -> Closed:
        """Wait for the server to close. Raises TimeoutError."""
        return await self.socket.receive_close(seconds)

    async def _problem_code(self) -> str:
        deadline = time.monotonic() + 2.0
        while time.monotonic() < deadline:
            body = bytes(self.socket._buffer)
            try:
                return str(json.loads(body)["code"])
            except ValueError:
                try:
                    await self.socket.read_some()
                except Closed:
                    break
        return ""


def text_of(auth: bytes) -> str:
    """The text in an Auth message."""
    return auth[3:].decode() if len(auth) < 3 + 128 else auth[4:].decode()


async def ask(
    server: LiveServer,
    method: str,
    path: str,
    token: str | None = None,
    *,
    headers: Mapping[str, str] | None = None,
    json_body: Any = None,
) -> tuple[int, Any]:
    """One REST request: (status, JSON or bytes)."""
    async with (
        aiohttp.ClientSession() as session,
        session.request(
            method,
            server.http + path,
            headers={**bearer(token), **(headers or {})},
            json=json_body,
        ) as answer,
    ):
        if "json" in answer.content_type:
            return answer.status, await answer.json(content_type=None)
        return answer.status, await answer.read()


async def create(server: LiveServer, document: str, token: str) -> None:
    """Make a free document in the restaurant of the token."""
    body = {"kind": "free", "id": document, "title": document}
    status, answer = await ask(server, "POST", "/api/v1/documents", token, json_body=body)
    assert status == 201, answer


async def stored_updates(server: LiveServer, document: str, token: str) -> int:
    """How many updates of a document were ever acknowledged."""
    status, answer = await ask(server, "GET", f"/api/v1/documents/{document}", token)
    assert status == 200, answer
    return int(answer["size"]["acknowledged"])
