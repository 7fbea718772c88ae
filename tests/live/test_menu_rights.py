"""Who may write which field of a menu, through every door: the whole table, cell by cell.

Through the Yjs doors a forbidden edit is set back before anybody sees it; Hocuspocus tells its
author so, y-websocket only shows the field as it was. Over REST it is 403 and nothing happens. The
expected table is written out here; nothing is taken from the server's own.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any, Final

import pytest

from collab.identity import Role
from tests.live.menu_clients import Edit, MenuReplica
from tests.live.menu_house import OWNER, SETTINGS, token_of
from tests.live.raw_yjs import PATIENCE_SECONDS, RawYjs
from tests.live.server import LiveServer
from tests.live.visitors import DOORS, Door, Visitor, ask, bearer, y_address

OWN, MAN, ED, TR, WA = "owner", "manager", "editor", "translator", "waiter"
MANAGING: Final = {OWN, MAN}
EDITING: Final = {OWN, MAN, ED}
ROLES: Final = {
    OWN: Role.OWNER,
    MAN: Role.MANAGER,
    ED: Role.EDITOR,
    TR: Role.TRANSLATOR,  # of "en"
    WA: Role.WAITER,
}

# (root, part, field) -> two values, and who may write it. Texts: None.
FIELDS: Final[Mapping[tuple[str, str, str], tuple[Any, set[str]]]] = {
    ("items", "i1", "price"): ((500, 510), EDITING),
    ("items", "i1", "var:large:price"): ((600, 610), EDITING),
    ("items", "i1", "tax"): ((700, 1900), MANAGING),
    ("items", "i1", "loc"): ((["s1", "a1"], ["s1", "a2"]), EDITING),
    ("items", "i1", "deleted"): ((True, False), EDITING),
    ("items", "i1", "mod:sauce"): (("a0", "a1"), EDITING),
    ("items", "i1", "var:large:pos"): (("a3", "a4"), EDITING),
    ("items", "i1", "var:large:deleted"): ((True, False), EDITING),
    ("items", "i1", "allergen:Fisch"): (("contains", "may"), EDITING),
    ("items", "i1", "additive:Taurin"): ((True, False), EDITING),
    ("items", "i1", "diet:vegan"): ((True, False), EDITING),
    ("items", "i1", "tag:neu"): ((True, False), EDITING),
    ("items", "i1", "spice"): ((1, 2), EDITING),
    ("items", "i1", "kcal"): ((100, 200), EDITING),
    ("items", "i1", "hidden"): ((True, False), EDITING),
    ("items", "i1", "photo"): (("0" * 64, "1" * 64), EDITING),
    ("items", "i1", "station"): (("wok", "bar"), EDITING),
    ("items", "i1", "var:large:name:en"): (("big", "large"), EDITING | {TR}),
    ("items", "i1", "var:large:name:de"): (("groß", "mächtig"), EDITING),
    ("items", "i1", "name:en"): (None, EDITING | {TR}),
    ("items", "i1", "name:de"): (None, EDITING),
    ("items", "i1", "desc:en"): (None, EDITING | {TR}),
    ("items", "i1", "desc:de"): (None, EDITING),
    ("items", "i1", "note"): (None, EDITING | {WA}),
    ("sections", "s1", "name:en"): (None, EDITING | {TR}),
    ("sections", "s1", "name:de"): (None, EDITING),
    ("sections", "s1", "pos"): (("a5", "a6"), EDITING),
    ("sections", "s1", "hours"): (([], [{"day": 1, "from": "11:00", "to": "14:00"}]), EDITING),
    ("sections", "s1", "deleted"): ((True, False), EDITING),
    ("modgroups", "sauce", "min"): ((1, 0), EDITING),
    ("modgroups", "sauce", "name:en"): (("Sauce", "Dip"), EDITING | {TR}),
    ("modgroups", "sauce", "opt:soy:price"): ((50, 60), EDITING),
    ("modgroups", "sauce", "opt:soy:name:en"): (("Soy", "Shoyu"), EDITING | {TR}),
    ("modgroups", "sauce", "opt:soy:name:de"): (("Soja", "Sojasauce"), EDITING),
    ("meta", "", "currency"): (("USD", "CHF"), set()),  # over REST only
    ("meta", "", "locales"): ((["de"], ["de", "en", "fr"]), set()),
}
FILE: Final = {
    "locale": "de",
    "locales": ["de", "en"],
    "currency": "EUR",
    "sections": [
        {
            "id": "s1",
            "name": {"de": "Suppen", "en": "Soups"},
            "items": [
                {
                    "id": "i1",
                    "name": {"de": "Klare", "en": "Clear"},
                    "description": {"de": "heiß", "en": "hot"},
                    "price": 450,
                    "tax": 1000,
                    "note": "?",
                    "variations": [{"id": "large", "name": {"de": "g", "en": "l"}, "price": 550}],
                }
            ],
        }
    ],
    "modifiers": [
        {
            "id": "sauce",
            "name": {"de": "Soße", "en": "S"},
            "options": [{"id": "soy", "name": {"de": "S", "en": "S"}, "price": 10}],
        }
    ],
}
_numbers = count(1)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """One server for all: every test imports a menu of its own."""
    running = LiveServer(tmp_path_factory.mktemp("fields"), settings=SETTINGS, dev=False)
    asyncio.run(running.start())
    try:
        yield running
        assert "raceback" not in running.log, running.log[-3000:]
    finally:
        asyncio.run(running.kill())


@pytest.fixture
async def menu(server: LiveServer) -> str:
    name = f"menu-{next(_numbers)}"
    path = f"/api/v1/menus/{name}/import"
    status, answer = await ask(server, "POST", path, OWNER, json_body=FILE)
    assert status == 201, answer
    return name


async def replica_of(server: LiveServer, menu: str) -> MenuReplica:
    """A client that just arrived."""
    async with RawYjs(y_address(server, menu), bearer(OWNER)) as socket:
        replica = MenuReplica()
        replica.apply(await socket.full_state())
        return replica


def shown(replica: MenuReplica, place: tuple[str, str, str]) -> Any:
    """What a field holds in a document."""
    root, id, field = place
    if root == "meta":
        return replica.at(root, [field])
    if FIELDS[place][0] is None:
        return str(replica.at(root, [id, *field.split(":")]))
    fields = replica.at(root, [id])
    return [fields[key][0] for key in sorted(fields.keys()) if key.rpartition("@")[0] == field]


def edit_of(replica: MenuReplica, place: tuple[str, str, str]) -> tuple[Edit, Any]:
    """An edit that changes a field, and what it shows then."""
    root, id, field = place
    values, _ = FIELDS[place]
    if values is None:
        path = [id, *field.split(":")]
        text = {"kind": "text", "root": root, "path": path, "place": 0, "gone": 0, "come": "x"}
        return text, f"x{shown(replica, place)}"
    if root == "meta":
        put = {"kind": "put", "root": root, "path": [], "key": field, "value": values[0]}
        return put, values[0]
    now = shown(replica, place)
    value = values[1] if now == [values[0]] else values[0]
    edit = {"kind": "set", "root": root, "id": id, "register": field, "value": value, "user": "me"}
    return edit, [value]


def notices_in(messages: list[bytes]) -> list[dict[str, Any]]:
    """What Hocuspocus was told by Stateless messages."""
    found = [one[one.index(b"{") :] for one in messages if one[:1] == b"\x05"]
    told = [json.loads(payload) for payload in found]
    return [one for one in told if one.get("type") == "notice"]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("door", DOORS)
async def test_every_field_through_a_yjs_door(
    server: LiveServer, menu: str, door: Door, role: str
) -> None:
    token = token_of(f"user-{role}", ROLES[role], ("en",) if role == TR else ())
    async with Visitor(server, door, menu, token) as visitor:
        await visitor.heard()
        for place, (_, writers) in FIELDS.items():
            replica = await replica_of(server, menu)
            before = shown(replica, place)
            edit, wanted = edit_of(replica, place)
            _, update = replica.carry_out(edit)
            assert update is not None and shown(replica, place) == wanted != before
            await visitor.update(update)
            messages = await visitor.heard()
            after = shown(await replica_of(server, menu), place)
            notices = notices_in(messages)
            if role in writers:
                assert (after, notices) == (wanted, []), place
                continue
            assert after == before, place
            # The turn in which it is set back ends after this frame was answered.
            deadline = time.monotonic() + PATIENCE_SECONDS
            while shown(replica, place) != before:
                assert time.monotonic() < deadline, f"{place} is not set back at its author"
                for frame in messages:
                    if frame[:2] == b"\x00\x02":
                        replica.apply(payload_of(frame))
                messages = await visitor.heard()
            if door == "hocuspocus":
                (notice,) = notices
                assert notice["code"] == "field_forbidden" and notice["reason"], place
                assert notice["field"] == "/".join(part for part in place if part)
                is_register = place[0] != "meta" and isinstance(before, list)
                kept = (before or [None])[0] if is_register else before
                assert notice["kept"] == kept, place


def payload_of(frame: bytes) -> bytes:
    """The update in a sync message."""
    at = 2
    while frame[at] & 0x80:
        at += 1
    return frame[at + 1 :]


# A field as programs call it: named edits and merge patches, and who may write it.
ITEM = {"item": "i1"}
EDITS: Final[Mapping[str, tuple[dict[str, Any], set[str]]]] = {
    "price": ({"edit": "set", **ITEM, "field": "price", "value": 777}, EDITING),
    "tax": ({"edit": "set", **ITEM, "field": "tax", "value": 777}, MANAGING),
    "allergen": (
        {"edit": "set", **ITEM, "field": "allergen:Fisch", "value": "contains"},
        EDITING,
    ),
    "kcal": ({"edit": "set", **ITEM, "field": "kcal", "value": 77}, EDITING),
    "hidden": ({"edit": "set", **ITEM, "field": "hidden", "value": True}, EDITING),
    "variation price": (
        {"edit": "set", **ITEM, "variation": "large", "field": "price", "value": 77},
        EDITING,
    ),
    "name de": ({"edit": "text", **ITEM, "field": "name", "text": "Brühe"}, EDITING),
    "name en": (
        {"edit": "text", **ITEM, "field": "name", "text": "Broth", "locale": "en"},
        EDITING | {TR},
    ),
    "note": ({"edit": "text", **ITEM, "field": "note", "text": "!"}, EDITING | {WA}),
    "section name en": (
        {"edit": "text", "section": "s1", "field": "name", "text": "S", "locale": "en"},
        EDITING | {TR},
    ),
    "add": (
        {"edit": "add_item", "section": "s1", "content": {"name": "Neu", "price": 1}},
        EDITING,
    ),
    "delete": ({"edit": "delete", **ITEM}, EDITING),
    "language": ({"edit": "add_locale", "locale": "fr"}, MANAGING),
    "currency": ({"edit": "set_currency", "currency": "CHF"}, MANAGING),
}


def in_item(**fields: Any) -> dict[str, Any]:
    return {"sections": {"s1": {"items": {"i1": fields}}}}


PATCHES: Final[Mapping[str, tuple[dict[str, Any], set[str]]]] = {
    "price": (in_item(price=888), EDITING),
    "tax": (in_item(tax=888), MANAGING),
    "allergens": (in_item(allergens=["Sesam"]), EDITING),
    "traits": (in_item(traits=["neu"]), EDITING),
    "name en": (in_item(name={"en": "Bouillon"}), EDITING | {TR}),
    "name de": (in_item(name={"de": "Bouillon"}), EDITING),
    "note": (in_item(note="!!"), EDITING | {WA}),
    "delete": ({"sections": {"s1": {"items": {"i1": None}}}}, EDITING),
    "station": ({"sections": {"s1": {"station": "grill"}}}, EDITING),
    "group": ({"modifiers": {"sauce": {"min": 1}}}, EDITING),
    "two at once": (in_item(note="???", price=999), EDITING),
}


async def plain(server: LiveServer, menu: str) -> Any:
    status, answer = await ask(server, "GET", f"/api/v1/menus/{menu}", OWNER)
    assert status == 200
    return answer


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("way", ["edits", "patch"])
async def test_every_field_by_a_program(server: LiveServer, menu: str, way: str, role: str) -> None:
    token = token_of(f"user-{role}", ROLES[role], ("en",) if role == TR else ())
    path = f"/api/v1/menus/{menu}"
    for name, (change, writers) in (EDITS if way == "edits" else PATCHES).items():
        before = await plain(server, menu)
        if way == "edits":
            given = {"edits": [change]}
            status, answer = await ask(server, "POST", f"{path}/edits", token, json_body=given)
        else:
            status, answer = await ask(server, "PATCH", path, token, json_body=change)
        after = await plain(server, menu)
        if role in writers:
            assert status == 200 and answer["changes"] > 0, (name, answer)
            assert after != before, name
        else:
            assert (status, answer["code"]) == (403, "field_forbidden"), (name, answer)
            assert after == before, name
        if name == "delete" and role in writers:
            undo = {"edits": [{"edit": "restore", **ITEM}]}
            status, answer = await ask(server, "POST", f"{path}/edits", OWNER, json_body=undo)
            assert status == 200, answer


@pytest.mark.parametrize("role", [*ROLES, "viewer", "kitchen", "guest"])
async def test_only_who_manages_imports(server: LiveServer, menu: str, role: str) -> None:
    before = await plain(server, menu)
    changed = json.loads(json.dumps(FILE))
    changed["sections"][0]["items"][0]["price"] = 1234
    path = f"/api/v1/menus/{menu}/import"
    token = token_of(f"user-{role}", Role(role))
    status, answer = await ask(server, "POST", path, token, json_body=changed)
    if role in MANAGING:
        assert status == 200 and answer["changes"] == 1
    else:
        assert status == 403, answer
        assert await plain(server, menu) == before
