"""A menu as it stands: schema 1, as plain immutable values.

Everything but texts is registers (collab/menus/registers.py), listed with their form in
collab/menus/schema.py; the properties here say what they read as. Several values of an allergen
read as the strictest of them; what makes no sense reads as not said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from collab.menus.plain_menu import (
    ALCOHOL_LIMIT,
    CHOICE_LIMIT,
    KCAL_LIMIT,
    PREPARATION_LIMIT_SECONDS,
    PRICE_LIMIT,
    SPICE_LIMIT,
    TAX_LIMIT,
    Legend,
    Window,
    is_time,
)
from collab.menus.registers import Registers, integer_of, strings_of, text_of, value_of

SCHEMA = 1
ROOTS = ("meta", "sections", "items", "modgroups")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
FALLBACK_LOCALE = "en"
FALLBACK_CURRENCY = "EUR"

CONTAINS, MAY, FREE = "contains", "may", "free"


@dataclass(frozen=True, slots=True)
class Choice:
    """A variation of an item (`var:<id>:...`) or an option of a group (`opt:<id>:...`)."""

    id: str
    name: Mapping[str, str]
    price: int | None  # minor units
    order_key: str  # "" when that cannot be read
    is_deleted: bool = False

    @classmethod
    def read(cls, id: str, fields: Mapping[str, object]) -> Choice:
        """From its fields: "price", "pos", "deleted" and "name:<locale>"."""
        name = {
            field.removeprefix("name:"): text
            for field, text in fields.items()
            if field.startswith("name:") and isinstance(text, str)
        }
        key = fields.get("pos")
        price = _within(fields.get("price"), PRICE_LIMIT)
        is_deleted = fields.get("deleted") is True
        return cls(id, name, price, key if isinstance(key, str) else "", is_deleted)


@dataclass(frozen=True, slots=True)
class ModifierGroup:
    """Choices that go with dishes, as they stand now. All of it are registers."""

    id: str
    registers: Registers

    @property
    def name(self) -> Mapping[str, str]:
        """Locale -> text, from the registers `name:<locale>`."""
        return _register_texts(self.registers, "name:")

    @property
    def is_deleted(self) -> bool:
        """Whether somebody deleted it."""
        return value_of(self.registers, "deleted") is True

    @property
    def minimum(self) -> int:
        """How many options have to be chosen."""
        return _within(value_of(self.registers, "min"), CHOICE_LIMIT) or 0

    @property
    def maximum(self) -> int | None:
        """How many options may be chosen; None: any number."""
        return _within(value_of(self.registers, "max"), CHOICE_LIMIT)

    @property
    def options(self) -> tuple[Choice, ...]:
        """The options in order, without the deleted ones."""
        return _live(self.all_options)

    @property
    def all_options(self) -> tuple[Choice, ...]:
        """The same with the deleted ones."""
        return _choices(self.registers, "opt:")


@dataclass(frozen=True, slots=True)
class Item:
    """A dish as it stands now."""

    id: str
    name: Mapping[str, str]  # locale -> text, every locale that has one
    description: Mapping[str, str]
    registers: Registers  # all candidates, also of fields that this version does not know
    note: str = ""

    @property
    def is_deleted(self) -> bool:
        """Whether somebody deleted it; everything in it is still there."""
        return value_of(self.registers, "deleted") is True

    @property
    def place(self) -> tuple[str, str]:
        """(section id, order key); both "" when it has no readable place."""
        place = value_of(self.registers, "loc")
        if isinstance(place, list) and len(place) == 2:
            section, key = place
            if isinstance(section, str) and isinstance(key, str):
                return section, key
        return "", ""

    @property
    def price(self) -> int | None:
        """In minor units; None when there is none or it makes no sense."""
        return _within(value_of(self.registers, "price"), PRICE_LIMIT)

    @property
    def spiciness(self) -> int | None:
        """0 to 10; None when nobody said."""
        return _within(value_of(self.registers, "spice"), SPICE_LIMIT)

    @property
    def tax(self) -> int | None:
        """Basis points; None when nobody said."""
        return _within(value_of(self.registers, "tax"), TAX_LIMIT)

    @property
    def station(self) -> str | None:
        """The kitchen station; None: that of the section."""
        return text_of(value_of(self.registers, "station"))

    @property
    def preparation_seconds(self) -> int | None:
        """How long the kitchen needs."""
        return _within(value_of(self.registers, "prep_s"), PREPARATION_LIMIT_SECONDS)

    @property
    def kcal(self) -> int | None:
        """Energy of a portion."""
        return _within(value_of(self.registers, "kcal"), KCAL_LIMIT)

    @property
    def alcohol(self) -> int | None:
        """Hundredths of a percent by volume."""
        return _within(value_of(self.registers, "abv"), ALCOHOL_LIMIT)

    @property
    def photo(self) -> str | None:
        """Content hash of its photo."""
        return text_of(value_of(self.registers, "photo"))

    @property
    def is_hidden(self) -> bool:
        """Whether guests do not see it."""
        return value_of(self.registers, "hidden") is True

    @property
    def modifiers(self) -> tuple[str, ...]:
        """Ids of its modifier groups, in order: the register `mod:<id>` holds an order key."""
        return tuple(self.modifier_keys)

    @property
    def modifier_keys(self) -> Mapping[str, str]:
        """Id of a modifier group -> order key, in order."""
        keys = {id: value_of(self.registers, f"mod:{id}") for id in self._codes("mod")}
        used = [(key, id) for id, key in keys.items() if isinstance(key, str)]
        return {id: key for key, id in sorted(used)}

    @property
    def variations(self) -> tuple[Choice, ...]:
        """Its sizes or kinds, in order, without the deleted ones."""
        return _live(self.all_variations)

    @property
    def all_variations(self) -> tuple[Choice, ...]:
        """The same with the deleted ones."""
        return _choices(self.registers, "var:")

    @property
    def listing(self) -> Mapping[str, Sequence[str]]:
        """In which order a file listed codes: "allergens", "additives", ... -> codes."""
        lists = value_of(self.registers, "order")
        if not isinstance(lists, dict):
            return {}
        return {family: strings_of(codes) for family, codes in lists.items()}

    def allergens(self, level: str) -> list[str]:
        """Codes of the allergens that are contained (CONTAINS) or cannot be ruled out (MAY)."""
        return [code for code in self._codes("allergen") if self.allergen_level(code) == level]

    def allergen_level(self, code: str) -> str:
        """CONTAINS, MAY or FREE: the strictest of all candidates."""
        levels = [candidate.value for candidate in self.registers.get(f"allergen:{code}", ())]
        if all(level in (None, False, FREE) for level in levels):
            return FREE
        # What cannot be read counts as contained: a guest must not be hurt by a typing error.
        is_mild = all(level in (None, False, FREE, MAY, "unknown") for level in levels)
        return MAY if is_mild else CONTAINS

    def flags(self, family: str) -> list[str]:
        """Codes of a family of yes-no registers ("additive", "diet", "tag") that read as yes."""
        codes = self._codes(family)
        return [code for code in codes if value_of(self.registers, f"{family}:{code}") is True]

    def _codes(self, family: str) -> list[str]:
        start = f"{family}:"
        return [name.removeprefix(start) for name in self.registers if name.startswith(start)]


@dataclass(frozen=True, slots=True)
class Section:
    """A heading as it stands now, with its items in order."""

    id: str
    name: Mapping[str, str]
    description: Mapping[str, str]
    registers: Registers
    items: tuple[Item, ...] = ()

    @property
    def is_deleted(self) -> bool:
        """Whether somebody deleted it."""
        return value_of(self.registers, "deleted") is True

    @property
    def order_key(self) -> str:
        """Where it stands among the sections; "" when that cannot be read."""
        key = value_of(self.registers, "pos")
        return key if isinstance(key, str) else ""

    @property
    def station(self) -> str | None:
        """The kitchen station of items that name none."""
        return text_of(value_of(self.registers, "station"))

    @property
    def hours(self) -> tuple[Window, ...]:
        """When it is served; empty: always. Windows that cannot be read are left out."""
        windows = value_of(self.registers, "hours")
        found = [_window(entry) for entry in windows] if isinstance(windows, list) else []
        return tuple(window for window in found if window is not None)


@dataclass(frozen=True, slots=True)
class Menu:
    """A whole menu as it stands now."""

    schema: int | None  # None: nobody put a menu into this document
    menu_id: str
    currency: str
    locale: str  # the default one
    locales: tuple[str, ...]  # all of them, the default one first
    legend: Legend
    source: str | None
    sections: tuple[Section, ...]  # in order, without the deleted ones
    unplaced: tuple[Item, ...]  # of no section, or of one that is unknown or deleted
    deleted_sections: tuple[Section, ...]  # without items
    deleted_items: tuple[Item, ...]
    modifier_groups: tuple[ModifierGroup, ...] = ()  # by id, without the deleted ones
    deleted_groups: tuple[ModifierGroup, ...] = ()

    def live_items(self) -> Iterator[Item]:
        """All items that are not deleted, section by section, then the unplaced ones."""
        for section in self.sections:
            yield from section.items
        yield from self.unplaced


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a menu as read, before they are put in order."""

    meta: Mapping[str, object]
    sections: Mapping[str, Section]  # without items
    items: Mapping[str, Item]
    groups: Mapping[str, ModifierGroup]


