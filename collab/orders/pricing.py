"""What a dish costs: always by a published version of the menu, never by what a client says.

Rule 1: the version that guests see now decides.
Rule 2: a version that was superseded is honoured within the grace, for an order that was opened
        before that: whoever sat down with the old menu pays by it.
Rule 3: any other version counts as long as the price is the same. If it is not, the command is
        refused with the new price; a client confirms it with `accept_price`, with the new version,
        or by saying as `expected` what it costs now.
Rule 4: guests order what they are shown: nothing hidden, nothing outside its hours.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from collab.orders.business_days import is_served
from collab.orders.forms import OptionChoice
from collab.orders.order import ChosenOption, Texts
from collab.orders.price_lists import price_list
from collab.orders.refusal import Refusal
from collab.orders.terms import DEFAULT_STATION, EXPO, OnSale, PricedItem, PriceList, Terms

__all__ = ["PricedLine", "Wish", "price_line", "price_list"]


@dataclass(frozen=True, slots=True)
class Wish:
    """A dish that somebody chose, with the version they chose it from."""

    menu_id: str
    menu_version: int | None  # that the client saw; None: whatever guests see now
    item_id: str
    variation_id: str | None = None
    options: tuple[OptionChoice, ...] = ()
    quantity: int = 1
    expected: int | None = None  # price of one dish with options, as the client shows it
    accept_price: bool = False
    is_guests: bool = False


@dataclass(frozen=True, slots=True)
class PricedLine:
    """What of a line comes from the menu."""

    menu_version: int
    unit_price: int
    options_price: int
    name: Texts
    variation_name: Texts | None
    options: tuple[ChosenOption, ...]
    station: str
    tax: int
    allergens: tuple[str, ...]
    may_contain: tuple[str, ...]

    @property
    def price(self) -> int:
        """Of one dish with its options."""
        return self.unit_price + self.options_price


def price_line(
    on_sale: OnSale | None, wish: Wish, terms: Terms, currency: str, opened_at: datetime,
    at: datetime,
) -> PricedLine | Refusal:  # fmt: skip
    """Price a wish by the version that counts.

    on_sale: of the wish's menu; None: there is no such menu. currency, opened_at: of the order.
    """
    if on_sale is None or on_sale.restaurant_id != terms.restaurant_id:
        return Refusal("unknown_item", "There is no such menu.")
    if on_sale.effective is None or on_sale.effective not in on_sale.lists:
        return Refusal("not_for_sale", "This menu is not published.")
    prices = on_sale.lists[on_sale.effective]
    number = on_sale.effective if wish.menu_version is None else wish.menu_version
    seen = on_sale.lists.get(number)
    if seen is not None and _is_honoured(on_sale, number, terms, opened_at, at):
        prices = seen
    if prices.currency != currency:
        return Refusal("not_for_sale", "The menu is in another currency than the order.")
    found = _price_by(prices, wish, terms, at)
    if isinstance(found, Refusal) or wish.accept_price:
        return found
    expected = wish.expected
    if expected is None:
        if prices.number == number:
            return found
        old = None if seen is None else _price_by(seen, wish, terms, at)
        expected = old.price if isinstance(old, PricedLine) else None
    return found if expected == found.price else _changed(found, wish, expected)


def _is_honoured(
    on_sale: OnSale, number: int, terms: Terms, opened_at: datetime, at: datetime
) -> bool:
    ended = on_sale.superseded_at.get(number)
    if ended is None or number == on_sale.effective:
        return False
    return opened_at < ended and at <= ended + timedelta(seconds=terms.price_grace_seconds)


def _price_by(prices: PriceList, wish: Wish, terms: Terms, at: datetime) -> PricedLine | Refusal:
    item = prices.items.get(wish.item_id)
    if item is None:
        return Refusal("unknown_item", "This is not on the menu (any more).")
    if wish.is_guests and item.is_hidden:
        return Refusal("not_for_sale", "This cannot be ordered.")
    if wish.is_guests and not is_served(item.hours, terms.time_zone, at):
        return Refusal("not_for_sale", "This is not served at this hour.")
    chosen = _chosen(prices, item, wish.options)
    if isinstance(chosen, Refusal):
        return chosen
    price, variation_name = item.price, None
    if wish.variation_id is not None:
        variation = item.variations.get(wish.variation_id)
        if variation is None:
            return Refusal("unknown_item", "This dish does not come that way.")
        price = item.price if variation.price is None else variation.price
        variation_name = variation.name
    if price is None:
        return Refusal("not_for_sale", "It has no price; choose one of its variations.")
    return PricedLine(
        prices.number,
        price,
        sum(option.price * option.quantity for option in chosen),
        item.name,
        variation_name,
        chosen,
        _station(item),
        terms.tax if item.tax is None else item.tax,
        item.allergens,
        item.may_contain,
    )


def _station(item: PricedItem) -> str:
    """Who cooks it; the expediter does not cook."""
    return DEFAULT_STATION if item.station in (None, EXPO) else item.station


def _chosen(
    prices: PriceList, item: PricedItem, choices: tuple[OptionChoice, ...]
) -> tuple[ChosenOption, ...] | Refusal:
    """The options with names and prices; each of them once, in the numbers its group allows."""
    chosen = []
    counts: Counter[str] = Counter()
    for choice in choices:
        group = prices.groups.get(choice.group) if choice.group in item.groups else None
        option = group.options.get(choice.option) if group is not None else None
        if option is None:
            return _bad(choice.group, "This dish has no such option.")
        counts[choice.group] += choice.quantity
        chosen.append(
            ChosenOption(choice.group, choice.option, choice.quantity, option.name, option.price)
        )
    if len({(one.group, one.option) for one in choices}) < len(choices):
        return Refusal("bad_modifiers", "Name each option once, with its quantity.")
    for id in item.groups:
        group = prices.groups.get(id)
        if group is None:
            continue
        if counts[id] < group.minimum:
            return _bad(id, f"Choose at least {group.minimum}.", group.minimum, group.maximum)
        if group.maximum is not None and counts[id] > group.maximum:
            return _bad(id, f"Choose at most {group.maximum}.", group.minimum, group.maximum)
    return tuple(chosen)


def _bad(group: str, reason: str, least: int = 0, most: int | None = None) -> Refusal:
    current: Mapping[str, object] = {"group": group, "min": least, "max": most}
    return Refusal("bad_modifiers", reason, current)


def _changed(found: PricedLine, wish: Wish, expected: int | None) -> Refusal:
    return Refusal(
        "price_changed",
        "The price has changed; confirm the new one.",
        {
            "unit_price": found.unit_price,
            "options_price": found.options_price,
            "price": found.price * wish.quantity,
            "version": found.menu_version,
            "old": expected,  # of one dish with its options; None: nobody knows
            "new": found.price,
        },
    )
