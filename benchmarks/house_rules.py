"""Measure rules by example: six invented rules, from 5 to 30 examples each.

    python benchmarks/house_rules.py [--models DIR] [--data ../shared/data] [--markdown]

Thirty other texts that break each rule (ten where the rule itself has thirty), twenty that lie near
it and do not (ten), and 2,000 ordinary French comments that are not in the background. Nothing here
is known to the rules or the encoder beside what ``benchmarks/by_example/rules.toml`` says.
"""

import argparse
import time
import tomllib
from pathlib import Path

import numpy as np

from palabre.learning.background import drawn, ordinary
from palabre.learning.evaluation.rows import read
from palabre.moderation.adapt import Head, learn
from palabre.moderation.models.shelf import read_shelf
from palabre.moderation.models.vectors import ShelvedVectors
from palabre.moderation.rulebook import default_rules, load

HERE = Path(__file__).parent / "by_example"
ORDINARY = {
    "own": 900,
    "open-fr-mlma-fr": 500,
    "open-fr-ftr": 300,
    "nolic-fr-toxifrench-agreement": 200,
    "nolic-fr-allocine-series-reviews": 100,
}
CUT = 0.5
SIZES = (5, 10, 30)
SHOWN = 10  # of each kind in rules.toml; larger rules take texts of others.toml
HEAD = (
    "rule",
    "examples",
    "left out: found",
    "counter-examples hit",
    "others found",
    "near, hit",
    "ordinary hit",
)


def other_comments(data: Path, texts: Path) -> list[str]:
    """Return 2,000 ordinary comments that the background does not hold."""
    known = {row.text for row in ordinary(data, texts)}
    found: list[str] = []
    for name, size in ORDINARY.items():
        if name == "own":
            rows = read(sorted((texts / "fr").rglob("*.jsonl"))).rows
        else:
            rows = read([data / "train" / f"{name}.jsonl.gz"]).rows
            rows = [
                row
                for row in rows
                if row.labels.get("toxicity", row.labels.get("hate")) in (False, None)
            ]
        found += [row.text for row in drawn((r for r in rows if r.text not in known), size)]
    return found


def share(head: Head, vectors: np.ndarray) -> float:
    """Return the share of texts that a head would hold."""
    return float(np.mean([head.score(vector) >= CUT for vector in vectors]))


def main() -> None:
    """Print one line a rule, then their means."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--models", type=Path)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--texts", type=Path, default=Path("texts"))
    arguments = parser.parse_args()
    shelf = read_shelf(arguments.models)
    vectors = ShelvedVectors(shelf.encoder, shelf.folder)
    vectors.vector("Bonjour")  # the model is opened
    text = (HERE / "rules.toml").read_text(encoding="utf-8")
    begun = time.perf_counter()
    load(default_rules())
    plain = time.perf_counter() - begun
    begun = time.perf_counter()
    load(default_rules(), text, vectors=vectors)
    added = time.perf_counter() - begun - plain
    print(f"{vectors.version}: reading six rules of 20 texts adds {added:.2f} s")

    def of(texts: list[str]) -> np.ndarray:
        return np.array([vectors.vector(one) for one in texts])

    rules = tomllib.loads(text)["rules"]
    others = tomllib.loads((HERE / "others.toml").read_text(encoding="utf-8"))
    background, plain_vectors = (
        vectors.ordinary(),
        of(other_comments(arguments.data, arguments.texts)),
    )
    print(f"{len(plain_vectors)} ordinary comments\n")
    print(f"| {' | '.join(HEAD)} |\n|---|---:|---:|---:|---:|---:|---:|")
    known = {
        name: [
            of([*rule["examples"]["fr"], *others[name]["breaking"]]),
            of([*rule["counter_examples"]["fr"], *others[name]["fine"]]),
        ]
        for name, rule in rules.items()
    }
    for size in SIZES:
        lines = []
        for name, (breaking, fine) in known.items():
            more = max(size, SHOWN)  # what the rule learns from is not asked afterwards
            near = min(more, 2 * SHOWN)
            head = learn(breaking[:size], fine[: min(size, near)], background)
            left, hit, _ = head.trial.shares(CUT)
            figures = [left, hit, share(head, breaking[more:]), share(head, fine[near:])]
            figures.append(share(head, plain_vectors))
            lines.append(figures)
            told(f"`{name}`", f"{size} + {min(size, near)}", figures)
        told("mean", f"{size} + {min(size, near)}", list(np.mean(lines, axis=0)))


def told(name: str, size: str, figures: list[float]) -> None:
    """Print a line of the table."""
    cells = " | ".join(f"{figure:.0%}" for figure in figures[:-1])
    print(f"| {name} | {size} | {cells} | {figures[-1]:.1%} |", flush=True)


if __name__ == "__main__":
    main()
