"""The long rest that `make test` leaves out, and its report.

    python benchmarks/campaign.py [--only input|kills|crowd|mail|browser]... [--rounds 200]
        [--count 20000]

Each part is a programme of its own that fails by its exit code; what it printed goes into
docs/campaign.md with the machine, the commit and the date. Parts that were not chosen keep the
section of their last run. Exit code 1 when a part failed.
"""

import argparse
import os
import platform
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[1]
REPORT = ROOT / "docs/campaign.md"
PARTS = ("input", "kills", "crowd", "mail", "browser")
SHOWN = 60  # lines of a part that the report keeps: the last ones, where the figures are

HEAD = """\
# Campaign

The long rest that `make test` leaves out: `make campaign` runs it and writes this page. `python
benchmarks/campaign.py --only kills` runs one part; the others then keep what their last run said.

It asks whether anything is lost, wrong or broken. **Rates and times below are no claims:** the
parts run at low priority beside whatever else the machine does, and clients share its cores with
the server; `make bench` measures. A kill is not a power cut: what a commit does about the disk
stands in docs/adr/0004 and 0007. The kill drill runs on SQLite; PostgreSQL itself is killed in
tests/storage/test_postgresql.py.
"""


@dataclass(frozen=True)
class Part:
    """A part of the campaign: what it shows, and the programme that shows it."""

    title: str
    shows: str
    command: tuple[str, ...]


def parts(rounds: int, count: int) -> dict[str, Part]:
    """Return the parts by name."""
    found = {
        "input": Part(
            "Real input",
            f"{count} French and English texts over HTTP, the server killed three times on the "
            "way; every acknowledged comment must be in the store as it was acknowledged.",
            (sys.executable, "benchmarks/real_input.py", "--count", str(count), "--kills", "3"),
        ),
        "kills": Part(
            "Kill drill",
            f"{rounds} rounds of SIGKILL of the whole process group in mid-write; after each, "
            "every acknowledged comment, vote and decision must be there, none by halves, and "
            "every counter equal to the rows it counts.",
            (sys.executable, "benchmarks/kill_drill.py", "--rounds", str(rounds)),
        ),
    }
    found["crowd"] = Part(
        "Many processes",
        "50 clients vote and post on one thread for a minute through three processes, on SQLite "
        "and on PostgreSQL; afterwards every process and every row must say what was acknowledged, "
        "to the unit, and readers of “most voted” must have seen all that was public at their "
        "page one, once.",
        (sys.executable, "benchmarks/many_processes.py"),
    )
    found["mail"] = Part(
        "Mail drill",
        "10,000 notices through a real SMTP server that refuses 5 % for now and 1 % for good, the "
        "worker killed five times: none lost, none sent after its reader left, at most one a kill "
        "sent twice and with the same Message-ID.",
        (sys.executable, "benchmarks/mail_drill.py"),
    )
    if (ROOT / "tests/browser").is_dir():
        found["browser"] = Part(
            "Browser",
            "Every page and state in Chromium, at each width and in each language, by keyboard "
            "and without JavaScript; pictures in out/screenshots/.",
            (sys.executable, "-m", "pytest", "-m", "browser", "tests/browser", "-q"),
        )
    return found


def run(part: Part) -> tuple[int, float, list[str]]:
    """Run a part, showing what it prints; return exit code, seconds and its last lines."""
    print(f"== {part.title}: {' '.join(part.command[1:])}", flush=True)
    begin = time.monotonic()
    lines: list[str] = []
    with subprocess.Popen(
        part.command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout
        for line in process.stdout:
            print(line, end="", flush=True)
            lines.append(line.rstrip())
    return process.returncode, time.monotonic() - begin, lines[-SHOWN:]


def machine() -> str:
    """Return what the figures depend on, and nothing that names the machine."""
    model = re.search(r"^model name\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    memory = re.search(r"^MemTotal:\s*(\d+) kB", Path("/proc/meminfo").read_text(), re.MULTILINE)
    gigabytes = int(memory.group(1)) / 2**20 if memory else 0
    return (
        f"{len(os.sched_getaffinity(0))} cores of {model.group(1) if model else 'unknown'}, "
        f"{gigabytes:.0f} GB, Python {platform.python_version()}"
    )


def commit() -> str:
    """Return the commit that ran, and whether the files differed from it."""

    def git(*arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
        )
        return done.stdout.strip()

    changed = " with changes" if git("status", "--porcelain", "-uno", "src", "benchmarks") else ""
    return (git("rev-parse", "--short", "HEAD") or "no commit") + changed


def section(part: Part, code: int, seconds: float, lines: list[str]) -> str:
    """Return what the report says of a part that ran."""
    here = str(ROOT.resolve())
    kept = "\n".join(line.replace(here + "/", "") for line in lines).strip()
    told = "passed" if code == 0 else f"FAILED with exit code {code}"
    return (
        f"## {part.title}\n\n{part.shows}\n\n"
        f"{datetime.now(UTC):%Y-%m-%d}, commit {commit()}, {machine()}: **{told}** in "
        f"{seconds / 60:.1f} minutes.\n\n```\n{kept}\n```\n"
    )


def earlier(report: Path = REPORT) -> Iterator[tuple[str, str]]:
    """Yield the sections of a report's last state by title."""
    if report.exists():
        for text in re.split(r"^(?=## )", report.read_text(encoding="utf-8"), flags=re.MULTILINE):
            if text.startswith("## "):
                yield text.partition("\n")[0][3:], text.rstrip() + "\n"


def main() -> int:
    """Run what was chosen and write the report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", action="append", choices=PARTS)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--count", type=int, default=20_000)
    options = parser.parse_args()
    every = parts(options.rounds, options.count)
    sections = dict(earlier())
    failed = 0
    for name, part in every.items():
        if options.only and name not in options.only:
            continue
        code, seconds, lines = run(part)
        failed += code != 0
        sections[part.title] = section(part, code, seconds, lines)
        ordered = [sections[p.title] for p in every.values() if p.title in sections]
        # After each part: one that is interrupted takes none of the others along.
        REPORT.write_text("\n".join([HEAD, *ordered]), encoding="utf-8")
    print(f"{REPORT.relative_to(ROOT)} written; {failed} part(s) failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
