"""y-protocols frames: golden bytes, round trips, and every way to be wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collab.errors import ProtocolViolation, TooLarge
from collab.wire import messages
from collab.wire.lib0 import MAX_SAFE_INTEGER, var_bytes, write_var_uint
from collab.wire.messages import (
    Awareness,
    AwarenessEntry,
    QueryAwareness,
    SyncStep1,
    SyncStep2,
    Unknown,
    Update,
)

GOLDEN = {
    "00 00 01 00": SyncStep1(b"\x00"),
    "00 01 02 00 00": SyncStep2(b"\x00\x00"),
    "00 02 02 00 00": Update(b"\x00\x00"),
    "01 06 01 01 01 02 7b 7d": Awareness(bytes.fromhex("01010102 7b7d")),
    "01 01 00": Awareness(b"\x00"),
    "02 00 02 6e 6f": messages.AuthDenied("no"),
    "03": QueryAwareness(),
    "66 01 05": messages.YSweetVersion(bytes.fromhex("660105")),
}
ENTRIES = st.lists(
    st.builds(
        AwarenessEntry,
        st.integers(0, MAX_SAFE_INTEGER),
        st.integers(0, MAX_SAFE_INTEGER),
        st.none() | st.text().filter(lambda text: text.strip(" \t\r\n") != "null"),
    )
)


def reason(frame: bytes) -> str:
    with pytest.raises(ProtocolViolation) as raised:
        messages.decode(frame)
    return raised.value.reason


def entries(payload: bytes) -> list[AwarenessEntry]:
    return messages.decode_awareness(payload, limit_entries=50, limit_state_bytes=1000)


@pytest.mark.parametrize(("frame", "message"), GOLDEN.items())
def test_frames_decode_to_what_they_mean(frame: str, message: messages.Message) -> None:
    assert messages.decode(bytes.fromhex(frame)) == message


def test_frames_are_encoded_as_clients_expect() -> None:
    assert messages.sync_step1(b"\x00").hex() == "00000100"
    assert messages.sync_step2(b"\x00\x00").hex() == "0001020000"
    assert messages.update(b"\x00\x00").hex() == "0002020000"
    assert messages.auth_denied("no").hex() == "0200026e6f"
    assert messages.query_awareness().hex() == "03"
    assert messages.awareness(b"\x00") == messages.KEEPALIVE == bytes.fromhex("010100")
    here = messages.encode_awareness([AwarenessEntry(1, 1, "{}")])
    gone = messages.encode_awareness([AwarenessEntry(1, 1, None)])
    assert messages.awareness(here).hex() == "0106010101027b7d"
    assert messages.awareness(gone).hex() == "0108010101046e756c6c"


@given(st.binary(max_size=300))
def test_payloads_survive_the_round_trip(payload: bytes) -> None:
    assert messages.decode(messages.sync_step1(payload)) == SyncStep1(payload)
    assert messages.decode(messages.sync_step2(payload)) == SyncStep2(payload)
    assert messages.decode(messages.update(payload)) == Update(payload)
    assert messages.decode(messages.awareness(payload)) == Awareness(payload)


@pytest.mark.parametrize("frame", GOLDEN)
def test_every_truncation_and_every_tail_is_refused(frame: str) -> None:
    whole = bytes.fromhex(frame)
    for end in range(len(whole)):
        assert reason(whole[:end]) == "truncated"
    assert reason(whole + b"\x00") == "trailing_bytes"


def test_a_padded_type_means_the_same_as_the_short_one() -> None:
    assert messages.decode(bytes.fromhex("8000 8200 02 0000")) == Update(b"\x00\x00")


def test_two_messages_in_one_frame_are_refused() -> None:
    assert reason(messages.KEEPALIVE + messages.update(b"\x00\x00")) == "trailing_bytes"


def test_an_unknown_outer_type_is_a_value_and_its_payload_is_not_read() -> None:
    assert messages.decode(b"\x09\xff\xff") == Unknown(9)
    assert messages.decode(write_var_uint(1000)) == Unknown(1000)


def test_unknown_inner_types_are_refused() -> None:
    assert reason(b"\x00\x03\x00") == "unknown_sync_type"
    assert reason(b"\x02\x01\x00") == "unknown_auth_type"


def test_a_version_frame_must_hold_exactly_one_number() -> None:
    assert reason(b"\x66\x00") == "truncated"
    assert reason(b"\x66\x02\x05\x05") == "trailing_bytes"


@given(st.binary(max_size=60))
def test_arbitrary_bytes_decode_or_are_refused(frame: bytes) -> None:
    try:
        messages.decode(frame)
    except ProtocolViolation as violation:
        assert violation.close_code == 4400


@given(ENTRIES)
def test_awareness_survives_the_round_trip(written: list[AwarenessEntry]) -> None:
    payload = messages.encode_awareness(written)
    assert messages.decode_awareness(payload, len(written), 1_000_000) == written
    for end in range(len(payload)):
        with pytest.raises(ProtocolViolation):
            messages.decode_awareness(payload[:end], len(written), 1_000_000)


def test_null_with_white_space_means_gone_as_it_does_in_javascript() -> None:
    payload = b"\x01\x01\x01" + var_bytes(b" null\n")
    assert entries(payload) == [AwarenessEntry(1, 1, None)]
    assert entries(b"\x01\x01\x01" + var_bytes(b'"null"'))[0].state == '"null"'


def test_awareness_beyond_the_limits_is_refused() -> None:
    with pytest.raises(ProtocolViolation) as raised:
        entries(write_var_uint(51) + b"\x01\x01\x02{}" * 51)
    assert raised.value.reason == "too_many_entries"
    with pytest.raises(TooLarge):
        entries(b"\x01\x01\x01" + var_bytes("ü".encode() * 501))
    assert len(entries(b"\x01\x01\x01" + var_bytes("ü".encode() * 500))) == 1


def test_awareness_with_a_tail_is_refused() -> None:
    with pytest.raises(ProtocolViolation) as raised:
        entries(b"\x00\x00")
    assert raised.value.reason == "trailing_bytes"
