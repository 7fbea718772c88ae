"""Nested types: the estimate is never too low, however the levels are smuggled in."""

import random

import pytest

from collab.errors import BadUpdate
from collab.updates.admission import NestingDepths, UpdateOutline, read_update
from collab.updates.claims import ASSUMED_DEPTH
from collab.updates.nesting import LIMIT_LEVELS, SHALLOW
from collab.wire.lib0 import var_string, write_var_uint

Id = tuple[int, int]
ROOT = b"\x01\x01r"
MAP = b"\x01"


def an_id(id_: Id) -> bytes:
    return write_var_uint(id_[0]) + write_var_uint(id_[1])


def in_root(key: str | None = None) -> tuple[int, bytes]:
    return (0x20, ROOT + var_string(key)) if key is not None else (0, ROOT)


def inside(parent: Id) -> tuple[int, bytes]:
    return 0, b"\x00" + an_id(parent)


def after(origin: Id) -> tuple[int, bytes]:
    return 0x80, an_id(origin)


def before(right_origin: Id) -> tuple[int, bytes]:
    return 0x40, an_id(right_origin)


def a_type(place: tuple[int, bytes]) -> bytes:
    return bytes([place[0] | 7]) + place[1] + MAP


def a_value(place: tuple[int, bytes]) -> bytes:
    return bytes([place[0] | 8]) + place[1] + b"\x01\x7e"


def block(id_: Id, *structs: bytes) -> bytes:
    return write_var_uint(len(structs)) + an_id(id_) + b"".join(structs)


def update(*blocks: bytes) -> UpdateOutline:
    return read_update(write_var_uint(len(blocks)) + b"".join(blocks) + b"\x00")


class Document:
    """What a room does: admit, apply (here: move the clocks), record."""

    def __init__(self) -> None:
        self.clocks: dict[int, int] = {}
        self.depths = NestingDepths(self.clocks)
        self.waiting: list[UpdateOutline] = []

    def take(self, *blocks: bytes, applies: bool = True) -> None:
        outline = update(*blocks)
        self.depths.admit(outline, self.waiting)
        for client, start, end in outline.blocks if applies else ():
            if start <= self.clocks.get(client, 0):
                self.clocks[client] = max(end, self.clocks.get(client, 0))
        self.depths.record(outline)
        if not applies:
            self.waiting.append(outline)

    def refuses(self, *blocks: bytes) -> str:
        with pytest.raises(BadUpdate) as raised:
            self.depths.admit(update(*blocks), self.waiting)
        return raised.value.reason


def levels_until_refused(document: Document, grow: "list[bytes]") -> int:
    for count, one in enumerate(grow):
        outline = update(one)
        try:
            document.depths.admit(outline)
        except BadUpdate as refused:
            assert refused.reason == "too_deep"
            return count
        for client, _, end in outline.blocks:
            document.clocks[client] = end
        document.depths.record(outline)
    raise AssertionError("it grew for ever")


def test_types_of_a_menu_have_their_exact_depth() -> None:
    document = Document()
    document.take(
        block((1, 0), a_type(in_root("i1")), a_type(inside((1, 0))), a_type(inside((1, 1))))
    )
    document.take(block((2, 0), a_type(inside((1, 1)))))
    depths = [document.depths.depth_of_type(1, clock) for clock in range(3)]
    assert depths == [1, 2, 3]
    assert document.depths.depth_of_type(2, 0) == 3
    assert document.depths.depth_of_type(2, 1) is None


def test_one_level_per_update_is_refused_at_the_limit() -> None:
    grow = [block((1, 0), a_type(in_root("k")))]
    grow += [block((1, clock), a_type(inside((1, clock - 1)))) for clock in range(1, 200)]
    assert levels_until_refused(Document(), grow) == LIMIT_LEVELS


def test_many_levels_in_one_update_are_refused() -> None:
    structs = [a_type(in_root("k"))]
    structs += [a_type(inside((1, clock))) for clock in range(LIMIT_LEVELS)]
    document = Document()
    assert document.refuses(block((1, 0), *structs)) == "too_deep"
    document.take(block((1, 0), *structs[:-1]))


