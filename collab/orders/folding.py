"""A batch on its way: what the commands so far have changed, over what is stored.

Changed in place, by one `settle` and nobody else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from collab.orders.applying import apply
from collab.orders.business_days import business_day_start
from collab.orders.command import Command, Outcome, Result
from collab.orders.deciding import decide
from collab.orders.ledger import Answered, Ledger, LogEntry, Settlement
from collab.orders.order import Order
from collab.orders.refusal import Refusal
from collab.orders.scene import Decision, Event, Scene
from collab.orders.stock import Shelf, StockEntry
from collab.orders.stock_rules import apply_stock
from collab.orders.telling import Told, tell_order, tell_stock
from collab.orders.terms import Visit
from collab.records import StreamEvent


@dataclass(slots=True)
class Fold:
    """The state in which the next command finds everything."""

    ledger: Ledger
    at: datetime
    orders: dict[str, Order] = field(default_factory=dict)  # those that changed
    stock: dict[str, dict[str, StockEntry]] = field(default_factory=dict)  # by restaurant
    changed_stock: dict[tuple[str, str], StockEntry | None] = field(default_factory=dict)
    visits: dict[tuple[str, str], Visit] = field(default_factory=dict)
    changed_visits: dict[str, Visit] = field(default_factory=dict)
    tables: dict[tuple[str, str], str | None] = field(default_factory=dict)
    entries: list[LogEntry] = field(default_factory=list)
    told: dict[str, list[StreamEvent]] = field(default_factory=dict)
    results: list[Result] = field(default_factory=list)
    firsts: dict[tuple[str, str], int] = field(default_factory=dict)  # key -> index of its answer
    fingerprints: dict[tuple[str, str], bytes] = field(default_factory=dict)
    kept: dict[int, str | None] = field(default_factory=dict)
    places: dict[int, int] = field(default_factory=dict)
    repeats: dict[int, int] = field(default_factory=dict)
    scenes: dict[str, Scene] = field(default_factory=dict)  # by restaurant

    def __post_init__(self) -> None:
        self.visits.update(self.ledger.visits)
        self.tables.update(self.ledger.tables)

    def add(self, command: Command) -> None:
        """Answer one command, and change what it changes."""
        index, key = len(self.results), (command.restaurant_id, command.id)
        before = self.ledger.answered.get(key)
        if before is not None:
            self.results.append(_again(command, before))
            return
        first = self.firsts.get(key)
        if first is not None:
            answered = Answered(self.fingerprints[key], self.results[first])
            again = _again(command, answered)
            if again.outcome is Outcome.DUP:
                self.repeats[index] = first
            self.results.append(again)
            return
        self.firsts[key], self.fingerprints[key] = index, command.fingerprint
        self.kept[index] = None
        self.results.append(self._answer(command, index))

    def settlement(self) -> Settlement:
        """What the batch does."""
        return Settlement(
            tuple(self.results),
            tuple(self.entries),
            self.orders,
            self.changed_stock,
            self.told,
            self.kept,
            self.places,
            self.repeats,
            self.changed_visits,
        )

    def _answer(self, command: Command, index: int) -> Result:
        order = self._order(command.order_id)
        verdict = decide(order, command, self._scene(command.restaurant_id))
        if isinstance(verdict, Refusal):
            return Result(
                command.id,
                Outcome.REJECTED,
                code=verdict.code,
                reason=verdict.reason,
                current=verdict.current,
            )
        seq = self._change(command, order, verdict)
        if verdict.visit is not None:
            self._keep_visit(verdict.visit)
        if not verdict.events and not verdict.stock:
            return Result(command.id, Outcome.NOOP, current=verdict.current)
        stream = f"order:{command.order_id}" if seq else f"stock:{command.restaurant_id}"
        self.kept[index] = stream
        self.places[index] = len(self.told[stream]) - 1
        return Result(command.id, Outcome.OK, seq, current=verdict.current)

    def _change(self, command: Command, order: Order | None, decision: Decision) -> int | None:
        """Write what was decided; the seq of the last event of the order."""
        for event in decision.events:
            entry = self._entry(command, event, 1 if order is None else order.last_seq + 1)
            after = apply(order, entry)
            self._tell(tell_order(order, after, entry))
            order = after
        if decision.events:
            assert order is not None
            self.orders[order.id] = order
            self._keep_table(order)
        terms = self.ledger.terms[command.restaurant_id]
        for event in decision.stock:
            entry = self._entry(command, event, None)
            target, now = apply_stock(entry)
            was = self._keep_stock(command.restaurant_id, target, now)
            self._tell(tell_stock(was, entry, terms))
        return order.last_seq if order is not None and decision.events else None

    def _entry(self, command: Command, event: Event, seq: int | None) -> LogEntry:
        actor = command.actor
        entry = LogEntry(
            command.restaurant_id,
            None if seq is None else command.order_id,
            seq,
            command.id,
            event.type,
            actor.kind.value,
            actor.user_id,
            actor.device,
            command.client_at,
            self.at,
            event.body,
        )
        self.entries.append(entry)
        return entry

    def _tell(self, events: Iterable[Told]) -> None:
        for stream, event in events:
            heard = self.told.get(stream)
            if heard is None:
                heard = self.told[stream] = []
            heard.append(event)

    def _order(self, order_id: str | None) -> Order | None:
        if order_id is None:
            return None
        return self.orders.get(order_id) or self.ledger.orders.get(order_id)

    def _scene(self, restaurant_id: str) -> Scene:
        scene = self.scenes.get(restaurant_id)
        if scene is None:
            terms = self.ledger.terms[restaurant_id]
            entries = dict(self.ledger.stock.get(restaurant_id, {}))
            self.stock[restaurant_id] = entries
            shelf = Shelf(entries, business_day_start(terms, self.at), self.at)
            scene = self.scenes[restaurant_id] = Scene(
                terms, self.at, shelf, self.ledger.menus, self.visits, self.tables
            )
        return scene

    def _keep_stock(
        self, restaurant_id: str, target: str, now: StockEntry | None
    ) -> StockEntry | None:
        """Change the shelf; what was there until now."""
        entries = self.stock[restaurant_id]
        before = entries.pop(target, None)
        if now is not None:
            entries[target] = now
        self.changed_stock[(restaurant_id, target)] = now
        return before

    def _keep_visit(self, visit: Visit) -> None:
        self.changed_visits[visit.id] = visit
        self.visits[(visit.restaurant_id, visit.table_id)] = visit

    def _keep_table(self, order: Order) -> None:
        if order.table_id is not None:
            key = order.restaurant_id, order.table_id
            there = self.tables.get(key)
            if order.closed_at is None:
                self.tables[key] = order.id
            elif there == order.id:
                self.tables[key] = None


def _again(command: Command, before: Answered) -> Result:
    """The answer to a key that was answered before."""
    if command.fingerprint != before.fingerprint:
        reason = "The same key was used for another command; draw a new one."
        return Result(command.id, Outcome.REJECTED, code="key_reused", reason=reason)
    if before.result.outcome is Outcome.REJECTED:
        return before.result
    return replace(before.result, outcome=Outcome.DUP)
