"""The table and the plots at the top of docs/benchmarks.md, made of the figures kept."""

import math
import statistics
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import plots

# CPU milliseconds per read by thread size (100, 1,000, 10,000), of peers as installed, measured by
# the project with one harness on another two-core machine. Nobody's default is tuned away.
PEERS = {
    "Isso 0.14 (gunicorn)": (132.2, 1066, 11930),
    "Remark42 1.16": (1.196, 76.5, 3133),
    "Waline 1.39": (6.373, 9.286, 23.71),
    "django-comments-xtd 2.10": (23.33, 122.2, 1233),
    "wpDiscuz 7.6": (40.0, 46.67, 38.89),
}


def write(figures: Mapping[str, Any], folder: Path) -> str:
    """Draw the plots into ``folder`` and return the table that names them, in Markdown."""
    folder.mkdir(exist_ok=True)
    rows: list[tuple[str, str, str]] = []
    pictures: list[str] = []
    if "reads-1" in figures:
        rows += _reads(figures, folder, pictures)
    if "posts" in figures:
        rows += _posts(figures["posts"], folder, pictures)
    if "flood" in figures:
        rows += _flood(figures["flood"])
    if "dialects" in figures:
        rows += _dialects(figures["dialects"])
    if "browser" in figures:
        rows += _browser(figures["browser"])
    if "isso" in figures:
        rows += _isso(figures["isso"])
    table = "\n".join(f"| {what} | {found} | {asked} |" for what, found, asked in rows)
    shown = "\n\n".join(f"![{alt}](images/{name})" for alt, name in map(_split, pictures))
    return f"| what | measured | asked |\n|---|---|---|\n{table}\n\n{shown}\n"


def _split(picture: str) -> tuple[str, str]:
    alt, _, name = picture.partition("|")
    return alt, name


def _reads(figures: Mapping[str, Any], folder: Path, pictures: list[str]) -> list[tuple]:
    found = figures["reads-1"]
    subjects = found["rows"]
    rows, cpu = [], {}
    for name, (rates, used, p99, reference) in subjects.items():
        cpu[name] = statistics.median(used)
        if reference:
            pairs = zip(rates, subjects[reference][0], strict=True)
            ratio = statistics.median(a / b for a, b in pairs)
            asked = "0.20" if name.startswith(("100,", "100 ")) else ""
            measured = f"**{ratio:.2f}**, p99 {statistics.median(p99):.1f} ms"
            rows.append((f"{name}: requests/s by those of nginx", measured, asked))
    for kind in ("plain", "gzip"):
        base = cpu[f"100 comments, {kind}"]
        for name, used in cpu.items():
            if name.endswith(f" comments, {kind}") and not name.startswith("100 "):
                what = f"CPU per request, {name}, by that of 100 comments"
                rows.append((what, f"**{used / base:.2f}**", "at most 1.3"))
    rows.append(("memory (PSS) after the load, one worker", f"**{found['memory']:.0f} MB**", "150"))
    if "reads-2" in figures:
        rows.append(("the same, two workers", f"{figures['reads-2']['memory']:.0f} MB", "printed"))
    points = sorted(
        (int(name.split()[0]), used) for name, used in cpu.items()
        if name.endswith("comments, plain")
    )  # fmt: skip
    by_peer = {name: list(zip((100, 1000, 10_000), used, strict=True))
               for name, used in PEERS.items()}  # fmt: skip
    plots.lines(folder / "bench-threads.svg", "A read of one page, by length of the thread",
                {"Palabre": points, **by_peer}, "comments in the thread",
                "CPU milliseconds per read")  # fmt: skip
    pictures.append("CPU per read by length of the thread, beside five peers|bench-threads.svg")
    rates = {name: statistics.median(row[0]) for name, row in subjects.items()}
    chosen = {("Palabre, " if row[3] else "") + name: rates[name] for name, row in subjects.items()}
    plots.bars(folder / "bench-reads.svg", "Reads a second, one worker, 32 connections", chosen,
               "requests a second", "Palabre")  # fmt: skip
    pictures.append("Reads a second beside nginx|bench-reads.svg")
    return rows


def _posts(found: Mapping[str, Any], folder: Path, pictures: list[str]) -> list[tuple]:
    rates: Mapping[str, list[float]] = found["rates"]
    disk = rates["fdatasync"]
    rows = []
    for name, one in rates.items():
        if name == "fdatasync":
            continue
        rate = statistics.median(one)
        ratio = statistics.median(a / b for a, b in zip(one, disk, strict=True))
        durable = "power" in name
        measured = f"**{ratio:.2f}** ({rate:.0f}/s)" if durable else f"**{rate:.0f}/s**"
        bare = f"by the bare fdatasync rate ({statistics.median(disk):.0f}/s)"
        what = bare if durable else "posts a second"
        rows.append((f"posts judged, {name}: {what}", measured, "2" if durable else "500/s"))
    shown = {("Palabre, " if k != "fdatasync" else "bare ") + k: statistics.median(v)
             for k, v in rates.items()}  # fmt: skip
    plots.bars(folder / "bench-posts.svg", "Posts a second, judged, 8 connections", shown,
               "posts a second (Remark42 260, Isso 476 at best, unjudged)", "Palabre")  # fmt: skip
    pictures.append("Posts a second beside the disk's own rate|bench-posts.svg")
    return rows


def _flood(found: Mapping[str, Any]) -> list[tuple]:
    return [
        (f"readers' p99 in a flood of {found['times']:.0f} times the sustainable posts",
         f"**{max(found['readers_p99']):.0f} ms**", "under 200 ms"),
        ("acknowledged posts lost in the flood", f"**{found['lost']}** of {found['taken']}", "0"),
    ]  # fmt: skip


def _dialects(found: Mapping[str, Any]) -> list[tuple]:
    return [
        (f"{found['calls']:,} mixed Akismet and Perspective calls, with the models: p99",
         f"**{found['p99']:.0f} ms**, {found['wrong']} not answered by 200", "under 150 ms"),
        ("the same, texts of 20 kB: longest, one at a time",
         f"**{found['alone']:.0f} ms** (four at once: {found['together']:.0f})", "under 800 ms"),
    ]  # fmt: skip


def _browser(found: Mapping[str, Any]) -> list[tuple]:
    what = f"{found['size']:,} comments in a browser four times slower"
    return [
        (f"{what}: longest task", f"**{found['task']} ms**", "under 200 ms"),
        (f"{what}: slowest interaction to next paint", f"**{found['act']} ms**", "under 200 ms"),
        (f"{what}: shift of the layout", f"**{found['shift']:.4f}**", "none"),
    ]


def _isso(found: Mapping[str, Any]) -> list[tuple]:
    rows = []
    isso, palabre = found["figures"]["isso"], found["figures"]["palabre"]
    for what, theirs in isso.items():
        pairs = zip(palabre[what], theirs, strict=True)
        ratio = statistics.median([a[0] / b[0] for a, b in pairs if b[0]] or [math.inf])
        cpu = [statistics.median(r[1] for r in one[what]) for one in (palabre, isso)]
        shown = f"{ratio:.0f}" if ratio >= 100 else f"{ratio:.1f}"
        measured = f"**{shown}** ({cpu[0]:.2f} ms CPU against {cpu[1]:.2f})"
        rows.append((f"{what}: requests/s by those of Isso", measured, ""))
    for key, what, unit in (
        ("started", "start to first answer", "s"),
        ("memory", "memory after these loads", "MB"),
    ):
        measured = f"{found[key]['palabre']:.1f} {unit} (Isso {found[key]['isso']:.1f})"
        rows.append((what, measured, ""))
    return rows
