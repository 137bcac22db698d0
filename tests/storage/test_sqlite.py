"""What only SQLite can be asked: its locks, its disk, its file, its triggers."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from builders import a_body, a_decision, a_record, a_stored, keep, open_thread
from palabre.application.ports import Sort
from palabre.domain.comment import Status
from palabre.domain.errors import Code, Refusal
from palabre.storage import log_sync
from palabre.storage.migrate import upgrade
from palabre.storage.store import SqlStore

WORDS = "Xylophage-Quintessence"


def raw(folder: Path) -> sqlite3.Connection:
    return sqlite3.connect(folder / "palabre.db", isolation_level=None, timeout=0)


def on_disk(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("palabre.db*"))


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///:memory:", "postgresql+asyncpg://db/x", "mysql://db/x"]
)
def test_other_databases_are_refused_by_name(url: str):
    with pytest.raises(ValueError, match="sqlite:///path"):
        SqlStore(url)


def test_an_unknown_durability_is_refused():
    with pytest.raises(ValueError, match="power, process"):
        SqlStore("sqlite:///x.db", durability="none")


def test_every_connection_is_told_what_it_needs(tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'palabre.db'}"
    upgrade(url)
    for durability in ("power", "process"):
        store = SqlStore(url, durability=durability, patience=1.5)
        for transaction in (store._database.reading, store._database.writing):
            with transaction() as connection:

                def pragma(name: str, asked: sa.Connection = connection) -> object:
                    return asked.exec_driver_sql(f"PRAGMA {name}").scalar()

                assert pragma("journal_mode") == "wal"
                assert pragma("synchronous") == 1
                assert pragma("foreign_keys") == 1
                assert pragma("secure_delete") == 1
                assert pragma("busy_timeout") == 1500
        store.close()


def test_a_locked_database_is_busy_and_nothing_is_half_written(tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'palabre.db'}"
    upgrade(url)
    store = SqlStore(url, patience=0.05)
    thread = open_thread(store)
    other = raw(tmp_path)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Refusal) as refused:
        keep(store, a_stored(thread))
    assert refused.value.code is Code.STORE_BUSY
    assert isinstance(refused.value.__cause__, sa.exc.OperationalError)
    with store.reading() as unit:  # readers go on
        assert unit.threads.get(thread.id) == thread
    other.execute("ROLLBACK")
    other.close()
    keep(store, a_stored(thread))
    store.close()


def test_a_writer_that_waits_too_long_for_another_thread_is_told_so(tmp_path: Path):
    url = f"sqlite:///{tmp_path / 'palabre.db'}"
    upgrade(url)
    store = SqlStore(url, patience=0.05)
    with store.writing(), pytest.raises(Refusal) as refused, store.writing():
        pass
    assert refused.value.code is Code.STORE_BUSY
    store.close()


def test_a_full_disk_is_said_and_nothing_is_half_written(sqlite_store: SqlStore):
    thread = open_thread(sqlite_store)
    kept = keep(sqlite_store, a_stored(thread))
    with sqlite_store._database.writing() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    long = a_stored(thread, text="mot " * 20_000)
    for _ in range(3):
        with pytest.raises(Refusal) as refused:
            keep(sqlite_store, long)
        assert refused.value.code is Code.STORE_FULL
        assert isinstance(refused.value.__cause__, sa.exc.OperationalError)
    with sqlite_store.reading() as unit:
        assert unit.comments.get(long.comment.id) is None
        (only,) = unit.comments.roots(thread.id, Sort.NEWEST, limit=9, after=None)
        assert only == kept
    with sqlite_store._database.writing() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
    keep(sqlite_store, long)


def test_what_is_acknowledged_was_on_the_disk_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """A power cut keeps at least what the last flush found: look whether that is enough."""
    url = f"sqlite:///{tmp_path / 'palabre.db'}"
    upgrade(url)
    store = SqlStore(url)
    thread = open_thread(store)
    flushed = tmp_path / "flushed"
    flushed.mkdir()
    real = log_sync._sync
    flushes = []

    def sync(log: int) -> None:
        for path in tmp_path.glob("palabre.db*"):
            shutil.copy(path, flushed)
        flushes.append(log)
        real(log)

    monkeypatch.setattr(log_sync, "_sync", sync)
    for _ in range(5):
        stored = keep(store, a_stored(thread))
        with sqlite3.connect(flushed / "palabre.db") as image:
            key = bytes.fromhex(stored.comment.id.replace("-", ""))
            assert image.execute("SELECT 1 FROM comments WHERE id = ?", [key]).fetchone() == (1,)
        image.close()
    with ThreadPoolExecutor(8) as pool:  # those who come together share
        list(pool.map(lambda _: keep(store, a_stored(thread)), range(64)))
    assert 5 < len(flushes) < 5 + 64
    store.close()


def test_a_log_that_cannot_be_flushed_is_not_trusted_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    url = f"sqlite:///{tmp_path / 'palabre.db'}"
    upgrade(url)
    store = SqlStore(url)
    thread = open_thread(store)

    def broken(_: int) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as disk:
        disk.setattr(log_sync, "_sync", broken)
        with pytest.raises(Refusal) as refused:
            keep(store, a_stored(thread))
        assert refused.value.code is Code.STORE_FAILED
    with store.reading() as unit:
        assert unit.threads.get(thread.id) is not None  # somebody reads from the log
        with pytest.raises(Refusal) as refused:
            keep(store, a_stored(thread))
        assert refused.value.code is Code.STORE_FAILED
    kept = keep(store, a_stored(thread))
    with store.reading() as unit:
        assert unit.comments.stored(kept.comment.id) == kept
    store.close()


def test_a_file_that_is_no_database_or_cannot_be_made_has_failed(tmp_path: Path):
    (tmp_path / "palabre.db").write_bytes(b"not a database" * 1000)
    for path in (tmp_path / "palabre.db", tmp_path / "no" / "such" / "folder.db"):
        store = SqlStore(f"sqlite:///{path}")
        with pytest.raises(Refusal) as refused:
            store.check()
        assert refused.value.code is Code.STORE_FAILED
        store.close()


def test_a_bug_is_no_refusal_and_its_message_holds_no_words(sqlite_store: SqlStore):
    stored = a_stored("018f0000-0000-7000-8000-000000000000", text=WORDS)
    with pytest.raises(sa.exc.IntegrityError) as raised:
        keep(sqlite_store, stored)
    assert WORDS not in str(raised.value)
    with pytest.raises(ValueError, match="time zone"):
        keep(sqlite_store, a_stored(created_at=stored.comment.created_at.replace(tzinfo=None)))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE decisions SET verdict = 'publish'",
        "UPDATE OR REPLACE decisions SET position = 1",
        "DELETE FROM decisions",
        "REPLACE INTO decisions SELECT * FROM decisions",
        "INSERT OR REPLACE INTO decisions SELECT * FROM decisions",
    ],
)
def test_the_database_itself_refuses_to_change_a_decision(
    sqlite_store: SqlStore, tmp_path: Path, statement: str
):
    stored = keep(sqlite_store, a_stored(open_thread(sqlite_store)))
    with sqlite_store.reading() as unit:
        before = unit.decisions.history(stored.comment.id)
    # A plain connection without any of our settings: whoever opens the file meets the trigger.
    other = raw(tmp_path)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        other.execute(statement)
    other.close()
    with sqlite_store.reading() as unit:
        assert unit.decisions.history(stored.comment.id) == before


def test_decisions_hold_no_words(sqlite_store: SqlStore, tmp_path: Path):
    stored = a_stored(open_thread(sqlite_store), text=WORDS, name="Zoé")
    keep(sqlite_store, stored)
    other = raw(tmp_path)
    columns = [row[1] for row in other.execute("PRAGMA table_info(decisions)")]
    assert not {"text", "note", "name", "email", "quote"} & set(columns)
    assert WORDS not in str(other.execute("SELECT * FROM decisions").fetchall())
    other.close()


def test_erased_words_leave_the_file_and_its_log(sqlite_store: SqlStore, tmp_path: Path):
    thread = open_thread(sqlite_store)
    around = [a_stored(thread, text=f"Autour {n} " * 30) for n in range(200)]
    for stored in around[:100]:
        keep(sqlite_store, stored)
    secret = a_stored(thread, text=WORDS * 50, name=WORDS, email=f"{WORDS}@example.org")
    keep(sqlite_store, secret, source="f00d" * 16)
    note = a_record(secret, a_decision(), note=WORDS)
    with sqlite_store.writing() as unit:
        unit.comments.revise(secret.comment.id, a_body(WORDS * 3000, revision=2), note.at)
        unit.decisions.add(note)
    for stored in around[100:]:
        keep(sqlite_store, stored)
    assert WORDS.encode() in on_disk(tmp_path)
    with sqlite_store.writing() as unit:
        unit.comments.move(secret.comment.id, Status.DELETED)
        unit.comments.erase_words(secret.comment.id)
    assert WORDS.encode() not in on_disk(tmp_path)
    assert b"f00d" * 16 not in on_disk(tmp_path)


def test_words_erased_under_a_readers_eyes_leave_with_a_later_write(
    sqlite_store: SqlStore, tmp_path: Path
):
    thread = open_thread(sqlite_store)
    secret = keep(sqlite_store, a_stored(thread, text=WORDS))
    with sqlite_store.reading() as unit:
        assert unit.comments.stored(secret.comment.id) is not None
        with sqlite_store.writing() as other:
            other.comments.erase_words(secret.comment.id)
        assert WORDS.encode() in on_disk(tmp_path)
        assert unit.comments.stored(secret.comment.id) == secret
    keep(sqlite_store, a_stored(thread))
    assert WORDS.encode() not in on_disk(tmp_path)


_WRITER = """
import sys
from builders import a_stored, a_record, an_event
from palabre.storage.store import SqlStore
store = SqlStore(sys.argv[1])
with store.reading() as unit:
    thread = unit.threads.get(sys.argv[2])
