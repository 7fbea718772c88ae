"""Menus in documents, for the tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pycrdt import Doc

from collab.admission import read_update
from collab.document import MenuDocument
from collab.edits import first_update
from collab.plain_menu import PlainMenu

SAMPLE = Path(__file__).parents[2] / "api" / "samples" / "asia_bistro_de.json"


def menu_document(plain: PlainMenu) -> MenuDocument:
    """A menu as a room opens it: with a client id of its own."""
    document = MenuDocument()
    update = first_update(plain, "menu", "server")
    document.receive(update, read_update(update), answers_step1=True)
    return document


def client_of(plain: PlainMenu) -> tuple[MenuDocument, Doc[Any]]:
    """A menu, and somebody else's copy of it."""
    document = menu_document(plain)
    client: Doc[Any] = Doc()
    client.apply_update(document.full_state())
    return document, client


def without_order(plain: Any) -> Any:
    """Plain JSON without ids, and with sets where a document keeps no order."""
    copy = json.loads(json.dumps(plain))
    copy.pop("locales", None)
    for section in copy["sections"]:
        section.pop("id", None)
        for item in section["items"]:
            item.pop("id", None)
            for field in ("allergens", "additives", "traits"):
                item[field] = sorted(item[field])
    return copy
