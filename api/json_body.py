"""JSON from outside, decoded straight into the struct that says what it must look like."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from collab.errors import ProtocolViolation

_Form = TypeVar("_Form")


def decode_json(content: bytes, form: type[_Form]) -> _Form:
    """Decode and check.

    Raises msgspec.ValidationError (it says where), msgspec.DecodeError, ProtocolViolation.
    """
    try:
        return msgspec.json.decode(content, type=form)
    except UnicodeDecodeError:
        raise ProtocolViolation("The JSON is not UTF-8.", reason="invalid_json") from None
