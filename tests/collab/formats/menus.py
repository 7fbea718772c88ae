"""A menu with everything in it, for the tests of all formats."""

from __future__ import annotations

from collab.menus.menu import Menu
from collab.menus.plain_menu import (
    Legend,
    PlainItem,
    PlainMenu,
    PlainModifierGroup,
    PlainOption,
    PlainSection,
    PlainVariation,
    Window,
)
from collab.menus.reading import read_menu
from tests.collab.sample_menus import menu_document

SIDES = PlainModifierGroup(
    {"de": "Beilagen", "en": "Sides"},
    "sides",
    1,
    2,
    (PlainOption({"de": "Reis"}, "rice"), PlainOption({"de": "Pommes"}, "fries", 150)),
)
SOUP = PlainItem(
    {"de": "Suppe 🍜", "en": "Soup"},
    {"de": "klar,\n„heiß“; mit =Ei"},
    "soup",
    price=450,
    allergens=("celery", "Ei, roh"),
    may_contain=("soy",),
    additives=("mit Farbstoffen",),
    traits=("warm",),
    spiciness=2,
    diets=("gluten-free", "vegetarian"),
    tax=700,
    station="hot",
    preparation_seconds=420,
    kcal=220,
    alcohol=520,
    note="=SUM(A1)",
    modifiers=("sides",),
)
BEER = PlainItem(
    {"de": "Bier", "en": "Beer"},
    id="beer",
    tax=1900,
    variations=(
        PlainVariation({"de": "0,3 l"}, "small", 320),
        PlainVariation({"de": "0,5 l", "en": "pint"}, "large", 480),
    ),
)
SECRET = PlainItem({"de": "Geheim"}, id="secret", price=1, is_hidden=True)
WATER = PlainItem({"de": "+Wasser"}, id="water", price=0)
FULL = PlainMenu(
    "de",
    "EUR",
    ("en",),
    Legend({"celery": "A"}, {"mit Farbstoffen": "1"}),
    "a test",
    (
        PlainSection(
            {"de": "Vorspeisen", "en": "Starters"},
            {"de": "klein"},
            "starters",
            (Window(1, "11:00", "14:30"),),
            "cold",
            (SOUP, SECRET),
        ),
        PlainSection({"de": "Getränke", "en": "Drinks"}, id="drinks", items=(BEER,)),
    ),
    (WATER,),
    (SIDES,),
)


def menu_of(plain: PlainMenu) -> Menu:
    """The menu as a document holds it."""
    return read_menu(menu_document(plain))
