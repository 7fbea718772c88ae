"""The menu of the demo: the real one that comes with the server, made ready for a whole house.

The sample is what a guest reads, in German. Here it gets what a kitchen and a second language need:
stations, English headings and English names of some dishes (the rest waits for a translator, as in
life), sizes of drinks, and choices that go with a dish.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from api.menu_file import read_sample
from collab.menus.plain_menu import (
    PlainItem,
    PlainMenu,
    PlainModifierGroup,
    PlainOption,
    PlainSection,
    PlainVariation,
)

WOK, SUSHI, BAR = "wok", "sushi", "bar"
ENGLISH = "en"
LUNCH = "Mittagsmenu"  # its dishes have numbers of their own

# German heading -> English heading, station.
_SECTIONS: Mapping[str, tuple[str, str]] = {
    LUNCH: ("Lunch menu", WOK),
    "Suppen": ("Soups", WOK),
    "Vorspeisen": ("Starters", WOK),
    "Salate": ("Salads", SUSHI),
    "Tages Sushi": ("Sushi of the day", SUSHI),
    "Sushi - Nigiri": ("Sushi: nigiri", SUSHI),
    "Sushi - Nori Maki": ("Sushi: nori maki", SUSHI),
    "Sushi Inside-Out Maki": ("Sushi: inside-out maki", SUSHI),
    "Sushi Temaki": ("Sushi: temaki", SUSHI),
    "Sushi Sashimi": ("Sashimi", SUSHI),
    "Hühnerfleischgerichte (mit Reis)": ("Chicken (with rice)", WOK),
    "Hühnerkeule (o. Knochen, m. Reis)": ("Chicken leg (boneless, with rice)", WOK),
    "Rindfleischgerichte (mit Reis)": ("Beef (with rice)", WOK),
    "Schweinefleischgerichte (mit Reis)": ("Pork (with rice)", WOK),
    "Entenfleischgerichte (mit Reis)": ("Duck (with rice)", WOK),
    "Meerfrüchtegerichte (mit Reis)": ("Seafood (with rice)", WOK),
    "Gebratener Reis": ("Fried rice", WOK),
    "Gebratener Nudeln": ("Fried noodles", WOK),
    "Vegetarische Gerichte (mit Reis)": ("Vegetarian dishes (with rice)", WOK),
    "Nachtisch": ("Desserts", WOK),
    "Getränke": ("Soft drinks", BAR),
    "Bier": ("Beer", BAR),
    "Weine": ("Wine", BAR),
    "Extras": ("Extras", WOK),
}
# Number on the menu -> English name and description, without the number.
_DISHES: Mapping[str, tuple[str, str]] = {
    "1": ("Vegetable soup", "with fresh vegetables and glass noodles"),
    "2": ("Peking soup", "with vegetables (sweet, sour and hot)"),
    "3": ("Wonton soup", "with vegetables and meat dumplings"),
    "4": ("Glass noodle soup", "with vegetables, chicken breast, bamboo and glass noodles"),
    "5": ("Tom yam gai", "with vegetables, chicken breast and mushrooms, Thai style, hot"),
    "6": (
        "Tom kha gai",
        "with vegetables, chicken breast, mushrooms and coconut milk, sour and hot",
    ),
    "7": ("Tom yam gung", "with vegetables, prawns and mushrooms, Thai style"),
    "8": ("Miso soup", "with tofu and seaweed (Japanese)"),
    "11": ("Krupuk", "prawn crackers"),
    "12": ("Autumn rolls", "vegetarian mini rolls"),
    "13": ("Chinese spring rolls", "with chicken and vegetables in rice paper"),
    "14": ("Wontons", "crispy dumplings filled with meat"),
    "15": ("Vietnamese spring rolls", "with vegetables, meat and glass noodles"),
    "16": ("Chicken wings", "crispy, with sweet chilli sauce"),
    "17": ("King prawns", "crispy, with sweet chilli sauce"),
    "21": ("Mixed salad", "with vegetables of the season (please choose a dressing)"),
    "121": ("Banana fritters", "with honey and almonds"),
    "122": ("Pineapple fritters", "with honey and almonds"),
    "123": ("Mango cream", ""),
    "126": ("Mineral water (1 l)", "sparkling"),
    "400": ("Portion of rice", ""),
}


def _group(id: str, german: str, english: str, least: int, most: int, *options: PlainOption
           ) -> PlainModifierGroup:  # fmt: skip
    return PlainModifierGroup({"de": german, ENGLISH: english}, id, least, most, options)


def _option(id: str, german: str, english: str, price: int = 0) -> PlainOption:
    return PlainOption({"de": german, ENGLISH: english}, id, price)


def _size(id: str, german: str, english: str, price: int) -> PlainVariation:
    return PlainVariation({"de": german, ENGLISH: english}, id, price)


_GROUPS = (
    _group(
        "dressing", "Dressing", "Dressing", 1, 1,
        _option("balsamico", "Balsamico", "Balsamic"),
        _option("oil", "Essig-Öl", "Oil and vinegar"),
        _option("yoghurt", "Joghurt", "Yoghurt"),
        _option("herbs", "Kräuter", "Herbs"),
    ),
    _group(
        "side", "Beilage", "Side", 1, 1,
        _option("rice", "Duftreis", "Jasmine rice"),
        _option("noodles", "Gebratene Nudeln", "Fried noodles", 150),
        _option("vegetables", "Nur Gemüse", "Vegetables only", 100),
    ),
    _group(
        "extras", "Dazu", "On top", 0, 3,
        _option("peanuts", "Erdnüsse", "Peanuts", 80),
        _option("egg", "Spiegelei", "Fried egg", 120),
        _option("chilli", "Extra scharf", "Extra hot"),
    ),
)  # fmt: skip
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "21": ("dressing",),
    "211": ("side", "extras"),
    "231": ("side", "extras"),
    "271": ("extras",),
}
_SIZES: Mapping[str, tuple[PlainVariation, ...]] = {
    "125a": (
        _size("cola-small", "0,33 l", "0.33 l", 190),
        _size("cola-large", "1 l", "1 l", 270),
    ),
    "128c": (
        _size("wheat-small", "0,3 l", "0.3 l", 150),
        _size("wheat-large", "0,5 l", "0.5 l", 190),
    ),
    "131a": (
        _size("pinot-glass", "Glas 0,2 l", "Glass 0.2 l", 320),
        _size("pinot-bottle", "Flasche 0,75 l", "Bottle 0.75 l", 900),
    ),
}


def demo_menu() -> PlainMenu:
    """The menu of the demo."""
    sample = read_sample()
    return replace(
        sample,
        locales=(ENGLISH,),
        sections=tuple(_section(section) for section in sample.sections),
        modifier_groups=_GROUPS,
    )


def _section(section: PlainSection) -> PlainSection:
    english, station = _SECTIONS[section.name["de"]]
    return replace(
        section,
        name={**section.name, ENGLISH: english},
        station=station,
        items=section.items if section.name["de"] == LUNCH else tuple(map(_item, section.items)),
    )


def _item(item: PlainItem) -> PlainItem:
    number = item.name["de"].partition(" ")[0]
    sizes, choices = _SIZES.get(number), _CHOICES.get(number)
    if sizes is not None:
        item = replace(item, variations=sizes)
    if choices is not None:
        item = replace(item, modifiers=choices)
    if number not in _DISHES:
        return item
    name, description = _DISHES[number]
    return replace(
        item,
        name={**item.name, ENGLISH: f"{number} {name}"},
        description={**item.description, ENGLISH: description} if description else item.description,
    )
