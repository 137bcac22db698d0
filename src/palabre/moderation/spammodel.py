"""The spam model that ships: small, quick, opened once."""

import gzip
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray

from palabre.moderation import spamwords
from palabre.moderation.detectors import ngrams
from palabre.moderation.model import UnavailableError

# Those of which held-back texts were measured (docs/explanation/spam-card.md).
LANGUAGES: Final = frozenset({"en", "fr"})
FOLDER: Final = Path(__file__).parent / "models" / "spam"


class SpamCard(msgspec.Struct, frozen=True, kw_only=True):
    """What is read of ``card.json``; ``curve``: from a logit to a probability."""

    version: str
    words: int
    ngrams: int
    curve: dict[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class SpamModel:
    """A logistic regression over ``spamwords``. Threads may share it."""

    card: SpamCard
    words: NDArray[np.float32]
    form: NDArray[np.float32]
    bias: float

    def logit(self, original: str, folded: str) -> float:
        """Return the log-odds, before they are calibrated."""
        indices, shares = spamwords.words(folded)
        said = float(shares @ self.words.take(indices)) if len(indices) else 0.0
        return said + float(spamwords.form(original, folded) @ self.form) + self.bias

    def probability(self, original: str, folded: str) -> float:
        """Return how likely a text is spam, where one comment in twenty is."""
        logit = self.card.curve["a"] * self.logit(original, folded) + self.card.curve["b"]
        return 1.0 / (1.0 + math.exp(-max(-40.0, min(40.0, logit))))


def load_spam_model(folder: Path) -> SpamModel:
    """Return the model in ``folder``; raise ``UnavailableError`` with what is wrong."""
    try:
        card = msgspec.json.decode((folder / "card.json").read_bytes(), type=SpamCard)
        with np.load(folder / "spam.npz", allow_pickle=False) as arrays:
            words, form = arrays["words"].astype(np.float32), arrays["form"]
            bias = float(arrays["bias"])
    except (OSError, ValueError, KeyError, msgspec.DecodeError) as error:
        raise UnavailableError(f"{folder}: {error!r}; install Palabre anew") from error
    if (card.words, card.ngrams) != (spamwords.VERSION, ngrams.VERSION):
        raise UnavailableError(f"{folder}: made for another reading of words; install Palabre anew")
    if words.shape != (spamwords.BUCKETS,) or form.shape != (len(spamwords.FORM),):
        raise UnavailableError(f"{folder}: shapes {words.shape}, {form.shape} are not ours")
    return SpamModel(card, words, form.astype(np.float32), bias)


@cache
def shipped() -> SpamModel:
    """Return the model that comes with Palabre, read the first time."""
    return load_spam_model(FOLDER)


@cache
def ordinary_comments() -> tuple[str, ...]:
    """Return ordinary comments of readers, written for this project: what is not to be held."""
    try:
        packed = (FOLDER / "ordinary.txt.gz").read_bytes()
        return tuple(gzip.decompress(packed).decode().splitlines())
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise UnavailableError(f"{FOLDER}: {error!r}; install Palabre anew") from error
