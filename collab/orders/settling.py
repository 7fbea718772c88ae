"""One batch of commands against what is stored: everything decided, nothing done.

The store loads what `needs` names, under the locks of the restaurants, hands it in as a `Ledger`,
and saves the `Settlement`, all in one transaction. A batch is folded command by command: each sees
what those before it changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from collab.orders.command import Command
from collab.orders.folding import Fold
from collab.orders.form_fields import VERSION_LIMIT, is_identifier
from collab.orders.ledger import Answered, Ledger, LogEntry, Needs, Settlement

__all__ = ["Answered", "Ledger", "LogEntry", "Needs", "Settlement", "needs", "settle"]

_PRICED = frozenset({"line.add", "line.change"})
_ENDING = frozenset({"order.close", "order.reopen"})


def needs(commands: Sequence[Command]) -> Needs:
    """What has to be loaded before these commands can be settled.

    Reads bodies that nobody has checked: what cannot be an id is not needed, and
    never comes near a database.
    """
    about = [one for one in commands if one.order_id is not None]
    return Needs(
        frozenset(one.restaurant_id for one in commands),
        frozenset((one.restaurant_id, one.id) for one in commands),
        frozenset(one.order_id for one in about if one.order_id is not None),
        frozenset(menu for one in commands for menu in _menus(one)),
        frozenset(table for one in commands for table in _tables(one)),
        frozenset(
            one.order_id for one in about if one.order_id is not None and one.type in _ENDING
        ),
    )


def settle(ledger: Ledger, commands: Sequence[Command], at: datetime) -> Settlement:
    """Decide all commands in their order. at: aware, UTC, the server's clock.

    Never raises for what a client sent: a refusal is an answer. Every restaurant of a command has
    to be in `ledger.terms`.
    """
    # Whole milliseconds: what is stored, sent and folded again is then the same time everywhere.
    fold = Fold(ledger, at.replace(microsecond=at.microsecond // 1000 * 1000))
    for command in commands:
        fold.add(command)
    return fold.settlement()


def _menus(command: Command) -> Iterator[tuple[str, int | None]]:
    menu, version = command.body.get("menu"), command.body.get("menu_version")
    if command.type in _PRICED and is_identifier(menu):
        if type(version) is int and 1 <= version <= VERSION_LIMIT:
            yield menu, version
        else:
            yield menu, None


def _tables(command: Command) -> Iterator[tuple[str, str]]:
    """The tables that a command names itself: where it opens, and where its guest sits."""
    if command.actor.table_id is not None:
        yield command.restaurant_id, command.actor.table_id
    table = command.body.get("table")
    if command.type == "order.open" and is_identifier(table):
        yield command.restaurant_id, table
