"""Comments with labels, for the measurements: the project's own held-back texts, and open data."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
OWN = ROOT / "texts"
OPEN = ROOT.parent / "shared" / "data" / "train"
# Both have harmful rows whose licence lets us learn from them; neither is a test suite.
HARMFUL = {"fr": "open-fr-mlma-fr", "en": "open-en-hatexplain"}
SCORES = {"toxic": "toxicity", "antisemitic": "antisemitism", "racist": "racism"}


@dataclass(frozen=True)
class Comment:
    """A text, its language, and which of the judge's scores it ought to raise."""

    text: str
    lang: str
    yes: frozenset[str]


def own(*, held_back: bool = False) -> Iterator[Comment]:
    """Yield the project's own hand-written texts; those held back lie apart."""
    pattern = "*/heldback/*.jsonl" if held_back else "*/*.jsonl"
    for file in sorted(OWN.glob(pattern)):
        for line in file.read_text(encoding="utf-8").splitlines():
            yield _comment(json.loads(line))


def open_data(source: str) -> Iterator[Comment]:
    """Yield the rows of one open data set."""
    with gzip.open(OPEN / f"{source}.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            yield _comment(json.loads(line))


def harmless() -> list[Comment]:
    """Return harmless comments, French first."""
    return [c for c in own() if not c.yes]


def harmful() -> list[Comment]:
    """Return comments that somebody labelled toxic, French and English."""
    return [c for source in HARMFUL.values() for c in open_data(source) if c.yes]


def _comment(row: dict[str, object]) -> Comment:
    labels = row["labels"]
    assert isinstance(labels, dict)
    yes = frozenset(SCORES.get(name, name) for name, value in labels.items() if value == 1)
    return Comment(str(row["text"]), str(row["lang"]), yes)
