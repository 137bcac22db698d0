"""Post 20,000 real French and English texts over HTTP, kill the server in mid-run, count.

    python benchmarks/real_input.py [--data ../shared/data/train] [--count 20000] [--kills 1]

Every comment that was acknowledged with 201 must be in the store afterwards, with the words that
were sent, the status that was said and the decision that explains it. Prints verdicts per rule,
posts per second, p50 and p99. Exit code 1 when an acknowledged comment is missing or differs.
"""

import argparse
import asyncio
import gzip
import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from house_server import HouseServer
from posting import Acknowledged, percentile, post_all

from palabre.application.incoming import Limits, comment_text
from palabre.domain.errors import Refusal
from palabre.storage.store import SqlStore

LANGUAGES = ("fr", "en")
ARTICLES = 20
MAX_BYTES = 60_000


def texts(folder: Path, count: int) -> list[tuple[str, str]]:
    """Return (language, text) pairs, half of them French, the same ones at each run."""
    chosen: list[tuple[str, str]] = []
    for lang in LANGUAGES:
        rows = []
        for path in sorted(folder.glob(f"*-{lang}-*.jsonl.gz")):
            with gzip.open(path, "rt", encoding="utf-8") as file:
                rows += [json.loads(line)["text"] for line in file]
        random.Random(20_000).shuffle(rows)
        chosen += [(lang, text) for text in rows[: count // len(LANGUAGES)]]
    random.Random(1).shuffle(chosen)
    return [(lang, text) for lang, text in chosen if len(text.encode()) < MAX_BYTES]


def payloads(rows: list[tuple[str, str]]) -> Iterator[dict]:
    """Yield what a page would send."""
    for number, (lang, text) in enumerate(rows):
        url = f"https://example.org/articles/{number % ARTICLES}"
        yield {"url": url, "text": text, "lang": lang, "name": f"Lecteur {number % 977}"}


async def run(server: HouseServer, rows: list[tuple[str, str]], kills: int) -> Acknowledged:
    """Post all rows; kill the group ``kills`` times on the way, and go on after each."""
    said = Acknowledged()
    source = payloads(rows)
    for part in range(kills + 1):
        stop = asyncio.Event()
        posting = asyncio.create_task(
            post_all(server.port, source, connections=8, said=said, stop=stop)
        )
        if part < kills:
            goal = len(rows) * (part + 1) // (kills + 1)
            while len(said.seconds) < goal and not posting.done():  # noqa: ASYNC110 -- a benchmark
                await asyncio.sleep(0.005)
            stop.set()  # set first: what the kill cuts off is not retried
            server.kill()
            await posting
            server.start()
            print(f"killed after {len(said.seconds)} answers, {said.unanswered} unanswered")
        else:
            await posting
    return said


def missing(database: Path, said: Acknowledged) -> list[str]:
    """Return what the store does not hold as it was acknowledged."""
    wrong = []
    store = SqlStore(f"sqlite:///{database}")
    with store.reading() as unit:
        for comment_id, answer in said.comments.items():
            stored = unit.comments.stored(comment_id)
            record = unit.decisions.latest(comment_id)
            if stored is None or stored.body is None or record is None:
                wrong.append(f"{comment_id}: not there")
            elif stored.body.text != comment_text(said.texts[comment_id], Limits()):
                wrong.append(f"{comment_id}: other words")
            elif stored.comment.status.value != answer["status"]:
                wrong.append(f"{comment_id}: {stored.comment.status} but said {answer['status']}")
    store.close()
    return wrong


def sendable(rows: list[tuple[str, str]]) -> int:
    """Count the rows that the house's own limits admit."""
    count = 0
    for _, text in rows:
        try:
            comment_text(text, Limits())
        except Refusal:
            continue
        count += 1
    return count


def main() -> int:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("../shared/data/train"))
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--kills", type=int, default=1)
    options = parser.parse_args()
    rows = texts(options.data, options.count)
    if not rows:
        print(f"no texts in {options.data}", file=sys.stderr)
        return 2
    server = HouseServer(Path(tempfile.mkdtemp()), PALABRE_LIMITS_ENABLED="false")
    try:
        print(f"answers {server.start():.2f} s after the start")
        said = asyncio.run(run(server, rows, options.kills))
        server.kill()
        wrong = missing(server.database, said)
    finally:
        server.stop()
    report(said, rows, wrong)
    return 1 if wrong else 0


def report(said: Acknowledged, rows: list[tuple[str, str]], wrong: list[str]) -> None:
    """Print the figures."""
    statuses = Counter(a["status"] for a in said.comments.values())
    rules = Counter((a["status"], rule) for a in said.comments.values() for rule in a["rules"])
    print(
        f"\n{len(rows)} texts, {sendable(rows)} within the limits; acknowledged "
        f"{len(said.comments)}, unanswered {said.unanswered}, others {said.others or 'none'}"
    )
    for status, count in statuses.most_common():
        print(f"  {status:<10} {count:>6}  {count / len(said.comments):6.1%}")
    for (status, rule), count in rules.most_common():
        print(f"    {status:<9} {rule:<16} {count:>6}")
    print(
        f"{len(said.seconds) / said.wall:.0f} posts/s over 8 connections, "
        f"p50 {percentile(said.seconds, 0.5) * 1000:.1f} ms, "
        f"p99 {percentile(said.seconds, 0.99) * 1000:.1f} ms"
    )
    print(
        f"in the store as acknowledged: {len(said.comments) - len(wrong)} of {len(said.comments)}"
    )
    for line in wrong[:10]:
        print(f"  MISSING {line}")


if __name__ == "__main__":
    sys.exit(main())
