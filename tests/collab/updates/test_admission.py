"""The structural check: what it refuses and why, what it admits, and what the engine does then."""

import json
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycrdt import Array, Doc, Map, Text, XmlElement, XmlFragment, merge_updates

from collab.errors import BadStateVector, BadUpdate
from collab.updates.admission import (
    Link,
    UpdateLimits,
    UpdateOutline,
    read_state_vector,
    read_update,
    write_state_vector,
)
from collab.wire.lib0 import var_bytes, write_var_uint

VECTORS = Path(__file__).parents[2] / "vectors"
SHARED = Path(__file__).parents[3].parent / "shared"
HOSTILE = json.loads((VECTORS / "hostile_updates.json").read_text(encoding="utf-8"))
GENUINE = json.loads((VECTORS / "genuine_updates.json").read_text(encoding="utf-8"))
UPDATES = [bytes.fromhex(text) for text in GENUINE["each_kind_of_content"]]
SESSION = [bytes.fromhex(text) for text in GENUINE["one_editing_session"]]

CLIENT = b"\xb9\x60"  # 12345
MAP_SET = bytes.fromhex("010101002801016d016b017da21300")  # m.set("k", 1250) of client 1


def reason(update: bytes, limits: UpdateLimits | None = None) -> str:
    with pytest.raises(BadUpdate) as raised:
        read_update(update, limits) if limits else read_update(update)
    return raised.value.reason


def one_block(structs: int, body: bytes, clock: int = 0) -> bytes:
    head = b"\x01" + write_var_uint(structs) + CLIENT + write_var_uint(clock)
    return head + body + b"\x00"


@pytest.mark.parametrize("case", HOSTILE["refused"], ids=lambda case: case["name"])
def test_hostile_updates_are_refused_with_a_reason(case: dict[str, str]) -> None:
    assert reason(bytes.fromhex(case["hex"])) == case["reason"]


@pytest.mark.parametrize("case", HOSTILE["admitted"], ids=lambda case: case["name"])
def test_strange_but_well_formed_updates_are_admitted(case: dict[str, str]) -> None:
    read_update(bytes.fromhex(case["hex"]))


def test_26652_nested_values_are_refused_before_they_end_the_process() -> None:
    bomb = one_block(1, b"\x08\x01\x01t\x01" + b"\x75\x01" * 26_652 + b"\x7e")
    assert reason(bomb) == "too_deep"
    deep_json = b"[" * 200_000 + b"]" * 200_000
    assert reason(one_block(1, b"\x05\x01\x01t" + var_bytes(deep_json))) == "too_deep"


def test_a_struct_hidden_behind_json_content_never_reaches_the_engine() -> None:
    # yrs reads one string more than the count says: the next struct's head becomes its text.
    hidden = b"\x04\x01\x06ab\x04\x01\x01t\x02xy"
    assert reason(one_block(2, b"\x02\x01\x01t\x01\x011" + hidden)) == "legacy_json"


@pytest.mark.parametrize("update", UPDATES + SESSION)
def test_updates_of_yjs_are_admitted_and_every_truncation_is_not(update: bytes) -> None:
    read_update(update)
    for end in range(len(update)):
        with pytest.raises(BadUpdate):
            read_update(update[:end])
    assert reason(update + b"\x00") == "trailing_bytes"


def test_the_vectors_hold_every_content_of_yjs() -> None:
    outlines = [read_update(update) for update in UPDATES]
    kinds = {item[3] for outline in outlines for item in outline.items}
    assert kinds == {1, 3, 4, 5, 6, 7, 8, 9}  # all but JSON (2), which Yjs 13 does not write
    assert any(outline.has_xml for outline in outlines)
    assert any(outline.has_subdocument for outline in outlines)
    assert any(outline.gone for outline in outlines)
    assert any(
        len(outline.blocks) > len({run[0] for run in outline.blocks}) for outline in outlines
    )


