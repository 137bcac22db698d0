"""Kill in mid-write, again and again: nothing acknowledged is lost, and nothing is half there."""

import json
import os
import signal
import subprocess
import sys
import threading
from typing import Any

import pytest

from builders import a_site, open_thread
from palabre.application.ports import Sort, Store
from palabre.domain.comment import Status
from palabre.storage.store import SqlStore

ROUNDS = 10
# Three hands post, vote and decide, and say so once it is done.
_WRITER = """
import json, sys, threading, uuid
from builders import NOON, a_decision, a_record, a_stored, an_event
from palabre.application.tokens import key_of
from palabre.domain.comment import Status
from palabre.domain.decision import Verdict
from palabre.domain.identifier import new_id
from datetime import UTC, datetime
from palabre.storage.store import SqlStore
store = SqlStore(sys.argv[1])
with store.reading() as unit:
    thread = unit.threads.get(sys.argv[2])
say = threading.Lock()
def tell(*words):
    with say:
        print(json.dumps(words), flush=True)
def work():
    while True:
        stored = a_stored(thread, id=new_id(datetime.now(UTC)), text="Un commentaire. " * 40)
        comment_id = stored.comment.id
        with store.writing() as unit:
            unit.comments.add(stored, source="a" * 64)
            unit.decisions.add(a_record(stored, id=new_id(datetime.now(UTC))))
            unit.outbox.put(an_event(stored, id=new_id(datetime.now(UTC))))
        tell("comment", comment_id)
        voter = key_of(str(uuid.uuid4()))
        with store.writing() as unit:
            unit.votes.cast(comment_id, voter, 1, NOON)
        tell("vote", comment_id, voter)
        record = a_record(stored, a_decision(Verdict.REFUSE), id=new_id(datetime.now(UTC)))
        with store.writing() as unit:
            unit.comments.move(comment_id, Status.REFUSED)
            unit.decisions.add(record)
        tell("decision", comment_id, record.id)
for _ in range(3):
    threading.Thread(target=work).start()
"""


def killed(url: str, thread_id: str, after: int) -> list[list[Any]]:
    """Run the writer until it has said something ``after`` times, kill it, return what it said."""
    writer = subprocess.Popen(
        [sys.executable, "-c", _WRITER, url, thread_id],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert writer.stdout is not None
    lines = [writer.stdout.readline() for _ in range(after)]
    writer.send_signal(signal.SIGKILL)
    lines += writer.stdout.read().splitlines(keepends=True)
    writer.stdout.close()
    writer.wait()
    return [json.loads(line) for line in lines if line.endswith("\n")]


def require_all(store: Store, thread_id: str, said: list[list[Any]]) -> None:
    """Fail unless everything that was said is there, and all there is fits together."""
    with store.reading() as unit:
        for what, comment_id, *detail in said:
            comment = unit.comments.get(comment_id)
            assert comment is not None, what
            if what == "vote":
                assert unit.votes.of([comment_id], detail[0]) == {comment_id: 1}
            if what == "decision":
                assert detail[0] in {r.id for r in unit.decisions.history(comment_id)}
                assert comment.status is Status.REFUSED
        everything = [
            item
            for status in Status
            for item in unit.queue.page(
                site_ids=["le-journal"], status=status, limit=100_000, after=None
            )
        ]
        for item in everything:
            comment = item.stored.comment
            assert item.stored.body is not None
            decisions = len(unit.decisions.history(comment.id))
            assert decisions == (2 if comment.status is Status.REFUSED else 1)
        public = [i for i in everything if i.stored.comment.status is Status.PUBLISHED]
        listed = unit.comments.roots(thread_id, Sort.NEWEST, limit=100_000, after=None)
        thread = unit.threads.get(thread_id)
        assert thread is not None
        assert thread.public_count == len(public) == len(listed)
        assert len(unit.outbox.waiting(limit=100_000)) == len(everything)
        assert {c for _, c, *_ in said} <= {i.stored.comment.id for i in everything}


@pytest.mark.process
@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_nothing_acknowledged_is_lost_when_a_process_is_killed(
    database: str, request: pytest.FixtureRequest
):
    url = request.getfixturevalue(f"{database}_url")
    store = SqlStore(url)
    thread = open_thread(store, site=a_site())
    said: list[list[Any]] = []
    # A reader that stays open all the while, as other processes of the house would.
    stop = threading.Event()

    def read() -> None:
        while not stop.wait(0.01):
            with store.reading() as unit:
                unit.comments.roots(thread.id, Sort.TOP, limit=20, after=None)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for round_ in range(ROUNDS):
            said += killed(url, thread.id, after=5 + 7 * (round_ % 4))
            require_all(store, thread.id, said)
    finally:
        stop.set()
        reader.join()
    assert {what for what, *_ in said} == {"comment", "vote", "decision"}
    store.close()
