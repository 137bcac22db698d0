"""What a page of "most voted" costs, first and later ones, by the length of the thread.

    python benchmarks/top_pages.py [--sizes 100,10000,100000] [--votes 2000] [--limit 50]
        [--stores sqlite,postgresql]

Votes are cast between the first page and the later ones, so that these are read as of an epoch. The
time is that of one `top` call of the store in one thread of one process: the fastest of
40, what the work takes on a machine that does other things besides.
"""

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests")]

from builders import NOON, an_article, open_thread  # noqa: E402
from databases import Postgresql  # noqa: E402
from palabre.application.ports import Position  # noqa: E402
from palabre.application.tokens import key_of  # noqa: E402
from palabre.domain.article import Thread  # noqa: E402
from palabre.domain.identifier import new_id  # noqa: E402
from palabre.storage.migrate import upgrade  # noqa: E402
from palabre.storage.store import SqlStore  # noqa: E402
from palabre.storage.tables import comment_bodies, comments, threads  # noqa: E402


def fill(store: SqlStore, size: int) -> tuple[Thread, list[str]]:
    """Make a thread with ``size`` roots whose scores fall off as real ones do."""
    thread = open_thread(store, an_article(key=f"/{size}"))
    chance = random.Random(size)
    ids = [new_id(NOON + timedelta(milliseconds=n)) for n in range(size)]
    rows = []
    for comment_id in ids:
        up = int(chance.paretovariate(1.2)) - 1
        rows.append(
            {"id": comment_id, "site_id": "le-journal", "thread_id": thread.id,
             "root_id": comment_id, "parent_id": None, "depth": 0, "status": "published",
             "created_at": NOON, "lang": "fr", "author_key": "a" * 64, "revision": 1,
             "edited_at": None, "up": up, "down": 0, "score": up, "replies": 0, "listed": True,
             "listed_below": 0}
        )  # fmt: skip
    text = "Un commentaire de longueur moyenne, comme on en lit sous un article. " * 3
    with store._database.writing() as connection:  # noqa: SLF001
        for begin in range(0, size, 5000):
            part = rows[begin : begin + 5000]
            connection.execute(sa.insert(comments), part)
            connection.execute(
                sa.insert(comment_bodies),
                [
                    {"comment_id": r["id"], "revision": 1, "text": text, "html": f"<p>{text}</p>",
                     "renderer": 1, "salt": b"s" * 32}
                    for r in part
                ],
            )  # fmt: skip
        change = sa.update(threads).where(threads.c.id == thread.id)
        connection.execute(change.values(public_count=size, version=size))
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("ANALYZE")
    return thread, ids


def vote(store: SqlStore, ids: list[str], count: int) -> float:
    """Cast votes, half of them on the hundred latest roots; return seconds for each."""
    chance = random.Random(1)
    begin = time.perf_counter()
    for done in range(0, count, 100):
        with store.writing() as unit:
            for n in range(done, min(done + 100, count)):
                chosen = chance.choice(ids[-100:] if n % 2 else ids)
                unit.votes.cast(chosen, key_of(f"{n}"), 1, NOON)
    return (time.perf_counter() - begin) / count


def timed(call: Callable[[], object]) -> float:
    """Return the fastest of 40 calls, in milliseconds."""
    taken = []
    for _ in range(40):
        begin = time.perf_counter()
        call()
        taken.append(time.perf_counter() - begin)
    return min(taken) * 1000


def measure(store: SqlStore, size: int, votes: int, limit: int) -> tuple[float, float, float, int]:
    """Return milliseconds for a first page and later ones, those for a vote, and roots seen."""
    thread, ids = fill(store, size)
    with store.reading() as unit:
        epoch = size
        page = unit.comments.top(thread.id, limit=limit, epoch=epoch, after=None)
        first = timed(lambda: unit.comments.top(thread.id, limit=limit, epoch=epoch, after=None))
    each = vote(store, ids, votes)
    seen: set[str] = {stored.comment.id for stored, _ in page}
    later = []
    with store.reading() as unit:
        while len(page) == limit and len(later) < 5:
            last, score = page[-1]
            after = Position(last.comment.id, score)

            def ask(after: Position = after) -> list[tuple]:
                return list(unit.comments.top(thread.id, limit=limit, epoch=epoch, after=after))

            later.append(timed(ask))
            page = ask()
            seen |= {stored.comment.id for stored, _ in page}
    return first, max(later, default=0.0), each * 1000, len(seen)


def main() -> None:
    """Measure both databases and print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", default="100,10000,100000")
    parser.add_argument("--votes", type=int, default=2000)
    parser.add_argument("--limit", type=int, default=50)
    parser.add_argument("--stores", default="sqlite,postgresql")
    options = parser.parse_args()
    server = Postgresql(own=True)
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/palabre.db"
        upgrade(url)
        for name, place in (("sqlite", url), ("postgresql", server.database())):
            if name not in options.stores.split(","):
                continue
            store = SqlStore(place, durability="process")
            for size in map(int, options.sizes.split(",")):
                first, later, each, _ = measure(store, size, options.votes, options.limit)
                print(
                    f"{name:10} {size:>8} roots, {options.votes} votes since page one:"
                    f" first page {first:5.2f} ms, slowest of pages 2-6 {later:5.2f} ms,"
                    f" a vote {each:5.2f} ms",
                    flush=True,
                )
            store.close()
    server.close()


if __name__ == "__main__":
    main()
