"""Measure whether the passages shown carry the scores they are shown for.

    python benchmarks/faithfulness.py FILE... [--models FOLDER] [--count 300] [--leave-out]

FILEs are labelled JSON Lines that no model has learned from (`python -m palabre.learning.heldback
FOLDER` writes them). Of each text that the encoder scores at 0.5 or more for something, the passage
is deleted, and, for comparison, as many words at random (the mean of eight draws). A passage is
faithful when its deletion takes more from the score. Drops are in log-odds, where a score near 1
can still fall; the interval is a bootstrap's. Exit code 1 when chance does as well.
"""

import argparse
import json
import math
import random
import re
import statistics
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from palabre.domain.decision import Span
from palabre.moderation.models.encoder import Encoder, load_encoder
from palabre.moderation.models.shelf import ENCODER, shipped_folder
from palabre.moderation.passages import carrying

DRAWS = 8
ROUNDS = 2_000
FEWEST_WORDS = 6  # of a shorter text there is little to leave out
WORD = re.compile(r"\S+")
Find = Callable[[str, str, str], Span | None]


@dataclass(frozen=True)
class Case:
    """What one passage did: drops in log-odds, and its share of the text's words."""

    lang: str
    passage: float
    chance: float
    share: float
    undone: bool  # deleting the passage takes the score below 0.5


def log_odds(encoder: Encoder, text: str, lang: str, score: str) -> float:
    """Return a score in log-odds."""
    p = min(max(encoder.read(text, lang).scores[score], 1e-9), 1 - 1e-9)
    return math.log(p / (1 - p))


def without(text: str, words: Sequence[Span]) -> str:
    """Return a text less some of its words."""
    for word in sorted(words, reverse=True):
        text = text[: word.begin] + text[word.end :]
    return " ".join(text.split())


def examine(
    encoder: Encoder, row: dict[str, str], find: Find, chance: random.Random
) -> Case | None:
    """Return what deleting the passage does; None where there is no score or passage to examine."""
    text, lang = row["text"], row["lang"]
    words = [Span(*found.span()) for found in WORD.finditer(text)]
    scores = encoder.read(text, lang).scores
    if len(words) < FEWEST_WORDS or not scores or max(scores.values()) < 0.5:
        return None
    score = max(scores, key=lambda name: scores[name])
    passage = find(text, lang, score)
    if passage is None:
        return None
    inside = [w for w in words if passage.begin < w.end and w.begin < passage.end]
    if len(inside) == len(words):
        return None
    base = log_odds(encoder, text, lang, score)
    left = log_odds(encoder, without(text, inside), lang, score)
    drawn = [
        base - log_odds(encoder, without(text, chance.sample(words, len(inside))), lang, score)
        for _ in range(DRAWS)
    ]
    return Case(lang, base - left, statistics.mean(drawn), len(inside) / len(words), left < 0)


def told(name: str, cases: list[Case], chance: random.Random) -> float:
    """Print what cases show together and return the lower end of the difference's interval."""
    gains = [case.passage - case.chance for case in cases]
    means = sorted(statistics.mean(chance.choices(gains, k=len(gains))) for _ in range(ROUNDS))
    low, high = means[int(0.025 * ROUNDS)], means[int(0.975 * ROUNDS)]
    print(
        f"{name:6} {len(cases):5}  {statistics.mean(c.passage for c in cases):7.2f}"
        f"  {statistics.mean(c.chance for c in cases):7.2f}   {low:5.2f} to {high:5.2f}"
        f"  {statistics.mean(c.passage > c.chance for c in cases):7.0%}"
        f"  {statistics.mean(c.share for c in cases):7.0%}"
        f"  {statistics.mean(c.undone for c in cases):7.0%}"
    )
    return low


def finder(encoder: Encoder, *, leave_out: bool) -> Find:
    """Return the way in which passages are found: the one at work, or leaving words out."""

    def at_work(text: str, lang: str, score: str) -> Span | None:
        return next(iter(encoder.locate(text, lang, [score]).get(score, ())), None)

    def by_leaving_out(text: str, lang: str, score: str) -> Span | None:
        return carrying(text, lambda variant: [log_odds(encoder, variant, lang, score)])[0]

    return by_leaving_out if leave_out else at_work


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure the faithfulness of passages.")
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--models", type=Path, default=shipped_folder())
    parser.add_argument("--count", type=int, default=300, help="texts of each language")
    parser.add_argument("--leave-out", action="store_true", help="find passages by leaving out")
    arguments = parser.parse_args()
    encoder = load_encoder(arguments.models / ENCODER)
    find = finder(encoder, leave_out=arguments.leave_out)
    rows: dict[str, list[dict[str, str]]] = defaultdict(list)
    for file in arguments.files:
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if any(value == 1 for value in row["labels"].values()):
                rows[row["lang"]].append(row)
    chance = random.Random(7)
    print("lang   texts  passage   chance   difference (95 %)  better   words   undone")
    everything: list[Case] = []
    for lang, known in sorted(rows.items()):
        chosen = chance.sample(known, min(arguments.count, len(known)))
        found = (examine(encoder, row, find, chance) for row in chosen)
        cases = [case for case in found if case is not None]
        everything += cases
        if cases:
            told(lang, cases, chance)
    if not everything or told("all", everything, chance) <= 0:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
