"""The operations page: who is connected to what, and what an operator can do about it."""

from __future__ import annotations

from playwright.async_api import Locator, WebSocket, expect

from tests.web.bistro import Bistro
from tests.web.conftest import Bring, Hire
from tests.web.kitchen_page import KitchenPage
from tests.web.ops_page import OpsPage
from tests.web.restaurant import Restaurant


async def test_rooms_and_connections_appear_and_one_can_be_disconnected(
    restaurant: Restaurant, bring: Bring
) -> None:
    cora = KitchenPage(await bring(restaurant.server, "Cora"), restaurant)
    await restaurant.admit(cora.person, "kitchen")
    sockets: list[WebSocket] = []
    cora.page.on("websocket", lambda socket: sockets.append(socket))
    olga = OpsPage(await bring(restaurant.server, "Olga"))
    await olga.open()
    await cora.open()
    await expect(olga.row(restaurant.id).filter(has_text="Kitchen")).to_contain_text("in step")
    await olga.show("Connections")
    row = olga.row("Cora")
    await expect(row).to_contain_text("Kitchen")
    await expect(row).to_contain_text("kitchen/")  # the version of her page

    [first] = sockets
    await olga.act(row, "Disconnect…", "Disconnect")
    await expect(olga.toast("Cora was disconnected.")).to_be_visible()
    await restaurant.order("t4", "soup")
    await expect(cora.ticket("Soup")).to_be_visible()  # her screen came back by itself
    assert first.is_closed()
    assert len(sockets) == 2


async def test_read_only_room_stops_the_editor_until_it_is_allowed_again(
    bistro: Bistro, hire: Hire, bring: Bring
) -> None:
    ana, ben = await hire(bistro, "Ana"), await hire(bistro, "Ben")
    olga = OpsPage(await bring(bistro.server, "Olga"))
    await olga.open()
    room = olga.row(bistro.menu).filter(has_text="Bistro")  # its title
    await olga.act(room, "Make read-only…", "Make read-only")
    await expect(room).to_contain_text("read-only")
    words = "You can read this menu, and see others work on it."
    for editor in (ana, ben):
        await expect(editor.page.get_by_text(words)).to_be_visible()
        await expect(editor.row("soup").get_by_role("textbox")).to_have_count(0)

    await olga.act(room, "Allow changes again…", "Allow changes")
    await expect(room).not_to_contain_text("read-only")
    for editor in (ana, ben):
        await expect(editor.page.get_by_text(words)).to_have_count(0)
    await ana.set_price("soup", "7.77")
    await expect(ben.price("soup")).to_have_value("7.77")


async def test_charts_draw_what_happens(restaurant: Restaurant, bring: Bring) -> None:
    olga = OpsPage(await bring(restaurant.server, "Olga"))
    await olga.open()
    await restaurant.order("t4", "soup", "bread", "beer")
    for title in ("Throughput, per second", "From received to saved, in milliseconds"):
        chart = olga.chart(title)
        await expect(chart.locator("canvas")).to_be_visible()
        assert await inked(chart.locator("canvas")) > 0
        await expect(chart.get_by_role("listitem").first).to_be_visible()


async def inked(canvas: Locator) -> int:
    """How many pixels of a canvas are drawn on."""
    count: int = await canvas.evaluate(
        """canvas => {
          const { width, height } = canvas
          const { data } = canvas.getContext('2d').getImageData(0, 0, width, height)
          return data.filter((value, at) => at % 4 === 3 && value > 0).length
        }"""
    )
    return count
