"""Reads of a page of 100 comments beside nginx with the same bytes and headers as a static file.

    python benchmarks/read_path.py [--seconds 5] [--rounds 5] [--long 1000000] [--workers 1]

Needs wrk and nginx-light (scripts/debian-packages wrk nginx-light). Every round measures each
subject once, so that what else the machine does weighs on all of them alike; what is printed are
medians over the rounds, and the ratio is that to nginx within the same round. The load generator is
wrk with one thread and 32 connections on the same machine; CPU is that of all processes of the
server, from /proc. After the reads comes a flood of posts, with readers beside it.
"""

import argparse
import contextlib
import http.client
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from dataclasses import dataclass, field
from pathlib import Path

from figures import keep
from house_server import HouseServer
from long_threads import ROOTS_A_PAGE, fill

_KINDS = ("plain", "gzip")
_TICKS = os.sysconf("SC_CLK_TCK")
_OWN = {"date", "server", "connection", "content-length", "keep-alive", "x-request-id"}
_NGINX = """
daemon off; user root; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{ access_log off; keepalive_requests 100000000; keepalive_timeout 300; etag off;
sendfile on; tcp_nopush on;
client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
server {{ listen 127.0.0.1:{port}; root {folder}; default_type application/json;
{locations} }} }}
"""


@dataclass
class Subject:
    """One thing that is read. ``reference``: the row of nginx that it is compared with."""

    name: str
    url: str
    packed: bool
    pid: int
    reference: str = ""
    posting: bool = False
    rates: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    p99: list[float] = field(default_factory=list)


def wrk(url: str, seconds: float, *extra: str) -> tuple[float, float, int]:
    """Return requests per second, the 99th percentile in ms, and the number of requests."""
    command = ["wrk", "-t1", "-c32", f"-d{seconds:g}s", "--latency", *extra, url]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in text and "post.lua" not in str(extra):
        raise SystemExit(text)
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1])
    number, unit = re.search(r"99%\s+([\d.]+)(us|ms|s|m)", text).groups()
    p99 = float(number) * {"us": 0.001, "ms": 1, "s": 1000, "m": 60_000}[unit]
    return rate, p99, int(re.search(r"(\d+) requests in", text)[1])


def tree(pid: int) -> list[int]:
    """Return a process and all below it."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(OSError):
            for child in (task / "children").read_text().split():
                found += tree(int(child))
    return found


def cpu_of(pid: int) -> float:
    """Return the seconds of CPU that a process tree has used."""
    ticks = 0
    for one in tree(pid):
        with contextlib.suppress(OSError):
            stat = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
            ticks += int(stat[11]) + int(stat[12])
    return ticks / _TICKS


def pss_of(pid: int) -> float:
    """Return the memory of a process tree in MB, shared pages counted once."""
    size = 0
    for one in tree(pid):
        text = Path(f"/proc/{one}/smaps_rollup").read_text()
        size += int(re.search(r"^Pss:\s+(\d+)", text, re.MULTILINE)[1])
    return size / 1024


def get(url: str, *, packed: bool) -> tuple[dict[str, str], bytes]:
    """Return headers and raw body of an answer."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    headers = {"Accept-Encoding": "gzip" if packed else "identity"}
    connection.request("GET", f"{parts.path}?{parts.query}", headers=headers)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    assert answer.status == 200, (url, answer.status, body[:300])
    return {k.lower(): v for k, v in answer.getheaders()}, body


def start_nginx(folder: Path, port: int, pages: dict[str, str]) -> subprocess.Popen:
    """Serve what Palabre answers under each address, headers included, as static files."""
    locations = []
    for name, url in pages.items():
        headers, body = get(url, packed=name == "gzip")
        (folder / name).write_bytes(body)
        given = {k: v for k, v in headers.items() if k not in _OWN | {"content-type"}}
        lines = " ".join(f'add_header {k} "{v.replace(chr(34), chr(92) + chr(34))}";'
                         for k, v in given.items())  # fmt: skip
        locations.append(f"location = /{name} {{ {lines} }}")
        print(f"{name}: {len(body)} bytes, {len(json.loads(get(url, packed=False)[1])['comments'])}"
              " roots")  # fmt: skip
    conf = folder / "nginx.conf"
    conf.write_text(_NGINX.format(folder=folder, port=port, locations="\n".join(locations)))
    process = subprocess.Popen(["nginx", "-c", str(conf)], stderr=subprocess.DEVNULL)
    while True:
        with contextlib.suppress(OSError):
            for name, url in pages.items():
                packed = name == "gzip"
                ours, theirs = (
                    get(u, packed=packed) for u in (url, f"http://127.0.0.1:{port}/{name}")
                )
                assert ours[1] == theirs[1]
                left = {k: v for k, v in ours[0].items() if k not in _OWN}
                assert left.items() <= theirs[0].items(), (left, theirs[0])
            return process
        time.sleep(0.1)


