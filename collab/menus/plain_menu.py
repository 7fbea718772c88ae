"""A menu without its history: what is imported, and how big and how odd it may be.

Rule 1: None means "not said": merging leaves that field as it is.
Rule 2: everything is checked here before the engine sees it. The engine has no rollback, and it
        panics on a lone surrogate or an integer beyond 64 bits.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
LIMIT_GROUPS = 300  # modifier groups
LIMIT_CHOICES = 100  # variations of one item, options of one group, modifier groups of one item
LIMIT_CODES = 500  # allergens, additives, traits and diets of one item
LIMIT_WINDOWS = 200  # service windows of one section
LIMIT_CODE_CHARACTERS = 200
LIMIT_ID_CHARACTERS = 64
LIMIT_NAME_CHARACTERS = 2_000
LIMIT_DESCRIPTION_CHARACTERS = 200_000
LIMIT_NOTE_CHARACTERS = 20_000
LIMIT_STATION_CHARACTERS = 64

_LOCALE = re.compile(r"[A-Za-z0-9]{1,8}(-[A-Za-z0-9]{1,8}){0,7}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00")
_PHOTO = re.compile(r"[0-9a-f]{64}")

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

    def ids(self) -> Iterator[str]:
        """Every id that is given, whatever it names."""
        named: list[PlainSection | PlainItem | PlainModifierGroup | PlainVariation | PlainOption]
        named = [*self.parts(), *self.modifier_groups]
        for item in self.items():
            named += item.variations or ()
        for group in self.modifier_groups:
            named += group.options
        return (one.id for one in named if one.id is not None)

    def texts(self) -> Iterator[Texts]:
        """Every text of the menu, by locale."""
        for part in self.parts():
            yield part.name
            yield part.description
        for item in self.items():
            yield from (variation.name for variation in item.variations or ())
        for group in self.modifier_groups:
            yield group.name
            yield from (option.name for option in group.options)

    def all_locales(self) -> tuple[str, ...]:
        """The default locale, the further ones, and those that some text has."""
        used = {self.locale: None, **dict.fromkeys(self.locales)}
        for text in self.texts():
            used.update(dict.fromkeys(text))
        return tuple(used)


def check_plain(plain: PlainMenu) -> None:
    """Raises StructureRefused or TooLarge, with a sentence that says where, unless it may go in."""
    locales = plain.all_locales()
    for locale in locales:
        check_locale(locale)
    check_currency(plain.currency)
    items = tuple(plain.items())
    _limit(len(items), LIMIT_ITEMS, "items")
    _limit(len(plain.sections), LIMIT_SECTIONS, "sections")
    _limit(len(plain.modifier_groups), LIMIT_GROUPS, "modifier groups")
    _limit(2 * len(locales) * (len(items) + len(plain.sections)), LIMIT_TEXTS, "texts")
    _check_ids("sections", [section.id for section in plain.sections])
    _check_ids("items", [item.id for item in items])
    _check_ids("modifier groups", [group.id for group in plain.modifier_groups])
    _check_text("source", plain.source or "", LIMIT_DESCRIPTION_CHARACTERS)
    for signs in (plain.legend.allergens, plain.legend.additives):
        _check_codes("the legend", [*signs, *signs.values()])
    for section in plain.sections:
        check_section(section)
    for item in items:
        check_item(item)
    for group in plain.modifier_groups:
        check_group(group)


def check_locale(locale: str) -> None:
    """Raises StructureRefused unless it looks like a language tag."""
    _require(_LOCALE.fullmatch(locale) is not None, "a locale", "a language tag such as de-AT")


def check_currency(currency: str) -> None:
    """Raises StructureRefused unless it looks like an ISO 4217 code."""
    _require(_CURRENCY.fullmatch(currency) is not None, "currency", "three capital letters")


def check_section(section: PlainSection) -> None:
    """The same for one section without its items."""
    _check_names("a section", section.name, section.description)
    _check_station(section.station)
    _limit(len(section.hours or ()), LIMIT_WINDOWS, "service windows in one section")
    for window in section.hours or ():
        _require(1 <= window.day <= 7, "the day of a service window", "1 to 7")
        for time in (window.opens, window.closes):
            _require(is_time(time), "a service window", "HH:MM to HH:MM")


def check_item(item: PlainItem) -> None:
    """The same for one item."""
    _check_names("an item", item.name, item.description)
    _check_text("a note", item.note or "", LIMIT_NOTE_CHARACTERS)
    _check_station(item.station)
    codes = [*(item.allergens or ()), *(item.may_contain or ())]
    codes += [*(item.additives or ()), *(item.traits or ()), *(item.diets or ())]
    _check_codes("an allergen, additive, trait or diet", codes)
    for what, number, limit in (
        ("a price in minor units", item.price, PRICE_LIMIT),
        ("a spiciness", item.spiciness, SPICE_LIMIT),
        ("a tax in basis points", item.tax, TAX_LIMIT),
        ("a preparation time in seconds", item.preparation_seconds, PREPARATION_LIMIT_SECONDS),
        ("an energy in kcal", item.kcal, KCAL_LIMIT),
        ("an alcohol content in hundredths of a percent", item.alcohol, ALCOHOL_LIMIT),
    ):
        _check_number(what, number, limit)
    if item.photo is not None:
        _require(_PHOTO.fullmatch(item.photo) is not None, "a photo", "the id of an uploaded one")
    _check_choices("variations", item.variations or ())
    _limit(len(item.modifiers or ()), LIMIT_CHOICES, "modifier groups for one item")
    _check_ids("the modifier groups of an item", item.modifiers or ())


def check_group(group: PlainModifierGroup) -> None:
    """The same for one modifier group."""
    _check_names("a modifier group", group.name, {})
    _check_number("the least number of options", group.minimum, CHOICE_LIMIT)
    _check_number("the greatest number of options", group.maximum, CHOICE_LIMIT)
    _check_choices("options", group.options)


def is_time(text: str) -> bool:
    """Whether it is a time of day as HH:MM, up to 24:00."""
    return _TIME.fullmatch(text) is not None


def _check_choices(what: str, choices: Sequence[PlainVariation | PlainOption]) -> None:
    _limit(len(choices), LIMIT_CHOICES, f"{what} in one place")
    _check_ids(what, [choice.id for choice in choices])
    for choice in choices:
        _check_names(what, choice.name, {})
        _check_number("a price in minor units", choice.price, PRICE_LIMIT)


def _check_names(what: str, name: Texts, description: Texts) -> None:
    for text in name.values():
        _check_text(f"the name of {what}", text, LIMIT_NAME_CHARACTERS)
    for text in description.values():
        _check_text(f"the description of {what}", text, LIMIT_DESCRIPTION_CHARACTERS)


def _check_station(station: str | None) -> None:
    _check_text("a station", station or "", LIMIT_STATION_CHARACTERS)


def _check_number(what: str, number: int | None, limit: int) -> None:
    if number is not None:
        _require(0 <= number <= limit, what, f"0 to {limit}")


def _check_codes(what: str, codes: list[str]) -> None:
    _limit(len(codes), LIMIT_CODES, "allergens, additives, traits and diets")
    for code in codes:
        _check_text(what, code, LIMIT_CODE_CHARACTERS)
        _require(len(code) > 0, what, f"1 to {LIMIT_CODE_CHARACTERS} characters long")
        _require("\0" not in code, what, "without NUL characters")


def _check_ids(what: str, ids: Iterable[str | None]) -> None:
    given = Counter(id for id in ids if id is not None)
    for id, count in given.items():
        # The names of registers are put together with colons and an @.
        is_id = 0 < len(id) <= LIMIT_ID_CHARACTERS and id.isprintable() and not set(":@") & set(id)
        _require(is_id, f"the id of {what}", "1 to 64 printable characters without : and @")
        _require(count == 1, f"the id of {what}", "given once only")


def _check_text(what: str, text: str, limit: int) -> None:
    is_unicode = not any("\ud800" <= character <= "\udfff" for character in text)
    _require(is_unicode, what, "whole characters, without halves of a surrogate pair")
    _require(len(text) <= limit, what, f"at most {limit} characters long")


def _require(holds: bool, what: str, form: str) -> None:
    if not holds:
        raise StructureRefused(f"In this menu, {what} must be {form}.", reason="bad_menu")


def _limit(count: int, limit: int, what: str) -> None:
    if count > limit:
        raise TooLarge(f"A menu has at most {limit} {what}.", reason="menu_too_large")
