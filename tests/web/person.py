"""Somebody at a browser: a context, a page and a cable to the server."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Final, Self

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from tests.web.cable import Cable

WAIT_MS: Final = 15_000
# What a browser itself says about a cable that was pulled.
NETWORK: Final = re.compile(r"net::ERR_|Failed to fetch|WebSocket connection to|ServiceWorker")

expect.set_options(timeout=WAIT_MS)


class Person:
    """Async context manager. options: of the browser context, such as `color_scheme`."""

    def __init__(
        self, browser: Browser, port: int, name: str, options: Mapping[str, Any] | None = None
    ) -> None:
        self.name = name
        self.complaints: list[str] = []
        self.cable = Cable(port)
        self._browser = browser
        self._options = {
            "locale": "en-GB",
            "timezone_id": "Europe/Berlin",
            "viewport": {"width": 1280, "height": 800},
            **(options or {}),
        }
        self.context: BrowserContext
        self.page: Page

    async def __aenter__(self) -> Self:
        await self.cable.__aenter__()
        self.context = await self._browser.new_context(**self._options)
        self.context.set_default_timeout(WAIT_MS)
        # The developer of --dev has no name; this is what the user menu keeps on the device.
        await self.context.add_init_script(
            f"try {{ localStorage.setItem('mirepoix.name', {self.name!r}) }} catch {{}}"
        )
        self.page = await self.tab()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # A page that hangs must not keep the other people's errors back.
        await asyncio.wait_for(self.context.close(), 20)
        await self.cable.__aexit__(kind, error, trace)

    async def tab(self) -> Page:
        """Another tab of the same browser."""
        page = await self.context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(f"{error}"))
        page.on("console", self._hear)
        return page

    async def open(self, path: str, page: Page | None = None) -> Page:
        """Go to a page of the server, through the cable."""
        page = page or self.page
        await page.goto(self.cable.http + path)
        return page

    async def mend(self) -> None:
        """Put the cable back; the device notices, and its pages try again at once."""
        await self.cable.mend()
        for page in self.context.pages:
            await page.evaluate("window.dispatchEvent(new Event('online'))")

    def forgive(self, words: str) -> None:
        """Forget complaints with these words, which the test brought about."""
        self.complaints = [one for one in self.complaints if words not in one]

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not NETWORK.search(message.text):
            self.complaints.append(f"{message.type}: {message.text}")
