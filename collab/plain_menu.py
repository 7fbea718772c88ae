"""A menu without its history: what is imported, and how big and how odd it may be.

Rule 1: None means "not said": merging leaves that field as it is.
Rule 2: everything is checked here before the engine sees it. The engine has no rollback, and it
        panics on a lone surrogate or an integer beyond 64 bits.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from collab.errors import StructureRefused, TooLarge

PRICE_LIMIT = 10**12  # in minor units
SPICE_LIMIT = 10
TAX_LIMIT = 10_000  # basis points
PREPARATION_LIMIT_SECONDS = 24 * 3600
KCAL_LIMIT = 100_000
ALCOHOL_LIMIT = 10_000  # hundredths of a percent
CHOICE_LIMIT = 1_000  # how many options of a modifier group can be asked for
# Reading and comparing a menu holds up everybody: half a second at these limits, measured.
LIMIT_ITEMS = 3_000
LIMIT_SECTIONS = 300
LIMIT_TEXTS = 30_000  # name and description, per item or section and locale
LIMIT_CODES = 500  # allergens, additives and traits of one item
LIMIT_WINDOWS = 200  # service windows of one section
LIMIT_CODE_CHARACTERS = 200
LIMIT_ID_CHARACTERS = 64

_LOCALE = re.compile(r"[A-Za-z0-9]{1,8}(-[A-Za-z0-9]{1,8}){0,7}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00")

Texts = Mapping[str, str]  # locale -> text


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time in every week in which a section is served."""

    day: int  # 1 Monday ... 7 Sunday
    opens: str  # HH:MM
    closes: str  # HH:MM; up to 24:00, and earlier than `opens` when it runs past midnight


@dataclass(frozen=True, slots=True)
class PlainVariation:
    """One size or kind of a dish, with a price of its own."""

    name: Texts
    id: str | None = None
    price: int | None = None  # minor units


@dataclass(frozen=True, slots=True)
class PlainOption:
    """One choice of a modifier group."""

    name: Texts
    id: str | None = None
    price: int | None = None  # minor units on top of the dish; None: nothing


@dataclass(frozen=True, slots=True)
class PlainModifierGroup:
    """Choices that go with dishes: between `minimum` and `maximum` of the options."""

    name: Texts
    id: str | None = None
    minimum: int | None = None  # None: 0
    maximum: int | None = None  # None: no limit
    options: tuple[PlainOption, ...] = ()


@dataclass(frozen=True, slots=True)
class PlainItem:
    """A dish."""

    name: Texts
    description: Texts = field(default_factory=dict)
    id: str | None = None
    price: int | None = None  # minor units of the menu's currency
    allergens: tuple[str, ...] | None = None  # surely contained
    may_contain: tuple[str, ...] | None = None  # allergens that cannot be ruled out
    additives: tuple[str, ...] | None = None
    traits: tuple[str, ...] | None = None
    spiciness: int | None = None
    diets: tuple[str, ...] | None = None  # "vegan", "vegetarian", "halal", ...
    tax: int | None = None  # basis points: 1900 is 19 %
    station: str | None = None  # of the kitchen
    preparation_seconds: int | None = None
    kcal: int | None = None
    alcohol: int | None = None  # hundredths of a percent by volume: 520 is 5.2 %
    photo: str | None = None  # content hash of an uploaded photo
    is_hidden: bool | None = None  # not shown to guests
    note: str | None = None  # for the staff
    variations: tuple[PlainVariation, ...] | None = None
    modifiers: tuple[str, ...] | None = None  # ids of modifier groups, in order


@dataclass(frozen=True, slots=True)
class PlainSection:
    """A heading and what stands under it."""

    name: Texts
    description: Texts = field(default_factory=dict)
    id: str | None = None
    hours: tuple[Window, ...] | None = None  # (): always
    station: str | None = None  # of the kitchen, for items that name none
    items: tuple[PlainItem, ...] = ()