def test_the_outline_of_an_editing_session_is_what_the_engine_then_holds() -> None:
    doc: Doc[object] = Doc()
    clocks: dict[int, int] = {}
    for update in SESSION:
        outline = read_update(update)
        assert all(clock < clocks.get(client, 0) for client, clock in outline.needs)
        for client, start, end in outline.blocks:
            assert start <= clocks.get(client, 0)
            clocks[client] = max(end, clocks.get(client, 0))
        doc.apply_update(update)
        assert read_state_vector(doc.get_state()) == clocks


def test_updates_of_the_engine_are_admitted() -> None:
    for update in engine_updates():
        outline = read_update(update)
        assert not outline.is_empty


def engine_updates() -> Iterator[bytes]:
    doc: Doc[object] = Doc()
    written: list[bytes] = []
    subscription = doc.observe(lambda event: written.append(event.update))
    text, things, fields = Text(), Array(), Map()
    doc["text"], doc["things"], doc["fields"] = text, things, fields
    doc["page"] = page = XmlFragment()
    for number in range(40):
        text.insert(0, "é😀"[number % 2])
        things.append([number, 1.5, None, True, "", {"a": [b"\x00"]}])
        fields[f"k{number % 5}"] = Map({"name": Text("Suppe"), "price": 2**60})
    text.format(0, 6, {"bold": True})  # the engine counts UTF-8 bytes
    text.insert_embed(6, {"image": "x"})
    page.children.append(XmlElement("p", {"class": "x"}))
    del things[3:9]
    del text[0:4]
    doc.unobserve(subscription)
    yield from written
    yield doc.get_update()
    yield merge_updates(*written[::2])  # every second one: with holes, so with Skips
    yield merge_updates(*written)


def test_a_keystroke_is_outlined() -> None:
    first = one_block(1, b"\x04\x01\x01t\x01a")
    second = one_block(1, b"\x84" + CLIENT + b"\x00\x01b", clock=1)
    assert read_update(first) == UpdateOutline(
        blocks=[(12345, 0, 1)],
        needs=[],
        deletes=[],
        gone=[],
        items=[(12345, 0, 1, 4, Link.ROOT, "t", 0, 0, None)],
        types=[],
        roots={"t"},
        has_subdocument=False,
        has_xml=False,
    )
    outline = read_update(second)
    assert (outline.blocks, outline.needs) == ([(12345, 1, 2)], [(12345, 0)])
    assert outline.items == [(12345, 1, 2, 4, Link.ORIGIN, "", 12345, 0, None)]


def test_a_map_entry_as_the_design_writes_it_is_outlined() -> None:
    outline = read_update(MAP_SET)
    assert outline.items == [(1, 0, 1, 8, Link.ROOT, "m", 0, 0, "k")]
    assert outline.roots == {"m"}


def test_clocks_count_utf16_units() -> None:
    outline = read_update(one_block(1, b"\x04\x01\x01t" + var_bytes("aé😀".encode())))
    assert outline.blocks == [(12345, 0, 4)]


def test_a_skip_splits_a_block_and_its_ids_stay_needed() -> None:
    body = b"\x04\x01\x01t\x01a" + b"\x0a\x05" + b"\x84" + CLIENT + b"\x03\x01b"
    outline = read_update(one_block(3, body))
    assert outline.blocks == [(12345, 0, 1), (12345, 6, 7)]
    assert outline.needs == [(12345, 3)]


def test_an_id_before_a_skip_is_not_needed_from_others() -> None:
    body = b"\x04\x01\x01t\x01a" + b"\x0a\x05" + b"\x84" + CLIENT + b"\x00\x01b"
    outline = read_update(b"\x02" + one_block(3, body)[1:-1] + b"\x01\x07\x00\x00\x01\x00")
    assert outline.blocks == [(12345, 0, 1), (12345, 6, 7), (7, 0, 1)]
    assert outline.needs == []


def test_ids_of_other_clients_are_needed_unless_the_update_brings_them() -> None:
    of_seven = b"\x01\x07\x00\x04\x01\x01t\x01a"
    after_seven = b"\x01" + CLIENT + b"\x00\xc4\x07\x00\x08\x05\x01b"
    assert read_update(b"\x01" + after_seven + b"\x00").needs == [(7, 0), (8, 5)]
    assert read_update(b"\x02" + after_seven + of_seven + b"\x00").needs == [(8, 5)]


