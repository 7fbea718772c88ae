"""The benchmark of the pages works: each is opened cold, and again from its service worker."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from benchmarks.browsing import SCREENS, Screen, load
from tests.live.server import LiveServer


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.name)
async def test_every_page_is_timed_cold_and_from_the_device(
    screen: Screen, browser: Browser, standing_server: LiveServer
) -> None:
    line = await load(browser, standing_server, screen, 1.0, 1)
    assert line["what"] == f"open {screen.name}"
    for times in (line["cold"], line["again"]):
        assert isinstance(times, dict)
        assert times["usable_ms"] > 0
        assert times["lcp_ms"] > 0
        assert times["cls"] < 0.1
