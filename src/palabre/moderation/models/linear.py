"""The linear model over hashed n-grams: a tenth of a millisecond, for what is plainly harmless."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from palabre.moderation.detectors import ngrams
from palabre.moderation.model import UnavailableError
from palabre.moderation.models.card import LinearCard, read_card

WEIGHTS: Final = "linear.npz"


class Linear:
    """Logistic regressions that share their features; ``weights`` is [buckets, scores]."""

    def __init__(
        self, card: LinearCard, weights: NDArray[np.float32], bias: NDArray[np.float32]
    ) -> None:
        self._card = card
        self._weights = weights
        self._bias = bias
        self.name: Final = card.name
        self.version: Final = card.version

    def logits(self, folded: str) -> NDArray[np.float32]:
        """Return one logit for each score of the card."""
        indices, shares = ngrams.hashed_folded(folded, self._card.buckets)
        found: NDArray[np.float32] = shares @ self._weights.take(indices, axis=0) + self._bias
        return found

    def scores(self, folded: str, lang: str | None) -> dict[str, float]:
        """Return the calibrated scores that the model gives in a language."""
        curves = self._card.curves(lang)
        if not curves:
            return {}
        said = dict(zip(self._card.scores, self.logits(folded).tolist(), strict=True))
        return {name: curve.probability(said[name]) for name, curve in curves.items()}

    def suspicion(self, folded: str, lang: str | None) -> float:
        """Return the highest of the scores: how much worth another look a passage is."""
        return max(self.scores(folded, lang).values(), default=0.0)

    def settle(self, folded: str, lang: str | None) -> Mapping[str, float] | None:
        """Return the scores when each lies below the card's figure, else None."""
        below = self._card.harmless_below(lang)
        if not below:
            return None
        scores = self.scores(folded, lang)
        if all(scores.get(name, 1.0) < figure for name, figure in below.items()):
            return scores
        return None


def load_linear(folder: Path) -> Linear:
    """Return the model in ``folder``; raise ``UnavailableError`` with what is wrong."""
    card = read_card(folder, LinearCard)
    if card.ngrams != ngrams.VERSION:
        raise UnavailableError(
            f"{folder}: trained for n-grams of version {card.ngrams}, here is {ngrams.VERSION}"
        )
    path = folder / WEIGHTS
    try:
        with np.load(path, allow_pickle=False) as arrays:
            weights, bias = arrays["weights"], arrays["bias"]
    except (OSError, ValueError, KeyError) as error:
        raise UnavailableError(f"{path}: {error!r}") from None
    if weights.shape != (len(card.scores), card.buckets) or bias.shape != (len(card.scores),):
        raise UnavailableError(f"{path}: shapes {weights.shape}, {bias.shape} are not the card's")
    # One bucket's weights side by side: a text then touches one line of memory for each n-gram.
    wide = np.ascontiguousarray(weights.T, np.float32)
    return Linear(card, wide, bias.astype(np.float32))
