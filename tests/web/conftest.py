"""What the tests in a real browser share: Chromium, a server, people with a cable each.

Everything runs on one event loop, because a browser belongs to the loop it was started on.
"""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from tests.live.server import LiveServer
from tests.web.person import Person

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
    async with LiveServer(tmp_path, supervised=False) as server:
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
