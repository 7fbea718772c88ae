"""Events of a menu over REST: in order, waited for, and a cursor that leads nowhere is said so."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from typing import Any

import pytest

from collab.identity import Role
from collab.records import StreamEvent, stream_of
from tests.api.conftest import Site


@pytest.fixture
async def lunch(site: Site) -> Site:
    body = {"kind": "menu", "title": "Lunch", "id": "lunch"}
    await site.client.post("/api/v1/documents", json=body, headers=site.bearer())
    return site


async def add(site: Site, count: int = 1, age_days: float = 0) -> None:
    at = site.house.clock.utc() - timedelta(days=age_days)
    events = [StreamEvent("menu.published", "ann", {"n": n}, at) for n in range(count)]
    await site.house.streams.append(stream_of("lunch"), events)


async def get(site: Site, query: str = "", menu: str = "lunch", **headers: str) -> tuple[int, Any]:
    path = f"/api/v1/menus/{menu}/events?{query}"
    answer = await site.client.get(path, headers=headers or site.bearer())
    return answer.status, await answer.json()


async def test_menu_without_events_has_no_epoch_yet(lunch: Site) -> None:
    assert await get(lunch) == (200, {"epoch": "", "top": 0, "events": []})


async def test_pages_go_on_with_the_epoch_and_the_last_offset(lunch: Site) -> None:
    await add(lunch, 5)
    _, first = await get(lunch, "limit=2")
    assert [one["offset"] for one in first["events"]] == [1, 2] and first["top"] == 5
    assert first["events"][0].keys() == {"offset", "type", "actor", "at", "body"}
    assert first["events"][1]["body"] == {"n": 1}
    _, second = await get(lunch, f"after=2&epoch={first['epoch']}")
    assert [one["offset"] for one in second["events"]] == [3, 4, 5]
    _, third = await get(lunch, f"after=5&epoch={first['epoch']}")
    assert third == {"epoch": first["epoch"], "top": 5, "events": []}


async def test_cursor_that_leads_nowhere_is_said_so(lunch: Site) -> None:
    await add(lunch, 2, age_days=9)
    await add(lunch, 2)
    await lunch.house.streams.trim(lunch.house.clock.utc() - timedelta(days=7))
    epoch = (await get(lunch, "after=2"))[1]["epoch"]
    for query, expected in (
        ("after=3&epoch=foreign", (409, "epoch")),
        ("after=5", (409, "future")),
        ("after=1", (410, "trimmed")),
        ("after=0", (410, "trimmed")),
        ("after=5&epoch=foreign&wait_seconds=20", (409, "epoch")),
    ):
        status, problem = await get(lunch, query)
        assert (status, problem["why"]) == expected
        assert (problem["code"], problem["top"], problem["epoch"]) == ("events_gap", 4, epoch)
    assert (await get(lunch, f"after=2&epoch={epoch}"))[0] == 200


async def test_waiting_ends_with_the_next_event(lunch: Site) -> None:
    waiting = asyncio.create_task(get(lunch, "wait_seconds=20"))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    await add(lunch)
    async with asyncio.timeout(5):
        status, answer = await waiting
    assert (status, [one["offset"] for one in answer["events"]]) == (200, [1])


async def test_waiting_ends_with_nothing_when_nothing_happens(lunch: Site) -> None:
    started = time.monotonic()
    _, answer = await get(lunch, "wait_seconds=0.6")
    assert answer["events"] == [] and 0.5 < time.monotonic() - started < 5


@pytest.mark.parametrize(
    "query", ["after=-1", "after=x", "limit=0", "limit=501", "wait_seconds=26", "colour=red"]
)
async def test_odd_query_is_refused(lunch: Site, query: str) -> None:
    assert (await get(lunch, query))[0] == 422


async def test_events_are_for_those_who_may_open_the_menu(lunch: Site) -> None:
    assert (await get(lunch, **lunch.bearer("vi", "bistro", Role.VIEWER)))[0] == 200
    for stranger in (lunch.bearer("eve", "other"), lunch.bearer("gus", "bistro", Role.GUEST)):
        assert (await get(lunch, **stranger))[0] == 403
    assert (await get(lunch, menu="none"))[0] == 404
    body = {"kind": "free", "title": "Notes", "id": "notes"}
    await lunch.client.post("/api/v1/documents", json=body, headers=lunch.bearer())
    status, problem = await get(lunch, menu="notes")
    assert (status, problem["code"]) == (404, "menu_not_found")
