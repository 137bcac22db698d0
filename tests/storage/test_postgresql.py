"""What only PostgreSQL can be asked: its locks, its limits, its triggers, and its death."""

import threading
import time
from collections.abc import Callable, Iterator

import psycopg
import pytest
import sqlalchemy as sa

from builders import a_stored, a_thread, an_article, an_event, keep, open_thread
from databases import Postgresql
from palabre.application.ports import Sort
from palabre.domain.article import Thread
from palabre.domain.errors import Code, Refusal
from palabre.storage.migrate import downgrade, upgrade
from palabre.storage.schema import EXPECTED
from palabre.storage.store import SqlStore

WITHIN = 0.3


def soon(happened: Callable[[], bool], within: float = WITHIN) -> bool:
    end = time.monotonic() + within
    while time.monotonic() < end:
        if happened():
            return True
        time.sleep(0.01)
    return happened()


def raw(url: str) -> psycopg.Connection:
    plain = sa.make_url(url).set(drivername="postgresql")
    return psycopg.connect(plain.render_as_string(hide_password=False))


@pytest.fixture
def mortal() -> Iterator[Postgresql]:
    """A server that a test may kill."""
    server = Postgresql(own=True)
    yield server
    server.close()


def test_every_connection_is_told_what_it_needs(postgresql_url: str):
    store = SqlStore(postgresql_url, patience=1.5)
    for transaction, isolation, read_only in (
        (store._database.reading, "repeatable read", "on"),
        (store._database.writing, "read committed", "off"),
    ):
        with transaction() as connection:

            def show(name: str, asked: sa.Connection = connection) -> object:
                return asked.exec_driver_sql(f"SHOW {name}").scalar()

            assert show("transaction_isolation") == isolation
            assert show("transaction_read_only") == read_only
            assert show("lock_timeout") == "1500ms"
            assert show("statement_timeout") == "30s"
            assert show("idle_in_transaction_session_timeout") == "1min"
    store.close()


@pytest.mark.parametrize("durability", ["power", "process"])
def test_a_locked_thread_is_busy_and_another_is_not(postgresql_url: str, durability: str):
    store = SqlStore(postgresql_url, patience=0.1, durability=durability)
    thread = open_thread(store)
    other = open_thread(store, an_article(key="/other"))
    with raw(postgresql_url) as holder:
        holder.execute("SELECT 1 FROM threads WHERE id = %s FOR UPDATE", [thread.id])
        with pytest.raises(Refusal) as refused:
            keep(store, a_stored(thread))
        assert refused.value.code is Code.STORE_BUSY
        keep(store, a_stored(other))
        with store.reading() as unit:
            assert unit.threads.get(thread.id) == thread
        holder.rollback()
    keep(store, a_stored(thread))
    store.close()


def test_a_statement_without_end_is_busy(postgresql_store: SqlStore):
    slow = "SET LOCAL statement_timeout = 50; SELECT pg_sleep(5)"
    with pytest.raises(Refusal) as refused, postgresql_store._database.writing() as connection:
        connection.exec_driver_sql(slow)
    assert refused.value.code is Code.STORE_BUSY


