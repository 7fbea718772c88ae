"""A menu as a Square-like catalog: flat objects that refer to each other by id."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal

from collab.formats.report import Exported, Report, say_lost
from collab.formats.settled import settled
from collab.formats.square import ALLERGENS, DIETS, FORMAT, PRICE_SUFFIX, REGULAR
from collab.menus.menu import Menu
from collab.menus.plain_menu import (
    PlainItem,
    PlainMenu,
    PlainModifierGroup,
    PlainOption,
    PlainSection,
    PlainVariation,
)

_LOST_OF_ITEMS = (
    "may_contain", "additives", "traits", "spiciness", "station", "preparation_seconds", "alcohol",
    "photo", "note",
)  # fmt: skip

Object = dict[str, object]


def write_square(menu: Menu) -> Exported:
    """The menu as a catalog, JSON in UTF-8. Texts are those of the default language."""
    report = Report()
    objects = _Writer(settled(menu, report), report).objects()
    tree = {"objects": objects}
    return Exported(
        json.dumps(tree, ensure_ascii=False, indent=1).encode() + b"\n", report.remarks()
    )


class _Writer:
    def __init__(self, plain: PlainMenu, report: Report) -> None:
        self._plain = plain
        self._report = report
        self._groups = {group.id for group in plain.modifier_groups}
        self._ids = {part.id for part in (*plain.parts(), *plain.modifier_groups)}

    def objects(self) -> list[Object]:
        plain = self._plain
        say_lost(self._report, "", plain, ("source",), FORMAT)
        say_lost(self._report, "legend", plain.legend, ("allergens", "additives"), FORMAT)
        found = [self._category(place, one) for place, one in enumerate(plain.sections)]
        rates = sorted({item.tax for item in plain.items() if item.tax is not None})
        found += [_tax(rate) for rate in rates]
        found += [self._modifier_list(group) for group in plain.modifier_groups]
        for section in plain.sections:
            found += [
                self._item(item, section.id, place) for place, item in enumerate(section.items)
            ]
        found += [self._item(item, None, place) for place, item in enumerate(plain.unplaced)]
        return found

    def _category(self, place: int, section: PlainSection) -> Object:
        where = f"section {section.id}"
        say_lost(self._report, where, section, ("description", "hours", "station"), FORMAT)
        data = {"name": self._text(section.name, where), "ordinal": place}
        return _object("CATEGORY", section.id, "category_data", data)

    def _modifier_list(self, group: PlainModifierGroup) -> Object:
        data: Object = {
            "name": self._text(group.name, f"modifier group {group.id}"),
            "selection_type": "SINGLE" if group.maximum == 1 else "MULTIPLE",
            "modifiers": [
                self._modifier(group, place, option) for place, option in enumerate(group.options)
            ],
        }
        if group.minimum is not None:
            data["min_selected_modifiers"] = group.minimum
        if group.maximum is not None:
            data["max_selected_modifiers"] = group.maximum
        return _object("MODIFIER_LIST", group.id, "modifier_list_data", data)

    def _modifier(self, group: PlainModifierGroup, place: int, option: PlainOption) -> Object:
        id = self._own_id(option.id, group.id)
        data: Object = {"name": self._text(option.name, f"option {id}"), "ordinal": place}
        data.update(self._money(option.price))
        return _object("MODIFIER", id, "modifier_data", data)

    def _item(self, item: PlainItem, section_id: str | None, place: int) -> Object:
        where = f"item {item.id}"
        say_lost(self._report, where, item, _LOST_OF_ITEMS, FORMAT)
        data: Object = {"name": self._text(item.name, where)}
        if item.description:
            data["description"] = self._text(item.description, where)
        if section_id is not None:
            data["categories"] = [{"id": section_id, "ordinal": place}]
        if item.tax is not None:
            data["tax_ids"] = [_tax_id(item.tax)]
        if item.is_hidden:
            data["is_archived"] = True
        lists = [id for id in item.modifiers or () if id in self._groups]
        if lists:
            data["modifier_list_info"] = [{"modifier_list_id": id, "enabled": True} for id in lists]
        details = _details(item)
        if details:
            data["food_and_beverage_details"] = details
        data["variations"] = self._variations(item)
        return _object("ITEM", item.id, "item_data", data)

    def _variations(self, item: PlainItem) -> list[Object]:
        """Square keeps prices in variations only, so every item has one."""
        found = []
        if item.price is not None or not item.variations:
            whole = PlainVariation({self._plain.locale: REGULAR}, None, item.price)
            found.append(self._variation(item, f"{item.id}{PRICE_SUFFIX}", 0, whole))
        for place, variation in enumerate(item.variations or (), 1):
            id = self._own_id(variation.id, item.id)
            found.append(self._variation(item, id, place, variation))
        return found

    def _variation(self, item: PlainItem, id: str, place: int, variation: PlainVariation) -> Object:
        money = self._money(variation.price)
        data: Object = {
            "item_id": item.id,
            "name": self._text(variation.name, f"variation {id}"),
            "ordinal": place,
            "pricing_type": "FIXED_PRICING" if money else "VARIABLE_PRICING",
            **money,
        }
        return _object("ITEM_VARIATION", id, "item_variation_data", data)

    def _money(self, price: int | None) -> Object:
        currency = self._plain.currency
        return {} if price is None else {"price_money": {"amount": price, "currency": currency}}

    def _own_id(self, id: str | None, owner: str | None) -> str:
        """Ids are unique in the whole catalog, ours only within their item or group."""
        free = f"{owner}.{id}" if id is None or id in self._ids else id
        if free != id:
            self._report.changed(f"{owner}", "An id was used twice, so that another was made.")
        self._ids.add(free)
        return free

    def _text(self, texts: Mapping[str, str], where: str) -> str:
        if texts.keys() - {self._plain.locale}:
            self._report.ignored(where, "Texts in further languages have no place in it.")
        return texts.get(self._plain.locale, "")


def _details(item: PlainItem) -> Object:
    details: Object = {}
    if item.kcal is not None:
        details["calorie_count"] = item.kcal
    if item.diets:
        details["dietary_preferences"] = _names(item.diets, DIETS)
    if item.allergens:
        details["ingredients"] = _names(item.allergens, ALLERGENS)
    return details


def _names(codes: Iterable[str], standard: Mapping[str, str]) -> list[Object]:
    return [
        {"type": "STANDARD", "standard_name": standard[code]}
        if code in standard
        else {"type": "CUSTOM", "custom_name": code}
        for code in codes
    ]


def _tax(rate: int) -> Object:
    percent = f"{Decimal(rate).scaleb(-2).normalize():f}"
    data = {"name": f"{percent} %", "percentage": percent, "enabled": True}
    return _object("TAX", _tax_id(rate), "tax_data", data)


def _tax_id(rate: int) -> str:
    return f"tax~{rate}"


def _object(type: str, id: str | None, key: str, data: object) -> Object:
    return {"type": type, "id": id, key: data}
