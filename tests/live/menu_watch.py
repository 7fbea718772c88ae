"""Looks at every value of a menu that a document is ever shown, and keeps what is not in order.

The forms are those of the published schema, written out here anew: nothing is shared with the
server, nor with the observer in JavaScript (tests/peers/menu_watch.mjs).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

import pycrdt

from tests.live.menu_clients import MenuReplica

Check = Callable[[Any], bool]

LIMIT_COMPLAINTS: Final = 20


class MenuWatch:
    """Watches one replica. settings: what `meta` has to hold, for good.

    Call `look` after each update that was applied: changes are gathered while it is applied, and
    values are read afterwards.
    """

    def __init__(self, replica: MenuReplica, settings: Mapping[str, Any]) -> None:
        self.checked = 0
        self.complaints: list[str] = []
        self._replica = replica
        self._settings = settings
        self._changed: set[tuple[str, ...]] = set()
        self._watching = [
            map.observe_deep(self._noting(root)) for root, map in replica.roots.items()
        ]
        for root, map in replica.roots.items():
            self._changed.update((root, key) for key in map.keys())
        self.look()

    def look(self) -> None:
        """Look at everything that changed since the last time."""
        changed, self._changed = self._changed, set()
        for path in changed:
            value = self._replica.at(path[0], path[1:])
            if value is not None or self._is_there(path):
                self._look_at(path, value)
            elif len(path) < 4 and path[0] != "meta" and "@" not in path[-1]:
                self._complain(path, "deleted")

    def _noting(self, root: str) -> Callable[[list[Any]], None]:
        def note(events: list[Any]) -> None:
            for event in events:
                path = (root, *map(str, event.path))
                if isinstance(event, pycrdt.MapEvent):
                    self._changed.update((*path, key) for key in event.keys)
                else:
                    self._changed.add(path)

        return note

    def _is_there(self, path: tuple[str, ...]) -> bool:
        container = self._replica.at(path[0], path[1:-1])
        return isinstance(container, pycrdt.Map) and path[-1] in container

    def _look_at(self, path: tuple[str, ...], value: Any) -> None:
        self.checked += 1
        if not is_fit(path, value, self._settings):
            self._complain(path, value)
        if isinstance(value, pycrdt.Map):
            for key in value.keys():
                self._look_at((*path, key), value[key])

    def _complain(self, path: tuple[str, ...], value: Any) -> None:
        if len(self.complaints) < LIMIT_COMPLAINTS:
            self.complaints.append(f"{'/'.join(path)} = {value!r:.200}")


def is_fit(path: tuple[str, ...], value: Any, settings: Mapping[str, Any]) -> bool:
    """Whether a value may stand at a path of a menu."""
    match path:
        case ("meta", key):
            return bool(settings.get(key) == value)
        case (_, id):
            return isinstance(value, pycrdt.Map) and re.fullmatch(r"[^:@]{1,64}", id) is not None
        case ("sections" | "items", _, "name" | "desc"):
            return isinstance(value, pycrdt.Map)
        case ("sections" | "items", _, "name" | "desc" as field, locale):
            limit = 2_000 if field == "name" else 200_000
            return locale in settings["locales"] and _is_text(value, limit)
        case ("items", _, "note"):
            return _is_text(value, 20_000)
        case (root, _, key):
            return _is_register(root, key, value)
    return False


def _is_text(value: Any, limit: int) -> bool:
    if not isinstance(value, pycrdt.Text) or len(str(value)) > limit:
        return False
    return all(isinstance(piece, str) for piece, _ in value.diff())


def _is_register(root: str, key: str, entry: Any) -> bool:
    found = re.fullmatch(r"(.+)@[0-9a-z]+(\.[0-9]+)?", key, re.DOTALL)
    if found is None or not isinstance(entry, list) or len(entry) != 3:
        return False
    value, user, ms = entry
    if not isinstance(user, str) or not _is_whole(ms, 0, 2**53 - 1):
        return False
    for pattern, check in _FORMS[root]:
        if re.fullmatch(pattern, found[1]):
            return check(value)
    return False


def _is_whole(value: Any, low: int, high: int) -> bool:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return is_number and low <= value <= high and value == int(value)


def _or_null(check: Check) -> Check:
    return lambda value: value is None or check(value)


def _whole(high: int) -> Check:
    return _or_null(lambda value: _is_whole(value, 0, high))


def _short(limit: int) -> Check:
    return _or_null(lambda value: isinstance(value, str) and len(value) <= limit)


def _is_key(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 200 and value.isascii()


def _is_place(value: Any) -> bool:
    if not isinstance(value, list) or len(value) != 2:
        return False
    return isinstance(value[0], str) and len(value[0]) <= 64 and _is_key(value[1])


def _are_hours(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(one, dict)
        and sorted(one) == ["day", "from", "to"]
        and one["day"] in range(1, 8)
        and all(
            re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d|24:00", str(one[side]))
            for side in ("from", "to")
        )
        for one in value
    )


def _is_listing(value: Any) -> bool:
    return isinstance(value, dict) and all(
        family in ("allergens", "additives", "traits", "diets")
        and isinstance(codes, list)
        and all(isinstance(code, str) for code in codes)
        for family, codes in value.items()
    )


_yes_no: Final = _or_null(lambda value: isinstance(value, bool))


def _choice(family: str) -> list[tuple[str, Check]]:
    start = f"{family}:[^:]{{1,64}}:"
    return [
        (start + "price", _whole(10**12)),
        (start + "pos", _is_key),
        (start + "deleted", _yes_no),
        (start + "name:[A-Za-z0-9-]+", _short(2_000)),
    ]


_FORMS: Final[Mapping[str, list[tuple[str, Check]]]] = {
    "meta": [],
    "sections": [
        ("pos", _is_key),
        ("hours", _or_null(_are_hours)),
        ("station", _short(64)),
        ("deleted", _yes_no),
    ],
    "items": [
        ("loc", _is_place),
        ("price", _whole(10**12)),
        ("tax|abv", _whole(10_000)),
        ("spice", _whole(10)),
        ("prep_s", _whole(86_400)),
        ("kcal", _whole(100_000)),
        ("station", _short(64)),
        ("photo", _or_null(lambda value: re.fullmatch("[0-9a-f]{64}", str(value)) is not None)),
        ("hidden|deleted", _yes_no),
        (
            "allergen:.{1,200}",
            _or_null(lambda value: value in ("contains", "may", "free", "unknown")),
        ),
        ("(additive|diet|tag):.{1,200}", _yes_no),
        ("mod:.{1,200}", _or_null(lambda value: value is False or _is_key(value))),
        ("order", _or_null(_is_listing)),
        *_choice("var"),
    ],
    "modgroups": [
        ("min|max", _whole(1_000)),
        ("deleted", _yes_no),
        ("name:[A-Za-z0-9-]+", _short(2_000)),
        *_choice("opt"),
    ],
}
