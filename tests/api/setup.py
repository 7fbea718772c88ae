"""A restaurant with tables, over REST: what tests of orders begin with."""

from __future__ import annotations

import json
from typing import Any

from collab.identity import Role
from tests.api.conftest import Site

API = "/api/v1"


async def ask(
    site: Site, method: str, path: str, who: dict[str, str] | None = None, body: Any = None
) -> Any:
    """(status, JSON). who: headers; None: a manager of the bistro; {}: nobody."""
    headers = site.bearer("mia", "bistro", Role.MANAGER) if who is None else who
    answer = await site.client.request(method, API + path, json=body, headers=headers)
    text = await answer.text()
    return answer.status, json.loads(text) if text else None


async def furnish_bistro(site: Site) -> Site:
    """The bistro with one table `t1` and a bar."""
    assert (await ask(site, "POST", "/restaurants", body={"id": "bistro", "name": "B"}))[0] == 201
    assert (await ask(site, "POST", "/tables", body={"id": "t1", "name": "Window"}))[0] == 201
    assert (await ask(site, "POST", "/stations", body={"id": "bar", "name": "Bar"}))[0] == 201
    return site


async def open_table(site: Site, table: str = "t1") -> dict[str, Any]:
    """Open a table as a waiter; the answer with the code."""
    wil = site.bearer("wil", "bistro", Role.WAITER)
    status, opened = await ask(site, "POST", f"/tables/{table}/open", wil)
    assert status == 201, opened
    return dict(opened)


async def guest_of(site: Site, code: str) -> dict[str, str]:
    """Come in with a code; the guest's headers."""
    status, guest = await ask(site, "POST", "/visits", {}, {"code": code})
    assert status == 201, guest
    return {"Authorization": f"Bearer {guest['token']}"}
