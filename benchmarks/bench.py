"""Measure what docs/benchmarks.md claims, and write that page.

    python benchmarks/bench.py [--only PART]... [--quick]

Each part is a programme of its own. What it printed goes into the page with machine, commit and
date, its figures into docs/benchmarks.json, and the table and the plots at the top are made of
these. Parts that were not chosen keep the section and the figures of their last run. ``--quick``
shows in a few minutes that all of it runs; its figures are not for the page.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

import campaign
import summary

ROOT = campaign.ROOT
PAGE = ROOT / "docs/benchmarks.md"
FIGURES = ROOT / "docs/benchmarks.json"
DATA = ROOT.parent / "shared/data"

HEAD = """\
# Benchmarks

`make bench` runs all of this and writes this page. Load generator and server share one machine, and
rates depend on it: what carries over are the **ratios**, each taken within one round beside its
reference, and the CPU time per request. Medians of the rounds are given.
"""


def parts(*, quick: bool) -> dict[str, list[campaign.Part]]:
    """Return the parts by name; each a list of programmes."""

    def one(title: str, shows: str, script: str, *options: str) -> campaign.Part:
        return campaign.Part(title, shows, (sys.executable, f"benchmarks/{script}", *options))

    short = ("--seconds", "1", "--rounds", "1") if quick else ()
    size = ("--long", "20000") if quick else ()
    found = {
        "reads": [
            one("Reads", "A page of 100 comments beside nginx with the same bytes and headers as "
                "a static file; threads of 100, 10,000 and 1,000,000 comments; a post a second "
                "beside.", "read_path.py", *(short or ("--seconds", "3")), *size),
            one("Memory with two workers", "The same with two workers, for their memory.",
                "read_path.py", "--workers", "2", "--long", "20000", "--rounds", "1",
                "--seconds", "2"),
        ],
        "posts": [one("Posts", "Posts over HTTP from 8 connections, each judged by the rules, "
                      "beside the bare fdatasync rate of the same disk in the same round.",
                      "post_rate.py", *short)],
        "flood": [one("Flood", "Ten times the posts that can be taken, with readers beside.",
                      "flood.py", *(("--seconds", "6") if quick else ("--seconds", "20")))],
        "pages": [one("Long threads", "The store's own time for pages of 'most voted' while votes "
                      "arrive.", "top_pages.py", *(("--sizes", "100,1000") if quick else ()))],
        "dialects": [one("Akismet's and Perspective's clients", "Mixed calls of both protocols on "
                         "four connections, texts up to 300 characters, with the models; then "
                         "texts of 20 kB.", "dialects.py", *(("--calls", "500") if quick else ()))],
        "browser": [one("A long thread on a slow phone", "10,000 comments in the element, in "
                        "Chromium with its processor slowed down four times.",
                        "long_thread_in_browser.py", *(("--size", "2000") if quick else ()))],
        "isso": [one("Beside Isso", "The same loads on Isso 0.14.0 and on Palabre, in turns.",
                     "isso_peer.py", *(short or ("--rounds", "3", "--seconds", "3")))],
    }  # fmt: skip
    if DATA.is_dir():
        found["judge"] = [one("The judge", "Comments a second on one core.", "judge.py")]
        found["alarms"] = [
            one("False alarms", "Ordinary French that the rules stop.", "false_alarms.py")
        ]
    return found


def main() -> int:
    """Run what was chosen and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", action="append", choices=list(parts(quick=False)))
    parser.add_argument("--quick", action="store_true")
    given = parser.parse_args()
    page = ROOT / "out/benchmarks-quick.md" if given.quick else PAGE
    known = FIGURES if not given.quick else page.with_suffix(".json")
    page.parent.mkdir(exist_ok=True)
    figures = json.loads(known.read_text()) if known.exists() else {}
    sections = dict(campaign.earlier(page))
    folder = Path(tempfile.mkdtemp(prefix="palabre-bench-"))
    os.environ["FIGURES_FOLDER"] = str(folder)
    failed = 0
    every = parts(quick=given.quick)
    for name, programmes in every.items():
        if given.only and name not in given.only:
            continue
        for part in programmes:
            code, seconds, printed = campaign.run(part)
            failed += code != 0
            sections[part.title] = campaign.section(part, code, seconds, printed)
        figures |= {f.stem: json.loads(f.read_text()) for f in folder.glob("*.json")}
        titles = [part.title for programmes in every.values() for part in programmes]
        ordered = [sections[title] for title in titles if title in sections]
        # After each part: one that is interrupted takes none of the others along.
        known.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n")
        top = summary.write(figures, page.parent / "images")
        page.write_text("\n".join([HEAD, top, *ordered]), encoding="utf-8")
    shutil.rmtree(folder)
    print(f"{page.relative_to(ROOT)} written; {failed} part(s) failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
