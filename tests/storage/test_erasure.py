"""Erasing a person: nothing of a restaurant names them any more, and the orders still add up."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import insert, select

from collab.orders.applying import fold
from collab.orders.command import Actor, ActorKind
from collab.orders.executed import Mark
from collab.records import FieldChange, SessionStatus, UserSession
from storage.erasure import ErasureStore
from storage.marks import MarkStore
from storage.menu_tables import menu_changes, menu_conflicts, streams
from storage.sessions import SessionStore
from storage.staff import StaffStore
from storage.tables import metadata
from storage.visits import VisitStore
from tests.storage.order_house import COOK, MANAGER, NOON, House
from tests.storage.test_staff import WIL
from tests.storage.test_visits import visit

GUS = Actor(ActorKind.GUEST, "gus", "Gus' phone", table_id="t1", guest_session_id="v1")


@pytest.fixture
async def house(store: Any) -> House:
    """An evening with a waiter called wil, who is everywhere, and a guest called gus."""
    house = House(store.database)
    await house.furnish()
    await StaffStore(store.database).create(WIL)
    await VisitStore(store.database).open(visit(at=NOON), "code")
    add = {"menu": house.menu_id, "menu_version": 1, "item": "soup", "seat": "G", "note": "hot"}
    results = await house.say(
        house.open("o", "t1"),
        house.command("line.add", "o", {**add, "line": "a"}, actor=GUS),
        house.command("line.add", "o", {**add, "line": "b", "note": "for Gus"}),
        house.command("note.add", "o", {"note": "n", "text": "it is me"}, actor=GUS),
        house.place("o", actor=GUS),
        house.command("staff.unassign", "o", {"user": "wil"}, actor=MANAGER),
        house.command("staff.assign", "o", {"user": "wil"}, actor=MANAGER),
        house.command("item.86", None, {"target": "item:beer"}),
        house.command("payment.record", "o", {"payment": "p", "amount": 1800, "method": "cash"}),
    )
    assert [one.code for one in results] == [None] * len(results)
    await add_menu_rows(house)
    await MarkStore(store.database).mark(
        [
            Mark("kitchen:bistro", "e", "wil/wall", 3, NOON),
            Mark("kitchen:bistro:bar", "e", "wil/tablet", 3, NOON),
            Mark("kitchen:bistro", "e", "wilma/wall", 3, NOON),
        ]
    )
    return house


async def add_menu_rows(house: House) -> None:
    session = UserSession(
        "s1", "wil", "Wil", "bistro", "menu", house.menu_id, "y", SessionStatus.OFFLINE,
        NOON, NOON, NOON, {"device": "Wil's phone"},
    )  # fmt: skip
    await SessionStore(house.database).write([session], [])
    change = FieldChange("c1", "items", "soup", "note", None, "x", "wil", "s1", "y", NOON, NOON)
    conflict = {
        "id": "k1",
        "document_id": house.menu_id,
        "key": "k",
        "kind": "concurrent",
        "severity": "info",
        "root": "items",
        "part_id": "soup",
        "field": "price",
        "candidates": [{"value": 1, "user": "wil"}, {"value": 2, "user": "ann"}],
        "opened_at": NOON,
        "resolved_by": "wil",
    }
    values = {name: getattr(change, name) for name in FieldChange.__dataclass_fields__}
    async with house.database.write() as connection:
        row = {**values, "document_id": house.menu_id}
        await connection.execute(insert(menu_changes).values(row))
        await connection.execute(insert(menu_conflicts).values(conflict))


async def mentions(house: House, word: str) -> set[str]:
    """The tables in which a word stands anywhere as a whole value."""
    found = set()
    async with house.database.read() as connection:
        for table in metadata.sorted_tables:
            for row in await connection.execute(select(table)):
                if any(holds(value, word) for value in row):
                    found.add(table.name)
    return found


def holds(value: object, word: str) -> bool:
    if isinstance(value, dict):
        return any(holds(one, word) for one in value.values())
    if isinstance(value, list):
        return any(holds(one, word) for one in value)
    return value == word


async def test_erased_waiter_is_named_nowhere(house: House) -> None:
    before = await house.orders.load("o")
    assert before is not None
    assert len(await mentions(house, "wil")) >= 9
    changed = await ErasureStore(house.database).erase("bistro", "wil", "erased-1")
    assert await mentions(house, "wil") == {"stream_events"}  # these go within seven days
    assert await mentions(house, "Wil") == set()
    assert changed.keys() == {
        "menu_changes", "menu_conflicts", "order_log", "screen_marks", "staff", "stock",
        "streams", "user_sessions", "visits",
    }  # fmt: skip
    assert changed["screen_marks"] == 2
    async with house.database.read() as connection:
        rooms = (await connection.execute(select(streams.c.id))).scalars().all()
    assert "user:bistro:wil" not in rooms and "floor:bistro" in rooms
    after = await house.orders.load("o")
    assert after is not None
    assert after == fold([one.entry for one in await house.orders.log_of("o")])
    assert (after.total, after.paid) == (before.total, before.paid)
    assert (after.opened_by, after.staff) == ("erased-1", ("erased-1",))
    assert after.lines["b"].added_by == "erased-1"
    assert after.lines["b"].note == "for Gus"  # what staff noted belongs to the order
    assert after.lines["a"] == before.lines["a"]


async def test_stock_still_folds_to_its_rows(house: House) -> None:
    await ErasureStore(house.database).erase("bistro", "wil", "erased-1")
    [entry] = await house.orders.stock("bistro")
    assert entry.by == "erased-1"
    logged = [one.entry for one in await house.orders.log("bistro", 0, 100)]
    [told] = [one for one in logged if one.order_id is None]
    body: Any = told.body
    assert (told.actor_id, body["entry"]["by"]) == ("erased-1", "erased-1")


async def test_erased_guest_takes_their_texts_along(house: House) -> None:
    await ErasureStore(house.database).erase("bistro", "gus", "erased-2")
    assert await mentions(house, "gus") <= {"stream_events"}
    assert await mentions(house, "Gus' phone") == set()
    order = await house.orders.load("o")
    assert order is not None
    assert order == fold([one.entry for one in await house.orders.log_of("o")])
    assert (order.notes[0].text, order.notes[0].by) == ("", "erased-2")
    line = order.lines["a"]
    assert (line.note, line.seat, line.added_by) == ("", "", "erased-2")
    assert order.lines["b"].note == "for Gus"
    assert (line.price, order.total) == (900, 1800)


async def test_orders_go_on_after_an_erasure(house: House) -> None:
    await ErasureStore(house.database).erase("bistro", "gus", "erased-2")
    results = await house.say(
        house.command("line.start", "o", {"line": "a"}, actor=COOK),
        house.command("line.ready", "o", {"line": "a"}, actor=COOK),
    )
    assert [one.code for one in results] == [None, None]
    await house.check()


async def test_second_erasure_finds_nothing(house: House) -> None:
    erasures = ErasureStore(house.database)
    await erasures.erase("bistro", "wil", "erased-1")
    assert await erasures.erase("bistro", "wil", "erased-3") == {}


async def test_same_name_elsewhere_and_in_texts_stays(house: House) -> None:
    other = House(house.database, "other")
    await other.furnish()
    await other.say(other.open("p"))
    note = {"note": "m", "text": "wil"}
    await house.say(house.command("note.add", "o", note, actor=MANAGER))
    await ErasureStore(house.database).erase("bistro", "wil", "erased-1")
    order = await other.orders.load("p")
    assert order is not None and order.opened_by == "wil"
    kept = await house.orders.load("o")
    assert kept is not None and [note.text for note in kept.notes][1:] == ["wil"]
