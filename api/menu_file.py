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
from collab.menu import DAYS
from collab.plain_menu import (
    LIMIT_ID_CHARACTERS,
    PRICE_LIMIT,
    SPICE_LIMIT,
    Legend,
    PlainItem,
    PlainMenu,
    PlainSection,
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


class WindowFile(msgspec.Struct, forbid_unknown_fields=True):
    """When a section is served."""

    day: Day
    opens: Time = msgspec.field(name="from")
    closes: Time = msgspec.field(name="to")


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


class SectionFile(msgspec.Struct, forbid_unknown_fields=True, kw_only=True, omit_defaults=True):
    """A heading with its dishes. `available_at` null: always."""

    name: Text
    id: Id | None = None
    description: Text | None = None
    available_at: list[WindowFile] | UnsetType | None = UNSET
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
        sections=tuple(_section(file.locale, section) for section in file.sections),
        unplaced=tuple(_item(file.locale, item) for item in file.unplaced),
    )


def _section(locale: str, section: SectionFile) -> PlainSection:
    return PlainSection(
        name=_texts(locale, section.name),
        description=_texts(locale, section.description),
        id=section.id,
        hours=_hours(section.available_at),
        items=tuple(_item(locale, item) for item in section.items),
    )


def _item(locale: str, item: ItemFile) -> PlainItem:
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
    )


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
