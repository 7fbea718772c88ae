"""Several people in one menu: typing in one field, seeing each other, undoing only one's own."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import expect

from tests.peers import stock
from tests.peers.stock import StockClients
from tests.web.bistro import Bistro
from tests.web.conftest import Hire


async def test_two_people_type_in_one_field_and_keep_their_carets(
    bistro: Bistro, hire: Hire
) -> None:
    ana, ben = await hire(bistro, "Ana"), await hire(bistro, "Ben")
    hers, his = ana.description("soup"), ben.description("soup")
    await ana.place_caret(hers, 3)  # The| soup of the day
    await ben.place_caret(his, 8)  # The soup| of the day
    for letter, other in zip(" fine", (" ", "🍲", "👩‍🍳", "!", "?"), strict=True):
        await ana.page.keyboard.insert_text(letter)
        await ben.page.keyboard.insert_text(other)
    await expect(hers).to_have_value("The fine soup 🍲👩‍🍳!? of the day")
    await expect(his).to_have_value("The fine soup 🍲👩‍🍳!? of the day")
    assert await ana.selection(hers) == ("The fine", "", " soup 🍲👩‍🍳!? of the day")
    assert await ben.selection(his) == ("The fine soup 🍲👩‍🍳!?", "", " of the day")


async def test_remote_edit_before_a_selection_moves_it_and_keeps_its_words(
    bistro: Bistro, hire: Hire
) -> None:
    ana, ben = await hire(bistro, "Ana"), await hire(bistro, "Ben")
    hers, his = ana.description("squid"), ben.description("squid")
    await ana.place_caret(hers, 4, 9)  # The |squid| of the day
    await ben.place_caret(his, 0)
    await ben.page.keyboard.insert_text("🦑 ")
    await expect(hers).to_have_value("🦑 The squid of the day")
    assert await ana.selection(hers) == ("🦑 The ", "squid", " of the day")


async def test_composition_of_an_input_method_survives_remote_edits(
    bistro: Bistro, hire: Hire
) -> None:
    ana, ben = await hire(bistro, "Ana"), await hire(bistro, "Ben")
    hers, his = ana.description("soup"), ben.description("soup")
    keyboard = await ana.person.context.new_cdp_session(ana.page)
    await ana.place_caret(hers, 4)  # The |soup of the day
    await ben.place_caret(his, 0)
    typed = ("に", "にほ", "にほん")
    for number, word in enumerate(typed):
        composed = {"text": word, "selectionStart": len(word), "selectionEnd": len(word)}
        await keyboard.send("Input.imeSetComposition", composed)
        await ben.page.keyboard.insert_text("abc"[number])
        await expect(hers).to_have_value(f"The {word}soup of the day")
    await ben.is_saved()
    # What others write waits until she is done: it would end the composition.
    await expect(hers).to_have_value("The にほんsoup of the day")
    await keyboard.send("Input.insertText", {"text": "日本 "})
    await expect(hers).to_have_value("abcThe 日本 soup of the day")
    await expect(his).to_have_value("abcThe 日本 soup of the day")
    assert await ana.selection(hers) == ("abcThe 日本 ", "", "soup of the day")


async def test_ring_and_avatar_of_somebody_appear_and_vanish(bistro: Bistro, hire: Hire) -> None:
    ben = await hire(bistro, "Ben")
    await expect(ben.person_here("Ana")).to_have_count(0)
    ana = await hire(bistro, "Ana")
    await expect(ben.person_here("Ana")).to_be_visible()
    await expect(ana.person_here("Ben")).to_be_visible()

    await ana.price("soup").focus()
    await expect(ben.visitor(ben.price("soup"))).to_have_text("Ana")
    ring = ben.ring(ben.price("soup"))
    colour = await ring.evaluate("ring => ring.style.getPropertyValue('--person')")
    disc = ben.person_here("Ana")
    assert colour == await disc.evaluate("disc => disc.style.getPropertyValue('--person')")
    await ana.name("salad").focus()
    await expect(ben.visitor(ben.name("salad"))).to_have_text("Ana")
    await expect(ring).to_have_count(0)
    await ana.name("salad").blur()
    await expect(ben.ring(ben.name("salad"))).to_have_count(0)

    await ana.page.close()
    await expect(ben.person_here("Ana")).to_have_count(0)


async def test_somebody_typing_in_a_text_shows_a_caret_there(bistro: Bistro, hire: Hire) -> None:
    ana, ben = await hire(bistro, "Ana"), await hire(bistro, "Ben")
    hers, his = ana.description("soup"), ben.description("soup")
    await ana.place_caret(hers, 0)
    await ana.page.keyboard.insert_text("Hot. ")
    await expect(ben.visitor(his)).to_have_text("Ana is typing…")
    caret = ben.ring(his).locator(".caret")
    await expect(caret).to_be_visible()
    before = await caret.bounding_box()
    await ana.page.keyboard.insert_text("Very. ")
    await expect(his).to_have_value("Hot. Very. The soup of the day")
    await expect(ben.visitor(his)).to_have_text("Ana")
    after = await caret.bounding_box()
    assert before is not None
    assert after is not None
    assert after["x"] > before["x"]


async def test_undo_leaves_the_work_of_others(bistro: Bistro, hire: Hire) -> None:
    ana, ben = await hire(bistro, "Ana"), await hire(bistro, "Ben")
    hers, his = ana.description("soup"), ben.description("soup")
    await ana.place_caret(hers, 0)
    await ana.page.keyboard.insert_text("Hot. ")
    await expect(his).to_have_value("Hot. The soup of the day")
    await ben.place_caret(his, 5)
    await ben.page.keyboard.insert_text("Spicy. ")
    await expect(hers).to_have_value("Hot. Spicy. The soup of the day")
    await hers.blur()
    await ana.button("Undo my last change").click()
    await expect(his).to_have_value("Spicy. The soup of the day")
    await ana.button("Redo my change").click()
    await expect(his).to_have_value("Hot. Spicy. The soup of the day")


async def test_undo_of_a_price_that_somebody_changed_since_does_nothing_and_says_who(
    bistro: Bistro, hire: Hire
) -> None:
    ana, ben = await hire(bistro, "Ana"), await hire(bistro, "Ben")
    await ana.set_price("soup", "9.50")
    await expect(ben.price("soup")).to_have_value("9.50")
    await ben.set_price("soup", "10.50")
    await expect(ana.price("soup")).to_have_value("10.50")
    await ana.button("Undo my last change").click()
    await expect(ana.toast("Ben changed this since \N{EN DASH} nothing undone.")).to_be_visible()
    await ana.is_saved()
    await expect(ben.price("soup")).to_have_value("10.50")
    assert (await bistro.dishes())["soup"]["price"] == 1050


@pytest.mark.node
@pytest.mark.skipif(stock.unavailable() is not None, reason=stock.unavailable() or "")
async def test_what_a_stock_client_writes_shows_up_and_the_other_way_round(
    bistro: Bistro, hire: Hire
) -> None:
    ana = await hire(bistro, "Ana")
    async with StockClients() as clients:
        await clients.connect("stock", "y-websocket-3.1", bistro.server.y_door, bistro.menu)
        await clients.call("wait_synced", "stock")
        price = {"kind": "set", "root": "items", "id": "soup", "register": "price"}
        text = {"kind": "text", "root": "items", "path": ["soup", "desc", "en"], "place": 0}
        edits = [{**price, "value": 1234, "user": "stock"}, {**text, "gone": 0, "come": "Hi! "}]
        await clients.call("menu_edits", "stock", edits=edits)
        await expect(ana.price("soup")).to_have_value("12.34")
        await expect(ana.description("soup")).to_have_value("Hi! The soup of the day")
        await ana.set_price("soup", "5")
        await ana.is_saved()
        async with asyncio.timeout(15):  # nothing tells what arrives in somebody else's program
            while 500 not in await prices_of_soup(clients):
                await asyncio.sleep(0.05)
    assert (await bistro.dishes())["soup"]["price"] == 500


async def test_viewer_reads_along_and_is_offered_no_field(bistro: Bistro, hire: Hire) -> None:
    ana, vera = await hire(bistro, "Ana"), await hire(bistro, "Vera", "viewer")
    notice = vera.page.get_by_text("You can read this menu, and see others work on it.")
    await expect(notice).to_be_visible()
    await expect(vera.page.locator("[data-path]")).to_have_count(0)
    await expect(vera.row("soup").get_by_role("textbox")).to_have_count(0)
    await expect(vera.button("Add a dish")).to_have_count(0)
    await expect(vera.button("Publish")).to_have_count(0)
    await ana.set_price("soup", "7.77")
    await expect(vera.row("soup")).to_contain_text("€7.77")


async def test_two_windows_of_the_developer_are_two_people(bistro: Bistro, hire: Hire) -> None:
    ana, ben = await hire(bistro, "Ana", None), await hire(bistro, "Ben", None)
    await expect(ben.person_here("Ana")).to_be_visible()
    await ana.price("salad").focus()
    await expect(ben.visitor(ben.price("salad"))).to_have_text("Ana")
    await expect(ben.lock_badge("salad")).to_contain_text("Ana is editing")
    await ana.price("salad").blur()
    await ana.person.cable.cut()
    await ana.set_price("soup", "9.50")
    await ben.set_price("soup", "10")
    await ben.is_saved()
    await ana.person.mend()
    for somebody, other in ((ana, "Ben"), (ben, "Ana")):
        title = f"You and {other} both changed the price of Soup"
        await expect(somebody.card("soup")).to_contain_text(title)


async def prices_of_soup(clients: StockClients) -> list[object]:
    """What the stock client's document holds as the price of the soup."""
    state = await clients.state("stock", {"map": ["items"]})
    soup = state["map"]["items"]["soup"]
    return [value[0] for key, value in soup.items() if key.startswith("price@")]


async def test_manager_adds_a_language_and_a_translator_writes_it(
    bistro: Bistro, hire: Hire
) -> None:
    ana, ben = await hire(bistro, "Ana"), await hire(bistro, "Ben", "editor")
    french = '[data-path="items/soup/name/fr"]'
    await ben.button("English").click()
    await expect(ben.page.get_by_role("menuitem", name="Add a language")).to_have_count(0)
    await ben.page.keyboard.press("Escape")

    await ana.button("English").click()
    await ana.page.get_by_role("menuitem", name="Add a language").click()
    dialog = ana.page.get_by_role("dialog", name="Add a language")
    await dialog.get_by_label("Language").select_option(label="French")
    await dialog.get_by_role("button", name="Add a language").click()
    await expect(dialog).to_be_hidden()
    await ana.page.locator(french).fill("Soupe")
    await ana.is_saved()

    await ben.button("Second language").click()
    await ben.page.get_by_role("menuitem", name="French").click()
    await expect(ben.page.locator(french)).to_have_value("Soupe")
    assert (await bistro.dishes())["soup"]["name"]["fr"] == "Soupe"
