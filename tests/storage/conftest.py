"""Real databases for the tests of `storage`: SQLite files, and PostgreSQL where it can run."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from collab.records import (
    Appended,
    Document,
    DocumentKind,
    DocumentUpdates,
    NewUpdate,
    Restaurant,
)
from storage.database import Database, open_database
from storage.documents import DocumentStore
from storage.updates import UpdateStore

NOW = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)


@dataclass
class Store:
    """An open database with its stores and one restaurant."""

    url: str
    database: Database

    def __post_init__(self) -> None:
        self.documents = DocumentStore(self.database)
        self.updates = UpdateStore(self.database)

    async def document(self, document_id: str, first: bytes | None = None) -> Document:
        """Create a document in the one restaurant."""
        wanted = Document(document_id, DocumentKind.FREE, "bistro", "Lunch", 1, NOW)
        return await self.documents.create(wanted, first, "ann")

    async def append(self, document_id: str, *data: bytes) -> Appended:
        """Append updates to one document."""
        return await self.updates.append([entry(document_id, *data)])

    async def log(self, document_id: str) -> list[tuple[int, bytes]]:
        """The rows of one document."""
        stored = await self.updates.load(document_id)
        assert stored is not None
        return [(update.seq, update.data) for update in stored.updates]


def entry(document_id: str, *data: bytes) -> DocumentUpdates:
    """Updates of one document by one author."""
    return DocumentUpdates(
        document_id, tuple(NewUpdate(each, "ann", "session-1", NOW) for each in data)
    )


async def open_store(url: str, **options: Any) -> Store:
    """Open and migrate; the restaurant is there."""
    database = await open_database(url, **options)
    try:
        await database.migrate()
        store = Store(url, database)
        await store.documents.create_restaurant(Restaurant("bistro", "Bistro", NOW))
    except BaseException:
        await database.close()
        raise
    return store


Opener = Callable[..., Awaitable[Store]]


@pytest.fixture
async def opener() -> AsyncIterator[Opener]:
    """Opens stores by address; what the test leaves open is closed."""
    async with AsyncExitStack() as stack:

        async def opened(url: str | Path, **options: Any) -> Store:
            store = await open_store(str(url), **options)
            stack.push_async_callback(store.database.close)
            return store

        yield opened


@pytest.fixture(params=["sqlite", "postgresql"])
async def store(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    lay_out: Callable[[Path], Path],
    opener: Opener,
) -> Store:
    """The same test on both databases."""
    if request.param == "sqlite":
        return await opener(lay_out(tmp_path / "menu.db"))
    return await opener(request.getfixturevalue("migrated_postgres_url"))


@pytest.fixture
async def sqlite_store(tmp_path: Path, lay_out: Callable[[Path], Path], opener: Opener) -> Store:
    """A store on an SQLite file `menu.db` in tmp_path."""
    return await opener(lay_out(tmp_path / "menu.db"))


@pytest.fixture
def batch() -> Callable[..., DocumentUpdates]:
    """Builds updates of one document."""
    return entry
