"""Orders on a real database: one transaction a batch, answers kept, numbers without gaps."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, event, insert, text

from collab.errors import StoreError
from collab.orders.applying import fold
from collab.orders.command import Actor, ActorKind, Outcome
from collab.orders.order import PaymentState
from storage import order_rows
from storage.database import open_database
from storage.doctor import Finding, examine
from storage.order_tables import order_commands, order_log, visits
from storage.order_tables import orders as order_table
from storage.orders import ANSWERS_KEPT, OrderFilter, OrderStore
from tests.storage.conftest import Store
from tests.storage.order_house import COOK, MANAGER, NOON, House

MINUTE = timedelta(minutes=1)


@pytest.fixture
async def house(store: Store) -> House:
    made = House(store.database)
    await made.furnish()
    return made


async def test_order_is_opened_filled_and_placed_in_one_batch(house: House) -> None:
    done = await house.do(
        house.open("o", "t1"), house.add("o", "a"), house.add("o", "b", "beer", 2), house.place("o")
    )
    assert [one.outcome for one in done.results] == [Outcome.OK] * 4
    assert [one.seq for one in done.results] == [1, 2, 3, 5]  # placing fires, too
    assert [one.offset for one in done.results] == [1, 2, 3, 5]
    order = await house.orders.load("o")
    assert order is not None and (order.total, order.last_seq) == (900 + 2 * 450, 5)
    assert order == fold([one.entry for one in await house.orders.log_of("o")])
    assert {"order:o", "floor:bistro", "kitchen:bistro", "kitchen:bistro:bar"} <= done.told.keys()
    await house.check()


async def test_what_was_told_is_what_the_streams_hold(house: House) -> None:
    first = await house.do(house.open("o"), house.add("o", "a"))
    second = await house.do(house.place("o"))
    for stream_id, told in second.told.items():
        before = first.told.get(stream_id)
        page = await house.streams.read(stream_id, 0, 100)
        assert page.epoch == told.epoch and page.top == told.first + len(told.events) - 1
        assert told.first == (1 if before is None else before.first + len(before.events))
        assert tuple(one.event for one in page.events[told.first - 1 :]) == told.events


async def test_same_command_again_is_a_dup_with_the_first_answer(house: House) -> None:
    opening, adding = house.open("o"), house.add("o", "a")
    (_, first) = await house.say(opening, adding)
    assert first.outcome is Outcome.OK
    log = await house.orders.log("bistro", 0, 99)
    done = await house.do(adding, at=NOON + MINUTE)
    assert done.results == (replace(first, outcome=Outcome.DUP),) and done.told == {}
    assert await house.orders.log("bistro", 0, 99) == log


async def test_key_twice_in_one_batch_does_it_once(house: House) -> None:
    adding = house.add("o", "a")
    _, first, second = await house.say(house.open("o"), adding, adding)
    assert (first.outcome, second.outcome) == (Outcome.OK, Outcome.DUP)
    assert (second.seq, second.offset) == (first.seq, first.offset) == (2, 2)
    await house.check()


async def test_key_of_another_command_is_refused(house: House) -> None:
    await house.say(house.open("o"), house.add("o", "a", id="key"))
    (answer,) = await house.say(house.add("o", "b", id="key"))
    assert (answer.outcome, answer.code) == (Outcome.REJECTED, "key_reused")


async def test_refusal_is_kept_and_stays_a_refusal(house: House) -> None:
    early = house.add("o", "a")
    (first,) = await house.say(early)
    assert (first.outcome, first.code) == (Outcome.REJECTED, "unknown_order")
    await house.say(house.open("o"))
    assert await house.say(early) == (first,)


async def test_key_of_one_restaurant_is_free_in_another(house: House) -> None:
    other = House(house.database, "cantina")
    await other.furnish()
    answers = await house.orders.execute([house.open("o", id="k"), other.open("p", id="k")], NOON)
    assert [one.outcome for one in answers.results] == [Outcome.OK] * 2
    assert await house.orders.restaurant_of("p") == "cantina"
    await house.check()
    await other.check()


async def test_order_of_another_restaurant_is_as_one_that_is_not_there(house: House) -> None:
    other = House(house.database, "cantina")
    await other.furnish()
    await house.say(house.open("o"))
    taken, added = await other.say(other.open("o"), other.add("o", "a"))
    assert (taken.code, added.code) == ("order_exists", "unknown_order")


async def test_restaurant_that_is_not_there_is_answered_and_holds_nobody_up(house: House) -> None:
    nowhere = House(house.database, "nowhere")
    done = await house.do(nowhere.open("x"), house.open("o"), nowhere.open("y"))
    assert [(one.outcome, one.code) for one in done.results] == [
        (Outcome.REJECTED, "forbidden"),
        (Outcome.OK, None),
        (Outcome.REJECTED, "forbidden"),
    ]
    assert [one.code for one in await nowhere.say(nowhere.open("x"))] == ["forbidden"]


async def test_batch_without_commands_is_nothing(house: House) -> None:
    assert (await house.do()).results == ()


@pytest.mark.parametrize("bad", ["a\x00b", "\ud800", "x" * 300, ""])
async def test_names_that_no_database_takes_refuse_one_command_only(house: House, bad: str) -> None:
    body = {"line": "a", "menu": bad, "menu_version": 2**70, "item": "soup"}
    answers = await house.say(
        house.open("o"),
        house.command("line.add", "o", body),
        house.command("order.open", "p", {"table": bad}),
        house.add("o", "b"),
    )
    assert [one.outcome.value for one in answers] == ["ok", "rejected", "rejected", "ok"]


async def test_price_is_that_of_the_version_that_counts(house: House) -> None:
    await house.say(house.open("o"))
    await house.publish(NOON + MINUTE, price=1000)
    later = NOON + 2 * MINUTE
    (held,) = await house.say(house.add("o", "a"), at=later)
    assert held.outcome is Outcome.OK  # the guests sat before
    await house.say(house.open("late"), at=later)
    (changed,) = await house.say(house.add("late", "a"), at=later)
    assert changed.code == "price_changed"
    (over,) = await house.say(house.add("o", "b"), at=NOON + 60 * MINUTE)
    assert over.code == "price_changed" and over.current is not None
    order = await house.orders.load("o")
    assert order is not None and [one.unit_price for one in order.lines.values()] == [900]


async def test_stock_is_counted_down_with_the_order_that_takes_it(house: House) -> None:
    counted = house.command("stock.set", None, {"target": "item:soup", "remaining": 3}, COOK)
    (answer,) = await house.say(counted)
    assert (answer.outcome, answer.offset, answer.seq) == (Outcome.OK, 1, None)
    await house.say(house.open("o"), house.add("o", "a", quantity=2), house.place("o"))
    (left,) = await house.orders.stock("bistro")
    assert (left.target, left.remaining, left.is_sold_out) == ("item:soup", 1, False)
    await house.say(house.add("o", "b", quantity=1), house.place("o"))
    (left,) = await house.orders.stock("bistro")
    assert (left.remaining, left.is_sold_out) == (0, True)
    (refused,) = await house.say(house.add("o", "c"))
    assert refused.code == "sold_out"
    back = house.command("item.un86", None, {"target": "item:soup"}, COOK)
    assert [one.outcome for one in await house.say(back)] == [Outcome.OK]
    (again,) = await house.say(house.add("o", "d"))
    assert again.outcome is Outcome.OK
    await house.check()


async def test_visit_learns_of_its_order_and_ends_with_it(house: House) -> None:
    async with house.database.write() as connection:
        await connection.execute(
            insert(visits).values(
                id="v",
                restaurant_id="bistro",
                table_id="t1",
                code_hash=b"h" * 32,
                opened_by="wil",
                opened_at=NOON,
                expires_at=NOON + 99 * MINUTE,
            )
        )
    guest = Actor(ActorKind.GUEST, "g", table_id="t1", guest_session_id="v")
    (opened,) = await house.say(house.open("o", "t1", actor=guest))
    assert opened.outcome is Outcome.OK
    assert await visit_of(house) == ("o", None)
    (other,) = await house.say(house.open("p", "t1"))
    assert other.current is not None and other.current["order"] == "o"
    closed = await house.say(house.command("order.close", "o", actor=MANAGER), at=NOON + MINUTE)
    assert closed[0].outcome is Outcome.OK
    assert await visit_of(house) == ("o", NOON + MINUTE)
    (late,) = await house.say(house.open("q", "t1", actor=guest), at=NOON + 2 * MINUTE)
    assert late.code == "table_closed"


async def visit_of(house: House) -> Any:
    async with house.database.read() as connection:
        row = (await connection.execute(visits.select())).one()
    return row.order_id, row.closed_at


async def test_failure_in_the_middle_takes_everything_back(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.say(house.open("o"))
    before = await everything(house)

    def fail(*arguments: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setattr(order_rows, "save_answers", fail)  # the last step
        with pytest.raises(ZeroDivisionError):
            await house.do(house.add("o", "a"), house.place("o"))
    assert await everything(house) == before
    (added,) = await house.say(house.add("o", "a"))
    assert (added.seq, added.offset) == (2, 2)
    await house.check()


async def everything(house: House) -> Any:
    tables = ("desks", "orders", "order_log", "order_commands", "stock", "streams", "stream_events")
    async with house.database.read() as connection:
        return [
            (await connection.execute(text(f"SELECT * FROM {table}"))).all() for table in tables
        ]


async def test_cancelled_execute_is_wholly_done_or_not_done(house: House) -> None:
    commands = [house.open("o"), house.add("o", "a"), house.place("o")]
    task = asyncio.ensure_future(house.do(*commands))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    order = await house.orders.load("o")
    assert order is None or order.last_seq == 4
    await house.check()
    assert {one.outcome for one in await house.say(*commands)} <= {Outcome.OK, Outcome.DUP}


async def test_answers_and_log_are_there_after_opening_anew(sqlite_store: Store) -> None:
    house = House(sqlite_store.database)
    await house.furnish()
    adding = house.add("o", "a")
    (_, first) = await house.say(house.open("o"), adding)
    await sqlite_store.database.close()
    database = await open_database(sqlite_store.url)
    try:
        again = House(database)
        assert await again.say(adding) == (replace(first, outcome=Outcome.DUP),)
        (placed,) = await again.say(again.place("o"))
        assert (placed.seq, placed.offset) == (4, 4)
        await again.check()
    finally:
        await database.close()


async def test_lists_show_what_was_asked_for_newest_first(house: House) -> None:
    for n in range(5):
        await house.say(house.open(f"o{n}", f"t{n}" if n in (1, 2) else None), at=NOON + n * MINUTE)
    await house.say(house.command("order.close", "o3", actor=MANAGER), at=NOON + 9 * MINUTE)

    async def ids(after: str | None = None, limit: int = 99, **wanted: Any) -> list[str]:
        found = await house.orders.list("bistro", OrderFilter(**wanted), after, limit)
        return [order.id for order in found]

    assert await ids() == ["o4", "o3", "o2", "o1", "o0"]
    assert await ids(limit=2) == ["o4", "o3"]
    assert await ids("o3", 2) == ["o2", "o1"]
    assert await ids("nobody") == await ids()
    assert await ids(is_open=False) == ["o3"] and "o3" not in await ids(is_open=True)
    assert await ids(table_id="t2") == ["o2"]
    assert await ids(payment_state=PaymentState.PAID) == []
    day = NOON.date()
    assert len(await ids(business_day=day)) == 5
    assert await ids(business_day=day - timedelta(days=1)) == []
    assert [one.id for one in await house.orders.open_orders("bistro")] == ["o0", "o1", "o2", "o4"]
    assert await house.orders.list("cantina", OrderFilter()) == []


async def test_log_is_read_page_by_page(house: House) -> None:
    await house.say(house.open("o"), house.open("p"), house.add("o", "a"))
    log = await house.orders.log("bistro", 0, 2)
    assert [(one.position, one.entry.order_id) for one in log] == [(1, "o"), (2, "p")]
    (last,) = await house.orders.log("bistro", 2, 9)
    assert (last.entry.type, last.entry.seq, last.entry.actor_id) == ("line.added", 2, "wil")
    assert last.entry.client_at == NOON
    assert await house.orders.restaurant_of("nobody") is None
    assert await house.orders.load("nobody") is None


async def test_answers_go_when_they_are_old_and_their_order_is_gone(house: House) -> None:
    old = NOON - ANSWERS_KEPT - MINUTE
    await house.say(house.open("o"), house.open("gone"), at=old)
    await house.say(house.add("never", "a"), at=old)
    await house.say(house.add("never", "b"))
    async with house.database.write() as connection:
        await connection.execute(delete(order_table).where(order_table.c.id == "gone"))
        await connection.execute(delete(order_log).where(order_log.c.order_id == "gone"))
    assert await house.orders.forget_commands(NOON - ANSWERS_KEPT) == 2
    async with house.database.read() as connection:
        kept = (await connection.execute(order_commands.select())).all()
    assert sorted(str(row.order_id) for row in kept) == ["never", "o"]


async def test_doctor_finds_orders_that_are_not_what_their_log_says(house: House) -> None:
    for id in ("a", "b", "c", "d", "e"):
        await house.say(house.open(id), house.add(id, "x"), house.place(id))
    assert await examine(house.database) == []
    async with house.database.write() as connection:
        for statement in (
            "DELETE FROM order_log WHERE order_id = 'a' AND seq = 2",
            "UPDATE orders SET state = (SELECT state FROM orders WHERE id = 'c') WHERE id = 'b'",
            "UPDATE order_log SET body = '[]' WHERE order_id = 'c' AND seq = 2",
            "UPDATE orders SET total = 1 WHERE id = 'd'",
            "DELETE FROM orders WHERE id = 'e'",
            "UPDATE desks SET top = 3",
        ):
            await connection.execute(text(statement))
    found = await examine(house.database)
    assert {one.severity for one in found} == {"alarm"}
    sentences = "\n".join(one.sentence for one in found)
    assert len(found) == 6
    for part in (
        "position 20, its desk says 3",
        "Order a: its log has 3 of 4 events",
        "Order b: its state is not",
        "Order c: its log or its state cannot be read",
        "Order d: its columns",
        "Order e is in the log",
    ):
        assert part in sentences
    assert Finding("alarm", None, "Order e is in the log and not among the orders.") in found


async def test_two_nodes_on_one_restaurant_never_oversell_and_leave_no_gaps(
    postgres_url: str,
) -> None:
    databases = [await open_database(postgres_url) for _ in range(2)]
    try:
        await databases[0].migrate()
        nodes = [House(database) for database in databases]
        await nodes[0].furnish()
        left = {"target": "item:soup", "remaining": 40}
        await nodes[0].say(nodes[0].command("stock.set", None, left, COOK))
        sold = await asyncio.gather(
            *(sell(node, name) for node, name in zip(nodes, "ab", strict=True))
        )
        assert sum(sold) == 40
        (entry,) = await nodes[1].orders.stock("bistro")
        assert (entry.remaining, entry.is_sold_out) == (0, True)
        for node in nodes:
            await node.check()
        assert await examine(databases[0]) == []
    finally:
        for database in databases:
            await database.close()


async def sell(node: House, name: str) -> int:
    """Place many small orders; how many soups were sold."""
    sold = 0
    for n in range(15):
        id = f"{name}{n}"
        await node.say(node.open(id), node.add(id, "a", quantity=1), node.add(id, "b", quantity=2))
        (placed,) = await node.say(node.place(id))
        order = await node.orders.load(id)
        assert order is not None
        if placed.outcome is Outcome.OK:
            sold += sum(one.quantity for one in order.lines.values() if one.batch)
    return sold


async def test_two_nodes_that_open_the_same_order_make_one(postgres_url: str) -> None:
    databases = [await open_database(postgres_url) for _ in range(2)]
    try:
        await databases[0].migrate()
        nodes = [House(databases[0]), House(databases[1], "cantina")]
        for node in nodes:
            await node.furnish()
        for n in range(10):
            answers = await asyncio.gather(*(node.say(node.open(f"o{n}")) for node in nodes))
            outcomes = sorted(one.outcome.value for (one,) in answers)
            assert outcomes == ["ok", "rejected"]
        for node in nodes:
            await node.check()
    finally:
        for database in databases:
            await database.close()


async def test_no_batch_reads_a_whole_table(
    sqlite_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = House(sqlite_store.database)
    await house.furnish()
    asked: list[tuple[str, Any]] = []

    def listen(connection: Any, *arguments: Any) -> Any:
        event.listen(connection, "before_cursor_execute", hear)
        try:
            return execute(house.orders, connection, *arguments)
        finally:
            event.remove(connection, "before_cursor_execute", hear)

    def hear(connection: Any, cursor: Any, statement: str, values: Any, *rest: Any) -> None:
        asked.append((statement, values))

    execute = OrderStore._execute
    monkeypatch.setattr(house.orders, "_execute", listen)
    await house.say(
        house.open("o", "t1"),
        house.add("o", "a"),
        house.command("stock.set", None, {"target": "item:soup", "remaining": 3}, COOK),
        house.command("item.un86", None, {"target": "item:soup"}, COOK),
        house.command("order.close", "o", actor=MANAGER),
    )
    plans = []
    async with house.database.read() as connection:
        for statement, values in asked:
            if statement.lstrip().startswith("SELECT"):
                explained = await connection.exec_driver_sql(
                    f"EXPLAIN QUERY PLAN {statement}", values
                )
                plans += [row[3] for row in explained]
    assert len(plans) >= 9
    assert [plan for plan in plans if plan.startswith("SCAN")] == []


async def test_store_that_cannot_write_raises_and_nothing_happened(sqlite_store: Store) -> None:
    house = House(sqlite_store.database)
    await house.furnish()
    await sqlite_store.database.close()
    with pytest.raises(StoreError) as failure:
        await house.do(house.open("o"))
    assert failure.value.reason == "closed"
