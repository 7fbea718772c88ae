"""Guests at a table: one list for several phones, pulled cables, changed prices, bill, the end."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final
from uuid import uuid4

from playwright.async_api import Locator, expect

from tests.live.visitors import ask
from tests.web.conftest import Bring, Cook, Seat
from tests.web.guest_page import GuestPage
from tests.web.kitchen_page import KitchenPage
from tests.web.restaurant import Restaurant

PHONE: Final = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


async def test_two_phones_share_a_list_a_countdown_and_what_the_kitchen_does(
    seat: Seat, cook: Cook
) -> None:
    cora = await cook("Cora")
    ana = await seat("Ana")
    ben = await seat("Ben", **PHONE)

    await ana.add("Soup")
    await expect(ben.news).to_have_text("Ana added Soup")
    await ben.plus("Bread").click()
    await expect(ana.news).to_have_text("Ben added Bread")
    await expect(ana.line("Bread")).to_contain_text("by Ben")
    await ben.open_list()
    await expect(ben.line("Soup")).to_contain_text("by Ana")
    # Everybody their own lines; who came first all of them.
    await expect(ben.change("Bread")).to_be_visible()
    await expect(ben.line("Soup").get_by_role("button")).to_have_count(0)
    await expect(ana.change("Soup")).to_be_visible()
    await ana.line("Bread").get_by_role("button", name="One more").click()
    await expect(ben.line("Bread")).to_contain_text("€6.38")
    await ben.close_sheet("Our order")

    await ana.send()
    await expect(ana.round(re.compile(r"Sending in \d s"))).to_be_visible()
    await expect(ben.round(re.compile(r"Ana is sending in \d s"))).to_be_visible()
    await expect(ben.round("3 dishes go to the kitchen.")).to_be_visible()
    await ben.button("Wait").click()
    await expect(ana.news).to_have_text("Ben says: wait a moment")
    await expect(ana.round("")).to_have_count(0)
    await ana.send()
    await expect(ben.round("Ana is sending")).to_be_visible()
    await ana.button("Cancel").click()
    await expect(ben.round("")).to_have_count(0)
    await expect(cora.tickets).to_have_count(0)

    await ben.button("Send round").click()
    await expect(ana.round(re.compile(r"Ben is sending in \d s"))).to_be_visible()
    await expect(cora.line("Soup")).to_be_visible()
    await expect(cora.line("Bread").locator(".line-quantity")).to_contain_text("2")
    await ben.open_list()
    for guest in (ana, ben):
        await expect(guest.sent_line("Soup")).to_contain_text("Sent")
        await expect(guest.choosing).to_contain_text("Nothing chosen yet")
    await cora.start_all("Soup")
    for guest in (ana, ben):
        await expect(guest.sent_line("Soup")).to_contain_text("Being prepared")
    await cora.tap("Soup")
    for guest in (ana, ben):
        await expect(guest.sent_line("Soup")).to_contain_text("Ready")
        await expect(guest.sent_line("Bread")).to_contain_text("Being prepared")
    await cora.bump("Soup")
    for guest in (ana, ben):
        await expect(guest.sent_line("Bread")).to_contain_text("Ready")
    await cora.undo()
    for guest in (ana, ben):
        await expect(guest.sent_line("Bread")).to_contain_text("Being prepared")


async def test_round_of_a_closed_tab_without_a_network_is_asked_about_and_sent_once(
    restaurant: Restaurant, seat: Seat, cook: Cook
) -> None:
    cora = await cook("Cora")
    ana = await seat("Ana")
    await ana.worker_is_ready()
    await ana.person.cable.cut()
    await ana.add("Soup", "Bread")
    await expect(ana.line("Soup")).to_contain_text("Not sent to the list yet")
    await ana.send()
    await expect(ana.page.get_by_text("Will ask before sending when back online")).to_be_visible()
    tab = ana.page
    ana.page = await ana.person.tab()
    await tab.close()

    await ana.open_again()  # from the device
    await expect(ana.line("Soup")).to_contain_text("Not sent to the list yet")
    await expect(ana.line("Bread")).to_contain_text("Not sent to the list yet")
    await ana.person.mend()
    asking = ana.sheet("You are back online")
    await expect(asking).to_contain_text("2 dishes are still on the list")
    await expect(cora.tickets).to_have_count(0)
    await asking.get_by_role("button", name="Send to the kitchen").click()
    await expect(cora.line("Soup")).to_be_visible()
    await expect(ana.sent_line("Soup")).to_contain_text("Sent")
    await is_ordered_once(restaurant, cora, {"soup", "bread"})


async def test_round_whose_answer_was_lost_with_its_tab_is_in_the_kitchen_once(
    restaurant: Restaurant, seat: Seat, cook: Cook
) -> None:
    cora = await cook("Cora")
    ana = await seat("Ana")
    await ana.worker_is_ready()
    await ana.add("Soup")
    await expect(ana.line("Soup")).not_to_contain_text("Not sent to the list yet")
    await ana.send()
    await expect(ana.round("Sending in")).to_be_visible()
    ana.person.cable.hold_answers()
    await expect(cora.line("Soup")).to_be_visible()  # the server heard it, and she does not know
    await expect(ana.page.get_by_text("Sending to the kitchen…").first).to_be_visible()
    tab = ana.page
    ana.page = await ana.person.tab()
    await tab.close()
    await ana.person.cable.cut()
    ana.person.cable.release()

    await ana.open_again()
    await expect(ana.sent_line("Soup")).to_contain_text("Sending to the kitchen…")
    await ana.person.mend()
    await expect(ana.sent_line("Soup")).to_contain_text("Sent")
    await expect(ana.sent_line("Soup")).not_to_contain_text("Sending")
    await is_ordered_once(restaurant, cora, {"soup"})


async def test_price_that_changed_meanwhile_is_asked_about_before_anything_is_sent(
    restaurant: Restaurant, seat: Seat, cook: Cook
) -> None:
    cora = await cook("Cora")
    ana = await seat("Ana")
    await ana.person.cable.cut()
    await ana.add("Soup")
    await restaurant.change_price("mains", "soup", 1050)
    await ana.person.mend()
    question = ana.question("Soup is now €10.50 (was €9.50)")
    await expect(question).to_be_visible()
    await ana.add("Bread")
    await ana.button("Send round · €3.19").click()
    await expect(ana.page.get_by_text("Please answer the question about the price")).to_be_visible()
    await expect(ana.round("")).to_have_count(0)
    assert [line["item_id"] for line in await restaurant.lines()] == ["bread"]

    await question.get_by_role("button", name="Update").click()
    await expect(question).to_have_count(0)
    await expect(ana.line("Soup")).to_contain_text("€10.50")
    await expect(ana.dish("Soup")).to_contain_text("€10.50")
    await expect(cora.tickets).to_have_count(0)
    await ana.send()
    await expect(cora.line("Soup")).to_be_visible()
    prices = {line["item_id"]: line["price"] for line in await restaurant.lines()}
    assert prices == {"soup": 1050, "bread": 319}


async def test_dish_that_waited_a_quarter_of_an_hour_is_not_ordered_unasked(
    restaurant: Restaurant, seat: Seat, bring: Bring
) -> None:
    ana_person = await bring(restaurant.server, "Ana")
    await ana_person.page.clock.install()
    ana = GuestPage(ana_person, restaurant)
    await ana.open()
    ben = await seat("Ben")
    await ana.person.cable.cut()
    await ana.add("Soup")
    await ana.page.clock.fast_forward("14:00")
    await expect(ana.page.get_by_text(re.compile("^No connection"))).to_be_visible()
    question = ana.question("This waited on your phone for more than 15 minutes. Still want it?")
    await expect(question).to_have_count(0)
    await ana.page.clock.fast_forward("02:00")
    await expect(question).to_be_visible()

    await ana.person.mend()
    await ana.add("Salad")
    await expect(ben.line("Salad")).to_be_visible()
    assert [line["item_id"] for line in await restaurant.lines()] == ["salad"]
    await question.get_by_role("button", name="Yes, please").click()
    await expect(question).to_have_count(0)
    await expect(ben.line("Soup")).to_be_visible()
    assert {line["item_id"] for line in await restaurant.lines()} == {"salad", "soup"}


async def test_filter_choices_and_bill_add_up_to_the_cent(
    restaurant: Restaurant, seat: Seat
) -> None:
    ana, ben = await seat("Ana"), await seat("Ben")
    await ana.button("What I eat").click()
    wishes = ana.sheet("What I eat")
    await wishes.get_by_role("button", name="milk").click()
    await wishes.get_by_role("switch", name=re.compile("may contain")).check()
    await wishes.get_by_role("button", name="Show 3 dishes").click()
    await expect(ana.dish("Soup")).to_have_count(0)
    await expect(ana.dish("Salad")).to_have_count(0)
    await expect(ana.dish("Bread")).to_be_visible()
    await expect(
        ana.page.get_by_text("2 dishes are left out because of your wishes")
    ).to_be_visible()
    await expect(ben.dish("Soup")).to_be_visible()

    await ana.plus("Steak").click()
    sheet = ana.sheet("Steak")
    await expect(sheet.get_by_role("button", name="Please choose: Doneness")).to_be_disabled()
    await sheet.get_by_role("radio", name="Rare").check()
    await expect(sheet.get_by_role("button", name="Add · €18.90")).to_be_enabled()
    await sheet.get_by_role("checkbox", name="Pepper").check()
    await sheet.get_by_role("checkbox", name="Garlic").check()
    await expect(sheet.get_by_role("checkbox", name="Herb")).to_be_disabled()
    await sheet.get_by_role("checkbox", name="Garlic").uncheck()
    await expect(sheet.get_by_role("checkbox", name="Herb")).to_be_enabled()
    await sheet.get_by_role("checkbox", name="Garlic").check()
    quantity = sheet.get_by_role("group", name="Quantity")
    await quantity.get_by_role("button", name="One more").click()
    await quantity.get_by_role("button", name="One more").click()
    await sheet.get_by_role("button", name="Add · €64.32").click()  # 3 x (18.90 + 1.55 + 0.99)
    await expect(ana.line("Steak")).to_contain_text("Rare, Pepper, Garlic")
    await ben.add("Salad")
    await ben.plus("Beer").click()
    await expect(ana.line("Beer")).to_be_visible()
    await ana.send()
    await expect(ben.sent_line("Beer")).to_be_visible()

    [order] = await restaurant.orders()
    assert order["total"] == 3 * (1890 + 155 + 99) + 833 + 450
    prices = {line["item_id"]: line["price"] for line in order["lines"]}
    for guest, mine in ((ana, {"steak"}), (ben, {"salad", "beer"})):
        bill = await guest.receipt()
        assert await minor(bill.locator(".receipt-total .price")) == order["total"]
        rows = [await minor(one) for one in await bill.locator("tbody .price").all()]
        assert sorted(rows) == sorted(prices.values())
        await bill.get_by_role("radio", name="My part").check(force=True)
        part = sum(prices[item] for item in mine)
        await expect(bill.locator(".receipt-total .price")).to_have_text(euros(part))


async def test_visit_that_the_staff_ends_says_farewell_and_its_code_is_worthless(
    restaurant: Restaurant, seat: Seat, bring: Bring
) -> None:
    ana, ben = await seat("Ana"), await seat("Ben", **PHONE)
    await ana.add("Soup")
    await expect(ana.line("Soup")).not_to_contain_text("Not sent to the list yet")
    await restaurant.order("t4", "bread")
    await expect(ana.sent_line("Bread")).to_be_visible()
    [order] = await restaurant.orders()
    body = {"force": True, "reason": "the house is on fire"}
    await restaurant.say(f"order:{order['id']}", "order.close", body)
    await restaurant.close_table("t4")
    for guest in (ana, ben):
        heading = guest.page.get_by_role("heading", name="Thank you, and see you soon")
        await expect(heading).to_be_visible()
        await expect(guest.page.get_by_role("region", name="What you had")).to_contain_text("€3.19")

    carl = await bring(restaurant.server, "Carl")
    await carl.open(f"/t/{restaurant.code}")
    await expect(carl.page.get_by_role("heading", name="This code has had its day")).to_be_visible()
    await expect(carl.page.get_by_role("status")).to_contain_text("ask the staff")
    for person in (ana.person, ben.person, carl):
        person.forgive("the server responded with a status of 4")


async def test_dish_of_a_stock_rest_client_is_on_the_list_and_its_round_in_the_kitchen(
    restaurant: Restaurant, seat: Seat, cook: Cook
) -> None:
    cora, ana = await cook("Cora"), await seat("Ana")
    visit = {"code": restaurant.code, "cookie": False}
    came = await restaurant.asked("POST", "/visits", visit)
    order = came["order"]
    commands = [
        ("line.add", {"line": "l1", "menu": restaurant.id, "item": "soup", "seat": "Robot"}),
        ("line.add", {"line": "l2", "menu": restaurant.id, "item": "beer", "seat": "Robot"}),
    ]
    await say(restaurant, came["token"], order, commands)
    await expect(ana.line("Soup")).to_contain_text("€9.50")
    await expect(ana.line("Beer")).to_be_visible()
    await say(restaurant, came["token"], order, [("order.place", {"lines": ["l1"]})])
    await expect(cora.line("Soup")).to_be_visible()
    await expect(ana.sent_line("Soup")).to_contain_text("Sent")
    await expect(ana.line("Beer")).to_be_visible()
    await expect(cora.line("Beer")).to_have_count(0)


# -- what the tests look at ------------------------------------------------------------------------


async def is_ordered_once(restaurant: Restaurant, kitchen: KitchenPage, dishes: set[str]) -> None:
    """One order with each dish once, and one ticket of it."""
    [order] = await restaurant.orders()
    assert sorted(line["item_id"] for line in order["lines"]) == sorted(dishes)
    assert {line["state"] for line in order["lines"]} == {"fired"}
    happened = [one["type"] for one in await restaurant.events(order["id"])]
    assert happened.count("order.placed") == 1
    await expect(kitchen.tickets).to_have_count(1)
    [ticket] = await restaurant.tickets()
    assert len(ticket["lines"]) == len(dishes)


async def say(
    restaurant: Restaurant,
    token: str,
    order: str,
    commands: Sequence[tuple[str, Mapping[str, object]]],
) -> None:
    """Give commands over REST, with nothing but a token."""
    body = [
        {"id": str(uuid4()), "room": f"order:{order}", "type": type, "body": body}
        for type, body in commands
    ]
    path = "/api/v1/commands"
    status, answers = await ask(restaurant.server, "POST", path, token, json_body=body)
    assert status == 200, answers
    assert [one["result"] for one in answers] == ["ok"] * len(commands), answers


async def minor(price: Locator) -> int:
    """A price as it is shown, in cents."""
    return int(re.sub(r"\D", "", await price.inner_text()))


def euros(minor: int) -> str:
    return f"€{minor // 100}.{minor % 100:02}"