def test_parents_are_needed_and_name_the_container() -> None:
    outline = read_update(one_block(1, b"\x27\x00\x07\x03\x01k\x01"))
    assert outline.needs == [(7, 3)]
    assert outline.types == [(12345, 0, 1, 7, Link.PARENT, "", 7, 3, "k")]


def test_gone_content_is_named() -> None:
    outline = read_update(one_block(2, b"\x00\x03" + b"\x01\x01\x01t\x02"))
    assert outline.gone == [(12345, 0, 3), (12345, 3, 5)]
    assert outline.blocks == [(12345, 0, 5)]


def test_deletes_are_half_open_ranges() -> None:
    outline = read_update(b"\x00\x01" + CLIENT + b"\x02\x00\x02\x05\x01")
    assert outline.deletes == [(12345, 0, 2), (12345, 5, 6)]
    assert not outline.is_empty
    assert read_update(b"\x00\x00").is_empty


def test_delete_ranges_are_limited_over_all_clients() -> None:
    limits = UpdateLimits(delete_ranges=3)
    three = b"\x00\x02\x01\x01\x00\x01\x02\x02\x00\x01\x02\x01"
    four = b"\x00\x02\x01\x02\x00\x01\x02\x01\x02\x02\x00\x01\x02\x01"
    assert len(read_update(three, limits).deletes) == 3
    assert reason(four, limits) == "too_many_ranges"


def test_default_limit_of_delete_ranges_is_fifty_thousand() -> None:
    ranges = b"".join(write_var_uint(2 * n) + b"\x01" for n in range(50_001))
    assert reason(b"\x00\x01\x01" + write_var_uint(50_001) + ranges) == "too_many_ranges"


@given(st.binary(max_size=80))
def test_arbitrary_bytes_are_admitted_or_refused_and_nothing_else(update: bytes) -> None:
    try:
        read_update(update)
    except BadUpdate as refused:
        assert refused.close_code == 4400


def mutate(update: bytes, chance: random.Random) -> bytes:
    mutated = bytearray(update)
    for _ in range(chance.choice((1, 1, 2, 4, 8))):
        at = chance.randrange(len(mutated) + 1)
        match chance.randrange(5):
            case 0 if at < len(mutated):
                mutated[at] ^= 1 << chance.randrange(8)
            case 1 if at < len(mutated):
                mutated[at] = chance.choice(b"\x00\x01\x02\x07\x0a\x28\x7f\x80\x84\xc4\x75\x76\xff")
            case 2:
                mutated.insert(at, chance.randrange(256))
            case 3:
                del mutated[at : at + chance.choice((1, 1, 5))]
            case _:
                other = chance.choice(UPDATES)
                mutated[at:] = other[chance.randrange(len(other)) :]
    return bytes(mutated)


def check_mutations(seed: int, count: int) -> int:
    chance = random.Random(seed)
    pool = UPDATES + SESSION
    admitted = 0
    for _ in range(count):
        update = mutate(chance.choice(pool), chance)
        try:
            outline = read_update(update)
        except BadUpdate:
            continue
        admitted += 1
        check_engine_agrees(update, outline)
    return admitted


def check_engine_agrees(update: bytes, outline: UpdateOutline) -> None:
    """Apply; a panic (a BaseException) or a ValueError (it cannot be parsed) fails the test."""
    doc: Doc[object] = Doc()
    try:
        doc.apply_update(update)
    except RuntimeError as error:
        # Well-formed, but names something as parent that is no type. Nothing was hidden.
        assert "block parent" in str(error), update.hex()
        return
    Doc().apply_update(doc.get_update())
    starts_at_zero = all(start == 0 for _, start, _ in outline.blocks)
    if starts_at_zero and not outline.needs:
        # Both read the same structs: there is no second meaning in the bytes.
        held = {client: end for client, _, end in outline.blocks}
        assert read_state_vector(doc.get_state()) == held, update.hex()


