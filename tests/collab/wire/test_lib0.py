"""The bounded codec: golden bytes of lib0, round trips, and every way to be cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collab.errors import ProtocolViolation
from collab.wire.lib0 import (
    MAX_SAFE_INTEGER,
    Reader,
    var_bytes,
    var_string,
    write_var_int,
    write_var_uint,
)

UNSIGNED = st.integers(0, MAX_SAFE_INTEGER)
SIGNED = st.integers(-MAX_SAFE_INTEGER, MAX_SAFE_INTEGER)
# As lib0 0.2 writes them (encoding.writeVarUint, writeVarInt).
GOLDEN_UNSIGNED = {
    0: "00",
    127: "7f",
    128: "8001",
    1250: "e209",
    2**32: "8080808010",
    MAX_SAFE_INTEGER: "ffffffffffffff0f",
}
GOLDEN_SIGNED = {0: "00", 1: "01", -1: "41", 63: "3f", 64: "8001", -64: "c001", 1250: "a213"}


def reason(data: bytes, read: str) -> str:
    with pytest.raises(ProtocolViolation) as raised:
        getattr(Reader(data), read)()
    return raised.value.reason


@pytest.mark.parametrize(("value", "encoded"), GOLDEN_UNSIGNED.items())
def test_var_uint_is_written_and_read_as_lib0_does(value: int, encoded: str) -> None:
    assert write_var_uint(value).hex() == encoded
    assert Reader(bytes.fromhex(encoded)).read_var_uint() == value


@pytest.mark.parametrize(("value", "encoded"), GOLDEN_SIGNED.items())
def test_var_int_is_written_and_read_as_lib0_does(value: int, encoded: str) -> None:
    assert write_var_int(value).hex() == encoded
    assert Reader(bytes.fromhex(encoded)).read_var_int() == value


@given(UNSIGNED, SIGNED, st.binary(), st.text())
def test_everything_written_is_read_back(
    unsigned: int, signed: int, blob: bytes, text: str
) -> None:
    reader = Reader(
        write_var_uint(unsigned) + write_var_int(signed) + var_bytes(blob) + var_string(text)
    )
    assert reader.read_var_uint() == unsigned
    assert reader.read_var_int() == signed
    assert reader.read_var_bytes() == blob
    assert reader.read_var_string() == text
    assert reader.at_end
    reader.expect_end()


@given(UNSIGNED, st.binary(min_size=1), st.text(min_size=1))
def test_every_truncation_is_refused(unsigned: int, blob: bytes, text: str) -> None:
    for encoded, read in (
        (write_var_uint(unsigned), "read_var_uint"),
        (var_bytes(blob), "read_var_bytes"),
        (var_string(text), "read_var_string"),
    ):
        for end in range(len(encoded)):
            assert reason(encoded[:end], read) == "truncated"


def test_padded_numbers_of_up_to_eight_bytes_are_legal() -> None:
    assert Reader(b"\x80\x00").read_var_uint() == 0
    assert Reader(b"\x81\x80\x80\x80\x80\x80\x80\x00").read_var_uint() == 1


@pytest.mark.parametrize("read", ["read_var_uint", "read_var_int"])
def test_numbers_of_nine_bytes_are_refused(read: str) -> None:
    assert reason(b"\x80" * 8 + b"\x00", read) == "varint_too_long"
    assert reason(b"\xff" * 100_000, read) == "varint_too_long"


def test_numbers_beyond_javascript_are_refused() -> None:
    assert reason(b"\x80" * 7 + b"\x10", "read_var_uint") == "integer_out_of_range"
    assert reason(b"\x80" * 7 + b"\x20", "read_var_int") == "integer_out_of_range"
    with pytest.raises(ValueError, match="not a varUint"):
        write_var_uint(MAX_SAFE_INTEGER + 1)
    with pytest.raises(ValueError, match="not a varUint"):
        write_var_uint(-1)
    with pytest.raises(ValueError, match="not a varInt"):
        write_var_int(-MAX_SAFE_INTEGER - 1)


def test_a_number_above_the_callers_limit_is_refused() -> None:
    assert Reader(b"\x05").read_var_uint(limit=5) == 5
    with pytest.raises(ProtocolViolation):
        Reader(b"\x06").read_var_uint(limit=5)


def test_a_declared_length_beyond_the_data_is_refused_without_reading() -> None:
    assert reason(write_var_uint(2**50) + b"abc", "read_var_bytes") == "truncated"


def test_strings_that_are_not_utf8_are_refused() -> None:
    assert reason(b"\x02\xc3\x28", "read_var_string") == "bad_utf8"
    assert reason(b"\x03\xed\xa0\x80", "read_var_string") == "bad_utf8"  # a lone surrogate


def test_string_length_counts_bytes() -> None:
    assert var_string("é") == b"\x02\xc3\xa9"
    assert Reader(b"\x02\xc3\xa9").read_var_string() == "é"


def test_leftover_bytes_are_refused() -> None:
    reader = Reader(b"\x01\x02", 1)
    assert (reader.remaining, reader.at_end) == (1, False)
    with pytest.raises(ProtocolViolation) as raised:
        reader.expect_end()
    assert raised.value.reason == "trailing_bytes"
    assert reader.read_uint8() == 2
    with pytest.raises(ProtocolViolation):
        reader.read_uint8()


def test_a_memoryview_is_read_like_bytes() -> None:
    assert Reader(memoryview(b"\x01a")).read_var_string() == "a"
