"""A flood of posts with readers beside it: what they notice, what writers are told, what is lost.

    python benchmarks/flood.py [--seconds 10] [--connections 256]

First the posts that 8 connections can have taken (the sustainable rate), then as many connections
as given post without pause, while 4 read the very thread that is posted to, then another. There are
no rate limits per address, which would stop all of it at the door. At the end every 201 must be a
row.
"""

import argparse
import re
import sqlite3
import subprocess
import tempfile
import threading
import urllib.parse
from pathlib import Path

from figures import keep
from house_server import HouseServer
from long_threads import ROOTS_A_PAGE, fill
from read_path import cpu_of, wrk

_POST = """
local n, told, late, threads = 0, {}, 0, {}
setup = function(thread) table.insert(threads, thread) end
init = function() taken, busy, limited, other, retry = 0, 0, 0, 0, 0 end
request = function()
  n = n + 1
  local body = '{"url":"https://example.org/t100","text":"Un avis de plus, le ' .. n .. 'e."}'
  return wrk.format("POST", "/api/v1/comments", {["Content-Type"] = "application/json"}, body)
end
response = function(status, headers)
  if status == 201 then taken = taken + 1
  elseif status == 503 then busy = busy + 1
  elseif status == 429 then limited = limited + 1
  else other = other + 1 end
  if status ~= 201 and headers["retry-after"] then retry = retry + 1 end
end
done = function()
  for _, t in ipairs(threads) do
    print(string.format("TOLD %d %d %d %d %d", t:get("taken"), t:get("busy"), t:get("limited"),
      t:get("other"), t:get("retry")))
  end
end
"""


def post(port: int, connections: int, seconds: float, script: Path) -> tuple[list[int], float, str]:
    """Post without pause; return answers (201, 503, 429, others, with Retry-After), rate, p99."""
    done = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds:g}s", "--timeout", "30s", "--latency",
         "-s", str(script), f"http://127.0.0.1:{port}"],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    told = [int(x) for x in re.search(r"TOLD (.*)", done)[1].split()]
    return told, sum(told[:4]) / seconds, re.search(r"99%\s+(\S+)", done)[1]


def rows(database: Path) -> int:
    """Return how many comments the store holds."""
    connection = sqlite3.connect(database)
    count = connection.execute("SELECT count(*) FROM comments").fetchone()[0]
    connection.close()
    return int(count)


def main() -> None:
    """Flood and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--connections", type=int, default=256)
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="palabre-flood-"))
    script = folder / "post.lua"
    script.write_text(_POST)
    server = HouseServer(folder / "house", PALABRE_LIMITS_ENABLED="false")
    server.start()
    fill(server.database, "/t100", 100)
    fill(server.database, "/t100x", 100)
    url = urllib.parse.quote("https://example.org/t100")
    page = f"http://127.0.0.1:{server.port}/api/v1/comments?limit={ROOTS_A_PAGE}&url={url}"
    try:
        calm, rate, p99 = post(server.port, 8, given.seconds / 2, script)
        print(f"8 connections: {calm[0] / (given.seconds / 2):.0f} posts/s taken, p99 {p99}")
        _, alone, _ = wrk(page, 2, "-c4")
        print(f"readers alone: p99 {alone:.1f} ms")
        told: list[list[int]] = []
        flood = threading.Thread(
            target=lambda: told.append(
                [*post(server.port, given.connections, given.seconds, script)]
            )
        )
        before = cpu_of(server.pid)
        flood.start()
        half = given.seconds // 2 - 1
        reads, slowest, _ = wrk(page, half, "-c4", "-H", "Accept-Encoding: gzip")
        others, calmer, _ = wrk(page + "x", half, "-c4", "-H", "Accept-Encoding: gzip")
        flood.join()
        (taken, busy, limited, other, retry), offered, p99 = told[0]
        print(
            f"flood of {given.connections} connections: {offered:.0f} posts/s offered, "
            f"{offered / max(rate, 1):.1f} times what was sustained; {taken} taken, {busy} told "
            f"503 and {limited} 429 ({retry} with Retry-After), {other} others; p99 {p99}"
        )
        print(
            f"readers of that thread meanwhile: {reads:.0f}/s, p99 {slowest:.1f} ms; of another: "
            f"{others:.0f}/s, p99 {calmer:.1f} ms; CPU {cpu_of(server.pid) - before:.1f} s"
        )
        kept = rows(server.database) - 200
        print(f"{kept} comments stored for {calm[0] + taken} acknowledged")
        keep(
            "flood",
            times=offered / max(rate, 1),
            readers_p99=[slowest, calmer],
            taken=calm[0] + taken,
            lost=max(0, calm[0] + taken - kept),
        )
        if kept < calm[0] + taken:
            raise SystemExit("acknowledged comments are missing")
    finally:
        server.stop()


if __name__ == "__main__":
    main()
