"""What a guest may touch: the order of their own visit, as long as the visit lasts."""

from __future__ import annotations

from collab.orders.command import Actor
from collab.orders.order import Order
from collab.orders.refusal import Refusal, forbidden
from collab.orders.scene import Scene


def table_refusal(table_id: str | None, actor: Actor, scene: Scene) -> Refusal | None:
    """Why a guest may not order at a table."""
    if table_id is None or table_id != actor.table_id:
        return forbidden("This is not your table.")
    visit = scene.visit_at(table_id)
    if visit is None or actor.guest_session_id != visit.id:
        return Refusal("table_closed", "Your visit has ended; ask the staff to open the table.")
    return None


def order_refusal(order: Order, actor: Actor, scene: Scene) -> Refusal | None:
    """Why a guest may not touch an order."""
    refusal = table_refusal(order.table_id, actor, scene)
    if refusal is not None:
        return refusal
    visit = scene.visit_at(order.table_id)
    assert visit is not None
    own = visit.order_id or actor.order_id
    if own is not None and own != order.id:
        return forbidden("This is not your order.")
    return None
