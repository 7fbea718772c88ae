"""A new build of the pages: it waits until somebody asks for it, and takes nothing away."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest_asyncio
from playwright.async_api import Page, expect

from tests.live.server import ROOT, LiveServer
from tests.web.bistro import Bistro
from tests.web.build import Build
from tests.web.conftest import SETTINGS, Hire
from tests.web.editor_page import EditorPage

RELOAD: Final = "New version ready \N{EN DASH} Reload"


@pytest_asyncio.fixture(loop_scope="session")
async def build(tmp_path: Path) -> Build:
    """The pages under test, as a copy."""
    return Build(Path(SETTINGS.get("pages", ROOT / "api" / "web")), tmp_path / "pages")


@pytest_asyncio.fixture(loop_scope="session")
async def renovated(tmp_path: Path, build: Build) -> AsyncIterator[Bistro]:
    """A menu on a server with these pages."""
    settings = {**SETTINGS, "pages": build.folder}
    async with LiveServer(tmp_path, supervised=False, settings=settings) as server:
        bistro = Bistro(server, "menu")
        await bistro.write_menu()
        yield bistro


async def test_new_version_waits_and_takes_over_all_tabs_when_somebody_asks_for_it(
    renovated: Bistro, build: Build, hire: Hire
) -> None:
    ana, ben = await hire(renovated, "Ana"), await hire(renovated, "Ben")
    await ana.is_kept_for_offline()
    await ana.page.reload()  # from the worker's shelf
    await ana.is_saved()
    before, after = build.number, "0123456789ab"
    assert await script_of(ana.page) == f"/assets/{before}/editor.js"

    await renovated.server.stop()
    build.become(after)
    await renovated.server.start()
    second = EditorPage(ana.person, renovated, await ana.person.tab())
    await second.person.open(renovated.path, second.page)
    await expect(ana.pill).to_have_text(RELOAD)
    await expect(second.pill).to_have_text(RELOAD)
    # Until then both are the old version, and go on working.
    assert await script_of(second.page) == f"/assets/{before}/editor.js"
    await second.set_price("salad", "8.50")
    await expect(ana.price("salad")).to_have_value("8.50")
    await expect(ben.price("salad")).to_have_value("8.50")
    assert await script_of(ana.page) == f"/assets/{before}/editor.js"

    await ana.set_price("soup", "9.50")
    await expect(ana.pill).to_have_text(RELOAD)
    async with second.page.expect_navigation():
        await ana.button(RELOAD).click()
    for tab in (ana, second):
        await tab.is_saved()
        assert await script_of(tab.page) == f"/assets/{after}/editor.js"
        await expect(tab.price("soup")).to_have_value("9.50")
    await expect(ben.price("soup")).to_have_value("9.50")


async def script_of(page: Page) -> str:
    """The path of the script that the page runs."""
    path: str = await page.evaluate(
        "new URL(document.querySelector('script[type=module]').src).pathname"
    )
    return path
