"""The stores that the conformance suite runs on: one more database is one more line here."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from builders import open_thread
from palabre.application.ports import Store
from palabre.domain.article import Thread
from palabre.storage.memory import MemoryStore
from palabre.storage.migrate import upgrade
from palabre.storage.store import SqlStore


def _memory(folder: Path) -> Store:
    return MemoryStore()


def _sqlite(folder: Path) -> SqlStore:
    url = f"sqlite:///{folder / 'palabre.db'}"
    upgrade(url)
    # What a power cut would do is not tested here, and waiting for the disk is slow.
    return SqlStore(url, durability="process")


STORES: dict[str, Callable[[Path], Store]] = {"memory": _memory, "sqlite": _sqlite}


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    opened = STORES[request.param](tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def sqlite_store(tmp_path: Path) -> Iterator[SqlStore]:
    opened = _sqlite(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def thread(store: Store) -> Thread:
    return open_thread(store)
