"""Kill the whole server in mid-write, again and again, and see what was lost: nothing may be.

    python benchmarks/kill_drill.py [--rounds 200] [--workers 1] [--seed N]

A round: several connections post, answer, vote, edit, delete and moderate through HTTP; at a
random moment every process of the group gets SIGKILL; the server is started again by its own
command and nothing else. Then all that was ever acknowledged must be in the store, word for word,
and no comment by halves: every counter is recounted from the rows. Exit code 1 when something is
missing.

A kill is not a power cut: the kernel lives on and writes what it was given. What a commit does
about the disk is tested in tests/storage.
"""

import argparse
import asyncio
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from drill_crowd import Crowd
from drill_ledger import Ledger
from house_server import PALABRE, HouseServer
from posting import percentile

from palabre.storage.database import open_database

# When the kill comes, in seconds after the crowd began.
EARLIEST, LATEST = 0.05, 0.9


async def round_of(server: HouseServer, crowd: Crowd, moment: float) -> None:
    """Let the crowd write, and kill the server ``moment`` seconds later."""
    over = asyncio.Event()
    writing = asyncio.create_task(crowd.write(over))
    await asyncio.sleep(moment)
    over.set()  # what the kill cuts off is not tried again
    server.kill()
    await writing


def differences(server: HouseServer, ledger: Ledger) -> list[str]:
    """Look into the store through a connection of its own."""
    database = open_database(f"sqlite:///{server.database}")
    try:
        with database.reading() as connection:
            return ledger.differences(connection)
    finally:
        database.close()


def moderator(server: HouseServer, login: str) -> str:
    """Make an account and return its password."""
    config = str(server.folder / "palabre.toml")
    command = [*PALABRE, "--config", config, "moderator", "add", login, "--generate"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = re.search(r"password: (\S+)", said)
    assert found, said
    return found.group(1)


def drill(rounds: int, workers: int, seed: int) -> int:
    """Run all rounds; return how many things were wrong."""
    chance = random.Random(seed)
    ledger = Ledger()
    server = HouseServer(Path(tempfile.mkdtemp()), workers=workers, PALABRE_LIMITS_ENABLED="false")
    begin = time.monotonic()
    starts = []
    pool = ThreadPoolExecutor(max_workers=1)
    try:
        password = moderator(server, "exercice")
        starts.append(server.start())
        crowd = Crowd(server.port, ledger, chance)
        asyncio.run(crowd.sign_in("exercice", password))
        for number in range(1, rounds + 1):
            asyncio.run(round_of(server, crowd, chance.uniform(EARLIEST, LATEST)))
            # Ends the programme when the server does not come up; we look meanwhile.
            started = pool.submit(server.start)
            wrong = differences(server, ledger)
            starts.append(started.result())
            if wrong:
                print(f"round {number} (seed {seed}): {len(wrong)} wrong")
                print(*(f"  WRONG {line}" for line in wrong[:20]), sep="\n")
                return len(wrong)
            if number % 20 == 0:
                print(f"round {number}: {len(ledger.comments)} comments, nothing lost", flush=True)
    finally:
        pool.shutdown()
        server.stop()
    report(ledger, rounds, starts, time.monotonic() - begin)
    return 0


def report(ledger: Ledger, rounds: int, starts: list[float], seconds: float) -> None:
    """Print the figures."""
    kinds = list(ledger.comments.values())
    print(
        f"{rounds} kills in {seconds:.0f} s: {len(kinds)} acknowledged comments "
        f"({sum(k.revision > 1 for k in kinds)} edited, "
        f"{sum(k.status == 'deleted' for k in kinds)} deleted, "
        f"{sum(k.by_moderator for k in kinds)} decided by a moderator), "
        f"{len(ledger.votes)} voters; cut off in mid-change: "
        f"{sum(k.maybe is not None for k in kinds)} changes, "
        f"{sum(len(v) > 1 for v in ledger.votes.values())} votes"
    )
    print(f"answers: {dict(sorted(ledger.answers.items()))}")
    print(
        f"started again by itself each time: median {percentile(starts, 0.5):.2f} s, "
        f"longest {max(starts):.2f} s"
    )
    print("lost: 0, half written: 0, counters that disagree: 0")


def main() -> int:
    """Run the drill."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    options = parser.parse_args()
    # Whoever ends the drill ends its server, too, which lives in a group of its own.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    return 1 if drill(options.rounds, options.workers, options.seed) else 0


if __name__ == "__main__":
    sys.exit(main())