@pytest.mark.parametrize("beside", [after, before])
def test_levels_hidden_behind_plain_values_are_found(beside: "type[after]") -> None:
    # Each round: a value inside the last type, then a type that only names the value.
    grow = [block((1, 0), a_type(in_root("k")))]
    for clock in range(1, 400, 2):
        grow.append(block((1, clock), a_value(inside((1, clock - 1)))))
        grow.append(block((1, clock + 1), a_type(beside((1, clock)))))
    assert levels_until_refused(Document(), grow) <= 2 * LIMIT_LEVELS + 2


def test_levels_hidden_behind_long_chains_of_values_are_found() -> None:
    document, clock, levels = Document(), 0, 0
    last: Id | None = None
    with pytest.raises(BadUpdate):
        for levels in range(200):
            place = in_root("k") if last is None else inside(last)
            document.take(block((1, clock), a_type(place)))
            document.take(block((2, 2 * levels), a_value(inside((1, clock)))))
            document.take(block((2, 2 * levels + 1), a_value(after((2, 2 * levels)))))
            document.take(block((1, clock + 1), a_type(after((2, 2 * levels + 1)))))
            last, clock = (1, clock + 1), clock + 2
    assert levels <= LIMIT_LEVELS


def test_a_forged_second_claim_to_a_held_id_does_not_lower_its_depth() -> None:
    document = Document()
    grow = [a_type(in_root("k"))] + [a_type(inside((1, c))) for c in range(LIMIT_LEVELS - 1)]
    document.take(block((1, 0), *grow))
    forged = [a_type(in_root("k"))] * LIMIT_LEVELS  # "all of them are in the root"
    document.take(block((1, 0), *forged))
    assert document.refuses(block((2, 0), a_type(inside((1, LIMIT_LEVELS - 1))))) == "too_deep"


def test_a_forged_claim_that_a_value_is_a_type_does_not_lower_its_container() -> None:
    document = Document()
    deep = [a_type(in_root("k"))] + [a_type(inside((1, c))) for c in range(LIMIT_LEVELS - 1)]
    document.take(block((1, 0), *deep))
    document.take(block((2, 0), a_value(inside((1, LIMIT_LEVELS - 1)))))
    document.take(block((2, 0), a_type(in_root("k"))))
    assert document.refuses(block((3, 0), a_type(after((2, 0))))) == "too_deep"


def test_what_waits_for_a_parent_must_fit_below_it_when_it_comes() -> None:
    document = Document()
    document.take(block((9, 0), a_type(inside((8, 0)))), applies=False)
    deep = [a_type(in_root("k"))] + [a_type(inside((1, c))) for c in range(LIMIT_LEVELS - 2)]
    document.take(block((1, 0), *deep))
    assert document.refuses(block((8, 0), a_type(inside((1, LIMIT_LEVELS - 2))))) == "too_deep"
    document.take(block((8, 0), a_type(inside((1, LIMIT_LEVELS - 3)))))
    assert document.depths.depth_of_type(9, 0) == LIMIT_LEVELS


def test_levels_that_grow_in_what_waits_are_refused() -> None:
    document = Document()
    document.take(block((9, 0), a_type(inside((8, 0)))), applies=False)
    for clock in range(1, LIMIT_LEVELS - ASSUMED_DEPTH - 1):
        document.take(block((9, clock), a_type(inside((9, clock - 1)))), applies=False)
    last = LIMIT_LEVELS - ASSUMED_DEPTH - 1
    assert document.refuses(block((9, last), a_type(inside((9, last - 1))))) == "too_deep"


def test_what_waits_may_be_claimed_again_without_its_neighbour() -> None:
    # Found by the property test of the room: two honest answers to one SyncStep1 need not bring
    # the same neighbours, and the second was refused for ever as nesting too deep.
    document = Document()
    value = block((2, 0), a_value(after((1, 0))))
    lacking = block((3, 0), a_value(after((7, 0))))
    document.take(lacking, value, block((1, 0), a_value(in_root())), applies=False)
    document.take(value, applies=False)
    document.take(value, block((1, 0), a_value(in_root())))
    assert document.depths.container_of(2, 0) <= ASSUMED_DEPTH


