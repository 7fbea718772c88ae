"""A schema.org Menu (JSON-LD) as a plain menu.

Rule 1: menus are looked for at the top, in `@graph`, and under `hasMenu`; `@id` references are
        followed. Everything stands in the menu once, however often the file refers to it.
Rule 2: sections within sections become sections of their own, in the order of the file.
Rule 3: an offer without a name is the price of a dish, one with a name a variation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from collab.errors import StructureRefused
from collab.formats.intake import Intake, imported, locale_of, made_id
from collab.formats.json_tree import LIMIT_DEPTH, Node, decode_tree
from collab.formats.money import minor_units, typed_price
from collab.formats.report import Imported, Known, Report, shown
from collab.formats.schema_org import DIETS, bare_name, has_type
from collab.formats.schema_org_nodes import Graph
from collab.menus.plain_menu import (
    KCAL_LIMIT,
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
)

_CODES = {name: code for code, name in DIETS.items()}
_NUMBER = re.compile(r"[0-9]{1,20}(\.[0-9]{1,20})?")
_CALORIES = re.compile(r"\s*([0-9]{1,6})(?:\.0+)?\s*(?:k?cal(?:ories)?\.?)?\s*", re.IGNORECASE)


def read_schema_org(content: bytes, known: Known) -> Imported:
    """Read a file.

    Raises StructureRefused (no JSON, no menu in it, no currency), TooLarge.
    """
    report = Report()
    graph = Graph(decode_tree(content), report)
    return imported(_Reader(graph, known, report).read(), report)


class _Reader:
    def __init__(self, graph: Graph, known: Known, report: Report) -> None:
        currency = graph.currency() or known.currency
        if currency is None:
            raise _unusable("This file does not say its currency; say it beside the file.")
        self._graph = graph
        self._known = known
        self._report = report
        self._intake = Intake(report)
        self._used: dict[str, None] = {}  # locales of texts
        self._sections: list[PlainSection] = []
        self._groups: dict[str, PlainModifierGroup] = {}
        self._currency = currency
        self._locale = ""  # of texts that do not say it, set by the first menu

    def read(self) -> PlainMenu:
        menus = list(self._graph.menus())
        if not menus:
            raise _unusable("There is no schema.org Menu in this file.")
        if len(menus) > 1:
            self._report.changed("", "The menus of this file were put together into one.")
        languages = self._languages(menus[0])
        first = languages[0] if languages else None
        self._locale = locale_of(first, self._known, self._graph.tags(), self._report)
        unplaced = [item for menu in menus for item in self._menu(menu)]
        return PlainMenu(
            locale=self._locale,
            currency=self._currency,
            locales=tuple(dict.fromkeys([*languages, *self._used])),
            sections=tuple(self._sections),
            unplaced=tuple(unplaced),
            modifier_groups=tuple(self._groups.values()),
        )

    def _languages(self, node: Node) -> list[str]:
        said = node.get("inLanguage")
        found: list[str | None] = []
        for one in said if isinstance(said, list) else [said]:
            tag = one.get("alternateName", one.get("name")) if isinstance(one, dict) else one
            found.append(self._intake.locale(tag, f"{node.where}.inLanguage"))
        if not any(found):
            found += (
                self._intake.locale(one, "@context") for one in self._graph.context_languages()
            )
        return [locale for locale in dict.fromkeys(found) if locale]

    def _menu(self, node: Node) -> list[PlainItem]:
        """The sections of a menu are added; its items of no section come back."""
        if node.get("name") or node.get("description"):
            self._report.ignored(f"{node.where}.name", "The menu's own name and text are not kept.")
        for section in self._graph.linked(node, "hasMenuSection"):
            self._section(section, 1)
        items = [self._item(item) for item in self._graph.linked(node, "hasMenuItem")]
        node.known("@context", "@type", "@id", "identifier", "@graph")
        node.finish()
        return [item for item in items if item is not None]

    def _section(self, node: Node, depth: int) -> None:
        if depth > LIMIT_DEPTH:
            raise _unusable("The sections of this menu are nested too deeply.")
        id, name = self._identity(node, "section")
        place = len(self._sections)
        self._sections.append(PlainSection(name, self._texts(node, "description"), id))
        items = [self._item(item) for item in self._graph.linked(node, "hasMenuItem")]
        found = tuple(item for item in items if item is not None)
        self._sections[place] = replace(self._sections[place], items=found)
        for inner in self._graph.linked(node, "hasMenuSection"):
            self._report.changed(inner.where, "A section within another became one of its own.")
            self._section(inner, depth + 1)
        node.finish()

    def _item(self, node: Node) -> PlainItem | None:
        self._intake.count_item()
        id, name = self._identity(node, "item")
        if not name and id is None:
            self._report.refused(node.where, "A dish without a name was left out.")
            return None
        price, variations = self._offers(node)
        item = PlainItem(
            name=name,
            description=self._texts(node, "description"),
            id=id,
            price=price,
            variations=variations or None,
            diets=self._diets(node),
            kcal=self._calories(node),
            modifiers=tuple(dict.fromkeys(self._add_ons(node))) or None,
        )
        node.finish()
        return item

    def _offers(self, node: Node) -> tuple[int | None, tuple[PlainVariation, ...]]:
        price: int | None = None
        variations: list[PlainVariation] = []
        ids = Intake(self._report)
        offers = [inner for one in node.nodes("offers") for inner in one.nodes("offers") or [one]]
        for offer in offers:
            name = self._texts(offer, "name", SHORT_TEXT_LIMIT_CHARACTERS)
            amount = self._price(offer)
            if name:
                id = ids.id("variation", offer.text("identifier"), offer.where)
                variations.append(PlainVariation(name, id, amount))
            elif price is not None and amount is not None:
                self._report.refused(offer.where, "A second price without a name was left out.")
            elif amount is not None:
                price = amount
            offer.known("@type", "@id")
            offer.finish()
        return price, tuple(variations)

    def _price(self, offer: Node) -> int | None:
        specification = offer.node("priceSpecification")
        holder = offer if specification is None else specification
        said, currency = holder.get("price"), holder.get("priceCurrency") or self._currency
        offer.known("price", "priceCurrency")
        if said is None or said == "":
            return None
        if currency != self._currency:
            what = f"A price in another currency than {self._currency} was left out."
            self._report.refused(holder.where, what)
            return None
        price = _minor_units(said, self._currency)
        if price is None:
            self._report.refused(f"{holder.where}.price", f"{shown(said)} is no price.")
        return price

    def _diets(self, node: Node) -> tuple[str, ...] | None:
        said = node.get("suitableForDiet")
        found: dict[str, None] = {}
        for one in said if isinstance(said, list) else [] if said is None else [said]:
            name = bare_name(one.get("@id") if isinstance(one, dict) else one)
            code = _CODES.get(name, _CODES.get(f"{name}Diet"))
            if code is None:
                self._report.refused(f"{node.where}.suitableForDiet", f"{shown(one)} is no diet.")
            else:
                found[code] = None
        return tuple(found) or None

    def _calories(self, node: Node) -> int | None:
        nutrition = node.node("nutrition")
        if nutrition is None:
            return None
        said = nutrition.get("calories")
        nutrition.known("@type", "@id")
        nutrition.finish()
        match = _CALORIES.fullmatch(str(said)) if isinstance(said, (str, int, Decimal)) else None
        if match is not None and int(match[1]) <= KCAL_LIMIT:
            return int(match[1])
        if said is not None:
            self._report.refused(f"{nutrition.where}.calories", f"{shown(said)} is no energy.")
        return None

    def _add_ons(self, node: Node) -> Iterator[str]:
        """The ids of the modifier groups of a dish; each group is read once."""
        for group in node.nodes("menuAddOn"):
            found = self._graph.resolved(group)
            if not has_type(found.value, "MenuSection"):
                self._report.ignored(found.where, "An add-on that is no section was left out.")
                continue
            name = self._texts(found, "name", SHORT_TEXT_LIMIT_CHARACTERS)
            options = tuple(self._option(one) for one in found.nodes("hasMenuItem"))
            said = self._intake_free_id(found)
            id = said or made_id("addon", str(sorted(name.items())), str(options))
            self._groups.setdefault(id, PlainModifierGroup(name, id, options=options))
            yield id

    def _option(self, node: Node) -> PlainOption:
        name = self._texts(node, "name", SHORT_TEXT_LIMIT_CHARACTERS)
        offers = node.nodes("offers")
        price = self._price(offers[0]) if offers else None
        id = self._intake_free_id(node)
        return PlainOption(name, id, price)

    def _intake_free_id(self, node: Node) -> str | None:
        """An id that may come again: the same group stands under many dishes."""
        return Intake(self._report).id("part", node.text("identifier"), node.where)

    def _identity(self, node: Node, kind: str) -> tuple[str | None, Mapping[str, str]]:
        node.known("@context", "@type", "@id", "inLanguage")
        id = self._intake.id(kind, node.text("identifier"), node.where)
        return id, self._texts(node, "name", TEXT_LIMIT_CHARACTERS[NAME])

    def _texts(
        self, node: Node, key: str, limit: int = TEXT_LIMIT_CHARACTERS[DESCRIPTION]
    ) -> dict[str, str]:
        """A text, a tagged one, a list of them, or a map by language."""
        where = f"{node.where}.{key}"
        own = self._languages(node) if "inLanguage" in node.value else []
        found: dict[str, str] = {}
        for locale, text in _said(node.get(key), own[0] if own else self._locale):
            tag = self._intake.locale(locale, where)
            if not isinstance(text, str):
                self._report.refused(where, f"{shown(key)} is no text and was left out.")
            elif tag in found:
                self._report.refused(where, "A second text in the same language was left out.")
            elif tag is not None:
                kept = self._intake.text(text, limit, where)
                found.update({} if kept is None else {tag: kept})
        self._used.update(dict.fromkeys(found))
        return found


def _said(value: object, locale: str) -> Iterator[tuple[str, object]]:
    """(language, text) of all forms that a text may have."""
    for one in value if isinstance(value, list) else [] if value is None else [value]:
        if not isinstance(one, dict):
            yield locale, one
        elif "@value" in one:
            yield one.get("@language") or locale, one["@value"]
        else:
            for tag, text in one.items():
                yield (locale if tag == "@none" else tag), text


def _minor_units(said: object, currency: str) -> int | None:
    if isinstance(said, str):
        text = said.strip()
        is_number = _NUMBER.fullmatch(text) is not None
        return minor_units(Decimal(text), currency) if is_number else typed_price(text, currency)
    if isinstance(said, bool) or not isinstance(said, (int, Decimal)):
        return None
    return minor_units(Decimal(said), currency)


def _unusable(sentence: str) -> StructureRefused:
    return StructureRefused(sentence, reason="unusable_file")
