"""Words of a Square-like catalog that both directions share."""

from __future__ import annotations

FORMAT = "a Square catalog"
REGULAR = "Regular"  # the variation of an item that comes in one kind only
PRICE_SUFFIX = "~price"  # of the id of the variation that stands for the price of the item itself

# Our code -> the standard names of Square. Others go in and out as custom names.
DIETS = {
    "dairy-free": "DAIRY_FREE",
    "gluten-free": "GLUTEN_FREE",
    "halal": "HALAL",
    "kosher": "KOSHER",
    "nut-free": "NUT_FREE",
    "vegan": "VEGAN",
    "vegetarian": "VEGETARIAN",
}
ALLERGENS = {
    "celery": "CELERY",
    "crustaceans": "CRUSTACEANS",
    "eggs": "EGGS",
    "fish": "FISH",
    "gluten": "GLUTEN",
    "lupin": "LUPIN",
    "milk": "MILK",
    "molluscs": "MOLLUSCS",
    "mustard": "MUSTARD",
    "nuts": "TREE_NUTS",
    "peanuts": "PEANUTS",
    "sesame": "SESAME",
    "soy": "SOY",
    "sulphites": "SULPHITES",
}
