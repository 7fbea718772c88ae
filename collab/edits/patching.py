"""Patches of a menu's plain JSON: JSON Merge Patch (RFC 7396) and JSON Patch (RFC 6902).

Both work on the normalised JSON of a menu (`collab.menus.plain_json`) and give the JSON of another
menu, whose difference is then written (`collab.edits.diffing`). Beyond the RFCs, because ids are
stable and indexes are not while people edit:

Rule 1: in a merge patch, a list of things with ids (sections, items, variations, modifiers,
        options) may be given as an object by id: `{"sections": {"s1": {"items": {"i7": null}}}}`.
        What it does not name stays; an unknown id is added at the end; an item that is named in
        another section moves there and keeps what it has.
Rule 2: in a JSON pointer, a member of such a list is named by its index or by its id. What looks
        like an index is one; `id:42` is always the id `42`.
Rule 3: a string that replaces a text in several languages replaces it in the menu's own language
        only, and the others stay; name a language to change it, null or "" to empty it.
Rule 4: a copy of something with an id is something new, so it loses the id.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from collab.errors import PreconditionFailed, StructureRefused, TooLarge

LIMIT_OPERATIONS = 1_000
LIMIT_COPIED = 200_000  # values that the operations of one patch may copy
LIMIT_LEVELS = 32

_IDENTIFIED = frozenset({"sections", "items", "unplaced", "variations", "modifiers", "options"})
_PLACES = frozenset({"items", "unplaced"})
_TEXTS = ("name", "description")
_INDEX = re.compile(r"0|[1-9][0-9]{0,8}")

Json = Any  # what a JSON decoder makes; never changed in place unless this module made it


def merge_patched(plain: Mapping[str, Json], patch: object) -> dict[str, Json]:
    """The menu after a merge patch.

    plain: `plain_json` of the menu. patch: a decoded JSON value. The answer is not validated yet.
    Raises StructureRefused when the patch is no object or names something that cannot be.
    """
    check_levels(patch)
    if not isinstance(patch, dict):
        raise _refused("A merge patch must be an object.")
    merge = _Merge(_copied(plain))
    merge.into(merge.menu, patch)
    return _with_other_languages(plain, merge.menu)


def json_patched(plain: Mapping[str, Json], operations: object) -> dict[str, Json]:
    """The menu after the operations of a JSON patch; all of them or none.

    plain: `plain_json` of the menu. operations: a decoded JSON value. The answer is not validated
    yet. Raises PreconditionFailed when a `test` fails, StructureRefused when an operation names
    something that is not there, TooLarge.
    """
    check_levels(operations)
    if not isinstance(operations, list):
        raise _refused("A JSON patch must be a list of operations.")
    if len(operations) > LIMIT_OPERATIONS:
        raise TooLarge(
            f"A patch has at most {LIMIT_OPERATIONS} operations.", reason="patch_too_large"
        )
    document = _Document(_copied(plain))
    for place, operation in enumerate(operations):
        try:
            document.apply(operation)
        except _Misses as error:
            raise _refused(f"Operation {place}: {error}.") from None
        except _Differs as error:
            sentence = f"Operation {place}: {error}."
            raise PreconditionFailed(sentence, reason="patch_test_failed") from None
    if not isinstance(document.root, dict):
        raise _refused("A menu must be an object.")
    return _with_other_languages(plain, document.root)


def check_levels(value: object) -> None:
    """Raises StructureRefused for JSON that nests deeper than a menu can. Does not recurse."""
    level = [value]
    for _ in range(LIMIT_LEVELS):
        level = [part for one in level for part in _parts(one)]
        if not level:
            return
    raise _refused(f"The patch nests deeper than {LIMIT_LEVELS} levels.")


class _Merge:
    """One merge patch on its way into a menu."""

    def __init__(self, menu: dict[str, Json]) -> None:
        self.menu = menu
        self._locale = menu["locale"]  # of the texts that are strings
        named = _named(menu)
        self._items = {name[1]: one for name, one in named if name[0] == "items" and len(name) == 2}

    def into(self, target: dict[str, Json], patch: Mapping[str, Json]) -> None:
        for field, value in patch.items():
            now = target.get(field)
            if value is None:
                target.pop(field, None)
            elif not isinstance(value, dict):
                target[field] = _copied(value)
            elif field in _IDENTIFIED and _is_identified(now):
                self._into_members(target.setdefault(field, []), value, field)
            else:
                merged = now if isinstance(now, dict) else {}
                if isinstance(now, str) and field in _TEXTS:
                    merged = {self._locale: now}
                self.into(merged, value)
                target[field] = merged

    def _into_members(self, members: list[Json], patch: Mapping[str, Json], field: str) -> None:
        for id, value in patch.items():
            place = next((at for at, one in enumerate(members) if one["id"] == id), None)
            if value is None:
                if place is not None:
                    del members[place]
                continue
            if not isinstance(value, dict) or value.get("id", id) != id:
                raise _refused(f"What is patched by the id {id!r} must be an object with this id.")
            if place is None:
                members.append(self._moved_here(id) if field in _PLACES else {"id": id})
                place = -1
            self.into(members[place], value)

    def _moved_here(self, id: str) -> dict[str, Json]:
        """The item of that id, taken from where it is; a new one when there is none."""
        item = self._items.get(id)
        if item is None:
            return {"id": id}
        for members in (self.menu.get("unplaced"), *_item_lists(self.menu)):
            if isinstance(members, list):
                members[:] = [one for one in members if one is not item]
        return item


class _Misses(Exception):
    """An operation names what is not there, or is none."""


class _Differs(Exception):
    """A `test` failed."""


class _Document:
    """JSON that operations change in place."""

    def __init__(self, root: Json) -> None:
        self.root = root
        self._copied = 0

    def apply(self, operation: object) -> None:
        if not isinstance(operation, dict):
            raise _Misses("it must be an object")
        path = _tokens(operation, "path")
        match operation.get("op"):
            case "add":
                self._add(path, _copied(_value(operation)))
            case "remove":
                self._remove(path)
            case "replace":
                self._get(path)
                self._put(path, _copied(_value(operation)))
            case "move":
                self._move(_tokens(operation, "from"), path)
            case "copy":
                self._add(path, self._copy_of(_tokens(operation, "from")))
            case "test":
                if not _is_same(self._get(path), _value(operation)):
                    raise _Differs(f"{operation['path']} is not what the test expects")
            case _:
                raise _Misses("op must be add, remove, replace, move, copy or test")

    def _get(self, path: Sequence[str]) -> Json:
        here = self.root
        for token in path:
            here = here[_key(here, token)]
        return here

    def _add(self, path: Sequence[str], value: Json) -> None:
        if not path:
            self.root = value
            return
        container = self._get(path[:-1])
        if isinstance(container, list):
            is_end = path[-1] in ("-", str(len(container)))
            container.insert(len(container) if is_end else _key(container, path[-1]), value)
        elif isinstance(container, dict):
            container[path[-1]] = value
        else:
            raise _Misses(f"nothing can be added at {path[-1]!r}")

    def _put(self, path: Sequence[str], value: Json) -> None:
        if not path:
            self.root = value
            return
        container = self._get(path[:-1])
        container[_key(container, path[-1])] = value

    def _remove(self, path: Sequence[str]) -> Json:
        if not path:
            raise _Misses("the whole menu cannot be removed")
        container = self._get(path[:-1])
        return container.pop(_key(container, path[-1]))

    def _move(self, source: Sequence[str], path: Sequence[str]) -> None:
        if len(source) < len(path) and list(path[: len(source)]) == list(source):
            raise _Misses("nothing can be moved into itself")
        if list(source) == list(path):
            self._get(path)
            return
        check_levels(self._get(source))
        self._add(path, self._remove(source))

    def _copy_of(self, source: Sequence[str]) -> Json:
        value = self._get(source)
        check_levels(value)
        self._copied += _count(value)
        # Copying the copies doubles: thirty small operations would fill the memory.
        if self._copied > LIMIT_COPIED:
            raise TooLarge("The patch copies too much.", reason="patch_too_large")
        return _without_ids(value)


def _tokens(operation: Mapping[str, Json], field: str) -> tuple[str, ...]:
    """The parts of a JSON pointer (RFC 6901)."""
    pointer = operation.get(field)
    if not isinstance(pointer, str) or (pointer and not pointer.startswith("/")):
        raise _Misses(f"{field} must be a JSON pointer such as /sections/0/name")
    parts = pointer.split("/")[1:]
    if len(parts) > LIMIT_LEVELS:
        raise _Misses(f"{field} is deeper than {LIMIT_LEVELS} levels")
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in parts)


def _value(operation: Mapping[str, Json]) -> Json:
    if "value" not in operation:
        raise _Misses("it needs a value")
    return operation["value"]


def _key(container: Json, token: str) -> Any:
    """The key or index that a token of a pointer stands for."""
    if isinstance(container, dict):
        if token in container:
            return token
    elif isinstance(container, list):
        if _INDEX.fullmatch(token):
            if int(token) < len(container):
                return int(token)
        else:
            id = token.removeprefix("id:")
            for place, member in enumerate(container):
                if isinstance(member, dict) and member.get("id") == id:
                    return place
    raise _Misses(f"there is no {token!r}")


def _with_other_languages(plain: Mapping[str, Json], target: dict[str, Json]) -> dict[str, Json]:
    """Rule 3; and what stays a string stays in its language when the menu's language changes."""
    before, after = plain["locale"], target.get("locale")
    if not isinstance(after, str):
        return target
    known = dict(_named(plain))
    for name, part in _named(target):
        for field in _TEXTS:
            now, text = known.get(name, {}).get(field), part.get(field)
            if not isinstance(text, str):
                continue
            if isinstance(now, dict):
                part[field] = {**now, after: text}
            elif isinstance(now, str) and before != after:
                part[field] = {before: now} if text == now else {before: now, after: text}
    return target


