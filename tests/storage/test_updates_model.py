"""The log against a plain list: append, compact, quarantine, close and open, in any order."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from collab.records import Document, DocumentKind, DocumentUpdates, NewUpdate, Restaurant
from storage.database import open_database
from storage.documents import DocumentStore
from storage.updates import UpdateStore

NOW = datetime(2026, 1, 2, tzinfo=UTC)
NAMES = ("a", "b")
names = st.sampled_from(NAMES)
payloads = st.lists(st.binary(max_size=40), max_size=4)


class LogMachine(RuleBasedStateMachine):
    """One process with one database file; the model is a list of bytes per document."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.runner = asyncio.Runner()
        self.model: dict[str, list[bytes]] = {name: [] for name in NAMES}
        self.covered = dict.fromkeys(NAMES, 0)
        self.kept: dict[str, set[int]] = {name: set() for name in NAMES}
        self.aside: dict[str, set[int]] = {name: set() for name in NAMES}

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(work)

    @initialize()
    def begin(self) -> None:
        self.run(self._open())
        documents = DocumentStore(self.database)
        self.run(documents.create_restaurant(Restaurant("r", "R", NOW)))
        for name in NAMES:
            wanted = Document(name, DocumentKind.FREE, "r", "", 1, NOW)
            self.run(documents.create(wanted, None, "ann"))

    @rule(batch=st.lists(st.tuples(names, payloads), max_size=4))
    def append(self, batch: list[tuple[str, list[bytes]]]) -> None:
        for name, data in batch:
            self.model[name] += data
        appended = self.run(
            self.updates.append(
                [
                    DocumentUpdates(n, tuple(NewUpdate(d, "ann", "s", NOW) for d in data))
                    for n, data in batch
                ]
            )
        )
        assert dict(appended.tops) == {name: len(self.model[name]) for name, _ in batch}

    @rule(name=names, share=st.floats(0, 1), chance=st.randoms(use_true_random=False))
    def compact(self, name: str, share: float, chance: Any) -> None:
        upto = round(share * len(self.model[name]))
        if upto < max(1, self.covered[name]):
            return
        rows = self.kept[name] | set(range(self.covered[name] + 1, upto + 1))
        keep = {seq for seq in rows - self.aside[name] if chance.random() < 0.2}
        self.run(self.updates.compact(name, b"upto %d" % upto, upto, sorted(keep)))
        self.covered[name], self.kept[name] = upto, keep

    @rule(name=names, chance=st.randoms(use_true_random=False))
    def quarantine(self, name: str, chance: Any) -> None:
        seqs = {seq for seq in self._rows(name) if chance.random() < 0.1}
        self.run(self.updates.quarantine(name, sorted(seqs), "test"))
        self.aside[name] |= seqs
        self.kept[name] -= seqs

    @rule()
    def reopen(self) -> None:
        self.run(self.database.close())
        self.run(self._open())

    @invariant()
    def store_equals_model(self) -> None:
        for name in NAMES:
            stored = self.run(self.updates.load(name))
            assert (stored.top, stored.missing) == (len(self.model[name]), ())
            assert stored.snapshot_seq == self.covered[name]
            covered = self.covered[name]
            assert stored.snapshot == (b"upto %d" % covered if covered else None)
            expected = [(seq, self.model[name][seq - 1]) for seq in self._rows(name)]
            assert [(row.seq, row.data) for row in stored.updates] == expected

    def teardown(self) -> None:
        if hasattr(self, "database"):
            self.run(self.database.close())
        self.runner.close()
        self.folder.cleanup()

    async def _open(self) -> None:
        self.database = await open_database(Path(self.folder.name) / "menu.db")
        await self.database.migrate()
        self.updates = UpdateStore(self.database)

    def _rows(self, name: str) -> list[int]:
        above = range(self.covered[name] + 1, len(self.model[name]) + 1)
        return sorted((self.kept[name] | set(above)) - self.aside[name])


def test_log_behaves_like_a_list() -> None:
    run_state_machine_as_test(
        LogMachine, settings=settings(max_examples=15, stateful_step_count=20, deadline=None)
    )


@pytest.mark.full
def test_log_behaves_like_a_list_in_many_more_runs() -> None:
    run_state_machine_as_test(
        LogMachine, settings=settings(max_examples=400, stateful_step_count=50, deadline=None)
    )
