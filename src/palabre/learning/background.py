"""Make the background of rules by example: ``python -m palabre.learning.background MODELS``.

Ordinary comments from what may ship (the project's own texts and ``open-*`` data), as the encoder
in MODELS sees them. To be made again with every new encoder: that of another one is refused.
"""

import random
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click
import numpy as np

from palabre.learning.evaluation.rows import Row, read
from palabre.moderation.background import BackgroundCard, write_background
from palabre.moderation.model import UnavailableError
from palabre.moderation.models.shelf import read_shelf
from palabre.moderation.models.vectors import ShelvedVectors

LICENCE: Final = (
    "vectors of texts under CC0 (the project's own, paradetox), MIT (ftr, mlma-fr) and CC BY 4.0 "
    "(gahd, Goldzycher et al.)"
)
_SEED: Final = 4
_LONGEST: Final = 1_000


@dataclass(frozen=True, slots=True)
class Part:
    """So many texts of a file; ``label``: the one that must be known to be 0."""

    file: str
    texts: int
    label: str


OPEN: Final = (
    Part("open-fr-ftr.jsonl.gz", 150, "hate"),
    Part("open-fr-mlma-fr.jsonl.gz", 50, "toxicity"),
    Part("open-en-paradetox.jsonl.gz", 60, "toxicity"),
    Part("open-de-gahd.jsonl.gz", 40, "hate"),
)
OWN: Final = 400


def ordinary(data: Path, texts: Path) -> list[Row]:
    """Return the rows of the background, the same each time."""
    own = read(sorted((texts / "fr").glob("*.jsonl"))).rows
    chosen = drawn([row for row in own if row.labels.get("toxicity") is False], OWN)
    for part in OPEN:
        rows = read([data / "train" / part.file]).rows
        chosen += drawn([row for row in rows if row.labels.get(part.label) is False], part.texts)
    return chosen


def drawn(rows: Iterable[Row], size: int) -> list[Row]:
    """Return ``size`` rows of a length that readers write, drawn without favour."""
    fit = [row for row in rows if row.text.strip() and len(row.text) <= _LONGEST]
    return random.Random(_SEED).sample(fit, min(size, len(fit)))  # noqa: S311 -- no secret


def make(models: Path, data: Path, texts: Path) -> BackgroundCard:
    """Write the background of the encoder in ``models``; raise ``UnavailableError`` without one."""
    shelf = read_shelf(models)
    if shelf.encoder is None:
        raise UnavailableError("; ".join(shelf.missing))
    vectors = ShelvedVectors(shelf.encoder, models)
    rows = ordinary(data, texts)
    found = np.array([vectors.vector(row.text) for row in rows], np.float32)
    card = BackgroundCard(
        encoder=vectors.version,
        texts=len(rows),
        sources=dict(Counter(row.source for row in rows)),
        licence=LICENCE,
    )
    write_background(models, found, card)
    return card


@click.command()
@click.argument("models", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--data", type=click.Path(path_type=Path, exists=True), default=Path("../shared/data")
)
@click.option("--texts", type=click.Path(path_type=Path, exists=True), default=Path("texts"))
def main(models: Path, data: Path, texts: Path) -> None:
    """Write the background of the encoder in the folder MODELS."""
    try:
        card = make(models, data, texts)
    except UnavailableError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{card.texts} ordinary comments as {card.encoder} sees them")


if __name__ == "__main__":
    main()
