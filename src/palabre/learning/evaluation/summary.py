"""The report in short, for a repository: one Markdown page, its plots beside it as small SVG."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from palabre.learning.evaluation import plots
from palabre.learning.evaluation.intervals import Figure
from palabre.learning.evaluation.measure import ScoreFigures, Shares
from palabre.learning.evaluation.page import Words, Writer, score_plots
from palabre.learning.evaluation.report import Report

PAGE: Final = "README.md"
_KINDS: Final = ("publish", "hold", "refuse")


def write(report: Report, words: Words, folder: Path) -> None:
    """Write the page and its plots into ``folder``; plots of an earlier report are replaced."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.svg"):
        old.unlink()
    writer = Writer(words)
    for name in report.first.scores:
        calibration, ranking = score_plots(report, name, writer)
        _plot(folder / f"{name}-reliability.svg", str(calibration))
        if report.first.scores[name].curve:
            _plot(folder / f"{name}-precision-recall.svg", str(ranking))
    (folder / PAGE).write_text(markdown(report, writer, beside(folder)), encoding="utf-8")


def beside(folder: Path) -> list[str]:
    """Return links to the other pages of a folder, by their titles: people wrote them."""
    found = []
    for page in sorted(folder.glob("*.md")):
        title = page.read_text(encoding="utf-8").partition("\n")[0]
        if page.name != PAGE and title.startswith("# "):
            found.append(f"[{title.removeprefix('# ')}]({page.name})")
    return found


def markdown(report: Report, w: Writer, links: Sequence[str] = ()) -> str:
    """Return the page; ``links`` lead to what lies beside it."""
    lines = [f"# {w.say('title')}", ""]
    lines += [w.say("intro", rows=w.whole(report.rows), version=report.version), ""]
    if links:
        lines += [" · ".join(links), ""]
    for system in report.systems:
        lines += [f"## {system.name}", ""]
        header = [w.say("among"), w.say("rows"), *(w.say(f"verdict.{k}") for k in _KINDS)]
        rows: list[tuple[str, Shares]] = [(w.say("all_rows"), system.shares)]
        for name, score in system.scores.items():
            for key, part in (("with", score.with_label), ("without", score.without_label)):
                if part.rows:
                    rows.append((w.say(f"label.{key}", score=w.label(name)), part))
        lines += _table(
            header,
            [
                [said, w.whole(p.rows), *(_plain(getattr(p, k), w, share=True) for k in _KINDS)]
                for said, p in rows
            ],
        )
        head = [w.say(k) for k in ("score", *_COLUMNS)]
        lines += _table(
            head, [[w.label(n), *_cells(s.figures, w)] for n, s in system.scores.items()]
        )
        for dimension, values in system.slices.items():
            lines += [f"### {w.say(f'by.{dimension}')}", ""]
            shown = [
                [value, w.label(name), *_cells(figures, w)]
                for value, part in values.items()
                for name, figures in part.scores.items()
                if name in _MAIN and figures.positives and figures.positives < figures.rows
            ]
            if shown:
                lines += _table([w.say(f"of.{dimension}"), *head], shown)
    lines += [f"## {w.say('speed.title')}", ""]
    lines += _table(
        [w.say("system"), w.say("speed.per_second"), w.say("speed.p50"), w.say("speed.p99")],
        [
            [
                system.name,
                w.whole(system.speed.per_second),
                w.number(system.speed.p50, "0.00"),
                w.number(system.speed.p99, "0.00"),
            ]
            for system in report.systems
        ],
    )
    for name, score in report.first.scores.items():
        lines += [f"### {w.label(name)}", ""]
        lines += [f"![{w.say('reliability.name', score=w.label(name))}]({name}-reliability.svg)"]
        if score.curve:
            said = w.say("curve.name", score=w.label(name))
            lines += [f"![{said}]({name}-precision-recall.svg)"]
        lines += [""]
    lines += [w.say("method.null"), "", w.say("method.intervals", times=w.whole(1000)), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


_MAIN: Final = ("toxicity", "hate", "antisemitism", "racism")
_COLUMNS: Final = (
    "rows", "positives", "precision", "recall", "f1", "macro_f1", "roc_auc", "pr_auc",
    "calibration_error",
)  # fmt: skip


def _cells(figures: ScoreFigures, w: Writer) -> list[str]:
    return [
        w.whole(figures.rows),
        w.whole(figures.positives),
        *(_plain(getattr(figures, column), w) for column in _COLUMNS[2:]),
    ]


def _plain(figure: Figure, w: Writer, *, share: bool = False) -> str:
    write = w.share if share else w.number
    if figure.value is None or figure.low is None or figure.high is None:
        return write(figure.value)
    return f"{write(figure.value)} ({write(figure.low)}–{write(figure.high)})"


def _table(header: list[str], rows: list[list[str]]) -> list[str]:
    aligned = ["---", *["---:"] * (len(header) - 1)]
    table = [header, aligned, *rows]
    return [*("| " + " | ".join(_cell(c) for c in row) + " |" for row in table), ""]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _plot(file: Path, svg: str) -> None:
    file.write_text(plots.alone(svg), encoding="utf-8")
