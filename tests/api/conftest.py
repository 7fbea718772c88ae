"""A whole house on a real SQLite file, and its web application."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from api.app import create_app
from api.composition import open_house
from api.config import Config
from api.first_start import furnish
from api.house import House
from collab.identity import Identity, Role

SECRET = "a secret that is long enough for HS256"

Client = TestClient[web.Request, web.Application]


@dataclass(frozen=True)
class Site:
    """A house and a client of its web application."""

    house: House
    client: Client

    def bearer(
        self, user: str = "ann", restaurant: str = "bistro", *roles: Role, **claims: Any
    ) -> dict[str, str]:
        """Headers that sign somebody in; an owner when no role is given."""
        identity = Identity(
            user, user.title(), restaurant, frozenset(roles or {Role.OWNER}), **claims
        )
        token = self.house.issuer.mint(identity, 600, self.house.clock.utc())
        return {"Authorization": f"Bearer {token}"}


OpenSite = Callable[..., Awaitable[Site]]


@pytest.fixture
async def open_site(tmp_path: Path, lay_out: Callable[[Path], Path]) -> AsyncIterator[OpenSite]:
    """Opens sites on one database file, one after the other; all end with the test."""
    path = lay_out(tmp_path / "menus.db")
    async with AsyncExitStack() as stack:

        async def open(**settings: Any) -> Site:
            config = Config(database=str(path), **{"jwt_secret": SECRET, **settings})
            house = await stack.enter_async_context(open_house(config))
            await furnish(house)
            client = await stack.enter_async_context(TestClient(TestServer(create_app(house))))
            return Site(house, client)

        yield open


@pytest.fixture
async def site(open_site: OpenSite) -> Site:
    """A site as it is in earnest: without --dev."""
    return await open_site()


@pytest.fixture
async def dev_site(open_site: OpenSite) -> Site:
    """A site under --dev, with the demo menu."""
    return await open_site(dev=True)
