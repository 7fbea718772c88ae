"""The tree of broken rules. Each rule knows the close code a live socket gets for breaking it.

    MirepoixError
    ├── ProtocolViolation    the peer's bytes are not what the protocol says
    │   ├── BadUpdate        an update_v1 that the structural check refuses
    │   └── BadStateVector   a state vector that does not parse
    ├── TooLarge             a limit of bytes is passed
    ├── StructureRefused     well-formed, but it would break the shape of the document
    ├── TokenEnded           no token, or one that ended
    ├── RightWithdrawn       the identity may not do this
    ├── DocumentGone         the document does not exist, or not any more
    ├── DocumentExists       the id of a new document is taken
    ├── EpochChanged         the history the peer holds was replaced
    ├── DocumentInUse        somebody has it open, and what is wanted needs it closed
    ├── NotRenewable         the document cannot be written anew without losing something
    ├── PreconditionFailed   the menu is not in the state that the request was made for
    ├── Settled              what the request wants to decide was decided already
    ├── UnfitPhoto           the upload is no picture that can be kept
    ├── LockRefused          somebody else holds the field, or the lock is over
    ├── TooManySockets       one client address has as many sockets as it may
    ├── TooManyAttempts      one client address has been wrong too often
    ├── Overloaded           the server has as many sockets as it may
    ├── EngineFailed         the CRDT engine panicked; the room is rebuilt from the log
    └── StoreError           the store could not do it (raised in `storage`, retried in `rooms`)

`reason` is a short slug: it labels the metric and is safe to show; the sentence is for people.
HTTP answers are decided in one table, `api/errors.py`. Close codes: rulings of the design, and
docs/protocols.md.
"""

from __future__ import annotations

from typing import ClassVar


class MirepoixError(Exception):
    """A rule was broken.

    message: one sentence that says what to do, without content or tokens.
    reason: a slug for metrics; defaults to the class's own.
    """

    reason: str = "error"
    close_code: ClassVar[int] = 1013

    def __init__(self, message: str, *, reason: str | None = None) -> None:
        super().__init__(message)
        if reason is not None:
            self.reason = reason


class ProtocolViolation(MirepoixError):
    """The peer sent bytes that the protocol does not allow."""

    reason = "malformed"
    close_code = 4400


class BadUpdate(ProtocolViolation):
    """An update that must not reach the engine."""

    reason = "bad_update"


class BadStateVector(ProtocolViolation):
    """A state vector that does not parse."""

    reason = "bad_state_vector"


class TooLarge(MirepoixError):
    """A frame, an update or a document is larger than allowed."""

    reason = "too_large"
    close_code = 4413


class StructureRefused(MirepoixError):
    """The update would break the shape of the document, and that cannot be repaired."""

    reason = "structure"
    close_code = 4422


class TokenEnded(MirepoixError):
    """There is no valid token (any more)."""

    reason = "token_ended"
    close_code = 4401


class RightWithdrawn(MirepoixError):
    """The identity may not use this document (any more)."""

    reason = "forbidden"
    close_code = 4403


class DocumentGone(MirepoixError):
    """The document does not exist, or was deleted."""

    reason = "not_found"
    close_code = 4404


class DocumentExists(MirepoixError):
    """The id of a new document is taken, perhaps by one that was deleted."""

    reason = "exists"
    close_code = 4404  # no socket ever creates under a taken id; HTTP answers 409


class EpochChanged(MirepoixError):
    """The document was replaced: its history is not the one the peer holds."""

    reason = "epoch_changed"
    close_code = 4409


class DocumentInUse(MirepoixError):
    """Somebody has the document open, and what is wanted needs it closed."""

    reason = "in_use"
    close_code = 1013  # no socket ever asks for it; HTTP answers 409


class NotRenewable(MirepoixError):
    """The document cannot be written anew without losing something."""

    reason = "not_renewable"
    close_code = 4422  # no socket ever asks for it; HTTP answers 409


class PreconditionFailed(MirepoixError):
    """The menu is not in the state that the request was made for (If-Match, a failed `test`).

    tag: the entity tag it has now, without quotes; None when it was not asked by tag.
    """

    reason = "precondition_failed"
    close_code = 4422  # no socket ever asks for a state; HTTP answers 412

    def __init__(self, message: str, *, reason: str | None = None, tag: str | None = None) -> None:
        super().__init__(message, reason=reason)
        self.tag = tag


class Settled(MirepoixError):
    """What the request wants to decide was decided already, or looks different by now."""

    reason = "settled"
    close_code = 4422  # no socket ever decides one; HTTP answers 409


class UnfitPhoto(MirepoixError):
    """The upload is no whole picture in a known format."""

    reason = "photo_format"
    close_code = 4400  # no socket takes photos; HTTP answers 422


class LockRefused(MirepoixError):
    """Somebody else holds the field, the lock is over, or one person holds too many."""

    reason = "lock_held"
    close_code = 1013  # no socket is ever closed for it; HTTP answers 409


class TooManySockets(MirepoixError):
    """The client's address has as many sockets as one address may have."""

    reason = "too_many_sockets"
    close_code = 1013


class TooManyAttempts(MirepoixError):
    """The client's address tried too many wrong codes; it may come back in a while."""

    reason = "too_many_attempts"
    close_code = 1013  # no socket is opened with a code; HTTP answers 429


class Overloaded(MirepoixError):
    """The server has as many sockets as it can serve."""

    reason = "overloaded"
    close_code = 1013


class EngineFailed(MirepoixError):
    """The CRDT engine panicked on checked input; the room must be rebuilt from the log."""

    reason = "engine_failed"
    close_code = 1012


class StoreError(MirepoixError):
    """The store could not do it; nothing was acknowledged, the caller may try again."""

    reason = "store_error"
    close_code = 1013
