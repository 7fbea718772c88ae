"""Writes web/src/core/protocol.ts: what goes over the wire, as our pages' TypeScript.

`python -m api.typescript` after a change of any struct; a test says when it is due. Names stay as
they are on the wire. What comes from the server has a guard beside its type, what the pages send
has a type only: the server checks that itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from api.doors import rooms_answers, rooms_bodies, rooms_forms
from api.doors.rooms_locks import LOCK_TYPES, LockBody
from api.rest.models import Problem
from api.rest.operation import Operation
from api.rest.routes import operations
from api.typescript_forms import Form, Writer, union_of
from collab.orders import forms

TARGET = Path(__file__).parents[1] / "web" / "src" / "core" / "protocol.ts"
COMBINATORS = (
    "array", "boolean", "bytes", "literal", "nullable", "number", "object", "optional", "record",
    "string", "tuple", "union", "unknown",
)  # fmt: skip

_HEAD = """\
// What goes over the wire: made of the server's structs by `python -m api.typescript`. Do not edit.
// Names are as they are on the wire; every guard is a constant of its own, so that a page carries
// only those that it uses.
"""


def main() -> None:
    """Write the file."""
    TARGET.write_text(protocol(), encoding="utf-8")


def protocol() -> str:
    """The content of the file."""
    writer = Writer([*_server_forms(), *_page_forms()])
    body = "\n".join(
        (
            writer.declarations(),
            *_server_frames(writer),
            *_client_frames(writer),
            *_commands(writer),
            *_rooms(writer),
        )
    )
    used = [name for name in COMBINATORS if f"{name}(" in body]
    imports = "".join(f"  {name},\n" for name in sorted([*used, "type Guard"], key=_bare))
    imports = f"import {{\n{imports}}} from './guard'\n"
    return f"{_HEAD}\n{imports}\n{body}"


def _server_forms() -> Iterator[Form]:
    for frames in rooms_answers.ANSWERS.values():
        yield from (Form(form, True) for form in frames)
    for snapshot, events in rooms_bodies.ROOMS.values():
        yield Form(snapshot, True)
        for body in dict.fromkeys(events.values()):
            yield Form(body, True)
    yield Form(Problem, True)
    for operation in operations():
        for form in _answers(operation):
            yield Form(form, True)


def _page_forms() -> Iterator[Form]:
    for form in (*rooms_forms.FORMS.values(), *forms.FORMS.values(), LockBody):
        yield Form(form, False)
    for operation in operations():
        for wanted in (operation.body, operation.query, *operation.files.values()):
            if wanted is not None and not isinstance(wanted, str):
                yield Form(wanted, False)


def _answers(operation: Operation) -> Iterator[Any]:
    for answer in operation.answers.values():
        inner = answer.values() if isinstance(answer, Mapping) else (answer,)
        yield from (form for form in inner if form is not None and not isinstance(form, str))


def _server_frames(writer: Writer) -> Iterator[str]:
    frames = rooms_answers.ANSWERS.items()
    shown = {op: " | ".join(map(writer.type_of, forms)) for op, forms in frames}
    yield _table("ServerFrames", "The frames of the server: op -> content.", shown)
    guards = {op: union_of(list(map(writer.guard_of, forms))) for op, forms in frames}
    yield _guards("serverFrames", "ServerFrames", guards)


def _client_frames(writer: Writer) -> Iterator[str]:
    shown = {op: writer.type_of(form) for op, form in rooms_forms.FORMS.items()}
    shown["sync"] = "{ h: number; data: Uint8Array }"
    yield _table("ClientFrames", "The frames of a client: op -> content.", shown)


def _commands(writer: Writer) -> Iterator[str]:
    shown = {type: writer.type_of(form) for type, form in forms.FORMS.items()}
    shown |= dict.fromkeys(sorted(LOCK_TYPES), writer.type_of(LockBody))
    shown["presence.set"] = "{ status: 'active' | 'away' | 'idle' }"
    yield _table("CommandBodies", "The commands: type -> body.", shown)
    yield "export type CommandType = keyof CommandBodies\n"


def _rooms(writer: Writer) -> Iterator[str]:
    for kind, (_, events) in rooms_bodies.ROOMS.items():
        name = f"{kind.title()}Events"
        shown = {type: writer.type_of(body) for type, body in events.items()}
        yield _table(name, f"The events of rooms of kind `{kind}`: type -> body.", shown)
        guards = {type: writer.guard_of(body) for type, body in events.items()}
        yield _guards(f"{kind}Events", name, guards)


def _table(name: str, about: str, rows: Mapping[str, str]) -> str:
    lines = "".join(f"  {_key(key)}: {value}\n" for key, value in rows.items())
    return f"/** {about} */\nexport interface {name} {{\n{lines}}}\n"


def _guards(name: str, table: str, rows: Mapping[str, str]) -> str:
    lines = "".join(f"  {_key(key)}: {value},\n" for key, value in rows.items())
    of = f"{{ readonly [T in keyof {table}]: Guard<{table}[T]> }}"
    return f"export const {name}: {of} = {{\n{lines}}}\n"


def _bare(name: str) -> str:
    return name.removeprefix("type ").lower()


def _key(name: str) -> str:
    return name if name.isidentifier() else f"'{name}'"


if __name__ == "__main__":
    main()
