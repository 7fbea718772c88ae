"""From what a client sent to a command: who acts, where, and what is refused on the way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from api.order_desk import OrderDesk, RawCommand, actor_of, fingerprint_of
from collab.errors import Overloaded, StoreError
from collab.identity import Access, Identity, Role
from collab.orders.command import Actor, ActorKind, Command, Outcome, Result

OTHERS = {"theirs": "other"}


class Desk:
    def __init__(self, error: Exception | None = None) -> None:
        self.batches: list[list[Command]] = []
        self.error = error

    async def submit_all(self, commands: Sequence[Command]) -> list[Result]:
        self.batches.append(list(commands))
        if self.error is not None:
            raise self.error
        return [Result(command.id, Outcome.OK, seq=1) for command in commands]


class Orders:
    async def restaurant_of(self, order_id: str) -> str | None:
        return OTHERS.get(order_id)


def who(*roles: Role, **claims: Any) -> Identity:
    return Identity("ann", "Ann", "bistro", frozenset(roles), **claims)


def raw(id: str = "c1", room: str = "order:o1", type: str = "t.u", **body: object) -> RawCommand:
    return RawCommand(id, room, type, body, device="d" * 100)


WAITER = who(Role.WAITER)


async def test_a_command_carries_who_acts_and_where() -> None:
    desk = Desk()
    result = await OrderDesk(desk, Orders()).submit(WAITER, raw(x=1))
    assert (result.outcome, result.seq) == (Outcome.OK, 1)
    ((command,),) = desk.batches
    assert (command.id, command.type, command.restaurant_id) == ("c1", "t.u", "bistro")
    assert (command.order_id, command.body) == ("o1", {"x": 1})
    assert command.actor == Actor(ActorKind.WAITER, "ann", "d" * 64)
    assert len(command.fingerprint) == 32


async def test_commands_of_the_stock_name_no_order() -> None:
    desk = Desk()
    await OrderDesk(desk, Orders()).submit(WAITER, raw(room="stock:bistro"))
    assert (desk.batches[0][0].order_id, desk.batches[0][0].restaurant_id) == (None, "bistro")


async def test_the_restaurant_is_that_of_the_identity_whatever_order_is_named() -> None:
    desk = Desk()
    await OrderDesk(desk, Orders()).submit(WAITER, raw(room="order:theirs"))
    assert desk.batches[0][0].restaurant_id == "bistro"  # where it is unknown
    developer = OrderDesk(desk, Orders())
    await developer.submit_all(
        Identity.developer(), [raw(room="order:theirs"), raw("c2", room="order:new")]
    )
    assert [one.restaurant_id for one in desk.batches[1]] == ["other", "demo"]


@pytest.mark.parametrize(
    ("identity", "command", "code"),
    [
        (who(Role.VIEWER), raw(), "forbidden"),
        (who(Role.EDITOR), raw(), "forbidden"),
        (who(Role.WAITER, menus={"lunch": Access.READ}), raw(), "forbidden"),
        (WAITER, raw(room="stock:other"), "forbidden"),
        (WAITER, raw(room="menu:lunch"), "bad_command"),
        (WAITER, raw(room="order:"), "bad_command"),
        (WAITER, raw(room="order:a b"), "bad_command"),
        (WAITER, raw(room="order:" + "x" * 65), "bad_command"),
        (WAITER, raw(id=""), "bad_command"),
        (WAITER, raw(id="x" * 65), "bad_command"),
        (WAITER, raw(id="a\n"), "bad_command"),
        (WAITER, raw(type="x"), "bad_command"),
        (WAITER, raw(type="a.b.c.d"), "bad_command"),
        (WAITER, raw(type="a.B"), "bad_command"),
        (WAITER, raw(x=float("nan")), "bad_command"),
        (WAITER, raw(x=2**53 + 1), "bad_command"),
        (WAITER, raw(x=b"bytes"), "bad_command"),
        (WAITER, raw(x={1: 2}), "bad_command"),
        (WAITER, raw(x="\ud800"), "bad_command"),
        (WAITER, raw(x="a\0b"), "bad_command"),
        (WAITER, raw(x="y" * 16_400), "bad_command"),
    ],
)
async def test_what_is_no_command_never_reaches_the_desk(
    identity: Identity, command: RawCommand, code: str
) -> None:
    desk = Desk()
    result = await OrderDesk(desk, Orders()).submit(identity, command)
    assert (result.outcome, result.code, desk.batches) == (Outcome.REJECTED, code, [])
    assert result.command_id == command.id and result.reason


@pytest.mark.parametrize("error", [Overloaded("full"), StoreError("the disk /var/x is full")])
async def test_of_a_desk_that_is_full_nothing_was_decided(error: Exception) -> None:
    desk = OrderDesk(Desk(error), Orders())
    results = await desk.submit_all(WAITER, [raw("a"), raw("b", type="x"), raw("c")])
    assert [(one.command_id, one.code) for one in results] == [
        ("a", "overloaded"),
        ("b", "bad_command"),
        ("c", "overloaded"),
    ]
    assert "/var/x" not in (results[0].reason or "")


async def test_bad_ones_are_left_out_and_the_others_stay_in_their_order() -> None:
    desk = Desk()
    raws = [raw("a"), raw("b", room="x"), raw("c"), raw("d", type="x"), raw("e")]
    results = await OrderDesk(desk, Orders()).submit_all(WAITER, raws)
    assert [one.command_id for one in results] == ["a", "b", "c", "d", "e"]
    assert [one.code for one in results] == [None, "bad_command", None, "bad_command", None]
    assert [[one.id for one in batch] for batch in desk.batches] == [["a", "c", "e"]]


@pytest.mark.parametrize(
    ("roles", "kind"),
    [
        ({Role.OWNER}, ActorKind.MANAGER),
        ({Role.MANAGER, Role.WAITER}, ActorKind.MANAGER),
        ({Role.WAITER, Role.KITCHEN}, ActorKind.WAITER),
        ({Role.KITCHEN}, ActorKind.KITCHEN),
        ({Role.GUEST}, ActorKind.GUEST),
    ],
)
def test_the_widest_role_acts(roles: set[Role], kind: ActorKind) -> None:
    actor = actor_of(who(*roles, stations=("bar",), table="t1", order="o1", token_id="v1"), "d")
    assert actor is not None
    assert (actor.kind, actor.stations) == (kind, frozenset({"bar"}))
    assert actor.guest_session_id == ("v1" if kind is ActorKind.GUEST else None)


def test_a_fingerprint_is_of_the_content_and_not_of_its_order() -> None:
    base = fingerprint_of("t.u", "o1", {"a": 1, "b": {"c": [1, 2], "d": None}})
    assert base == fingerprint_of("t.u", "o1", {"b": {"d": None, "c": [1, 2]}, "a": 1})
    others = [
        fingerprint_of("t.v", "o1", {"a": 1, "b": {"c": [1, 2], "d": None}}),
        fingerprint_of("t.u", "o2", {"a": 1, "b": {"c": [1, 2], "d": None}}),
        fingerprint_of("t.u", None, {"a": 1, "b": {"c": [1, 2], "d": None}}),
        fingerprint_of("t.u", "o1", {"a": 1, "b": {"c": [2, 1], "d": None}}),
        fingerprint_of("t.u", "o1", {"a": 1, "b": {"c": [1, 2]}}),
        fingerprint_of("t.u", "o1", {"a": True, "b": {"c": [1, 2], "d": None}}),
    ]
    assert len({base, *others}) == 7
