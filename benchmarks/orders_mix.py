"""A menu to order from, made up with a seed, and the order mix of real guests.

Fifty dishes, as the public data set behind the mix has: some with required and free choices, some
in sizes, some plain, cooked at three stations. Every dish with choices takes 1 to 10 of them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Final

STATIONS: Final = ("grill", "cold", "bar")
DISHES: Final = 50
BASE, SAUCES, EXTRAS = "base", "sauces", "extras"  # groups: one of, up to two of, any of
WITH_CHOICES, IN_SIZES = 24, 12  # of the dishes; the rest is plain

# 1,834 real orders: how many had so many lines. 1 to 4 as published; of the other 76 only the
# longest (23) and the mean of all (2.5) are known, so their shape is made up to fit these.
LINES_PER_ORDER: Final[Mapping[int, int]] = {
    1: 128, 2: 1012, 3: 484, 4: 134,
    5: 34, 6: 20, 7: 9, 8: 6, 9: 2, 10: 2, 11: 1, 12: 1, 23: 1,
}  # fmt: skip
# Choices of a line that has any: mean 4.7, up to 10.
CHOICES_PER_LINE: Final[Mapping[int, int]] = {
    1: 8, 2: 8, 3: 13, 4: 17, 5: 19, 6: 16, 7: 10, 8: 5, 9: 3, 10: 1,
}  # fmt: skip
SHARE_WITH_CHOICES: Final = 0.73
SHARE_OF_MANY: Final = 0.06  # lines of more than one
SHARE_DOUBLED: Final = 0.2  # lines where one extra comes twice in the place of another
MANY: Final = (2, 2, 2, 2, 3, 3, 4)


@dataclass(frozen=True, slots=True)
class Wish:
    """One line as a guest says it."""

    item: str
    quantity: int = 1
    variation: str | None = None
    options: tuple[tuple[str, str, int], ...] = ()  # (group, option, how many for one dish)

    @property
    def choices(self) -> int:
        """How many options it has, repeated ones counted as often."""
        return sum(quantity for _, _, quantity in self.options)


def menu_file(seed: int) -> dict[str, Any]:
    """The menu as plain menu JSON, to be imported."""
    random = Random(seed)
    groups = [
        _group(BASE, 1, 1, 5, random),
        _group(SAUCES, 0, 2, 6, random),
        _group(EXTRAS, 0, None, 8, random),
    ]
    dishes = [_dish(number, random, groups) for number in range(DISHES)]
    return {
        "locale": "en",
        "currency": "EUR",
        "sections": [
            {
                "id": f"section-{station}",
                "name": station.title(),
                "station": station,
                "items": dishes[number :: len(STATIONS)],
            }
            for number, station in enumerate(STATIONS)
        ],
        "modifiers": groups,
    }


class Mix:
    """Draws what tables order from a menu, as the data set has it."""

    def __init__(self, menu: Mapping[str, Any], random: Random) -> None:
        self._random = random
        self._groups = {group["id"]: group for group in menu["modifiers"]}
        dishes = list(dishes_of(menu))
        self._choosable = [one for one in dishes if one.get("modifiers")]
        self._others = [one for one in dishes if not one.get("modifiers")]

    def order(self) -> list[Wish]:
        """One order: so many lines as orders have."""
        return [self.wish() for _ in range(drawn(LINES_PER_ORDER, self._random))]

    def wish(self, *, without: frozenset[str] = frozenset()) -> Wish:
        """One line. without: dishes that are known to be sold out."""
        random = self._random
        has_choices = random.random() < SHARE_WITH_CHOICES
        pool = self._choosable if has_choices else self._others
        dish = random.choice([one for one in pool if one["id"] not in without])
        sizes = dish.get("variations")
        return Wish(
            item=dish["id"],
            quantity=random.choice(MANY) if random.random() < SHARE_OF_MANY else 1,
            variation=random.choice(sizes)["id"] if sizes else None,
            options=self._options(dish) if has_choices else (),
        )

    def _options(self, dish: Mapping[str, Any]) -> tuple[tuple[str, str, int], ...]:
        """As many as the data set says: what has to be chosen, then whatever fits."""
        random = self._random
        wanted = drawn(CHOICES_PER_LINE, random)
        required: list[tuple[str, str]] = []
        free: list[tuple[str, str]] = []
        for group in (self._groups[one] for one in dish["modifiers"]):
            most = len(group["options"]) if group["max"] is None else group["max"]
            options = [(group["id"], one["id"]) for one in random.sample(group["options"], most)]
            required += options[: group["min"]]
            free += options[group["min"] :]
        chosen = Counter(required + random.sample(free, wanted - len(required)))
        extras = [one for one in chosen if one[0] == EXTRAS]
        if len(extras) > 1 and random.random() < SHARE_DOUBLED:
            del chosen[extras[0]]
            chosen[extras[1]] += 1
        return tuple(sorted((*one, quantity) for one, quantity in chosen.items()))


def dishes_of(menu: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every dish of a menu, section by section."""
    for section in menu["sections"]:
        yield from section["items"]


def drawn(weights: Mapping[int, int], random: Random) -> int:
    """One of the keys, as often as its weight says."""
    return random.choices(list(weights), weights=list(weights.values()))[0]


def _dish(number: int, random: Random, groups: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    dish: dict[str, Any] = {
        "id": f"dish-{number}",
        "name": f"Dish {number}",
        "price": random.randrange(290, 2890, 10) - random.choice((0, 1)),
    }
    if number < WITH_CHOICES:
        dish["modifiers"] = [group["id"] for group in groups]
    elif number < WITH_CHOICES + IN_SIZES:
        dish["variations"] = [
            {"id": f"dish-{number}-{size}", "name": size, "price": dish["price"] * factor // 10}
            for size, factor in (("small", 7), ("large", 13))
        ]
    return dish


def _group(
    name: str, minimum: int, maximum: int | None, count: int, random: Random
) -> dict[str, Any]:
    return {
        "id": name,
        "name": name.title(),
        "min": minimum,
        "max": maximum,
        "options": [
            {
                "id": f"{name}-{number}",
                "name": f"{name} {number}",
                "price": random.choice((None, 0, 50, 79, 120, 199)),
            }
            for number in range(count)
        ],
    }
