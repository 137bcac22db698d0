"""Learn a house's own rule from a handful of examples: a small head on the encoder's vectors.

A weighted ridge regression on vectors of unit length, seen from the mean of ordinary comments. Five
examples alone would fire on everything; so the ordinary comments of the background stand beside
the counter-examples as what does not break the rule. One virtue of least squares decided: what the
head would say of each text, had it not seen that text, follows from the same solution, so that the
figures in ``Trial`` cost nothing (Hastie et al., *Elements of Statistical Learning*, 2nd edition,
7.10). Logistic regression found no more on the texts of ``benchmarks/by_example``, at five times
the cost for the head alone.

Deterministic, and a pure function of its input; vectors are float arrays [texts, width].
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Figures = NDArray[np.float64]

# Of ordinary comments, the share that reaches a score of 0.5.
ORDINARY_AT_HALF: Final = 0.01
_STEEPNESS: Final = 4.0
_PENALTY: Final = 0.03
# Weight of each side as a whole, whatever its number of texts; the examples' is 1.
_COUNTER: Final = 0.5
_ORDINARY: Final = 2.0
# Where many ordinary comments are as one, they lie below the mark together, also when rounded.
_MARGIN: Final = 0.002
_TINY: Final = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """Scores of the texts that a head was made from, each as if it had not been among them."""

    examples: Figures
    counter_examples: Figures
    ordinary: Figures

    def shares(self, threshold: float) -> tuple[float, float, float]:
        """Return the shares that reach ``threshold``: examples, counter-examples, ordinary."""
        sides = (self.examples, self.counter_examples, self.ordinary)
        found = [float((side >= threshold).mean()) if len(side) else 0.0 for side in sides]
        return found[0], found[1], found[2]


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """What a rule by example has learned. ``weights``: [width]."""

    centre: Figures
    weights: Figures
    bias: float
    trial: Trial

    def logit(self, vector: Vectors) -> float:
        """Return how far a text lies beyond the mark, 0 at a score of 0.5."""
        placed = _placed(np.asarray(vector, np.float64)[None, :], self.centre)[0]
        return float(_STEEPNESS * (placed @ self.weights + self.bias))

    def score(self, vector: Vectors) -> float:
        """Return the score of a text, 0 to 1: 0.5 is what one ordinary comment in 100 reaches."""
        return float(_sigmoid(np.array(self.logit(vector))))


def learn(examples: Vectors, counter_examples: Vectors, ordinary: Vectors) -> Head:
    """Return the head for a rule; raise ``ValueError`` without examples or ordinary comments.

    A house need not give counter-examples: [0, width] will do.
    """
    if not len(examples) or not len(ordinary):
        raise ValueError("a rule by example needs examples, and ordinary comments beside them")
    sides = [np.asarray(side, np.float64) for side in (examples, counter_examples, ordinary)]
    if not all(np.isfinite(side).all() for side in sides):
        raise ValueError("the vectors hold what is no number")
    centre = _unit(sides[2]).mean(axis=0)
    sizes = [len(side) for side in sides]
    placed = np.vstack([_placed(side, centre) for side in sides if len(side)])
    x = np.hstack([placed, np.ones((len(placed), 1))])
    y = np.repeat([1.0, -1.0, -1.0], sizes)
    weight = np.repeat(np.array([1.0, _COUNTER, _ORDINARY]) / np.maximum(sizes, 1), sizes)
    penalty = np.full(x.shape[1], _PENALTY)
    penalty[-1] = _TINY
    weighted = (x * weight[:, None]).T
    solution = np.linalg.solve(weighted @ x + np.diag(penalty), weighted)
    coefficients = solution @ y
    leverage = np.einsum("ij,ji->i", x, solution)
    unseen = y - (y - x @ coefficients) / np.maximum(1.0 - leverage, _TINY)
    ordinary_unseen = unseen[sizes[0] + sizes[1] :]
    mark = float(np.quantile(ordinary_unseen, 1.0 - ORDINARY_AT_HALF)) + _MARGIN
    scores = _sigmoid(_STEEPNESS * (unseen - mark))
    shown, near, plain = np.split(scores, np.cumsum(sizes[:2]))
    return Head(
        centre=centre,
        weights=coefficients[:-1],
        bias=float(coefficients[-1]) - mark,
        trial=Trial(shown, near, plain),
    )


def _placed(vectors: Figures, centre: Figures) -> Figures:
    """Return vectors as seen from the mean of ordinary comments, of unit length.

    An encoder's vectors lie in a narrow cone: from the origin all texts look alike.
    """
    return _unit(_unit(vectors) - centre)


def _unit(vectors: Figures) -> Figures:
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Figures = vectors / np.maximum(length, _TINY)
    return unit


def _sigmoid(logits: Figures) -> Figures:
    scores: Figures = 1.0 / (1.0 + np.exp(-np.clip(logits, -40.0, 40.0)))
    return scores
