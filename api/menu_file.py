"""Plain menu JSON as it comes in: the form, and what it means.

These structs decode, validate and describe (OpenAPI) at once. What is left out of a file means
"leave it as it is"; a key that is not known here is refused, because dropping it silently could
drop an allergen.
"""

from __future__ import annotations

from importlib import resources
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, UnsetType

from api.json_body import decode_json
from collab.menus.menu import DAYS
from collab.menus.plain_menu import (
    ALCOHOL_LIMIT,
    CHOICE_LIMIT,
    KCAL_LIMIT,
    LIMIT_ID_CHARACTERS,
    LIMIT_STATION_CHARACTERS,
    PREPARATION_LIMIT_SECONDS,
    PRICE_LIMIT,
    SPICE_LIMIT,
    TAX_LIMIT,
    Legend,
    PlainItem,
    PlainMenu,
    PlainModifierGroup,
    PlainOption,
    PlainSection,
    PlainVariation,
    Window,
    check_plain,
)

SAMPLE_FILE = "asia_bistro_de.json"

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=LIMIT_ID_CHARACTERS)]
Text = str | dict[str, str]
Day = Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
Time = Annotated[
    str,
    msgspec.Meta(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$", description="HH:MM"),
]
Price = Annotated[
    int, msgspec.Meta(ge=0, le=PRICE_LIMIT, description="in minor units of the currency")
]
Tax = Annotated[int, msgspec.Meta(ge=0, le=TAX_LIMIT, description="in basis points: 1900 is 19 %")]
Preparation = Annotated[int, msgspec.Meta(ge=0, le=PREPARATION_LIMIT_SECONDS)]
Kcal = Annotated[int, msgspec.Meta(ge=0, le=KCAL_LIMIT, description="of a portion")]
Alcohol = Annotated[
    int,
    msgspec.Meta(ge=0, le=ALCOHOL_LIMIT, description="in hundredths of a percent by volume"),
]
Count = Annotated[int, msgspec.Meta(ge=0, le=CHOICE_LIMIT)]
Station = Annotated[str, msgspec.Meta(max_length=LIMIT_STATION_CHARACTERS)]
Photo = Annotated[
    str, msgspec.Meta(pattern="^[0-9a-f]{64}$", description="the id of an uploaded photo")
]


class WindowFile(msgspec.Struct, forbid_unknown_fields=True):
    """When a section is served."""

    day: Day
    opens: Time = msgspec.field(name="from")
    closes: Time = msgspec.field(name="to")


class VariationFile(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A size or kind of a dish."""

    name: Text
    id: Id | None = None
    price: Price | None = None


class OptionFile(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """One choice of a modifier group. `price` comes on top of that of the dish."""

    name: Text
    id: Id | None = None
    price: Price | None = None


class ModifierGroupFile(
    msgspec.Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True
):
    """Choices that go with dishes: from `min` to `max` of the options; `max` null: any number."""

    name: Text
    id: Id | None = None
    min: Count | None = None
    max: Count | None = None
    options: list[OptionFile] = []


class ItemFile(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A dish. A text is a string in the menu's locale, or one string for each locale."""

    name: Text
    id: Id | None = None
    description: Text | None = None
    price: Price | None = None
    allergens: list[str] | None = None
    may_contain: list[str] | None = None
    additives: list[str] | None = None
    traits: list[str] | None = None
    spiciness: Annotated[int, msgspec.Meta(ge=0, le=SPICE_LIMIT)] | None = None
    diets: list[str] | None = None
    variations: list[VariationFile] | None = None
    modifiers: Annotated[list[Id], msgspec.Meta(description="ids of groups")] | None = None
    tax: Tax | None = None
    station: Station | None = None
    preparation_seconds: Preparation | None = None
    kcal: Kcal | None = None
    alcohol: Alcohol | None = None
    photo: Photo | None = None
    hidden: bool | None = None
    note: Annotated[str, msgspec.Meta(description="for the staff")] | None = None


class SectionFile(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A heading with its dishes. `available_at` null: always."""

    name: Text
    id: Id | None = None
    description: Text | None = None
    available_at: list[WindowFile] | UnsetType | None = UNSET
    station: Station | None = None
    items: list[ItemFile] = []


class LegendFile(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Printed signs: label -> sign."""

    allergens: dict[str, str] = {}
    additives: dict[str, str] = {}


class MenuFile(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A whole menu."""

    locale: str
    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$", description="ISO 4217")]
    source: str | None = None
    locales: list[str] = []
    legend: LegendFile = msgspec.field(default_factory=LegendFile)
    sections: list[SectionFile] = []
    unplaced: list[ItemFile] = []
    modifiers: list[ModifierGroupFile] = []


def read_menu_file(content: bytes) -> PlainMenu:
    """Decode and check a file.

    Raises msgspec.DecodeError or ValidationError (they say where), ProtocolViolation,
    StructureRefused, TooLarge.
    """
    plain = plain_of(decode_json(content, MenuFile))
    check_plain(plain)
    return plain


def read_sample() -> PlainMenu:
    """The real menu that comes with the server, for the demo."""
    return read_menu_file(resources.files("api.samples").joinpath(SAMPLE_FILE).read_bytes())


def plain_of(file: MenuFile) -> PlainMenu:
    """What a decoded file means."""
    return PlainMenu(
        locale=file.locale,
        currency=file.currency,
        locales=tuple(file.locales),
        legend=Legend(file.legend.allergens, file.legend.additives),
        source=file.source,
        sections=tuple(plain_section(file.locale, section) for section in file.sections),
        unplaced=tuple(plain_item(file.locale, item) for item in file.unplaced),
        modifier_groups=tuple(plain_group(file.locale, group) for group in file.modifiers),
    )


def plain_section(locale: str, section: SectionFile) -> PlainSection:
    """What a section means. locale: that of texts which are one string."""
    return PlainSection(
        name=_texts(locale, section.name),
        description=_texts(locale, section.description),
        id=section.id,
        hours=_hours(section.available_at),
        station=section.station,
        items=tuple(plain_item(locale, item) for item in section.items),
    )


def plain_item(locale: str, item: ItemFile) -> PlainItem:
    """What an item means."""
    return PlainItem(
        name=_texts(locale, item.name),
        description=_texts(locale, item.description),
        id=item.id,
        price=item.price,
        allergens=_codes(item.allergens),
        may_contain=_codes(item.may_contain),
        additives=_codes(item.additives),
        traits=_codes(item.traits),
        spiciness=item.spiciness,
        diets=_codes(item.diets),
        tax=item.tax,
        station=item.station,
        preparation_seconds=item.preparation_seconds,
        kcal=item.kcal,
        alcohol=item.alcohol,
        photo=item.photo,
        is_hidden=item.hidden,
        note=item.note,
        variations=_variations(locale, item.variations),
        modifiers=_codes(item.modifiers),
    )


def plain_variation(locale: str, variation: VariationFile) -> PlainVariation:
    """What a variation means."""
    return PlainVariation(_texts(locale, variation.name), variation.id, variation.price)


def plain_option(locale: str, option: OptionFile) -> PlainOption:
    """What an option means."""
    return PlainOption(_texts(locale, option.name), option.id, option.price)


def plain_group(locale: str, group: ModifierGroupFile) -> PlainModifierGroup:
    """What a modifier group means."""
    return PlainModifierGroup(
        name=_texts(locale, group.name),
        id=group.id,
        minimum=group.min,
        maximum=group.max,
        options=tuple(plain_option(locale, option) for option in group.options),
    )


def _variations(
    locale: str, variations: list[VariationFile] | None
) -> tuple[PlainVariation, ...] | None:
    if variations is None:
        return None
    return tuple(plain_variation(locale, one) for one in variations)


def _texts(locale: str, text: Text | None) -> dict[str, str]:
    if text is None:
        return {}
    return {locale: text} if isinstance(text, str) else text


def _hours(windows: list[WindowFile] | UnsetType | None) -> tuple[Window, ...] | None:
    if isinstance(windows, UnsetType):
        return None
    return tuple(Window(DAYS.index(one.day) + 1, one.opens, one.closes) for one in windows or ())


def _codes(codes: list[str] | None) -> tuple[str, ...] | None:
    return None if codes is None else tuple(codes)
