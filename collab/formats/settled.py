"""A live menu as the plain menu that a file can hold: one value for each field.

Where several people wrote without having seen each other, what the menu reads as meanwhile goes
out, and the report says so for the fields that ask (prices, allergens, diets).
"""

from __future__ import annotations

from collections.abc import Mapping

from collab.formats.report import Report, shown
from collab.menus.listing import listed_codes
from collab.menus.menu import Choice, Item, Menu, ModifierGroup, Section
from collab.menus.plain_menu import (
    PlainItem,
    PlainMenu,
    PlainModifierGroup,
    PlainOption,
    PlainSection,
    PlainVariation,
)
from collab.menus.registers import Registers
from collab.menus.schema import asks


def settled(menu: Menu, report: Report) -> PlainMenu:
    """The menu as it reads now, without what is deleted."""
    sections = tuple(_section(section, menu, report) for section in menu.sections)
    return PlainMenu(
        locale=menu.locale,
        currency=menu.currency,
        locales=menu.locales,
        legend=menu.legend,
        source=menu.source,
        sections=sections,
        unplaced=tuple(_item(item, menu, report) for item in menu.unplaced),
        modifier_groups=tuple(_group(group, report) for group in menu.modifier_groups),
    )


def _section(section: Section, menu: Menu, report: Report) -> PlainSection:
    return PlainSection(
        name=_written(section.name),
        description=_written(section.description),
        id=section.id,
        hours=section.hours,
        station=section.station,
        items=tuple(_item(item, menu, report) for item in section.items),
    )


def _item(item: Item, menu: Menu, report: Report) -> PlainItem:
    _say_conflicts(f"item {item.id}", item.registers, report)
    codes = {name: tuple(found) for name, found in listed_codes(item, menu.legend).items()}
    return PlainItem(
        name=_written(item.name),
        description=_written(item.description),
        id=item.id,
        price=item.price,
        allergens=codes["allergens"],
        may_contain=codes["may_contain"],
        additives=codes["additives"],
        traits=codes["traits"],
        spiciness=item.spiciness,
        diets=codes["diets"],
        tax=item.tax,
        station=item.station,
        preparation_seconds=item.preparation_seconds,
        kcal=item.kcal,
        alcohol=item.alcohol,
        photo=item.photo,
        is_hidden=item.is_hidden or None,
        note=item.note or None,
        variations=tuple(_variation(choice) for choice in item.variations),
        modifiers=item.modifiers,
    )


def _variation(choice: Choice) -> PlainVariation:
    return PlainVariation(_written(choice.name), choice.id, choice.price)


def _group(group: ModifierGroup, report: Report) -> PlainModifierGroup:
    _say_conflicts(f"modifier group {group.id}", group.registers, report)
    return PlainModifierGroup(
        name=_written(group.name),
        id=group.id,
        minimum=group.minimum or None,
        maximum=group.maximum,
        options=tuple(
            PlainOption(_written(option.name), option.id, option.price) for option in group.options
        ),
    )


def _written(texts: Mapping[str, str]) -> dict[str, str]:
    return {locale: text for locale, text in texts.items() if text}


def _say_conflicts(where: str, registers: Registers, report: Report) -> None:
    for name, candidates in registers.items():
        values = [candidate.value for candidate in candidates]
        if asks(name) and any(value != values[0] for value in values):
            field = shown(name)
            report.changed(where, f"Several people wrote {field}; only what it reads as is here.")
