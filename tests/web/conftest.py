"""What the tests in a real browser share: Chromium, a server, people with a cable each.

Everything runs on one event loop, because a browser belongs to the loop it was started on.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from itertools import count
from pathlib import Path
from typing import Final

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from tests.live.conftest import check_log
from tests.live.server import LiveServer
from tests.live.visitors import SECRET
from tests.web.bistro import Bistro
from tests.web.editor_page import EditorPage
from tests.web.guest_page import GuestPage
from tests.web.kitchen_page import KitchenPage
from tests.web.person import Person
from tests.web.restaurant import Restaurant

ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
)

Invite = Callable[..., Awaitable[Person]]
Hire = Callable[..., Awaitable[EditorPage]]
Bring = Callable[..., Awaitable[Person]]
Cook = Callable[[str], Awaitable[KitchenPage]]
Seat = Callable[..., Awaitable[GuestPage]]

# WEB_PAGES: a folder that web/build.mjs wrote, to test other pages than the committed ones.
PAGES: Final = {"pages": os.environ["WEB_PAGES"]} if "WEB_PAGES" in os.environ else {}
SETTINGS: Final = {"jwt_secret": SECRET, **PAGES}
NUMBERS: Final = count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here) and "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for the whole run."""
    async with async_playwright() as playwright:
        path = shutil.which("chromium")
        browser = await playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def server(tmp_path: Path) -> AsyncIterator[LiveServer]:
    """A server with the demo restaurant, as `make run` starts it."""
    async with LiveServer(tmp_path, supervised=False, settings=SETTINGS) as server:
        yield server


@pytest_asyncio.fixture(loop_scope="session")
async def invite(browser: Browser, server: LiveServer) -> AsyncIterator[Invite]:
    """Makes people: `ana = await invite("Ana")`. Each has a context and a cable of their own.

    Their pages must not have complained when the test is over.
    """
    async with AsyncExitStack() as stack:
        people: list[Person] = []

        async def come(name: str, **options: object) -> Person:
            person = Person(browser, server.port, name, options)
            people.append(await stack.enter_async_context(person))
            return person

        yield come
        for person in people:
            assert person.complaints == [], f"{person.name}'s pages complained"


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def standing_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LiveServer]:
    """One server for all tests that leave it running."""
    folder = tmp_path_factory.mktemp("standing-server")
    async with LiveServer(folder, supervised=False, settings=SETTINGS) as server:
        yield server
    check_log(server)


@pytest_asyncio.fixture(loop_scope="session")
async def bistro(standing_server: LiveServer) -> Bistro:
    """A menu of this test's own, on the server of all."""
    bistro = Bistro(standing_server, f"menu-{next(NUMBERS)}")
    await bistro.write_menu()
    return bistro


@pytest_asyncio.fixture(loop_scope="session")
async def own_bistro(server: LiveServer) -> AsyncIterator[Bistro]:
    """A menu on a server of this test's own, to be killed."""
    bistro = Bistro(server, "menu")
    await bistro.write_menu()
    yield bistro
    check_log(server)


@pytest_asyncio.fixture(loop_scope="session")
async def hire(browser: Browser) -> AsyncIterator[Hire]:
    """Staff with the menu open: `ana = await hire(bistro, "Ana")`, a manager unless it says else.

    role None: the developer of --dev, who needs no invitation.
    Each has a context and a cable of their own. Their pages must not have complained at the end.
    """
    async with AsyncExitStack() as stack:
        people: list[Person] = []

        async def come(
            bistro: Bistro, name: str, role: str | None = "manager", **options: object
        ) -> EditorPage:
            person = Person(browser, bistro.server.port, name, options)
            people.append(await stack.enter_async_context(person))
            if role is not None:
                await bistro.admit(person, role)
            editor = EditorPage(person, bistro)
            await editor.open()
            return editor

        yield come
        for person in people:
            assert person.complaints == [], f"{person.name}'s pages complained"


@pytest_asyncio.fixture(loop_scope="session")
async def restaurant(standing_server: LiveServer) -> Restaurant:
    """A restaurant of this test's own, on the server of all; old prices do not hold in it."""
    restaurant = Restaurant(standing_server, f"restaurant-{next(NUMBERS)}")
    await restaurant.furnish(price_grace_seconds=0)
    return restaurant


@pytest_asyncio.fixture(loop_scope="session")
async def bring(browser: Browser) -> AsyncIterator[Bring]:
    """Makes people: `ana = await bring(server, "Ana")`, with a context and a cable of their own.

    Their pages must not have complained when the test is over.
    """
    async with AsyncExitStack() as stack:
        people: list[Person] = []

        async def come(server: LiveServer, name: str, **options: object) -> Person:
            person = Person(browser, server.port, name, options)
            people.append(await stack.enter_async_context(person))
            return person

        yield come
        for person in people:
            assert person.complaints == [], f"{person.name}'s pages complained"


@pytest_asyncio.fixture(loop_scope="session")
async def cook(restaurant: Restaurant, bring: Bring) -> Cook:
    """Somebody with the kitchen open: `cora = await cook("Cora")`."""

    async def come(name: str) -> KitchenPage:
        person = await bring(restaurant.server, name)
        await restaurant.admit(person, "kitchen")
        kitchen = KitchenPage(person, restaurant)
        await kitchen.open()
        return kitchen

    return come


@pytest_asyncio.fixture(loop_scope="session")
async def seat(restaurant: Restaurant, bring: Bring) -> Seat:
    """Somebody at table 4: `ana = await seat("Ana")`."""

    async def come(name: str, **options: object) -> GuestPage:
        guest = GuestPage(await bring(restaurant.server, name, **options), restaurant)
        await guest.open()
        return guest

    return come
