"""The seam for trained models: what they promise. The models themselves come from elsewhere.

Two kinds, one beside the other. A ``Model`` reads a text in milliseconds and says how likely each
score is. A ``FirstLook`` takes microseconds and says only of what is plainly harmless that nobody
need look closer. ``tests/moderation/model_conformance.py`` checks both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from palabre.domain.decision import Span


class UnavailableError(RuntimeError):
    """A model that is not there, is broken, or does not speak as promised."""


@dataclass(frozen=True, slots=True)
class Scored:
    """What a model makes of a text.

    ``scores``: a calibrated probability (0 to 1) under each name of ``domain.decision.SCORES`` that
    the model can tell in this language; the others are left out, never invented. ``windows``: the
    passages of a text that was too long for one look; each was read by itself, and the highest
    score counts. Empty when the text was read whole.
    """

    scores: Mapping[str, float]
    windows: tuple[Span, ...] = field(default=())


class Model(Protocol):
    """A trained model. Same text and language, same answer, whatever was read before or beside.

    May be asked by several threads at once. ``lang`` is a primary subtag, or None when nobody
    knows. Both methods may raise: the judge then holds the comment.
    """

    @property
    def name(self) -> str:
        """A stable name, kept in decisions."""
        ...

    @property
    def version(self) -> str:
        """Changes with every change of weights or calibration."""
        ...

    def read(self, text: str, lang: str | None) -> Scored:
        """Return the scores of a text."""
        ...

    def locate(
        self, text: str, lang: str | None, names: Sequence[str]
    ) -> Mapping[str, tuple[Span, ...]]:
        """Return the passages that carry the scores ``names``, at a bounded cost.

        Spans count code points of ``text``, in order, apart from each other. A score without a
        passage of its own is left out.
        """
        ...


class FirstLook(Protocol):
    """A model cheap enough for every text, which settles the plainly harmless ones."""

    @property
    def name(self) -> str:
        """A stable name, kept in decisions."""
        ...

    @property
    def version(self) -> str:
        """Changes with every change of weights, calibration or thresholds."""
        ...

    def settle(self, folded: str, lang: str | None) -> Mapping[str, float] | None:
        """Return the scores of a text that is plainly harmless; None where a doubt is left.

        ``folded`` is the text as ``normalise.fold`` reads it.
        """
        ...
