"""Reads and posts beside Isso, a well-known self-hosted comment server, in one run.

    python benchmarks/isso_peer.py [--seconds 4] [--rounds 5]

Isso comes from PyPI into an environment of its own under out/, and runs as its documentation says
(gunicorn, 4 workers, preloaded), its guard switched off; Palabre with one worker, its limits
switched off, power-safe. Both keep SQLite files in the same folder. Every round measures each
subject once; medians and ratios within a round are printed, CPU per request beside. Isso judges
nothing and sends the whole thread; Palabre judges each post and sends a page.
"""

import argparse
import asyncio
import contextlib
import http.client
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
from dataclasses import dataclass, field
from pathlib import Path

from house_server import HouseServer
from loopback import Connection, CutOffError
from read_path import cpu_of, wrk

WORDS = "le conseil municipal a voté la rénovation du marché couvert malgré les réserves".split()  # noqa: SIM905
CONNECTIONS = 8
SIZES = (100, 500)


@dataclass
class Peer:
    """One server: where it reads and posts, and what its main process is."""

    name: str
    port: int
    pid: int
    read: dict[int, str] = field(default_factory=dict)
    figures: dict[str, list[tuple[float, float]]] = field(default_factory=dict)

    def note(self, what: str, rate: float, cpu_ms: float) -> None:
        """Keep a figure of this round."""
        self.figures.setdefault(what, []).append((rate, cpu_ms))


def text(number: int) -> str:
    """Return a harmless comment of about 240 characters."""
    return " ".join(WORDS[(number + k) % len(WORDS)] for k in range(38)) + f" {number}."


def isso_call(title: str, number: int, parent: object = None) -> tuple[str, dict]:
    """Return path and body of a post to Isso."""
    address = urllib.parse.quote(f"/{title}/", safe="")
    body = {"author": f"lecteur{number % 500}", "email": None, "website": None, "title": title}
    return f"/new?uri={address}", body | {
        "text": text(number),
        "parent": parent,
        "notification": 0,
    }


def palabre_call(title: str, number: int, parent: object = None) -> tuple[str, dict]:
    """Return path and body of a post to Palabre."""
    body = {"url": f"https://example.org/{title}/", "text": text(number)}
    body["name"] = f"lecteur{number % 500}"
    return "/api/v1/comments", body | ({"parent": parent} if parent else {})


CALLS = {"isso": isso_call, "palabre": palabre_call}


def post(peer: Peer, path: str, body: dict) -> dict:
    """Post one comment and return the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", peer.port, timeout=30)
    connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
    answer = connection.getresponse()
    data = answer.read()
    connection.close()
    if answer.status not in {201, 202}:
        raise SystemExit(f"{peer.name}: {answer.status} {data[:300]!r}")
    return json.loads(data)


def fill(peer: Peer, size: int) -> None:
    """Make a thread of ``size`` comments: of five, three roots and two answers."""
    roots: list[object] = []
    for number in range(size):
        parent = roots[-1] if number % 5 in {3, 4} else None
        answer = post(peer, *CALLS[peer.name](f"t{size}", number, parent))
        if parent is None:
            roots.append(answer["id"])


async def flood(peer: Peer, seconds: float, first: int) -> int:
    """Post from eight connections for a while; return how many were acknowledged."""
    end = time.monotonic() + seconds
    done = 0

    async def hand(number: int) -> None:
        nonlocal done
        connection = Connection(peer.port)
        while time.monotonic() < end:
            number += CONNECTIONS
            path, body = CALLS[peer.name]("posts", number)
            try:
                answer = await connection.ask("POST", path, content=body)
            except CutOffError:
                continue
            done += answer.status in {201, 202}

    await asyncio.gather(*(hand(first + n) for n in range(CONNECTIONS)))
    return done


def start_isso(folder: Path) -> tuple[subprocess.Popen, int]:
    """Install Isso if need be, and start it."""
    home = Path("out/isso")
    python = home / "bin/python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", home], check=True)
        packages = ["isso==0.14.0", "gunicorn", "setuptools<81"]
        subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], check=True)
    port = 18_101
    config = folder / "isso.cfg"
    config.write_text(
        f"[general]\ndbpath = {folder}/isso.db\nhost = http://127.0.0.1:{port}/\nnotify =\n"
        "[guard]\nenabled = false\n[server]\n"
    )
    command = [home / "bin/gunicorn", "-b", f"127.0.0.1:{port}", "-w", "4", "--preload", "isso.run"]
    log = (folder / "isso.log").open("w")
    environment = {**os.environ, "ISSO_SETTINGS": str(config)}
    process = subprocess.Popen(
        command, env=environment, stdout=log, stderr=log, start_new_session=True
    )
    for _ in range(200):
        with contextlib.suppress(OSError):
            http.client.HTTPConnection("127.0.0.1", port, timeout=1).connect()
            return process, port
        time.sleep(0.1)
    raise SystemExit((folder / "isso.log").read_text())


def measure(peers: list[Peer], seconds: float, number: int) -> None:
    """Measure each subject once."""
    for size in SIZES:
        for peer in peers:
            before = cpu_of(peer.pid)
            url = f"http://127.0.0.1:{peer.port}{peer.read[size]}"
            # An answer that takes seconds is asked for by two, or none would be whole in time.
            few = ["-c2"] if size > SIZES[0] else []
            options = ["-H", "Accept-Encoding: gzip", "--timeout", "30s", *few]
            rate, _, count = wrk(url, seconds * (3 if few else 1), *options)
            peer.note(f"read {size}", rate, (cpu_of(peer.pid) - before) * 1000 / max(count, 1))
    for peer in peers:
        before = cpu_of(peer.pid)
        done = asyncio.run(flood(peer, seconds, number * 1_000_000))
        peer.note("post", done / seconds, (cpu_of(peer.pid) - before) * 1000 / max(done, 1))


def report(peers: list[Peer]) -> None:
    """Print the medians, and Palabre's figure by Isso's in the same round."""
    isso, palabre = peers
    print(f"\n{'':12}{'Isso/s':>9}{'Palabre/s':>11}{'ratio':>9}{'Isso ms':>10}{'Palabre ms':>12}")
    for what, theirs in isso.figures.items():
        ours = palabre.figures[what]
        ratio = statistics.median(a[0] / b[0] for a, b in zip(ours, theirs, strict=True) if b[0])
        pairs = ((theirs, 0), (ours, 0), (theirs, 1), (ours, 1))
        row = [statistics.median(one[k] for one in figures) for figures, k in pairs]
        print(f"{what:12}{row[0]:9.0f}{row[1]:11.0f}{ratio:9.1f}{row[2]:10.3f}{row[3]:12.3f}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="palabre-isso-"))
    server = HouseServer(folder / "house", PALABRE_LIMITS_ENABLED="false")
    server.start()
    process, port = start_isso(folder)
    isso = Peer("isso", port, process.pid)
    palabre = Peer("palabre", server.port, server.pid)
    try:
        for size in SIZES:
            address = urllib.parse.quote(f"/t{size}/", safe="")
            isso.read[size] = f"/?uri={address}&nested_limit=5&sort=oldest&offset=0"
            address = urllib.parse.quote(f"https://example.org/t{size}/", safe="")
            palabre.read[size] = f"/api/v1/comments?limit=100&url={address}"
            for peer in (isso, palabre):
                fill(peer, size)
        for number in range(given.rounds):
            measure([isso, palabre], given.seconds, number + 1)
        report([isso, palabre])
    finally:
        process.terminate()
        server.stop()


if __name__ == "__main__":
    main()