def test_claims_that_cut_the_same_ids_otherwise_count_as_one() -> None:
    document = Document()
    deep = [a_type(in_root("k"))] + [a_type(inside((1, c))) for c in range(LIMIT_LEVELS - 1)]
    document.take(block((1, 0), *deep))
    two_values = bytes([8]) + ROOT + b"\x02\x7e\x7e"  # clocks 0 and 1, in the root
    lacking = block((3, 0), a_value(after((7, 0))))
    document.take(lacking, block((2, 0), two_values), applies=False)
    document.take(lacking, block((2, 0), a_value(inside((1, LIMIT_LEVELS - 1)))), applies=False)
    # Whichever of the two the engine takes first, clock 1 may follow clock 0 into the deep type.
    assert document.refuses(block((4, 0), a_type(after((2, 1))))) == "too_deep"


def test_what_waits_counts_for_neighbours_in_the_update_that_claims_it_otherwise() -> None:
    document = Document()
    deep = [a_type(in_root("k"))] + [a_type(inside((1, c))) for c in range(LIMIT_LEVELS - 1)]
    document.take(block((1, 0), *deep))
    lacking = block((3, 0), a_value(after((7, 0))))
    document.take(lacking, block((2, 0), a_value(inside((1, LIMIT_LEVELS - 1)))), applies=False)
    beside = (block((4, 0), a_type(after((2, 0)))), block((2, 0), a_value(in_root())))
    assert document.refuses(*beside) == "too_deep"


def test_a_tail_that_follows_its_own_head_is_no_circle() -> None:
    document = Document()
    two_values = bytes([8]) + ROOT + b"\x02\x7e\x7e"
    lacking = block((3, 0), a_value(after((7, 0))))
    document.take(lacking, block((2, 0), two_values), applies=False)
    tail = block((2, 0), a_value(in_root()), a_value(after((2, 0))))
    document.take(tail, block((4, 0), a_value(after((2, 1)))))
    assert document.depths.container_of(2, 1) == SHALLOW


def test_a_pending_update_may_be_sent_again() -> None:
    document = Document()
    pending = block((9, 0), a_type(inside((8, 0))), a_value(inside((9, 0))))
    document.take(pending, applies=False)
    document.take(pending, applies=False)
    document.take(block((8, 0), a_type(in_root("k"))))
    document.take(pending)


def test_a_value_waiting_for_its_container_counts_as_deep() -> None:
    document = Document()
    document.take(block((9, 0), a_value(inside((8, 0)))), applies=False)
    assert document.depths.container_of(9, 0) > SHALLOW


def test_items_that_refer_to_each_other_are_refused() -> None:
    document = Document()
    circle = (block((2, 0), a_type(after((1, 0)))), block((1, 0), a_type(after((2, 0)))))
    assert document.refuses(*circle) == "origin_not_before_item"


def test_an_update_that_lacks_very_many_ids_is_refused() -> None:
    structs = [a_type(inside((7, 2 * clock))) for clock in range(10_001)]
    assert Document().refuses(block((1, 0), *structs)) == "too_many_missing"


def test_a_list_of_a_hundred_types_side_by_side_stays_flat() -> None:
    document = Document()
    document.take(block((1, 0), a_type(in_root())))
    for clock in range(1, 100):
        document.take(block((1, clock), a_type(after((1, clock - 1)))))
    assert {document.depths.depth_of_type(1, clock) for clock in range(100)} == {1}


def test_a_chain_of_100000_origins_between_two_people_is_resolved() -> None:
    chains: dict[int, list[bytes]] = {1: [a_type(in_root())], 2: []}
    last = (1, 0)
    for number in range(1, 100_000):
        client = number % 2 + 1
        chains[client].append(a_value(after(last)))
        last = (client, len(chains[client]) - 1)
    chains[1].append(a_type(after(last)))
    document = Document()
    document.take(block((2, 0), *chains[2]), block((1, 0), *chains[1]))
    assert document.depths.depth_of_type(1, len(chains[1]) - 1) == 1


