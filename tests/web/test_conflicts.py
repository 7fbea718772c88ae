"""Two people changed the same thing without seeing each other: both are asked, either decides."""

from __future__ import annotations

import re

from playwright.async_api import expect

from tests.web.bistro import Bistro
from tests.web.conftest import Hire


async def test_both_change_one_price_apart_and_one_of_them_settles_it_for_both(
    bistro: Bistro, hire: Hire
) -> None:
    ana, ben = await hire(bistro, "Ana"), await hire(bistro, "Ben")
    await ana.person.cable.cut()
    await ana.set_price("soup", "9.50")
    await ben.set_price("soup", "10")
    await ben.is_saved()
    await expect(ana.card("soup")).to_have_count(0)
    await ana.person.mend()
    for somebody, other in ((ana, "Ben"), (ben, "Ana")):
        card = somebody.card("soup")
        await expect(card).to_contain_text(f"You and {other} both changed the price of Soup")
        await expect(card.get_by_role("button", name="Keep €9.50")).to_be_visible()
        await expect(card.get_by_role("button", name="Keep €10.00")).to_be_visible()

    await ben.card("soup").get_by_role("button", name="Keep €9.50").click()
    for somebody in (ana, ben):
        await expect(somebody.card("soup")).to_have_count(0)
        await expect(somebody.price("soup")).to_have_value("9.50")
    await ben.is_saved()
    assert (await bistro.dishes())["soup"]["price"] == 950
    listed = (await bistro.asked("GET", f"/menus/{bistro.menu}/conflicts"))["conflicts"]
    assert [one for one in listed if one["kind"] == "prices"] == []

    history = await ana.open_history()
    settled = history.locator(".stretch").first
    await expect(settled).to_contain_text("Ben")
    await expect(settled.locator("ins").first).to_contain_text("€9.50")


async def test_different_fields_changed_apart_merge_without_a_question(
    bistro: Bistro, hire: Hire
) -> None:
    ana, ben = await hire(bistro, "Ana"), await hire(bistro, "Ben")
    await ana.person.cable.cut()
    await ana.set_price("soup", "9.50")
    await ana.place_caret(ana.description("soup"), 0)
    await ana.page.keyboard.insert_text("Hot. ")
    await ben.set_price("salad", "10")
    await ben.place_caret(ben.description("soup"), len("The soup of the day"))
    await ben.page.keyboard.insert_text(", spicy")
    await ben.is_saved()
    await ana.person.mend()
    for somebody in (ana, ben):
        await expect(somebody.price("soup")).to_have_value("9.50")
        await expect(somebody.price("salad")).to_have_value("10.00")
        await expect(somebody.description("soup")).to_have_value("Hot. The soup of the day, spicy")
        await expect(somebody.page.get_by_role("article")).to_have_count(0)


async def test_replaced_history_takes_over_what_was_edited_and_asks_about_what_collides(
    bistro: Bistro, hire: Hire
) -> None:
    ana, ben = await hire(bistro, "Ana"), await hire(bistro, "Ben")
    await ana.person.cable.cut()
    await ana.set_price("soup", "9.50")
    await ana.set_price("steak", "20")
    await ana.place_caret(ana.description("salad"), 0)
    await ana.page.keyboard.insert_text("Green. ")
    await bistro.renew()
    await ben.set_price("steak", "30")
    await ben.is_saved()

    await ana.person.mend()
    await expect(ana.toast("This menu was replaced on the server.")).to_be_visible()
    for somebody in (ana, ben):
        await expect(somebody.price("soup")).to_have_value("9.50")
        await expect(somebody.description("salad")).to_have_value("Green. The salad of the day")
        await expect(somebody.price("steak")).to_have_value("30.00")
    card = ana.card("steak")
    await expect(card).to_contain_text("You and Ben both changed the price of Steak")
    await expect(card).to_contain_text("It was €9.30 before.")
    await card.get_by_role("button", name="Keep €20.00").click()
    await expect(card).to_have_count(0)
    await expect(ben.price("steak")).to_have_value("20.00")
    await ana.is_saved()
    dishes = await bistro.dishes()
    assert dishes["soup"]["price"] == 950
    assert dishes["salad"]["description"] == "Green. The salad of the day"
    assert dishes["steak"]["price"] == 2000
    assert len(dishes) == 5


async def test_somebody_puts_a_price_back_from_history_while_another_writes(
    bistro: Bistro, hire: Hire
) -> None:
    ana, ben = await hire(bistro, "Ana"), await hire(bistro, "Ben")
    await ana.set_price("soup", "9.50")
    await expect(ben.price("soup")).to_have_value("9.50")
    his = ben.description("soup")
    await ben.place_caret(his, 4)
    await ben.page.keyboard.insert_text("hot ")
    history = await ana.open_history()
    entry = history.locator(".entry").filter(has_text="€9.50")
    await ben.page.keyboard.insert_text("spicy ")
    await entry.get_by_role("button", name="Put back what was there before").click()
    await expect(ana.toast("Put back as it was.")).to_be_visible()
    for somebody in (ana, ben):
        await expect(somebody.price("soup")).to_have_value("9.00")
    await expect(ana.description("soup")).to_have_value("The hot spicy soup of the day")
    assert await ben.selection(his) == ("The hot spicy ", "", "soup of the day")
    await ben.page.keyboard.insert_text("thick ")
    await expect(ana.description("soup")).to_have_value("The hot spicy thick soup of the day")
    await ben.is_saved()
    assert (await bistro.dishes())["soup"]["price"] == 900


async def test_whole_version_comes_back_while_another_writes(bistro: Bistro, hire: Hire) -> None:
    ana, ben = await hire(bistro, "Ana"), await hire(bistro, "Ben")
    await bistro.asked("POST", f"/menus/{bistro.menu}/versions", {"name": "Before"})
    await ana.set_price("soup", "9.50")
    await ana.set_price("steak", "20")
    await expect(ben.price("steak")).to_have_value("20.00")
    his = ben.description("salad")
    await ben.place_caret(his, 0)

    await ana.button("More tools").click()
    await ana.page.get_by_role("menuitem", name="Versions").click()
    await ana.panel.get_by_role("button", name=re.compile("Before")).click()
    await ana.panel.get_by_role("button", name="Bring back everything").click()
    await ben.page.keyboard.insert_text("Green. ")
    dialog = ana.page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Bring back everything").click()
    await expect(ana.toast(re.compile("Version .* is back."))).to_be_visible()
    await ben.page.keyboard.insert_text("Fresh. ")
    for somebody in (ana, ben):
        await expect(somebody.price("soup")).to_have_value("9.00")
        await expect(somebody.price("steak")).to_have_value("9.30")
    await expect(his).to_have_value(re.compile("Fresh. "))
    await expect(ana.description("salad")).to_have_value(await his.input_value())
