"""Measure what the models cost on one core: rates at each depth, slowest comments, start, memory.

    python benchmarks/models.py [--models FOLDER] [--count 2000] [--no-serve]

The stream is the judge's own day: 90 % harmless comments, 10 % that are not, 60 to 150 characters,
French and English in turn. Memory is PSS: pages that processes share are counted once among them.
Run it on a quiet machine; the whole programme keeps to one core.
"""

import argparse
import json
import os
import random
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from labelled_comments import Comment, harmful, harmless

from palabre.domain.decision import Verdict
from palabre.moderation.engine import Depth, judge
from palabre.moderation.facts import Facts
from palabre.moderation.house import house_rules
from palabre.moderation.models.shelf import read_shelf
from palabre.moderation.rulebook import RuleBook

PALABRE = (sys.executable, "-m", "palabre.cli")
HARMLESS_SHARE = 0.9
SHORTEST, LONGEST = 60, 150
TARGETS = {"full": 200.0, "fast": 1000.0}


def stream(count: int, seed: int = 1) -> list[Comment]:
    """Return comments in a random order, nine of ten harmless."""
    chance = random.Random(seed)
    good = [c for c in harmless() if SHORTEST <= len(c.text) <= LONGEST]
    bad = [c for c in harmful() if SHORTEST <= len(c.text) <= LONGEST]
    return [chance.choice(good if chance.random() < HARMLESS_SHARE else bad) for _ in range(count)]


def rate(book: RuleBook, comments: list[Comment], depth: Depth) -> dict[str, float]:
    """Return comments a second, the share that the encoder read, and shares of verdicts."""
    facts = {c.lang: Facts(lang=c.lang) for c in comments}
    for comment in comments[:20]:
        judge(comment.text, facts[comment.lang], book, depth)
    begin, busy = time.perf_counter(), time.process_time()
    decisions = [judge(c.text, facts[c.lang], book, depth) for c in comments]
    took, busy = time.perf_counter() - begin, time.process_time() - busy
    read = sum("classifier" not in d.not_needed for d in decisions)
    stopped = sum(d.verdict is not Verdict.PUBLISH for d in decisions)
    return {
        "per second": len(comments) / took,
        "per second of the processor": len(comments) / busy,
        "read by the encoder": read / len(comments),
        "held or refused": stopped / len(comments),
        "not checked": sum(bool(d.not_checked) for d in decisions) / len(comments),
    }


def slowest(book: RuleBook, comments: list[Comment], length: int = 300) -> tuple[float, float]:
    """Return median and 99th percentile in ms of judging comments of ``length`` characters."""
    joined = " ".join(c.text for c in comments)
    took = []
    for begin in range(0, min(len(joined) - length, 500 * length), length):
        text = joined[begin : begin + length]
        start = time.perf_counter()
        judge(text, Facts(lang="fr"), book)
        took.append((time.perf_counter() - start) * 1000)
    return statistics.median(took), statistics.quantiles(took, n=100)[98]


def first_verdict(environment: dict[str, str]) -> float:
    """Return the seconds from starting ``palabre judge`` to its first answer."""
    line = json.dumps({"id": 1, "text": "Un premier commentaire, à lire en entier."}).encode()
    begin = time.perf_counter()
    with subprocess.Popen(
        [*PALABRE, "judge"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(line + b"\n")
        process.stdin.flush()
        answer = process.stdout.readline()
        took = time.perf_counter() - begin
        process.stdin.close()
    assert json.loads(answer)["verdict"]
    return took


def memory(workers: int, environment: dict[str, str]) -> float:
    """Return the PSS in MB of a serving process tree after every worker has judged."""
    with (
        tempfile.TemporaryDirectory() as name,
        _serving(Path(name), workers, environment) as (
            address,
            pid,
        ),
    ):
        for number in range(40 * workers):
            _post(address, f"Un commentaire ordinaire, le numéro {number}, sans rien de plus.")
        return sum(_pss(one) for one in _tree(pid))


@contextmanager
def _serving(folder: Path, workers: int, environment: dict[str, str]) -> Iterator[tuple[str, int]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    subprocess.run(
        [*PALABRE, "init", "--origin", "https://journal.example"],
        cwd=folder,
        env=environment,
        check=True,
        capture_output=True,
    )
    process = subprocess.Popen(
        [*PALABRE, "serve", "--port", str(port), "--workers", str(workers)],
        cwd=folder,
        env=environment | {"PALABRE_LIMITS_ENABLED": "false"},
        start_new_session=True,
        stderr=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(f"{address}/readyz", timeout=5).close()  # noqa: S310
                break
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        yield address, process.pid
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _post(address: str, text: str) -> None:
    body = json.dumps({"url": "https://journal.example/a", "text": text}).encode()
    headers = {"Content-Type": "application/json", "Origin": "https://journal.example"}
    request = urllib.request.Request(  # noqa: S310
        f"{address}/api/v1/comments", body, headers, method="POST"
    )
    urllib.request.urlopen(request, timeout=30).close()  # noqa: S310


def _tree(pid: int) -> list[int]:
    found = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += _tree(int(child))
    return found


def _pss(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("Pss:"))) / 1024


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure the models on one core.")
    parser.add_argument("--models", type=Path, help="folder of models; default: those shipped")
    parser.add_argument("--count", type=int, default=2_000)
    parser.add_argument("--no-serve", action="store_true", help="leave out memory and start")
    arguments = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    shelf = read_shelf(arguments.models)
    for wrong in shelf.open():
        print(f"! {wrong}")
    book = house_rules(None, shelf)
    comments = stream(arguments.count)
    average = statistics.mean(len(c.text) for c in comments)
    print(f"{len(comments)} comments, {average:.0f} characters on average, 90 % harmless")
    for depth in Depth:
        found = rate(book, comments, depth)
        wanted = TARGETS.get(depth.value)
        told = ", ".join(f"{name} {value:.1%}" for name, value in list(found.items())[2:])
        # On a machine that others use as well, the time of the processor is the fairer figure.
        told += f"; {found['per second of the processor']:.0f} a second of processor time"
        goal = f" (wanted {wanted:.0f})" if wanted else ""
        print(f"{depth.value:5} {found['per second']:8.0f} comments/s{goal}; {told}")
    median, last = slowest(book, comments)
    print(f"300 characters, full: median {median:.1f} ms, p99 {last:.1f} ms (wanted < 25)")
    if arguments.no_serve:
        return
    environment = dict(os.environ)
    if arguments.models:
        environment["PALABRE_JUDGE_MODELS"] = str(arguments.models.resolve())
    print(f"first verdict of palabre judge: {first_verdict(environment):.2f} s (wanted < 2)")
    one, two = memory(1, environment), memory(2, environment)
    bare = memory(1, environment | {"PALABRE_JUDGE_DEPTH": "rules"})
    print(
        f"PSS of the serving tree: {one:.0f} MB with one worker (wanted < 250), {two:.0f} with two"
    )
    print(f"  so {two - one:.0f} MB for each further worker; {bare:.0f} MB with one and no model")


if __name__ == "__main__":
    main()
