"""A thread of 10,000 comments in the element, on a page of another origin, on a slow phone.

    python benchmarks/long_thread_in_browser.py [--size 10000] [--slower 4]

Chromium with its processor slowed down. A passage of the article is chosen, the thread is sorted,
shown in full, scrolled through, searched, folded, voted and written in; told are the long tasks
(over 50 ms), the time from each interaction to the next paint (Event Timing, as Interaction to Next
Paint counts it), the shift of the layout, the heap and the number of elements. Exit code 1 when a
task or an interaction takes 200 ms or more, or something moved by itself. All of it is wall time:
on a busy machine the quietest of some runs is the figure.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import CDPSession, Page, sync_playwright

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "tests")]

from figures import keep  # noqa: E402
from house_server import HouseServer  # noqa: E402
from long_threads import fill  # noqa: E402

ORIGIN = "http://gazette.localhost"
PAGE = """<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>Le budget</title>
<meta name="viewport" content="width=device-width">
<script type="module" src="{base}/palabre.js"></script></head>
<body><h1>Le budget</h1><article><p>{text}</p></article><palabre-comments>
</palabre-comments></body></html>"""
WATCH = """
globalThis.told = {long: [], slow: [], shift: 0};
const each = (type, tell, more) =>
  new PerformanceObserver((list) => list.getEntries().forEach(tell))
    .observe({type, buffered: true, ...more});
each('longtask', (e) => told.long.push(Math.round(e.duration)));
each('event', (e) => e.interactionId && told.slow.push([e.name, Math.round(e.duration)]),
  {durationThreshold: 16});
each('layout-shift', (e) => { if (!e.hadRecentInput) told.shift += e.value; });
"""
LIMIT = 200  # milliseconds
SEEN: list[tuple[int, int, float]] = []  # longest task, slowest interaction, shift, of each step


def main() -> int:
    """Measure and print; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=10_000)
    parser.add_argument("--slower", type=float, default=4)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server = HouseServer(Path(folder) / "house", PALABRE_LIMITS_ENABLED="false")
        config = server.folder / "palabre.toml"
        config.write_text(config.read_text().replace("https://example.org", ORIGIN))
        server.start()  # registers the site
        fill(server.database, "/budget", given.size)
        try:
            code = measure(f"http://127.0.0.1:{server.port}", given.slower)
        finally:
            server.stop()
    tasks, acts, shifts = zip(*SEEN, strict=True)
    keep("browser", size=given.size, task=max(tasks), act=max(acts), shift=max(shifts))
    return code


def measure(base: str, slower: float) -> int:
    """Do what a reader does and tell what it took."""
    with sync_playwright() as started:
        browser = started.chromium.launch(
            executable_path="/usr/bin/chromium",
            # The page's own address is made up, so that Chromium takes this machine for foreign.
            args=[
                *("--no-sandbox", "--disable-gpu"),
                "--disable-features=LocalNetworkAccessChecks",
            ],
        )
        phone = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
        page = browser.new_context(**phone).new_page()
        html = PAGE.format(base=base, text="Un paragraphe. " * 60)
        page.route(f"{ORIGIN}/**", lambda r: r.fulfill(body=html, content_type="text/html"))
        page.add_init_script(WATCH)
        page.on("console", lambda m: print("console:", m.text, flush=True))
        page.on("requestfailed", lambda r: print("failed:", r.url[:90], r.failure, flush=True))
        devtools = page.context.new_cdp_session(page)
        devtools.send("Emulation.setCPUThrottlingRate", {"rate": slower})
        page.goto(f"{ORIGIN}/budget")
        page.mouse.wheel(0, 600)
        page.locator("#palabre-h").wait_for()
        bad = told(page, devtools, "opened")
        page.evaluate("scrollTo(0, 0)")
        page.evaluate("getSelection().selectAllChildren(document.querySelector('article p'))")
        page.get_by_role("button", name="Commenter ce passage").tap()
        page.get_by_role("dialog").get_by_role("button", name="Fermer").tap()
        bad += told(page, devtools, "passage chosen, its panel opened and closed")
        page.locator("[data-go=sort]").last.tap()
        page.locator("[data-go=sort][aria-current]").last.wait_for()
        page.locator("[data-go=sort]").first.tap()
        bad += told(page, devtools, "sorted")
        # What is drawn only when near takes its place before the finger comes.
        page.locator("[data-go=all]").scroll_into_view_if_needed()
        page.wait_for_timeout(500)
        begin = time.perf_counter()
        page.locator("[data-go=all]").tap()
        page.locator(".list + .list").first.wait_for(state="attached")
        page.locator("[data-pager]").wait_for(state="detached", timeout=300_000)
        bad += told(page, devtools, f"all shown in {time.perf_counter() - begin:.0f} s")
        for _ in range(20):
            page.mouse.wheel(0, 2_000)
            page.wait_for_timeout(50)
        bad += told(page, devtools, "scrolled")
        page.evaluate("scrollTo(0, 0)")
        page.locator("#palabre-find").fill("hôpital transports")
        page.wait_for_function(
            "document.querySelector('palabre-comments').shadowRoot"
            ".querySelector('[data-hits]').textContent"
        )
        bad += told(page, devtools, "searched")
        page.locator("#palabre-find").fill("")
        page.wait_for_timeout(1500)
        bad += act(page, devtools)
        browser.close()
    print("over the limits" if bad else f"all under {LIMIT} ms, nothing moved")
    return 1 if bad else 0


def act(page: Page, devtools: CDPSession) -> int:
    """Fold, vote and answer, each told by itself; return how many went over a limit."""
    bad = 0
    page.locator("[data-go=fold]").first.tap()
    bad += told(page, devtools, "folded")
    page.locator("[data-up]").first.tap()
    page.locator("[data-up][aria-pressed=true]").first.wait_for()
    bad += told(page, devtools, "voted")
    page.locator("[data-go=reply]").first.tap()
    page.locator("li #palabre-text").wait_for()
    bad += told(page, devtools, "form opened")
    page.locator("li #palabre-text").type("Je ne suis pas de cet avis.")
    bad += told(page, devtools, "written")
    page.locator("li #palabre-form .button").tap()
    page.locator("li.here").wait_for()
    bad += told(page, devtools, "answered")
    return bad


def told(page: Page, devtools: CDPSession, what: str) -> int:
    """Print what was observed since the last time, and return 1 if it is over a limit."""
    page.wait_for_timeout(400)
    found = page.evaluate(
        "(() => { const was = told; told = {long: [], slow: [], shift: 0}; return was; })()"
    )
    devtools.send("HeapProfiler.collectGarbage")
    heap = page.evaluate("performance.memory.usedJSHeapSize") / 2**20
    nodes = page.evaluate(
        "document.querySelector('palabre-comments').shadowRoot.querySelectorAll('*').length"
    )
    longest = max(found["long"], default=0)
    slowest = max(found["slow"], key=lambda pair: pair[1], default=["none", 0])
    SEEN.append((longest, slowest[1], found["shift"]))
    print(
        f"{what}: longest task {longest} ms of {len(found['long'])} over 50, "
        f"slowest interaction {slowest[1]} ms ({slowest[0]}), layout shift {found['shift']:.4f}, "
        f"heap {heap:.0f} MB, {nodes:,} elements",
        flush=True,
    )
    return int(longest >= LIMIT or slowest[1] >= LIMIT or found["shift"] > 0.01)


if __name__ == "__main__":
    sys.exit(main())
