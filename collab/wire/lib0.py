"""lib0's binary encoding, bounded: the ground under every Yjs protocol.

Rule 1: nothing is read beyond the end; input that ends early is `truncated`, never a short value.
Rule 2: a varUint is at most 8 bytes and at most 2^53 - 1 (what JavaScript can hold); anything else
would mean different numbers to different engines.
Rule 3: strings are strict UTF-8, lengths count bytes. (pycrdt's own Encoder counts characters and
its Decoder returns short data; see docs/protocols.md.)
"""

from __future__ import annotations

from collab.errors import ProtocolViolation

MAX_SAFE_INTEGER = 2**53 - 1  # Number.MAX_SAFE_INTEGER
_MAX_VAR_BYTES = 8  # 8 * 7 = 56 bits are enough for 53


class Reader:
    """A cursor over bytes.

    data: the frame; a memoryview is copied once, because slices of bytes are faster than views.
    pos: index of the first byte to read.
    Every read raises ProtocolViolation with a reason when the bytes do not allow it; the position
    is then undefined and the reader must not be used further.
    """

    __slots__ = ("data", "pos")

    def __init__(self, data: bytes | memoryview, pos: int = 0) -> None:
        self.data = data if isinstance(data, bytes) else bytes(data)
        self.pos = pos

    @property
    def remaining(self) -> int:
        """How many bytes are left."""
        return len(self.data) - self.pos

    @property
    def at_end(self) -> bool:
        """Whether everything was read."""
        return self.pos >= len(self.data)

    def read_uint8(self) -> int:
        """Read one byte."""
        try:
            value = self.data[self.pos]
        except IndexError:
            raise truncated() from None
        self.pos += 1
        return value

    def read_var_uint(self, limit: int = MAX_SAFE_INTEGER) -> int:
        """Read a varUint of at most `limit`; padded forms such as 80 00 are legal."""
        try:
            value, self.pos = var_uint_at(self.data, self.pos)
        except IndexError:
            raise truncated() from None
        if value > limit:
            raise out_of_range()
        return value

    def read_var_int(self) -> int:
        """Read a signed varInt: 0x80 more, 0x40 sign, 6 bits; then 7 bits per byte."""
        try:
            value, self.pos = var_int_at(self.data, self.pos)
        except IndexError:
            raise truncated() from None
        return value

    def read_var_bytes(self) -> bytes:
        """Read a varUint length and that many bytes."""
        length = self.read_var_uint()
        end = self.pos + length
        if end > len(self.data):
            raise truncated()
        value = self.data[self.pos : end]
        self.pos = end
        return value

    def read_var_string(self) -> str:
        """Read a varUint length in bytes and that much strict UTF-8."""
        try:
            return self.read_var_bytes().decode()
        except UnicodeDecodeError:
            raise ProtocolViolation("A string is not UTF-8.", reason="bad_utf8") from None

    def expect_end(self) -> None:
        """Raise ProtocolViolation unless everything was read."""
        if self.pos != len(self.data):
            raise ProtocolViolation("Bytes follow the end of the message.", reason="trailing_bytes")


def var_uint_at(data: bytes, pos: int) -> tuple[int, int]:
    """Read a varUint at `pos`; returns (value, position behind it).

    The form without a cursor, for loops that read many thousands. Raises IndexError (not
    ProtocolViolation) at the end of the data, because a check per byte would cost more than the
    reading; ProtocolViolation when longer than 8 bytes or above 2^53 - 1.
    """
    byte = data[pos]
    if byte < 0x80:
        return byte, pos + 1
    second = data[pos + 1]
    if second < 0x80:
        return byte & 0x7F | second << 7, pos + 2
    value = byte & 0x7F | (second & 0x7F) << 7
    shift = 14
    for index in range(pos + 2, pos + _MAX_VAR_BYTES):
        byte = data[index]
        if byte < 0x80:
            value |= byte << shift
            if value > MAX_SAFE_INTEGER:
                raise out_of_range()
            return value, index + 1
        value |= (byte & 0x7F) << shift
        shift += 7
    raise too_long()


def var_int_at(data: bytes, pos: int) -> tuple[int, int]:
    """Read a signed varInt at `pos`; returns (value, position behind it).

    Raises like `var_uint_at`; the bound is |value| <= 2^53 - 1.
    """
    byte = data[pos]
    value = byte & 0x3F
    negative = byte & 0x40
    shift = 6
    end = pos + _MAX_VAR_BYTES
    pos += 1
    while byte & 0x80:
        if pos == end:
            raise too_long()
        byte = data[pos]
        pos += 1
        value |= (byte & 0x7F) << shift
        shift += 7
    if value > MAX_SAFE_INTEGER:
        raise out_of_range()
    return (-value if negative else value), pos


_SINGLE_BYTES = tuple(bytes((value,)) for value in range(0x80))


def write_var_uint(value: int) -> bytes:
    """Encode 0 <= value <= 2^53 - 1; raises ValueError outside."""
    if 0 <= value < 0x80:
        return _SINGLE_BYTES[value]
    if not 0 <= value <= MAX_SAFE_INTEGER:
        raise ValueError(f"not a varUint: {value}")
    encoded = bytearray()
    while value >= 0x80:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


def write_var_int(value: int) -> bytes:
    """Encode |value| <= 2^53 - 1; raises ValueError outside."""
    magnitude = abs(value)
    if magnitude > MAX_SAFE_INTEGER:
        raise ValueError(f"not a varInt: {value}")
    first = magnitude & 0x3F | (0x40 if value < 0 else 0)
    magnitude >>= 6
    if not magnitude:
        return bytes((first,))
    return bytes((first | 0x80,)) + write_var_uint(magnitude)


def var_bytes(value: bytes) -> bytes:
    """Encode bytes behind their length."""
    return write_var_uint(len(value)) + value


def var_string(value: str) -> bytes:
    """Encode UTF-8 behind its length in bytes; raises UnicodeEncodeError for lone surrogates."""
    return var_bytes(value.encode())


def truncated() -> ProtocolViolation:
    """Make the error for input that ends early."""
    return ProtocolViolation("The message ends early.", reason="truncated")


def out_of_range() -> ProtocolViolation:
    """Make the error for a number beyond its bound."""
    return ProtocolViolation("A number is out of range.", reason="integer_out_of_range")


def too_long() -> ProtocolViolation:
    """Make the error for a number of more than 8 bytes."""
    return ProtocolViolation("A number is longer than 8 bytes.", reason="varint_too_long")
