"""Frames of the rooms protocol: what is read, what is refused, and both codecs say the same."""

from __future__ import annotations

import base64
import json
import tracemalloc
from datetime import UTC, datetime
from typing import Any

import msgpack
import pytest

from api.doors.rooms_codec import FRAME_LIMIT_BYTES, JSON, MSGPACK, Codec, SyncWrap, Whole
from api.doors.rooms_forms import BadCmd, Cmd, Hello, Mark, Ping, Seen, Sub, Sync, Token, Unsub
from collab.errors import MirepoixError, ProtocolViolation, TooLarge
from collab.records import NumberedEvent, StreamEvent
from rooms.frames import binary_frame, text_frame
from rooms.listener import EventBatch

CODECS = pytest.mark.parametrize("codec", [MSGPACK, JSON], ids=["msgpack", "json"])


def packed(codec: Codec, *frame: Any) -> bytes:
    return json.dumps(frame).encode() if codec is JSON else msgpack.packb(frame)


@CODECS
@pytest.mark.parametrize(
    ("op", "content", "form"),
    [
        ("hello", {"v": 1}, Hello(v=1)),
        (
            "hello",
            {"v": 1, "token": "t", "device": "d", "app": "a", "caps": ["x"]},
            Hello(v=1, token="t", device="d", app="a", caps=["x"]),
        ),
        ("token", {"token": "t"}, Token(token="t")),
        ("sub", {"h": 0, "room": "order:o"}, Sub(h=0, room="order:o")),
        (
            "sub",
            {"h": 3, "room": "menu:m", "epoch": 2, "want": "events"},
            Sub(h=3, room="menu:m", epoch=2, want="events"),
        ),
        (
            "sub",
            {"h": 3, "room": "order:o", "epoch": "e", "offset": -1},
            Sub(h=3, room="order:o", epoch="e", offset=-1),
        ),
        ("unsub", {"h": 2**31 - 1}, Unsub(h=2**31 - 1)),
        ("mark", {"h": 1, "n": 2**53}, Mark(h=1, n=2**53)),
        ("seen", {"h": 1, "offset": 0}, Seen(h=1, offset=0)),
        ("ping", {"t": 1.5}, Ping(t=1.5)),
        (
            "cmd",
            {"id": "i", "room": "order:o", "type": "t.u", "body": {"a": [1, None, "é"]}},
            Cmd(id="i", room="order:o", type="t.u", body={"a": [1, None, "é"]}),
        ),
        ("hello", {"v": 1, "theme": "dark", "caps": {"a": 1}}, Hello(v=1, caps={"a": 1})),
    ],
)
def test_frames_are_read(codec: Codec, op: str, content: Any, form: Any) -> None:
    assert codec.decode(packed(codec, op, content)) == form


@CODECS
@pytest.mark.parametrize(
    "frame",
    [
        None,
        [],
        ["ping"],
        ["ping", {}, {}],
        ["ping", []],
        [1, {}],
        {"ping": {}},
        ["sync", {}],
        ["sync", {"h": 1}],
        ["sync", {"h": -1, "data": ""}],
        ["sync", {"h": 1, "data": 5}],
        ["sync", {"h": 1, "data": []}],
        ["sync", {"h": 1, "data": "", "more": 1}],
        ["Ping", {}],
        ["welcome", {}],
        ["hello", {}],
        ["hello", {"v": "1"}],
        ["hello", {"v": 1, "device": "x" * 65}],
        ["sub", {"h": -1, "room": "order:o"}],
        ["sub", {"h": 2**31, "room": "order:o"}],
        ["sub", {"h": 1.5, "room": "order:o"}],
        ["sub", {"h": 1, "room": "x" * 301}],
        ["seen", {"h": 1, "offset": -1}],
        ["mark", {"h": 1, "n": 2**53 + 1}],
        ["mark", {"h": 1, "n": 2**63}],
        ["ping", {"t": -(2**53) - 1}],
        ["ping", {"t": "now"}],
        ["ping", {"t": 1, "u": 1}],
        ["cmd", {"room": "order:o", "type": "t.u"}],
        ["cmd", {"id": 5, "room": "order:o", "type": "t.u"}],
        ["cmd", {"id": "x" * 65, "room": "order:o", "type": "t.u"}],
        ["cmd", {"id": "a", "body": {"x": "\0"}}],
        ["cmd", {"id": "a", "body": {"\0": 1}}],
    ],
)
def test_what_is_no_frame_is_malformed(codec: Codec, frame: Any) -> None:
    with pytest.raises(ProtocolViolation):
        codec.decode(packed(codec, frame)[1:] if codec is MSGPACK else json.dumps(frame).encode())


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return {"id": "a", "room": "order:o", "type": "t.u", "body": {"x": value}}


