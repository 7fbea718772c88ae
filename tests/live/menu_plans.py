"""Random edits of a menu, planned without looking at it: good ones, and bad ones to be set back.

Bad edits keep to `targets`, so that everything else can be foreseen exactly. For the same reason
only targets are both typed in and deleted: a text does not say who wrote it when.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from tests.live.menu_clients import Edit

WORDS: Final = ("Suppe", " ", "ñandú", "🍜", "👩‍🍳", "ä", "\n", "辣椒", "x", "🌶️🌶️", "Brühe ", "7")
LEVELS: Final = ("contains", "may", "free", "unknown")
CODES: Final = ("Sesam", "Fisch", "Ei und Eierzeugnisse")

# Registers of an item and what a broken client might write there.
BAD_VALUES: Final[Mapping[str, Sequence[Any]]] = {
    "price": ("12,50", -1, 12.5, 10**12 + 1, True, [590], {"amount": 590}, 2**60),
    "allergen:Fisch": (True, "yes", 1, ["contains"]),
    "deleted": ("no", 0, [True]),
    "loc": (None, "section", ["section"], ["section", ""], ["section", "é"], [1, "a0"], []),
    "spice": (11, -1, "hot"),
    "tax": (10_001, "19 %"),
    "kcal": (-5, 100_001),
    "hidden": (1, "true"),
    "photo": ("javascript:alert(1)", "0" * 63),
    "station": (5, "x" * 65),
    "var:large:price": (-1, "590"),
    "var:large:pos": ("", None, 5),
    "mod:sauce": (True, "", 3),
    "order": ({"allergens": "Fisch"}, {"secrets": []}),
    "colour": ("red",),
    "var:large:colour": ("red",),
    "allergen:": ("contains",),
}
# What is not [value, user id, milliseconds].
BAD_ENTRIES: Final = (590, [590], [590, "u"], [590, "u", "now"], [590, 7, 0], [590, "u", 0, "more"],
                      [590, "u", 1e300], [590, "u", -1], {"value": 590}, None)  # fmt: skip
BAD_TOTAL: Final = 12


@dataclass(slots=True)
class Plans:
    """What is known of the menu, and who plans at random.

    items, sections: ids. targets: ids of items that bad edits are aimed at. locales: of the menu.
    """

    random: Random
    items: list[str]
    sections: list[str]
    targets: list[str]
    locales: Sequence[str]
    made: int = 0  # ids
    typed: list[str] = field(init=False)
    deleted: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.typed = [*self.items[::2], *self.targets]
        self.deleted = [*self.items[1::2], *self.targets]

    def good(self, user: str) -> Edit:
        """An edit that an editor may make."""
        random = self.random
        item = random.choice(self.items)
        kind = random.randrange(20)
        if kind < 5:
            return self._set(user, item, "price", 10 * random.randrange(30, 300))
        if kind < 9:
            return self.text(random.choice(self.locales))
        if kind < 11:
            key = f"a{random.choice('0123456789abcdef')}{random.randrange(10_000)}V"
            return self._set(user, item, "loc", [random.choice(self.sections), key])
        if kind < 13:
            code = f"allergen:{random.choice(CODES)}"
            return self._set(user, item, code, random.choice(LEVELS))
        if kind < 14:
            return self._set(user, item, "diet:vegan", random.random() < 0.5)
        if kind < 16:
            return self._set(user, random.choice(self.deleted), "deleted", random.random() < 0.4)
        if kind < 17:
            return self._variation(user, item)
        if kind < 18:
            edit = self._create(user)
            self.items.append(edit["id"])  # others may edit it as soon as they hold it
            return edit
        if kind < 19:
            return self._section(user)
        register, value = random.choice(
            (("spice", random.randrange(11)), ("kcal", random.randrange(2000)), ("hidden", True))
        )
        return self._set(user, item, register, value)

    def text(self, locale: str, item: str | None = None) -> Edit:
        """Some letters of a name or a description."""
        random = self.random
        path = [item or random.choice(self.typed), random.choice(("name", "desc")), locale]
        come = "".join(random.choices(WORDS, k=random.randrange(4)))
        return _text("items", path, random.random(), random.randrange(4), come)

    def note(self) -> Edit:
        """Some letters of a note to the staff."""
        item = self.random.choice(self.typed)
        return _text("items", [item, "note"], self.random.random(), 0, self.random.choice(WORDS))

    def forbidden(self, user: str, locale: str) -> Edit:
        """An edit in order but for who makes it: neither translators nor waiters may.

        locale: one that this translator does not write.
        """
        random = self.random
        item = random.choice(self.targets)
        return random.choice(
            (
                lambda: self._set(user, item, "price", 1),
                lambda: self._set(user, item, "deleted", True),
                lambda: self._set(user, item, "loc", [random.choice(self.sections), "a1V"]),
                lambda: self._set(user, item, "allergen:Fisch", "free"),
                lambda: self._set(user, item, "tax", 700),
                lambda: self._set(user, item, "var:large:name:de", "groß"),
                lambda: self.text(locale, item),
                lambda: {**self._create(user), "id": self._new_id("forbidden")},
            )
        )()

    def bad(self, user: str) -> Edit:
        """What only a broken or hostile client would write; the shape stays whole."""
        random = self.random
        item = random.choice(self.targets)
        match random.randrange(BAD_TOTAL):
            case 0 | 1 | 2 | 3:
                register = random.choice([*BAD_VALUES])
                value = random.choice(BAD_VALUES[register])
                return self._set(user, item, register, value)
            case 4 | 5:
                return _put("items", [item], "price@own", random.choice(BAD_ENTRIES))
            case 6:
                return _put("items", [item], "price@zz1", [590, user, 0])
            case 7:
                key = random.choice(("junk", "", "@", "@x"))
                return _put("items", [item], key, random.choice((5, None)))
            case 8:
                key = random.choice(("pocket", "price@own", "allergen:Fisch@own"))
                edit = {"kind": "nest", "root": "items", "path": [item], "key": key}
                return edit | random.choice(({}, {"text": "hidden words"}))
            case 9:
                path = [item, random.choice(("name", "desc"))]
                return random.choice(
                    (
                        {"kind": "nest", "root": "items", "path": path, "key": "xx", "text": "?"},
                        _put("items", path, "yy", "plain"),
                    )
                )
            case 10:
                path = [item, "name", self.locales[0]]
                embed = {"kind": "embed", "root": "items", "path": path, "value": {"image": 1}}
                return random.choice((embed, _text("items", path, 0.5, 0, "x" * 2001)))
            case _:
                new = {"kind": "nest", "root": "items", "path": [], "key": self._new_id("bad:id")}
                return random.choice(
                    (
                        new,
                        _put("items", [], self._new_id("number"), 5),
                        _put("sections", [], self._new_id("text"), "x"),
                        _put("meta", [], "currency", "USD"),
                        _put("meta", [], "spy", True),
                    )
                )

    def _set(self, user: str, item: str, register: str, value: Any) -> Edit:
        return _set("items", item, register, value, user)

    def _variation(self, user: str, item: str) -> Edit:
        random = self.random
        id = random.choice(("small", "large"))
        register, value = random.choice(
            (
                ("price", 10 * random.randrange(30, 300)),
                ("name:de", random.choice(("klein", "groß"))),
                ("pos", f"a{random.randrange(9)}"),
                ("deleted", random.random() < 0.3),
            )
        )
        return self._set(user, item, f"var:{id}:{register}", value)

    def _section(self, user: str) -> Edit:
        random = self.random
        section = random.choice(self.sections)
        register, value = random.choice(
            (
                ("pos", f"a{random.randrange(9)}{random.randrange(100)}V"),
                ("hours", [{"day": random.randint(1, 7), "from": "11:00", "to": "14:30"}]),
                ("station", random.choice(("wok", "bar"))),
            )
        )
        return _set("sections", section, register, value, user)

    def _create(self, user: str) -> Edit:
        random = self.random
        id = self._new_id("new")
        edit = {
            "kind": "create",
            "root": "items",
            "id": id,
            "locales": list(self.locales),
            "name": random.choice(WORDS),
            "registers": {
                "price": 10 * random.randrange(30, 300),
                "loc": [random.choice(self.sections), f"b{random.randrange(10_000)}V"],
            },
            "user": user,
        }
        return edit

    def _new_id(self, kind: str) -> str:
        self.made += 1
        return f"{kind}-{self.made}"


def _set(root: str, id: str, register: str, value: Any, user: str) -> Edit:
    return {
        "kind": "set",
        "root": root,
        "id": id,
        "register": register,
        "value": value,
        "user": user,
    }


def _put(root: str, path: list[str], key: str, value: Any) -> Edit:
    return {"kind": "put", "root": root, "path": path, "key": key, "value": value}


def _text(root: str, path: list[str], place: float, gone: int, come: str) -> Edit:
    return {"kind": "text", "root": root, "path": path, "place": place, "gone": gone, "come": come}
