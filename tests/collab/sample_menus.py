"""Menus in documents, for the tests: the sample, small ones, and drawn ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from pycrdt import Doc

from collab.documents.document import MenuDocument
from collab.edits.changes import Change
from collab.edits.writing import edit_of, first_update
from collab.menus.plain_menu import (
    Legend,
    PlainItem,
    PlainMenu,
    PlainModifierGroup,
    PlainOption,
    PlainSection,
    PlainVariation,
    Window,
)
from collab.updates.admission import read_update

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


def without_ids(plain: Any) -> Any:
    """Plain JSON without what an import adds: ids and the list of languages."""
    if isinstance(plain, dict):
        kept = {key: value for key, value in plain.items() if key not in ("id", "locales")}
        return {key: without_ids(value) for key, value in kept.items()}
    return [without_ids(value) for value in plain] if isinstance(plain, list) else plain


def write(document: MenuDocument, changes: list[Change], ms: int = 1, user: str = "ann") -> None:
    """Write planned changes."""
    if changes:
        document.changed_by(edit_of(changes, user, ms))


def exchange(document: MenuDocument, other: Doc[Any]) -> None:
    """Give each what the other has."""
    update = other.get_update(document.state_vector())
    document.receive(update, read_update(update), answers_step1=True)
    other.apply_update(document.full_state())


LOCALES = ("de", "en", "fr-CH")
_words = st.text(st.sampled_from('aßé\u0301 \u0000😀👩‍🍳"\n漢'), max_size=6)
_texts = st.dictionaries(st.sampled_from(LOCALES), _words, max_size=3)
_codes = st.lists(st.sampled_from(["Milch", "Nuß", "a:b", "x@y", "😀"]), max_size=4, unique=True)
_prices = st.none() | st.sampled_from([0, 1, 999, 10**12])


def _ids(start: str, most: int) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from([f"{start}{n}" for n in range(most)]), unique=True)


@st.composite
def plain_items(draw: st.DrawFn, id: str) -> PlainItem:
    """One item with any of its fields."""
    return PlainItem(
        name=draw(_texts),
        description=draw(_texts),
        id=id,
        price=draw(_prices),
        allergens=(allergens := tuple(draw(_codes))),
        may_contain=tuple(code for code in draw(_codes) if code not in allergens),
        additives=tuple(draw(_codes)),
        traits=tuple(draw(_codes)),
        spiciness=draw(st.none() | st.integers(0, 10)),
        diets=tuple(draw(_codes)),
        tax=draw(st.sampled_from([None, 0, 1900])),
        station=draw(st.sampled_from([None, "grill", "kalte Küche"])),
        preparation_seconds=draw(st.sampled_from([None, 0, 600])),
        kcal=draw(st.sampled_from([None, 0, 850])),
        alcohol=draw(st.sampled_from([None, 520])),
        photo=draw(st.sampled_from([None, "0f" * 32])),
        is_hidden=draw(st.booleans()),
        note=draw(_words),
        variations=tuple(
            PlainVariation(draw(_texts), one, draw(_prices)) for one in draw(_ids("v", 3))
        ),
        modifiers=tuple(draw(_ids("g", 3))),
    )


@st.composite
def plain_menus(draw: st.DrawFn) -> PlainMenu:
    """A small menu in which everything has an id out of a few, and any field may be set."""
    items = iter(draw(_ids("i", 6)))
    placed = {id: draw(st.integers(0, 4)) for id in items}
    drawn = {id: draw(plain_items(id)) for id in placed}
    sections = draw(_ids("s", 4))
    hours = st.lists(st.builds(Window, st.integers(1, 7), st.just("11:00"), st.just("24:00")))
    signs = st.dictionaries(st.sampled_from(["Milch", "Nuß", "😀"]), st.sampled_from("ABC"))
    return PlainMenu(
        locale=draw(st.sampled_from(LOCALES[:2])),
        currency="EUR",
        legend=Legend(draw(signs), draw(signs)),
        source=draw(st.none() | st.just("drawn")),
        sections=tuple(
            PlainSection(
                name=draw(_texts),
                description=draw(_texts),
                id=id,
                hours=tuple(draw(hours)[:2]),
                station=draw(st.sampled_from([None, "bar"])),
                items=tuple(drawn[one] for one, place in placed.items() if place == at),
            )
            for at, id in enumerate(sections)
        ),
        unplaced=tuple(drawn[one] for one, place in placed.items() if place >= len(sections)),
        modifier_groups=tuple(
            PlainModifierGroup(
                name=draw(_texts),
                id=id,
                minimum=draw(st.sampled_from([None, 0, 1])),
                maximum=draw(st.sampled_from([None, 0, 3])),
                options=tuple(
                    PlainOption(draw(_texts), one, draw(_prices)) for one in draw(_ids("o", 3))
                ),
            )
            for id in draw(_ids("g", 3))
        ),
    )
