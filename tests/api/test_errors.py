"""Refusals over HTTP: one table, problem JSON, and silence about what went wrong inside."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import msgspec
import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer, make_mocked_request

from api.errors import STATUSES, close_reason, problem_middleware, status_of
from collab import errors
from collab.errors import (
    BadUpdate,
    DocumentExists,
    DocumentGone,
    EngineFailed,
    EpochChanged,
    LockRefused,
    MirepoixError,
    Overloaded,
    ProtocolViolation,
    RightWithdrawn,
    StoreError,
    StructureRefused,
    TokenEnded,
    TooLarge,
    TooManyAttempts,
    TooManySockets,
    UnfitPhoto,
)

SECRET = "SELECT token FROM /srv/menus.db"


class Fields(msgspec.Struct):
    title: str


CASES: list[tuple[Exception, int, str]] = [
    (ProtocolViolation("Bad bytes."), 400, "malformed"),
    (BadUpdate("Bad update."), 400, "bad_update"),
    (TokenEnded("Sign in."), 401, "token_ended"),
    (TokenEnded("Sign in.", reason="token_expired"), 401, "token_expired"),
    (RightWithdrawn("Not yours."), 403, "forbidden"),
    (DocumentGone("Gone."), 404, "not_found"),
    (DocumentExists("Taken."), 409, "exists"),
    (EpochChanged("Replaced."), 409, "epoch_changed"),
    (TooLarge("Too large."), 413, "too_large"),
    (StructureRefused("Shape."), 422, "structure"),
    (StoreError(SECRET), 503, "store_error"),
    (EngineFailed(SECRET), 503, "engine_failed"),
    (TooManySockets("Too many."), 429, "too_many_sockets"),
    (TooManyAttempts("Too often."), 429, "too_many_attempts"),
    (Overloaded("Full."), 503, "overloaded"),
    (MirepoixError(SECRET), 500, "error"),
    (RuntimeError(SECRET), 500, "internal_error"),
    (KeyError(SECRET), 500, "internal_error"),
    (web.HTTPUnsupportedMediaType(text=SECRET), 415, "unsupported_media_type"),
    (web.HTTPRequestEntityTooLarge(1, 2), 413, "content_too_large"),
    (LockRefused("Held."), 409, "lock_held"),
    (UnfitPhoto("Blurred."), 422, "photo_format"),
]


class Server:
    def __init__(self, client: TestClient[web.Request, web.Application]) -> None:
        self.client = client
        self.refused: list[str] = []

    async def ask(self, path: str, method: str = "GET", **more: Any) -> ClientResponse:
        return await self.client.request(method, path, **more)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    refused: list[str] = []

    async def case(request: web.Request) -> web.StreamResponse:
        raise CASES[int(request.match_info["n"])][0]

    async def fields(request: web.Request) -> web.StreamResponse:
        found = msgspec.json.decode(await request.read(), type=Fields)
        return web.json_response({"title": found.title})

    async def away(request: web.Request) -> web.StreamResponse:
        raise web.HTTPSeeOther("/elsewhere")

    async def socket(request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_str("hello")
        raise RuntimeError(SECRET)

    app = web.Application(middlewares=[problem_middleware(refused.append)], client_max_size=1024)
    app.router.add_get("/case/{n}", case)
    app.router.add_post("/fields", fields)
    app.router.add_get("/away", away)
    app.router.add_get("/socket", socket)
    async with TestClient(TestServer(app)) as client:
        found = Server(client)
        found.refused = refused
        yield found


@pytest.mark.parametrize("number", range(len(CASES)))
async def test_every_error_becomes_problem_json(
    server: Server, number: int, caplog: pytest.LogCaptureFixture
) -> None:
    error, status, code = CASES[number]
    answer = await server.ask(f"/case/{number}")
    body = await answer.json(content_type="application/problem+json")
    assert answer.status == body["status"] == status
    assert body["code"] == code or (status, body["code"]) == (413, "request_entity_too_large")
    assert set(body) == {"type", "title", "status", "detail", "code"}
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert SECRET not in await answer.text()
    assert server.refused == [body["code"]]
    failures = [record for record in caplog.records if record.levelno >= logging.ERROR]
    is_ours = status >= 500 and not isinstance(error, Overloaded)
    assert len(failures) == int(is_ours)
    if failures:
        assert failures[0].exc_info is not None
        assert failures[0].exc_info[1] is error
        assert failures[0].__dict__["route"] == "/case/{n}"


async def test_a_401_says_how_to_sign_in_and_a_503_when_to_come_back(server: Server) -> None:
    assert (await server.ask("/case/2")).headers["WWW-Authenticate"] == "Bearer"
    for passing in (10, 12, 13):
        assert (await server.ask(f"/case/{passing}")).headers["Retry-After"] == "2"


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("GET", "/nowhere", None, 404, "not_found"),
        ("POST", "/away", None, 405, "method_not_allowed"),
        ("POST", "/fields", b"{", 400, "invalid_json"),
        ("POST", "/fields", b"\xff", 400, "invalid_json"),
        ("POST", "/fields", b'{"title": 1}', 422, "invalid_fields"),
        ("POST", "/fields", b"{}", 422, "invalid_fields"),
    ],
)
async def test_a_clumsy_request_gets_its_code(
    server: Server, method: str, path: str, body: bytes | None, status: int, code: str
) -> None:
    answer = await server.ask(path, method, data=body)
    found = await answer.json(content_type="application/problem+json")
    assert (answer.status, found["code"]) == (status, code)


async def test_a_body_above_the_limit_is_refused(server: Server) -> None:
    answer = await server.ask("/fields", "POST", data=b"x" * 2000)
    assert answer.status == 413
    assert answer.content_type == "application/problem+json"


async def test_405_says_what_is_allowed(server: Server) -> None:
    assert "GET" in (await server.ask("/away", "POST")).headers["Allow"]


async def test_a_redirect_is_no_error(server: Server) -> None:
    answer = await server.ask("/away", allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/elsewhere")
    assert server.refused == []


async def test_an_answer_that_has_begun_is_cut_off_and_not_followed_by_another(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    socket = await server.client.ws_connect("/socket")
    assert await socket.receive_str() == "hello"
    message = await socket.receive()
    assert message.type.name in ("CLOSED", "ERROR", "CLOSE")
    assert message.data is None or isinstance(message.data, int | Exception)
    await socket.close()
    failures = [record for record in caplog.records if record.levelno >= logging.ERROR]
    assert [record.__dict__.get("action") for record in failures] == ["request_failed"]
    assert (await server.ask("/case/0")).status == 400, "the server goes on"


def test_every_rule_of_the_tree_has_a_place_in_the_table() -> None:
    direct = MirepoixError.__subclasses__()
    inside = [one for one in direct if one.__module__ == errors.__name__]
    assert len(inside) >= 10
    assert all(one in STATUSES for one in inside)


def test_the_nearest_class_decides() -> None:
    class Special(TooLarge):
        pass

    assert status_of(Special("x")) == 413


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (TokenEnded("Sign in.", reason="token_expired"), "token_expired: Sign in."),
        (BadUpdate("é" * 200), "bad_update: " + "é" * 55),
        (
            StoreError(SECRET),
            "store_error: The server cannot do this right now; try again shortly.",
        ),
    ],
)
def test_a_close_reason_is_short_whole_and_discreet(error: MirepoixError, said: str) -> None:
    assert close_reason(error) == said
    assert len(close_reason(error).encode()) <= 123


async def test_cancelling_passes_through() -> None:
    middleware = problem_middleware(lambda code: None)

    async def cancelled(request: web.Request) -> web.StreamResponse:
        raise asyncio.CancelledError

    handler: Callable[[web.Request], Awaitable[web.StreamResponse]] = cancelled
    with pytest.raises(asyncio.CancelledError):
        await middleware(make_mocked_request("GET", "/"), handler)
