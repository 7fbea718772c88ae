"""Commands over HTTP: one or a list, and what the status says about a single one."""

from __future__ import annotations

from typing import Any

import pytest

from api.rest.commands_models import LIST_LIMIT
from collab.errors import Overloaded, StoreError
from collab.identity import Role
from tests.api.conftest import Site
from tests.api.setup import API, ask, furnish_bistro

COMMANDS = "/commands"


@pytest.fixture
async def bistro(site: Site) -> Site:
    return await furnish_bistro(site)


def opening(order: str = "o1", id: str = "k1", **body: Any) -> dict[str, Any]:
    return {"id": id, "room": f"order:{order}", "type": "order.open", "body": body}


def note(number: int, order: str = "o1") -> dict[str, Any]:
    body = {"note": f"n{number}", "text": "hot"}
    return {"id": f"n{number}", "room": f"order:{order}", "type": "note.add", "body": body}


async def test_one_command_is_done_once(bistro: Site) -> None:
    assert await ask(bistro, "POST", COMMANDS, body=opening()) == (
        200,
        {"id": "k1", "result": "ok", "seq": 1, "offset": 1},
    )
    status, again = await ask(bistro, "POST", COMMANDS, body=opening())
    assert (status, again["result"], again["seq"]) == (200, "dup", 1)
    status, other = await ask(bistro, "POST", COMMANDS, body=opening(table="t1"))
    assert (status, other["result"], other["code"]) == (422, "rejected", "key_reused")


async def test_a_list_is_done_in_its_order_and_every_result_says_for_itself(bistro: Site) -> None:
    commands = [
        opening(),
        note(1),
        {"id": "x", "room": "order:none", "type": "bill.request"},
        {"id": "y", "room": "nonsense", "type": "bill.request"},
        note(2),
        note(2),
    ]
    status, results = await ask(bistro, "POST", COMMANDS, body=commands)
    assert status == 200
    assert [(one["id"], one["result"], one.get("code")) for one in results] == [
        ("k1", "ok", None),
        ("n1", "ok", None),
        ("x", "rejected", "unknown_order"),
        ("y", "rejected", "bad_command"),
        ("n2", "ok", None),
        ("n2", "dup", None),
    ]
    assert [one["seq"] for one in results if one["result"] == "ok"] == [1, 2, 3]


@pytest.mark.parametrize(
    ("role", "command", "status", "code"),
    [
        (Role.KITCHEN, opening(), 403, "forbidden"),
        (Role.VIEWER, opening(), 403, "forbidden"),
        (Role.WAITER, {**opening(), "room": "stock:other"}, 403, "forbidden"),
        (Role.WAITER, {**opening(), "type": "Open"}, 422, "bad_command"),
        (Role.WAITER, {**opening(), "room": "floor:bistro"}, 422, "bad_command"),
        (Role.WAITER, opening(x="y" * 17_000), 422, "bad_command"),
        (Role.WAITER, opening(x=2**53 + 1), 422, "bad_command"),
        (Role.WAITER, opening(x="\0"), 422, "bad_command"),
        (Role.WAITER, opening(x=[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]), 422, "bad_command"),
        (Role.WAITER, opening(x="\ud800"), 400, "invalid_json"),
        (Role.WAITER, note(1, "none"), 409, "unknown_order"),
        (Role.WAITER, {**opening(), "id": "a b"}, 422, "invalid_fields"),
        (Role.WAITER, {**opening(), "more": 1}, 422, "invalid_fields"),
        (Role.WAITER, {"id": "a"}, 422, "invalid_fields"),
        (Role.WAITER, [], 422, "invalid_fields"),
        (Role.WAITER, [opening()] * (LIST_LIMIT + 1), 422, "invalid_fields"),
        (Role.WAITER, 5, 422, "invalid_fields"),
    ],
)
async def test_a_refusal_has_a_status(
    bistro: Site, role: Role, command: Any, status: int, code: str
) -> None:
    who = bistro.bearer("wim", "bistro", role)
    found, answer = await ask(bistro, "POST", COMMANDS, who, command)
    assert (found, answer["code"]) == (status, code)


async def test_an_order_of_another_restaurant_is_unknown(bistro: Site) -> None:
    await ask(bistro, "POST", COMMANDS, body=opening())
    assert (await ask(bistro, "POST", "/restaurants", bistro.bearer("eve", "other"),
                      {"id": "other", "name": "O"}))[0] == 201  # fmt: skip
    eve = bistro.bearer("eve", "other", Role.MANAGER)
    ours = await ask(bistro, "POST", COMMANDS, eve, note(1, "o1"))
    none = await ask(bistro, "POST", COMMANDS, eve, {**note(1, "none"), "id": "z"})
    assert ours[0] == none[0] == 409
    assert {**ours[1], "id": ""} == {**none[1], "id": ""}
    assert (await ask(bistro, "POST", COMMANDS, {}, opening()))[0] == 401


@pytest.mark.parametrize("error", [Overloaded("full"), StoreError("disk")])
async def test_a_desk_that_cannot_says_so_and_when_to_come_back(
    bistro: Site, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    async def refuse(commands: Any) -> Any:
        raise error

    monkeypatch.setattr(bistro.house.wing.desk, "submit_all", refuse)
    headers = bistro.bearer("mia", "bistro", Role.MANAGER)
    answer = await bistro.client.post(API + COMMANDS, json=opening(), headers=headers)
    assert (answer.status, answer.headers["Retry-After"]) == (503, "2")
    assert (await answer.json())["code"] == "overloaded"
    status, results = await ask(bistro, "POST", COMMANDS, body=[opening(), note(1)])
    assert status == 200
    assert [one["code"] for one in results] == ["overloaded", "overloaded"]
    monkeypatch.undo()
    assert (await ask(bistro, "POST", COMMANDS, body=opening()))[1]["result"] == "ok"
