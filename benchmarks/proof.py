"""How long a browser computes a proof of work: python benchmarks/proof.py [--times 40].

Serves the element's own module and challenges of the house's own making to Chromium, and lets it
solve them, also with the page's thread slowed down four times. That slows what a page does, not the
browser's cryptography, which has threads of its own: so it is also run with two programs beside it
that take a core each, and the work is told in hashes for what is slower still.
"""

import argparse
import json
import statistics
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from palabre.application.proof import ITERATIONS, Proof, derive

PART = Path(__file__).parents[1] / "widget/src/proof.js"
PROOF = Proof(secret=b"a benchmark's")
ORIGIN, KEY = "https://example.org", "0123456789abcdef"
# Solve one challenge; return the milliseconds it took, and the longest wait of the page's thread.
SOLVE = """async (problem) => {
  const { prove } = await import("/part.js");
  const start = performance.now();
  let last = start, longest = 0;
  const tick = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 5);
  const proof = await prove({ say() {} }, problem);
  clearInterval(tick);
  return [proof, performance.now() - start, longest];
}"""


class Server(BaseHTTPRequestHandler):
    """An empty page, and the module."""

    def do_GET(self) -> None:
        """Answer with one or the other."""
        is_part = self.path == "/part.js"
        self.send_response(200)
        self.send_header("Content-Type", "text/javascript" if is_part else "text/html")
        self.end_headers()
        self.wfile.write(PART.read_bytes() if is_part else b"<!doctype html><title>proof</title>")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def solved(page: Page, times: int) -> tuple[list[float], float]:
    """Return the seconds of each of ``times`` challenges, and the longest wait in milliseconds."""
    took, longest = [], 0.0
    for _ in range(times):
        now = datetime.now(UTC)
        challenge = PROOF.challenge(ORIGIN, KEY, now)
        proof, milliseconds, waited = page.evaluate(SOLVE, {"title": "", "challenge": challenge})
        assert PROOF.holds(proof, ORIGIN, KEY, now)
        took.append(milliseconds / 1000)
        longest = max(longest, waited)
    return sorted(took), longest


def told(name: str, took: list[float], longest: float) -> None:
    """Print a line of the table."""
    high = took[round(0.95 * (len(took) - 1))]
    print(
        f"{name:28} mean {statistics.mean(took):.2f} s, median {statistics.median(took):.2f}, "
        f"95 % {high:.2f}, most {took[-1]:.2f}; the page waited at most {longest:.0f} ms"
    )


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--times", type=int, default=40)
    times = parser.parse_args().times
    start = time.perf_counter()
    for n in range(200):
        derive(b"n" * 16, b"s" * 16, n)
    each = (time.perf_counter() - start) / 200
    print(
        f"one try in Python: {each * 1000:.2f} ms of one core; {PROOF.tries * each:.2f} s a comment"
    )
    start = time.perf_counter()
    for _ in range(100):
        PROOF.challenge(ORIGIN, KEY, datetime.now(UTC))
    print(f"one challenge: {(time.perf_counter() - start) * 10:.2f} ms of the server")
    payload = json.dumps(PROOF.challenge(ORIGIN, KEY, datetime.now(UTC)))
    print(f"{PROOF.tries} tries of {ITERATIONS} rounds; a challenge has {len(payload)} bytes")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium")
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{server.server_port}/")
        slow = page.context.new_cdp_session(page)
        for rate in (1, 4):
            slow.send("Emulation.setCPUThrottlingRate", {"rate": rate})
            told(f"Chromium, page at {rate}x", *solved(page, times))
        slow.send("Emulation.setCPUThrottlingRate", {"rate": 1})
        busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2)]
        try:
            told("Chromium, both cores taken", *solved(page, times // 2))
        finally:
            for one in busy:
                one.kill()
        browser.close()
    server.shutdown()


if __name__ == "__main__":
    main()
