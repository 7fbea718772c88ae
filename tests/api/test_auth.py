"""Signing in: every place a token may be, in order, and which pages may bring one."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from api.auth import Authenticator, SignedIn, Source
from api.config import Config
from api.errors import status_of
from api.keyring import Keyring
from api.revocations import Revocations
from api.tokens import TokenIssuer, TokenVerifier, claims_of
from collab.errors import MirepoixError, RightWithdrawn, TokenEnded
from collab.identity import Identity, Role
from storage.access import Revocation, RevocationKind

NOW = datetime(2025, 6, 1, 12, tzinfo=UTC)
SECRET = "a secret that is long enough for HS256"
MAI = Identity("mai", "Mai", "asia", frozenset({Role.EDITOR}))
PROD = Config(jwt_secret=SECRET, host="0.0.0.0", public_url="https://menu.example")
DEV = Config(jwt_secret=SECRET, dev=True)
OURS = {"Origin": "https://menu.example"}
SOCKET = {"Upgrade": "websocket", "Connection": "Upgrade"}


class MemoryAccess:
    """Tickets and revocations without a database."""

    def __init__(self) -> None:
        self.tickets: dict[str, Mapping[str, object]] = {}
        self.revoked: list[Revocation] = []
        self.asked: list[str] = []

    async def redeem_ticket(self, ticket: str, now: datetime) -> Mapping[str, object] | None:
        self.asked.append(ticket)
        return self.tickets.pop(ticket, None)

    async def revoke(
        self, kind: RevocationKind, value: str, until: datetime, now: datetime
    ) -> None:
        self.revoked.append(Revocation(kind, value, now, until))

    async def revocations(self, since: datetime) -> list[Revocation]:
        return [one for one in self.revoked if one.at >= since]


class Door:
    """An authenticator with its surroundings."""

    def __init__(self, config: Config) -> None:
        self.access = MemoryAccess()
        self.now = NOW
        keyring = Keyring.from_config(config)
        self.issuer = TokenIssuer(config, keyring)
        self.revocations = Revocations(self.access, wall_clock=lambda: self.now)
        self.authenticator = Authenticator(
            config,
            TokenVerifier(config, keyring),
            self.revocations,
            self.access,
            wall_clock=lambda: self.now,
        )

    def token(self, user: str = "mai") -> str:
        return self.issuer.mint(replace(MAI, user_id=user), 600, NOW)

    async def enter(
        self, path: str = "/ws/y/m", headers: Mapping[str, str] | None = None, method: str = "GET"
    ) -> SignedIn:
        given: dict[str, str] = {"Host": "menu.example", **(headers or {})}
        return await self.authenticator.authenticate(make_mocked_request(method, path, given))

    async def refusal(self, *arguments: Any, **more: Any) -> tuple[int, str]:
        with pytest.raises(MirepoixError) as caught:
            await self.enter(*arguments, **more)
        return int(status_of(caught.value)), caught.value.reason


@pytest.fixture
def door() -> Door:
    return Door(PROD)


async def test_each_place_is_looked_at_in_order(door: Door) -> None:
    door.access.tickets["t-1"] = claims_of(replace(MAI, user_id="ticket"))
    path = f"/ws/y/m?token={door.token('query')}&ticket=t-1"
    headers = {
        **OURS,
        "Authorization": f"Bearer {door.token('bearer')}",
        "Sec-WebSocket-Protocol": f"mirepoix.v1, mirepoix.token.{door.token('subprotocol')}",
        "Cookie": f"mirepoix_session={door.token('cookie')}",
    }
    for source in (Source.BEARER, Source.SUBPROTOCOL, Source.COOKIE, Source.QUERY, Source.TICKET):
        found = await door.enter(path, headers)
        assert (found.source, found.identity.user_id) == (source, source.value)
        gone = {
            Source.BEARER: "Authorization",
            Source.SUBPROTOCOL: "Sec-WebSocket-Protocol",
            Source.COOKIE: "Cookie",
        }
        headers.pop(gone.get(source, ""), None)
        if source is Source.QUERY:
            path = "/ws/y/m?ticket=t-1"


async def test_a_bad_bearer_is_not_rescued_by_a_good_cookie(door: Door) -> None:
    headers = {
        **OURS,
        "Authorization": "Bearer nonsense",
        "Cookie": f"mirepoix_session={door.token()}",
    }
    assert await door.refusal(headers=headers) == (401, "malformed_token")


@pytest.mark.parametrize("header", ["bearer {}", "Bearer   {}", "BEARER {}"])
async def test_bearer_is_read_in_any_case(door: Door, header: str) -> None:
    found = await door.enter(headers={"Authorization": header.format(door.token())})
    assert found.source is Source.BEARER


async def test_another_authorization_scheme_is_none_of_ours(door: Door) -> None:
    headers = {"Authorization": "Basic bWFpOnB3"}
    assert await door.refusal(headers=headers) == (401, "no_token")
    assert (await door.enter(f"/?token={door.token()}", headers)).source is Source.QUERY


@pytest.mark.parametrize(
    ("offered", "echoed"),
    [
        ("mirepoix.v1, mirepoix.token.{}", "mirepoix.v1"),
        ("mirepoix.token.{}, mirepoix.v1", "mirepoix.v1"),
        ("mirepoix.token.{}", "mirepoix.token.{}"),
        ("other, mirepoix.token.{}", "mirepoix.token.{}"),
        ("mirepoix.v1", "mirepoix.v1"),
        ("mirepoix.v1.json", "mirepoix.v1.json"),
        ("mirepoix.token.{}, mirepoix.v1.json, mirepoix.v1", "mirepoix.v1.json"),
        ("other", None),
    ],
)
async def test_the_answer_names_a_subprotocol_that_was_offered(
    door: Door, offered: str, echoed: str | None
) -> None:
    token = door.token()
    headers = {"Sec-WebSocket-Protocol": offered.format(token)}
    found = await door.enter(f"/ws/y/m?token={token}", headers)
    assert found.subprotocol == (None if echoed is None else echoed.format(token))


@pytest.mark.parametrize("path", ["/", "/?token=", "/?ticket=", "/?other=1"])
async def test_nothing_at_all_is_refused(door: Door, path: str) -> None:
    assert await door.refusal(path) == (401, "no_token")
    headers = {"Authorization": "Bearer ", "Cookie": "mirepoix_session="}
    assert await door.refusal(path, headers | OURS) == (401, "no_token")


BAD_ORIGINS = [
    "null",
    "http://menu.example",
    "https://menu.example:8443",
    "https://menu.example.evil.com",
    "https://evil.com",
    "https://evil.menu.example",
    "https://menu.example/",
    "https://menu.example@evil.com",
    "https://evil.com#https://menu.example",
    "https://menu.еxample",  # noqa: RUF001 (a Cyrillic letter)
    "file://",
    "chrome-extension://abcdef",
    "",
]


@pytest.mark.parametrize("origin", BAD_ORIGINS)
@pytest.mark.parametrize("where", ["bearer", "cookie", "query", "ticket", "nowhere"])
async def test_a_page_of_a_foreign_origin_is_refused_whatever_it_brings(
    door: Door, origin: str, where: str
) -> None:
    door.access.tickets["t-1"] = claims_of(MAI)
    headers = {"Origin": origin, **SOCKET}
    if where == "bearer":
        headers["Authorization"] = f"Bearer {door.token()}"
    if where == "cookie":
        headers["Cookie"] = f"mirepoix_session={door.token()}"
    path = {"query": f"/?token={door.token()}", "ticket": "/?ticket=t-1"}.get(where, "/")
    assert await door.refusal(path, headers) == (403, "wrong_origin")
    assert door.access.tickets, "the ticket was not used up"


@pytest.mark.parametrize("origin", ["https://menu.example", "HTTPS://MENU.example:443"])
async def test_our_own_page_comes_in_by_cookie(door: Door, origin: str) -> None:
    headers = {"Origin": origin, "Cookie": f"mirepoix_session={door.token()}", **SOCKET}
    assert (await door.enter(headers=headers)).source is Source.COOKIE


async def test_a_second_origin_line_cannot_hide_a_foreign_one(door: Door) -> None:
    request = make_mocked_request("GET", f"/?token={door.token()}")
    headers = request.headers.copy()
    headers.extend([("Origin", "https://menu.example"), ("Origin", "https://evil.com")])
    with pytest.raises(RightWithdrawn):
        await door.authenticator.authenticate(request.clone(headers=headers))


@pytest.mark.parametrize(
    ("method", "headers", "is_allowed"),
    [
        ("GET", {}, True),  # a page reading from its own server sends no Origin
        ("GET", {"Sec-Fetch-Site": "same-origin"}, True),
        ("GET", {"Sec-Fetch-Site": "none"}, True),
        ("GET", {"Sec-Fetch-Site": "cross-site"}, False),
        ("GET", {"Sec-Fetch-Site": "same-site"}, False),
        ("GET", SOCKET, False),
        ("POST", {}, False),
        ("DELETE", {}, False),
        ("PATCH", {"Sec-Fetch-Site": "same-origin"}, False),
        ("POST", OURS, True),
    ],
)
async def test_a_cookie_without_an_origin_may_only_read(
    door: Door, method: str, headers: dict[str, str], is_allowed: bool
) -> None:
    given = {"Cookie": f"mirepoix_session={door.token()}", **headers}
    if is_allowed:
        assert (await door.enter(headers=given, method=method)).source is Source.COOKIE
    else:
        assert await door.refusal(headers=given, method=method) == (403, "wrong_origin")


async def test_native_clients_need_no_origin(door: Door) -> None:
    door.access.tickets["t-1"] = claims_of(MAI)
    bearer = {"Authorization": f"Bearer {door.token()}", **SOCKET}
    assert (await door.enter(headers=bearer)).source is Source.BEARER
    assert (await door.enter(f"/?token={door.token()}", SOCKET)).source is Source.QUERY
    assert (await door.enter("/?ticket=t-1", SOCKET)).source is Source.TICKET


async def test_without_a_public_address_the_hosts_own_page_comes_in() -> None:
    door = Door(Config(jwt_secret=SECRET))
    path = f"/?token={door.token()}"
    same = {"Host": "box.lan:8000", "Origin": "http://box.lan:8000"}
    assert (await door.enter(path, same)).identity.user_id == "mai"
    other = {"Host": "box.lan:8000", "Origin": "http://box.lan:9000"}
    assert await door.refusal(path, other) == (403, "wrong_origin")


async def test_a_ticket_is_good_once_and_keeps_the_end_of_its_token(door: Door) -> None:
    door.access.tickets["t-1"] = claims_of(replace(MAI, expires_at=NOW + timedelta(hours=2)))
    found = await door.enter("/?ticket=t-1")
    assert found.identity.expires_at == NOW + timedelta(hours=2)
    assert await door.refusal("/?ticket=t-1") == (401, "bad_ticket")


async def test_a_ticket_without_an_end_lives_as_long_as_a_browsers_token(door: Door) -> None:
    door.access.tickets["t-1"] = claims_of(MAI)
    found = await door.enter("/?ticket=t-1")
    assert found.identity.expires_at == NOW + timedelta(seconds=900)


async def test_a_ticket_of_an_expired_token_is_refused(door: Door) -> None:
    door.access.tickets["t-1"] = claims_of(replace(MAI, expires_at=NOW))
    assert await door.refusal("/?ticket=t-1") == (401, "token_expired")


async def test_a_ticket_of_the_developer_is_worth_nothing_without_dev(door: Door) -> None:
    door.access.tickets["t-1"] = claims_of(Identity.developer())
    assert await door.refusal("/?ticket=t-1") == (401, "bad_ticket")
    dev = Door(DEV)
    dev.access.tickets["t-1"] = claims_of(Identity.developer())
    assert (await dev.enter("/?ticket=t-1", {"Host": "localhost"})).identity.restaurant_id is None


async def test_a_huge_ticket_never_reaches_the_store(door: Door) -> None:
    assert await door.refusal("/?ticket=" + "x" * 5000) == (401, "bad_ticket")
    assert door.access.asked == []


async def test_an_invitation_is_good_once_and_only_as_a_ticket(door: Door) -> None:
    invite = door.issuer.invite(replace(MAI, roles=frozenset({Role.OWNER})), 600, NOW)
    assert await door.refusal(f"/?token={invite}") == (401, "wrong_audience")
    identity = await door.authenticator.redeem(invite)
    assert identity.roles == {Role.OWNER}
    assert not door.revocations.is_revoked(identity)
    assert await door.refusal(f"/?ticket={invite}") == (401, "bad_ticket")
    door.now += timedelta(seconds=600)
    assert await door.refusal(f"/?ticket={invite}") == (401, "token_expired")


async def test_a_token_is_no_invitation(door: Door) -> None:
    assert await door.refusal(f"/?ticket={door.token()}") == (401, "wrong_audience")


@pytest.mark.parametrize("kind", [RevocationKind.USER, RevocationKind.TOKEN])
async def test_the_revoked_are_refused_at_every_place(door: Door, kind: RevocationKind) -> None:
    token = door.token()
    identity = door.authenticator.identify_token(token)
    door.access.tickets["t-1"] = claims_of(identity)
    subject = identity.user_id if kind is RevocationKind.USER else identity.token_id
    await door.revocations.revoke(kind, subject, "asia")
    assert await door.refusal(f"/?token={token}") == (401, "revoked")
    assert await door.refusal("/?ticket=t-1") == (401, "revoked")
    with pytest.raises(TokenEnded):
        door.authenticator.identify_token(token)


async def test_dev_takes_nothing_at_all_for_the_developer() -> None:
    door = Door(DEV)
    found = await door.enter("/", {"Host": "127.0.0.1:8000"})
    assert (found.source, found.identity) == (Source.DEVELOPER, Identity.developer())
    assert door.authenticator.identify_token("") == Identity.developer()


async def test_dev_still_checks_a_token_that_is_there() -> None:
    door = Door(DEV)
    assert await door.refusal("/?token=nonsense", {"Host": "localhost"}) == (401, "malformed_token")
    found = await door.enter(f"/?token={door.token()}", {"Host": "localhost"})
    assert found.identity.user_id == "mai"


@pytest.mark.parametrize(
    ("host", "origin", "is_allowed"),
    [
        ("localhost:8000", None, True),
        ("[::1]:8000", None, True),
        ("127.0.0.1:8000", "http://localhost:5173", True),
        ("127.0.0.1:8000", "http://evil.com", False),
        ("127.0.0.1:8000", "null", False),
        ("evil.com:8000", None, False),  # DNS rebinding, reading
        ("evil.com:8000", "http://evil.com:8000", False),  # DNS rebinding, writing
        ("localhost.evil.com", None, False),
    ],
)
async def test_dev_lets_pages_of_this_machine_in_and_no_other(
    host: str, origin: str | None, is_allowed: bool
) -> None:
    door = Door(DEV)
    headers = {"Host": host} | ({} if origin is None else {"Origin": origin})
    if is_allowed:
        assert (await door.enter("/", headers)).source is Source.DEVELOPER
    else:
        assert await door.refusal("/", headers) == (403, "wrong_origin")


async def test_dev_takes_a_cookie_without_an_origin_on_a_socket() -> None:
    door = Door(DEV)
    headers = {"Host": "localhost", "Cookie": f"mirepoix_session={door.token()}", **SOCKET}
    assert (await door.enter(headers=headers)).source is Source.COOKIE


def test_an_empty_token_inside_a_message_is_refused_without_dev(door: Door) -> None:
    with pytest.raises(TokenEnded) as caught:
        door.authenticator.identify_token("")
    assert caught.value.reason == "no_token"


async def test_the_default_clock_is_the_wall_clock() -> None:
    config = Config(jwt_secret=SECRET)
    keyring = Keyring.from_config(config)
    access = MemoryAccess()
    authenticator = Authenticator(
        config, TokenVerifier(config, keyring), Revocations(access), access
    )
    now = datetime.now(UTC)
    token = TokenIssuer(config, keyring).mint(MAI, 60, now)
    assert authenticator.identify_token(token).user_id == "mai"
    request: web.Request = make_mocked_request("GET", f"/?token={token}")
    assert (await authenticator.authenticate(request)).source is Source.QUERY
