"""The form of every field of a menu: what may stand where, schema 1.

Rule 1: a field that is not listed here does not belong into a menu.
Rule 2: None is a value of every optional register: it says "nobody knows (any more)".
Rule 3: the forms are wide enough for everything that `check_plain` lets in, so that an import
        never brings what a client may not write.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from collab.menus.plain_menu import (
    ALCOHOL_LIMIT,
    CHOICE_LIMIT,
    KCAL_LIMIT,
    LIMIT_CODE_CHARACTERS,
    LIMIT_CODES,
    LIMIT_ID_CHARACTERS,
    LIMIT_WINDOWS,
    PREPARATION_LIMIT_SECONDS,
    PRICE_LIMIT,
    SPICE_LIMIT,
    TAX_LIMIT,
)
from collab.menus.registers import integer_of

SECTIONS, ITEMS, GROUPS, META = "sections", "items", "modgroups", "meta"
PARTS = (SECTIONS, ITEMS, GROUPS)  # roots that hold sections, items and modifier groups

NAME, DESCRIPTION, NOTE = "name", "desc", "note"
TEXT_MAPS: Mapping[str, tuple[str, ...]] = {
    SECTIONS: (NAME, DESCRIPTION),
    ITEMS: (NAME, DESCRIPTION),
    GROUPS: (),
}
TEXT_LIMIT_CHARACTERS: Mapping[str, int] = {NAME: 2_000, DESCRIPTION: 200_000, NOTE: 20_000}
ORDER_KEY_LIMIT_CHARACTERS = 200
SHORT_TEXT_LIMIT_CHARACTERS = 2_000  # of a text that is a register
STATION_LIMIT_CHARACTERS = 64
NUL = "\0"  # no text column of PostgreSQL takes one, and these become rows

# Registers of which several values at once have to be decided by a person; of all others the
# latest simply counts.
ASKING = re.compile(r"(price|(var|opt):[^:]+:price|allergen:.+|diet:.+|deleted)")

_LOCALE = re.compile(r"[A-Za-z0-9]{1,8}(-[A-Za-z0-9]{1,8}){0,7}")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]|24:00")
_PHOTO = re.compile(r"[0-9a-f]{64}")
_LISTS = frozenset({"allergens", "additives", "traits", "diets"})

Problem = str | None  # a phrase that completes "must be ..."; None: it is in order
Form = Callable[[object], Problem]


def value_problem(root: str, register: str, value: object) -> Problem:
    """What a value of a register must be instead; None when it is in order.

    value: plain Python as `collab.menus.registers.normal` makes it.
    """
    form = form_of(root, register)
    return "left out: this field does not belong here" if form is None else form(value)


def form_of(root: str, register: str) -> Form | None:
    """The form of a register; None when there is no such register."""
    exact = _EXACT.get((root, register))
    if exact is not None:
        return exact
    family, _, rest = register.partition(":")
    if root == GROUPS and family == NAME and is_locale(rest):
        return _short_text
    codes = _FAMILIES.get(family) if root == ITEMS else None
    if codes is not None and 0 < len(rest) <= LIMIT_CODE_CHARACTERS and NUL not in rest:
        return codes
    if (root, family) in ((ITEMS, "var"), (GROUPS, "opt")):
        id, _, part = rest.partition(":")
        if is_id(id):
            return _choice_form(part)
    return None


def asks(register: str) -> bool:
    """Whether several values of it at once are a question to a person."""
    return ASKING.fullmatch(register) is not None


def is_id(text: str) -> bool:
    """Whether it can be the id of a section, item, group, variation or option.

    No colon and no `@`: both separate the parts of register names.
    """
    return 0 < len(text) <= LIMIT_ID_CHARACTERS and text.isprintable() and not set(":@") & set(text)


def is_locale(text: str) -> bool:
    """Whether it looks like a language tag."""
    return _LOCALE.fullmatch(text) is not None


def _choice_form(part: str) -> Form | None:
    name, _, locale = part.partition(":")
    if name == NAME and is_locale(locale):
        return _short_text
    return {"price": _integer(PRICE_LIMIT), "pos": _order_key, "deleted": _yes_no}.get(part)


def _integer(limit: int) -> Form:
    def check(value: object) -> Problem:
        whole = integer_of(value)
        if value is None or (whole is not None and 0 <= whole <= limit):
            return None
        return f"a whole number from 0 to {limit}"

    return check


def _yes_no(value: object) -> Problem:
    return None if value is None or isinstance(value, bool) else "true or false"


def _level(value: object) -> Problem:
    if value is None or value in ("contains", "may", "free", "unknown"):
        return None
    return '"contains", "may", "free" or "unknown"'


def _text(limit_characters: int) -> Form:
    def check(value: object) -> Problem:
        if value is None or (isinstance(value, str) and len(value) <= limit_characters):
            return None
        return f"a text of at most {limit_characters} characters"

    return check


_short_text = _text(SHORT_TEXT_LIMIT_CHARACTERS)


def _order_key(value: object) -> Problem:
    if isinstance(value, str) and 0 < len(value) <= ORDER_KEY_LIMIT_CHARACTERS:
        if value.isascii() and NUL not in value:
            return None
    return "an order key"


def _order_key_or_not(value: object) -> Problem:
    return None if value is None or value is False else _order_key(value)


def _place(value: object) -> Problem:
    if isinstance(value, list) and len(value) == 2:
        section, key = value
        if isinstance(section, str) and len(section) <= LIMIT_ID_CHARACTERS and NUL not in section:
            return _order_key(key)
    return "a section id and an order key"


def _photo(value: object) -> Problem:
    if value is None or (isinstance(value, str) and _PHOTO.fullmatch(value)):
        return None
    return "the id of an uploaded photo"


def _hours(value: object) -> Problem:
    if value is None:
        return None
    if not isinstance(value, list) or not all(_is_window(one) for one in value):
        return "a list of windows {day: 1 to 7, from: HH:MM, to: HH:MM}"
    return None if len(value) <= LIMIT_WINDOWS else f"at most {LIMIT_WINDOWS} windows"


def _is_window(value: object) -> bool:
    if not isinstance(value, dict) or value.keys() != {"day", "from", "to"}:
        return False
    day, times = integer_of(value["day"]), (value["from"], value["to"])
    if day is None or not 1 <= day <= 7:
        return False
    return all(isinstance(time, str) and _TIME.fullmatch(time) for time in times)


def _listing(value: object) -> Problem:
    if value is None:
        return None
    if isinstance(value, dict) and value.keys() <= _LISTS:
        lists = list(value.values())
        if all(isinstance(one, list) and len(one) <= LIMIT_CODES for one in lists):
            if all(isinstance(code, str) for one in lists for code in one):
                return None
    return "lists of codes"


_EXACT: Mapping[tuple[str, str], Form] = {
    (SECTIONS, "pos"): _order_key,
    (SECTIONS, "hours"): _hours,
    (SECTIONS, "station"): _text(STATION_LIMIT_CHARACTERS),
    (SECTIONS, "deleted"): _yes_no,
    (ITEMS, "loc"): _place,
    (ITEMS, "price"): _integer(PRICE_LIMIT),
    (ITEMS, "tax"): _integer(TAX_LIMIT),
    (ITEMS, "spice"): _integer(SPICE_LIMIT),
    (ITEMS, "station"): _text(STATION_LIMIT_CHARACTERS),
    (ITEMS, "prep_s"): _integer(PREPARATION_LIMIT_SECONDS),
    (ITEMS, "kcal"): _integer(KCAL_LIMIT),
    (ITEMS, "abv"): _integer(ALCOHOL_LIMIT),
    (ITEMS, "photo"): _photo,
    (ITEMS, "hidden"): _yes_no,
    (ITEMS, "order"): _listing,
    (ITEMS, "deleted"): _yes_no,
    (GROUPS, "min"): _integer(CHOICE_LIMIT),
    (GROUPS, "max"): _integer(CHOICE_LIMIT),
    (GROUPS, "deleted"): _yes_no,
}
_FAMILIES: Mapping[str, Form] = {
    "allergen": _level,
    "additive": _yes_no,
    "diet": _yes_no,
    "tag": _yes_no,
    "mod": _order_key_or_not,
}
