"""Hocuspocus frames: golden bytes, addresses, and every way to be wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collab.errors import ProtocolViolation
from collab.wire import hocuspocus
from collab.wire.hocuspocus import (
    AuthToken,
    BroadcastStateless,
    Close,
    Frame,
    Ping,
    Pong,
    Stateless,
    SyncReply,
)
from collab.wire.lib0 import var_bytes, var_string
from collab.wire.messages import Awareness, QueryAwareness, SyncStep1, SyncStep2, Unknown, Update

M = hocuspocus.address("m")
GOLDEN = {
    "016d 02 00 01 74 05 34 2e 35 2e 30": AuthToken("t", "4.5.0"),
    "016d 02 00 01 74": AuthToken("t", None),
    "016d 02 00 00": AuthToken("", None),
    "016d 00 00 01 00": SyncStep1(b"\x00"),
    "016d 00 01 02 00 00": SyncStep2(b"\x00\x00"),
    "016d 00 02 02 00 00": Update(b"\x00\x00"),
    "016d 01 01 00": Awareness(b"\x00"),
    "016d 03": QueryAwareness(),
    "016d 04 02 02 00 00": SyncReply(Update(b"\x00\x00")),
    "016d 05 02 68 69": Stateless("hi"),
    "016d 06 02 68 69": BroadcastStateless("hi"),
    "016d 07": Close(""),
    "016d 07 03 62 79 65": Close("bye"),
}
# Version and reason are optional: these lengths are frames too, and bytes behind them a payload.
OPTIONAL_BEHIND = {"016d0200017405342e352e30": 6, "016d0703627965": 3}
ENDS_BEFORE_AN_OPTION = {"016d02000174", "016d020000", "016d07"}


def reason(frame: bytes) -> str:
    with pytest.raises(ProtocolViolation) as raised:
        hocuspocus.decode(frame)
    return raised.value.reason


@pytest.mark.parametrize(("frame", "body"), GOLDEN.items())
def test_frames_decode_to_what_they_mean(frame: str, body: hocuspocus.Body) -> None:
    assert hocuspocus.decode(bytes.fromhex(frame)) == Frame(b"\x01m", "m", None, body)


@pytest.mark.parametrize("frame", GOLDEN)
def test_every_truncation_and_every_tail_is_refused(frame: str) -> None:
    whole = bytes.fromhex(frame)
    shorter = OPTIONAL_BEHIND.get(whole.hex())
    for end in range(len(whole)):
        if end != shorter:
            assert reason(whole[:end]) == "truncated"
    if whole.hex() not in ENDS_BEFORE_AN_OPTION:
        assert reason(whole + b"\x00") == "trailing_bytes"


def test_answers_are_encoded_as_providers_expect() -> None:
    assert hocuspocus.authenticated(M, read_only=False).hex() == "016d02020a726561642d7772697465"
    assert hocuspocus.authenticated(M, read_only=True) == M + b"\x02\x02\x08readonly"
    assert hocuspocus.permission_denied(M, "x").hex() == "016d02010178"
    assert hocuspocus.token_please(M).hex() == "016d0200"
    assert hocuspocus.sync_status(M, applied=True).hex() == "016d0801"
    assert hocuspocus.sync_status(M, applied=False).hex() == "016d0800"
    assert hocuspocus.keepalive(M).hex() == "016d010100"
    assert hocuspocus.stateless(M, "hi").hex() == "016d05026869"
    assert hocuspocus.close(M, "bye").hex() == "016d0703627965"


@given(st.binary(max_size=100))
def test_sync_and_awareness_survive_the_round_trip(payload: bytes) -> None:
    for encode, body in (
        (hocuspocus.sync_step1, SyncStep1(payload)),
        (hocuspocus.sync_step2, SyncStep2(payload)),
        (hocuspocus.update, Update(payload)),
        (hocuspocus.awareness, Awareness(payload)),
    ):
        assert hocuspocus.decode(encode(M, payload)) == Frame(M, "m", None, body)


def test_ping_and_pong_have_no_address() -> None:
    assert hocuspocus.decode(hocuspocus.PING) == Ping()
    assert hocuspocus.decode(hocuspocus.PONG) == Pong()


def test_a_session_is_part_of_the_address_and_not_of_the_document() -> None:
    assert hocuspocus.address("m", "s").hex() == "036d0073"
    assert hocuspocus.decode(bytes.fromhex("036d0073 07")) == Frame(
        b"\x03m\x00s", "m", "s", Close("")
    )


def test_the_raw_prefix_is_kept_even_when_its_length_is_padded() -> None:
    frame = hocuspocus.decode(b"\x81\x00m\x07")
    assert isinstance(frame, Frame)
    assert (frame.address, frame.document) == (b"\x81\x00m", "m")


@pytest.mark.parametrize("name", ["", " ", "\t\n", "\0session", " \0s"])
def test_a_frame_that_names_no_document_is_refused(name: str) -> None:
    assert reason(var_string(name) + b"\x07") == "empty_document_name"


def test_a_very_long_address_is_refused() -> None:
    assert reason(var_string("x" * 1023) + b"\x07") == "address_too_long"


def test_names_are_strict_utf8() -> None:
    assert reason(var_bytes(b"\xed\xa0\x80") + b"\x07") == "bad_utf8"


@pytest.mark.parametrize("type_", [8, 9, 10, 77])
def test_types_that_clients_do_not_send_are_values(type_: int) -> None:
    frame = hocuspocus.decode(M + bytes([type_]) + b"\x01\x02\x03")
    assert isinstance(frame, Frame)
    assert frame.body == Unknown(type_)


def test_auth_messages_of_servers_are_refused() -> None:
    assert reason(hocuspocus.authenticated(M, read_only=False)) == "unknown_auth_type"


def test_an_unknown_sync_message_is_refused() -> None:
    assert reason(M + b"\x00\x03\x00") == "unknown_sync_type"
    assert reason(M + b"\x04\x03\x00") == "unknown_sync_type"


@given(st.binary(max_size=60))
def test_arbitrary_bytes_decode_or_are_refused(frame: bytes) -> None:
    try:
        hocuspocus.decode(frame)
    except ProtocolViolation as violation:
        assert violation.close_code == 4400
