"""Tokens end while somebody works: a device comes back by itself, or asks for a link."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from playwright.async_api import BrowserContext, expect

from tests.live.server import LiveServer
from tests.web.bistro import RESTAURANT, Bistro
from tests.web.conftest import SETTINGS, Hire
from tests.web.editor_page import SAVED

SESSION_COOKIE = "mirepoix_session"
TOKEN_SECONDS = 10  # the least that the server allows


@pytest_asyncio.fixture(loop_scope="session")
async def hasty_bistro(tmp_path: Path) -> AsyncIterator[Bistro]:
    """Its tokens live no longer than they must."""
    settings = {**SETTINGS, "browser_token_seconds": TOKEN_SECONDS}
    async with LiveServer(tmp_path, supervised=False, settings=settings) as server:
        bistro = Bistro(server, "menu")
        await bistro.write_menu()
        yield bistro


async def test_token_that_ends_without_network_is_renewed_and_everything_is_sent(
    hasty_bistro: Bistro, hire: Hire
) -> None:
    ana = await hire(hasty_bistro, "Ana")
    await ana.is_kept_for_offline()
    await ana.person.cable.cut()
    await ana.set_price("soup", "9.50")
    await ana.set_price("steak", "20")
    await until_token_has_ended(ana.person.context)
    await ana.person.mend()
    await ana.has_nothing_waiting()
    assert not any("Sign in" in text for text in await ana.pill_texts())
    dishes = await hasty_bistro.dishes()
    assert (dishes["soup"]["price"], dishes["steak"]["price"]) == (950, 2000)
    ana.person.forgive("401")  # the browser tells of the answer to the token that had ended


async def test_device_that_is_shut_out_keeps_its_changes_until_it_is_let_in_again(
    bistro: Bistro, hire: Hire
) -> None:
    ana = await hire(bistro, "Ana")
    page = ana.page
    user = (await (await page.request.get(f"{ana.person.cable.http}/api/v1/me")).json())["user"]
    await ana.person.cable.cut()
    await ana.set_price("soup", "9.50")
    await ana.set_price("steak", "20")
    await ana.place_caret(ana.description("salad"), 0)
    await page.keyboard.insert_text("Green. ")
    devices = (await bistro.asked("GET", f"/devices?restaurant={RESTAURANT}"))["devices"]
    (hers,) = [one["id"] for one in devices if one["user"] == user]
    await bistro.asked("DELETE", f"/devices/{hers}?restaurant={RESTAURANT}")

    await ana.person.mend()
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    waiting = "3 changes are kept on this device. They are sent when you are signed in again."
    await expect(page.get_by_text(waiting)).to_be_visible()
    assert (await bistro.dishes())["soup"]["price"] == 900

    link = f"{ana.person.cable.http}/enter?ticket={await bistro.ticket(user, 'Ana')}"
    await page.get_by_label("Sign-in link").fill(link)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await page.get_by_role("button", name="Come in").click()
    await page.wait_for_url(f"{ana.person.cable.http}/")
    await ana.person.open(bistro.path)
    await expect(ana.price("steak")).to_have_value("20.00")
    await expect(ana.pill).to_have_text(SAVED)
    await ana.has_nothing_waiting()
    dishes = await bistro.dishes()
    assert (dishes["soup"]["price"], dishes["steak"]["price"]) == (950, 2000)
    assert dishes["salad"]["description"] == "Green. The salad of the day"
    ana.person.forgive("401")


async def until_token_has_ended(context: BrowserContext) -> None:
    """Wait until the browser has dropped it; nothing tells of that."""
    async with asyncio.timeout(2 * TOKEN_SECONDS):
        while any(cookie["name"] == SESSION_COOKIE for cookie in await context.cookies()):
            await asyncio.sleep(0.1)
