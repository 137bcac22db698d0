"""The order of an epoch and its batches: the same for the same seed and step, so runs resume."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import torch
from tokenizers import Tokenizer
from torch import Tensor

from palabre.learning.augment import rewrite
from palabre.learning.parts import LABELS
from palabre.learning.samples import OWN, Sample

PAD: Final = 1
POOL: Final = 40  # batches among which texts are sorted by length
LABEL_WEIGHTS: Final = {"hate": 1.5, "toxicity": 1.2}
FILLER_LONGEST: Final = 140


@dataclass(frozen=True, slots=True)
class Batch:
    """``ids``, ``mask`` [batch, length] int64; ``labels``, ``weights`` [batch, scores] float32.

    A label that cannot be told has weight 0.
    """

    ids: Tensor
    mask: Tensor
    labels: Tensor
    weights: Tensor


def padded(encoded: list[list[int]]) -> tuple[Tensor, Tensor]:
    """Return ids and mask, as long as the longest."""
    length = max(map(len, encoded))
    ids = torch.full((len(encoded), length), PAD, dtype=torch.int64)
    mask = torch.zeros((len(encoded), length), dtype=torch.int64)
    for row, pieces in enumerate(encoded):
        ids[row, : len(pieces)] = torch.tensor(pieces)
        mask[row, : len(pieces)] = 1
    return ids, mask


def fillers(samples: list[Sample]) -> dict[str, list[str]]:
    """Return harmless sentences per language, to set beside other texts."""
    out: dict[str, list[str]] = {}
    for sample in samples:
        harmless = all(label == 0 for label in sample.labels) and sample.group is None
        if harmless and sample.source.startswith(OWN) and len(sample.text) <= FILLER_LONGEST:
            out.setdefault(sample.lang, []).append(sample.text)
    return out


def epoch(
    samples: list[Sample], tokenizer: Tokenizer, *, seed: int, size: int, pieces: int,
    weights: dict[str, float] | None = None, begin: int = 0,
) -> Iterator[Batch]:  # fmt: skip
    """Yield the batches of one epoch from number ``begin`` on."""
    order = list(range(len(samples)))
    random.Random(seed).shuffle(order)  # noqa: S311 - not for secrets
    harmless = fillers(samples)
    for start in range(begin // POOL * POOL * size, len(order), POOL * size):
        pool = order[start : start + POOL * size]
        chance = random.Random(f"{seed}:{start}")  # noqa: S311
        texts = [
            rewrite(samples[i].text, samples[i].lang, chance, harmless.get(samples[i].lang, []))
            for i in pool
        ]
        encoded = [one.ids[: pieces - 1] + one.ids[-1:] if len(one.ids) > pieces else one.ids
                   for one in tokenizer.encode_batch_fast(texts)]  # fmt: skip
        by_length = sorted(range(len(pool)), key=lambda place: (len(encoded[place]), place))
        groups = [by_length[i : i + size] for i in range(0, len(by_length), size)]
        chance.shuffle(groups)
        for number, group in enumerate(groups):
            if start // size + number >= begin:
                yield _batch(
                    [samples[pool[i]] for i in group], [encoded[i] for i in group], weights
                )


def _batch(rows: list[Sample], encoded: list[list[int]], weights: dict[str, float] | None) -> Batch:
    ids, mask = padded(encoded)
    labels = torch.tensor([[float(label or 0) for label in row.labels] for row in rows])
    known = torch.tensor([[float(label is not None) for label in row.labels] for row in rows])
    each = torch.tensor([LABEL_WEIGHTS.get(name, 1.0) for name in LABELS])
    source = torch.tensor([(weights or {}).get(row.source, 1.0) for row in rows])
    return Batch(ids, mask, labels, known * each * source[:, None])


def batch_count(samples: int, size: int) -> int:
    """Return how many batches an epoch has."""
    whole, rest = divmod(samples, POOL * size)
    return whole * POOL + -(-rest // size)
