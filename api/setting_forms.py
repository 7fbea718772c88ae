"""The forms a setting may have: functions from what was typed to a value.

Each raises BadSetting with the end of the sentence "X must be ...".
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from api.origins import Origin

_SIZE = re.compile(r"(\d{1,15})\s*(B|KiB|MiB)?")
_UNITS = {None: 1, "B": 1, "KiB": 1024, "MiB": 1024 * 1024}


class BadSetting(ValueError):
    """The value has another form; the message says which is wanted."""


def text(raw: str) -> str:
    """Any words on one line."""
    if not raw or not raw.isprintable():
        raise BadSetting("some text on one line")
    return raw


def path(raw: str) -> Path:
    """A file, absolute or from where the server was started."""
    return Path(text(raw))


def yes_no(raw: str) -> bool:
    """A switch."""
    match raw.lower():
        case "1" | "true" | "yes" | "on":
            return True
        case "0" | "false" | "no" | "off":
            return False
    raise BadSetting("yes or no")


def secret(least_characters: int) -> Callable[[str], str]:
    """A secret; short ones can be guessed by trying (RFC 7518 3.2 wants 256 bits for HS256)."""

    def parse(raw: str) -> str:
        if len(raw) < least_characters:
            raise BadSetting(f"at least {least_characters} characters long")
        return raw

    return parse


def whole(low: int, high: int) -> Callable[[str], int]:
    """A whole number."""

    def parse(raw: str) -> int:
        if not re.fullmatch(r"\d{1,15}", raw, re.ASCII) or not low <= int(raw) <= high:
            raise BadSetting(f"a whole number from {low} to {high}")
        return int(raw)

    return parse


def number(low: float, high: float) -> Callable[[str], float]:
    """A number."""

    def parse(raw: str) -> float:
        try:
            value = float(raw)
        except ValueError:
            value = math.nan
        if not low <= value <= high:  # also false for nan
            raise BadSetting(f"a number from {low:g} to {high:g}")
        return value

    return parse


def size(low: int, high: int) -> Callable[[str], int]:
    """A number of bytes, plain or with KiB or MiB."""

    def parse(raw: str) -> int:
        match = _SIZE.fullmatch(raw)
        value = -1 if match is None else int(match[1]) * _UNITS[match[2]]
        if not low <= value <= high:
            raise BadSetting(f"a number of bytes from {low} to {high}, plain or like 8MiB")
        return value

    return parse


def one_of(*choices: str) -> Callable[[str], str]:
    """One of a few words."""

    def parse(raw: str) -> str:
        if raw.lower() not in choices:
            raise BadSetting("one of " + ", ".join(choices))
        return raw.lower()

    return parse


def listed(parse_one: Callable[[str], Any]) -> Callable[[str], tuple[Any, ...]]:
    """Several values with commas between them."""

    def parse(raw: str) -> tuple[Any, ...]:
        return tuple(parse_one(part.strip()) for part in raw.split(",") if part.strip())

    return parse


def network(raw: str) -> IPv4Network | IPv6Network:
    """An address or a network."""
    try:
        return ip_network(raw)
    except ValueError:
        raise BadSetting("a list of addresses or networks like 10.0.0.0/8") from None


def origin(raw: str) -> str:
    """A web origin, in its canonical spelling."""
    parsed = Origin.parse(raw)
    if parsed is None:
        raise BadSetting("a list of origins like https://menu.example.com")
    return str(parsed)


def url(*schemes: str) -> Callable[[str], str]:
    """An address with one of the schemes, without a trailing slash."""

    def parse(raw: str) -> str:
        try:
            parts = urlsplit(raw)
            usable = parts.scheme in schemes and bool(parts.hostname)
            usable = usable and (parts.port is None or parts.port > 0)
        except ValueError:  # a port that is no number, a broken [IPv6]
            usable = False
        if not usable:
            raise BadSetting(f"an address like {schemes[-1]}://host")
        return raw.rstrip("/")

    return parse


def web_address(raw: str) -> str:
    """Where people find us: an origin, perhaps with a path; without a trailing slash."""
    scheme, _, rest = raw.partition("://")
    host, slash, path = rest.partition("/")
    if Origin.parse(f"{scheme}://{host}") is None or scheme not in ("http", "https"):
        raise BadSetting("an address like https://menu.example.com")
    if not (slash + path).isprintable() or set(path) & set("?# "):
        raise BadSetting("an address like https://menu.example.com")
    return raw.rstrip("/")


def database(raw: str) -> str:
    """A store: an SQLite path or a PostgreSQL address."""
    scheme, separator, rest = raw.partition("://")
    if not separator:
        return text(raw)
    if rest and (scheme == "postgresql+asyncpg" or (scheme == "sqlite" and len(rest) > 1)):
        return text(raw)
    raise BadSetting("a path, sqlite:///PATH or postgresql+asyncpg://USER:PASSWORD@HOST/NAME")
