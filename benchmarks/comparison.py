"""Measure the judge on other people's texts that it never learned from, beside published figures.

    python benchmarks/comparison.py [--data ../shared/data] [--count 500] [--depth full]

Sources marked ``nolic`` or ``nc`` serve for nothing else. The whole judge is asked as `palabre
judge` asks it, its `toxicity` (or `hate`) score is cut at 0.5, null is read as 0. The intervals are
bootstraps over texts. Below: how much of what is presumably harmless is held.
"""

import argparse
import gzip
import json
import random
from pathlib import Path

import numpy as np

from palabre.domain.decision import Verdict
from palabre.learning.calibration import area
from palabre.moderation.engine import Depth, judge
from palabre.moderation.facts import Facts
from palabre.moderation.house import house_rules
from palabre.moderation.models.shelf import read_shelf
from palabre.moderation.rulebook import RuleBook

CUT = 0.5
ROUNDS = 1_000
LABELLED = (
    ("nolic-fr-toxifrench-agreement", "toxic", "toxicity"),
    ("nolic-fr-watat-hateful-fr", "toxic", "toxicity"),
    ("nc-fr-cyberagression-large", "toxic", "toxicity"),
    ("nolic-en-dynamically-generated-hate", "hate", "hate"),
    ("nc-es-hateval-es", "hate", "hate"),
    ("nc-it-haspeede2-it", "hate", "hate"),
    ("nolic-pt-fortuna-pt", "hate", "hate"),
    ("nolic-ar-ar-mpold-news-comments", "toxic", "toxicity"),
)
HARMLESS = (
    ("nolic-fr-allocine-series-reviews", ""),
    ("nolic-fr-toxifrench-agreement", "toxic"),
    ("nolic-fr-watat-hateful-fr", "toxic"),
    ("nolic-fr-sms-spam-multilingual", "spam"),
    ("sa-fr-jigsaw-bilingual", "toxic"),
    ("nc-en-unhealthy-conversations", "toxic"),
    ("nolic-en-sms-spam-multilingual", "spam"),
)
# Accuracy on French forum comments of the same kind, as published (research, sections 3.1 to 3.6).
PUBLISHED = {"Perspective": 0.696, "OpenAI moderation": 0.767, "gpt-4o-mini": 0.870}


def rows(data: Path, source: str, label: str, count: int) -> list[tuple[str, str, int]]:
    """Return (text, language, label) of at most ``count`` rows; an empty label means harmless."""
    with gzip.open(data / "train" / f"{source}.jsonl.gz", "rt", encoding="utf-8") as lines:
        known = [json.loads(line) for line in lines]
    found = [
        (row["text"], row["lang"], row["labels"][label] if label else 0)
        for row in known
        if not label or row["labels"][label] is not None
    ]
    return random.Random(5).sample(found, min(count, len(found)))


def interval(values: list[float]) -> str:
    """Return the middle 95 % of resampled figures."""
    low, high = np.percentile(values, (2.5, 97.5))
    return f"{low:.3f} to {high:.3f}"


def labelled(book: RuleBook, found: list[tuple[str, str, int]], score: str, depth: Depth) -> str:
    """Return the figures of one source as cells of a table."""
    said, stopped = [], []
    for text, lang, _ in found:
        decision = judge(text, Facts(lang=lang), book, depth)
        said.append(decision.scores[score] or 0.0)
        stopped.append(decision.verdict is not Verdict.PUBLISH)
    scores, truth, held = np.array(said), np.array([y == 1 for *_, y in found]), np.array(stopped)
    right = (scores >= CUT) == truth
    chance = np.random.default_rng(1)
    accuracies, areas = [], []
    for _ in range(ROUNDS):
        drawn = chance.integers(0, len(truth), len(truth))
        accuracies.append(float(right[drawn].mean()))
        areas.append(area(scores[drawn], truth[drawn]))
    return (
        f"{truth.sum()} + {(~truth).sum()} | {right.mean():.3f} ({interval(accuracies)}) | "
        f"{area(scores, truth):.3f} ({interval(areas)}) | {held[truth].mean():.0%} | "
        f"{held[~truth].mean():.1%}"
    )


def false_alarms(book: RuleBook, found: list[tuple[str, str, int]], depth: Depth) -> str:
    """Return what becomes of harmless texts as cells of a table."""
    verdicts = [
        judge(text, Facts(lang=lang), book, depth).verdict for text, lang, bad in found if not bad
    ]
    shares = [verdicts.count(v) / max(1, len(verdicts)) for v in (Verdict.HOLD, Verdict.REFUSE)]
    return f"{len(verdicts)} | {shares[0]:.1%} | {shares[1]:.2%}"


def main() -> None:
    """Print two tables in Markdown."""
    parser = argparse.ArgumentParser(description="Measure the judge on other people's texts.")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--count", type=int, default=500, help="texts of each source")
    parser.add_argument("--depth", type=Depth, default=Depth.FULL)
    arguments = parser.parse_args()
    shelf = read_shelf()
    for wrong in shelf.open():
        print(f"! {wrong}")
    book = house_rules(None, shelf)
    print("| source | score | texts (1 + 0) | accuracy | ROC-AUC | 1: held | 0: held |")
    print("|---|---|---:|---:|---:|---:|---:|")
    for source, label, score in LABELLED:
        found = rows(arguments.data, source, label, arguments.count)
        print(
            f"| `{source}` | {score} | {labelled(book, found, score, arguments.depth)} |",
            flush=True,
        )
    told = ", ".join(f"{name} {value:.3f}" for name, value in PUBLISHED.items())
    print(f"\nPublished accuracy on French forum comments: {told}.\n")
    print("| harmless | texts | held | refused |\n|---|---:|---:|---:|")
    for source, label in HARMLESS:
        found = rows(arguments.data, source, label, arguments.count)
        print(f"| `{source}` | {false_alarms(book, found, arguments.depth)} |", flush=True)


if __name__ == "__main__":
    main()