def _register_texts(registers: Registers, start: str) -> dict[str, str]:
    """Texts that are registers, by locale: short ones, of which the latest is taken."""
    found = {}
    for name in registers:
        text = value_of(registers, name) if name.startswith(start) else None
        if isinstance(text, str):
            found[name.removeprefix(start)] = text
    return found


def _choices(registers: Registers, start: str) -> tuple[Choice, ...]:
    """What the registers `<start><id>:<field>` describe, in order."""
    found: dict[str, dict[str, object]] = {}
    for name in registers:
        if name.startswith(start):
            id, _, field = name.removeprefix(start).partition(":")
            found.setdefault(id, {})[field] = value_of(registers, name)
    choices = (Choice.read(id, fields) for id, fields in found.items())
    return tuple(sorted(choices, key=lambda choice: (choice.order_key, choice.id)))


def _live(choices: tuple[Choice, ...]) -> tuple[Choice, ...]:
    return tuple(choice for choice in choices if not choice.is_deleted)


def _window(entry: object) -> Window | None:
    if not isinstance(entry, dict):
        return None
    day, opens, closes = integer_of(entry.get("day")), entry.get("from"), entry.get("to")
    if day is None or not 1 <= day <= 7:
        return None
    if not isinstance(opens, str) or not isinstance(closes, str):
        return None
    return Window(day, opens, closes) if is_time(opens) and is_time(closes) else None


def _within(value: object, limit: int) -> int | None:
    whole = integer_of(value)
    return whole if whole is not None and 0 <= whole <= limit else None