def test_of_two_who_block_each_other_one_is_told_to_try_again(postgresql_store: SqlStore):
    store = postgresql_store
    threads = [open_thread(store, an_article(key=f"/{n}")) for n in range(2)]
    met = threading.Barrier(2)
    outcomes: list[object] = []

    def post(first: Thread, second: Thread) -> None:
        try:
            with store.writing() as unit:
                unit.comments.add(a_stored(first), source=None)
                unit.threads.get(first.id)  # a question sends what waited, and takes the lock
                met.wait()
                unit.comments.add(a_stored(second), source=None)
            outcomes.append("done")
        except Refusal as refusal:
            outcomes.append(refusal.code)

    hands = [threading.Thread(target=post, args=threads[::step]) for step in (1, -1)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert sorted(map(str, outcomes)) == ["done", "store_busy"]
    with store.reading() as unit:
        found = [unit.threads.get(thread.id) for thread in threads]
    assert [thread.public_count for thread in found if thread] == [1, 1]


def test_of_many_who_open_a_thread_the_late_ones_leave_nothing(
    postgresql_store: SqlStore, postgresql_url: str
):
    open_thread(postgresql_store)
    met = threading.Barrier(4)

    def begin() -> None:
        with postgresql_store.writing() as unit:
            assert unit.threads.find("https://journal.example", "/new") is None
            met.wait()
            unit.threads.add(a_thread(an_article(key="/new")))

    hands = [threading.Thread(target=begin) for _ in range(4)]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    with raw(postgresql_url) as other:
        assert other.execute("SELECT count(*) FROM threads").fetchone() == (2,)


def test_more_threads_than_connections_wait_for_one(postgresql_url: str):
    store = SqlStore(postgresql_url, readers=1, patience=0.1)
    with store.reading(), pytest.raises(Refusal) as refused, store.reading():
        pass
    assert refused.value.code is Code.STORE_BUSY
    store.close()


def test_a_full_disk_is_said_and_nothing_is_half_written(
    postgresql_store: SqlStore, postgresql_url: str
):
    store = postgresql_store
    thread = open_thread(store)
    kept = keep(store, a_stored(thread))
    with raw(postgresql_url) as owner:  # what the server says when a file cannot grow
        owner.execute(
            "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'disk_full'; END $$"
        )
        owner.execute(
            "CREATE TRIGGER full_disk BEFORE INSERT ON comment_bodies"
            " FOR EACH ROW EXECUTE FUNCTION full_disk()"
        )
    lost = a_stored(thread)
    with pytest.raises(Refusal) as refused:
        keep(store, lost)
    assert refused.value.code is Code.STORE_FULL
    with raw(postgresql_url) as owner:
        owner.execute("DROP TRIGGER full_disk ON comment_bodies")
    with store.reading() as unit:
        (only,) = unit.comments.roots(thread.id, Sort.NEWEST, limit=9, after=None)
    assert only == kept
    keep(store, lost)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE decisions SET verdict = 'publish'",
        "DELETE FROM decisions",
        "TRUNCATE decisions CASCADE",
        "INSERT INTO decisions SELECT * FROM decisions ON CONFLICT (id) DO UPDATE SET at = now()",
    ],
)
def test_the_database_itself_refuses_to_change_a_decision(
    postgresql_store: SqlStore, postgresql_url: str, statement: str
):
    stored = keep(postgresql_store, a_stored(open_thread(postgresql_store)))
    with postgresql_store.reading() as unit:
        before = unit.decisions.history(stored.comment.id)
    with raw(postgresql_url) as other, pytest.raises(psycopg.Error, match="append-only"):
        other.execute(statement)
    with postgresql_store.reading() as unit:
        assert unit.decisions.history(stored.comment.id) == before


def test_other_processes_are_told_which_thread_changed(
    postgresql_store: SqlStore, postgresql_url: str
):
    thread = open_thread(postgresql_store)
    other = SqlStore(postgresql_url)
    heard: list[str | None] = []
    own: list[str | None] = []
    other.watch(heard.append)
    postgresql_store.watch(own.append)
    keep(postgresql_store, a_stored(thread))
    assert own == [thread.id]
    assert soon(lambda: heard == [thread.id])
    with pytest.raises(ZeroDivisionError), postgresql_store.writing() as unit:  # noqa: PT012
        unit.comments.add(a_stored(thread), source=None)
        raise ZeroDivisionError
    with postgresql_store.writing() as unit:
        for n in range(200):
            unit.comments.add(
                a_stored(unit.threads.add(a_thread(an_article(key=f"/{n}")))), source=None
            )
    assert soon(lambda: heard == [thread.id, None])
    time.sleep(WITHIN)
    assert heard == [thread.id, None]
    assert len(own) == 201  # told once each, and not again by the server
    other.close()


def test_a_listener_comes_back_and_says_that_it_was_away(
    postgresql_store: SqlStore, postgresql_url: str, postgresql: Postgresql
):
    thread = open_thread(postgresql_store)
    heard: list[str | None] = []
    end = postgresql_store.watch(heard.append)
    for count in (1, 2):
        postgresql.cut()
        assert soon(lambda count=count: heard == [None] * count, within=3)
    keep(postgresql_store, a_stored(thread))
    assert heard == [None, None, thread.id]
    end()


