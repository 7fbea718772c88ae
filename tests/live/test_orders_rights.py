"""Who may give which command, through `/ws` and over REST: the whole table, cell by cell.

What is expected is written out here; nothing is taken from the server's own tables. A refused
command changes nothing: its order has the same events afterwards.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from tests.live.conftest import StartServer
from tests.live.order_notes import settled
from tests.live.order_scene import (
    BAR,
    EXPO,
    GRILL,
    GU,
    KI,
    LINE_ITEM,
    MAN,
    OWN,
    SEATS,
    WA,
    Place,
    Scene,
    opened,
)
from tests.live.visitors import HOME, ask

MANAGING: Final = frozenset({OWN, MAN})
FLOOR: Final = MANAGING | {WA}
ORDERING: Final = FLOOR | {GU}
COOKING: Final = MANAGING | {KI, GRILL}  # the line is one of the grill
STAFF: Final = FLOOR | {KI, GRILL, BAR, EXPO}
STOCKING: Final = STAFF

# Command -> (what has to happen before, its body, who may). {line}: of the grill.
TABLE: Final[Mapping[str, tuple[tuple[str, ...], Mapping[str, Any], frozenset[str]]]] = {
    "order.place": ((), {}, ORDERING),
    "line.add": ((), {"line": "another", "item": "dish-45"}, ORDERING),
    "line.change": ((), {"line": "{line}", "quantity": 3}, ORDERING),
    "line.remove": ((), {"line": "{line}"}, ORDERING),
    "course.hold": (("place",), {"course": 1}, STAFF),
    "course.fire": (("hold", "place"), {"course": 1}, STAFF),
    "line.start": (("place",), {"line": "{line}"}, COOKING),
    "line.ready": (("place",), {"line": "{line}"}, COOKING),
    "line.reject": (("place",), {"line": "{line}", "reason": "burnt"}, COOKING),
    "line.void": (("place",), {"line": "{line}", "reason": "hair"}, ORDERING),
    "line.comp": (("place",), {"line": "{line}", "reason": "late"}, MANAGING),
    "ticket.start": (("place",), {"ticket": "{order}.1.1.grill"}, COOKING),
    "ticket.bump": (("place",), {"ticket": "{order}.1.1.grill"}, COOKING),
    "ticket.recall": (
        ("place", "bump"), {"ticket": "{order}.1.1.grill"}, FLOOR | {KI, GRILL},
    ),
    "line.serve": (("place", "bump"), {"line": "{line}"}, FLOOR | {KI, EXPO}),
    "line.recall": (("place", "bump"), {"line": "{line}"}, FLOOR | {KI, GRILL, EXPO}),
    "note.add": ((), {"note": "n", "text": "no peanuts"}, ORDERING | STAFF),
    "bill.request": (("place",), {}, ORDERING),
    "payment.record": (("place",), {"payment": "p", "amount": 1, "method": "cash"}, FLOOR),
    "payment.refund": (
        ("place", "pay"), {"payment": "r", "amount": 1, "method": "cash"}, MANAGING,
    ),
    "order.close": (("place", "bump", "pay"), {}, FLOOR),
    "order.reopen": (("place", "bump", "pay", "close"), {}, MANAGING),
    "staff.assign": ((), {}, STAFF),
    "staff.unassign": ((), {}, STAFF),
}  # fmt: skip
STOCK_TABLE: Final[Mapping[str, Mapping[str, Any]]] = {
    "item.86": {"target": "item:dish-49", "reason": "gone"},
    "item.un86": {"target": "item:dish-49"},
    "stock.set": {"target": "item:dish-48", "remaining": 7},
}
REFUSALS: Final = frozenset({"forbidden", "unknown_order", "table_closed", "signed_out"})
DOORS: Final = ("ws", "rest")


def filled(body: Mapping[str, Any], place: Place, type: str) -> dict[str, Any]:
    text = json.dumps(body).replace("{line}", place.line).replace("{order}", place.order)
    found: dict[str, Any] = json.loads(text)
    if type == "line.add":
        found |= {"menu": "card", "menu_version": 1}
    return found


async def test_every_command_by_everybody_through_both_doors(start_server: StartServer) -> None:
    async with opened(start_server, 2 * len(TABLE) + 1) as scene:
        wrong = []
        for type, (before, body, allowed) in TABLE.items():
            for door in DOORS:
                wrong += await refused(scene, type, before, body, allowed, door)
                wrong += await granted(scene, type, before, body, allowed, door)
        assert not wrong, "\n".join(wrong)


async def refused(
    scene: Scene, type: str, before: tuple[str, ...], body: Mapping[str, Any],
    allowed: frozenset[str], door: str,
) -> list[str]:  # fmt: skip
    """Everybody who may not is told so, and nothing happened."""
    place = await scene.place(before, with_guest=GU not in allowed)
    seq = (await scene.house.get(f"/orders/{place.order}"))["order"]["seq"]
    wrong = []
    for seat in SEATS:
        if seat in allowed:
            continue
        answer = await scene.give(
            door, place.tokens[seat], f"order:{place.order}", type, filled(body, place, type)
        )
        if answer["result"] != "rejected" or answer["code"] not in REFUSALS:
            wrong.append(f"{type} by {seat} through {door}: {answer}")
    assert (await scene.house.get(f"/orders/{place.order}"))["order"]["seq"] == seq, type
    return wrong


async def granted(
    scene: Scene, type: str, before: tuple[str, ...], body: Mapping[str, Any],
    allowed: frozenset[str], door: str,
) -> list[str]:  # fmt: skip
    """Everybody who may can do it, each with an order of their own."""
    wrong = []
    for seat in sorted(allowed):
        place = await scene.place(before, with_guest=seat == GU)
        room, token = f"order:{place.order}", place.tokens[seat]
        if type == "staff.unassign":
            await scene.give(door, token, room, "staff.assign", {})
        answer = await scene.give(door, token, room, type, filled(body, place, type))
        if answer["result"] != "ok":
            wrong.append(f"{type} by {seat} through {door}: {answer}")
    return wrong


async def test_opening_an_order_by_everybody_through_both_doors(
    start_server: StartServer,
) -> None:
    async with opened(start_server, 40) as scene:
        for door in DOORS:
            for seat in SEATS:
                number = next(scene.numbers)
                table = f"t{number % 30 + 1}"
                token = scene.tokens.get(seat, "")
                if seat == GU:
                    token = (await scene.house.enter(await scene.house.open_table(table)))["token"]
                room = f"order:new-{number}"
                answer = await scene.give(door, token, room, "order.open", {"table": table})
                if seat in ORDERING:
                    assert answer["result"] == "ok", (seat, door, answer)
                else:
                    # A stranger's restaurant has no such table: that is as good a refusal.
                    assert answer["code"] in REFUSALS | {"unknown_table"}, (seat, door, answer)


async def test_stock_commands_by_everybody_through_both_doors(start_server: StartServer) -> None:
    async with opened(start_server, 2) as scene:
        guest = (await scene.house.enter(await scene.house.open_table("t1")))["token"]
        room = f"stock:{HOME}"
        for door in DOORS:
            for type, body in STOCK_TABLE.items():
                for seat in SEATS:
                    if type == "item.un86":
                        await scene.owner.do(room, "item.86", target=body["target"])
                    elif type == "item.86":
                        await scene.owner.do(room, "item.un86", target=body["target"])
                    else:
                        await scene.owner.do(room, type, target=body["target"], remaining=None)
                    token = {**scene.tokens, GU: guest}[seat]
                    answer = await scene.give(door, token, room, type, body)
                    if seat in STOCKING:
                        assert answer["result"] == "ok", (type, seat, door, answer)
                    else:
                        assert answer["code"] in REFUSALS, (type, seat, door, answer)


async def test_forged_people_prices_and_numbers_are_refused(start_server: StartServer) -> None:
    async with opened(start_server, 3) as scene:
        place = await scene.place((), with_guest=True)
        room, token = f"order:{place.order}", place.tokens[GU]
        line = {"line": "b", "menu": "card", "menu_version": 1, "item": LINE_ITEM}
        for name in ("price", "unit_price", "user_id", "actor", "seq", "at", "added_by"):
            answer = await scene.give("ws", token, room, "line.add", {**line, name: 1})
            assert (answer["result"], answer["code"]) == ("rejected", "bad_command"), answer
        answer = await scene.give("ws", token, room, "line.add", {**line, "expected": 1})
        assert (answer["result"], answer["code"]) == ("rejected", "price_changed"), answer


async def test_code_of_a_table_is_worthless_after_its_order_is_closed(
    start_server: StartServer,
) -> None:
    async with opened(start_server, 3) as scene:
        code = await scene.house.open_table("t1")
        guest = (await scene.house.enter(code))["token"]
        server = scene.house.server
        answer = await scene.give("rest", guest, "order:mine", "order.open", {"table": "t1"})
        assert answer["result"] == "ok", answer
        await scene.must("order:mine", "order.close")
        status, _ = await ask(server, "POST", "/api/v1/visits", json_body={"code": code})
        assert status == 404

        async def is_out() -> bool:
            status, _ = await ask(server, "GET", "/api/v1/orders/mine", guest)
            return status == 401

        await settled(is_out, "the guest's token has ended", 5)
