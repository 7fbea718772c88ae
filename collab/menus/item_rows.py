"""Items as rows for those who read the database with SQL."""

from __future__ import annotations

from collections.abc import Mapping

from collab.menus.menu import FALLBACK_CURRENCY, Item
from collab.menus.registers import value_of
from collab.records import ItemRow


def item_row(meta: Mapping[str, object], item: Item) -> ItemRow:
    """The row of an item; its body has the value of every register and the note.

    meta: that of its menu.
    """
    currency = meta.get("currency")
    section, position = item.place
    registers = {name: value_of(item.registers, name) for name in item.registers}
    return ItemRow(
        item_id=item.id,
        section_id=section,
        position=position,
        name=dict(item.name),
        description=dict(item.description),
        price=item.price,
        currency=currency if isinstance(currency, str) else FALLBACK_CURRENCY,
        is_hidden=item.is_hidden,
        is_deleted=item.is_deleted,
        body={**registers, "note": item.note} if item.note else registers,
    )
