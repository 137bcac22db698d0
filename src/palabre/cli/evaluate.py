"""``palabre evaluate``: labelled comments in, figures with intervals and plots out."""

from collections import Counter
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from palabre import __version__
from palabre.cli.progress import shown
from palabre.cli.rulefile import rules_file, rules_option, wanted_rules, wanted_shelf
from palabre.domain.decision import SCORES
from palabre.moderation.engine import Depth
from palabre.moderation.models.shelf import read_shelf
from palabre.moderation.rulebook import SHIPPED_NAME
from palabre.rendering.catalogue import load_catalogues

if TYPE_CHECKING:
    from palabre.learning.evaluation.judging import System
    from palabre.learning.evaluation.report import Report
    from palabre.learning.evaluation.rows import Reading, Row

_DEPTHS: Final = click.Choice([depth.value for depth in Depth])
_FILE: Final = click.Path(path_type=Path, dir_okay=False)
_READABLE: Final = click.Path(path_type=Path, dir_okay=False, exists=True, readable=True)
_FOLDER: Final = click.Path(path_type=Path, file_okay=False, exists=True)
_TOLD_AT_MOST: Final = 5
_SEED: Final = 1


@click.command("evaluate")
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=_READABLE)
@rules_option
@click.option("--depth", type=_DEPTHS, default=Depth.FULL.value, show_default=True)
@click.option("--against", type=_READABLE, help="Other house rules, measured beside.")
@click.option("--against-depth", type=_DEPTHS, help="Another depth, measured beside.")
@click.option("--models", type=_FOLDER, help="A folder of other models than the settings say.")
@click.option("--against-models", type=_FOLDER, help="Other models, measured beside.")
@click.option("--html", type=_FILE, default="evaluation.html", show_default=True)
@click.option("--json", "figures", type=_FILE, help="All figures, for programs.")
@click.option(
    "--summary",
    type=click.Path(path_type=Path, file_okay=False),
    help="A folder for a short page in Markdown with its plots.",
)
@click.option("--sample", type=click.IntRange(min=1), help="Judge so many comments, drawn.")
@click.option("--seed", type=click.IntRange(min=0), default=_SEED, show_default=True)
@click.option(
    "--examples",
    type=click.IntRange(min=0),
    default=0,
    help="Show so many of the worst errors of each score. They upset.",
)
@click.option("--lang", type=click.Choice(["fr", "en"]), default="fr", show_default=True)
@click.pass_obj
def evaluate(  # noqa: PLR0917 -- click hands options over by name
    config: Path | None,
    files: tuple[Path, ...],
    rules: Path | None,
    depth: str,
    against: Path | None,
    against_depth: str | None,
    models: Path | None,
    against_models: Path | None,
    html: Path,
    figures: Path | None,
    summary: Path | None,
    sample: int | None,
    seed: int,
    examples: int,
    lang: str,
) -> None:
    r"""Measure the judge on labelled comments and write one page to read.

    A line of FILE is {"text", "labels": {"toxicity": 1, "hate": 0, "insult": null}, "id"?, "lang"?,
    "source"?, "kind"?, "group"?}, plain or gzipped; null is left out. Exit code 1 when lines could
    not be read.
    """
    from palabre.learning.evaluation import page, report, rows
    from palabre.learning.evaluation import summary as short

    reading = rows.read(files)
    chosen = rows.sample(reading.rows, sample, seed) if sample else reading.rows
    if not chosen:
        _tell_broken(reading)
        raise click.ClickException("no labelled comment in these files")
    systems = [_system(config, rules, depth, models)]
    if against or against_depth or against_models:
        systems.append(
            _system(config, against or rules, against_depth or depth, against_models or models)
        )
    made = _measured(systems, chosen, reading, sampled=sample, seed=seed, examples=examples)
    words = load_catalogues()[lang]
    html.parent.mkdir(parents=True, exist_ok=True)
    html.write_text(page.page(made, words), encoding="utf-8", errors="replace")
    if figures:
        figures.parent.mkdir(parents=True, exist_ok=True)
        figures.write_bytes(report.as_json(made))
    if summary:
        short.write(made, words, summary)
    click.echo(f"{made.rows} comments judged; {html}")
    if reading.broken:
        _tell_broken(reading)
        raise click.exceptions.Exit(1)


def _measured(
    systems: "list[System]",
    rows: "list[Row]",
    reading: "Reading",
    *,
    sampled: int | None,
    seed: int,
    examples: int,
) -> "Report":
    from palabre.learning.evaluation.compare import compare
    from palabre.learning.evaluation.judging import ask
    from palabre.learning.evaluation.measure import system_report
    from palabre.learning.evaluation.report import Report
    from palabre.learning.evaluation.worst import worst

    with shown({system.name: f"judging, {system.name}" for system in systems}) as tell:
        judged = [ask(system, rows, partial(tell, system.name)) for system in systems]
    made = [system_report(*pair) for pair in zip(systems, [rows] * 2, judged, strict=False)]
    labels = {
        name: (
            sum(row.labels.get(name, False) for row in rows),
            sum(name in r.labels for r in rows),
        )
        for name in SCORES
    }
    return Report(
        version=__version__,
        files=dict(Counter(row.source for row in rows)),
        rows=len(rows),
        broken=len(reading.broken),
        sampled=sampled,
        seed=seed,
        labels=labels,
        first=made[0],
        against=made[1] if len(made) > 1 else None,
        difference=compare(rows, judged[0], judged[1]) if len(made) > 1 else None,
        worst=worst(rows, judged[0], examples),
    )


def _system(config: Path | None, rules: Path | None, depth: str, models: Path | None) -> "System":
    """Return what is to be measured, its models open; ``rules`` and ``models`` over the settings'.

    A model that cannot be opened is told of: the judge then holds what needs it, and that is
    measured.
    """
    from palabre.learning.evaluation.judging import System

    shelf = read_shelf(models) if models else wanted_shelf(config)
    book = wanted_rules(config, rules, shelf)
    if book.deep and depth != Depth.RULES:
        for wrong in shelf.open():
            click.echo(wrong, err=True)
    file = rules_file(config, rules)
    said = [file.name if file else SHIPPED_NAME, depth, *([models.name] if models else [])]
    return System(name=", ".join(said), rules=book, depth=Depth(depth))


def _tell_broken(reading: "Reading") -> None:
    for broken in reading.broken[:_TOLD_AT_MOST]:
        click.echo(f"{broken.file}:{broken.line}: {broken.why}", err=True)
    if reading.broken:
        click.echo(f"{len(reading.broken)} lines are no labelled comments", err=True)