def test_the_tail_of_an_item_that_is_partly_held_stays_in_its_container() -> None:
    document = Document()
    deep = [a_type(in_root("k"))] + [a_type(inside((1, c))) for c in range(LIMIT_LEVELS - 1)]
    document.take(block((1, 0), *deep))
    document.take(block((2, 0), a_value(inside((1, LIMIT_LEVELS - 1)))))
    two_values = bytes([8]) + ROOT + b"\x02\x7e\x7e"  # claims clocks 0 and 1, in the root
    document.take(block((2, 0), two_values))
    assert document.refuses(block((3, 0), a_type(after((2, 1))))) == "too_deep"


def test_recording_types_that_were_not_admitted_is_an_error() -> None:
    with pytest.raises(ValueError, match="without admit"):
        Document().depths.record(update(block((1, 0), a_type(in_root("k")))))
    Document().depths.record(update(block((1, 0), a_value(in_root("k")))))


@pytest.mark.parametrize("seed", range(30))
def test_the_estimate_is_never_below_the_truth(seed: int) -> None:
    chance = random.Random(seed)
    document = Document()
    truth: dict[Id, int] = {}  # container depth of every item
    types: list[Id] = []
    for _ in range(400):
        client = chance.randrange(1, 4)
        id_ = (client, document.clocks.get(client, 0))
        place, container = in_root(), 0
        choice = chance.randrange(3)
        if choice == 0 and types:
            parent = types[-1] if chance.random() < 0.6 else chance.choice(types)
            place, container = inside(parent), truth[parent] + 1
        elif choice == 1 and truth:
            near = chance.choice(list(truth)[-3:])
            place, container = chance.choice((after, before))(near), truth[near]
        is_type = chance.random() < 0.5
        try:
            document.take(block(id_, (a_type if is_type else a_value)(place)))
        except BadUpdate:
            assert container + 1 + SHALLOW >= LIMIT_LEVELS - SHALLOW
            continue
        truth[id_] = container
        types += [id_] * is_type
    assert max(truth.values()) <= LIMIT_LEVELS
    for (client, clock), container in truth.items():
        assert document.depths.container_of(client, clock) >= container


@pytest.mark.parametrize("seed", range(40))
def test_the_estimate_is_never_below_what_became_of_waiting_claims(seed: int) -> None:
    # Ids are claimed by several updates, each with a link of its own, in any order; what can be
    # placed is placed by whichever claim comes first, as the engine does it.
    chance = random.Random(seed)
    document = Document()
    truth: dict[Id, int] = {}
    claims: list[tuple[Id, Id | None, bool, UpdateOutline]] = []

    def place_what_can_be() -> None:
        for id_, link, is_inside, _ in chance.sample(claims, len(claims)):
            if id_ in truth or id_[1] != document.clocks.get(id_[0], 0):
                continue
            if link is None or link in truth:
                truth[id_] = 0 if link is None else truth[link] + is_inside
                document.clocks[id_[0]] = id_[1] + 1
                return place_what_can_be()
        claims[:] = [claim for claim in claims if claim[0] not in truth]
        document.waiting = [claim[3] for claim in claims]

    for _ in range(400):
        client = chance.randrange(1, 4)
        id_ = (client, document.clocks.get(client, 0) + chance.choice((0, 0, 0, 1, 2)))
        link = None
        if chance.random() < 0.98:
            near = chance.randrange(1, 4)
            link = (near, max(0, document.clocks.get(near, 0) + chance.randrange(-2, 3)))
            if near == client and link[1] >= id_[1]:
                link = None
        is_inside = chance.random() < 0.9
        place = in_root() if link is None else (inside if is_inside else after)(link)
        outline = update(block(id_, a_type(place)))
        try:
            document.depths.admit(outline, document.waiting)
        except BadUpdate:
            continue
        document.depths.record(outline)
        claims.append((id_, link, is_inside, outline))
        place_what_can_be()
    assert max(truth.values()) < LIMIT_LEVELS
    assert len(truth) > 100
    for (client, clock), container in truth.items():
        assert document.depths.container_of(client, clock) >= container
