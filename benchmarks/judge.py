"""Measure how many texts a second the judge takes on one core.

    python benchmarks/judge.py [FOLDER] [--count 50000] [--profile]

Texts of about 85 characters, French and English in turn, from the labelled data in FOLDER. The
measure is the bare judge; decoding and encoding lines is the matter of ``palabre judge``.
"""

import argparse
import cProfile
import gzip
import itertools
import json
import os
import pstats
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from palabre.domain.decision import Verdict
from palabre.moderation.engine import judge
from palabre.moderation.facts import Facts
from palabre.moderation.rulebook import RuleBook, default_rules, load

FRENCH = ("open-fr-mlma-fr", "nolic-fr-allocine-series-reviews", "nolic-fr-sms-spam-multilingual")
ENGLISH = ("open-en-paradetox", "nc-en-unhealthy-conversations", "open-en-davidson")
SHORTEST, LONGEST = 65, 150
LENGTH = 85


def texts(folder: Path, sources: tuple[str, ...], lang: str) -> Iterator[tuple[str, str]]:
    """Yield texts of fitting length for ever, in the order of the files."""
    found = []
    for source in sources:
        with gzip.open(folder / f"{source}.jsonl.gz", "rt", encoding="utf-8") as lines:
            found += [json.loads(line)["text"] for line in lines]
    fitting = [text[: LENGTH + 15] for text in found if SHORTEST <= len(text) <= LONGEST]
    return ((text, lang) for text in itertools.cycle(fitting))


def run(batch: list[tuple[str, str]], book: RuleBook) -> Counter[Verdict]:
    """Judge all and count the verdicts."""
    facts = {"fr": Facts(lang="fr"), "en": Facts(lang="en")}
    return Counter(judge(text, facts[lang], book).verdict for text, lang in batch)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Judge texts on one core.")
    default = Path(__file__).resolve().parent.parent / "../shared/data/train"
    parser.add_argument("folder", nargs="?", type=Path, default=default)
    parser.add_argument("--count", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--profile", action="store_true", help="print where the time goes")
    arguments = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    mixed = itertools.chain.from_iterable(
        zip(
            texts(arguments.folder, FRENCH, "fr"),
            texts(arguments.folder, ENGLISH, "en"),
            strict=False,
        )
    )
    batch = list(itertools.islice(mixed, arguments.count))
    length = sum(len(text) for text, _ in batch) / len(batch)
    started = time.perf_counter()
    book = load(default_rules())
    print(f"rules {book.version} loaded in {1000 * (time.perf_counter() - started):.0f} ms")
    print(f"{len(batch)} texts of {length:.0f} characters on average")
    if arguments.profile:
        with cProfile.Profile() as profile:
            run(batch, book)
        pstats.Stats(profile).sort_stats("tottime").print_stats(25)
        return
    for _ in range(arguments.rounds):
        started, worked = time.perf_counter(), time.process_time()
        verdicts = run(batch, book)
        seconds, busy = time.perf_counter() - started, time.process_time() - worked
        counts = ", ".join(f"{verdict} {verdicts[verdict]}" for verdict in Verdict)
        # On a machine that is shared, only the second figure says what the judge costs.
        print(
            f"{len(batch) / seconds:8.0f} texts/s by the clock, "
            f"{len(batch) / busy:8.0f} by its own time   {counts}"
        )


if __name__ == "__main__":
    main()