def test_20000_mutations_never_panic_the_engine_nor_mean_two_things() -> None:
    assert check_mutations(seed=1, count=20_000) > 1_000


@pytest.mark.full
def test_a_million_mutations_never_panic_the_engine_nor_mean_two_things() -> None:
    assert check_mutations(seed=2, count=1_000_000) > 50_000


def test_time_grows_with_the_bytes_and_no_faster() -> None:
    def seconds(structs: int) -> float:
        body = b"\x04\x01\x01t\x01a" + b"".join(
            b"\x84" + CLIENT + write_var_uint(clock) + b"\x01b" for clock in range(structs - 1)
        )
        update = one_block(structs, body)
        times = []
        for _ in range(3):
            before = time.process_time()
            read_update(update)
            times.append(time.process_time() - before)
        return min(times)

    assert seconds(40_000) < 20 * seconds(5_000)  # eight times the bytes


def test_shared_corpus_is_judged_as_it_says() -> None:
    path = SHARED / "corpus" / "hostile_updates.json"
    if not path.exists():
        pytest.skip("SKIPPED: the shared corpus is not beside this checkout")
    for case in json.loads(path.read_text(encoding="utf-8")):
        if case["verdict"] == "admit":
            read_update(bytes.fromhex(case["hex"]))
        else:
            assert reason(bytes.fromhex(case["hex"])), case["name"]


def test_shared_genuine_updates_are_admitted_and_lead_to_the_same_state() -> None:
    path = SHARED / "corpus" / "genuine_updates.json"
    if not path.exists():
        pytest.skip("SKIPPED: the shared corpus is not beside this checkout")
    corpus = json.loads(path.read_text(encoding="utf-8"))
    doc: Doc[object] = Doc()
    for update in corpus["updates_in_order_per_document"]:
        read_update(bytes.fromhex(update["hex"]))
        doc.apply_update(bytes.fromhex(update["hex"]))
    final = corpus["final"]
    assert str(doc.get("t", type=Text)) == final["text"]
    assert doc.get("items", type=Map).to_py() == final["items"]
    expected = read_state_vector(bytes.fromhex(final["state_vector_hex"]))
    assert read_state_vector(doc.get_state()) == expected


CLOCKS = st.dictionaries(st.integers(0, 2**53 - 1), st.integers(0, 2**31 - 1), max_size=20)


@given(CLOCKS)
def test_state_vectors_survive_the_round_trip_and_no_truncation(clocks: dict[int, int]) -> None:
    written = write_state_vector(clocks)
    assert read_state_vector(written) == clocks
    for end in range(len(written)):
        with pytest.raises(BadStateVector):
            read_state_vector(written[:end])


@pytest.mark.parametrize(
    ("encoded", "expected"),
    [
        ("", "truncated"),
        ("ffffffff0f", "count_exceeds_data"),
        ("0201010101", "client_twice"),
        ("010100ff", "trailing_bytes"),
        ("01018080808008", "integer_out_of_range"),
        ("01808080808080801000", "integer_out_of_range"),
        ("01ffffffffffffffffff0100", "varint_too_long"),
    ],
)
def test_bad_state_vectors_are_refused(encoded: str, expected: str) -> None:
    with pytest.raises(BadStateVector) as raised:
        read_state_vector(bytes.fromhex(encoded))
    assert raised.value.reason == expected


def test_large_state_vectors_are_refused() -> None:
    with pytest.raises(BadStateVector) as raised:
        read_state_vector(write_state_vector({client: 1 for client in range(11)}), limit_clients=10)
    assert raised.value.reason == "too_many_clients"
    with pytest.raises(BadStateVector) as raised:
        read_state_vector(bytes(1024 * 1024 + 1))
    assert raised.value.reason == "state_vector_too_large"


@given(st.binary(max_size=40))
def test_arbitrary_state_vectors_are_read_or_refused(encoded: bytes) -> None:
    try:
        read_state_vector(encoded)
    except BadStateVector as refused:
        assert refused.close_code == 4400
