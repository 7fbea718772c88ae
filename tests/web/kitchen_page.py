"""The kitchen screen as a cook sees it: tickets, lines, the undo bar, banners and panels."""

from __future__ import annotations

import re
from typing import Final

from playwright.async_api import Locator, Page, expect

from tests.web.person import Person
from tests.web.restaurant import Restaurant

TABLE: Final = "Table 4"


class KitchenPage:
    """One tab with the kitchen open in it."""

    def __init__(self, person: Person, restaurant: Restaurant, page: Page | None = None) -> None:
        self.person = person
        self.restaurant = restaurant
        self.page = page or person.page

    async def open(self) -> None:
        """Open it on a new screen: press the button that starts it, and wait for the rail."""
        await self.person.open(f"/kitchen?restaurant={self.restaurant.id}", self.page)
        await self.button("Start without sound").click()
        await expect(self.rail).to_be_attached()

    async def open_again(self) -> None:
        """Open it on a screen that was set up before."""
        await self.person.open(f"/kitchen?restaurant={self.restaurant.id}", self.page)
        await expect(self.rail).to_be_attached()

    def button(self, name: str | re.Pattern[str], *, exact: bool = True) -> Locator:
        if isinstance(name, str):
            return self.page.get_by_role("button", name=name, exact=exact)
        return self.page.get_by_role("button", name=name)

    # -- tickets -------------------------------------------------------------------------------

    @property
    def rail(self) -> Locator:
        return self.page.get_by_role("region", name="Kitchen")

    @property
    def tickets(self) -> Locator:
        """Every ticket on the screen, as they stand."""
        return self.rail.get_by_role("article")

    def ticket(self, dish: str, table: str = TABLE) -> Locator:
        """The ticket of a table that has a dish."""
        tickets = self.rail.get_by_role("article", name=re.compile(f"^{re.escape(table)},"))
        return tickets.filter(has=self.page.get_by_role("button", name=re.compile(dish)))

    def line(self, dish: str) -> Locator:
        """A dish on its ticket."""
        return self.rail.get_by_role("listitem").filter(has_text=dish)

    async def bump(self, dish: str, table: str = TABLE) -> None:
        """Press the button of the ticket that has a dish."""
        await self.ticket(dish, table).get_by_role("button", name="Bump").click()

    async def start_all(self, dish: str) -> None:
        """Begin everything on the ticket that has a dish."""
        await self.ticket(dish).get_by_role("button", name=f"More for {TABLE}").click()
        await self.page.get_by_role("dialog").get_by_role("button", name="Start all").click()

    async def tap(self, dish: str) -> None:
        """Tap a dish."""
        await self.line(dish).get_by_role("button").click()

    async def hold(self, dish: str) -> Locator:
        """Hold a dish until its sheet opens."""
        await self.line(dish).get_by_role("button").hover()
        await self.page.mouse.down()
        sheet = self.page.get_by_role("dialog", name=dish)
        await expect(sheet).to_be_visible()
        await self.page.mouse.up()
        return sheet

    async def seen(self) -> list[str]:
        """What stands on the rail: the words of each ticket, without its age."""
        return [
            re.sub(r"\s+", " ", text)
            for text in await self.tickets.locator(".lines").all_inner_texts()
        ]

    async def show_station(self, name: str) -> None:
        """Make this screen that of one station."""
        await self.button("Settings").click()
        panel = self.page.get_by_role("dialog", name="This screen")
        await panel.get_by_role("button", name=name, exact=True).click()
        await panel.get_by_role("button", name="Close", exact=True).click()
        await expect(self.page.get_by_role("heading", name=re.compile(f"^{name} "))).to_be_visible()

    async def touch(self) -> None:
        """Touch the screen where nothing is: whatever called is seen."""
        await self.page.locator(".top-clock").click()

    # -- around them ---------------------------------------------------------------------------

    def banner(self, words: str | re.Pattern[str]) -> Locator:
        """A banner, by words in it."""
        return self.page.locator(".banner").filter(has_text=words)

    async def undo(self) -> None:
        """Take back the last bump; its bar stands for five seconds."""
        await self.button("Undo").click()

    async def recall(self, dish: str) -> None:
        """Bring a ticket back from the list of those that were bumped."""
        await self.button("Recall").click()
        panel = self.page.get_by_role("dialog", name="Bumped in the last hour")
        row = panel.get_by_role("listitem").filter(has_text=dish)
        await row.get_by_role("button", name="Recall").click()
        await panel.get_by_role("button", name="Close").click()
        await expect(panel).to_have_count(0)

    async def open_stock(self) -> Locator:
        """What is sold out or counted."""
        await self.button("Sold out").click()
        return self.page.get_by_role("dialog", name="Sold out and counted")
