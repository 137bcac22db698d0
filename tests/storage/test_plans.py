"""Every list is a stretch of an index: SQLite's own plans say so, and small figures confirm it."""

from collections.abc import Mapping
from typing import Any

import pytest
import sqlalchemy as sa

from builders import NOON, a_stored, an_id, keep, open_thread
from palabre.application.ports import Sort
from palabre.domain.comment import Status
from palabre.domain.highlight import Mark
from palabre.storage import (
    comments,
    decisions,
    highlights,
    lessons,
    outbox,
    pages,
    passages,
    queue,
    scores,
    standings,
    threads,
    votes,
)
from palabre.storage.store import SqlStore

IDS = [an_id() for _ in range(3)]
PAGE = {"after": IDS[0], "limit": 10, "score": 0, "thread": IDS[1]}
DESK = {"sites": ["a", "b"], "status": "held", "after": IDS[0], "last": IDS[1], "skip": 9}
STATEMENTS: dict[str, tuple[sa.Select[Any], Mapping[str, Any], str]] = {
    **{
        f"roots {sort} {'after' if after else 'first'}": (
            statement,
            {k: v for k, v in PAGE.items() if after or k in {"limit", "thread"}},
            "ix_comments_top" if sort is Sort.TOP else "ix_comments_newest",
        )
        for (sort, after), statement in pages.ROOTS.items()
    },
    "top unmoved": (
        scores.UNMOVED,
        {**PAGE, "epoch": 7},
        "ix_comments_top (thread_id=? AND (score,id)<(?,?))",
    ),
    "top moved": (
        scores.MOVED,
        {**PAGE, "epoch": 7},
        "COVERING INDEX ix_score_notes_ranked (thread_id=? AND (score,comment_id)<(?,?))",
    ),
    "floor": (scores.FLOOR, {"thread": IDS[0]}, "PRIMARY KEY (thread_id=?)"),
    "replies": (
        pages.REPLIES,
        {"roots": IDS, "skip": 20, "last": IDS[0]},
        "ix_comments_below (root_id=? AND id<?)",
    ),
    "replies after": (
        pages.REPLIES_AFTER,
        {"root": IDS[0], "after": IDS[1], "limit": 10},
        "ix_comments_below (root_id=? AND id>?)",
    ),
    "of author": (
        pages.OF_AUTHOR,
        {"author": "a", "thread": IDS[0], "limit": 10},
        "ix_comments_author (author_key=? AND thread_id=?)",
    ),
    "recent": (
        pages.RECENT,
        {"source": "a", "since": NOON, "limit": 50},
        "ix_comment_sources_source_created_at_comment_id (source=? AND created_at>?)",
    ),
    "standing": (
        standings.STANDING,
        {"author": "a", "site": "x"},
        "COVERING INDEX ix_comments_author",
    ),
    "latest decision": (decisions.LATEST, {"comment": IDS[0]}, "(comment_id=?)"),
    "latest of many": (decisions.LATEST_OF_MANY, {"many": IDS}, "COVERING INDEX ix_decisions"),
    "history": (decisions.HISTORY, {"comment": IDS[0]}, "(comment_id=?)"),
    "queue oldest": (
        queue.OLDEST_FIRST,
        {**DESK, "limit": 10},
        "ix_comments_queue (site_id=? AND status=? AND id>? AND id<?)",
    ),
    "queue newest": (
        queue.NEWEST_FIRST,
        {**DESK, "limit": 10},
        "ix_comments_queue (site_id=? AND status=? AND id>? AND id<?)",
    ),
    "queue counts": (queue.OTHERS, {"sites": ["a"]}, "COVERING INDEX ix_comments_queue"),
    "queue counts up to": (
        queue.BOUNDED,
        {"sites": ["a"], "most": 9},
        "COVERING INDEX ix_comments_queue (site_id=? AND status=?)",
    ),
    "published": (queue.PUBLISHED, {"sites": ["a"]}, "ix_threads_site_id"),
    "thread": (threads._FIND.statement, {"address": b"x"}, "(address_hash=?)"),
    "votes": (votes._OF, {"comments": IDS, "voter": "v"}, "(comment_id=? AND voter_key=?)"),
    "comment": (comments._STORED, {"comment": IDS[0]}, "PRIMARY KEY (id=?)"),
    "passages": (
        passages.MARKS,
        {"thread": IDS[0], "limit": 10},
        "ix_comment_passages_thread_id_comment_id (thread_id=?)",
    ),
    "comments on any passage": (
        passages.ALL,
        {"thread": IDS[0], "after": IDS[1], "limit": 10},
        "ix_comment_passages_thread_id_comment_id (thread_id=? AND comment_id<?)",
    ),
    "comments on a passage": (
        passages.ON,
        {"thread": IDS[0], "after": IDS[1], "limit": 10, "keys": ["k"]},
        "passage_key_comment_id (thread_id=? AND passage_key=? AND comment_id<?)",
    ),
    "pinned": (
        highlights.OF_THREAD[Mark.PINNED],
        {"thread": IDS[0]},
        "ix_highlights_thread_id (thread_id=?)",
    ),
    "taught": (
        lessons.TAUGHT,
        {"site": "a", "verdict": "publish", "status": "published", "most": 10},
        "ix_decisions_by_moderator (verdict=?)",
    ),
    "events": (outbox.WAITING, {"limit": 10}, "ix_outbox_waiting"),
}
# What may be sorted is bounded: a page of each site, and the few states of a count.
SORTS = {"queue oldest", "queue newest"}