def test_connections_that_died_idle_are_replaced_unnoticed(
    postgresql_store: SqlStore, postgresql_url: str, postgresql: Postgresql
):
    thread = open_thread(postgresql_store)
    for _ in range(3):
        keep(postgresql_store, a_stored(thread))
        postgresql.cut()
        time.sleep(0.05)
        with postgresql_store.reading() as unit:
            assert unit.threads.get(thread.id) is not None


def test_a_migration_that_would_hold_up_the_house_fails_and_changes_nothing(postgresql_url: str):
    downgrade(postgresql_url, "0002")
    with raw(postgresql_url) as holder:
        holder.execute("LOCK TABLE comments IN ROW EXCLUSIVE MODE")  # a writer that takes its time
        with pytest.raises(Refusal) as refused:
            upgrade(postgresql_url)
        assert refused.value.code is Code.STORE_BUSY
        found = holder.execute("SELECT version_num FROM alembic_version").fetchall()
    assert found == [("0002",)]
    assert upgrade(postgresql_url) == EXPECTED


@pytest.mark.process
def test_a_server_that_is_killed_is_missed_and_found_again(mortal: Postgresql):
    url = mortal.database()
    store = SqlStore(url)
    thread = open_thread(store)
    heard: list[str | None] = []
    store.watch(heard.append)
    mortal.kill()
    for attempt in (lambda: keep(store, a_stored(thread)), store.check):
        with pytest.raises(Refusal) as refused:
            attempt()
        assert refused.value.code is Code.STORE_FAILED
    mortal.start()
    kept = keep(store, a_stored(thread))
    with store.reading() as unit:
        assert unit.comments.stored(kept.comment.id) == kept
    assert soon(lambda: None in heard, within=5)
    store.close()


@pytest.mark.process
def test_nothing_acknowledged_is_lost_when_the_server_is_killed(mortal: Postgresql):
    store = SqlStore(mortal.database())
    threads = [open_thread(store, an_article(key=f"/{n}")) for n in range(2)]
    acknowledged: list[str] = []
    refused: list[Code] = []
    for _ in range(3):
        stop = threading.Event()

        def post(hand: int, stop: threading.Event = stop) -> None:
            while not stop.is_set():
                stored = a_stored(threads[hand % 2])
                try:
                    keep(store, stored)
                    acknowledged.append(stored.comment.id)
                except Refusal as refusal:
                    refused.append(refusal.code)
                    time.sleep(0.01)

        hands = [threading.Thread(target=post, args=(hand,)) for hand in range(6)]
        for hand in hands:
            hand.start()
        time.sleep(0.4)
        mortal.kill()
        stop.set()
        for hand in hands:
            hand.join()
        mortal.start()
        with store.reading() as unit:
            assert all(unit.comments.get(i) is not None for i in acknowledged)
            assert all(unit.decisions.latest(i) is not None for i in acknowledged)
    assert len(acknowledged) > 50
    assert set(refused) <= {Code.STORE_FAILED, Code.STORE_BUSY}
    store.close()


def test_a_failure_among_statements_sent_together_undoes_all_of_them(postgresql_store: SqlStore):
    kept = keep(postgresql_store, a_stored(open_thread(postgresql_store)))
    fresh = a_stored(open_thread(postgresql_store))
    with pytest.raises(sa.exc.IntegrityError), postgresql_store.writing() as unit:  # noqa: PT012
        unit.comments.add(fresh, source=None)
        unit.comments.add(kept, source=None)  # its key is taken
        unit.outbox.put(an_event(fresh))
    with postgresql_store.reading() as unit:
        assert unit.comments.get(fresh.comment.id) is None
        assert list(unit.outbox.waiting(limit=10)) == []
    with postgresql_store.writing() as unit:
        unit.comments.add(fresh, source=None)
        assert unit.comments.get(fresh.comment.id) is not None  # what waits is sent before a look