@dataclass(frozen=True, slots=True)
class Legend:
    """The printed signs: label -> sign."""

    allergens: Mapping[str, str] = field(default_factory=dict)
    additives: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlainMenu:
    """A whole menu."""

    locale: str  # the default one
    currency: str  # ISO 4217
    locales: tuple[str, ...] = ()  # further ones
    legend: Legend = field(default_factory=Legend)
    source: str | None = None  # where it comes from, with its licence
    sections: tuple[PlainSection, ...] = ()
    unplaced: tuple[PlainItem, ...] = ()  # items of no section
    modifier_groups: tuple[PlainModifierGroup, ...] = ()

    def items(self) -> Iterator[PlainItem]:
        """All items, section by section."""
        for section in self.sections:
            yield from section.items
        yield from self.unplaced

    def parts(self) -> Iterator[PlainSection | PlainItem]:
        """All sections, then all items."""
        yield from self.sections
        yield from self.items()

    def all_locales(self) -> tuple[str, ...]:
        """The default locale, the further ones, and those that some text has."""
        used = {self.locale: None, **dict.fromkeys(self.locales)}
        for part in self.parts():
            used.update(dict.fromkeys((*part.name, *part.description)))
        return tuple(used)


def check_plain(plain: PlainMenu) -> None:
    """Raises StructureRefused or TooLarge, with a sentence that says where, unless it may go in."""
    locales = plain.all_locales()
    for locale in locales:
        _require(_LOCALE.fullmatch(locale) is not None, "a locale", "a language tag such as de-AT")
    _require(_CURRENCY.fullmatch(plain.currency) is not None, "currency", "three capital letters")
    items = tuple(plain.items())
    _limit(len(items), LIMIT_ITEMS, "items")
    _limit(len(plain.sections), LIMIT_SECTIONS, "sections")
    _limit(2 * len(locales) * (len(items) + len(plain.sections)), LIMIT_TEXTS, "texts")
    _check_ids("sections", [section.id for section in plain.sections])
    _check_ids("items", [item.id for item in items])
    _check_text("source", plain.source or "")
    for signs in (plain.legend.allergens, plain.legend.additives):
        _check_codes("legend", [*signs, *signs.values()])
    for section in plain.sections:
        _check_section(section)
    for item in items:
        _check_item(item)


def _check_section(section: PlainSection) -> None:
    for text in (*section.name.values(), *section.description.values()):
        _check_text("the text of a section", text)
    _limit(len(section.hours or ()), LIMIT_WINDOWS, "service windows in one section")
    for window in section.hours or ():
        _require(1 <= window.day <= 7, "the day of a service window", "1 to 7")
        for time in (window.opens, window.closes):
            _require(_TIME.fullmatch(time) is not None, "a service window", "HH:MM to HH:MM")


def _check_item(item: PlainItem) -> None:
    for text in (*item.name.values(), *item.description.values()):
        _check_text("the text of an item", text)
    codes = [*(item.allergens or ()), *(item.may_contain or ())]
    codes += [*(item.additives or ()), *(item.traits or ())]
    _check_codes("an allergen, additive or trait", codes)
    if item.price is not None:
        _require(0 <= item.price <= PRICE_LIMIT, "a price", f"0 to {PRICE_LIMIT} minor units")
    if item.spiciness is not None:
        _require(0 <= item.spiciness <= SPICE_LIMIT, "a spiciness", f"0 to {SPICE_LIMIT}")


def _check_codes(what: str, codes: list[str]) -> None:
    _limit(len(codes), LIMIT_CODES, "allergens, additives and traits")
    for code in codes:
        _check_text(what, code)
        _require(
            0 < len(code) <= LIMIT_CODE_CHARACTERS, what, f"1 to {LIMIT_CODE_CHARACTERS} characters"
        )


def _check_ids(what: str, ids: Iterable[str | None]) -> None:
    given = Counter(id for id in ids if id is not None)
    for id, count in given.items():
        _check_text(f"the id of {what}", id)
        _require(0 < len(id) <= LIMIT_ID_CHARACTERS, f"the id of {what}", "1 to 64 characters")
        _require(count == 1, f"the id of {what}", "given once only")


def _check_text(what: str, text: str) -> None:
    is_unicode = not any("\ud800" <= character <= "\udfff" for character in text)
    _require(is_unicode, what, "whole characters, without halves of a surrogate pair")


def _require(holds: bool, what: str, form: str) -> None:
    if not holds:
        raise StructureRefused(f"In this menu, {what} must be {form}.", reason="bad_menu")


def _limit(count: int, limit: int, what: str) -> None:
    if count > limit:
        raise TooLarge(f"A menu has at most {limit} {what}.", reason="menu_too_large")