@CODECS
def test_depth_is_bounded(codec: Codec) -> None:
    assert isinstance(codec.decode(packed(codec, "cmd", nested(15))), Cmd)
    with pytest.raises(ProtocolViolation):
        codec.decode(packed(codec, "cmd", nested(20)))


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\xc1",
        b"\x92\xa4ping\x81\xa1t",  # cut
        b"\x92\xa4ping\x80\x00",  # something behind it
        b"\x92\xa4ping\x81\xa1t\xd4\x01\x00",  # ext 1
        b"\x92\xa4ping\x81\xa1t\xc7\x00\x05",  # ext 5 of no bytes
        b"\x92\xa4ping\x81\xa1t\xd6\xff\0\0\0\0",  # a timestamp
        b"\x92\xa4ping\x81\xa1t\xcb\x7f\xf8\0\0\0\0\0\0",  # NaN
        b"\x92\xa4ping\x81\xa1t\xcb\x7f\xf0\0\0\0\0\0\0",  # infinity
        b"\x92\xa4ping\x81\xa1t\xcf" + b"\xff" * 8,  # 2^64 - 1
        b"\x92\xa4ping\x81\xa1t\xd3\x80" + b"\0" * 7,  # -2^63
        b"\x92\xa4ping\x82\xa1t\x01\xa1t\x01",  # a key twice
        b"\x92\xa4ping\x81\x01\x01",  # a key that is no text
        b"\x92\xa4ping\x81\xc4\x00\x01",  # a key of bytes
        b"\x92\xa4ping\x81\xa1t\xc4\x01x",  # bytes outside of sync
        b"\x92\xa4ping\x81\xa1t\xa2\xff\xff",  # no UTF-8
        b"\xdd\xff\xff\xff\xff",  # an array of four billion
        b"\xdf\xff\xff\xff\xff",  # a map of four billion
        b"\x92\xdb\xff\xff\xff\xff",  # a text of four billion bytes
        b"\x91" * 5000 + b"\xc0",  # deep
        b"\x92\xa4sync\x82\xa1h\x01\xa1h\x01",
        b"\x92\xa4sync\x82\xa4data\xc4\x00\xa4data\xc4\x00",
        b"\x92\xa4sync\x82\xa1h\x01\xa4data\xc4\x05abc",
        b"\x92\xa4sync\x82\xa1h\x01\xa4data\xc6\xff\xff\xff\xff",
        b"\x92\xa4sync\x82\xa1h\xd0\x01\xa4data\xc4\x00",
        b"\x92\xa4sync\x82\xa1h\x01\xa4data\xc4",
        b"\x92\xa4sync\x82\xa1h",
        b"\x92\xa4sync\x82",
        b"\x92\xa4sync\x82\xa1h\x01\xa4data\xc4\x00\x00",
    ],
)
def test_hostile_msgpack_is_malformed(frame: bytes) -> None:
    with pytest.raises(ProtocolViolation):
        MSGPACK.decode(frame)


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"[",
        b'["ping",{}] x',
        b'["ping",{"t":1,"t":1}]',
        b'["cmd",{"id":"a","body":{"x":1,"x":2}}]',
        b'["ping",{"t":NaN}]',
        b'["ping",{"t":-Infinity}]',
        b'["ping",{"t":1e999}]',
        b'["ping",{"t":' + b"9" * 5000 + b"}]",
        b'["cmd",{"id":"a","body":{"x":"\\ud800"}}]',
        b'["ping",{"t":"\xff"}]',
        b'["sync",{"h":1,"data":"%%%"}]',
        b'["sync",{"h":1,"data":"AA=="},1]',
        b"[" * 50_000 + b"]" * 10_000,
    ],
)
def test_hostile_json_is_malformed(frame: bytes) -> None:
    with pytest.raises(ProtocolViolation):
        JSON.decode(frame)


