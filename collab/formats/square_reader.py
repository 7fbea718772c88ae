"""A Square-like catalog as a plain menu.

Rule 1: categories become sections, in the order of their ordinals. An item stands in the first of
        its categories; one of no known category stands in no section.
Rule 2: a lone variation named Regular is the price of the item. Others are variations.
Rule 3: prices, presence and sales by location are not understood, and the report says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from collab.errors import StructureRefused
from collab.formats.intake import Intake, imported, locale_of, made_id
from collab.formats.json_tree import Node, decode_tree
from collab.formats.report import Imported, Known, Report, shown
from collab.formats.square import ALLERGENS, DIETS, PRICE_SUFFIX, REGULAR
from collab.formats.square_objects import Catalog, CatalogObject
from collab.menus.plain_menu import (
    CHOICE_LIMIT,
    KCAL_LIMIT,
    PRICE_LIMIT,
    TAX_LIMIT,
    PlainItem,
    PlainMenu,
    PlainModifierGroup,
    PlainOption,
    PlainSection,
    PlainVariation,
)
from collab.menus.schema import (
    DESCRIPTION,
    NAME,
    SHORT_TEXT_LIMIT_CHARACTERS,
    TEXT_LIMIT_CHARACTERS,
    is_id,
)


def read_square(content: bytes, known: Known) -> Imported:
    """Read a file: `{"objects": [...]}` or the list alone.

    Raises StructureRefused (no JSON, no catalog, no currency), TooLarge.
    """
    report = Report()
    catalog = Catalog(decode_tree(content), report)
    return imported(_Reader(catalog, known, report).read(), report)


class _Reader:
    def __init__(self, catalog: Catalog, known: Known, report: Report) -> None:
        self._catalog = catalog
        self._report = report
        self._intake = Intake(report)
        self._locale = locale_of(None, known, (), report)
        currency = catalog.currency() or known.currency
        if currency is None:
            raise StructureRefused(
                "This file does not say its currency; say it beside the file.",
                reason="unusable_file",
            )
        self._currency = currency

    def read(self) -> PlainMenu:
        taxes = dict(self._taxes())
        options = self._catalog.by_owner("MODIFIER", "modifier_list_id")
        groups = {
            one.id: self._group(one, options.get(one.id, []))
            for one in self._catalog.of_type("MODIFIER_LIST")
        }
        variations = self._catalog.by_owner("ITEM_VARIATION", "item_id")
        placed: dict[str | None, list[tuple[int, PlainItem]]] = {}
        sections = self._sections()
        for one in self._catalog.of_type("ITEM"):
            self._intake.count_item()
            item = self._item(one, variations.get(one.id, []), taxes, groups)
            category, ordinal = self._category_of(one, sections)
            placed.setdefault(category, []).append((ordinal, item))
            one.finish()
        return PlainMenu(
            locale=self._locale,
            currency=self._currency,
            sections=tuple(
                replace(section, items=_in_order(placed.get(id, ())))
                for id, section in sections.items()
            ),
            unplaced=_in_order(placed.get(None, ())),
            modifier_groups=tuple(groups.values()),
        )

    def _sections(self) -> dict[str, PlainSection]:
        """By their id in the catalog, in order."""
        found = []
        for place, one in enumerate(self._catalog.of_type("CATEGORY")):
            parent = one.data.node("parent_category")
            if parent is not None and parent.get("id"):
                what = "A category within another became a section of its own."
                self._report.changed(one.data.where, what)
            ordinal = one.data.integer("ordinal") or 0
            name = self._text(one.data, "name", TEXT_LIMIT_CHARACTERS[NAME])
            section = PlainSection(name, id=self._kept_id("CATEGORY", one.id))
            one.data.known("category_type", "is_top_level", "root_category")
            one.finish()
            found.append((ordinal, place, one.id, section))
        return {id: section for _, _, id, section in sorted(found, key=lambda one: one[:2])}

    def _category_of(
        self, one: CatalogObject, known: Mapping[str, object]
    ) -> tuple[str | None, int]:
        said = [(node.text("id"), node.integer("ordinal")) for node in one.data.nodes("categories")]
        said.append((one.data.text("category_id"), None))
        reporting = one.data.node("reporting_category")
        if reporting is not None:
            said.append((reporting.text("id"), None))
        there = [(id, ordinal) for id, ordinal in said if id is not None and id in known]
        if len({id for id, _ in there}) > 1:
            what = "A dish of several categories stands in the first one only."
            self._report.changed(one.data.where, what)
        if not there:
            if any(id for id, _ in said):
                self._report.refused(one.data.where, "The category of a dish is not in the file.")
            return None, 0
        return there[0][0], there[0][1] or 0

    def _item(
        self,
        one: CatalogObject,
        loose: list[CatalogObject],
        taxes: Mapping[str, int],
        groups: Mapping[str, PlainModifierGroup],
    ) -> PlainItem:
        data = one.data
        details = data.node("food_and_beverage_details")
        price, variations = self._prices(one, loose)
        data.known("product_type")
        item = PlainItem(
            name=self._text(data, "name", TEXT_LIMIT_CHARACTERS[NAME]),
            description=self._description(data),
            id=self._kept_id("ITEM", one.id),
            price=price,
            variations=variations or None,
            allergens=self._names(details, "ingredients", ALLERGENS),
            diets=self._names(details, "dietary_preferences", DIETS),
            kcal=None if details is None else details.whole("calorie_count", KCAL_LIMIT),
            tax=self._tax(data, taxes),
            is_hidden=data.flag("is_archived") or None,
            modifiers=tuple(dict.fromkeys(self._modifiers(data, groups))) or None,
        )
        if details is not None:
            details.finish()
        return item

    def _description(self, data: Node) -> dict[str, str]:
        for key in ("description_plaintext", "description"):
            text = self._text(data, key, TEXT_LIMIT_CHARACTERS[DESCRIPTION])
            if text:
                data.known("description", "description_html")  # the same, marked up
                return text
        return {}

    def _prices(
        self, one: CatalogObject, loose: list[CatalogObject]
    ) -> tuple[int | None, tuple[PlainVariation, ...]]:
        """The item's own price, and its variations in order."""
        price: int | None = None
        found: list[tuple[int, PlainVariation]] = []
        all_of_it = [*self._catalog.within(one, "variations", "ITEM_VARIATION"), *loose]
        for variation in all_of_it:
            data = variation.data
            amount = self._money(data)
            name = self._text(data, "name", SHORT_TEXT_LIMIT_CHARACTERS)
            data.known("item_id", "pricing_type")
            is_lone = len(all_of_it) == 1 and name.get(self._locale, REGULAR) == REGULAR
            if is_lone or variation.id == f"{one.id}{PRICE_SUFFIX}":
                price = amount
                data.known("ordinal")
            else:
                id = self._kept_id("ITEM_VARIATION", variation.id)
                ordinal = data.integer("ordinal") or 0
                found.append((ordinal, PlainVariation(name, id, amount)))
            variation.finish()
        found.sort(key=lambda entry: entry[0])
        return price, tuple(variation for _, variation in found)

    def _group(self, one: CatalogObject, loose: list[CatalogObject]) -> PlainModifierGroup:
        data = one.data
        options: list[tuple[int, PlainOption]] = []
        for modifier in [*self._catalog.within(one, "modifiers", "MODIFIER"), *loose]:
            name = self._text(modifier.data, "name", SHORT_TEXT_LIMIT_CHARACTERS)
            id = self._kept_id("MODIFIER", modifier.id)
            option = PlainOption(name, id, self._money(modifier.data))
            options.append((modifier.data.integer("ordinal") or 0, option))
            modifier.data.known("modifier_list_id")
            modifier.finish()
        options.sort(key=lambda entry: entry[0])
        is_single = data.text("selection_type") == "SINGLE"
        least = self._bound(data, "min_selected_modifiers")
        most = self._bound(data, "max_selected_modifiers")
        name = self._text(data, "name", SHORT_TEXT_LIMIT_CHARACTERS)
        data.known("ordinal")
        one.finish()
        return PlainModifierGroup(
            name=name,
            id=self._kept_id("MODIFIER_LIST", one.id) or made_id("group", one.id),
            minimum=least or None,
            maximum=1 if most is None and is_single else most,
            options=tuple(option for _, option in options),
        )

    def _bound(self, data: Node, key: str) -> int | None:
        """-1 says: not set."""
        return None if data.get(key) == -1 else data.whole(key, CHOICE_LIMIT)

    def _modifiers(self, data: Node, groups: Mapping[str, PlainModifierGroup]) -> Iterator[str]:
        for info in data.nodes("modifier_list_info"):
            group = groups.get(info.text("modifier_list_id") or "")
            if group is None or group.id is None:
                self._report.refused(info.where, "The modifier list of a dish is not in the file.")
            elif info.flag("enabled") is not False:
                yield group.id
            for key in ("min_selected_modifiers", "max_selected_modifiers"):
                if info.get(key) not in (None, -1):  # -1: as the list says
                    what = "Limits of a modifier list for one dish are not understood."
                    self._report.ignored(f"{info.where}.{key}", what)
            info.known("ordinal")
            info.finish()

    def _names(
        self, details: Node | None, key: str, standard: Mapping[str, str]
    ) -> tuple[str, ...] | None:
        if details is None:
            return None
        codes = {name: code for code, name in standard.items()}
        found = []
        for node in details.nodes(key):
            name, custom = node.text("standard_name"), node.text("custom_name")
            node.known("type")
            node.finish()
            if name is not None and name not in codes:
                self._report.changed(node.where, f"{shown(name)} was taken as it stands.")
            if name or custom:
                found.append(codes.get(name, name.lower()) if name else custom or "")
        return self._intake.codes(found, f"{details.where}.{key}") or None

    def _taxes(self) -> Iterator[tuple[str, int]]:
        """Basis points of every tax, by its id."""
        for one in self._catalog.of_type("TAX"):
            said = one.data.text("percentage")
            one.data.known("name", "enabled", "calculation_phase", "inclusion_type")
            one.finish()
            rate = _basis_points(said)
            if rate is not None:
                yield one.id, rate
            else:
                self._report.refused(one.data.where, "A tax without a readable rate was left out.")

    def _tax(self, data: Node, taxes: Mapping[str, int]) -> int | None:
        said = data.get("tax_ids")
        ids = [id for id in said if isinstance(id, str)] if isinstance(said, list) else []
        if said and (len(ids) != 1 or ids[0] not in taxes):
            self._report.refused(f"{data.where}.tax_ids", "A dish has one tax that is in the file.")
            return None
        return taxes[ids[0]] if ids else None

    def _money(self, data: Node) -> int | None:
        money = data.node("price_money")
        if money is None:
            return None
        amount = money.whole("amount", PRICE_LIMIT)
        currency = money.get("currency")
        money.finish()
        if currency not in (None, self._currency):
            what = f"A price in another currency than {self._currency} was left out."
            self._report.refused(money.where, what)
            return None
        return amount

    def _text(self, data: Node, key: str, limit: int) -> dict[str, str]:
        said = data.text(key)
        text = None if said is None else self._intake.text(said, limit, f"{data.where}.{key}")
        return {self._locale: text} if text else {}

    def _kept_id(self, type: str, id: str) -> str | None:
        """The id of the catalog, or one made of it, always the same, when ours has another form."""
        if not id:
            return None
        if is_id(id):
            return id
        self._report.changed(type, "An id of another form than ours was replaced.")
        return made_id(type, id)


def _in_order(placed: Iterable[tuple[int, PlainItem]]) -> tuple[PlainItem, ...]:
    return tuple(item for _, item in sorted(placed, key=lambda entry: entry[0]))


def _basis_points(percentage: str | None) -> int | None:
    text = percentage or ""
    digits = text.replace(".", "", 1)
    if not digits.isascii() or not digits.isdigit() or len(digits) > 10 or text.startswith("."):
        return None
    rate = Decimal(text).scaleb(2)
    return int(rate) if rate == rate.to_integral_value() and rate <= TAX_LIMIT else None
