"""Who is here: rules one by one, hostile entries, what stock clients do, and a model of it all."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from collab.wire.awareness import (
    GRACE_SECONDS,
    LIMIT_CLOCK_STEP,
    LIMIT_FIRST_CLOCK,
    LIMIT_IDS_PER_OWNER,
    LIMIT_STATE_BYTES,
    SHOWN_PER_SECOND,
    TOMBSTONE_SECONDS,
    TTL_SECONDS,
    AwarenessTable,
    Heard,
    Stamp,
)
from collab.wire.messages import AwarenessEntry

ANN, BOB = Stamp("ann", "Ann"), Stamp("bob", "Bob")
STATE = '{"cursor":1}'


def say(clock: int, state: str | None = STATE, client: int = 1) -> list[AwarenessEntry]:
    return [AwarenessEntry(client, clock, state)]


def shown(table: AwarenessTable, now: float) -> dict[int, tuple[int, Any]]:
    entries, _ = table.take(now)
    assert len({entry.client for entry in entries}) == len(entries)
    return {
        entry.client: (entry.clock, None if entry.state is None else json.loads(entry.state))
        for entry in entries
    }


class StockAwareness:
    """What y-protocols' applyAwarenessUpdate does, for one client's own id and its view of others.

    Source: y-protocols awareness.js, applyAwarenessUpdate and setLocalState.
    """

    def __init__(self, client: int, state: str = STATE) -> None:
        self.client = client
        self.clocks: dict[int, int] = {client: 0}
        self.states: dict[int, str] = {client: state}

    def own(self) -> list[AwarenessEntry]:
        return [AwarenessEntry(self.client, self.clocks[self.client], self.states[self.client])]

    def renew(self) -> list[AwarenessEntry]:
        self.clocks[self.client] += 1
        return self.own()

    def apply(self, entries: list[AwarenessEntry]) -> list[AwarenessEntry]:
        """Take entries; what the provider then sends back to the server."""
        touched = []
        for entry in entries:
            clock, known = entry.clock, self.clocks.get(entry.client)
            is_removal = (
                known == entry.clock and entry.state is None and entry.client in self.states
            )
            if not ((known or 0) < entry.clock or is_removal):
                continue
            if entry.state is not None:
                self.states[entry.client] = entry.state
            elif entry.client == self.client:
                clock += 1  # "never let a remote client remove this local state"
            else:
                self.states.pop(entry.client, None)
            self.clocks[entry.client] = clock
            touched.append(entry.client)
        return [
            AwarenessEntry(client, self.clocks[client], self.states.get(client))
            for client in touched
        ]


def test_an_announcement_is_shown_with_the_verified_user_in_it() -> None:
    table = AwarenessTable()
    spoof = '{"user":{"id":"owner","name":"The Owner","color":"#f00"},"cursor":1}'
    assert table.hear("a", ANN, say(0, spoof), 0) == Heard()
    user = {"id": "ann", "name": "Ann", "color": "#f00"}
    assert shown(table, 0) == {1: (0, {"user": user, "cursor": 1})}
    assert table.people() == [(1, {"user": user, "cursor": 1})]
    assert table.owner_of(1) == "a" and len(table) == 1


@pytest.mark.parametrize("claimed", ['"owner"', "null", "[1]", "7", '{"id":"x"}'])
def test_whatever_a_client_claims_as_user_is_replaced(claimed: str) -> None:
    table = AwarenessTable()
    table.hear("a", ANN, say(0, '{"user":' + claimed + "}"), 0)
    assert shown(table, 0) == {1: (0, {"user": {"id": "ann", "name": "Ann"}})}


def test_an_identity_without_a_name_leaves_the_clients_own() -> None:
    table = AwarenessTable()
    table.hear("a", Stamp("ann", None), say(0, '{"user":{"name":"Annie"}}'), 0)
    assert shown(table, 0) == {1: (0, {"user": {"id": "ann", "name": "Annie"}})}


@pytest.mark.parametrize(
    ("state", "why"),
    [
        ('{"x":NaN}', "JSON.parse throws"),
        ('{"x":-Infinity}', "JSON.parse throws"),
        ('{"x":1e400}', "reads as infinity, and would be written as Infinity"),
        ('{"x":' + "[" * 1990 + "]" * 1990 + "}", "deeper than the parser"),
        ("[1,2]", "not an object"),
        ("7", "not an object"),
        ('"null"', "not an object"),
        ("", "not JSON"),
        ("{", "not JSON"),
        ("{'a':1}", "not JSON"),
    ],
)
def test_a_state_that_clients_cannot_use_is_refused_and_counted(state: str, why: str) -> None:
    table = AwarenessTable()
    table.hear("a", ANN, say(0, state), 0)
    assert table.take(0) == ([], 1), why
    assert table.shown() == [] and table.take(10) == ([], 0)
    table.hear("a", ANN, say(1), 11)
    assert shown(table, 11)[1][0] == 1, "the next good one is shown"


@pytest.mark.parametrize("text", ['{"x":"\\ud800"}', '{"x":"é😀\\u2028"}', '{"x":1,"x":2}'])
def test_what_is_handed_out_is_plain_ascii_json(text: str) -> None:
    table = AwarenessTable()
    table.hear("a", ANN, say(0, text), 0)
    (entry,), _ = table.take(0)
    assert entry.state is not None and entry.state.isascii()
    json.loads(entry.state)


def test_a_bad_state_leaves_the_last_good_one_standing() -> None:
    table = AwarenessTable()
    table.hear("a", ANN, say(0), 0)
    table.take(0)
    table.hear("a", ANN, say(1, '{"x":NaN}'), 1)
    assert table.take(1) == ([], 1)
    assert [json.loads(entry.state or "") for entry in table.shown()] == [
        {"cursor": 1, "user": {"id": "ann", "name": "Ann"}}
    ]


@pytest.mark.parametrize(
    ("first", "refused"),
    [
        (say(LIMIT_FIRST_CLOCK), ()),
        (say(LIMIT_FIRST_CLOCK + 1), ("awareness_clock",)),
        (say(2**53 - 1), ("awareness_clock",)),
        (say(0, '{"x":"' + "y" * (LIMIT_STATE_BYTES - 8) + '"}'), ()),
        (say(0, '{"x":"' + "y" * (LIMIT_STATE_BYTES - 7) + '"}'), ("awareness_too_large",)),
        (say(0, '{"x":"' + "é" * (LIMIT_STATE_BYTES // 2) + '"}'), ("awareness_too_large",)),
        (say(0, '{"x":"' + "y" * 1_000_000 + '"}'), ("awareness_too_large",)),
        (say(0, None), ()),
        ([], ()),
    ],
)
def test_first_announcements_are_bounded(
    first: list[AwarenessEntry], refused: tuple[str, ...]
) -> None:
    table = AwarenessTable()
    assert table.hear("a", ANN, first, 0).refused == refused
    expected = 0 if refused or not first or first[0].state is None else 1
    assert len(table) == expected


def test_a_clock_may_not_jump_so_that_nobody_is_frozen() -> None:
    table = AwarenessTable()
    table.hear("a", ANN, say(5), 0)
    jump = say(5 + LIMIT_CLOCK_STEP + 1)
    assert table.hear("a", ANN, jump, 1).refused == ("awareness_clock",)
    assert table.hear("a", ANN, say(5 + LIMIT_CLOCK_STEP), 1).refused == ()


def test_a_connection_owns_few_ids() -> None:
    table = AwarenessTable()
    entries = [AwarenessEntry(client, 0, STATE) for client in range(10_000)]
    heard = table.hear("a", ANN, entries, 0)
    assert heard.refused == ("awareness_too_many_ids",) * (10_000 - LIMIT_IDS_PER_OWNER)
    assert len(table) == LIMIT_IDS_PER_OWNER
    assert table.hear("b", BOB, [AwarenessEntry(20_000, 0, STATE)], 0) == Heard()


@pytest.mark.parametrize(
    ("entry", "refused"),
    [
        (AwarenessEntry(1, 3, STATE), ()),  # an echo
        (AwarenessEntry(1, 2, STATE), ()),  # an old echo
        (AwarenessEntry(1, 3, None), ()),  # what a client sends back after a removal
        (AwarenessEntry(1, 4, STATE), ("awareness_foreign_id",)),
        (AwarenessEntry(1, 4, None), ("awareness_foreign_id",)),
    ],
)
def test_nobody_speaks_for_the_id_of_a_present_other(
    entry: AwarenessEntry, refused: tuple[str, ...]
) -> None:
    table = AwarenessTable()
    table.hear("a", ANN, say(3), 0)
    table.take(0)
    assert table.hear("b", BOB, [entry], 1).refused == refused
    assert table.owner_of(1) == "a" and table.take(1) == ([], 0) and len(table.shown()) == 1


def test_two_tabs_of_one_person_do_not_take_each_others_id() -> None:
    table = AwarenessTable()
    table.hear("tab 1", ANN, say(0, client=1), 0)
    table.hear("tab 2", ANN, say(0, client=2), 0)
    table.hear("tab 2", ANN, say(0, client=1), 1)  # the echo
    table.hear("tab 2", ANN, say(9, client=1), 1)
    assert table.owner_of(1) == "tab 1" and table.owner_of(2) == "tab 2"


def test_a_client_that_says_null_is_gone_for_everybody() -> None:
    table = AwarenessTable()
    table.hear("a", ANN, say(3), 0)
    table.take(0)
    table.hear("a", ANN, say(4, None), 1)
    assert shown(table, 1) == {1: (4, None)} and table.shown() == []
    table.leave("a", 2)
    table.expire(2 + GRACE_SECONDS)
    assert table.take(10) == ([], 0), "nobody needs to hear it twice"


def test_an_entry_outlives_its_socket_by_the_grace() -> None:
    table = AwarenessTable()
    table.hear("a", ANN, say(3), 0)
    table.take(0)
    table.leave("a", 10)
    table.expire(10 + GRACE_SECONDS - 0.1)
    assert table.take(12) == ([], 0) and table.owner_of(1) is None and len(table) == 1
    table.expire(10 + GRACE_SECONDS)
    assert shown(table, 20) == {1: (3, None)}, "announced at its own clock"
    assert len(table) == 0 and table.shown() == []


def test_a_reconnect_within_the_grace_does_not_flicker() -> None:
    table = AwarenessTable()
    table.hear("old", ANN, say(3), 0)
    table.take(0)
    table.leave("old", 10)
    assert table.hear("new", ANN, say(3), 11) == Heard()  # the same id and the same clock
    table.expire(10 + GRACE_SECONDS + 1)
    assert table.take(20) == ([], 0) and table.owner_of(1) == "new"
    table.leave("old", 20)  # a late end of the old socket changes nothing
    table.expire(25)
    assert table.owner_of(1) == "new"


def test_a_reconnect_takes_its_id_over_from_a_socket_that_does_not_know_it_is_dead() -> None:
    table = AwarenessTable()
    table.hear("old", ANN, say(3), 0)
    table.hear("new", ANN, say(3), 5)
    assert table.owner_of(1) == "new"
    table.hear("old", ANN, say(4), 6)
    assert table.owner_of(1) == "new"


def test_another_user_cannot_take_an_id_in_its_grace() -> None:
    table = AwarenessTable()
    table.hear("a", ANN, say(3), 0)
    table.leave("a", 1)
    assert table.hear("b", BOB, say(4), 2).refused == ("awareness_foreign_id",)
    assert table.owner_of(1) is None


def test_an_entry_that_is_not_renewed_ends() -> None:
    table = AwarenessTable()
    table.hear("a", ANN, say(3), 0)
    table.take(0)
    table.hear("a", ANN, say(3), TTL_SECONDS - 1)  # the same clock renews too
    table.expire(TTL_SECONDS + 1)
    assert len(table) == 1
    table.expire(2 * TTL_SECONDS - 1)
    assert shown(table, 100) == {1: (3, None)}


def test_a_client_that_comes_back_after_its_removal_announces_itself_again() -> None:
    table, ann, bob = AwarenessTable(), StockAwareness(1), StockAwareness(2)
    for _ in range(3):
        ann.renew()
    table.hear("old", ANN, ann.own(), 0)
    bob.apply(table.take(0)[0])
    table.leave("old", 1)
    table.expire(10)
    bob.apply(table.take(10)[0])
    assert 1 not in bob.states

    # It reconnects with the clock it had; everybody else has seen a removal at this clock.
    heard = table.hear("new", ANN, ann.own(), 20)
    assert heard.announce_again == (AwarenessEntry(1, 3, None),)
    bob.apply(table.take(20)[0])
    assert 1 not in bob.states, "the reason why it has to announce itself again"

    again = ann.apply(list(heard.announce_again))
    assert again == [AwarenessEntry(1, 4, STATE)], "a stock client answers its own removal"
    assert table.hear("new", ANN, again, 21) == Heard()
    bob.apply(table.take(21)[0])
    assert json.loads(bob.states[1])["user"] == {"id": "ann", "name": "Ann"}


def test_a_client_that_comes_back_with_a_later_clock_need_not_announce_itself_again() -> None:
    table = AwarenessTable()
    table.hear("old", ANN, say(3), 0)
    table.leave("old", 1)
    table.expire(10)
    assert table.hear("new", ANN, say(4), 20).announce_again == ()


def test_a_late_echo_of_somebody_who_is_gone_makes_no_ghost() -> None:
    table = AwarenessTable()
    table.hear("b", BOB, say(0, client=2), 0)
    table.hear("a", ANN, say(3), 0)
    table.leave("a", 1)
    table.expire(10)
    assert table.hear("b", BOB, say(3), 11) == Heard()
    assert table.owner_of(1) is None and len(table) == 1


def test_a_removal_is_forgotten_in_time() -> None:
    table = AwarenessTable()
    for client in range(1000):
        table.hear(client, ANN, say(3, client=client), 0)
        table.leave(client, 0)
    table.expire(10)
    assert len(table._tombstones) == 1000
    table.expire(10 + TOMBSTONE_SECONDS)
    assert not table._tombstones and not table._introduced and not table._entries
    assert not table._changed


def test_the_newest_of_a_turn_is_shown_and_no_more_than_ten_a_second() -> None:
    table = AwarenessTable()
    for clock in range(50):
        table.hear("a", ANN, say(clock, f'{{"cursor":{clock}}}'), 0)
    assert shown(table, 0)[1][0] == 49 and table.next_due() is None
    table.hear("a", ANN, say(50), 0.01)
    due = table.next_due()
    assert due == 1 / SHOWN_PER_SECOND
    assert table.take(0.05) == ([], 0)
    assert shown(table, due) == {1: (50, {"cursor": 1, "user": {"id": "ann", "name": "Ann"}})}


def test_ten_thousand_cursor_moves_are_shown_ten_times_a_second() -> None:
    table, count = AwarenessTable(), 0
    for step in range(10_000):
        now = step / 1000
        table.hear("a", ANN, say(step), now)
        count += len(table.take(now)[0])
    assert 95 <= count <= 101


def test_a_removal_is_due_at_once() -> None:
    table = AwarenessTable()
    table.hear("a", ANN, say(0), 0)
    table.take(0)
    table.leave("a", 0)
    table.expire(5)
    assert table.next_due() == float("-inf")


class Presence(RuleBasedStateMachine):
    """Clients that join, move, drop, come back and die, against the set of living sockets."""

    def __init__(self) -> None:
        super().__init__()
        self.table = AwarenessTable()
        self.now = 0.0
        self.clients: dict[int, StockAwareness] = {}
        self.sockets: dict[int, str] = {}  # client -> its living socket
        self.users: dict[int, str] = {}
        self.number = 0
        self.clocks: dict[int, int] = {}  # last clock shown of each id

    def _hear(self, client: int, entries: list[AwarenessEntry]) -> None:
        stamp = Stamp(self.users[client], self.users[client].title())
        heard = self.table.hear(self.sockets[client], stamp, entries, self.now)
        if heard.announce_again:
            self._hear(client, self.clients[client].apply(list(heard.announce_again)))

    def _show(self) -> None:
        entries, refused = self.table.take(self.now)
        assert not refused
        for entry in entries:
            assert entry.clock >= self.clocks.get(entry.client, 0), "clocks never go back"
            self.clocks[entry.client] = entry.clock
        for client in list(self.sockets):
            back = self.clients[client].apply(entries)
            if back:
                self._hear(client, back)  # stock providers send everything back

    def _connect(self, client: int) -> None:
        self.number += 1
        self.sockets[client] = f"socket {self.number}"
        stock = self.clients[client]
        for other in [other for other in stock.states if other != client]:
            del stock.states[other]  # y-websocket forgets the others when its socket closes
        stock.apply(self.table.shown())
        self._hear(client, stock.own())

    @rule(user=st.sampled_from(["ann", "bob"]))
    @precondition(lambda self: len(self.clients) < 6)
    def join(self, user: str) -> None:
        client = len(self.clients) + 1
        self.clients[client] = StockAwareness(client)
        self.users[client] = user
        self._connect(client)

    @rule(data=st.data())
    @precondition(lambda self: self.sockets)
    def move(self, data: st.DataObject) -> None:
        client = data.draw(st.sampled_from(sorted(self.sockets)))
        self._hear(client, self.clients[client].renew())

    @rule(data=st.data())
    @precondition(lambda self: self.sockets)
    def drop(self, data: st.DataObject) -> None:
        client = data.draw(st.sampled_from(sorted(self.sockets)))
        self.table.leave(self.sockets.pop(client), self.now)

    @rule(data=st.data())
    @precondition(lambda self: self.sockets)
    def reconnect_before_the_old_socket_ends(self, data: st.DataObject) -> None:
        client = data.draw(st.sampled_from(sorted(self.sockets)))
        old = self.sockets[client]
        self._connect(client)
        self.table.leave(old, self.now)

    @rule(data=st.data())
    @precondition(lambda self: len(self.sockets) < len(self.clients))
    def come_back(self, data: st.DataObject) -> None:
        away = sorted(self.clients.keys() - self.sockets.keys())
        self._connect(data.draw(st.sampled_from(away)))

    @rule(data=st.data())
    @precondition(lambda self: len(self.sockets) > 1)
    def somebody_lies_about_others(self, data: st.DataObject) -> None:
        liar, victim = data.draw(st.permutations(sorted(self.sockets)))[:2]
        if self.users[liar] != self.users[victim]:
            clock = self.clients[victim].clocks[victim] + data.draw(st.integers(0, 3))
            state = data.draw(st.sampled_from([None, '{"evil":1}']))
            self._hear(liar, [AwarenessEntry(victim, clock, state)])

    @rule(seconds=st.sampled_from([0.05, 0.5, 2.0, 5.0, 14.0]))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds
        for client in list(self.sockets):
            if seconds > 10:  # stock clients renew every 15 s
                self._hear(client, self.clients[client].renew())
        self.table.expire(self.now)
        self._show()

    @invariant()
    def nobody_is_counted_twice_or_disguised(self) -> None:
        for client, state in self.table.people():
            assert state["user"] == {"id": self.users[client], "name": self.users[client].title()}
            assert "evil" not in state
        for client, socket in self.sockets.items():
            assert self.table.owner_of(client) == socket

    def teardown(self) -> None:
        for _ in range(3):  # 35 s
            self.time_passes(14.0)
        living = set(self.sockets)
        assert {client for client, _ in self.table.people()} == living
        for client in living:
            assert set(self.clients[client].states) == living, "no ghosts, nobody missing"


Presence.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestPresence = Presence.TestCase


def test_who_missed_a_departure_can_be_told_later() -> None:
    table = AwarenessTable(grace_seconds=0)
    for owner, client in (("a", 1), ("b", 2), ("c", 3), ("d", 4)):
        table.hear(owner, ANN, say(5, client=client), 0)
    table.take(0)
    table.hear("b", ANN, say(6, None, client=2), 1)  # hides itself, and its socket stays
    for gone in ("c", "d"):
        table.leave(gone, 1)
    table.expire(1)
    table.hear("e", ANN, say(9, client=4), 2)  # came back, and was not shown yet
    assert sorted(table.departed(), key=lambda entry: entry.client) == [
        AwarenessEntry(2, 6, None),
        AwarenessEntry(3, 5, None),
    ]
    table.expire(1 + TOMBSTONE_SECONDS)
    assert AwarenessEntry(3, 5, None) not in table.departed()
