"""Start, memory, reads, posts and a mixed load beside Isso, a known comment server, in one run.

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
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
from dataclasses import dataclass, field
from pathlib import Path

from figures import keep
from house_server import HouseServer
from loopback import Connection, CutOffError
from read_path import cpu_of, pss_of, wrk

WORDS = "le conseil municipal a voté la rénovation du marché couvert malgré les réserves".split()  # noqa: SIM905
CONNECTIONS = 8
SIZES = (100, 500)
MIXED = 10  # threads of the mixed load, of 50 comments each
# 95 reads and 5 posts of a hundred, over all threads of the mixed load.
_MIXED = """
local reads, posts, n = {reads}, {posts}, {first}
request = function()
  local k = math.random(#reads)
  n = n + 1
  if math.random() < 0.95 then
    return wrk.format("GET", reads[k], {{["Accept-Encoding"] = "gzip"}})
  end
  local body = string.gsub(posts[k][2], "NUMBER", tostring(n))
  return wrk.format("POST", posts[k][1], {{["Content-Type"] = "application/json"}}, body)
end
"""


@dataclass
class Peer:
    """One server: where it reads and posts, and what its main process is."""

    name: str
    port: int
    pid: int
    started: float
    read: dict[str, str] = field(default_factory=dict)
    figures: dict[str, list[tuple[float, float]]] = field(default_factory=dict)

    def note(self, what: str, rate: float, cpu_ms: float) -> None:
        """Keep a figure of this round."""
        self.figures.setdefault(what, []).append((rate, cpu_ms))


def text(number: object) -> str:
    """Return a harmless comment of about 240 characters."""
    first = number if isinstance(number, int) else 0
    return " ".join(WORDS[(first + k) % len(WORDS)] for k in range(38)) + f" {number}."


def isso_call(title: str, number: object, parent: object = None) -> tuple[str, dict]:
    """Return path and body of a post to Isso."""
    address = urllib.parse.quote(f"/{title}/", safe="")
    body = {"author": f"lecteur{number}", "email": None, "website": None, "title": title}
    return f"/new?uri={address}", body | {
        "text": text(number),
        "parent": parent,
        "notification": 0,
    }


def palabre_call(title: str, number: object, parent: object = None) -> tuple[str, dict]:
    """Return path and body of a post to Palabre."""
    body = {"url": f"https://example.org/{title}/", "text": text(number)}
    body["name"] = f"lecteur{number}"
    return "/api/v1/comments", body | ({"parent": parent} if parent else {})


CALLS = {"isso": isso_call, "palabre": palabre_call}


def reading(peer: Peer, title: str) -> str:
    """Return the path that the peer's own front end asks for to show a thread."""
    if peer.name == "isso":
        address = urllib.parse.quote(f"/{title}/", safe="")
        return f"/?uri={address}&nested_limit=5&sort=oldest&offset=0"
    address = urllib.parse.quote(f"https://example.org/{title}/", safe="")
    return f"/api/v1/comments?limit=100&url={address}"


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


def fill(peer: Peer, title: str, size: int) -> None:
    """Make a thread of ``size`` comments: of five, three roots and two answers."""
    peer.read[title] = reading(peer, title)
    roots: list[object] = []
    for number in range(size):
        parent = roots[-1] if number % 5 in {3, 4} else None
        answer = post(peer, *CALLS[peer.name](title, number, parent))
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


def mixed(peer: Peer, folder: Path, first: int) -> Path:
    """Write the wrk script of the mixed load."""
    titles = [f"mixed{n}" for n in range(MIXED)]
    reads = ", ".join(json.dumps(peer.read[title]) for title in titles)
    calls = [CALLS[peer.name](title, "NUMBER") for title in titles]
    posts = ", ".join(f"{{{json.dumps(p)}, [==[{json.dumps(b)}]==]}}" for p, b in calls)
    script = folder / f"mixed-{peer.name}.lua"
    script.write_text(_MIXED.format(reads=f"{{{reads}}}", posts=f"{{{posts}}}", first=first))
    return script


def start_isso(folder: Path) -> Peer:
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
    begin = time.perf_counter()
    process = subprocess.Popen(
        command, env=environment, stdout=log, stderr=log, start_new_session=True
    )
    while time.perf_counter() - begin < 20:
        with contextlib.suppress(OSError):
            asked = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            asked.request("GET", "/?uri=%2Fnothing%2F")
            asked.getresponse().read()
            return Peer("isso", port, process.pid, time.perf_counter() - begin)
        time.sleep(0.02)
    raise SystemExit((folder / "isso.log").read_text())


def load(peer: Peer, what: str, url: str, seconds: float, *options: str) -> None:
    """Load a peer by wrk once and note rate and CPU per request."""
    before = cpu_of(peer.pid)
    rate, _, count = wrk(url, seconds, "--timeout", "30s", *options)
    peer.note(what, rate, (cpu_of(peer.pid) - before) * 1000 / max(count, 1))


def measure(peers: list[Peer], seconds: float, number: int, folder: Path) -> None:
    """Measure each subject once."""
    for size in SIZES:
        for peer in peers:
            url = f"http://127.0.0.1:{peer.port}{peer.read[f't{size}']}"
            # An answer that takes seconds is asked for by two, or none would be whole in time.
            few = ["-c2"] if size > SIZES[0] else []
            options = ["-H", "Accept-Encoding: gzip", *few]
            load(peer, f"read {size}", url, seconds * (3 if few else 1), *options)
    for peer in peers:
        script = mixed(peer, folder, number * 1_000_000)
        load(peer, "mixed", f"http://127.0.0.1:{peer.port}", seconds, "-s", str(script))
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
        ratios = [a[0] / b[0] for a, b in zip(ours, theirs, strict=True) if b[0]]
        ratio = statistics.median(ratios or [math.inf])  # Isso may answer nothing in a short round
        pairs = ((theirs, 0), (ours, 0), (theirs, 1), (ours, 1))
        row = [statistics.median(one[k] for one in figures) for figures, k in pairs]
        print(f"{what:12}{row[0]:9.0f}{row[1]:11.0f}{ratio:9.1f}{row[2]:10.3f}{row[3]:12.3f}")
    memory = {peer.name: pss_of(peer.pid) for peer in peers}
    print(f"start: Isso {isso.started:.2f} s, Palabre {palabre.started:.2f} s; memory {memory} MB")
    keep(
        "isso",
        figures={peer.name: peer.figures for peer in peers},
        started={peer.name: peer.started for peer in peers},
        memory=memory,
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="palabre-isso-"))
    server = HouseServer(folder / "house", PALABRE_LIMITS_ENABLED="false")
    isso = start_isso(folder)
    palabre = Peer("palabre", server.port, 0, server.start())
    palabre.pid = server.pid
    try:
        for peer in (isso, palabre):
            for size in SIZES:
                fill(peer, f"t{size}", size)
            for n in range(MIXED):
                fill(peer, f"mixed{n}", 50)
        for number in range(given.rounds):
            measure([isso, palabre], given.seconds, number + 1, folder)
        report([isso, palabre])
    finally:
        os.kill(isso.pid, 15)
        server.stop()


if __name__ == "__main__":
    main()
