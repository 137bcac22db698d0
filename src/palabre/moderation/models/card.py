"""What a model says of itself: ``card.json`` beside its weights.

The keys below are read at run time; a card may hold any others, for people. The card of the linear
model holds three more (``LinearCard``). A score without a curve in a language is not given there:
the rules alone speak.
"""

import hashlib
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from palabre.domain.decision import SCORES
from palabre.moderation.model import UnavailableError

NAME: Final = "card.json"
_OTHER: Final = "other"
_NOTHING: Final[Mapping[str, "Curve"]] = {}


class Curve(msgspec.Struct, frozen=True, kw_only=True):
    """From a logit to a probability: ``sigmoid(a * logit + b)``."""

    a: float
    b: float

    def probability(self, logit: float) -> float:
        """Return the calibrated probability."""
        z = max(-40.0, min(40.0, self.a * logit + self.b))
        return 1.0 / (1.0 + math.exp(-z))


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """A model's card.

    ``scores``: what each logit stands for, in order; names of ``domain.decision.SCORES``.
    ``languages``: primary subtag -> score -> curve, null where held-back data could calibrate none.
    ``other``: the curves of all languages that are not named and of texts whose language nobody
    knows. ``max_pieces``: the longest text in one look, in pieces, the two at its ends included.
    ``prefix``: stands before every text. ``files``: file -> SHA-256, for ``palabre doctor``.
    """

    name: str
    version: str
    scores: tuple[str, ...]
    languages: dict[str, dict[str, Curve | None] | None]
    other: dict[str, Curve | None] | None = None
    max_pieces: int = 512
    prefix: str = ""
    files: dict[str, str] = {}

    def __post_init__(self) -> None:
        """Refuse what nobody could ask."""
        unknown = set(self.scores) - set(SCORES)
        if unknown or not self.scores:
            raise ValueError(f"scores: {sorted(unknown) or 'none'}; known are {', '.join(SCORES)}")

    def curves(self, lang: str | None) -> Mapping[str, Curve]:
        """Return the curves of the scores that the model gives in a language."""
        named = lang is not None and lang in self.languages
        given = self.languages[lang] if named and lang is not None else self.other
        if not given:
            return _NOTHING
        return {name: curve for name, curve in given.items() if curve is not None}


class LinearCard(Card, frozen=True, kw_only=True):
    """The card of the linear model.

    ``ngrams``: the version of ``detectors.ngrams`` that it was trained with. ``buckets``: columns
    of its weights, a power of two. ``settled_below``: language or "other" -> score -> probability;
    a text is plainly harmless when each of these scores lies below its figure. A language without
    such a table always leaves a doubt.
    """

    ngrams: int
    buckets: int
    settled_below: dict[str, dict[str, float] | None] = {}

    def harmless_below(self, lang: str | None) -> Mapping[str, float]:
        """Return the figures for a language; empty when it always leaves a doubt."""
        if lang is not None and lang in self.settled_below:
            return self.settled_below[lang] or {}
        return self.settled_below.get(_OTHER) or {}


C = TypeVar("C", bound=Card)


def read_card(folder: Path, kind: type[C]) -> C:
    """Return the card in a model's folder; raise ``UnavailableError`` with what is wrong."""
    path = folder / NAME
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except FileNotFoundError:
        raise UnavailableError(f"{path}: there is no model here; install Palabre anew") from None
    except (msgspec.DecodeError, OSError) as error:
        raise UnavailableError(f"{path}: {error}") from None


def damaged(folder: Path, card: Card) -> list[str]:
    """Return the files that are not those that the card was written for."""
    return [
        name
        for name, wanted in card.files.items()
        if not (folder / name).is_file()
        or hashlib.sha256((folder / name).read_bytes()).hexdigest() != wanted
    ]
