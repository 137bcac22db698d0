"""How many posts a second one process stores, against the bare rate of the disk.

    python benchmarks/write_path.py [--seconds 3] [--rounds 3] [--hands 8] [--slow-disk MS]

A post is what ``PostComment`` writes: comment, words, decision, event, counters. All go into one
thread, the worst case. ``each`` lets every commit wait for the disk under its locks, as SQLite's
synchronous = FULL and PostgreSQL's synchronous_commit = on do; ``shared`` is what Palabre does;
``process`` waits for no disk. The ways take turns, round by round, and the median counts.
``--slow-disk`` makes each flush of this process and of its server take that much longer.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import event

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests")]

from builders import a_record, a_stored, an_article, an_event, open_thread  # noqa: E402
from databases import Postgresql  # noqa: E402
from palabre.domain.errors import Refusal  # noqa: E402
from palabre.storage.migrate import upgrade  # noqa: E402
from palabre.storage.store import SqlStore  # noqa: E402

_SLOW = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>
static int slow(const char *name, int fd) {
  usleep(atof(getenv("SLOW_DISK")) * 1000);
  return ((int (*)(int)) dlsym(RTLD_NEXT, name))(fd);
}
int fdatasync(int fd) { return slow("fdatasync", fd); }
int fsync(int fd) { return slow("fsync", fd); }
"""


def bare(folder: Path, seconds: float) -> float:
    """Return flushes a second of a file whose pages are overwritten one after the other."""
    file = os.open(folder / "bare", os.O_RDWR | os.O_CREAT)
    os.pwrite(file, bytes(4096 * 256), 0)
    os.fsync(file)
    count, end = 0, time.perf_counter() + seconds
    while time.perf_counter() < end:
        os.pwrite(file, os.urandom(4096), 4096 * (count % 256))
        os.fdatasync(file)
        count += 1
    os.close(file)
    return count / seconds


def posts(store: SqlStore, hands: int, seconds: float) -> float:
    """Return acknowledged posts a second by several threads into one article's thread."""
    thread = open_thread(store, an_article(key=f"/{time.perf_counter_ns()}"))
    counts = [0] * hands
    end = time.perf_counter() + seconds

    def post(hand: int) -> None:
        while time.perf_counter() < end:
            stored = a_stored(thread, text="Un commentaire de longueur moyenne. " * 6)
            try:
                with store.writing() as unit:
                    unit.comments.add(stored, source="a" * 64)
                    unit.decisions.add(a_record(stored))
                    unit.outbox.put(an_event(stored))
                counts[hand] += 1
            except Refusal:
                pass

    threads = [threading.Thread(target=post, args=(hand,)) for hand in range(hands)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    return sum(counts) / seconds


def each(store: SqlStore) -> SqlStore:
    """Make every commit wait for the disk by itself, as the databases do when left alone."""
    database = store._database  # noqa: SLF001
    sqlite = hasattr(database, "_sync")
    setattr(database, "_sync" if sqlite else "_flush", None)

    def tell(driver: object, record: object) -> None:
        del record
        word = "PRAGMA synchronous = FULL" if sqlite else "SET synchronous_commit = on"
        driver.execute(word)  # type: ignore[attr-defined]
        if not sqlite:
            driver.commit()  # type: ignore[attr-defined]

    event.listen(database._write, "connect", tell)  # noqa: SLF001
    return store


def main() -> None:
    """Let the ways take turns and print medians and ratios."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--hands", type=int, default=8)
    parser.add_argument("--slow-disk", type=float, default=0.0)
    options = parser.parse_args()
    if options.slow_disk and "SLOW_DISK" not in os.environ:
        with tempfile.TemporaryDirectory() as folder:
            built = Path(folder) / "slow.so"
            built.parent.chmod(0o755)
            compiler = ["cc", "-shared", "-fPIC", "-x", "c", "-", "-o", str(built)]
            subprocess.run(compiler, input=_SLOW.encode(), check=True)
            slow = {"SLOW_DISK": str(options.slow_disk), "LD_PRELOAD": str(built)}
            subprocess.run([sys.executable, *sys.argv], env={**os.environ, **slow}, check=True)
        return
    server = Postgresql(own=True, safe=True)
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/palabre.db"
        upgrade(url)
        other = server.database()
        stores = {
            "sqlite each": each(SqlStore(url)),
            "sqlite shared": SqlStore(url),
            "sqlite process": SqlStore(url, durability="process"),
            "postgresql each": each(SqlStore(other)),
            "postgresql shared": SqlStore(other),
            "postgresql process": SqlStore(other, durability="process"),
        }
        ways: dict[str, Callable[[], float]] = {
            "fdatasync": lambda: bare(Path(folder), options.seconds / 2)
        }
        for name, store in stores.items():
            ways[name] = lambda store=store: posts(store, options.hands, options.seconds)
        found: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(options.rounds):
            for name, way in ways.items():
                found[name].append(way())
        disk = statistics.median(found["fdatasync"])
        print(f"{options.hands} threads, one article, median of {options.rounds} rounds")
        for name, rates in found.items():
            rate = statistics.median(rates)
            print(f"{name:20} {rate:8.0f}/s  {rate / disk:6.2f} x fdatasync", flush=True)
        for store in stores.values():
            store.close()
    server.close()


if __name__ == "__main__":
    main()
