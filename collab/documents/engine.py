"""The CRDT engine behind one document: every call into pycrdt that a document makes.

Rule 1: the engine panics with a BaseException, which `except Exception` misses; here it becomes
        `EngineFailed`. After it the document is given up: the engine has no rollback.
Rule 2: bytes come in only after the structural check (`collab.updates.admission`).
Rule 3: nothing observes the document between calls: a permanent observer makes every apply three
        times as slow (measured: 23 us against 7 us), and a document that is dropped while observed
        is never freed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, TypeVar

from pycrdt import Doc, merge_updates

from collab.errors import BadUpdate, EngineFailed
from collab.updates.state_vector import read_state_vector

_Result = TypeVar("_Result")

Edit = Callable[[Doc[Any]], None]


class Engine:
    """One document of the engine. client_id: of edits made here; None draws one."""

    def __init__(self, client_id: int | None = None) -> None:
        self.doc: Doc[Any] = Doc(client_id=client_id)

    def apply(self, update: bytes) -> None:
        """Apply an update. Raises BadUpdate (nothing was applied) or EngineFailed."""
        _guarded(self.doc.apply_update, update)

    def apply_watched(self, update: bytes) -> bool:
        """Apply an update; whether it changed anything. Three times as slow as `apply`."""
        events: list[object] = []
        subscription = self.doc.observe(events.append)
        try:
            self.apply(update)
        finally:
            self.doc.unobserve(subscription)
        return bool(events)

    def would_take(self, update: bytes) -> bool:
        """Try an update on a copy. Costs as much as opening the document."""
        copy = Engine()
        try:
            copy.apply(self.state())
            copy.apply(update)
        except (BadUpdate, EngineFailed):
            return False
        return True

    def edit(self, edit: Edit) -> bytes | None:
        """Run an edit in one transaction; the update it made, None if it made none."""
        produced: list[bytes] = []
        subscription = self.doc.observe(lambda event: produced.append(event.update))
        try:
            _guarded(self._transact, edit)
        finally:
            self.doc.unobserve(subscription)
        return produced[0] if produced else None

    def state_vector(self) -> bytes:
        """Encode which structs are held."""
        return _guarded(self.doc.get_state)

    def clocks(self) -> dict[int, int]:
        """Which structs are held: client id -> next clock."""
        return read_state_vector(self.state_vector(), sys.maxsize, sys.maxsize)

    def state(self, state_vector: bytes | None = None) -> bytes:
        """Encode everything above a state vector, and the whole delete set.

        What waits for something is not in it (measured): see `collab.documents.document`, rule 3.
        """
        return _guarded(self.doc.get_update, state_vector)

    def _transact(self, edit: Edit) -> None:
        with self.doc.transaction():
            edit(self.doc)


def merged(updates: list[bytes]) -> bytes:
    """One update of several. Raises EngineFailed."""
    return _guarded(merge_updates, *updates)


def _guarded(call: Callable[..., _Result], *arguments: object) -> _Result:
    """Call the engine; its panics and refusals leave as errors of ours.

    A ValueError means that the bytes did not decode and nothing was applied. Anything else may
    have been applied in part.
    """
    try:
        return call(*arguments)
    except ValueError as error:
        raise BadUpdate(
            "the update passes the structural check but the engine refuses it",
            reason="engine_refused",
        ) from error
    except RuntimeError as error:
        raise EngineFailed("the engine could not apply a checked update") from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":  # pyo3: a BaseException, not importable
            raise EngineFailed("the engine panicked on a checked update") from error
        raise
