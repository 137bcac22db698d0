"""The report in short, for a repository: one Markdown page, its plots beside it as small SVG."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from palabre.learning.evaluation import plots
from palabre.learning.evaluation.intervals import Figure
from palabre.learning.evaluation.measure import ScoreFigures, Shares, SystemReport
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
        lines += _confusions(system, w) + _rules(system, w)
        lines += _slices(system, head, w)
    lines += _difference(report, w)
    lines += [f"## {w.say('speed.title')}", ""]
    heads = ("system", "speed.per_second", "speed.p50", "speed.p99", "speed.closely")
    lines += _table(
        [w.say(key) for key in heads],
        [
            [
                system.name,
                w.whole(system.speed.per_second),
                w.number(system.speed.p50, "0.00"),
                w.number(system.speed.p99, "0.00"),
                w.share(system.read_closely / report.rows if report.rows else None),
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


def _slices(system: SystemReport, head: list[str], w: Writer) -> list[str]:
    """Return the main scores for each language and source."""
    lines: list[str] = []
    for dimension in _DIMENSIONS:
        shown = [
            [value, w.label(name), *_cells(figures, w)]
            for value, part in system.slices.get(dimension, {}).items()
            for name, figures in part.scores.items()
            if name in _MAIN and figures.positives and figures.positives < figures.rows
        ]
        lines += [f"### {w.say(f'by.{dimension}')}", ""]
        lines += _table([w.say(f"of.{dimension}"), *head], shown) if shown else []
    return lines


def _difference(report: Report, w: Writer) -> list[str]:
    """Return by how much the second system's scores differ from the first's."""
    if not report.difference:
        return []
    shown = [
        [w.label(name), *(_plain(f, w, pattern=_SIGNED) for f in (found.macro_f1, found.roc_auc))]
        for name, found in report.difference.scores.items()
    ]
    heads = [w.say(key) for key in ("score", "macro_f1", "roc_auc")]
    return [f"## {w.say('difference.title')}", "", *_table(heads, shown)]


def _confusions(system: SystemReport, w: Writer) -> list[str]:
    """Return what each score said of what is and of what is not, cut at 0.5."""
    heads = [f"{w.say(f'is.{a}')}, {w.say(f'said.{b}')}" for a in _SIDES for b in _SIDES]
    return _table(
        [w.say("score"), *heads],
        [
            [w.label(name), *(w.whole(n) for n in (f.hits, f.misses, f.alarms, f.passes))]
            for name, f in ((name, score.figures) for name, score in system.scores.items())
        ],
    )


def _rules(system: SystemReport, w: Writer) -> list[str]:
    """Return what each rule did, and how right it was."""
    keys = ("rule", "held", "refused", "rules.label", "precision", "recall", "false_alarms")
    shown = []
    for name, rule in system.rules.items():
        cells = [f"`{name}`", w.whole(rule.held), w.whole(rule.refused)]
        if rule.acting and rule.label:
            acting = (rule.acting.precision, rule.acting.recall, rule.acting.false_alarms)
            cells += [w.label(rule.label), *(_plain(figure, w) for figure in acting)]
        else:
            cells += ["–"] * 4
        shown.append(cells)
    return [f"### {w.say('rules.title')}", "", *_table([w.say(key) for key in keys], shown)]


_SIGNED: Final = "+0.000;−0.000"
_SIDES: Final = ("yes", "no")
_DIMENSIONS: Final = ("lang", "source")  # kinds and groups would fill a book: the page has them
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


def _plain(figure: Figure, w: Writer, *, share: bool = False, pattern: str = "0.000") -> str:
    def write(value: float | None) -> str:
        return w.share(value) if share else w.number(value, pattern)

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
