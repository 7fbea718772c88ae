"""May this command be done, and what does it mean: one door to all rules.

The questions come in this order: is the body what it has to be, does the table of rights let
somebody give the command at all, is there such an order, is it theirs, is it still open; then the
rule of the command decides.
"""

from __future__ import annotations

from collab.orders.command import ActorKind, Command
from collab.orders.draft_rules import DRAFT_RULES
from collab.orders.forms import STOCK_COMMANDS, Form, OpenOrder, read_form
from collab.orders.guests import order_refusal
from collab.orders.kitchen_rules import KITCHEN_RULES
from collab.orders.order import Order
from collab.orders.order_rules import ORDER_RULES, open_order
from collab.orders.refusal import Refusal, forbidden
from collab.orders.scene import Scene, Verdict
from collab.orders.stock_rules import STOCK_RULES
from collab.orders.table_of_rights import has_right

RULES = {**DRAFT_RULES, **KITCHEN_RULES, **ORDER_RULES}
# What is still possible with a closed order.
AFTER_CLOSING = frozenset({"order.reopen", "order.close", "payment.refund"})


def decide(order: Order | None, command: Command, scene: Scene) -> Verdict:
    """What a command does. order: the one with the command's id, perhaps of another restaurant."""
    form = read_form(command.type, command.body)
    if isinstance(form, Refusal):
        return form
    if not has_right(command.actor.kind, command.type):
        return forbidden("You may not do that.")
    if command.type in STOCK_COMMANDS:
        if command.order_id is not None:
            return Refusal("bad_command", "This belongs into the room of the stock.")
        return STOCK_RULES[command.type](form, command.actor, scene)
    if command.order_id is None:
        return Refusal("bad_command", "This belongs into the room of an order.")
    if isinstance(form, OpenOrder):
        return open_order(order, command, form, scene)
    return _decide_within(order, command, form, scene)


def _decide_within(order: Order | None, command: Command, form: Form, scene: Scene) -> Verdict:
    if order is None or order.restaurant_id != command.restaurant_id:
        return Refusal("unknown_order", "There is no such order.")
    if command.actor.kind is ActorKind.GUEST:
        refusal = order_refusal(order, command.actor, scene)
        if refusal is not None:
            return refusal
    if order.closed_at is not None and command.type not in AFTER_CLOSING:
        return Refusal("order_closed", "The order is closed.")
    return RULES[command.type](order, form, command.actor, scene)