def _named(menu: Mapping[str, Json]) -> Iterator[tuple[tuple[str, ...], dict[str, Json]]]:
    """Everything that has texts and an id, by (kind, ids); what is none is passed over."""
    for section in _members(menu, "sections"):
        yield ("sections", section["id"]), section
    for group in _members(menu, "modifiers"):
        yield ("modifiers", group["id"]), group
        for option in _members(group, "options"):
            yield ("modifiers", group["id"], option["id"]), option
    for holder in (menu, *_dicts(menu, "sections")):
        for item in _members(holder, "unplaced" if holder is menu else "items"):
            yield ("items", item["id"]), item
            for variation in _members(item, "variations"):
                yield ("items", item["id"], variation["id"]), variation


def _members(holder: Mapping[str, Json], field: str) -> list[dict[str, Json]]:
    return [one for one in _dicts(holder, field) if isinstance(one.get("id"), str)]


def _dicts(holder: Mapping[str, Json], field: str) -> list[dict[str, Json]]:
    members = holder.get(field)
    return [one for one in members if isinstance(one, dict)] if isinstance(members, list) else []


def _item_lists(menu: Mapping[str, Json]) -> Iterator[Json]:
    return (section.get("items") for section in _dicts(menu, "sections"))


def _is_identified(members: Json) -> bool:
    if members is None:
        return True
    return isinstance(members, list) and all(
        isinstance(one, dict) and isinstance(one.get("id"), str) for one in members
    )


def _is_same(one: Json, other: Json) -> bool:
    """Equality of JSON values: true is not 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_is_same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_is_same, one, other))
    return bool(one == other)


def _copied(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _copied(part) for key, part in value.items()}
    return [_copied(part) for part in value] if isinstance(value, list) else value


def _without_ids(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _without_ids(part) for key, part in value.items() if key != "id"}
    return [_without_ids(part) for part in value] if isinstance(value, list) else value


def _parts(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _count(value: Json) -> int:
    return 1 + sum(map(_count, _parts(value)))


def _refused(sentence: str) -> StructureRefused:
    return StructureRefused(sentence, reason="bad_patch")
