"""A table's page as a guest sees it: the menu, the list in its two zones, rounds and questions."""

from __future__ import annotations

import re

from playwright.async_api import Locator, Page, expect

from tests.web.person import Person
from tests.web.restaurant import Restaurant


class GuestPage:
    """One tab at a table; wide, so that the list stands beside the menu."""

    def __init__(self, person: Person, restaurant: Restaurant, page: Page | None = None) -> None:
        self.person = person
        self.restaurant = restaurant
        self.page = page or person.page

    async def open(self) -> None:
        """Scan the code, say a name, and wait for the menu and for the server."""
        await self.person.open(f"/t/{self.restaurant.code}", self.page)
        await self.page.get_by_label("Your name").fill(self.person.name)
        await self.button("Show me the menu").click()
        await self.is_seated()

    async def open_again(self) -> None:
        """The same device, later: the name is known."""
        await self.person.open(f"/t/{self.restaurant.code}", self.page)
        await self.is_seated()

    async def is_seated(self) -> None:
        """Wait until the menu and the list are there."""
        await expect(self.dish("Soup")).to_be_visible()
        await expect(
            self.page.locator("[aria-label=Choosing], .guest:not(.is-wide)")
        ).to_be_visible()

    async def worker_is_ready(self) -> None:
        """Wait until the page would open without a network."""
        await self.page.evaluate("navigator.serviceWorker.ready.then(() => null)")

    def button(self, name: str | re.Pattern[str], *, exact: bool = True) -> Locator:
        if isinstance(name, str):
            return self.page.get_by_role("button", name=name, exact=exact)
        return self.page.get_by_role("button", name=name)

    # -- menu ----------------------------------------------------------------------------------

    def dish(self, name: str) -> Locator:
        """A dish in the menu."""
        return self.page.locator(".dishes").get_by_role("listitem").filter(has_text=name)

    def plus(self, dish: str) -> Locator:
        return self.button(f"Add {dish}")

    async def add(self, *dishes: str) -> None:
        """Put dishes on the list that can be had in one way only."""
        for dish in dishes:
            await self.plus(dish).click()
            await expect(self.line(dish)).to_be_visible()

    def sheet(self, name: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("dialog", name=name)

    async def close_sheet(self, name: str) -> None:
        """Press the cross of a sheet."""
        sheet = self.sheet(name)
        await sheet.get_by_role("button", name="Close", exact=True).click()
        await expect(sheet).to_have_count(0)

    # -- the list ------------------------------------------------------------------------------

    async def open_list(self) -> None:
        """On a phone: the list is a sheet."""
        await self.page.locator(".bar-order").click()
        await expect(self.choosing).to_be_visible()

    @property
    def choosing(self) -> Locator:
        """What the table is choosing."""
        return self.page.get_by_role("region", name="Choosing", exact=True)

    @property
    def sent(self) -> Locator:
        """What the kitchen has."""
        return self.page.get_by_role("region", name="Sent to the kitchen", exact=True)

    def line(self, dish: str) -> Locator:
        """A line that nobody sent yet."""
        return self.choosing.get_by_role("listitem").filter(has_text=dish)

    def change(self, dish: str) -> Locator:
        """The way to choose a line anew: only for those who may."""
        return self.choosing.get_by_role("button", name=f"Change {dish}")

    def sent_line(self, dish: str) -> Locator:
        return self.sent.get_by_role("listitem").filter(has_text=dish)

    def question(self, words: str | re.Pattern[str]) -> Locator:
        """Something that the guest is asked about a line."""
        return self.choosing.get_by_role("region", name=words)

    @property
    def news(self) -> Locator:
        """What somebody else just did."""
        return self.page.locator(".news")

    # -- rounds --------------------------------------------------------------------------------

    async def send(self) -> None:
        """Press the button that sends the round; five seconds are counted down."""
        await self.button(re.compile("^Send round")).click()

    def round(self, words: str | re.Pattern[str]) -> Locator:
        """The notice with the countdown."""
        return self.page.locator(".round").filter(has_text=words)

    # -- bill ----------------------------------------------------------------------------------

    async def receipt(self) -> Locator:
        """The bill of the table."""
        await self.sent.get_by_role("button", name="Bill").click()
        return self.sheet("Bill")