@CODECS
@pytest.mark.parametrize("size", [0, 1, 255, 256, 65_535, 65_536, 300_000])
def test_sync_may_be_large_and_comes_back_as_it_was(codec: Codec, size: int) -> None:
    data = bytes(index % 251 for index in range(size))
    for h in (0, 127, 128, 255, 256, 65_535, 65_536, 2**31 - 1):
        assert codec.decode(codec.sync(h, data)) == Sync(h=h, data=data)
    other_order: Any = {"data": base64.b64encode(data).decode(), "h": 7}
    if codec is MSGPACK:
        other_order["data"] = data
    assert codec.decode(packed(codec, "sync", other_order)) == Sync(h=7, data=data)


@CODECS
def test_everything_else_is_small(codec: Codec) -> None:
    with pytest.raises(TooLarge):
        codec.decode(packed(codec, "cmd", {"id": "a", "body": {"x": "y" * FRAME_LIMIT_BYTES}}))


@pytest.mark.parametrize(
    ("codec", "bomb"),
    [
        (MSGPACK, b"\x92\xa4sync\x82\xa1h\x01\xa4data" + b"\x92" * 4_000_000),
        (MSGPACK, b"\x92\xa4sync\x82\xa1h\x01\xa4data\xdd\x00\x90\x00\x00" + b"\x90" * 9_000_000),
        (MSGPACK, b"\xdd\x00\x90\x00\x00" + b"\x90" * 9_000_000),
        (JSON, b'["sync",{"h":1,"data":[' + b"[]," * 3_000_000 + b"1]}]"),
        (JSON, b"[" + b"[]," * 3_000_000 + b"1]"),
    ],
    ids=["deep", "wide", "no sync", "json sync", "json"],
)
def test_a_bomb_of_nine_megabytes_costs_nothing(codec: Codec, bomb: bytes) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(MirepoixError):
            codec.decode(bomb)
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


@CODECS
@pytest.mark.parametrize(
    "content",
    [
        {"id": "a"},
        {"id": "a", "room": 1, "type": "t.u"},
        {"id": "a", "room": "order:o", "type": "t.u", "body": None},
        {"id": "a", "room": "order:o", "type": "t.u", "unknown": 1},
        {"id": "", "room": "order:o", "type": "t.u"},
        {"id": "a", "room": "order:o", "type": "x" * 65},
    ],
)
def test_a_command_of_a_wrong_form_can_be_answered(codec: Codec, content: Any) -> None:
    found = codec.decode(packed(codec, "cmd", content))
    assert isinstance(found, BadCmd) and found.id == content["id"] and found.reason


def batch_of(count: int) -> EventBatch:
    at = datetime(2026, 11, 22, 20, 0, tzinfo=UTC)
    return EventBatch(
        "e",
        tuple(
            NumberedEvent(offset, StreamEvent("t.u", "waiter", {"n": offset, "é": None}, at, 3))
            for offset in range(5, 5 + count)
        ),
    )


@CODECS
def test_events_are_encoded_once_for_all_handles(codec: Codec) -> None:
    batch = batch_of(2)
    frames = [codec.events(h, batch) for h in (1, 200, 70_000)]
    assert list(batch.encoded) == [codec.name]
    load = json.loads if codec is JSON else msgpack.unpackb
    at_ms = 1_795_377_600_000
    for h, frame in zip((1, 200, 70_000), frames, strict=True):
        events = [["t.u", 3, "waiter", at_ms, {"n": n, "é": None}] for n in (5, 6)]
        assert load(frame) == ["ev", {"h": h, "first": 5, "events": events}]
    batch.encoded[codec.name] = batch.encoded[codec.name].replace(b"t.u", b"x.y")
    assert b"x.y" in codec.events(1, batch)


@CODECS
def test_both_codecs_write_the_same(codec: Codec) -> None:
    content = {"h": 1, "code": "x", "current": {"a": [1, None, True]}}
    load = json.loads if codec is JSON else msgpack.unpackb
    assert load(codec.encode("notice", content)) == ["notice", content]


def test_messages_of_a_document_are_wrapped_whole_frames_are_not() -> None:
    assert SyncWrap(MSGPACK, 5)(b"abc") == binary_frame(MSGPACK.sync(5, b"abc"))
    assert SyncWrap(JSON, 5)(b"abc") == text_frame(b'["sync",{"h":5,"data":"YWJj"}]')
    assert SyncWrap(JSON, 5)(Whole(b"abc")) == b"abc"
    assert SyncWrap(JSON, 5) == SyncWrap(JSON, 5) != SyncWrap(JSON, 6)
