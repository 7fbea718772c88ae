"""What the body of every command has to look like: one dataclass for each.

Rule 1: strict. A key that is not listed here, a missing one, another type, a text that is too long
        or a number that is too big refuses the command, with a sentence.
Rule 2: nothing here is believed about prices or people: `expected` is only compared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from datetime import datetime

from collab.orders.form_fields import (
    AMOUNT_LIMIT,
    COUNT_LIMIT,
    COURSE_LIMIT,
    LABEL_LIMIT_CHARACTERS,
    LINE_LIMIT,
    NOTE_LIMIT_CHARACTERS,
    OPTION_LIMIT,
    QUANTITY_LIMIT,
    VERSION_LIMIT,
    BadField,
    Check,
    flag,
    identifier,
    many,
    maybe,
    moment,
    needed_text,
    part_id,
    target,
    text,
    whole,
)
from collab.orders.refusal import Refusal

_NOTE = text(NOTE_LIMIT_CHARACTERS)
_REASON = needed_text(NOTE_LIMIT_CHARACTERS)
_LABEL = text(LABEL_LIMIT_CHARACTERS)
_QUANTITY = whole(1, QUANTITY_LIMIT)
_COURSE = whole(1, COURSE_LIMIT)
_LINES = many(identifier, LINE_LIMIT)


@dataclass(frozen=True, slots=True)
class OptionChoice:
    """One option that somebody chose, for one dish."""

    group: str = field(metadata={"check": part_id})
    option: str = field(metadata={"check": part_id})
    quantity: int = field(default=1, metadata={"check": _QUANTITY})


def _option(name: str, value: object) -> OptionChoice:
    if not isinstance(value, Mapping):
        raise BadField(f"`{name}` must be an object.")
    build: Callable[..., OptionChoice] = OptionChoice
    return build(**_read(_OPTION_FIELDS, value, f"{name}."))


@dataclass(frozen=True, slots=True)
class Nothing:
    """`order.reopen`, `bill.request`: the command says it all."""


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """`order.open`."""

    table: str | None = field(default=None, metadata={"check": maybe(identifier)})  # None: pickup


@dataclass(frozen=True, slots=True)
class PlaceOrder:
    """`order.place`."""

    lines: tuple[str, ...] | None = field(default=None, metadata={"check": maybe(_LINES)})


@dataclass(frozen=True, slots=True)
class CloseOrder:
    """`order.close`."""

    force: bool = field(default=False, metadata={"check": flag})
    reason: str = field(default="", metadata={"check": _NOTE})


@dataclass(frozen=True, slots=True)
class AddLine:
    """`line.add`."""

    line: str = field(metadata={"check": identifier})
    menu: str = field(metadata={"check": identifier})
    item: str = field(metadata={"check": part_id})
    # That the client saw; None: whatever guests see now.
    menu_version: int | None = field(default=None, metadata={"check": whole(1, VERSION_LIMIT)})
    quantity: int = field(default=1, metadata={"check": _QUANTITY})
    variation: str | None = field(default=None, metadata={"check": maybe(part_id)})
    options: tuple[OptionChoice, ...] = field(
        default=(), metadata={"check": many(_option, OPTION_LIMIT)}
    )
    course: int = field(default=1, metadata={"check": _COURSE})
    seat: str = field(default="", metadata={"check": _LABEL})
    note: str = field(default="", metadata={"check": _NOTE})
    # What one dish with its options costs on the client's screen.
    expected: int | None = field(default=None, metadata={"check": maybe(whole(0, AMOUNT_LIMIT))})
    accept_price: bool = field(default=False, metadata={"check": flag})  # whatever it is now


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """`line.change`: what is left out stays.

    With `menu` the dish is chosen anew: variation and options are taken as they stand here, and the
    price with them. Without it neither can be changed.
    """

    line: str = field(metadata={"check": identifier})
    quantity: int | None = field(default=None, metadata={"check": _QUANTITY})
    course: int | None = field(default=None, metadata={"check": _COURSE})
    seat: str | None = field(default=None, metadata={"check": _LABEL})
    note: str | None = field(default=None, metadata={"check": _NOTE})
    menu: str | None = field(default=None, metadata={"check": identifier})
    menu_version: int | None = field(default=None, metadata={"check": whole(1, VERSION_LIMIT)})
    variation: str | None = field(default=None, metadata={"check": maybe(part_id)})
    options: tuple[OptionChoice, ...] | None = field(
        default=None, metadata={"check": many(_option, OPTION_LIMIT)}
    )
    expected: int | None = field(default=None, metadata={"check": maybe(whole(0, AMOUNT_LIMIT))})
    accept_price: bool = field(default=False, metadata={"check": flag})


@dataclass(frozen=True, slots=True)
class OneLine:
    """`line.remove`, `line.start`, `line.ready`, `line.serve`, `line.recall`."""

    line: str = field(metadata={"check": identifier})


@dataclass(frozen=True, slots=True)
class LineWithReason:
    """`line.void`, `line.reject`, `line.comp`."""

    line: str = field(metadata={"check": identifier})
    reason: str = field(default="", metadata={"check": _NOTE})


@dataclass(frozen=True, slots=True)
class OneTicket:
    """`ticket.start`, `ticket.bump`, `ticket.recall`."""

    ticket: str = field(metadata={"check": text(200)})


@dataclass(frozen=True, slots=True)
class OneCourse:
    """`course.fire`, `course.hold`."""

    course: int = field(metadata={"check": _COURSE})


@dataclass(frozen=True, slots=True)
class AddNote:
    """`note.add`."""

    note: str = field(metadata={"check": identifier})  # id, drawn by the client
    text: str = field(metadata={"check": _REASON})


@dataclass(frozen=True, slots=True)
class Pay:
    """`payment.record`, `payment.refund`."""

    payment: str = field(metadata={"check": identifier})  # id, drawn by the client
    amount: int = field(metadata={"check": whole(1, AMOUNT_LIMIT)})
    method: str = field(metadata={"check": needed_text(LABEL_LIMIT_CHARACTERS)})
    tip: int = field(default=0, metadata={"check": whole(0, AMOUNT_LIMIT)})
    reason: str = field(default="", metadata={"check": _NOTE})


@dataclass(frozen=True, slots=True)
class OneUser:
    """`staff.assign`, `staff.unassign`. user: None is whoever says it."""

    user: str | None = field(default=None, metadata={"check": maybe(text(200))})


@dataclass(frozen=True, slots=True)
class SellOut:
    """`item.86`."""

    target: str = field(metadata={"check": target})
    until: datetime | None = field(default=None, metadata={"check": maybe(moment)})
    reason: str = field(default="", metadata={"check": _NOTE})


@dataclass(frozen=True, slots=True)
class OneTarget:
    """`item.un86`."""

    target: str = field(metadata={"check": target})


@dataclass(frozen=True, slots=True)
class SetStock:
    """`stock.set`: so many are left; null: it is not counted any more."""

    target: str = field(metadata={"check": target})
    remaining: int | None = field(metadata={"check": maybe(whole(0, COUNT_LIMIT))})
    until: datetime | None = field(default=None, metadata={"check": maybe(moment)})


Form = (
    Nothing | OpenOrder | PlaceOrder | CloseOrder | AddLine | ChangeLine | OneLine
    | LineWithReason | OneTicket | OneCourse | AddNote | Pay | OneUser | SellOut | OneTarget
    | SetStock
)  # fmt: skip

FORMS: Mapping[str, type[Form]] = {
    "order.open": OpenOrder,
    "order.place": PlaceOrder,
    "order.close": CloseOrder,
    "order.reopen": Nothing,
    "line.add": AddLine,
    "line.change": ChangeLine,
    "line.remove": OneLine,
    "line.start": OneLine,
    "line.ready": OneLine,
    "line.serve": OneLine,
    "line.recall": OneLine,
    "line.void": LineWithReason,
    "line.reject": LineWithReason,
    "line.comp": LineWithReason,
    "ticket.start": OneTicket,
    "ticket.bump": OneTicket,
    "ticket.recall": OneTicket,
    "course.fire": OneCourse,
    "course.hold": OneCourse,
    "note.add": AddNote,
    "bill.request": Nothing,
    "payment.record": Pay,
    "payment.refund": Pay,
    "staff.assign": OneUser,
    "staff.unassign": OneUser,
    "item.86": SellOut,
    "item.un86": OneTarget,
    "stock.set": SetStock,
}
STOCK_COMMANDS = frozenset({"item.86", "item.un86", "stock.set"})


def read_form(type: str, body: Mapping[str, object]) -> Form | Refusal:
    """The body of a command as its form; a refusal, code `bad_command`, unless it fits."""
    form: Callable[..., Form] | None = FORMS.get(type)
    if form is None:
        return Refusal("bad_command", "There is no command of this type.")
    try:
        return form(**_read(_FIELDS[type], body, ""))
    except BadField as error:
        return Refusal("bad_command", str(error))


def _read(
    known: Mapping[str, tuple[Check, bool]], body: Mapping[str, object], within: str
) -> dict[str, object]:
    found = {}
    for name, (check, is_needed) in known.items():
        if name in body:
            found[name] = check(within + name, body[name])
        elif is_needed:
            raise BadField(f"`{within}{name}` is missing.")
    if len(found) != len(body):
        raise BadField(f"Only {', '.join(known) or 'nothing'} can stand here.")
    return found


def _fields(form: type) -> dict[str, tuple[Check, bool]]:
    """Name of a field -> its check, and whether it has to be there."""
    return {
        one.name: (one.metadata["check"], one.default is MISSING and one.default_factory is MISSING)
        for one in fields(form)
    }


_OPTION_FIELDS = _fields(OptionChoice)
_FIELDS: Mapping[str, Mapping[str, tuple[Check, bool]]] = {
    type: _fields(form) for type, form in FORMS.items()
}
