"""A room with a menu in it: nothing bad is ever shown, and everything said is saved."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Any

import pytest
from pycrdt import Doc, Map

from collab.documents.document import MenuDocument
from collab.edits.changes import SetRegister
from collab.edits.writing import edit_of, first_update
from collab.errors import StructureRefused
from collab.guard.locks import Lock, LockedField, LockHolder
from collab.identity import Role
from collab.menus.menu import Item
from collab.menus.plain_menu import PlainItem, PlainMenu, PlainSection
from collab.menus.registers import replica_of
from collab.records import FieldChange, MenuState
from collab.updates.admission import read_update
from collab.wire import messages
from rooms.keeper import MenuKeeper

SOUP = PlainItem({"de": "Suppe"}, {"de": "klar"}, id="soup", price=450)
ROLL = PlainItem({"de": "Rolle"}, id="roll", price=300)
PLAIN = PlainMenu(
    "de", "EUR", sections=(PlainSection({"de": "Vorspeisen"}, id="s", items=(SOUP, ROLL)),)
)

DELETED = [True, "ann", 5]  # as a register holds it

Doing = Callable[[Doc[Any]], None]


@pytest.fixture
def menu_house(new_house: Any) -> Any:
    house = new_house()
    house.make_keeper = keeper_of(house)
    document = MenuDocument(client_id=99)
    first = first_update(PLAIN, "lunch", "server")
    document.receive(first, read_update(first), answers_step1=True)
    house.open(document)
    return house


def keeper_of(house: Any, state: MenuState | None = None) -> Any:
    numbers = count(1)
    return partial(
        MenuKeeper,
        state=state or MenuState(),
        make_id=lambda: f"id{next(numbers)}",
        utc=house.time.clock.utc,
    )


def fields(doc: Doc[Any], id: str = "soup") -> Map[Any]:
    found = doc.get("items", type=Map)[id]
    assert isinstance(found, Map)
    return found


def set_register(register: str, value: object, ms: int = 5, id: str = "soup") -> Doing:
    def doing(doc: Doc[Any]) -> None:
        own = f"{register}@{replica_of(doc.client_id)}"
        for key in [k for k in fields(doc, id).keys() if k.startswith(f"{register}@") and k != own]:
            del fields(doc, id)[key]
        fields(doc, id)[own] = [value, "x", ms]

    return doing


def send(peer: Any, doing: Doing) -> bytes:
    update: bytes = peer.edit(doing)
    peer.room.receive(peer.seat, update)
    return update


def price(doc: Doc[Any], id: str = "soup") -> list[object]:
    return [v[0] for k, v in sorted(fields(doc, id).items()) if k.startswith("price@")]


def written(events: Any) -> list[Any]:
    """What an observer of the items sees set."""
    keys = [change for event in events for change in event.keys.values()]
    return [change["newValue"] for change in keys if "newValue" in change]


def soup(house: Any) -> Item:
    return next(one for one in house.room.keeper.menu().live_items() if one.id == "soup")


def changes(house: Any) -> list[FieldChange]:
    return [change for meant in house.log.meant for change in meant.changes]


def test_bad_value_leaves_as_one_frame_with_its_repair(menu_house: Any) -> None:
    ann, bob = menu_house.meet("ann"), menu_house.meet("bob")
    send(ann, set_register("price", -1))
    menu_house.turn()
    (frame,) = bob.take()
    update = messages.decode(frame)
    assert isinstance(update, messages.Update)
    seen: list[Any] = []
    items = bob.doc.get("items", type=Map)
    watching = items.observe_deep(lambda events: seen.extend(written(events)))
    bob.doc.apply_update(update.update)
    items.unobserve(watching)
    assert [entry[0] for entry in seen] == [450] and price(bob.doc) == [450]


def test_author_gets_the_repair_at_once_and_the_acknowledgement_after_the_commit(
    menu_house: Any,
) -> None:
    ann = menu_house.meet("ann", hocuspocus=True)
    send(ann, set_register("price", -1))
    menu_house.turn()
    assert price(ann.doc) == [-1]
    assert len(ann.read()) == 1 and price(ann.doc) == [450]
    menu_house.settle(ann)
    assert ann.frames[-1] == b"\x08\x01"
    assert ann.notices == ["bad_value"]


def test_update_and_repair_are_neighbours_in_the_log(menu_house: Any) -> None:
    ann = menu_house.meet("ann")
    raw = send(ann, set_register("price", "free"))
    menu_house.settle(ann)
    one, other = menu_house.log.rows["lunch"]
    assert (one.data, one.user_id) == (raw, "ann")
    assert other.user_id == "server" and other.seq == one.seq + 1
    assert price(ann.doc) == [450]


def test_whoever_may_only_write_notes_is_told_and_repaired(menu_house: Any) -> None:
    wim = menu_house.meet("wim", role=Role.WAITER)
    send(wim, set_register("price", 1))
    menu_house.settle(wim)
    assert wim.notices == ["field_forbidden"] and price(wim.doc) == [450]
    assert menu_house.meter.reasons["field_forbidden"] == 1
    assert not changes(menu_house)


def test_broken_shape_is_refused_and_nothing_of_it_is_saved(menu_house: Any) -> None:
    ann, bob = menu_house.meet("ann"), menu_house.meet("bob")
    with pytest.raises(StructureRefused) as refused:
        send(ann, lambda doc: doc.get("items", type=Map).pop("soup"))
    assert refused.value.close_code == 4422
    menu_house.settle(bob)
    assert soup(menu_house).price == 450 and not menu_house.log.rows["lunch"]


def test_change_is_saved_in_the_commit_of_its_bytes(menu_house: Any) -> None:
    ann = menu_house.meet("ann")
    send(ann, set_register("price", 500))
    menu_house.turn()
    assert not menu_house.log.meant
    menu_house.settle(ann)
    (change,) = changes(menu_house)
    assert (change.part_id, change.field, change.before, change.after) == (
        "soup",
        "price",
        450,
        500,
    )
    assert (change.user_id, change.session_id, change.door) == ("ann", ann.seat.session_id, "y")
    (row,) = menu_house.log.meant[0].items
    assert (row.item_id, row.section_id, row.price, row.currency) == ("soup", "s", 500, "EUR")


def test_letters_of_one_person_are_one_entry_until_there_is_a_pause(menu_house: Any) -> None:
    ann = menu_house.meet("ann")
    for letter in "n!":
        send(ann, lambda doc, letter=letter: fields(doc)["name"]["de"].insert(5, letter))
        menu_house.settle(ann)
        menu_house.time.seconds += 20
    menu_house.time.seconds += 20
    send(ann, lambda doc: fields(doc)["name"]["de"].insert(0, "x"))
    menu_house.settle(ann)
    first, again, other = changes(menu_house)
    assert first.id == again.id != other.id
    assert (again.before, again.after) == ("Suppe", "Suppe!n")
    assert (other.before, other.after) == ("Suppe!n", "xSuppe!n")


def test_edit_of_the_server_is_history_too(menu_house: Any) -> None:
    ann = menu_house.meet("ann")
    edit = edit_of([SetRegister("items", "soup", "price", 480)], "bot", 9)
    menu_house.room.edit(edit, "bot", door="rest")
    menu_house.settle(ann)
    (change,) = changes(menu_house)
    assert (change.user_id, change.door, change.after) == ("bot", "rest", 480)
    assert price(ann.doc) == [480]


def conflicts(house: Any) -> list[tuple[str, bool]]:
    rows = [row for meant in house.log.meant for row in meant.conflicts]
    return [(row.kind, row.closed_at is None) for row in rows if row.field == "price"]


def test_two_prices_open_a_conflict_and_an_edit_that_saw_both_ends_it(menu_house: Any) -> None:
    ann, bob = menu_house.meet("ann"), menu_house.meet("bob")
    one, other = ann.edit(set_register("price", 500)), bob.edit(set_register("price", 550, ms=6))
    ann.room.receive(ann.seat, one)
    bob.room.receive(bob.seat, other)
    menu_house.settle(ann, bob)
    menu_house.pass_seconds(1)
    menu_house.settle(ann, bob)
    ((kind, is_open),) = conflicts(menu_house)
    assert is_open
    opened = [event for meant in menu_house.log.meant for event in meant.events]
    assert "conflict.opened" in {event.type for event in opened}
    send(ann, set_register("price", 520, ms=7))
    menu_house.settle(ann, bob)
    menu_house.pass_seconds(1)
    menu_house.settle(ann, bob)
    assert conflicts(menu_house) == [(kind, True), (kind, False)]
    closed = [row for meant in menu_house.log.meant for row in meant.conflicts][-1]
    assert closed.resolved_by == "ann" and closed.resolution == {"by": "edit"}


def test_conflict_shows_a_candidate_that_is_not_read_as_it_is_now(menu_house: Any) -> None:
    ann, bob = menu_house.meet("ann"), menu_house.meet("bob")
    one, other = ann.edit(set_register("price", 500)), bob.edit(set_register("price", 550, ms=9))
    again = ann.edit(set_register("price", 510, ms=6))  # not having seen 550, which reads first
    for peer, update in ((ann, one), (bob, other)):
        peer.room.receive(peer.seat, update)
    menu_house.room.keeper.settle()
    ann.room.receive(ann.seat, again)
    (row,) = [row for row in menu_house.room.keeper.settle() if row.kind == "prices"]
    assert [shown["value"] for shown in row.candidates] == [550, 510]


def test_deleting_once_more_ends_the_doubt_about_a_deletion(menu_house: Any) -> None:
    ann, bob, cem = (menu_house.meet(name) for name in ("ann", "bob", "cem"))
    send(ann, lambda doc: fields(doc).update({f"deleted@{replica_of(doc.client_id)}": DELETED}))
    menu_house.settle(ann, bob, cem)
    send(bob, set_register("price", 500, ms=6))
    menu_house.settle(ann, bob, cem)
    assert [row.kind for row in menu_house.room.keeper.settle() if row.part_id == "soup"] == [
        "deleted"
    ]
    before = len(changes(menu_house))
    later = menu_house.time.clock.utc().timestamp() * 1000 + 1
    send(cem, set_register("deleted", True, ms=int(later)))
    menu_house.settle(ann, bob, cem)
    assert not [row for row in menu_house.room.keeper.settle() if row.part_id == "soup"]
    assert len(changes(menu_house)) == before, "nothing for the history: it reads as before"


def test_conflict_that_stood_is_the_same_one_when_the_room_opens_again(menu_house: Any) -> None:
    ann, bob = menu_house.meet("ann"), menu_house.meet("bob")
    one, other = ann.edit(set_register("price", 500)), bob.edit(set_register("price", 550, ms=6))
    ann.room.receive(ann.seat, one)
    bob.room.receive(bob.seat, other)
    menu_house.settle(ann, bob)
    (row,) = [row for row in menu_house.room.keeper.settle() if row.field == "price"]
    house = menu_house
    house.make_keeper = keeper_of(house, MenuState(conflicts=tuple(house.room.keeper.settle())))
    house.open(house.room.document)
    (again,) = [row for row in house.room.keeper.settle() if row.field == "price"]
    assert again == row
    house.settle()
    assert not [meant for meant in house.log.meant[-1:] if meant.conflicts and meant.events == ()]


def test_two_people_who_replace_one_text_at_once_are_shown_both(menu_house: Any) -> None:
    ann, bob = menu_house.meet("ann"), menu_house.meet("bob")

    def replace(text: str) -> Doing:
        def doing(doc: Doc[Any]) -> None:
            fields(doc)["name"]["de"].clear()
            fields(doc)["name"]["de"].insert(0, text)

        return doing

    one, other = ann.edit(replace("Broth")), bob.edit(replace("Potage"))
    ann.room.receive(ann.seat, one)
    bob.room.receive(bob.seat, other)
    menu_house.settle(ann, bob)
    rows = [row for row in menu_house.room.keeper.settle() if row.kind == "double_replace"]
    (row,) = rows
    assert [one["value"] for one in row.candidates][:2] == ["Broth", "Potage"]
    assert {one.get("user") for one in row.candidates} >= {"ann", "bob"}
    send(ann, replace("Brühe"))
    menu_house.settle(ann, bob)
    assert not [row for row in menu_house.room.keeper.settle() if row.kind == "double_replace"]


def test_under_strict_locks_only_the_holder_writes_a_field(menu_house: Any) -> None:
    ann, bob = menu_house.meet("ann"), menu_house.meet("bob")
    field = LockedField("items", "soup", "price")
    holder = LockHolder(ann.seat.session_id, "ann", "Ann")
    now = menu_house.time.clock
    end = now.utc() + timedelta(seconds=30)
    lock = Lock("lunch", field.path, holder, 1, now.utc(), end)
    menu_house.room.locks.put(lock, now.monotonic() + 30)
    send(bob, set_register("price", 1))
    menu_house.settle(ann, bob)
    assert soup(menu_house).price == 1, "locks only warn"
    menu_house.room.locks.is_strict = True
    send(bob, set_register("price", 2, ms=9))
    menu_house.settle(ann, bob)
    assert soup(menu_house).price == 1 and bob.notices == ["locked"]
    send(ann, set_register("price", 3, ms=10))
    menu_house.settle(ann, bob)
    assert soup(menu_house).price == 3
    menu_house.time.seconds += 60
    send(bob, set_register("price", 4, ms=11))
    menu_house.settle(ann, bob)
    assert soup(menu_house).price == 4, "the lease is over"


def test_rebuilt_document_is_read_afresh(menu_house: Any) -> None:
    ann = menu_house.meet("ann")
    send(ann, set_register("price", 500))
    menu_house.settle(ann)
    document = MenuDocument(client_id=98)
    for update in (first_update(PLAIN, "lunch", "server"), menu_house.log.rows["lunch"][0].data):
        document.receive(update, read_update(update), answers_step1=True)
    menu_house.room.replace_document(document)
    assert soup(menu_house).price == 500
    send(ann, set_register("price", -1, ms=9))
    menu_house.settle(ann)
    assert soup(menu_house).price == 500


def test_order_keys_that_grew_long_are_shortened_by_the_server(menu_house: Any) -> None:
    ann = menu_house.meet("ann")
    send(ann, set_register("loc", ["s", "a0" + "V" * 50], id="roll"))
    menu_house.settle(ann)
    menu_house.pass_seconds(1)
    menu_house.settle(ann)
    section = menu_house.room.keeper.menu().sections[0]
    assert [item.id for item in section.items] == ["soup", "roll"]
    assert all(len(item.place[1]) < 5 for item in section.items)


def test_conflicts_that_could_not_be_saved_are_written_again(menu_house: Any) -> None:
    ann, bob = menu_house.meet("ann"), menu_house.meet("bob")
    one, other = ann.edit(set_register("price", 500)), bob.edit(set_register("price", 550, ms=6))
    ann.room.receive(ann.seat, one)
    bob.room.receive(bob.seat, other)
    standing = menu_house.room.keeper.settle()
    menu_house.settle(ann, bob)
    menu_house.log.meant.clear()
    menu_house.room.lost_meaning()
    menu_house.room.turns.flush()
    menu_house.settle(ann, bob)
    assert list(menu_house.log.meant[-1].conflicts) == standing
    assert {row.item_id for row in menu_house.log.meant[-1].items} == {"soup", "roll"}


def test_price_written_offline_before_the_item_was_deleted_is_shown_to_somebody(
    menu_house: Any,
) -> None:
    ann, bob = menu_house.meet("ann"), menu_house.meet("bob")
    offline = bob.edit(set_register("price", 500, ms=5))
    send(ann, set_register("deleted", True, ms=10))
    menu_house.settle(ann)
    assert not [row for row in menu_house.room.keeper.settle() if row.kind == "deleted"]
    bob.room.receive(bob.seat, offline)
    menu_house.settle(ann, bob)
    (row,) = [row for row in menu_house.room.keeper.settle() if row.kind == "deleted"]
    assert row.part_id == "soup"


def test_late_edit_of_a_deleted_item_still_stands_when_the_room_opens_again(
    menu_house: Any,
) -> None:
    ann, bob = menu_house.meet("ann"), menu_house.meet("bob")
    offline = bob.edit(set_register("price", 500, ms=5))
    send(ann, set_register("deleted", True, ms=10))
    bob.room.receive(bob.seat, offline)
    menu_house.settle(ann, bob)
    standing = menu_house.room.keeper.settle()
    assert [row.kind for row in standing] == ["deleted"]
    menu_house.make_keeper = keeper_of(menu_house, MenuState(conflicts=tuple(standing)))
    menu_house.open(menu_house.room.document)
    assert menu_house.room.keeper.settle() == standing


def test_late_edit_of_a_deleted_item_is_saved_with_its_conflict(menu_house: Any) -> None:
    ann, bob = menu_house.meet("ann"), menu_house.meet("bob")
    offline = bob.edit(set_register("price", 500, ms=5))
    send(ann, set_register("deleted", True, ms=10))
    menu_house.settle(ann)
    bob.room.receive(bob.seat, offline)
    menu_house.turn()
    menu_house.journal.commit()
    meant = menu_house.log.meant[-1]
    assert [change.field for change in meant.changes] == ["price"]
    assert [row.kind for row in meant.conflicts if row.part_id == "soup"] == ["deleted"]


def test_two_replacements_of_one_text_are_saved_with_their_conflict(menu_house: Any) -> None:
    ann, bob = menu_house.meet("ann"), menu_house.meet("bob")

    def replace(text: str) -> Doing:
        def doing(doc: Doc[Any]) -> None:
            fields(doc)["name"]["de"].clear()
            fields(doc)["name"]["de"].insert(0, text)

        return doing

    one, other = ann.edit(replace("Broth")), bob.edit(replace("Potage"))
    ann.room.receive(ann.seat, one)
    menu_house.turn()
    bob.room.receive(bob.seat, other)
    menu_house.turn()
    menu_house.journal.commit()
    meant = menu_house.log.meant[-1]
    assert [change.user_id for change in meant.changes] == ["bob"]
    assert "double_replace" in [row.kind for row in meant.conflicts]


def test_answer_that_builds_on_what_nobody_has_is_kept_back_and_asked_for_again(
    menu_house: Any,
) -> None:
    ann, bob = menu_house.meet("ann"), menu_house.meet("bob")
    missing = ann.edit(set_register("price", 500, ms=5))
    later = ann.edit(set_register("price", -1, ms=6))
    ann.room.receive(ann.seat, later, answers_step1=True)
    menu_house.settle(bob)
    assert price(bob.doc) == [450] and not menu_house.log.rows["lunch"]
    assert menu_house.meter.reasons["held_back"] == 1
    before = len(ann.take())
    menu_house.pass_seconds(5)
    asked = [messages.decode(frame) for frame in ann.take()]
    assert not [one for one in asked if isinstance(one, messages.SyncStep1)], before
    menu_house.pass_seconds(10)
    asked = [messages.decode(frame) for frame in ann.take()]
    assert [one for one in asked if isinstance(one, messages.SyncStep1)]
    ann.room.receive(ann.seat, missing)
    ann.room.receive(ann.seat, later, answers_step1=True)
    menu_house.settle(ann, bob)
    assert price(bob.doc) == [500] and ann.notices == ["bad_value"]


def test_room_whose_review_fails_is_rebuilt_from_what_is_saved(
    menu_house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, bob = menu_house.meet("ann"), menu_house.meet("bob")

    def fail(*arguments: Any) -> None:
        raise KeyError("a mistake of ours")

    monkeypatch.setattr(menu_house.room.keeper, "review", fail)
    with pytest.raises(KeyError):
        send(ann, set_register("price", -1))
    assert menu_house.broken == [menu_house.room]
    menu_house.settle(bob)
    assert price(bob.doc) == [450] and not menu_house.log.rows["lunch"]
