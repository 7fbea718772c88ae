"""Who may do what, through every door of a real server: tables, not anecdotes."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator, Mapping
from itertools import count
from random import Random
from typing import Any, Final

import pytest

from collab.identity import Access, Role
from tests.live.bystander import Figures
from tests.live.raw_socket import Closed, RawSocket
from tests.live.raw_yjs import RawYjs
from tests.live.replicas import PycrdtReplica
from tests.live.server import LiveServer
from tests.live.visitors import (
    APPLIED,
    DOCUMENT_OVER,
    DOORS,
    ELSEWHERE,
    HOME,
    NOT_APPLIED,
    SECRET,
    TOKEN_PLEASE,
    Door,
    Mint,
    Refused,
    Visitor,
    ask,
    bearer,
    create,
    stored_updates,
    text_of,
    with_length,
    y_address,
)

MINT: Final = Mint.with_secret()
OWNER: Final = MINT.token("olga", Role.OWNER)
EDITOR: Final = MINT.token("edda", Role.EDITOR)
VIEWER: Final = MINT.token("vera", Role.VIEWER)
STRANGER: Final = MINT.token("stan", Role.OWNER, restaurant=ELSEWHERE)
PUBLIC: Final = "https://menu.example"
EFFECT_SECONDS: Final = 5.0  # what is promised for expiry and revocation
_numbers = count(1)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """One server for all: every test makes documents and users of its own."""
    settings = {"jwt_secret": SECRET, "public_url": PUBLIC, "awareness_grace_seconds": 0}
    running = LiveServer(tmp_path_factory.mktemp("rights"), settings=settings, dev=False)
    asyncio.run(running.start())
    try:
        yield running
        assert "Traceback" not in running.log, running.log[-3000:]
    finally:
        asyncio.run(running.kill())


@pytest.fixture
async def document(server: LiveServer) -> str:
    """A free document of the restaurant at home."""
    name = f"document-{next(_numbers)}"
    await create(server, name, OWNER)
    return name


def person() -> str:
    """Somebody whom no other test shuts out."""
    return f"person-{next(_numbers)}"


def typed(text: str = "x") -> bytes:
    return PycrdtReplica().type(text)


async def text_at(server: LiveServer, document: str) -> str:
    async with RawYjs(y_address(server, document), bearer(OWNER)) as socket:
        replica = PycrdtReplica()
        replica.apply(await socket.full_state())
        return str(replica.text)


async def refusal(
    server: LiveServer,
    door: Door,
    document: str,
    token: str | None,
    headers: Mapping[str, str] | None = None,
) -> Refused:
    with pytest.raises(Refused) as caught:
        async with Visitor(server, door, document, token, headers):
            pytest.fail("somebody was let in")
    return caught.value


# -- who may only read -------------------------------------------------------------------------

READERS: Final = {
    "viewer": ((Role.VIEWER,), None),
    "kitchen": ((Role.KITCHEN,), None),
    "editor whose claim says read": ((Role.EDITOR,), Access.READ),
    "nobody whose claim says read": ((), Access.READ),
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("reader", READERS)
async def test_a_reader_changes_nothing_and_stays(
    server: LiveServer, document: str, door: Door, reader: str
) -> None:
    roles, claim = READERS[reader]
    token = MINT.token("rita", *roles, menus={document: claim} if claim else None)
    async with Visitor(server, "y", document, OWNER) as owner:
        await owner.heard()
        async with Visitor(server, door, document, token) as visitor:
            await visitor.heard()
            await visitor.update(typed())
            await visitor.step2(typed())
            heard = await visitor.heard()
            if door == "hocuspocus":
                assert visitor.access == "readonly"
                # No SyncStep1 of ours was open, so both count.
                assert [one for one in heard if one[0] == 8] == [NOT_APPLIED, NOT_APPLIED]
            await visitor.send(b"\x00\x00\x01\x00")
            assert await visitor.hear(0, 1) == b"\x00\x01\x02\x00\x00", "it still reads"
        assert not [one for one in await owner.heard() if one[0] == 0], "shown to others"
    assert await stored_updates(server, document, OWNER) == 0


HIDDEN: Final = {
    "type not canonical": lambda update: b"\x80\x00\x02" + with_length(update),
    "inner type not canonical": lambda update: b"\x00\x82\x00" + with_length(update),
    "length not canonical": lambda update: (
        b"\x00\x02" + bytes((len(update) | 0x80, 0x80, 0)) + update
    ),
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("disguise", HIDDEN)
async def test_a_readers_edit_in_disguise_is_still_an_edit(
    server: LiveServer, document: str, door: Door, disguise: str
) -> None:
    before = (await Figures.of(server)).refused().get("read_only", 0)
    async with Visitor(server, door, document, VIEWER) as visitor:
        await visitor.send(HIDDEN[disguise](typed()))
        await visitor.heard()
    assert (await Figures.of(server)).refused()["read_only"] == before + 1
    assert await stored_updates(server, document, OWNER) == 0
    async with Visitor(server, door, document, EDITOR) as editor:  # the disguise itself is legal
        await editor.send(HIDDEN[disguise](typed("legal")))
        await editor.hear(8 if door == "hocuspocus" else 0, 1 if door == "hocuspocus" else 2)
    assert await text_at(server, document) == "legal"


@pytest.mark.parametrize("door", DOORS)
async def test_two_messages_in_one_frame_are_refused(
    server: LiveServer, document: str, door: Door
) -> None:
    async with Visitor(server, door, document, VIEWER) as visitor:
        await visitor.send(b"\x00\x00\x01\x00" + b"\x00\x02" + with_length(typed()))
        closed = await visitor.hear_end(EFFECT_SECONDS)
    assert (closed.code, closed.reason.partition(":")[0]) == (4400, "trailing_bytes")
    assert await stored_updates(server, document, OWNER) == 0


@pytest.mark.parametrize("empty", [b"\x00\x00", None])
async def test_a_reader_who_brings_nothing_new_is_told_that_it_is_saved(
    server: LiveServer, document: str, empty: bytes | None
) -> None:
    update = typed("known")
    async with Visitor(server, "hocuspocus", document, EDITOR) as editor:
        await editor.update(update)
        assert await editor.hear(8) == APPLIED
    async with Visitor(server, "hocuspocus", document, VIEWER) as visitor:
        await visitor.update(update if empty is None else empty)
        assert await visitor.hear(8) == APPLIED
    assert await stored_updates(server, document, OWNER) == 1


# -- who may not come in -----------------------------------------------------------------------


def forged_token(header: Mapping[str, Any], claims: Mapping[str, Any], secret: str) -> str:
    parts = [
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=")
        for part in (header, claims)
    ]
    signed = b".".join(parts)
    mac = hmac.new(secret.encode(), signed, hashlib.sha256).digest()
    signature = b"" if header.get("alg") == "none" else base64.urlsafe_b64encode(mac).rstrip(b"=")
    return (signed + b"." + signature).decode()


def claims(**changed: Any) -> dict[str, Any]:
    now = int(time.time())
    fine = {
        "iss": "mirepoix",
        "aud": "mirepoix",
        "sub": "mallory",
        "restaurant": HOME,
        "roles": ["owner"],
        "iat": now,
        "exp": now + 600,
    }
    return {key: value for key, value in (fine | changed).items() if value is not None}


HS256: Final = {"alg": "HS256", "typ": "JWT"}


def bad_tokens() -> dict[str, tuple[dict[str, Any], dict[str, Any], str]]:
    """(header, changed claims, secret) by what is wrong; made anew, for they tell the time."""
    return {
        "expired": (HS256, {"exp": int(time.time()) - 1}, SECRET),
        "algorithm none": ({"alg": "none"}, {}, SECRET),
        "algorithm None": ({"alg": "None"}, {}, SECRET),
        "another algorithm": ({"alg": "HS512"}, {}, SECRET),
        "a public key's algorithm": ({"alg": "RS256"}, {}, SECRET),
        "a wrong key": (HS256, {}, SECRET + "x"),
        "no key": (HS256, {}, ""),
        "a key id that is a path": ({**HS256, "kid": "../../etc/passwd"}, {}, SECRET),
        "another audience": (HS256, {"aud": "invoices"}, SECRET),
        "an invitation": (HS256, {"aud": "mirepoix/invite"}, SECRET),
        "no audience": (HS256, {"aud": None}, SECRET),
        "another issuer": (HS256, {"iss": "evil"}, SECRET),
        "no expiry": (HS256, {"exp": None}, SECRET),
        "an expiry beyond measure": (HS256, {"exp": 1e300}, SECRET),
        "a life too long": (HS256, {"exp": int(time.time()) + 10 * 86_400}, SECRET),
        "not valid yet": (HS256, {"nbf": int(time.time()) + 300}, SECRET),
        "no restaurant": (HS256, {"restaurant": None}, SECRET),
        "a role that is none": (HS256, {"roles": ["god"]}, SECRET),
    }


@pytest.mark.parametrize("kind", bad_tokens())
async def test_a_bad_token_opens_no_door(server: LiveServer, document: str, kind: str) -> None:
    header, changed, secret = bad_tokens()[kind]
    token = forged_token(header, claims(**changed), secret)
    rooms = (await Figures.of(server)).value("mirepoix_rooms")
    assert (await refusal(server, "y", document, token)).status == 401
    assert (await refusal(server, "hocuspocus", document, token)).status == 0
    assert (await refusal(server, "hocuspocus", document, "", bearer(token))).status == 401
    for path in (f"/api/v1/documents/{document}", "/api/v1/documents", "/api/v1/sessions"):
        assert (await ask(server, "GET", path, token))[0] == 401
    assert (await Figures.of(server)).value("mirepoix_rooms") == rooms, "nothing was loaded"


async def test_the_same_token_without_its_fault_opens_every_door(
    server: LiveServer, document: str
) -> None:
    token = forged_token(HS256, claims(), SECRET)
    for door in DOORS:
        async with Visitor(server, door, document, token):
            pass
    assert (await ask(server, "GET", f"/api/v1/documents/{document}", token))[0] == 200


@pytest.mark.parametrize("token", [None, "", "nonsense", "a.b.c", "x" * 5000])
async def test_no_token_or_nonsense_opens_no_door(
    server: LiveServer, document: str, token: str | None
) -> None:
    assert (await refusal(server, "y", document, token)).status == 401
    assert (await refusal(server, "hocuspocus", document, token)).status == 0
    assert (await ask(server, "GET", f"/api/v1/documents/{document}/state", token))[0] == 401


@pytest.mark.parametrize("door", DOORS)
async def test_somebody_of_another_restaurant_stays_outside(
    server: LiveServer, document: str, door: Door
) -> None:
    found = await refusal(server, door, document, STRANGER)
    assert (found.status, found.code) == (403 if door == "y" else 0, "forbidden_document")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/documents/{}"),
        ("GET", "/documents/{}/state"),
        ("GET", "/documents/{}/presence"),
        ("DELETE", "/documents/{}"),
        ("GET", "/menus/{}"),
        ("GET", "/menus/{}/export"),
        ("POST", "/menus/{}/import"),
    ],
)
async def test_rest_keeps_restaurants_apart(
    server: LiveServer, document: str, method: str, path: str
) -> None:
    body = {"name": "Lunch", "sections": []} if method == "POST" else None
    for token in (STRANGER, MINT.token("gus", Role.GUEST)):
        status, answer = await ask(
            server, method, "/api/v1" + path.format(document), token, json_body=body
        )
        assert status in (403, 404, 409, 422), answer
        assert document not in json.dumps(answer), "the answer repeats what was asked for"
    assert (await ask(server, "GET", f"/api/v1/documents/{document}", OWNER))[0] == 200
    listed = (await ask(server, "GET", "/api/v1/documents", STRANGER))[1]["documents"]
    assert document not in [one["id"] for one in listed]


NAMES: Final = (
    "{}\0session",
    "{}\0",
    "\0{}",
    "../{}",
    "./{}",
    "x/../{}",
    "..%2f{}",
    "%2e%2e/{}",
    "{}%00",
    "{}/",
    "/{}",
    " {}",
    "{} ",
    "{}\u200b",
    "{}\u202e",
    "\ufeff{}",
    "d\u043ecument",  # a Cyrillic letter
    "{}\n",
    "{}?menu",
    "{}#menu",
    "*",
    "%",
    "' OR 1=1 --",
    "'; DROP TABLE menus; --",
    "A" * 10_240,
    "\U0001f35c" * 51,
)


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
async def test_no_spelling_of_a_name_leads_into_another_restaurant(
    server: LiveServer, document: str, door: Door, name: str
) -> None:
    spelled = name.replace("{}", document)
    for token in (STRANGER, None):
        try:
            found = await refusal(server, door, spelled, token)
        except Closed as closed:  # a name that no frame may hold
            assert closed.code == 4400
        else:
            assert found.status in ((400, 401, 403, 404) if door == "y" else (0,)), found
    assert await stored_updates(server, document, OWNER) == 0


# -- which pages may connect -------------------------------------------------------------------

ORIGINS: Final = {
    PUBLIC: True,
    PUBLIC + ":443": True,
    PUBLIC.upper().replace("HTTPS", "https"): True,
    "null": False,
    "": False,
    "https://evil.example": False,
    "https://menu.example.evil.example": False,
    "https://evilmenu.example": False,
    "https://menu.example@evil.example": False,
    "http://menu.example": False,
    PUBLIC + ":8443": False,
    PUBLIC + "/": False,
    "https://menu\u0435.example": False,
    "file://": False,
}


@pytest.mark.parametrize("origin", ORIGINS)
async def test_only_pages_of_the_list_may_connect(
    server: LiveServer, document: str, origin: str
) -> None:
    headers = {"Origin": origin.encode().decode("latin-1")}
    for token, more in ((EDITOR, bearer(EDITOR)), ("", {"Cookie": f"mirepoix_session={EDITOR}"})):
        for door in DOORS:
            if ORIGINS[origin]:
                async with Visitor(server, door, document, token or None, {**headers, **more}):
                    pass
                continue
            found = await refusal(server, door, document, token or None, {**headers, **more})
            assert (found.status, found.code) == (403, "wrong_origin")
    if not ORIGINS[origin]:
        status, answer = await ask(
            server, "DELETE", f"/api/v1/documents/{document}", OWNER, headers=headers
        )
        assert (status, answer["code"]) == (403, "wrong_origin")


@pytest.mark.parametrize("door", DOORS)
async def test_a_cookie_without_an_origin_opens_no_socket(
    server: LiveServer, document: str, door: Door
) -> None:
    headers = {"Cookie": f"mirepoix_session={EDITOR}"}
    assert (await refusal(server, door, document, None, headers)).status == 403


# -- where a token may be ----------------------------------------------------------------------


def in_every_place(token: str, ticket: str) -> dict[str, tuple[str, dict[str, str], str]]:
    """By place: (query, headers, the subprotocol that must be echoed)."""
    mark = f"mirepoix.token.{token}"
    return {
        "header": ("", bearer(token), ""),
        "subprotocol alone": ("", {"Sec-WebSocket-Protocol": mark}, mark),
        "subprotocols": ("", {"Sec-WebSocket-Protocol": f"mirepoix.v1, {mark}"}, "mirepoix.v1"),
        "cookie": ("", {"Cookie": f"mirepoix_session={token}", "Origin": PUBLIC}, ""),
        "query": (f"?token={token}", {}, ""),
        "ticket": (f"?ticket={ticket}", {}, ""),
    }


async def new_ticket(server: LiveServer, token: str) -> str:
    status, answer = await ask(server, "POST", "/api/v1/tickets", token)
    assert status == 201, answer
    return str(answer["ticket"])


async def status_of(url: str, headers: Mapping[str, str]) -> tuple[int, str]:
    """(status of the upgrade, the subprotocol it chose)."""
    async with RawSocket(url, headers) as socket:
        lines = socket.answer.split("\r\n")
        chosen = [line.partition(": ")[2] for line in lines if "websocket-protocol" in line.lower()]
        return socket.status, "".join(chosen)


@pytest.mark.parametrize("place", in_every_place("", ""))
async def test_a_token_is_taken_from_every_place_and_a_bad_one_from_none(
    server: LiveServer, document: str, place: str
) -> None:
    for url in (y_address(server, document), server.hocuspocus_door):
        ticket = await new_ticket(server, EDITOR)
        query, headers, echo = in_every_place(EDITOR, ticket)[place]
        assert await status_of(url + query, headers) == (101, echo)
        query, headers, _ = in_every_place(EDITOR + "x", ticket)[place]
        assert (await status_of(url + query, headers))[0] == 401  # the ticket is used up now


async def test_a_hocuspocus_provider_without_a_token_uses_the_one_of_the_request(
    server: LiveServer, document: str
) -> None:
    async with Visitor(server, "hocuspocus", document, "", bearer(VIEWER)) as visitor:
        assert visitor.access == "readonly"


async def test_a_bad_bearer_is_not_rescued_by_a_good_cookie(
    server: LiveServer, document: str
) -> None:
    headers = {**bearer("bad"), "Cookie": f"mirepoix_session={EDITOR}", "Origin": PUBLIC}
    assert await status_of(y_address(server, document), headers) == (401, "")


async def test_a_ticket_is_good_once_even_for_two_at_a_time(
    server: LiveServer, document: str
) -> None:
    ticket = await new_ticket(server, EDITOR)
    url = y_address(server, document) + f"?ticket={ticket}"
    statuses = await asyncio.gather(*(status_of(url, {}) for _ in range(10)))
    assert sorted(status for status, _ in statuses) == [101, *[401] * 9]


async def test_no_secret_reaches_the_log_or_the_metrics(server: LiveServer, document: str) -> None:
    good = MINT.token(person(), Role.EDITOR)
    bad = good[:-4] + "XXXX"
    tickets = [await new_ticket(server, good) for _ in in_every_place("", "")]
    for url in (y_address(server, document), server.hocuspocus_door):
        for token in (good, bad):
            places = in_every_place(token, tickets.pop() if tickets else "used-up-canary")
            for query, headers, _ in places.values():
                await status_of(url + query, headers)
    for token in (good, bad):
        for query, headers, _ in in_every_place(token, "unknown-canary").values():
            await ask(server, "GET", f"/api/v1/documents/{document}{query}", headers=headers)
            await ask(server, "GET", f"/nowhere{query}", headers=headers)
        async with Visitor(server, "hocuspocus", document, good) as visitor:
            await visitor.show_token(token)
            await visitor.hear_auth()
    async with Visitor(server, "y", document, good) as visitor:
        await visitor.update(typed("content-canary"))
        await visitor.send(b"\x01\x03content-canary")
        await visitor.hear_end(EFFECT_SECONDS)
    said = server.log + repr((await Figures.of(server))._values)
    assert "request" in server.log, "the log was read"
    for secret in (good.split(".")[2], bad.split(".")[2], good.split(".")[1], SECRET, *tickets):
        assert secret not in said
    assert "canary" not in said.replace(SECRET, "")


# -- what ends while somebody is here ----------------------------------------------------------


async def type_until_closed(visitor: Visitor, seconds: float) -> tuple[Closed, float, str]:
    """Type until the server closes; (how, when by the wall clock, what it was called)."""
    replica = PycrdtReplica()
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            await visitor.update(replica.type("."))
            await visitor.heard()
        except (Closed, ConnectionError) as end:
            closed = end if isinstance(end, Closed) else Closed(1006)
            return closed, time.time(), closed.reason.partition(":")[0]
        await asyncio.sleep(0.02)
    pytest.fail(f"still connected after {seconds} s")


@pytest.mark.parametrize("door", DOORS)
async def test_an_expired_token_ends_a_live_socket_within_five_seconds(
    server: LiveServer, document: str, door: Door
) -> None:
    token = MINT.token(person(), Role.EDITOR, ttl_seconds=2)
    expires = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))["exp"]
    async with Visitor(server, door, document, token) as visitor:
        closed, at, reason = await type_until_closed(visitor, 2 + EFFECT_SECONDS)
    assert (closed.code, reason) == (4401, "token_expired")
    assert expires <= at + 0.1 and at - expires <= EFFECT_SECONDS
    stored = await stored_updates(server, document, OWNER)
    await asyncio.sleep(0.3)
    assert await stored_updates(server, document, OWNER) == stored > 0
    assert (await refusal(server, door, document, token)).code == "token_expired"


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("kind", ["user", "session", "token"])
async def test_a_revocation_ends_a_live_socket_within_five_seconds(
    server: LiveServer, document: str, door: Door, kind: str
) -> None:
    user = person()
    token = MINT.token(user, Role.EDITOR)
    bystander = MINT.token(person(), Role.EDITOR)
    async with (
        Visitor(server, door, document, token) as visitor,
        Visitor(server, door, document, bystander) as other,
    ):
        await visitor.heard()
        body = {"kind": kind, "value": await subject_of(server, kind, user, token)}
        status, answer = await ask(server, "POST", "/api/v1/revocations", OWNER, json_body=body)
        assert status == 201, answer
        closed, _, reason = await type_until_closed(visitor, EFFECT_SECONDS)
        assert (closed.code, reason) == (4403, "revoked")
        await other.heard()
    if kind == "session":  # only that connection was meant
        async with Visitor(server, door, document, token):
            pass
    else:
        assert (await refusal(server, door, document, token)).code == "revoked"
        assert (await ask(server, "GET", f"/api/v1/documents/{document}", token))[0] == 401


async def subject_of(server: LiveServer, kind: str, user: str, token: str) -> str:
    if kind == "user":
        return user
    if kind == "token":
        claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
        return str(claims["jti"])
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:  # rows are written behind
        _, answer = await ask(server, "GET", f"/api/v1/sessions?user={user}", OWNER)
        if answer["sessions"]:
            return str(answer["sessions"][0]["id"])
        await asyncio.sleep(0.05)
    raise TimeoutError("the session was never listed")


async def test_only_those_in_charge_revoke_and_only_at_home(
    server: LiveServer, document: str
) -> None:
    user = person()
    body = {"kind": "user", "value": user}
    async with Visitor(server, "y", document, MINT.token(user, Role.EDITOR)) as visitor:
        for token in (EDITOR, VIEWER):
            status, _ = await ask(server, "POST", "/api/v1/revocations", token, json_body=body)
            assert status == 403
        status, _ = await ask(server, "POST", "/api/v1/revocations", STRANGER, json_body=body)
        assert status == 201, "of somebody of the same name in the other restaurant"
        await asyncio.sleep(1.5)
        await visitor.heard()


async def test_a_renewed_token_lowers_the_right_in_place(server: LiveServer, document: str) -> None:
    user = person()
    async with Visitor(server, "hocuspocus", document, MINT.token(user, Role.EDITOR)) as visitor:
        assert visitor.access == "read-write"
        await visitor.update(typed("before "))
        assert await visitor.hear(8) == APPLIED
        await visitor.show_token(MINT.token(user, Role.VIEWER))
        assert text_of(await visitor.hear_auth()) == "readonly"
        await visitor.update(typed("after"))
        assert await visitor.hear(8) == NOT_APPLIED
        await visitor.show_token(MINT.token(user, Role.EDITOR))
        assert text_of(await visitor.hear_auth()) == "read-write"
    assert await text_at(server, document) == "before "


async def test_a_token_renewed_in_time_keeps_the_socket(server: LiveServer, document: str) -> None:
    user = person()
    short = MINT.token(user, Role.EDITOR, ttl_seconds=3)
    async with Visitor(server, "hocuspocus", document, short) as visitor:
        assert await visitor.hear_auth(3) == TOKEN_PLEASE, "the server asks in time"
        await visitor.show_token(MINT.token(user, Role.EDITOR))
        await visitor.hear_auth()
        await asyncio.sleep(4.5)
        await visitor.update(typed("still here"))
        assert await visitor.hear(8) == APPLIED


@pytest.mark.parametrize(
    ("token", "code", "reason"),
    [
        (MINT.token("somebody-else", Role.OWNER), 4403, "other_identity"),
        (STRANGER, 4403, "other_identity"),
        (forged_token(HS256, claims(), "wrong" * 10), 4401, "bad_signature"),
        ("", 4401, "no_token"),
    ],
)
async def test_a_renewal_with_a_wrong_token_ends_the_document(
    server: LiveServer, document: str, token: str, code: int, reason: str
) -> None:
    async with Visitor(server, "hocuspocus", document, EDITOR) as visitor:
        await visitor.show_token(token)
        closed = await visitor.hear_end(EFFECT_SECONDS)
    assert (closed.code, closed.reason.partition(":")[0]) == (code, reason)


@pytest.mark.parametrize("door", DOORS)
async def test_a_deleted_document_ends_for_everybody_and_does_not_come_back(
    server: LiveServer, document: str, door: Door
) -> None:
    unknown = await refusal(server, door, "never-made", EDITOR)
    assert (unknown.status, unknown.code) == (404 if door == "y" else 0, "document_not_found")
    async with Visitor(server, door, document, EDITOR) as visitor:
        await visitor.update(typed())
        await visitor.hear(8 if door == "hocuspocus" else 0)
        assert (await ask(server, "DELETE", f"/api/v1/documents/{document}", EDITOR))[0] == 403
        assert (await ask(server, "DELETE", f"/api/v1/documents/{document}", OWNER))[0] == 204
        if door == "hocuspocus":
            await visitor.hear(DOCUMENT_OVER)
        assert (await visitor.hear_end(EFFECT_SECONDS)).code == 4404
    assert (await refusal(server, door, document, EDITOR)).status == (404 if door == "y" else 0)
    assert (await ask(server, "GET", f"/api/v1/documents/{document}/state", EDITOR))[0] == 404


# -- who is who --------------------------------------------------------------------------------


def presence(client: int, clock: int, state: Any) -> bytes:
    entry = with_length(json.dumps(state).encode())
    return b"\x01" + with_length(bytes((1, client, clock)) + entry)


def entry_of(message: bytes) -> tuple[int, int, Any]:
    """(client, clock, state) of a message with one short entry."""
    start = message.index(b"{") if b"{" in message else message.index(b"null")
    size = 2 if start - 3 >= 0 and message[start - 2] >= 0x80 else 1
    client, clock = message[start - size - 2], message[start - size - 1]
    return client, clock, json.loads(message[start:])


@pytest.mark.parametrize("door", DOORS)
async def test_presence_carries_the_verified_name_whatever_is_claimed(
    server: LiveServer, document: str, door: Door
) -> None:
    mallory = MINT.token("mallory", Role.VIEWER, name="Mallory")
    async with (
        Visitor(server, "y", document, OWNER) as witness,
        Visitor(server, door, document, mallory) as visitor,
    ):
        await witness.heard()
        claimed = {"user": {"id": "olga", "name": "Olga", "color": "#f00"}, "cursor": 1}
        await visitor.send(presence(7, 1, claimed))
        client, _, state = entry_of(await witness.hear(1))
    assert client == 7
    assert state["user"] == {"id": "mallory", "name": "Mallory", "color": "#f00"}
    assert state["cursor"] == 1


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("forged", [{"cursor": "forged"}, None])
async def test_nobody_speaks_for_somebody_else(
    server: LiveServer, document: str, door: Door, forged: Any
) -> None:
    before = (await Figures.of(server)).refused().get("awareness_foreign_id", 0)
    async with (
        Visitor(server, "y", document, OWNER) as witness,
        Visitor(server, "y", document, EDITOR) as victim,
        Visitor(server, door, document, VIEWER) as attacker,
    ):
        await victim.send(presence(7, 1, {"cursor": "mine"}))
        assert entry_of(await shown(witness, 7))[2]["cursor"] == "mine"
        await attacker.send(presence(7, 9, forged))
        await attacker.heard()
        await asyncio.sleep(0.3)  # longer than presence is held back for coalescing
        assert not [one for one in await witness.heard() if one[0] == 1 and len(one) > 3]
        await victim.send(presence(7, 2, {"cursor": "still mine"}))
        assert entry_of(await shown(witness, 7))[1:] == (
            2,
            {"cursor": "still mine", "user": {"id": "edda", "name": "Edda"}},
        )
    assert (await Figures.of(server)).refused()["awareness_foreign_id"] > before


async def shown(witness: Visitor, client: int) -> bytes:
    """The next presence message about a client."""
    while True:
        message = await witness.hear(1)
        if len(message) > 3 and entry_of(message)[0] == client:
            return message


@pytest.mark.parametrize("door", DOORS)
async def test_nobody_spends_the_clocks_of_somebody_else(
    server: LiveServer, document: str, door: Door
) -> None:
    replica = PycrdtReplica()
    async with (
        RawYjs(y_address(server, document), bearer(EDITOR)) as victim,
        Visitor(server, door, document, MINT.token(person(), Role.EDITOR)) as attacker,
    ):
        first = replica.type("hello")
        await victim.send_sync(2, first)
        await victim.wait_for(lambda frame: frame.endswith(first))
        block = first[: first.index(b"\x05hello") - 5]  # clients, structs, client id
        client = first[2 : 2 + next(n for n, byte in enumerate(first[2:], 1) if byte < 0x80)]
        assert block.startswith(b"\x01\x01" + client)
        # GC of 100 clocks for the victim's client id, right behind what it wrote.
        await attacker.update(b"\x01\x01" + client + b"\x05" + b"\x00\x64" + b"\x00")
        closed = await attacker.hear_end(EFFECT_SECONDS)
        assert (closed.code, closed.reason.partition(":")[0]) == (4422, "forged_client_id")
        second = replica.type(" world")
        await victim.send_sync(2, second)
        await victim.wait_for(lambda frame: frame.endswith(second))
    assert await text_at(server, document) == "hello world"


# -- a model -----------------------------------------------------------------------------------

WRITERS: Final = {Role.OWNER, Role.MANAGER, Role.EDITOR, Role.TRANSLATOR, Role.WAITER}
READING: Final = {Role.KITCHEN, Role.VIEWER}
CHIEFS: Final = {Role.OWNER, Role.MANAGER}


def expected(
    roles: set[Role], restaurant: str, menus: Mapping[str, Access], document: str
) -> dict[str, bool]:
    """What somebody may do: the rules once more, written down independently of the server."""
    by_role = 2 if roles & WRITERS else 1 if roles & READING else 0
    by_claim = {None: 0, Access.READ: 1, Access.WRITE: 2}[menus.get(document)]
    if not roles:
        level = by_claim
    elif menus:
        level = min(by_role, by_claim)
    else:
        level = by_role
    if restaurant != HOME:
        level = 0
    in_charge = bool(roles & CHIEFS) and not menus
    return {
        "read": level >= 1,
        "write": level == 2,
        "delete": in_charge and restaurant == HOME,
        "create": in_charge,
        "sessions": in_charge,
        "revoke": in_charge,
    }


async def observed(server: LiveServer, document: str, token: str) -> dict[str, bool]:
    """What the server lets the token do, by every door; the doors must agree."""
    levels = {await level_at(server, door, document, token) for door in DOORS}
    status, _ = await ask(server, "GET", f"/api/v1/documents/{document}/state", token)
    assert len(levels) == 1, f"the doors differ: {levels}"
    level = levels.pop()
    assert (status == 200) == (level >= 1), "REST differs from the sockets"
    new = {"kind": "free", "id": f"made-{next(_numbers)}", "title": "x"}
    gone = {"kind": "user", "value": person()}
    create = await ask(server, "POST", "/api/v1/documents", token, json_body=new)
    revoke = await ask(server, "POST", "/api/v1/revocations", token, json_body=gone)
    sessions = await ask(server, "GET", "/api/v1/sessions", token)
    delete = await ask(server, "DELETE", f"/api/v1/documents/{document}", token)
    return {
        "read": level >= 1,
        "write": level == 2,
        "delete": delete[0] == 204,
        "create": create[0] == 201,
        "sessions": sessions[0] == 200,
        "revoke": revoke[0] == 201,
    }


async def level_at(server: LiveServer, door: Door, document: str, token: str) -> int:
    """0: not let in, 1: may read, 2: may write."""
    before = await stored_updates(server, document, OWNER)
    try:
        async with Visitor(server, door, document, token) as visitor:
            await visitor.update(typed())
            await visitor.heard()
            if door == "hocuspocus":
                applied = (
                    await visitor.hear(8) == APPLIED if visitor.access == "read-write" else False
                )
                assert applied == (visitor.access == "read-write")
    except Refused:
        return 0
    deadline = time.monotonic() + 0.5
    while time.monotonic() < deadline:
        if await stored_updates(server, document, OWNER) > before:
            return 2
        if door == "hocuspocus" and visitor.access == "readonly":
            break
        await asyncio.sleep(0.02)
    return 1


@pytest.mark.parametrize("seed", range(40))
async def test_the_server_decides_as_the_model_does(
    server: LiveServer, document: str, seed: int
) -> None:
    random = Random(seed)
    roles = set(random.sample([*Role], random.choice((0, 1, 1, 1, 2))))
    restaurant = random.choice((HOME, HOME, HOME, ELSEWHERE))
    claims = random.choice((None, None, Access.READ, Access.WRITE))
    menus = {} if claims is None else {random.choice((document, document, "other")): claims}
    token = MINT.token(person(), *roles, restaurant=restaurant, menus=menus)
    found = await observed(server, document, token)
    assert found == expected(roles, restaurant, menus, document), (roles, restaurant, menus)
