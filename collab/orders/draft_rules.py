"""Lines before they are placed: adding, changing, taking off the list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from collab.orders.command import Actor, ActorKind
from collab.orders.form_fields import LINE_LIMIT
from collab.orders.forms import AddLine, ChangeLine, OneLine
from collab.orders.order import Line, LineState, Order
from collab.orders.plain import line_json
from collab.orders.pricing import PricedLine, Wish, price_line
from collab.orders.refusal import Refusal, wrong_state
from collab.orders.scene import NOOP, Scene, Verdict, happened
from collab.orders.stock_rules import shortage


def _add(order: Order, form: AddLine, actor: Actor, scene: Scene) -> Verdict:
    if form.line in order.lines:
        current = {"line": form.line, "state": order.lines[form.line].state.value}
        return Refusal("line_exists", "The id of the line is taken; draw another one.", current)
    if len(order.lines) >= LINE_LIMIT:
        return Refusal("too_many", f"An order has at most {LINE_LIMIT} lines.")
    wish = Wish(
        form.menu,
        form.menu_version,
        form.item,
        form.variation,
        form.options,
        form.quantity,
        form.expected,
        form.accept_price,
        actor.kind is ActorKind.GUEST,
    )
    priced = _priced(order, wish, scene)
    if isinstance(priced, Refusal):
        return priced
    line = _line(form.line, wish, priced, actor.user_id)
    line = replace(line, course=form.course, seat=form.seat, note=form.note)
    return _sold_out(line, scene) or happened("line.added", line=line_json(line))


def _change(order: Order, form: ChangeLine, actor: Actor, scene: Scene) -> Verdict:
    is_chosen_anew = form.menu is not None
    if not is_chosen_anew and (form.variation is not None or form.options is not None):
        return Refusal("bad_command", "Variation and options need `menu`.")
    line = order.lines.get(form.line)
    if line is None:
        return _unknown_line()
    if line.state is not LineState.DRAFT:
        return _not_a_draft(line)
    changed = replace(
        line,
        quantity=line.quantity if form.quantity is None else form.quantity,
        course=line.course if form.course is None else form.course,
        seat=line.seat if form.seat is None else form.seat,
        note=line.note if form.note is None else form.note,
    )
    if is_chosen_anew:
        chosen = _chosen_anew(order, changed, form, actor, scene)
        if isinstance(chosen, Refusal):
            return chosen
        changed = chosen
    if changed == line:
        return NOOP
    return _sold_out(changed, scene) or happened("line.changed", line=line_json(changed))


def _remove(order: Order, form: OneLine, actor: Actor, scene: Scene) -> Verdict:
    line = order.lines.get(form.line)
    if line is None:
        return _unknown_line()
    if line.state is not LineState.DRAFT:
        return _not_a_draft(line)
    return happened("line.removed", line=form.line)


def _chosen_anew(
    order: Order, line: Line, form: ChangeLine, actor: Actor, scene: Scene
) -> Line | Refusal:
    assert form.menu is not None
    wish = Wish(
        form.menu,
        form.menu_version,
        line.item_id,
        form.variation,
        form.options or (),
        line.quantity,
        form.expected,
        form.accept_price,
        actor.kind is ActorKind.GUEST,
    )
    priced = _priced(order, wish, scene)
    if isinstance(priced, Refusal):
        return priced
    chosen = _line(line.id, wish, priced, line.added_by)
    return replace(chosen, course=line.course, seat=line.seat, note=line.note)


def _priced(order: Order, wish: Wish, scene: Scene) -> PricedLine | Refusal:
    on_sale = scene.menus.get(wish.menu_id)
    return price_line(on_sale, wish, scene.terms, order.currency, order.opened_at, scene.at)


def _line(id: str, wish: Wish, priced: PricedLine, added_by: str) -> Line:
    return Line(
        id,
        wish.item_id,
        wish.quantity,
        wish.menu_id,
        priced.menu_version,
        priced.unit_price,
        priced.name,
        priced.station,
        variation_id=wish.variation_id,
        variation_name=priced.variation_name,
        options=priced.options,
        options_price=priced.options_price,
        tax=priced.tax,
        allergens=priced.allergens,
        may_contain=priced.may_contain,
        added_by=added_by,
    )


def _sold_out(line: Line, scene: Scene) -> Refusal | None:
    short = shortage((line,), scene.shelf).get(line.id)
    if short is None:
        return None
    target, left = short
    reason = "It is sold out." if not left else f"Only {left} are left."
    return Refusal("sold_out", reason, {"target": target, "remaining": left})


def _unknown_line() -> Refusal:
    return Refusal("unknown_line", "There is no such line (any more).")


def _not_a_draft(line: Line) -> Refusal:
    return wrong_state("The line was placed already.", {"line": line.id, "state": line.state.value})


DRAFT_RULES: Mapping[str, Callable[[Order, Any, Actor, Scene], Verdict]] = {
    "line.add": _add,
    "line.change": _change,
    "line.remove": _remove,
}