while True:
    stored = a_stored(thread, text="Un commentaire. " * 40)
    with store.writing() as unit:
        unit.comments.add(stored, source="a" * 64)
        unit.decisions.add(a_record(stored))
        unit.outbox.put(an_event(stored))
    print(stored.comment.id, flush=True)
"""


@pytest.mark.process
def test_what_was_acknowledged_survives_a_kill_in_mid_write(sqlite_store: SqlStore, tmp_path: Path):
    thread = open_thread(sqlite_store)
    url = f"sqlite:///{tmp_path / 'palabre.db'}"
    acknowledged: list[str] = []
    for round_ in range(3):
        writer = subprocess.Popen(
            [sys.executable, "-c", _WRITER, url, thread.id],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        assert writer.stdout is not None
        acknowledged += [writer.stdout.readline().strip() for _ in range(20 + 17 * round_)]
        writer.send_signal(signal.SIGKILL)
        acknowledged += writer.stdout.read().split()
        writer.stdout.close()
        writer.wait()
    acknowledged = [i for i in acknowledged if len(i) == 36]
    with sqlite_store.reading() as unit:
        found = unit.comments.roots(thread.id, Sort.OLDEST, limit=100_000, after=None)
        ids = {stored.comment.id for stored in found}
        assert set(acknowledged) <= ids
        assert all(stored.body is not None for stored in found)
        assert all(unit.decisions.latest(i) is not None for i in ids)
        assert len(unit.outbox.waiting(limit=100_000)) == len(ids)
        now = unit.threads.get(thread.id)
        assert now is not None
        assert now.public_count == len(ids)
    other = raw(tmp_path)
    assert other.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert other.execute("PRAGMA foreign_key_check").fetchall() == []
    other.close()
