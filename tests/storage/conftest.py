"""The stores that the conformance suite runs on: one more database is one more word here."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from builders import open_thread
from databases import Postgresql, sqlite_database
from palabre.application.ports import Store
from palabre.domain.article import Thread
from palabre.storage.memory import MemoryStore
from palabre.storage.store import SqlStore


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Postgresql]:
    """One server for all tests of a process."""
    server = Postgresql()
    yield server
    server.close()


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "memory":
        opened: Store = MemoryStore()
    else:
        # What a power cut would do is not tested here, and waiting for the disk is slow.
        opened = SqlStore(request.getfixturevalue(f"{request.param}_url"), durability="process")
    yield opened
    opened.close()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return sqlite_database(tmp_path / "palabre.db")


@pytest.fixture
def postgresql_url(postgresql: Postgresql) -> Iterator[str]:
    url = postgresql.database()
    yield url
    postgresql.drop(url)


@pytest.fixture
def sqlite_store(sqlite_url: str) -> Iterator[SqlStore]:
    opened = SqlStore(sqlite_url, durability="process")
    yield opened
    opened.close()


@pytest.fixture
def postgresql_store(postgresql_url: str) -> Iterator[SqlStore]:
    opened = SqlStore(postgresql_url)
    yield opened
    opened.close()


@pytest.fixture
def thread(store: Store) -> Thread:
    return open_thread(store)
