"""A drill proves nothing unless its ledger notices what is lost."""

from pathlib import Path
from typing import Any

import pytest

from builders import NOON, a_stored, keep, open_thread
from palabre.storage.database import open_database
from palabre.storage.migrate import upgrade
from palabre.storage.store import SqlStore

VOTER = "v" * 64


@pytest.fixture
def told(tmp_path: Path) -> Any:
    """Return a database, its one comment's id, and the ledger of what was acknowledged."""
    from drill_ledger import Known, Ledger

    url = f"sqlite:///{tmp_path / 'palabre.db'}"
    upgrade(url)
    store = SqlStore(url, durability="process")
    stored = keep(store, a_stored(open_thread(store), text="Bonjour."))
    with store.writing() as unit:
        unit.votes.cast(stored.comment.id, VOTER, 1, NOON)
    store.close()
    ledger = Ledger()
    known = Known("https://example.org/a", "Bonjour.", "published", "token")
    ledger.comments[stored.comment.id] = known
    ledger.votes[stored.comment.id, VOTER] = {1}
    return url, stored.comment.id, ledger


def found(url: str, ledger: Any) -> str:
    database = open_database(url)
    try:
        with database.reading() as connection:
            return "\n".join(ledger.differences(connection))
    finally:
        database.close()


def run(url: str, statement: str) -> None:
    database = open_database(url)
    with database.writing() as connection:
        connection.exec_driver_sql(statement)
    database.close()


def test_what_is_as_acknowledged_is_no_difference(told):
    url, _, ledger = told
    assert found(url, ledger) == ""


def test_a_lost_comment_vote_or_decision_is_noticed(told):
    url, comment_id, ledger = told
    known = ledger.comments[comment_id]
    ledger.comments["00000000-0000-7000-8000-000000000000"] = known
    ledger.votes[comment_id, "w" * 64] = {-1}
    known.by_moderator = True
    said = found(url, ledger)
    assert "lost" in said
    assert "0 where [-1] was acknowledged" in said
    assert "the moderator's decision is lost" in said


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("UPDATE comment_bodies SET text = 'Bonj'", "commitment"),
        ("DELETE FROM comment_bodies", "without their words"),
        ("DELETE FROM votes", "votes for"),
        ("UPDATE comments SET status = 'held'", "not what was acknowledged"),
        ("UPDATE threads SET public_count = 2", "public comments"),
    ],
)
def test_half_a_comment_is_noticed(told, statement, says):
    url, _, ledger = told
    run(url, statement)
    assert says in found(url, ledger)


def test_a_change_cut_off_may_have_happened_whole_or_not_at_all(told):
    url, comment_id, ledger = told
    ledger.comments[comment_id].maybe = (2, None, "Bonsoir.")
    ledger.votes[comment_id, VOTER] = {1, -1}
    assert found(url, ledger) == ""
    run(url, "UPDATE comments SET revision = 2")
    assert "not what was acknowledged" in found(url, ledger)
