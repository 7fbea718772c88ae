"""The settings: tables and their codes, tablets that come in with a link, who may see them."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest_asyncio
from playwright.async_api import expect

from tests.live.conftest import check_log
from tests.live.server import LiveServer
from tests.web.conftest import PAGES, Bring
from tests.web.guest_page import GuestPage
from tests.web.restaurant import Restaurant
from tests.web.settings_page import SettingsPage

TOKEN_SECONDS: Final = 10  # the least that the server takes
LINK: Final = re.compile(r"http://[^\s]+(/enter\?\S+)")


@pytest_asyncio.fixture(loop_scope="session")
async def closed_server(tmp_path: Path) -> AsyncIterator[LiveServer]:
    """A new server as people run it: nobody is in without a link. Its tokens end soon."""
    settings = {**PAGES, "browser_token_seconds": TOKEN_SECONDS}
    async with LiveServer(tmp_path, supervised=False, settings=settings, dev=False) as server:
        yield server
    check_log(server)


async def test_table_is_made_and_opened_and_a_new_code_makes_the_old_one_worthless(
    restaurant: Restaurant, bring: Bring
) -> None:
    mia = SettingsPage(await bring(restaurant.server, "Mia"))
    await restaurant.admit(mia.person, "manager")
    await mia.open("tables")
    await mia.make_table("Terrace 9", 6)
    row = mia.row("Terrace 9")
    await expect(row).to_contain_text("6 seats")
    await expect(row).to_contain_text("Closed")
    old = await mia.code("Terrace 9", "Open for guests")
    await expect(row).to_contain_text("Open")

    restaurant.code = old.removeprefix("/t/")
    ana = GuestPage(await bring(restaurant.server, "Ana"), restaurant)
    await ana.open()
    await expect(ana.page.get_by_text("Terrace 9")).to_be_visible()

    new = await mia.code("Terrace 9", "New QR code")
    assert new != old
    ben = await bring(restaurant.server, "Ben")
    await ben.open(old)
    await expect(ben.page.get_by_role("heading", name="This code has had its day")).to_be_visible()
    await ben.open(new)
    await expect(ben.page.get_by_label("Your name")).to_be_visible()
    ben.forgive("the server responded with a status of 4")
    await ana.add("Soup")  # who is in stays in
    await expect(ana.line("Soup")).not_to_contain_text("Not sent to the list yet")
    [line] = await restaurant.lines()
    assert line["item_id"] == "soup"


async def test_tablet_comes_in_with_a_link_stays_in_and_leaves_when_it_is_signed_out(
    closed_server: LiveServer, bring: Bring
) -> None:
    owner = SettingsPage(await bring(closed_server, "Olga"))
    found = LINK.search(closed_server.log)
    assert found is not None, closed_server.log
    await owner.person.open(found[1])
    await owner.button("Come in").click()
    await owner.open("access")
    link = await owner.invite("Grill tablet", "Kitchen")

    tablet = await bring(closed_server, "Tablet")
    await tablet.open("/kitchen")
    await expect(tablet.page.get_by_role("heading", name=re.compile("[Ss]ign in"))).to_be_visible()
    await tablet.open(link)
    await tablet.page.get_by_role("button", name="Come in").click()
    await tablet.open("/kitchen")
    await tablet.page.get_by_role("button", name="Start without sound").click()
    await expect(tablet.page.get_by_text("All clear")).to_be_visible()
    me = await tablet.page.evaluate("fetch('/api/v1/me').then((answer) => answer.json())")
    assert (me["name"], me["roles"]) == ("Grill tablet", ["kitchen"])
    again = await bring(closed_server, "Again")
    await again.open(link)
    await again.page.get_by_role("button", name="Come in").click()
    await expect(again.page.get_by_text("It was used already")).to_be_visible()

    async with tablet.page.expect_response("**/api/v1/token") as renewal:
        pass  # its token ends, and it gets another one by itself
    assert (await renewal.value).ok
    await tablet.context.clear_cookies(name="mirepoix_session")  # it was off for the night
    await tablet.page.reload()
    await expect(tablet.page.get_by_text("All clear")).to_be_visible()
    await expect(tablet.page.get_by_text(re.compile("^Signed out"))).to_have_count(0)

    await owner.open("access")
    await owner.sign_out_device("Grill tablet")
    await expect(tablet.page.get_by_text(re.compile("^Signed out"))).to_be_visible()
    await tablet.page.get_by_role("alert").get_by_role("button", name="Sign in").click()
    await expect(tablet.page.get_by_role("heading", name=re.compile("[Ss]ign in"))).to_be_visible()
    for person in (owner.person, tablet, again):
        person.forgive("the server responded with a status of 401")


async def test_screens_of_managers_refuse_others_with_a_sentence(
    restaurant: Restaurant, bring: Bring
) -> None:
    cora = await bring(restaurant.server, "Cora")
    await restaurant.admit(cora, "kitchen")
    await cora.open("/settings?tab=tables")
    heading = cora.page.get_by_role("heading", name="Only managers change the settings")
    await expect(heading).to_be_visible()
    await expect(cora.page.get_by_text("Ask a manager of Chez Test")).to_be_visible()
    await expect(cora.page.get_by_role("button", name="New table")).to_have_count(0)
    await cora.open("/ops")
    await expect(
        cora.page.get_by_text("Only owners and managers can see this page.")
    ).to_be_visible()
    await expect(cora.page.get_by_role("tab", name="Connections")).to_have_count(0)
    cora.forgive("the server responded with a status of 403")
