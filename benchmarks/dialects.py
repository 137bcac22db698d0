"""10,000 mixed calls of both dialects on four connections, then texts of 20 kB; says p50 to p99.

    python benchmarks/dialects.py [--calls 10000] [--connections 4] [--depth full] [--models FOLDER]

The client runs on the same machine and takes its share of it. Texts are the project's own.
"""

import argparse
import http.client
import json
import random
import statistics
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlencode

from figures import keep
from house_server import PALABRE, HouseServer

ROOT = Path(__file__).parents[1]
BLOG = "https://example.org"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}
MIX = (
    ("comment-check", 60),
    ("analyze", 20),
    ("verify-key", 8),
    ("submit-spam", 4),
    ("submit-ham", 3),
    ("suggestscore", 2),
    ("usage-limit", 2),
    ("key-sites", 1),
)
Call = tuple[str, str, str, str | None, dict[str, str]]


def texts() -> list[str]:
    """Return the project's own French comments, cut to 300 characters."""
    found = []
    for path in sorted((ROOT / "texts/fr").glob("*.jsonl")):
        with path.open(encoding="utf-8") as lines:
            found += [json.loads(line)["text"][:300] for line in lines]
    return found


def call(kind: str, key: str, text: str) -> Call:
    """Return kind, method, path, body and headers of one call."""
    form = {"api_key": key, "blog": BLOG, "blog_lang": "fr_FR"}
    if kind in {"analyze", "suggestscore"}:
        wanted = {"TOXICITY": {}, "INSULT": {}, "THREAT": {}}
        body: dict[str, object] = {"comment": {"text": text}, "languages": ["fr"]}
        if kind == "analyze":
            body["requestedAttributes"] = wanted
        else:
            body["attributeScores"] = {"TOXICITY": {"summaryScore": {"value": 0}}}
        return kind, "POST", f"/v1alpha1/comments:{kind}?key={key}", json.dumps(body), JSON
    if kind in {"usage-limit", "key-sites"}:
        return kind, "GET", f"/1.2/{kind}?api_key={key}", None, {}
    if kind != "verify-key":
        form |= {"user_ip": "192.0.2.7", "comment_author": "Zoé", "comment_content": text}
    return kind, "POST", f"/1.1/{kind}", urlencode(form), FORM


def run(port: int, calls: list[Call], connections: int) -> tuple[dict[str, list[float]], list[str]]:
    """Send all calls; return milliseconds by kind, and what was not answered by 200."""
    waiting = iter(calls)
    lock = threading.Lock()
    took: dict[str, list[float]] = {}
    wrong: list[str] = []

    def work() -> None:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        while True:
            with lock:
                one = next(waiting, None)
            if one is None:
                return
            kind, method, path, body, headers = one
            begin = time.perf_counter()
            line.request(method, path, body=body, headers=headers)
            answer = line.getresponse()
            content = answer.read()
            spent = (time.perf_counter() - begin) * 1000
            with lock:
                took.setdefault(kind, []).append(spent)
                if answer.status != http.HTTPStatus.OK:
                    wrong.append(f"{kind}: {answer.status} {content[:120]!r}")

    threads = [threading.Thread(target=work) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return took, wrong


def line(name: str, spent: list[float]) -> str:
    """Return a row of the table."""
    cut = statistics.quantiles(spent, n=100) if len(spent) > 1 else spent * 99
    figures = (cut[49], cut[94], cut[98], max(spent))
    return f"| {name} | {len(spent)} | " + " | ".join(f"{f:.1f}" for f in figures) + " |"


def main() -> int:
    """Measure and print a table; exit 1 when something was not answered by 200."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=10_000)
    parser.add_argument("--connections", type=int, default=4)
    parser.add_argument("--depth", default="full")
    parser.add_argument("--models", default="")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    chance = random.Random(1)
    own = texts()
    with tempfile.TemporaryDirectory() as folder:
        variables = {"PALABRE_JUDGE_DEPTH": options.depth, "PALABRE_JUDGE_MODELS": options.models}
        server = HouseServer(Path(folder), **variables)
        config = Path(folder) / "palabre.toml"
        done = subprocess.run(
            [*PALABRE, "--config", str(config), "key", "add", "--label", "benchmark"],
            check=True,
            capture_output=True,
            text=True,
        )
        key = done.stdout.strip()
        server.start()
        try:
            kinds = [kind for kind, share in MIX for _ in range(share)]
            if options.depth == "rules":  # no score without a model: Perspective refuses
                kinds = [kind for kind in kinds if kind != "analyze"]
            mixed = [call(chance.choice(kinds), key, chance.choice(own)) for _ in range(200)]
            run(server.port, mixed, options.connections)  # the first ones open what lies closed
            mixed = [
                call(chance.choice(kinds), key, chance.choice(own)) for _ in range(options.calls)
            ]
            begin = time.perf_counter()
            took, wrong = run(server.port, mixed, options.connections)
            seconds = time.perf_counter() - begin
            long_kinds = [k for k in ("comment-check", "analyze") if k in kinds]
            long = []
            for _ in range(20):
                text = (
                    " ".join(chance.choices(own, k=400)).encode()[:20_000].decode("utf-8", "ignore")
                )
                long += [call(kind, key, text) for kind in long_kinds]
            slow, also_wrong = run(server.port, long, 1)
            alike, wrong_together = run(server.port, long, options.connections)
        finally:
            server.kill()
    everything = [ms for spent in took.values() for ms in spent]
    rows = [
        "| call | number | p50 ms | p95 ms | p99 ms | longest ms |",
        "|---|---|---|---|---|---|",
        *(line(kind, took[kind]) for kind, _ in MIX if kind in took),
        line("all", everything),
        *(line(f"{kind}, 20 kB, alone", spent) for kind, spent in slow.items()),
        *(line(f"{kind}, 20 kB, {options.connections} at once", s) for kind, s in alike.items()),
    ]
    print("\n".join(rows))
    wrong += also_wrong + wrong_together
    keep(
        "dialects",
        calls=options.calls,
        p99=statistics.quantiles(everything, n=100)[98],
        alone=max(ms for spent in slow.values() for ms in spent),
        together=max(ms for spent in alike.values() for ms in spent),
        wrong=len(wrong),
    )
    print(f"\n{options.calls} calls in {seconds:.1f} s, {len(wrong)} not answered by 200")
    for each in wrong[:5]:
        print(each)
    if options.json:
        options.json.write_text(json.dumps({"ms": took, "long": slow, "wrong": wrong}))
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
