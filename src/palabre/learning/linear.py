"""Fit the linear n-gram model on labels and, where a label is unknown, on what the encoder says."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from palabre.learning.parts import LABELS
from palabre.learning.samples import Sample
from palabre.learning.scoring import features
from palabre.moderation.models.linear import WEIGHTS

BUCKETS: Final = 1 << 17
STRENGTH: Final = 12.0
SOFT: Final = 0.5
FEWEST: Final = 20
Floats = NDArray[np.float32]


def fit(
    samples: list[Sample], told: Floats | None, folder: Path, tell: Callable[[str], None]
) -> None:  # fmt: skip
    """Write ``linear.npz``: float16 ``weights`` [scores, buckets], float32 ``bias`` [scores].

    ``told``: the encoder's probabilities [samples, scores], nan where it was not asked; a known
    label counts for one half, the encoder's word for the other (self-distillation), and an unknown
    label leaves it all to the encoder. Where neither knows, the row is left out.
    """
    matrix = features([sample.text for sample in samples], BUCKETS)
    weights, bias = np.zeros((len(LABELS), BUCKETS), np.float32), np.zeros(len(LABELS), np.float32)
    for place, name in enumerate(LABELS):
        known = np.array([sample.labels[place] is not None for sample in samples])
        hard = np.array([float(sample.labels[place] or 0) for sample in samples], np.float32)
        target = np.where(known, hard, np.nan)
        if told is not None:
            word = told[:, place]
            both = (1 - SOFT) * hard + SOFT * word
            target = np.where(np.isnan(word), target, np.where(known, both, word))
        rows = np.flatnonzero(~np.isnan(target))
        target = target[rows]
        if target.sum() < FEWEST or (1 - target).sum() < FEWEST:
            continue
        weights[place], bias[place] = _logistic(matrix[rows], target)
        tell(f"linear model: {name} done, {target.sum():.0f} of {len(rows)} positive")
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"part-{WEIGHTS}"
    np.savez_compressed(part, weights=weights.astype(np.float16), bias=bias)
    part.replace(folder / WEIGHTS)


def _logistic(matrix: object, target: Floats) -> tuple[Floats, float]:
    """Fit a logistic regression to targets between 0 and 1: each row as a 1 and as a 0, weighed."""
    ones, zeros = np.flatnonzero(target > 0.02), np.flatnonzero(target < 0.98)  # noqa: PLR2004
    rows = np.concatenate([ones, zeros])
    labels = np.concatenate([np.ones(len(ones)), np.zeros(len(zeros))])
    share = np.concatenate([target[ones], 1 - target[zeros]])
    model = LogisticRegression(C=STRENGTH, solver="liblinear", max_iter=60)
    model.fit(matrix[rows], labels, sample_weight=share)  # type: ignore[index]
    return np.asarray(model.coef_[0], np.float32), float(model.intercept_[0])
