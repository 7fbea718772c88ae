"""Kitchen screens: bumping on several at once, changes of orders, sold out, and a pulled cable."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from playwright.async_api import Page, WebSocket, expect

from tests.web.conftest import Bring, Cook, Seat
from tests.web.kitchen_page import KitchenPage
from tests.web.restaurant import Restaurant

SOLD_OUT_LIMIT_MS: Final = 1000
TRIES: Final = 3  # a machine that does other things is no fault of the server


async def test_bump_undo_and_recall_show_on_both_kitchens(
    restaurant: Restaurant, cook: Cook
) -> None:
    cora, dan = await cook("Cora"), await cook("Dan")
    order = await restaurant.order("t4", "soup", "bread")
    await expect(cora.ticket("Soup")).to_be_visible()
    await expect(dan.ticket("Soup")).to_be_visible()

    await cora.bump("Soup")
    await expect(dan.tickets).to_have_count(0)
    assert await states(restaurant, order) == {"ready"}
    await cora.undo()
    await expect(dan.ticket("Soup")).to_contain_text("Recalled · from")
    assert await states(restaurant, order) == {"preparing"}

    await dan.bump("Soup")
    await expect(cora.tickets).to_have_count(0)
    await cora.recall("Soup")
    await expect(dan.ticket("Soup")).to_contain_text("Recalled · from")
    await dan.tap("Soup")
    await expect(cora.line("Soup")).to_have_attribute("data-state", "ready")
    await expect(cora.line("Bread")).to_have_attribute("data-state", "preparing")
    assert await cora.seen() == await dan.seen() != []


async def test_ticket_says_who_serves_it_and_the_stock_who_took_a_dish_off(
    restaurant: Restaurant, cook: Cook, bring: Bring
) -> None:
    cora, dan = await cook("Cora"), await cook("Dan")
    wanda = await bring(restaurant.server, "Wanda Okafor")
    await restaurant.admit(wanda, "waiter")
    await wanda.open(f"/kitchen?restaurant={restaurant.id}")
    user = await wanda.page.evaluate("fetch('/api/v1/me').then((one) => one.json())")
    order = await restaurant.order("t4", "soup")
    await expect(cora.ticket("Soup")).not_to_contain_text("Wanda")
    await restaurant.say(f"order:{order}", "staff.assign", {"user": user["user"]})
    await expect(cora.ticket("Soup")).to_contain_text("Wanda O.")

    sheet = await cora.hold("Soup")
    await sheet.get_by_role("button", name="Sold out", exact=True).click()
    panel = await dan.open_stock()
    await expect(panel.get_by_role("listitem")).to_contain_text(re.compile(r"by Cora, \d?\d:\d\d"))
    said = cora.page.locator(".toast").filter(has_text="Sold out: Soup")
    await said.get_by_role("button", name="Undo").click()
    await expect(panel.get_by_role("listitem")).to_have_count(0)


async def test_stations_of_two_screens_show_each_its_own_dishes(
    restaurant: Restaurant, cook: Cook
) -> None:
    cora, dan = await cook("Cora"), await cook("Dan")
    await cora.show_station("Grill")
    await dan.show_station("Bar")
    await restaurant.order("t4", "soup", "beer")
    await expect(cora.ticket("Soup")).to_be_visible()
    await expect(dan.ticket("Beer")).to_be_visible()
    await expect(cora.line("Beer")).to_have_count(0)
    await expect(dan.line("Soup")).to_have_count(0)
    await cora.bump("Soup")
    await expect(cora.tickets).to_have_count(0)
    await expect(dan.ticket("Beer")).to_be_visible()


async def test_dish_sold_out_in_the_kitchen_reaches_a_guest_within_a_second_and_back(
    restaurant: Restaurant, cook: Cook, seat: Seat
) -> None:
    cora, ana = await cook("Cora"), await seat("Ana")
    await ana.add("Soup", "Bread")
    await restaurant.order("t5", "soup")
    await expect(cora.ticket("Soup", "Table 5")).to_be_visible()
    await watch_mark(ana.page, "Soup")

    tookMs = []
    for _ in range(TRIES):
        sheet = await cora.hold("Soup")
        await note_clicks(cora.page)
        await sheet.get_by_role("button", name="Sold out", exact=True).click()
        await expect(ana.dish("Soup")).to_contain_text("Sold out")
        await expect(ana.plus("Soup")).to_have_count(0)
        await expect(ana.line("Soup")).to_contain_text("Soup is sold out")
        # Only that line is held back.
        await expect(ana.button("Send round · €3.19")).to_be_enabled()
        tookMs.append(await milliseconds_between(cora.page, ana.page))

        stock = await cora.open_stock()
        await expect(stock).to_contain_text("by Cora")
        await stock.get_by_role("button", name="Back on sale").click()
        await stock.get_by_role("button", name="Close").click()
        await expect(ana.plus("Soup")).to_be_visible()
        await expect(ana.line("Soup")).not_to_contain_text("sold out")
        await expect(ana.button("Send round · €12.69")).to_be_enabled()
        if tookMs[-1] < SOLD_OUT_LIMIT_MS:
            break
    assert min(tookMs) < SOLD_OUT_LIMIT_MS, f"it took {tookMs} ms"


async def test_two_tabs_of_one_kitchen_send_each_bump_once_and_the_other_takes_over(
    restaurant: Restaurant, cook: Cook
) -> None:
    cora, dan = await cook("Cora"), await cook("Dan")
    first = cora.person.page
    second = KitchenPage(cora.person, restaurant, await cora.person.tab())
    await second.open_again()
    orders = [await restaurant.order("t4", "soup"), await restaurant.order("t5", "bread")]
    await expect(second.tickets).to_have_count(2)
    await expect(cora.tickets).to_have_count(2)
    sent = {first: watch_bumps(first), second.page: watch_bumps(second.page)}

    await cora.person.cable.cut()
    await cora.bump("Soup")
    await expect(second.tickets).to_have_count(1)  # the outbox belongs to both
    await second.bump("Bread", "Table 5")
    await expect(second.tickets).to_have_count(0)
    await expect(cora.tickets).to_have_count(0)
    await cora.person.mend()
    await expect(dan.tickets).to_have_count(0)
    for order in orders:
        assert await states(restaurant, order) == {"ready"}
        happened = [one["type"] for one in await restaurant.events(order)]
        assert happened.count("line.ready") == 1
    counts = sorted(len(bumps) for bumps in sent.values())
    assert counts == [0, 2], f"bumps sent by the tabs: {counts}"

    # The one that sent goes; the other one sends from now on.
    sender = first if sent[first] else second.page
    stays = second if sender is first else cora
    await sender.close()
    await restaurant.add(orders[0], "salad")
    await stays.bump("Salad")
    await expect(dan.tickets).to_have_count(0)
    assert await states(restaurant, orders[0]) == {"ready"}


async def test_kitchen_without_a_line_says_since_when_keeps_bumps_and_catches_up(
    restaurant: Restaurant, cook: Cook
) -> None:
    cora, dan = await cook("Cora"), await cook("Dan")
    order = await restaurant.order("t4", "soup")
    await restaurant.order("t5", "bread")
    await expect(cora.tickets).to_have_count(2)
    await worker_is_ready(cora.page)

    await cora.person.cable.cut()
    banner = cora.banner("new orders may be missing. Use paper until this clears.")
    await expect(banner).to_contain_text(re.compile(r"Offline since \d\d?:\d\d"))
    await cora.bump("Soup")
    await expect(cora.tickets).to_have_count(1)
    await expect(banner).to_contain_text("1 tap is kept here and will be sent.")
    assert await states(restaurant, order) == {"fired"}
    await expect(dan.tickets).to_have_count(2)
    await cora.page.reload()  # what was tapped survives it, and the page comes from the device
    await expect(cora.ticket("Bread", "Table 5")).to_be_visible()
    await expect(cora.tickets).to_have_count(1)
    await expect(banner).to_contain_text("1 tap is kept here and will be sent.")

    await restaurant.add(order, "salad")
    await restaurant.order(None, "bread")
    await expect(dan.tickets).to_have_count(4)
    await expect(cora.tickets).to_have_count(1)
    await cora.person.mend()
    await expect(cora.banner("2 orders arrived while offline")).to_be_visible()
    await expect(banner).to_have_count(0)
    await expect(cora.ticket("Salad")).to_contain_text("Came while offline")
    await expect(dan.tickets).to_have_count(3)
    await expect(cora.tickets).to_have_count(3)
    assert await cora.seen() == await dan.seen()
    at_server = {line["id"] for one in await restaurant.tickets() for line in one["lines"]}
    on_screen = await cora.rail.locator("[data-line]").evaluate_all(
        "lines => lines.map((line) => line.dataset.line)"
    )
    assert set(on_screen) == at_server
    assert len(at_server) == 3


async def test_addition_flashes_with_its_time_and_what_is_cancelled_is_struck_until_bumped(
    restaurant: Restaurant, cook: Cook
) -> None:
    cora, dan = await cook("Cora"), await cook("Dan")
    order = await restaurant.order("t4", "soup", "bread")
    await expect(cora.ticket("Soup")).to_be_visible()
    await cora.touch()  # somebody has seen this one
    await expect(cora.ticket("Soup")).not_to_have_attribute("data-wanted", re.compile("."))

    [salad] = await restaurant.add(order, "salad")
    added = cora.ticket("Salad")
    [label] = await added.get_by_text(re.compile("^ADD-ON")).all_inner_texts()
    assert label == f"ADD-ON {time_of(await ticket_of(restaurant, salad))}"
    await expect(added).to_have_attribute("data-wanted", re.compile("."))
    assert await is_moving(cora.page, "Salad"), "nothing draws the eye to it"

    soup = (await restaurant.shown(order))["lines"][0]["id"]
    await restaurant.say(f"order:{order}", "line.void", {"line": soup, "reason": "changed mind"})
    for kitchen in (cora, dan):
        line = kitchen.line("Soup")
        await expect(line).to_have_attribute("data-state", "voided")
        await expect(line).to_contain_text(re.compile(r"VOID \d\d?:\d\d"))
        struck = await line.locator(".line-words").evaluate(
            "name => getComputedStyle(name).textDecorationLine"
        )
        assert "line-through" in struck
    await cora.tap("Soup")
    note = cora.page.get_by_text("Bump the ticket to confirm what was cancelled.")
    await expect(note).to_be_visible()
    await cora.tap("Bread")
    await expect(dan.line("Bread")).to_have_attribute("data-state", "ready")
    await expect(dan.ticket("Soup")).to_be_visible()  # the void still waits for somebody

    await restaurant.say(f"order:{order}", "line.void", {"line": salad, "reason": "changed mind"})
    await expect(cora.ticket("Salad")).to_contain_text("Order cancelled")
    await cora.ticket("Salad").get_by_role("button", name="Got it").click()
    await cora.bump("Soup")
    await expect(cora.tickets).to_have_count(0)
    await expect(dan.tickets).to_have_count(0)


# -- what the tests look at ------------------------------------------------------------------------


async def states(restaurant: Restaurant, order: str) -> set[str]:
    """The states in which the lines of an order are."""
    return {line["state"] for line in (await restaurant.shown(order))["lines"]}


async def ticket_of(restaurant: Restaurant, line: str) -> int:
    """When the ticket with a line was opened: milliseconds."""
    for ticket in await restaurant.tickets():
        if any(one["id"] == line for one in ticket["lines"]):
            return int(ticket["opened_at"])
    raise AssertionError(f"{line} is on no ticket")


def time_of(ms: int) -> str:
    """As a clock in the kitchen shows it."""
    at = datetime.fromtimestamp(ms / 1000, ZoneInfo("Europe/Berlin"))
    return f"{at.hour}:{at.minute:02}"


def watch_bumps(page: Page) -> list[bytes]:
    """The bumps that a page sends from its next connection on."""
    bumps: list[bytes] = []

    def sent(frame: bytes | str) -> None:
        content = frame.encode() if isinstance(frame, str) else frame
        if b"ticket.bump" in content:
            bumps.append(content)

    def opened(socket: WebSocket) -> None:
        socket.on("framesent", sent)

    page.on("websocket", opened)
    return bumps


async def worker_is_ready(page: Page) -> None:
    """Wait until the page would open without a network."""
    await page.evaluate("navigator.serviceWorker.ready.then(() => null)")


async def is_moving(page: Page, dish: str) -> bool:
    """Whether an animation runs on the ticket of a dish."""
    ticket = page.get_by_role("article").filter(has_text=dish)
    moving: bool = await ticket.evaluate(
        "ticket => ticket.getAnimations({ subtree: true }).length > 0"
    )
    return moving


async def note_clicks(page: Page) -> None:
    """Note when the page was clicked last."""
    await page.evaluate(
        "document.addEventListener('click', () => { window.clickedMs = Date.now() },"
        " { capture: true })"
    )


async def watch_mark(page: Page, dish: str) -> None:
    """Note when a dish was marked as sold out last."""
    await page.evaluate(
        """(dish) => {
          let was = false
          const look = () => {
            const dishes = [...document.querySelectorAll('.dishes > li')]
            const it = dishes.find((one) => one.textContent.includes(dish))
            const is = it?.textContent.includes('Sold out') ?? false
            if (is && !was) window.markedMs = Date.now()
            was = is
          }
          new MutationObserver(look).observe(document, { subtree: true, childList: true })
        }""",
        dish,
    )


async def milliseconds_between(clicked: Page, marked: Page) -> int:
    """From the click in one browser to the mark in the other; both read one clock."""
    start: int = await clicked.evaluate("window.clickedMs")
    end: int = await marked.evaluate("window.markedMs")
    return end - start
