"""The wire types of the pages are made of the server's structs; no Node needed to tell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

import msgspec
import pytest
from msgspec import UNSET, UnsetType

from api.typescript import TARGET, protocol
from api.typescript_forms import Form, Writer


def test_committed_types_are_those_of_the_server_as_it_is_now() -> None:
    assert TARGET.read_text(encoding="utf-8") == protocol(), "run `python -m api.typescript`"


def test_every_guard_is_pure_so_that_pages_carry_only_what_they_use() -> None:
    for line in guards():
        calls = re.findall(r"(?<!\w)[a-z]+\(", line.partition(" = ")[2])
        assert len(calls) == line.count("/* @__PURE__ */ "), line


def guards() -> Iterator[str]:
    for line in protocol().splitlines():
        if line.startswith("export const ") and "Guard: Guard<" in line:
            yield line


def test_no_two_declarations_have_one_name() -> None:
    names = re.findall(r"^export (?:interface|type|const) (\w+)", protocol(), re.MULTILINE)
    assert len(names) == len(set(names))


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Inner(msgspec.Struct):
    """A part of it."""

    at: datetime
    rest: dict[str, list[int]]


class Outer(msgspec.Struct, kw_only=True):
    inner: Inner | None
    colours: list[Colour]
    pair: tuple[str, float]
    kind: Literal["b", "a"]
    anything: Any
    data: bytes
    missing: int | UnsetType = UNSET
    always: bool = False


class Sparse(msgspec.Struct, omit_defaults=True, tag="sparse", tag_field="op"):
    note: str = ""


@dataclass
class Command:
    """What a page sends."""

    until: datetime | None = None


def test_struct_becomes_an_interface_and_a_guard() -> None:
    declared = Writer([Form(Outer, True)]).declarations()
    assert declared.startswith("/** A part of it. */\nexport interface Inner {")
    interface, guard = declared[declared.index("export interface Outer") :].split("export const ")
    assert interface.splitlines()[1:-1] == [
        "  inner: Inner | null",
        "  colours: Colour[]",
        "  pair: [string, number]",
        "  kind: 'a' | 'b'",
        "  anything?: unknown",
        "  data: Uint8Array",
        "  missing?: number | undefined",
        "  always: boolean",
    ]
    assert guard.replace("/* @__PURE__ */ ", "").strip() == (
        "outerGuard: Guard<Outer> = object({ inner: nullable(innerGuard), "
        "colours: array(colourGuard), pair: tuple(string(), number()), kind: literal('a', 'b'), "
        "anything: unknown(), data: bytes(), missing: optional(number()), always: boolean() })"
    )


def test_struct_that_leaves_defaults_out_says_so_and_names_its_tag() -> None:
    declared = Writer([Form(Sparse, True)]).declarations()
    assert "  op: 'sparse'\n  note?: string | undefined\n" in declared


def test_what_pages_send_has_no_guard_and_times_in_milliseconds() -> None:
    writer = Writer([Form(Command, False)])
    assert writer.type_of(Command) == "Command"
    declared = writer.declarations()
    assert "export const" not in declared
    assert "until?: number | null | undefined" in declared


def test_form_that_holds_itself_is_refused() -> None:
    with pytest.raises(TypeError, match="holds itself"):
        Writer([Form(Node, True)])


class Node(msgspec.Struct):
    next: Node | None = None
