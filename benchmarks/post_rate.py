"""Posts a second that a real server acknowledges, judged by the rules, beside the bare disk's rate.

    python benchmarks/post_rate.py [--seconds 4] [--rounds 3] [--connections 8] [--workers 1]
                                   [--only SUBJECT ...]

Subjects: both databases, power-safe and not (``durability``). A post is a comment of about 240
characters without a key, over HTTP, into one thread (the worst case). The load generator is wrk
with one thread on the same machine. Rounds are interleaved and medians printed; a ratio is that to
the bare fdatasync of the same round. CPU is that of the server's processes (and of PostgreSQL's,
where it is the store) per acknowledged post. There are no limits per address, which would stop all.
"""

import argparse
import re
import statistics
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from figures import keep
from house_server import HouseServer
from read_path import cpu_of
from write_path import bare

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests")]

from databases import Postgresql  # noqa: E402

_POST = """
local words = {}
for w in ("le conseil municipal a voté la rénovation du marché couvert malgré les réserves")
  :gmatch("%S+") do words[#words + 1] = w end
local n, threads = 0, {}
setup = function(thread) table.insert(threads, thread) end
init = function() taken, other = 0, 0 end
request = function()
  n = n + 1
  local said = {}
  for k = 1, 38 do said[k] = words[(n + k) % #words + 1] end
  local body = '{"url":"https://example.org/posts","name":"lecteur' .. n % 500 .. '","text":"'
    .. table.concat(said, " ") .. " " .. n .. '."}'
  return wrk.format("POST", "/api/v1/comments", {["Content-Type"] = "application/json"}, body)
end
response = function(status) if status == 201 then taken = taken + 1 else other = other + 1 end end
done = function()
  for _, t in ipairs(threads) do
    print(string.format("TOLD %d %d", t:get("taken"), t:get("other")))
  end
end
"""
_SUBJECTS = {
    "sqlite power": ("sqlite", "power"),
    "sqlite process": ("sqlite", "process"),
    "postgresql power": ("postgresql", "power"),
    "postgresql process": ("postgresql", "process"),
}


def post(port: int, connections: int, seconds: float, script: Path) -> tuple[int, int, str]:
    """Post without pause; return 201s, other answers and the 99th percentile as wrk writes it."""
    done = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds:g}s", "--timeout", "30s", "--latency",
         "-s", str(script), f"http://127.0.0.1:{port}"],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    taken, other = re.search(r"TOLD (\d+) (\d+)", done).groups()
    return int(taken), int(other), re.search(r"99%\s+(\S+)", done)[1]


def main() -> None:
    """Let the subjects take turns and print medians and ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--only", nargs="*", choices=_SUBJECTS, default=[*_SUBJECTS])
    given = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="palabre-posts-")))
        script = folder / "post.lua"
        script.write_text(_POST)
        server = None
        if any(_SUBJECTS[name][0] == "postgresql" for name in given.only):
            server = Postgresql(own=True, safe=True)
            stack.callback(server.close)
        houses = {}
        for name in given.only:
            kind, durability = _SUBJECTS[name]
            environment = {
                "PALABRE_LIMITS_ENABLED": "false",
                "PALABRE_DATABASE_DURABILITY": durability,
            }
            if kind == "postgresql" and server:
                environment["PALABRE_DATABASE_URL"] = server.database()
            house = HouseServer(
                folder / name.replace(" ", "-"), workers=given.workers, **environment
            )
            house.start()
            stack.callback(house.stop)
            post(house.port, given.connections, 1, script)  # compile, fill caches, make the thread
            houses[name] = house
        found: dict[str, list[tuple[float, float, float, str]]] = {name: [] for name in houses}
        disk = []
        for _ in range(given.rounds):
            disk.append(bare(folder, given.seconds / 4))
            for name, house in houses.items():
                pids = [house.pid]
                if _SUBJECTS[name][0] == "postgresql" and server and server.pid:
                    pids.append(server.pid)
                before = sum(cpu_of(pid) for pid in pids)
                taken, other, p99 = post(house.port, given.connections, given.seconds, script)
                if other:
                    raise SystemExit(f"{name}: {other} posts were not taken")
                cpu = (sum(cpu_of(pid) for pid in pids) - before) * 1000 / taken
                rate = taken / given.seconds
                found[name].append((rate, rate / disk[-1], cpu, p99))
        print(f"bare fdatasync {statistics.median(disk):.0f}/s; {given.connections} connections,"
              f" {given.workers} worker(s), median of {given.rounds} rounds")  # fmt: skip
        for name, rows in found.items():
            rate, ratio, cpu = (statistics.median(row[k] for row in rows) for k in range(3))
            print(f"{name:20}{rate:7.0f}/s{ratio:7.2f} x fdatasync  CPU {cpu:.2f} ms"
                  f"  p99 {', '.join(row[3] for row in rows)}")  # fmt: skip
        rates = {name: [row[0] for row in rows] for name, rows in found.items()}
        cpu_ms = {name: [row[2] for row in rows] for name, rows in found.items()}
        keep("posts", rates={"fdatasync": disk, **rates}, cpu_ms=cpu_ms)


if __name__ == "__main__":
    main()
