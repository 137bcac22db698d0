"""Where the linear model alone may settle a text: the quick depth."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from palabre.learning.calibration import Curve, f1_of
from palabre.learning.parts import LABELS
from palabre.learning.samples import Sample

HALF: Final = 0.5
LOSS: Final = 0.008
SHARES: Final = (0.02, 0.04, 0.06, 0.08, 0.1, 0.12, 0.14, 0.16, 0.2, 0.25, 0.3, 0.4)
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a model says of the held-back texts: logits [texts, scores] and its curves."""

    logits: Floats
    languages: dict[str, Any]

    def probabilities(self, lang: str, rows: NDArray[np.int64]) -> dict[str, Floats]:
        """Return the probabilities of those texts for each score that the language has."""
        return {
            name: Curve(**curve)(self.logits[rows, LABELS.index(name)])
            for name, curve in self.languages[lang].items()
            if curve is not None
        }


def settled(
    held: list[Sample], plain: Reading, reader: Reading, lang: str
) -> dict[str, float] | None:  # fmt: skip
    """Return below which probabilities the linear model alone may call a text harmless.

    The highest figures at which the quick depth loses at most ``LOSS`` of the encoder's macro-F1
    for hate and for toxicity on held-back texts. None where either has no curve.
    """
    rows = np.array([i for i, sample in enumerate(held) if sample.lang == lang])
    quick, slow = plain.probabilities(lang, rows), reader.probabilities(lang, rows)
    if not {"hate", "toxicity"} <= quick.keys() & slow.keys():
        return None
    names: list[str] = [name for name in ("toxicity", "hate", "insult", "threat") if name in quick]
    truth = {name: np.array([held[i].label(name) or 0 for i in rows], bool) for name in names}
    known = {name: np.array([held[i].label(name) is not None for i in rows]) for name in names}
    best = None
    for share in SHARES:
        below = {n: float(np.quantile(quick[n][truth[n]], share)) for n in names if truth[n].any()}
        left = np.zeros(len(rows), bool)
        for name, figure in below.items():
            left |= quick[name] >= figure
        losses = [
            f1_of(slow[name] >= HALF, truth[name], known[name])
            - f1_of((slow[name] >= HALF) & left, truth[name], known[name])
            for name in ("hate", "toxicity")
        ]
        if max(losses) > LOSS:
            break
        best = {name: round(figure, 4) for name, figure in below.items()}
    return best