def plan_of(store: SqlStore, statement: sa.Select[Any], values: Mapping[str, Any]) -> list[str]:
    with store._database.reading() as connection:
        plan: list[str] = []

        def note(*event: Any) -> None:
            _, cursor, text, parameters, *_ = event
            rows = cursor.connection.execute(f"EXPLAIN QUERY PLAN {text}", parameters)
            plan.extend(row[3] for row in rows)

        sa.event.listen(connection, "before_cursor_execute", note)
        connection.execute(statement, values).all()
    return plan


@pytest.mark.parametrize("name", STATEMENTS)
def test_no_list_scans_or_sorts(sqlite_store: SqlStore, name: str):
    statement, values, index = STATEMENTS[name]
    plan = plan_of(sqlite_store, statement, values)
    assert any(index in step for step in plan), plan
    if name not in SORTS:
        assert not any("TEMP B-TREE" in step for step in plan), plan
    scans = [step for step in plan if step.startswith("SCAN")]
    # The rows of a subquery that ends at its limit are read one by one.
    assert all("ix_outbox_waiting" in step or "SCAN anon_" in step for step in scans), plan


def steps(store: SqlStore, statement: sa.Select[Any], values: Mapping[str, Any]) -> int:
    """Return how many thousands of steps SQLite's machine took: its work, whatever the machine."""
    counted = [0]

    def count() -> int:
        counted[0] += 1
        return 0

    with store._database.reading() as connection:
        driver: Any = connection.connection.driver_connection
        connection.execute(statement, values).all()
        driver.set_progress_handler(count, 100)
        connection.execute(statement, values).all()
        driver.set_progress_handler(None, 0)
    return counted[0]


def test_a_page_costs_the_same_in_a_long_thread(sqlite_store: SqlStore):
    thread = open_thread(sqlite_store)
    root = keep(sqlite_store, a_stored(thread))

    def fill(count: int) -> None:
        with sqlite_store.writing() as unit:
            for n in range(count):
                parent = root if n % 2 else None
                status = Status.REFUSED if n % 5 == 0 else Status.PUBLISHED
                unit.comments.add(a_stored(thread, parent=parent, status=status), source=None)

    def cost() -> dict[str, int]:
        page = {"thread": thread.id, "limit": 20}
        return {
            "roots": steps(sqlite_store, pages.ROOTS[Sort.TOP, False], page),
            "replies": steps(
                sqlite_store,
                pages.REPLIES,
                {"roots": [root.comment.id], "skip": 20, "last": pages._LAST},
            ),
            "queue": steps(
                sqlite_store,
                queue.NEWEST_FIRST,
                {
                    "sites": ["le-journal"],
                    "status": "refused",
                    "after": queue._LAST,
                    "last": queue._FIRST,
                    "skip": 19,
                    "limit": 20,
                },
            ),
        }

    fill(300)
    before = cost()
    fill(3000)
    after = cost()
    assert {name: after[name] <= before[name] + 1 for name in after} == dict.fromkeys(after, True)
