"""SQLite tells of other processes' commits within 0.3 seconds, and of none that were its own."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from builders import a_stored, keep, open_thread
from palabre.storage.store import SqlStore

WITHIN = 0.3
_WRITER = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1])
database.execute("UPDATE threads SET version = version + 1")
database.commit()
"""


def soon(happened: Callable[[], bool], within: float = WITHIN) -> bool:
    end = time.monotonic() + within
    while time.monotonic() < end:
        if happened():
            return True
        time.sleep(0.01)
    return happened()


def test_what_another_process_commits_is_told_as_anything(sqlite_store: SqlStore, tmp_path: Path):
    thread = open_thread(sqlite_store)
    told: list[str | None] = []
    end = sqlite_store.watch(told.append)
    for count in (1, 2):
        subprocess.run(
            [
                sys.executable,
                "-c",
                _WRITER,
                tmp_path / "palabre.db",
            ],
            check=True,
        )
        assert soon(lambda count=count: told == [None] * count)
    time.sleep(WITHIN)
    assert told == [None] * 2
    keep(sqlite_store, a_stored(thread))
    time.sleep(WITHIN)
    assert told == [None, None, thread.id]
    end()


def test_two_stores_on_one_file_tell_each_other(sqlite_store: SqlStore, tmp_path: Path):
    other = SqlStore(f"sqlite:///{tmp_path / 'palabre.db'}", durability="process")
    thread = open_thread(sqlite_store)
    heard: dict[str, list[str | None]] = {"one": [], "other": []}
    sqlite_store.watch(heard["one"].append)
    other.watch(heard["other"].append)
    keep(sqlite_store, a_stored(thread))
    assert soon(lambda: heard["other"] == [None])
    keep(other, a_stored(thread))
    assert soon(lambda: heard["one"] == [thread.id, None])
    time.sleep(WITHIN)
    assert heard == {"one": [thread.id, None], "other": [None, thread.id]}
    other.close()


def test_watching_costs_no_write_its_turn(sqlite_store: SqlStore):
    thread = open_thread(sqlite_store)
    told: list[str | None] = []
    sqlite_store.watch(told.append)
    with sqlite_store.writing() as unit:
        unit.comments.add(a_stored(thread), source=None)
        time.sleep(WITHIN)  # several looks meanwhile find the writer busy
    keep(sqlite_store, a_stored(thread))
    time.sleep(WITHIN)
    assert [t for t in told if t] == [thread.id] * 2