def post_now(port: int, n: int) -> None:
    """Post a comment to the shortest thread."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    body = json.dumps({"url": "https://example.org/t100", "text": f"Un commentaire, le {n}e."})
    connection.request("POST", "/api/v1/comments", body, {"Content-Type": "application/json"})
    assert connection.getresponse().status == 201
    connection.close()


def measure(subject: Subject, seconds: float, port: int) -> None:
    """Load one subject once."""
    stop = threading.Event()

    def post() -> None:
        n = 0
        while not stop.wait(1):
            post_now(port, n := n + 1)

    poster = threading.Thread(target=post)
    if subject.posting:
        poster.start()
    extra = ["-H", "Accept-Encoding: gzip"] if subject.packed else []
    before = cpu_of(subject.pid)
    rate, p99, number = wrk(subject.url, seconds, *extra)
    subject.cpu.append((cpu_of(subject.pid) - before) * 1000 / number)
    subject.rates.append(rate)
    subject.p99.append(p99)
    stop.set()
    if subject.posting:
        poster.join()


def report(subjects: list[Subject]) -> None:
    """Print the medians."""
    by_name = {s.name: s for s in subjects}
    print(f"\n{'':34}{'req/s':>8}{'of nginx':>10}{'CPU ms':>9}{'p99 ms':>8}")
    for s in subjects:
        other = by_name.get(s.reference)
        ratio = (
            f"{statistics.median(a / b for a, b in zip(s.rates, other.rates, strict=True)):.3f}"
            if other
            else ""
        )
        print(f"{s.name:34}{statistics.median(s.rates):8.0f}{ratio:>10}"
              f"{statistics.median(s.cpu):9.4f}{statistics.median(s.p99):8.1f}")  # fmt: skip


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--long", type=int, default=1_000_000)
    parser.add_argument("--workers", type=int, default=1)
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="palabre-reads-"))
    server = HouseServer(folder / "house", workers=given.workers, PALABRE_LIMITS_ENABLED="false")
    server.start()
    sizes = (100, 10_000, given.long)
    for size in sizes:
        print(f"{size} comments filled in {fill(server.database, f'/t{size}', size):.1f} s")
    address = f"http://127.0.0.1:{server.port}/api/v1/comments?limit={ROOTS_A_PAGE}&url="
    pages = {size: address + urllib.parse.quote(f"https://example.org/t{size}") for size in sizes}
    nginx_port = server.port + 1
    nginx = start_nginx(folder, nginx_port, {"plain": pages[100], "gzip": pages[100]})
    subjects = []
    try:
        for packed, kind in enumerate(_KINDS):
            reference = f"nginx {kind}"
            static = f"http://127.0.0.1:{nginx_port}/{kind}"
            subjects.append(Subject(reference, static, bool(packed), nginx.pid))
            subjects += [
                Subject(f"{size} comments, {kind}", page, bool(packed), server.pid, reference)
                for size, page in pages.items()
            ]
            name = f"100, a post a second, {kind}"
            subjects.append(
                Subject(name, pages[100], bool(packed), server.pid, reference, posting=True)
            )
        for _ in range(given.rounds):
            for subject in subjects:
                measure(subject, given.seconds, server.port)
        report(subjects)
        memory = pss_of(server.pid)
        print(f"PSS of the server's processes: {memory:.0f} MB")
        keep(
            f"reads-{given.workers}",
            rows={s.name: [s.rates, s.cpu, s.p99, s.reference] for s in subjects},
            memory=memory,
            bytes={
                kind: len(get(pages[100], packed=kind == "gzip")[1]) for kind in ("plain", "gzip")
            },
        )
        print(f"load average: {os.getloadavg()}, {os.cpu_count()} cores", file=sys.stdout)
    finally:
        nginx.terminate()
        server.stop()


if __name__ == "__main__":
    main()
