"""Action Cable frames: what clients may send, and that an identifier comes back as it went."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collab.errors import ProtocolViolation
from collab.wire import cable

IDENTIFIER = '{"channel":"OrdrChannel","order_id":"5"}'


def frame(**fields: object) -> bytes:
    return json.dumps(fields).encode()


def perform(data: object) -> cable.Frame:
    return cable.decode(frame(command="message", identifier=IDENTIFIER, data=json.dumps(data)))


def test_commands_of_the_stock_client_are_read() -> None:
    subscribe = frame(command="subscribe", identifier=IDENTIFIER)
    assert cable.decode(subscribe) == cable.Subscribe(IDENTIFIER)
    unsubscribe = frame(command="unsubscribe", identifier=IDENTIFIER)
    assert cable.decode(unsubscribe) == cable.Unsubscribe(IDENTIFIER)
    assert perform({"field": "a", "action": "lock_field"}) == cable.Perform(
        IDENTIFIER, "lock_field", {"field": "a"}
    )


@pytest.mark.parametrize("data", [{}, {"action": ""}, {"action": 5}, {"action": None}, [], "x", 3])
def test_a_message_without_an_action_is_received(data: object) -> None:
    assert perform(data) == cable.Perform(IDENTIFIER, "receive", {})


@pytest.mark.parametrize("command", ["history", "pong", "whisper", "presence", "", None, 7])
def test_a_command_that_this_protocol_does_not_have_is_no_mistake(command: object) -> None:
    assert isinstance(cable.decode(frame(command=command, identifier="x")), cable.Unknown)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b"\xff\xfe",
        b'{"command":NaN}',
        b"[" * 100_000,
        b'{"command":' + b"9" * 5000 + b"}",
        frame(command="subscribe"),
        frame(command="subscribe", identifier=5),
        frame(command="subscribe", identifier={"channel": "OrdrChannel"}),
        frame(command="subscribe", identifier="x" * 1001),
        frame(command="message", identifier="x"),
        frame(command="message", identifier="x", data={"action": "appear"}),
        frame(command="message", identifier="x", data="{"),
        frame(command="message", identifier="x", data='{"value":Infinity}'),
    ],
)
def test_what_is_no_frame_is_refused(content: bytes) -> None:
    with pytest.raises(ProtocolViolation) as caught:
        cable.decode(content)
    assert caught.value.reason == "bad_cable_frame"


@given(st.binary(max_size=200))
def test_no_bytes_do_anything_but_be_read_or_refused(content: bytes) -> None:
    try:
        cable.decode(content)
    except ProtocolViolation:
        pass


@given(st.text(max_size=80))
def test_any_identifier_comes_back_as_it_was(identifier: str) -> None:
    decoded = cable.decode(json.dumps({"command": "subscribe", "identifier": identifier}).encode())
    assert decoded == cable.Subscribe(identifier)
    for said in (cable.confirm(identifier), cable.reject(identifier)):
        assert json.loads(said)["identifier"] == identifier
    assert json.loads(cable.message(identifier, {}))["identifier"] == identifier


def test_even_half_a_character_in_an_identifier_can_be_said_back() -> None:
    content = b'{"command":"subscribe","identifier":"\\ud800"}'
    decoded = cable.decode(content)
    assert isinstance(decoded, cable.Subscribe)
    assert json.loads(cable.confirm(decoded.identifier))["identifier"] == "\ud800"


@pytest.mark.parametrize(
    ("identifier", "params"),
    [
        ('{"channel":"OrdrChannel","order_id":"5"}', {"order_id": "5"}),
        ('{"channel":"OrdrChannel","order_id":5}', {"order_id": "5"}),
        ('{ "order_id": "5", "channel": "OrdrChannel" }', {"order_id": "5"}),
        ('{"channel":"OrdrChannel","a":true,"b":null,"c":[1],"d":{},"e":1.5}', {}),
    ],
)
def test_an_identifier_names_a_channel_and_its_parameters(
    identifier: str, params: dict[str, str]
) -> None:
    assert cable.read_identifier(identifier) == cable.Wanted("OrdrChannel", params)


@pytest.mark.parametrize(
    "identifier", ["", "OrdrChannel", "{", "[]", "{}", '{"channel":5}', '{"channel":null}', "null"]
)
def test_what_names_no_channel_is_none(identifier: str) -> None:
    assert cable.read_identifier(identifier) is None


def test_frames_of_the_server_read_as_the_stock_client_expects_them() -> None:
    assert json.loads(cable.welcome()) == {"type": "welcome"}
    assert json.loads(cable.ping(1700000000)) == {"type": "ping", "message": 1700000000}
    assert json.loads(cable.confirm("x")) == {"identifier": "x", "type": "confirm_subscription"}
    assert json.loads(cable.reject("x")) == {"identifier": "x", "type": "reject_subscription"}
    assert json.loads(cable.message("x", {"a": 1})) == {"identifier": "x", "message": {"a": 1}}
    assert json.loads(cable.disconnect("remote", reconnect=True)) == {
        "type": "disconnect",
        "reason": "remote",
        "reconnect": True,
    }
