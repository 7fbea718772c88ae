"""Words of schema.org that both directions share: types, diets, languages of texts."""

from __future__ import annotations

from collections.abc import Mapping

CONTEXT = "https://schema.org"
FORMAT = "schema.org"

# https://schema.org/RestrictedDiet; our code -> its name.
DIETS = {
    "diabetic": "DiabeticDiet",
    "gluten-free": "GlutenFreeDiet",
    "halal": "HalalDiet",
    "hindu": "HinduDiet",
    "kosher": "KosherDiet",
    "low-calorie": "LowCalorieDiet",
    "low-fat": "LowFatDiet",
    "low-lactose": "LowLactoseDiet",
    "low-salt": "LowSaltDiet",
    "vegan": "VeganDiet",
    "vegetarian": "VegetarianDiet",
}


def bare_name(term: object) -> str:
    """`https://schema.org/Menu`, `schema:Menu` and `Menu` are all "Menu"; "" for anything else."""
    if not isinstance(term, str):
        return ""
    return term.rpartition("/")[2].rpartition(":")[2].rpartition("#")[2]


def has_type(value: Mapping[str, object], name: str) -> bool:
    """Whether a node is of this type, perhaps among others."""
    types = value.get("@type")
    return any(bare_name(one) == name for one in (types if isinstance(types, list) else [types]))
