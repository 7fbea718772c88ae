"""A restaurant on a busy evening, as the pictures and the accessibility tests show it.

Its menu has what a real one has: allergens, diets, sizes, choices, German beside English. Orders
can be made older than they are, so that every age of a ticket is on the rail.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from tests.web.restaurant import Restaurant

TIMES: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?\+00:00")


def dish(
    id: str, en: str, de: str, about: str, ueber: str, price: int, **more: Any
) -> dict[str, Any]:
    """A dish of the menu, in both languages."""
    return {
        "id": id,
        "name": {"en": en, "de": de},
        "description": {"en": about, "de": ueber},
        "price": price,
        **more,
    }


STARTERS: Final = (
    dish("burrata", "Burrata with grilled peach", "Burrata mit gegrilltem Pfirsich",
         "Basil oil, toasted almonds, sourdough", "Basilikumöl, geröstete Mandeln, Sauerteigbrot",
         1350, allergens=["milk", "nuts", "gluten"], diets=["vegetarian"]),
    dish("octopus", "Octopus and potato", "Oktopus und Kartoffel",
         "Braised in red wine, smoked paprika, parsley",
         "In Rotwein geschmort, Rauchpaprika, Petersilie",
         1480, allergens=["molluscs", "sulphites"], diets=["gluten-free"]),
    dish("soup", "Chilled tomato soup", "Kalte Tomatensuppe",
         "Cucumber, mint, good olive oil", "Gurke, Minze, gutes Olivenöl",
         890, allergens=["celery"], diets=["vegan", "gluten-free"], spiciness=1),
    dish("bread", "Bread from our oven", "Brot aus unserem Ofen",
         "Whipped butter, sea salt", "Geschlagene Butter, Meersalz",
         420, allergens=["gluten", "milk"], diets=["vegetarian"]),
)  # fmt: skip
PASTA: Final = (
    dish("tagliatelle", "Tagliatelle with ragù", "Tagliatelle mit Ragù",
         "Beef and pork, simmered for five hours", "Rind und Schwein, fünf Stunden geschmort",
         1590, allergens=["gluten", "eggs", "celery"], preparation_seconds=600),
    dish("linguine", "Linguine alle vongole", "Linguine alle vongole",
         "Clams, white wine, garlic, a little chilli",
         "Venusmuscheln, Weißwein, Knoblauch, etwas Chili",
         1780, allergens=["gluten", "molluscs", "sulphites"], spiciness=2, preparation_seconds=540),
    dish("gnocchi", "Gnocchi with brown butter", "Gnocchi mit brauner Butter",
         "Sage, hazelnuts, aged pecorino", "Salbei, Haselnüsse, gereifter Pecorino",
         1490, allergens=["gluten", "milk", "eggs"], may_contain=["nuts"], diets=["vegetarian"]),
)  # fmt: skip
MAINS: Final = (
    dish("bass", "Sea bass in a salt crust", "Wolfsbarsch in der Salzkruste",
         "Fennel, lemon, new potatoes", "Fenchel, Zitrone, neue Kartoffeln",
         2690, allergens=["fish", "eggs"], preparation_seconds=1200),
    dish("steak", "Rib-eye, 300 g", "Rib-Eye, 300 g",
         "Dry-aged for four weeks, from the charcoal grill",
         "Vier Wochen gereift, vom Holzkohlegrill",
         3190, modifiers=["doneness", "sides"], preparation_seconds=900),
    dish("aubergine", "Aubergine parmigiana", "Auberginen-Parmigiana",
         "San Marzano tomatoes, mozzarella, basil", "San-Marzano-Tomaten, Mozzarella, Basilikum",
         1690, allergens=["milk"], may_contain=["gluten"], diets=["vegetarian"]),
)  # fmt: skip
DESSERTS: Final = (
    dish("tiramisu", "Tiramisù", "Tiramisù",
         "The way Nonna Lucia made it", "So wie Nonna Lucia es machte",
         790, allergens=["milk", "eggs", "gluten"], diets=["vegetarian"]),
    dish("sorbet", "Lemon and basil sorbet", "Zitronen-Basilikum-Sorbet",
         "With a glass of prosecco, if you like", "Auf Wunsch mit einem Glas Prosecco",
         650, diets=["vegan", "gluten-free"]),
)  # fmt: skip
DRINKS: Final = (
    dish("spritz", "Rosemary spritz", "Rosmarin-Spritz",
         "Vermouth, soda, orange", "Wermut, Soda, Orange", 840, allergens=["sulphites"]),
    {
        **dish("falanghina", "Falanghina del Sannio", "Falanghina del Sannio",
               "Campania, 2024, dry and floral", "Kampanien, 2024, trocken und blumig", 690,
               allergens=["sulphites"]),
        "variations": [
            {"id": "glass", "name": {"en": "Glass, 0.15 l", "de": "Glas, 0,15 l"}, "price": 690},
            {
                "id": "bottle",
                "name": {"en": "Bottle, 0.75 l", "de": "Flasche, 0,75 l"},
                "price": 2900,
            },
        ],
    },
    dish("water", "Sparkling water, 0.75 l", "Mineralwasser, 0,75 l",
         "", "", 590, diets=["vegan"]),
)  # fmt: skip


def option(id: str, en: str, de: str, price: int = 0) -> dict[str, Any]:
    return {"id": id, "name": {"en": en, "de": de}, "price": price}


MENU: Final[dict[str, Any]] = {
    "locale": "en",
    "locales": ["de"],
    "currency": "EUR",
    "sections": [
        {"id": id, "name": {"en": en, "de": de}, "station": station, "items": list(items)}
        for id, en, de, station, items in (
            ("starters", "To begin", "Zum Anfang", "cold", STARTERS),
            ("pasta", "Pasta, made this morning", "Pasta, heute früh gemacht", "pasta", PASTA),
            ("mains", "From the fire", "Vom Feuer", "grill", MAINS),
            ("desserts", "Something sweet", "Etwas Süßes", "cold", DESSERTS),
            ("drinks", "To drink", "Getränke", "bar", DRINKS),
        )
    ],
    "modifiers": [
        {
            "id": "doneness",
            "name": {"en": "How would you like it?", "de": "Wie möchten Sie es?"},
            "min": 1,
            "max": 1,
            "options": [
                option("rare", "Rare", "Blutig"),
                option("medium", "Medium", "Rosa"),
                option("done", "Well done", "Durch"),
            ],
        },
        {
            "id": "sides",
            "name": {"en": "On the side", "de": "Dazu"},
            "min": 0,
            "max": 2,
            "options": [
                option("chips", "Rosemary chips", "Rosmarin-Pommes", 450),
                option("greens", "Charred greens", "Gegrilltes Grün", 490),
                option("butter", "Anchovy butter", "Sardellenbutter", 250),
            ],
        },
    ],
}
STATIONS: Final = (
    ("cold", "Cold"),
    ("pasta", "Pasta"),
    ("grill", "Grill"),
    ("bar", "Bar"),
    ("expo", "Pass"),
)
TABLES: Final = (("t1", "1", 2, "Window"), ("t2", "2", 2, "Window"), ("t4", "4", 4, "Hall"),
                 ("t5", "5", 4, "Hall"), ("t7", "7", 6, "Hall"), ("t9", "9", 4, "Terrace"),
                 ("t12", "12", 8, "Terrace"))  # fmt: skip


class Osteria(Restaurant):
    """`Restaurant` with this menu. Guests sit at table 7."""

    async def furnish(self, **rules: Any) -> None:
        """Make it, with the menu published and its tables open."""
        body = {"id": self.id, "name": "Osteria Lucciola", "time_zone": "Europe/Berlin", **rules}
        await self.asked("POST", "/restaurants", body)
        for id, name in STATIONS:
            station = {"id": id, "name": name, "warn_seconds": 480, "late_seconds": 900}
            await self._made("/stations", station)
        for id, name, seats, area in TABLES:
            table = {"id": id, "name": name, "seats": seats, "area": area}
            await self._made("/tables", table)
        path = f"/menus/{self.id}/import?restaurant={self.id}&title=Summer%20evening"
        await self.asked("POST", path, MENU)
        await self.publish()
        for id in ("t1", "t4", "t5", "t9", "t12"):
            await self.open_table(id)
        self.code = await self.open_table("t7")

    async def ticket(self, name: str, *roles: str) -> str:
        """What a link of an invitation carries."""
        return await self._ticket(name, *roles)

    async def orders_of(self, table: str | None, *lines: Mapping[str, Any], note: str = "") -> str:
        """An order with choices, notes and quantities, sent to the kitchen; its id."""
        order = str(uuid4())
        answer = await self.say(f"order:{order}", "order.open", {"table": table} if table else {})
        order = (answer.get("current") or {}).get("order", order)
        if note:
            await self.say(f"order:{order}", "note.add", {"note": f"n-{order[:8]}", "text": note})
        await self.send(order, *lines)
        return order

    async def send(self, order: str, *lines: Mapping[str, Any]) -> list[str]:
        """A round of an order; the ids of its lines."""
        ids = [f"l-{uuid4().hex[:12]}" for _ in lines]
        for id, line in zip(ids, lines, strict=True):
            await self.say(f"order:{order}", "line.add", {"line": id, "menu": self.id, **line})
        await self.say(f"order:{order}", "order.place", {"lines": ids})
        return ids

    async def age(self, minutes: Mapping[str, int]) -> None:
        """Make orders older: their times are set back while the server is down for a moment."""
        await self.server.kill()
        with sqlite3.connect(self.server.database) as database:
            for order, by in minutes.items():
                row = database.execute("SELECT state FROM orders WHERE id = ?", (order,)).fetchone()
                state = TIMES.sub(lambda time, by=by: _earlier(time[0], by), row[0])
                database.execute("UPDATE orders SET state = ? WHERE id = ?", (state, order))
        database.close()
        await self.server.start()

    async def evening(self) -> dict[str, str]:
        """Orders of every age, one with an add-on, one with a void; their ids by what they show."""
        line, steak = _line, _steak
        late = await self.orders_of(
            "t12", line("bass", 2), steak("rare", "chips"), note="Birthday: candle on the tiramisù"
        )
        shrinks = await self.orders_of("t9", line("aubergine"), steak("medium"))
        due = await self.orders_of("t5", line("linguine", note="no chilli"), line("soup"))
        grows = await self.orders_of("t4", line("burrata", 2), line("gnocchi", note="nut allergy!"))
        await self.age({late: 14, shrinks: 9, due: 7, grows: 4})
        await self.send(grows, line("octopus"))
        pickup = await self.orders_of(None, line("tagliatelle", 2), line("tiramisu", 2))
        shown = await self.shown(shrinks)
        voided = next(one["id"] for one in shown["lines"] if one["item_id"] == "steak")
        body = {"line": voided, "reason": "changed their mind"}
        await self.say(f"order:{shrinks}", "line.void", body)
        await self.age(dict.fromkeys((late, shrinks, due, grows, pickup), 3))
        new = await self.orders_of(
            "t1", line("burrata"), line("linguine", 2), line("falanghina", variation="bottle")
        )
        stock = f"stock:{self.id}"
        await self.say(stock, "item.86", {"target": "item:sorbet"})
        await self.say(stock, "stock.set", {"target": "item:bass", "remaining": 3})
        return {"late": late, "due": due, "grows": grows, "shrinks": shrinks, "new": new}


def _line(item: str, quantity: int = 1, **more: Any) -> dict[str, Any]:
    return {"item": item, "quantity": quantity, **more}


def _steak(doneness: str, *sides: str) -> dict[str, Any]:
    chosen = [{"group": "sides", "option": side} for side in sides]
    return _line("steak", options=[{"group": "doneness", "option": doneness}, *chosen])


def _earlier(time: str, minutes: int) -> str:
    return (datetime.fromisoformat(time) - timedelta(minutes=minutes)).isoformat()
