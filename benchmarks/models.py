"""Measure what the models cost on one core: rates at each depth, slowest comments, start, memory.

    python benchmarks/models.py [--models FOLDER] [--count 2000] [--no-serve]

The stream is the judge's own day: 90 % harmless comments, 10 % that are not, 60 to 150 characters,
French and English in turn. Memory is PSS: pages that processes share are counted once among them.
The whole programme keeps to one core, and everything is measured in turns of fifty comments beside
the bare encoder (the same runs of the same graph, its pieces cut beforehand): on a machine that
others use as well the share of the bare encoder's rate is the figure that lasts.
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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from labelled_comments import Comment, harmful, harmless

from palabre.domain.decision import Decision, Verdict
from palabre.moderation.engine import Depth, judge
from palabre.moderation.facts import Facts
from palabre.moderation.house import house_rules
from palabre.moderation.models.encoder import Encoder
from palabre.moderation.models.shelf import read_shelf
from palabre.moderation.rulebook import RuleBook

PALABRE = (sys.executable, "-m", "palabre.cli")
HARMLESS_SHARE = 0.9
SHORTEST, LONGEST = 60, 150
TURN = 50
TARGETS = {"full": 200.0, "fast": 1000.0}


def stream(count: int, seed: int = 1) -> list[Comment]:
    """Return comments in a random order, nine of ten harmless."""
    chance = random.Random(seed)
    good = [c for c in harmless() if SHORTEST <= len(c.text) <= LONGEST]
    bad = [c for c in harmful() if SHORTEST <= len(c.text) <= LONGEST]
    return [chance.choice(good if chance.random() < HARMLESS_SHARE else bad) for _ in range(count)]


@dataclass
class Pace:
    """What a way of judging took: seconds by the clock, seconds of the processor, decisions."""

    took: float = 0.0
    busy: float = 0.0
    count: int = 0
    decisions: list[Decision] = field(default_factory=list)

    def turn(self, texts: list[Comment], act: Callable[[Comment], Decision | None]) -> None:
        """Take a turn of comments."""
        begin, busy = time.perf_counter(), time.process_time()
        said = [act(comment) for comment in texts]
        self.took += time.perf_counter() - begin
        self.busy += time.process_time() - busy
        self.count += len(texts)
        self.decisions += [decision for decision in said if decision]


class Bare:
    """Runs the encoder's graph on a comment and does nothing else."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._cut: dict[str, dict[str, np.ndarray]] = {}

    def prepare(self, comments: list[Comment]) -> None:
        """Cut comments into pieces."""
        for comment in comments:
            row = np.array([self._encoder.windows(comment.text)[0].ids], np.int64)
            self._cut[comment.text] = {"input_ids": row, "attention_mask": np.ones_like(row)}

    def __call__(self, comment: Comment) -> None:
        """Run."""
        self._encoder._session.run(["logits"], self._cut[comment.text])  # noqa: SLF001 -- this alone


def rates(book: RuleBook, encoder: Encoder, comments: list[Comment]) -> dict[str, Pace]:
    """Return the pace of the bare encoder and of each depth, taken in turns."""
    facts = {c.lang: Facts(lang=c.lang) for c in comments}
    bare = Bare(encoder)
    bare.prepare(comments)
    acts: dict[str, Callable[[Comment], Decision | None]] = {"bare": bare}
    for depth in Depth:
        acts[depth.value] = lambda c, d=depth: judge(c.text, facts[c.lang], book, d)
    for act in acts.values():
        for comment in comments[:20]:
            act(comment)
    paces = {name: Pace() for name in acts}
    for begin in range(0, len(comments), TURN):
        for name, act in acts.items():
            paces[name].turn(comments[begin : begin + TURN], act)
    return paces


def told(name: str, pace: Pace, bare: Pace) -> str:
    """Return a line on a pace."""
    wanted = f" (wanted {TARGETS[name]:.0f})" if name in TARGETS else ""
    line = (
        f"{name:5} {pace.count / pace.took:8.0f} comments/s{wanted};"
        f" {pace.count / pace.busy:.0f} a second of processor time,"
        f" {bare.busy / pace.busy * pace.count / bare.count:.2f} of the bare encoder's"
    )
    if not pace.decisions:
        return line
    read = sum("classifier" not in d.not_needed for d in pace.decisions)
    stopped = sum(d.verdict is not Verdict.PUBLISH for d in pace.decisions)
    unchecked = sum(bool(d.not_checked) for d in pace.decisions)
    shares = [part / pace.count for part in (read, stopped, unchecked)]
    named = zip(("read by the encoder", "stopped", "not checked"), shares, strict=True)
    return f"{line}; " + ", ".join(f"{what} {share:.1%}" for what, share in named)


def slowest(
    book: RuleBook, encoder: Encoder, comments: list[Comment], length: int = 300
) -> dict[str, tuple[float, float]]:
    """Return median and 99th percentile in ms for comments of ``length`` characters.

    Of the bare encoder, of the judge, and of the judge by the processor's time.
    """
    joined = " ".join(c.text for c in comments)
    found: dict[str, list[float]] = {"bare": [], "full": [], "full, processor": []}
    bare = Bare(encoder)
    for begin in range(0, min(len(joined) - length, 500 * length), length):
        comment = Comment(joined[begin : begin + length], "fr", frozenset())
        bare.prepare([comment])
        start = time.perf_counter()
        bare(comment)
        found["bare"].append(time.perf_counter() - start)
        start, busy = time.perf_counter(), time.process_time()
        judge(comment.text, Facts(lang="fr"), book)
        found["full"].append(time.perf_counter() - start)
        found["full, processor"].append(time.process_time() - busy)
    return {
        name: (1000 * statistics.median(took), 1000 * statistics.quantiles(took, n=100)[98])
        for name, took in found.items()
    }


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
    assert shelf.encoder is not None
    encoder = shelf.encoder.open()
    paces = rates(book, encoder, comments)
    for name, pace in paces.items():
        print(told(name, pace, paces["bare"]))
    for name, (median, last) in slowest(book, encoder, comments).items():
        print(f"300 characters, {name}: median {median:.1f} ms, p99 {last:.1f} ms (wanted < 25)")
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
