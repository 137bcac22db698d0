"""Whoever changes, removes or adds a row of the log behind the house's back is found out."""

import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from builders import (
    NOON,
    StillClock,
    a_decision,
    a_moderator,
    a_record,
    a_stored,
    an_id,
    keep,
    open_thread,
)
from palabre.application.keep_ledger import KeepLedger
from palabre.application.verify_ledger import Verified, VerifyLedger
from palabre.domain.comment import Status
from palabre.domain.decision import Verdict
from palabre.domain.ledger import Entry, LineKind, Words
from palabre.storage.store import SqlStore

_TRIGGERS = "SELECT name FROM sqlite_master WHERE type = 'trigger'"


@pytest.fixture
def house(sqlite_store: SqlStore, sqlite_url: str) -> tuple[SqlStore, Path]:
    """A house with decisions, a report and its words, all in the chain."""
    thread, claire = open_thread(sqlite_store), a_moderator()
    for n in range(3):
        stored = keep(sqlite_store, a_stored(thread, status=Status.REFUSED, text=f"Texte {n}."))
        with sqlite_store.writing() as unit:
            record = a_record(stored, a_decision(Verdict.REFUSE), moderator=claire)
            unit.decisions.add(record)
    with sqlite_store.writing() as unit:
        unit.ledger.add(
            Entry(id=an_id(), kind=LineKind.REPORT, site_id="le-journal", at=NOON),
            Words(salt=b"s" * 32, texts={"why": "Injure."}),
        )
    KeepLedger(store=sqlite_store, clock=StillClock(), rule_of=lambda *_: None)()
    return sqlite_store, Path(sa.make_url(sqlite_url).database or "")


def verified(store: SqlStore) -> Verified:
    return VerifyLedger(store=store, clock=StillClock(NOON + timedelta(hours=1)))()


def by_hand(path: Path, statement: str) -> None:
    """Do what somebody with the file and a shell can do: triggers are no lock."""
    with sqlite3.connect(path) as connection:
        for (name,) in connection.execute(_TRIGGERS).fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        assert connection.execute(statement).rowcount
    connection.close()


def test_an_honest_ledger_is_whole(house: tuple[SqlStore, Path]):
    found = verified(house[0])
    assert found.wrong == ()
    assert found.lines == 13  # 6 decisions, 6 statements of reasons, 1 report
    assert found.waiting == 0


def test_the_database_itself_refuses_a_change(house: tuple[SqlStore, Path]):
    with sqlite3.connect(house[1]) as connection:
        for statement in ("UPDATE ledger SET site_id = 'x'", "DELETE FROM ledger"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                connection.execute(statement)
    connection.close()


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("UPDATE ledger SET content = '{}' WHERE number = 5", "line 5"),
        ("UPDATE ledger SET at = at - 1 WHERE number = 1", "line 1"),
        ("UPDATE ledger SET comment_id = NULL WHERE number = 3", "line 3"),
        ("DELETE FROM ledger WHERE number = 7", "line 7 is missing"),
        ("DELETE FROM ledger WHERE number = 13", "its end was cut off"),
        ("UPDATE decisions SET verdict = 'publish' WHERE position = 2", "was changed"),
        ("UPDATE decisions SET actor_id = 'paul' WHERE position = 4", "was changed"),
        ("UPDATE decisions SET evidence = '[]' WHERE position = 1", "was changed"),
        ("UPDATE decisions SET at = at + 1000000 WHERE position = 6", "was changed"),
        ("DELETE FROM decisions WHERE position = 6", "is gone"),
        ("""UPDATE ledger_words SET texts = '{"why": "Rien."}'""", "the words of line 1"),
        ("UPDATE ledger_head SET hash = '0'", "cut off or changed"),
    ],
)
def test_tampering_is_found_and_said(house: tuple[SqlStore, Path], statement: str, says: str):
    store, path = house
    by_hand(path, statement)
    assert any(says in sentence for sentence in verified(store).wrong), verified(store).wrong


def test_every_single_line_is_watched(house: tuple[SqlStore, Path]):
    store, path = house
    for number in range(1, 14):
        change = f"UPDATE ledger SET site_id = 'x{number}' WHERE number = {number}"  # noqa: S608
        by_hand(path, change)
        assert f"line {number} " in " ".join(verified(store).wrong)


def test_a_decision_that_nobody_brought_in_waits_however_long(house: tuple[SqlStore, Path]):
    store, _ = house
    keep(store, a_stored(open_thread(store)))
    for found in (verified(store), VerifyLedger(store=store, clock=StillClock(NOON))()):
        assert (found.wrong, found.waiting) == ((), 1)


def test_erasing_words_leaves_the_chain_whole(house: tuple[SqlStore, Path]):
    store, _ = house
    with store.writing() as unit:
        lines = unit.ledger.chain(after=0, limit=99)
        unit.ledger.erase_words([line.id for line in lines])
        for comment_id in {line.comment_id for line in lines if line.comment_id}:
            unit.comments.erase_words(comment_id)
    assert verified(store).wrong == ()
