"""A menu as schema.org Menu, for search engines and other programs (JSON-LD)."""

from __future__ import annotations

import json
from collections.abc import Mapping

from collab.formats.money import amount_text
from collab.formats.report import Exported, Report, say_lost
from collab.formats.schema_org import CONTEXT, DIETS, FORMAT
from collab.formats.settled import settled
from collab.menus.menu import Menu
from collab.menus.plain_menu import (
    PlainItem,
    PlainMenu,
    PlainModifierGroup,
    PlainOption,
    PlainSection,
    PlainVariation,
)

# Guests must not read the staff's notes; nor has schema.org a word for the others.
_LOST_OF_ITEMS = (
    "allergens", "may_contain", "additives", "traits", "spiciness", "tax", "station",
    "preparation_seconds", "alcohol", "photo", "note",
)  # fmt: skip


def write_schema_org(menu: Menu) -> Exported:
    """The menu as JSON-LD in UTF-8. Hidden dishes are left out: such a file is read by guests."""
    report = Report()
    plain = settled(menu, report)
    tree = _Writer(plain, report).menu(menu.menu_id)
    return Exported(
        json.dumps(tree, ensure_ascii=False, indent=1).encode() + b"\n", report.remarks()
    )


class _Writer:
    def __init__(self, plain: PlainMenu, report: Report) -> None:
        self._plain = plain
        self._report = report
        self._locales = plain.all_locales()
        self._groups = {group.id: group for group in plain.modifier_groups}

    def menu(self, menu_id: str) -> dict[str, object]:
        say_lost(self._report, "", self._plain, ("source",), FORMAT)
        say_lost(self._report, "legend", self._plain.legend, ("allergens", "additives"), FORMAT)
        tree: dict[str, object] = {"@context": CONTEXT, "@type": "Menu", "identifier": menu_id}
        locales = self._locales
        tree["inLanguage"] = list(locales) if len(locales) > 1 else locales[0]
        tree["hasMenuSection"] = [self._section(section) for section in self._plain.sections]
        unplaced = self._items(self._plain.unplaced)
        return {**tree, "hasMenuItem": unplaced} if unplaced else tree

    def _section(self, section: PlainSection) -> dict[str, object]:
        say_lost(self._report, f"section {section.id}", section, ("hours", "station"), FORMAT)
        return {
            **self._named("MenuSection", section),
            **self._text("description", section.description),
            "hasMenuItem": self._items(section.items),
        }

    def _items(self, items: tuple[PlainItem, ...]) -> list[dict[str, object]]:
        shown = []
        for item in items:
            if item.is_hidden:
                self._report.ignored(f"item {item.id}", "A hidden dish was left out.")
            else:
                shown.append(self._item(item))
        return shown

    def _item(self, item: PlainItem) -> dict[str, object]:
        where = f"item {item.id}"
        say_lost(self._report, where, item, _LOST_OF_ITEMS, FORMAT)
        tree = {**self._named("MenuItem", item), **self._text("description", item.description)}
        offers = [] if item.price is None else [self._offer(item.price)]
        offers += [self._variation(variation) for variation in item.variations or ()]
        if offers:
            tree["offers"] = offers[0] if len(offers) == 1 else offers
        diets = [f"{CONTEXT}/{DIETS[diet]}" for diet in item.diets or () if diet in DIETS]
        if len(diets) < len(item.diets or ()):
            self._report.ignored(where, "A diet has no name in schema.org.")
        if diets:
            tree["suitableForDiet"] = diets
        if item.kcal is not None:
            calories = f"{item.kcal} calories"
            tree["nutrition"] = {"@type": "NutritionInformation", "calories": calories}
        groups = [self._groups[id] for id in item.modifiers or () if id in self._groups]
        if groups:
            tree["menuAddOn"] = [self._group(group) for group in groups]
        return tree

    def _variation(self, variation: PlainVariation) -> dict[str, object]:
        priced = {} if variation.price is None else self._offer(variation.price)
        return {**self._named("Offer", variation), **priced}

    def _offer(self, price: int) -> dict[str, object]:
        currency = self._plain.currency
        return {
            "@type": "Offer",
            "price": amount_text(price, currency),
            "priceCurrency": currency,
        }

    def _group(self, group: PlainModifierGroup) -> dict[str, object]:
        where = f"modifier group {group.id}"
        say_lost(self._report, where, group, ("minimum", "maximum"), FORMAT)
        options = []
        for option in group.options:
            offers = {} if option.price is None else {"offers": self._offer(option.price)}
            options.append({**self._named("MenuItem", option), **offers})
        return {**self._named("MenuSection", group), "hasMenuItem": options}

    def _named(
        self,
        type: str,
        part: PlainSection | PlainItem | PlainVariation | PlainModifierGroup | PlainOption,
    ) -> dict[str, object]:
        return {"@type": type, "identifier": part.id, **self._text("name", part.name)}

    def _text(self, key: str, texts: Mapping[str, str]) -> dict[str, object]:
        """Plain where the menu has one language only: many readers know nothing else."""
        if not texts:
            return {}
        if len(self._locales) == 1:
            return {key: texts[self._plain.locale]}
        tagged = [{"@language": locale, "@value": text} for locale, text in texts.items()]
        return {key: tagged}
