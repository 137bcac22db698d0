"""Many clients on one thread through three processes: no vote lost, no comment twice or missed.

    python benchmarks/many_processes.py [--seconds 60] [--clients 50] [--readers 6]
        [--houses sqlite,workers,postgresql]

Houses: `sqlite`, three independent `palabre serve` on one file; `workers`, one with `--workers 3`;
`postgresql`, three on one database of a server of the test suite's, which waits for its disk.
Limits are off, durability is as shipped. Meanwhile readers page through "most voted", each page
through another process. Afterwards every process must tell the thread as it was acknowledged, to
the unit, and so must the rows. Exit code 1 when anything differs, or any answer was not a success.

Rates are printed to show that there was a crowd; they measure client and server together.
"""

import argparse
import asyncio
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import sqlalchemy as sa

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests")]

from loopback import Connection  # noqa: E402
from shared_thread import (  # noqa: E402
    API,
    SHOWN,
    URL,
    Told,
    crowd,
    everything,
    walk_errors,
)

from databases import Postgresql  # noqa: E402
from palabre.storage.database import open_database  # noqa: E402
from palabre.storage.soundness import unsound  # noqa: E402
from palabre.storage.tables import votes  # noqa: E402
from serving import ORIGIN, palabre, serving  # noqa: E402

PROCESSES = 3
_TRIES = 300
_NUMBER = 12  # characters of a request's number that are its process's own


@dataclass(frozen=True)
class House:
    """The doors of a running house, one for each process, and where its rows lie."""

    doors: list[int]
    database: str


@contextmanager
def opened(kind: str) -> Iterator[House]:
    """Run a house of this kind; all of it is gone afterwards."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        palabre(folder, "init", "--origin", ORIGIN)
        url, given = f"sqlite:///{folder / 'palabre.db'}", {}
        if kind == "postgresql":
            server = Postgresql(own=True, safe=True)
            stack.callback(server.close)
            url = server.empty()
            given = {"PALABRE_DATABASE_URL": url}
        workers = PROCESSES if kind == "workers" else 1
        servers = range(PROCESSES // workers)
        addresses = [
            stack.enter_context(serving(folder, workers=workers, **given)) for _ in servers
        ]
        ports = [urlsplit(a).port or 0 for a in addresses]
        yield House(ports * (PROCESSES // len(ports)), url)


async def told_by_each(house: House, told: Told) -> Iterator[str]:
    """Ask each process for the whole thread; yield what differs from what was acknowledged."""
    expected = told.tallies()
    asked: set[str] = set()
    wrong: list[str] = []
    for n in range(_TRIES):
        connection = Connection(house.doors[n % len(house.doors)])
        # A connection stays with the worker that took it.
        first = await connection.ask("GET", f"{API}?url={URL}&limit=1")
        process = first.headers["x-request-id"][:_NUMBER]
        if process not in asked:
            asked.add(process)
            count, found = await everything(connection, told)
            wrong += compared(f"process {len(asked)}", count, found, expected)
        connection.close()
        if len(asked) == PROCESSES:
            break
    else:
        wrong.append(f"only {len(asked)} processes answered")
    return iter(wrong)


def compared(
    who: str,
    count: int,
    found: dict[str, tuple[int, int]],
    expected: dict[str, tuple[int, int]],
) -> Iterator[str]:
    """Yield what one process says otherwise than was acknowledged."""
    if count != len(expected):
        yield f"{who}: count {count}, acknowledged {len(expected)}"
    for comment_id in expected.keys() - found.keys():
        yield f"{who}: {comment_id} is not there"
    for comment_id in found.keys() - expected.keys():
        yield f"{who}: {comment_id} was acknowledged to nobody"
    for comment_id in expected.keys() & found.keys():
        if found[comment_id] != expected[comment_id]:
            yield f"{who}: {comment_id} has {found[comment_id]}, not {expected[comment_id]}"


def in_rows(house: House, told: Told) -> Iterator[str]:
    """Yield where rows and counters disagree with each other, or votes with what was said."""
    database = open_database(house.database)
    try:
        with database.reading() as connection:
            yield from unsound(connection)
            rows = connection.execute(
                sa.select(votes.c.comment_id, votes.c.voter_key, votes.c.value)
            )
            there = {(row.comment_id, row.voter_key): row.value for row in rows}
    finally:
        database.close()
    expected = {key: value for key, value in told.votes.items() if value}
    if there != expected:
        yield f"rows: {len(there.items() ^ expected.items())} votes differ"


async def tried(house: House, *, clients: int, readers: int, seconds: float) -> list[str]:
    """Let the crowd in, look at what is left, print figures; return what is wrong."""
    begin = time.monotonic()
    told = await crowd(house.doors, clients=clients, readers=readers, seconds=seconds)
    wall = time.monotonic() - begin
    await asyncio.sleep(SHOWN)
    answers = dict(sorted(told.answers.items()))
    wrong = [*told.wrong, *walk_errors(told), *await told_by_each(house, told)]
    wrong += in_rows(house, told)
    wrong += [f"answers: {n} times {name}" for name, n in answers.items() if " 20" not in name]
    met = sum(seen.moved for seen in told.walks)
    if not met:
        wrong.append("no reader came to the end while the crowd was there")
    posts = len(told.roots) + len(told.replies)
    print(
        f"  {clients} clients, {wall:.0f} s: {len(told.roots)} comments and {len(told.replies)} "
        f"replies ({posts / wall:.0f}/s), {told.votes_taken} votes "
        f"({told.votes_taken / wall:.0f}/s), slowest answer {told.slowest:.2f} s\n"
        f"  {len(told.walks)} walks through most voted ({met} wholly in the crowd), "
        f"{sum(seen.pages for seen in told.walks)} pages, "
        f"{sum(len(seen.public_before) for seen in told.walks)} comments public at a page one\n"
        f"  answers: {answers}",
        flush=True,
    )
    return wrong


def main() -> int:
    """Try each house."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--readers", type=int, default=6)
    parser.add_argument("--houses", default="sqlite,workers,postgresql")
    options = parser.parse_args()
    # Whoever ends this ends the servers, too, which live in groups of their own.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    failed = False
    for kind in options.houses.split(","):
        with opened(kind) as house:
            print(f"{kind}:", flush=True)
            wrong = asyncio.run(
                tried(
                    house,
                    clients=options.clients,
                    readers=options.readers,
                    seconds=options.seconds,
                )
            )
        failed = failed or bool(wrong)
        print(*(f"  WRONG {line}" for line in wrong[:20]), sep="\n", end="\n" if wrong else "")
        print(f"  {len(wrong)} wrong", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
