"""The settings as a manager sees them: tables with their codes, sign-in links, devices."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from playwright.async_api import Locator, expect

from tests.web.person import Person


class SettingsPage:
    """The first tab of somebody, with the settings in it."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.page = person.page

    async def open(self, tab: str, restaurant: str = "") -> None:
        """Open one of the panels."""
        chosen = f"&restaurant={restaurant}" if restaurant else ""
        await self.person.open(f"/settings?tab={tab}{chosen}", self.page)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def sheet(self, name: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("dialog", name=name)

    def toast(self, words: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("region", name="Messages").get_by_text(words)

    def row(self, words: str | re.Pattern[str]) -> Locator:
        """An entry of a list: a table, a link, a device."""
        return self.page.locator("li.row").filter(has_text=words)

    # -- tables --------------------------------------------------------------------------------

    async def make_table(self, name: str, seats: int) -> None:
        await self.button("New table").click()
        form = self.sheet("New table")
        await form.get_by_label("Name or number").fill(name)
        await form.get_by_label("Seats").fill(str(seats))
        await form.get_by_role("button", name="Save").click()
        await expect(form).to_have_count(0)

    async def code(self, table: str, button: str) -> str:
        """Press the button that shows a code; the path that it leads to. Its sheet is closed."""
        await self.row(table).get_by_role("button", name=button).click()
        sheet = self.sheet("Tables")
        await is_drawn(sheet.get_by_role("img"))
        address = await sheet.locator("code").inner_text()
        await sheet.get_by_role("button", name="Close", exact=True).click()
        await expect(sheet).to_have_count(0)
        return urlsplit(address).path

    # -- sign-in -------------------------------------------------------------------------------

    async def invite(self, name: str, role: str, station: str | None = None) -> str:
        """Make a sign-in link; its path with the ticket."""
        await self.button("Make a sign-in link").click()
        form = self.sheet("Make a sign-in link")
        await form.get_by_label("For whom").fill(name)
        await form.get_by_role("button", name="Waiter", exact=True).click()  # not that
        await form.get_by_role("button", name=role, exact=True).click()
        if station is not None:
            await form.get_by_role("button", name=station, exact=True).click()
        await form.get_by_role("button", name="Make the link").click()
        made = self.sheet(name)
        await is_drawn(made.get_by_role("img"))
        address = urlsplit(await made.locator("code").inner_text())
        await made.get_by_role("button", name="Close").last.click()
        await expect(made).to_have_count(0)
        return f"{address.path}?{address.query}"

    async def sign_out_device(self, name: str) -> None:
        await self.row(name).get_by_role("button", name="Sign out").click()
        asking = self.sheet(re.compile(f"Sign {re.escape(name)} out"))
        await asking.get_by_role("button", name="Sign out", exact=True).click()
        await expect(self.toast(f"The device of {name} is signed out.")).to_be_visible()


async def is_drawn(picture: Locator) -> None:
    """Wait until a picture is there and not broken."""
    await expect(picture).to_be_visible()
    await expect(picture).to_have_js_property("complete", True)
    assert await picture.evaluate("picture => picture.naturalWidth") > 0, "the code is not drawn"
